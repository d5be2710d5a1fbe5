"""Every layer class of Keras, over a range of settings: the printed formula against Keras's count.

Each list of settings is a grid: all the combinations of the values given. Sizes differ from each
other wherever they can, so that a formula that takes one for another gives another number.
"""

import inspect
import itertools

import keras
import numpy as np
import pytest
from arithmetic import assert_adds_up
from keras import layers

from dlhelpers import params

pytestmark = pytest.mark.usefixtures("after_this_file")
BACKEND = keras.backend.backend()


def grid(shapes, **options):
    """Pairs of settings and input shape: all combinations of the values given."""
    for shape, *values in itertools.product(shapes, *options.values()):
        yield dict(zip(options, values)), shape


def conv_shapes(rank):
    return [(12, 13, 14)[:rank] + (c,) for c in (4, 8)]


def convolutions(rank, **options):
    """Over kernels, strides and the place of the channels."""
    kernels = [3, (2, 3, 4)[:rank]]
    last = grid(conv_shapes(rank), kernel_size=kernels, use_bias=[True, False], **options)
    first = grid(
        [(4, *shape[:-1]) for shape in conv_shapes(rank)[:1]],
        kernel_size=kernels,
        data_format=["channels_first"],
        padding=["same"],
        strides=[2],
        **options,
    )
    return [*last, *first]


def cells(**options):
    return grid([(5,), (7,)], units=[3, 4], use_bias=[True, False], **options)


def recurrent(**options):
    once = [{"return_sequences": True, "return_state": True, "go_backwards": True, "dropout": 0.5}]
    with_more = [
        (settings | more, shape)
        for settings, shape in grid([(6, 5)], units=[3], **options)
        for more in once
    ]
    return [*grid([(6, 5), (None, 7)], units=[3, 4], use_bias=[True, False], **options), *with_more]


def attention_inputs(query=(6, 5), value=(7, 5), key=None):
    return [query, value] if key is None else [query, value, key]


NAMED = [
    {"query_shape": (None, 6, 5), "value_shape": (None, 7, 5)},
    {"query_shape": (None, 6, 5), "value_shape": (None, 7, 8), "key_shape": (None, 7, 9)},
]
NORMALIZED = {"scale": [True, False], "center": [True, False]}

# Class: pairs of settings and input shape without the batch. A list of shapes is a list of inputs;
# a dictionary holds the arguments of `build`.
GRIDS = {
    layers.Dense: [
        *grid(
            [(5,), (10, 1), (2, 3, 6)], units=[1, 7], use_bias=[True, False], activation=["relu"]
        ),
        *grid([(5,), (4, 6)], units=[7], use_bias=[True, False], lora_rank=[1, 3]),
        *grid(
            [(5,), (256,), (4, 6)],
            units=[7, 8],
            dtype=["int8_from_float32"],
            lora_rank=[None, 2, 3],
        ),
        *grid(
            [(5,), (256,), (300,)],
            units=[7, 8],
            use_bias=[True, False],
            dtype=["int4/128_from_float32", "int4/-1_from_float32"],
        ),
        *grid([(5,)], units=[7], use_bias=[True, False], dtype=["float8_from_float32"]),
        *grid(
            [(5,), (300,)],
            units=[7],
            dtype=["int4/128_from_float32", "float8_from_float32"],
            lora_rank=[2, 3],
        ),
        *grid(
            [(5,), (300,)], units=[7], dtype=["gptq/4/128_from_float32", "gptq/8/-1_from_float32"]
        ),
        *grid([(5,), (300,)], units=[7], use_bias=[True, False], dtype=["awq/4/128_from_float32"]),
    ],
    layers.EinsumDense: [
        *grid([(5,)], equation=["ab,bc->ac"], output_shape=[7], bias_axes=[None, "c"]),
        *grid(
            [(4, 5)],
            equation=["abc,cd->abd"],
            output_shape=[(None, 7)],
            bias_axes=[None, "d", "bd"][:2],
        ),
        *grid([(4, 5)], equation=["...x,xy->...y"], output_shape=[7], bias_axes=[None, "y"]),
        *grid(
            [(4, 5)],
            equation=["abc,cde->abde"],
            output_shape=[(None, 2, 3)],
            bias_axes=[None, "e", "de"],
            lora_rank=[None, 2],
        ),
        *grid(
            [(4, 2, 3)],
            equation=["abde,dec->abc"],
            output_shape=[(None, 7)],
            bias_axes=["c"],
            lora_rank=[None, 3],
        ),
        *grid([(4, 5)], equation=["ab...,bc->ac..."], output_shape=[7]),
        *grid(
            [(4, 9)],
            equation=["abc,cde->abde"],
            output_shape=[(None, 2, 3)],
            bias_axes=["de"],
            dtype=[
                "int8_from_float32",
                "int4/4_from_float32",
                "int4/-1_from_float32",
                "float8_from_float32",
                "gptq/4/4_from_float32",
                "gptq/8/-1_from_float32",
                "awq/4/4_from_float32",
            ],
        ),
        *grid(
            [(4, 9)],
            equation=["abc,cde->abde"],
            output_shape=[(None, 2, 3)],
            dtype=["int8_from_float32", "int4/4_from_float32", "float8_from_float32"],
            lora_rank=[2, 3],
        ),
        *grid(
            [(4, 2, 3)],
            equation=["abde,dec->abc"],
            output_shape=[(None, 7)],
            bias_axes=[None],
            dtype=["int8_from_float32", "int4/4_from_float32", "gptq/4/4_from_float32"],
        ),
    ],
    layers.Embedding: [
        *grid(
            [(9,), ()],
            input_dim=[11],
            output_dim=[3, 4],
            mask_zero=[True, False],
            lora_rank=[None, 2, 3],
        ),
        *grid(
            [(9,)],
            input_dim=[11],
            output_dim=[3, 200],
            dtype=["int8_from_float32", "int4/128_from_float32", "int4/-1_from_float32"],
            lora_rank=[None, 2, 3],
        ),
    ],
    layers.ReversibleEmbedding: [
        *grid(
            [(9,)],
            input_dim=[11],
            output_dim=[3, 4],
            lora_rank=[None, 2, 3],
        ),
        *grid([(9,)], input_dim=[11], output_dim=[3, 4], tie_weights=[False]),
        *grid(
            [(9,)],
            input_dim=[11],
            output_dim=[3, 200],
            tie_weights=[True, False],
            dtype=["int8_from_float32", "int4/128_from_float32", "int4/-1_from_float32"],
        ),
        *grid(
            [(9,)],
            input_dim=[11],
            output_dim=[3],
            dtype=["int8_from_float32", "int4/-1_from_float32"],
            lora_rank=[2, 3],
        ),
    ],
    layers.Conv1D: [
        *convolutions(1, filters=[8], groups=[1, 2, 4]),
        *grid(
            [(20, 4)],
            filters=[6],
            kernel_size=[5],
            padding=["causal"],
            dilation_rate=[2],
            groups=[1, 2],
            lora_rank=[None, 2, 3],
        ),
    ],
    layers.Conv2D: [
        *convolutions(2, filters=[8], groups=[1, 2, 4]),
        *grid([(9, 8, 4)], filters=[8], kernel_size=[5], groups=[1, 4], lora_rank=[2, 3]),
    ],
    layers.Conv3D: [
        *convolutions(3, filters=[8], groups=[1, 2, 4]),
        *grid([(6, 7, 8, 4)], filters=[8], kernel_size=[2], groups=[1, 4], lora_rank=[2, 3]),
    ],
    layers.Conv1DTranspose: convolutions(1, filters=[5, 8]),
    layers.Conv2DTranspose: convolutions(2, filters=[5, 8]),
    layers.Conv3DTranspose: convolutions(3, filters=[5, 8]),
    layers.DepthwiseConv1D: convolutions(1, depth_multiplier=[1, 3]),
    layers.DepthwiseConv2D: convolutions(2, depth_multiplier=[1, 3]),
    layers.SeparableConv1D: convolutions(1, filters=[5, 7], depth_multiplier=[1, 3]),
    layers.SeparableConv2D: convolutions(2, filters=[5, 7], depth_multiplier=[1, 3]),
    layers.SimpleRNNCell: cells(),
    layers.LSTMCell: cells(unit_forget_bias=[True, False]),
    layers.GRUCell: cells(reset_after=[True, False]),
    layers.SimpleRNN: recurrent(),
    layers.LSTM: recurrent(),
    layers.GRU: recurrent(reset_after=[True, False]),
    layers.ConvLSTM1D: grid(
        [(5, 12, 4)], filters=[3, 8], kernel_size=[2, 3], use_bias=[True, False]
    ),
    layers.ConvLSTM2D: [
        *grid([(5, 9, 8, 4)], filters=[3, 8], kernel_size=[2, (2, 3)], use_bias=[True, False]),
        *grid(
            [(5, 4, 9, 8)],
            filters=[3],
            kernel_size=[2],
            data_format=["channels_first"],
            return_sequences=[True],
        ),
    ],
    layers.ConvLSTM3D: grid(
        [(2, 5, 6, 7, 4)], filters=[3], kernel_size=[2, (2, 3, 4)], padding=["same"]
    ),
    layers.StackedRNNCells: grid(
        [(5,)],
        cells=[
            lambda: [layers.LSTMCell(3), layers.GRUCell(4)],
            lambda: [layers.SimpleRNNCell(5), layers.SimpleRNNCell(5)],
            lambda: [layers.SimpleRNNCell(4)],
        ],
    ),
    layers.RNN: grid(
        [(6, 5)],
        cell=[lambda: layers.LSTMCell(3), lambda: [layers.LSTMCell(3), layers.GRUCell(4)]],
        return_sequences=[True, False],
    ),
    layers.Bidirectional: [
        *grid(
            [(6, 5)],
            layer=[
                lambda: layers.LSTM(3),
                lambda: layers.GRU(4, use_bias=False),
                lambda: layers.SimpleRNN(2),
            ],
            merge_mode=["concat", "sum"],
        ),
        *grid(
            [(6, 5)],
            layer=[lambda: layers.LSTM(3)],
            backward_layer=[
                lambda: layers.LSTM(4, go_backwards=True),
                lambda: layers.GRU(3, go_backwards=True),
            ],
            merge_mode=[None],
        ),
    ],
    layers.TimeDistributed: [
        *grid([(6, 5)], layer=[lambda: layers.Dense(3), lambda: layers.BatchNormalization()]),
        *grid(
            [(6, 9, 8, 4)],
            layer=[lambda: layers.Conv2D(3, 2), lambda: layers.TimeDistributed(layers.LSTM(3))],
        ),
    ],
    layers.BatchNormalization: [
        *grid([(5,), (9, 8, 6)], **NORMALIZED),
        *grid([(6, 9, 8)], axis=[1, 2], renorm=[True, False]),
    ],
    layers.LayerNormalization: [
        *grid([(10, 5)], axis=[-1, 1, [1, 2]], **NORMALIZED),
        *grid([(10, 5)], rms_scaling=[True]),
    ],
    layers.GroupNormalization: grid([(4, 6)], axis=[-1], groups=[1, 2, 3, -1], **NORMALIZED),
    layers.RMSNormalization: grid([(10, 5)], axis=[-1, 1, [1, 2]]),
    layers.SpectralNormalization: [
        *grid(
            [(9, 8, 4)],
            layer=[
                lambda: layers.Conv2D(3, 2),
                lambda: layers.Conv2DTranspose(3, 2),
                lambda: layers.Dense(7, use_bias=False),
                lambda: layers.DepthwiseConv2D(3, depth_multiplier=2),
            ],
        ),
        *grid([(9,)], layer=[lambda: layers.Embedding(11, 3)]),
    ],
    layers.Normalization: grid([(8, 9, 3)], axis=[-1, None, 1, (1, 3)]),
    layers.PReLU: [*grid([(5,), (8, 9, 4)]), *grid([(8, 9, 4)], shared_axes=[[1], [1, 2], [3]])],
    layers.Attention: grid(
        [[(6, 5), (7, 5)], [(6, 5), (7, 8), (7, 5)]],
        use_scale=[True, False],
        score_mode=["dot", "concat"],
    ),
    layers.AdditiveAttention: grid(
        [[(6, 5), (7, 5)], [(6, 5), (7, 8), (7, 5)]], use_scale=[True, False]
    ),
    layers.MultiHeadAttention: [
        *grid(
            NAMED,
            num_heads=[2, 3],
            key_dim=[3],
            value_dim=[None, 4],
            use_bias=[True, False],
            use_gate=[True, False],
        ),
        *grid(NAMED, num_heads=[2], key_dim=[3], output_shape=[7, (2, 7)]),
        *grid(
            [{"query_shape": (None, 4, 6, 5), "value_shape": (None, 4, 7, 5)}],
            num_heads=[2, 3],
            key_dim=[3],
            attention_axes=[None, 2],
        ),
    ],
    layers.GroupQueryAttention: grid(
        NAMED,
        head_dim=[3],
        num_query_heads=[4],
        num_key_value_heads=[1, 2, 4],
        use_bias=[True, False],
        use_gate=[True, False],
    ),
    layers.STFTSpectrogram: grid(
        [(600, 1), (600, 2)],
        mode=["log", "magnitude", "psd", "real", "imag", "angle", "stft"],
        frame_length=[200],
        fft_length=[256, 512],
    ),
}


def made(cls, settings):
    """The layer; a function among its settings makes the layer to be put in."""
    made = {name: v() if inspect.isfunction(v) else v for name, v in settings.items()}
    return cls(**made)


def built(cls, settings, shape):
    """The layer with weights that have a shape and no values, which JAX would take long to draw."""
    layer = made(cls, settings)
    with keras.StatelessScope(initialize_variables=False):
        if isinstance(shape, dict):
            layer.build(**shape)
        elif isinstance(shape, list):
            layer.build([(None, *one) for one in shape])
        else:
            layer.build((None, *shape))
    return layer


def test_every_formula_is_tested():
    inside = {"ConvLSTMCell"}  # tested by the layers that have it
    private = {"LayerScale"}  # tested by keras.applications.ConvNeXt
    names = {name.split()[0] for name in params.FORMULAS} - inside - private
    with_base = {"SimpleRNN", "LSTM", "GRU", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"}  # RNN
    assert names == {cls.__name__ for cls in GRIDS} - with_base


# Classes that own weights which no formula can know, because they come from elsewhere.
FALLBACKS = {"FlaxLayer", "JaxLayer", "Layer", "TFSMLayer", "TorchModuleWrapper", "Wrapper"}

# What a layer without weights needs to be made, where that is not nothing.
SETTINGS = {
    "Activation": {"activation": "relu"},
    "Adaptive": {"output_size": 2},
    "AlphaDropout": {"rate": 0.5},
    "AveragePooling": {"pool_size": 2},
    "CategoryEncoding": {"num_tokens": 4},
    "CenterCrop": {"height": 4, "width": 4},
    "Discretization": {"bin_boundaries": [0.5]},
    "Dot": {"axes": -1},
    "Dropout": {"rate": 0.5},
    "GaussianDropout": {"rate": 0.5},
    "GaussianNoise": {"stddev": 0.5},
    "HashedCrossing": {"num_bins": 4},
    "Hashing": {"num_bins": 4},
    "InputLayer": {"shape": (8, 9, 3)},
    "Lambda": {"function": lambda x: x},
    "MaxNumBoundingBoxes": {"max_number": 3},
    "Permute": {"dims": (2, 1, 3)},
    "Pipeline": {"layers": [layers.Rescaling(2.0)]},
    "RandomBrightness": {"factor": 0.1},
    "RandomColorDegeneration": {"factor": 0.1},
    "RandomContrast": {"factor": 0.1},
    "RandomCrop": {"height": 4, "width": 4},
    "RandomHue": {"factor": 0.1},
    "RandomPosterization": {"factor": 4},
    "RandomRotation": {"factor": 0.1},
    "RandomSaturation": {"factor": 0.1},
    "RandomSharpness": {"factor": 0.1},
    "RandomTranslation": {"height_factor": 0.1, "width_factor": 0.1},
    "RandomZoom": {"height_factor": 0.1},
    "RepeatVector": {"n": 2},
    "Rescaling": {"scale": 2.0},
    "Reshape": {"target_shape": (-1,)},
    "Resizing": {"height": 4, "width": 4},
    "SpatialDropout": {"rate": 0.5},
}
OF_A_LIST = ("Add", "Average", "Concatenate", "Dot", "HashedCrossing")
OF_A_LIST += ("Maximum", "Minimum", "Multiply", "Subtract")
SHAPES = {"1D": (8, 3), "3D": (8, 9, 10, 3), "RepeatVector": (8,), "HashedCrossing": (1,)}


def for_name(table, name, otherwise):
    """The entry whose key is the name, or else starts or ends it, such as "1D"."""
    near = (table[key] for key in table if name.startswith(key) or name.endswith(key))
    return table.get(name) or next(near, otherwise)


OTHERS = sorted(
    {
        cls.__name__: cls
        for _, cls in inspect.getmembers(layers, inspect.isclass)
        if issubclass(cls, keras.Layer) and cls not in GRIDS and cls.__name__ not in FALLBACKS
    }.items()
)


@pytest.mark.parametrize(("name", "cls"), OTHERS, ids=[name for name, _ in OTHERS])
def test_a_layer_of_keras_has_a_formula_or_no_weights(name, cls):
    """A new class fails here: give it a formula and a grid, or say how to make it."""
    layer = cls(**for_name(SETTINGS, name, {}))
    inputs = keras.Input(for_name(SHAPES, name, (8, 9, 3)))
    if name != "InputLayer":
        layer([inputs, inputs] if name in OF_A_LIST else inputs)
    assert not layer.weights, f"{name} owns weights and has no formula"
    [row] = params.explain(layer).rows
    assert (row.params, row.trainable, row.formula, row.arithmetic) == (0, 0, "", "")


@pytest.mark.skipif(BACKEND != "jax", reason="a layer around a JAX function")
def test_a_jax_layer_is_explained_by_the_shapes_of_its_weights():
    weights = {"w": np.ones((5, 3), "float32"), "b": np.ones(3, "float32")}
    layer = layers.JaxLayer(
        lambda params, inputs: inputs @ params["w"] + params["b"], params=weights
    )
    layer(keras.Input((5,)))
    assert_by_shape(layer, 18)


@pytest.mark.skipif(BACKEND != "torch", reason="a layer around a PyTorch module")
def test_a_torch_module_is_explained_by_the_shapes_of_its_weights():
    import torch

    layer = layers.TorchModuleWrapper(torch.nn.Linear(5, 3))
    layer(keras.ops.zeros((1, 5)))
    assert_by_shape(layer, 18)


def test_a_bare_wrapper_is_opened():
    layer = layers.Wrapper(layers.Dense(3))
    layer.build((None, 5))
    outer, inner = params.explain(layer).rows
    assert (outer.params, outer.subtotal, inner.arithmetic) == (18, True, "(5 × 3) + 3 = 18")


def assert_by_shape(layer, count):
    [row] = params.explain(layer).rows
    assert row.params == layer.count_params() == count
    assert row.note == f"no formula for {row.kind}: weights by shape"
    assert_adds_up(row)


@pytest.mark.filterwarnings("ignore:You passed `rms_scaling=True`, which is deprecated")
@pytest.mark.parametrize("cls", GRIDS, ids=lambda cls: cls.__name__)
def test_the_formula_gives_what_keras_counts(cls):
    explained = 0
    for settings, shape in GRIDS[cls]:
        layer = built(cls, settings, shape)
        [row] = params.explain(layer).rows
        where = f"{cls.__name__}({settings}) on {shape}: {row}"
        assert row.params == layer.count_params(), where
        assert row.trainable == sum(int(np.prod(w.shape)) for w in layer.trainable_weights), where
        if row.params:
            assert "by shape" not in row.note and row.formula, where
            assert_adds_up(row)
            explained += 1
    assert explained > 1
