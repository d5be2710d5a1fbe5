"""Right and wrong answers to the exercises of `dlhelpers/checks/keras_models.py`."""

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


def ring_network(hidden=(8,), activation="relu", output="sigmoid", inputs=2, units=1, **compiled):
    """A function that makes a network for `ring_network`."""

    def network():
        import keras

        model = keras.Sequential([keras.Input((inputs,))])
        for width in hidden:
            model.add(keras.layers.Dense(width, activation=activation))
        model.add(keras.layers.Dense(units, activation=output))
        loss = compiled.get("loss", "binary_crossentropy")
        if compiled.get("from_logits"):
            loss = keras.losses.BinaryCrossentropy(from_logits=True)
        if loss:
            model.compile(keras.optimizers.Adam(0.01), loss)
        return model

    return network


NEEDS_KERAS = ["keras_models.ring_network"]
RIGHT = {
    "keras_models.dense": dense,
    "keras_models.loss_from_logits": loss_from_logits,
    "keras_models.ring_network": ring_network(),
}

WRONG = {
    "keras_models.dense": [
        (
            dense_flattens,
            "A Dense layer acts on the last axis alone; every row meets the same weights. All",
        ),
        (
            dense_counts_every_value,
            "A Dense layer acts on the last axis alone; every row meets the same weights.",
        ),
        (dense_ignores_use_bias, "With use_bias=False there"),
        (dense_without_bias, "Each unit has"),
        (dense_one_bias_for_the_layer, "There is one bias for each unit,"),
        (dense_bias_for_each_row, "There is one bias for each unit;"),
        (dense_takes_the_first_axis, "The kernel has"),
        (dense_count_only, "Give a tuple:"),
        (
            lambda shape, units, use_bias: ((units,), dense(shape, units, use_bias)[1]),
            "The count is",
        ),
    ],
    "keras_models.loss_from_logits": [
        (loss_through_the_probability, "At large |z|"),
        (loss_clipped, "Cutting the probability"),
        (loss_overflows, "exp of such"),
        (loss_sigmoid_twice, "This is the slip:"),
        (loss_labels_swapped, "The labels are"),
        (loss_mean, "One loss for"),
        (loss_absolute_value, "max(z, 0) is"),
        (loss_exp_sees_positive_z, "Start from log(1"),
        (lambda z, y: -loss_from_logits(z, y), "The sign is"),
        (lambda z, y: np.logaddexp(0, -z), "This is the loss"),
        (lambda z, y: np.logaddexp(0, z), "The term y"),
        (lambda z, y: np.log1p(np.exp(-np.abs(z))) - y * z, "The term max(z,"),
    ],
    "keras_models.ring_network": [
        (ring_network(inputs=784), "A point has"),
        (ring_network(units=2, output="softmax"), "One question has"),
        (ring_network(loss=None), "Training needs an"),
        (ring_network(from_logits=True), "That is the"),
        (ring_network(output=None), "Give the last"),
        (ring_network(hidden=(8, 8)), "Count with a"),
        (ring_network(hidden=()), "One layer draws"),
        (ring_network(activation=None), "One layer draws"),
    ],
}
