"""Right and wrong answers to the exercises of `dlhelpers/checks/initialization.py`."""

import numpy as np


def square_after(depth, n, weight_variance):
    return (n * weight_variance) ** depth / 2 ** (depth - 1)


def relu_before_the_first(depth, n, weight_variance):
    return (n * weight_variance / 2) ** depth


def no_relu(depth, n, weight_variance):
    return (n * weight_variance) ** depth


def one_layer_too_many(depth, n, weight_variance):
    return square_after(depth + 1, n, weight_variance)


def halved_once(depth, n, weight_variance):
    return (n * weight_variance) ** depth / 2


def first_layer_forgotten(depth, n, weight_variance):
    return (n * weight_variance / 2) ** (depth - 1)


def added(depth, n, weight_variance):
    return n * weight_variance + (depth - 1) * n * weight_variance / 2


def spread(depth, n, weight_variance):
    return square_after(depth, n, weight_variance) ** 0.5


def digits_network(first, second, last):
    """A function that makes the network of `repaired_start` from three initializers."""

    def network():
        import keras

        given = {
            "wide": keras.initializers.RandomNormal(stddev=0.2),
            "equal": keras.initializers.Constant(0.01),
            "loud": keras.initializers.RandomNormal(stddev=1.0),
        }
        starts = [given.get(start, start) for start in (first, second, last)]
        model = keras.Sequential([keras.Input((784,))])
        for start in starts[:2]:
            model.add(keras.layers.Dense(100, activation="relu", kernel_initializer=start))
        model.add(keras.layers.Dense(10, kernel_initializer=starts[2]))
        return model

    return network


def leaky_network(scale=1.6, slope=0.5, hidden=24, neurons=300, inputs=784, **options):
    """A function that makes a network for `leaky_network`."""

    def network():
        import keras
        from keras import layers

        model = keras.Sequential([keras.Input((inputs,))])
        start = keras.initializers.VarianceScaling(scale, distribution="uniform")
        for _ in range(hidden):
            start = start if options.get("shared") else start.clone()
            leaky = layers.LeakyReLU(negative_slope=slope)
            if options.get("learned"):
                leaky = layers.PReLU(alpha_initializer=keras.initializers.Constant(slope))
            model.add(
                layers.Dense(
                    neurons, leaky if options.get("inside") else None, kernel_initializer=start
                )
            )
            if options.get("norm"):
                model.add(layers.LayerNormalization())
            if not options.get("inside"):
                model.add(leaky)
        model.add(layers.Dense(10))
        return model

    return network


NEEDS_KERAS = ["initialization.repaired_start", "initialization.leaky_network"]
RIGHT = {
    "initialization.square_after": square_after,
    "initialization.first_loss": np.log,
    "initialization.repaired_start": digits_network("he_normal", "he_normal", "glorot_uniform"),
    "initialization.leaky_variance": lambda n_in, slope: 1 / (n_in * (0.5 + slope**2 / 2)),
    "initialization.leaky_network": leaky_network(inside=True),
}
WRONG = {
    "initialization.square_after": [
        (relu_before_the_first, "No ReLU stands"),
        (no_relu, "Each ReLU halves"),
        (one_layer_too_many, "That is one"),
        (halved_once, "Half of the"),
        (first_layer_forgotten, "The first layer multiplies,"),
        (added, "The layers multiply,"),
        (spread, "This is its"),
        (
            lambda depth, n, weight_variance: square_after(depth, n, n * weight_variance),
            "The mean square of",
        ),
        (
            lambda depth, n, weight_variance: depth * weight_variance,
            "The first layer multiplies by",
        ),
    ],
    "initialization.first_loss": [
        (lambda classes: 1 / classes, "That is the"),
        (lambda classes: 1 - 1 / classes, "That many pictures"),
        (lambda classes: 0, "A network that"),
        (np.log10, "The loss takes the natural logarithm, not the one to base 10."),
        (np.log2, "The loss takes the natural logarithm, not the one to base 2."),
        (lambda classes: -np.log(classes), "The logarithm of"),
        (lambda classes: 30, "All outputs are"),
    ],
    "initialization.repaired_start": [
        (digits_network("wide", "equal", "loud"), "It reads 784"),
        (digits_network("he_normal", "equal", "loud"), "They start with"),
        (digits_network("he_normal", "zeros", "glorot_uniform"), "They start with"),
        (digits_network("glorot_uniform", "loud", "loud"), "A ReLU stands"),
        (digits_network("he_uniform", "he_uniform", "loud"), "The hidden layers"),
    ],
    "initialization.leaky_variance": [
        (lambda n_in, slope: 2 / n_in, "This is He's"),
        (lambda n_in, slope: 2 / (n_in * (1 + slope)), "A mean square"),
        (lambda n_in, slope: 2 / (n_in * (1 + slope) ** 2), "Each half is"),
        (lambda n_in, slope: 2 / (n_in * (1 - slope**2)), "The negative half"),
        (lambda n_in, slope: (1 + slope**2) / (2 * n_in), "This is upside"),
        (lambda n_in, slope: 1 / (n_in * (1 + slope**2)), "Positive and negative"),
        (lambda n_in, slope: 1 / n_in, "This is 1"),
        (lambda n_in, slope: np.sqrt(2 / (n_in * (1 + slope**2))), "This is the standard"),
        (lambda n_in, slope: 2 / (1 + slope**2), "This is what"),
        (lambda n_in, slope: slope / n_in, "Half of the"),
    ],
    "initialization.leaky_network": [
        (leaky_network(inputs=28), "keras.Input((784,))"),
        (leaky_network(shared=True), "One initializer"),
        (leaky_network(hidden=3), "24 of 300"),
        (leaky_network(neurons=30), "24 of 300"),
        (leaky_network(norm=True), "A Dense layer"),
        (leaky_network(slope=0.3), "Keras's defaults"),
        (leaky_network(learned=True), "Kernels and biases"),
        (leaky_network(scale=2), "Each layer multiplies"),
        (leaky_network(scale=1), "Each layer multiplies"),
    ],
}
