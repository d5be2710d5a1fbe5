"""What the exercises of the notebook on batch normalization want."""

import numpy as np


def rate_factor_inputs(random):
    return [(10 if random is None else int(random.choice([3, 4, 5, 6, 7, 20, 30])),)]


def rate_factor(longer):
    mistakes = {
        "That makes the step as long as the other's, because the gradient is that much shorter. "
        "But a longer kernel turns less under a step of the same length.": longer,
        "With the same rate the step is shorter, as the gradient is, and the kernel is longer: the "
        "angle is smaller.": 1,
        "The gradient is shorter already; the rate must make up for it, not add to it.": 1 / longer,
        "The two factors are right, but it is the other way round: they make the step too "
        "short.": longer**-2,
        "The two factors are multiplied, not added.": 2 * longer,
        "One factor for the gradient and one for the length of the kernel: there is no third.": (
            longer**3
        ),
    }
    return (
        longer**2,
        mistakes,
        "The angle is about the length of the step over that of the kernel. What do both do when "
        "the kernel is longer?",
    )


def culprit_inputs(random):
    return [(["averages", "by heart", "prepared"],)]


def culprit(suspects):
    mistakes = {
        "Lagging averages would spoil the training pictures, too; with them the network reads 0.95 "
        "of these.": "averages",
        "A network that has learned by heart cannot read new pictures with any statistics; with "
        "those of their batch it reads 0.90.": "by heart",
    }
    return "prepared", mistakes, ""


def fold_inputs(random):
    kernels = np.array([[1.0, -2.0], [0.5, 3.0]]), np.array([[2.0, 0.0, -1.0], [1.0, 4.0, 0.5]])
    numbers = np.array(
        [[1.0, -1.0, 2.0], [2.0, 0.5, -1.0], [3.0, 0.0, 1.0], [-2.0, 1.5, 4.0], [0.5, 4.0, 1.0]]
    )
    if random is not None:
        kernels = [random.uniform(-3, 3, kernel.shape).round(1) for kernel in kernels]
        numbers = random.uniform(-3, 3, numbers.shape).round(1)
        numbers[4] = random.uniform(0.3, 4, 3).round(1)  # variances
    return [
        (kernel, *(row[: kernel.shape[1]] for row in numbers), epsilon)
        for kernel, epsilon in zip(kernels, (0.5, 0.001))
    ]


def fold(kernel, bias, gamma, beta, mean, variance, epsilon):
    folded = (kernel, bias, gamma, beta, mean, variance, epsilon)
    # The two layers together are linear: 0 gives the bias, each unit vector a kernel's row.
    new_bias = dense_and_norm(np.zeros(2), *folded)
    new_kernel = dense_and_norm(np.eye(2), *folded) - new_bias
    scale = gamma / np.sqrt(variance + epsilon)
    bare = gamma / np.sqrt(variance)
    mistakes = {
        "epsilon is missing under the root.": (kernel * bare, (bias - mean) * bare + beta),
        "The kernel is right; the old bias goes through the normalization, too, and is scaled.": (
            new_kernel,
            bias - mean * scale + beta,
        ),
        "The kernel is right; the old bias is lost.": (new_kernel, beta - mean * scale),
        "The kernel is right; the moving mean is lost.": (new_kernel, bias * scale + beta),
        "The kernel is right; beta is added after the scaling.": (
            new_kernel,
            (bias - mean + beta) * scale,
        ),
        "The kernel is right; the mean is taken away, not added.": (
            new_kernel,
            (bias + mean) * scale + beta,
        ),
        "The bias is right; the kernel must be scaled, too.": (kernel, new_bias),
        "Divide by the root of the variance, not by the variance.": (
            kernel * gamma / (variance + epsilon),
            (bias - mean) * gamma / (variance + epsilon) + beta,
        ),
        "The order is kernel, then bias.": (new_bias, new_kernel),
    }
    if len(bias) == len(kernel):
        hint = "Each output has its scale, and an output is a column of the kernel, not a row."
        mistakes[hint] = (kernel * scale[:, None], new_bias)
    return (
        (new_kernel, new_bias),
        mistakes,
        "Give a tuple, kernel and bias: write y = gamma (h W + b - mean) / root + beta and "
        "sort what multiplies h from what does not.",
    )


def dense_and_norm(h, kernel, bias, gamma, beta, mean, variance, epsilon):
    """What a Dense layer and the normalization behind it give in inference."""
    return gamma * (h @ kernel + bias - mean) / np.sqrt(variance + epsilon) + beta


BATCHES = 100


def repaired_network_inputs(random):
    random = np.random.default_rng(3) if random is None else random
    return [(random.uniform(size=(200, 784)).astype("float32"),)]


def repaired_network_look(answer, x, progress):
    model = answer()
    if not hasattr(model, "count_params"):
        raise TypeError("it gives no Keras model")
    return {"model": model}


def repaired_network_faults(seen, x):
    """What the normalizations do to a batch in training, and how fast their averages move."""
    import keras

    model = seen["model"]
    norms = [layer for layer in model.layers if hasattr(layer, "moving_variance")]
    if len(norms) != 2:
        raise ValueError(f"the network has {len(norms)} normalizations; keep its two")
    values = keras.Model(model.inputs[0], [norm.output for norm in norms])(x, training=True)
    values = [np.asarray(keras.ops.convert_to_numpy(value), float) for value in values]
    weak = [not (abs(v.mean()) < 0.1 and 0.5 < v.std() < 1.5) for v in values]
    left = max(norm.momentum for norm in norms) ** BATCHES
    before = [layer for layer, norm in zip(model.layers, model.layers[1:]) if norm in norms]
    biases = sum(getattr(layer, "bias", None) is not None for layer in before)
    return {
        "weak": "In training a normalization does not give mean 0 and variance 1."
        if any(weak)
        else "",
        "slow": f"After {BATCHES} batches the first 1 still has the share {left:.2f} in a moving "
        "variance."
        if left > 0.1
        else "",
        "bias": "A layer in front of a normalization has a bias." if biases else "",
    }


EXERCISES = {
    "rate_factor": {
        "kind": "predict",
        "inputs": rate_factor_inputs,
        "case": rate_factor,
        "tolerance": 0.01,
        "because": "the gradient is shorter by that factor, and the step must be longer by it",
        "hints": [
            "The angle is about the length of the step over the length of the kernel.",
            "A kernel that is ten times as long has a gradient of a tenth of the length, and wants "
            "a step that is ten times as long.",
            "Ten for the gradient times ten for the kernel: longer ** 2.",
        ],
    },
    "fold": {
        "kind": "write",
        "inputs": fold_inputs,
        "case": fold,
        "hints": [
            "Write down what both layers do to an input h, one behind the other, as one formula.",
            "gamma (h W + b - mean) / root + beta: what multiplies h is the new kernel, the rest "
            "is the new bias.",
            "With scale = gamma / np.sqrt(variance + epsilon), the new kernel is kernel * scale "
            "and the new bias (bias - mean) * scale + beta.",
        ],
    },
    "culprit": {
        "kind": "predict",
        "inputs": culprit_inputs,
        "case": culprit,
        "options": ["averages", "by heart", "prepared"],
        "because": "the averages fit the pictures of training, and the weights can read new ones",
        "hints": [
            "What would each suspect do to each of the four numbers?",
            "The first row clears one suspect, the first column another.",
            'Read the second row: with the statistics of their own batch all is well. "prepared" '
            "it is.",
        ],
    },
    "repaired_network": {
        "kind": "repair",
        "inputs": repaired_network_inputs,
        "look": repaired_network_look,
        "faults": repaired_network_faults,
        "says": {
            "weak": "What stands under the root beside the variance, and how large is it?",
            "slow": "How fast do the averages move, and for how many batches?",
            "bias": "What does the mean do to it?",
        },
        "hints": [
            "Compare the arguments of its layers with those of this notebook's network.",
            "An epsilon that is larger than the variance leaves little of it. A momentum of 0.99 "
            "or more is slow for 100 batches. And one Dense layer has a parameter without use.",
            "BatchNormalization(momentum=0.9) twice, and use_bias=False in front of both.",
        ],
    },
}
