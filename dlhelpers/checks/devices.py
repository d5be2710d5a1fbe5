"""What the exercises of the notebook on devices want."""

import math

import numpy as np


def helps_most_inputs(random):
    if random is None:
        return [(60_000_000, 400_000, 256)]
    million, thousand = int(random.integers(50, 90)), int(random.integers(200, 500))
    return [(million * 10**6, thousand * 1000, 256)]


def helps_most(parameters, numbers_out, batch_size):
    activations = 4 * batch_size * numbers_out
    saved = {
        "bfloat16": activations / 2,
        "4 parts": activations * 3 / 4 - 4 * parameters,
        "sgd": 2 * 4 * parameters,
    }
    mistakes = {
        "It halves the activations alone, and here most of the bytes are the weights' and what "
        "belongs to them.": "bfloat16",
        "The sum of the parts' gradients is one more number for each parameter, and there are many "
        "parameters here.": "4 parts",
    }
    return max(saved, key=saved.get), mistakes, ""


def largest_batch_inputs(random):
    if random is None:
        return [
            (60_000_000, 1_000_000, 2, 50_000), (60_000_000, 1_000_000, 0, 50_000),
            (99_999_999, 3_000_000, 1, 70_001), (10_000_000, 1_000_000, 2, 1_000),
        ]  # fmt: skip
    million, out = random.integers(1, 5, 4).tolist(), random.integers(20_000, 90_000, 4).tolist()
    free = random.integers(30_000_000, 60_000_000, 4).tolist()
    calls = [
        (free[i] + 4 * million[i] * 10**6 * (2 + slots), million[i] * 10**6, slots, out[i])
        for i, slots in enumerate((2, 0, 1))
    ]
    return [*calls, (million[3] * 10**7, million[3] * 10**6, 2, 1_000)]


def largest_batch(memory, parameters, slots, numbers_out):
    each = 4 * numbers_out

    def left(numbers):
        return memory - 4 * parameters * numbers

    mistakes = {
        "Weights and gradients are both there: two numbers for each parameter.": max(
            0, left(1 + slots) // each
        ),
        "What the optimizer keeps is missing.": max(0, left(2) // each),
        "The weights are there once, whatever the batch size.": memory
        // (4 * parameters * (2 + slots) + each),
        "This is for weights and activations alone.": max(0, left(1) // each),
        "A float32 has 4 bytes, in the weights as in the activations.": (
            (memory - parameters * (2 + slots)) // numbers_out
        ),
        "Round down: a part of an example does not fit.": max(0, -(-left(2 + slots) // each)),
        "Where not even the weights fit, the answer is 0.": left(2 + slots) // each,
        "Only whole examples fit: round down.": max(0, left(2 + slots) / each),
    }
    return (
        max(0, left(2 + slots) // each),
        mistakes,
        "What weights, gradients and optimizer leave free is for the activations of the batch.",
    )


CASES = {  # (curvature, learning rate, steps): what makes the steps small
    "gradient": (2e-9, 1e7, 60),
    "step": (1.0, 1e-4, 2000),
}


def descend_inputs(random):
    if random is None:
        return [(1.0, 1.5)]
    start = float(random.choice([1.0, 1.5, 2.0]))
    return [(start, start + float(random.choice([0.25, 0.5])) * start)]


def descend_look(answer, start, goal, progress):
    """Where it ends on a parabola around `goal`, and where a loop in float32 would."""
    seen = {}
    for name, (curvature, rate, steps) in CASES.items():

        def slope(w, scale=1.0, curvature=curvature):
            w, curvature = np.float16(w), curvature * scale
            return np.float16(curvature * float(w - np.float16(goal)))

        with np.errstate(over="ignore", invalid="ignore"):
            # A Python float would become float16 beside one, and this rate infinite.
            seen[name] = float(answer(slope, start, np.float32(rate), steps))
    return seen


def descend_faults(seen, start, goal):
    said = {}
    for name, (curvature, rate, steps) in CASES.items():
        way = (goal - start) * (1 - (1 - rate * curvature) ** steps)  # in float32
        gone = (seen[name] - start) / way
        wrong = not 0.9 < gone < 1.1
        end = f"It goes {gone:.2f} of the way that it should."
        end = end if np.isfinite(gone) else "It ends at no finite number."
        said[name] = end if wrong else ""
    said["overflow"] = ""
    if not said["gradient"] and not np.isfinite(seen["step"]):
        said |= {"step": "", "overflow": "Where gradients are large, w is no finite number."}
    if said["gradient"]:
        said["gradient"] = f"Where gradients are near 1e-9: {said['gradient']}"
    if said["step"]:
        said["step"] = f"Where each step is near a 10,000th of w: {said['step']}"
    return said


def frugal_inputs(random):
    return [(1024,)]


ROOM = 150e6


def frugal_looks(model):
    shapes = model.input_shape, model.output_shape
    if shapes != ((None, 28, 28, 1), (None, 10)):
        return {"ends": f"it goes from the shape {shapes[0]} to {shapes[1]}."}
    kinds = [(type(layer).__name__, layer) for layer in model.layers]
    wide = sum(kind == "Conv2D" and layer.filters >= 32 for kind, layer in kinds)
    if wide < 2:
        return {"convolutions": f"it has {wide} Conv2D layers with 32 filters or more."}
    if not any(kind == "Dense" and layer.units >= 128 for kind, layer in kinds):
        return {"dense": "it has no Dense layer with 128 units or more."}
    return {}


def frugal_measure(model, batch_size, progress):
    """The largest batch of which a step with Adam fits, by the formula of the notebook."""
    numbers = 0
    for layer in model.layers:
        if type(layer).__name__ not in ("Flatten", "Reshape", "InputLayer"):
            numbers += math.prod(layer.output.shape[1:])
    numbers += 28 * 28
    return int((ROOM - 16 * model.count_params()) // (4 * numbers))


EXERCISES = {
    "helps_most": {
        "kind": "predict",
        "inputs": helps_most_inputs,
        "case": helps_most,
        "options": ["bfloat16", "4 parts", "sgd"],
        "because": "two numbers for each parameter are the most, and nothing is added for them",
        "hints": [
            "How many bytes are the activations, and how many what Adam remembers?",
            "Half of the activations; three quarters of them, but one more number for each "
            "parameter; two numbers for each parameter.",
            "With 60 million parameters and 0.4 million numbers: 205 MB, 307 - 240 MB, 480 MB.",
        ],
    },
    "largest_batch": {
        "kind": "write",
        "inputs": largest_batch_inputs,
        "case": largest_batch,
        "hints": [
            "What is in memory whatever the batch size, and what is there once for each example?",
            "Weights, gradients and the optimizer's numbers: 2 + slots numbers for each parameter, "
            "of 4 bytes each. The rest is for the activations.",
            "(memory - 4 · parameters · (2 + slots)) // (4 · numbers_out), and 0 where that is "
            "negative.",
        ],
    },
    "descend": {
        "kind": "repair",
        "inputs": descend_inputs,
        "look": descend_look,
        "faults": descend_faults,
        "says": {
            "gradient": "What does float16 make of a gradient of 1e-9? Ask for a larger one, and "
            "divide what comes by the same number, but not in float16.",
            "step": "A weight in float16 cannot move by a 10,000th of itself. In which kind of "
            "number does Keras keep the weights?",
            "overflow": "Above 65,504 a float16 is infinite: is the scale too large for it?",
        },
        "hints": [
            "Two things get lost: a gradient that is too small, and a step that is too small "
            "beside the weight.",
            "Keep w in float32. Ask slope for scale=2.0**15, and divide by that in float32.",
            "w = np.float32(w), and in the loop g = np.float32(slope(np.float16(w), scale=s)) / s, "
            "with s = 2.0**15.",
        ],
    },
    "frugal": {
        "kind": "build",
        "inputs": frugal_inputs,
        "looks": frugal_looks,
        "parameters": 1_000_000,
        "measure": frugal_measure,
        "goal": 1024,
        "seconds": 60,
        "of": "as the largest batch that fits into 150 MB",
        "says": {
            "ends": "keras.Input((28, 28, 1)) and a last Dense(10) are wanted.",
            "convolutions": "Two Conv2D layers of 32 filters or more are wanted.",
            "dense": "A Dense layer of 128 units or more is wanted, besides the last.",
            "too many": "Each parameter costs 16 bytes: where do most of them come from? Pool "
            "before you flatten.",
            "too low": "Which row of devices.memory(frugal(), 1024) is the largest? A stride in an "
            "early layer makes all that follows smaller.",
        },
        "hints": [
            "Print devices.memory(frugal(), batch_size=1024) and look for the largest number.",
            "One output of 28 × 28 × 32 numbers takes 103 MB with 1,024 pictures. With strides=2 "
            "it has a quarter of the places.",
            "Conv2D(32, 3, strides=2) twice, GlobalAveragePooling2D, Dense(128), Dense(10).",
        ],
    },
}
