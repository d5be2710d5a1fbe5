"""nbgrader itself makes, collects and grades an assignment from a notebook of the course.

It is not among the course's requirements, because it adds its menus to JupyterLab. `make nbgrader`
installs it beside them and runs this test.
"""

import csv
import json
import os
import pathlib
import subprocess
import sys

import pytest

from dlhelpers import student

installed = pytest.importorskip("nbgrader", reason="not installed; `make nbgrader` runs this test")

ROOT = pathlib.Path(__file__).resolve().parent.parent
NOTEBOOK = ROOT / "notebooks" / "09_convolution_by_hand.ipynb"
CONFIG = r"""
c = get_config()
c.CourseDirectory.course_id = "deep-learning"
c.FileNameCollectorPlugin.named_regexp = r".*[/\\](?P<student_id>[a-z]+)_(?P<file_id>\w+)"
"""
ZEROS = """
def zeros_for_same(n, kernel_size, stride):
    outputs = -(-n // stride)
    return max((outputs - 1) * stride + kernel_size - n, 0)
"""
CONVOLVE = """
def convolve2d(image, kernel):
    patches = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return np.einsum("ijuv,uv->ij", patches, {kernel})
"""
SUBMITTED = {
    "alice": {
        "09-zeros_for_same": ZEROS,
        "09-convolve2d": CONVOLVE.format(kernel="kernel[::-1, ::-1]"),
    },
    "bob": {"09-zeros_for_same": ZEROS, "09-convolve2d": CONVOLVE.format(kernel="kernel")},
    "carol": {},
}


def nbgrader(course, *arguments):
    scripts = pathlib.Path(installed.__file__).parent.parent / "bin"  # nbgrader starts alembic
    paths = {"PATH": [str(scripts), os.environ["PATH"]], "PYTHONPATH": [str(ROOT), *sys.path]}
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=course,
        env=os.environ | {name: os.pathsep.join(value) for name, value in paths.items()},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]


def test_a_right_a_wrong_and_an_empty_submission_get_their_points(tmp_path):
    (tmp_path / "nbgrader_config.py").write_text(CONFIG)
    student.write(NOTEBOOK, tmp_path / "source" / "hw1", nbgrader=True)
    nbgrader(tmp_path, "generate_assignment", "hw1")

    released = json.loads((tmp_path / "release" / "hw1" / NOTEBOOK.name).read_text())
    assert "np.rot90(kernel" not in json.dumps(released["cells"][-6:])  # no solution is left
    archive = tmp_path / "downloaded" / "hw1" / "archive"
    archive.mkdir(parents=True)
    for name, answers in SUBMITTED.items():
        notebook = json.loads(json.dumps(released))
        for cell in notebook["cells"]:
            identity = cell["metadata"].get("nbgrader", {}).get("grade_id")
            cell["source"] = answers.get(identity, cell["source"])
        (archive / f"{name}_{NOTEBOOK.name}").write_text(json.dumps(notebook))

    nbgrader(tmp_path, "zip_collect", "hw1")
    nbgrader(tmp_path, "autograde", "hw1")
    nbgrader(tmp_path, "export")
    with open(tmp_path / "grades.csv") as file:
        grades = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert grades == {"alice": 2, "bob": 1, "carol": 0}
