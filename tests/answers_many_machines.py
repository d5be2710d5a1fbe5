"""Right and wrong answers to the exercises of `dlhelpers/checks/many_machines.py`."""

import numpy as np


def waited(seconds_each):
    return sum(max(seconds_each) - need for need in seconds_each)


def half_a_swing(w):
    return np.diff(np.flatnonzero((w[:-1] > 0) != (w[1:] > 0))).mean()


def staleness_of(w):
    return round((half_a_swing(w) - 1) / 2)


def step_of_all(weight_of):
    """A step in which a part counts as `weight_of` says, from its examples, all of them and n."""

    def step(model, parts, rate):
        import keras

        start, ends = model.get_weights(), []
        total = sum(len(labels) for _, labels in parts)
        model.compile(keras.optimizers.SGD(rate), model.loss, run_eagerly=True)
        for pictures, labels in parts:
            model.train_on_batch(pictures, labels)
            share = weight_of(len(labels), total, len(parts))
            ends.append([share * (new - old) for new, old in zip(model.get_weights(), start)])
            model.set_weights(start)
        model.set_weights([old + sum(steps) for old, *steps in zip(start, *ends)])
        return model

    return step


def batch_for(efficiency, n, each, gradient_bytes, wire):
    travel = 2 * (n - 1) / n * gradient_bytes / wire
    return n * travel * efficiency / (1 - efficiency) / each


def scaled(factor):
    def batch(efficiency, n, each, gradient_bytes, wire):
        return factor(efficiency, n) * batch_for(efficiency, n, each, gradient_bytes, wire)

    return batch


NEEDS_KERAS = ["many_machines.step_of_all"]
RIGHT = {
    "many_machines.waited": waited,
    "many_machines.staleness_of": staleness_of,
    "many_machines.step_of_all": step_of_all(lambda own, total, n: own / total),
    "many_machines.batch_for": batch_for,
}
WRONG = {
    "many_machines.waited": [
        (lambda seconds_each: max(seconds_each) - min(seconds_each), "That is how long the fast"),
        (max, "That is how long the step"),
        (sum, "That is how long all"),
        (lambda seconds_each: len(seconds_each) * max(seconds_each), "That is all"),
        (lambda seconds_each: waited(seconds_each) / len(seconds_each), "That is the mean"),
        (lambda seconds_each: sum(need - min(seconds_each) for need in seconds_each), "Nobody"),
        (lambda seconds_each: 1000, "For each worker:"),
    ],
    "many_machines.staleness_of": [
        (lambda w: round(2 * half_a_swing(w)), "That is how many updates a swing"),
        (lambda w: round(half_a_swing(w)), "That is how many updates lie"),
        (lambda w: round(half_a_swing(w)) / 2, "Nearly:"),
        (lambda w: staleness_of(w) + 1, "One less:"),
        (lambda w: (round(2 * half_a_swing(w)) - 1) / 2, "Half a swing,"),
        (lambda w: 1000, "How many updates"),
    ],
    "many_machines.step_of_all": [
        (step_of_all(lambda own, total, n: 1), "The loss of"),
        (step_of_all(lambda own, total, n: own), "The loss of"),
        (step_of_all(lambda own, total, n: n * own / total), "The loss of"),
        (step_of_all(lambda own, total, n: 1 / n), "A worker with"),
    ],
    "many_machines.batch_for": [
        (scaled(lambda e, n: 1 / n), "That is the part"),
        (scaled(lambda e, n: 1 / e), "Computing must be"),
        (scaled(lambda e, n: (1 - e) ** 2 / e**2), "This is upside"),
        (scaled(lambda e, n: 1 - e), "That is `efficiency` times"),
        (scaled(lambda e, n: n / (2 * (n - 1))), "The ring's factor"),
        (scaled(lambda e, n: n), "Each device sends"),
        (scaled(lambda e, n: 0.5), "In the ring"),
        (scaled(lambda e, n: n / (n - 1)), "All but one"),
        (scaled(lambda e, n: 3), "How long does"),
    ],
}
