"""The reader of numbers in prose: what it reads, as which kind, and what supports it."""

import nbformat
import prose_numbers as prose
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output


def read(text):
    """(value, kind) of all that the rule asks support for."""
    return [(round(n.value, 12), n.kind) for n in prose.prose_numbers(text)[0]]


@pytest.mark.parametrize(
    "words, value",
    [
        ("seven", 7),
        ("eighty-seven", 87),
        ("a hundred", 100),
        ("hundred", 100),
        ("two hundred and five", 205),
        ("three million", 3_000_000),
        ("a hundred and twenty thousand", 120_000),
        ("a dozen", 12),
        ("one hundred", 100),
    ],
)
def test_number_words_are_read(words, value):
    assert prose.words_to_number(words) == value


@pytest.mark.parametrize("words", ["two three", "twenty thirty", "house"])
def test_what_is_not_one_number_is_an_error(words):
    with pytest.raises(ValueError, match="number"):
        prose.words_to_number(words)


@pytest.mark.parametrize(
    "text, value",
    [
        ("reads 87 % of them", 0.87),
        ("reads 87% of them", 0.87),
        ("reads 87.5 % of them", 0.875),
        ("reads 87 percent of them", 0.87),
        ("reads 87 per cent of them", 0.87),
        ("reads eighty-seven percent", 0.87),
        (r"reads $87\,\%$", 0.87),
        (r"reads $87 \%$ of them", 0.87),
        ("reads **87 %**", 0.87),
        ("reads `87 %`", 0.87),
        ("an 87-percent share", 0.87),
        ("reads 87&nbsp;%", 0.87),
        ("reads *87* %", 0.87),
        ("reads **nine** in **ten**", 0.9),
        ("reads nine digits out of ten", 0.9),
        ("reads 9/10 of them", 0.9),
        ("reads ¾ of them", 0.75),
        ("reads nine in ten", 0.9),
        ("reads nine digits in ten", 0.9),
        ("reads nine out of ten", 0.9),
        ("reads 9 of 10", 0.9),
        ("reads 87 of 100", 0.87),
        ("reads 87 of the 100", 0.87),
        ("reads 87 out of 100 pictures", 0.87),
        ("wrong for four in a million", 4e-6),
        ("reads half of them", 0.5),
        ("reads half the digits", 0.5),
        ("falls by a third.", 1 / 3),
        ("reads two thirds of them", 2 / 3),
        ("reads three quarters of them", 0.75),
        ("less than a tenth of the weights", 0.1),
    ],
)
def test_shares_are_read_in_all_their_forms(text, value):
    assert read(text) == [(round(value, 12), "share")]


@pytest.mark.parametrize(
    "text, value",
    [
        ("7 times as fast", 7),
        ("seven times as fast", 7),
        ("a hundred times smaller", 100),
        ("7x faster", 7),
        ("7 × as fast", 7),
        ("2.5-fold", 2.5),
        ("it quadruples", 4),
        ("a factor of 7", 7),
        ("the factor 100", 100),
        ("twice as fast", 2),
        ("has twice that", 2),
        ("half as fast", 0.5),
        ("a third less", 1 / 3),
        ("tenfold", 10),
        ("a hundred-fold gain", 100),
        ("the loss doubles", 2),
        ("it halves the loss", 0.5),
        ("two orders of magnitude", 100),
    ],
)
def test_factors_are_read_in_all_their_forms(text, value):
    assert read(text) == [(round(value, 12), "times")]


@pytest.mark.parametrize(
    "text, found",
    [
        ("13 minutes", [(780, "seconds")]),
        ("half a minute", [(30, "seconds")]),
        ("a quarter of a second", [(0.25, "seconds")]),
        ("takes 5 to 10 ms", [(0.005, "seconds"), (0.01, "seconds")]),
        ("needs 60 MB", [(60e6, "bytes")]),
        ("turned by 45 degrees", [(45, "degrees")]),
        ("from 10 to 15 %", [(0.1, "share"), (0.15, "share")]),
        ("at 98 and at 102 percent", [(0.98, "share"), (1.02, "share")]),
        ("it ends at 0.93.", [(0.93, "decimal")]),
        ("it ends at .93", [(0.93, "decimal")]),
        ("the mean is 7/3", [(round(7 / 3, 12), "decimal")]),
        ("2601 in all", [(2601, "count")]),
        ("2,601 in all", [(2601, "count")]),
        ("$2{,}601$ in all", [(2601, "count")]),
        ("26k weights", [(26000, "count")]),
        ("3e9 products", [(3e9, "count")]),
        ("12.5k weights", [(12500, "count")]),
        ("a 1.2 GHz clock", [(1.2, "decimal")]),
        ("1.5 million weights", [(1.5e6, "count")]),
        ("half a million weights", [(5e5, "count")]),
        ("three errors fewer", [(3, "count")]),
        ("after eight epochs", [(8, "count")]),
        ("it stops at epoch 13.", [(13, "count")]),
        ("twenty layers deep", [(20, "count")]),
    ],
)
def test_units_make_the_kind(text, found):
    assert read(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "Three networks learn in two ways.",
        "with mean 0 and variance 1",
        "a 6 and a 9.",
        "see notebook 05, chapter 9, section 8.4",
        "**2. Count the dead.** Write it.",
        "1. **Convolution**: slide",
        "[arXiv:1502.01852](https://arxiv.org/abs/1502.01852)",
        "a row of `Conv2D(32, 3)`",
        "the third layer, the lower half",
        "half a turn to the left",
        "the mean of the two halves is",
        "float32, 3D, conv2d_4 and 127.0.0.1",
        r"$g(z) = \max(0, 25 z_{12})$",
        r"$2^{12} = 4096$ and $5 \cdot 100 + 100 = 600$",
        "as of <!-- 87 % --> now",
    ],
)
def test_what_measures_nothing_is_left_alone(text):
    assert read(text) == []


def test_arithmetic_in_a_formula_is_computed():
    assert prose.is_arithmetic(r"2^{12} = 4096") is True
    assert prose.is_arithmetic(r"1280 \cdot 6 + 6 = 7687") is False
    assert prose.is_arithmetic(r"25{,}000 / 2 = 12500") is True
    assert prose.is_arithmetic(r"n = 12") is None


def test_tables_and_headings_are_read():
    assert read("| way | error |\n|---|---|\n| plain | 1.60 % |") == [(0.016, "share")]
    assert read("| way | error (%) |\n|---|---|\n| plain | 1.60 |") == [(0.016, "share")]
    assert read("| way | seconds |\n|---|---|\n| plain | 40 |") == [(40, "seconds")]
    assert read("## On real data: 20 digits a class") == [(20, "count")]


# ------------------------------------------------------------------------------ the whole rule


def notebook(*cells):
    """Set-up, then markdown for a text, and for a pair a code cell with what it printed."""
    made = [new_code_cell("set_up = 41 % 7")]
    for cell in cells:
        if isinstance(cell, str):
            made.append(new_markdown_cell(cell))
        else:
            made.append(new_code_cell(cell[0]))
            made[-1].outputs = [new_output("stream", text=cell[1])] if cell[1] else []
    return new_notebook(cells=made)


def refused(*cells):
    return [text for _, text, *_ in prose.unsupported(notebook(*cells))]


def test_a_number_that_an_output_of_the_section_prints_is_accepted():
    assert refused("## A", ("f()", "read right: 87%"), "It reads 87 % of them.") == []
    assert refused("## A\n\nIt reads 87 % of them.", ("f()", "read right: 87%")) == []
    assert refused("## A", ("f()", "read right: 86%"), "It reads 87 % of them.") == ["87 %"]


def test_the_words_of_a_claim_count_and_read_alike():
    claim = ("claim('it reads nine in ten', share, above=0.9)", "✓ it reads nine in ten")
    assert refused("## A", claim, "It reads 90 %, that is nine in ten, or 9 of 10.") == []
    assert refused("## A", claim, "It reads eight in ten.") == ["eight in ten"]


def test_another_section_does_not_count_unless_the_text_has_no_code_of_its_own():
    output = ("f()", "read right: 87%")
    assert refused("## A", output, "## B", ("g()", ""), "It reads 87 %.") == ["87 %"]
    assert refused("## A\n\nIt will read 87 %.\n\n## B", output) == []
    assert refused("## A", output, "## B\n\nIt reads 87 %.") == ["87 %"]


def test_another_kind_does_not_count():
    assert refused("## A", ("f()", "87 pixels"), "It reads 87 % of them.") == ["87 %"]
    assert refused("## A", ("f()", "read right: 87%"), "It has 87 pixels.") == ["87"]
    assert refused("## A", ("f()", "in 87 seconds"), "87 minutes later") == ["87 minutes"]
    assert refused("## A", ("f()", "87 errors"), "It has 87 pixels.") == ["87"]
    assert refused("## A", ("f()", "87 seconds"), "87 times as fast") == ["87 times"]


def test_what_varies_may_not_be_quoted():
    assert refused("## A", ("f()", "accuracy ≈0.9123"), "It reaches 0.9123.") == ["0.9123"]
    assert refused("## A", ("f()", "read right: ≈91%"), "It reads 91 %.") == ["91 %"]
    assert refused("## A", ("f()", "takes ≈7 seconds"), "It takes 7 seconds.") == ["7 seconds"]


def test_a_setting_in_the_section_counts_where_its_line_names_the_same_thing():
    code = ("model.fit(x, y, epochs=15, batch_size=64)", "")
    assert refused("## A", code, "It trains for 15 epochs.") == []
    assert refused("## A", code, "It makes 15 errors.") == ["15"]
    assert refused("## A", ("layer(0.25)  # measured 0.37", ""), "0.25, not 0.37") == ["0.37"]
    assert refused("## A", ("few = x_train[:2000]", ""), "It learns 2,000 digits.") == []
    assert refused("## A", ("f(f'{x:.87f}')", ""), "It has 87.") == ["87"]


def test_a_comment_supports_nothing_and_names_nothing_that_it_says_was_measured():
    assert refused("## A", ("f()  # 15 epochs", ""), "It trains for 15 epochs.") == ["15"]
    assert refused("## A", ("f(15)  # epochs", ""), "It trains for 15 epochs.") == []
    assert refused("## A", ("f(15)  # measured 3 epochs", ""), "It trains for 15 epochs.") == ["15"]


def test_in_a_formula_a_letter_names_the_number_and_no_word_before_it_does():
    assert refused("## A", ("rate = 3", ""), "The loss ends at $\\eta = 3$.") == []
    assert refused("## A", ("rate = 3", ""), "The loss ends at $3$.") == ["3"]


def test_the_set_up_cell_supports_nothing():
    title = new_markdown_cell("# Title\n\nIt has 41 pixels.")
    set_up = new_code_cell("pixels = 41")
    stored = new_notebook(cells=[title, set_up])
    assert [text for _, text, *_ in prose.unsupported(stored)] == ["41"]
    stored = new_notebook(cells=[title, new_code_cell("f()"), set_up])
    assert list(prose.unsupported(stored)) == []


def test_rounding_that_loses_nothing_but_digits_is_accepted():
    assert refused("## A", ("f()", "share 0.8712"), "It reads 87 %.") == []
    assert refused("## A", ("f()", "share 0.8765"), "It reads 87 %.") == ["87 %"]
    assert refused("## A", ("f()", "3,168,400 features"), "some 3.2 million features") == []
    assert refused("## A", ("f()", "3,168,400 features"), "over three million features") == []
    assert refused("## A", ("f()", "3,168,400 features"), "three million weights") != []
    assert refused("## A", ("f()", "mean 2.3333"), "The mean is 7/3.") == []
    assert refused("## A", ("f()", "mean 2.3334"), "The mean is 7/3.") == ["7/3"]


def test_a_mark_covers_the_number_before_it_and_its_repetitions_in_the_section():
    text = "## 5,000 digits\n\nIt learns 5,000<!-- given --> digits, {} in all."
    assert refused(text.format("5,000")) == []
    assert refused(text.format("5,001")) == ["5,001"]
    assert refused(text.format("5 %")) == ["5 %"]
    assert refused(text.format("5,000 errors")) == ["5,000"]
    assert refused(text.format(""), "## B\n\nAnd 5,000 more.") == ["5,000"]


def test_a_mark_may_name_its_source_and_stand_behind_a_formula_or_a_list():
    assert refused("Its $\\eta = 0.25$<!-- given --> is large.") == []
    assert refused("2, 5 or 20<!-- given --> pictures") == []
    assert refused("28 × 28<!-- given: the data --> pixels") == []
    assert refused("| a | b |\n|---|---|\n| 12<!-- given: table 2 --> | 13 |") == ["13"]


def test_a_mark_without_a_number_is_refused():
    assert refused("It learns well.<!-- given -->") == ["<!-- given -->"]
    assert refused("It learns 87 %. And well.<!-- given -->") == ["<!-- given -->", "87 %"]


def test_a_mark_that_a_page_would_show_is_refused():
    heading = "## 5,000<!-- given --> digits\n\nIt learns well."
    assert "<!-- given -->" in refused(heading)  # JupyterLab's table of contents shows it
    start = "It learns 5,000\n<!-- given --> digits."
    assert "<!-- given -->" in refused(start)  # and here Markdown ends the paragraph


def test_false_arithmetic_is_refused():
    assert refused(r"It has $784 \cdot 100 + 100 = 78500$ weights.") == []
    assert refused(r"It has $784 \cdot 100 + 100 = 78510$ weights.") != []


def test_the_time_that_the_opening_tells_is_accepted_there_only():
    assert refused("# A\n\nTime: 40 seconds on two CPU cores.") == []
    assert refused("# A\n\nIt takes 40 seconds on a computer.") == ["40 seconds"]


def test_the_rule_reads_notebooks_as_they_are_stored():
    stored = notebook("## A", ("f()", "read right: 87%"), "It reads 88 %.")
    again = nbformat.reads(nbformat.writes(stored), as_version=4)
    assert [kind for *_, kind, _ in prose.unsupported(again)] == ["share"]
