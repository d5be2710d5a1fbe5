"""The checks behind "Try it": they accept right answers and say what is wrong with wrong ones."""

import importlib
import pathlib
import re

import numpy as np
import pytest

from dlhelpers.exercises import EXERCISES, Case, check, exercise, verdict

HERE = pathlib.Path(__file__).resolve().parent


@pytest.fixture
def doubled():
    """An exercise for the engine's own tests: twice the number, twice each entry."""

    @exercise("00.doubled")
    def cases():
        yield Case((3,), 6, {"Add, do not square.": 9}, "Think of the word double.")
        yield Case((np.array([1.0, 2.0]),), np.array([2.0, 4.0]))

    yield "00.doubled"
    del EXERCISES["00.doubled"]


def test_a_right_answer_is_told_so(doubled, capsys):
    check(doubled, lambda x: x + x)
    assert capsys.readouterr().out == "✓ doubled is right\n"


@pytest.mark.parametrize(
    "answer",
    [..., lambda x: ..., lambda x: 2 * ..., lambda x: ... + x],
    ids=["dots", "returned", "multiplied", "added to"],
)
def test_an_answer_with_the_dots_left_in_is_not_answered_yet(answer, doubled):
    found = verdict(doubled, answer)
    assert (found.passed, found.message, bool(found)) == (None, "not answered yet", False)


def test_a_wrong_answer_is_shown_its_input_its_output_and_what_was_wanted(doubled):
    def double(number):
        return number + 2

    message = verdict(doubled, double).message
    assert message == "✗ double(number=3) gives 5, wanted 6. Think of the word double."


def test_a_likely_mistake_gets_its_own_hint(doubled):
    assert verdict(doubled, lambda x: x * x).message.endswith("wanted 6. Add, do not square.")


def test_a_later_case_catches_what_the_first_lets_through(doubled):
    found = verdict(doubled, lambda x: 6)
    assert found.passed is False
    assert "x=[1. 2.]" in found.message
    assert "shape () , wanted" not in found.message


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda x: None, "Is a return missing?"),
        (lambda x: 1 / 0, "stops with ZeroDivisionError"),
        (lambda: 6, "stops with TypeError"),
        (lambda x: "six", "gives 'six', wanted 6"),
        (lambda x: np.array([6, 6]), r"shape \(2,\), wanted shape \(\)"),
        (6, "a function is wanted"),
        (lambda x: float("nan"), "gives nan"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(answer, words, doubled):
    message = verdict(doubled, answer).message
    assert message.startswith("✗ ")
    assert re.search(words, message)
    assert "\n" not in message


def test_an_answer_cannot_change_the_input_that_it_is_judged_by(doubled):
    def in_place(x):
        x *= 2
        return x

    assert verdict(doubled, in_place)
    assert verdict(doubled, in_place)


def test_arrays_of_the_active_backend_are_taken(doubled):
    from keras import ops

    assert verdict(doubled, lambda x: ops.add(x, x))


def test_a_parameter_of_the_backend_that_carries_a_gradient_is_taken(doubled):
    class Tensor:
        """As PyTorch's: NumPy refuses it before detach().cpu()."""

        def __init__(self, value):
            self.value = value

        def detach(self):
            return self

        def cpu(self):
            return self.value

        def __array__(self, *args, **kwargs):
            raise RuntimeError("Can't call numpy() on Tensor that requires grad.")

    assert verdict(doubled, lambda x: Tensor(np.multiply(x, 2)))


def test_an_unknown_exercise_is_named_with_those_of_its_notebook(doubled):
    with pytest.raises(KeyError, match=r"'00\.tripled'.*00\.doubled"):
        check("00.tripled", lambda x: x)


def test_texts_and_tuples_are_compared(doubled):
    @exercise("00.pair")
    def cases():
        yield Case((1,), ("one", [1.0, 2.0]))

    try:
        assert verdict("00.pair", lambda n: ("one", (1.0, 2.0)))
        assert not verdict("00.pair", lambda n: ("two", (1.0, 2.0)))
        assert not verdict("00.pair", lambda n: ("one",))
        assert not verdict("00.pair", lambda n: ("one", (1.0, 2.1)))
        assert not verdict("00.pair", lambda n: 1)
    finally:
        del EXERCISES["00.pair"]


# ------------------------------------------------------------- the exercises of the notebooks
# tests/answers_NN.py holds, for each exercise of notebook NN, a right answer and wrong ones.

ANSWERS = [importlib.import_module(path.stem) for path in sorted(HERE.glob("answers_*.py"))]
RIGHT = {name: answer for module in ANSWERS for name, answer in module.RIGHT.items()}
WRONG = {name: answers for module in ANSWERS for name, answers in module.WRONG.items()}


def test_every_exercise_has_a_right_answer_and_at_least_three_wrong_ones():
    assert set(EXERCISES) == set(RIGHT) == set(WRONG)
    assert {name: len(wrong) for name, wrong in WRONG.items() if len(wrong) < 3} == {}


@pytest.mark.parametrize("name", EXERCISES)
def test_a_right_answer_passes(name):
    assert verdict(name, RIGHT[name]).message.startswith("✓")


@pytest.mark.parametrize(
    ("name", "answer"),
    [(name, answer) for name, answers in WRONG.items() for answer in answers],
    ids=lambda part: getattr(part, "__name__", part),
)
def test_a_plausible_wrong_answer_is_told_what_is_wrong(name, answer):
    found = verdict(name, answer)
    assert found.passed is False
    assert re.search(r" (gives|stops with) ", found.message)
    assert len(found.message.split(". ", 1)[-1].split()) >= 4, "a hint is wanted"


@pytest.mark.parametrize("name", EXERCISES)
def test_an_exercise_left_open_is_not_answered_yet(name):
    assert verdict(name, lambda *inputs: ...).message == "not answered yet"
