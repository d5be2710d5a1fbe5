"""Right and wrong answers to the exercises of `dlhelpers/checks/data_augmentation.py`."""

import numpy as np


def color_shift(picture, shifts):
    return np.clip(picture.astype(int) + shifts, 0, 255).astype("uint8")


def wrapped(picture, shifts):
    return picture + shifts.astype("uint8")


def clipped_after_wrapping(picture, shifts):
    return np.clip((picture + shifts.astype("uint8")), 0, 255)


def rescaled(picture, shifts):
    added = picture.astype(int) + shifts
    return (added - added.min()) / (added.max() - added.min()) * 255


def flip_box(box, width):
    x, y, w, h = box
    return width - x - w, y, w, h


def box_answer(change):
    def answer(box, width):
        return change(*box, width)

    return answer


RIGHT = {"data_augmentation.color_shift": color_shift, "data_augmentation.flip_box": flip_box}
WRONG = {
    "data_augmentation.color_shift": [
        (wrapped, "A uint8 has"),
        (clipped_after_wrapping, "A uint8 has"),
        (lambda picture, shifts: picture + shifts, "Values below 0"),
        (lambda picture, shifts: np.minimum(picture + shifts, 255), "Above 255 is"),
        (lambda picture, shifts: np.maximum(picture + shifts, 0), "Below 0 is"),
        (lambda picture, shifts: np.clip(picture + shifts[::-1], 0, 255), "The shifts come"),
        (
            lambda picture, shifts: np.clip(picture + shifts.sum(), 0, 255),
            "Each channel has a shift of its own; this adds",
        ),
        (
            lambda picture, shifts: np.clip(picture + shifts[0], 0, 255),
            "Each channel has a shift of its own; this gives",
        ),
        (lambda picture, shifts: np.clip(picture * (1 + shifts / 255), 0, 255), "A shift is"),
        (lambda picture, shifts: np.clip(picture + shifts, 0, 1), "The range of"),
        (rescaled, "This scales the"),
        (
            lambda picture, shifts: np.clip(picture.astype(int) - shifts, 0, 255),
            "Add each channel's",
        ),
    ],
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
}
