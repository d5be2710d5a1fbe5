"""Right and wrong answers to the exercises of `dlhelpers/checks/convolution.py`."""

import numpy as np


def slide(image, kernel):
    patches = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return np.einsum("ijuv,uv->ij", patches, kernel)


def convolve2d(image, kernel):
    return slide(image, kernel[::-1, ::-1])


def not_flipped(image, kernel):
    return slide(image, kernel)


def rows_flipped_only(image, kernel):
    return slide(image, kernel[::-1])


def columns_flipped_only(image, kernel):
    return slide(image, kernel[:, ::-1])


def transposed(image, kernel):
    return slide(image, kernel.T)


def quarter_turn(image, kernel):
    return slide(image, np.rot90(kernel))


def sticking_out(image, kernel):
    height, width = kernel.shape
    padded = np.pad(image, ((height - 1, height - 1), (width - 1, width - 1)))
    return slide(padded, kernel[::-1, ::-1])


def result_flipped(image, kernel):
    return convolve2d(image, kernel)[::-1, ::-1]


def rows_as_columns(image, kernel):  # a loop that takes the kernel for square
    k = len(kernel)
    turned = kernel[::-1, ::-1]
    places = range(len(image) - k + 1)
    return np.array(
        [[np.sum(image[i : i + k, j : j + k] * turned) for j in places] for i in places]
    )


def zeros_for_same(n, kernel_size, stride):
    responses = -(-n // stride)
    return max((responses - 1) * stride + kernel_size - n, 0)


def stride_ignored(n, kernel_size, stride):
    return kernel_size - 1


def rounded_down(n, kernel_size, stride):
    return max((n // stride - 1) * stride + kernel_size - n, 0)


def negative(n, kernel_size, stride):
    return (-(-n // stride) - 1) * stride + kernel_size - n


def one_side(n, kernel_size, stride):
    return zeros_for_same(n, kernel_size, stride) // 2


def n_responses(n, kernel_size, stride):
    return (n - 1) * stride + kernel_size - n


def one_stride_too_many(n, kernel_size, stride):
    return max(-(-n // stride) * stride + kernel_size - n, 0)


def pixels_seen(strides):
    first, last = 0, 0  # the unit itself, then what it reads, from the last layer down
    for stride in reversed(strides):
        first, last = first * stride, last * stride + 2
    return last - first + 1


def finder(kernel=((-1, 0, 1), (-2, 0, 2), (-1, 0, 1)), padding="same", relu=True):
    """A function that makes the model of `edge_finder`, right or with one of its faults."""

    def model():
        import keras

        model = keras.Sequential([keras.Input((28, 28, 1))])
        model.add(keras.layers.Conv2D(1, 3, padding=padding, use_bias=False))
        model.add(keras.layers.ReLU() if relu else keras.layers.Activation("linear"))
        model.layers[0].set_weights([np.array(kernel, "float32")[:, :, None, None]])
        return model

    return model


DOWN = ((1, 2, 1), (0, 0, 0), (-1, -2, -1))
LEFT = ((1, 0, -1), (2, 0, -2), (1, 0, -1))
ALL = ((-1, -1, -1), (-1, 8, -1), (-1, -1, -1))


def view(*dilations, size=3, bias=False, filters=1, stride=1, shape=(32, 32, 1)):
    """A function that makes a model for `wide_view`."""

    def model(*_):
        import keras

        model = keras.Sequential([keras.Input(shape)])
        for dilation in dilations:
            layer = keras.layers.Conv2D(
                filters, size, strides=stride, dilation_rate=dilation, use_bias=bias
            )
            model.add(layer)
        return model

    return model


NEEDS_KERAS = ["convolution.edge_finder", "convolution.wide_view"]
RIGHT = {
    "convolution.convolve2d": convolve2d,
    "convolution.zeros_for_same": zeros_for_same,
    "convolution.pixels_seen": pixels_seen,
    "convolution.edge_finder": finder(((-1, 0, 1), (-1, 0, 1), (-1, 0, 1))),
    "convolution.wide_view": view(1, 2, 4, bias=True),
}
WRONG = {
    "convolution.convolve2d": [
        (not_flipped, "This is cross-correlation:"),
        (rows_flipped_only, "Only the rows"),
        (columns_flipped_only, "Only the columns"),
        (transposed, "The kernel is"),
        (quarter_turn, "The kernel made"),
        (sticking_out, "This includes places"),
        (result_flipped, "The result runs"),
        (rows_as_columns, "Lay the kernel,"),
    ],
    "convolution.zeros_for_same": [
        (stride_ignored, "Kernel size minus"),
        (rounded_down, "n / stride"),
        (negative, "There are no"),
        (one_side, "The zeros of"),
        (n_responses, "This keeps the"),
        (one_stride_too_many, "The last response's"),
        (
            lambda n, kernel_size, stride: (-(-n // stride) - 1) * stride + kernel_size,
            "The last patch",
        ),
    ],
    "convolution.pixels_seen": [
        (lambda strides: 1 + 2 * int(np.cumprod(strides).sum()), "A layer's own stride"),
        (lambda strides: 1 + 2 * len(strides), "Strides below widen"),
        (lambda strides: 1 + 3 * int(np.cumprod((1, *strides[:-1])).sum()), "A kernel adds"),
        (lambda strides: 1 + 2 * sum((1, *strides[:-1])), "The strides of all"),
        (lambda strides: pixels_seen(strides) - 1, "The unit itself"),
        (lambda strides: 3 ** len(strides), "That is the view of"),
        (lambda strides: int(np.prod(strides)), "That is how far"),
        (lambda strides: 1000, "1, and for"),
    ],
    "convolution.edge_finder": [
        (finder(DOWN, padding="valid"), "Those are edges"),
        (finder(DOWN), "Those are edges"),
        (finder(ALL), "Those are edges"),
        (finder(LEFT), "The layer multiplies"),
        (finder(relu=False, kernel=LEFT, padding="valid"), "The layer multiplies"),
        (finder(padding="valid"), "Without zeros"),
    ],
    "convolution.wide_view": [
        (view(1, 2, 4, shape=(28, 28, 1)), "keras.Input"),
        (view(1, 2, 4, filters=2), "keras.Input"),
        (view(1, 1, 1, stride=2), "keras.Input"),
        (view(1, stride=2), "Stride and pooling"),
        (view(1, size=15), "One large kernel"),
        (view(*7 * [1]), "One large kernel"),
        (view(1, 1, 1), "Each layer adds"),
        (view(2, 2, 2), "Each layer adds"),
        (view(7), "Each layer adds"),
        (view(1, size=(1, 15)), "Each layer adds"),
    ],
}
