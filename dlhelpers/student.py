"""Notebooks for students, made from the instructor's: without outputs, and without solutions.

    python -m dlhelpers student notebooks/09_convolution_by_hand.ipynb --to hw1/
    python -m dlhelpers student notebooks/09_convolution_by_hand.ipynb --to source/hw1/ --nbgrader

The second is what nbgrader calls the source version: solutions are marked for it to take out, and
behind each exercise stands a locked cell with a point that its check gives.
"""

import ast
import copy
import json
import os
import re
from pathlib import Path

SOLUTION = "# @title Solution"
CHECK = re.compile(r'^check\("(?P<name>[^"]+)", (?P<answer>\w+)\)', re.MULTILINE)


class NotebookError(RuntimeError):
    """No student's notebook was written; the message says why and what to do."""


def write(path, folder, nbgrader=False, force=False):
    """Write the student's version of the notebook at `path` into `folder`, by the same name.

    Args:
        path: an instructor's notebook, with a solution cell behind each exercise.
        folder: where to; made if it is not there.
        nbgrader: whether to write what nbgrader wants in its source folder instead.
        force: whether to overwrite a notebook that is there.

    Returns:
        The path written.

    Raises:
        NotebookError: `path` is no notebook or has no exercise, or its student's version would
            overwrite a file. Then nothing is written.
    """
    path, written = Path(path), Path(folder) / Path(path).name
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        cells = notebook["cells"]
    except FileNotFoundError:
        raise NotebookError(f"{path} does not exist; give the path of a notebook.") from None
    except (OSError, ValueError, KeyError, TypeError):
        raise NotebookError(f"{path} is no Jupyter notebook; give an .ipynb file.") from None
    if not any(is_solution(cell) for cell in cells):
        raise NotebookError(f"{path} has no solution to take out; was it made for students before?")
    if written.exists() and not force:
        raise NotebookError(
            f"{written} is there already, perhaps with answers in it; "
            "write to another folder, or overwrite it with --force."
        )
    notebook["cells"] = for_nbgrader(cells) if nbgrader else for_students(cells)
    text = json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"
    written.parent.mkdir(parents=True, exist_ok=True)
    unfinished = written.with_suffix(".ipynb.part")
    unfinished.write_text(text, encoding="utf-8", newline="\n")
    os.replace(unfinished, written)
    return written


def for_students(cells):
    """The cells without solutions, and without outputs."""
    return [blank(cell) for cell in cells if not is_solution(cell)]


def for_nbgrader(cells):
    """The cells as nbgrader's source version has them: solutions marked, a graded check behind."""
    marked = []
    for cell, following in zip(cells, [*cells[1:], None]):
        if is_solution(cell):
            continue
        cell = blank(cell)
        marked.append(cell)
        if following and is_solution(following):
            asked = CHECK.search(source(cell))
            identity = re.sub(r"\W", "-", asked["name"])
            set_source(cell, with_solution(source(cell), source(following), asked["answer"]))
            cell["metadata"]["nbgrader"] = nbgrader_metadata(identity, solution=True)
            graded = dict(blank(following), id=f"{identity}-graded"[:64])
            graded["metadata"] = {
                "nbgrader": nbgrader_metadata(f"{identity}-graded", grade=True, points=1)
            }
            set_source(
                graded,
                "from dlhelpers.exercises import verdict\n\n"
                f'result = verdict("{asked["name"]}", {asked["answer"]})\n'
                "assert result, result",
            )
            marked.append(graded)
    return marked


def with_solution(exercise, solution, answer):
    """The exercise's code, its function's body being the solution's, marked for nbgrader."""
    open_function, solved = (function(code, answer) for code in (exercise, solution))
    body = solution.splitlines()[solved.body[0].lineno - 1 : solved.end_lineno]
    lines = exercise.splitlines()
    first, last = open_function.body[0].lineno - 1, open_function.end_lineno
    marks = "    ### BEGIN SOLUTION", "    ### END SOLUTION"
    return "\n".join([*lines[:first], marks[0], *body, marks[1], *lines[last:]])


def function(code, name):
    """The definition of the function `name` in the text `code`."""
    found = [node for node in ast.parse(code).body if isinstance(node, ast.FunctionDef)]
    return next(node for node in found if node.name == name)


def nbgrader_metadata(identity, grade=False, solution=False, points=None):
    """What nbgrader's schema, version 3, wants to know of a cell."""
    metadata = {
        "grade": grade,
        "grade_id": identity,
        "locked": grade,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    return metadata if points is None else metadata | {"points": points}


def blank(cell):
    """A copy of the cell without outputs."""
    cell = copy.deepcopy(cell)
    if cell["cell_type"] == "code":
        cell.update(outputs=[], execution_count=None)
    return cell


def is_solution(cell):
    return cell["cell_type"] == "code" and source(cell).startswith(SOLUTION)


def source(cell):
    return "".join(cell["source"])


def set_source(cell, text):
    cell["source"] = text.splitlines(keepends=True)
