"""Right and wrong answers to the exercises of `dlhelpers/checks/initialization.py`."""

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


NEEDS_KERAS = ["initialization.repaired_start"]
RIGHT = {
    "initialization.glorot_limit": glorot_limit,
    "initialization.he_std": he_std,
    "initialization.variance_after": variance_after,
    "initialization.first_loss": np.log,
    "initialization.repaired_start": digits_network("he_normal", "he_normal", "glorot_uniform"),
}
WRONG = {
    "initialization.glorot_limit": [
        (glorot_std, "This is the standard"),
        (glorot_variance, "This is the variance;"),
        (root_missing, "The root is"),
        (he_limit, "This is He's"),
        (multiplied, "Inputs and outputs"),
        (one_over_sum, "The variance is"),
        (whole_width, "From -r to"),
        (lambda n_in, n_out: np.sqrt(6 / n_out), "This has the"),
        (lambda n_in, n_out: np.sqrt(3) * glorot_limit(n_in, n_out), "On [-r, r]"),
    ],
    "initialization.he_std": [
        (outputs_counted, "He counts the"),
        (channels_alone, "A unit reads"),
        (first_size_alone, "The first size"),
        (channels_missing, "The channels are"),
        (he_variance, "This is the variance;"),
        (without_factor_two, "This is 1"),
        (he_uniform_limit, "This is the limit"),
        (glorot_instead, "This is Glorot's:"),
        (all_sizes, "The filters are"),
        (widened, "This is what"),
        (lambda shape: np.sqrt(2) / np.prod(shape[:-1]), "The variance is"),
    ],
    "initialization.variance_after": [
        (relu_before_the_first, "No ReLU stands"),
        (no_relu, "Each ReLU halves"),
        (one_layer_too_many, "That is one"),
        (halved_once, "Half of the"),
        (first_layer_forgotten, "The first layer multiplies,"),
        (added, "The layers multiply,"),
        (spread, "This is the"),
        (
            lambda depth, n, weight_variance: variance_after(depth, n, n * weight_variance),
            "The variance of",
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
}
