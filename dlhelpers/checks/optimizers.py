"""What the exercises of the notebook on optimizers want."""

import math

import numpy as np


def weight_of_step_inputs(random):
    if random is None:
        return [(5, 5, 0.9), (1, 1, 0.5), (1, 4, 0.9), (3, 7, 0.8), (2, 100, 0.99)]
    t = random.integers(3, 9, 4).tolist()
    alpha = random.uniform(0.5, 0.95, 4).round(2).tolist()
    return [(t[0], t[0], alpha[0]), (1, 1, alpha[1]), (1, t[2], alpha[2]), (2, t[3] + 2, alpha[3])]


def weight_of_step(k, t, alpha):
    # From the definition: the answer is linear in the gradients, so ask it what one 1 gives.
    s = 0.0
    for step in range(1, t + 1):
        s = alpha * s + (1 - alpha) * (step == k)
    wanted = s / (1 - alpha**t)
    mistakes = {
        "This is the weight in s; in the corrected s it is larger, and all weights together "
        "give 1.": s,
        "Each step contributes 1 - alpha of its gradient when it comes in.": wanted / (1 - alpha),
        "This is neither scaled by 1 - alpha nor corrected by 1 - alpha**t.": s / (1 - alpha),
        "The latest step weighs most: k = t has lost nothing yet.": (1 - alpha)
        * alpha**k
        / (1 - alpha**t),
        "Step k has been multiplied by alpha t - k times since it came in, not once more.": (
            wanted * alpha
        ),
        "The correction divides by 1 - alpha**t, with the latest step t.": s / (1 - alpha**k),
        "This is a plain mean; old gradients weigh less.": 1 / t,
    }
    return (
        wanted,
        mistakes,
        "Put a gradient of 1 at step k and 0 at all others: the weight is what the corrected s is "
        "at step t.",
    )


def limit_inputs(random):
    if random is None:
        return [(25, 0.079, 0.081)]
    curvature = int(random.choice([5, 8, 10, 16, 20, 40, 50]))
    return [(curvature, 1.975 / curvature, 2.025 / curvature)]


def limit(curvature, lower, higher):
    """Where w is after 100 steps of SGD on curvature · w² / 2, from w = 1, at both rates."""
    rates = np.array([lower, higher])
    factors = 1 - curvature * rates
    right = factors**100

    def both(values):
        return tuple(np.asarray(values, float).tolist())

    mistakes = {
        "The higher learning rate stands second, and goes further.": both(right[::-1]),
        "That is what one step multiplies w by; there are 100.": both(factors),
        "That is one step's factor without its sign; there are 100.": both(-factors),
        "100 steps multiply: the slope is a new one in each of them.": both(
            1 - 100 * curvature * rates
        ),
        "The slope of curvature · w² / 2 is curvature · w: the 1/2 cancels.": both(
            (1 - curvature * rates / 2) ** 100
        ),
        "The 1/2 cancels the 2 of the square: the slope is curvature · w.": both(
            (1 - 2 * curvature * rates) ** 100
        ),
        "The step goes against the slope: minus eta.": both((1 + curvature * rates) ** 100),
        "That is the loss; w is wanted.": both(curvature * right**2 / 2),
    }
    return (
        both(right),
        mistakes,
        "Give a pair. The new w is w - eta · curvature · w: that is w times something, and each "
        "step multiplies by it again.",
    )


def warmup_cosine_inputs(random):
    if random is None:
        return [(0, 1000, 100, 0.1), (49, 1000, 100, 0.1), (100, 1000, 100, 0.1),
                (550, 1000, 100, 0.1), (700, 800, 50, 0.003), (800, 800, 50, 0.003)]  # fmt: skip
    warmup, total = int(random.integers(20, 60)), int(random.integers(300, 900))
    eta = float(random.integers(10, 500)) / 1000
    steps = [0, warmup // 2, warmup, (warmup + total) // 2, total - 30, total]
    return [(step, total, warmup, eta) for step in steps]


def warmup_cosine(step, steps, warmup, eta):
    def cosine(done):
        return eta * (1 + math.cos(math.pi * done)) / 2

    rising = step < warmup
    done = (step - warmup) / (steps - warmup)
    right = eta * (step + 1) / warmup if rising else cosine(done)
    mistakes = {
        "The warm-up is missing: in its first steps the rate is (step + 1) / warmup of eta.": (
            cosine(step / steps)
        ),
        "Step 0 has a rate above 0, or it would be a step for nothing: step + 1.": (
            eta * step / warmup if rising else right
        ),
        "Behind the warm-up it stays at eta; the cosine is missing.": right if rising else eta,
        "The cosine begins when the warm-up ends, with eta: count its steps from there.": (
            right if rising else cosine(step / steps)
        ),
        "From the end of the warm-up to the last step are steps - warmup steps: the rate shall be "
        "0 at the last one.": right if rising else cosine((step - warmup) / steps),
        "The cosine runs from 1 to -1; half of 1 plus it runs from 1 to 0.": (
            right if rising else eta * math.cos(math.pi * done)
        ),
        "That goes up again: half a wave, from 0 to π, is enough.": (
            right if rising else eta * (1 + math.cos(2 * math.pi * done)) / 2
        ),
        "That falls in a straight line; a cosine is wanted.": right if rising else eta * (1 - done),
        "The sign is wrong: it would rise to eta at the end.": (
            right if rising else eta * (1 - math.cos(math.pi * done)) / 2
        ),
        "During the warm-up it rises to eta and not to 1.": right / eta if rising else right,
    }
    return (
        right,
        mistakes,
        "Two cases. step < warmup: eta times (step + 1) / warmup. Otherwise the cosine, with the "
        "part of its own steps that is over.",
    )


STEPS = 400  # that the network of `clothes_reader` is to learn for


def clothes_reader_inputs(random):
    return [()]


def clothes_reader_look(answer, progress):
    """What the optimizer does to a weight, measured on a copy of it that has not stepped yet."""
    import keras

    model = answer()
    if not hasattr(model, "count_params"):
        raise TypeError("it gives no Keras model")
    if not model.compiled:
        raise ValueError("the model is not compiled")

    def number(value):
        return float(np.ravel(np.asarray(keras.ops.convert_to_numpy(value), float))[0])

    def copy():
        return type(model.optimizer).from_config(model.optimizer.get_config())

    def first_step(gradient):
        optimizer, weight = copy(), keras.Variable([1.0])
        optimizer.apply([keras.ops.convert_to_tensor([gradient], "float32")], [weight])
        return number(weight) - 1

    later = copy()
    later.build([keras.Variable([1.0])])
    rates = []
    for step in (0, STEPS // 2, 3 * STEPS // 4, STEPS):
        later.iterations.assign(step)
        rates.append(number(later.learning_rate))
    decay = -first_step(0.0)
    return {"rates": rates, "decay": decay, "step": -first_step(1e-3) - decay}


def clothes_reader_faults(seen):
    first, middle, late, last = seen["rates"]
    units = seen["step"] / first if first else 0
    rate = ""
    if not 1e-4 <= first <= 0.03:
        rate = f"The learning rate starts at {first:.3g}."
    elif not 1e-5 <= middle <= 0.03:
        rate = f"At step {STEPS // 2} of {STEPS} the learning rate is {middle:.3g}."
    elif not late > 1e-6:
        rate = f"At step {3 * STEPS // 4} of {STEPS} the learning rate is {late:.3g}."
    elif not last <= 0.05 * first:
        rate = f"At step {STEPS}, the last one, the learning rate is {last:.3g}."
    return {
        "rate": rate,
        "root": f"At a gradient of 0.001 the first step is {units:.2g} times the learning rate."
        if not 0.5 < units < 5
        else "",
        "decay": f"A weight without a gradient loses {100 * seen['decay']:.2g} % in one step."
        if not seen["decay"] <= 0.01
        else "",
    }


EXERCISES = {
    "weight_of_step": {
        "kind": "write",
        "inputs": weight_of_step_inputs,
        "case": weight_of_step,
        "hints": [
            "The gradient of step k enters s with a factor. What happens to it at each later step?",
            "It enters with 1 - alpha and is multiplied by alpha at each of the t - k steps that "
            "follow.",
            "(1 - alpha) · alpha**(t - k) is its weight in s; the bias correction divides s by "
            "1 - alpha**t.",
        ],
    },
    "limit": {
        "kind": "predict",
        "inputs": limit_inputs,
        "case": limit,
        "tolerance": 0.02,
        "because": "each step multiplies w by 1 - η · curvature; below -1 it grows, so η < 2 / "
        "curvature is the limit",
        "hints": [
            "What is the slope of the loss at w? Write down the new w.",
            "The new w is w - eta · curvature · w. Put w outside the brackets: what does one step "
            "multiply w by?",
            "By 1 - eta · curvature, 100 times, from w = 1: (1 - eta * curvature) ** 100.",
        ],
    },
    "warmup_cosine": {
        "kind": "write",
        "inputs": warmup_cosine_inputs,
        "case": warmup_cosine,
        "hints": [
            "Two cases: before and behind the end of the warm-up. What is the rate at the first "
            "step of each?",
            "In the warm-up: eta * (step + 1) / warmup. Behind it the cosine of the lesson, with "
            "step and steps counted from the end of the warm-up.",
            "done = (step - warmup) / (steps - warmup), and eta * (1 + np.cos(np.pi * done)) / 2.",
        ],
    },
    "clothes_reader": {
        "kind": "repair",
        "inputs": clothes_reader_inputs,
        "look": clothes_reader_look,
        "faults": clothes_reader_faults,
        "says": {
            "rate": "It shall learn for 400 steps, with a rate that is good for Adam and falls to "
            "0 at the last of them.",
            "root": "Adam's first step is as long as the learning rate, whatever the gradient. "
            "Which number beside the root hides it?",
            "decay": "Each step takes the part η λ of it. Over 400 steps that should not be all.",
        },
        "hints": [
            "Three numbers in it are wrong. What would each of them do to a step, or to a weight?",
            "After how many steps is the schedule at its end? How large is epsilon beside the root "
            "of a squared gradient of 0.001? What is 1 - 0.003 · 30?",
            "decay_steps=400, no epsilon (Keras's own is 1e-7), weight_decay=0.1 or none.",
        ],
    },
}
