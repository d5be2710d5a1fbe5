"""Right and wrong answers to the exercises of `dlhelpers/checks/transfer_learning.py`."""

import numpy as np


def softmax(logits):
    return np.exp(logits) / np.exp(logits).sum()


def top_classes(logits, names, k):
    p = softmax(logits)
    best = np.argsort(p)[::-1][:k]
    return [names[i] for i in best], p[best]


def worst_classes(logits, names, k):
    p = softmax(logits)
    worst = np.argsort(p)[:k]
    return [names[i] for i in worst], p[worst]


def best_last(logits, names, k):
    p = softmax(logits)
    best = np.argsort(p)[-k:]
    return [names[i] for i in best], p[best]


def no_softmax(logits, names, k):
    best = np.argsort(logits)[::-1][:k]
    return [names[i] for i in best], logits[best]


def softmax_of_the_best(logits, names, k):
    best = np.argsort(logits)[::-1][:k]
    return [names[i] for i in best], softmax(logits[best])


def sigmoid(logits, names, k):
    best = np.argsort(logits)[::-1][:k]
    return [names[i] for i in best], 1 / (1 + np.exp(-logits[best]))


def unsorted_probabilities(logits, names, k):
    best = np.argsort(logits)[::-1][:k]
    return [names[i] for i in best], softmax(logits)[:k]


def places(logits, names, k):
    p = softmax(logits)
    best = np.argsort(p)[::-1][:k]
    return best, p[best]


def all_of_them(logits, names, k):
    p = softmax(logits)
    best = np.argsort(p)[::-1]
    return [names[i] for i in best], p[best]


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


RIGHT = {
    "transfer_learning.top_classes": top_classes,
    "transfer_learning.nearest_mean": nearest_mean,
}
WRONG = {
    "transfer_learning.top_classes": [
        (worst_classes, "These are the least"),
        (best_last, "The best comes"),
        (no_softmax, "These are logits;"),
        (softmax_of_the_best, "The softmax divides"),
        (sigmoid, "This is the"),
        (unsorted_probabilities, "These are the first"),
        (places, "Names are wanted,"),
        (all_of_them, "These are all"),
        (lambda logits, names, k: top_classes(logits, names, k)[0], "Give a list"),
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
}
