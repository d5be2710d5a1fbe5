"""What the exercises of the notebook on object detection want."""

import numpy as np


def encode_inputs(random):
    pairs = (
        ((0.5, 0.5, 0.4, 0.2), (2.0, -1.0, 3.0, -2.0)),
        ((0.25, 0.75, 0.2, 0.6), (-3.0, 0.5, -1.0, 4.0)),
        ((0.5, 0.5, 0.5, 0.5), (0.0, 0.0, 0.0, 0.0)),
    )
    if random is not None:
        anchors = random.uniform(0.2, 0.8, (2, 4)).round(2)
        offsets = random.uniform(1, 4, (2, 4)).round(1) * random.choice([-1, 1], (2, 4))
        pairs = (*zip(anchors, offsets), pairs[-1])
    calls = []
    for anchor, offsets in pairs:
        (y_a, x_a, h_a, w_a), (t_y, t_x, t_h, t_w) = anchor, offsets
        y, x = y_a + t_y * h_a / 10, x_a + t_x * w_a / 10
        h, w = h_a * np.exp(t_h / 5), w_a * np.exp(t_w / 5)
        box = np.array([x - w / 2, y - h / 2, x + w / 2, y + h / 2])
        calls.append((box, np.array(anchor)))
    return calls


def encode(box, anchor):
    (left, top, right, bottom), (y_a, x_a, h_a, w_a) = box, anchor
    y, x, h, w = (top + bottom) / 2, (left + right) / 2, bottom - top, right - left
    t_y, t_x, t_h, t_w = 10 * (y - y_a) / h_a, 10 * (x - x_a) / w_a, *5 * np.log([h / h_a, w / w_a])
    offsets, scale = np.array([t_y, t_x, t_h, t_w]), np.array([10, 10, 5, 5])
    mistakes = {
        "The offsets are of the box's centre, not of its upper left corner.": (
            10 * (top - y_a) / h_a,
            10 * (left - x_a) / w_a,
            t_h,
            t_w,
        ),
        "Decoding divides by 10 and 5, so encoding multiplies by them.": offsets / scale,
        "Decoding divides by 10 and 5; encoding multiplies instead of dividing again.": (
            offsets / scale**2
        ),
        "The order is y, x, height, width.": (t_x, t_y, t_w, t_h),
        "Decoding takes the exponential of h and w, so encoding takes the logarithm.": (
            t_y,
            t_x,
            5 * h / h_a,
            5 * w / w_a,
        ),
        "The logarithm is of box over anchor, not of anchor over box.": (t_y, t_x, -t_h, -t_w),
        "The logarithm is the natural one, as decoding takes exp.": (
            t_y,
            t_x,
            t_h / np.log(2),
            t_w / np.log(2),
        ),
        "The way of the centre is measured in anchor sizes: divide by h_a and w_a.": (
            t_y * h_a,
            t_x * w_a,
            t_h,
            t_w,
        ),
        "Divide by the anchor's height and width, not by the box's.": (
            t_y * h_a / h,
            t_x * w_a / w,
            t_h,
            t_w,
        ),
        "The way goes from the anchor to the box, not back.": (-t_y, -t_x, t_h, t_w),
    }
    mistakes = {hint: np.array(value) for hint, value in mistakes.items()}
    return offsets, mistakes, "Solve each of the four decoding equations for its t."


def average_precision_inputs(random):
    answers = (
        ([0.9, 0.8, 0.7, 0.6, 0.5], [1, 0, 1, 0, 0], 2),
        ([0.3, 0.95, 0.6, 0.2, 0.8], [1, 0, 1, 0, 1], 4),
        ([0.4, 0.7, 0.6], [1, 1, 1], 3),
        ([0.9, 0.6], [0, 0], 3),
    )
    if random is not None:
        scores = [random.permutation(np.arange(10, 99))[:n] / 100 for n in (5, 6, 3, 2)]
        right = [random.integers(0, 2, 5), random.integers(0, 2, 6), [1, 1, 1], [0, 0]]
        missed = random.integers(0, 3, 4)
        answers = [(s, r, int(sum(r) + m)) for s, r, m in zip(scores, right, missed)]
        answers[2:] = [answers[2][:2] + (3,), answers[3][:2] + (3,)]
    return [(np.array(s), np.array(r), max(1, objects)) for s, r, objects in answers]


def average_precision(scores, right, objects):
    at_least = scores >= scores[:, None]  # row i: the answers down to the score of answer i
    precision = (at_least @ right) / at_least.sum(axis=1)
    at_most = scores <= scores[:, None]
    backwards = (at_most @ right) / at_most.sum(axis=1)
    unsorted = np.cumsum(right) / np.arange(1, len(right) + 1)
    mistakes = {
        "The answers must be sorted by their scores first.": unsorted @ right / objects,
        "Sort from the highest score to the lowest.": backwards @ right / objects,
        "Divide by the labelled objects, so that a missed one counts as zero.": (
            precision @ right / max(right.sum(), 1)
        ),
        "Divide by the labelled objects, not by the answers.": precision @ right / len(right),
        "Only right answers count: leave out the precision at wrong ones.": precision.mean(),
        "This adds up the precision at wrong answers too.": precision.sum() / objects,
        "This is the precision of all answers; average over the right ones.": right.mean(),
        "This is the recall of all answers.": right.sum() / objects,
    }
    return (
        precision @ right / objects,
        mistakes,
        "Add up the precision at each right answer, from the highest score on, and divide by "
        "the number of objects.",
    )


EXERCISES = {
    "encode": {
        "kind": "write",
        "inputs": encode_inputs,
        "case": encode,
        "hints": [
            "decode makes centre and size of the box from the offsets. Which equation gives y?",
            "Solve y = y_a + t_y h_a / 10 for t_y, and h = h_a exp(t_h / 5) for t_h. The centre "
            "lies halfway between top and bottom.",
            "t_y = 10 ((top + bottom) / 2 - y_a) / h_a and t_h = 5 log((bottom - top) / h_a); x "
            "and w likewise. The order is y, x, h, w.",
        ],
    },
    "average_precision": {
        "kind": "write",
        "inputs": average_precision_inputs,
        "case": average_precision,
        "hints": [
            "Put the answers into the order of their scores first, the surest in front.",
            "The precision up to place i is the number of right answers among the first i, over "
            "i. Which of these precisions count?",
            "Those at right answers: with `right` sorted by np.argsort(-scores), add up "
            "np.cumsum(right) / np.arange(1, n + 1) where right is 1; divide by objects.",
        ],
    },
}
