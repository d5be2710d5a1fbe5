"""What compiled libraries write to standard error, as a student sees it in Jupyter."""

import os
import pathlib
import random
import subprocess
import sys

import nbformat
import notebook_rules as rules
import notebook_runs
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from dlhelpers import quiet

FIRST = next((pathlib.Path(__file__).resolve().parent.parent / "notebooks").glob("01_*.ipynb"))
# TensorFlow says something when a Python generator feeds it for the first time.
GENERATOR = """
import os
model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
pairs = ((np.ones((2, 3)), np.ones((2, 1))) for _ in range(2))
model.fit(pairs, steps_per_epoch=2, shuffle=False, verbose=0)
os.write(2, b"seen")
"""
NETWORKS = """
for n in range(1, 20):
    keras.Sequential([keras.Input((3,)), keras.layers.Dense(n)]).predict(np.ones((n, 3)), verbose=0)
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


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """What the set-up cell and those with a generator and many networks write, by stream."""
    set_up = rules.code_cells(nbformat.read(FIRST, as_version=4))[0].source
    path = tmp_path_factory.mktemp("said") / "said.ipynb"
    cells = [new_code_cell(source) for source in (set_up, GENERATOR, NETWORKS)]
    nbformat.write(new_notebook(cells=cells), path)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("TF_CPP_MIN_LOG_LEVEL", raising=False)
        done = notebook_runs.execute(
            sys.executable, path, PYTHONPATH=FIRST.parent.parent, KERAS_BACKEND="tensorflow"
        )
    assert done.returncode == 0, done.stderr[-2000:]
    return {name: notebook_runs.streams(path, name) for name in ("stdout", "stderr")}


def test_neither_the_set_up_cell_nor_a_generator_makes_tensorflow_talk(said):
    assert said["stderr"][:2] == ["", "seen"]


def test_tensorflow_takes_many_networks_for_no_fault(said):
    assert (said["stdout"], said["stderr"][2]) == (["", "", ""], "")


def started(source, **variables):
    """What a fresh Python writes to standard error after it starts the course so."""
    environment = {name: value for name, value in os.environ.items() if name != "KERAS_BACKEND"}
    done = subprocess.run(
        [sys.executable, "-c", "from dlhelpers import quiet\n" + source],
        cwd=pathlib.Path(quiet.__file__).parent.parent,
        env=environment | variables,
        capture_output=True,
        text=True,
    )
    return done.stdout + done.stderr.splitlines()[-1] if done.stderr else done.stdout


@pytest.mark.parametrize(
    ("source", "variables", "wanted"),
    [
        ("quiet.start('tensorflo')", {}, "ValueError: the backend is 'tensorflo': set it to"),
        ("quiet.start()", {"KERAS_BACKEND": "jaxx"}, "ValueError: KERAS_BACKEND is 'jaxx': set"),
        (
            "quiet.importlib.util.find_spec = lambda name: None\nquiet.start('jax')",
            {},
            "ModuleNotFoundError: The backend jax is not installed: install it, or set",
        ),
    ],
)
def test_a_backend_that_is_not_there_is_named_in_one_sentence(source, variables, wanted):
    assert started(source, **variables).startswith(wanted)


def test_what_comes_with_keras_is_spared_from_the_search_for_garbage_once():
    program = """
import gc
searches = []
gc.callbacks.append(lambda phase, about: searches.append(phase))
quiet.start("tensorflow")
frozen, within = gc.get_freeze_count(), len(searches)
made = [[] for _ in range(5000)]  # what a second start finds is the reader's, and is collected
quiet.start("tensorflow")
print(frozen > 100_000, gc.get_freeze_count() <= frozen, within < 100, gc.isenabled())
gc.disable()
with quiet.none_is_garbage():
    pass
print(gc.isenabled())
"""
    wanted = "True True True True\nFalse\n"
    assert started(program, KERAS_BACKEND="tensorflow") == wanted


def test_start_sets_backend_seed_and_style_and_respects_what_is_set():
    program = """
quiet.start("jax", seed=3, style={"lines.linewidth": 7})
import os, random, keras, matplotlib
print(keras.backend.backend(), random.random(), matplotlib.rcParams["lines.linewidth"],
      os.environ["TF_CPP_MIN_LOG_LEVEL"])
"""
    random.seed(3)
    wanted = f"tensorflow {random.random()} 7.0 2\n"
    variables = {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "2"}
    assert started(program, **variables) == wanted
