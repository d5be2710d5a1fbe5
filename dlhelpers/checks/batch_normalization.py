"""What the exercises of the notebook on batch normalization want."""

import numpy as np

MAPS = (0, 1, 2)


def normalise_maps_inputs(random):
    fresh, random = random is not None, np.random.default_rng(5) if random is None else random
    calls = []
    for shape, epsilon in (((2, 1, 2, 2), 0.5), ((3, 2, 1, 3), 0.01), ((2, 3, 2, 1), 2.0)):
        x = random.integers(-4, 9, size=shape).astype(float)
        gamma = np.array([2.0, -1.0, 0.5])[: shape[-1]]
        beta = np.array([0.5, 3.0, -2.0])[: shape[-1]]
        if fresh:
            gamma = gamma * random.uniform(0.5, 1.5, len(gamma)).round(1)
            beta, epsilon = beta + random.integers(1, 5, len(beta)), epsilon * random.integers(1, 4)
        calls.append((x, gamma, beta, float(epsilon)))
    return calls


def normalise_maps(x, gamma, beta, epsilon):
    wanted = np.empty(x.shape)
    for channel in range(x.shape[-1]):  # each channel as a plain list of numbers
        values = x[..., channel].ravel().tolist()
        mu = sum(values) / len(values)
        variance = sum(value * value for value in values) / len(values) - mu * mu
        slope = gamma[channel] / (variance + epsilon) ** 0.5
        wanted[..., channel] = slope * x[..., channel] + (beta[channel] - slope * mu)
    mu, variance = x.mean(MAPS), x.var(MAPS)
    mistakes = {
        "This has a mean for each pixel; a channel has one mean, over pictures, rows and "
        "columns (axes 0, 1 and 2).": standard(x, 0, epsilon) * gamma + beta,
        "This normalises each picture by itself; the mean runs over all pictures of the "
        "batch, too.": standard(x, (1, 2), epsilon) * gamma + beta,
        "This has one mean for all channels together; each channel has its own.": (
            standard(x, None, epsilon) * gamma + beta
        ),
        "This normalises each pixel over its channels (the last axis); a channel's values "
        "are normalised over the other three axes.": standard(x, -1, epsilon) * gamma + beta,
        "This is layer normalization, over all of one picture; each channel has its own mean, "
        "over all pictures.": standard(x, (1, 2, 3), epsilon) * gamma + beta,
        "This variance divides by m - 1; the algorithm divides by m.": (
            standard(x, MAPS, epsilon, ddof=1) * gamma + beta
        ),
        "Divide by the root of the variance, not by the variance.": (
            gamma * (x - mu) / (variance + epsilon) + beta
        ),
        "epsilon is added to the variance, under the root.": (
            gamma * (x - mu) / (np.sqrt(variance) + epsilon) + beta
        ),
        "epsilon is missing under the root.": standard(x, MAPS, 0.0) * gamma + beta,
        "These are the x_hat; the last line of the algorithm scales by gamma and adds beta.": (
            standard(x, MAPS, epsilon)
        ),
        "gamma scales x_hat alone; beta is added afterwards.": (
            gamma * (standard(x, MAPS, epsilon) + beta)
        ),
        "The mean has not been taken away.": gamma * x / np.sqrt(variance + epsilon) + beta,
    }
    return (
        wanted,
        mistakes,
        "Mean and variance of each channel run over axes 0, 1 and 2; then come the last two "
        "lines of the algorithm.",
    )


def standard(x, axes, epsilon, ddof=0):
    """`x` less its mean, over the root of its variance plus epsilon, along the axes."""
    mu, variance = x.mean(axes, keepdims=True), x.var(axes, keepdims=True, ddof=ddof)
    return (x - mu) / np.sqrt(variance + epsilon)


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


EXERCISES = {
    "normalise_maps": {
        "kind": "write",
        "inputs": normalise_maps_inputs,
        "case": normalise_maps,
        "hints": [
            "Which values share one mean? All places of a feature map, in all pictures.",
            "x has the axes pictures, rows, columns, channels: mean and variance run over the "
            "first three, so that one number for each channel is left.",
            "mu = x.mean(axis=(0, 1, 2)) and the same for the variance; then the last two lines "
            "of the algorithm, with epsilon under the root.",
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
}
