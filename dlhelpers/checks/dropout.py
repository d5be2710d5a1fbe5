"""What the exercises of the notebook on dropout want."""

import numpy as np


def drop_inputs(random):
    fresh, random = random is not None, np.random.default_rng(6) if random is None else random
    calls = []
    for shape, p in (((8,), 0.25), ((3, 4), 0.5), ((2, 5), 0.8)):
        p = round(p * random.uniform(0.7, 1.2), 2) if fresh else p
        x = random.integers(1, 10, size=shape).astype(float)
        uniform = random.uniform(size=shape).round(2)
        calls += [(x, uniform, p, True), (x, uniform, p, False)]
    return calls


def drop(x, uniform, p, training):
    flat = zip(x.ravel(), uniform.ravel())
    dropped = np.reshape([0.0 if u < p else value / (1 - p) for value, u in flat], x.shape)
    on, off = uniform >= p, uniform < p
    if not training:
        mistakes = {
            "At inference nothing is dropped.": dropped,
            "At inference nothing is scaled either: the division while training has seen to "
            "that.": x * (1 - p),
            "At inference nothing is divided: all neurons are on.": x / (1 - p),
            "At inference nothing is dropped and nothing is scaled.": x * on,
        }
        return x, mistakes, "With training=False the output is x."
    off_for_all = np.broadcast_to(uniform.reshape(-1, x.shape[-1])[0] < p, x.shape)
    mistakes = {
        "Without scaling the next layer receives too little: divide by 1 - p.": x * on,
        "This divides by p; the share of the neurons that stay on is 1 - p.": x * on / p,
        "This multiplies by 1 - p and shrinks the output further; divide by it.": x * on * (1 - p),
        "The mask is the wrong way round: off where the number is below p.": x * off / (1 - p),
        "The mask is the wrong way round, and so is the scaling.": x * off / p,
        "Divide by the probability 1 - p, not by the share that happened to stay on.": (
            x * on / max(on.mean(), 1e-9)
        ),
        "Each example has a mask of its own, not that of the first row.": np.where(
            off_for_all, 0, x / (1 - p)
        ),
        "This leaves every neuron on; with training=True the mask acts.": x,
    }
    return (
        dropped,
        mistakes,
        "A neuron is off where its uniform number is below p; the others are divided by 1 - p.",
    )


def inference_weights_inputs(random):
    fresh, random = random is not None, np.random.default_rng(66) if random is None else random
    calls = []
    for inputs, units, p in ((2, 3, 0.5), (3, 2, 0.2), (4, 1, 0.75)):
        p = round(p * random.uniform(0.7, 1.2), 2) if fresh else p
        kernel = random.integers(-9, 10, size=(inputs, units)).astype(float)
        calls.append((kernel, random.integers(1, 10, size=units).astype(float), p))
    return calls


def inference_weights(kernel, bias, p):
    # All masks with their probabilities give the expected input of the layer, without scaling.
    masks = np.array(list(np.ndindex((2,) * len(kernel))))
    likely = np.prod(np.where(masks, 1 - p, p), axis=1)
    means = np.array([likely @ (masks[:, i : i + 1] * row) for i, row in enumerate(kernel)])
    mistakes = {
        "The bias is not dropped while training, so it stays as it is.": (
            kernel * (1 - p),
            bias * (1 - p),
        ),
        "p is the probability of being off; 1 - p of the inputs came through.": (kernel * p, bias),
        "Dividing is right while training; at inference all inputs are on, so each weight "
        "must count less.": (kernel / (1 - p), bias),
        "Without scaling the layer receives more than it did while training.": (kernel, bias),
        "This scales the bias and leaves the kernel; it is the other way round.": (
            kernel,
            bias * (1 - p),
        ),
    }
    return (
        (means, bias),
        mistakes,
        "Give the pair (kernel, bias): the layer's expected output must be the one that it had "
        "while training.",
    )


EXERCISES = {
    "drop": {
        "kind": "write",
        "inputs": drop_inputs,
        "case": drop,
        "hints": [
            "Three questions: which neurons are off, what happens to the others, and when?",
            "uniform < p is True for the neurons that are off. The others must make up for them, "
            "so that the sum stays the same on average. At inference x comes back as it is.",
            "While training: x * (uniform >= p) / (1 - p).",
        ],
    },
    "inference_weights": {
        "kind": "write",
        "inputs": inference_weights_inputs,
        "case": inference_weights,
        "hints": [
            "While training, how much of an input reached the layer on average?",
            "The share 1 - p of it. With all inputs on, each weight must count that much less. And "
            "the bias?",
            "No mask ever touched the bias: the pair is kernel * (1 - p) and the bias as it is.",
        ],
    },
}
