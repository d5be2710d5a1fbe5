"""Drawings of searches on a table of losses: their words, and what stands where."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex

from dlhelpers import drawings, plotting

RATES, SIZES = np.array([0.01, 0.1, 1.0]), np.array([8, 16])
LOSSES = np.array([[2.0, 1.0], [0.5, 0.25], [1.5, 3.0]])
POINTS = {
    "grid": [[0.25, 0.25], [0.25, 0.75], [0.75, 0.25]],
    "random": [[0.1, 0.2], [0.5, 0.9], [0.8, 0.4]],
}
CURVES = np.array([[2.0, 1.5, 1.2], [1.0, 0.6, 0.3], [0.9, 0.7, 0.5], [3.0, 2.5, 0.2]])
MEANS = {"grid": np.array([0.2, 0.1]), "random": np.array([0.3, 0.05])}
ENDS = {way: np.array([mean - 0.01, mean + 0.02]) for way, mean in MEANS.items()}
DRAWN = {
    "loss_map": lambda ax=None: drawings.loss_map(RATES, SIZES, LOSSES, ax=ax),
    "loss_map, tried": lambda ax=None: drawings.loss_map(
        RATES, SIZES, LOSSES, [0, 2, 5], "grid", ax=ax
    ),
    "halving": lambda ax=None: drawings.halving(CURVES, [1, 3, 3, 1], ax=ax),
}
FIGURES = {
    "projected": lambda: drawings.projected(POINTS, np.square, ("a", "b")),
    "replayed": lambda: drawings.replayed(
        [4, 8], {"loss": MEANS, "error": MEANS}, {"loss": ENDS, "error": ENDS},
        {"loss": 0.04, "error": 0.02},
    ),
}  # fmt: skip


pytestmark = pytest.mark.usefixtures("close_figures")


@pytest.mark.parametrize("name", DRAWN)
def test_a_drawing_goes_onto_the_axes_it_is_given(name):
    _, (left, right) = plt.subplots(1, 2)
    assert DRAWN[name](ax=right) is right
    assert right.has_data() and not left.has_data()


@pytest.mark.parametrize("name", [*DRAWN, *FIGURES])
def test_the_words_of_a_drawing_are_sentences_and_nothing_is_random(name):
    first, second = ({**DRAWN, **FIGURES}[name]().figure for _ in range(2))
    words = " ".join(ax.alt for ax in first.axes if hasattr(ax, "alt"))
    assert len(words.split()) >= 5 and words.endswith(".") and words[0].isupper()
    assert "nan" not in words and "array(" not in words
    assert plotting.drawn(first) == plotting.drawn(second)


def test_the_map_says_where_the_loss_is_lowest():
    ax = drawings.loss_map(RATES, SIZES, LOSSES)
    assert ax.alt.endswith("from 0.25 to 3.00. The lowest is 0.25 at 0.1 and 16.")
    np.testing.assert_array_equal(ax.images[0].get_array(), LOSSES.T)


def test_the_trials_stand_in_their_cells_and_a_ring_is_around_the_best_of_them():
    ax = drawings.loss_map(RATES, SIZES, LOSSES, [0, 2, 5], "grid")
    places = {text.get_text(): text.get_position() for text in ax.texts}
    assert places == {"1": (0, 0), "2": (1, 0), "3": (2, 1)}
    [ring] = ax.lines
    assert ring.get_xydata().tolist() == [[1, 0]]
    assert ax.alt.endswith("The lowest that was tried is 0.50 at 0.1 and 8.")
    assert to_hex(ax.texts[0].get_bbox_patch().get_facecolor()) == drawings.COLOR_OF["grid"]


def test_the_way_of_one_training_is_joined():
    ax = drawings.loss_map(RATES, SIZES, LOSSES, [0, 3], "best ball", joined=True)
    [line] = ax.lines
    assert line.get_xydata().tolist() == [[0, 0], [1, 1]] and line.get_gid() is None
    assert ax.alt.endswith(" 2 settings of one training: from 0.01000 and 8 to 0.10000 and 16.")


@pytest.mark.parametrize("joined", [True, False])
def test_what_varies_is_said_to_vary(joined):
    ax = drawings.loss_map(RATES, SIZES, LOSSES, [0, 3], "best ball", joined, exact=False)
    assert {artist.get_gid() for artist in (*ax.texts, *ax.lines)} == {"≈"}
    assert "at ≈0.10000 and ≈16." in ax.alt or "to ≈0.10000 and ≈16." in ax.alt


def test_a_way_of_tuning_has_one_colour_in_all_pictures():
    left = FIGURES["replayed"]().axes[0]
    colors = {c.get_label(): to_hex(c.lines[0].get_color()) for c in left.containers}
    assert colors == {way: drawings.COLOR_OF[way] for way in MEANS}


def test_the_projection_counts_different_values_of_what_matters():
    figure = FIGURES["projected"]()
    upper = figure.axes[0]
    assert "grid, 2 different ones, lowest loss 0.062" in upper.alt
    assert "random, 3 different ones, lowest loss 0.010" in upper.alt
    seen = upper.lines[-1].get_xydata()
    np.testing.assert_allclose(seen[:, 1], seen[:, 0] ** 2)


def test_the_replay_gives_the_last_mean_of_each_way_and_one_legend():
    left, right = FIGURES["replayed"]().axes
    assert left.alt.endswith("after 8: grid ≈0.100, random ≈0.050; after all ≈0.040.")
    assert right.alt.startswith("Mean regret in test error after 4, 8 trials")
    assert left.get_legend() is None
    assert [t.get_text() for t in right.get_legend().texts] == ["all trials", "grid", "random"]


def test_what_was_stopped_ends_where_it_was_stopped_and_cannot_win():
    ax = DRAWN["halving"]()
    drawn = [line for line in ax.lines if line.get_linestyle() == "-" and len(line.get_xdata())]
    assert [len(line.get_xdata()) for line in drawn] == [1, 3, 3, 1]
    widths = [line.get_linewidth() for line in drawn]
    assert widths.index(max(widths)) == 1  # the fourth ends lower, but was stopped
    assert "2 after epoch 1 are stopped, 2 run to the end. 8 epochs are spent of 12" in ax.alt
