"""Drawings of gradient descent: their words and what is drawn where."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from dlhelpers import drawings

PATH = [4.0, 2.0, 1.0]


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def downhill(step, **options):
    return drawings.downhill(lambda w: w**2, lambda w: 2 * w, PATH, step, **options)


def test_the_words_of_a_step_give_weight_loss_slope_and_the_next_weight():
    assert downhill(0).alt == (
        "After 0 steps w is 4.000, the loss 16.000, the slope 8.00; "
        "the next step goes to w = 2.000."
    )
    assert downhill(1, name="v").alt.startswith("After 1 step v is 2.000, the loss 4.000")
    assert downhill(2).alt == "After 2 steps w is 1.000, the loss 1.000, the slope 2.00."


def test_the_tangent_touches_the_curve_where_descent_stands():
    curve, tangent, before, here = downhill(1).lines
    gap = curve.get_ydata() - tangent.get_ydata()
    nearest = np.argmin(gap)
    assert gap.min() >= -1e-9
    assert abs(curve.get_xdata()[nearest] - 2) < 0.02
    assert list(before.get_xdata()) == [4]
    assert list(here.get_xdata()) == [2]


def test_all_steps_show_the_same_piece_of_the_curve():
    limits = {downhill(step).get_ylim() for step in range(3)}
    assert len(limits) == 1
    assert downhill(0, span=(-1, 5)).lines[0].get_xdata()[[0, -1]].tolist() == [-1, 5]


def test_it_draws_on_the_axes_it_is_given():
    ax = plt.figure().add_subplot()
    assert downhill(0, ax=ax) is ax


@pytest.mark.parametrize("step", [-1, 3])
def test_a_step_that_is_not_there_is_named(step):
    with pytest.raises(IndexError, match=f"Step {step} is not there: this path has steps 0 to 2"):
        downhill(step)
