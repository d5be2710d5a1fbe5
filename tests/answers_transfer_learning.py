"""Right and wrong answers to the exercises of `dlhelpers/checks/transfer_learning.py`."""

import numpy as np


def thawed(maps_in, maps_out, kinds):
    return maps_out * (maps_in + kinds) + kinds


def class_means(features, labels):
    return np.stack([features[labels == c].mean(axis=0) for c in np.unique(labels)])


def distances(points, new):
    return np.linalg.norm(new[:, None] - points, axis=-1)


def nearest_mean(features, labels, new):
    means = class_means(features, labels)
    return np.unique(labels)[distances(means, new).argmin(axis=1)]


def number_of_the_mean(features, labels, new):
    return distances(class_means(features, labels), new).argmin(axis=1)


def nearest_picture(features, labels, new):
    return labels[distances(features, new).argmin(axis=1)]


def farthest(features, labels, new):
    means = class_means(features, labels)
    return np.unique(labels)[distances(means, new).argmax(axis=1)]


def largest_product(features, labels, new):
    return np.unique(labels)[(new @ class_means(features, labels).T).argmax(axis=1)]


def sum_for_mean(features, labels, new):
    sums = np.stack([features[labels == c].sum(axis=0) for c in np.unique(labels)])
    return np.unique(labels)[distances(sums, new).argmin(axis=1)]


def order_of_appearance(features, labels, new):
    names = list(dict.fromkeys(labels.tolist()))
    return np.array(names)[distances(class_means(features, labels), new).argmin(axis=1)]


def nearest_class_on_average(features, labels, new):  # the mean of the distances
    away = distances(features, new)
    of_class = [away[:, labels == c].mean(axis=1) for c in np.unique(labels)]
    return np.unique(labels)[np.argmin(of_class, axis=0)]


def reader(scale=1 / 127.5, offset=-1, frozen=True, training=False, rate=1e-3):
    """A function that makes the model of `shoe_reader`, right or with some of its faults."""

    def model(backbone):
        import keras
        from keras import layers

        backbone.trainable = not frozen
        pictures = keras.Input((32, 32, 3))
        x = layers.Rescaling(scale, offset=offset)(pictures)
        x = layers.GlobalMaxPooling2D()(backbone(x, training=training))
        model = keras.Model(pictures, layers.Dense(4)(x))
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(keras.optimizers.Adam(rate), loss)
        return model

    return model


def head(*names, activation=None, classes=6, side=4):
    """A function that makes a model for `small_head` of layers by their names."""

    def model(*_):
        import keras
        from keras import layers

        parts = [getattr(layers, name)() for name in names]
        last = layers.Dense(classes, activation=activation)
        return keras.Sequential([keras.Input((side, side, 64)), *parts, last])

    return model


def strongest_by_hand():
    import keras
    from keras import layers

    wide = layers.MaxPooling2D(4)
    return keras.Sequential([keras.Input((4, 4, 64)), wide, layers.Flatten(), layers.Dense(6)])


NEEDS_KERAS = ["transfer_learning.shoe_reader", "transfer_learning.small_head"]
RIGHT = {
    "transfer_learning.thawed": thawed,
    "transfer_learning.nearest_mean": nearest_mean,
    "transfer_learning.shoe_reader": reader(),
    "transfer_learning.small_head": strongest_by_hand,
}
WRONG = {
    "transfer_learning.thawed": [
        (lambda i, o, k: o * k + k, "That is the head"),
        (lambda i, o, k: i * o, "That is the convolution"),
        (lambda i, o, k: thawed(i, o, k) - k, "A dense head"),
        (lambda i, o, k: thawed(i, o, k) + o, "This convolution"),
        (lambda i, o, k: thawed(i, o, k) + 2 * o, "γ and β"),
        (lambda i, o, k: thawed(i, o, k) + 4 * o, "Batch normalization"),
        (lambda i, o, k: thawed(i, o, k) + 8 * i * o, "The kernel of"),
        (lambda i, o, k: i * o + i * k + k, "The head stands"),
        (lambda i, o, k: 1, "Two parts"),
    ],
    "transfer_learning.nearest_mean": [
        (number_of_the_mean, "This is the number"),
        (nearest_picture, "This is the class"),
        (farthest, "These are the"),
        (largest_product, "A large product"),
        (sum_for_mean, "A class with"),
        (order_of_appearance, "The means stand"),
        (nearest_class_on_average, "Average the pictures"),
        (
            lambda features, labels, new: distances(class_means(features, labels), new),
            "For each row",
        ),
    ],
    "transfer_learning.shoe_reader": [
        (reader(1 / 255, 0, frozen=False, training=True, rate=0.5), "It learned from"),
        (reader(1, 0), "It learned from"),
        (reader(training=True), "Something random"),
        (reader(frozen=False), "The head starts"),
        (reader(rate=0.5), "A head on"),
    ],
    "transfer_learning.small_head": [
        (head("GlobalMaxPooling2D", side=8), "keras.Input"),
        (head("GlobalMaxPooling2D", classes=10), "keras.Input"),
        (head("GlobalMaxPooling2D", activation="softmax"), "The loss makes"),
        (head("Flatten"), "A dense layer"),
        (head("GlobalAveragePooling2D"), "The sign stands"),
    ],
}
