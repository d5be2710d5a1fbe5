"""`make notebook` begins a notebook that passes the tests, or says why not and writes nothing."""

import importlib.util
import pathlib
import shutil

import nbformat
import new_notebook
import notebook_rules as rules
import pytest
import refresh

ROOT = pathlib.Path(__file__).resolve().parent.parent


@pytest.fixture
def course(tmp_path):
    """A copy of what `begin` reads and writes, with two notebooks."""
    for folder in ("book", "notebooks", "dlhelpers/checks", "tests", "tools"):
        (tmp_path / folder).mkdir(parents=True)
    for name in (
        "README.md",
        "book/chapters.toml",
        "tools/sabotage.py",
        "notebooks/01_keras_models.ipynb",
        "notebooks/09_convolution_by_hand.ipynb",
        "dlhelpers/checks/convolution.py",
    ):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def files(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def loaded(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_begun_notebook_runs_and_keeps_all_rules(course):
    shutil.copytree(ROOT / "dlhelpers", course / "dlhelpers", dirs_exist_ok=True)
    new_notebook.begin("19_recurrent_networks", course)
    path = course / "notebooks/19_recurrent_networks.ipynb"
    refresh.refresh(path)
    notebook = nbformat.read(path, as_version=4)
    assert [fault for rule in rules.RULES for fault in rule(notebook)] == []
    assert "✓ halved is right" in map(str.strip, map(rules.texts, rules.code_cells(notebook)))


def test_its_wrong_answers_reach_all_of_its_hints(course, monkeypatch):
    new_notebook.begin("19_recurrent_networks", course)
    answers = loaded(course / "tests/answers_recurrent_networks.py")
    from dlhelpers import exercises

    monkeypatch.setattr(exercises, "CHECKS", course / "dlhelpers/checks")
    exercises.exercises.cache_clear()
    exercises._cases.cache_clear()
    try:
        for name, right in answers.RIGHT.items():
            assert exercises.verdict(name, right), name
            for wrong, start in answers.WRONG[name]:
                assert exercises.verdict(name, wrong).hint.startswith(start)
    finally:
        exercises.exercises.cache_clear()
        exercises._cases.cache_clear()


def test_its_sabotage_breaks_a_line_that_stands_in_it_once(course):
    new_notebook.begin("19_recurrent_networks", course)
    old, new, claim = loaded(course / "tools/sabotage.py").SABOTAGES["19_recurrent_networks"]
    notebook = nbformat.read(course / "notebooks/19_recurrent_networks.ipynb", as_version=4)
    source = "\n".join(cell.source for cell in rules.code_cells(notebook))
    assert source.count(old) == 1 and new not in source
    assert claim in source


@pytest.mark.parametrize(
    ("name", "before"), [("05_pruning", "01"), ("19_pruning", "16"), ("00_pruning", None)]
)
def test_its_row_stands_in_the_readme_where_its_number_belongs(name, before):
    rows = [f"| [{n} Old](notebooks/{n}_old.ipynb) | Why? |" for n in ("01", "16")]
    readme = "\n".join(["Words.", "", "| notebook | question |", "|---|---|", *rows, "", "More."])
    lines = new_notebook.with_row(readme, name, "Pruning").splitlines()
    (place,) = [n for n, line in enumerate(lines) if f"notebooks/{name}.ipynb" in line]
    above = lines[place - 1]
    assert above.startswith(f"| [{before} ") if before else above == "|---|---|"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("recurrent", "'recurrent' is no name of a notebook"),
        ("19_Recurrent", "no name"),
        ("19_", "no name"),
        ("19_a b", "no name"),
        ("19_a/../b", "no name"),
        ("09_pooling", "the number 09 is taken by 09_convolution_by_hand.ipynb"),
        ("19_convolution", "dlhelpers/checks/convolution.py is there already"),
    ],
)
def test_what_cannot_begin_is_refused_in_one_sentence_and_nothing_is_written(name, says, course):
    before = files(course)
    with pytest.raises(new_notebook.Refused, match=says):
        new_notebook.begin(name, course)
    assert files(course) == before


def test_the_command_says_what_it_wants(capsys):
    assert new_notebook.main([]) == 1
    assert new_notebook.main(["nonsense"]) == 1
    assert capsys.readouterr().out.count("make notebook NAME=19_recurrent_networks") == 2
