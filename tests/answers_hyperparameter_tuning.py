"""Right and wrong answers to the exercises of `dlhelpers/checks/hyperparameter_tuning.py`."""

import math
from statistics import NormalDist

import numpy as np

norm = NormalDist()
MIDDLES = np.array([norm.inv_cdf((n + 0.5) / 20_000) for n in range(20_000)])


def improvements(lowest, means, deviations):
    """By a sum over many equally likely results of each setting."""
    results = np.array(means)[:, None] + np.array(deviations)[:, None] * MIDDLES
    return np.maximum(0, lowest - results).mean(axis=1)


def next_setting(lowest, means, deviations):
    return "abcd"[int(improvements(lowest, means, deviations).argmax())]


def accuracy_gain(mean, deviation, highest, margin):
    if not deviation:
        return max(0, mean - highest - margin)
    z = (mean - highest - margin) / deviation
    return deviation * (z * norm.cdf(z) + norm.pdf(z))


def gain_with(gain_of=None, scale=False, zero=None, term=None):
    """accuracy_gain, with a mistake in it."""

    def answer(mean, deviation, highest, margin):
        gain = (gain_of or (lambda m, h, margin: m - h - margin))(mean, highest, margin)
        if not deviation:
            return max(0.0, gain) if zero is None else zero(gain)
        z = gain / (1 if scale else deviation)
        if term:
            return term(gain, z, deviation)
        return gain * norm.cdf(z) + deviation * norm.pdf(z)

    return answer


def audited(known=40, chooser="validation", seeds=5, report=np.mean, rows=40):
    """The study of the exercise, with these options."""

    def study(x, y, settings, fit):
        x = (x - x[:known].mean(axis=0)) / x[:known].std(axis=0)
        training, validation, test = (x[:rows], y[:rows]), (x[40:60], y[40:60]), (x[60:], y[60:])
        judges = {"training": (x[:40], y[:40]), "validation": validation, "test": test}
        losses = [fit(*training, setting)(*judges[chooser]) for setting in settings]
        best = settings[int(np.argmin(losses))]
        return best, report([fit(*training, best, seed=seed)(*test) for seed in range(seeds)])

    return study


def tuned(rates=(0.03, 0.1, 0.3, 1.0, 3.0), tries=1, last=5, restart=True):
    """The search of the exercise: each rate for some epochs, then the best one for more."""

    def search(network, training, validation):
        first, losses = network.get_weights(), []
        for rate in rates:
            network.set_weights(first)
            network.optimizer.learning_rate = rate
            network.fit(*training, batch_size=32, epochs=tries)
            loss = network.evaluate(*validation, verbose=0)[0]
            losses.append(loss if math.isfinite(loss) else math.inf)
        if restart:
            network.set_weights(first)
            network.optimizer.learning_rate = rates[int(np.argmin(losses))]
            network.fit(*training, batch_size=32, epochs=last)
        return network

    return search


NEEDS_KERAS = ["hyperparameter_tuning.tuned"]
RIGHT = {
    "hyperparameter_tuning.next_setting": next_setting,
    "hyperparameter_tuning.accuracy_gain": accuracy_gain,
    "hyperparameter_tuning.audited": audited(),
    "hyperparameter_tuning.tuned": tuned(),
}
WRONG = {
    "hyperparameter_tuning.next_setting": [
        (lambda lowest, means, deviations: "a", "Its mean is low"),
        (lambda lowest, means, deviations: "c", "Much is unknown"),
        (lambda lowest, means, deviations: "d", "Without any doubt"),
    ],
    "hyperparameter_tuning.accuracy_gain": [
        (gain_with(lambda m, h, margin: h - m - margin), "An accuracy is"),
        (gain_with(scale=True), "z is the gain"),
        (gain_with(lambda m, h, margin: m - h), "The margin has"),
        (gain_with(lambda m, h, margin: m - h + margin), "It makes the gain"),
        (gain_with(zero=lambda gain: math.nan), "Without doubt z"),
        (gain_with(zero=lambda gain: 0.0), "Without doubt a positive"),
        (gain_with(zero=lambda gain: gain), "Who does not improve"),
        (gain_with(term=lambda gain, z, s: norm.cdf(z)), "That is how probable"),
        (gain_with(term=lambda gain, z, s: gain * norm.cdf(z)), "That is the first half"),
        (
            gain_with(term=lambda gain, z, s: gain * norm.pdf(z) + s * norm.cdf(z)),
            "Φ and φ have",
        ),
        (gain_with(term=lambda gain, z, s: gain), "That is the mean gain"),
        (lambda mean, deviation, highest, margin: 1.0, "It is the mean of"),
    ],
    "hyperparameter_tuning.audited": [
        (audited(rows=60), "Which examples"),
        (audited(known=80), "What may the mean"),
        (audited(known=60, chooser="test"), "What may the mean"),
        (audited(chooser="test"), "Whoever picks"),
        (audited(chooser="training", report=np.min), "Whoever picks"),
        (audited(report=np.min), "The luckiest"),
        (audited(seeds=1), "The luckiest"),
    ],
    "hyperparameter_tuning.tuned": [
        (tuned(tries=5), "All trials count"),
        (tuned(last=6), "All trials count"),
        (tuned(restart=False), "Weights stay"),
        (tuned(rates=(1e-4, 3e-4, 1e-3, 3e-3)), "Weights stay"),
        (tuned(rates=(0.01,), restart=False), "One rate was"),
    ],
}
