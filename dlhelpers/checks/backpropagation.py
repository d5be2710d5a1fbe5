"""What the exercises of the notebook on backpropagation want."""

import math

import numpy as np


def slope_inputs(random):
    return [(2 if random is None else int(random.choice([2, 4, 5, 6, 7])),)]


def slope(start_weight):
    """The derivative of (a - 4)² / 2 by the weight, with a = relu(3 weight - 5) above 0."""
    z = 3 * start_weight - 5
    missing = z - 4
    right = missing * 3
    mistakes = {
        "The sign is wrong: the loss holds a - y, the output minus the target.": -right,
        "That is the slope for the bias. The weight is multiplied with the input, so the input is "
        "one more factor.": missing,
        "The 2 of the square cancels the 1/2 in front of it. And the weight itself is no factor.": 2
        * right,
        "That is the loss; its slope is wanted.": missing**2 / 2,
        "The weight itself is no factor: z = w x + b grows by x for each unit of w.": missing
        * start_weight,
        "The ReLU is not switched off: here z is above 0.": 0,
    }
    return (
        right,
        mistakes,
        "Three factors: the slope of the loss at a, that of the ReLU at z, and that of z = w x + b "
        "for w.",
    )


def tanh_rule_inputs(random):
    random = np.random.default_rng(5) if random is None else random
    shapes = [(4,), (3, 2), (1, 5)]
    return [(random.normal(size=s).round(2), random.normal(size=s).round(2)) for s in shapes]


def tanh_rule(z, gradient):
    squared = np.tanh(z) ** 2
    mistakes = {
        "The chain rule multiplies: what comes from behind is one factor, tanh's own slope the "
        "other. The first is missing.": 1 - squared,
        "That goes forwards: tanh of z. What goes back is the gradient, times a slope.": np.tanh(z),
        "tanh's slope is 1 minus its square, and the square is of tanh(z), not of z.": (
            gradient * (1 - z**2)
        ),
        "tanh's slope is 1 minus its square; the square is missing.": gradient * (1 - np.tanh(z)),
        "That is the slope of the sigmoid with tanh in its place.": (
            gradient * np.tanh(z) * (1 - np.tanh(z))
        ),
        "The two factors are multiplied, not added.": gradient + 1 - squared,
        "The sign is wrong: tanh only rises.": -gradient * (1 - squared),
        "That is the rule of the ReLU.": gradient * (z > 0),
        "The slope is a factor for each number; do not add them up.": np.sum(
            gradient * (1 - squared)
        ),
    }
    return gradient * (1 - squared), mistakes, "gradient times the slope of tanh, number by number."


def updates_inputs(random):
    if random is None:
        return [(4000, 50, 5), (60000, 128, 1), (1000, 32, 20), (10, 16, 3)]
    n = random.integers(500, 9000, 3).tolist()
    size = random.integers(20, 200, 3).tolist()
    epochs = random.integers(2, 30, 3).tolist()
    return [*zip(n, size, epochs), (7, 64, 2)]


def updates(pictures, batch_size, epochs):
    in_epoch = math.ceil(pictures / batch_size)
    mistakes = {
        "The last batch of an epoch may be smaller, but it is a batch: round up.": (
            pictures // batch_size * epochs
        ),
        "The batches of one epoch are counted; there are more epochs.": in_epoch,
        "Each epoch has a last batch of its own: round up before you multiply with the epochs.": (
            math.ceil(pictures * epochs / batch_size)
        ),
        "That many pictures go through the network; the weights change once for a whole batch.": (
            pictures * epochs
        ),
        "A batch is not cut into parts: the number is whole.": pictures / batch_size * epochs,
        "One step for each epoch would be one batch with all pictures.": epochs,
    }
    return (
        in_epoch * epochs,
        mistakes,
        "How many batches does an epoch have, the last and smaller one counted? And how many "
        "epochs are there?",
    )


def digit_reader_inputs(random):
    random = np.random.default_rng(6) if random is None else random
    return [(random.uniform(size=(300, 784)).astype("float32"), random.integers(0, 10, 300))]


def digit_reader_look(answer, pictures, labels, progress):
    model = answer()
    if not hasattr(model, "count_params"):
        raise TypeError("it gives no Keras model")
    if not model.compiled:
        raise ValueError("the model is not compiled")
    return {"model": model}


def digit_reader_faults(seen, pictures, labels):
    import keras

    model = seen["model"]

    def scores(x):
        return np.asarray(keras.ops.convert_to_numpy(model(x)), float)

    out = scores(pictures)
    if out.shape != (len(pictures), 10):
        raise ValueError(f"it gives the shape {out.shape}; ten scores for each picture are wanted")
    probabilities = np.allclose(out.sum(axis=1), 1, atol=1e-3) and out.min() >= 0
    before, others = scores(np.zeros((1, 784), "float32")), pictures[::-1]
    four = out, scores(others), scores(pictures + others), before
    large = scores(1e4 * pictures)  # behind a ReLU or a sigmoid many are exactly 0
    cut = not probabilities and large.min() >= 0 and np.any(large == 0)
    if probabilities:  # their logarithms are the scores, up to a constant for each picture
        four = (np.log(np.maximum(a, 1e-30)) for a in four)
    out, other, both, before = four
    bend = both + before - out - other
    bend -= bend.mean(axis=1, keepdims=True)
    straight = np.abs(bend).max() < 1e-3 * max(1, np.abs(out).max())
    loss = model.loss
    told = bool(getattr(loss, "from_logits", False))
    rate = float(keras.ops.convert_to_numpy(model.optimizer.learning_rate))
    return {
        "straight": "The scores of two pictures added are their scores added: there is no bend."
        if straight
        else "",
        "scores": "No score is ever below 0." if cut else "",
        "loss": f"The output is {'' if probabilities else 'no '}softmax, and the loss is told "
        f"from_logits={told}."
        if probabilities == told
        else "",
        "rate": f"The learning rate is {rate:g}." if not 0.003 <= rate <= 1 else "",
    }


EXERCISES = {
    "slope": {
        "kind": "predict",
        "inputs": slope_inputs,
        "case": slope,
        "tolerance": 1e-6,
        "because": "the slopes of the loss, of the ReLU and of z are multiplied",
        "hints": [
            "Go forwards first: what are z, a and a - y?",
            "Go back: ∂L/∂a is a - y, ∂a/∂z is 1 where z > 0, and ∂z/∂w is x. Multiply.",
            "With w = 2: z = 3 · 2 - 5 = 1, a = 1, a - y = -3, and -3 · 1 · 3 is wanted.",
        ],
    },
    "tanh_rule": {
        "kind": "write",
        "inputs": tanh_rule_inputs,
        "case": tanh_rule,
        "hints": [
            "The rule of relu is gradient times the slope of relu at z. What is the slope of tanh?",
            "tanh has the slope 1 - tanh² at each place.",
            "It is gradient * (1 - np.tanh(z) ** 2).",
        ],
    },
    "updates": {
        "kind": "write",
        "inputs": updates_inputs,
        "case": updates,
        "hints": [
            "The weights change once for each batch.",
            "An epoch of 10 pictures in batches of 4 has three batches: 4, 4 and 2.",
            "int(np.ceil(pictures / batch_size)) batches an epoch, times the epochs.",
        ],
    },
    "digit_reader": {
        "kind": "repair",
        "inputs": digit_reader_inputs,
        "look": digit_reader_look,
        "faults": digit_reader_faults,
        "says": {
            "straight": "Two layers without a bend between them are one layer: what stands between "
            "them in the network of this notebook?",
            "scores": "Scores may be negative; the loss turns them into probabilities. What stands "
            "behind the last layer?",
            "loss": "A loss that waits for probabilities gets scores, or the other way round.",
            "rate": "The loss hardly moves with so small a step, or jumps with one so large. Which "
            "one did this notebook take?",
        },
        "hints": [
            "Compare it line by line with the network that this notebook trains.",
            "Three things: what stands behind the first layer, what the loss is told of the "
            "scores, and the length of a step.",
            'activation="relu" in the first Dense, from_logits=True in the loss, SGD(0.1).',
        ],
    },
}
