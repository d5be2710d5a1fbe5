"""What the exercises of the notebook on training a detector want."""

import numpy as np


def assign_inputs(random):
    if random is None:
        table = [[0.7, 0.1], [0.4, 0.2], [0.3, 0.35], [0.55, 0.6], [0.42, 0.48], [0.5, 0.0]]
        rare = [[0.2, 0.1], [0.45, 0.3], [0.6, 0.05], [0.0, 0.38]]
        return [(np.array(table), 0.4, 0.5), (np.array(rare), 0.4, 0.5)]
    table = [[0.72, 0.11], [0.4, 0.2], [0.3, 0.35], [0.56, 0.64], [0.42, 0.47], [0.5, 0.1]]
    rare = random.permutation([[0.2, 0.1], [0.45, 0.3], [0.6, 0.05], [0.02, 0.38]])
    return [(random.permutation(table), 0.4, 0.5), (rare, 0.4, 0.5)]


def assigned(overlaps, low, high, best=True):
    owner = np.full(len(overlaps), -1)
    for anchor, row in enumerate(overlaps):
        if max(row) >= high:
            owner[anchor] = int(np.argmax(row))
        elif max(row) >= low:
            owner[anchor] = -2
    if best:
        for box in range(overlaps.shape[1]):
            owner[int(np.argmax(overlaps[:, box]))] = box
    return owner


def assign(overlaps, low, high):
    wanted = assigned(overlaps, low, high)
    only_best = np.full(len(overlaps), -1)
    only_best[overlaps.argmax(axis=0)] = np.arange(overlaps.shape[1])
    swapped = np.select([wanted == -1, wanted == -2], [-2, -1], wanted)
    mistakes = {
        "A box that no anchor overlaps by high goes without; its best anchor is to have it.": (
            assigned(overlaps, low, high, best=False)
        ),
        "Between low and high an anchor is left out: -2.": assigned(overlaps, high, high),
        "An anchor from low to high belongs to nobody; it is left out: -2.": (
            assigned(overlaps, low, low)
        ),
        'Exactly low, or exactly high, is enough: it says "or more".': (
            assigned(overlaps, np.nextafter(low, 1), np.nextafter(high, 1))
        ),
        "-1 is background, -2 is left out, not the other way round.": swapped,
        "Each box has its best anchor now, but others that overlap it by high have it, too.": (
            only_best
        ),
        "An anchor that overlaps no box by low is background: -1.": (overlaps.argmax(axis=1)),
    }
    return wanted, mistakes, "One number for each anchor: its box, or -1, or -2."


def threshold_inputs(random):
    return [(0.05, 0.5)]


def threshold(low, high):
    mistakes = {
        "It need not fall: where wrong answers go first, it rises.": "precision",
        "It may rise and it may fall; only one of both is certain.": "both",
        "Right answers can only become fewer, and the digits stay as many as they are.": "neither",
    }
    return "recall", mistakes, ""


def keep_best_inputs(random):
    random = np.random.default_rng(3) if random is None else random
    corner = random.uniform(0, 60, (30, 2))
    size = random.uniform(8, 20, (30, 2))
    scores = random.permutation(np.arange(10, 40)) / 50
    return [(np.concatenate([corner, size], axis=1).round(1), scores)]


def overlap(a, b):
    """Intersection over union of boxes as left, top, width and height."""
    start, end = np.maximum(a[:2], b[:2]), np.minimum(a[:2] + a[2:], b[:2] + b[2:])
    both = np.prod(np.maximum(end - start, 0))
    return both / (np.prod(a[2:]) + np.prod(b[2:]) - both)


def kept_of(boxes, scores, limit=0.5):
    kept = []
    for i in np.argsort(-scores):
        if all(overlap(boxes[i], boxes[k]) < limit for k in kept):
            kept.append(int(i))
    return kept


AT_THE_CORNER = np.array([[0.0, 0, 10, 10], [0, 0, 10, 9], [0, 0, 2, 2]])
SIDE_BY_SIDE = np.array([[40.0, 40, 10, 10], [51, 40, 10, 10], [40, 51, 10, 10]])


def keep_best_look(answer, boxes, scores, progress):
    """What is kept of boxes at the corner, where both formats are the same, and elsewhere."""

    def kept(boxes, scores):
        return [int(i) for i in answer(boxes, np.array(scores))]

    return {
        "corner": kept(AT_THE_CORNER, [0.6, 0.9, 0.3]),
        "apart": kept(SIDE_BY_SIDE, [0.9, 0.8, 0.7]),
        "moved": kept(AT_THE_CORNER + [50, 50, 0, 0], [0.9, 0.6, 0.3]),
        "many": kept(boxes, scores),
    }


def keep_best_faults(seen, boxes, scores):
    found = {name: sorted(int(i) for i in np.ravel(seen[name])) for name in seen}
    order = found["corner"] != [1, 2]
    apart = found["apart"] != [0, 1, 2] or found["moved"] != [0, 2]
    rest = not order and not apart and found["many"] != sorted(kept_of(boxes, scores))
    return {
        "order": f"Of two nearly equal boxes with scores 0.6 and 0.9 it keeps {found['corner']}."
        * order,
        "format": f"Of three boxes that do not meet it keeps {found['apart']}; of three with one "
        f"corner, of which the second covers nine tenths of the first, {found['moved']}." * apart,
        "rest": "Of many boxes it keeps others than the definition says." * rest,
    }


def small_detector_inputs(random):
    return [()]


def small_detector_looks(model):
    ends = tuple(model.input_shape), tuple(model.output_shape)
    return {
        "ends": ""
        if ends == ((None, 64, 64, 1), (None, 256, 15))
        else f"it reads {ends[0]} and gives {ends[1]}."
    }


def rectangles(count, random):
    """Canvases with one white rectangle on an anchor each, and which of the 256 it is."""
    which = random.integers(256, size=count)
    canvases = np.zeros((count, 64, 64, 1), "float32")
    for canvas, anchor in zip(canvases, which):
        place, shape = divmod(int(anchor), 4)
        y, x = 8 * (place // 8) + 4, 8 * (place % 8) + 4
        h, w = ((7, 7), (7, 3), (13, 13), (13, 6))[shape]
        canvas[max(y - h, 0) : y + h, max(x - w, 0) : x + w] = 1
    return canvases, which.astype("int32")


def small_detector_measure(model, progress, learn=None):
    """What `learn(model)` of the notebook returns; without it, the share of rectangles found."""
    if learn is not None:
        return float(learn(model))
    import keras

    random = np.random.default_rng(0)
    canvases, which = rectangles(1024, random)

    def loss(which, output):
        seen = output[..., 1] - output[..., 0]
        return keras.losses.sparse_categorical_crossentropy(which, seen, from_logits=True)

    model.compile(keras.optimizers.Adam(0.005), loss)
    for epoch in range(12):
        progress(f"epoch {epoch + 1}")
        model.fit(canvases, which, 32, verbose=0)
    found = keras.ops.convert_to_numpy(model(canvases[:256], training=True))
    return float(np.mean((found[..., 1] - found[..., 0]).argmax(axis=1) == which[:256]))


EXERCISES = {
    "assign": {
        "kind": "write",
        "inputs": assign_inputs,
        "case": assign,
        "hints": [
            "Start with -1 for every anchor. Which rows have a largest overlap of high or more, "
            "and which lie between?",
            "np.max(overlaps, axis=1) and np.argmax(overlaps, axis=1) settle these three "
            "cases. Then look down the columns.",
            "Finally: for box, anchor in enumerate(overlaps.argmax(axis=0)): owner[anchor] = box.",
        ],
    },
    "threshold": {
        "kind": "predict",
        "inputs": threshold_inputs,
        "case": threshold,
        "options": ["precision", "recall", "both", "neither"],
        "because": "with fewer answers there cannot be more right ones; in precision the "
        "denominator shrinks as well, so it may go either way",
        "hints": [
            "Write both as fractions. Which of the four numbers can change?",
            "Recall is right answers over digits there. Precision is right answers over answers. "
            "Take away one wrong answer, and then one right answer.",
        ],
    },
    "keep_best": {
        "kind": "repair",
        "inputs": keep_best_inputs,
        "look": keep_best_look,
        "faults": keep_best_faults,
        "says": {
            "order": "The surest box is to be taken first.",
            "format": "Which four numbers does overlap expect, and which does it get here?",
            "rest": "A box stays if its IoU with each kept box is below the limit.",
        },
        "hints": [
            "np.argsort sorts from small to large. And what does overlap take four numbers for?",
            "The boxes are left, top, width, height; overlap wants left, top, right, bottom. "
            "Convert them once, at the beginning.",
            "corners = np.concatenate([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], axis=1), and "
            "np.argsort(-scores).",
        ],
    },
    "small_detector": {
        "kind": "build",
        "inputs": small_detector_inputs,
        "looks": small_detector_looks,
        "parameters": 30_000,
        "measure": small_detector_measure,
        "goal": 0.35,
        "of": "as its AP",
        "seconds": 300,
        "says": {
            "ends": "keras.Input((64, 64, 1)) is wanted, and a last Reshape((-1, 15)) behind "
            "8 × 8 places with 60 channels.",
            "too many": "Most of them are in the 3 × 3 kernels between wide layers. "
            "layers.SeparableConv2D has far fewer.",
            "too low": "Does each place see far enough? The largest digits are 32 pixels high: add "
            "layers, or a stride early on, and normalise between them.",
        },
        "hints": [
            "Where are the lesson's parameters? params.explain(network) tells. Which layers could "
            "have fewer channels, or cheaper kernels?",
            "A SeparableConv2D has 9 × in + in × out weights in place of 9 × in × out. The last "
            "layer may be one, too.",
            "Conv2D(16, 5, strides=2), Conv2D(32, 3, strides=2), then separable layers of 64 "
            "channels, the first with stride 2, BatchNormalization and ReLU behind each; at last "
            "SeparableConv2D(60, 3).",
        ],
    },
}
