"""The rules of notebook_rules.py over every stored notebook, and what holds between notebooks."""

import pathlib
import re

import nbformat
import notebook_rules as rules
import pytest
import refresh

ROOT = pathlib.Path(__file__).resolve().parent.parent
PATHS = sorted((ROOT / "notebooks").glob("*.ipynb"))
DOCS = sorted((ROOT / "docs").glob("*.png"))
NOTEBOOKS = {path.stem: nbformat.read(path, as_version=4) for path in PATHS}


@pytest.mark.parametrize("rule", rules.RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_keeps_the_rule(name, rule):
    faults = list(rule(NOTEBOOKS[name]))
    assert not faults, "\n".join(["", *faults])  # all of them: pytest would show the first


def test_the_set_up_cell_is_the_same_in_every_notebook():
    assert len({rules.code_cells(notebook)[0].source for notebook in NOTEBOOKS.values()}) == 1


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_validates_against_the_format(name):
    nbformat.validate(NOTEBOOKS[name])


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_opens_with_its_title_and_a_question(name):
    opening = NOTEBOOKS[name].cells[0].source
    assert opening.startswith("# ")
    assert "?" in opening


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_the_readme_has_a_row_with_the_question_and_the_time_that_the_notebook_opens_with(name):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    opening = NOTEBOOKS[name].cells[0].source.replace("<!-- given -->", "")
    asked = re.search(r"\*\*(.+?\?)\*\*", opening, re.S)
    time = re.search(r"Time: (.+? (?:minute|second)s?) on two CPU cores", opening)
    row = re.search(
        rf"^\| \[.*?\]\(notebooks/{name}\.ipynb\).*? \| (.*?) \|.*\| (.*?) \|$", readme, re.M
    )
    assert asked, f"{name}: its first cell asks no question in bold"
    assert time, f"{name}: its first cell does not say 'Time: about a minute on two CPU cores', say"
    assert row, f"README.md has no row for {name}"
    assert row[1] == " ".join(asked[1].split()), f"README.md, row {name[:2]}, asks another question"
    assert row[2] == time[1], f"README.md, row {name[:2]}, states another time"


def test_the_pictures_of_the_readme_are_those_of_the_notebooks():
    pictures = {png for notebook in NOTEBOOKS.values() for png in refresh.pictures(notebook)}
    shown = {path.name: path.read_bytes() for path in DOCS}
    assert [name for name, picture in shown.items() if picture not in pictures] == []
