"""Copy the course, run a notebook in a folder of its own, and read what it printed."""

import os
import pathlib
import re
import shutil
import subprocess

import nbformat
import pytest
from nbval.plugin import get_sanitize_patterns

ROOT = pathlib.Path(__file__).resolve().parent.parent

EXECUTE = """
import nbformat, nbclient
notebook = nbformat.read("{name}", as_version=4)
nbclient.NotebookClient(notebook, timeout=600, kernel_name="python3").execute()
nbformat.write(notebook, "{name}")
"""


def copy_course(folder):
    """Copy the files of this clone, as they are in the working tree, into `folder`."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    ).stdout
    if not listed:
        pytest.skip("this is no clone, so git cannot say which files belong to the course")
    names = [name for name in listed.split("\0") if name and (ROOT / name).exists()]
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    return folder


def execute(python, path, **variables):
    """Run the notebook at `path` with `python` from its folder and store its outputs there."""
    # Under PYTEST_CURRENT_TEST a kernel would not pass on what compiled libraries write.
    left_out = ("PYTHONPATH", "PYTEST_CURRENT_TEST")
    environment = {name: value for name, value in os.environ.items() if name not in left_out}
    return subprocess.run(
        [python, "-c", EXECUTE.format(name=path.name)],
        cwd=path.parent,
        env=environment | {name: str(value) for name, value in variables.items()},
        capture_output=True,
        text=True,
    )


def stdout(path):
    """What each cell of the notebook printed, without what nbval leaves out either."""
    texts = streams(path, "stdout")
    rules = get_sanitize_patterns((ROOT / "tests" / "nbval.cfg").read_text(encoding="utf-8"))
    for pattern, replacement in rules:
        texts = [re.sub(pattern, replacement, text) for text in texts]
    return texts


def streams(path, name):
    """What each cell of the notebook wrote to the stream of that name."""
    cells = (cell.get("outputs", []) for cell in nbformat.read(path, as_version=4).cells)
    return ["".join(o.text for o in outputs if o.get("name") == name) for outputs in cells]
