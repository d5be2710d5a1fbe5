"""What the exercises of the notebook on activation functions want."""

import numpy as np


def leaky_relu_inputs(random):
    if random is None:
        return [
            (np.array([-3.0, -1.0, 0.0, 0.5, 2.0]), 0.1),
            (np.array([[4.0, -2.0], [-0.5, 1.0]]), 0.3),
            (np.array([-2.0, -0.5, 0.25, 3.0]), 1.5),
            (np.array([-2.0, 3.0]), 0.0),
        ]
    size = random.uniform(0.3, 4, 11).round(1)
    return [
        (size[:5] * (-1, -1, 0, 1, 1), round(random.uniform(0.02, 0.2), 2)),
        ((size[5:9] * (1, -1, -1, 1)).reshape(2, 2), round(random.uniform(0.2, 0.5), 2)),
        (size[3:7] * (-1, 1, 1, -1), round(random.uniform(1.2, 3), 1)),
        (size[9:] * (-1, 1), 0.0),
    ]


def leaky_relu(z, slope):
    positive, negative = np.clip(z, 0, None), np.clip(z, None, 0)
    mistakes = {
        "This is ReLU: negative values must keep slope times z.": positive,
        "Above slope 1, slope times a negative z lies below z, so the maximum takes z; decide "
        "by the sign of z.": np.maximum(slope * z, z),
        "This is the smaller of the two, which is right only above slope 1; decide by the sign "
        "of z.": np.minimum(slope * z, z),
        "The slope belongs to the negative side; positive values stay what they are.": (
            slope * positive + negative
        ),
        "Negative values keep their sign.": positive - slope * negative,
        "On the negative side the value is slope times z, not the slope itself.": np.where(
            z > 0, z, slope
        ),
        "This is the derivative; the function's value is wanted.": np.where(z > 0, 1.0, slope),
    }
    return (
        positive + slope * negative,
        mistakes,
        "Positive values stay; all others are multiplied by the slope.",
    )


def dead_units_inputs(random):
    if random is None:
        return [
            (
                np.array([[3.0, 0.0], [3.0, 0.0], [3.0, 1.0], [0.0, 1.0]]),
                np.array([[0.0, -3.0, 1.0, -3.0, 0.0, 3.0], [1.0, 3.0, -2.0, 3.0, -2.0, 2.0]]),
                np.array([-2.0, -4.0, -3.0, 1.0, -4.0, -3.0]),
            ),
            (
                np.array([[2.0, 1.0], [1.0, 3.0], [4.0, 0.0], [0.0, 1.0]]),
                np.array([[-1.0, 1.0, -2.0, 0.0], [0.0, -5.0, -1.0, 0.0]]),
                np.array([0.0, -4.0, 6.0, 0.0]),
            ),
        ]
    calls = []
    for units in (6, 5):
        x, W = random.integers(0, 4, (4, 2)), random.integers(-3, 4, (2, units))
        calls.append((x * 1.0, W * 1.0, random.integers(-5, 3, units) * 1.0))
    return calls


def dead_units(x, W, b):
    z = np.array([[sum(row * column) for column in W.T] for row in x])
    largest = (z + b).max(axis=0)  # over the pictures
    right = int(sum(value <= 0 for value in largest))
    outputs = np.maximum(0, z + b)
    mistakes = {
        "Without the bias these are other units: the bias is what kills.": (
            (z.max(axis=0) <= 0).sum()
        ),
        "This counts units that are 0 for some picture; dead means 0 for every one.": (
            (outputs == 0).any(axis=0).sum()
        ),
        "This counts zeros in the table of outputs; count units, the columns of zeros.": (
            (outputs == 0).sum()
        ),
        "This looks for pictures that no unit answers (axis 1); a unit is a column.": (
            (outputs == 0).all(axis=1).sum()
        ),
        "These are the units that live; count the others.": len(b) - right,
        "A unit whose z is exactly 0 puts out 0, too.": (largest < 0).sum(),
        "The number of dead units is wanted, not their share.": right / len(b),
        "A negative mean is not enough: one picture with z > 0 keeps a unit alive.": (
            ((z + b).mean(axis=0) <= 0).sum()
        ),
        "A negative bias alone kills no unit: x W may be larger.": (b < 0).sum(),
    }
    return (
        right,
        mistakes,
        "Compute z = x W + b; a unit is dead if its column has no value above 0.",
    )


EXERCISES = {
    "leaky_relu": {
        "kind": "write",
        "inputs": leaky_relu_inputs,
        "case": leaky_relu,
        "hints": [
            "The maximum compares two values. What should be compared instead?",
            "Decide by the sign of z alone: z itself where z > 0, slope times z elsewhere.",
            "np.where(condition, a, b) takes a where the condition holds and b elsewhere.",
        ],
    },
    "dead_units": {
        "kind": "write",
        "inputs": dead_units_inputs,
        "case": dead_units,
        "hints": [
            "What is the shape of x W + b, and what do its rows and columns stand for?",
            "A row is a picture, a column is a unit. A unit is dead if its whole column gives 0.",
            "(outputs == 0).all(axis=0) has one True or False for each unit; count the True.",
        ],
    },
}
