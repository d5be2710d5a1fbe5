"""What the exercises of the notebook on devices want."""

import numpy as np


def combine_inputs(random):
    shares, gradient = ((32, 32), (48, 16), (1, 2, 5)), np.array([[1.0, -2.0], [0.5, 3.0]])
    if random is not None:
        even, few, many = random.integers(8, 64), random.integers(2, 9), random.integers(20, 60)
        shares = (even, even), (many, few), random.permutation([few, 2 * few + 1, many])
        gradient = random.uniform(-3, 3, (2, 2)).round(1)
    return [
        ([gradient * (i + 1) ** 2 for i in range(len(sizes))], [int(n) for n in sizes])
        for sizes in shares
    ]


def combine(gradients, sizes):
    added = sum(n * g for n, g in zip(sizes, gradients))
    mistakes = {
        "This counts all workers alike; one with more examples must count more.": sum(gradients)
        / len(sizes),
        "The gradients are means already: divide their weighted sum by all examples.": added,
        "Divide by the number of examples, not by the number of workers.": added / len(sizes),
        "A sum of means is no mean.": sum(gradients),
        "A worker with more examples must count more, not less.": sum(
            g / n for n, g in zip(sizes, gradients)
        )
        / sum(1 / n for n in sizes),
    }
    return (
        added / sum(sizes),
        mistakes,
        "Turn each mean into a sum over its examples, add the sums up, divide by all examples.",
    )


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


EXERCISES = {
    "combine": {
        "kind": "write",
        "inputs": combine_inputs,
        "case": combine,
        "hints": [
            "What would each worker send if it added its examples' gradients up instead of "
            "averaging?",
            "A mean times its number of examples is a sum. The whole batch's mean is the sum over "
            "all, divided by all.",
            "sum(n * g for n, g in zip(sizes, gradients)), divided by sum(sizes).",
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
}
