"""`params.explain(…, cost=True)`: multiply-adds, bytes of weights, bytes of activations."""

import math

import keras
import numpy as np
import pytest
from arithmetic import evaluate
from keras import layers

from dlhelpers.params import explain

on_tensorflow = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="counts the operations in TensorFlow's graph"
)


def multiply_adds_of(operation):
    """The multiply-adds of one TensorFlow operation, from the shapes that TensorFlow gave it."""
    left, right = (list(tensor.shape) for tensor in operation.inputs[:2])
    out = math.prod(operation.outputs[0].shape)
    if operation.type == "MatMul":
        return out * left[0 if operation.get_attr("transpose_a") else 1]
    if operation.type.startswith("BatchMatMul"):
        return out * left[-2 if operation.get_attr("adj_x") else -1]
    if operation.type in ("Conv2D", "Conv3D"):
        return out * math.prod(right[:-1])
    if operation.type == "DepthwiseConv2dNative":
        return out * math.prod(right[:2])
    if operation.type in ("Conv2DBackpropInput", "Conv3DBackpropInputV2"):  # a transposed one
        values = list(operation.inputs[2].shape)
        return math.prod(values) * math.prod(right[:-1])
    assert operation.type == "Einsum", operation.type
    terms, _ = operation.get_attr("equation").decode().split("->")
    first, second = terms.split(",")
    return math.prod((dict(zip(first, left)) | dict(zip(second, right))).values())


PRODUCTS = "MatMul", "BatchMatMul", "Conv2D", "Conv3D", "DepthwiseConv2d", "Einsum"


def multiply_adds_run(layer, shapes):
    """What TensorFlow's graph of one call on one example multiplies and adds."""
    import tensorflow as tf

    inputs = [tf.TensorSpec((1, *shape)) for shape in shapes]
    call = tf.function(lambda *x: layer(x[0] if len(x) == 1 else list(x)))
    if isinstance(layer, layers.MultiHeadAttention | layers.GroupQueryAttention):
        call = tf.function(layer)
    graph = call.get_concrete_function(*inputs).graph
    return sum(
        multiply_adds_of(operation)
        for operation in graph.get_operations()
        if operation.type.startswith(PRODUCTS)
    )


# Layer and the shapes of its inputs, without the batch.
USES = [
    (layers.Dense(7), [(5,)]),
    (layers.Dense(7), [(3, 4, 5)]),
    (layers.EinsumDense("abc,cde->abde", (4, 2, 3)), [(4, 5)]),
    (layers.EinsumDense("abde,dec->abc", (4, 7), bias_axes="c"), [(4, 2, 3)]),
    (layers.Embedding(11, 3), [(9,)]),
    (layers.Conv1D(6, 3, strides=2), [(20, 4)]),
    (layers.Conv1D(6, 3, padding="causal", dilation_rate=2), [(20, 4)]),
    (layers.Conv2D(6, (3, 2), padding="same"), [(12, 13, 4)]),
    (layers.Conv3D(6, 2), [(6, 7, 8, 4)]),
    (layers.Conv1DTranspose(6, 3, strides=2), [(12, 4)]),
    (layers.Conv2DTranspose(6, 3, strides=2), [(12, 13, 4)]),
    (layers.Conv2DTranspose(6, 3, padding="same"), [(12, 13, 4)]),
    (layers.Conv3DTranspose(6, 3), [(5, 6, 7, 4)]),
    (layers.DepthwiseConv1D(3, depth_multiplier=3), [(12, 4)]),
    (layers.DepthwiseConv2D(3, strides=2, depth_multiplier=3), [(12, 13, 4)]),
    (layers.SeparableConv1D(6, 3, depth_multiplier=3), [(12, 4)]),
    (layers.SeparableConv2D(6, 3, strides=2, depth_multiplier=3), [(12, 13, 4)]),
    (layers.SimpleRNN(4, unroll=True), [(6, 5)]),
    (layers.LSTM(4, unroll=True, return_sequences=True), [(6, 5)]),
    (layers.GRU(4, unroll=True), [(6, 5)]),
    (layers.GRU(4, unroll=True, reset_after=False), [(6, 5)]),
    (layers.Bidirectional(layers.LSTM(4, unroll=True)), [(6, 5)]),
    (layers.ConvLSTM1D(3, 2, unroll=True), [(5, 12, 4)]),
    (layers.ConvLSTM2D(3, 2, unroll=True, strides=2, padding="same"), [(5, 9, 8, 4)]),
    (layers.ConvLSTM2D(3, 2, unroll=True, return_sequences=True), [(5, 9, 8, 4)]),
    (layers.TimeDistributed(layers.Dense(3)), [(6, 5)]),
    (layers.TimeDistributed(layers.Conv2D(3, 2)), [(6, 9, 8, 4)]),
    (layers.TimeDistributed(layers.Flatten()), [(6, 9, 8, 4)]),
    (layers.SpectralNormalization(layers.Conv2D(3, 2)), [(9, 8, 4)]),
    (layers.BatchNormalization(), [(9, 8, 4)]),
    (layers.PReLU(), [(5,)]),
    (layers.MaxPooling2D(), [(8, 8, 4)]),
    (layers.Attention(), [(6, 5), (7, 5)]),
    (layers.Attention(score_mode="concat"), [(6, 5), (7, 5)]),
    (layers.Attention(use_scale=True), [(6, 5), (7, 8), (7, 5)]),
    (layers.MultiHeadAttention(2, 3), [(6, 5), (6, 5)]),
    (layers.MultiHeadAttention(3, 4, value_dim=6, use_gate=True), [(6, 5), (7, 8), (7, 9)]),
    (layers.MultiHeadAttention(2, 3, output_shape=7), [(6, 5), (7, 8)]),
    (layers.MultiHeadAttention(2, 3, attention_axes=2), [(4, 6, 5), (4, 7, 5)]),
    (layers.GroupQueryAttention(4, 6, 3, use_gate=True), [(6, 5), (7, 5), (7, 5)]),
    (layers.GroupQueryAttention(4, 6, 3), [(6, 5), (7, 5)]),
    (layers.Dot(axes=1), [(6, 5), (6, 8)]),
    (layers.Dot(axes=(2, 1)), [(6, 5), (5, 8)]),
    (layers.Dot(axes=-1), [(5,), (5,)]),
    (layers.STFTSpectrogram(frame_length=200), [(600, 2)]),
    (layers.STFTSpectrogram("stft", frame_length=200, expand_dims=True), [(600, 2)]),
    (layers.STFTSpectrogram("real", frame_length=200), [(600, 1)]),
]


@on_tensorflow
@pytest.mark.parametrize(("layer", "shapes"), USES, ids=[layer.name for layer, _ in USES])
def test_the_multiply_adds_are_those_of_tensorflows_graph(layer, shapes):
    inputs = [keras.Input(shape) for shape in shapes]
    named = isinstance(layer, layers.MultiHeadAttention | layers.GroupQueryAttention)
    outputs = layer(*inputs) if named or len(inputs) == 1 else layer(inputs)
    explanation = explain(keras.Model(inputs, outputs), cost=True)
    assert explanation.costs["Multiply-adds"] == multiply_adds_run(layer, shapes)
    cost = explanation.rows[-1].costs[0]
    if cost.value:
        assert evaluate(cost.arithmetic.rpartition(" = ")[0]) == cost.value
    assert not explanation.notes


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        (layers.Dense(7, use_bias=False), (3, 5)),
        (layers.EinsumDense("abc,cde->abde", (None, 2, 3)), (4, 5)),
        (layers.EinsumDense("abc,bcd->abd", (4, 3)), (4, 5)),
        (layers.EinsumDense("...x,xy->...y", 7), (4, 6, 5)),
        (layers.Conv1D(8, 3, groups=4, use_bias=False), (20, 4)),
        (layers.Conv2D(6, (3, 2), strides=2, use_bias=False), (12, 13, 4)),
        (layers.Conv2D(8, 3, groups=4, use_bias=False), (12, 13, 4)),
        (layers.Conv3D(8, 2, groups=4, use_bias=False), (5, 6, 7, 4)),
        (layers.Conv2DTranspose(6, 3, strides=2, use_bias=False), (12, 13, 4)),
        (layers.DepthwiseConv2D(3, depth_multiplier=3, use_bias=False), (12, 13, 4)),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_a_kernel_of_ones_on_ones_counts_its_multiply_adds(layer, shape):
    """Each product is then 1 and each addition adds 1, so the outputs sum up how many there are."""
    layer.build((None, *shape))
    layer.set_weights([np.ones_like(weight) for weight in layer.get_weights()])
    outputs = keras.ops.convert_to_numpy(layer(np.ones((1, *shape), "float32")))
    [row] = explain(layer, cost=True).rows
    assert row.costs[0].value == outputs.sum()


@pytest.mark.parametrize(("use_scale", "count"), [(True, 6 * 7 * (5 + 8)), (False, 6 * 7 * 8)])
def test_the_scale_of_additive_attention_meets_each_query_with_each_key(use_scale, count):
    inputs = [keras.Input(shape) for shape in ((6, 5), (7, 8), (7, 5))]
    outputs = layers.AdditiveAttention(use_scale=use_scale)(inputs)
    assert explain(keras.Model(inputs, outputs), cost=True).costs["Multiply-adds"] == count


def test_an_embedding_costs_nothing_forwards_and_a_product_backwards():
    embed = layers.ReversibleEmbedding(11, 3)
    words, states = keras.Input((9,), dtype="int32"), keras.Input((9, 3))
    forwards = keras.Model(words, embed(words))
    backwards = keras.Model(states, embed(states, reverse=True))
    assert explain(forwards, cost=True).costs["Multiply-adds"] == 0
    assert explain(backwards, cost=True).costs["Multiply-adds"] == 11 * 3 * 9


def test_stacked_cells_cost_what_layers_on_top_of_each_other_cost():
    inputs = keras.Input((6, 5))
    stacked = layers.RNN([layers.LSTMCell(3), layers.SimpleRNNCell(4)])
    apart = [layers.LSTM(3, return_sequences=True), layers.SimpleRNN(4)]
    costs = [
        explain(keras.Sequential([inputs, *some]), cost=True).costs["Multiply-adds"]
        for some in ([stacked], apart)
    ]
    assert costs[0] == costs[1] == 6 * (4 * (5 * 3 + 3 * 3) + 3 * 4 + 4 * 4)


def without_weights(builder, **settings):
    with keras.StatelessScope(initialize_variables=False):  # builds without allocating
        return getattr(keras.applications, builder)(weights=None, **settings)


@pytest.mark.parametrize(
    ("builder", "published"),
    [
        ("VGG16", "15.5 billion"),  # Simonyan and Zisserman 2014, as counted by He et al. 2015
        ("ResNet50", "3.9 billion"),  # He et al. 2015: 3.8, shortcuts not counted
        ("MobileNet", "569 million"),  # Howard et al. 2017
        ("MobileNetV2", "301 million"),  # Sandler et al. 2018: 300
        ("EfficientNetB0", "386 million"),  # Tan and Le 2019: 0.39 billion
    ],
)
def test_the_multiply_adds_of_known_networks_are_the_published_ones(
    builder, published, after_this_test
):
    count = explain(without_weights(builder), cost=True).costs["Multiply-adds"]
    written = f"{count / 1e9:.1f} billion" if count > 1e9 else f"{count / 1e6:.0f} million"
    assert written == published


def test_an_input_shape_fills_the_sizes_that_a_model_leaves_open(after_this_test):
    model = without_weights("MobileNetV3Small")
    model_of_one_size = without_weights("MobileNetV3Small", input_shape=(224, 224, 3))
    known = explain(model, input_shape=(224, 224, 3)).costs
    assert known == explain(model_of_one_size, cost=True).costs
    assert f"{known['Multiply-adds'] / 1e6:.0f}" == "57"  # Howard et al. 2019: 56 million
    assert any("what is marked ?" in note for note in explain(model, cost=True).notes)


def test_an_input_shape_that_does_not_fit_is_refused(after_this_test):
    model = without_weights("MobileNetV3Small")
    with pytest.raises(ValueError, match=r"input_shape=\(224,\) does not fit: .* wants \[\(None,"):
        explain(model, input_shape=(224,))
    dense = layers.Dense(3)
    dense.build((None, 5))
    with pytest.raises(ValueError, match="has no graph"):
        explain(dense, input_shape=(5,))


def test_without_cost_there_are_no_columns_and_no_totals():
    explanation = explain(keras.Sequential([keras.Input((5,)), layers.Dense(3)]))
    assert explanation.costs == {} and explanation.notes == []
    assert explanation.rows[0].costs == () and "bytes" not in str(explanation)


def test_a_layer_that_is_used_twice_costs_twice_and_weighs_once():
    shared = layers.Dense(3, name="shared")
    a, b = keras.Input((4,)), keras.Input((4,))
    explanation = explain(keras.Model([a, b], shared(a) + shared(b)), cost=True)
    [row] = [row for row in explanation.rows if row.name == "shared"]
    assert row.costs[0] == (24, "2 × input × units", "2 × 4 × 3 = 24")
    assert row.costs[1] == (60, "params × bytes", "15 × 4 = 60")
    assert row.costs[2] == (24, "2 × outputs × bytes", "2 × 3 × 4 = 24")
    assert explanation.notes == ["The costs leave out operations that are no layers: Add."]


def test_a_layer_used_on_two_shapes_adds_them_up():
    shared = layers.Conv2D(3, 2, use_bias=False)
    a, b = keras.Input((4, 4, 1)), keras.Input((6, 6, 1))
    explanation = explain(keras.Model([a, b], [shared(a), shared(b)]), cost=True)
    cost = explanation.rows[-1].costs[0]
    assert cost.formula.endswith("+ (kernel₂ × channels₂ × filters₂ × positions₂)")
    numbers, result = cost.arithmetic.split(" = ")
    assert sorted(numbers.split(" + ")) == ["(2 × 2 × 1 × 3 × 3 × 3)", "(2 × 2 × 1 × 3 × 5 × 5)"]
    assert cost.value == evaluate(numbers) == int(result)


def test_a_nested_model_costs_what_its_layers_cost_on_the_shape_that_it_gets():
    backbone = keras.Sequential(
        [keras.Input((None, None, 3)), layers.Conv2D(4, 3), layers.GlobalAveragePooling2D()],
        name="backbone",
    )
    a, b = keras.Input((8, 8, 3)), keras.Input((8, 8, 3))
    joined = layers.Concatenate()([backbone(a), backbone(b)])
    explanation = explain(keras.Model([a, b], layers.Dense(2)(joined)), cost=True)
    cost = {row.name: row.costs[0].value for row in explanation.rows}
    once = 3 * 3 * 3 * 4 * 6 * 6
    assert cost["backbone"] == 2 * once
    assert explanation.costs["Multiply-adds"] == 2 * once + 8 * 2
    assert not explanation.notes


def test_a_model_applied_at_each_step_costs_as_often():
    frame = keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2D(4, 3), layers.Flatten()])
    clip = keras.Sequential([keras.Input((5, 8, 8, 3)), layers.TimeDistributed(frame)])
    assert explain(clip, cost=True).costs["Multiply-adds"] == 5 * 3 * 3 * 3 * 4 * 6 * 6


def test_a_model_applied_at_an_open_number_of_steps_is_marked_as_unknown():
    frame = keras.Sequential([keras.Input((4,)), layers.Dense(3)])
    clip = keras.Sequential([keras.Input((None, 4)), layers.TimeDistributed(frame)])
    explanation = explain(clip, cost=True)
    assert explanation.rows[-1].costs[0].value is None
    assert explanation.notes == ["The costs leave out what is marked ?."]
    assert explain(clip, input_shape=(5, 4)).costs["Multiply-adds"] == 5 * 4 * 3


def test_masks_change_no_costs():
    query, value = keras.Input((6, 5)), keras.Input((7, 5))
    mask, scores = keras.Input((7,), dtype="bool"), keras.Input((6, 7), dtype="bool")
    plain = keras.Model(
        [query, value],
        [layers.Attention()([query, value]), layers.MultiHeadAttention(2, 3)(query, value)],
    )
    masked = keras.Model(
        [query, value, mask, scores],
        [
            layers.Attention()([query, value], mask=[None, mask]),
            layers.MultiHeadAttention(2, 3)(query, value, attention_mask=scores),
        ],
    )
    assert explain(masked, cost=True).costs == explain(plain, cost=True).costs


def test_a_layer_shared_by_two_nested_models_costs_in_both():
    shared = layers.Dense(3, name="shared")
    inputs = keras.Input((4,))
    parts = [keras.Sequential([keras.Input((4,)), shared], name=name) for name in ("one", "two")]
    model = keras.Model(inputs, [part(inputs) for part in parts])
    assert explain(model, cost=True).costs == {
        "Multiply-adds": 24,
        "Weight bytes": 60,
        "Activation bytes": 24,
    }


def test_a_layer_of_ones_own_is_marked_as_unknown():
    class Own(layers.Dense):
        def call(self, inputs):
            return super().call(inputs) @ keras.ops.ones((3, 3))

    model = keras.Sequential([keras.Input((4,)), Own(3), layers.Dense(2)])
    explanation = explain(model, cost=True)
    assert [row.costs[0].value for row in explanation.rows] == [None, 6]
    assert explanation.notes == ["The costs leave out what is marked ?."]
    assert explanation.costs["Multiply-adds"] == 6
    assert "  ?  " in str(explanation)


def test_a_model_without_a_graph_counts_each_layer_once():
    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(3)

        def build(self, input_shape):
            self.dense.build(input_shape)

        def call(self, inputs):
            return self.dense(inputs)

    model = Own()
    model.build((None, 4))
    explanation = explain(model, cost=True)
    assert explanation.costs["Multiply-adds"] == 12
    assert explanation.notes == [
        "Inside Own, each layer costs one call on the shape that it was built with; whatever else "
        "is computed there is left out."
    ]


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
def test_bytes_follow_the_type_of_the_numbers(dtype):
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3, dtype=dtype)])
    size = keras.ops.convert_to_numpy(keras.ops.zeros(1, dtype)).itemsize
    costs = explain(model, cost=True).costs
    assert (costs["Weight bytes"], costs["Activation bytes"]) == (15 * size, 3 * size)


def test_mixed_precision_keeps_weights_at_four_bytes_and_computes_with_two():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3, dtype="mixed_float16")])
    costs = explain(model, cost=True).costs
    assert (costs["Weight bytes"], costs["Activation bytes"]) == (15 * 4, 3 * 2)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:Layer .* does not have a `quantize` method")
def test_quantized_weights_take_fewer_bytes():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3)])
    model.quantize("int8")
    [row] = explain(model, cost=True).rows
    assert row.costs[1].value == 4 * 3 * 1 + 3 * 4 + 3 * 4
    assert evaluate(row.costs[1].arithmetic.rpartition(" = ")[0]) == row.costs[1].value


def test_weight_bytes_are_those_of_the_arrays():
    model = keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2D(4, 3), layers.PReLU()])
    assert explain(model, cost=True).costs["Weight bytes"] == sum(
        array.nbytes for array in model.get_weights()
    )


def test_a_layer_alone_has_costs_too():
    layer = layers.Conv2D(4, 3, use_bias=False)
    layer.build((None, 8, 8, 3))
    assert explain(layer, cost=True).costs == {
        "Multiply-adds": 3 * 3 * 3 * 4 * 6 * 6,
        "Weight bytes": 3 * 3 * 3 * 4 * 4,
        "Activation bytes": 6 * 6 * 4 * 4,
    }


def test_costs_stand_in_html_and_markdown_too():
    explanation = explain(keras.Sequential([keras.Input((4,)), layers.Dense(3)]), cost=True)
    page, markdown = explanation._repr_html_(), explanation.to_markdown()
    assert ">Multiply-adds</th>" in page and "input × units<br>4 × 3 = 12</td>" in page
    head, rule, row, *_ = markdown.splitlines()
    assert head.count("|") == rule.count("|") == row.count("|") == 8
    assert "| input × units<br>4 × 3 = 12 |" in row


def test_explaining_gives_no_values_to_weights_that_were_built_without(after_this_test):
    class Same(layers.Layer):  # Keras has to run it to learn the shape of its output
        def call(self, inputs):
            return inputs

    same, dense = Same(), layers.Dense(3)
    same.build((None, 4))
    with keras.StatelessScope(initialize_variables=False):
        dense.build((None, 4))
    assert explain(same, cost=True).rows[0].output_shape == (None, 4)
    assert all(weight._value is None for weight in dense.weights)
