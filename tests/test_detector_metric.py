"""The metric of the notebook that trains a detector, against tables that were filled in by hand."""

import pathlib

import nbformat
import numpy as np
import pytest

NOTEBOOK = (
    pathlib.Path(__file__).resolve().parent.parent / "notebooks/15_training_a_detector.ipynb"
)
CELLS = [cell for cell in nbformat.read(NOTEBOOK, as_version=4).cells if cell.cell_type == "code"]


@pytest.fixture(scope="module")
def lesson():
    """The functions of the notebook that measure, from its own cells."""
    names = {"np": np, "claim": lambda *words, **bounds: None, "SIDE": 64}
    for name in ("area", "judge", "average_precision"):
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
