"""Drawings of mixed pictures: the picture that was handed over, and a bar as long as its share."""

import numpy as np
import pytest

from dlhelpers import drawings

FIRST, SECOND = np.eye(4), np.ones((4, 4))


pytestmark = pytest.mark.usefixtures("close_figures")


def test_each_mixture_stands_above_a_bar_with_its_label():
    mixed = {"MixUp": (0.75 * FIRST + 0.25 * SECOND, 0.75), "CutMix": (FIRST, 1.0)}
    figure = drawings.mixed_pictures(FIRST, SECOND, ("a 3", "an 8"), mixed)
    above, below = figure.axes[:4], figure.axes[4:]
    assert [ax.get_title() for ax in above] == ["a 3", "an 8", "MixUp", "CutMix"]
    np.testing.assert_array_equal(above[2].images[0].get_array(), mixed["MixUp"][0])
    widths = [[bar.get_width() for bar in ax.patches] for ax in below]
    assert widths == [[1, 0], [0, 1], [0.75, 0.25], [1, 0]]
    assert [[text.get_text() for text in ax.texts] for ax in below] == [
        ["a 3: 1.00"], ["an 8: 1.00"], ["a 3: 0.75", "0.25"], ["a 3: 1.00"],
    ]  # fmt: skip
    assert above[0].alt == (
        "a 3, an 8, and both mixed. MixUp: ink 7.0, label 0.75 a 3 and 0.25 an 8; "
        "CutMix: ink 4.0, label 1.00 a 3 and 0.00 an 8."
    )


@pytest.mark.parametrize(
    ("picture", "share", "said"), [(FIRST[:3], 0.5, "shapes"), (FIRST, 1.5, "'m' has the share")]
)
def test_pictures_of_another_shape_and_shares_beyond_1_are_named(picture, share, said):
    with pytest.raises(ValueError, match=said):
        drawings.mixed_pictures(FIRST, SECOND, ("a", "b"), {"m": (picture, share)})
