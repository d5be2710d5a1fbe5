"""What the exercises of the notebook on convolution want."""

import numpy as np


def convolve2d_inputs(random):
    image = np.array([[1, 2, 0, 1], [0, 3, 1, 2], [4, 1, 0, 5], [2, 0, 6, 1]])
    kernels = [[1, 2], [3, 10]], [[1, 0, 2]], [[1, -1], [0, 2], [5, 3]]
    if random is not None:
        image = random.integers(0, 9, (4, 4))
        kernels = [random.integers(-3, 10, np.shape(kernel)) for kernel in kernels]
    square, flat, high = map(np.array, kernels)
    return [(image, square), (image, flat), (image[:3], high)]


def convolve2d(image, kernel):
    wanted = spread(image, kernel, whole=False)
    mistakes = {
        "This is cross-correlation: true convolution reads the kernel backwards.": slide(
            image, kernel
        ),
        "Only the rows of the kernel run backwards; its columns must too.": slide(
            image, kernel[::-1]
        ),
        "Only the columns of the kernel run backwards; its rows must too.": slide(
            image, kernel[:, ::-1]
        ),
        "The kernel is transposed: backwards is half a turn, rows and columns stay what "
        "they are.": slide(image, kernel.T),
        "The kernel made a quarter turn; half a turn is wanted.": slide(image, np.rot90(kernel)),
        "The result runs backwards: the kernel should, and the image should not.": (
            wanted[::-1, ::-1]
        ),
        "This includes places where the kernel sticks out of the image; keep those where "
        "all of it lies on the image.": spread(image, kernel, whole=True),
    }
    return wanted, mistakes, "Lay the kernel, turned by half a turn, on each patch; multiply, add."


def slide(image, kernel):
    """Cross-correlation, "valid": what a kernel that is not turned gives."""
    patches = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return np.einsum("ijuv,uv->ij", patches, kernel)


def spread(image, kernel, whole):
    """True convolution without turning anything: each weight adds a shifted copy of the image."""
    (rows, columns), (height, width) = image.shape, kernel.shape
    total = np.zeros((rows + height - 1, columns + width - 1))
    for (u, v), weight in np.ndenumerate(kernel):
        total[u : u + rows, v : v + columns] += weight * image
    return total if whole else total[height - 1 : rows, width - 1 : columns]


def zeros_for_same_inputs(random):
    if random is None:
        return [
            (9, 3, 2), (10, 3, 2), (10, 3, 1), (28, 5, 1), (10, 2, 3), (7, 1, 3), (8, 1, 2),
            (11, 5, 4),
        ]  # fmt: skip
    sizes = [(random.integers(6, 30), random.integers(1, 7), random.integers(2, 5)) for _ in "six+"]
    sizes += [(random.integers(6, 30), random.integers(2, 7), 1), (9, 1, random.integers(3, 5))]
    return [tuple(map(int, size)) for size in sizes]


def zeros_for_same(n, kernel_size, stride):
    responses = -(-n // stride)
    wanted = next(z for z in range(99) if (n + z - kernel_size) // stride + 1 == responses)
    mistakes = {
        "Kernel size minus 1 is right for stride 1 only.": kernel_size - 1,
        "There are no negative zeros: where the kernel fits without padding, give 0.": (
            (responses - 1) * stride + kernel_size - n
        ),
        "n / stride must be rounded up: the last, shorter step gives a response too.": max(
            (n // stride - 1) * stride + kernel_size - n, 0
        ),
        "This keeps the size n, as at stride 1; with a stride, n / stride responses are wanted.": (
            (n - 1) * stride + kernel_size - n
        ),
        "The zeros of both sides count together.": wanted // 2,
        "The last response's patch starts at (responses - 1) times the stride, because the "
        "first starts at 0.": max(responses * stride + kernel_size - n, 0),
    }
    return (
        wanted,
        mistakes,
        "The last patch starts at (responses - 1) times the stride and must end inside the "
        "padded axis.",
    )


EXERCISES = {
    "convolve2d": {
        "kind": "write",
        "inputs": convolve2d_inputs,
        "case": convolve2d,
        "hints": [
            "In one dimension the kernel was read backwards. What is backwards for a table?",
            "Turn the kernel by half a turn: rows and columns both run backwards. Then do what a "
            "Conv2D layer does.",
            "`kernel[::-1, ::-1]` is the turned kernel. At each place (i, j), multiply it with "
            "image[i : i + rows, j : j + columns] and add everything up.",
        ],
    },
    "zeros_for_same": {
        "kind": "write",
        "inputs": zeros_for_same_inputs,
        "case": zeros_for_same,
        "hints": [
            "How many responses are wanted, and where does the patch of the last one start?",
            "The patches start at 0, stride, 2 · stride, …; the last one of n / stride (rounded "
            "up) responses must end inside the n pixels and the z zeros.",
            "With r = -(-n // stride) responses, z = (r - 1) · stride + kernel_size - n, or 0 "
            "where that is negative.",
        ],
    },
}
