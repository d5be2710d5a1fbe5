"""Right and wrong answers to the exercises of `dlhelpers/checks/dropout.py`."""


def suffers(b1, b2, b3, p):
    return (b1**2 + b2**2 + b3**2) / ((b1 + b2 + b3) ** 2 / 3)


def home_made(
    frozen=False, shared=False, restless=False, p_off=None, scale=None, which=(0, 1, 2), count=3
):
    """A function that makes three dropout layers, those in `which` with these bugs."""

    def three(p):
        import keras
        from keras import layers, ops

        class Layer(layers.Layer):
            def __init__(self, buggy):
                super().__init__()
                self.buggy, self.random = buggy, keras.random.SeedGenerator(3)

            def call(self, x, training=False):
                if not training and not (self.buggy and restless):
                    return x
                shape = (1, x.shape[-1]) if self.buggy and shared else ops.shape(x)
                seed = 7 if self.buggy and frozen else self.random
                off = p_off(p) if self.buggy and p_off else p
                kept = scale(p) if self.buggy and scale else 1 - p
                on = keras.random.uniform(shape, seed=seed) >= off
                return x * ops.cast(on, x.dtype) / kept

        return [Layer(i in which) for i in range(count)]

    return three


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


NEEDS_KERAS = ["dropout.home_made"]
RIGHT = {
    "dropout.suffers": suffers,
    "dropout.inference_weights": inference_weights,
    "dropout.home_made": home_made(),
}
WRONG = {
    "dropout.suffers": [
        (lambda *given: 1 / suffers(*given), "That compares A"),
        (lambda *given: suffers(*given) ** 0.5, "That is the ratio"),
        (lambda *given: 1, "The sums are equal"),
        (lambda a, b, c, p: (abs(a) + abs(b) + abs(c)) / (a + b + c), "Sizes are"),
        (lambda a, b, c, p: max(a**2, b**2, c**2) / ((a + b + c) / 3) ** 2, "That compares the"),
        (
            lambda a, b, c, p: (a * abs(a) + b * abs(b) + c * abs(c)) / ((a + b + c) ** 2 / 3),
            "A negative part",
        ),
        (lambda a, b, c, p: p / (1 - p) * suffers(a, b, c, p), "p / (1 - p) stands"),
        (lambda a, b, c, p: p / (1 - p) * (a**2 + b**2 + c**2), "That is B's"),
        (
            lambda a, b, c, p: p / (1 - p) * (a**2 + b**2 + c**2 - (a + b + c) ** 2 / 3),
            "That is the difference",
        ),
        (lambda *given: 1234, "Each part adds"),
    ],
    "dropout.inference_weights": [
        (bias_scaled_too, "The bias is"),
        (times_p, "p is the"),
        (divided, "Dividing is right"),
        (left_as_they_are, "Without scaling the"),
        (kernel_only, "Give the pair"),
        (lambda kernel, bias, p: (kernel, bias * (1 - p)), "This scales the"),
    ],
    "dropout.home_made": [
        (home_made(frozen=True, which=[0]), "The same neurons"),
        (home_made(shared=True, which=[1]), "Each example"),
        (home_made(restless=True, which=[2]), "When nothing"),
        (home_made(p_off=lambda p: 1 - p, which=[1]), "A neuron is off"),
        (home_made(p_off=lambda p: 0), "A neuron is off"),
        (home_made(scale=lambda p: 1), "The expected value"),
        (home_made(scale=lambda p: p, which=[2]), "The expected value"),
        (home_made(frozen=True, restless=True), "The same neurons"),
        (home_made(shared=True, scale=lambda p: 1), "Each example"),
    ],
}
