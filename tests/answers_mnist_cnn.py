"""Right and wrong answers to the exercises of `dlhelpers/checks/mnist_cnn.py`."""

import numpy as np


def average(weights, beta):
    """The weights of a sum: row 0 counts β^(n-1), a later row k (1 - β) β^(n-1-k)."""
    n = len(weights)
    counts = (1 - beta) * beta ** np.arange(n - 1, -1, -1.0)
    counts[0] = beta ** (n - 1)
    return counts @ weights


def running(weights, beta, average=None):
    for row in weights:
        average = row if average is None else beta * average + (1 - beta) * row
    return average


def without_start(weights, beta):
    return running(weights, beta, np.zeros(3))


def learns(order=True, kernels="glorot_uniform", last=None, rate=0.003, epochs=5):
    """The answer to `stuck`, right or with some of its faults."""

    def reader(pictures, labels):
        import keras
        from keras import layers

        random = np.random.default_rng(0)
        shuffled = random.permutation(len(pictures))
        model = keras.Sequential([
            keras.Input((24, 24, 1)),
            layers.Conv2D(16, 7, activation="relu", kernel_initializer=kernels),
            layers.MaxPooling2D(3),
            layers.Flatten(),
            layers.Dense(10, activation=last),
        ])  # fmt: skip
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(keras.optimizers.Adam(rate), loss)
        paired = labels[shuffled] if order else labels
        model.fit(pictures[shuffled], paired, batch_size=50, epochs=epochs, verbose=0)
        return model

    return reader


def reads(*filters, dense=(), side=24, classes=10, normalise=True):
    """A function that makes a model for the two builds."""

    def model():
        import keras
        from keras import layers

        model = keras.Sequential([keras.Input((side, side, 1))])
        for n, count in enumerate(filters):
            model.add(layers.Conv2D(count, 7 if n == 0 else 3))
            if normalise:
                model.add(layers.BatchNormalization(momentum=0.9))
            model.add(layers.ReLU())
            model.add(layers.MaxPooling2D(2))
        model.add(layers.GlobalMaxPooling2D() if filters else layers.Flatten())
        for units in dense:
            model.add(layers.Dense(units, activation="relu"))
        model.add(layers.Dense(classes))
        return model

    return model


BUILDS = [
    (reads(32, side=28), "keras.Input"),
    (reads(32, classes=11), "keras.Input"),
    (reads(), "A dense layer alone"),
]
NEEDS_KERAS = ["mnist_cnn.stuck", "mnist_cnn.few_parameters", "mnist_cnn.five_seconds"]
RIGHT = {
    "mnist_cnn.without_schedule": lambda: "about as many",
    "mnist_cnn.moving_average": average,
    "mnist_cnn.stuck": learns(),
    "mnist_cnn.few_parameters": reads(16, 24),
    "mnist_cnn.five_seconds": reads(24, 24),
}
WRONG = {
    "mnist_cnn.without_schedule": [
        (lambda: "half as many more", "On the staircase the schedule"),
        (lambda: "twice as many", "Less: one"),
    ],
    "mnist_cnn.moving_average": [
        (lambda weights, beta: running(weights, 1 - beta), "Which of both"),
        (without_start, "It starts from"),
        (lambda w, beta: without_start(w, beta) / (1 - beta ** len(w)), "This starts from"),
        (lambda weights, beta: np.mean(weights, axis=0), "This is the plain"),
        (lambda weights, beta: weights[-1], "These are the"),
        (
            lambda weights, beta: [running(weights[: n + 1], beta) for n in range(len(weights))],
            "This is the average after",
        ),
        (
            lambda w, beta: beta ** np.arange(len(w) - 1, -1, -1.0) @ w,
            "The new weights count",
        ),
        (lambda weights, beta: weights[0], "Start with the"),
    ],
    "mnist_cnn.stuck": [
        (learns(order=False, kernels="zeros", last="relu", rate=3.0), "Whatever shuffles"),
        (learns(order=False), "Whatever shuffles"),
        (learns(kernels="zeros"), "With kernels"),
        (learns(last="relu"), "What stands"),
        (learns(rate=3.0), "Pictures, labels"),
    ],
    "mnist_cnn.few_parameters": [*BUILDS, (reads(32, dense=(256,)), "params.explain(model) tells")],
    "mnist_cnn.five_seconds": [
        BUILDS[0],
        BUILDS[1],
        (reads(), "A network with many"),
        (reads(dense=(1500, 500)), "So many weights"),
    ],
}
