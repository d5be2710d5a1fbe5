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


def weaker_shortcut_inputs(random):
    if random is None:
        return [(2, 24)]
    return [(int(random.integers(2, 5)), int(random.integers(6, 16)))]


def weaker_shortcut(divisor, blocks_in_a_row):
    mistakes = {
        "Each block divides what is left by the same number again: the factors multiply.": (
            divisor * blocks_in_a_row
        ),
        "That is one block; there are more in a row.": divisor,
        "That is how many blocks there are; by which factor does one of them divide?": (
            blocks_in_a_row
        ),
        "The other way round: the number of blocks is the power, the divisor the base.": (
            blocks_in_a_row**divisor
        ),
        "Little arrives, but not nothing: each block leaves a part.": 0,
        "That is the share itself; one part in how many is 1 divided by it.": (
            divisor**-blocks_in_a_row
        ),
        "That is what a shortcut without a factor leaves: all of it.": 1,
    }
    return (
        divisor**blocks_in_a_row,
        mistakes,
        "On the way past all blocks each shortcut multiplies by its factor, and the factors "
        "multiply.",
    )


def ten_blocks_inputs(random):
    random = np.random.default_rng(8) if random is None else random
    return [(random.normal(size=(400, 16)).astype("float32"),)]


def ten_blocks_look(answer, x, progress):
    """What the network gives with all weights at zero, and with one bias at 1, and as it starts."""
    import keras

    model = answer()
    if not hasattr(model, "count_params"):
        raise TypeError("it gives no Keras model")
    if tuple(model.input_shape) != (None, 16) or tuple(model.output_shape) != (None, 16):
        raise ValueError("the model wants 16 numbers and gives 16")
    normal = [layer.name for layer in model.layers if "Normalization" in type(layer).__name__]
    if normal:
        raise ValueError(f"it has a layer more, {normal[0]}; mend it without further layers")
    dense = [layer for layer in model.layers if type(layer).__name__ == "Dense"]
    if len(dense) != 20 or not all(layer.use_bias for layer in dense):
        raise ValueError("ten blocks of two Dense layers with biases are wanted")

    def outputs():
        return np.asarray(keras.ops.convert_to_numpy(model(x)), float)

    started = outputs()
    asleep = sum(not layer.get_weights()[0].any() for layer in dense[::2])  # the first layer of F
    zeros = [np.zeros(weight.shape, "float32") for weight in model.get_weights()]
    model.set_weights(zeros)
    alone, felt = outputs(), 0
    for layer in dense:
        kernel, bias = layer.get_weights()
        layer.set_weights([kernel, bias + 1])
        felt += bool(np.allclose(outputs() - alone, 1, atol=1e-3))
        layer.set_weights([kernel, bias])
    share = np.sum(alone * x) / np.sum(x * x)  # alone is share times x
    growth = float(started.var() / x.var())
    return {"share": float(share), "felt": felt, "growth": growth, "asleep": asleep}


def ten_blocks_faults(seen, x):
    share, growth, asleep = seen["share"], seen["growth"], seen["asleep"]
    halved = abs(share - 1) > 1e-3
    text = f"With all weights at 0 it gives ≈{share:.3g} times its input."
    never = (
        f"In {asleep} of ten blocks the first layer starts at zero, and neither kernel ever learns."
    )
    grows = f"At the start the variance grows ≈{growth:.2g} times."
    stops = f"Of ten blocks only ≈{seen['felt']} can be felt at the end."
    return {
        "scale": text if halved else "",
        "own": stops if not halved and seen["felt"] != 10 else "",
        "start": never if asleep else grows if growth >= 30 else "",
    }


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
    "weaker_shortcut": {
        "kind": "predict",
        "inputs": weaker_shortcut_inputs,
        "case": weaker_shortcut,
        "because": "the way past all blocks has one such factor for each block",
        "hints": [
            "What does one block leave of the gradient on its shortcut? And the next one of that?",
            "A half of a half of a half …, once for each block.",
            "2 ** 24.",
        ],
    },
    "ten_blocks": {
        "kind": "repair",
        "inputs": ten_blocks_inputs,
        "look": ten_blocks_look,
        "faults": ten_blocks_faults,
        "says": {
            "scale": "Then every F is 0, and H = F(x) + x must give the input back as it is.",
            "own": "What does each block add to its F: its own input, or something from far away?",
            "start": "Each sum adds what F brings. How must the last layer of F start so that ten "
            "sums do not double?",
        },
        "hints": [
            "Which layer adds? Look at what it does to two equal numbers.",
            "The shortcut starts at the input of the same block. And after each sum the variance "
            "is that of x plus that of F.",
            "layers.Add()([inside, H]), and the last layer of each F starts at zero, "
            'kernel_initializer="zeros", or with a tenth of the variance.',
        ],
    },
}
