"""What the exercises of the notebook on data augmentation want."""

import numpy as np


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


def fitting_inputs(random):
    return [()]


def fitting():
    angle, dusk, slight = "any angle", "dusk and rain", "a few degrees"
    mistakes = {
        "X-rays are taken in a room where it is never dusk. And screws on a belt: how do they "
        "lie?": [dusk, angle, slight],
        "A patient stands nearly upright before the plate, while a screw rolls: who may lie at any "
        "angle?": [angle, dusk, slight],
        "Only the screws are right now. Which camera stands outdoors?": [dusk, slight, angle],
        "The X-rays are right. A road sign at any angle is a fallen one; an arrow to the left "
        "would become one upwards.": [slight, angle, dusk],
    }  # fmt: skip
    return (
        [slight, dusk, angle],
        mistakes,
        "All are one place off: who is seen in any weather, and who may lie at any angle?",
    )


def mixed_label_inputs(random):
    random = np.random.default_rng(12) if random is None else random
    label, other = np.eye(4)[1], np.eye(4)[3]
    calls = [(label, other, (10, 20), (2, 3, 4, 10))]
    for top, left in ((-3, 5), (4, -2), (7, 15), (-1, 14)):
        height, width = (int(side) for side in random.integers(5, 8, 2))
        calls.append((label, other, (10, 20), (top, left, height, width)))
    calls.append((np.array([0.0, 1, 0, 0]), np.array([0.5, 0.5, 0, 0]), (8, 6), (-2, -1, 5, 4)))
    return calls


def mixed_label(label, other, size, box):
    (rows, columns), (top, left, height, width) = size, box
    pasted = np.zeros(size, bool)
    for row, column in np.ndindex(*size):
        pasted[row, column] = top <= row < top + height and left <= column < left + width
    share = pasted.mean()

    def mixed(share):
        return (1 - share) * label + share * other

    bottom, right = min(top + height, rows), min(left + width, columns)
    upper, first = max(top, 0), max(left, 0)
    mistakes = {
        "The box may hang over the border; what hangs over is not pasted.": mixed(
            height * width / (rows * columns)
        ),
        "Below and to the right the box is cut off now. It may hang over above and to the left, "
        "too.": mixed((bottom - top) * (right - left) / (rows * columns)),
        "Above and to the left the box is cut off now. It may hang over below and to the right, "
        "too.": mixed((top + height - upper) * (left + width - first) / (rows * columns)),
        "The pasted part shows what `other` says; this gives it the rest.": mixed(1 - share),
        "An area is a height times a width; this looks at one side only.": mixed(
            (bottom - upper) / rows
        ),
        "That is how the area of the box would be shared; divide by the area of the picture.": (
            mixed((bottom - upper) * (right - first) / (height * width))
        ),
        "This counts pixels; a share is a part of all the picture's pixels.": mixed(
            (bottom - upper) * (right - first)
        ),
        "Both labels count, each with its share of the picture.": (
            other if share > 0.5 else label
        ),
        "The two shares are not halves: they follow the area.": (label + other) / 2,
    }  # fmt: skip
    return (
        mixed(share),
        mistakes,
        "Which rows and columns of the picture does the box really cover? Their number, divided by "
        "all pixels, is the share of `other`.",
    )


PICTURES = 40


def prepare_inputs(random):
    return [(5 if random is None else int(random.integers(1000)),)]


def prepare_look(answer, seed, progress):
    """Call it six times with pictures of two bars, the left one darker, each with its own ink."""
    random = np.random.default_rng(seed)
    ink = random.permutation(np.linspace(1, 2, PICTURES))
    digits = np.zeros((PICTURES, 28, 28))
    digits[:, 6:22, 7:9], digits[:, 6:22, 18:20] = 0.4, 0.2
    digits *= ink[:, None, None]
    labels, validation = np.eye(PICTURES), random.uniform(size=(8, 28, 28))
    pictures, shares, kept = [], [], []
    stream = np.random.default_rng(seed + 1)
    for _ in range(6):
        given = answer(digits.copy(), labels.copy(), validation.copy(), stream)
        if not isinstance(given, (tuple, list)) or len(given) != 3:
            raise ValueError("it gives no three arrays: pictures, labels, validation pictures")
        made, said, held = (np.asarray(array, float) for array in given)
        shapes = made.shape, said.shape, held.shape
        if shapes != (digits.shape, labels.shape, validation.shape):
            raise ValueError(f"it gives the shapes {', '.join(map(str, shapes))}")
        pictures.append(made)
        shares.append(said)
        kept.append(np.allclose(held, validation))
    pictures, shares = np.stack(pictures), np.stack(shares)
    left, right = pictures[..., :14].sum(axis=(2, 3)), pictures[..., 14:].sum(axis=(2, 3))
    said = shares @ digits.sum(axis=(1, 2))
    still = np.isclose(pictures.sum(axis=(2, 3))[..., None], digits.sum(axis=(1, 2)), rtol=1e-6)
    return {
        "kept": int(np.sum(kept)),
        "mirrored": int(np.sum(right > left)),
        "mislabelled": int(np.sum(~np.isclose(pictures.sum(axis=(2, 3)), said, rtol=1e-6))),
        "mixed": float(np.mean(~still.any(axis=-1))),
        "alike": bool(np.allclose(pictures, pictures[:1])),
        "unmoved": bool(np.allclose(pictures.max(axis=(0, 1, 2)) > 0.01, digits[0, 10] > 0)),
    }


def prepare_faults(seen, seed):
    count = 6 * PICTURES
    gone = "shifted" * seen["unmoved"] or "mixed" * (seen["mixed"] < 0.05)
    return {
        "validation": f"In {6 - seen['kept']} of 6 calls it changes the validation pictures."
        if seen["kept"] < 6
        else "",
        "mirrored": f"{seen['mirrored']} of {count} pictures are mirrored."
        if seen["mirrored"]
        else "",
        "labels": f"{seen['mislabelled']} of {count} pictures have a label that does not say what "
        "was mixed."
        if seen["mislabelled"]
        else "",
        "alike": "Six calls give six times the same pictures." if seen["alike"] else "",
        "gone": f"No picture is {gone} any more." if gone and not seen["alike"] else "",
    }


def augmenter_inputs(random):
    return [()]


def augmenter_looks(model):
    import keras

    ends = tuple(model.input_shape), tuple(model.output_shape)
    if ends != ((None, 28, 28, 1), (None, 28, 28, 1)):
        return {"ends": f"it reads {ends[0]} and gives {ends[1]}."}
    pictures = np.random.default_rng(0).uniform(size=(16, 28, 28, 1)).astype("float32")
    after, while_training = (
        np.asarray(keras.ops.convert_to_numpy(model(pictures, training=mode)), float)
        for mode in (False, True)
    )
    changes = not np.allclose(after, pictures, atol=1e-5)
    return {
        "prediction": "It changes pictures when it is not training." if changes else "",
        "nothing": "Training pictures come out as they went in."
        if np.allclose(while_training, pictures, atol=1e-5)
        else "",
    }


def augmenter_measure(model, progress, learn=None):
    """What `learn(model)` of the notebook returns; without it, how far the pictures are turned.

    Without a notebook, a bar stands for the digits: the share of 200 copies of it that lean by
    between 15 and 60 degrees.
    """
    if learn is not None:
        return float(learn(model))
    import keras

    bar = np.zeros((200, 28, 28, 1), "float32")
    bar[:, 4:24, 13:15] = 1
    turned = np.asarray(keras.ops.convert_to_numpy(model(bar, training=True)), float)[..., 0]
    v, u = np.meshgrid(np.arange(28), np.arange(28))
    lean = []
    for picture in turned:
        total = max(picture.sum(), 1e-9)
        du, dv = u - (picture * u).sum() / total, v - (picture * v).sum() / total
        across = 2 * (picture * du * dv).sum()
        along = (picture * (du**2 - dv**2)).sum()
        lean.append(abs(np.degrees(np.arctan2(across, along)) / 2))
    lean = np.array(lean)
    return float(0.5 + np.mean((lean > 15) & (lean < 60)))


EXERCISES = {
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
    "fitting": {
        "kind": "predict",
        "inputs": fitting_inputs,
        "case": fitting,
        "options": ["any angle", "dusk and rain", "a few degrees"],
        "because": "each kind of change fits the pictures that its camera will meet, and keeps "
        "their label",
        "hints": [
            "Imagine the camera: what stands before it, and what may differ from one picture to "
            "the next?",
            "A screw on a belt has no upper end. A road sign hangs outdoors. An X-ray is taken in "
            "a room, of a person who tries to stand straight.",
            "The X-rays get the few degrees.",
        ],
    },
    "mixed_label": {
        "kind": "write",
        "inputs": mixed_label_inputs,
        "case": mixed_label,
        "hints": [
            "Draw a box that begins above the picture. Which rows of the picture does it cover?",
            "From max(top, 0) to min(top + height, rows), and the columns likewise.",
            "share = (bottom - top) * (right - left) / (rows * columns) with the four ends cut "
            "off; the label is (1 - share) * label + share * other.",
        ],
    },
    "prepare": {
        "kind": "repair",
        "inputs": prepare_inputs,
        "look": prepare_look,
        "faults": prepare_faults,
        "says": {
            "validation": "Validation pictures stand for those to come: they stay as they are.",
            "mirrored": "Which change does a digit's label not survive?",
            "labels": "Where pictures are mixed, their labels are mixed with the same shares.",
            "alike": "Every step needs new draws. Where do they come from, and where should they?",
            "gone": "Keep what is right, and mend the rest.",
        },
        "hints": [
            "Go through the lines and ask of each: does the label stay true, and is it for "
            "training pictures only?",
            "Two lines can go, one must return something else, and one makes every call draw the "
            "same.",
            "Drop the generator of its own, the mirror and the shift of the validation digits; "
            "return share * labels + (1 - share) * labels[partner] with share as a column.",
        ],
    },
    "augmenter": {
        "kind": "build",
        "inputs": augmenter_inputs,
        "looks": augmenter_looks,
        "parameters": 0,
        "measure": augmenter_measure,
        "goal": 0.75,
        "of": "of the leaning digits read",
        "seconds": 120,
        "says": {
            "ends": "keras.Input((28, 28, 1)) is wanted, and layers that keep the shape.",
            "prediction": "Layers named Random… change pictures only while training.",
            "nothing": "Which layer turns pictures?",
            "too many": "Augmentation has nothing to learn: no layer with weights is needed.",
            "too low": "How far do the test digits lean, and by how much did the strength that "
            "read them best turn? A factor of 1 is a full turn.",
        },
        "hints": [
            "The curve over the strengths says which angles help where digits lean.",
            "layers.RandomRotation(a / 360) turns by up to a degrees to both sides; paper around "
            'the digit is 0: fill_mode="constant".',
            'RandomRotation(45 / 360, fill_mode="constant") and '
            'RandomTranslation(0.07, 0.07, fill_mode="constant").',
        ],
    },
}
