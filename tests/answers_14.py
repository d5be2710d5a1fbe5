"""Right and wrong answers to the exercises of 14_object_detection."""

import numpy as np


def encode(box, anchor):
    size, centre = box[2:] - box[:2], (box[2:] + box[:2]) / 2
    t_xy = 10 * (centre - anchor[1::-1]) / anchor[:1:-1]
    t_wh = 5 * np.log(size / anchor[:1:-1])
    return np.concatenate([t_xy[::-1], t_wh[::-1]])


def from_the_corner(box, anchor):
    size = box[2:] - box[:2]
    return encode(box, anchor) - np.array([*(5 * size[::-1] / anchor[2:]), 0, 0])


def without_10_and_5(box, anchor):
    return encode(box, anchor) / [10, 10, 5, 5]


def divided_again(box, anchor):
    return encode(box, anchor) / [100, 100, 25, 25]


def x_before_y(box, anchor):
    return encode(box, anchor)[[1, 0, 3, 2]]


def without_logarithm(box, anchor):
    return np.array([*encode(box, anchor)[:2], *(5 * (box[2:] - box[:2])[::-1] / anchor[2:])])


def logarithm_upside_down(box, anchor):
    return encode(box, anchor) * [1, 1, -1, -1]


def in_parts_of_the_picture(box, anchor):
    return encode(box, anchor) * [*anchor[2:], 1, 1]


def in_units_of_the_box(box, anchor):
    return encode(box, anchor) * [*(anchor[2:] / (box[2:] - box[:2])[::-1]), 1, 1]


def the_way_back(box, anchor):
    return encode(box, anchor) * [-1, -1, 1, 1]


def base_two(box, anchor):
    return encode(box, anchor) / [1, 1, np.log(2), np.log(2)]


def average_precision(scores, right, objects):
    hits, total = 0, 0.0
    for n, i in enumerate(sorted(range(len(scores)), key=lambda i: -scores[i]), 1):
        hits += right[i]
        total += right[i] * hits / n
    return total / objects


def not_sorted(scores, right, objects):
    return average_precision(-np.arange(len(scores)), right, objects)


def sorted_upwards(scores, right, objects):
    return average_precision(-scores, right, objects)


def over_right_answers(scores, right, objects):
    return average_precision(scores, right, max(right.sum(), 1))


def over_all_answers(scores, right, objects):
    return average_precision(scores, right, len(right))


def mean_of_all_precisions(scores, right, objects):
    hits = np.cumsum(right[np.argsort(-scores)])
    return np.mean(hits / np.arange(1, len(right) + 1))


def precision(scores, right, objects):
    return right.mean()


def recall(scores, right, objects):
    return right.sum() / objects


def answers_counted_from_zero(scores, right, objects):
    hits = np.cumsum(right[np.argsort(-scores)])
    found = right[np.argsort(-scores)]
    return np.sum(found * hits / np.maximum(np.arange(len(right)), 1)) / objects


RIGHT = {"14.encode": encode, "14.average_precision": average_precision}
WRONG = {
    "14.encode": [
        from_the_corner,
        without_10_and_5,
        divided_again,
        x_before_y,
        without_logarithm,
        logarithm_upside_down,
        in_parts_of_the_picture,
        in_units_of_the_box,
        the_way_back,
        base_two,
    ],
    "14.average_precision": [
        not_sorted,
        sorted_upwards,
        over_right_answers,
        over_all_answers,
        mean_of_all_precisions,
        precision,
        recall,
        answers_counted_from_zero,
    ],
}
