"""Functions that run in a Python of their own."""

import os

import numpy as np
import pytest
from keras import ops

from dlhelpers import processes


def two_names():
    print(ops.convert_to_numpy(ops.ones(2)).sum(), os.environ["WORD"], a_number())


def a_number():
    return 7


def test_functions_run_in_a_python_of_their_own():
    output = processes.run(a_number, two_names, WORD="word")
    assert output.split() == ["2.0", "word", "7"]


def test_what_goes_wrong_in_a_python_of_its_own_is_said():
    with pytest.raises(RuntimeError, match=r"two_names failed(.|\n)*a_number"):
        processes.run(two_names, WORD="word")


def what_is_loaded():
    import sys

    print(np.ones(2).sum(), "keras" in sys.modules)


def test_keras_starts_only_where_a_function_names_it():
    assert processes.run(what_is_loaded).split() == ["2.0", "False"]


def test_a_function_may_stand_inside_another():
    def inner():
        print("inside")

    assert processes.run(inner) == "inside"


def a_tick():
    print("✓")


def test_a_tick_is_printed_in_a_python_of_its_own_as_on_windows(monkeypatch):
    monkeypatch.setenv("PYTHONIOENCODING", "cp1252")
    assert processes.run(a_tick) == "✓"
