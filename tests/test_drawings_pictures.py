"""Drawings of pictures and their labels: words from the data, places from the mechanism."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex

from dlhelpers import drawings

RNG = np.random.default_rng(0)
SEVEN = np.array(
    [[1, 1, 1, 1, 1], [0, 0, 0, 0, 1], [0, 0, 0, 1, 0], [0, 0, 1, 0, 0], [0, 0, 1, 0, 0]], float
)
AT = np.arange(0, 2341, 39)
RATES = np.where(AT < 585, AT / 585 * 0.02, 0.01 * (1 + np.cos(np.pi * (AT - 585) / 1755)))
COUNTS = np.array([[90, 7, 0], [1, 80, 0], [2, 0, 1000]])
PICTURES = RNG.random((2, 4, 5, 6, 3))
BEST = [[("tiger cat", 0.372), ("tabby", 0.2)], [("daisy", 0.5)]]
ON_AXES = {
    "picture_table": lambda ax=None: drawings.picture_table(
        PICTURES, ["cat", "dog"], ["first", "second"], ax=ax
    ),
    "stages": lambda ax=None: drawings.stages({"in": SEVEN, "out": SEVEN[1:3] - 2}, ax=ax),
    "learning_rate": lambda ax=None: drawings.learning_rate(AT, RATES, 468, ax=ax),
    "confusion": lambda ax=None: drawings.confusion(COUNTS, ax=ax),
}


pytestmark = pytest.mark.usefixtures("close_figures")


def turned_about_its_middle(picture, angle):
    """The definition, pixel by pixel: what lies at the place, weighted by nearness."""
    size = len(picture)
    result, middle = np.zeros((size, size)), (size - 1) / 2
    cos, sin = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    for row, column in np.ndindex(size, size):
        u, v = row - middle, column - middle
        y, x = u * cos + v * sin + middle, v * cos - u * sin + middle
        for r, c in np.ndindex(size, size):
            result[row, column] += max(0, 1 - abs(y - r)) * max(0, 1 - abs(x - c)) * picture[r, c]
    return result


def grid_at(angle, pixel=(-1, 1)):
    return drawings.rotated_grid(SEVEN, turned_about_its_middle(SEVEN, angle), angle, pixel)


@pytest.mark.parametrize("draw", ON_AXES.values(), ids=ON_AXES)
def test_a_drawing_takes_an_axes_and_its_words_are_sentences(draw):
    ax = plt.subplots()[1]
    assert draw(ax=ax) is ax
    assert len(plt.get_fignums()) == 1
    assert ax.alt.endswith(".") and len(ax.alt.split()) > 5
    assert draw().figure is not ax.figure


# --------------------------------------------------------------------------- picture_table


def test_pictures_stand_in_rows_and_columns_with_titles_in_the_middle_of_their_columns():
    ax = ON_AXES["picture_table"]()
    assert ax.alt == (
        "2 by 4 pictures of 5 by 6 pixels. The rows: first, second. "
        "The columns, 2 of each: cat, dog."
    )
    assert len(ax.images) == 8
    np.testing.assert_array_equal(ax.images[5].get_array(), PICTURES[1, 1])
    places = [image.get_extent() for image in ax.images]
    assert places[0][0] == places[4][0] and places[4][3] >= places[0][2]  # one below the other
    assert places[1][0] > places[0][1]
    text = {text.get_text(): text.get_position() for text in ax.texts}
    for title, first, last in (("cat", 0, 1), ("dog", 2, 3)):
        assert text[title][0] == pytest.approx((places[first][0] + places[last][1]) / 2)
    assert text["first"][0] < 0 and text["first"][1] == pytest.approx(2.5)


def test_grey_pictures_of_a_table_are_on_one_scale():
    ax = drawings.picture_table(np.stack([[SEVEN], [3 * SEVEN]]), [7], ["thin", "thick"])
    assert {image.get_clim() for image in ax.images} == {(0.0, 3.0)}


@pytest.mark.parametrize(
    ("shape", "columns", "rows", "named"),
    [
        ((2, 4, 5), ["a"], ["x", "y"], "(2, 4, 5)"),
        ((2, 4, 5, 6, 2), ["a"], ["x", "y"], "(2, 4, 5, 6, 2)"),
        ((2, 4, 5, 6), ["a", "b", "c"], ["x", "y"], "3 titles"),
        ((2, 4, 5, 6), [], ["x", "y"], "0 titles"),
        ((2, 4, 5, 6), ["a"], ["x"], "1 labels"),
    ],
)
def test_a_table_says_which_pictures_titles_or_labels_do_not_fit(shape, columns, rows, named):
    with pytest.raises(ValueError) as error:
        drawings.picture_table(np.zeros(shape), columns, rows)
    assert named in str(error.value)


# ---------------------------------------------------------------------------------- stages


def test_stages_are_drawn_in_one_size_and_on_one_scale_around_zero():
    ax = ON_AXES["stages"]()
    assert ax.alt.endswith("in 5 by 5, 0.0 to 1.0; out 2 by 5, -2.0 to -1.0.")
    assert {image.get_clim() for image in ax.images} == {(-2.0, 2.0)}
    widths = [image.get_extent()[1] - image.get_extent()[0] for image in ax.images]
    assert widths == pytest.approx([1, 1])
    assert [text.get_text() for text in ax.texts] == ["in, 5 × 5", "out, 2 × 5"]


@pytest.mark.parametrize(
    ("arrays", "named"), [({}, "no array"), ({"one": SEVEN, "two": SEVEN[0]}, "'two' has (5,)")]
)
def test_stages_say_which_array_is_no_table(arrays, named):
    with pytest.raises(ValueError) as error:
        drawings.stages(arrays)
    assert named in str(error.value)


# --------------------------------------------------------------------------- learning_rate


def test_the_schedule_is_said_with_its_peak_and_the_rate_at_the_end_of_each_epoch():
    ax = ON_AXES["learning_rate"]()
    ends = [0.02 * 468 / 585]
    ends += [0.01 * (1 + np.cos(np.pi * (468 * n - 585) / 1755)) for n in range(2, 6)]
    assert ax.alt == (
        "Learning rate over 2340 steps: it rises from 0.0000 to 0.0200 at step 585, then falls to "
        f"0.0000. At the ends of the epochs: {', '.join(f'{rate:.4f}' for rate in ends)}."
    )
    curve, dots = ax.lines
    np.testing.assert_array_equal(np.transpose(curve.get_data()), np.stack([AT, RATES], axis=1))
    np.testing.assert_array_equal(dots.get_xdata(), [468, 936, 1404, 1872, 2340])
    np.testing.assert_allclose(dots.get_ydata(), ends, atol=1e-12)
    assert [text.get_text() for text in ax.texts[:2]] == ["1", "2"]
    shaded = ax.patches[0].get_extents().transformed(ax.transData.inverted())
    assert (shaded.x0, shaded.x1) == pytest.approx((0, 585))


@pytest.mark.parametrize(
    ("at", "rates", "named"),
    [([0, 1, 2], [0.1, 0.2], "(3,) steps and (2,)"), ([0, 2, 1], [0, 1, 0], "ascending")],
)
def test_a_schedule_says_what_is_wrong_with_its_steps(at, rates, named):
    with pytest.raises(ValueError) as error:
        drawings.learning_rate(at, rates, 1)
    assert named in str(error.value)


# ------------------------------------------------------------------------------- confusion


def test_a_confusion_matrix_counts_its_errors_and_darkens_them_alone():
    ax = ON_AXES["confusion"]()
    assert ax.alt.endswith("columns what was read: ≈10 of 1,180 off the diagonal.")
    np.testing.assert_array_equal(ax.images[0].get_array(), [[0, 7, 0], [1, 0, 0], [2, 0, 0]])
    assert [text.get_text() for text in ax.texts] == [str(count) for count in COUNTS.flat]
    assert [text.get_position() for text in ax.texts[:2]] == [(0, 0), (1, 0)]  # column, row
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("read", "written")


def test_what_a_confusion_matrix_compares_does_not_depend_on_its_numbers():
    looks = []
    for counts in (COUNTS, COUNTS.T + 1):
        ax = drawings.confusion(counts)
        looks.append([to_hex(patch.get_facecolor()) for patch in ax.patches])
        assert {text.get_gid() for text in ax.texts} == {"≈"}
    assert looks[0] == looks[1]


def test_a_matrix_that_is_not_square_is_refused():
    with pytest.raises(ValueError, match=r"\(2, 3\)"):
        drawings.confusion(COUNTS[:2])


# --------------------------------------------------------------------------------- guesses


def test_each_picture_has_bars_as_long_as_its_probabilities():
    figure = drawings.guesses(PICTURES[0, :2], ["Tom", "a flower"], BEST)
    assert len(figure.axes) == 6  # three in a row, the last one empty
    first = figure.axes[0]
    assert first.alt == (
        "2 pictures, and under each its most probable classes. "
        "Tom: tiger cat ≈0.37, tabby ≈0.20; a flower: daisy ≈0.50."
    )
    np.testing.assert_array_equal(figure.axes[1].images[0].get_array(), PICTURES[0, 1])
    below = figure.axes[3]
    assert [bar.get_width() for bar in below.patches] == [0.372, 0.2]
    assert [text.get_text() for text in below.texts] == ["tiger cat  0.37", "tabby  0.20"]
    places = [text.get_position()[1] for text in below.texts]
    assert places[0] < places[1] and below.yaxis_inverted()  # the most probable on top


def test_guesses_want_as_many_lists_as_pictures():
    with pytest.raises(ValueError, match="2 pictures, 2 names and 1 lists"):
        drawings.guesses(PICTURES[0, :2], ["a", "b"], BEST[:1])


# ---------------------------------------------------------------------------- rotated_grid


@pytest.mark.parametrize("angle", [0, 10, 30, 45, 90, 137, 180])
def test_the_four_pixels_around_the_place_give_what_the_definition_of_a_rotation_gives(angle):
    value = turned_about_its_middle(SEVEN, angle)[1, 3]
    words = grid_at(angle).axes[0].alt
    assert words.startswith(f"Turned by {angle} degrees: the new pixel at u -1, v 1 asks for u ")
    assert f" = {value:.2f}. " in words


def test_the_words_of_a_rotation_are_its_numbers():
    # cos 30° = .866, sin 30° = .5: u = -.866 + .5 = -.366, v = .866 + .5 = 1.366
    assert grid_at(30).axes[0].alt == (
        "Turned by 30 degrees: the new pixel at u -1, v 1 asks for u -0.37, v 1.37 of the old "
        "picture and gets 0.23 × 0 + 0.13 × 1 + 0.40 × 1 + 0.23 × 0 = 0.54. Of 25 places 4 lie "
        "outside."
    )


def test_a_quarter_of_a_turn_asks_for_the_middle_of_one_pixel():
    left, right = grid_at(90, (-2, 2)).axes
    assert "asks for u 2.00, v 2.00 of the old picture and gets 1.00 × 0 = 0.00." in left.alt
    np.testing.assert_allclose(right.images[0].get_array(), np.rot90(SEVEN), atol=1e-9)
    assert [text.get_text() for text in left.texts] == ["1.00"]


def test_the_dots_of_a_rotation_are_the_turned_grid_and_the_marked_place_is_one_of_them():
    left, right = grid_at(30).axes
    frame, dots, place = (np.transpose(line.get_data()) for line in left.lines)
    assert len(dots) == 25
    v, u = dots[0]  # of the new picture's upper left pixel, u = v = -2
    assert (u, v) == pytest.approx((-2 * 0.8660254 - 1, -2 * 0.8660254 + 1))
    assert np.abs(dots - place).max(axis=1).min() < 1e-8
    np.testing.assert_allclose(np.hypot(*frame.T), np.hypot(2.5, 2.5))
    marks = [p for ax in (left, right) for p in ax.patches if p.get_linewidth() == 2]
    corners = [patch.get_xy() for patch in marks]  # left and upper: v, u less a half
    assert corners == [(0.5, -1.5), (1.5, -1.5), (0.5, -0.5), (1.5, -0.5), (0.5, -1.5)]


def test_a_place_outside_the_picture_is_paper():
    ink = np.ones((3, 3))
    turned = turned_about_its_middle(ink, 45)
    words = drawings.rotated_grid(ink, turned, 45, (-1, 1)).axes[0].alt
    assert "u 0.00, v 1.41 of the old picture and gets 0.59 × 1 + 0.41 × 0 = 0.59." in words


def test_a_picture_with_an_even_number_of_pixels_has_halves():
    ink = np.eye(2)
    words = drawings.rotated_grid(ink, np.rot90(ink), 90, (-0.5, 0.5)).axes[0].alt
    assert "at u -0.5, v 0.5 asks for u 0.50, v 0.50 of the old picture and gets 1.00 × 1" in words


@pytest.mark.parametrize(
    ("turned", "pixel", "named"),
    [
        (SEVEN[:4], (-1, 1), "(5, 5) and (4, 5)"),
        (SEVEN, (-3, 1), "no pixel"),
        (SEVEN, (-0.5, 1), "no pixel"),
        (SEVEN, (-1, 1), "has 0.000 at (-1, 1)"),  # not turned at all
    ],
)
def test_a_rotation_says_what_does_not_fit(turned, pixel, named):
    with pytest.raises(ValueError) as error:
        drawings.rotated_grid(SEVEN, turned, 30, pixel)
    assert named in str(error.value)
