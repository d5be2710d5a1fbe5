"""What the exercises of the notebook on a CNN for MNIST want."""

import numpy as np


def without_schedule_inputs(random):
    return [()]


def without_schedule():
    mistakes = {
        "On the staircase the schedule took away less than that, and there the mean of the weights "
        "was not yet there. What does a mean of the last weights do?": "half as many more",
        "Less: one of the other ingredients does nearly the same job, and has little to do as long "
        "as the schedule is there. Which?": "twice as many",
    }
    return "about as many", mistakes, ""


def moving_average_inputs(random):
    random = np.random.default_rng(11) if random is None else random
    calls = []
    for steps, beta in ((1, 0.9), (4, 0.75), (7, 0.9)):
        calls.append((random.normal(size=(steps, 3)).round(1) + 2, beta))
    return calls


def moving_average(weights, beta):
    def run(start, rows, keep):
        average = start
        for row in rows:
            average = keep * average + (1 - keep) * row
        return average

    from_zero = run(np.zeros(weights.shape[1]), weights, beta)
    every = np.array([run(weights[0], weights[1 : n + 1], beta) for n in range(len(weights))])
    mistakes = {
        "Which of both is kept? The average so far gets β, the new weights 1 - β.": run(
            weights[0], weights[1:], 1 - beta
        ),
        "It starts from the first weights; from zero, it is too small for many steps.": from_zero,
        "This starts from zero and divides by 1 - β^n, as Adam does; here it starts from the "
        "first weights.": from_zero / (1 - beta ** len(weights)),
        "This is the plain mean, in which all steps count alike.": weights.mean(axis=0),
        "These are the last weights; the average remembers those before.": weights[-1],
        "This is the average after every step; the last one is wanted.": every,
        "The new weights count 1 - β; with 1 the average grows without end.": (
            sum((beta ** (len(weights) - 1 - n) * row for n, row in enumerate(weights)))
        ),
    }
    return (
        run(weights[0], weights[1:], beta),
        mistakes,
        "Start with the first row. For each later one: β times the average plus 1 - β times it.",
    )


def glyphs(count, random):
    """Ten patterns of 7 × 7 pixels, each somewhere about the middle of noise; and which it is."""
    patterns = np.random.default_rng(5).integers(0, 2, (10, 7, 7)).astype("float32")
    names = random.integers(10, size=count).astype("int32")
    pictures = random.uniform(0, 0.3, (count, 24, 24, 1)).astype("float32")
    for picture, name in zip(pictures, names):
        top, left = random.integers(5, 13, 2)
        picture[top : top + 7, left : left + 7, 0] = patterns[name]
    return pictures, names


def stuck_inputs(random):
    return [(11 if random is None else int(random.integers(1000)),)]


def stuck_look(answer, seed, progress, digits=None):
    """Train what was mended, on digits or on patterns, and note what `fit` got and what came out.

    The pixel at the upper left of each picture says which it is, so that the labels that `fit`
    got beside it can be compared with its own.
    """
    import keras

    if digits is None:
        digits = glyphs(1500, np.random.default_rng(seed))
    pictures, labels = np.array(digits[0], "float32"), np.array(digits[1], "int32")
    marks = np.linspace(0, 0.01, len(pictures)).astype("float32")
    pictures[:, 0, 0, 0] = marks
    pairs, fit = [], keras.Model.fit

    def watched(model, x=None, y=None, *rest, **options):
        if hasattr(x, "shape") and hasattr(y, "shape") and len(x) == len(y):
            which = np.searchsorted(marks, np.asarray(x)[:, 0, 0, 0] - 1e-9)
            right = labels[np.minimum(which, len(labels) - 1)]
            pairs.append(float(np.mean(np.ravel(y) == right)) if np.ndim(y) == 1 else 1.0)
        return fit(model, x, y, *rest, **options)

    keras.Model.fit = watched
    try:
        keras.utils.set_random_seed(seed)
        progress("training")
        model = answer(pictures, labels)
    finally:
        keras.Model.fit = fit
    if not hasattr(model, "count_params"):
        raise TypeError("it gives no Keras model")
    scores = np.asarray(keras.ops.convert_to_numpy(model(pictures[:500])), float)
    kernels = next(np.asarray(keras.ops.convert_to_numpy(w)) for w in model.weights)
    apart = np.ptp(kernels, axis=-1).max() if kernels.shape[-1] > 1 else 1.0
    return {
        "pairs": min(pairs, default=1.0),
        "apart": float(apart),
        "cut": bool(scores.min() == 0),
        "softmax": bool(scores.min() > 0 and np.allclose(scores.sum(axis=-1), 1, atol=1e-3)),
        "finite": bool(np.all(np.isfinite(scores))),
        "accuracy": float(np.mean(scores.argmax(axis=1) == labels[:500])),
    }


def stuck_faults(seen, seed, digits=None):
    pairs, accuracy = seen["pairs"], seen["accuracy"]
    wrong = pairs < 0.99
    alike = seen["apart"] < 1e-6 or not seen["finite"]
    low = accuracy < 0.8
    return {
        "pairs": f"Only {pairs:.0%} of the pictures that fit got stand beside their own label."
        * wrong,
        "alike": "All kernels of the first layer are the same after training." * alike,
        "scores": "No score is ever below 0, and many are 0." * seen["cut"]
        + "What the model gives are no scores, but probabilities." * seen["softmax"],
        "accuracy": f"It reads {accuracy:.0%} of its own training pictures." * low,
    }


def budget_inputs(random):
    return [()]


def reader_looks(model):
    ends = tuple(model.input_shape), tuple(model.output_shape)
    return {
        "ends": ""
        if ends == ((None, 24, 24, 1), (None, 10))
        else f"it reads {ends[0]} and gives {ends[1]}."
    }


def reader_measure(model, progress, learn=None):
    """What `learn(model)` of the notebook returns; without it, the share of patterns read right."""
    if learn is not None:
        return float(learn(model))
    import keras

    random = np.random.default_rng(0)
    pictures, names = glyphs(1000, random)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.01), loss)
    for epoch in range(6):
        progress(f"epoch {epoch + 1}")
        model.fit(pictures, names, 50, verbose=0)
    new, right = glyphs(500, random)
    return float(np.mean(model.predict(new, batch_size=500, verbose=0).argmax(axis=1) == right))


ENDS = "keras.Input((24, 24, 1)) and ten scores from layers.Dense(10) are wanted."
READER = {  # what both networks that are to be built have in common
    "kind": "build",
    "inputs": budget_inputs,
    "looks": reader_looks,
    "measure": reader_measure,
    "goal": 0.99,
    "of": "of the validation digits read right",
    "seconds": 300,
}
EXERCISES = {
    "without_schedule": {
        "kind": "predict",
        "inputs": without_schedule_inputs,
        "case": without_schedule,
        "options": ["about as many", "half as many more", "twice as many"],
        "because": "we guess that the mean of the weights does what the falling rate did, and that "
        "each has little to do where the other is",
        "hints": [
            "What does a falling rate do to the weights in the last steps?",
            "It lets them settle in the middle of where they jump about. Which other ingredient "
            "finds the middle, and what did it give on the staircase?",
        ],
    },
    "moving_average": {
        "kind": "write",
        "inputs": moving_average_inputs,
        "case": moving_average,
        "hints": [
            "After the first step the average is the first row of weights. What is it after the "
            "second?",
            "beta * average + (1 - beta) * row. Do that for each row behind the first, in order.",
            "average = weights[0]; for row in weights[1:]: average = beta * average + (1 - beta) "
            "* row; return average.",
        ],
    },
    "stuck": {
        "kind": "repair",
        "inputs": stuck_inputs,
        "look": stuck_look,
        "faults": stuck_faults,
        "seconds": 120,
        "says": {
            "pairs": "Whatever shuffles the pictures must shuffle their labels in the same way.",
            "alike": "With kernels of zero every response is 0, and a ReLU that gives 0 lets no "
            "gradient through, so that all kernels stay as they are.",
            "scores": "What stands behind the last layer? The softmax in the loss wants scores of "
            "either sign.",
            "accuracy": "Pictures, labels and layers are right now. How large are the steps?",
        },
        "hints": [
            "There are four faults: one in how the data are handed over, two in the layers, one "
            "in compile.",
            "Compare pictures[order] with what stands beside it; look at kernel_initializer and "
            "at the last activation; then at the learning rate.",
            "labels[order]; no kernel_initializer; Dense(10) without an activation; Adam(0.003).",
        ],
    },
    "few_parameters": READER
    | {
        "parameters": 10_000,
        "says": {
            "ends": ENDS,
            "too many": "params.explain(model) tells where they are. Fewer maps help in the last "
            "convolution; a dense layer has one for each number that it gets and each that it "
            "gives, so a hidden one is expensive.",
            "too low": "A dense layer alone has no idea of place. Normalise behind each "
            "convolution, halve the maps twice, and give the last maps the most channels.",
        },
        "hints": [
            "The lesson's network has most of its parameters in one layer. Which?",
            "The hidden dense layer. A third convolution in its place needs far fewer, and half "
            "the channels in the two before it have about a quarter of their parameters.",
            "Conv2D(12, 5, strides=2), Conv2D(24, 3) with MaxPooling2D, Conv2D(24, 3), each with "
            "BatchNormalization and ReLU and without a bias, Flatten, Dense(10).",
        ],
    },
    "five_seconds": READER
    | {
        "parameters": 1_000_000,
        "says": {
            "ends": ENDS,
            "too many": "So many weights take their time, too.",
            "too low": "A network with many multiplications sees few digits before its budget is "
            "spent, a tiny one sees many and cannot use them. Where are yours? params.explain("
            "model, cost=True) tells.",
        },
        "hints": [
            "How often does the lesson's own network see each digit with this budget?",
            "Most of its multiplications are in the second convolution, which has 8 × 8 places. "
            "Fewer channels there, or a stride?",
            "Half of the lesson's channels in its two convolutions have a quarter of the second "
            "one's multiplications; a third convolution behind them may have more maps.",
        ],
    },
}
