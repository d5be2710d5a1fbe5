"""What the exercises of the notebook on dropout want."""

import numpy as np


def suffers_inputs(random):
    if random is None:
        return [(8, -4, 2, 0.3)]
    while True:
        parts = random.integers(-9, 10, size=3).tolist()
        if len({abs(n) for n in parts}) == 3 and min(parts) < 0 not in parts and sum(parts) > 3:
            return [(*parts, round(random.uniform(0.15, 0.45), 2))]


def suffers(b1, b2, b3, off):
    """How many times the variance of b1 + b2 + b3 under dropout is that of three equal parts."""
    parts = np.array([b1, b2, b3], float)
    scale = off / (1 - off)
    equal = parts.sum() / 3
    right = float(np.sum(parts**2) / (3 * equal**2))
    mistakes = {
        "That compares A with B. Which one has the larger parts?": 1 / right,
        "That is the ratio of the standard deviations; the variance is their square.": right**0.5,
        "The sums are equal, and so are the expected values. Each neuron has a mask of its own, so "
        "square each part before you add.": 1,
        "Sizes are added where squares are wanted.": float(np.sum(np.abs(parts)) / (3 * equal)),
        "That compares the largest parts alone; all three add to the variance.": float(
            np.max(parts**2) / equal**2
        ),
        "A negative part is switched on and off like the others: its square is added, not taken "
        "away.": float(np.sum(parts * np.abs(parts)) / (3 * equal**2)),
        "p / (1 - p) stands in both variances, so it does not change their ratio.": (scale * right),
        "That is B's variance; divide it by A's.": scale * float(np.sum(parts**2)),
        "That is the difference of the two variances, not their ratio.": (
            scale * float(np.sum(parts**2) - 3 * equal**2)
        ),
    }
    return (
        right,
        mistakes,
        "Each part adds p / (1 - p) times its square to the variance of the score.",
    )


def inference_weights_inputs(random):
    fresh, random = random is not None, np.random.default_rng(66) if random is None else random
    calls = []
    for inputs, units, p in ((2, 3, 0.5), (3, 2, 0.2), (4, 1, 0.75)):
        p = round(p * random.uniform(0.7, 1.2), 2) if fresh else p
        kernel = random.integers(-9, 10, size=(inputs, units)).astype(float)
        calls.append((kernel, random.integers(1, 10, size=units).astype(float), p))
    return calls


def inference_weights(kernel, bias, p):
    # All masks with their probabilities give the expected input of the layer, without scaling.
    masks = np.array(list(np.ndindex((2,) * len(kernel))))
    likely = np.prod(np.where(masks, 1 - p, p), axis=1)
    means = np.array([likely @ (masks[:, i : i + 1] * row) for i, row in enumerate(kernel)])
    mistakes = {
        "The bias is not dropped while training, so it stays as it is.": (
            kernel * (1 - p),
            bias * (1 - p),
        ),
        "p is the probability of being off; 1 - p of the inputs came through.": (kernel * p, bias),
        "Dividing is right while training; at inference all inputs are on, so each weight "
        "must count less.": (kernel / (1 - p), bias),
        "Without scaling the layer receives more than it did while training.": (kernel, bias),
        "This scales the bias and leaves the kernel; it is the other way round.": (
            kernel,
            bias * (1 - p),
        ),
    }
    return (
        (means, bias),
        mistakes,
        "Give the pair (kernel, bias): the layer's expected output must be the one that it had "
        "while training.",
    )


def home_made_inputs(random):
    fresh, random = random is not None, np.random.default_rng(666) if random is None else random
    p = round(random.uniform(0.2, 0.4), 2) if fresh else 0.3
    return [(p, random.uniform(1, 2, size=(200, 40)).astype("float32"))]


def home_made_look(answer, p, x, progress):
    import keras

    made = answer(p)
    if not isinstance(made, (list, tuple)) or not len(made) == 3:
        raise TypeError("a list of three layers is wanted")

    def run(layer, training):
        return np.asarray(keras.ops.convert_to_numpy(layer(x, training=training)), float)

    return {
        "training": [run(layer, True) for layer in made],
        "again": [run(layer, True) for layer in made],
        "inference": [run(layer, False) for layer in made],
    }


def home_made_faults(seen, p, x):
    for outputs in seen.values():
        if any(np.shape(output) != x.shape for output in outputs):
            raise ValueError("A layer gives another shape than it gets.")

    def where(wrong):
        return [i for i in range(3) if wrong(*(np.asarray(seen[key][i]) for key in seen))]

    def scaled_wrongly(output, again, inference):
        on = output != 0
        return not np.allclose(output[on], x[on] / (1 - p), rtol=1e-4)

    def frozen(output, again, inference):
        return np.array_equal(output != 0, again != 0) and not np.all(output != 0)

    def shared(output, again, inference):
        mask = output != 0
        return not mask.all() and np.all(mask == mask[0])

    def another_share(output, again, inference):  # one row for all is too few to tell
        return abs(np.mean(output == 0) - p) > 0.05 and not shared(output, again, inference)

    def restless(output, again, inference):
        return not np.allclose(inference, x, rtol=1e-4)

    def said(wrong, words):
        layers = [("first", "second", "third")[i] for i in where(wrong)]
        return f"The {' and the '.join(layers)} layer: {words}" if layers else ""

    return {
        "frozen": said(frozen, "two calls in training give the same mask."),
        "shared": said(shared, "all examples of a batch have the same mask."),
        "inference": said(restless, "with training=False the output is not x."),
        "share": said(another_share, f"in training not about {p:g} of the outputs are 0."),
        "scale": said(scaled_wrongly, "what stays on is not divided by 1 - p."),
    }


EXERCISES = {
    "suffers": {
        "kind": "predict",
        "inputs": suffers_inputs,
        "case": suffers,
        "tolerance": 0.01,
        "because": "the squares of the parts add up, and p / (1 - p) cancels",
        "hints": [
            "One neuron's variance is p / (1 - p) times the square of what it gives. The masks are "
            "independent. What is the variance of a sum then?",
            "The variances add up. So each network has p / (1 - p) times a sum of three squares.",
            "For A the squares are 4, 4 and 4, for B 64, 16 and 4. Divide the sums.",
        ],
    },
    "inference_weights": {
        "kind": "write",
        "inputs": inference_weights_inputs,
        "case": inference_weights,
        "hints": [
            "While training, how much of an input reached the layer on average?",
            "The share 1 - p of it. With all inputs on, each weight must count that much less. And "
            "the bias?",
            "No mask ever touched the bias: the pair is kernel * (1 - p) and the bias as it is.",
        ],
    },
    "home_made": {
        "kind": "repair",
        "inputs": home_made_inputs,
        "look": home_made_look,
        "faults": home_made_faults,
        "says": {
            "frozen": "The same neurons are off in every step and never learn: where do its random "
            "numbers come from?",
            "shared": "Each example wants a mask of its own: which shape do the random numbers "
            "have?",
            "inference": "When nothing is trained, all neurons are on and nothing is scaled.",
            "share": "A neuron is off with probability p, in training alone: compare the random "
            "numbers with p once more.",
            "scale": "The expected value must stay x: what does the equation divide by?",
        },
        "hints": [
            "Call each layer on np.ones((4, 6)) with training=True, twice, and once with "
            "training=False. Compare the rows, and the two calls.",
            "One draws the same mask in each call, one draws a single row for the whole batch, and "
            "one does not look at `training`.",
            "First: seed=self.random. Second: ops.shape(x) as the shape. Third: training=False as "
            "the default, and return x where training is False.",
        ],
    },
}
