"""`make refresh`: the normal form, twice the same, and a failing notebook left as it was."""

import nbformat
import refresh
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output


def written(folder, *sources):
    path = folder / "lesson.ipynb"
    cells = [new_markdown_cell("# Lesson"), *map(new_code_cell, sources)]
    nbformat.write(new_notebook(cells=cells), path)
    return path


def test_a_second_refresh_changes_no_byte(tmp_path):
    path = written(tmp_path, "x = 2", "print(x)\nprint(x + 1)", "x * 21")
    assert refresh.main([str(path)]) == 0
    first = path.read_bytes()
    assert refresh.main([str(path)]) == 0
    assert path.read_bytes() == first
    cells = nbformat.read(path, as_version=4).cells
    assert [cell.execution_count for cell in cells[1:]] == [1, 2, 3]
    assert cells[2].outputs[0].text == "2\n3\n"
    assert cells[3].outputs[0].data["text/plain"] == "42"


def test_a_second_refresh_changes_no_byte_of_a_picture(tmp_path):
    path = written(
        tmp_path,
        f"import sys\nsys.path.insert(0, {str(refresh.ROOT)!r})\nfrom dlhelpers import plotting",
        "plotting.show(plotting.training_curves({'loss': [0.9, 0.5]}))",
    )
    assert refresh.main([str(path)]) == 0
    first = path.read_bytes()
    assert refresh.main([str(path)]) == 0
    assert path.read_bytes() == first
    [output] = nbformat.read(path, as_version=4).cells[2].outputs
    assert output.metadata["text/html"]["drawn"][0][0] == "figure: 6.4 by 4.8 inches"


def test_a_notebook_with_a_failing_cell_stays_as_it_was(tmp_path, capsys):
    path = written(tmp_path, "print('fine')", "1 / 0")
    before = path.read_bytes()
    assert refresh.main([str(path)]) == 1
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
    assert "ZeroDivisionError" in capsys.readouterr().out


def test_a_notebook_whose_kernel_dies_stays_as_it_was(tmp_path, capsys):
    path = written(tmp_path, "import os\nos._exit(1)")
    before = path.read_bytes()
    assert refresh.main([str(path)]) == 1
    assert path.read_bytes() == before
    said = capsys.readouterr().out
    assert "lesson.ipynb is left as it was, because a cell failed:" in said
    assert "ernel died" in said


def test_what_went_to_standard_error_is_dropped_and_told(tmp_path, capsys):
    path = written(tmp_path, "import sys\nprint('careful', file=sys.stderr)\nprint('kept')")
    refresh.main([str(path)])
    [output] = nbformat.read(path, as_version=4).cells[1].outputs
    assert output.text == "kept\n"
    assert "careful" in capsys.readouterr().out


def test_metadata_that_depends_on_the_editor_is_dropped():
    cell = new_code_cell("1", metadata={"collapsed": True, "jupyter": {"source_hidden": True}})
    notebook = new_notebook(
        cells=[cell],
        metadata={"widgets": {}, "language_info": {"name": "python", "version": "3.9"}},
    )
    refresh.normalise(notebook)
    assert notebook.cells[0].metadata == {"jupyter": {"source_hidden": True}}
    assert notebook.metadata == refresh.NOTEBOOK_METADATA


def test_texts_are_joined_only_where_nothing_stands_between_them():
    picture = new_output("display_data", data={"text/plain": "picture"})
    pieces = [new_output("stream", text=text) for text in "abc"]
    merged = refresh.merge_streams([pieces[0], pieces[1], picture, pieces[2]])
    assert [output.get("text", "picture") for output in merged] == ["ab", "picture", "c"]
