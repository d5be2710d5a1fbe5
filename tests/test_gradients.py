"""Gradients on the active backend, against finite differences and the backend's own autodiff."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from dlhelpers import gradients

CROSS_ENTROPY = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


def dense_network():
    keras.utils.set_random_seed(1)
    return keras.Sequential(
        [keras.Input((6,)), layers.Dense(5, activation="tanh"), layers.Dense(3, name="scores")]
    )


def convolutional_network():
    keras.utils.set_random_seed(2)
    image = keras.Input((8, 8, 2))
    features = layers.Conv2D(4, 3, activation="tanh")(image)
    shortcut = layers.Add()([features, layers.Conv2D(4, 3, padding="same")(features)])
    scores = layers.Dense(3)(layers.GlobalAveragePooling2D()(shortcut))
    return keras.Model(image, scores)


def a_batch(model, examples=8):
    random = np.random.default_rng(3)
    x = random.normal(size=(examples, *model.input_shape[1:])).astype("float32")
    return x, random.integers(0, 3, examples)


def by_finite_differences(model, weight, x, y, step=1e-2):
    """(L(w + h) - L(w - h)) / 2h for each entry, from the loss alone."""
    start = np.array(ops.convert_to_numpy(weight))
    slopes = np.zeros_like(start)
    for index in np.ndindex(start.shape):
        losses = []
        for sign in (1, -1):
            moved = start.copy()
            moved[index] += sign * step
            weight.assign(moved)
            losses.append(float(ops.convert_to_numpy(CROSS_ENTROPY(y, model(x)))))
        slopes[index] = (losses[0] - losses[1]) / (2 * step)
    weight.assign(start)
    return slopes


def by_autodiff(model, x, y):
    """The backend's own gradients, in the order of the trainable weights."""
    weights = model.trainable_weights
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        with tf.GradientTape() as tape:
            loss = CROSS_ENTROPY(y, model(x))
        found = tape.gradient(loss, [weight.value for weight in weights])
    elif keras.backend.backend() == "jax":
        import jax

        def loss(values):
            fixed = [variable.value for variable in model.non_trainable_variables]
            return CROSS_ENTROPY(y, model.stateless_call(values, fixed, x)[0])

        found = jax.grad(loss)([weight.value for weight in weights])
    else:
        import torch

        loss = CROSS_ENTROPY(y, model(x))
        found = torch.autograd.grad(loss, [weight.value for weight in weights])
    return [np.asarray(ops.convert_to_numpy(gradient)) for gradient in found]


@pytest.mark.parametrize("build", [dense_network, convolutional_network])
def test_gradients_are_those_of_the_backends_own_autodiff(build):
    model = build()
    x, y = a_batch(model)
    found = gradients.of(model, x, y, CROSS_ENTROPY)
    assert list(found) == [weight.path for weight in model.trainable_weights]
    for gradient, wanted in zip(found.values(), by_autodiff(model, x, y), strict=True):
        np.testing.assert_allclose(gradient, wanted, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("build", [dense_network, convolutional_network])
def test_gradients_are_the_slopes_that_finite_differences_measure(build):
    model = build()
    x, y = a_batch(model)
    found = gradients.of(model, x, y, CROSS_ENTROPY)
    for weight in model.trainable_weights:
        slopes = by_finite_differences(model, weight, x, y)
        np.testing.assert_allclose(found[weight.path], slopes, atol=3e-4)


def test_nothing_about_the_model_changes():
    keras.utils.set_random_seed(4)
    model = keras.Sequential(
        [keras.Input((6,)), layers.BatchNormalization(), layers.Dropout(0.5), layers.Dense(3)]
    )
    model.compile("adam", "mse")
    optimizer, loss = model.optimizer, model.loss
    before = [np.array(ops.convert_to_numpy(variable)) for variable in model.variables]
    gradients.of(model, *a_batch(model), CROSS_ENTROPY)
    after = [ops.convert_to_numpy(variable) for variable in model.variables]
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))
    assert (model.optimizer, model.loss) == (optimizer, loss)


def test_the_model_runs_as_in_training():
    keras.utils.set_random_seed(5)
    model = keras.Sequential([keras.Input((6,)), layers.BatchNormalization(), layers.Dense(3)])
    x, y = a_batch(model)
    # In training, batch normalization takes any shift of its input away again.
    found, shifted = (gradients.of(model, moved, y, CROSS_ENTROPY) for moved in (x, x + 7))
    for gradient, same in zip(found.values(), shifted.values(), strict=True):
        np.testing.assert_allclose(gradient, same, atol=1e-3)


def test_what_a_layer_adds_to_the_loss_counts():
    keras.utils.set_random_seed(6)
    penalty = keras.regularizers.L2(0.5)
    layer = layers.Dense(3, kernel_regularizer=penalty, use_bias=False)
    model = keras.Sequential([keras.Input((6,)), layer])
    x, y = a_batch(model)
    [with_penalty] = gradients.of(model, x, y, CROSS_ENTROPY).values()
    layer.kernel_regularizer = None
    [kernel] = layer.get_weights()
    [plain] = by_autodiff(model, x, y)
    np.testing.assert_allclose(with_penalty - plain, 2 * 0.5 * kernel, rtol=1e-3, atol=1e-5)


def test_a_frozen_weight_has_no_gradient():
    model = dense_network()
    model.layers[0].trainable = False
    found = gradients.of(model, *a_batch(model), CROSS_ENTROPY)
    assert [path.split("/")[-2] for path in found] == ["scores", "scores"]


def test_a_model_without_weights_is_named_with_what_to_do():
    unbuilt = keras.Sequential([layers.Dense(3)], name="unbuilt")
    with pytest.raises(ValueError, match=r"'unbuilt' is not built.*keras\.Input"):
        gradients.of(unbuilt, np.ones((2, 6)), np.ones(2), "mse")
    empty = keras.Sequential([keras.Input((6,)), layers.ReLU()], name="empty")
    with pytest.raises(ValueError, match="'empty' has no trainable weights"):
        gradients.of(empty, np.ones((2, 6)), np.ones((2, 6)), "mse")


class Subclassed(keras.Model):
    def build(self, shape):
        self.scores = layers.Dense(3)
        self.scores.build(shape)

    def call(self, x):
        return self.scores(x)


def test_a_model_without_known_ends_is_refused():
    model = Subclassed(name="own")
    model.build((None, 6))
    with pytest.raises(TypeError, match="'own' is neither Sequential nor Functional"):
        gradients.of(model, np.ones((2, 6)), np.ones((2, 3)), "mse")
