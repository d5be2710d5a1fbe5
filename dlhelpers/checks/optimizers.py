"""What the exercises of the notebook on optimizers want."""

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


def adamw_step_inputs(random):
    w, g = np.array([2.0, -1.0, 0.5]), np.array([0.3, -20.0, 0.01])
    s, r = np.array([-0.4, 2.0, 0.03]), np.array([0.2, 9.0, 0.0004])
    t, rates, decays = 7, (0.1, 0.05), (0.5, 0.2)
    if random is not None:
        w, s = random.uniform(-3, 3, 3).round(1), random.uniform(-2, 2, 3).round(2)
        g, r = s + random.uniform(-1, 1, 3).round(2), s**2 + random.uniform(0.1, 1, 3).round(2)
        t = int(random.integers(3, 12))
        rates, decays = random.uniform(0.02, 0.2, 2).round(3), random.uniform(0.1, 0.6, 2).round(2)
    zero = np.zeros(3)
    return [
        (w, g, zero, zero, 1, float(rates[0]), float(decays[0])),
        (w, g, s, r, t, float(rates[1]), float(decays[1])),
    ]


def adamw_step(w, g, s, r, t, eta, decay):
    new_s, new_r = g - 0.9 * (g - s), g**2 - 0.999 * (g**2 - r)

    def state(change, keep, s=new_s, r=new_r):
        return keep * w + change, s, r

    keep = 1 - eta * decay
    up, down = new_s / (1 - 0.9**t), np.sqrt(new_r / (1 - 0.999**t))
    h = g + decay * w
    l2 = 0.9 * s + 0.1 * h, 0.999 * r + 0.001 * h**2
    step_l2 = -eta * l2[0] / (1 - 0.9**t) / np.sqrt(l2[1] / (1 - 0.999**t))
    mistakes = {
        "The decay went into the gradient: that is L2, and Adam divides it away.": state(
            step_l2, 1, *l2
        ),
        "The decay is missing.": state(-eta * up / down, 1),
        "The decay is eta times weight_decay: with a small step little is lost.": state(
            -eta * up / down, 1 - decay
        ),
        "The bias correction is missing: divide s by 1 - 0.9**t and r by 1 - 0.999**t.": state(
            -eta * new_s / np.sqrt(new_r), keep
        ),
        "The corrected r stands under a root.": state(-eta * up / down**2, keep),
        "The step uses the new s, not the gradient alone: that would be RMSprop.": state(
            -eta * g / down, keep
        ),
        "Give back the running s and r; the corrected ones are for this step only.": state(
            -eta * up / down, keep, up, down**2
        ),
        "The step goes down: minus eta.": state(eta * up / down, keep),
    }
    return (
        state(-eta * up / down, keep),
        mistakes,
        "Give a tuple (w, s, r): first the new s and r, then the step with both corrected, and "
        "the old w times 1 - eta * weight_decay.",
    )


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
    "adamw_step": {
        "kind": "write",
        "inputs": adamw_step_inputs,
        "case": adamw_step,
        "hints": [
            "Four lines: the new s, the new r, Adam's step, and the weights after decay and step.",
            "s and r run on uncorrected; only the step divides them by 1 - 0.9**t and by "
            "1 - 0.999**t. The decay never meets the root.",
            "The last line is: return (1 - eta * weight_decay) * w - eta * s_corrected / "
            "np.sqrt(r_corrected), s, r.",
        ],
    },
}
