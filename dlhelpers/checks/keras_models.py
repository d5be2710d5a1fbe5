"""What the exercises of the notebook on Keras models want."""

import math

import numpy as np


def dense_inputs(random):
    if random is None:
        return [
            ((784,), 100, True),
            ((10, 5), 100, True),
            ((10, 5), 20, False),
            ((4, 6, 3), 8, True),
        ]
    axes = [tuple(random.integers(2, 12, size).tolist()) for size in (1, 2, 2, 3)]
    return [(s, int(random.integers(2, 50)), bias) for s, bias in zip(axes, (1, 1, 0, 1))]


def dense(shape, units, use_bias):
    inputs, outputs = shape[-1], (*shape[:-1], units)
    values, bias = math.prod(shape), units * bool(use_bias)
    flat = "A Dense layer acts on the last axis alone; every row meets the same weights."
    mistakes = {
        "Each unit has a bias, as long as use_bias is True.": (outputs, inputs * units),
        "With use_bias=False there is no bias to count.": (outputs, inputs * units + units),
        "There is one bias for each unit, not one for the layer.": (
            outputs,
            inputs * units + bool(use_bias),
        ),
        "There is one bias for each unit; all rows share it.": (
            outputs,
            inputs * units + bias * values // inputs,
        ),
        flat: (outputs, values * units + bias),
        flat + " All other axes keep their sizes.": ((units,), values * units + bias),
        "The count is right; the output keeps all axes but the last.": (
            (units,),
            inputs * units + bias,
        ),
        "The kernel has a row for each input on the last axis, not on the first.": (
            outputs,
            shape[0] * units + bias,
        ),
    }
    wanted = outputs, sum(math.prod(weight) for weight in ((inputs, units), (bias,)))
    return (
        wanted,
        mistakes,
        "Give a tuple: the output shape, itself a tuple, and the number of parameters.",
    )


def loss_from_logits_inputs(random):
    z = np.array([0.0, 2.0, -3.0, 1.5, -0.5])
    large, huge = 100.0, 1000.0
    if random is not None:
        z[1:] = random.uniform(0.5, 4, 4).round(1) * (1, -1, 1, -1)
        large, huge = float(random.integers(60, 200)), float(random.integers(800, 2000))
    return [
        (z, np.array([1.0, 1.0, 1.0, 0.0, 0.0])),
        (np.array([large, -large]), np.array([0.0, 1.0])),
        (np.array([huge, -huge, huge]), np.array([1.0, 0.0, 0.0])),
    ]


def loss_from_logits(z, y):
    def logistic(z):
        return 1 / (1 + np.exp(-z))

    def cross_entropy(p, y):
        return -y * np.log(p) - (1 - y) * np.log(1 - p)

    right = np.where(y == 1, np.logaddexp(0, -z), np.logaddexp(0, z))
    if np.abs(z).max() > 700:
        return right, {}, "exp of such a z is more than a float can hold: let exp see -|z| only."
    if np.abs(z).max() > 50:
        return (
            right,
            {
                "Cutting the probability off at 1e-7 cuts the loss off, too.": np.full(
                    2, -np.log(1e-7)
                )
            },
            "At large |z| the probability rounds to 0 or 1 and its logarithm is lost: work on z, "
            "never on the probability.",
        )
    mistakes = {
        "This is the slip: the sigmoid acts twice.": cross_entropy(logistic(logistic(z)), y),
        "The labels are the wrong way round: y = 1 wants a large z.": cross_entropy(
            logistic(z), 1 - y
        ),
        "The sign is wrong: a loss is never negative here.": -right,
        "One loss for each example is wanted, not their mean.": right.mean(),
        "This is the loss for y = 1 only; y = 0 asks for log(1 + exp(z)).": np.logaddexp(0, -z),
        "The term y z is missing.": np.logaddexp(0, z),
        "The term max(z, 0) is missing.": np.log1p(np.exp(-np.abs(z))) - y * z,
        "max(z, 0) is z for positive z and 0 for the rest, which is not |z|.": np.abs(z)
        - y * z
        + np.log1p(np.exp(-np.abs(z))),
    }
    return (
        right,
        mistakes,
        "Start from log(1 + exp(z)) - y z and put z = 0, y = 1: the loss is log 2.",
    )


EPOCHS = 20


def ring_network_inputs(random):
    """Points of a disc (label 1) and of a ring around it (label 0), to learn from and new ones."""
    random = np.random.default_rng(1) if random is None else random
    labels = random.integers(0, 2, 2000)
    radius = np.where(labels, random.uniform(0, 1, 2000) ** 0.5, random.uniform(1.3, 2.3, 2000))
    angle = random.uniform(0, 2 * np.pi, 2000)
    points = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1).astype("float32")
    labels = labels[:, None].astype("float32")
    return [(points[:1000], labels[:1000], points[1000:], labels[1000:])]


def ring_network_looks(model):
    shapes = model.input_shape, model.output_shape
    faults = {
        "inputs": f"its input has the shape {shapes[0]}." if shapes[0] != (None, 2) else "",
        "outputs": f"its output has the shape {shapes[1]}." if shapes[1] != (None, 1) else "",
        "compile": "" if model.compiled else "the model is not compiled.",
    }
    if not any(faults.values()):
        loss = model.loss
        crossed = loss == "binary_crossentropy" or hasattr(loss, "from_logits")
        logits = getattr(loss, "from_logits", False)
        last = getattr(model.layers[-1], "activation", None)
        sigmoid = getattr(last, "__name__", "") == "sigmoid"
        if crossed and sigmoid and logits:
            faults["twice"] = "a sigmoid meets a loss with from_logits=True."
        if crossed and not sigmoid and not logits:
            faults["never"] = "the loss wants probabilities, and the output is no sigmoid."
    return faults


def ring_network_measure(model, points, labels, new_points, new_labels, progress):
    """The share of new points that are told right after training as the model was compiled."""
    import keras

    def ended(epoch, logs):
        progress(f"epoch {epoch + 1} of {EPOCHS}, loss ≈{logs['loss']:.3f}")

    watch = keras.callbacks.LambdaCallback(on_epoch_end=ended)
    model.fit(points, labels, batch_size=32, epochs=EPOCHS, verbose=0, callbacks=[watch])
    outputs = np.asarray(keras.ops.convert_to_numpy(model(new_points)))
    probabilities = 0 <= outputs.min() and outputs.max() <= 1
    return float(np.mean((outputs > (0.5 if probabilities else 0)) == new_labels))


EXERCISES = {
    "dense": {
        "kind": "write",
        "inputs": dense_inputs,
        "case": dense,
        "hints": [
            "Which axis of the input does a Dense layer read, and what happens to the others?",
            "The kernel has a row for each entry on the last axis and a column for each unit; the "
            "bias has a number for each unit.",
            "The output shape is (*shape[:-1], units). The kernel has shape[-1] · units numbers, "
            "the bias `units` more if use_bias.",
        ],
    },
    "loss_from_logits": {
        "kind": "write",
        "inputs": loss_from_logits_inputs,
        "case": loss_from_logits,
        "hints": [
            "Never compute the probability: at z = 1000 it rounds to 1, and log(1 - p) is lost.",
            "exp may see negative numbers only; the text above the cell says how to write "
            "log(1 + exp(z)) so that it does.",
            "np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z))) is log(1 + exp(z)); y z goes off.",
        ],
    },
    "ring_network": {
        "kind": "build",
        "inputs": ring_network_inputs,
        "looks": ring_network_looks,
        "parameters": 40,
        "measure": ring_network_measure,
        "goal": 0.95,
        "of": "of the new points",
        "seconds": 120,
        "says": {
            "inputs": "A point has two coordinates: (None, 2) is wanted, keras.Input((2,)).",
            "outputs": "One question has one answer: (None, 1) is wanted, so the last layer "
            "has one unit.",
            "compile": "Training needs an optimizer and a loss: model.compile(...).",
            "twice": "That is the slip of this notebook: leave out one of the two sigmoids.",
            "never": "Give the last layer a sigmoid, or the loss from_logits=True.",
            "too many": "Count with a pencil: h hidden units between two inputs and one output "
            "have 4 h + 1.",
            "too low": "One layer draws one straight line, and hidden layers without an activation "
            "make no more of it. With hidden units that bend, take an optimizer with larger steps.",
        },
        "hints": [
            "One straight line cannot part a disc from a ring around it. What does a hidden layer "
            "need, so that the network can bend the line?",
            "A hidden layer with an activation, of at most 9 units: 2 h + h weights and biases in "
            "it, h + 1 behind it. Then compile with an optimizer and a loss that fits the output.",
            'keras.Input((2,)), Dense(8, activation="relu"), Dense(1, activation="sigmoid"); '
            'compile(keras.optimizers.Adam(0.01), "binary_crossentropy").',
        ],
    },
}
