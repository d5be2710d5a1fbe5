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


RIGHT = {"convolution.convolve2d": convolve2d, "convolution.zeros_for_same": zeros_for_same}
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
}
