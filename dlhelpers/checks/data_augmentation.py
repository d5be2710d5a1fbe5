"""What the exercises of the notebook on data augmentation want."""

import numpy as np


def color_shift_inputs(random):
    picture = np.array([[[0, 128, 255], [10, 20, 30]], [[250, 100, 5], [200, 0, 60]]], np.uint8)
    shifts = (20, 0, -40), (0, 7, 0), (-30, 200, 10)
    if random is not None:
        picture[0, 1] = random.integers(20, 90, 3)
        picture[1] = [random.integers(*ends, 3) for ends in ((0, 256), (100, 256))]
        up, down = random.integers(10, 60, 2), -random.integers(20, 60, 2)
        shifts = (
            (up[0], 0, down[0]),
            (0, int(random.integers(5, 30)), 0),
            (down[1], int(random.integers(120, 220)), up[1]),
        )
    return [(picture, np.array(shift)) for shift in shifts]


def color_shift(picture, shifts):
    wanted = np.zeros_like(picture)
    for channel, shift in enumerate(shifts):
        table = [min(max(value + shift, 0), 255) for value in range(256)]
        wanted[..., channel] = np.array(table)[picture[..., channel]]
    added = picture.astype(int) + shifts
    mistakes = {
        "A uint8 has no 256: 250 + 20 starts again at 14. Make it an int before you add.": (
            added % 256
        ),
        "Values below 0 or above 255 are no colours: keep them at the end of the range.": added,
        "Below 0 is kept at 0; keep above 255 at 255 as well.": np.maximum(added, 0),
        "Above 255 is kept at 255; keep below 0 at 0 as well.": np.minimum(added, 255),
        "The shifts come in the order red, green, blue.": np.clip(
            picture.astype(int) + shifts[::-1], 0, 255
        ),
        "Each channel has a shift of its own; this adds their sum.": np.clip(
            picture.astype(int) + sum(shifts), 0, 255
        ),
        "Each channel has a shift of its own; this gives all of them the first.": np.clip(
            picture.astype(int) + shifts[0], 0, 255
        ),
        "A shift is added; this multiplies.": np.clip(picture * (1 + shifts / 255), 0, 255),
        "The range of these colours ends at 255, not at 1.": np.clip(added, 0, 1),
        "This scales the values back into the range; a shift leaves the others as they are.": (
            np.clip((added - added.min()) / np.ptp(added) * 255, 0, 255)
        ),
    }
    return (
        wanted,
        mistakes,
        "Add each channel's shift in a type that can hold the sum, then clip to 0 and 255.",
    )


def flip_box_inputs(random):
    if random is None:
        return [((2, 1, 3, 4), 10), ((0, 5, 4, 2), 20), ((7, 0, 6, 9), 15)]
    calls = []
    for width in random.integers(10, 25, 3).tolist():
        x, y = random.integers(0, width - 4), random.integers(0, 8)
        box = x, y, random.integers(2, width - x), random.integers(2, 10)
        calls.append((tuple(map(int, box)), width))
    return calls


def flip_box(box, width):
    x, y, w, h = box
    picture = np.zeros((20, width))
    picture[y : y + h, x : x + w] = 1
    columns = np.flatnonzero(picture[:, ::-1].any(axis=0))
    wanted = (int(columns[0]), y, len(columns), h)
    mistakes = {
        "That is where the left side lands; after the flip it is the right side.": (
            (width - x, y, w, h)
        ),
        "That is where the first column lands; after the flip it is the last one.": (
            (width - 1 - x, y, w, h)
        ),
        "One pixel too far left: the box x = 0 with w = width stays where it is.": (
            (width - 1 - x - w, y, w, h)
        ),
        "The flip moves the box too, unless it stands in the middle.": (x, y, w, h),
        "A horizontal flip swaps left and right; y stays.": (x, width - y - h, w, h),
        "The sizes of a box do not change sign.": (width - x, y, -w, h),
        "x is the left side of the box, not its centre.": (width - x - w / 2, y, w, h),
        "A flip changes neither width nor height.": (width - x - w, y, h, w),
        "x counts from the left side of the picture, and no picture lies left of that.": (
            (-x, y, w, h)
        ),
    }
    return (
        wanted,
        mistakes,
        "The right side, at x + w, becomes the left side: how far is it from the right edge?",
    )


EXERCISES = {
    "color_shift": {
        "kind": "write",
        "inputs": color_shift_inputs,
        "case": color_shift,
        "hints": [
            "What is 250 + 20 in the type of the picture, and what should it be?",
            "Change the type before you add, so that the sum fits; afterwards keep it between 0 "
            "and 255.",
            "np.clip(picture.astype(int) + shifts, 0, 255): the last axis of the picture meets the "
            "three shifts.",
        ],
    },
    "flip_box": {
        "kind": "write",
        "inputs": flip_box_inputs,
        "case": flip_box,
        "hints": [
            "Which side of the box is the left one after the flip?",
            "The one that was right, at x + w. After the flip it is as far from the left edge as "
            "it was from the right edge before.",
            "The new x is width - (x + w); y, w and h stay.",
        ],
    },
}
