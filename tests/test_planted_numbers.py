"""False numbers planted in prose are caught: at most five of a hundred pass, in every form."""

import copy
import re

import planted_numbers
import prose_numbers
import pytest
from nbformat.v4 import new_markdown_cell
from test_notebooks import NOTEBOOKS

MOST = 5


@pytest.fixture(scope="module")
def rows():
    return {row[0]: row for row in planted_numbers.table(NOTEBOOKS.values())}


@pytest.mark.parametrize("form", planted_numbers.FORMS)
def test_of_a_hundred_planted_numbers_at_most_five_pass(rows, form):
    _, planted, caught, mean, _ = rows[form]
    assert caught <= planted
    assert mean <= planted_numbers.LOOSE.get(form, MOST)


def caught(notebook, sentences):
    """How many of the sentences the rule refuses at the end of each section, all planted at once.

    A list: one number a sentence, of as many as there are sections.
    """
    planted, found = copy.deepcopy(notebook), [0] * len(sentences)
    starts = [n for n, cell in enumerate(planted.cells) if starts_a_section(cell)]
    ends = [*starts[1:], len(planted.cells)]
    for end in reversed(ends):
        new = [
            new_markdown_cell(sentence, id=f"planted-{n}") for n, sentence in enumerate(sentences)
        ]
        planted.cells[end:end] = new
    refused = {id(cell): cell.id for cell, *_ in prose_numbers.unsupported(planted)}
    for cell_id in refused.values():
        if cell_id.startswith("planted-"):
            found[int(cell_id.removeprefix("planted-"))] += 1
    return found, len(ends)


def starts_a_section(cell):
    return cell.cell_type == "markdown" and cell.source.startswith("#")


@pytest.mark.parametrize("form", ["N %", "N of 100", "N pictures", "0.NN"])
def test_planted_into_the_notebook_as_many_pass_as_the_table_says(form):
    notebook = NOTEBOOKS["10_pooling"]
    # Only sections that begin with a cell: a cell cannot be planted into the middle of another.
    notebook = copy.deepcopy(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and not starts_a_section(cell):
            cell.source = re.sub(r"(?m)^#+ ", "", cell.source)
        elif cell.cell_type == "markdown":
            head, rest = cell.source.split("\n", 1) if "\n" in cell.source else (cell.source, "")
            cell.source = head + "\n" + re.sub(r"(?m)^#+ ", "", rest)
    sentences = planted_numbers.FORMS[form]
    numbers = [prose_numbers.prose_numbers(sentence)[0] for sentence in sentences]
    shares, _ = planted_numbers.passing(notebook, {"N %": numbers})
    found, sections = caught(notebook, sentences)
    assert 1 - sum(found) / len(sentences) / sections == pytest.approx(shares["N %"])


FALSEHOODS = [
    "It reads 87 percent of them.",
    "It reads eighty-seven percent of them.",
    "It reads nine in ten.",
    "It reads 87 of 100.",
    "It reads a third of them.",
    r"It reads $87\,\%$ of them.",
    "It has 2601 parameters.",
    "It is 7 times as fast.",
    "It has 26k parameters.",
    "It computes 3e9 products.",
    "It takes 13 minutes.",
    "It gains two orders of magnitude.",
    "The loss is halved.",
    "Three errors fewer remain.",
    "| way | errors |\n|---|---|\n| this | 87 |",
    "### It reads 87 of them",
]


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_what_readers_saw_pass_is_caught_where_nothing_supports_it(name):
    appendix = new_markdown_cell("## Appendix\n\nNothing is run here.")
    notebook = copy.deepcopy(NOTEBOOKS[name])
    notebook.cells.append(appendix)
    found, _ = caught(notebook, FALSEHOODS)
    assert [text for text, count in zip(FALSEHOODS, found) if not count] == []
