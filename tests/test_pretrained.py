"""The two pretrained networks have the published sizes, take no wrong weights, and see."""

import functools

import keras
import numpy as np
import pytest
from keras import ops

from dlhelpers import datasets, pretrained

# What each photograph shows, in ImageNet's words: the most probable, or one of two near equals.
SHOWN = {
    "coffee": {"espresso"},
    "chelsea": {"tiger cat", "Egyptian cat"},
    "rocket": {"missile"},
    "flower": {"daisy"},
    "china": {"palace"},
}
DETECTED = {
    "chelsea": "Cat",
    "coffee": "Coffee cup",
    "astronaut": "Person",
    "camera": "Person",
}


@functools.cache
def classifier():
    return pretrained.efficientnet_lite0(datasets.efficientnet_lite0())


@functools.cache
def detector():
    return pretrained.ssd_mobilenet_v2(datasets.ssd_mobilenet_v2())


def weights_of(model):
    """{name: NumPy array} of a model's weights."""
    return dict(zip((weight.path for weight in model.weights), model.get_weights(), strict=True))


def resized(picture, size):
    return ops.image.resize(picture.astype("float32")[None], (size, size))


def small_model():
    """Two dense layers, and right weights for them."""
    inputs = keras.Input((3,))
    hidden = keras.layers.Dense(2, name="a")(inputs)
    model = keras.Model(inputs, keras.layers.Dense(1, name="b")(hidden), name="small")
    return model, {weight.path: np.ones(weight.shape, np.float16) for weight in model.weights}


# The counts are those of the published networks.
def test_the_networks_have_the_published_number_of_parameters():
    assert classifier().count_params() == 4_694_024
    assert detector().count_params() == 4_951_996
    without_top = pretrained.efficientnet_lite0(include_top=False)
    assert without_top.count_params() == 3_413_024
    assert without_top.output_shape == (None, 7, 7, 1280)


def test_the_detector_gives_a_box_and_24_logits_for_each_of_1917_anchors():
    shapes = {name: tensor.shape for name, tensor in detector().output.items()}
    assert shapes == {"boxes": (None, 1917, 4), "logits": (None, 1917, 24)}
    assert len(datasets.detector_classes()) == 24


def test_every_weight_is_the_one_in_the_file():
    for network, arrays in (
        (classifier(), datasets.efficientnet_lite0()),
        (detector(), datasets.ssd_mobilenet_v2()),
    ):
        filled = weights_of(network)
        assert set(filled) == set(arrays)
        for name, values in filled.items():
            np.testing.assert_array_equal(values, arrays[name])


def test_a_network_without_top_takes_the_same_weights_at_another_size():
    arrays = datasets.efficientnet_lite0()
    network = pretrained.efficientnet_lite0(arrays, (96, 80, 3), include_top=False)
    assert network.output_shape == (None, 3, 3, 1280)
    for name in ("stem_conv/kernel", "head_bn/moving_variance"):
        np.testing.assert_array_equal(weights_of(network)[name], arrays[name])


@pytest.mark.parametrize("name", SHOWN)
def test_the_classifier_names_what_the_photograph_shows(name):
    photo = datasets.photo(name)
    side = int(0.875 * min(photo.shape[:2]))
    top, left = ((length - side) // 2 for length in photo.shape[:2])
    square = resized(photo[top : top + side, left : left + side], 224)
    logits = ops.convert_to_numpy(classifier()(square))[0]
    assert datasets.imagenet_classes()[logits.argmax()].split(",")[0] in SHOWN[name]


@pytest.mark.parametrize("name", DETECTED)
def test_the_detectors_surest_anchor_names_what_the_photograph_shows(name):
    logits = ops.convert_to_numpy(detector()(resized(datasets.photo(name), 300))["logits"])[0]
    anchor, label = np.unravel_index(logits[:, 1:].argmax(), logits[:, 1:].shape)
    assert datasets.detector_classes()[1 + label] == DETECTED[name]
    assert 1 / (1 + np.exp(-logits[anchor, 1 + label])) > 0.4


def test_filling_takes_all_weights_and_leaves_other_names_aside():
    model, arrays = small_model()
    assert pretrained.fill(model, arrays | {"logits/kernel": np.ones(7)}) is model
    assert all((values == 1).all() for values in model.get_weights())


def without_the_last(arrays):
    del arrays["b/bias"]


def with_another_shape(arrays):
    arrays["b/kernel"] = np.ones((2, 2))


@pytest.mark.parametrize(
    "spoil, said",
    [
        (without_the_last, r"^small needs 4 arrays and 1 are missing, the first being 'b/bias'"),
        (with_another_shape, r"'b/kernel' has shape \(2, 2\) where the network needs \(2, 1\)"),
    ],
)
def test_wrong_weights_are_refused_and_the_model_stays_as_it_was(spoil, said):
    model, arrays = small_model()
    spoil(arrays)
    before = model.get_weights()
    with pytest.raises(ValueError, match=said):
        pretrained.fill(model, arrays)
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
