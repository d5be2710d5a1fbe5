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
    (layers.DepthwiseConv1D(3, depth_multiplier=2), [(12, 4)]),
    (layers.DepthwiseConv2D(3, strides=2, depth_multiplier=2), [(12, 13, 4)]),
    (layers.SeparableConv1D(6, 3, depth_multiplier=2), [(12, 4)]),
    (layers.SeparableConv2D(6, 3, strides=2, depth_multiplier=2), [(12, 13, 4)]),
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
    (layers.MultiHeadAttention(2, 3, value_dim=4, use_gate=True), [(6, 5), (7, 8), (7, 9)]),
    (layers.MultiHeadAttention(2, 3, output_shape=7), [(6, 5), (7, 8)]),
    (layers.MultiHeadAttention(2, 3, attention_axes=2), [(4, 6, 5), (4, 7, 5)]),
    (layers.GroupQueryAttention(3, 4, 2, use_gate=True), [(6, 5), (7, 5), (7, 5)]),
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
        (layers.Conv1D(6, 3, groups=2, use_bias=False), (20, 4)),
        (layers.Conv2D(6, (3, 2), strides=2, use_bias=False), (12, 13, 4)),
        (layers.Conv2D(6, 3, groups=2, use_bias=False), (12, 13, 4)),
        (layers.Conv2DTranspose(6, 3, strides=2, use_bias=False), (12, 13, 4)),
        (layers.DepthwiseConv2D(3, depth_multiplier=2, use_bias=False), (12, 13, 4)),
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


def test_stacked_cells_cost_what_layers_on_top_of_each_other_cost():
    inputs = keras.Input((6, 5))
    stacked = layers.RNN([layers.LSTMCell(3), layers.SimpleRNNCell(4)])
    apart = [layers.LSTM(3, return_sequences=True), layers.SimpleRNN(4)]
    costs = [
        explain(keras.Sequential([inputs, *some]), cost=True).costs["Multiply-adds"]
        for some in ([stacked], apart)
    ]
    assert costs[0] == costs[1] == 6 * (4 * (5 * 3 + 3 * 3) + 3 * 4 + 4 * 4)
