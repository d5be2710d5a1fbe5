"""Where every parameter of a Keras model comes from: formula, numbers, count, layer by layer.

`explain(model)` prints a formula only where it gives what Keras counts. For any other layer it
prints the shape of each weight and says so. To teach it a layer, add one entry to `FORMULAS`.
"""

import html
import math
import re
import textwrap
from itertools import zip_longest
from typing import NamedTuple

LINE_WIDTH = 100  # of the text table; long names and formulas wrap inside their columns


def _sum(*terms):
    """Join the terms that are there with +, in brackets where a term is more than one word."""
    terms = [term for term in terms if term]
    if len(terms) == 1:
        return terms[0]
    return " + ".join(f"({term})" if " " in term else term for term in terms)


def _product(sizes):
    return " × ".join(map(str, sizes)) or "1"


def _input_shape(layer):
    return layer.get_build_config()["input_shape"]


# Each function below takes a built layer and returns its formula in symbols, and for each symbol a
# number or a product of numbers. The numbers come from the layer's settings and the shape of its
# input, never from its weights: so comparing the result with the weights is a test.


def _dense(layer):
    formula = _sum("input × units", layer.use_bias and "units")
    return formula, {"input": _input_shape(layer)[-1], "units": layer.units}


def _conv_sizes(layer):
    channel_axis = -1 if layer.data_format == "channels_last" else 1
    return {
        "kernel": _product(layer.kernel_size),
        "channels": _input_shape(layer)[channel_axis],
        # Not every kind of convolution has all of these; its formula names those that it has.
        "groups": getattr(layer, "groups", None),
        "filters": getattr(layer, "filters", None),
        "multiplier": getattr(layer, "depth_multiplier", None),
    }


def _conv(layer):
    # With groups, a filter sees only its group's share of the channels.
    channels = "channels" if layer.groups == 1 else "(channels ÷ groups)"
    formula = _sum(f"kernel × {channels} × filters", layer.use_bias and "filters")
    return formula, _conv_sizes(layer)


def _depthwise_conv(layer):
    bias = layer.use_bias and "channels × multiplier"
    return _sum("kernel × channels × multiplier", bias), _conv_sizes(layer)


def _separable_conv(layer):
    # Only the second, pointwise step has a bias.
    steps = "kernel × channels × multiplier", "channels × multiplier × filters"
    return _sum(*steps, layer.use_bias and "filters"), _conv_sizes(layer)


def _one_each(parts, size_name, size):
    """The formula of a layer that keeps one number of each part for each channel or feature."""
    parts = [part for part in parts if part]
    total = f"({' + '.join(parts)})" if len(parts) > 1 else parts[0]
    return f"{total} × {size_name}", dict.fromkeys(parts, 1) | {size_name: size}


def _batch_normalization(layer):
    parts = [layer.scale and "gamma", layer.center and "beta", "mean", "variance"]
    return _one_each(parts, "channels", _input_shape(layer)[layer.axis])


def _layer_normalization(layer):
    sizes = [_input_shape(layer)[axis] for axis in layer.axis]
    parts = [layer.scale and "gamma", layer.center and "beta"]
    return _one_each(parts, "features", _product(sizes))


def _embedding(layer):
    return "input_dim × output_dim", {"input_dim": layer.input_dim, "output_dim": layer.output_dim}


def _prelu(layer):
    # One slope for each input value; along a shared axis there is one slope for all.
    shared = layer.shared_axes or ()
    sizes = [1 if axis in shared else size for axis, size in enumerate(_input_shape(layer))]
    return "slopes", {"slopes": _product(sizes[1:])}


FORMULAS = {
    "Dense": _dense,
    "Embedding": _embedding,
    "Conv1D": _conv,
    "Conv2D": _conv,
    "Conv3D": _conv,
    "DepthwiseConv1D": _depthwise_conv,
    "DepthwiseConv2D": _depthwise_conv,
    "SeparableConv1D": _separable_conv,
    "SeparableConv2D": _separable_conv,
    "BatchNormalization": _batch_normalization,
    "LayerNormalization": _layer_normalization,
    "PReLU": _prelu,
}


def _joined_sizes(layer):
    sizes = [shape[layer.axis] for shape in _input_shape(layer)]
    return f"no parameters; joins {' + '.join(map(str, sizes))} = {sum(sizes)}"


# What is worth saying about a layer without parameters. The lecture adds up what is joined.
REMARKS = {"Concatenate": _joined_sizes}


class Row(NamedTuple):
    """One layer of an `Explanation`."""

    name: str
    kind: str  # class name
    output_shape: object  # tuple; list of tuples for several outputs; None where Keras cannot say
    formula: str  # in symbols, or each weight's shape where no formula fits
    arithmetic: str  # "(5 × 100) + 100 = 600"; like formula "" without weights or for a subtotal
    params: int  # numbers in its weights; those that a row above has too are counted there
    trainable: int  # how many of `params` training changes
    note: str  # "" or what the reader should know: no formula, shared, frozen, not built
    depth: int  # how many nested models the layer sits in
    subtotal: bool  # True for a nested model: `params` is the sum of the rows below it


class Explanation:
    """The table that `explain` returns: text when printed, HTML in a notebook.

    Attributes: `rows`, a list of `Row`; `total` and `trainable`, numbers of parameters. Each weight
    counts in one row, so the rows that are no subtotals add up to `total`.
    """

    HEADER = ("Layer (type)", "Output shape", ["Formula and numbers"], "Params")

    def __init__(self, rows):
        self.rows = rows
        self.total = sum(row.params for row in rows if not row.subtotal)
        self.trainable = sum(row.trainable for row in rows if not row.subtotal)

    def _totals(self):
        counts = self.total, self.trainable, self.total - self.trainable
        labels = "Total", "Trainable", "Non-trainable"
        return [f"{label} params: {count:,}" for label, count in zip(labels, counts)]

    def __repr__(self):
        table = [self.HEADER, *map(_cells, self.rows)]
        names = min(28, max(len(name) for name, *_ in table))
        shapes = min(22, max(len(shape) for _, shape, *_ in table))
        params = max(len(count) for *_, count in table)
        room = LINE_WIDTH - names - shapes - params - 6
        middle = min(room, max(len(line) for *_, lines, _ in table for line in lines))
        text = []
        for name, shape, lines, count in table:
            wrapped = [part for line in lines for part in _wrap(line, middle)]
            columns = _wrap(name, names), _wrap(shape, shapes), wrapped, [count]
            for a, b, c, d in zip_longest(*columns, fillvalue=""):
                line = f"{a:<{names}}  {b:<{shapes}}  {c:<{middle}}  {d:>{params}}"
                text.append(line.rstrip())
        rule = "=" * (names + shapes + middle + params + 6)
        return "\n".join([text[0], rule, *text[1:], rule, *self._totals()])

    def _repr_html_(self):
        def line(tag, name, shape, lines, count):
            cells = [html.escape(name), html.escape(shape), "<br>".join(map(html.escape, lines))]
            left = "".join(f'<{tag} style="text-align:left">{cell}</{tag}>' for cell in cells)
            return f'<tr>{left}<{tag} style="text-align:right">{count}</{tag}></tr>'

        head = line("th", *self.HEADER)
        body = "\n".join(line("td", *_cells(row)) for row in self.rows)
        table = f"<table>\n<thead>{head}</thead>\n<tbody>\n{body}\n</tbody></table>"
        return f"{table}\n<p>{'<br>'.join(self._totals())}</p>"

    def to_markdown(self):
        """Return the table in Markdown, as a string."""

        def line(name, shape, lines, count):
            texts = (html.escape(text, quote=False) for text in (name, shape, *lines))
            name, shape, *lines = (re.sub(r"([\\|*`$])", r"\\\1", text) for text in texts)
            return f"| {name} | {shape} | {'<br>'.join(lines)} | {count} |"

        body = [line(*_cells(row)) for row in self.rows]
        totals = "  \n".join(self._totals())
        return "\n".join([line(*self.HEADER), "|:--|:--|:--|--:|", *body, "", totals])


def _cells(row):
    """The four columns of a row as text; the third is a list of lines."""
    name = "· " * row.depth + f"{row.name} ({row.kind})"
    shape = "?" if row.output_shape is None else str(row.output_shape)
    # "kernel 5×2 = 10" already says the arithmetic "5 × 2 = 10" of a lone weight.
    repeats = row.arithmetic.replace(" × ", "×") in row.formula
    lines = [row.formula, "" if repeats else row.arithmetic, row.note and f"({row.note})"]
    count = f"({row.params:,})" if row.subtotal else f"{row.params:,}"
    return name, shape, [line for line in lines if line], count


def _wrap(text, width):
    glued = text.replace(" = ", "\0=\0")  # a result stays on the line of its last number
    lines = textwrap.wrap(glued, width, subsequent_indent="  ", break_on_hyphens=False)
    return [line.replace("\0", " ") for line in lines]


def explain(model):
    """Say where every parameter of a Keras model or layer comes from.

    Args:
        model: a built `keras.Model` or `keras.Layer`, on any backend.

    Returns:
        An `Explanation`. Its counts are numbers of scalars: the products of the shapes in
        `model.weights`, each weight once, as in `model.count_params()`.

    Raises:
        TypeError: `model` is neither a Keras model nor a layer.
        ValueError: it is not built, so that its weights do not exist yet.

    Source of the formulas: each layer's `build` method in Keras 3.15.
    """
    import keras

    if not isinstance(model, keras.Layer):
        raise TypeError(f"explain wants a Keras model or layer, and got {type(model).__name__}.")
    is_model = isinstance(model, keras.Model)
    if not model.built:
        how = "model.build(input_shape) or start it with keras.Input"
        how = how if is_model else "layer.build(input_shape) or call it on data"
        name = f"{type(model).__name__} '{model.name}'"
        raise ValueError(f"{name} is not built, so it has no weights yet: call {how}.")
    trained = {id(weight) for weight in model.trainable_weights}
    list_rows = _model_rows if is_model else _layer_rows
    return Explanation(list_rows(model, depth=0, seen=set(), trained=trained))


def _model_rows(model, depth, seen, trained):
    """Rows of a model's layers. `seen` has the ids of the weights counted so far, and grows."""
    import keras

    rows = []
    for layer in {id(layer): layer for layer in model.layers}.values():
        if isinstance(layer, keras.Model):
            inside = _model_rows(layer, depth + 1, seen, trained)
            params = sum(row.params for row in inside if not row.subtotal)
            trainable = sum(row.trainable for row in inside if not row.subtotal)
            note = ("" if layer.built else "not built yet; ") + "sum of the rows marked · below"
            about = (layer.name, type(layer).__name__, _output_shape(layer), "", "")
            rows += [Row(*about, params, trainable, note, depth, subtotal=True), *inside]
        else:
            rows += _layer_rows(layer, depth, seen, trained)
    if any(id(weight) not in seen for weight in model.weights):
        # A model of one's own may have weights that belong to none of its layers.
        rows += _layer_rows(model, depth, seen, trained)
    return rows


def _layer_rows(layer, depth, seen, trained):
    """The row of one layer, in a list; it counts the weights that are not in `seen`."""
    every = list({id(weight): weight for weight in layer.weights}.values())
    weights = [weight for weight in every if id(weight) not in seen]
    seen.update(map(id, weights))
    params, above = _count(weights), _count(every) - _count(weights)
    trainable = _count(weight for weight in weights if id(weight) in trained)

    formula, arithmetic, remark = _explain_count(layer, weights, above)
    notes = [
        "" if layer.built else f"not built yet, counted as {params}",
        above and f"{above} parameters are counted above",
        remark,
        trainable < params
        and f"{'' if layer.trainable else 'frozen: '}{trainable} of {params} trainable",
    ]
    about = (layer.name, type(layer).__name__, _output_shape(layer), formula, arithmetic)
    return [Row(*about, params, trainable, "; ".join(filter(None, notes)), depth, subtotal=False)]


def _explain_count(layer, weights, above):
    """Formula, arithmetic and remark for `weights`; `above` parameters of the layer came before."""
    if not weights:
        return "", "", None if above else _look_up(REMARKS, layer)
    if above:
        return *_by_shape(weights, layer), "the rest by shape"
    kind, known = type(layer).__name__, _look_up(FORMULAS, layer)
    if known:
        formula, values = known
        numbers = re.sub("[a-z_]+", lambda symbol: str(values.get(symbol[0])), formula)
        if _value(numbers) == _count(weights):
            return formula, f"{numbers} = {_count(weights)}", None
    why = f"the formula for {kind} does not give this" if known else f"no formula for {kind}"
    return *_by_shape(weights, layer), f"{why}: weights by shape"


def _look_up(table, layer):
    """Ask the entry for the layer's class, or else for the nearest class that it is built on."""
    for cls in type(layer).__mro__:
        if cls.__name__ in table:
            try:
                return table[cls.__name__](layer)
            except Exception:  # a layer of one's own that the entry cannot read is not known
                return None
    return None


def _value(numbers):
    if not re.fullmatch(r"[\d ()+×÷]+", numbers):
        return None
    # What eval sees is digits, brackets, + × ÷ and nothing else.
    return eval(numbers.replace("×", "*").replace("÷", "/"))


def _count(weights):
    return sum(math.prod(weight.shape) for weight in weights)


def _by_shape(weights, layer):
    """Return "kernel 5×2 = 10, bias 2 = 2" and "10 + 2 = 12"; of a lone weight, "5 × 2 = 10"."""
    sizes = [math.prod(weight.shape) for weight in weights]
    shapes = [_product(weight.shape) for weight in weights]
    names = [weight.path.removeprefix(f"{layer.path}/") for weight in weights]
    each = zip(names, shapes, sizes)
    formula = ", ".join(f"{name} {shape.replace(' ', '')} = {size}" for name, shape, size in each)
    numbers = " + ".join(map(str, sizes)) if len(sizes) > 1 else shapes[0]
    return formula, f"{numbers} = {sum(sizes)}"


def _output_shape(layer):
    """The shape, a list of shapes, or None. A layer used twice has the shape of its first use."""
    import keras

    try:
        outputs = layer.output
    except (AttributeError, ValueError):  # never called on a keras.Input
        try:
            outputs = layer.compute_output_spec(keras.KerasTensor(_input_shape(layer)))
        except Exception:  # Keras cannot say, and a shape is not worth an error
            return None
    shapes = [tuple(tensor.shape) for tensor in keras.tree.flatten(outputs)]
    return shapes[0] if len(shapes) == 1 else shapes
