"""`make colab` writes an address everywhere and takes it out again; see test_package.py, too."""

import pathlib
import shutil
import sys

import colab
import notebook_runs
import pytest

ALONE = "09_convolution_by_hand.ipynb"


@pytest.fixture
def course(tmp_path):
    return notebook_runs.copy_course(tmp_path / "course")


def texts(course):
    paths = [course / "pyproject.toml", course / "README.md", *course.glob("notebooks/*.ipynb")]
    return {path.name: path.read_text() for path in paths}


def test_what_is_stored_follows_from_the_address_in_pyproject(course):
    before = texts(course)
    colab.write(colab.address_in(before["pyproject.toml"]), course)
    assert texts(course) == before


def test_an_address_is_written_everywhere_and_taken_out_again(course):
    before = texts(course)
    colab.write("https://github.com/someone/fork", course)
    written = texts(course)
    assert colab.address_in(written["pyproject.toml"]) == "https://github.com/someone/fork"
    for name, text in written.items():
        if name.endswith(".ipynb"):
            assert f"/github/someone/fork/blob/main/notebooks/{name})" in text
            assert f"/github/someone/fork/blob/main/notebooks/{name})" in written["README.md"]
            assert "dlhelpers[notebooks] @ git+https://github.com/someone/fork" in text
    colab.write("https://github.com/another/one", course)
    assert not [name for name, text in texts(course).items() if "someone/fork" in text]
    colab.write(None, course)
    assert texts(course) == before | {"pyproject.toml": texts(course)["pyproject.toml"]}
    assert colab.address_in(texts(course)["pyproject.toml"]) is None


def test_no_badge_is_shown_for_an_address_that_colab_cannot_open(course):
    colab.write("file:///srv/course.git", course)
    assert not [name for name, text in texts(course).items() if "colab.research" in text]


@pytest.mark.parametrize("repo", ["", "owner", "owner/name/more", "github.com/owner/name"])
def test_what_is_no_address_is_refused(repo, capsys):
    with pytest.raises(SystemExit):
        colab.main([repo])
    assert "neither owner/name nor an address" in capsys.readouterr().err


def test_a_notebook_alone_without_an_address_says_what_is_missing(course, tmp_path):
    colab.write(None, course)
    (tmp_path / "empty").mkdir()
    alone = pathlib.Path(shutil.copy(course / "notebooks" / ALONE, tmp_path / "empty"))
    done = notebook_runs.execute(sys.executable, alone, PYTHONSAFEPATH="1")
    assert "No module named 'dlhelpers'" in done.stderr
    assert "# dlhelpers stands beside the notebooks" in done.stderr  # the line above
