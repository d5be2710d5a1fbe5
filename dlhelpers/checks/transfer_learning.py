"""What the exercises of the notebook on transfer learning want."""

import numpy as np


def thawed_inputs(random):
    if random is None:
        return [(320, 1280, 6)]
    maps = int(random.integers(10, 60)) * 8
    return [(maps, 4 * maps + 8 * int(random.integers(1, 5)), int(random.integers(4, 12)))]


def thawed(maps_in, maps_out, kinds):
    convolution, head = maps_in * maps_out, maps_out * kinds + kinds
    mistakes = {
        "That is the head alone; the last convolution learns, too.": head,
        "That is the convolution alone; the head learns, too.": convolution,
        "A dense head has a bias for each class.": convolution + maps_out * kinds,
        "This convolution has no bias: while the body was trained, batch normalization would "
        "have undone one.": convolution + maps_out + head,
        "γ and β of the batch normalization are frozen with it.": convolution + 2 * maps_out + head,
        "Batch normalization has four numbers for each map, and none of them changes while it is "
        "frozen.": convolution + 4 * maps_out + head,
        "The kernel of a 1 × 1 convolution has one place, not nine.": 9 * convolution + head,
        "The head stands behind the last convolution: how many features does it get?": (
            convolution + maps_in * kinds + kinds
        ),
    }
    return (
        convolution + head,
        mistakes,
        "Two parts learn. The convolution has maps_in × maps_out weights, the head has one weight "
        "for each feature and class, and a bias for each class.",
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


def backbone_of(seed):
    """A small stand-in: it notes what it is given, and has what a real backbone has inside."""
    import keras
    from keras import layers

    class Window(layers.Layer):
        def __init__(self):
            super().__init__(name="window")
            self.seen = None

        def call(self, pictures):
            if self.seen is not None:
                values = np.asarray(keras.ops.convert_to_numpy(pictures))
                self.seen = float(values.min()), float(values.max())
            return pictures

    window = Window()
    backbone = keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            window,
            layers.Conv2D(16, 3, strides=4, padding="same", use_bias=False),
            layers.BatchNormalization(momentum=0.9),
            layers.ReLU(),
            layers.Dropout(0.5, seed=seed),
        ],
        name="backbone",
    )
    return backbone, window


def shoe_reader_inputs(random):
    return [(13 if random is None else int(random.integers(1000)),)]


def shoe_reader_look(answer, seed, progress):
    """What the backbone is given, what becomes of its weights, and whether answers repeat."""
    import keras

    backbone, window = backbone_of(seed)
    model = answer(backbone)
    if not hasattr(model, "count_params"):
        raise TypeError("it gives no Keras model")
    shapes = tuple(model.input_shape), tuple(model.output_shape)
    if shapes != ((None, 32, 32, 3), (None, 4)):
        raise ValueError("the model wants pictures of 32 × 32 × 3 and gives four scores")
    if backbone not in model.layers:
        raise ValueError("the backbone that it was given is not in the model")
    if not model.compiled:
        raise ValueError("the model is not compiled")
    random = np.random.default_rng(seed)
    pictures = random.uniform(0, 255, (8, 32, 32, 3)).astype("float32")
    pictures[0], pictures[1] = 0, 255

    def scores():
        return np.asarray(keras.ops.convert_to_numpy(model(pictures)), float)

    window.seen = 0, 0
    first, second = scores(), scores()
    given, window.seen = window.seen, None
    weights = [weight.path for weight in backbone.weights]
    before = backbone.get_weights()
    model.train_on_batch(pictures, np.arange(8, dtype="int32") % 4)
    moved = [
        path
        for path, old, new in zip(weights, before, backbone.get_weights())
        if old.dtype.kind == "f" and not np.array_equal(old, new)
    ]
    return {
        "given": given,
        "differ": float(np.abs(first - second).max()),
        "moved": [path for path in moved if "moving" not in path],
        "rate": float(keras.ops.convert_to_numpy(model.optimizer.learning_rate)),
    }


def shoe_reader_faults(seen, seed):
    low, high = seen["given"]
    rate, moved = seen["rate"], len(seen["moved"])
    return {
        "scale": ""
        if abs(low + 1) < 0.02 and abs(high - 1) < 0.02
        else f"The backbone is given values from {low:.3g} to {high:.3g}.",
        "mode": "The same pictures, twice, get scores that differ."
        if seen["differ"] > 1e-4
        else "",
        "frozen": f"One step of training changes {moved} of the backbone's arrays of weights."
        if moved
        else "",
        "rate": "" if 1e-5 <= rate <= 0.05 else f"The learning rate is {rate:.3g}.",
    }


def small_head_inputs(random):
    random = np.random.default_rng(13) if random is None else random
    marks = np.stack([random.permutation(64)[:4] for _ in range(6)])  # a class's channels

    def maps(n):
        labels = np.tile(np.arange(6, dtype="int32"), n)
        found = random.uniform(0, 1, (6 * n, 4, 4, 64)) ** 2
        places = random.integers(0, 4, (6 * n, 2))
        for picture, label, (row, column) in zip(found, labels, places):
            picture[row, column, marks[label]] += random.uniform(0.7, 1.2, 4)
        return found.astype("float32"), labels

    return [(*maps(20), *maps(60))]


def small_head_looks(model):
    shapes = tuple(model.input_shape), tuple(model.output_shape)
    if shapes != ((None, 4, 4, 64), (None, 6)):
        return {"ends": f"it makes {shapes[1][1:]} of {shapes[0][1:]}."}
    import keras

    random = np.random.default_rng(0).normal(size=(50, 4, 4, 64)).astype("float32")
    scores = np.asarray(keras.ops.convert_to_numpy(model(random)), float)
    if scores.min() >= 0 and (np.allclose(scores.sum(axis=1), 1, atol=1e-3) or scores.max() <= 1):
        return {"scores": "it gives numbers from 0 to 1."}
    return {}


def small_head_measure(model, maps, labels, new, answers, progress):
    """The share of new pictures that are read right after 300 steps with all of the others."""
    import keras

    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.03), loss)
    for step in range(300):
        model.train_on_batch(maps, labels)
        if step % 50 == 0:
            progress(f"step {step}")
    read = np.asarray(model.predict_on_batch(new)).argmax(axis=1)
    return float(np.mean(read == answers))


EXERCISES = {
    "thawed": {
        "kind": "predict",
        "inputs": thawed_inputs,
        "case": thawed,
        "because": "the kernel of the last convolution and the head learn, and nothing else",
        "hints": [
            "List what is not frozen. Two things remain, one of them new.",
            "A 1 × 1 convolution has a weight for each pair of an input and an output map. What "
            "does the head get, and has it a bias?",
            "maps_in * maps_out + maps_out * kinds + kinds.",
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
    "shoe_reader": {
        "kind": "repair",
        "inputs": shoe_reader_inputs,
        "look": shoe_reader_look,
        "faults": shoe_reader_faults,
        "seconds": 60,
        "says": {
            "scale": "It learned from pictures between −1 and 1; which scale and offset turn 0 to "
            "255 into that?",
            "mode": "Something random runs inside the backbone. In which mode should it be called, "
            "for training the head and for reading?",
            "frozen": "The head starts at random, and its first steps would spoil what the "
            "backbone knows. What must be set before the model is compiled?",
            "rate": "A head on good features needs no such steps: a hundredth or less for Adam.",
        },
        "hints": [
            "Four things: what the backbone is given, in which mode it runs, whether it learns, "
            "and how large the steps are.",
            "layers.Rescaling(scale, offset=…) computes x · scale + offset. A layer has "
            "`trainable`, and its call has `training`.",
            "backbone.trainable = False; layers.Rescaling(1 / 127.5, offset=-1); "
            "backbone(x, training=False); Adam(0.003).",
        ],
    },
    "small_head": {
        "kind": "build",
        "inputs": small_head_inputs,
        "looks": small_head_looks,
        "parameters": 500,
        "measure": small_head_measure,
        "goal": 0.85,
        "of": "of the new pictures read right",
        "seconds": 60,
        "says": {
            "ends": "keras.Input((4, 4, 64)) and six scores are wanted.",
            "scores": "The loss makes probabilities of the scores; leave the last layer without an "
            "activation.",
            "too many": "A dense layer on all 4 × 4 × 64 numbers is too large. What makes one "
            "number of each map? If you have that, leave out what stands between these numbers "
            "and the six scores.",
            "too low": "The sign stands at one place of a map, in front of noise at all 16. Which "
            "summary of a map would not drown it?",
        },
        "hints": [
            "First one number for each map, then a dense layer: 64 × 6 + 6 parameters.",
            "A mean over 16 places lets one of them count for a sixteenth. Notebook 10 has another "
            "way to pool a whole map.",
            "layers.GlobalMaxPooling2D(), then layers.Dense(6).",
        ],
    },
}
