"""Right and wrong answers to the exercises of `dlhelpers/checks/batch_normalization.py`."""

import numpy as np


def fold(kernel, bias, gamma, beta, mean, variance, epsilon):
    scale = gamma / np.sqrt(variance + epsilon)
    return kernel * scale, (bias - mean) * scale + beta


def rows_scaled(kernel, bias, gamma, beta, mean, variance, epsilon):
    scale = gamma / np.sqrt(variance + epsilon)
    return kernel * scale[:, None], (bias - mean) * scale + beta


def epsilon_forgotten(kernel, bias, gamma, beta, mean, variance, epsilon):
    return fold(kernel, bias, gamma, beta, mean, variance, 0)


def bias_not_scaled(kernel, bias, gamma, beta, mean, variance, epsilon):
    scale = gamma / np.sqrt(variance + epsilon)
    return kernel * scale, bias - mean * scale + beta


def bias_forgotten(kernel, bias, gamma, beta, mean, variance, epsilon):
    return fold(kernel, 0, gamma, beta, mean, variance, epsilon)


def mean_forgotten(kernel, bias, gamma, beta, mean, variance, epsilon):
    return fold(kernel, bias, gamma, beta, 0, variance, epsilon)


def mean_added(kernel, bias, gamma, beta, mean, variance, epsilon):
    return fold(kernel, bias, gamma, beta, -mean, variance, epsilon)


def beta_scaled(kernel, bias, gamma, beta, mean, variance, epsilon):
    return fold(kernel, bias + beta, gamma, 0, mean, variance, epsilon)


def kernel_left_as_it_was(kernel, *others):
    return kernel, fold(kernel, *others)[1]


def variance_without_the_root(kernel, bias, gamma, beta, mean, variance, epsilon):
    return fold(kernel, bias, gamma, beta, mean, (variance + epsilon) ** 2, 0)


def kernel_only(kernel, *others):
    return fold(kernel, *others)[0]


def bias_first(*layers):
    return fold(*layers)[::-1]


def small_network(first=None, second=None, biases=(False, False), norms=2):
    """A function that makes the network of `repaired_network`; the arguments of its layers."""

    def build():
        import keras
        from keras import layers

        keras.utils.set_random_seed(0)
        model = keras.Sequential([keras.Input((784,))])
        for n, arguments in enumerate((first, second)):
            model.add(layers.Dense(64, use_bias=biases[n]))
            if n < norms:
                model.add(layers.BatchNormalization(**{"momentum": 0.9, **(arguments or {})}))
            model.add(layers.ReLU())
        model.add(layers.Dense(10))
        return model

    return build


WEAK, SLOW = {"epsilon": 10}, {"momentum": 0.999}
NEEDS_KERAS = ["batch_normalization.repaired_network"]
RIGHT = {
    "batch_normalization.rate_factor": lambda longer: longer**2,
    "batch_normalization.fold": fold,
    "batch_normalization.culprit": lambda suspects: "prepared",
    "batch_normalization.repaired_network": small_network(),
}
WRONG = {
    "batch_normalization.rate_factor": [
        (lambda longer: longer, "That makes the step"),
        (lambda longer: 1, "With the same"),
        (lambda longer: 1 / longer, "The gradient is"),
        (lambda longer: longer**-2, "The two factors are right,"),
        (lambda longer: 2 * longer, "The two factors are multiplied,"),
        (lambda longer: longer**3, "One factor"),
        (lambda longer: 1234, "The angle is"),
    ],
    "batch_normalization.culprit": [
        (lambda suspects: "averages", "Lagging averages"),
        (lambda suspects: "by heart", "A network that"),
    ],
    "batch_normalization.repaired_network": [
        (small_network(WEAK, SLOW, (False, True)), "What stands"),
        (small_network(None, SLOW, (False, True)), "How fast"),
        (small_network(None, {"momentum": 0.99}), "How fast"),
        (small_network(None, None, (False, True)), "What does"),
    ],
    "batch_normalization.fold": [
        (rows_scaled, "Each output has"),
        (epsilon_forgotten, "epsilon is missing"),
        (bias_not_scaled, "The kernel is right; the old bias goes"),
        (bias_forgotten, "The kernel is right; the old bias is"),
        (mean_forgotten, "The kernel is right; the moving"),
        (mean_added, "The kernel is right; the mean"),
        (beta_scaled, "The kernel is right; beta"),
        (kernel_left_as_it_was, "The bias is"),
        (variance_without_the_root, "Divide by the"),
        (kernel_only, "Give a tuple,"),
        (bias_first, "The order is"),
    ],
}
