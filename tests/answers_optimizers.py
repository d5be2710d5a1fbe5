"""Right and wrong answers to the exercises of `dlhelpers/checks/optimizers.py`."""

import numpy as np


def weight_of_step(k, t, alpha):
    return (1 - alpha) * alpha ** (t - k) / (1 - alpha**t)


def weight_not_corrected(k, t, alpha):
    return (1 - alpha) * alpha ** (t - k)


def weight_not_scaled(k, t, alpha):
    return alpha ** (t - k)


def weight_of_the_oldest(k, t, alpha):
    return (1 - alpha) * alpha**k / (1 - alpha**t)


def weight_one_step_late(k, t, alpha):
    return (1 - alpha) * alpha ** (t - k + 1) / (1 - alpha**t)


def weight_corrected_at_k(k, t, alpha):
    return (1 - alpha) * alpha ** (t - k) / (1 - alpha**k)


def plain_mean(k, t, alpha):
    return 1 / t


def where(curvature, lower, higher, steps=100, start=1.0):
    """Walk, instead of a formula."""
    ends = []
    for eta in (lower, higher):
        w = start
        for _ in range(steps):
            w -= eta * curvature * w
        ends.append(w)
    return tuple(ends)


def warmup_cosine(step, steps, warmup, eta):
    if step < warmup:
        return eta / warmup * (1 + step)
    return eta * np.cos(np.pi / 2 * (step - warmup) / (steps - warmup)) ** 2


def behind(change):
    """An answer that is right in the warm-up and gives `change(done, eta)` behind it."""

    def answer(step, steps, warmup, eta):
        if step < warmup:
            return warmup_cosine(step, steps, warmup, eta)
        return change((step - warmup) / (steps - warmup), eta)

    return answer


def no_warmup(step, steps, warmup, eta):
    return eta * (1 + np.cos(np.pi * step / steps)) / 2


def from_nothing(step, steps, warmup, eta):
    return eta * step / warmup if step < warmup else warmup_cosine(step, steps, warmup, eta)


def counted_from_the_start(step, steps, warmup, eta):
    rule = warmup_cosine if step < warmup else no_warmup
    return rule(step, steps, warmup, eta)


def too_long(step, steps, warmup, eta):
    if step < warmup:
        return warmup_cosine(step, steps, warmup, eta)
    return no_warmup(step - warmup, steps, warmup, eta)


def warmed_to_one(step, steps, warmup, eta):
    return warmup_cosine(step, steps, warmup, 1 if step < warmup else eta)


def reader(rate=0.003, decay_steps=400, kind="Adam", **options):
    """A function that makes the network of `clothes_reader`."""

    def network():
        import keras

        model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(10)])
        eta = rate
        if decay_steps:
            eta = keras.optimizers.schedules.CosineDecay(rate, decay_steps=decay_steps)
        optimizer = getattr(keras.optimizers, kind)(eta, **options)
        model.compile(optimizer, keras.losses.SparseCategoricalCrossentropy(from_logits=True))
        return model

    return network


NEEDS_KERAS = ["optimizers.clothes_reader"]
RIGHT = {
    "optimizers.weight_of_step": weight_of_step,
    "optimizers.limit": where,
    "optimizers.warmup_cosine": warmup_cosine,
    "optimizers.clothes_reader": reader(kind="AdamW", weight_decay=0.1),
}
WRONG = {
    "optimizers.weight_of_step": [
        (weight_not_corrected, "This is the"),
        (weight_not_scaled, "This is neither"),
        (weight_of_the_oldest, "The latest step"),
        (weight_one_step_late, "Step k has"),
        (weight_corrected_at_k, "The correction divides"),
        (plain_mean, "This is a"),
        (lambda k, t, alpha: weight_of_step(k, t, alpha) / (1 - alpha), "Each step contributes"),
        (lambda k, t, alpha: 2 * weight_of_step(k, t, alpha), "Put a gradient"),
    ],
    "optimizers.limit": [
        (lambda c, a, b: where(c, b, a), "The higher learning"),
        (lambda c, a, b: where(c, a, b, steps=1), "That is what"),
        (lambda c, a, b: where(c, a, b, steps=1, start=-1.0), "That is one"),
        (lambda c, a, b: (1 - 100 * a * c, 1 - 100 * b * c), "100 steps multiply"),
        (lambda c, a, b: where(c / 2, a, b), "The slope of"),
        (lambda c, a, b: where(2 * c, a, b), "The 1/2 cancels"),
        (lambda c, a, b: where(-c, a, b), "The step goes"),
        (lambda c, a, b: tuple(c * w**2 / 2 for w in where(c, a, b)), "That is the loss"),
        (lambda c, a, b: (0, float("inf")), "Give a pair."),
    ],
    "optimizers.warmup_cosine": [
        (no_warmup, "The warm-up is"),
        (from_nothing, "Step 0 has"),
        (behind(lambda done, eta: eta), "Behind the warm-up"),
        (counted_from_the_start, "The cosine begins"),
        (too_long, "From the end"),
        (behind(lambda done, eta: eta * np.cos(np.pi * done)), "The cosine runs"),
        (behind(lambda done, eta: eta * np.cos(np.pi * done) ** 2), "That goes up"),
        (behind(lambda done, eta: eta - eta * done), "That falls in"),
        (behind(lambda done, eta: eta * np.sin(np.pi / 2 * done) ** 2), "The sign is"),
        (warmed_to_one, "During the warm-up"),
        (lambda step, steps, warmup, eta: 3 * eta, "Two cases."),
    ],
    "optimizers.clothes_reader": [
        (reader(decay_steps=20, epsilon=1.0, weight_decay=30), "It shall learn"),
        (reader(rate=3.0, decay_steps=0), "It shall learn"),
        (reader(decay_steps=0), "It shall learn"),
        (reader(decay_steps=4000), "It shall learn"),
        (reader(decay_steps=250), "It shall learn"),
        (reader(epsilon=1.0, weight_decay=30), "Adam's first step"),
        (reader(kind="SGD"), "Adam's first step"),
        (reader(weight_decay=30), "Each step takes"),
    ],
}
