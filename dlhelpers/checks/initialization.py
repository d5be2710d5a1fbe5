"""What the exercises of the notebook on initialization want."""

import math

import numpy as np


def glorot_limit_inputs(random):
    if random is None:
        return [(3, 3), (784, 100), (20, 1000)]
    same, few, many = int(random.integers(3, 9)), *random.integers(10, 300, 2).tolist()
    return [(same, same), (many + 400, many), (few, few + 500)]


def glorot_limit(n_in, n_out):
    right = 6**0.5 * (n_in + n_out) ** -0.5
    sigma = right / 3**0.5
    mistakes = {
        "This is the standard deviation; a uniform distribution with it reaches √3 times "
        "as far.": sigma,
        "This is the variance; take its root, times √3.": sigma**2,
        "The root is missing.": right**2,
        "This is He's limit: Glorot adds inputs and outputs.": (6 / n_in) ** 0.5,
        "This has the outputs alone: Glorot adds inputs and outputs.": (6 / n_out) ** 0.5,
        "Inputs and outputs are added, not multiplied.": (6 / (n_in * n_out)) ** 0.5,
        "The variance is 2 / (n_in + n_out), one over the mean of both numbers.": (right / 2**0.5),
        "From -r to r the width is 2 r: r is half of that.": 2 * right,
    }
    return (
        right,
        mistakes,
        "On [-r, r] the uniform variance is r² / 3, and Glorot's is 2 / (n_in + n_out).",
    )


def he_std_inputs(random):
    if random is None:
        return [((784, 100),), ((3, 3, 8, 16),), ((5, 5, 1, 32),), ((3, 16, 4),)]
    n = random.integers(5, 60, 6).tolist()
    return [((n[0] * 7, n[1]),), ((3, 3, n[2], n[3] + 2),), ((5, 5, 1, n[4]),), ((3, n[5], 4),)]


def he_std(shape):
    inputs, outputs = math.prod(shape[:-1]), shape[-1]
    right = 2**0.5 * inputs**-0.5
    mistakes = {
        "He counts the inputs of a unit, not its layer's units.": (2 / outputs) ** 0.5,
        "A unit reads all of its patch in all channels: multiply all sizes but the last.": (
            (2 / shape[-2]) ** 0.5
        ),
        "The first size alone is not what a unit reads: multiply all sizes but the last.": (
            (2 / shape[0]) ** 0.5
        ),
        "The channels are missing: a unit reads its patch in all of them.": (
            (2 * shape[-2] / inputs) ** 0.5
        ),
        "This is the variance; its root is wanted.": 2 / inputs,
        "This is 1 / n, without He's factor 2 for the ReLU.": inputs**-0.5,
        "This is the limit of the uniform distribution, not the standard deviation.": (
            (6 / inputs) ** 0.5
        ),
        "This is Glorot's: He leaves the outputs out.": (2 / (inputs + outputs)) ** 0.5,
        "The filters are not inputs: multiply all sizes but the last.": (
            (2 / (inputs * outputs)) ** 0.5
        ),
        "This is what Keras draws from before it cuts the tails off; the standard deviation "
        "after that is wanted.": right / 0.8796256610342398,
    }
    return right, mistakes, "The variance is 2 / n, and n is how many numbers one unit reads."


def variance_after_inputs(random):
    if random is None:
        return [(3, 50, 0.03), (2, 100, 0.02), (1, 100, 0.01), (10, 20, 0.12)]
    n = random.integers(20, 200, 4).tolist()
    gain = random.uniform(0.7, 2.5, 4).round(1)
    return [(d, m, float((g / m).round(3))) for d, m, g in zip((3, 2, 1, 7), n, gain)]


def variance_after(depth, n, weight_variance):
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
        "This is the standard deviation; the variance is wanted.": right**0.5,
        "The variance of a sum of n terms is n times as large, not n².": (
            (n * factor) ** depth / 2 ** (depth - 1)
        ),
    }
    return (
        right,
        mistakes,
        "The first layer multiplies by n Var(w), every later one by n Var(w) / 2.",
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


EXERCISES = {
    "glorot_limit": {
        "kind": "write",
        "inputs": glorot_limit_inputs,
        "case": glorot_limit,
        "hints": [
            "What is Glorot's variance, and what is the variance of a uniform distribution on "
            "[-r, r]?",
            "2 / (n_in + n_out) is the one, r² / 3 the other. Set them equal.",
            "r² = 6 / (n_in + n_out).",
        ],
    },
    "he_std": {
        "kind": "write",
        "inputs": he_std_inputs,
        "case": he_std,
        "hints": [
            "How many numbers does one unit, or one filter at one place, read?",
            "It reads everything but the filters count: all sizes of the kernel except the last, "
            "multiplied.",
            "σ = √(2 / n) with n = np.prod(shape[:-1]).",
        ],
    },
    "variance_after": {
        "kind": "write",
        "inputs": variance_after_inputs,
        "case": variance_after,
        "hints": [
            "By which factor does one layer multiply the variance, with and without a ReLU in "
            "front of it?",
            "By n Var(w) without a ReLU, by half of that with one. How many layers have one in "
            "front?",
            "All but the first: (n Var(w)) ** depth / 2 ** (depth - 1).",
        ],
    },
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
            "first": "It reads 784 numbers. Which variance does He want then, and which one do the "
            "weights have?",
            "alike": "They start with the same weights, so they get the same gradients and stay "
            "alike.",
            "second": "A ReLU stands in front: He's start keeps the mean square what it is.",
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
}
