"""What the exercises of the notebook on initialization want."""

import math


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
}
