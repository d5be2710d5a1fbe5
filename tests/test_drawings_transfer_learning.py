"""Drawings of blocks and of features: bars as long as their numbers, words from the data."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from dlhelpers import drawings

BLOCKS = {
    "residual": [("input", 40), ("3 × 3", 40), ("3 × 3", 40)],
    "inverted": [("input", 40), ("1 × 1", 240), ("5 × 5, each map alone", 240), ("1 × 1", 40)],
}
POINTS = np.array([[0, 0], [0, 1], [10, 0], [10, 1], [10, 2], [0, 2.5]], float)
LABELS = np.array([0, 0, 1, 1, 1, 1])


pytestmark = pytest.mark.usefixtures("close_figures")


def plane(**options):
    return drawings.feature_plane(POINTS, LABELS, ["cat", "dog"], "pixels", **options)


@pytest.mark.parametrize("draw", [lambda ax: drawings.channels_through(BLOCKS, ax), plane])
def test_a_drawing_takes_an_axes_and_its_words_are_sentences(draw):
    ax = plt.subplots()[1]
    assert draw(ax=ax) is ax
    assert len(plt.get_fignums()) == 1
    assert ax.alt.endswith(".") and len(ax.alt.split()) > 5


def test_a_bar_is_as_long_as_its_number_of_maps():
    ax = drawings.channels_through(BLOCKS)
    widths = [bar.get_width() for bar in ax.patches if hasattr(bar, "get_width")]
    assert widths == pytest.approx([1 / 6, 1 / 6, 1 / 6, 1 / 6, 1, 1, 1 / 6])
    assert ax.alt == (
        "Feature maps behind each convolution of 2 blocks. residual: 40 maps, 3 × 3 to 40, 3 × 3 "
        "to 40, and the shortcut adds the input; inverted: 40 maps, 1 × 1 to 240, 5 × 5, each map "
        "alone to 240, 1 × 1 to 40, and the shortcut adds the input."
    )


def test_a_block_whose_ends_cannot_be_added_is_refused():
    with pytest.raises(ValueError, match="from 40 to 80"):
        drawings.channels_through({"wider": [("input", 40), ("3 × 3", 80)]})
    with pytest.raises(ValueError, match="no block"):
        drawings.channels_through({})


def test_each_class_has_a_mark_of_its_own_and_the_words_count_near_neighbours():
    ax = plane(accuracy=0.5)
    assert [len(marks.get_offsets()) for marks in ax.collections] == [2, 4]
    shapes = [len(marks.get_paths()[0].vertices) for marks in ax.collections]
    assert shapes[0] != shapes[1]
    assert ax.get_title(loc="left") + ax.get_title() == "pixels: accuracy ≈0.50"
    assert "a linear classifier reads ≈0.50" in ax.alt
    assert "in the plane ≈0.83 lie nearest" in ax.alt  # all but the last point


def test_the_points_fill_the_square_around_their_mean():
    ax = plane()
    drawn = np.concatenate([marks.get_offsets() for marks in ax.collections])
    np.testing.assert_allclose(drawn.mean(axis=0), 0, atol=1e-12)
    assert np.abs(drawn).max() == pytest.approx(1)
    assert "accuracy" not in ax.get_title(loc="left") + ax.alt


@pytest.mark.parametrize(
    ("points", "labels", "classes", "named"),
    [
        (POINTS[:, :1], LABELS, ["cat", "dog"], "(6, 1)"),
        (POINTS, LABELS[:5], ["cat", "dog"], "(5,)"),
        (POINTS, LABELS, ["cat"], "names for 1"),
        (POINTS, LABELS, list("abcdefg"), "names for 7"),
    ],
)
def test_a_plane_says_what_does_not_fit(points, labels, classes, named):
    with pytest.raises(ValueError) as error:
        drawings.feature_plane(points, labels, classes, "pixels")
    assert named in str(error.value)
