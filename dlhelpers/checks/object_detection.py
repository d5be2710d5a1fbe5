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


def shifted_inputs(random):
    return [(100, 10)]


def shifted(side, step):
    left = side - step
    mistakes = {
        "That part of one box is shared. IoU divides by all that at least one of them covers.": (
            left**2 / side**2
        ),
        "That is what is left of one side; the other side loses as much, and the union grows.": (
            left / side
        ),
        "So it is after the step to the right alone.": left / (side + step),
        "What is lost to the right and below does not just add up, and the union grows.": (
            1 - 2 * step / side
        ),
        "That is the distance between the corners, not what they share.": step / side,
    }
    area = left**2
    return area / (2 * side**2 - area), mistakes, "How many pixels do both cover, how many either?"


def in_halves_inputs(random):
    if random is None:
        return [(60, 90)]
    return [(int(random.integers(40, 70)), int(random.integers(80, 120)))]


def in_halves_look(answer, height, width, progress):
    """Which parts of a picture it looks at, and what it makes of one box and one score in each."""
    parts, box = [], np.array([[2.0, 1, 6, 5]])  # left, top, right, bottom in the part

    def look(part):
        parts.append(list(np.shape(part)[:2]))
        return box.copy(), np.array([[0.9, 0.1]] if len(parts) == 1 else [[0.2, 0.8]])

    boxes, scores = answer(np.zeros((height, width, 3), "uint8"), look)
    return {"parts": parts, "boxes": np.asarray(boxes, float), "scores": np.asarray(scores, float)}


def in_halves_faults(seen, height, width):
    parts = [[int(n) for n in part] for part in seen["parts"]]
    boxes, scores = np.asarray(seen["boxes"]), np.asarray(seen["scores"])
    most = width - width // 2
    cut = len(parts) != 2 or any(h != height or w not in (width // 2, most) for h, w in parts)
    moved = parts[0][1] if parts else 0
    wanted = np.array([[2.0, 1, 6, 5], [2 + moved, 1, 6 + moved, 5]])
    shift = boxes.shape != (2, 4) or not np.allclose(boxes, wanted)
    mixed = scores.shape != (2, 2) or not np.allclose(scores, [[0.9, 0.1], [0.2, 0.8]])
    sizes = " and ".join(f"{h} × {w}" for h, w in parts)
    return {
        "cut": f"Of a picture {height} high and {width} wide it looks at {sizes}." * cut,
        "shift": "The box [2, 1, 6, 5] of the right half, which begins at x = "
        f"{moved}, becomes {boxes[-1].tolist()}." * shift,
        "scores": "Scores of 0.9 on the left and 0.2 on the right become "
        f"{[row.tolist() for row in np.atleast_2d(scores)[:, :1].T]}." * mixed,
    }


def small_finder_inputs(random):
    return [()]


def small_finder_looks(model):
    ends = tuple(model.input_shape), tuple(model.output_shape)
    wanted = ((None, 32, 32, 1), (None, 4))
    return {"ends": "" if ends == wanted else f"it reads {ends[0]} and gives {ends[1]}."}


def rectangles(count, random):
    """Canvases with one white rectangle each, and its left, top, right, bottom from 0 to 1."""
    size = random.integers(6, 16, (count, 2))
    start = (random.random((count, 2)) * (33 - size)).astype(int)
    canvases = np.zeros((count, 32, 32, 1), "float32")
    for canvas, (left, top), (w, h) in zip(canvases, start, size):
        canvas[top : top + h, left : left + w] = 1
    return canvases, (np.concatenate([start, start + size], axis=1) / 32).astype("float32")


def small_finder_measure(model, progress, learn=None):
    """What `learn(model)` of the notebook returns; without it, the mean IoU on rectangles."""
    if learn is not None:
        return float(learn(model))
    import keras

    random = np.random.default_rng(0)
    canvases, boxes = rectangles(2000, random)
    model.compile(keras.optimizers.Adam(0.003), "mse")
    for epoch in range(6):
        progress(f"epoch {epoch + 1}")
        model.fit(canvases, boxes, 32, verbose=0)
    canvases, boxes = rectangles(200, random)
    found = np.asarray(model.predict(canvases, verbose=0))
    start, end = np.maximum(found[:, :2], boxes[:, :2]), np.minimum(found[:, 2:], boxes[:, 2:])
    both = np.maximum(end - start, 0).prod(axis=1)
    areas = [np.maximum(b[:, 2:] - b[:, :2], 0).prod(axis=1) for b in (found, boxes)]
    return float(np.mean(both / (areas[0] + areas[1] - both)))


EXERCISES = {
    "shifted": {
        "kind": "predict",
        "inputs": shifted_inputs,
        "case": shifted,
        "tolerance": 0.003,
        "because": "90 × 90 pixels are shared, of 2 × 100 × 100 - 90 × 90 that are covered",
        "hints": [
            "Draw both boxes. How wide and how high is what both cover?",
            "It is 90 by 90 pixels. The union is both areas, less what was counted twice.",
        ],
    },
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
    "in_halves": {
        "kind": "repair",
        "inputs": in_halves_inputs,
        "look": in_halves_look,
        "faults": in_halves_faults,
        "says": {
            "cut": "It is to be cut from top to bottom, in the middle of its width.",
            "shift": "Only left and right move by where the half begins; top and bottom stay.",
            "scores": "Which scores belong to the boxes of the right half?",
        },
        "hints": [
            "It has three faults: where it cuts, how it moves boxes, which scores it gives.",
            "picture.shape is (height, width, 3). And a box has four numbers: which of them does "
            "a step to the right change?",
            "middle = picture.shape[1] // 2; add [middle, 0, middle, 0]; join left_scores and "
            "right_scores.",
        ],
    },
    "small_finder": {
        "kind": "build",
        "inputs": small_finder_inputs,
        "looks": small_finder_looks,
        "parameters": 10_000,
        "measure": small_finder_measure,
        "goal": 0.55,
        "of": "as its mean IoU",
        "seconds": 120,
        "says": {
            "ends": "keras.Input((32, 32, 1)) is wanted, and a last Dense(4) without activation.",
            "too many": "Most of them may be behind Flatten: let fewer channels reach it, or make "
            "the dense layer narrower. But the lesson's convolutions alone are too large as well: "
            "give them fewer filters, or make them separable.",
            "too low": "Does the last layer still know where things were? An average over all "
            "places forgets it; Flatten keeps it.",
        },
        "hints": [
            "Where are the lesson's parameters? params.explain(finder) tells.",
            "A Conv2D(8, 1) before Flatten leaves 8 channels at each place, and SeparableConv2D "
            "has far fewer weights than Conv2D.",
            "Conv2D(16, 5, strides=2), SeparableConv2D(32, 3, strides=2) twice, Conv2D(8, 1), each "
            "with ReLU; Flatten, Dense(32) with ReLU, Dense(4).",
        ],
    },
}
