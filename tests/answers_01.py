"""Right and wrong answers to the exercises of 01_keras_models."""

import math

import numpy as np


def _sigmoid(z):
    return 1 / (1 + np.exp(-z))


def dense(shape, units, use_bias):
    return (*shape[:-1], units), shape[-1] * units + (units if use_bias else 0)


def dense_flattens(shape, units, use_bias):
    return (units,), math.prod(shape) * units + units * use_bias


def dense_counts_every_value(shape, units, use_bias):
    return (*shape[:-1], units), math.prod(shape) * units + units * use_bias


def dense_ignores_use_bias(shape, units, use_bias):
    return (*shape[:-1], units), shape[-1] * units + units


def dense_without_bias(shape, units, use_bias):
    return (*shape[:-1], units), shape[-1] * units


def dense_one_bias_for_the_layer(shape, units, use_bias):
    return (*shape[:-1], units), shape[-1] * units + use_bias


def dense_bias_for_each_row(shape, units, use_bias):
    rows = math.prod(shape[:-1])
    return (*shape[:-1], units), shape[-1] * units + rows * units * use_bias


def dense_takes_the_first_axis(shape, units, use_bias):
    return (*shape[:-1], units), shape[0] * units + units * use_bias


def dense_count_only(shape, units, use_bias):
    return shape[-1] * units + units * use_bias


def loss_from_logits(z, y):
    return np.maximum(z, 0) - y * z + np.log1p(np.exp(-np.abs(z)))


def loss_logaddexp(z, y):
    return np.logaddexp(0, z) - y * z


@np.errstate(all="ignore")
def loss_through_the_probability(z, y):
    p = _sigmoid(z)
    return -y * np.log(p) - (1 - y) * np.log(1 - p)


@np.errstate(all="ignore")
def loss_clipped(z, y):
    p = np.clip(_sigmoid(z), 1e-7, 1 - 1e-7)
    return -y * np.log(p) - (1 - y) * np.log(1 - p)


@np.errstate(all="ignore")
def loss_overflows(z, y):
    return np.log(1 + np.exp(z)) - y * z


def loss_sigmoid_twice(z, y):
    return np.logaddexp(0, _sigmoid(z)) - y * _sigmoid(z)


def loss_labels_swapped(z, y):
    return np.logaddexp(0, z) - (1 - y) * z


def loss_mean(z, y):
    return (np.logaddexp(0, z) - y * z).mean()


def loss_absolute_value(z, y):
    return np.abs(z) - y * z + np.log1p(np.exp(-np.abs(z)))


@np.errstate(all="ignore")
def loss_exp_sees_positive_z(z, y):
    return np.maximum(z, 0) - y * z + np.log1p(np.exp(np.abs(z)))


RIGHT = {"01.dense": dense, "01.loss_from_logits": loss_from_logits}

WRONG = {
    "01.dense": [
        dense_flattens,
        dense_counts_every_value,
        dense_ignores_use_bias,
        dense_without_bias,
        dense_one_bias_for_the_layer,
        dense_bias_for_each_row,
        dense_takes_the_first_axis,
        dense_count_only,
    ],
    "01.loss_from_logits": [
        loss_through_the_probability,
        loss_clipped,
        loss_overflows,
        loss_sigmoid_twice,
        loss_labels_swapped,
        loss_mean,
        loss_absolute_value,
        loss_exp_sees_positive_z,
    ],
}
