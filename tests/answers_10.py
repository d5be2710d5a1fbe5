"""Right and wrong answers to the exercises of 10_pooling."""

import numpy as np


def parameters(n, kernel_size, filters, pool_size, classes):
    side = (n - kernel_size + 1) // pool_size
    return (kernel_size**2 + 1) * filters + (side**2 * filters + 1) * classes


def with_side(side):
    """The right count but for the side of the pooled feature map."""

    def answer(n, kernel_size, filters, pool_size, classes):
        features = side(n, kernel_size, pool_size) ** 2 * filters
        return (kernel_size**2 + 1) * filters + (features + 1) * classes

    return answer


def no_biases(n, kernel_size, filters, pool_size, classes):
    return parameters(n, kernel_size, filters, pool_size, classes) - filters - classes


def no_dense_bias(n, kernel_size, filters, pool_size, classes):
    return parameters(n, kernel_size, filters, pool_size, classes) - classes


def dense_alone(n, kernel_size, filters, pool_size, classes):
    return parameters(n, kernel_size, filters, pool_size, classes) - (kernel_size**2 + 1) * filters


def one_feature_map(n, kernel_size, filters, pool_size, classes):
    side = (n - kernel_size + 1) // pool_size
    return (kernel_size**2 + 1) * filters + (side**2 + 1) * classes


def windows(z):
    return z.reshape(len(z) // 2, 2, -1, 2)


def spread(values):
    return np.kron(values, np.ones((2, 2)))


def chosen(z, pick=np.max):
    return z == spread(pick(windows(z), axis=(1, 3)))


def backwards(z, gradient):
    return np.where(chosen(z), spread(gradient), 0)


def overlapping(z, gradient):
    total = np.zeros_like(z)
    for (i, j), slope in np.ndenumerate(gradient):
        window = z[i : i + 2, j : j + 2]
        row, column = np.unravel_index(window.argmax(), (2, 2))
        total[i + row, j + column] += slope
    return total


RIGHT = {"10.parameters": parameters, "10.backwards": backwards}
WRONG = {
    "10.parameters": [
        with_side(lambda n, k, p: n - k + 1),  # not pooled
        with_side(lambda n, k, p: n // p),  # as if padded
        with_side(lambda n, k, p: -(-(n - k + 1) // p)),  # rounded up
        with_side(lambda n, k, p: (n - k) // p),  # one place forgotten
        with_side(lambda n, k, p: (n - k + 1) / p),  # not rounded
        with_side(lambda n, k, p: n - k + 1 - p + 1),  # stride 1
        no_biases,
        no_dense_bias,
        dense_alone,
        one_feature_map,
    ],
    "10.backwards": [
        lambda z, gradient: spread(gradient),  # to all four
        lambda z, gradient: spread(gradient) / 4,  # mean pooling
        lambda z, gradient: chosen(z).astype(float),  # the places alone
        lambda z, gradient: np.where(chosen(z, np.min), spread(gradient), 0),
        lambda z, gradient: np.where(chosen(z), z * spread(gradient), 0),
        lambda z, gradient: np.where(chosen(z), z, 0),
        lambda z, gradient: np.where(z == z.max(), spread(gradient), 0),  # one window for all
        lambda z, gradient: gradient,
        overlapping,
    ],
}
