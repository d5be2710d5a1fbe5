"""What the exercises of the notebook on Keras models want."""

import math

import numpy as np


def flattened_inputs(random):
    return [(12 if random is None else int(random.integers(6, 30)),)]


def flattened(rows):
    """The parameters of Input (rows, 5), Flatten, and Dense layers of 100, 20 and 1 units."""
    behind = (100 * 20 + 20) + (20 * 1 + 1)
    right = (rows * 5 * 100 + 100) + behind
    mistakes = {
        "That is the count without Flatten: then each row goes through the layer alone, and i is "
        "5. Flatten makes one long row of all of them.": 5 * 100 + 100 + behind,
        "That is the first layer alone; two more stand behind it.": rows * 5 * 100 + 100,
        "Each layer has a bias for each of its units; here they are missing.": (
            rows * 5 * 100 + 100 * 20 + 20
        ),
        "The layer's units have one bias each, however many rows there are.": (
            rows * (5 * 100 + 100) + behind
        ),
        "Only the first layer sees the rows. After it an example is 100 numbers, and the later "
        "layers count as before.": rows * (5 * 100 + 100 + behind),
        "With Flatten there is one row, so each number in it, all rows together, has its own "
        "weight to each unit: the rows multiply with the 5.": rows * 100 + 100 + behind,
    }
    return right, mistakes, "Count layer by layer: i · h + h, and i is the size of the last axis."


LN2 = math.log(2)
CLIPPED = -math.log(1e-7)  # Keras keeps a probability this far from 0 and 1
PAIRS = [("sigmoid", False), (None, True), ("sigmoid", True), (None, False)]


def first_loss_inputs(random):
    shares = [0.5, 0.25] if random is None else random.choice(range(1, 10), 2, False) / 10
    return [(*pair, float(share)) for share in shares for pair in PAIRS]


def first_loss(activation, from_logits, share):
    """The mean loss of one output with the score 0, `share` of the labels being 1."""
    slip_1, slip_0 = math.log1p(math.exp(-0.5)), math.log1p(math.exp(0.5))
    right = {
        ("sigmoid", False): LN2,
        (None, True): LN2,
        ("sigmoid", True): share * slip_1 + (1 - share) * slip_0,
        (None, False): share * CLIPPED,
    }[activation, from_logits]
    if (activation is None) == from_logits:
        mistakes = {
            "The score 0 is no certainty: its sigmoid is 1/2, for a label 0 and for a label 1 "
            "alike.": 0.0,
            "That is the probability. The loss is minus its logarithm.": 0.5,
            "The loss takes the natural logarithm.": 1.0,
            "In a pair that belongs together both labels cost the same at z = 0, so the share "
            "does not matter.": share * LN2,
        }
        return right, mistakes, "z = 0, so p = 1/2. What does each label cost then?"
    if activation == "sigmoid":
        mistakes = {
            "So it would be without the slip. Here the loss takes the output, p = 1/2, for a "
            "score, and puts it through a sigmoid once more.": LN2,
            "That is the loss of the labels 1. Those with 0 cost more, -log(1 - σ(1/2)).": slip_1,
            "That is the loss of the labels 0. Those with 1 cost less, -log σ(1/2).": slip_0,
            "The two kinds of label stand the wrong way round: `share` is that of the label 1.": (
                share * slip_0 + (1 - share) * slip_1
            ),
            "Not the average probability is wanted but the average loss.": -math.log(
                share / (1 + math.exp(-0.5)) + (1 - share) / (1 + math.exp(0.5))
            ),
        }
        return right, mistakes, "The loss sees σ(1/2). What does each label cost then?"
    mistakes = {
        "No sigmoid stands anywhere in this pair: the loss takes the output, 0, for the "
        "probability.": LN2,
        "That is the loss of the labels 1 alone. Those with 0 are right, says a p of 0.": CLIPPED,
        "The two kinds of label stand the wrong way round: with p = 0 those that are 1 cost.": (
            (1 - share) * CLIPPED
        ),
    }
    otherwise = "The loss sees p = 0, kept at 1e-7. What does each label cost then?"
    return right, mistakes, otherwise


def branches_inputs(random):
    """Two arrays of random pictures, as the network of the notebook reads them."""
    random = np.random.default_rng(4) if random is None else random
    pictures = (random.uniform(size=(200, size)).astype("float32") for size in (16, 32))
    return [tuple(pictures)]


def branches_look(answer, first, second, progress):
    model = answer()
    if not hasattr(model, "count_params"):
        raise TypeError("it gives no Keras model")
    if not model.compiled:
        raise ValueError("the model is not compiled")
    return {"model": model}


def branches_faults(seen, first, second):
    import keras

    model = seen["model"]
    shapes = [tuple(tensor.shape) for tensor in model.inputs]
    if shapes != [(None, 16), (None, 32)]:
        raise ValueError(f"its inputs have the shapes {shapes}; (16,) and (32,) are wanted")

    def outputs(first, second):
        return np.asarray(keras.ops.convert_to_numpy(model([first, second])), float)

    out = outputs(first, second)
    if out.shape != (len(first), 4):
        raise ValueError(f"it gives the shape {out.shape}; four numbers for each pair are wanted")
    blind = [
        name
        for name, other in (("first", (first[::-1], second)), ("second", (first, second[::-1])))
        if np.allclose(outputs(*other), out, atol=1e-6)
    ]
    probabilities = np.allclose(out.sum(axis=1), 1, atol=1e-3) and out.min() >= 0
    told = bool(getattr(model.loss, "from_logits", False))
    cut = out.min() >= 0 and not probabilities
    return {
        "blind": f"Other pictures at the {blind[0]} input change no output." if blind else "",
        "cut": "No score is ever below 0." if cut else "",
        "told": f"The output is {'' if probabilities else 'no '}softmax, and the loss is told "
        f"from_logits={told}."
        if probabilities == told
        else "",
    }


REACH_PARAMETERS, REACH_EPOCHS = 50, 20


def reach_network_inputs(random):
    """Points and radii (1500 pairs, the last third is new), and whether the radius reaches."""
    random = np.random.default_rng(2) if random is None else random
    points, radii = random.uniform(-2, 2, (4000, 2)), random.uniform(0.3, 2.4, (4000, 1))
    distance = np.hypot(*points.T)[:, None]
    clear = np.abs(distance - radii)[:, 0] > 0.15  # no pair is a matter of the last digits
    kept = (array[clear][:1500].astype("float32") for array in (points, radii, distance < radii))
    return [tuple(kept)]


def reach_network_looks(model):
    shapes = [tuple(tensor.shape) for tensor in model.inputs]
    faults = {
        "inputs": f"its inputs have the shapes {shapes}."
        if shapes != [(None, 2), (None, 1)]
        else "",
        "outputs": f"its output has the shape {model.output_shape}."
        if model.output_shape != (None, 1)
        else "",
        "compile": "" if model.compiled else "the model is not compiled.",
    }
    if not any(faults.values()):
        faults |= crossed_pair(model)
        count = model.count_params()
        few = count < REACH_PARAMETERS
        faults["too few"] = f"it has {count} parameters; {REACH_PARAMETERS} are wanted." * few
    return faults


def reach_network_measure(model, points, radii, within, progress):
    """The share of new pairs that are told right after training as the model was compiled."""
    inputs = [points[:1000], radii[:1000]]
    model.fit(inputs, within[:1000], batch_size=32, epochs=REACH_EPOCHS, verbose=0,
              callbacks=[reports(progress, REACH_EPOCHS)])  # fmt: skip
    return share_right(model, [points[1000:], radii[1000:]], within[1000:])


def crossed_pair(model):
    """Faults of one output and its loss: two sigmoids, or none."""
    loss, faults = model.loss, {}
    crossed = loss == "binary_crossentropy" or hasattr(loss, "from_logits")
    logits = getattr(loss, "from_logits", False)
    sigmoid = gives_probabilities(model)
    if crossed and sigmoid and logits:
        faults["twice"] = "a sigmoid meets a loss with from_logits=True."
    if crossed and not sigmoid and not logits:
        faults["never"] = "the loss wants probabilities, and the output is no sigmoid."
    return faults


def gives_probabilities(model):
    """Whether outputs stay between 0 and 1 however large the inputs, as behind any sigmoid."""
    import keras

    random = np.random.default_rng(0)
    large = [1e3 * random.normal(size=(50, *tensor.shape[1:])) for tensor in model.inputs]
    outputs = keras.ops.convert_to_numpy(model(large if len(large) > 1 else large[0]))
    return bool(outputs.min() >= 0 and outputs.max() <= 1)


def reports(progress, epochs):
    """A Keras callback that says after each epoch how far the training is."""
    import keras

    def ended(epoch, logs):
        progress(f"epoch {epoch + 1} of {epochs}, loss ≈{logs['loss']:.3f}")

    return keras.callbacks.LambdaCallback(on_epoch_end=ended)


def share_right(model, inputs, labels):
    """The share of labels 0 and 1 that the model's one output, probability or score, is on."""
    import keras

    outputs = np.asarray(keras.ops.convert_to_numpy(model(inputs)))
    middle = 0.5 if gives_probabilities(model) else 0
    return float(np.mean((outputs > middle) == labels))


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
        faults |= crossed_pair(model)
    return faults


def ring_network_measure(model, points, labels, new_points, new_labels, progress):
    """The share of new points that are told right after training as the model was compiled."""
    watch = [reports(progress, EPOCHS)]
    model.fit(points, labels, batch_size=32, epochs=EPOCHS, verbose=0, callbacks=watch)
    return share_right(model, new_points, new_labels)


EXERCISES = {
    "flattened": {
        "kind": "predict",
        "inputs": flattened_inputs,
        "case": flattened,
        "because": "Flatten makes one row of all numbers, and each has a weight to each unit",
        "hints": [
            "What is the last axis of the shape that Flatten gives?",
            "The first Dense layer now has i = rows · 5 inputs. The other two count as before.",
            "(rows · 5 · 100 + 100) + (100 · 20 + 20) + (20 · 1 + 1).",
        ],
    },
    "first_loss": {
        "kind": "write",
        "inputs": first_loss_inputs,
        "case": first_loss,
        "hints": [
            "For each pair: which number does the loss see, and does it take it for a score or for "
            "a probability?",
            "The network gives 0 without an activation and 1/2 with the sigmoid. Write down what a "
            "label 1 costs then and what a label 0, and average: share and 1 - share.",
            "Where both belong together: log 2. Two sigmoids: share · log(1 + exp(-1/2)) + "
            "(1 - share) · log(1 + exp(1/2)). No sigmoid: share · -log(1e-7).",
        ],
    },
    "branches": {
        "kind": "repair",
        "inputs": branches_inputs,
        "look": branches_look,
        "faults": branches_faults,
        "says": {
            "blind": "Follow both pictures from the input to the output: which layer reads which?",
            "cut": "A score may be any number. What stands behind the last layer cuts some off.",
            "told": "A loss that waits for probabilities gets scores, or the other way round.",
        },
        "hints": [
            "Follow each arrow, from the inputs on, and compare with the network of the lesson.",
            "Three places: what the second Dense is called on, the activation of the last one, and "
            "what the loss is told.",
            'Dense(8, activation="relu")(input_2), Dense(4) without an activation, '
            "CategoricalCrossentropy(from_logits=True).",
        ],
    },
    "reach_network": {
        "kind": "build",
        "inputs": reach_network_inputs,
        "looks": reach_network_looks,
        "parameters": REACH_PARAMETERS,
        "measure": reach_network_measure,
        "goal": 0.93,
        "of": "of the new pairs",
        "seconds": 120,
        "says": {
            "inputs": "The point comes first, with two numbers, then the radius, with one: "
            "keras.Model(inputs=[point, radius], ...).",
            "outputs": "One question has one answer: the last layer has one unit.",
            "compile": "Training needs an optimizer and a loss: model.compile(...).",
            "twice": "That is the slip of this notebook: leave out one of the two sigmoids.",
            "never": "Give the last layer a sigmoid, or the loss from_logits=True.",
            "too few": "With h units in the hidden layer the drawing has 3 h numbers there and "
            "h + 2 in the last layer: h can be larger.",
            "too many": "With h units in the hidden layer the drawing has 3 h numbers there and "
            "h + 2 in the last layer: h must be smaller.",
            "too low": "A distance is no straight line: the hidden layer needs an activation. The "
            "loss must be one for a single answer (binary), and the optimizer's steps large "
            "enough for the epochs it has.",
        },
        "hints": [
            "Two Inputs, a Dense layer called on the first, concatenate, a Dense layer with one "
            "unit.",
            "h units read the point: 2 h + h numbers. The last unit reads those h and the radius: "
            "h + 1 weights and a bias. How large is h, if the sum is 50?",
            'h = 12, with activation="relu"; the last layer has a sigmoid; compile with '
            'keras.optimizers.Adam(0.01) and "binary_crossentropy".',
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
            "make no more of it. With hidden units that bend, take larger steps, and a loss "
            "for a single answer (binary).",
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
