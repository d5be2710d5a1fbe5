"""Right and wrong answers to the exercises of `dlhelpers/checks/pooling.py`."""

import numpy as np


def unchanged(n, k):
    return sum(column // k == (column + 1) // k for column in range(n - 1))


def windows(z):
    return z.reshape(len(z) // 2, 2, -1, 2)


def spread(values):
    return np.kron(values, np.ones((2, 2)))


def chosen(z, pick=np.max):
    return z == spread(pick(windows(z), axis=(1, 3)))


def backwards(z, gradient):
    return np.where(chosen(z), spread(gradient), 0)


def overlapping(z, gradient):
    total = np.zeros_like(z)
    for (i, j), slope in np.ndenumerate(gradient):
        window = z[i : i + 2, j : j + 2]
        row, column = np.unravel_index(window.argmax(), (2, 2))
        total[i + row, j + column] += slope
    return total


def quarters(stride=4, places=True, activation=None, again=True):
    """A function that makes the model of `quarter_reader`, right or with some of its faults."""

    def model():
        import keras
        from keras import layers

        model = keras.Sequential([keras.Input((56, 56, 1))])
        model.add(layers.Conv2D(8, 3, activation="relu"))
        model.add(layers.MaxPooling2D(4, strides=stride))
        model.add(layers.Conv2D(8, 3, activation="relu"))
        if again:
            model.add(layers.MaxPooling2D(4))
        model.add(layers.Flatten() if places else layers.GlobalAveragePooling2D())
        model.add(layers.Dense(4, activation=activation))
        return model

    return model


def pools(*windows_and_strides, kind="AveragePooling2D", side=32, before=(), padding="same"):
    """A function that makes a model for `steady`."""

    def model(*_):
        import keras
        from keras import layers

        model = keras.Sequential([keras.Input((side, side, 1))])
        for layer in before:
            model.add(layer())
        for window, stride in windows_and_strides:
            layer = getattr(layers, kind)(window, strides=stride, padding=padding)
            model.add(layer)
        return model

    return model


def kernel():
    from keras import layers

    return layers.Conv2D(1, 3, padding="same")


def nothing():
    from keras import layers

    return layers.Rescaling(0.0, 1.0)


NEEDS_KERAS = ["pooling.quarter_reader", "pooling.steady"]
RIGHT = {
    "pooling.unchanged": unchanged,
    "pooling.backwards": backwards,
    "pooling.quarter_reader": quarters(again=False, stride=5),
    "pooling.steady": pools((8, 4), padding="valid"),
}
WRONG = {
    "pooling.unchanged": [
        (lambda n, k: n - 1, "Pooling softens"),
        (lambda n, k: n // k - 1, "That is how many"),
        (lambda n, k: n // k, "That is the number"),
        (lambda n, k: n - 1 - n // k, "The last window"),
        (lambda n, k: 0, "A window's maximum"),
        (lambda n, k: unchanged(n, k) + 1, "The response starts"),
        (lambda n, k: k - 1, "That is what one"),
        (lambda n, k: 1000, "Go through"),
    ],
    "pooling.backwards": [
        (lambda z, gradient: spread(gradient), "A response below"),
        (lambda z, gradient: spread(gradient) / 4, "This is the"),
        (lambda z, gradient: chosen(z).astype(float), "This marks the"),
        (lambda z, gradient: np.where(chosen(z, np.min), spread(gradient), 0), "This sends the"),
        (lambda z, gradient: np.where(chosen(z), z * spread(gradient), 0), "The maximum passes"),
        (lambda z, gradient: np.where(chosen(z), z, 0), "These are the"),
        (lambda z, gradient: np.where(z == z.max(), spread(gradient), 0), "Each window has"),
        (lambda z, gradient: gradient, "The gradient goes"),
        (overlapping, "Stride 2: the"),
        (lambda z, gradient: np.where(chosen(z), spread(gradient) / 4, 0), "In each window"),
    ],
    "pooling.quarter_reader": [
        (quarters(stride=1, places=False, activation="relu", again=False), "Which layer gives"),
        (quarters(places=False), "Which layer gives"),
        (quarters(stride=1, again=False), "A pooling window"),
        (quarters(activation="relu"), "Scores may be"),
        (quarters(activation="softmax"), "Scores may be"),
        (quarters(activation="sigmoid"), "Scores may be"),
    ],
    "pooling.steady": [
        (pools((8, 4), side=28), "keras.Input"),
        (pools((8, 2)), "keras.Input"),
        (pools((8, 4), before=[nothing]), "The map must"),
        (pools((8, 4), before=[kernel]), "Layers that pool"),
        (pools((4, 4)), "Windows that lie"),
        (pools((2, 2), (2, 2), kind="MaxPooling2D"), "Windows that lie"),
    ],
}
