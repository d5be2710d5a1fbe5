"""Where every parameter of a Keras model comes from: formula, numbers, count, layer by layer.

`explain(model)` prints a formula only where it gives what Keras counts. For any other layer it
prints the shape of each weight and says so. `teach(Mine, "input × units + units")` tells it the
formula of a layer of your own.
"""

import html
import inspect
import itertools
import math
import operator
import re
import textwrap
from collections import Counter
from fractions import Fraction
from itertools import zip_longest
from typing import NamedTuple

LINE_WIDTH = 100  # of the text table; long names and formulas wrap inside their columns
COST_WIDTH = 30  # at most, of each further column where costs are asked for

# One line for each layer class, in symbols. `SYMBOLS` and `PARTS` say what a symbol stands for; any
# other name is the layer's setting of that name. What follows "[name]" is there only in layers
# where that is not False, 0 or None: after "+" a whole term, after "×" or "÷" one factor.
FORMULAS = {
    # Core
    "Dense": "input × units + [lora] rank × (input + units) + [use_bias] units",
    "EinsumDense": "kernel_axes + [lora] rank × lora_sizes + [all_biases] all_biases",
    "Embedding": "input_dim × output_dim + [lora] rank × (input_dim + output_dim)",
    "ReversibleEmbedding": "input_dim × output_dim + [lora] rank × (input_dim + output_dim)"
    " + [not tie_weights] output_dim × input_dim",
    # Convolution. With groups, a filter sees only its group's share of the channels.
    "Conv1D, Conv2D, Conv3D": "kernel × (channels ÷ [grouped] groups) × filters"
    " + [lora] (kernel × (channels ÷ [grouped] groups) × rank + rank × filters)"
    " + [use_bias] filters",
    "Conv1DTranspose, Conv2DTranspose, Conv3DTranspose": "kernel × filters × channels"
    " + [use_bias] filters",
    "DepthwiseConv1D, DepthwiseConv2D": "kernel × channels × multiplier"
    " + [use_bias] channels × multiplier",
    # Only the second, pointwise step has a bias.
    "SeparableConv1D, SeparableConv2D": "kernel × channels × multiplier"
    " + channels × multiplier × filters + [use_bias] filters",
    # Recurrent: a layer has what its cell has. A GRU has two biases, for the input and the state,
    # unless reset_after=False.
    "SimpleRNNCell": "input × units + units × units + [use_bias] units",
    "LSTMCell": "4 × (input × units + units × units + [use_bias] units)",
    "GRUCell": "3 × (input × units + units × units + [use_bias] biases × units)",
    "ConvLSTMCell": "4 × (kernel × channels × filters + kernel × filters × filters"
    " + [use_bias] filters)",
    "RNN": "cell",
    "StackedRNNCells": "cells",
    "Bidirectional": "directions",
    "TimeDistributed": "each_step",
    # Normalization: what stands in brackets is kept for each channel or feature.
    "BatchNormalization": "([scale] gamma + [center] beta + mean + variance"
    " + [renorm] stddev + [renorm] renorm_mean + [renorm] renorm_stddev) × channels",
    "LayerNormalization": "([scale] gamma + [shifted] beta) × features",
    "GroupNormalization": "([scale] gamma + [center] beta) × channels",
    "RMSNormalization": "gamma × features",
    "SpectralNormalization": "wrapped + vector",
    "Normalization": "(mean + variance) × features + count",
    "LayerScale": "projection_dim",  # of keras.applications.ConvNeXt
    # Activation and attention: "+ bias" makes the bias one more input of a projection.
    "PReLU": "slopes",
    "Attention": "[use_scale] score_scale + [concat] score_weight",
    "AdditiveAttention": "score_scale × query",
    "MultiHeadAttention": "(query + [use_bias] bias) × num_heads × key_dim"
    " + (key + [use_bias] bias) × num_heads × key_dim"
    " + (value + [use_bias] bias) × num_heads × value_dim"
    " + [gated] (query + [use_bias] bias) × num_heads × value_dim"
    " + (num_heads × value_dim + [use_bias] bias) × output_size",
    "GroupedQueryAttention": "(query + [use_bias] bias) × query_heads × head_dim"
    " + (key + [use_bias] bias) × key_heads × head_dim"
    " + (value + [use_bias] bias) × key_heads × head_dim"
    " + [gated] (query + [use_bias] bias) × query_heads × head_dim"
    " + (query_heads × head_dim + [use_bias] bias) × query",
    "STFTSpectrogram": "parts × frame_length × bins",
    # Quantized: what is stored. Four-bit kernels pack two numbers into one; `blocks` is how many
    # blocks of inputs have a scale and a zero point of their own.
    "Dense int8, EinsumDense int8": "input × output + [lora] rank × lora_sizes + output"
    " + [all_biases] all_biases",
    "Dense int4, EinsumDense int4": "input × packed + [lora] rank × lora_sizes"
    " + [blocks] 2 × blocks × output + [blocks] input + [not blocks] output"
    " + [all_biases] all_biases",
    "Dense gptq, EinsumDense gptq": "packed × input + 2 × blocks × output + input"
    " + [all_biases] all_biases",
    "Dense awq, EinsumDense awq": "packed × input + 2 × blocks × output + 2 × input"
    " + [all_biases] all_biases",
    "Dense float8, EinsumDense float8": "input × output + [lora] rank × lora_sizes"
    " + 3 × (amax_scale + amax_history) + [all_biases] all_biases",
    "Embedding int8": "input_dim × output_dim + [lora] rank × (input_dim + output_dim) + input_dim",
    "Embedding int4": "input_dim × packed + [lora] rank × (input_dim + output_dim)"
    " + [blocks] 2 × blocks × input_dim + [blocks] output_dim + [not blocks] input_dim",
    "ReversibleEmbedding int8": "input_dim × output_dim"
    " + [lora] rank × (input_dim + output_dim) + input_dim"
    " + [not tie_weights] (output_dim × input_dim + input_dim)",
    "ReversibleEmbedding int4": "input_dim × packed + [lora] rank × (input_dim + output_dim)"
    " + [blocks] 2 × blocks × input_dim + [blocks] output_dim + [not blocks] input_dim"
    " + [not tie_weights] (packed × input_dim"
    " + [blocks] 2 × blocks × input_dim + [not blocks] input_dim)",
}

# Multiply-adds for one example: those of convolutions, of products with a kernel, and of attention.
# What a layer does value by value (activation, normalization, pooling, adding a bias) counts
# nothing, as in published tables: a Keras layer that is not here costs 0.
MULTIPLY_ADDS = {
    "Dense": "input × units × [positions] positions",
    "EinsumDense": "inputs × new_axes",
    "ReversibleEmbedding": "[reverse] input_dim × output_dim × positions",
    "Conv1D, Conv2D, Conv3D": "kernel × (channels ÷ [grouped] groups) × filters × positions",
    # Each position of the input, not of the output, meets the whole kernel.
    "Conv1DTranspose, Conv2DTranspose, Conv3DTranspose": "kernel × filters × channels"
    " × input_positions",
    "DepthwiseConv1D, DepthwiseConv2D": "kernel × channels × multiplier × positions",
    "SeparableConv1D, SeparableConv2D": "(kernel × channels × multiplier"
    " + channels × multiplier × filters) × positions",
    "SimpleRNNCell": "input × units + units × units",
    "LSTMCell": "4 × (input × units + units × units)",
    "GRUCell": "3 × (input × units + units × units)",
    "ConvLSTMCell": "4 × (kernel × channels × filters + kernel × filters × filters) × positions",
    "RNN": "steps × cell",
    "StackedRNNCells": "cells",
    "Bidirectional": "directions",
    "TimeDistributed": "steps × each_step",
    "SpectralNormalization": "wrapped",
    # A score is a product with a key, a result one with the values.
    "Attention": "queries × keys × ([not concat] query + value)",
    "AdditiveAttention": "queries × keys × ([use_scale] query + value)",
    "MultiHeadAttention": "queries × query × num_heads × key_dim"
    " + keys × key × num_heads × key_dim + keys × value × num_heads × value_dim"
    " + [gated] queries × query × num_heads × value_dim"
    " + queries × attended × num_heads × (key_dim + value_dim)"
    " + queries × num_heads × value_dim × output_size",
    "GroupedQueryAttention": "queries × query × query_heads × head_dim"
    " + keys × key × key_heads × head_dim + keys × value × key_heads × head_dim"
    " + [gated] queries × query × query_heads × head_dim"
    " + queries × keys × query_heads × 2 × head_dim"
    " + queries × query_heads × head_dim × query",
    "Dot": "outputs × contracted",
    "STFTSpectrogram": "frame_length × outputs × [real_and_imaginary] 2",
}
# These run code of their own or a transform: what they cost cannot be said from outside.
OPAQUE = {"FlaxLayer", "JaxLayer", "Lambda", "Layer", "MelSpectrogram", "Pipeline", "TFSMLayer"}
OPAQUE |= {"TorchModuleWrapper", "Wrapper"}


class Use(NamedTuple):
    """A layer with the shapes that go in and come out of it; the first size is the batch's."""

    layer: object
    inputs: dict  # name of the argument: its shape, or a list of shapes
    outputs: list = ()  # shapes
    dtypes: list = ()  # one for each of the outputs
    times: int = 1  # how often this happens for one example

    @property
    def input(self):
        return next(iter(self.inputs.values()))


def _channel_axis(layer):
    if isinstance(getattr(layer, "axis", None), int):  # of a normalization
        return layer.axis
    return 1 if getattr(layer, "data_format", None) == "channels_first" else -1


def _positions(layer, shape):
    """The sizes of a shape without the batch and the channels; none for a lone vector."""
    return [size for i, size in enumerate(shape) if i not in (0, _channel_axis(layer) % len(shape))]


def _features(use):
    axes = use.layer.axis
    return [use.input[axis] for axis in ([axes] if isinstance(axes, int) else axes)]


def _slopes(use):
    """One for each input value; along a shared axis there is one for all."""
    shared = use.layer.shared_axes or ()
    return [1 if i in shared else size for i, size in enumerate(use.input) if i > 0]


def _attended(use, role):
    """The shape of the query, value or key, which a layer gets by name or in a list."""
    shapes = use.inputs
    if "value" not in shapes:
        shapes = dict(zip(("query", "value", "key"), use.input))
    return shapes.get(role) or shapes["value"]


def _output_size(use):
    return use.layer.get_config()["output_shape"] or _attended(use, "query")[-1]


def _contracted(use):
    axes = use.layer.axes
    return use.input[0][axes if isinstance(axes, int) else axes[0]]


def _kernel(use):
    """The axes of a matrix product's kernel, in order: (name, size, whether they are summed over).

    The names are Dense's "input" and "units", or the letters in the equation of an EinsumDense.
    """
    if not hasattr(use.layer, "equation"):
        return [("input", use.input[-1], True), ("units", use.layer.units, False)]
    inputs, kernel, outputs = re.split(",|->", use.layer.equation)
    sizes = {}
    output_shape = use.layer.compute_output_shape(use.input)
    for letters, shape in ((inputs, use.input), (outputs, output_shape)):
        before, _, after = letters.partition("...")
        pairs = [*zip(before, shape), *zip(reversed(after), reversed(shape))]
        sizes |= {letter: size for letter, size in pairs if size is not None}
    return [(letter, sizes[letter], letter not in outputs) for letter in kernel]


def _axes(axes):
    return _multiply([("×", _atom(name, size)) for name, size, *_ in axes])


def _summed(use):
    if not hasattr(use.layer, "equation"):
        return use.input[-1]
    return math.prod(size for _, size, summed in _kernel(use) if summed)


def _put_out(use):
    return _axes(axis for axis in _kernel(use) if not axis[2])


def _new_axes(use):
    """The axes of an EinsumDense's kernel that its input lacks: each input goes into so many."""
    inputs = use.layer.equation.split(",")[0]
    return _axes(axis for axis in _kernel(use) if axis[0] not in inputs)


def _biases(use):
    if not hasattr(use.layer, "equation"):
        return use.layer.use_bias and _axes(_kernel(use)[-1:])
    sizes = {letter: (letter, size) for letter, size, _ in _kernel(use)}
    return use.layer.bias_axes and _axes(sizes[letter] for letter in use.layer.bias_axes)


def _packed(use):
    """Half as many numbers, rounded up, where two of four bits share one."""
    policy, embedding = use.layer.dtype_policy, hasattr(use.layer, "output_dim")
    size = use.layer.output_dim if embedding else _put_out(use).value
    return size if getattr(policy, "weight_bits", 4) == 8 else math.ceil(size / 2)


def _blocks(use):
    """How many blocks of inputs have scales of their own; 0 where int4 has one for each output."""
    policy, embedding = use.layer.dtype_policy, hasattr(use.layer, "output_dim")
    size = use.layer.output_dim if embedding else _summed(use)
    if hasattr(policy, "group_size"):  # of gptq and awq
        return 1 if policy.group_size == -1 else math.ceil(size / policy.group_size)
    return math.ceil(size / policy.block_size) if (policy.block_size or -1) > 0 else 0


# What the symbols stand for: a number, several sizes to multiply, or a formula to put in. They come
# from settings and the shape of the input, never from the weights: so comparing with these is a
# test. (One exception: `vector` is as long as the last axis of the kernel, whatever that is.)
SYMBOLS = {
    "input": _summed,
    "output": _put_out,
    "kernel": lambda use: use.layer.kernel_size,
    "channels": lambda use: use.input[_channel_axis(use.layer)],
    "grouped": lambda use: use.layer.groups > 1,
    "multiplier": lambda use: use.layer.depth_multiplier,
    "biases": lambda use: 2 if use.layer.reset_after else 1,
    "kernel_axes": lambda use: _axes(_kernel(use)),
    "new_axes": _new_axes,
    "all_biases": _biases,
    "lora": lambda use: getattr(use.layer, "lora_enabled", False),
    "rank": lambda use: use.layer.lora_rank,
    "lora_sizes": lambda use: _add([_axes(_kernel(use)[:-1]), _axes(_kernel(use)[-1:])]),
    "packed": _packed,
    "blocks": _blocks,
    "amax_scale": 1,
    "amax_history": lambda use: use.layer.dtype_policy.amax_history_length,
    **dict.fromkeys(("gamma", "beta", "mean", "variance", "count", "bias"), 1),
    **dict.fromkeys(("stddev", "renorm_mean", "renorm_stddev"), 1),
    **dict.fromkeys(("score_scale", "score_weight"), 1),
    "shifted": lambda use: use.layer.center and not getattr(use.layer, "rms_scaling", False),
    "features": _features,
    "vector": lambda use: use.layer.kernel.shape[-1],
    "slopes": _slopes,
    "query": lambda use: _attended(use, "query")[-1],
    "key": lambda use: _attended(use, "key")[-1],
    "value": lambda use: _attended(use, "value")[-1],
    "concat": lambda use: use.layer.score_mode == "concat",
    "output_size": _output_size,
    "gated": lambda use: use.layer.get_config().get("use_gate"),
    "query_heads": lambda use: use.layer.num_query_heads,
    "key_heads": lambda use: use.layer.num_key_value_heads,
    "parts": lambda use: 1 if use.layer.mode in ("real", "imag") else 2,
    "bins": lambda use: use.layer.fft_length // 2 + 1,
    # For the multiply-adds
    "positions": lambda use: _positions(use.layer, use.outputs[0]),
    "input_positions": lambda use: _positions(use.layer, use.input),
    "inputs": lambda use: use.input[1:],
    "outputs": lambda use: use.outputs[0][1:],
    "steps": lambda use: use.input[1],
    "reverse": lambda use: len(use.outputs[0]) == len(use.input),
    "queries": lambda use: _attended(use, "query")[1:-1],
    "keys": lambda use: _attended(use, "value")[1:-1],
    "attended": lambda use: [_attended(use, "value")[i] for i in use.layer.attention_axes],
    "contracted": _contracted,
    "real_and_imaginary": lambda use: use.layer.mode not in ("real", "imag", "stft"),
}


def _cell(use):
    outputs = use.outputs
    if use.layer.return_sequences:
        outputs = [_one_step(shape) for shape in outputs]
    return [Use(use.layer.cell, {"input": _one_step(use.input)}, outputs)]


def _cells(use):
    """The cells of a stack; each gets what the one below it puts out."""
    uses, shape = [], use.input
    for cell in use.layer.cells:
        uses.append(Use(cell, {"input": shape}))
        size = getattr(cell, "output_size", None) or cell.state_size
        shape = (shape[0], size if isinstance(size, int) else size[0])
    return uses


def _directions(use):
    return [Use(layer, use.inputs) for layer in (use.layer.forward_layer, use.layer.backward_layer)]


def _each_step(use):
    outputs = [_one_step(shape) for shape in use.outputs]
    return [Use(use.layer.layer, {"input": _one_step(use.input)}, outputs)]


def _wrapped(use):
    return [use._replace(layer=use.layer.layer)]


def _one_step(shape):
    """The shape without its axis of time."""
    return (shape[0], *shape[2:])


# Symbols that stand for the formulas of layers inside the layer.
PARTS = {
    "cell": _cell,
    "cells": _cells,
    "directions": _directions,
    "each_step": _each_step,
    "wrapped": _wrapped,
}


class Formula(NamedTuple):
    """A formula in symbols, the same in numbers, and its value."""

    symbols: str
    numbers: str
    value: int
    form: str = "atom"  # or "sum", "product", "quotient": says where it needs brackets


def _atom(symbol, sizes):
    sizes = sizes if isinstance(sizes, list | tuple) else [sizes]
    sizes = [operator.index(size) for size in sizes]  # no size may be None
    return Formula(symbol, _product(sizes), math.prod(sizes))


def _product(sizes):
    return " × ".join(map(str, sizes)) or "1"


def _add(terms):
    if len(terms) == 1:
        return terms[0]

    def write(text, form):
        return text if form == "sum" or " " not in text else f"({text})"

    symbols = " + ".join(write(term.symbols, term.form) for term in terms)
    numbers = " + ".join(write(term.numbers, term.form) for term in terms)
    return Formula(symbols, numbers, sum(term.value for term in terms), "sum")


def _multiply(factors):
    """Join pairs of a sign, "×" or "÷", and a formula; the sign of the first is left out."""
    if len(factors) == 1:
        return factors[0][1]

    def write(side):
        for sign, factor in factors:
            text = f"({factor[side]})" if factor.form in ("sum", "quotient") else factor[side]
            yield f" {sign} {text}"

    value = Fraction(1)
    for sign, factor in factors:
        value = value / factor.value if sign == "÷" else value * factor.value
    value = int(value) if value.denominator == 1 else value
    form = "quotient" if factors[-1][0] == "÷" else "product"
    return Formula("".join(write(0))[3:], "".join(write(1))[3:], value, form)


def _join(formulas):
    """Add up the formulas of a Counter. Symbols of different ones get a small number below."""
    terms = []
    for number, (formula, times) in enumerate(formulas.items(), start=1):
        if len(formulas) > 1:
            formula = formula._replace(symbols=_subscript(formula.symbols, number))
        terms.append(formula if times == 1 else _multiply([("×", _number(times)), ("×", formula)]))
    return _add(terms)


def _subscript(symbols, number):
    below = "".join(chr(ord("₀") + int(digit)) for digit in str(number))
    return re.sub(r"([A-Za-z_]+)", rf"\1{below}", symbols)


def _number(number):
    return _atom(str(number), number)


class _Product(NamedTuple):
    """One term of a formula: factors, and the flags that must hold for the term to be there."""

    flags: tuple  # pairs of a symbol and whether it must be set
    factors: tuple  # triples of a sign, "×" or "÷"; its flags; and a number, a symbol, or a sum


def _parse(template):
    """Read a formula such as "kernel × filters + [use_bias] filters": a tuple of `_Product`.

    Raises ValueError, with a sentence, where it is not one.
    """
    tokens = re.findall(r"\[[^]]*\]|\w+|\S", template)[::-1] if isinstance(template, str) else []

    def flags():
        found = []
        while tokens and tokens[-1].startswith("["):
            flag = re.fullmatch(r"\[(not )?([^\W\d]\w*)\]", tokens.pop())
            if not flag:
                raise ValueError
            found.append((flag[2], not flag[1]))
        return tuple(found)

    def a_sum():
        products = [a_product()]
        while tokens and tokens[-1] == "+":
            tokens.pop()
            products.append(a_product())
        return tuple(products)

    def a_product():
        of_term = flags()
        factors = [("×", (), a_factor())]
        while tokens and tokens[-1] in "×÷":
            factors.append((tokens.pop(), flags(), a_factor()))
        return _Product(of_term, tuple(factors))

    def a_factor():
        token = tokens.pop()
        if token == "(":
            inside = a_sum()
            if tokens.pop() != ")":
                raise ValueError
            return inside
        if token.isdecimal():
            return int(token)
        if not token.isidentifier():
            raise ValueError
        return token

    try:
        parsed = a_sum()
        if tokens:
            raise ValueError
    except (ValueError, IndexError):
        raise ValueError(
            f"{template!r} is not a formula: write names of settings and numbers, joined by + × ÷ "
            'and brackets, and "[use_bias]" before what is there only with that setting.'
        ) from None
    return parsed


def _evaluate(products, meaning):
    """The `Formula` for a sum that `_parse` read, or None if no term is there.

    `meaning(symbol)` gives a number, sizes to multiply, or a `Formula`; for a flag, whatever is
    true or false.
    """

    def holds(flags):
        return all(bool(meaning(symbol, flag=True)) == wanted for symbol, wanted in flags)

    def factor(read):
        if isinstance(read, int):
            return _number(read)
        if isinstance(read, tuple):
            return _evaluate(read, meaning)
        found = meaning(read)
        return found if isinstance(found, Formula) else _atom(read, found)

    terms = []
    for product in products:
        if not holds(product.flags):
            continue
        factors = [(sign, factor(read)) for sign, flags, read in product.factors if holds(flags)]
        factors = [(sign, formula) for sign, formula in factors if formula]
        if factors:
            terms.append(_multiply(factors))
    return _add(terms) if terms else None


def _formula(products, use, table):
    """What an entry of `table` says for a use of a layer.

    Raises one of `UNREADABLE` where the layer does not have what the entry names, or a size is not
    known.
    """

    import keras

    own = _taught(use.layer) is not None

    def meaning(symbol, flag=False):
        if own and hasattr(use.layer, symbol) and not hasattr(keras.Layer, symbol):
            return getattr(use.layer, symbol)  # a setting comes before a symbol of the same name
        if flag and symbol not in SYMBOLS and not hasattr(use.layer, symbol):
            return False  # a setting that this version of Keras does not have yet is not set
        if symbol in PARTS:
            read = _multiply_adds if table is MULTIPLY_ADDS else _parameters
            return _join(Counter(read(part) for part in PARTS[symbol](use)))
        found = SYMBOLS[symbol] if symbol in SYMBOLS else getattr(use.layer, symbol)
        return found(use) if callable(found) else found

    return _evaluate(products, meaning) or _number(0)


UNREADABLE = AttributeError, LookupError, TypeError, ValueError


def teach(cls, formula, multiply_adds=None):
    """Tell `explain` where the parameters of a layer of your own come from, in one line.

    Args:
        cls: a subclass of `keras.Layer`.
        formula: its number of parameters, such as "input × units + [use_bias] units". A name is a
            setting (an attribute) of the layer, or one of `SYMBOLS`, such as input (the size of the
            last axis), channels or kernel. What follows "[use_bias]" is there only where that
            setting is not False, 0 or None: after "+" a whole term, after "×" one factor.
        multiply_adds: the multiply-adds for one example, in the same way; without it the layer's
            cost is not known.

    Raises:
        TypeError: `cls` is not a class of layers.
        ValueError: the text is not a formula. `explain` raises it, too, for a formula that names
            what the layer does not have.
    """
    import keras

    if not (isinstance(cls, type) and issubclass(cls, keras.Layer)):
        raise TypeError(f"teach wants a subclass of keras.Layer, and got {cls!r}.")
    parsed = _parse(formula), None if multiply_adds is None else _parse(multiply_adds)
    TAUGHT[cls] = formula
    FORMULAS[cls] = parsed[0]
    if multiply_adds is None:
        MULTIPLY_ADDS.pop(cls, None)
    else:
        MULTIPLY_ADDS[cls] = parsed[1]


TAUGHT = {}  # class: the text that `teach` was given


def _taught(layer):
    """The text of the formula that a layer's class, or one that it is built on, was taught."""
    return next((TAUGHT[cls] for cls in type(layer).__mro__ if cls in TAUGHT), None)


def _read_table(table):
    """Each class's name with its formula, read: a mistake in one shows when this is imported."""
    return {name: _parse(text) for names, text in table.items() for name in names.split(", ")}


FORMULAS, MULTIPLY_ADDS = _read_table(FORMULAS), _read_table(MULTIPLY_ADDS)


def _look_up(table, layer):
    """The entry for the nearest class that a layer is or is built on, or None.

    A quantized layer may have an entry of its own, such as "Dense int8".
    """
    mode = getattr(layer, "quantization_mode", None)
    for cls in type(layer).__mro__:
        if cls in table:  # it was taught
            return table[cls]
        if cls.__module__.startswith("keras."):
            for name in (f"{cls.__name__} {mode}", cls.__name__):
                if name in table:
                    return table[name]
    return None


def _symbols(products):
    """All names in a formula."""
    names = set()
    for product in products:
        for _, _, read in product.factors:
            names |= _symbols(read) if isinstance(read, tuple) else {read}
    return names


def _lone_part(entry):
    """The one symbol of `PARTS` that a formula consists of, or None."""
    names = _symbols(entry or ())
    return next(iter(names)) if len(names) == 1 and names <= set(PARTS) else None


def _parameters(use):
    """The `Formula` of a layer's parameters; raises where there is none or it does not fit."""
    entry = _look_up(FORMULAS, use.layer)
    if entry is None:
        raise LookupError(f"no formula for {type(use.layer).__name__}")
    return _formula(entry, use, FORMULAS)


def _multiply_adds(use):
    """The `Formula` of one use's multiply-adds; raises where they cannot be said."""
    cls = type(use.layer)
    keras_computes = cls.__name__ not in OPAQUE and cls.call.__module__.startswith("keras.")
    if not keras_computes and cls not in MULTIPLY_ADDS:
        raise LookupError(f"{cls.__name__} computes what only its author knows")
    entry = _look_up(MULTIPLY_ADDS, use.layer)
    return _formula(entry, use, MULTIPLY_ADDS) if entry else _number(0)


def _joined_sizes(layer):
    sizes = [shape[layer.axis] for shape in _built_inputs(layer)["input"]]
    return f"no parameters; joins {' + '.join(map(str, sizes))} = {sum(sizes)}"


# What is worth saying about a layer without parameters. The lecture adds up what is joined.
REMARKS = {"Concatenate": _joined_sizes}


class Count(NamedTuple):
    """One of the costs of a row. Without a formula it is a sum, 0 or, where it is None, unknown."""

    value: int | None
    formula: str = ""  # "numbers × bytes"
    arithmetic: str = ""  # "600 × 4 = 2400"


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
    costs: tuple | list = ()  # where asked for, a `Count` for each of `COSTS`


COLUMNS = "output shape", "formula", "params"
COSTS = "Multiply-adds", "Weight bytes", "Activation bytes"  # the first and last of one example


class Explanation:
    """The table that `explain` returns: text when printed, HTML in a notebook.

    Attributes: `rows`, a list of `Row`; `total` and `trainable`, numbers of parameters. Each weight
    counts in one row, so the rows that are no subtotals add up to `total`. `costs`, where they were
    asked for: a dictionary with the total of each of `COSTS`, as far as it is known. `notes`, a
    list of sentences on what these totals leave out.
    """

    def __init__(self, rows, notes=(), columns=COLUMNS):
        self.rows, self.notes = rows, list(notes)
        self._shown = [0, *(i for i, name in enumerate(COLUMNS, 1) if name in columns)]
        counted = [row for row in rows if not row.subtotal]
        self.total = sum(row.params for row in counted)
        self.trainable = sum(row.trainable for row in counted)
        self.costs = {
            name: sum(row.costs[i].value or 0 for row in counted)
            for i, name in enumerate(COSTS)
            if rows and rows[0].costs
        }

    def _header(self):
        names = "Layer (type)", "Output shape", "Formula and numbers", "Params"
        return [[name] for name in [*(names[i] for i in self._shown), *self.costs]]

    def _cells(self, row):
        cells = _cells(row)
        return [*(cells[i] for i in self._shown), *cells[4:]]

    def _to_the_right(self, column):
        """Whether a column holds numbers: those of the parameters."""
        return column < len(self._shown) and self._shown[column] == 3

    def _totals(self):
        counts = self.total, self.trainable, self.total - self.trainable
        labels = "Total params", "Trainable params", "Non-trainable params"
        counted = zip([*labels, *self.costs], [*counts, *self.costs.values()])
        return [f"{label}: {count:,}" for label, count in counted] + self.notes

    def __repr__(self):
        table = [self._header(), *map(self._cells, self.rows)]
        longest = [max(len(line) for cell in column for line in cell) for column in zip(*table)]
        most = 28, 22, LINE_WIDTH, LINE_WIDTH
        widths = [min(most[i], width) for i, width in zip(self._shown, longest)]
        if 2 in self._shown:  # the formula has the room that is left
            place = self._shown.index(2)
            others = sum(widths) - widths[place] + 2 * (len(widths) - 1)
            widths[place] = min(LINE_WIDTH - others, widths[place])
        widths += [min(COST_WIDTH, width) for width in longest[len(widths) :]]
        text = []
        for row in table:
            columns = [
                [part for line in lines for part in _wrap(line, width)]
                for lines, width in zip(row, widths)
            ]
            for parts in zip_longest(*columns, fillvalue=""):
                cells = [
                    f"{part:{'>' if self._to_the_right(i) else '<'}{width}}"
                    for i, (part, width) in enumerate(zip(parts, widths))
                ]
                text.append("  ".join(cells).rstrip())
        rule = "=" * (sum(widths) + 2 * len(widths) - 2)
        return "\n".join([text[0], rule, *text[1:], rule, *self._totals()])

    def _repr_html_(self):
        def line(tag, row):
            cells = ["<br>".join(map(html.escape, lines)) for lines in row]
            sides = ["right" if self._to_the_right(i) else "left" for i in range(len(cells))]
            cells = zip(sides, cells)
            cells = [f'<{tag} style="text-align:{side}">{cell}</{tag}>' for side, cell in cells]
            return f"<tr>{''.join(cells)}</tr>"

        head = line("th", self._header())
        body = "\n".join(line("td", self._cells(row)) for row in self.rows)
        table = f"<table>\n<thead>{head}</thead>\n<tbody>\n{body}\n</tbody></table>"
        return f"{table}\n<p>{'<br>'.join(map(html.escape, self._totals()))}</p>"

    def to_markdown(self):
        """Return the table in Markdown, as a string."""

        def line(row):
            cells = ["<br>".join(html.escape(text, quote=False) for text in lines) for lines in row]
            escaped = [re.sub(r"([\\|*`$])", r"\\\1", cell) for cell in cells]
            return f"| {' | '.join(escaped)} |"

        sides = range(len(self._header()))
        rule = "|".join("--:" if self._to_the_right(i) else ":--" for i in sides)
        body = [line(self._cells(row)) for row in self.rows]
        totals = "  \n".join(self._totals())
        return "\n".join([line(self._header()), f"|{rule}|", *body, "", totals])


def _cells(row):
    """The columns of a row as text, each as a list of lines."""
    name = "· " * row.depth + f"{row.name} ({row.kind})"
    shape = "?" if row.output_shape is None else str(row.output_shape)
    # "kernel 5×2 = 10" already says the arithmetic "5 × 2 = 10" of a lone weight.
    repeats = row.arithmetic.replace(" × ", "×") in row.formula
    lines = [row.formula, "" if repeats else row.arithmetic, row.note and f"({row.note})"]
    costs = [_cost_lines(cost, row.subtotal) for cost in row.costs]
    params = f"({row.params:,})" if row.subtotal else f"{row.params:,}"
    return [[name], [shape], [line for line in lines if line], [params], *costs]


def _cost_lines(cost, subtotal):
    if cost.value is None:
        return ["?"]
    if not cost.formula:
        return [f"({cost.value:,})" if subtotal else f"{cost.value:,}"]
    return [cost.formula, f"{cost.arithmetic.rpartition(' = ')[0]} = {cost.value:,}"]


def _wrap(text, width):
    glued = text.replace(" = ", "\0=\0")  # a result stays on the line of its last number
    lines = textwrap.wrap(glued, width, subsequent_indent="  ", break_on_hyphens=False)
    return [line.replace("\0", " ") for line in lines]


def explain(model, cost=False, input_shape=None, depth=None, columns=COLUMNS):
    """Say where every parameter of a Keras model or layer comes from.

    Args:
        model: a built `keras.Model` or `keras.Layer`, on any backend.
        cost: whether to add columns for what it costs to run: multiply-adds and bytes of
            activations (the outputs of all layers) for one example, and bytes of weights.
        input_shape: the sizes of the model's one input without the batch, for the costs of a model
            that leaves some open.
        depth: how many levels of names to tell apart, so that a deep network fits on a screen. The
            levels are those of models inside models, then the parts of a name between "_": with 2,
            the layers conv2_block1_1_conv, conv2_block1_1_bn and so on of ResNet50 are one row.
        columns: which of `COLUMNS` to show behind the names.

    Returns:
        An `Explanation`. Its counts are numbers of scalars: the products of the shapes in
        `model.weights`, each weight once, as in `model.count_params()`.

    Raises:
        TypeError: `model` is neither a Keras model nor a layer.
        ValueError: it is not built, so that its weights do not exist yet; `input_shape` does not
            fit the model; `depth` is no positive integer; or there is no such column.

    Source of the formulas: each layer's `build` and `call` methods in Keras 3.15.
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
    if depth is not None and (not isinstance(depth, int) or depth < 1):
        raise ValueError(
            f"depth={depth!r}: how many levels of names? Give 1, 2, … or None for all."
        )
    wanted = columns if isinstance(columns, list | tuple) else [None]
    if not all(isinstance(name, str) and name in COLUMNS for name in wanted):
        raise ValueError(f"columns={columns!r}: give a list of {', '.join(map(repr, COLUMNS))}.")
    trained = {id(weight) for weight in model.trainable_weights}
    cost = cost or input_shape is not None
    walk = _Walk({}, trained, _Uses() if cost else None)
    # Asking for shapes would otherwise give values to all weights that were built without.
    with keras.StatelessScope(initialize_variables=False):
        if cost:
            walk.uses.start(model, input_shape)
        rows = _model_rows(model, 0, walk) if is_model else _layer_rows(model, 0, walk)
    rows = rows if depth is None else _fold(rows, depth)
    return Explanation(rows, walk.uses.notes() if cost else (), columns)


def _fold(rows, depth):
    """Rows in which neighbours whose names agree in their first `depth` parts are one."""
    above, paths = [], []  # the models that a row sits in
    for row in rows:
        above = [*above[: row.depth], row.name]
        parts = re.sub(r"_(?=\d+$)", "\0", row.name).split("_")  # the number of dense_1 is no part
        parts = [part.replace("\0", "_") for part in parts]
        paths.append((*above[:-1], *([row.name] if row.subtotal else parts)))
    folded = []
    for path, group in itertools.groupby(zip(paths, rows), key=lambda pair: pair[0][:depth]):
        group = [row for _, row in group]
        folded += group if len(group) == 1 else [_folded(path, group)]
    return folded


def _folded(path, rows):
    """One row for several; `path` is what their names have in common."""
    models = path[: rows[0].depth]
    name = "_".join(path[rows[0].depth :])
    counted = [row for row in rows if not row.subtotal]
    kinds = Counter(row.kind for row in counted)
    what = ", ".join(kind if n == 1 else f"{n} {kind}" for kind, n in kinds.items())
    params, trainable = sum(row.params for row in counted), sum(row.trainable for row in counted)
    shape = rows[0].output_shape if rows[0].subtotal else counted[-1].output_shape
    note = f"{trainable} of {params} trainable" if trainable < params else ""
    costs = [Count(_sum(row.costs[i].value for row in counted)) for i in range(len(rows[0].costs))]
    about = (name, f"{len(counted)} layers", shape, what, "", params, trainable)
    return Row(*about, note, len(models), False, costs)


def _sum(values):
    """The sum, or None where one of the values is not known."""
    values = list(values)
    return None if None in values else sum(values)


class _Walk(NamedTuple):
    """What is carried along from row to row."""

    counted: dict  # id of each weight counted so far: its layer and its name
    trained: set  # ids of the weights that training changes
    uses: object  # `_Uses`, or None where no costs are asked for


def _model_rows(model, depth, walk):
    """Rows of the layers inside a model, or inside a layer that has no formula of its own."""
    rows = []
    if walk.uses:
        walk.uses.open(model)
    for layer in _inner_layers(model):
        rows += _layer_rows(layer, depth, walk)
    if any(id(weight) not in walk.counted for weight in model.weights):
        # A model of one's own may have weights that belong to none of its layers.
        rows.append(_row(model, depth, walk))
    return rows


def _layer_rows(layer, depth, walk):
    """The row of one layer, in a list; a nested model's is followed by those inside it."""
    import keras

    is_model = isinstance(layer, keras.Model)
    if not is_model and not _must_be_opened(layer, walk):
        return [_row(layer, depth, walk)]
    inside = _model_rows(layer, depth + 1, walk)
    counted = [row for row in inside if not row.subtotal]
    params, trainable = sum(row.params for row in counted), sum(row.trainable for row in counted)
    notes = [
        "" if layer.built else "not built yet",
        "" if is_model or _look_up(FORMULAS, layer) else f"no formula for {type(layer).__name__}",
        "sum of the rows marked · below",
    ]
    costs = ()
    if walk.uses:
        costs = [Count(sum(row.costs[i].value or 0 for row in counted)) for i in range(len(COSTS))]
    about = (layer.name, type(layer).__name__, _output_shape(layer), "", "", params, trainable)
    return [Row(*about, "; ".join(filter(None, notes)), depth, True, costs), *inside]


def _inner_layers(layer):
    """The layers inside a model or another layer, each once."""
    import keras

    if isinstance(layer, keras.Model):
        layers = layer.layers
    else:
        layers = _directly_inside(layer)
    return list({id(inner): inner for inner in layers}.values())


def _must_be_opened(layer, walk):
    """Whether a layer's weights are those of layers inside it, and no formula explains them."""
    weights = [weight for weight in layer.weights if id(weight) not in walk.counted]
    if not weights or _explain_by_formula(layer, weights):
        return False
    return any(inner.weights for inner in _inner_layers(layer))


def _row(layer, depth, walk):
    """The row of one layer; it counts the weights that no row above has counted."""
    every = list({id(weight): weight for weight in layer.weights}.values())
    weights = [weight for weight in every if id(weight) not in walk.counted]
    tied = [walk.counted[id(weight)] for weight in every if id(weight) in walk.counted]
    walk.counted.update((id(weight), (layer, weight.name)) for weight in weights)
    params, above = _count(weights), _count(every) - _count(weights)
    trainable = _count(weight for weight in weights if id(weight) in walk.trained)
    elsewhere = [f"{name} of {owner.name}" for owner, name in tied if owner is not layer]

    formula, arithmetic, remark = _explain_count(layer, weights, above)
    notes = [
        "" if layer.built else f"not built yet, counted as {params}",
        above and ", as ".join([f"{above} parameters are counted above", *elsewhere]),
        remark,
        trainable < params
        and f"{'' if layer.trainable else 'frozen: '}{trainable} of {params} trainable",
    ]
    costs = walk.uses.costs(layer, weights) if walk.uses else ()
    about = (layer.name, type(layer).__name__, _output_shape(layer), formula, arithmetic)
    return Row(*about, params, trainable, "; ".join(filter(None, notes)), depth, False, costs)


def _explain_count(layer, weights, above):
    """Formula, arithmetic and remark for `weights`; `above` parameters of the layer came before."""
    if not weights:
        return "", "", None if above else _remark(layer)
    if above:
        return *_by_shape(weights, layer), "the rest by shape"
    formula = _explain_by_formula(layer, weights)
    if formula:
        return formula.symbols, f"{formula.numbers} = {_count(weights)}", None
    kind, known = type(layer).__name__, _look_up(FORMULAS, layer)
    why = f"the formula for {kind} does not give this" if known else f"no formula for {kind}"
    return *_by_shape(weights, layer), f"{why}: weights by shape"


def _explain_by_formula(layer, weights):
    """The `Formula` that gives as many parameters as the weights have, or None."""
    try:
        formula = _parameters(Use(layer, _built_inputs(layer)))
    except UNREADABLE as error:
        if _taught(layer):
            raise ValueError(
                f"The formula that {type(layer).__name__} was taught, {_taught(layer)!r}, does "
                f"not fit its layer '{layer.name}': {error}."
            ) from error
        return None  # a layer of one's own, built on Keras's, that the entry cannot read
    return formula if formula.value == _count(weights) else None


def _remark(layer):
    try:
        return _look_up(REMARKS, layer)(layer)
    except Exception:
        return None


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


def _built_inputs(layer):
    """The shapes that a layer was built with, by the name of the argument."""
    config = layer.get_build_config()
    shapes = config.get("shapes_dict") or {"input": config["input_shape"]}
    return {name.removesuffix("_shape"): shape for name, shape in shapes.items()}


def _output_shape(layer):
    """The shape, a list of shapes, or None. A layer used twice has the shape of its first use."""
    import keras

    try:
        outputs = layer.output
    except (AttributeError, ValueError):  # never called on a keras.Input
        try:
            inputs = [keras.KerasTensor(shape) for shape in _built_inputs(layer).values()]
            inspect.signature(layer.call).bind(*inputs)  # a cell wants its state too: quick to say
            outputs = layer.compute_output_spec(*inputs)
        except Exception:  # Keras cannot say, and a shape is not worth an error
            return None
    shapes = [tuple(tensor.shape) for tensor in keras.tree.flatten(outputs)]
    return shapes[0] if len(shapes) == 1 else shapes


class _Uses:
    """Which layer is used on which shapes, how often: what the costs are counted from."""

    def __init__(self):
        self.of = {}  # id of a layer: list of `Use`
        self.operations = {}  # names of operations that are no layers, as keys
        self.without_graph = {}  # names of models and layers that run code of their own, as keys
        self.unknown = False  # whether some row has a cost that cannot be said

    def notes(self):
        """Sentences on what the totals leave out."""
        notes = []
        if self.unknown:
            notes.append("The costs leave out what is marked ?.")
        if self.operations:
            names = ", ".join(self.operations)
            notes.append(f"The costs leave out operations that are no layers: {names}.")
        if self.without_graph:
            names = ", ".join(self.without_graph)
            notes.append(
                f"Inside {names}, each layer costs one call on the shape that it was built with; "
                "whatever else is computed there is left out."
            )
        return notes

    def add(self, use):
        self.of.setdefault(id(use.layer), []).append(use)

    def start(self, model, input_shape):
        """Note the one use of the model, or layer, that is to be explained."""
        graph = _graph(model)
        shapes = [tuple(tensor.shape) for tensor in graph.inputs] if graph else []
        if input_shape is not None:
            if not isinstance(input_shape, list | tuple):
                raise ValueError(f"input_shape={input_shape!r:.60}: give a tuple of sizes.")
            if [len(shape) for shape in shapes] != [len(input_shape) + 1]:
                wanted = f"{model.name} wants {shapes}" if graph else f"{model.name} has no graph"
                raise ValueError(f"input_shape={tuple(input_shape)} does not fit: {wanted}.")
            shapes = [(None, *input_shape)]
        self.add(Use(model, {"input": shapes}) if graph else _built_use(model))

    def open(self, layer):
        """Note the uses that a layer makes of those inside it, for each time it is used itself."""
        graph, entry = _graph(layer), _look_up(FORMULAS, layer)
        for use in self.of.pop(id(layer), []):
            if graph:
                self._run(graph, use)
            elif _lone_part(entry):  # a layer around others
                steps = use.input[1] if "steps" in _symbols(_look_up(MULTIPLY_ADDS, layer)) else 1
                for part in PARTS[_lone_part(entry)](use) if steps else []:
                    self.add(part._replace(times=use.times * steps))
            else:
                self.without_graph[type(layer).__name__] = True
                for inner in _inner_layers(layer):
                    self.add(_built_use(inner)._replace(times=use.times))

    def _run(self, graph, use):
        """Send shapes through the graph of a model, and note what each layer gets and gives."""
        import keras

        def note(operation):
            def call(*args, **kwargs):
                outputs = operation.compute_output_spec(*args, **kwargs)
                if not isinstance(operation, keras.Layer):
                    self.operations[type(operation).__name__] = True
                    return outputs
                tensors = keras.tree.flatten(outputs)
                shapes = [tuple(tensor.shape) for tensor in tensors]
                dtypes = [tensor.dtype for tensor in tensors]
                inputs = _input_shapes(operation, args, kwargs)
                self.add(Use(operation, inputs, shapes, dtypes, use.times))
                return outputs

            return call

        shapes = use.input if isinstance(use.input[0], list | tuple) else [use.input]
        inputs = [keras.KerasTensor(s, t.dtype) for s, t in zip(shapes, graph.inputs)]
        for tensor in graph.inputs:  # what comes in from outside costs the model nothing
            self.of.setdefault(id(_maker(tensor)), [])
        _send_through(graph, inputs, note)

    def costs(self, layer, weights):
        """A `Count` for each of `COSTS`; the uses of the layer are then spent."""
        uses, self.of[id(layer)] = self.of.get(id(layer)), []
        costs = _cost(_multiply_adds, uses), _weight_bytes(weights), _cost(_activation_bytes, uses)
        self.unknown |= any(cost.value is None for cost in costs)
        return costs


def _input_shapes(layer, args, kwargs):
    """The shapes of the tensors that a layer is called on, by the name of the argument."""
    import keras

    if _graph(layer):
        given = keras.tree.flatten((args, kwargs))
        return {"input": [tuple(x.shape) for x in given if isinstance(x, keras.KerasTensor)]}
    shapes = {}
    for name, value in inspect.signature(layer.call).bind(*args, **kwargs).arguments.items():
        tensors = keras.tree.flatten(value)
        if tensors and all(isinstance(tensor, keras.KerasTensor) for tensor in tensors):
            shapes[name] = keras.tree.map_structure(lambda tensor: tuple(tensor.shape), value)
    return shapes


def _built_use(layer):
    """The use that a layer was built for."""
    try:
        outputs = _output_shape(layer)
        outputs = outputs if isinstance(outputs, list) else [outputs]
        return Use(layer, _built_inputs(layer), outputs, [layer.compute_dtype] * len(outputs))
    except Exception:  # it was not built: its costs are not known
        return Use(layer, {})


def _cost(read, uses):
    """The sum of what `read` makes of each use, as a `Count`."""
    try:
        formulas = Counter()
        for use in uses:
            formulas[read(use)] += use.times
    except Exception:  # a size that is not known, or a layer of one's own
        return Count(None)
    return _as_count(formulas)


def _as_count(formulas):
    formulas = Counter({formula: times for formula, times in formulas.items() if formula.value})
    if not formulas:
        return Count(0)
    total = _join(formulas)
    return Count(total.value, total.symbols, f"{total.numbers} = {total.value}")


def _activation_bytes(use):
    if None in use.outputs or not use.outputs:
        raise LookupError("an output has no shape")
    outputs = zip(use.outputs, use.dtypes)
    return _add([_bytes(_atom("outputs", shape[1:]), dtype) for shape, dtype in outputs])


def _weight_bytes(weights):
    numbers = Counter()
    for weight in weights:
        numbers[weight.dtype] += math.prod(weight.shape)
    return _as_count(Counter(_bytes(_atom("params", n), dtype) for dtype, n in numbers.items()))


def _bytes(numbers, dtype):
    """The formula for the bytes of so many numbers of a type such as "float32"."""
    bits = re.search(r"\d+", dtype)  # that of bool is a byte
    size = int(bits[0]) // 8 if bits else 1
    return _multiply([("×", numbers), ("×", _atom("bytes", size))])


# ---------------------------------------------------------------------------------------------
# Keras has no public name for these. A test calls each on a small model and says which one broke.


def _graph(model):
    """The graph of a Functional or Sequential model; None for any other model or layer."""
    import keras

    graph = getattr(model, "_functional", model)
    return graph if isinstance(graph, keras.Function) else None


def _directly_inside(layer):
    """The layers that are attributes of a layer."""
    return layer._flatten_layers(include_self=False, recursive=False)


def _maker(tensor):
    """The layer or operation that a symbolic tensor comes from."""
    return tensor._keras_history.operation


def _send_through(graph, inputs, wrap):
    """Call `wrap(operation)` on what each operation of a graph gets, beginning with `inputs`."""
    graph._run_through_graph(inputs, operation_fn=wrap)
