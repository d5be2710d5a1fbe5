"""Drawings of gradient descent: their words and what is drawn where."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from dlhelpers import drawings

PATH = [4.0, 2.0, 1.0]


pytestmark = pytest.mark.usefixtures("close_figures")


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


LOSSES = {"steep": lambda z: (z - 1) ** 2, "flat": lambda z: (z - 1) ** 2 / 100}
SLOPES = {"steep": lambda z: 2 * (z - 1), "flat": lambda z: (z - 1) / 50}


def race(at):
    return drawings.loss_and_slope(np.linspace(-2, 3, 11), LOSSES, SLOPES, at, "after 2 steps")


def test_loss_and_slope_say_where_each_descent_stands():
    assert race({"steep": 1.0, "flat": -1.0}).axes[0].alt == (
        "After 2 steps. steep: z = 1.00, loss 0.000, slope 0.0000; "
        "flat: z = -1.00, loss 0.040, slope -0.0400."
    )


def test_loss_and_slope_put_a_dot_on_each_curve_of_both_panels():
    upper, lower = race({"steep": 2.0, "flat": -1.0}).axes
    assert [line.get_xdata() for line in upper.lines[1::2]] == [[2.0], [-1.0]]
    assert [line.get_ydata()[0] for line in upper.lines[1::2]] == [1.0, 0.04]
    assert [line.get_ydata()[0] for line in lower.lines[1::2]] == [2.0, -0.04]


def test_loss_and_slope_want_the_same_names():
    with pytest.raises(ValueError, match="at \\['steep'\\]: name the same"):
        race({"steep": 1.0})


BOXES = {"in": (0, 0, "(3,)"), "side": (0, 1, ""), "out": (1, 0, "one unit")}


def test_a_plan_says_its_boxes_and_arrows():
    ax = drawings.plan(BOXES, [("in", "out"), ("side", "out")])
    assert ax.alt == (
        "Plan of a network with the boxes in ((3,)), side, out (one unit), and arrows from "
        "in to out, side to out."
    )
    assert [text.get_text() for text in ax.texts] == ["in", "(3,)", "side", "", "out", "one unit"]
    assert len(ax.patches) == 5
    given = plt.subplots()[1]
    assert drawings.plan(BOXES, [], ax=given) is given


def test_an_arrow_to_no_box_is_named():
    with pytest.raises(ValueError, match="There is no box 'end'; there are in, side and out"):
        drawings.plan(BOXES, [("in", "end")])
