"""Right and wrong answers to the exercises of `dlhelpers/checks/skip_connections.py`."""


def gradient_through(tables, dL_dH):
    for dF_dx in reversed(tables):
        dL_dH = dF_dx @ dL_dH + dL_dH
    return dL_dH


def without_shortcuts(tables, dL_dH):
    for dF_dx in reversed(tables):
        dL_dH = dF_dx @ dL_dH
    return dL_dH


def one_long_shortcut(tables, dL_dH):
    return without_shortcuts(tables, dL_dH) + dL_dH


def from_the_start(tables, dL_dH):
    for dF_dx in tables:
        dL_dH = dF_dx @ dL_dH + dL_dH
    return dL_dH


def transposed(tables, dL_dH):
    for dF_dx in reversed(tables):
        dL_dH = dL_dH @ dF_dx + dL_dH
    return dL_dH


def plus_one(tables, dL_dH):
    for dF_dx in reversed(tables):
        dL_dH = dF_dx @ dL_dH + 1
    return dL_dH


def shortcut_only(tables, dL_dH):
    return dL_dH


def ones_instead_of_identity(tables, dL_dH):
    for dF_dx in reversed(tables):
        dL_dH = (dF_dx + 1) @ dL_dH
    return dL_dH


def weaker_shortcut(divisor, blocks_in_a_row):
    parts = 1
    for _ in range(blocks_in_a_row):
        parts *= divisor
    return parts


def stack(add="Add", own=True, start="zeros", units=16, blocks=10, first="he_normal"):
    """A function that makes the network of `ten_blocks`, right or with one of its faults."""

    def network():
        import keras
        from keras import layers

        keras.utils.set_random_seed(0)
        H = inputs = keras.Input((16,))
        for _ in range(blocks):
            inside = layers.Dense(units, activation="relu", kernel_initializer=first)(H)
            scaled = start if start != "scaled" else keras.initializers.VarianceScaling(0.2)
            inside = layers.Dense(16, kernel_initializer=scaled)(inside)
            shortcut = H if own else inputs
            if add == "half":
                shortcut = layers.Rescaling(0.5)(shortcut)
            if add in ("none", "Average"):
                H = inside if add == "none" else layers.Average()([inside, shortcut])
            else:
                H = layers.Add()([inside, shortcut])
        return keras.Model(inputs, H)

    return network


NEEDS_KERAS = ["skip_connections.ten_blocks"]
RIGHT = {
    "skip_connections.gradient_through": gradient_through,
    "skip_connections.weaker_shortcut": weaker_shortcut,
    "skip_connections.ten_blocks": stack(),
}
WRONG = {
    "skip_connections.gradient_through": [
        (without_shortcuts, "This is a"),
        (one_long_shortcut, "The shortcut counts"),
        (from_the_start, "The gradient comes"),
        (transposed, "Row i says"),
        (plus_one, "The shortcut adds the gradient"),
        (shortcut_only, "Both ways count:"),
        (ones_instead_of_identity, "The shortcut adds the identity"),
        (lambda tables, dL_dH: 2 * gradient_through(tables, dL_dH), "From the last"),
    ],
    "skip_connections.weaker_shortcut": [
        (lambda divisor, blocks_in_a_row: divisor * blocks_in_a_row, "Each block divides"),
        (lambda divisor, blocks_in_a_row: divisor, "That is one block;"),
        (lambda divisor, blocks_in_a_row: blocks_in_a_row, "That is how many blocks"),
        (lambda divisor, blocks_in_a_row: blocks_in_a_row**divisor, "The other way"),
        (lambda divisor, blocks_in_a_row: 1 / divisor**blocks_in_a_row, "That is the share"),
        (lambda divisor, blocks_in_a_row: 1, "That is what a shortcut"),
        (lambda divisor, blocks_in_a_row: 0, "Little arrives"),
        (lambda divisor, blocks_in_a_row: 1234567, "On the way"),
    ],
    "skip_connections.ten_blocks": [
        (stack("Average", own=False, start="he_normal"), "Then every F"),
        (stack("Average"), "Then every F"),
        (stack("half"), "Then every F"),
        (stack("none"), "Then every F"),
        (stack(own=False), "What does each"),
        (stack(start="he_normal"), "Each sum adds"),
        (stack(start="glorot_uniform"), "Each sum adds"),
        (stack(first="zeros"), "Each sum adds"),
        (stack(first="zeros", start="he_normal"), "Each sum adds"),
    ],
}
