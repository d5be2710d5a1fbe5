"""The package carries the data, so that installing it is enough, in any folder."""

import os
import pathlib
import shutil
import subprocess
import sys

import notebook_runs
import numpy as np
import pytest

from dlhelpers import datasets

ROOT = pathlib.Path(__file__).resolve().parent.parent
NOTEBOOK = ROOT / "notebooks" / "09_convolution_by_hand.ipynb"


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder with the package, installed from its source distribution without a network."""
    built, folder = tmp_path_factory.mktemp("dist"), tmp_path_factory.mktemp("site")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "sdist", "--directory", built]
    subprocess.run(build, check=True, cwd=ROOT, capture_output=True)
    [source] = built.glob("dlhelpers-*.tar.gz")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps"]
    subprocess.run(
        [*command, "--no-build-isolation", "--target", folder, source], check=True, cwd=folder
    )
    return folder


def run_elsewhere(program, installed, folder):
    """What a program prints that knows the installed package alone, not this clone."""
    lines = f"import sys; sys.path.insert(0, {str(installed)!r}); {program}"
    return subprocess.run(
        [sys.executable, "-P", "-c", lines], cwd=folder, capture_output=True, text=True, check=True
    ).stdout.strip()


def first(folder):
    """PYTHONPATH with `folder` before what is there."""
    return os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")]))


def test_the_installed_package_loads_the_digits_from_any_folder(installed, tmp_path):
    program = "from dlhelpers import datasets; print(*(a.sum() for a in datasets.mnist()))"
    wanted = " ".join(str(np.sum(array)) for array in datasets.mnist())
    assert run_elsewhere(program, installed, tmp_path) == wanted


def test_the_installed_package_is_not_this_clone(installed, tmp_path):
    program = "from dlhelpers import datasets; print(datasets.__file__)"
    assert run_elsewhere(program, installed, tmp_path).startswith(str(installed))


def test_each_data_file_and_its_licence_travels(installed):
    listed = {line.split()[-1] for line in (ROOT / "data" / "SHA256SUMS").read_text().splitlines()}
    carried = {path.name for path in (installed / "dlhelpers" / "data").iterdir()}
    licences = {path.name for path in (ROOT / "data").glob("LICENSE-*")}
    assert len(licences) == 3
    assert listed | licences | {"SHA256SUMS", "README.md"} <= carried


def test_the_package_asks_for_no_framework(installed):
    [metadata] = installed.glob("dlhelpers-*.dist-info/METADATA")
    asked = [line for line in metadata.read_text().splitlines() if line.startswith("Requires-Dist")]
    assert asked
    assert not [line for line in asked for name in ("keras", "tensorflow", "torch") if name in line]


def test_a_notebook_runs_from_any_folder_as_in_jupyter(installed, tmp_path):
    copied = pathlib.Path(shutil.copy(NOTEBOOK, tmp_path))
    done = notebook_runs.execute(sys.executable, copied, PYTHONPATH=first(installed))
    assert done.returncode == 0, done.stderr[-2000:]
    assert notebook_runs.stdout(copied) == notebook_runs.stdout(NOTEBOOK)
    assert set(notebook_runs.streams(copied, "stderr")) == {""}


def test_the_command_runs_from_any_folder(installed, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "dlhelpers", "devices"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": first(installed)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0 and "CPU" in done.stdout, done.stderr
