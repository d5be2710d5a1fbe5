"""What the exercises of the notebook on transfer learning want."""

import numpy as np

NAMES = ["cat", "dog", "cup", "rocket", "palace"]


def top_classes_inputs(random):
    calls = [([2.0, -1.0, 3.5, 0.5, 3.0], 3), ([-4.0, -2.0, -3.0, -9.0, -2.5], 2)]
    if random is not None:
        spread = random.permuted(np.tile(np.arange(5) * 1.5, (2, 1)), axis=1)
        spread += random.uniform(-0.5, 0.5, (2, 5)).round(1)
        calls = [(spread[0] - 1, 3), (spread[1] - 9, 2)]
    return [(np.array(logits).round(1), NAMES, k) for logits, k in calls]


def top_classes(logits, names, k):
    order = [i for _, i in sorted((-z, i) for i, z in enumerate(logits))]
    p = np.exp(logits) / np.exp(logits).sum()

    def said(chosen, values):
        return [names[i] for i in chosen], values[chosen]

    best, among_best = order[:k], np.exp(logits[order[:k]]).sum()
    mistakes = {
        "These are the least probable classes.": said(order[::-1][:k], p),
        "The best comes first: turn the order around.": said(best[::-1], p),
        "These are logits; the softmax makes probabilities of them.": said(best, logits),
        "The softmax divides by the sum over all classes, not over the best alone.": said(
            best, np.exp(logits) / among_best
        ),
        "This is the sigmoid, which takes each class by itself.": said(
            best, 1 / (1 + np.exp(-logits))
        ),
        "These are the first probabilities, not those of the names.": (
            [names[i] for i in best],
            p[:k],
        ),
        "Names are wanted, not the places where they stand.": (np.array(best), p[best]),
        "These are all classes; only the k most probable are wanted.": said(order, p),
    }
    return (
        said(best, p),
        mistakes,
        "Give a list of names and a list of their probabilities, the most probable first.",
    )


def nearest_mean_inputs(random):
    random = np.random.default_rng(13) if random is None else random
    calls = []
    for names, size in (((7, 1, 4), 3), ((2, 5), 2)):
        labels = random.permutation(np.repeat(names, (2, 5, 3)[: len(names)]))
        centres = {name: random.normal(0, 2, size) + 3 for name in names}
        features = np.stack([centres[c] + random.normal(0, 2, size) for c in labels]).round(1)
        calls.append((features, labels, random.normal(3, 3, (8, size)).round(1)))
    return calls


def nearest_mean(features, labels, new):
    names = sorted(set(labels.tolist()))
    means = {c: features[labels == c].mean(axis=0) for c in names}

    def nearest(distance, points=means):
        away = [[distance(x, point) for point in points.values()] for x in new]
        return np.array(list(points))[np.argmin(away, axis=1)]

    def length(x, y):
        return np.sqrt(np.sum((x - y) ** 2))

    def mean_length(x, examples):
        return np.mean([length(x, y) for y in examples])

    wanted = nearest(length)
    one = nearest(length, dict(enumerate(features)))
    appeared = np.array(list(dict.fromkeys(labels.tolist())))
    mistakes = {
        "This is the number of the mean; the class is wanted.": np.searchsorted(names, wanted),
        "This is the class of the nearest single picture; take the means.": labels[one],
        "These are the farthest means.": nearest(lambda x, y: -length(x, y)),
        "A large product is no small distance: a long mean would win everywhere.": nearest(
            lambda x, y: -np.dot(x, y)
        ),
        "A class with many pictures needs a mean, not a sum.": nearest(
            length, {c: features[labels == c].sum(axis=0) for c in names}
        ),
        "The means stand in another order than the names of their classes.": appeared[
            np.searchsorted(names, wanted)
        ],
        "Average the pictures of a class first, then take the distance; this averages distances.": (
            nearest(mean_length, {c: features[labels == c] for c in names})
        ),
    }
    return (
        wanted,
        mistakes,
        "For each row of new, find the class whose mean lies nearest, by Euclidean distance.",
    )


EXERCISES = {
    "top_classes": {
        "kind": "write",
        "inputs": top_classes_inputs,
        "case": top_classes,
        "hints": [
            "Two things: the probabilities of all classes, and the places of the k largest.",
            "The softmax runs over all classes, before any is left out. np.argsort sorts from the "
            "smallest on.",
            "best = np.argsort(p)[::-1][:k]; then a list of names[i] for i in best, and p[best].",
        ],
    },
    "nearest_mean": {
        "kind": "write",
        "inputs": nearest_mean_inputs,
        "case": nearest_mean,
        "hints": [
            "First one mean for each class, then a distance from each new picture to each mean.",
            "classes = np.unique(labels) sorts the classes; features[labels == c] are the pictures "
            "of class c. np.argmin finds the nearest mean, which is not yet a class.",
            "np.linalg.norm(new[:, None] - means, axis=-1) has a row for each new picture; "
            "classes[distances.argmin(axis=1)] is the answer.",
        ],
    },
}
