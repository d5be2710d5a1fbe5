"""Right and wrong answers to the exercises of `dlhelpers/checks/data_augmentation.py`."""

import numpy as np


def flip_box(box, width):
    x, y, w, h = box
    return width - x - w, y, w, h


def box_answer(change):
    def answer(box, width):
        return change(*box, width)

    return answer


def fill(share, label, other):
    return label + share * (other - label)


def covered(size, box, ends=(True, True)):
    """How many rows and columns of the picture the box covers, counted one by one."""
    begin, end = ends
    counts = []
    for n, first, length in zip(size, box[:2], box[2:]):
        low, high = (0 if begin else -99), (n if end else 99)
        counts.append(len([i for i in range(first, first + length) if low <= i < high]))
    return counts


def mixed_label(label, other, size, box, ends=(True, True)):
    rows, columns = covered(size, box, ends)
    return fill(rows * columns / (size[0] * size[1]), label, other)


def one_side(label, other, size, box):
    return fill(covered(size, box)[0] / size[0], label, other)


def of_the_box(label, other, size, box):
    return fill(np.prod(covered(size, box)) / (box[2] * box[3]), label, other)


def pixels(label, other, size, box):
    return fill(np.prod(covered(size, box)), label, other)


def larger(label, other, size, box):
    return other if np.prod(covered(size, box)) > np.prod(size) / 2 else label


def prepare(mirror=False, labels_too=True, validation_too=False, seeded=False, without=()):
    """A function for `prepare`, right or with some of its faults."""

    def answer(digits, labels, validation, random):
        if seeded:
            random = np.random.default_rng(0)
        if mirror:
            digits = np.flip(digits, axis=2)
        if "shift" not in without:
            digits = np.roll(digits, int(random.integers(-2, 3)), axis=2)
        if validation_too:
            validation = np.roll(validation, 1, axis=2)
        order = random.permutation(len(digits))
        share = random.beta(0.4, 0.4, (len(digits), 1))
        if "mixing" in without:
            return digits, labels, validation
        mixed = share[..., None] * digits + (1 - share[..., None]) * digits[order]
        if labels_too:
            labels = share * labels + (1 - share) * labels[order]
        return mixed, labels, validation

    return answer


def augmenter(angle=40, side=28, always=False, learns=False, turn=True):
    """A function that makes a model for `augmenter`."""

    def model():
        import keras
        from keras import layers

        model = keras.Sequential([keras.Input((side, side, 1))])
        if turn:
            model.add(layers.RandomRotation(angle / 360, fill_mode="constant"))
        if always:
            model.add(layers.Rescaling(0.5))
        if learns:
            model.add(layers.Conv2D(1, 1, use_bias=False, kernel_initializer="ones"))
        if not turn:
            model.add(layers.Rescaling(1.0))
        return model

    return model


NEEDS_KERAS = ["data_augmentation.augmenter"]
RIGHT = {
    "data_augmentation.flip_box": flip_box,
    "data_augmentation.fitting": lambda: ["a few degrees", "dusk and rain", "any angle"],
    "data_augmentation.mixed_label": mixed_label,
    "data_augmentation.prepare": prepare(),
    "data_augmentation.augmenter": augmenter(),
}
WRONG = {
    "data_augmentation.flip_box": [
        (box_answer(lambda x, y, w, h, width: (width - x, y, w, h)), "That is where the left"),
        (box_answer(lambda x, y, w, h, width: (width - 1 - x - w, y, w, h)), "One pixel too"),
        (box_answer(lambda x, y, w, h, width: (width - 1 - x, y, w, h)), "That is where the first"),
        (box_answer(lambda x, y, w, h, width: (x, y, w, h)), "The flip moves"),
        (box_answer(lambda x, y, w, h, width: (x, width - y - h, w, h)), "A horizontal flip"),
        (box_answer(lambda x, y, w, h, width: (width - x, y, -w, h)), "The sizes of"),
        (box_answer(lambda x, y, w, h, width: (width - x - w / 2, y, w, h)), "x is the"),
        (box_answer(lambda x, y, w, h, width: (width - x - w, y, h, w)), "A flip changes"),
        (box_answer(lambda x, y, w, h, width: (-x, y, w, h)), "x counts from"),
        (box_answer(lambda x, y, w, h, width: (width - x - w + 1, y, w, h)), "The right side,"),
    ],
    "data_augmentation.fitting": [
        (lambda: ["dusk and rain", "any angle", "a few degrees"], "X-rays are taken"),
        (lambda: ["any angle", "dusk and rain", "a few degrees"], "A patient stands"),
        (lambda: ["dusk and rain", "a few degrees", "any angle"], "Only the screws"),
        (lambda: ["a few degrees", "any angle", "dusk and rain"], "The X-rays are"),
        (lambda: ["any angle", "a few degrees", "dusk and rain"], "All are one"),
    ],
    "data_augmentation.mixed_label": [
        (lambda *given: mixed_label(*given, ends=(False, False)), "The box may"),
        (lambda *given: mixed_label(*given, ends=(False, True)), "Below and to"),
        (lambda *given: mixed_label(*given, ends=(True, False)), "Above and to"),
        (lambda a, b, size, box: mixed_label(b, a, size, box), "The pasted part"),
        (one_side, "An area is"),
        (of_the_box, "That is how"),
        (pixels, "This counts pixels"),
        (larger, "Both labels count"),
        (lambda a, b, size, box: (a + b) / 2, "The two shares"),
        (lambda a, b, size, box: a * 0.9 + b * 0.1, "Which rows and"),
    ],
    "data_augmentation.prepare": [
        (prepare(True, False, True, True), "Validation pictures stand"),
        (prepare(mirror=True, seeded=True), "Which change does"),
        (prepare(labels_too=False), "Where pictures are"),
        (prepare(seeded=True), "Every step needs"),
        (prepare(without=("shift", "mixing")), "Every step needs"),
        (prepare(without=("shift",)), "Keep what is"),
        (prepare(without=("mixing",)), "Keep what is"),
    ],
    "data_augmentation.augmenter": [
        (augmenter(side=32), "keras.Input((28, 28, 1))"),
        (augmenter(always=True), "Layers named Random"),
        (augmenter(turn=False), "Which layer turns"),
        (augmenter(learns=True), "Augmentation has nothing"),
        (augmenter(angle=10), "How far do"),
    ],
}
