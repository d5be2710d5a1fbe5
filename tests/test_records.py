"""The records of `make measure`: every claim held in every world, and there is room.

Fast: it reads what is stored. What it says is true of the notebooks as they are now, or the test
says which have changed since.
"""

import pathlib

import measure
import nbformat
import notebook_rules as rules
import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
NOTEBOOKS = {path.stem: path for path in sorted((ROOT / "notebooks").glob("*.ipynb"))}
RECORDS = {name: measure.read(path) for name, path in NOTEBOOKS.items()}
MEASURED = [name for name, record in RECORDS.items() if record]


def lesson(name):
    return nbformat.read(NOTEBOOKS[name], as_version=4)


def test_every_record_belongs_to_a_notebook():
    assert {path.stem for path in measure.RECORDS.iterdir()} <= set(NOTEBOOKS)


def test_every_notebook_has_a_record():
    assert [name for name in NOTEBOOKS if name not in MEASURED] == [], "make measure makes them"


@pytest.mark.parametrize("name", MEASURED)
def test_a_record_is_of_the_code_that_stands_in_the_notebook(name):
    now = measure.checksums(lesson(name))
    stored = {key: RECORDS[name][key] for key in now}
    assert stored == now, (
        f"notebook {name} has changed: make measure NOTEBOOKS=notebooks/{name}.ipynb"
    )


@pytest.mark.parametrize("name", MEASURED)
def test_a_record_has_a_number_from_every_world(name):
    record = RECORDS[name]
    assert record["worlds"] == list(map(measure.name_of, measure.WORLDS))
    numbers = [claim["values"] for claim in record["claims"] if "values" in claim]
    assert all(len(values) == len(measure.WORLDS) for values in numbers)


@pytest.mark.parametrize("name", MEASURED)
def test_every_claim_held_in_every_world_and_has_room(name):
    assert list(measure.faults(RECORDS[name])) == []


@pytest.mark.parametrize("name", MEASURED)
def test_a_record_has_the_claims_that_the_notebook_prints(name):
    printed = [
        line[2:]
        for cell in measure.lesson_cells(lesson(name))
        for line in rules.texts(cell).splitlines()
        if line.startswith("✓ ")
    ]
    assert [claim["claim"] for claim in RECORDS[name]["claims"]] == printed


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_what_breaks_a_lesson_on_purpose_stands_in_it_once(name):
    old, _, text = measure.SABOTAGES[name]
    sources = "".join(cell.source for cell in measure.lesson_cells(lesson(name)))
    printed = "".join(map(rules.texts, measure.lesson_cells(lesson(name))))
    said = f"tools/sabotage.py, {name}:"
    count = sources.count(old)
    assert count == 1, f"{said} {old!r} stands {count} times in the lesson; name what stands once"
    assert text in printed, f"{said} no cell prints the claim {text!r}"


@pytest.mark.weekly
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_the_answer_to_the_title_falls_when_the_lesson_is_broken_on_purpose(name):
    old, new, text = measure.SABOTAGES[name]
    found = measure.run(NOTEBOOKS[name], *measure.WORLDS[0], (old, new))
    assert [claim["held"] for claim in found["claims"] if claim["claim"] == text] == [False]


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_no_comment_keeps_numbers_that_a_record_keeps(name):
    for cell in measure.lesson_cells(lesson(name)):
        assert "# measured" not in cell.source
