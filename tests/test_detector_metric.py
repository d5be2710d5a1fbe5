"""The metric of the notebook that trains a detector, against tables by hand and others'."""

import pathlib

import nbformat
import numpy as np
import pytest

NOTEBOOK = pathlib.Path(__file__).resolve().parent.parent / "notebooks/15_training_a_detector.ipynb"
CELLS = [cell for cell in nbformat.read(NOTEBOOK, as_version=4).cells if cell.cell_type == "code"]


@pytest.fixture(scope="module")
def lesson():
    """The functions of the notebook that measure, from its own cells."""
    names = {"np": np, "claim": lambda *words, **bounds: None, "SIDE": 64}
    for name in ("area", "judge", "average_precision", "mean_precision"):
        [source] = [cell.source for cell in CELLS if f"def {name}(" in cell.source]
        exec(source, names)
    return names


# Ten digits there. Answers from the surest on, and the precision at each right one by hand:
# right 1/1, right 2/2, wrong, right 3/4, wrong, wrong, right 4/7, right 5/8, wrong, right 6/10
RIGHT = [1, 1, 0, 1, 0, 0, 1, 1, 0, 1]
BY_HAND = (1 + 1 + 0.75 + 4 / 7 + 0.625 + 0.6) / 10


def test_average_precision_is_what_the_table_gives(lesson):
    scores = np.linspace(0.95, 0.05, 10)
    assert lesson["average_precision"](scores, RIGHT, 10) == pytest.approx(BY_HAND)


def test_average_precision_sorts_by_score(lesson):
    order = np.array([3, 1, 9, 0, 2, 8, 5, 4, 7, 6])
    scores, right = np.linspace(0.95, 0.05, 10)[order], np.array(RIGHT)[order]
    assert lesson["average_precision"](scores, right, 10) == pytest.approx(BY_HAND)


# The example of github.com/rafaelpadilla/Object-Detection-Metrics, an implementation compared with
# that of PASCAL VOC: 24 answers from the surest on, 15 objects, and its README's precision at each
# right answer. By VOC's rule, which takes the best precision from there on, its AP is 24.56 %.
PUBLISHED = np.isin(np.arange(24), [0, 2, 9, 11, 12, 13, 22])
PRECISIONS = [1, 0.6666, 0.3, 0.3333, 0.3846, 0.4285, 0.3043]


def test_average_precision_is_made_of_the_precisions_that_are_published(lesson):
    found = lesson["average_precision"](np.linspace(0.95, 0.14, 24), PUBLISHED, 15)
    assert found == pytest.approx(sum(PRECISIONS) / 15, abs=1e-4)
    by_the_rule_of_voc = [max(PRECISIONS[n:]) for n in range(len(PRECISIONS))]
    assert sum(by_the_rule_of_voc) / 15 == pytest.approx(0.2456, abs=1e-4)
    assert found < 0.2456  # as the notebook says of its figure


@pytest.mark.parametrize("seed", range(5))
def test_average_precision_is_scikit_learns_where_all_is_found(seed, lesson):
    metrics = pytest.importorskip("sklearn.metrics")
    random = np.random.default_rng(seed)
    scores, right = random.permutation(40) / 40, random.random(40) < 0.4
    wanted = metrics.average_precision_score(right, scores)
    found = lesson["average_precision"](scores, right, right.sum())
    assert found == pytest.approx(wanted)
    missing_half = lesson["average_precision"](scores, right, 2 * right.sum())
    assert missing_half == pytest.approx(wanted / 2)


@pytest.mark.parametrize("right, wanted", [([], 0), ([0, 0], 0), ([1, 1], 1), ([0, 1], 0.25)])
def test_average_precision_at_the_ends(lesson, right, wanted):
    scores = np.linspace(0.9, 0.1, len(right))
    assert lesson["average_precision"](scores, right, 2) == wanted


def test_a_digit_is_found_once_by_its_name_and_at_half_the_overlap(lesson):
    boxes = np.array([[0, 0, 10, 10], [20, 20, 30, 30], [40, 0, 50, 10]])
    answers = [
        (0.9, 3, np.array([0, 0, 10, 10])),  # right
        (0.8, 3, np.array([0, 0, 10, 9])),  # the digit is taken
        (0.7, 4, np.array([20, 20, 30, 30])),  # the name is wrong
        (0.6, 5, np.array([20, 20, 30, 25])),  # IoU 50 / 100: just enough
        (0.5, 8, np.array([40, 0, 50, 4])),  # IoU 40 / 100
    ]
    verdicts = lesson["judge"](answers, boxes, np.array([3, 5, 8]))
    assert verdicts == [True, False, False, True, False]


def test_the_mean_is_over_the_names_that_are_there(lesson):
    """Two canvases: both 3s are found, between them a wrong answer; the 5 is misnamed."""
    boxes = np.array([[0, 0, 10, 10], [20, 20, 30, 30]])
    scenes = [(None, boxes, np.array([3, 5])), (None, boxes[:1], np.array([3]))]
    answers = [
        [(0.9, 3, boxes[0]), (0.8, 3, boxes[1])],
        [(0.7, 3, boxes[0])],
    ]
    of = lesson["mean_precision"].__globals__
    of["detect"] = lambda output, anchors: answers[output]
    assert lesson["mean_precision"]([0, 1], None, scenes) == pytest.approx(
        ((1 + 2 / 3) / 2 + 0) / 2
    )
