"""Right and wrong answers to the exercises of `dlhelpers/checks/batch_normalization.py`."""

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


RIGHT = {"batch_normalization.normalise_maps": batch_norm, "batch_normalization.fold": fold}
WRONG = {
    "batch_normalization.normalise_maps": [
        (over_the_batch_only, "This has a"),
        (each_picture_by_itself, "This normalises each picture"),
        (all_channels_together, "This has one"),
        (over_the_channels, "This normalises each pixel"),
        (over_all_but_the_first_axis, "This is layer"),
        (sample_variance, "This variance divides"),
        (without_the_root, "Divide by the"),
        (epsilon_outside_the_root, "epsilon is added"),
        (no_epsilon, "epsilon is missing"),
        (no_scale_and_shift, "These are the"),
        (shift_before_scale, "gamma scales x_hat"),
        (mean_left_in, "The mean has"),
        (lambda x, gamma, beta, epsilon: gamma * normalised(x, MAPS, epsilon), "Mean and variance"),
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
