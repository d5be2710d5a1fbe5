"""What the exercises of the notebook on many machines want."""

import math

import numpy as np


def waited_inputs(random):
    if random is None:
        return [((4, 2, 7, 3, 4),)]
    needs = random.permutation(np.arange(2, 10))[:4]
    return [((*needs.tolist(), int(needs.min()) + 1),)]


def waited(seconds_each):
    longest, shortest, n = max(seconds_each), min(seconds_each), len(seconds_each)
    right = n * longest - sum(seconds_each)
    mistakes = {
        "That is how long the fastest one waits. All but the slowest wait.": longest - shortest,
        "That is how long the step takes; each worker waits for a part of it.": longest,
        "That is how long all of them compute, not how long they wait.": sum(seconds_each),
        "That is all that the step costs; a part of it they compute.": n * longest,
        "That is the mean of a worker; all of them together are asked for.": right / n,
        "Nobody waits for the fastest: the step ends when the slowest is ready.": (
            sum(seconds_each) - n * shortest
        ),
    }
    return right, mistakes, "For each worker: how long is it from its end to the slowest one's end?"


def staleness_of_inputs(random):
    chosen = (2, 5, 9) if random is None else random.permutation(np.arange(2, 12))[:3]
    return [(swing(int(tau)),) for tau in chosen]


def swing(tau):
    """What SGD with stale gradients visits on w² / 2, with the learning rate on its limit."""
    w = [1.0]
    for t in range(400):
        w.append(w[t] - 2 * math.sin(math.pi / (4 * tau + 2)) * w[max(0, t - tau)])
    return np.array(w[100:])


def staleness_of(w):
    # The strongest frequency of the swing, to a whole number of updates for half a period.
    power = np.abs(np.fft.rfft(w * np.hanning(len(w)), 1 << 16))
    half = round((1 << 16) / power.argmax() / 2)
    right = (half - 1) // 2
    mistakes = {
        "That is how many updates a swing takes there and back.": 2 * half,
        "That is how many updates lie between one passage through 0 and the next.": half,
        "Nearly: half a swing takes one update more than twice the staleness.": half / 2,
        "One less: half a swing takes 2 τ + 1 updates.": right + 1,
        "Half a swing, from one passage through 0 to the next, takes 2 τ + 1 updates; this takes "
        "the whole swing for it.": (2 * half - 1) / 2,
    }
    return right, mistakes, "How many updates lie between two passages through 0, for a known τ?"


def step_of_all_inputs(random):
    random = np.random.default_rng(4) if random is None else random
    pictures = random.normal(size=(24, 6)).astype("float32")
    return [(pictures, random.integers(0, 3, 24).astype("int32"))]


CUTS = {"equal": (8, 16), "unequal": (2, 7)}  # three workers


def step_of_all_look(answer, pictures, labels, progress):
    """Let it take a step, with equal and with unequal parts, and Keras one with the whole batch."""
    import keras

    model = keras.Sequential(
        [keras.Input((6,)), keras.layers.Dense(5, "tanh"), keras.layers.Dense(3)]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(0.5), loss, run_eagerly=True)
    start = model.get_weights()

    def moved():
        steps = [new - old for new, old in zip(model.get_weights(), start)]
        model.set_weights(start)
        return np.concatenate([step.ravel() for step in steps])

    model.train_on_batch(pictures, labels)
    seen = {"one device": moved()}
    for name, cuts in CUTS.items():
        parts = list(zip(np.split(pictures, cuts), np.split(labels, cuts)))
        if answer(model, parts, 0.5) is not model:
            raise ValueError("it gives something else than the model that it got")
        seen[name] = moved()
    return seen


def step_of_all_faults(seen, pictures, labels):
    wanted = seen["one device"]

    def far(name):
        return np.abs(seen[name] - wanted).max() > 1e-3 * np.abs(wanted).max()

    times = float(seen["equal"] @ wanted / (wanted @ wanted))
    sizes = ", ".join(str(len(part)) for part in np.split(labels, CUTS["unequal"]))
    return {
        "added": f"With three equal parts it goes ≈{times:.2f} times as far as one device would."
        if far("equal")
        else "",
        "alike": f"With parts of {sizes} examples it goes elsewhere than one device would."
        if far("unequal")
        else "",
    }


def batch_for_inputs(random):
    if random is None:
        return [(0.8, 8, 0.004, 1e8, 1.25e9), (0.5, 2, 0.001, 4e6, 1e9), (0.9, 64, 0.02, 5e9, 3e11)]
    return [
        (float(random.choice([0.6, 0.7, 0.75, 0.9])), int(n), float(random.uniform(0.001, 0.05)),
         float(random.uniform(1e7, 1e9)), float(random.uniform(1e9, 1e11)))
        for n in random.permutation([3, 5, 8, 16, 32])[:3]
    ]  # fmt: skip


def batch_for(efficiency, n, each, gradient_bytes, wire):
    # The batch B for which B each / n is `efficiency` of B each / n + travel.
    travel = 2 * gradient_bytes * (1 - 1 / n) / wire
    right = travel / (1 / efficiency - 1) * n / each
    mistakes = {
        "That is the part of one device; n of them share the batch.": right / n,
        "Computing must be `efficiency` of the whole step, computing and travel: it is "
        "efficiency / (1 - efficiency) times the travel.": travel / (1 - efficiency) * n / each,
        "This is upside down: a higher efficiency needs a larger batch.": (
            travel * (1 / efficiency - 1) * n / each
        ),
        "That is `efficiency` times the travel; at 0.5 computing and travel take equally long.": (
            travel * efficiency * n / each
        ),
        "The ring's factor is missing: each device sends 2 (n - 1) / n times the gradients.": (
            right / (2 * (1 - 1 / n))
        ),
        "Each device sends one of n pieces in a step of the ring: divide by n.": right * n,
        "In the ring the gradients go round twice, to add up and to hand out.": right / 2,
        "All but one of the n pieces travel, twice: n - 1, not n.": right * n / (n - 1),
    }
    return (
        right,
        mistakes,
        "How long does the ring take? Computing must be efficiency / (1 - efficiency) times that, "
        "and it is batch / n · each.",
    )


EXERCISES = {
    "waited": {
        "kind": "predict",
        "inputs": waited_inputs,
        "case": waited,
        "because": "each waits from its own end to the slowest one's",
        "hints": [
            "When does the step end?",
            "When the slowest is ready. A worker that needs 4 seconds waits 7 - 4 of them.",
            "With 4, 2, 7, 3 and 4 seconds: 3 + 5 + 0 + 4 + 3.",
        ],
    },
    "staleness_of": {
        "kind": "write",
        "inputs": staleness_of_inputs,
        "case": staleness_of,
        "tolerance": 1e-9,
        "hints": [
            "Run sgd for τ = 1, 2, 4 on its limit, and count the updates from one passage through "
            "0 to the next.",
            "They are 3, 5 and 9: 2 τ + 1. Where does w > 0 change? np.flatnonzero tells.",
            "np.diff of these places, its mean, minus 1, divided by 2, rounded.",
        ],
    },
    "step_of_all": {
        "kind": "repair",
        "inputs": step_of_all_inputs,
        "look": step_of_all_look,
        "faults": step_of_all_faults,
        "says": {
            "added": "The loss of the whole batch is a mean. What is its gradient, if the parts' "
            "gradients are means, too?",
            "alike": "A worker with more examples speaks for more of them.",
        },
        "hints": [
            "Compare it with the equation at the top of this notebook.",
            "Each worker's gradient is multiplied with its part of all examples, b_i / B.",
            "examples = sum(len(labels) for _, labels in parts) before the loop, and inside it "
            "len(labels) / examples * slope.",
        ],
    },
    "batch_for": {
        "kind": "write",
        "inputs": batch_for_inputs,
        "case": batch_for,
        "hints": [
            "How long do the gradients travel? That does not depend on the batch.",
            "If computing is 0.8 of a step, travel is 0.2 of it: computing takes 0.8 / 0.2 times "
            "as long as travel.",
            "A device computes batch / n · each seconds. Set that equal to travel · efficiency / "
            "(1 - efficiency), and solve for the batch.",
        ],
    },
}
