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


def densenet(k0, k, L):
    parameters = sum(3 * 3 * (k0 + layer * k) * k + k for layer in range(L))
    return k0 + L * k, parameters


def no_biases(k0, k, L):
    return k0 + L * k, sum(9 * (k0 + layer * k) * k for layer in range(L))


def reads_the_input_only(k0, k, L):
    return k0 + L * k, L * (9 * k0 * k + k)


def reads_itself(k0, k, L):
    return k0 + L * k, sum(9 * (k0 + layer * k) * k + k for layer in range(1, L + 1))


def input_forgotten(k0, k, L):
    return L * k, densenet(k0, k, L)[1]


def added_instead(k0, k, L):
    return k0, densenet(k0, k, L)[1]


def one_layer_short(k0, k, L):
    return k0 + (L - 1) * k, densenet(k0, k, L)[1]


def all_channels_new(k0, k, L):
    widths = [k0 + layer * k for layer in range(L + 1)]
    return widths[-1], sum(9 * a * b + b for a, b in zip(widths, widths[1:]))


def one_by_one(k0, k, L):
    return k0 + L * k, sum((k0 + layer * k) * k + k for layer in range(L))


def channels_only(k0, k, L):
    return k0 + L * k


RIGHT = {
    "skip_connections.gradient_through": gradient_through,
    "skip_connections.densenet_block": densenet,
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
    "skip_connections.densenet_block": [
        (no_biases, "The biases are"),
        (reads_the_input_only, "A layer reads all"),
        (reads_itself, "A layer reads the"),
        (input_forgotten, "The input's channels"),
        (added_instead, "Concatenating adds up"),
        (one_layer_short, "The new channels"),
        (all_channels_new, "Each layer has"),
        (one_by_one, "A 3 ×"),
        (channels_only, "Give a tuple"),
        (lambda k0, k, L: (k0 + L * k, densenet(k0, k, L)[1] - L * (k - 1)), "One bias for"),
        (lambda k0, k, L: (k0 + L * k, 9 * (k0 + (L - 1) * k) * k + k), "This counts the"),
    ],
}
