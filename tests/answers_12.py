"""Right and wrong answers to the exercises of 12_data_augmentation."""

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


RIGHT = {"12.color_shift": color_shift, "12.flip_box": flip_box}
WRONG = {
    "12.color_shift": [
        wrapped,
        clipped_after_wrapping,
        lambda picture, shifts: picture + shifts,  # not clipped
        lambda picture, shifts: np.minimum(picture + shifts, 255),
        lambda picture, shifts: np.maximum(picture + shifts, 0),
        lambda picture, shifts: np.clip(picture + shifts[::-1], 0, 255),
        lambda picture, shifts: np.clip(picture + shifts.sum(), 0, 255),
        lambda picture, shifts: np.clip(picture + shifts[0], 0, 255),
        lambda picture, shifts: np.clip(picture * (1 + shifts / 255), 0, 255),
        lambda picture, shifts: np.clip(picture + shifts, 0, 1),
        rescaled,
    ],
    "12.flip_box": [
        box_answer(lambda x, y, w, h, width: (width - x, y, w, h)),
        box_answer(lambda x, y, w, h, width: (width - 1 - x - w, y, w, h)),
        box_answer(lambda x, y, w, h, width: (width - 1 - x, y, w, h)),
        box_answer(lambda x, y, w, h, width: (x, y, w, h)),
        box_answer(lambda x, y, w, h, width: (x, width - y - h, w, h)),
        box_answer(lambda x, y, w, h, width: (width - x, y, -w, h)),
        box_answer(lambda x, y, w, h, width: (width - x - w / 2, y, w, h)),
        box_answer(lambda x, y, w, h, width: (width - x - w, y, h, w)),
        box_answer(lambda x, y, w, h, width: (-x, y, w, h)),
    ],
}
