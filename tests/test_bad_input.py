"""Every public function, called with each argument replaced by what does not belong there.

Either it works, or what comes back is one sentence that dlhelpers itself says: never a message from
the inside of a library, never a page. Files that
are missing, damaged or locked are tried in the tests of the functions that read them.
"""

import contextlib
import inspect
import io
import math
import pathlib
import shutil
import traceback
from multiprocessing import connection

import keras
import matplotlib.pyplot as plt
import nbformat
import numpy as np
import optuna
import pytest
from keras import layers
from nbformat import v4

from dlhelpers import (
    claims,
    copies,
    datasets,
    devices,
    exercises,
    gradients,
    grading,
    params,
    plotting,
    pretrained,
    processes,
    quiet,
    saved,
    student,
    tuning,
)

MODULES = (claims, copies, datasets, devices, exercises, gradients, grading, params, plotting,
           pretrained, processes, quiet, saved, student, tuning)  # fmt: skip
HERE = pathlib.Path(claims.__file__).resolve().parent
NOTEBOOK = next((HERE.parent / "notebooks").glob("00_*.ipynb"))
BAD = {
    "None": None, "a text": "no such thing", "an empty text": "", "-1": -1, "0": 0, "2.5": 2.5,
    "NaN": math.nan, "infinity": math.inf, "huge": 10**30, "an empty list": [],
    "an empty dictionary": {}, "an object": object(), "a function": lambda *given: 1.0,
    "NaN in an array": np.full(3, math.nan), "an empty array": np.zeros((0, 3)),
    "an array of texts": np.array(["a"]), "bytes": b"\xff\x00", "uneven lists": [[1], [2, 3]],
    "True": True,
}  # fmt: skip


def no_inputs(module):
    """Functions of a module that have nothing to be given."""
    return {name for name, f in functions(module).items() if not inspect.signature(f).parameters}


def functions(module):
    return {
        name: f
        for name, f in vars(module).items()
        if inspect.isfunction(f) and f.__module__ == module.__name__ and name[0] != "_"
    }


# What a module calls itself, though its name has no underscore: its callers check.
INSIDE = {
    copies: {"files_of", "look_at", "stamped", "checksum"},
    exercises: {"exercises", "observe", "ask", "look", "plain", "as_json", "judge"},
    grading: {"read_notebook", "printable", "clean_note"},
    pretrained: {"inverted_residuals", "start_for", "fill"},
    processes: {"start"},  # run calls it
    student: set(functions(student)) - {"write"},
}


def network():
    model = keras.Sequential([keras.Input((5,)), layers.Dense(3)])
    model.compile("sgd", "mse")
    return model


def figure():
    return plt.subplots()[0]


SPACE = {"rate": optuna.distributions.FloatDistribution(1e-3, 1e-1, log=True)}
POINTS = np.array([[0.1], [0.5]])


def objective(trial=None, *more):
    return 1.0 if trial is None else trial.suggest_float("rate", 1e-3, 1e-1)


def train(model=None, settings=None):
    return 1.0


def figures():
    return [figure(), figure()]


def parallel(names):
    with devices.data_parallel(names):
        pass


def lesson_in_numpy(path):
    """Write a lesson with one exercise and its solution, which a process grades in a moment."""
    solution = "def convolve2d(image, kernel):\n    return np.zeros((3, 3))\n\n\n"
    checked = 'check("convolution.convolve2d", convolve2d)'
    cells = ["import numpy as np\nfrom dlhelpers.exercises import check", checked]
    cells += [f"# @title Solution\n{solution}{checked}"]
    nbformat.write(v4.new_notebook(cells=list(map(v4.new_code_cell, cells))), path)
    return path


def calls(folder):
    model = network()
    model.save(folder / "network.keras")
    (folder / "handed in").mkdir()
    lesson = lesson_in_numpy(folder / "lesson.ipynb")
    shutil.copy(lesson, folder / "handed in" / "ann.ipynb")
    weight = model.layers[0].kernel
    digit = np.arange(25).reshape(5, 5)
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study()
    study.optimize(objective, 1)
    exercise = {"name": "convolution.convolve2d", "variant": None}
    return {
        claims.approx: {"value": 1.5, "digits": 2},
        claims.claim: {"text": "it is one", "found": 1.0, "above": 0, "below": 2},
        copies.copy: {"names": ["claims"], "folder": folder / "copies"},
        copies.check: {"folder": folder},
        datasets.emoji: {"style": "noto"},
        datasets.photo: {"name": "chelsea"},
        devices.where: {"array": weight},
        devices.part_on_one: {"array": weight},
        devices.split_cpu: {"n": None},
        devices.memory: {"model": model, "batch_size": 2, "optimizer": "adam"},
        devices.plan: {"model": model, "devices": {"cpu:0": 1e9}, "batch_size": 2,
                       "optimizer": "adam"},
        devices.data_parallel: {"names": ["cpu:0"]},
        exercises.check: {**exercise, "answer": lambda *given: 1},
        exercises.verdict: {**exercise, "answer": lambda *given: 1},
        exercises.find: {"name": exercise["name"]},
        exercises.hint: {"name": exercise["name"]},
        exercises.inputs: exercise,
        exercises.givens: exercise,
        gradients.of: {"model": model, "x": np.ones((2, 5)), "y": np.ones((2, 3)), "loss": "mse"},
        grading.grade: {"folder": folder / "handed in", "notebooks": [lesson],
                        "engine": exercises, "seconds": 9.0, "memory": 512, "workers": 1},
        params.teach: {"cls": type("Mine", (layers.Layer,), {}), "formula": "units",
                       "multiply_adds": None},
        params.explain: {"model": model, "input_shape": None, "depth": None,
                         "columns": ("params",)},
        plotting.show: {"figure": figure, "alt": "A line rises from left to right.",
                        "caption": "A line."},
        plotting.steps: {"frames": figures,
                         "words": ["A line starts to rise.", "The line is at its end."]},
        plotting.training_curves: {"history": {"loss": [2, 1]}, "metric": "loss", "ax": None},
        plotting.lines: {"x": [1, 2], "curves": {"a": [1, 2]}, "xlabel": "x", "ylabel": "y",
                         "ax": None, "digits": 2, "colors": None},
        plotting.image_grid: {"images": np.zeros((2, 4, 4)), "titles": None, "columns": None,
                              "ax": None},
        plotting.boxes: {"picture": np.zeros((9, 9, 3)), "boxes": [[1, 1, 4, 4]],
                         "labels": ["a"], "title": None, "ax": None},
        plotting.kernels: {"weights": np.ones((3, 3, 1, 2)), "columns": None, "ax": None},
        plotting.feature_maps: {"maps": np.ones((4, 4, 3)), "columns": None, "ax": None},
        plotting.convolution_step: {"image": digit, "kernel": digit[:3, :3], "step": 1,
                                    "stride": 1, "padding": 0, "ax": None},
        plotting.model_graph: {"model": model, "colors": None, "groups": None, "ax": None},
        plotting.plot_model: {"model": model},
        plotting.drawn: {"figure": figure},
        pretrained.efficientnet_lite0: {"weights": None, "input_shape": (64, 64, 3)},
        pretrained.ssd_mobilenet_v2: {"weights": None, "classes": 3},
        processes.run: {"functions": network},
        quiet.start: {"backend": "tensorflow", "seed": 0, "style": None},
        saved.architecture: {"path": folder / "network.keras"},
        student.write: {"path": NOTEBOOK, "folder": folder / "student", "force": True,
                        "variant": None},
        tuning.to_unit: {"settings": {"rate": 0.01}, "space": SPACE},
        tuning.from_unit: {"point": [0.5], "space": SPACE},
        tuning.gaussian_process: {"points": POINTS, "losses": [2.0, 1.0]},
        tuning.expected_improvement: {"mean": [1.0], "deviation": [1.0], "lowest": 0.5},
        tuning.next_point: {"points": POINTS, "losses": [2.0, 1.0],
                            "random": np.random.default_rng(0)},
        tuning.gaussian_process_sampler: {"space": SPACE, "seed": 0, "starts": 2},
        tuning.run: {"study": study, "objective": objective, "trials": 1, "epochs": 1,
                     "lost_after": None},
        tuning.retry_lost: {"study": study, "seconds": 9},
        tuning.storage: {"address": str(folder / "study.journal")},
        tuning.neighbours: {"settings": {"rate": 0.01}, "space": SPACE, "step": 0.1},
        tuning.best_ball: {"model": model, "train": train, "start": {"rate": 0.01},
                           "space": SPACE, "rounds": 1, "step": 0.1, "epochs": 1, "seed": 0,
                           "file": None},
        tuning.trials_of: {"study": study, "epochs": 1},
        tuning.best_so_far: {"trials": tuning.trials_of(study)},
        tuning.curves: {"results": {"a": tuning.trials_of(study)}, "ax": None, "colors": None},
        tuning.table: {"results": {"a": tuning.trials_of(study)}},
    }  # fmt: skip


def outcome(function, arguments):
    """ "works", "said" for a sentence of dlhelpers, or else what was raised and where."""
    given = {
        name: value() if callable(value) and value in (figure, figures) else value
        for name, value in arguments.items()
    }
    function = parallel if function is devices.data_parallel else function
    kinds = inspect.signature(function).parameters.values()
    first = [given.pop(p.name) for p in kinds if p.kind in (p.POSITIONAL_ONLY, p.VAR_POSITIONAL)
             if p.name in given]  # fmt: skip
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            function(*first, **given)
    except Exception as error:
        last, words = traceback.extract_tb(error.__traceback__)[-1], str(error)
        sentence = words.strip() and "\n" not in words and len(words) < 600
        said = pathlib.Path(last.filename).is_relative_to(HERE) and "raise" in source_of(last)
        place = f"{pathlib.Path(last.filename).name}:{last.lineno}"
        return "said" if sentence and said else f"{type(error).__name__} {words!r:.200} ({place})"
    finally:
        plt.close("all")
    return "works"


def source_of(frame):
    """The statement that a frame of a traceback stands in, or its lines at least."""
    lines = pathlib.Path(frame.filename).read_text(encoding="utf-8").splitlines()
    return "\n".join(lines[frame.lineno - 1 : frame.end_lineno])


@pytest.fixture(scope="module")
def working(tmp_path_factory):
    """{function: its arguments by name in a call that works}."""
    with connection.Listener(("127.0.0.1", 0)) as listener:
        accept = {processes.accept: {"listener": listener, "programs": []}}
        yield calls(tmp_path_factory.mktemp("bad input")) | accept


TRIED = [
    (module, name)
    for module in MODULES
    for name in sorted(set(functions(module)) - no_inputs(module) - INSIDE.get(module, set()))
]


@pytest.mark.parametrize(
    ("module", "name"), TRIED, ids=[f"{m.__name__.split('.')[1]}.{name}" for m, name in TRIED]
)
def test_what_does_not_belong_there_gets_one_sentence(module, name, working, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)  # an empty text, and any other, is the name of a file or folder
    for table in ("TAUGHT", "FORMULAS", "MULTIPLY_ADDS"):  # what is taught is forgotten again
        monkeypatch.setattr(params, table, getattr(params, table).copy())
    function = getattr(module, name)
    arguments = working[function]
    assert name in SETS_A_MACHINE_UP or outcome(function, arguments) == "works"
    found = {
        f"{argument} = {what}": outcome(function, arguments | {argument: bad})
        for argument in arguments
        for what, bad in BAD.items()
    }
    unsaid = {call: end for call, end in found.items() if end not in ("works", "said")}
    assert unsaid == {}
    assert "said" in found.values() or name in TAKES_ANYTHING
    print(len(found), "calls,", list(found.values()).count("said"), "sentences")  # pytest -s


# A processor is split, and a program started, once for all: their other tests do it.
SETS_A_MACHINE_UP = {"split_cpu", "run"}
TAKES_ANYTHING = {"check", "hint"}  # they print what is wrong
