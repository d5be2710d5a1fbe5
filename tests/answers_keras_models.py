"""Right and wrong answers to the exercises of `dlhelpers/checks/keras_models.py`."""

import math


def flattened(rows):
    return (rows * 5 * 100 + 100) + 2020 + 21


SIGMOID_OF_HALF = 1 / (1 + math.exp(-0.5))


def first_loss(activation, from_logits, share):
    p = 1 / 2 if activation == "sigmoid" else 0.0
    if from_logits:
        p = 1 / (1 + math.exp(-p))
    p = min(max(p, 1e-7), 1 - 1e-7)
    return -share * math.log(p) - (1 - share) * math.log(1 - p)


def first_loss_but(changed_activation, changed_from_logits, value):
    """The right function, with another value for one pair: a number or a function of the share."""

    def answer(activation, from_logits, share):
        if (activation, from_logits) == (changed_activation, changed_from_logits):
            return value(share) if callable(value) else value
        return first_loss(activation, from_logits, share)

    return answer


def branches(reads=("first", "second"), output=None, from_logits=True, compiled=True, classes=4):
    """A function that makes a network for `branches`."""

    def network():
        import keras

        inputs = {"first": keras.Input((16,)), "second": keras.Input((32,))}
        parts = [keras.layers.Dense(8, activation="relu")(inputs[name]) for name in reads]
        out = keras.layers.Dense(classes, activation=output)(keras.layers.concatenate(parts))
        model = keras.Model(list(inputs.values()), out)
        if compiled:
            loss = keras.losses.CategoricalCrossentropy(from_logits=from_logits)
            model.compile(keras.optimizers.Adam(0.01), loss)
        return model

    return network


def reach_network(hidden=12, activation="relu", output="sigmoid", rate=0.01, **options):
    """A function that makes a network for `reach_network`."""

    def network():
        import keras

        point, radius = keras.Input((2,)), keras.Input((1,))
        h = keras.layers.Dense(hidden, activation=activation)(point)
        joined = keras.layers.concatenate([h, radius])
        out = keras.layers.Dense(options.get("units", 1), activation=output)(joined)
        out = keras.ops.sigmoid(out) if options.get("behind") else out
        inputs = [radius, point] if options.get("swapped") else [point, radius]
        model = keras.Model(inputs, out)
        loss = keras.losses.BinaryCrossentropy(from_logits=options.get("from_logits", False))
        if not options.get("uncompiled"):
            model.compile(keras.optimizers.Adam(rate), loss)
        return model

    return network


def ring_network(hidden=(8,), activation="relu", output="sigmoid", inputs=2, units=1, **compiled):
    """A function that makes a network for `ring_network`."""

    def network():
        import keras

        model = keras.Sequential([keras.Input((inputs,))])
        for width in hidden:
            model.add(keras.layers.Dense(width, activation=activation))
        model.add(keras.layers.Dense(units, activation=output))
        loss = compiled.get("loss", "binary_crossentropy")
        if compiled.get("from_logits"):
            loss = keras.losses.BinaryCrossentropy(from_logits=True)
        if loss:
            model.compile(keras.optimizers.Adam(0.01), loss)
        return model

    return network


NEEDS_KERAS = [
    "keras_models.branches",
    "keras_models.reach_network",
    "keras_models.ring_network",
]
RIGHT = {
    "keras_models.flattened": flattened,
    "keras_models.first_loss": first_loss,
    "keras_models.branches": branches(),
    "keras_models.reach_network": reach_network(output=None, behind=True),
    "keras_models.ring_network": ring_network(),
}

WRONG = {
    "keras_models.flattened": [
        (lambda rows: 2641, "That is the count without"),
        (lambda rows: rows * 500 + 100, "That is the first layer"),
        (lambda rows: rows * 500 + 2020, "Each layer has"),
        (lambda rows: rows * 600 + 2041, "The layer's units"),
        (lambda rows: rows * 2641, "Only the first"),
        (lambda rows: rows * 100 + 100 + 2041, "With Flatten there"),
        (lambda rows: 0, "Count layer by"),
    ],
    "keras_models.first_loss": [
        (first_loss_but("sigmoid", False, 0.0), "The score 0"),
        (first_loss_but(None, True, 0.5), "That is the probability."),
        (first_loss_but(None, True, 1.0), "The loss takes the natural"),
        (first_loss_but("sigmoid", False, lambda share: share * math.log(2)), "In a pair"),
        (first_loss_but(None, True, 3.0), "z = 0, so"),
        (first_loss_but("sigmoid", True, math.log(2)), "So it would"),
        (
            first_loss_but("sigmoid", True, -math.log(SIGMOID_OF_HALF)),
            "That is the loss of the labels 1. Those",
        ),
        (
            first_loss_but("sigmoid", True, -math.log(1 - SIGMOID_OF_HALF)),
            "That is the loss of the labels 0.",
        ),
        (
            first_loss_but("sigmoid", True, lambda share: first_loss("sigmoid", True, 1 - share)),
            "The two kinds of label stand the wrong way round: `share`",
        ),
        (
            first_loss_but(
                "sigmoid",
                True,
                lambda s: -math.log(s * SIGMOID_OF_HALF + (1 - s) * (1 - SIGMOID_OF_HALF)),
            ),
            "Not the average",
        ),
        (first_loss_but("sigmoid", True, 3.0), "The loss sees σ(1/2)."),
        (first_loss_but(None, False, math.log(2)), "No sigmoid stands"),
        (first_loss_but(None, False, -math.log(1e-7)), "That is the loss of the labels 1 alone."),
        (
            first_loss_but(None, False, lambda share: first_loss(None, False, 1 - share)),
            "The two kinds of label stand the wrong way round: with",
        ),
        (first_loss_but(None, False, math.inf), "The loss sees p"),
        (first_loss_but(None, False, 3.0), "The loss sees p"),
    ],
    "keras_models.branches": [
        (branches(reads=("first", "first"), output="relu", from_logits=False), "Follow both"),
        (branches(reads=("second", "second")), "Follow both"),
        (branches(output="relu", from_logits=False), "A score may"),
        (branches(output="relu"), "A score may"),
        (branches(from_logits=False), "A loss that"),
        (branches(output="softmax"), "A loss that"),
    ],
    "keras_models.reach_network": [
        (reach_network(swapped=True), "The point comes"),
        (reach_network(units=2, output="softmax"), "One question has"),
        (reach_network(uncompiled=True), "Training needs an"),
        (reach_network(from_logits=True), "That is the"),
        (reach_network(output=None), "Give the last"),
        (
            reach_network(hidden=8),
            "With h units in the hidden layer the drawing has 3 h numbers "
            "there and h + 2 in the last layer: h can",
        ),
        (
            reach_network(hidden=13),
            "With h units in the hidden layer the drawing has 3 h numbers "
            "there and h + 2 in the last layer: h must",
        ),
        (reach_network(activation=None), "A distance is"),
        (reach_network(rate=1e-5), "A distance is"),
    ],
    "keras_models.ring_network": [
        (ring_network(inputs=784), "A point has"),
        (ring_network(units=2, output="softmax"), "One question has"),
        (ring_network(loss=None), "Training needs an"),
        (ring_network(from_logits=True), "That is the"),
        (ring_network(output=None), "Give the last"),
        (ring_network(hidden=(8, 8)), "Count with a"),
        (ring_network(hidden=()), "One layer draws"),
        (ring_network(activation=None), "One layer draws"),
    ],
}
