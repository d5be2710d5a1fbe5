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
        "Kernel size minus 1 is always right for stride 1; with a larger stride fewer zeros may "
        "do.": kernel_size - 1,
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


def pixels_seen_inputs(random):
    if random is None:
        return [((2, 1, 2, 1),)]
    return [([(1, 2, 2, 3), (2, 1, 3, 1), (3, 1, 2, 2), (2, 3, 1, 1)][random.integers(4)],)]


def pixels_seen(strides):
    """Each layer adds 2, in steps as wide as the strides of the layers before it have made them."""

    def seen(steps):
        return 1 + sum(2 * step for step in steps)

    before = [int(np.prod(strides[:n])) for n in range(len(strides))]
    mistakes = {
        "A layer's own stride moves its neighbour, not its own view: count the strides before "
        "it.": seen([int(np.prod(strides[: n + 1])) for n in range(len(strides))]),
        "Strides below widen what a layer adds; without them each layer adds 2.": seen(
            [1] * len(strides)
        ),
        "A kernel adds what it reaches beyond one unit, 3 - 1 = 2, not 3.": 1
        + sum(3 * step for step in before),
        "The strides of all layers before multiply; one alone is not enough.": seen(
            [1, *strides[:-1]]
        ),
        "The unit itself is the 1 that the sum starts with.": seen(before) - 1,
        "That is the view of a kernel as wide as all of them multiplied.": 3 ** len(strides),
        "That is how far two neighbours' views lie apart.": int(np.prod(strides)),
    }
    return (
        seen(before),
        mistakes,
        "1, and for each layer 2 times the product of the strides before it.",
    )


def edge_finder_inputs(random):
    bright = 1.0 if random is None else round(float(random.uniform(0.5, 2)), 2)
    return [(bright,)]


def edge_finder_look(answer, bright, progress):
    """How the model answers to an edge towards each of the four sides."""
    import keras

    model = answer()
    if not hasattr(model, "count_params"):
        raise TypeError("it gives no Keras model")
    if tuple(model.input_shape) != (None, 28, 28, 1):
        raise ValueError("the model wants pictures of 28 × 28 × 1")
    right = np.zeros((28, 28))
    right[:, 14:] = bright
    edges = {"right": right, "left": right[:, ::-1], "down": right.T, "up": right.T[::-1]}
    batch = np.stack(list(edges.values()))[..., None].astype("float32")
    maps = np.asarray(keras.ops.convert_to_numpy(model(batch)), float)
    inside = maps[:, 8:-8, 8:-8].reshape(4, -1).max(axis=1) / bright
    return {"answers": dict(zip(edges, inside.tolist())), "shape": tuple(model.output_shape[1:])}


def edge_finder_faults(seen, bright):
    answers = seen["answers"]
    right, others = answers["right"], max(answers[side] for side in ("left", "down", "up"))
    rows = max(answers["down"], answers["up"])
    size = "" if seen["shape"] == (28, 28, 1) else f"Its output has the shape {seen['shape']}."
    wrong_way = rows > 1e-3
    text = (
        f"Where it gets brighter from left to right it answers ≈{right:.3g}, from right to left ≈"
    )
    text += f"{answers['left']:.3g}."
    return {
        "direction": f"Where the brightness changes from row to row it answers ≈{rows:.3g}."
        if wrong_way
        else "",
        "sign": "" if wrong_way or (right > 1e-3 and others < 1e-3) else text,
        "size": size,
    }


def wide_view_inputs(random):
    return [(None if random is None else int(random.integers(1000)),)]


def wide_view_looks(model):
    shapes = model.input_shape, model.output_shape
    if tuple(shapes[0]) != (None, 32, 32, 1):
        return {"ends": f"it takes the shape {shapes[0]}."}
    if len(shapes[1]) != 4 or shapes[1][-1] != 1 or shapes[1][1] < 4 or shapes[1][2] < 4:
        return {"ends": f"it gives the shape {shapes[1]}."}
    step = _first_seen(model, 1) - _first_seen(model, 0)
    return {} if step == 1 else {"steps": f"The view of the next unit lies {step} pixels on."}


def _seen(model, unit, axis=2):
    """The columns that a unit of the middle row sees; with axis 1 rows, of the middle column."""
    import keras

    gave = [np.abs(weights) + 0.5 for weights in model.get_weights()]
    kept = model.get_weights()
    model.set_weights(gave)  # with positive weights no pixel that counts can be overlooked
    try:
        middle = model.output_shape[3 - axis] // 2
        lit = np.zeros((33, 32, 32, 1), "float32")
        for place in range(32):
            np.moveaxis(lit, axis, 1)[place, place] = 1
        maps = np.asarray(keras.ops.convert_to_numpy(model(lit)), float)[..., 0]
        maps = np.take(maps, middle, axis=3 - axis)
        return np.flatnonzero(np.abs(maps[:32, unit] - maps[32, unit]) > 1e-6)
    finally:
        model.set_weights(kept)


def _first_seen(model, n):
    middle = model.output_shape[2] // 2
    return int(_seen(model, middle + n)[0])


def wide_view_measure(model, seed, progress):
    """How many columns a unit in the middle sees, or how many rows if these are fewer."""
    return min(len(_seen(model, model.output_shape[axis] // 2, axis)) for axis in (1, 2))


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
    "pixels_seen": {
        "kind": "predict",
        "inputs": pixels_seen_inputs,
        "case": pixels_seen,
        "because": "each layer adds 2 steps, as wide as the strides before it have made them",
        "hints": [
            "What does a unit of the first layer see, and how many pixels further on does its "
            "neighbour look?",
            "A layer adds 2 units of the layer before it. How many pixels wide is a step from unit "
            "to unit there? The strides before it, multiplied.",
            "With strides 2, 1, 2, 1 the steps are 1, 2, 2 and 4 pixels wide.",
        ],
    },
    "edge_finder": {
        "kind": "repair",
        "inputs": edge_finder_inputs,
        "look": edge_finder_look,
        "faults": edge_finder_faults,
        "says": {
            "direction": "Those are edges between rows. Which of the kernel's axes runs from left "
            "to right?",
            "sign": "The layer multiplies without turning the kernel, and the ReLU drops what is "
            "negative: the larger weights belong on the brighter side.",
            "size": "Without zeros around the picture, a kernel of 3 × 3 loses a row and a column "
            "on each side.",
        },
        "hints": [
            "Lay the kernel on a picture that is dark at the left and bright at the right, and add "
            "up. What comes out?",
            "Rows are the first axis, columns the second. A kernel that subtracts left from right "
            "has its numbers in columns.",
            'weights = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], and padding="same".',
        ],
    },
    "wide_view": {
        "kind": "build",
        "inputs": wide_view_inputs,
        "looks": wide_view_looks,
        "parameters": 30,
        "measure": wide_view_measure,
        "goal": 15,
        "of": "pixels along each axis",
        "seconds": 60,
        "says": {
            "ends": "keras.Input((32, 32, 1)) and an output of one map, at least 4 × 4, are "
            "wanted.",
            "steps": "Stride and pooling make the map smaller. What widens the view without that?",
            "too many": "One large kernel, or many small ones, cost too much: which setting of a "
            "convolution reaches further with the same nine weights?",
            "too low": "Each layer adds what its kernel reaches beyond one unit. Which dilations "
            "make that grow from layer to layer?",
        },
        "hints": [
            "A kernel of 3 × 3 has nine weights. How many such layers can you pay for?",
            "Three. As they are, they see 7 pixels. Let their weights lie further apart.",
            "Dilations 1, 2 and 4 add 2, 4 and 8 pixels. Leave the biases out: use_bias=False.",
        ],
    },
}
