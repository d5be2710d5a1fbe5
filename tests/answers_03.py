"""Right and wrong answers to the exercises of 03_initialization."""

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
    "03.glorot_limit": glorot_limit,
    "03.he_std": he_std,
    "03.variance_after": variance_after,
}
WRONG = {
    "03.glorot_limit": [
        glorot_std,
        glorot_variance,
        root_missing,
        he_limit,
        multiplied,
        one_over_sum,
        whole_width,
    ],
    "03.he_std": [
        outputs_counted,
        channels_alone,
        first_size_alone,
        channels_missing,
        he_variance,
        without_factor_two,
        he_uniform_limit,
        glorot_instead,
        all_sizes,
        widened,
    ],
    "03.variance_after": [
        relu_before_the_first,
        no_relu,
        one_layer_too_many,
        halved_once,
        first_layer_forgotten,
        added,
        spread,
    ],
}
