"""Right and wrong answers to the exercises of 08_skip_connections."""


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


RIGHT = {"08.gradient_through": gradient_through, "08.densenet": densenet}
WRONG = {
    "08.gradient_through": [
        without_shortcuts,
        one_long_shortcut,
        from_the_start,
        transposed,
        plus_one,
        shortcut_only,
        ones_instead_of_identity,
    ],
    "08.densenet": [
        no_biases,
        reads_the_input_only,
        reads_itself,
        input_forgotten,
        added_instead,
        one_layer_short,
        all_channels_new,
        one_by_one,
        channels_only,
    ],
}
