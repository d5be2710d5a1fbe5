"""Right and wrong answers to the exercises of `dlhelpers/checks/training_a_detector.py`."""

import numpy as np


def assign(overlaps, low, high, best=True, band=-2, background=-1, others=True):
    owners = []
    for row in overlaps:
        most = row.max()
        owners.append(row.argmax() if most >= high else band if most >= low else background)
    if not others:
        owners = [background] * len(owners)
    for box in range(len(overlaps[0]) if best else 0):
        owners[int(overlaps[:, box].argmax())] = box
    return np.array(owners)


def keep_best(first=-1, convert=True, limit=0.5):
    """A function that keeps boxes as `keep_best` does, with one mistake or more."""

    def iou(a, b):
        start, end = np.maximum(a[:2], b[:2]), np.minimum(a[2:], b[2:])
        both = np.prod(np.maximum(end - start, 0))
        return both / (np.prod(a[2:] - a[:2]) + np.prod(b[2:] - b[:2]) - both)

    def answer(boxes, scores):
        edges = boxes.copy()
        if convert:
            edges[:, 2:] += edges[:, :2]
        order, kept = list(np.argsort(first * scores)), []
        while order:
            kept.append(order.pop(0))
            order = [i for i in order if iou(edges[kept[-1]], edges[i]) < limit]
        return kept

    return answer


def small_detector(channels=(32, 64, 64, 64), kind="SeparableConv2D", places=8, blind=False):
    """A function that makes a network for `small_detector`."""

    def network():
        from keras import Input, Sequential, layers

        model = Sequential([Input((64, 64, 1))])
        if blind:
            model.add(layers.MaxPooling2D(64 // places))
        else:
            model.add(layers.Conv2D(16, 5, strides=2, padding="same", activation="relu"))
            for filters, stride in zip(channels, (2, 2, 8 // places, 1)):
                model.add(getattr(layers, kind)(filters, 3, strides=stride, padding="same"))
                model.add(layers.BatchNormalization(momentum=0.9))
                model.add(layers.ReLU())
        model.add(layers.Conv2D(60, 1))
        model.add(layers.Reshape((-1, 15)))
        return model

    return network


NEEDS_KERAS = ["training_a_detector.small_detector"]
RIGHT = {
    "training_a_detector.assign": assign,
    "training_a_detector.threshold": lambda low, high: "recall",
    "training_a_detector.keep_best": keep_best(),
    "training_a_detector.small_detector": small_detector(),
}

WRONG = {
    "training_a_detector.assign": [
        (lambda o, low, high: assign(o, low, high, best=False), "A box that no"),
        (lambda o, low, high: assign(o, low, high, band=-1), "Between low and"),
        (lambda o, low, high: assign(o, low, low), "An anchor from"),
        (lambda o, low, high: assign(o, low, high, band=-1, background=-2), "-1 is background"),
        (lambda o, low, high: assign(o, low, high, others=False), "Each box has"),
        (lambda o, low, high: assign(o, low + 1e-9, high + 1e-9), "Exactly low"),
        (lambda o, low, high: o.argmax(axis=1), "An anchor that"),
        (lambda o, low, high: np.zeros(len(o), int), "One number for"),
    ],
    "training_a_detector.threshold": [
        (lambda low, high: "precision", "It need not"),
        (lambda low, high: "both", "It may rise"),
        (lambda low, high: "neither", "Right answers can"),
    ],
    "training_a_detector.keep_best": [
        (keep_best(first=1, convert=False), "The surest box"),
        (keep_best(convert=False), "Which four numbers"),
        (keep_best(limit=0.2), "A box stays"),
    ],
    "training_a_detector.small_detector": [
        (small_detector(places=4), "keras.Input((64, 64, 1))"),
        (small_detector(kind="Conv2D"), "Most of them"),
        (small_detector(blind=True), "Does each place"),
    ],
}
