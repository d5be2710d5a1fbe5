"""What the exercises of the notebook on activation functions want."""

import numpy as np

OUTCOMES = (
    "the gradient vanishes as before",
    "the gradient arrives, and the network learns to read",
    "the gradient arrives, and the network does not learn to read",
)


def larger_weights_inputs(random):
    return [()]


def larger_weights():
    vanishes, learns, right = OUTCOMES
    mistakes = {
        "Each step back multiplies by the weights, too: sixteen times as large, they make up for "
        "slopes of 1/4 and less.": vanishes,
        "That is tempting, but a gradient that arrives is not enough. Where on the sigmoid does z "
        "lie when it is sixteen times as large, and what is the slope there?": learns,
    }
    return right, mistakes, ""


def elu_slope_inputs(random):
    random = np.random.default_rng(8) if random is None else random
    calls = []
    for shape, alpha in (((6,), 1.0), ((3, 4), 0.5), ((5,), 1.5)):
        z = random.uniform(0.3, 3, shape).round(2)
        z.flat[::2] *= -1
        calls.append((np.where(z > 0, z, alpha * (np.exp(z) - 1)), alpha))
    return calls


def elu_slope(a, alpha):
    right = np.where(a > 0, 1, a + alpha)
    mistakes = {
        "a is the output already: a second exponential is one too many. With a = alpha (e^z - 1), "
        "what is alpha e^z?": np.where(a > 0, 1, alpha * np.exp(np.minimum(a, 0))),
        "On the negative side the slope is alpha e^z, and a is alpha e^z minus alpha. Add what is "
        "missing.": np.where(a > 0, 1, a),
        "The 1 in e^z - 1 is multiplied by alpha, too.": np.where(a > 0, 1, a + 1),
        "The sign is wrong: ELU rises everywhere, so that its slope is above 0.": np.where(
            a > 0, 1, -a - alpha
        ),
        "Above 0 ELU is z itself; its slope there is 1.": np.where(a > 0, a, a + alpha),
        "Above 0 the slope is 1; decide by the sign of a.": a + alpha,
        "Those are the slopes of ReLU; ELU has one below 0, too.": np.where(a > 0, 1.0, 0.0),
        "Those are the slopes of Leaky ReLU; ELU's changes with z.": np.where(a > 0, 1, alpha),
        "The slope is alpha e^z, not e^z: do not divide by alpha.": np.where(
            a > 0, 1, a / alpha + 1
        ),
    }
    return right, mistakes, "1 where a is above 0, and alpha e^z elsewhere, written with a."


def dying_reader_inputs(random):
    random = np.random.default_rng(9) if random is None else random
    pictures = random.uniform(size=(400, 784)) * (random.uniform(size=(400, 784)) < 0.2)
    return [(pictures.astype("float32"), random.integers(0, 10, 400).astype("int32"))]


def _hidden(model):
    """The first layer of `model` with a kernel for 784 pixels."""
    for layer in model.layers:
        weights = layer.get_weights()
        if weights and weights[0].shape[0] == 784:
            return layer
    raise ValueError("no layer has weights for the 784 pixels")


def _dead(model, pictures, sign=1):
    """The share of units with z below 0 for every picture, or with sign=-1 above 0."""
    kernel, *bias = _hidden(model).get_weights()
    z = sign * (pictures @ kernel + (bias[0] if bias else 0))
    return float((z <= 0).all(axis=0).mean())


def dying_reader_look(answer, pictures, labels, progress):
    import keras

    keras.utils.set_random_seed(0)
    model = answer()
    if not hasattr(model, "count_params"):
        raise TypeError("it gives no Keras model")
    if not model.compiled:
        raise ValueError("the model is not compiled")
    before, always = _dead(model, pictures), _dead(model, pictures, sign=-1)
    layer = _hidden(model)
    kernel, *bias = layer.get_weights()
    if before > 0.5:  # so that the length of the step is seen alone
        layer.set_weights([kernel] + [0 * b for b in bias])
    for step in range(16):
        progress(f"batch {step + 1}")
        batch = slice(50 * (step % 8), 50 * (step % 8 + 1))
        model.train_on_batch(pictures[batch], labels[batch])
    trained = _hidden(model).get_weights()[0]
    moved = float(np.linalg.norm(trained - kernel) / max(np.linalg.norm(kernel), 1e-12))
    return {
        "model": model,
        "before": before,
        "always": always,
        "after": _dead(model, pictures),
        "moved": moved,
    }


def dying_reader_faults(seen, pictures, labels):
    import keras

    model, after, moved = seen["model"], seen["after"], seen["moved"]
    units = _hidden(model).get_weights()[0].shape[1]
    relu = any(
        isinstance(layer, keras.layers.ReLU)
        or getattr(layer, "activation", None) is keras.activations.relu
        for layer in model.layers
    )
    step = ""
    if not after <= 0.1:
        step = f"From a start with living units, {after:.0%} are dead after the epochs."
    elif not 1e-4 < moved < 10:
        step = f"The weights of the first layer moved by {moved:.1e} of their size."
    return {
        "relu": "" if relu and units == 100 else f"It has {units} hidden units, ReLU: {relu}.",
        "start": f"{seen['before']:.0%} of the units are dead before the first step."
        if seen["before"] > 0.5
        else "",
        "always": f"{seen['always']:.0%} of the units are on for every picture at the start."
        if seen["always"] > 0.5
        else "",
        "step": step,
    }


EXERCISES = {
    "larger_weights": {
        "kind": "predict",
        "inputs": larger_weights_inputs,
        "case": larger_weights,
        "options": OUTCOMES,
        "because": "the weights make up for the slopes, and push most z to where the sigmoid is "
        "flat",
        "hints": [
            "Two questions: what does a factor 16 do to the gradient on its way down, and to z?",
            "Backwards each layer multiplies by g' and by the weights. Forwards z is sixteen times "
            "as large: look at the sigmoid there.",
            "The gradient survives the way. But most z lie far from 0, where the sigmoid is flat: "
            "a unit says 0 or 1, and hardly anything between.",
        ],
    },
    "elu_slope": {
        "kind": "write",
        "inputs": elu_slope_inputs,
        "case": elu_slope,
        "hints": [
            "ELU's slope is 1 above 0 and alpha e^z elsewhere. How does e^z follow from a?",
            "For z below 0, a = alpha e^z - alpha.",
            "np.where(a > 0, 1, ...) with a + alpha in place of the dots.",
        ],
    },
    "dying_reader": {
        "kind": "repair",
        "inputs": dying_reader_inputs,
        "look": dying_reader_look,
        "faults": dying_reader_faults,
        "says": {
            "relu": "Another network would be no repair: keep the ReLU and the 100 units.",
            "start": "Units are dead before anything is learned: which number pushes their z below "
            "0 for every picture?",
            "always": "Such a unit never bends anything: which number lifts its z above 0 for "
            "every picture?",
            "step": "The step is too long or too short: one so long throws units to where z is "
            "below 0 for every picture.",
        },
        "hints": [
            "What decides the sign of z before the first step, and what after it?",
            "Two things: where the biases start, and the learning rate.",
            "Leave the bias initializer out, and take SGD(0.05).",
        ],
    },
}
