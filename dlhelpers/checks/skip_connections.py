"""What the exercises of the notebook on skip connections want."""

import numpy as np


def gradient_through_inputs(random):
    random = np.random.default_rng(8) if random is None else random
    calls = []
    for blocks, size in ((1, 2), (2, 2), (3, 3)):
        tables = [random.integers(-2, 3, size=(size, size)).astype(float) for _ in range(blocks)]
        tables[0][0, 1] = tables[0][1, 0] + 1  # never symmetric
        calls.append((tables, random.integers(1, 5, size=size).astype(float)))
    return calls


def gradient_through(tables, dL_dH):
    def through(tables, identity=1.0):
        whole = np.eye(len(dL_dH))
        for table in tables:
            whole = whole @ (table + identity * np.eye(len(dL_dH)))
        return whole @ dL_dH

    with_ones = dL_dH
    for table in reversed(tables):
        with_ones = table @ with_ones + 1
    ones = np.ones((len(dL_dH), len(dL_dH)))
    plain = through(tables, identity=0)
    mistakes = {
        "This is a plain network: the way over the shortcuts is missing.": plain,
        "The shortcut counts once in each block, not once for the whole network.": plain + dL_dH,
        "The gradient comes from the end: it meets the last block's table first.": through(
            tables[::-1]
        ),
        "Row i says how F changes with x_i, so the table stands on the left: dF_dx @ dL_dH.": (
            through([table.T for table in tables])
        ),
        "Both ways count: through F and over the shortcut.": dL_dH,
        "The shortcut adds the gradient at H, not a 1 to each value.": with_ones,
        "The shortcut adds the identity to the table, 1 on its diagonal alone.": through(
            [table + ones for table in tables], identity=0
        ),
    }
    return (
        through(tables),
        mistakes,
        "From the last block to the first, make the gradient dF_dx @ gradient + gradient.",
    )


def densenet_block_inputs(random):
    if random is None:
        return [(16, 12, 2), (64, 32, 6), (3, 8, 4), (10, 4, 1)]
    k0, k = random.integers(3, 70, 4).tolist(), random.integers(4, 40, 4).tolist()
    return list(zip(k0, k, (2, 6, 4, 1)))


def densenet_block(k0, k, L):
    channels = [k0]
    for _ in range(L):
        channels.append(channels[-1] + k)
    reads, after = channels[:-1], channels[-1]
    kernels = 3 * 3 * k * sum(reads)
    mistakes = {
        "The biases are missing: k in each layer.": (after, kernels),
        "A layer reads all channels so far, not those of the block's input alone.": (
            after,
            L * (9 * k0 * k + k),
        ),
        "A layer reads the channels before it; its own k come after.": (
            after,
            9 * k * sum(channels[1:]) + L * k,
        ),
        "The input's channels stay there: k0 is part of the sum.": (L * k, kernels + L * k),
        "Concatenating adds up channels; ResNet's addition would keep their number.": (
            k0,
            kernels + L * k,
        ),
        "The new channels stand beside k0 + (L - 1) k older ones: L layers bring L k.": (
            after - k,
            kernels + L * k,
        ),
        "Each layer has k filters; all channels so far are its input only.": (
            after,
            sum(9 * n * (n + k) + n + k for n in reads),
        ),
        "A 3 × 3 kernel has nine weights for each input channel and filter.": (
            after,
            k * sum(reads) + L * k,
        ),
        "One bias for each filter: k in each layer.": (after, kernels + L),
        "This counts the last layer alone.": (after, 9 * reads[-1] * k + k),
    }
    return (
        (after, kernels + L * k),
        mistakes,
        "Give a tuple (channels, parameters): layer 1 reads k0 channels, layer 2 reads k0 + k, "
        "and each has k filters.",
    )


EXERCISES = {
    "gradient_through": {
        "kind": "write",
        "inputs": gradient_through_inputs,
        "case": gradient_through,
        "hints": [
            "What does one block do to the gradient? Two ways lead back through it.",
            "Back through F: dF_dx @ dL_dH. Back over the shortcut: dL_dH as it is. Both add up. "
            "Which block comes first on the way back?",
            "for dF_dx in reversed(tables): dL_dH = dF_dx @ dL_dH + dL_dH.",
        ],
    },
    "densenet_block": {
        "kind": "write",
        "inputs": densenet_block_inputs,
        "case": densenet_block,
        "hints": [
            "How many channels does layer 1 read, how many layer 2, how many layer 3?",
            "k0, k0 + k, k0 + 2 k, …; each layer has k filters of 3 · 3 weights for every channel "
            "that it reads, and k biases.",
            "Layer i, counted from 0, has 9 (k0 + i k) k + k parameters; there are k0 + L k "
            "channels after the last.",
        ],
    },
}
