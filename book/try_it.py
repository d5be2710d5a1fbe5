"""The exercises of a notebook, for the book: which can be answered in the page, and with what."""

import contextlib
import functools
import io
import json
import re
import sys
from pathlib import Path
from typing import NamedTuple
from unittest import mock

import nbformat
import numpy as np

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.insert(0, str(ROOT))
from dlhelpers.exercises import check, hint  # noqa: E402

VERSION = json.loads((HERE / "package.json").read_text())["dependencies"]["pyodide"]
OFFICIAL = f"https://cdn.jsdelivr.net/pyodide/v{VERSION}/full/"
MEGABYTES = 17
SOLUTION = "# @title Solution"
NO_FRAMEWORK = dict.fromkeys(["keras", "tensorflow", "jax", "torch", "matplotlib", "scipy"])


class Exercise(NamedTuple):
    name: str
    question: str  # Markdown
    cell: str
    in_page: bool


def exercises(notebook):
    """The exercises of a notebook, by its open cells: each stands before a solution."""
    found, cells = [], notebook["cells"]
    for n, cell in enumerate(cells):
        solution = "".join(cell["source"])
        if cell["cell_type"] == "code" and solution.startswith(SOLUTION):
            question, given = ("".join(c["source"]) for c in cells[n - 2 : n])
            name = re.search(r'check\("(.*?)"', given)[1]
            question = question.split("## Try it\n")[-1].strip()
            found.append(Exercise(name, question, given, needs_numpy_alone(given, solution)))
    return found


@functools.cache  # a page asks twice: for its cells, and for what its editors know
def needs_numpy_alone(given, solution):
    """Whether the solution passes its check where there is nothing but NumPy."""
    said, names = io.StringIO(), {"np": np, "check": check, "hint": hint}
    nowhere = mock.patch.dict(sys.modules, NO_FRAMEWORK)
    with nowhere, contextlib.redirect_stdout(said), contextlib.suppress(Exception):
        exec(given, names)
        exec(solution, names)
    return "✓" in said.getvalue()


def for_the_page(path, pyodide):
    """What the page's editors know, as an element: the exercises as a notebook, and the setting."""
    notebook = nbformat.read(path, as_version=4)
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    title = notebook.cells[0].source.split("\n")[0].removeprefix("# ")
    cells = [markdown(f"# {title}: my answers"), runnable(code[0])]
    for found in exercises(notebook):
        cells.append(markdown(found.question))
        cells.append(runnable(found.cell, exercise=found.name, in_page=found.in_page))
    answers = {"cells": cells, "metadata": notebook.metadata, "nbformat": 4, "nbformat_minor": 4}
    known = {"notebook": answers, "pyodide": pyodide, "megabytes": MEGABYTES}
    text = json.dumps(known, ensure_ascii=False).replace("</", r"<\/")
    return f'<script type="application/json" id="try-it-here">{text}</script>'


def markdown(text):
    return {"cell_type": "markdown", "metadata": {}, "source": text}


def runnable(text, **metadata):
    empty = {"execution_count": None, "outputs": []}
    return {"cell_type": "code", "metadata": metadata, "source": text} | empty


def course_script():
    """What Python in the page reads of the course, as a script that a first check loads."""
    helpers = ROOT / "dlhelpers"
    paths = [helpers / "__init__.py", helpers / "exercises.py", *helpers.glob("checks/*.py")]
    files = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in sorted(paths)}
    files["in_page.py"] = (HERE / "in_page.py").read_text(encoding="utf-8")
    worker = (HERE / "worker.js").read_text(encoding="utf-8")
    return f"window.course = {json.dumps({'worker': worker, 'files': files})};\n"
