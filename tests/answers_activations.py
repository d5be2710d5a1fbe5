"""Right and wrong answers to the exercises of `dlhelpers/checks/activations.py`."""

import numpy as np


def elu_slope(a, alpha):
    return np.where(a > 0, 1.0, np.minimum(a, 0) + alpha)


def dying_reader(bias=0.0, rate=0.05, activation="relu", units=100, layer=False):
    """A function that makes the network of `dying_reader`."""

    def network():
        import keras

        start = keras.initializers.Constant(bias)
        model = keras.Sequential([keras.Input((784,))])
        hidden = None if layer else activation
        model.add(keras.layers.Dense(units, activation=hidden, bias_initializer=start))
        if layer:
            model.add(keras.layers.ReLU())
        model.add(keras.layers.Dense(10))
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(keras.optimizers.SGD(rate), loss)
        return model

    return network


NEEDS_KERAS = ["activations.dying_reader"]
RIGHT = {
    "activations.larger_weights": (
        lambda: "the gradient arrives, and the network does not learn to read"
    ),
    "activations.elu_slope": elu_slope,
    "activations.dying_reader": dying_reader(),
}
WRONG = {
    "activations.larger_weights": [
        (lambda: "the gradient vanishes as before", "Each step back"),
        (lambda: "the gradient arrives, and the network learns to read", "That is tempting"),
    ],
    "activations.elu_slope": [
        (lambda a, alpha: np.where(a > 0, 1, alpha * np.exp(np.minimum(a, 0))), "a is the output"),
        (lambda a, alpha: np.where(a > 0, 1, a), "On the negative"),
        (lambda a, alpha: np.where(a > 0, 1, a + 1), "The 1 in"),
        (lambda a, alpha: np.where(a > 0, 1, -a - alpha), "The sign is"),
        (lambda a, alpha: np.where(a > 0, a, a + alpha), "Above 0 ELU"),
        (lambda a, alpha: a + alpha, "Above 0 the"),
        (lambda a, alpha: np.where(a > 0, 1, 0), "Those are the slopes of ReLU"),
        (lambda a, alpha: np.where(a > 0, 1, alpha), "Those are the slopes of Leaky"),
        (lambda a, alpha: np.where(a > 0, 1, a / alpha + 1), "The slope is alpha"),
        (lambda a, alpha: 2 * a, "1 where a"),
    ],
    "activations.dying_reader": [
        (dying_reader(bias=-20, rate=20.0), "Units are dead"),
        (dying_reader(bias=-20), "Units are dead"),
        (dying_reader(bias=20), "Such a unit"),
        (dying_reader(rate=20.0), "The step is"),
        (dying_reader(rate=3.0), "The step is"),
        (dying_reader(rate=1e-9), "The step is"),
        (dying_reader(activation="sigmoid"), "Another network"),
        (dying_reader(units=50), "Another network"),
    ],
}
