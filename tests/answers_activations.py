"""Right and wrong answers to the exercises of `dlhelpers/checks/activations.py`."""

import numpy as np


def leaky_relu(z, slope):
    return np.where(z > 0, z, slope * z)


def the_lectures_maximum(z, slope):
    return np.maximum(slope * z, z)


def relu(z, slope):
    return np.maximum(0, z)


def minimum(z, slope):
    return np.minimum(slope * z, z)


def slope_on_the_wrong_side(z, slope):
    return np.where(z > 0, slope * z, z)


def sign_lost(z, slope):
    return np.where(z > 0, z, slope * np.abs(z))


def slope_itself(z, slope):
    return np.where(z > 0, z, slope)


def derivative(z, slope):
    return np.where(z > 0, 1.0, slope)


def constant_slope(z, slope):
    return np.where(z > 0, z, 0.1 * z)


def dead_units(x, W, b):
    return np.sum((np.maximum(0, x @ W + b) == 0).all(axis=0))


def no_bias(x, W, b):
    return np.sum((x @ W <= 0).all(axis=0))


def zero_for_some(x, W, b):
    return np.sum((x @ W + b <= 0).any(axis=0))


def zeros(x, W, b):
    return np.sum(x @ W + b <= 0)


def dark_pictures(x, W, b):
    return np.sum((x @ W + b <= 0).all(axis=1))


def alive(x, W, b):
    return np.sum((x @ W + b > 0).any(axis=0))


def strictly_negative(x, W, b):
    return np.sum((x @ W + b < 0).all(axis=0))


def share(x, W, b):
    return np.mean((x @ W + b <= 0).all(axis=0))


def negative_mean(x, W, b):
    return np.sum((x @ W + b).mean(axis=0) <= 0)


def negative_bias(x, W, b):
    return np.sum(b < 0)


RIGHT = {"activations.leaky_relu": leaky_relu, "activations.dead_units": dead_units}
WRONG = {
    "activations.leaky_relu": [
        (the_lectures_maximum, "Above slope 1,"),
        (relu, "This is ReLU:"),
        (minimum, "This is the smaller"),
        (slope_on_the_wrong_side, "The slope belongs"),
        (sign_lost, "Negative values keep"),
        (slope_itself, "On the negative"),
        (derivative, "This is the derivative;"),
        (constant_slope, "Positive values stay;"),
    ],
    "activations.dead_units": [
        (no_bias, "Without the bias"),
        (zero_for_some, "This counts units"),
        (zeros, "This counts zeros"),
        (dark_pictures, "This looks for"),
        (alive, "These are the"),
        (strictly_negative, "A unit whose"),
        (share, "The number of"),
        (negative_mean, "A negative mean"),
        (negative_bias, "A negative bias"),
        (lambda x, W, b: (x @ W + b <= 0).all(axis=0), "Compute z ="),
    ],
}
