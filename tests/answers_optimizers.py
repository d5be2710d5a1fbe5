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


def adamw_step(w, g, s, r, t, eta, weight_decay):
    s = 0.9 * s + 0.1 * g
    r = 0.999 * r + 0.001 * g**2
    delta_w = -eta * (s / (1 - 0.9**t)) / np.sqrt(r / (1 - 0.999**t))
    return (1 - eta * weight_decay) * w + delta_w, s, r


def decay_in_the_gradient(w, g, s, r, t, eta, weight_decay):
    return adamw_step(w, g + weight_decay * w, s, r, t, eta, 0)


def no_decay(w, g, s, r, t, eta, weight_decay):
    return adamw_step(w, g, s, r, t, eta, 0)


def decay_without_eta(w, g, s, r, t, eta, weight_decay):
    return adamw_step(w, g, s, r, t, eta, weight_decay / eta)


def no_bias_correction(w, g, s, r, t, eta, weight_decay):
    s, r = 0.9 * s + 0.1 * g, 0.999 * r + 0.001 * g**2
    return (1 - eta * weight_decay) * w - eta * s / np.sqrt(r), s, r


def no_root(w, g, s, r, t, eta, weight_decay):
    s, r = 0.9 * s + 0.1 * g, 0.999 * r + 0.001 * g**2
    step = eta * (s / (1 - 0.9**t)) / (r / (1 - 0.999**t))
    return (1 - eta * weight_decay) * w - step, s, r


def corrected_memories(w, g, s, r, t, eta, weight_decay):
    w, s, r = adamw_step(w, g, s, r, t, eta, weight_decay)
    return w, s / (1 - 0.9**t), r / (1 - 0.999**t)


def uphill(w, g, s, r, t, eta, weight_decay):
    new, s, r = adamw_step(w, g, s, r, t, eta, weight_decay)
    return 2 * (1 - eta * weight_decay) * w - new, s, r


def weights_only(w, g, s, r, t, eta, weight_decay):
    return adamw_step(w, g, s, r, t, eta, weight_decay)[0]


def correction_by_multiplying(w, g, s, r, t, eta, weight_decay):
    s, r = 0.9 * s + 0.1 * g, 0.999 * r + 0.001 * g**2
    step = eta * (s * (1 - 0.9**t)) / np.sqrt(r * (1 - 0.999**t))
    return (1 - eta * weight_decay) * w - step, s, r


def of_the_gradient_alone(w, g, s, r, t, eta, weight_decay):
    new, s, r = adamw_step(w, g, s, r, t, eta, weight_decay)
    return (1 - eta * weight_decay) * w - eta * g / np.sqrt(r / (1 - 0.999**t)), s, r


RIGHT = {"optimizers.weight_of_step": weight_of_step, "optimizers.adamw_step": adamw_step}
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
    "optimizers.adamw_step": [
        (decay_in_the_gradient, "The decay went"),
        (no_decay, "The decay is missing."),
        (decay_without_eta, "The decay is eta"),
        (no_bias_correction, "The bias correction"),
        (no_root, "The corrected r"),
        (corrected_memories, "Give back the"),
        (uphill, "The step goes"),
        (weights_only, "Give a tuple"),
        (correction_by_multiplying, "Give a tuple"),
        (of_the_gradient_alone, "The step uses"),
    ],
}
