"""Drawings of activations, gradients and training: words against numbers computed here, places."""

import inspect
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex

from dlhelpers import drawings

RNG = np.random.default_rng(0)
FUNCTIONS = {
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "ReLU": (lambda z: np.maximum(0, z), lambda z: np.where(z > 0, 1.0, 0.0)),
}
RAVINE, START = np.diag([1.0, 25.0]), np.array([-8.0, 3.0])


def descent(eta, steps=10):
    return np.array([START * (1 - eta * np.diag(RAVINE)) ** t for t in range(steps + 1)])


DRAWN = {
    "activations": lambda: drawings.activations(np.linspace(-4, 4, 81), FUNCTIONS),
    "by_layer": lambda ax=None: drawings.by_layer(
        {"ReLU": [1, 0.5], "tanh": [1, 0.1]}, "norm", ax=ax
    ),
    "spread_by_layer": lambda: drawings.spread_by_layer(
        {"at the start": {"tanh": ([1, 2, 3], [4, 5, 6])}}
    ),
    "units": lambda ax=None: drawings.units({"random": RNG.normal(size=(12, 7))}, (3, 4), ax=ax),
    "descents": lambda: drawings.descents({"sgd": descent(0.05)}, RAVINE, "η = 0.05"),
    "loss_over_rate": lambda ax=None: drawings.loss_over_rate(
        {"sgd": ([0.1, 1], [0.5, 0.9])}, "loss in epoch 2", ax=ax
    ),
    "side_by_side": lambda: drawings.side_by_side(
        {"SGD": ([1, 2], {"E": [3, 4]})}, "rate", "loss in epoch 2"
    ),
    "normalised_values": lambda: drawings.normalised_values(
        RNG.normal(3, 2, size=500), [(0, 1), (1, 2), (2, 3)], 1, (3, 4)
    ),
}
ON_AXES = [name for name in DRAWN if "ax" in inspect.signature(DRAWN[name]).parameters]


pytestmark = pytest.mark.usefixtures("close_figures")


def words(drawing):
    return " ".join(ax.alt for ax in drawing.figure.axes if hasattr(ax, "alt"))


def numbers(text):
    return [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?(?:e[+-]\d+)?", text)]


def curves(ax):
    return {line.get_label(): line.get_ydata() for line in ax.lines}


@pytest.mark.parametrize("name", DRAWN)
def test_words_are_a_sentence_and_stand_on_the_first_axes(name):
    figure = DRAWN[name]().figure
    assert len(words(figure).split()) >= 5 and words(figure).endswith(".")
    assert hasattr(figure.axes[0], "alt")


@pytest.mark.parametrize("name", ON_AXES)
def test_axes_go_in_and_the_same_axes_come_out(name):
    ax = plt.subplots()[1]
    assert DRAWN[name](ax) is ax
    assert len(plt.get_fignums()) == 1
    assert DRAWN[name]() is not ax


@pytest.mark.parametrize("name", DRAWN)
def test_frames_of_one_function_have_one_size(name):
    first, second = (DRAWN[name]().figure.get_size_inches() for _ in range(2))
    assert tuple(first) == tuple(second)


# ------------------------------------------------------------------------ activations and gradients


def test_activations_says_the_largest_slopes_and_draws_each_function_in_its_panel():
    z = np.linspace(-4, 4, 81)
    figure = drawings.activations(z, FUNCTIONS)
    assert words(figure).endswith("The largest slopes are tanh 1.00, ReLU 1.00.")
    assert [ax.get_title() for ax in figure.axes] == ["tanh", "ReLU"]
    for ax, (function, slope) in zip(figure.axes, FUNCTIONS.values()):
        np.testing.assert_array_equal(curves(ax)["$g(z)$"], function(z))
        np.testing.assert_array_equal(curves(ax)["$g'(z)$"], slope(z))
        assert ax.get_xlabel() == "$z$"


def test_the_largest_slope_is_that_among_the_numbers_drawn():
    figure = drawings.activations(np.linspace(1, 2, 11), FUNCTIONS)
    assert f"tanh {1 - np.tanh(1) ** 2:.2f}" in words(figure)
    assert "from z = 1 to 2" in words(figure)


def test_by_layer_says_the_first_and_the_last_number_of_each_curve():
    ax = drawings.by_layer({"sigmoid": [1e-9, 1e-3, 0.25], "ReLU": [1.26, 1, 110]}, "norm")
    assert ax.alt == "Norm, layer 1 to layer 3: sigmoid ≈1e-09 to ≈0.25, ReLU ≈1.3 to ≈110."
    assert ax.get_yscale() == "log"


def test_exact_numbers_stand_without_the_sign_for_what_varies():
    assert "≈" in drawings.by_layer({"ReLU": [1, 2]}, "norm").alt
    assert "≈" not in drawings.by_layer({"ReLU": [1, 2]}, "norm", exact=True).alt


def test_a_shorter_curve_belongs_to_the_last_layers():
    ax = drawings.by_layer({"ReLU": [1, 2], "tanh": [1, 2, 3]}, "norm", depth=5)
    places = {line.get_label(): list(line.get_xdata()) for line in ax.lines}
    assert places == {"ReLU": [4, 5], "tanh": [3, 4, 5]}
    assert "layer 3 to layer 5: ReLU from layer 4 on" in ax.alt


def test_a_zero_and_what_is_no_number_leave_a_gap_on_the_logarithmic_axis():
    ax = drawings.by_layer({"ReLU": [1, 0, np.inf, 2, np.nan]}, "norm")
    np.testing.assert_array_equal(curves(ax)["ReLU"], [1, np.nan, np.nan, 2, np.nan])
    assert ax.alt.endswith("≈1 to no number.")


def test_an_activation_function_keeps_its_colour_whatever_stands_beside_it():
    alone = drawings.by_layer({"ReLU": [1, 2]}, "norm").lines[0]
    beside = drawings.by_layer({"sigmoid": [1, 2], "ReLU": [1, 2]}, "norm").lines[1]
    assert alone.get_color() == beside.get_color()
    assert alone.get_marker() == beside.get_marker()


@pytest.mark.parametrize(
    "names",
    [
        ["sigmoid", "tanh", "ReLU", "Leaky ReLU", "PReLU", "ELU"],
        ["sgd", "momentum", "rmsprop", "adam"],
        ["plain", "normalised"],
        ["E", "100 E"],
        ["0.05", "0.2", "Glorot", "He"],
        "abcdef",
    ],
)
def test_curves_differ_in_marker_or_line_style_and_in_colour(names):
    ax = drawings.by_layer({name: [1, 2] for name in names}, "norm")
    looks = {(line.get_linestyle(), line.get_marker()) for line in ax.lines}
    colors = {to_hex(line.get_color()) for line in ax.lines}
    assert len(looks) == len(colors) == len(names)


def test_by_layer_refuses_no_curve_and_one_that_is_too_long():
    with pytest.raises(ValueError, match="no curve"):
        drawings.by_layer({}, "norm")
    with pytest.raises(ValueError, match="'ReLU' has 3 layers, more than 2"):
        drawings.by_layer({"ReLU": [1, 2, 3]}, "norm", depth=2)


def test_spread_by_layer_draws_the_signal_left_and_the_gradient_right_a_row_for_each_title():
    rows = {"A": {"tanh": ([1, 2, 3], [7, 8])}, "B": {"tanh": ([4, 5, 6], [9, 1])}}
    figure = drawings.spread_by_layer(rows, "signal", "slope")
    drawn = [list(curves(ax)["tanh"]) for ax in figure.axes]
    assert drawn == [[1, 2, 3], [7, 8], [4, 5, 6], [9, 1]]
    assert [ax.get_title() for ax in figure.axes] == ["A", "", "B", ""]
    assert [ax.get_ylabel() for ax in figure.axes] == ["signal", "slope"] * 2
    assert list(figure.axes[1].lines[0].get_xdata()) == [2, 3]
    assert words(figure).startswith("Signal and slope by layer, for A and B. A. Signal, layer 1 to")


def test_all_of_what_is_drawn_lies_within_the_panels_that_share_an_axis():
    rows = {"A": {"tanh": ([1, 2], [1, 2])}, "B": {"tanh": ([1e-6, 1e6], [1e-9, 1e9])}}
    for ax in drawings.spread_by_layer(rows).axes:
        low, high = ax.get_ylim()
        assert low <= ax.lines[0].get_ydata().min() and ax.lines[0].get_ydata().max() <= high


def test_frames_with_limits_share_them():
    limits = ((1e-3, 10), (1e-6, 100))
    for values in ([1, 2], [1e-5, 1e5]):
        figure = drawings.spread_by_layer({"A": {"tanh": (values, values)}}, limits=limits)
        assert tuple(ax.get_ylim() for ax in figure.axes) == limits


def test_units_draws_columns_as_pictures_and_says_how_much_they_differ():
    kernel = RNG.normal(size=(12, 7))
    ax = drawings.units({"equal": np.ones((12, 7)), "random": kernel}, (3, 4), count=2)
    assert [image.get_array().shape for image in ax.images] == [(3, 4)] * 4
    np.testing.assert_array_equal(ax.images[3].get_array(), kernel[:, 1].reshape(3, 4))
    largest = np.abs(kernel[:, 0] - kernel[:, 1]).max()
    assert numbers(ax.alt)[-2:] == [0, float(f"{largest:.2g}")]


def test_each_row_of_units_has_its_own_scale_with_zero_in_the_middle():
    ax = drawings.units({"small": 0.01 * np.eye(4), "zeros": np.zeros((4, 4))}, (2, 2), count=1)
    assert [image.get_clim() for image in ax.images] == [(-0.01, 0.01), (-1, 1)]


@pytest.mark.parametrize("shape", [(11, 7), (12, 5)])
def test_units_refuses_a_kernel_of_another_size_or_with_fewer_units(shape):
    with pytest.raises(ValueError, match=f"shape \\({shape[0]}, {shape[1]}\\); 6 units"):
        drawings.units({"random": np.ones(shape)}, (3, 4))


# ------------------------------------------------------------------------------- training a network


def test_descents_says_how_often_a_path_crosses_the_floor_and_how_high_it_ends():
    figure = drawings.descents({"sgd": descent(0.05), "momentum": descent(0.02)}, RAVINE, "η = 1")
    ends = [(w @ RAVINE @ w) / 2 for w in (descent(0.05)[-1], descent(0.02)[-1])]
    crossings = sum(3 * 0.25**step > 0.001 for step in range(1, 11))  # w2 times -0.25 in each step
    assert words(figure) == (
        f"η = 1, 10 steps, crossings of the w1 axis and loss at the end: "
        f"sgd: {crossings}, L = {ends[0]:.2g}; momentum: 0, L = {ends[1]:.2g}."
    )
    assert [ax.get_title() for ax in figure.axes] == [
        f"sgd: L = {ends[0]:.2g}", f"momentum: L = {ends[1]:.2g}",
    ]  # fmt: skip
    np.testing.assert_array_equal(figure.axes[0].lines[0].get_xydata(), descent(0.05))


def test_a_path_that_ends_above_its_start_flies_off():
    assert "flies off" not in words(drawings.descents({"sgd": descent(0.079)}, RAVINE))
    assert "flies off" in words(drawings.descents({"sgd": descent(0.081, 200)}, RAVINE))


def test_descents_never_draws_a_path_far_outside_and_keeps_one_place_for_all_frames():
    near, far = (drawings.descents({"sgd": descent(eta)}, RAVINE).axes[0] for eta in (0.01, 0.9))
    assert np.abs(far.lines[0].get_xydata()).max() < 100
    assert (near.get_xlim(), near.get_ylim()) == (far.get_xlim(), far.get_ylim())
    low, high = near.get_xlim()
    assert low < START[0] < high and near.get_ylim()[1] > START[1]


def test_descents_looks_to_the_other_side_from_a_start_on_the_right():
    ax = drawings.descents({"sgd": -descent(0.01)}, RAVINE).axes[0]
    low, high = ax.get_xlim()
    assert high > 8 and -8 < low < 0


@pytest.mark.parametrize("other", [np.zeros((5, 3)), descent(0.05) + 1, np.zeros(4)])
def test_descents_refuses_a_path_of_another_shape_or_from_another_start(other):
    with pytest.raises(ValueError, match="path of 'adam' is no array"):
        drawings.descents({"sgd": descent(0.05), "adam": other}, RAVINE)


def test_loss_over_rate_draws_each_method_over_its_own_rates_and_rings_the_lowest():
    races = {"sgd": ([0.1, 1], [0.5, 0.9]), "adam": ([0.001, 0.01, 0.1], [0.7, 0.4, 2.0])}
    ax = drawings.loss_over_rate(races, "loss in epoch 2")
    for name, (rates, losses) in races.items():
        (line,) = [line for line in ax.lines if line.get_label() == name]
        assert (list(line.get_xdata()), list(line.get_ydata())) == (rates, losses)
    rings = [line.get_xydata().tolist() for line in ax.lines if line.get_markersize() == 12]
    assert rings == [[[0.1, 0.5]], [[0.01, 0.4]]]
    assert ax.get_xscale() == "log"
    assert words(ax) == (
        "Loss in epoch 2 over the learning rate; a ring marks the lowest. sgd from η = 0.1 to 1: "
        "≈0.5, ≈0.9; adam from η = 0.001 to 0.1: ≈0.7, ≈0.4, ≈2."
    )


def test_another_run_of_a_method_keeps_its_colour_and_what_is_cut_stands_on_the_line():
    races = {"adam": ([1, 2], [3, 4]), "adam, 100 L": ([1, 2, 3], [3, 9, np.nan])}
    ax = drawings.loss_over_rate(races, "loss", cut=5)
    lines = {line.get_label(): line for line in ax.lines}
    first, again = lines["adam"], lines["adam, 100 L"]
    assert first.get_color() == again.get_color() and first.get_ls() != again.get_ls()
    assert list(again.get_ydata()) == [3, 5, 5] and "cut at 5" in lines


def test_loss_over_rate_refuses_a_method_with_fewer_losses_than_rates():
    with pytest.raises(ValueError, match="'sgd' has 1 losses, but 2 rates"):
        drawings.loss_over_rate({"sgd": ([1, 2], [3])}, "loss")


def test_side_by_side_draws_each_panel_and_says_its_numbers():
    panels = {"SGD": ([1, 2], {"E": [3.0, 4.126]}), "Adam": ([5, 6], {"E": [7, 8]})}
    figure = drawings.side_by_side(panels, ["rate", "factor"], "loss in epoch 2", xscale="log")
    assert words(figure) == (
        "Loss in epoch 2 over the rate and over the factor. SGD: E ≈3, ≈4.13. Adam: E ≈7, ≈8."
    )
    assert [ax.get_title() for ax in figure.axes] == ["SGD", "Adam"]
    assert [ax.get_xlabel() for ax in figure.axes] == ["rate", "factor"]
    assert [list(curves(ax)["E"]) for ax in figure.axes] == [[3, 4.126], [7, 8]]
    assert {ax.get_xscale() for ax in figure.axes} == {"log"}


def test_a_cut_is_drawn_and_what_lies_above_it_or_is_no_number_stands_on_it():
    panels = {"SGD": ([1, 2, 3, 4], {"E": [1, 9, np.nan, np.inf]})}
    figure = drawings.side_by_side(panels, "rate", "loss", (2.5, "cut at 2.5"))
    assert list(curves(figure.axes[0])["E"]) == [1, 2.5, 2.5, 2.5]
    assert set(curves(figure.axes[0])["cut at 2.5"]) == {2.5}
    assert words(figure).startswith("Loss over the rate, cut at 2.5. ")
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["E", "cut at 2.5"]


def test_a_level_that_is_no_cut_cuts_nothing():
    figure = drawings.side_by_side({"SGD": ([1, 2], {"E": [1, 9]})}, "x", "y", (2.5, "guessing"))
    assert list(curves(figure.axes[0])["E"]) == [1, 9]
    assert "cut" not in words(figure)


def test_of_long_curves_side_by_side_says_the_ends():
    panels = {"length": (range(20), {"plain": np.arange(20)})}
    assert words(drawings.side_by_side(panels, "batches", "length")).endswith("plain ≈0 to ≈19.")


def test_side_by_side_refuses_a_curve_of_another_length_and_labels_that_are_too_few():
    with pytest.raises(ValueError, match="'E' has 2 numbers, but there are 3 x"):
        drawings.side_by_side({"SGD": ([1, 2, 3], {"E": [1, 2]})}, "x", "y")
    panels = {name: ([1], {"E": [1]}) for name in "ab"}
    with pytest.raises(ValueError):
        drawings.side_by_side(panels, ["x"], "y")


def test_normalised_values_says_what_training_and_inference_make_of_them():
    x, averages = RNG.normal(3, 2, size=500), [(0, 1), (1.5, 2.25), (2, 3)]
    text = words(drawings.normalised_values(x, averages, 1, (3, 4), epsilon=0))
    inference = (x - 1.5) / 1.5
    assert numbers(text) == [1, 1.5, 3, 2.25, 4, *(float(f"{value:.2f}") for value in (
        x.mean(), x.std(), 0, 1, inference.mean(), inference.std()))]  # fmt: skip


def test_normalised_values_draws_the_averages_so_far_on_an_axis_for_all_of_them():
    averages = [(0, 1), (1.5, 2.25), (2, 3)]
    for batches in (0, 1, 2):
        before, after, course = drawings.normalised_values(
            np.arange(9), averages, batches, (3, 4)
        ).axes
        mean = curves(course)["moving mean"]
        assert list(mean) == [pair[0] for pair in averages[: batches + 1]]
        assert course.get_xlim() == pytest.approx((-0.06, 2.06))
        assert before.get_ylim() == after.get_ylim()


@pytest.mark.parametrize("batches", [-1, 3])
def test_normalised_values_refuses_averages_that_do_not_reach_so_far(batches):
    with pytest.raises(ValueError, match=r"shape \(3, 2\); mean and variance after 0 to"):
        drawings.normalised_values(np.arange(9), [(0, 1), (1, 2), (2, 3)], batches, (3, 4))
    with pytest.raises(ValueError, match=r"shape \(2,\)"):
        drawings.normalised_values(np.arange(9), [0, 1], 0, (3, 4))
