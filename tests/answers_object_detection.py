"""Right and wrong answers to the exercises of `dlhelpers/checks/object_detection.py`."""

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


def in_halves(axis=1, shift=(1, 0, 1, 0), twice=False):
    """A function that looks at halves as `in_halves` does, with one mistake or more."""

    def answer(picture, look):
        middle = picture.shape[axis] // 2
        boxes, scores = look(picture[:, :middle])
        others, other_scores = look(picture[:, middle:])
        others = others + np.array(shift) * middle
        return np.vstack([boxes, others]), np.vstack([scores, scores if twice else other_scores])

    return answer


def small_finder(narrow=8, outputs=4, keep_places=True):
    """A function that makes a network for `small_finder`."""

    def network():
        from keras import Input, Sequential, layers

        model = Sequential([Input((32, 32, 1))])
        if keep_places:
            model.add(layers.Conv2D(16, 5, strides=2, padding="same", activation="relu"))
            for _ in range(2):
                model.add(layers.SeparableConv2D(32, 3, 2, padding="same", activation="relu"))
            model.add(layers.Conv2D(narrow, 1, activation="relu"))
            model.add(layers.Flatten())
        else:  # behind padded convolutions an average still knows some of the place
            model.add(layers.GlobalAveragePooling2D())
        model.add(layers.Dense(32, activation="relu"))
        model.add(layers.Dense(outputs))
        return model

    return network


NEEDS_KERAS = ["object_detection.small_finder"]
RIGHT = {
    "object_detection.shifted": lambda side, step: 0.68,
    "object_detection.encode": encode,
    "object_detection.average_precision": average_precision,
    "object_detection.in_halves": in_halves(),
    "object_detection.small_finder": small_finder(),
}
WRONG = {
    "object_detection.shifted": [
        (lambda side, step: 0.81, "That part of"),
        (lambda side, step: 0.9, "That is what"),
        (lambda side, step: 0.818, "So it is"),
        (lambda side, step: 0.8, "What is lost"),
        (lambda side, step: 0.1, "That is the distance"),
        (lambda side, step: 0.5, "How many pixels"),
    ],
    "object_detection.encode": [
        (from_the_corner, "The offsets are"),
        (without_10_and_5, "Decoding divides by 10 and 5,"),
        (divided_again, "Decoding divides by 10 and 5;"),
        (x_before_y, "The order is"),
        (without_logarithm, "Decoding takes the"),
        (logarithm_upside_down, "The logarithm is of"),
        (in_parts_of_the_picture, "The way of"),
        (in_units_of_the_box, "Divide by the"),
        (the_way_back, "The way goes"),
        (base_two, "The logarithm is the"),
        (lambda box, anchor: encode(box, anchor) / [10, 10, 1, 1], "Solve each of"),
    ],
    "object_detection.average_precision": [
        (not_sorted, "The answers must"),
        (sorted_upwards, "Sort from the"),
        (over_right_answers, "Divide by the labelled objects, so"),
        (over_all_answers, "Divide by the labelled objects, not"),
        (mean_of_all_precisions, "Only right answers"),
        (precision, "This is the precision"),
        (recall, "This is the recall"),
        (answers_counted_from_zero, "Add up the"),
        (
            lambda scores, right, objects: (
                mean_of_all_precisions(scores, right, 1) * len(right) / objects
            ),
            "This adds up",
        ),
    ],
    "object_detection.in_halves": [
        (in_halves(axis=0), "It is to be cut"),
        (in_halves(shift=(1, 1, 1, 1)), "Only left and right"),
        (in_halves(shift=(0, 0, 0, 0)), "Only left and right"),
        (in_halves(twice=True), "Which scores belong"),
        (in_halves(axis=0, shift=(1, 1, 1, 1), twice=True), "It is to be cut"),
    ],
    "object_detection.small_finder": [
        (small_finder(outputs=5), "keras.Input((32, 32, 1))"),
        (small_finder(narrow=64), "Most of them"),
        (small_finder(keep_places=False), "Does the last"),
    ],
}
