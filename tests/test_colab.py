"""`make colab` writes an address everywhere and takes it out again; a notebook alone then runs."""

import os
import pathlib
import shutil
import subprocess
import sys
import sysconfig

import colab
import notebook_runs
import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
ALONE = "09_convolution_by_hand.ipynb"
OFFLINE = {"PIP_NO_INDEX": "1", "PIP_NO_BUILD_ISOLATION": "0", "PYTHONSAFEPATH": "1"}


@pytest.fixture
def course(tmp_path):
    """A copy of the files of this clone, as they are in the working tree."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    ).stdout
    if not listed:
        pytest.skip("this is no clone, so git cannot say which files belong to the course")
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).exists():
            (tmp_path / "course" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tmp_path / "course" / name)
    return tmp_path / "course"


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


def site_packages(tmp_path):
    return next((tmp_path / "env").rglob("site-packages"))


@pytest.fixture
def other_environment(tmp_path):
    """Python with the packages of this environment, to which pip can add without changing it."""
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "env"], check=True)
    (site_packages(tmp_path) / "shared.pth").write_text(sysconfig.get_paths()["purelib"])
    scripts = tmp_path / "env" / ("Scripts" if os.name == "nt" else "bin")
    return scripts / "python"


def test_a_notebook_alone_fetches_the_helpers_and_runs(course, other_environment, tmp_path):
    colab.write(f"file://localhost{course}", course)
    git = ["git", "-c", "user.name=n", "-c", "user.email=e@example.org"]
    for command in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message", "all"]):
        subprocess.run([*git, *command], cwd=course, check=True)
    (tmp_path / "empty").mkdir()
    alone = pathlib.Path(shutil.copy(course / "notebooks" / ALONE, tmp_path / "empty"))
    done = notebook_runs.execute(other_environment, alone, **OFFLINE)
    assert done.returncode == 0, done.stderr[-2000:]
    assert notebook_runs.stdout(alone) == notebook_runs.stdout(ROOT / "notebooks" / ALONE)
    added = {path.name.split("-")[0] for path in site_packages(tmp_path).glob("*.dist-info")}
    assert added - {"pip", "setuptools"} == {"dlhelpers"}  # TensorFlow, Keras and NumPy stay


def test_a_notebook_alone_without_an_address_says_what_is_missing(
    course, other_environment, tmp_path
):
    colab.write(None, course)
    (tmp_path / "empty").mkdir()
    alone = pathlib.Path(shutil.copy(course / "notebooks" / ALONE, tmp_path / "empty"))
    done = notebook_runs.execute(other_environment, alone, **OFFLINE)
    assert "dlhelpers is missing; open this notebook in a clone of the course" in done.stderr
