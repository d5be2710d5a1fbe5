"""What the exercises of the notebook on pooling want."""

import numpy as np


def unchanged_inputs(random):
    if random is None:
        return [(20, 4)]
    k = int(random.integers(3, 7))
    return [(k * (k + int(random.integers(1, 3))), k)]


def unchanged(n, k):
    """The last place of each window but the last is where a step to the right crosses over."""
    rows = np.eye(n)
    pooled = rows.reshape(n, n // k, k).max(axis=2)
    wanted = int(np.sum(np.all(pooled[1:] == pooled[:-1], axis=1)))
    mistakes = {
        "Pooling softens a shift, it does not undo it: what happens to a response in the last "
        "column of a window?": n - 1,
        "That is how many change: those in the last column of a window that has a neighbour.": (
            n // k - 1
        ),
        "That is the number of windows, and of columns from which the step would leave one; the "
        "others stay.": n // k,
        "The last window has no neighbour to the right, and the response does not start in the "
        "last column at all: one crossing less.": n - 1 - n // k,
        "A window's maximum does not care where in the window the response stands.": 0,
        "The response starts in one of n - 1 columns: from the last one it cannot move on.": (
            n - (n // k - 1)
        ),
        "That is what one window keeps. How many windows are there?": k - 1,
    }
    return (
        wanted,
        mistakes,
        "Go through the columns from the left: from which of them does the step lead into the next "
        "window?",
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


def quarter_reader_inputs(random):
    return [(4 if random is None else int(random.integers(1000)),)]


def quarter_reader_look(answer, seed, progress):
    """The model, and what it says of the same patch in each quarter of the paper."""
    import keras

    model = answer()
    if not hasattr(model, "count_params"):
        raise TypeError("it gives no Keras model")
    shapes = tuple(model.input_shape), tuple(model.output_shape)
    if shapes != ((None, 56, 56, 1), (None, 4)):
        raise ValueError("the model wants pictures of 56 × 56 × 1 and gives four scores")
    random = np.random.default_rng(seed)
    patch, papers = random.uniform(size=(8, 8)), np.zeros((4, 56, 56, 1), "float32")
    for n in range(4):
        top, left = 10 + 28 * (n // 2), 10 + 28 * (n % 2)
        papers[n, top : top + 8, left : left + 8, 0] = patch
    # So large that behind a softmax or a sigmoid many scores are exactly 0.
    others = 1e4 * random.normal(size=(60, 56, 56, 1)).astype("float32")

    def scores(pictures):
        return np.asarray(keras.ops.convert_to_numpy(model(pictures)), float)

    sides = [layer.output.shape[1] for layer in model.layers if len(layer.output.shape) == 4]
    return {
        "whole": [
            type(layer).__name__ for layer in model.layers if "Global" in type(layer).__name__
        ],
        "quarters": scores(papers),
        "others": scores(others),
        "side": int(sides[-1]) if sides else 1,
        "parameters": model.count_params(),
    }


def quarter_reader_faults(seen, seed):
    quarters, others = seen["quarters"], seen["others"]
    apart = np.abs(quarters - quarters[0]).max()
    lost = apart < 1e-4 * max(1e-3, np.abs(quarters).max())
    cut = others.min() >= 0 and np.any(others == 0)
    large = seen["parameters"] > 5000
    side, count = seen["side"], seen["parameters"]
    return {
        "place": "A patch gets the same four scores in all four quarters."
        if lost
        else f"It has a {seen['whole'][0]} in it."
        if seen["whole"]
        else "",
        "features": f"The last feature maps are {side} × {side}, and the model has {count:,} "
        "parameters."
        if large
        else "",
        "scores": "No score is ever below 0." if cut else "",
    }


def steady_inputs(random):
    random = np.random.default_rng(3) if random is None else random
    pictures = np.zeros((100, 32, 32, 1), "float32")
    for picture in pictures:  # a pencil that wanders
        (y, x), angle = random.uniform(10, 22, 2), random.uniform(0, 2 * np.pi)
        for _ in range(20):
            angle += random.normal(0, 0.35)
            y = np.clip(y + np.sin(angle), 6, 25)
            x = np.clip(x + np.cos(angle), 6, 24)
            picture[int(y), int(x)] = 1
    return [(pictures,)]


def _maps(model, pictures):
    import keras

    maps = keras.ops.convert_to_numpy(model(pictures.astype("float32")))
    return np.asarray(maps, float).reshape(len(pictures), -1)


def steady_looks(model):
    shapes = tuple(model.input_shape), tuple(model.output_shape)
    if shapes[0] != (None, 32, 32, 1):
        return {"ends": f"it takes the shape {shapes[0]}."}
    fits = len(shapes[1]) == 4 and shapes[1][-1] == 1 and {*shapes[1][1:3]} <= {7, 8}
    if not fits:
        return {"ends": f"it gives the shape {shapes[1]}."}
    dots = np.zeros((2, 32, 32, 1))
    dots[0, 8:10, 8:10] = dots[1, 22:24, 22:24] = 1
    one, other = _maps(model, dots)
    sizes = np.linalg.norm(one) * np.linalg.norm(other)
    alike = sizes == 0 or one @ other / sizes > 0.5
    said = "dots at the upper left and at the lower right give nearly the same map."
    return {"place": said} if alike else {}


def steady_measure(model, pictures, progress):
    """One minus the mean relative change when each picture moves to the right by a pixel."""
    changes = []
    for start in (0, 2):  # so that it does not matter where the windows begin
        before, after = (_maps(model, np.roll(pictures, start + n, axis=2)) for n in (0, 1))
        changes.append(np.linalg.norm(after - before, axis=1) / np.linalg.norm(before, axis=1))
    return float(1 - np.mean(changes))


EXERCISES = {
    "unchanged": {
        "kind": "predict",
        "inputs": unchanged_inputs,
        "case": unchanged,
        "because": "only a step out of a window's last column changes the pooled row",
        "hints": [
            "Take a short row of six columns with windows of 3, and draw the response in each "
            "column in turn.",
            "It can start in all columns but the last. From which of these does one step lead "
            "into another window?",
            "From the last column of each window but the last window: 4 of 19 columns.",
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
    "quarter_reader": {
        "kind": "repair",
        "inputs": quarter_reader_inputs,
        "look": quarter_reader_look,
        "faults": quarter_reader_faults,
        "says": {
            "place": "Which layer gives the same numbers wherever the digit stands? What would "
            "hand its maps on with their places?",
            "features": "A pooling window that moves by one place leaves nearly as many features "
            "as there were: look at its stride. You may also pool once more before the dense "
            "layer.",
            "scores": "Scores may be negative; the loss turns them into probabilities. What cuts "
            "them off?",
        },
        "hints": [
            "Three things: a stride, what stands before the last layer, and the last layer's "
            "activation. model.summary() shows the shapes.",
            "Flatten keeps the places. Then the maps must be small, or the dense layer is large.",
            "MaxPooling2D(4) twice, Flatten, and Dense(4) without an activation.",
        ],
    },
    "steady": {
        "kind": "build",
        "inputs": steady_inputs,
        "looks": steady_looks,
        "parameters": 0,
        "measure": steady_measure,
        "goal": 0.76,
        "of": "of the map stays when the picture moves by a pixel",
        "seconds": 60,
        "says": {
            "ends": "keras.Input((32, 32, 1)) and an output of 8 × 8 × 1 (or 7 × 7 × 1) are "
            "wanted.",
            "place": "The map must still say where something stands.",
            "too many": "Layers that pool have no parameters; nothing else is needed.",
            "too low": "Windows that lie side by side let a response jump from one to the next. "
            "What if it stood in several windows at once?",
        },
        "hints": [
            "Windows may overlap: the stride need not be the size of the window.",
            "The stride is 4, or 2 twice. How wide may the window be?",
            'layers.AveragePooling2D(8, strides=4, padding="same") is enough.',
        ],
    },
}
