"""Right and wrong answers to the exercises of `dlhelpers/checks/devices.py`."""

import numpy as np


def helps_most(parameters, numbers_out, batch_size):
    return "sgd" if 2 * parameters > numbers_out * batch_size / 2 else "bfloat16"


def descend(kind=np.float32, scale=2.0**15, divided=True):
    """A loop that keeps its weight in this kind of number."""

    def loop(slope, w, rate, steps):
        w = kind(w)
        for _ in range(steps):
            g = float(slope(w, scale=scale)) / (scale if divided else 1)
            w = kind(w - kind(rate) * kind(g)) if kind is np.float32 else kind(float(w) - rate * g)
        return w

    return loop


def frugal(filters=(32, 32), strides=(2, 2), units=128, flat=False, last=10):
    """A function that makes a network for `frugal`."""

    def network():
        import keras
        from keras import layers

        image = keras.Input((28, 28, 1))
        x = image
        for n, stride in zip(filters, strides):
            x = layers.Conv2D(n, 3, strides=stride, padding="same", activation="relu")(x)
        x = layers.Flatten()(x) if flat else layers.GlobalMaxPooling2D()(x)
        return keras.Model(image, layers.Dense(last)(layers.Dense(units, "relu")(x)))

    return network


def largest_batch(memory, parameters, slots, numbers_out):
    return max(0, (memory - 4 * parameters * (2 + slots)) // (4 * numbers_out))


def without_gradients(memory, parameters, slots, numbers_out):
    return largest_batch(memory, parameters, slots - 1, numbers_out)


def without_optimizer(memory, parameters, slots, numbers_out):
    return largest_batch(memory, parameters, 0, numbers_out)


def weights_only(memory, parameters, slots, numbers_out):
    return largest_batch(memory, parameters, -1, numbers_out)


def weights_for_each_example(memory, parameters, slots, numbers_out):
    return memory // (4 * parameters * (2 + slots) + 4 * numbers_out)


def a_byte_a_number(memory, parameters, slots, numbers_out):
    return largest_batch(4 * memory, parameters, slots, numbers_out)


def rounded_up(memory, parameters, slots, numbers_out):
    return max(0, -(-(memory - 4 * parameters * (2 + slots)) // (4 * numbers_out)))


def below_zero(memory, parameters, slots, numbers_out):
    return (memory - 4 * parameters * (2 + slots)) // (4 * numbers_out)


def not_whole(memory, parameters, slots, numbers_out):
    return max(0, (memory - 4 * parameters * (2 + slots)) / (4 * numbers_out))


NEEDS_KERAS = ["devices.frugal"]
RIGHT = {
    "devices.helps_most": helps_most,
    "devices.largest_batch": largest_batch,
    "devices.descend": descend(),
    "devices.frugal": frugal(),
}
WRONG = {
    "devices.helps_most": [
        (lambda parameters, numbers_out, batch_size: "bfloat16", "It halves the"),
        (lambda parameters, numbers_out, batch_size: "4 parts", "The sum of"),
    ],
    "devices.descend": [
        (descend(np.float16, 1.0), "What does float16"),
        (descend(np.float32, 1.0), "What does float16"),
        (descend(np.float32, divided=False), "What does float16"),
        (descend(np.float32, 2.0**18), "Above 65,504"),
        (descend(np.float16), "A weight in"),
    ],
    "devices.frugal": [
        (frugal(last=9), "keras.Input((28, 28, 1))"),
        (frugal((32, 16)), "Two Conv2D layers"),
        (frugal(units=64), "A Dense layer"),
        (frugal(strides=(1, 1)), "Which row of"),
        (frugal(strides=(2, 1), units=256, flat=True), "Each parameter costs"),
    ],
    "devices.largest_batch": [
        (without_gradients, "Weights and gradients"),
        (without_optimizer, "What the optimizer"),
        (weights_only, "This is for"),
        (weights_for_each_example, "The weights are"),
        (a_byte_a_number, "A float32 has"),
        (rounded_up, "Round down: a"),
        (below_zero, "Where not even"),
        (not_whole, "Only whole examples"),
        (
            lambda memory, parameters, slots, numbers_out: (
                4 * largest_batch(memory, parameters, slots, numbers_out)
            ),
            "What weights, gradients",
        ),
    ],
}
