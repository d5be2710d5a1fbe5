"""Functions that run in a Python of their own."""

import os
from multiprocessing import connection

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


def dials():
    from multiprocessing.connection import Client

    with Client(("127.0.0.1", int(os.environ["PORT"])), authkey=b"key") as server:
        server.send(server.recv() + 1)


def dies():
    raise OSError("the disk is full")


@pytest.fixture
def listener():
    with connection.Listener(("127.0.0.1", 0), authkey=b"key") as listener:
        yield listener


def test_programs_dial_and_are_talked_to(listener):
    programs = [processes.start(dials, PORT=listener.address[1]) for _ in range(2)]
    for n, wire in enumerate(processes.accept(listener, programs)):
        wire.send(n)
        assert wire.recv() == n + 1
    assert [program.communicate() for program in programs] == [("", ""), ("", "")]


def test_a_program_that_ended_is_not_waited_for(listener):
    programs = [processes.start(dials, PORT=listener.address[1]), processes.start(dies)]
    with pytest.raises(RuntimeError, match=r"of 2 programs(.|\n)*the disk is full"):
        processes.accept(listener, programs)
    assert all(program.poll() for program in programs)
