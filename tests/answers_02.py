"""Right and wrong answers to the exercises of 02_activations."""

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


RIGHT = {"02.leaky_relu": leaky_relu, "02.dead_units": dead_units}
WRONG = {
    "02.leaky_relu": [
        the_lectures_maximum,
        relu,
        minimum,
        slope_on_the_wrong_side,
        sign_lost,
        slope_itself,
        derivative,
        constant_slope,
    ],
    "02.dead_units": [
        no_bias,
        zero_for_some,
        zeros,
        dark_pictures,
        alive,
        strictly_negative,
        share,
        negative_mean,
        negative_bias,
    ],
}
