"""conftest.py: workers share the processor, and what measures time has it to itself."""

import importlib.util
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import types

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

ROOT = pathlib.Path(__file__).resolve().parent.parent
NOTE = """
import json, os, pathlib, time
def note(name, seconds):
    times = [time.monotonic(), time.sleep(seconds) or time.monotonic()]
    threads = os.environ.get("OMP_NUM_THREADS")
    pathlib.Path({folder!r}, name + ".json").write_text(json.dumps([*times, threads]))
"""
QUICK = """
import pytest
from noting import note
@pytest.mark.parametrize("n", range(30))
def test_quick(n):
    note(f"quick-{n}", 0.1)
"""
ALONE = """
import pytest, time
from noting import note
def test_first():
    time.sleep(0.25)
@pytest.mark.alone
def test_alone():
    note("alone", 0.3)
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run as on one core, so with two workers: its output, and when what ran.

    That is a dictionary from names to start, end and the number of threads.
    """
    folder, noted = tmp_path_factory.mktemp("suite"), tmp_path_factory.mktemp("noted")
    (folder / "noting.py").write_text(NOTE.format(folder=str(noted)))
    (folder / "test_quick.py").write_text(QUICK)
    (folder / "test_tuning.py").write_text(ALONE)  # a name among the longest
    cells = [
        new_code_cell("from noting import note\nnote('beside', 0.4)"),
        new_code_cell("note('cell', 0.3)", metadata={"tags": ["alone"]}),
    ]
    for n, cell in enumerate(cells, 1):
        cell.execution_count = n
    nbformat.write(new_notebook(cells=cells), folder / "timing.ipynb")
    for name in ("conftest.py", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    (folder / "tests").mkdir()
    shutil.copy(ROOT / "tests" / "nbval.cfg", folder / "tests")
    left_out = {"OMP_NUM_THREADS", "PYTEST_ADDOPTS"}
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in left_out and not name.startswith("PYTEST_XDIST")
    }
    environment |= {"PYTHONPATH": str(folder), "PYTEST_XDIST_AUTO_NUM_WORKERS": "1"}
    command = [sys.executable, "-m", "pytest", "-v", "-n", "auto", "--dist", "loadfile"]
    done = subprocess.run(
        [*command, "--no-loadscope-reorder", "-p", "no:cacheprovider", "--color=no", "."],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout, {path.stem: json.loads(path.read_text()) for path in noted.iterdir()}


@pytest.mark.parametrize("name", ["alone", "cell"])
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no locks of this kind")
def test_what_is_alone_overlaps_nothing(run, name):
    times = dict(run[1])
    start, end, _ = times.pop(name)
    assert len(times) == 32
    assert not [other for other, (a, b, _) in times.items() if a < end and start < b]


def test_other_tests_do_run_side_by_side(run):
    first, *others = run[1]["beside"], *(run[1][f"quick-{n}"] for n in range(30))
    assert [1 for a, b, _ in others if a < first[1] and first[0] < b]


def test_two_workers_have_half_of_the_cores_each(run):
    assert {threads for *_, threads in run[1].values()} == {str(max(1, os.cpu_count() // 2))}


def test_the_durations_are_told_longest_first(run):
    told = run[0].split("seconds a file took")[1]
    files = re.findall(r"(?m)^ +([\d.]+)  (\S+\.(?:py|ipynb)) ", told)
    assert "test_quick.py" in dict(map(reversed, files))  # thirty times a tenth of a second
    assert files == sorted(files, key=lambda line: -float(line[0]))


def test_long_files_come_first():
    spec = importlib.util.spec_from_file_location("root_conftest", ROOT / "conftest.py")
    root = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(root)
    names = ["test_a.py", *reversed(root.LONGEST_FIRST), "test_b.py"]
    items = [types.SimpleNamespace(path=pathlib.Path(name)) for name in names]
    root.pytest_collection_modifyitems(items)
    ordered = [item.path.name for item in items]
    assert ordered == [*root.LONGEST_FIRST, "test_a.py", "test_b.py"]
    there = {path.stem for part in ("tests", "notebooks") for path in (ROOT / part).iterdir()}
    assert set(root.LONGEST_FIRST) <= there
