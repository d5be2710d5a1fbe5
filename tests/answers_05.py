"""Right and wrong answers to the exercises of 05_batch_normalization."""

import numpy as np

MAPS = (0, 1, 2)


def normalised(x, axes, epsilon, ddof=0):
    mu, variance = x.mean(axes, keepdims=True), x.var(axes, keepdims=True, ddof=ddof)
    return (x - mu) / np.sqrt(variance + epsilon)


def batch_norm(x, gamma, beta, epsilon):
    return gamma * normalised(x, MAPS, epsilon) + beta


def over_the_batch_only(x, gamma, beta, epsilon):
    return gamma * normalised(x, 0, epsilon) + beta


def each_picture_by_itself(x, gamma, beta, epsilon):
    return gamma * normalised(x, (1, 2), epsilon) + beta


def all_channels_together(x, gamma, beta, epsilon):
    return gamma * normalised(x, None, epsilon) + beta


def over_the_channels(x, gamma, beta, epsilon):
    return gamma * normalised(x, -1, epsilon) + beta


def over_all_but_the_first_axis(x, gamma, beta, epsilon):  # layer normalization
    return gamma * normalised(x, (1, 2, 3), epsilon) + beta


def sample_variance(x, gamma, beta, epsilon):
    return gamma * normalised(x, MAPS, epsilon, ddof=1) + beta


def without_the_root(x, gamma, beta, epsilon):
    return gamma * (x - x.mean(MAPS)) / (x.var(MAPS) + epsilon) + beta


def epsilon_outside_the_root(x, gamma, beta, epsilon):
    return gamma * (x - x.mean(MAPS)) / (x.std(MAPS) + epsilon) + beta


def no_epsilon(x, gamma, beta, epsilon):
    return gamma * normalised(x, MAPS, 0) + beta


def no_scale_and_shift(x, gamma, beta, epsilon):
    return normalised(x, MAPS, epsilon)


def shift_before_scale(x, gamma, beta, epsilon):
    return gamma * (normalised(x, MAPS, epsilon) + beta)


def mean_left_in(x, gamma, beta, epsilon):
    return gamma * x / np.sqrt(x.var(MAPS) + epsilon) + beta


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


RIGHT = {"05.batch_norm": batch_norm, "05.fold": fold}
WRONG = {
    "05.batch_norm": [
        over_the_batch_only,
        each_picture_by_itself,
        all_channels_together,
        over_the_channels,
        over_all_but_the_first_axis,
        sample_variance,
        without_the_root,
        epsilon_outside_the_root,
        no_epsilon,
        no_scale_and_shift,
        shift_before_scale,
        mean_left_in,
    ],
    "05.fold": [
        rows_scaled,
        epsilon_forgotten,
        bias_not_scaled,
        bias_forgotten,
        mean_forgotten,
        mean_added,
        beta_scaled,
        kernel_left_as_it_was,
        variance_without_the_root,
        kernel_only,
        bias_first,
    ],
}
