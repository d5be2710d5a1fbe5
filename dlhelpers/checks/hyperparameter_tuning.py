"""What the exercises of the notebook on tuning hyperparameters want."""

import math

import numpy as np


def bell(z):
    """The normal distribution and its density at z."""
    return (1 + math.erf(z / math.sqrt(2))) / 2, math.exp(-z * z / 2) / math.sqrt(2 * math.pi)


def next_setting_inputs(random):
    if random is None:
        return [(0.30, (0.31, 0.33, 0.50, 0.30), (0.01, 0.05, 0.12, 0.0))]
    lowest, width = random.choice([0.3, 0.4, 0.5]), random.choice([0.8, 1.0, 1.2])
    means = lowest + np.array([0.01, 0.03, 0.2, 0.0]) * width
    deviations = np.array([0.01, 0.05, 0.12, 0.0]) * width
    return [(float(lowest), *(tuple(a.round(4).tolist()) for a in (means, deviations)))]


def next_setting(lowest, means, deviations):
    expected = []
    for mean, deviation in zip(means, deviations):
        below, density = bell((lowest - mean) / (deviation or 1e-9))
        expected.append((lowest - mean) * below + deviation * density)
    mistakes = {
        "Its mean is low, but it hardly moves: even a lucky result undercuts the lowest loss by "
        "next to nothing.": "a",
        "Much is unknown there, but its mean is so high that the band hardly reaches below the "
        "lowest loss.": "c",
        "Without any doubt nothing is to be won: it would give the lowest loss once more.": "d",
    }
    return "abcd"[int(np.argmax(expected))], mistakes, ""


def accuracy_gain_inputs(random):
    if random is None:
        return [
            (0.92, 0.02, 0.94, 0.0), (0.95, 0.01, 0.93, 0.005), (0.80, 0.10, 0.91, 0.01),
            (0.95, 0.0, 0.93, 0.01), (0.90, 0.0, 0.91, 0.0),
        ]  # fmt: skip
    highest = random.uniform(0.85, 0.95, 5)
    mean = highest + random.uniform(0.01, 0.04, 5) * [-1, 1, -1, 1, -1]
    deviation = random.uniform(0.01, 0.1, 5) * [1, 1, 1, 0, 0]
    margin = random.uniform(0.001, 0.008, 5)
    return [tuple(row) for row in np.stack([mean, deviation, highest, margin], 1).round(4).tolist()]


def accuracy_gain(mean, deviation, highest, margin):
    def expected(gain, scale=None, deviation=deviation):
        if deviation == 0:
            return max(0.0, gain)
        below, density = bell(gain / (scale or deviation))
        return gain * below + deviation * density

    gain = mean - highest - margin
    mistakes = {
        "An accuracy is to become large: what is won is the new one minus the highest.": (
            expected(highest - mean - margin)
        ),
        "z is the gain in deviations: divide it by the deviation.": expected(gain, 1.0),
        "The margin has to be beaten, too: it makes the gain smaller.": expected(mean - highest),
        "It makes the gain smaller, not larger: the margin comes on top of the highest.": (
            expected(mean - highest + margin)
        ),
    }
    if deviation == 0:
        mistakes["Without doubt a positive gain is certain."] = min(0.0, gain)
        mistakes["Who does not improve keeps the highest: a negative gain counts as 0."] = gain
    else:
        below, density = bell(gain / deviation)
        mistakes |= {
            "That is how probable an improvement is, not how large.": below,
            "That is the first half: it forgets that results spread around the mean.": gain * below,
            "Φ and φ have changed places: Φ weighs the gain, φ the deviation.": (
                gain * density + deviation * below
            ),
            "That is the mean gain of results that get worse as well: these count as 0.": gain,
        }
    otherwise = (
        "It is the mean of max(0, accuracy - highest - margin). The lesson has it for a loss."
    )
    if deviation == 0:
        otherwise = "Without doubt z is infinite or 0/0. What is the gain then?"
    return expected(gain), mistakes, otherwise


PARTS = {"training": 40, "validation": 20, "test": 20}
SETTINGS, SEEDS = ("small", "medium", "large"), 5


def audited_inputs(random):
    return [(7 if random is None else int(random.integers(1, 10**6)),)]


def audited_look(answer, seed, progress):
    """Hand it examples whose three parts differ, and a `fit` that writes down what it is given."""
    random = np.random.default_rng(seed)
    ends = np.cumsum([0, *PARTS.values()])
    x = np.concatenate([random.normal(3 * n, 1 + n, (k, 4)) for n, k in enumerate(PARTS.values())])
    y = np.arange(len(x))  # so that every example can be told
    slices = {name: slice(a, b) for name, a, b in zip(PARTS, ends, ends[1:])}
    base = {"validation": (0.6, 0.4, 0.5), "test": (0.7, 0.6, 0.5), "training": (0.3, 0.2, 0.1)}
    center, width = x[slices["training"]].mean(axis=0), x[slices["training"]].std(axis=0)
    wanted, seen = (x - center) / width, {"fits": 0, "trained": "training", "scaled": True}
    tests = {}

    def part_of(labels):
        labels = np.asarray(labels)
        same = (name for name in PARTS if np.array_equal(np.sort(labels), y[slices[name]]))
        return next(same, "no single part")

    def scaled(inputs, labels):
        return bool(np.allclose(inputs, wanted[np.asarray(labels)], atol=1e-6))

    def fit(inputs, labels, setting, seed=0):
        which = SETTINGS.index(setting)
        seen["fits"] += 1
        if part_of(labels) != "training":
            seen["trained"] = part_of(labels)
        seen["scaled"] &= scaled(inputs, labels)
        seen.setdefault("mean", float(np.mean(inputs)))

        def loss(inputs, labels):
            part = part_of(labels)
            if part not in base:
                raise ValueError(f"a loss was asked for on {len(np.atleast_1d(labels))} examples "
                                 "that are no part of their own")  # fmt: skip
            seen["scaled"] &= scaled(inputs, labels)
            value = base[part][which] + 0.02 * math.cos(1 + 2 * (seed + which))
            if part == "test":
                tests.setdefault(setting, {})[seed] = value
            return value

        return loss

    chosen, reported = answer(x, y, SETTINGS, fit)
    losses = tests.get(chosen, {})
    return seen | {
        "chosen": str(chosen), "reported": float(reported), "seeds": len(losses),
        "mean_of_tests": float(np.mean([*losses.values()] or [math.nan])),
    }  # fmt: skip


def audited_faults(seen, seed):
    trained = seen["trained"]
    off = abs(seen["reported"] - seen["mean_of_tests"]) > 1e-6
    few = seen["seeds"] < SEEDS
    said = f"It reports {seen['reported']:.4f}"
    said += f"; it saw {seen['seeds']} test losses of what it chose"
    said += f", {seen['mean_of_tests']:.4f} on average." if seen["seeds"] else "."
    return {
        "trained": "" if trained == "training" else f"It trains on {trained}.",
        "scaled": ""
        if seen["scaled"]
        else "Its inputs are not in units of the training part: the "
        f"first it trains on have the mean {seen['mean']:.2f}.",
        "chosen": "" if seen["chosen"] == "medium" else f"It chooses {seen['chosen']!r}.",
        "reported": said if off or few else "",
    }


BUDGET, WANTED = 10, 0.83


def clusters():
    """Stand-ins for digits: training, validation and test, each inputs and classes."""
    random = np.random.default_rng(0)
    centers, labels = random.random((10, 64)), random.integers(0, 10, 3548)
    x = (0.5 * centers[labels] + 0.5 * random.random((3548, 64))).astype("float32")
    ends = (0, 2048, 2548, 3548)
    return [(x[a:b], labels[a:b].astype("int32")) for a, b in zip(ends, ends[1:])]


def tuned_inputs(random):
    return [(0 if random is None else int(random.integers(1, 1000)),)]


def tuned_look(answer, seed, progress, digits=None):
    """Let it train a small network, and count over how many examples."""
    import keras

    training, validation, test = digits or clusters()
    keras.utils.set_random_seed(seed)
    network = keras.Sequential([keras.Input(training[0].shape[1:])])
    network.add(keras.layers.Dense(64, activation="relu"))
    network.add(keras.layers.Dense(10))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile(keras.optimizers.SGD(0.01), loss, metrics=["accuracy"])
    counted, rates = [], []
    fit, step = network.fit, network.train_on_batch

    def counting_fit(x=None, y=None, *more, **named):
        named |= dict(zip(("batch_size", "epochs", "verbose"), more))
        history = fit(x, y, **{"verbose": 0} | named)
        counted.append(len(history.epoch) * len(x) / len(training[0]))
        rates.append(float(keras.ops.convert_to_numpy(network.optimizer.learning_rate)))
        progress(f"{sum(counted):.0f} epochs")
        return history

    def counting_step(x, y=None, **named):
        counted.append(len(x) / len(training[0]))
        rates.append(float(keras.ops.convert_to_numpy(network.optimizer.learning_rate)))
        return step(x, y, **named)

    network.fit, network.train_on_batch = counting_fit, counting_step
    if answer(network, training, validation) is not network:
        raise ValueError("it gives something else than the network that it got")
    scores = keras.ops.convert_to_numpy(network(test[0]))
    return {
        "epochs": float(sum(counted)),
        "accuracy": float(np.mean(scores.argmax(axis=1) == test[1])),
        "rates": len({round(rate, 9) for rate in rates}),
    }


def tuned_faults(seen, seed, digits=None):
    reads = f"It reads ≈{seen['accuracy']:.2f} of the test inputs; {WANTED} is wanted."
    low = seen["accuracy"] < WANTED
    spent = f"It spends {seen['epochs']:g} epochs."
    return {
        "budget": spent if seen["epochs"] > BUDGET + 1e-6 else "",
        "lost": reads if low and seen["rates"] > 1 else "",
        "untuned": reads if low and seen["rates"] <= 1 else "",
    }


EXERCISES = {
    "next_setting": {
        "kind": "predict",
        "inputs": next_setting_inputs,
        "case": next_setting,
        "options": ["a", "b", "c", "d"],
        "because": "its mean is nearly as low, and one deviation below it lies far beneath the "
        "lowest loss",
        "hints": [
            "By how much would a lucky result of each, one deviation below its mean, undercut the "
            "lowest loss?",
            "z = (lowest - mean) / deviation, and the expected improvement is the deviation times "
            "z Φ(z) + φ(z). For z = -1 that is 0.083, for z = -0.6 it is 0.169.",
            "One of them has z = -0.6 and a deviation five times that of a.",
        ],
    },
    "accuracy_gain": {
        "kind": "write",
        "inputs": accuracy_gain_inputs,
        "case": accuracy_gain,
        "hints": [
            "What is won if the accuracy comes out at a? Where is that positive?",
            "The gain is mean - highest - margin, z is the gain over the deviation. Which of the "
            "two terms of the lesson's formula is left when the deviation is 0?",
            "gain * normal.cdf(z) + deviation * normal.pdf(z), and max(0, gain) if deviation is 0.",
        ],
    },
    "audited": {
        "kind": "repair",
        "inputs": audited_inputs,
        "look": audited_look,
        "faults": audited_faults,
        "says": {
            "trained": "Which examples may the weights learn from?",
            "scaled": "What may the mean and the deviation know? Take them from the training "
            "examples, and use them for all three parts.",
            "chosen": "Whoever picks the setting with the lowest test loss has no test set left: "
            "which part is there to choose with?",
            "reported": "The luckiest seed is no result: report the mean of the test losses of all "
            "five.",
        },
        "hints": [
            "Follow the test examples: where do they enter before the last line?",
            "They enter in two lines besides that of reported, where they belong. And what does min"
            " make of five seeds?",
            "Mean and deviation of x[:40]; choose by the loss of *val; np.mean of five test "
            "losses.",
        ],
    },
    "tuned": {
        "kind": "repair",
        "inputs": tuned_inputs,
        "look": tuned_look,
        "faults": tuned_faults,
        "seconds": 60,
        "says": {
            "budget": "All trials count, and the last training, too: 10 epochs in all. Try each "
            "rate for one epoch and go on with the best.",
            "lost": "Weights stay as the last fit left them: is that the best trial? And is the "
            "best rate inside of what was tried, or at its edge?",
            "untuned": "One rate was tried. With SGD its best value lies more than ten times above "
            "Keras's 0.01.",
        },
        "hints": [
            "Rates that differ by a factor of three cover much with few trials. How long must a "
            "trial be to tell a poor rate?",
            "Keep first = network.get_weights(). For each rate: set_weights(first), set the rate, "
            "fit for one epoch, evaluate on the validation digits. Then 5 epochs with the best.",
            "Rates 0.03, 0.1, 0.3, 1 and 3, one epoch each, then the best one from first again for "
            "5 epochs.",
        ],
    },
}
