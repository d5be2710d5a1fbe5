"""The package carries the data, so that installing it is enough, in any folder.

It is built and installed once, the way a reader in Colab gets it: a notebook alone, in an empty
folder, fetches it with its set-up cell from an address, here a repository on this machine.
"""

import os
import pathlib
import shutil
import subprocess
import sys
import sysconfig
import tarfile

import colab
import notebook_runs
import numpy as np
import pytest

import dlhelpers
from dlhelpers import datasets

ROOT = pathlib.Path(__file__).resolve().parent.parent
ALONE = "00_backpropagation.ipynb"
OFFLINE = {"PIP_NO_INDEX": "1", "PIP_NO_BUILD_ISOLATION": "0", "PYTHONSAFEPATH": "1"}


class Reader:
    """Somebody with Python and one notebook in an empty folder, and no clone of the course."""

    def __init__(self, folder):
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "env"], check=True)
        self.python = folder / "env" / ("Scripts" if os.name == "nt" else "bin") / "python"
        self.packages = next((folder / "env").rglob("site-packages"))
        # The packages of this environment, with its pip, which adds to the other one alone.
        (self.packages / "shared.pth").write_text(sysconfig.get_paths()["purelib"])
        self.notebook = folder / "empty" / ALONE
        self.notebook.parent.mkdir()

    def run(self, *arguments):
        """What a command of the reader's Python prints, outside the clone."""
        left_out = ("PYTHONPATH", "DLHELPERS_DATA")
        environment = {name: value for name, value in os.environ.items() if name not in left_out}
        backends = os.environ.get("PYTHONPATH", "")  # where `make test-backends` has them
        done = subprocess.run(
            [self.python, *arguments],
            cwd=self.notebook.parent,
            env=environment | {"PYTHONPATH": backends},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout.strip()


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    """A reader who has run the notebook, whose set-up cell has fetched the helpers."""
    folder = tmp_path_factory.mktemp("reader")
    course = notebook_runs.copy_course(folder / "course")
    colab.write(f"file://localhost{course}", course)
    git = ["git", "-c", "user.name=n", "-c", "user.email=e@example.org"]
    steps = [
        "init --quiet",
        "add .",
        "commit --quiet --message all",
        f"tag v{dlhelpers.__version__}",
    ]
    for step in steps:
        subprocess.run([*git, *step.split()], cwd=course, check=True)
    reader = Reader(folder)
    shutil.copy(course / "notebooks" / ALONE, reader.notebook)
    done = notebook_runs.execute(reader.python, reader.notebook, **OFFLINE)
    assert done.returncode == 0, done.stderr[-2000:]
    shutil.rmtree(course)
    return reader


def test_a_notebook_alone_fetches_the_helpers_and_runs_as_in_jupyter(reader):
    stored = ROOT / "notebooks" / ALONE
    assert notebook_runs.stdout(reader.notebook) == notebook_runs.stdout(stored)
    assert set(notebook_runs.streams(reader.notebook, "stderr")) == {""}


def test_of_all_packages_only_the_helpers_were_added(reader):
    added = {path.name.split("-")[0] for path in reader.packages.glob("*.dist-info")}
    assert added == {"dlhelpers"}  # TensorFlow, Keras and NumPy stay


def test_the_installed_package_loads_the_digits_from_any_folder(reader):
    program = "from dlhelpers import datasets; print(*(a.sum() for a in datasets.mnist()))"
    wanted = " ".join(str(np.sum(array)) for array in datasets.mnist())
    assert reader.run("-P", "-c", program) == wanted


def test_the_installed_package_is_not_this_clone(reader):
    program = "from dlhelpers import datasets; print(datasets.__file__)"
    assert reader.run("-P", "-c", program).startswith(str(reader.packages))


def test_the_installed_package_has_the_cases_of_every_exercise(reader):
    topics = {path.stem for path in (ROOT / "dlhelpers" / "checks").glob("[a-z]*.py")}
    program = "from dlhelpers import exercises; print(*exercises.topics())"
    assert set(reader.run("-P", "-c", program).split()) == topics


def test_the_command_runs_from_any_folder(reader):
    assert "CPU" in reader.run("-m", "dlhelpers", "devices")


def wanted_data():
    """The data files, their licences and what tells of them."""
    listed = {line.split()[-1] for line in (ROOT / "data" / "SHA256SUMS").read_text().splitlines()}
    licences = {path.name for path in (ROOT / "data").glob("LICENSE-*")}
    assert len(licences) == 3
    return listed | licences | {"SHA256SUMS", "README.md"}


def test_each_data_file_and_its_licence_travels(reader):
    carried = {path.name for path in (reader.packages / "dlhelpers" / "data").iterdir()}
    assert wanted_data() <= carried


def test_the_package_asks_for_no_framework(reader):
    [metadata] = reader.packages.glob("dlhelpers-*.dist-info/METADATA")
    asked = [line for line in metadata.read_text().splitlines() if line.startswith("Requires-Dist")]
    assert asked
    assert not [line for line in asked for name in ("keras", "tensorflow", "torch") if name in line]


def test_the_source_distribution_has_all_that_the_package_is_built_from(tmp_path):
    build = [sys.executable, "-m", "hatchling", "build", "--target", "sdist", "--directory"]
    subprocess.run([*build, tmp_path], check=True, cwd=ROOT, capture_output=True)
    [source] = tmp_path.glob("dlhelpers-*.tar.gz")
    with tarfile.open(source) as archive:
        carried = {name.partition("/")[2] for name in archive.getnames()}
    code = {path.relative_to(ROOT).as_posix() for path in (ROOT / "dlhelpers").rglob("*.py")}
    data = {f"data/{name}" for name in wanted_data()}
    assert code | data | {"pyproject.toml", "README.md", "LICENSE"} <= carried
