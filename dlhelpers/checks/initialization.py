"""What the exercises of the notebook on initialization want."""

import math

import numpy as np


def square_after_inputs(random):
    if random is None:
        return [(3, 50, 0.03), (2, 100, 0.02), (1, 100, 0.01), (10, 20, 0.12)]
    n = random.integers(20, 200, 4).tolist()
    gain = random.uniform(0.7, 2.5, 4).round(1)
    return [(d, m, float((g / m).round(3))) for d, m, g in zip((3, 2, 1, 7), n, gain)]


def square_after(depth, n, weight_variance):
    factor = n * weight_variance
    right = factor
    for _ in range(depth - 1):
        right *= factor / 2
    mistakes = {
        "No ReLU stands in front of the first layer: its inputs are whole.": (factor / 2) ** depth,
        "Each ReLU halves what enters the next layer.": factor**depth,
        "That is one layer too many.": right * factor / 2,
        "Half of the inputs are 0, each layer anew: the 1/2 is multiplied once for every ReLU.": (
            factor**depth / 2
        ),
        "The first layer multiplies, too.": (factor / 2) ** (depth - 1),
        "The layers multiply, they do not add.": factor + (depth - 1) * factor / 2,
        "This is its root; the mean square is wanted.": right**0.5,
        "The mean square of a sum of n terms is n times as large, not n².": (
            (n * factor) ** depth / 2 ** (depth - 1)
        ),
    }
    return (
        right,
        mistakes,
        "The first layer multiplies by n Var(w), every later one by n Var(w) / 2.",
    )


def leaky_variance_inputs(random):
    if random is None:
        return [(100, 0.3), (784, 0.1), (50, 0.5)]
    n, slope = random.integers(20, 900, 3).tolist(), random.uniform(0.1, 0.8, 3).round(2).tolist()
    return list(zip(n, slope))


def leaky_variance(n_in, slope):
    kept = (1 + slope**2) / 2
    right = 1 / (kept * n_in)
    mistakes = {
        "This is He's rule for the ReLU. A Leaky ReLU leaves something of the negative half, too, "
        "so the weights may be smaller.": 2 / n_in,
        "A mean square takes squares: the negative half keeps slope² of its own, not slope.": (
            2 / ((1 + slope) * n_in)
        ),
        "Each half is squared for itself; then the two are added.": 2 / ((1 + slope) ** 2 * n_in),
        "The negative half is not lost: what is left of it is added, not taken off.": (
            2 / ((1 - slope**2) * n_in)
        ),
        "This is upside down: the less is left, the larger the weights must be.": kept / n_in,
        "Positive and negative are half of the z each: of the mean square (1 + slope²) / 2 is "
        "left.": right / 2,
        "This is 1 / n, which keeps z if nothing is lost behind it.": 1 / n_in,
        "This is the standard deviation; its square, the variance, is wanted.": right**0.5,
        "This is what the activation asks for in all; it is shared by the n inputs.": right * n_in,
    }
    return (
        right,
        mistakes,
        "Half of the z pass as they are, half are multiplied by the slope. Which part of the mean "
        "square is left? n Var(w) times that must be 1.",
    )


def first_loss_inputs(random):
    return [(10 if random is None else int(random.choice([3, 5, 7, 20, 26, 50, 100, 200])),)]


def first_loss(classes):
    mistakes = {
        "That is the probability of each class; the loss is minus its logarithm.": 1 / classes,
        "That many pictures are misread in a guess; cross-entropy asks how probable the right "
        "class was.": 1 - 1 / classes,
        "A network that knows nothing is not right: each class gets some of the probability, the "
        "right one no more than the others.": 0.0,
        "The loss takes the natural logarithm, not the one to base 10.": math.log10(classes),
        "The loss takes the natural logarithm, not the one to base 2.": math.log2(classes),
        "The logarithm of a probability is negative, the loss is minus that.": -math.log(classes),
    }
    return (
        math.log(classes),
        mistakes,
        "All outputs are alike, so the softmax gives each class the same probability. Which one, "
        "and what is minus its logarithm?",
    )


LARGEST_LOSS = 5.0  # He's and Glorot's last layers start between 2.3 and 3.9


def repaired_start_inputs(random):
    random = np.random.default_rng(3) if random is None else random
    return [(random.normal(size=(500, 784)).astype("float32"), random.integers(0, 10, 500))]


def repaired_start_look(answer, x, labels, progress):
    model = answer()
    if not hasattr(model, "count_params"):
        raise TypeError("it gives no Keras model")
    return {"model": model}


def repaired_start_faults(seen, x, labels):
    """What the three layers do to pictures of mean 0 and variance 1, before any training."""
    import keras

    model = seen["model"]
    dense = [layer for layer in model.layers if hasattr(layer, "kernel")]
    if len(dense) != 3:
        raise ValueError(f"the network has {len(dense)} layers with a kernel; keep its three")
    ends = [tensor for layer in dense for tensor in (layer.input, layer.output)]
    values = keras.Model(model.inputs[0], ends)(x)
    values = [np.asarray(keras.ops.convert_to_numpy(value), float) for value in values]
    squares = [np.mean(value**2) for value in values]

    def grown(layer, factor):
        text = f"{layer} makes the mean square of its inputs ≈{factor:.3g} times as large."
        return "" if 0.25 < factor < 4 else text

    units = np.ptp(values[3], axis=1).max()
    scores = values[5] - values[5].max(axis=1, keepdims=True)
    if np.allclose(values[5].sum(axis=1), 1, atol=1e-3):  # there is a softmax
        scores = np.log(np.maximum(values[5], 1e-30))
    else:
        scores = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    loss = -np.mean(scores[np.arange(len(labels)), labels])
    alike = units <= 1e-3 * np.sqrt(squares[3])
    return {
        "first": grown("The first layer", squares[1] / squares[0]),
        "alike": "All units of the second layer give the same." if alike else "",
        "second": "" if alike else grown("The second layer", squares[3] / squares[2]),
        "last": f"The first loss is ≈{loss:.1f}; log 10 is 2.3." if loss > LARGEST_LOSS else "",
    }


HIDDEN, NEURONS, LEAK = 24, 300, 0.5


def leaky_network_inputs(random):
    random = np.random.default_rng(4) if random is None else random
    return [(random.normal(size=(200, 784)).astype("float32"),)]


def passes(model, x):
    """For each layer with a kernel: z, computed here, and what the next of them reads."""
    import keras

    dense = [layer for layer in model.layers if hasattr(layer, "kernel")]
    outputs = [layer.input for layer in dense] + [model.outputs[0]]
    read = keras.Model(model.inputs[0], outputs)(x)
    read = [np.asarray(keras.ops.convert_to_numpy(value), float) for value in read]
    found = []
    for layer, before, after in zip(dense, read, read[1:]):
        weights = [np.asarray(keras.ops.convert_to_numpy(w), float) for w in layer.weights]
        found.append((before @ weights[0] + sum(weights[1:]), after))
    return found


def leaky_network_looks(model):
    shapes = model.input_shape, model.output_shape
    if shapes != ((None, 784), (None, 10)):
        return {"ends": f"it goes from the shape {shapes[0]} to {shapes[1]}."}
    dense = [layer for layer in model.layers if hasattr(layer, "kernel")]
    units = [layer.kernel.shape[-1] for layer in dense]
    if units != HIDDEN * [NEURONS] + [10]:
        hidden = sorted(set(units[:-1]))
        said = f"it has {len(units) - 1} hidden layers with {hidden} neurons."
        return {"layers": said}
    kernels = [layer.get_weights()[0] for layer in dense]
    if any(np.array_equal(kernels[1], other) for other in kernels[2:-1]):
        return {"alike": "several of its layers start with the very same weights."}
    x = np.random.default_rng(5).normal(size=(50, 784)).astype("float32")
    slopes = []
    for z, a in passes(model, x)[:-1]:
        negative = z < -1e-3 * np.abs(z).max()
        slopes.append(np.median(a[negative] / z[negative]) if negative.any() else np.nan)
        straight = np.where(z > 0, z, slopes[-1] * z)
        if not np.allclose(a, straight, rtol=1e-3, atol=1e-3 * np.abs(z).max()):
            return {"between": "what a layer reads is not g(z) of the layer before."}
    if not np.allclose(slopes, LEAK, atol=1e-3):
        return {"slope": f"below 0 its slope is ≈{slopes[0]:.2g}, and {LEAK} is wanted."}
    return {}


def leaky_network_measure(model, x, progress):
    """By which factor the mean square of z changes over the hidden layers, as a number below 1."""
    squares = [np.mean(z**2) for z, _ in passes(model, x)[:-1]]
    ratio = squares[-1] / squares[0]
    return float(min(ratio, 1 / ratio))


EXERCISES = {
    "first_loss": {
        "kind": "predict",
        "inputs": first_loss_inputs,
        "case": first_loss,
        "tolerance": 0.01,
        "because": "each class gets p = 1 / classes, and the loss is -log p",
        "hints": [
            "All outputs are nearly equal. What does the softmax make of equal numbers?",
            "Each class gets the same probability, and together they have 1. The loss is minus the "
            "logarithm of what the right class gets.",
            "-log(1 / classes) is log(classes), the natural logarithm: np.log.",
        ],
    },
    "repaired_start": {
        "kind": "repair",
        "inputs": repaired_start_inputs,
        "look": repaired_start_look,
        "faults": repaired_start_faults,
        "says": {
            "first": "It reads 784 numbers. Which variance does He's rule want then, and which one "
            "do the weights have?",
            "alike": "They start with the same weights, so all of them compute the same: a hundred "
            "neurons do the work of one until the layer above pulls them apart.",
            "second": "A ReLU stands in front and halves the mean square: He's start makes up "
            "for it.",
            "last": "The hidden layers are fine, so the scores are too large: the last layer's "
            "weights are.",
        },
        "hints": [
            "Go through the layers from the first on. For each, compare the variance of its "
            "weights with what the table in this notebook wants.",
            "The first kernel has variance 0.04 where 2 / 784 is wanted. The second has no "
            "variance at all. The third has variance 1 for 100 inputs.",
            'Write kernel_initializer="he_normal" in the first and the second layer, and leave the '
            "third to Keras, which takes Glorot's.",
        ],
    },
    "square_after": {
        "kind": "write",
        "inputs": square_after_inputs,
        "case": square_after,
        "hints": [
            "By which factor does one layer multiply the mean square, with and without a ReLU in "
            "front of it?",
            "By n Var(w) without a ReLU, by half of that with one. How many layers have one in "
            "front?",
            "All but the first: (n Var(w)) ** depth / 2 ** (depth - 1).",
        ],
    },
    "leaky_variance": {
        "kind": "write",
        "inputs": leaky_variance_inputs,
        "case": leaky_variance,
        "hints": [
            "z is as often positive as negative. What does g do to the square of each half?",
            "The positive half keeps its square, the negative half slope² of it: (1 + slope²) / 2 "
            "of the mean square is left. A layer multiplies by n Var(w) times that.",
            "Var(w) = 2 / ((1 + slope²) n).",
        ],
    },
    "leaky_network": {
        "kind": "build",
        "inputs": leaky_network_inputs,
        "looks": leaky_network_looks,
        "parameters": 2_315_410,
        "measure": leaky_network_measure,
        "goal": 0.1,
        "of": "as the smaller mean square over the larger",
        "seconds": 120,
        "says": {
            "ends": "keras.Input((784,)) and a last Dense(10) are wanted.",
            "layers": f"{HIDDEN} of {NEURONS} are wanted, and Dense(10) behind them.",
            "alike": "One initializer object draws the same weights at each call: give each layer "
            "its own, for instance start.clone().",
            "between": "A Dense layer and a Leaky ReLU, nothing else: the start alone shall do it.",
            "slope": "Keras's defaults are others: layers.LeakyReLU(negative_slope=0.5), and no "
            "activation in the Dense layer.",
            "too many": "Kernels and biases have 2,315,410. A Leaky ReLU has none, but PReLU has.",
            "too low": "Each layer multiplies by n Var(w) times what a Leaky ReLU of slope 0.5 "
            "leaves. Which variance makes that 1? VarianceScaling takes it as scale / n.",
        },
        "hints": [
            "How much of the mean square does a Leaky ReLU of slope 0.5 leave, and which variance "
            "makes up for it? That was the exercise before.",
            'keras.initializers.VarianceScaling(scale, "fan_in") gives the variance scale / n. '
            "Hand a new one, or start.clone(), to each hidden layer as kernel_initializer.",
            "scale = 2 / (1 + 0.5**2). In a loop of 24: Dense(300, kernel_initializer=...), then "
            "layers.LeakyReLU(negative_slope=0.5).",
        ],
    },
}
