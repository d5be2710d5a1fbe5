"""Fixtures of several test files."""

import keras
import pytest


def forget():
    """Forget the weights that tests built without values: Keras would give them some later on."""
    yield
    keras.utils.clear_session()


after_this_test = pytest.fixture(forget)
after_this_file = pytest.fixture(forget, scope="module")
