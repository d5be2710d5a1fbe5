"""What the exercises of the notebook on pooling want."""

import numpy as np


def parameters_inputs(random):
    if random is None:
        return [(28, 3, 16, 2, 10), (28, 5, 8, 3, 10), (12, 3, 4, 1, 3), (11, 4, 6, 3, 2)]
    n, filters = random.integers(11, 30, 4).tolist(), random.integers(2, 17, 4).tolist()
    classes, kernels = random.integers(2, 12, 4).tolist(), random.integers(3, 6, 4).tolist()
    return list(zip(n, kernels, filters, (2, 3, 1, 3), classes))


def parameters(n, kernel_size, filters, pool_size, classes):
    places = len(range(kernel_size - 1, n))  # where the kernel ends
    kept = len(range(pool_size - 1, places, pool_size))  # where a window ends
    convolution = (kernel_size**2 + 1) * filters

    def count(rows, columns=None):
        return convolution + (rows * (rows if columns is None else columns) * filters + 1) * classes

    wanted = count(kept)
    mistakes = {
        "Pooling is missing: the dense layer reads the pooled features.": count(places),
        "Without padding the kernel has fewer than n places along a side.": count(n // pool_size),
        "A window that sticks out is left out: the division rounds down.": count(
            -(-places // pool_size)
        ),
        "The kernel has n - kernel_size + 1 places along a side: count the first one, too.": count(
            (places - 1) // pool_size
        ),
        "Half a window is none: the pooled side is rounded down.": count(places / pool_size),
        "The windows lie side by side; they do not overlap.": count(places - pool_size + 1),
        "Each filter and each class has a bias.": wanted - filters - classes,
        "The convolution's parameters are missing.": wanted - convolution,
        "The biases of the dense layer are missing.": wanted - classes,
        "The biases of the convolution are missing.": wanted - filters,
        "A window spans rows and columns: both become fewer.": count(places, places // pool_size),
        "Flatten gives the numbers of all feature maps, not of one.": convolution
        + (kept**2 + 1) * classes,
        "The kernel has kernel_size rows and kernel_size columns.": wanted
        - (kernel_size**2 - kernel_size) * filters,
        "The picture's places are padded here; Conv2D pads nothing by default.": count(
            -(-n // pool_size)
        ),
    }
    return (
        wanted,
        mistakes,
        "First the side of the feature map, then that of the pooled one; the dense layer has a "
        "weight for each pooled number and class.",
    )


def backwards_inputs(random):
    random = np.random.default_rng(10) if random is None else random
    calls = []
    for rows, columns in ((1, 1), (2, 2), (2, 3)):
        z = random.permutation(4 * rows * columns).reshape(2 * rows, 2 * columns) - 6.0
        calls.append((z, random.permutation(rows * columns).reshape(rows, columns) * 2.0 - 5))
    return calls


def backwards(z, gradient):
    wanted, least, everywhere = np.zeros_like(z), np.zeros_like(z), np.zeros_like(z)
    overlapping = np.zeros_like(z)
    for (i, j), slope in np.ndenumerate(gradient):
        window = z[2 * i : 2 * i + 2, 2 * j : 2 * j + 2]
        for found, place in ((wanted, window.argmax()), (least, window.argmin())):
            row, column = divmod(int(place), 2)
            found[2 * i + row, 2 * j + column] = slope
        everywhere[2 * i : 2 * i + 2, 2 * j : 2 * j + 2] = slope
        row, column = divmod(int(z[i : i + 2, j : j + 2].argmax()), 2)
        overlapping[i + row, j + column] += slope
    mistakes = {
        "A response below the maximum may grow a little and nothing happens: its gradient "
        "is 0.": everywhere,
        "This is the way back through mean pooling: each response gets a quarter.": everywhere / 4,
        "This marks the maxima; each passes on the gradient of its window.": (
            (wanted != 0).astype(float)
        ),
        "This sends the gradient to the smallest response of the window.": least,
        "The maximum passes its window's gradient on as it is, not times its own value.": (
            wanted * z
        ),
        "These are the maxima themselves; the gradient goes to their places.": np.where(
            wanted != 0, z, 0
        ),
        "Each window has its own maximum; this looks for one in the whole map.": np.where(
            z == z.max(), everywhere, 0
        ),
        "The gradient goes back to a map as large as z; this is as small as the pooled one.": (
            gradient
        ),
        "Stride 2: the window of place (i, j) starts at row 2 i and column 2 j.": overlapping,
    }
    return (
        wanted,
        mistakes,
        "In each window the largest response gets the window's gradient, the other three 0.",
    )


EXERCISES = {
    "parameters": {
        "kind": "write",
        "inputs": parameters_inputs,
        "case": parameters,
        "hints": [
            "Follow the side of the picture: what is left of n behind the convolution, and behind "
            "the pooling?",
            "n - kernel_size + 1 places, then divided by pool_size and rounded down. Pooling has "
            "no parameters; the two other layers have kernels and biases.",
            "With side = (n - kernel_size + 1) // pool_size the Dense layer reads side² · filters "
            "numbers.",
        ],
    },
    "backwards": {
        "kind": "write",
        "inputs": backwards_inputs,
        "case": backwards,
        "hints": [
            "If a response that is not the maximum grows a little, what does the pooled number do?",
            "Nothing, so its gradient is 0. The maximum passes its window's gradient on as it is. "
            "How do you find, for all windows at once, where their maximum stands?",
            "Blow the pooled maxima up with np.kron(maxima, np.ones((2, 2))) and compare with z; "
            "blow the gradient up likewise, and take it where they are equal.",
        ],
    },
}
