"""The comparison bites: faults planted in copies of a notebook are caught, a sound copy passes."""

import copy
import pathlib
import re
import shutil
import subprocess
import sys

import nbformat
import notebook_rules as rules
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

ROOT = pathlib.Path(__file__).resolve().parent.parent
ORIGINAL = nbformat.read(ROOT / "notebooks" / "09_convolution_by_hand.ipynb", as_version=4)


def pictured(notebook):
    """The code cells that store a picture."""
    return [
        cell
        for cell in rules.code_cells(notebook)
        if any("image/png" in output.get("data", {}) for output in cell.outputs)
    ]


def picture_of(cell):
    return next(output for output in cell.outputs if "image/png" in output.get("data", {}))


# ------------------------------------------------------------------- faults that a run brings up
# Each plants one fault in a copy of a cell: one that draws the notebook's first picture, or one
# that prints.


def printing():
    cell = new_code_cell("claim('one is one', 1 == 1)\nprint('loss', approx(0.25), 'of', 42)")
    cell.outputs = [new_output("stream", text="✓ one is one\nloss ≈0.3101 of 42\n")]
    return cell


def drawing():
    return copy.deepcopy(pictured(ORIGINAL)[0])


def a_changed_number():
    cell = printing()
    cell.outputs[0].text = cell.outputs[0].text.replace("42", "43")
    return cell


def a_changed_word_beside_a_number_that_varies():
    cell = printing()
    cell.outputs[0].text = cell.outputs[0].text.replace("loss", "accuracy")
    return cell


def a_claim_that_no_longer_holds():
    cell = printing()
    cell.source = cell.source.replace("1 == 1", "1 == 2")
    return cell


def another_picture_is_drawn():
    cell = drawing()
    cell.source = "plotting.show(plotting.image_grid(np.zeros((3, 2, 2))))"
    return cell


def a_picture_vanishes_and_its_words_stay():
    cell = drawing()
    words = picture_of(cell).data["text/plain"]
    cell.source = "from IPython.display import display\n"
    cell.source += f"display({{'text/plain': {words!r}}}, raw=True)"
    return cell


def a_text_moves_behind_a_picture():
    cell = drawing()
    cell.source += "\nprint('behind')"
    cell.outputs.insert(0, new_output("stream", text="behind\n"))
    return cell


def an_output_vanishes():
    cell = printing()
    cell.source = "one = 1"
    return cell


def an_output_appears():
    cell = printing()
    cell.outputs = []
    return cell


def a_warning():
    cell = printing()
    cell.source += "\nimport warnings\nwarnings.warn('this will change')"
    return cell


def a_line_on_standard_error():
    cell = printing()
    cell.source += "\nprint('careful', file=sys.stderr)"
    return cell


RUN_FAULTS = [
    a_changed_number,
    a_changed_word_beside_a_number_that_varies,
    a_claim_that_no_longer_holds,
    another_picture_is_drawn,
    a_picture_vanishes_and_its_words_stay,
    a_text_moves_behind_a_picture,
    an_output_vanishes,
    an_output_appears,
    a_warning,
    a_line_on_standard_error,
]


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """Cell → did it pass, under `pytest --nbval` as `make test` runs it.

    The copy is notebook 09 up to its first picture, then a sound cell of each kind, then a cell
    for each fault.
    """
    notebook = copy.deepcopy(ORIGINAL)
    del notebook.cells[notebook.cells.index(pictured(notebook)[0]) + 1 :]
    sound = len(rules.code_cells(notebook)) + 2
    notebook.cells += [printing(), drawing(), *(fault() for fault in RUN_FAULTS)]
    for n, cell in enumerate(rules.code_cells(notebook), 1):
        cell.execution_count = n
    for n, cell in enumerate(notebook.cells):
        cell.id = f"cell-{n}"

    folder = tmp_path_factory.mktemp("course")
    (folder / "notebooks").mkdir()
    (folder / "dlhelpers").symlink_to(ROOT / "dlhelpers")
    shutil.copy(ROOT / "conftest.py", folder)
    nbformat.write(notebook, folder / "notebooks" / "planted.ipynb")
    command = [sys.executable, "-m", "pytest", "-c", ROOT / "pyproject.toml", "-q", "--tb=no"]
    done = subprocess.run(
        [*command, "-rA", "--color=no", "-p", "no:cacheprovider", folder / "notebooks"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    told = re.findall(r"(?m)^(PASSED|FAILED|ERROR) .*?::Cell (\d+)", done.stdout)
    passed = {int(cell): outcome == "PASSED" for outcome, cell in told}
    assert len(passed) == sound + len(RUN_FAULTS), done.stdout + done.stderr
    return {"sound": [passed[n] for n in range(sound)]} | {
        fault.__name__: passed[sound + n] for n, fault in enumerate(RUN_FAULTS)
    }


def test_sound_cells_pass_although_a_number_behind_the_sign_differs(outcomes):
    assert all(outcomes["sound"])


@pytest.mark.parametrize("fault", RUN_FAULTS, ids=lambda fault: fault.__name__)
def test_a_fault_that_a_run_brings_up_is_caught(fault, outcomes):
    assert not outcomes[fault.__name__]


# ---------------------------------------------------------------- faults in what is stored alone


def a_stale_sentence(notebook):
    notebook.cells.append(new_markdown_cell("The network reaches 89.57 % on the test set."))


def a_stale_count(notebook):
    notebook.cells.append(new_markdown_cell("It has 123,457 parameters."))


def a_number_that_varies_quoted_in_prose(notebook):
    varies = new_code_cell("print(approx(accuracy))")
    varies.outputs = [new_output("stream", text="≈0.91234\n")]
    notebook.cells += [varies, new_markdown_cell("Its accuracy is 0.91234.")]


def a_swapped_picture(notebook):
    first, second = (picture_of(cell) for cell in pictured(notebook)[:2])
    first.data["image/png"], second.data["image/png"] = (
        second.data["image/png"],
        first.data["image/png"],
    )


def a_file_name_for_words(notebook):
    picture = picture_of(pictured(notebook)[0])
    words = "A picture of the model, stored in model.png."
    picture.data["text/plain"] = picture.metadata["image/png"]["alt"] = words


def a_picture_without_alt(notebook):
    del picture_of(pictured(notebook)[0]).metadata["image/png"]["alt"]


def a_tag_that_skips(notebook):
    notebook.cells[2].metadata["tags"] = ["nbval-skip"]
    rules.code_cells(notebook)[1].metadata["tags"] = ["nbval-ignore-output"]


def a_comment_that_ignores(notebook):
    rules.code_cells(notebook)[1].source += "\n# NBVAL_IGNORE_OUTPUT"


def a_magic(notebook):
    rules.code_cells(notebook)[1].source = "%nomagic\n" + rules.code_cells(notebook)[1].source


def a_cell_that_was_not_run(notebook):
    cell = rules.code_cells(notebook)[1]
    cell.outputs, cell.execution_count = [], None


def a_stored_warning(notebook):
    output = new_output("stream", name="stderr", text="UserWarning: careful")
    rules.code_cells(notebook)[1].outputs.append(output)


def a_memory_address(notebook):
    output = new_output("stream", text="<object at 0x7f3a5c1d2e80>")
    rules.code_cells(notebook)[1].outputs.append(output)


def a_timing_without_the_sign(notebook):
    output = new_output("stream", text="training took 61.2 s")
    rules.code_cells(notebook)[1].outputs.append(output)


def a_number_that_varies_without_a_claim(notebook):
    varies = new_code_cell("print(approx(accuracy))")
    varies.outputs = [new_output("stream", text="≈0.91\n")]
    notebook.cells.append(varies)


def an_answered_exercise(notebook):
    exercise = next(
        cell for cell in rules.code_cells(notebook) if rules.texts(cell).strip() == rules.UNANSWERED
    )
    exercise.outputs = [new_output("stream", text="✓ that is right\n")]


def a_solution_that_is_rejected(notebook):
    solution = next(filter(rules.is_solution, notebook.cells))
    solution.outputs = [new_output("stream", text="✗ wrong\n")]


def an_open_solution(notebook):
    next(filter(rules.is_solution, notebook.cells)).metadata = nbformat.from_dict({})


def a_tensorflow_call(notebook):
    notebook.cells.append(new_code_cell("import tensorflow as tf"))


def a_long_cell(notebook):
    rules.code_cells(notebook)[1].source = "\n".join(f"x = {n}" for n in range(25))


def execution_times(notebook):
    notebook.cells[0].metadata["execution"] = {"iopub.execute_input": "2026-11-23"}


STORED_FAULTS = {
    a_stale_sentence: rules.figures_in_prose_stand_in_a_cell,
    a_stale_count: rules.figures_in_prose_stand_in_a_cell,
    a_number_that_varies_quoted_in_prose: rules.figures_in_prose_stand_in_a_cell,
    a_swapped_picture: rules.pictures_have_words,
    a_file_name_for_words: rules.pictures_have_words,
    a_picture_without_alt: rules.pictures_have_words,
    a_tag_that_skips: rules.nothing_hides_from_nbval,
    a_comment_that_ignores: rules.nothing_hides_from_nbval,
    a_magic: rules.nothing_hides_from_nbval,
    a_cell_that_was_not_run: rules.nothing_hides_from_nbval,
    a_stored_warning: rules.outputs_are_clean,
    a_memory_address: rules.outputs_are_clean,
    a_timing_without_the_sign: rules.outputs_are_clean,
    a_number_that_varies_without_a_claim: rules.what_varies_is_pinned,
    an_answered_exercise: rules.exercises_are_open_and_solved,
    a_solution_that_is_rejected: rules.exercises_are_open_and_solved,
    an_open_solution: rules.exercises_are_open_and_solved,
    a_tensorflow_call: rules.tensorflow_stays_in_its_sections,
    a_long_cell: rules.cells_are_short,
    execution_times: rules.it_is_in_normal_form,
}


@pytest.mark.parametrize("fault", STORED_FAULTS, ids=lambda fault: fault.__name__)
def test_a_fault_in_what_is_stored_is_caught(fault):
    notebook, rule = copy.deepcopy(ORIGINAL), STORED_FAULTS[fault]
    assert list(rule(notebook)) == []
    fault(notebook)
    assert list(rule(notebook)) != []
