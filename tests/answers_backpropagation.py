"""Right and wrong answers to the exercises of `dlhelpers/checks/backpropagation.py`."""

import math

import numpy as np


def z(weight):
    return 3 * weight - 5


def slope(start_weight):
    return 3 * (z(start_weight) - 4)


def tanh_rule(z, gradient):
    return gradient / np.cosh(z) ** 2


def updates(pictures, batch_size, epochs):
    return len(range(0, pictures, batch_size)) * epochs


def digit_reader(activation="relu", told=True, rate=0.1, last=None, units=10, compiled=True):
    """A function that makes the network of `digit_reader`."""

    def network():
        import keras

        keras.utils.set_random_seed(0)
        model = keras.Sequential([keras.Input((784,))])
        model.add(keras.layers.Dense(32, activation=activation))
        model.add(keras.layers.Dense(units, activation=last))
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=told)
        if compiled:
            model.compile(keras.optimizers.SGD(rate), loss)
        return model

    return network


NEEDS_KERAS = ["backpropagation.digit_reader"]
RIGHT = {
    "backpropagation.slope": slope,
    "backpropagation.tanh_rule": tanh_rule,
    "backpropagation.updates": updates,
    "backpropagation.digit_reader": digit_reader(),
}

WRONG = {
    "backpropagation.slope": [
        (lambda start_weight: -slope(start_weight), "The sign is"),
        (lambda start_weight: z(start_weight) - 4, "That is the slope for"),
        (lambda start_weight: 2 * slope(start_weight), "The 2 of"),
        (lambda start_weight: (z(start_weight) - 4) ** 2 / 2, "That is the loss;"),
        (lambda start_weight: start_weight * (z(start_weight) - 4), "The weight itself"),
        (lambda start_weight: 0, "The ReLU is not"),
        (lambda start_weight: 1234, "Three factors:"),
    ],
    "backpropagation.tanh_rule": [
        (lambda z, gradient: 1 - np.tanh(z) ** 2, "The chain rule multiplies:"),
        (lambda z, gradient: np.tanh(z), "That goes forwards:"),
        (lambda z, gradient: gradient * (1 - z**2), "tanh's slope is 1 minus its square, and"),
        (lambda z, gradient: gradient * (1 - np.tanh(z)), "tanh's slope is 1 minus its square;"),
        (lambda z, gradient: gradient * np.tanh(z) * (1 - np.tanh(z)), "That is the slope of the"),
        (lambda z, gradient: gradient + 1 - np.tanh(z) ** 2, "The two factors"),
        (lambda z, gradient: -tanh_rule(z, gradient), "The sign is"),
        (lambda z, gradient: gradient * (z > 0), "That is the rule"),
        (lambda z, gradient: tanh_rule(z, gradient).sum(), "The slope is a factor"),
        (lambda z, gradient: 2 * tanh_rule(z, gradient), "gradient times"),
    ],
    "backpropagation.updates": [
        (lambda pictures, batch_size, epochs: pictures // batch_size * epochs, "The last batch"),
        (lambda pictures, batch_size, epochs: -(-pictures // batch_size), "The batches of"),
        (
            lambda pictures, batch_size, epochs: math.ceil(pictures * epochs / batch_size),
            "Each epoch has",
        ),
        (lambda pictures, batch_size, epochs: pictures * epochs, "That many pictures"),
        (lambda pictures, batch_size, epochs: pictures / batch_size * epochs, "A batch is"),
        (lambda pictures, batch_size, epochs: epochs, "One step for"),
        (lambda pictures, batch_size, epochs: 0, "How many batches"),
    ],
    "backpropagation.digit_reader": [
        (digit_reader(activation=None, told=False, rate=1e-5), "Two layers without"),
        (digit_reader(told=False, rate=1e-5), "A loss that"),
        (digit_reader(last="softmax"), "A loss that"),
        (digit_reader(last="relu"), "Scores may be"),
        (digit_reader(last="sigmoid"), "Scores may be"),
        (digit_reader(activation=None, last="relu"), "Scores may be"),
        (digit_reader(activation=None, last="softmax", told=False), "Two layers without"),
        (digit_reader(rate=1e-5), "The loss hardly"),
        (digit_reader(rate=100.0), "The loss hardly"),
    ],
}
