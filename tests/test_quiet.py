"""What compiled libraries write to standard error, as a student sees it in Jupyter."""

import os
import pathlib
import sys

import nbformat
import notebook_rules as rules
import notebook_runs
from nbformat.v4 import new_code_cell, new_notebook

from dlhelpers import quiet

FIRST = next((pathlib.Path(__file__).resolve().parent.parent / "notebooks").glob("01_*.ipynb"))
# TensorFlow says something when a Python generator feeds it for the first time.
GENERATOR = """
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
pairs = ((np.ones((2, 3)), np.ones((2, 1))) for _ in range(2))
model.fit(pairs, steps_per_epoch=2, shuffle=False, verbose=0)
os.write(2, b"seen")
"""


def test_what_a_library_writes_to_standard_error_is_dropped_inside_and_kept_after(capfd):
    with quiet.native_log_muted():
        os.write(2, b"dropped")
    os.write(2, b"kept")
    assert capfd.readouterr().err == "kept"


def test_standard_error_is_back_after_an_error(capfd):
    try:
        with quiet.native_log_muted():
            raise ValueError
    except ValueError:
        os.write(2, b"kept")
    assert capfd.readouterr().err == "kept"


def test_neither_the_set_up_cell_nor_a_generator_makes_tensorflow_talk(tmp_path, monkeypatch):
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL", raising=False)
    set_up = rules.code_cells(nbformat.read(FIRST, as_version=4))[0].source
    path = tmp_path / "generator.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell(set_up), new_code_cell(GENERATOR)]), path)
    done = notebook_runs.execute(
        sys.executable, path, PYTHONPATH=FIRST.parent.parent, KERAS_BACKEND="tensorflow"
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert notebook_runs.streams(path, "stderr") == ["", "seen"]
