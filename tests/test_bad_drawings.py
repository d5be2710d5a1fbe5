"""Drawings that are given what does not belong there: one sentence, and no half-made figure."""

import functools
import importlib
import inspect
import pathlib

import matplotlib.pyplot as plt
import numpy as np
import pytest
from test_bad_input import BAD, functions, outcome

from dlhelpers import drawings

pytestmark = pytest.mark.usefixtures("close_figures")
DRAWINGS = {name: f for name, f in functions(drawings).items() if inspect.signature(f).parameters}
LOSSES = [0.9, 0.6, 0.5, 0.52]


def test_what_cannot_be_drawn_is_named_with_what_was_given():
    with pytest.raises(ValueError, match=r"drawings.patience cannot draw losses = None, pati") as e:
        drawings.patience(None, 2, 1)
    assert "patience = 2, epoch = 1 (TypeError: " in str(e.value)
    assert str(e.value).endswith("; help(drawings.patience) says what each has to be.")
    assert isinstance(e.value.__cause__, TypeError)
    with pytest.raises(ValueError, match=r"z = an array \(3, 2\) of float64, losses = "):
        drawings.loss_and_slope(np.ones((3, 2)), {"a": str}, {"a": str}, {"a": 0}, "now")


def test_a_sentence_that_a_drawing_says_itself_stays_as_it_is():
    with pytest.raises(IndexError) as e:
        drawings.downhill(np.square, np.square, [1.0, 0.5], step=2)
    assert str(e.value) == "Step 2 is not there: this path has steps 0 to 1."


def test_an_argument_too_few_is_named_by_python():
    with pytest.raises(TypeError, match="'epoch'"):
        drawings.patience(LOSSES, 2)


def test_a_drawing_that_stops_leaves_no_figure_and_takes_none_away():
    mine, ax = plt.subplots()
    with pytest.raises(ValueError, match="cannot draw"):
        drawings.loss_and_slope([0, 1], {"a": str}, {"a": str}, {"a": 0}, "now")
    with pytest.raises(ValueError, match="cannot draw"):
        drawings.patience(LOSSES, "two", 1, ax=ax)
    assert plt.get_fignums() == [mine.number]


@pytest.fixture(scope="module")
def drawn():
    """{name of a drawing: the arguments by name of a call in the tests of drawings}."""
    seen = {
        "overlap": {"a": (0, 0, 2, 2), "b": (1, 1, 3, 3)},
        "path_through": {"blocks": 3, "through": (1, 3)},
    }

    def remembering(name, draw):
        @functools.wraps(draw)
        def drawing(*arguments, **options):
            made = draw(*arguments, **options)
            names = inspect.signature(draw).parameters
            seen.setdefault(name, dict(zip(names, arguments)) | options)
            return made

        return drawing

    with pytest.MonkeyPatch.context() as patch:
        for name, draw in DRAWINGS.items():
            patch.setattr(drawings, name, remembering(name, draw))
        for file in sorted(pathlib.Path(__file__).parent.glob("test_drawings_*.py")):
            for name, test in vars(importlib.import_module(file.stem)).items():
                if name.startswith("test_") and not inspect.signature(test).parameters:
                    test()
                    plt.close("all")
    return seen


@pytest.mark.weekly  # 3,300 calls
def test_each_argument_of_each_drawing_may_be_what_does_not_belong_there(drawn):
    assert set(drawn) == set(DRAWINGS)  # a drawing that no test calls
    found = {}
    for name, arguments in drawn.items():
        assert outcome(DRAWINGS[name], arguments) == "works"
        for argument in arguments:
            for what, bad in BAD.items():
                found[name, argument, what] = outcome(DRAWINGS[name], arguments | {argument: bad})
    assert {call: end for call, end in found.items() if end not in ("works", "said")} == {}
    print(len(found), "calls,", list(found.values()).count("said"), "sentences")  # pytest -s
