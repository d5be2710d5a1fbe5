"""A student's notebook has no solution and no output, runs where it lies, and can be graded."""

import json
import os
import pathlib
import re
import shutil
import sys

import attacks
import nbformat
import notebook_runs
import pytest

from dlhelpers import copies, datasets, exercises, student
from dlhelpers.__main__ import main

ROOT = pathlib.Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SET_UP = json.loads(NOTEBOOKS[0].read_text())["cells"][1]["source"]
PREDICT = 'classes = 10\nfirst_loss = ...\n\ncheck("initialization.first_loss", first_loss)'
REPAIR = """
def train(rate):
    return rate


repaired_start = ...  # train

check("initialization.repaired_start", repaired_start, digits=(1, 2))
"""


@pytest.fixture(scope="module")
def notebooks(tmp_path_factory):
    """The course's notebooks, with the names of exercises by topic."""
    folder = tmp_path_factory.mktemp("notebooks")
    for path in NOTEBOOKS:
        notebook = json.loads(path.read_text())
        for cell in notebook["cells"]:
            cell["source"] = attacks.by_topic("".join(cell["source"]))
        (folder / path.name).write_text(json.dumps(notebook))
    return folder


def code_of(path):
    cells = nbformat.read(path, as_version=4).cells
    return [cell for cell in cells if cell.cell_type == "code"]


def notebook_of(path, *cells):
    """Write a notebook of code cells, or of markdown where a text begins with #; the path."""
    new = nbformat.v4.new_notebook()
    for n, text in enumerate(cells):
        is_text = text.startswith("# ") and not text.startswith(student.SOLUTION)
        kind = nbformat.v4.new_markdown_cell if is_text else nbformat.v4.new_code_cell
        new.cells.append(kind(text.strip(), id=f"cell-{n}"))
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(new, path)
    return path


def solution(text):
    return f"{student.SOLUTION}\n{text.strip()}"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_students_notebook_keeps_all_but_solutions_and_outputs(path, tmp_path):
    written = student.write(path, tmp_path)
    nbformat.validate(nbformat.read(written, as_version=4))
    kept = [cell.source for cell in code_of(path) if "@title Solution" not in cell.source]
    assert [cell.source for cell in code_of(written)] == kept
    assert not any(cell.outputs or cell.execution_count for cell in code_of(written))


def test_the_instructors_notebook_stays_as_it_was(tmp_path):
    before = NOTEBOOKS[0].read_bytes()
    student.write(NOTEBOOKS[0], tmp_path)
    assert NOTEBOOKS[0].read_bytes() == before


def test_no_badge_leads_to_the_solutions(tmp_path):
    badge = (
        "[![Open in Colab](https://colab/badge.svg)](https://colab/github/a/b/blob/main/n.ipynb)"
    )
    opening = (
        f"# Title\n\n{badge} {badge.replace('Colab', 'Kaggle')}\n\n**Question?** [a](https://b)"
    )
    path = notebook_of(tmp_path / "n.ipynb", opening, PREDICT, solution(PREDICT))
    written = student.write(path, tmp_path / "hw")
    cells = nbformat.read(written, as_version=4).cells
    assert cells[0].source == "# Title\n\n**Question?** [a](https://b)"


@pytest.mark.parametrize("to", ["course", "course/../course", "link"])
def test_the_instructors_notebook_is_never_overwritten(to, tmp_path):
    path = notebook_of(tmp_path / "course" / "n.ipynb", PREDICT, solution(PREDICT))
    (tmp_path / "link").symlink_to(tmp_path / "course")
    before = path.read_text()
    with pytest.raises(student.NotebookError, match="is the instructor's own notebook"):
        student.write(path, tmp_path / to, force=True)
    assert path.read_text() == before


def test_nothing_half_written_is_left_where_a_file_cannot_be(tmp_path):
    path = notebook_of(tmp_path / "n.ipynb", PREDICT, solution(PREDICT))
    (tmp_path / "hw1").write_text("a file")
    with pytest.raises(student.NotebookError, match="is no folder"):
        student.write(path, tmp_path / "hw1")
    (tmp_path / "hw2" / "n.ipynb").mkdir(parents=True)
    with pytest.raises(student.NotebookError, match="cannot be written"):
        student.write(path, tmp_path / "hw2", force=True)
    assert [p.name for p in (tmp_path / "hw2").iterdir()] == ["n.ipynb"]


# ------------------------------------------------------------------------------------- variants


def test_a_variant_changes_numbers_and_the_check_knows_it(tmp_path):
    path = notebook_of(tmp_path / "n.ipynb", PREDICT, solution(PREDICT), REPAIR, solution(REPAIR))
    written = student.write(path, tmp_path / "hw1", variant="s117", engine=exercises)
    predict, repair = (cell.source for cell in code_of(written))
    given = exercises.givens("initialization.first_loss", "s117")["classes"]
    assert given != 10 and predict.startswith(f"classes = {given}\n")
    assert 'first_loss", first_loss, variant="s117")' in predict
    assert 'repaired_start, variant="s117", digits=(1, 2))' in repair
    assert nbformat.read(written, as_version=4).metadata.dlhelpers == {"variant": "s117"}
    numbers = {exercises.givens("initialization.first_loss", f"s{n}")["classes"] for n in range(20)}
    assert len(numbers) > 3


def test_a_right_answer_passes_the_check_of_its_variant_alone(tmp_path, capsys):
    answer = PREDICT.replace("...", "__import__('math').log(classes)")
    path = notebook_of(tmp_path / "n.ipynb", answer, solution(answer))
    written = student.write(path, tmp_path / "hw1", variant="s117", engine=exercises)
    [cell] = code_of(written)
    exec(cell.source, {"check": exercises.check})
    mine = exercises.givens("initialization.first_loss", "s117")
    ids = (f"s{n}" for n in range(20))
    another = next(s for s in ids if exercises.givens("initialization.first_loss", s) != mine)
    exec(cell.source.replace("s117", another), {"check": exercises.check})
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("✓ first_loss is right") and said[1].startswith("✗")


@pytest.mark.parametrize(
    "cell, variant, said",
    [
        (PREDICT.replace("classes = 10", "c = 10"), "s1", "does not set classes"),
        (PREDICT, 'a"b', "is no variant"),
        (PREDICT.replace("initialization.", "03."), "s1", "has a name by topic now"),
        (PREDICT.replace("first_loss\"", "last_loss\""), "s1", "There is no exercise"),
    ],
)  # fmt: skip
def test_a_variant_that_cannot_be_made_is_told_in_a_sentence(cell, variant, said, tmp_path, capsys):
    path = notebook_of(tmp_path / "n.ipynb", cell, solution(cell))
    to = str(tmp_path / "hw1")
    assert main(["student", str(path), "--to", to, "--variant", variant]) == 1
    shown = capsys.readouterr().err
    assert said in shown and shown.count("\n") == 1
    assert not (tmp_path / "hw1").exists()


# ------------------------------------------------------------------------------------- nbgrader


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_each_exercise_is_marked_for_nbgrader_and_graded(path, notebooks, tmp_path):
    path = notebooks / path.name
    written = student.write(path, tmp_path, nbgrader=True, engine=exercises)
    nbformat.validate(nbformat.read(written, as_version=4))
    cells = code_of(written)
    solved = [cell for cell in cells if cell.metadata.get("nbgrader", {}).get("solution")]
    graded = [cell for cell in cells if cell.metadata.get("nbgrader", {}).get("grade")]
    assert len(solved) == len(graded) == sum("@title" in cell.source for cell in code_of(path))
    identities = [cell.metadata.nbgrader.grade_id for cell in solved + graded]
    assert len(set(identities)) == len(identities)
    for cell in solved + graded:
        compile(cell.source, "solution", "exec")
    for cell in solved:
        assert cell.source.count("### BEGIN SOLUTION") == 1 == cell.source.count("### END SOLUTION")
    for cell in graded:
        name = re.search(r'verdict\("([^"]+)"', cell.source)[1]
        kind = exercises.find(name)["kind"]
        cases = len(exercises.verdict(name, ..., None if kind == "predict" else "any").points)
        assert cell.metadata.nbgrader.points == cases


def released(cell):
    """What nbgrader releases of a cell: its own stub in place of what is marked."""
    stub = r"\1# YOUR CODE HERE\n\1raise NotImplementedError()"
    return re.sub(r"(?s)( *)### BEGIN SOLUTION.*?### END SOLUTION", stub, cell.source)


def test_nbgraders_version_keeps_helpers_imports_and_docstrings_of_a_solution(tmp_path):
    opened = '''
import numpy as np


def zeros_for_same(n, kernel_size, stride):
    """As many zeros as "same" puts around an axis."""
    return ...


check("convolution.zeros_for_same", zeros_for_same)
'''
    solved = '''
import math
from functools import partial


def outputs(n, stride):
    """How many there are."""
    return math.ceil(n / stride)


# counts both sides
def zeros_for_same(n, kernel_size, stride):
    """As many zeros as "same" puts around an axis."""
    # the last kernel ends here
    end = (partial(outputs, n)(stride) - 1) * stride + kernel_size
    return max(end - n, 0)


check("convolution.zeros_for_same", zeros_for_same)
print("behind the check")
'''
    path = notebook_of(tmp_path / "n.ipynb", opened, solution(solved))
    cell, graded = code_of(student.write(path, tmp_path / "hw", nbgrader=True, engine=exercises))
    assert released(cell) == opened.strip().replace(
        "    return ...", "    # YOUR CODE HERE\n    raise NotImplementedError()"
    )
    assert "# the last kernel ends here" in cell.source and "How many there are" in cell.source
    space = {"check": exercises.check}
    exec(cell.source, space)
    assert exercises.verdict("convolution.zeros_for_same", space["zeros_for_same"])
    assert graded.metadata.nbgrader.points == 6


@pytest.mark.parametrize(
    "opened, solved, kept",
    [
        (PREDICT, "import math\n\n" + PREDICT.replace("...", "math.log(classes)"), "classes = 10"),
        (
            REPAIR,
            REPAIR.replace("return rate", "return 2").replace("...  # train", "train"),
            "return rate",
        ),
        (
            'def drop(x): return ...\ncheck("activations.elu_slope", drop)',
            'def drop(x): return 2 * x\ncheck("activations.elu_slope", drop)',
            "return ...",
        ),
    ],
    ids=["predict", "repair", "one line"],
)
def test_nbgraders_version_marks_what_is_no_function_before_the_check(
    opened, solved, kept, tmp_path
):
    path = notebook_of(tmp_path / "n.ipynb", opened, solution(solved))
    cell, graded = code_of(student.write(path, tmp_path / "hw", nbgrader=True, engine=exercises))
    shown = released(cell)
    assert kept in shown and shown.count("\ncheck(") == 1 and "YOUR CODE HERE\nraise" in shown
    space = {"check": lambda *given, **named: space.update(checked=given[1])}
    exec(cell.source, space)
    name = re.search(r"check\(\S+ (\w+)", opened)[1]
    assert space["checked"] is space[name] is not ...
    if "digits" in opened:
        assert (
            'verdict("initialization.repaired_start", repaired_start, variant, digits=(1, 2))'
            in (graded.source)
        )


def test_the_cases_of_nbgraders_grading_are_hidden_and_a_replaced_check_is_not_asked(tmp_path):
    opened = 'def zeros_for_same(n, k, s):\n    return ...\n\n\ncheck("{}", zeros_for_same)'
    opened = opened.format("convolution.zeros_for_same")
    path = notebook_of(tmp_path / "n.ipynb", opened, solution(opened.replace("...", "0")))
    _, graded = code_of(student.write(path, tmp_path / "hw", nbgrader=True, engine=exercises))
    hidden = re.search(r"(?s)### BEGIN HIDDEN TESTS.*### END HIDDEN TESTS\n", graded.source)[0]
    assert re.search(r"variant = '\w{16}'", hidden)
    practice = {case: 0 for case in range(9)}
    before = {name: module for name, module in sys.modules.items() if "dlhelpers" in name}
    space = {"zeros_for_same": lambda *given: practice[0]}
    replaced = exercises.verdict
    try:
        exercises.verdict = lambda *given: exercises.Verdict(True, "✓", (True,) * 6)
        *body, last = graded.source.splitlines()
        exec("\n".join(body), space)
        assert eval(last, space) < 6
    finally:
        exercises.verdict = replaced
        sys.modules.update(before)


@pytest.mark.parametrize(
    "cells",
    [(PREDICT, solution("first_loss = 2")), ("first_loss = ...", solution(PREDICT))],
)
def test_a_solution_or_an_exercise_without_a_check_is_told_in_a_sentence(cells, tmp_path, capsys):
    path = notebook_of(tmp_path / "n.ipynb", *cells)
    assert main(["student", str(path), "--to", str(tmp_path / "hw"), "--nbgrader"]) == 1
    shown = capsys.readouterr().err
    assert "the solution in cell cell-1, or the cell before it, has no line check(" in shown
    assert shown.count("\n") == 1 and not (tmp_path / "hw").exists()


# ---------------------------------------------------------------------------- a folder that runs


def test_a_folder_with_helpers_and_data_runs_in_an_empty_place(tmp_path):
    run = "cat = datasets.photo('chelsea')\nprint(cat.shape, datasets.__file__)"
    exercise = 'def zeros_for_same(n, k, s):\n    return ...\n\n\ncheck("{}", zeros_for_same)'
    exercise = exercise.format("convolution.zeros_for_same")
    path = notebook_of(
        tmp_path / "course" / "n.ipynb", "".join(SET_UP), run, exercise, solution(exercise)
    )
    arguments = ["student", str(path), "--to", str(tmp_path / "hw1"), "--with-helpers"]
    assert main(arguments) == 0
    moved = pathlib.Path(shutil.move(tmp_path / "hw1", tmp_path / "elsewhere"))
    files = {str(path.relative_to(moved)) for path in moved.rglob("*") if path.is_file()}
    assert files >= {"data/photos.npz", "data/SHA256SUMS", "dlhelpers/checks/convolution.py"}
    assert "data/mnist.npz" not in files and not [name for name in files if "part" in name]
    done = notebook_runs.execute(sys.executable, moved / "n.ipynb", PYTHONSAFEPATH="1")
    assert done.returncode == 0, done.stderr[-2000:]
    said = notebook_runs.stdout(moved / "n.ipynb")
    shape = datasets.photo("chelsea").shape
    assert said[1] == f"{shape} {moved / 'dlhelpers' / 'datasets.py'}\n"
    assert said[2] == "not answered yet\n"
    assert all(copy.pristine for copy in copies.check(moved))
    assert main([*arguments[:-1], "--force"]) == 0  # and again, where something is there


def test_what_a_folder_lacks_is_told_in_a_sentence(tmp_path, monkeypatch, capsys):
    lesson = "from dlhelpers import datasets\ndatasets.mnist()"
    path = notebook_of(tmp_path / "n.ipynb", lesson, PREDICT, solution(PREDICT))
    monkeypatch.setenv("DLHELPERS_DATA", str(tmp_path / "nowhere"))
    assert main(["student", str(path), "--to", str(tmp_path / "hw"), "--with-helpers"]) == 1
    shown = capsys.readouterr().err
    assert "n.ipynb needs mnist.npz, which this dlhelpers does not have" in shown
    assert shown.count("\n") == 1


def test_each_notebook_of_the_course_is_given_the_helpers_and_the_data_it_asks_for(notebooks):
    text = copies.helpers()["datasets.py"]
    known = {name.removesuffix(".py") for name in copies.helpers()}
    for path in sorted(notebooks.glob("*.ipynb")):
        assert {"claims", "exercises"} <= set(student.helpers_for(path)) <= known
        assert len(student.topics_for(path)) == 1
        files = student.data_for(path, text)
        code = "".join(c.source for c in code_of(path))
        assert bool(files) == ("datasets." in code)
        assert all((ROOT / "data" / file).is_file() for file in files)


# ------------------------------------------------------------------------------------- files


def test_a_notebook_that_is_there_is_overwritten_only_if_told(tmp_path):
    written = student.write(NOTEBOOKS[0], tmp_path)
    written.write_text("answers")
    with pytest.raises(student.NotebookError, match="perhaps with answers"):
        student.write(NOTEBOOKS[0], tmp_path)
    assert written.read_text() == "answers"
    student.write(NOTEBOOKS[0], tmp_path, force=True)
    assert code_of(written)


def test_others_may_read_what_was_written(tmp_path):
    written = student.write(NOTEBOOKS[0], tmp_path)
    (tmp_path / "plain").write_text("")
    assert written.stat().st_mode == (tmp_path / "plain").stat().st_mode
    assert sorted(os.listdir(tmp_path)) == sorted([written.name, "plain"])


@pytest.mark.parametrize(
    "content, said",
    [
        (None, "does not exist"),
        ("no notebook", "is no Jupyter notebook"),
        (json.dumps({"worksheets": []}), "is no Jupyter notebook"),
        (json.dumps({"cells": [{"cell_type": "code", "source": "1"}]}), "has no solution"),
    ],
)
def test_what_is_no_instructors_notebook_is_told_in_a_sentence(content, said, tmp_path):
    path = tmp_path / "mine.ipynb"
    if content:
        path.write_text(content)
    with pytest.raises(student.NotebookError, match=said):
        student.write(path, tmp_path / "hw1")
    assert not (tmp_path / "hw1").exists()


def test_the_command_writes_several_and_stops_with_a_sentence(tmp_path, capsys):
    names = [str(path) for path in NOTEBOOKS[:2]]
    assert main(["student", *names, "--to", str(tmp_path)]) == 0
    assert len(capsys.readouterr().out.split()) == 2
    assert main(["student", *names, "--to", str(tmp_path)]) == 1
    assert "is there already" in capsys.readouterr().err
