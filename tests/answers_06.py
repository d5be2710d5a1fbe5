"""Right and wrong answers to the exercises of 06_dropout."""

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


RIGHT = {"06.dropout": dropout, "06.inference_weights": inference_weights}
WRONG = {
    "06.dropout": [
        not_scaled,
        divided_by_p,
        shrunk,
        mask_reversed,
        p_as_in_the_paper,
        divided_by_the_kept_share,
        one_mask_for_the_batch,
        always_on,
        dropped_at_inference,
        scaled_at_inference,
    ],
    "06.inference_weights": [
        bias_scaled_too,
        times_p,
        divided,
        left_as_they_are,
        kernel_only,
    ],
}
