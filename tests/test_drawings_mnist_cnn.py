"""What drawings draws for the notebook on a CNN for MNIST, and its canvas."""

import re

import numpy as np
import pytest

from dlhelpers import drawings, plotting

NAMES, RUNS = ["dense", "convolutional"], np.array([[50, 40, 45], [20, 30, 22]])
AT, RATES = np.linspace(0, 1, 5), np.array([0, 0.02, 0.01, 0.005, 0])


def test_a_staircase_draws_ranges_and_medians_from_the_top_down():
    ax = drawings.staircase(NAMES, RUNS)
    bars = [(bar.get_x(), bar.get_width()) for bar in ax.patches]
    assert bars == [(40, 10), (20, 10)]
    assert ax.lines[0].get_xdata().tolist() == [45, 22]
    assert ax.yaxis_inverted()
    assert "dense 45 (40 to 50); convolutional 22 (20 to 30)." in ax.alt
    assert "≈" not in ax.alt


def test_the_run_of_a_staircase_that_varies_stands_behind_the_sign():
    ax = drawings.staircase(NAMES, RUNS, [48, 21])
    assert ax.alt.endswith("This run: ≈48, ≈21.")
    assert ax.lines[-1].get_gid() == "≈"


@pytest.mark.parametrize(("runs", "live"), [(RUNS[:1], None), (RUNS[0], None), (RUNS, [1])])
def test_a_staircase_wants_a_row_for_each_name(runs, live):
    with pytest.raises(ValueError, match="staircase got 2 names"):
        drawings.staircase(NAMES, runs, live)


def test_the_frames_of_a_training_show_no_loss_of_an_epoch_to_come():
    frames = [drawings.rate_and_losses(AT, RATES, [2, 1], [3, 1.5], now) for now in range(3)]
    lengths = [[len(line.get_xdata()) for line in frame.axes[1].lines] for frame in frames]
    assert lengths == [[0, 0], [1, 1], [2, 2]]
    dots = [frame.axes[0].lines[1].get_xydata().tolist() for frame in frames]
    assert dots == [[[0, 0]], [[1, 0.01]], [[2, 0]]]
    assert len({frame.axes[1].get_ylim() for frame in frames}) == 1
    assert frames[0].axes[0].alt.endswith("no loss is known; there will be 2 epochs.")
    other = drawings.rate_and_losses(AT, RATES, [2.1, 1], [3.3, 1.5], 0)
    assert other.axes[1].get_ylim() != frames[0].axes[1].get_ylim()
    assert plotting.drawn(other) == plotting.drawn(frames[0])
    assert "after epoch 1 of 2 the learning rate is 0.0100, the training loss ≈2.000" in (
        frames[1].axes[0].alt
    )


@pytest.mark.parametrize(("validation", "now"), [([1], 0), ([1, 2], 3)])
def test_a_training_wants_as_many_losses_of_both_kinds(validation, now):
    with pytest.raises(ValueError, match="rate_and_losses got"):
        drawings.rate_and_losses(AT, RATES, [2, 1], validation, now)


def test_the_text_of_the_canvas_is_read_as_paper_and_ink():
    ink = np.zeros((56, 56), np.uint8)
    ink[3, 5:9] = 1
    text = np.packbits(ink).tobytes().hex()
    picture = drawings.from_canvas(f" {text[:100]}\n{text[100:]} ")
    assert picture.shape == (56, 56)
    assert np.array_equal(picture == 0, ink == 1)
    assert set(np.unique(picture)) == {0, 255}


@pytest.mark.parametrize("text", ["", "ab", "z" * 784])
def test_a_text_that_is_no_drawing_is_refused(text):
    with pytest.raises(ValueError, match=r"the canvas gives 784 .* Copy its whole text"):
        drawings.from_canvas(text)


def test_the_canvas_asks_nothing_of_anybody_and_says_what_it_is(capsys):
    drawings.canvas()
    assert capsys.readouterr().out.startswith("A canvas to draw a digit on")
    assert not re.search(r"https?:|src=|fetch\(|import", drawings.CANVAS_PAGE)
    assert drawings.CANVAS_PAGE.count("aria-label") == 2
