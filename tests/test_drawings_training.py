"""Drawings of training, tuning and many machines: their words, and what stands where."""

import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch, Rectangle

from dlhelpers import drawings, plotting

MASKS = [[1, 0, 1, 1], [1, 1, 0, 0, 1]]
LOSSES = [0.9, 0.6, 0.5, 0.52, 0.49, 0.45, 0.48, 0.47, 0.46, 0.5]
RUNS = {
    "p = 0": [
        {"loss": [2.0, 1.0], "val_loss": [3.0, 2.0]},
        {"loss": [4.0, 3.0], "val_loss": [5.0, 4.0]},
    ],
    "another": [{"loss": [1.0, 0.5], "val_loss": [1.0, 0.7]}],
}
X = np.linspace(0, 1, 5)
SEARCH = (X, X**2, [0.0, 1.0], 1 - X, X, np.array([0, 1, 4, 2, 0.0]))
# Two workers that need 1 and 2 seconds: worker, start, end, update, staleness.
SCHEDULES = {
    "in step": [(0, 0, 1, 1, 0), (1, 0, 2, 1, 0), (0, 2, 3, 2, 0), (1, 2, 4, 2, 0)],
    "out of step": [(0, 0, 1, 1, 0), (0, 1, 2, 2, 0), (1, 0, 2, 3, 2), (0, 2, 3, 4, 1)],
}
PREDICTED = {"weights": [1e6, 2e6], "activations": [2e6, 3e6]}
DRAWN = {
    "thinned_network": lambda ax=None: drawings.thinned_network(MASKS, 0.25, ax=ax),
    "losses_of_runs": lambda ax=None: drawings.losses_of_runs(RUNS, ax=ax),
    "runs_and_means": lambda ax=None: drawings.runs_and_means(
        [0, 1], [[1, 2], [3, 5]], "rate", "accuracy", ax=ax
    ),
    "patience": lambda ax=None: drawings.patience(LOSSES, 2, 8, ax=ax),
    "stops_on_few": lambda ax=None: drawings.stops_on_few(
        [3, 1, 2], [[3, 2, 1], [1, 2, 3]], [3, 1], ax=ax
    ),
    "residual_block": lambda ax=None: drawings.residual_block(
        [1, 2], [2, 1], [3, 3], [5, -1], [2, -1], ax=ax
    ),
    "dense_block": lambda ax=None: drawings.dense_block([16, 12, 10], ax=ax),
    "path_through": lambda ax=None: drawings.path_through(3, [1, 3], ax=ax),
    "on_log_axis": lambda ax=None: drawings.on_log_axis([1, 2], {"a": [1, 10]}, "x", "y", ax=ax),
    "roofline": lambda ax=None: drawings.roofline([0.1, 10], [1e9, 4e10], ["add", "layer"], ax=ax),
    "predicted_and_measured": lambda ax=None: drawings.predicted_and_measured(
        ["a", "b"], PREDICTED, [4e6, 9e6], ax=ax
    ),
    "cuts": lambda ax=None: drawings.cuts(["a", "b"], [1e6, 5e6], [6e6, 2.5e6], 5.5e6, ax=ax),
    "ring": lambda ax=None: drawings.ring(all_reduced([[1, 2], [10, 20]]), 1, ax=ax),
}
FIGURES = {
    "optimum_and_stop": lambda: drawings.optimum_and_stop([3, 1, 0], [3, 1, 2], [0.1, 0.6, 0.5], 3),
    "expected_improvement": lambda: drawings.expected_improvement(*SEARCH),
    "workers": lambda: drawings.workers(SCHEDULES, 2, 4),
}


pytestmark = pytest.mark.usefixtures("close_figures")


def all_reduced(gradients):
    history, n = [np.array(gradients)], len(gradients)
    for step in range(2 * (n - 1)):
        after = history[-1].copy()
        for device in range(n):
            to, piece = (device + 1) % n, (device - step) % n
            after[to, piece] = history[-1][device, piece] + (
                history[-1][to, piece] if step < n - 1 else 0
            )
        history.append(after)
    return np.array(history)


@pytest.mark.parametrize("name", DRAWN)
def test_a_drawing_goes_onto_the_axes_it_is_given(name):
    _, (left, right) = plt.subplots(1, 2)
    assert DRAWN[name](ax=right) is right
    assert right.has_data() or right.patches
    assert not left.has_data()


@pytest.mark.parametrize("name", [*DRAWN, *FIGURES])
def test_the_words_of_a_drawing_are_sentences(name):
    made = {**DRAWN, **FIGURES}[name]()
    words = " ".join(ax.alt for ax in made.figure.axes if hasattr(ax, "alt"))
    assert len(words.split()) >= 5 and words.endswith(".") and words[0].isupper()
    assert "nan" not in words and "array(" not in words


@pytest.mark.parametrize("name", [*DRAWN, *FIGURES])
def test_nothing_random_is_in_a_drawing(name):
    first, second = ({**DRAWN, **FIGURES}[name]().figure for _ in range(2))
    assert plotting.drawn(first) == plotting.drawn(second)


# ------------------------------------------------------------------------------------- dropout


def test_a_thinned_network_counts_what_is_left():
    words = drawings.thinned_network(MASKS, 0.25).alt
    working = 3 * 3 + 3 * 2  # inputs that are on times hidden ones, those times the two outputs
    assert f"6 of 9 neurons are on, {working} of {4 * 5 + 5 * 2} weights work" in words
    assert "inputs: 2; hidden layer 1: 3 and 4. The others count × 1.333." in words
    assert "Off" not in drawings.thinned_network([[1, 1], [1]], 0).alt


def test_a_thinned_network_has_a_line_for_each_working_weight_between_neurons_that_are_on():
    ax = drawings.thinned_network(MASKS, 0.25)
    circles = {c.center: c.get_linestyle() for c in ax.patches if isinstance(c, Circle)}
    assert len(circles) == 4 + 5 + 2
    lines = [line for line in ax.lines if len(line.get_xdata()) == 2]
    assert len(lines) == 15
    assert {circles[tuple(end)] for line in lines for end in line.get_xydata()} == {"-"}
    crosses = {tuple(line.get_xydata()[0]) for line in ax.lines if line.get_marker() == "x"}
    assert crosses == {center for center, style in circles.items() if style == ":"}
    assert len(crosses) == 3


@pytest.mark.parametrize("masks", [[[0.5, 1]], [[2, 0]], [1, 0]])
def test_a_mask_is_a_list_of_zeros_and_ones(masks):
    with pytest.raises(ValueError, match="zeros .* and ones"):
        drawings.thinned_network(masks, 0.5)


def test_losses_of_runs_draw_the_mean_and_a_band_of_all_runs():
    ax = drawings.losses_of_runs(RUNS)
    training, validation, *_ = ax.lines
    assert training.get_ydata().tolist() == [3, 2] and validation.get_ydata().tolist() == [4, 3]
    band = ax.collections[0].get_paths()[0].vertices[:, 1]
    assert (band.min(), band.max()) == (1, 4)
    assert "training ≈2.00 at p = 0, validation ≈3.00 at p = 0" in ax.alt


def test_training_and_validation_of_one_rate_share_a_colour_and_differ_in_style():
    lines = drawings.losses_of_runs(RUNS).lines
    colors = [to_hex(line.get_color()) for line in lines]
    assert colors[0] == colors[1] == drawings.COLOR_OF["p = 0"]
    assert colors[2] == colors[3] != colors[0]
    assert [line.get_linestyle() for line in lines] == ["-", "--", "-", "--"]


def test_runs_and_means_give_the_mean_of_each_row():
    ax = drawings.runs_and_means([0, 1], [[1, 2], [3, 5]], "rate", "accuracy")
    assert "≈1.500 at 0, ≈4.000 at 1" in ax.alt
    assert ax.lines[0].get_ydata().tolist() == [1.5, 4]
    with pytest.raises(ValueError, match="2 values of x"):
        drawings.runs_and_means([0, 1], [[1, 2]], "rate", "accuracy")


# ------------------------------------------------------------------------------ early stopping


def early_stopping(losses, patience):
    """The lesson's rule: (epoch it ended after, best epoch, did it stop)."""
    best, best_epoch = np.inf, 0
    for epoch, loss in enumerate(losses, 1):
        if loss < best:
            best, best_epoch = loss, epoch
        elif epoch - best_epoch >= patience:
            return epoch, best_epoch, True
    return epoch, best_epoch, False


@pytest.mark.parametrize("patience", [1, 2, 3, 4, 5])
def test_patience_stops_where_the_rule_stops(patience):
    ended, best, stopped = early_stopping(LOSSES, patience)
    frames = [drawings.patience(LOSSES, patience, epoch) for epoch in range(1, 11)]
    stops = [n for n, ax in enumerate(frames, 1) if f"stop, and go back to epoch {best}" in ax.alt]
    assert stops == ([ended] if stopped else [])
    after = [n for n, ax in enumerate(frames, 1) if "is not run" in ax.alt]
    assert after == list(range(ended + 1, 11))
    for n, ax in enumerate(frames, 1):
        measured = next(line for line in ax.lines if line.get_label() == "measured")
        assert len(measured.get_xdata()) == min(n, ended)
        star = next(line for line in ax.lines if line.get_label() == "best so far")
        assert star.get_xydata().tolist() == [[1 + np.argmin(LOSSES[: min(n, ended)]),
                                               min(LOSSES[: min(n, ended)])]]  # fmt: skip


def test_patience_says_how_long_it_has_waited():
    assert drawings.patience(LOSSES, 2, 4).alt == (
        "Patience 2. Epoch 4 has the loss 0.52, not below 0.5 of epoch 3; it waits 1 of 2: go on."
    )
    assert "0.49, the best so far" in drawings.patience(LOSSES, 2, 5).alt
    [bar] = [line for line in drawings.patience(LOSSES, 2, 8).lines if line.get_linewidth() == 3]
    assert list(bar.get_xdata()) == [6, 8]


@pytest.mark.parametrize("epoch", [0, 11])
def test_patience_names_the_epochs_it_has(epoch):
    with pytest.raises(ValueError, match="epochs 1 to 10"):
        drawings.patience(LOSSES, 2, epoch)


def test_the_optimum_is_that_of_the_validation_loss_in_both_panels():
    left, right = FIGURES["optimum_and_stop"]().axes
    for ax, height in ((left, 1), (right, 0.6)):
        [star] = [line for line in ax.lines if line.get_marker() == "*"]
        assert star.get_xydata().tolist() == [[2, height]]
        [stop] = [line for line in ax.lines if line.get_label() == "stop"]
        assert list(stop.get_xdata()) == [3, 3]
    assert "falls to ≈1.00 at epoch ≈2" in left.alt and "The stop is at epoch ≈3" in left.alt
    assert right.get_ylim()[0] > 0.05  # the axis shows the range of the curve


def test_the_draws_on_few_pictures_can_be_told_apart_and_carry_their_mark():
    few = np.arange(12).reshape(4, 3) + 1
    ax = drawings.stops_on_few([3, 1, 2], few, [1, 2, 3, 1])
    marks = [line for line in ax.lines if line.get_markersize() == 9]
    assert [line.get_xydata().tolist()[0] for line in marks] == [[1, 1], [2, 5], [3, 9], [1, 10]]
    assert len({(line.get_marker(), to_hex(line.get_color())) for line in marks}) == 4
    assert "epochs ≈1, ≈2, ≈3, ≈1; on all pictures the best is ≈2." in ax.alt
    with pytest.raises(ValueError, match="4 draws, but 1 epoch"):
        drawings.stops_on_few([3, 1, 2], few, [1])


# ------------------------------------------------------------------------------------ shortcuts


def test_a_residual_block_says_both_ways_and_their_sum():
    ax = DRAWN["residual_block"]()
    assert "through F it becomes [5, -1], by the shortcut it stays [2, -1]" in ax.alt
    assert "together [7, -2] arrives at x." in ax.alt
    shown = [text.get_text() for text in ax.texts]
    assert [shown.count(f"[{pair}]") for pair in ("1, 2", "2, 1", "3, 3", "5, -1", "2, -1")] == [
        2, 1, 1, 1, 3,
    ]  # fmt: skip


def test_forwards_the_arrows_of_a_residual_block_point_right_and_backwards_left():
    arrows = [p for p in DRAWN["residual_block"]().patches if isinstance(p, FancyArrowPatch)]
    ways = {}
    for arrow in arrows:
        (x0, y0), (x1, y1) = arrow._posA_posB
        if y0 == y1:
            ways.setdefault(y0, set()).add(np.sign(x1 - x0))
    assert [ways[y] for y in sorted(ways)] == [{1}, {-1}]
    ends = [arrow._posA_posB[1][0] for arrow in arrows if arrow._posA_posB[0][0] ==
            arrow._posA_posB[1][0]]  # fmt: skip
    assert ends == [5.4, 0]  # the shortcut ends at the sum, its gradient at x


def test_a_residual_block_refuses_an_output_that_is_no_sum():
    with pytest.raises(ValueError, match=r"H is \[3, 4\], but F \+ x is \[3, 3\]"):
        drawings.residual_block([1, 2], [2, 1], [3, 4], [0, 0], [0, 0])


@pytest.mark.parametrize(
    ("through", "words"),
    [
        ([], "past F1, F2 and F3: the factor is 1."),
        ([2], "through F2 and past F1 and F3: the factor is F2'."),
        ([3, 1], "through F1 and F3 and past F2: the factor is F1' F3'."),
        ([1, 2, 3], "through F1, F2 and F3: the factor is F1' F2' F3'."),
    ],
)
def test_a_path_leads_through_the_blocks_it_names_and_past_the_others(through, words):
    ax = drawings.path_through(3, through)
    assert ax.alt.endswith(words)
    boxes = [p for p in ax.patches if isinstance(p, FancyBboxPatch)]
    blue = [n for n, box in enumerate(boxes, 1)
            if to_hex(box.get_facecolor()) == drawings.PAPER["blue"]]  # fmt: skip
    assert blue == sorted(through)
    rails = [to_hex(line.get_color()) for line in ax.lines if len(line.get_xdata()) == 3]
    assert [n for n, color in enumerate(rails, 1) if color != "#999999"] == sorted(
        {1, 2, 3} - set(through)
    )
    arrows = [p for p in ax.patches if isinstance(p, FancyArrowPatch)]
    flat = [a._posA_posB for a in arrows if a._posA_posB[0][1] == a._posA_posB[1][1]]
    assert all(end[0] < start[0] for start, end in flat)  # a gradient goes back


def test_a_path_names_blocks_that_are_there():
    with pytest.raises(ValueError, match=r"numbers 1 to 3, and not all of \[0, 2\]"):
        drawings.path_through(3, [0, 2])


def test_a_dense_block_stacks_what_each_layer_reads():
    ax = drawings.dense_block([16, 12, 10])
    assert "F1 reads 16 and adds 12; F2 reads 28 and adds 10; 38 leave it" in ax.alt
    stacks = {}
    for box in ax.patches:
        if isinstance(box, Rectangle):
            stacks.setdefault(box.get_x(), []).append((box.get_y(), box.get_height()))
    assert [stacks[x] for x in sorted(stacks)] == [
        [(0, 16)], [(0, 16), (16, 12)], [(0, 16), (16, 12), (28, 10)],
    ]  # fmt: skip


def test_no_two_arrows_of_a_dense_block_lie_on_one_another():
    arrows = [p for p in drawings.dense_block([16, 12, 10, 8]).patches
              if isinstance(p, FancyArrowPatch)]  # fmt: skip
    spans = [arrow._posA_posB for arrow in arrows]
    assert len(spans) == 6 + 2 * 3
    for n, ((a, y), (b, _)) in enumerate(spans):
        for (c, other), (d, _) in spans[:n]:
            assert y != other or max(a, c) >= min(b, d)


def test_a_dense_block_has_a_layer():
    with pytest.raises(ValueError, match="at least one layer"):
        drawings.dense_block([16])


def test_a_log_axis_says_powers_of_its_base():
    ax = drawings.on_log_axis([1, 2], {"a": [1e-9, 0.1], "b": [1, 100]}, "layer", "length")
    assert "a goes from 10 to the ≈-9.0 to 10 to the ≈-1.0; b goes from" in ax.alt
    assert "from 2 to the ≈3.0 to" in drawings.on_log_axis([1], {"a": [8]}, "x", "y", base=2).alt
    ax = drawings.on_log_axis([1, 4], {"a": [1, 3]}, "devices", "speedup", base=2, both=True)
    assert "≈" not in ax.alt and "With 4 devices: a 3.0." in ax.alt
    assert ax.get_xscale() == ax.get_yscale() == "log"


def test_a_curve_that_jumps_is_drawn_as_open_points_that_hide_no_line():
    curves = {"a": [1, 1], "b": [1, 10]}
    a, b = drawings.on_log_axis([1, 2], curves, "x", "y", dots=["b"]).lines
    assert (a.get_linestyle(), b.get_linestyle()) == ("-", "None")
    assert b.get_markerfacecolor() == "none" != a.get_markerfacecolor()


@pytest.mark.parametrize("curve", [[1, 0], [1], [1, np.nan]])
def test_a_log_axis_names_the_curve_that_has_no_logarithm(curve):
    with pytest.raises(ValueError, match="'bad' needs 2 numbers above 0"):
        drawings.on_log_axis([1, 2], {"bad": curve}, "x", "y")


# --------------------------------------------------------------------------------------- tuning


def test_the_next_setting_is_where_the_expected_improvement_is_highest():
    upper, lower = drawings.expected_improvement(*SEARCH).axes
    for ax in (upper, lower):
        [next_one] = [line for line in ax.lines if line.get_label() == "next"]
        assert list(next_one.get_xdata()) == [0.5, 0.5]
    assert "After 2 points the lowest loss is 0.000." in upper.alt
    assert "at 0.500: 4.0000, for there the mean is 0.500 and s 0.500" in upper.alt
    assert "Its true loss is 0.250." in upper.alt
    [tried] = [line for line in upper.lines if line.get_label() == "tried"]
    assert tried.get_xydata().tolist() == [[0, 0], [1, 1]]
    band = upper.collections[0].get_paths()[0].vertices
    assert band[:, 1].max() == 0 + 2 * 1 and band[:, 1].min() == 0 - 2 * 1


def test_a_setting_that_was_tried_is_one_of_x():
    with pytest.raises(ValueError, match="one of x"):
        drawings.expected_improvement(X, X, [0.1], X, X, X)


def test_the_process_has_its_own_colour():
    upper = drawings.expected_improvement(*SEARCH).axes[0]
    [mean] = [line for line in upper.lines if line.get_label() == "mean m"]
    assert to_hex(mean.get_color()) == drawings.COLOR_OF["Gaussian process"]


def test_no_colour_stands_for_two_things_that_one_picture_compares():
    for group in (
        ("p = 0", "p = 0.5", "p = 0.8"),
        ("plain, 4 layers", "plain, 50 layers", "residual, 50 layers"),
        ("plain, gain 1", "plain, gain 2 (He)", "residual"),
        ("gain 2", "gain 2 / 24"),
        ("folklore", "by hand", "grid", "random", "Gaussian process", "best ball"),
    ):
        assert len({drawings.COLOR_OF[name] for name in group}) == len(group)


# ---------------------------------------------------------------------------------- many machines


def test_workers_say_who_waits_and_how_stale_a_gradient_is():
    words = drawings.workers(SCHEDULES, 1, 4).axes[0].alt
    assert words == (
        "At second 1. In step: 0 updates with 0 gradients, seconds waited: 0; now worker 2 "
        "computes and worker 1 waits. Out of step: 1 update with 1 gradient, seconds waited: 0, "
        "the stalest gradient 0 updates old; now workers 1 and 2 compute."
    )
    last = max(end for jobs in SCHEDULES.values() for _, _, end, *_ in jobs)
    assert "; now" not in drawings.workers(SCHEDULES, last, last).axes[0].alt  # all is done
    words = drawings.workers(SCHEDULES, 2, 4).axes[0].alt
    assert "In step: 1 update with 2 gradients, seconds waited: 1" in words
    assert (
        "3 updates with 3 gradients, seconds waited: 0, the stalest gradient 2 updates old" in words
    )


def test_the_bars_of_workers_end_at_the_moment():
    for ax, busy in zip(drawings.workers(SCHEDULES, 3, 4).axes, (2 + 3, 3 + 2)):
        bars = [b for b in ax.patches if b.get_facecolor()[:3] != (1, 1, 1)]
        assert max(b.get_x() + b.get_width() for b in bars) == 3
        assert sum(b.get_width() for b in bars) == busy
        assert [b.get_width() for b in ax.patches if b.get_facecolor()[:3] == (1, 1, 1)] == [3, 3]
    updates = [[line.get_xdata()[0] for line in ax.lines if line.get_linestyle() == "--"]
               for ax in drawings.workers(SCHEDULES, 3, 4).axes]  # fmt: skip
    assert updates == [[2], [1, 2, 3]]


@pytest.mark.parametrize("now", [-1, 5])
def test_workers_have_a_moment_on_the_time_line(now):
    with pytest.raises(ValueError, match="not between 0 and 4 s"):
        drawings.workers(SCHEDULES, now, 4)


def test_a_ring_says_who_gets_which_piece():
    history = all_reduced([[1, 2], [10, 20]])
    assert drawings.ring(history, 0).alt == (
        "At the start: device 1 has [1, 2]; device 2 has [10, 20]. 0 of 4 sums complete."
    )
    assert drawings.ring(history, 1).alt == (
        "Step 1 of 2: each adds what comes: b to device 1, which then has 22; a to device 2, which "
        "then has 11. 2 of 4 sums complete."
    )
    assert "each keeps the sum that comes: a to device 1" in drawings.ring(history, 2).alt
    assert drawings.ring(history, 2).alt.endswith("4 of 4 sums complete.")


@pytest.mark.parametrize("n", [2, 3, 4, 5])
def test_a_ring_draws_each_number_and_an_arrow_to_each_neighbour(n):
    history = all_reduced(np.arange(1, n * n + 1).reshape(n, n) ** 2)
    for step in range(2 * n - 1):
        ax = drawings.ring(history, step)
        arrows = [p for p in ax.patches if isinstance(p, FancyArrowPatch)]
        moving = [p for p in arrows if to_hex(p.get_edgecolor()) == "#b04a00"]
        assert (len(arrows), len(moving)) == (n, n if step else 0)
        numbers = [t.get_text() for t in ax.texts if re.fullmatch(r"\d+", t.get_text())]
        assert sorted(numbers) == sorted(map(str, history[step].ravel()))
        full = (history[step] == history[0].sum(axis=0)).sum()
        blue = [p for p in ax.patches if to_hex(p.get_facecolor()) == drawings.PAPER["blue"]]
        assert len(blue) == full
        assert sum(p.get_linewidth() == 2.6 for p in ax.patches) == (n if step else 0)


def test_a_ring_names_the_steps_it_has():
    with pytest.raises(ValueError, match="steps 0 to 2"):
        drawings.ring(all_reduced([[1, 2], [10, 20]]), 3)


def test_the_roof_rises_with_the_bytes_and_ends_at_the_most_operations():
    ax = drawings.roofline([0.1, 1, 10], [1e9, 2e9, 4e10], ["add", "small", "large"])
    x, roof = ax.lines[0].get_data()
    np.testing.assert_allclose(roof, np.minimum(40, 10 * x))  # 1e9 / 0.1 bytes a second
    assert ax.alt.endswith("add ≈1.0; small ≈2.0; large ≈40.0.")
    with pytest.raises(ValueError, match="One intensity"):
        drawings.roofline([0.1], [1e9, 2e9], ["add"])


def test_predicted_parts_stand_behind_each_other_over_what_was_measured():
    ax = drawings.predicted_and_measured(["a", "b"], PREDICTED, [4e6, 9e6])
    bars = [(bar.get_x(), bar.get_width()) for bar in ax.patches]
    assert bars == [(0, 1), (0, 2), (1, 2), (2, 3), (0, 4), (0, 9)]
    assert "a 3.0 MB and ≈4 MB; b 5.0 MB and ≈9 MB" in ax.alt
    with pytest.raises(ValueError, match="2 numbers"):
        drawings.predicted_and_measured(["a", "b"], PREDICTED, [4e6])


def test_a_cut_that_does_not_fit_is_said():
    ax = drawings.cuts(["a", "b"], [1e6, 5e6], [6e6, 2.5e6], 5.5e6)
    assert ax.alt.endswith("room 5.5 each: a 1.0 and 6.0, too much; b 5.0 and 2.5.")
    with pytest.raises(ValueError, match="1 numbers"):
        drawings.cuts(["a"], [1], [1, 2], 3)
