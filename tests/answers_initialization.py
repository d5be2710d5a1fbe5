"""Right and wrong answers to the exercises of `dlhelpers/checks/initialization.py`."""

import numpy as np


def glorot_limit(n_in, n_out):
    return np.sqrt(6 / (n_in + n_out))


def glorot_std(n_in, n_out):
    return np.sqrt(2 / (n_in + n_out))


def glorot_variance(n_in, n_out):
    return 2 / (n_in + n_out)


def root_missing(n_in, n_out):
    return 6 / (n_in + n_out)


def he_limit(n_in, n_out):
    return np.sqrt(6 / n_in)


def multiplied(n_in, n_out):
    return np.sqrt(6 / (n_in * n_out))


def one_over_sum(n_in, n_out):
    return np.sqrt(3 / (n_in + n_out))


def whole_width(n_in, n_out):
    return 2 * glorot_limit(n_in, n_out)


def he_std(shape):
    return np.sqrt(2 / np.prod(shape[:-1]))


def outputs_counted(shape):
    return np.sqrt(2 / shape[-1])


def channels_alone(shape):
    return np.sqrt(2 / shape[-2])


def first_size_alone(shape):
    return np.sqrt(2 / shape[0])


def channels_missing(shape):
    return np.sqrt(2 / np.prod(shape[:-2]))


def he_variance(shape):
    return 2 / np.prod(shape[:-1])


def without_factor_two(shape):
    return np.sqrt(1 / np.prod(shape[:-1]))


def he_uniform_limit(shape):
    return np.sqrt(6 / np.prod(shape[:-1]))


def glorot_instead(shape):
    return np.sqrt(2 / (np.prod(shape[:-1]) + shape[-1]))


def all_sizes(shape):
    return np.sqrt(2 / np.prod(shape))


def widened(shape):
    return he_std(shape) / 0.87962566


def variance_after(depth, n, weight_variance):
    return (n * weight_variance) ** depth / 2 ** (depth - 1)


def relu_before_the_first(depth, n, weight_variance):
    return (n * weight_variance / 2) ** depth


def no_relu(depth, n, weight_variance):
    return (n * weight_variance) ** depth


def one_layer_too_many(depth, n, weight_variance):
    return variance_after(depth + 1, n, weight_variance)


def halved_once(depth, n, weight_variance):
    return (n * weight_variance) ** depth / 2


def first_layer_forgotten(depth, n, weight_variance):
    return (n * weight_variance / 2) ** (depth - 1)


def added(depth, n, weight_variance):
    return n * weight_variance + (depth - 1) * n * weight_variance / 2


def spread(depth, n, weight_variance):
    return variance_after(depth, n, weight_variance) ** 0.5


RIGHT = {
    "initialization.glorot_limit": glorot_limit,
    "initialization.he_std": he_std,
    "initialization.variance_after": variance_after,
}
WRONG = {
    "initialization.glorot_limit": [
        (glorot_std, "This is the standard"),
        (glorot_variance, "This is the variance;"),
        (root_missing, "The root is"),
        (he_limit, "This is He's"),
        (multiplied, "Inputs and outputs"),
        (one_over_sum, "The variance is"),
        (whole_width, "From -r to"),
        (lambda n_in, n_out: np.sqrt(6 / n_out), "This has the"),
        (lambda n_in, n_out: np.sqrt(3) * glorot_limit(n_in, n_out), "On [-r, r]"),
    ],
    "initialization.he_std": [
        (outputs_counted, "He counts the"),
        (channels_alone, "A unit reads"),
        (first_size_alone, "The first size"),
        (channels_missing, "The channels are"),
        (he_variance, "This is the variance;"),
        (without_factor_two, "This is 1"),
        (he_uniform_limit, "This is the limit"),
        (glorot_instead, "This is Glorot's:"),
        (all_sizes, "The filters are"),
        (widened, "This is what"),
        (lambda shape: np.sqrt(2) / np.prod(shape[:-1]), "The variance is"),
    ],
    "initialization.variance_after": [
        (relu_before_the_first, "No ReLU stands"),
        (no_relu, "Each ReLU halves"),
        (one_layer_too_many, "That is one"),
        (halved_once, "Half of the"),
        (first_layer_forgotten, "The first layer multiplies,"),
        (added, "The layers multiply,"),
        (spread, "This is the"),
        (
            lambda depth, n, weight_variance: variance_after(depth, n, n * weight_variance),
            "The variance of",
        ),
        (
            lambda depth, n, weight_variance: depth * weight_variance,
            "The first layer multiplies by",
        ),
    ],
}
