"""Right and wrong answers to the exercises of `dlhelpers/checks/pooling.py`."""

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


def rows_pooled_alone(n, kernel_size, filters, pool_size, classes):
    places = n - kernel_size + 1
    features = places * (places // pool_size) * filters
    return (kernel_size**2 + 1) * filters + (features + 1) * classes


RIGHT = {"pooling.parameters": parameters, "pooling.backwards": backwards}
WRONG = {
    "pooling.parameters": [
        (with_side(lambda n, k, p: n - k + 1), "Pooling is missing:"),
        (with_side(lambda n, k, p: n // p), "Without padding the"),
        (with_side(lambda n, k, p: -(-(n - k + 1) // p)), "A window that"),
        (with_side(lambda n, k, p: (n - k) // p), "The kernel has n"),
        (with_side(lambda n, k, p: (n - k + 1) / p), "Half a window"),
        (with_side(lambda n, k, p: n - k + 1 - p + 1), "The windows lie"),
        (no_biases, "Each filter and"),
        (no_dense_bias, "The biases of the dense"),
        (dense_alone, "The convolution's parameters"),
        (one_feature_map, "Flatten gives the"),
        (lambda n, k, f, p, c: parameters(n, k, f, p, c) - f, "The biases of the convolution"),
        (rows_pooled_alone, "A window spans"),
        (
            lambda n, k, f, p, c: parameters(n, k, f, p, c) - (k**2 - k) * f,
            "The kernel has kernel_size",
        ),
        (with_side(lambda n, k, p: -(-n // p)), "The picture's places"),
        (lambda n, k, f, p, c: (k**2 + 1) * f, "First the side"),
    ],
    "pooling.backwards": [
        (lambda z, gradient: spread(gradient), "A response below"),
        (lambda z, gradient: spread(gradient) / 4, "This is the"),
        (lambda z, gradient: chosen(z).astype(float), "This marks the"),
        (lambda z, gradient: np.where(chosen(z, np.min), spread(gradient), 0), "This sends the"),
        (lambda z, gradient: np.where(chosen(z), z * spread(gradient), 0), "The maximum passes"),
        (lambda z, gradient: np.where(chosen(z), z, 0), "These are the"),
        (lambda z, gradient: np.where(z == z.max(), spread(gradient), 0), "Each window has"),
        (lambda z, gradient: gradient, "The gradient goes"),
        (overlapping, "Stride 2: the"),
        (lambda z, gradient: np.where(chosen(z), spread(gradient) / 4, 0), "In each window"),
    ],
}
