"""Right and wrong answers to the exercises of `dlhelpers/checks/dropout.py`."""

import numpy as np


def dropout(x, uniform, p, training):
    return np.where(uniform < p, 0, x / (1 - p)) if training else x


def not_scaled(x, uniform, p, training):
    return x * (uniform >= p) if training else x


def divided_by_p(x, uniform, p, training):
    return x * (uniform >= p) / p if training else x


def shrunk(x, uniform, p, training):
    return x * (uniform >= p) * (1 - p) if training else x


def mask_reversed(x, uniform, p, training):
    return x * (uniform < p) / (1 - p) if training else x


def p_as_in_the_paper(x, uniform, p, training):
    return x * (uniform < p) / p if training else x


def divided_by_the_kept_share(x, uniform, p, training):
    on = uniform >= p
    return x * on / max(on.mean(), 1e-9) if training else x


def one_mask_for_the_batch(x, uniform, p, training):
    uniform = np.atleast_2d(uniform)[0]
    return np.where(uniform < p, 0, x / (1 - p)) if training else x


def always_on(x, uniform, p, training):
    return x


def dropped_at_inference(x, uniform, p, training):
    return np.where(uniform < p, 0, x / (1 - p))


def scaled_at_inference(x, uniform, p, training):
    return np.where(uniform < p, 0, x / (1 - p)) if training else x * (1 - p)


def inference_weights(kernel, bias, p):
    return kernel * (1 - p), bias


def bias_scaled_too(kernel, bias, p):
    return kernel * (1 - p), bias * (1 - p)


def times_p(kernel, bias, p):
    return kernel * p, bias


def divided(kernel, bias, p):
    return kernel / (1 - p), bias


def left_as_they_are(kernel, bias, p):
    return kernel, bias


def kernel_only(kernel, bias, p):
    return kernel * (1 - p)


RIGHT = {"dropout.drop": dropout, "dropout.inference_weights": inference_weights}
WRONG = {
    "dropout.drop": [
        (not_scaled, "Without scaling the"),
        (divided_by_p, "This divides by"),
        (shrunk, "This multiplies by"),
        (mask_reversed, "The mask is the wrong way round:"),
        (p_as_in_the_paper, "The mask is the wrong way round,"),
        (divided_by_the_kept_share, "Divide by the"),
        (one_mask_for_the_batch, "Each example has"),
        (always_on, "This leaves every"),
        (dropped_at_inference, "At inference nothing is dropped."),
        (scaled_at_inference, "At inference nothing is scaled"),
        (
            lambda x, uniform, p, training: (
                np.where(uniform < p, p, x / (1 - p)) if training else x
            ),
            "A neuron is",
        ),
        (
            lambda x, uniform, p, training: (
                dropout(x, uniform, p, True) if training else x / (1 - p)
            ),
            "At inference nothing is divided:",
        ),
        (
            lambda x, uniform, p, training: (
                dropout(x, uniform, p, True) if training else x * (uniform >= p)
            ),
            "At inference nothing is dropped and",
        ),
        (
            lambda x, uniform, p, training: dropout(x, uniform, p, True) if training else 0 * x,
            "With training=False the",
        ),
    ],
    "dropout.inference_weights": [
        (bias_scaled_too, "The bias is"),
        (times_p, "p is the"),
        (divided, "Dividing is right"),
        (left_as_they_are, "Without scaling the"),
        (kernel_only, "Give the pair"),
        (lambda kernel, bias, p: (kernel, bias * (1 - p)), "This scales the"),
    ],
}
