"""Fixtures of several test files."""

import keras
import matplotlib.pyplot as plt
import pytest


def forget():
    """Forget the weights that tests built without values: Keras would give them some later on."""
    yield
    keras.utils.clear_session()


after_this_test = pytest.fixture(forget)
after_this_file = pytest.fixture(forget, scope="module")


@pytest.fixture
def close_figures():
    """Close what other files left open, and what a test drew.

    `pytestmark = pytest.mark.usefixtures("close_figures")` is for a whole file.
    """
    plt.close("all")
    yield
    plt.close("all")
