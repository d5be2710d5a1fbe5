"""A student's notebook has no solution and no output, and nbgrader can grade it."""

import json
import pathlib

import nbformat
import pytest

from dlhelpers import student
from dlhelpers.__main__ import main

ROOT = pathlib.Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def code_of(path):
    cells = nbformat.read(path, as_version=4).cells
    return [cell for cell in cells if cell.cell_type == "code"]


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


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_each_exercise_is_marked_for_nbgrader_and_graded(path, tmp_path):
    written = student.write(path, tmp_path, nbgrader=True)
    nbformat.validate(nbformat.read(written, as_version=4))
    cells = code_of(written)
    solved = [cell for cell in cells if cell.metadata.get("nbgrader", {}).get("solution")]
    graded = [cell for cell in cells if cell.metadata.get("nbgrader", {}).get("grade")]
    assert len(solved) == len(graded) == sum("@title" in cell.source for cell in code_of(path))
    identities = [cell.metadata.nbgrader.grade_id for cell in solved + graded]
    assert len(set(identities)) == len(identities)
    for cell in solved:
        compile(cell.source, "solution", "exec")
        assert cell.source.count("### BEGIN SOLUTION") == 1 == cell.source.count("### END SOLUTION")


def test_a_notebook_that_is_there_is_overwritten_only_if_told(tmp_path):
    written = student.write(NOTEBOOKS[0], tmp_path)
    written.write_text("answers")
    with pytest.raises(student.NotebookError, match="perhaps with answers"):
        student.write(NOTEBOOKS[0], tmp_path)
    assert written.read_text() == "answers"
    student.write(NOTEBOOKS[0], tmp_path, force=True)
    assert code_of(written)


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
