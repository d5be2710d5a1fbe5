"""nbgrader itself makes, collects and grades an assignment from a notebook of the course.

It is not among the course's requirements, because it adds its menus to JupyterLab. `make nbgrader`
installs it beside them and runs this test.
"""

import csv
import json
import os
import pathlib
import re
import subprocess
import sys

import attacks
import numpy as np
import pytest
from scipy import signal

from dlhelpers import exercises, grading, student

installed = pytest.importorskip("nbgrader", reason="not installed; `make nbgrader` runs this test")

ROOT = pathlib.Path(__file__).resolve().parent.parent
NAME = "09_convolution_by_hand.ipynb"
CONFIG = r"""
c = get_config()
c.CourseDirectory.course_id = "deep-learning"
c.FileNameCollectorPlugin.named_regexp = r".*[/\\](?P<student_id>[a-z]+)_(?P<file_id>\w+)"
"""
ZEROS = """
def zeros_for_same(n, kernel_size, stride):
    outputs = -(-n // stride)
    return {first}((outputs - 1) * stride + kernel_size - n, 0)
"""
CONVOLVE = """
def convolve2d(image, kernel):
    patches = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return np.einsum("ijuv,uv->ij", patches, {kernel})
"""
SUBMITTED = {
    "alice": {
        "convolution-zeros_for_same": ZEROS.format(first="max"),
        "convolution-convolve2d": CONVOLVE.format(kernel="kernel[::-1, ::-1]"),
    },
    "bob": {
        # Right at stride 1, which is always among the cases.
        "convolution-zeros_for_same": "def zeros_for_same(n, k, s):\n    return k - 1\n",
        "convolution-convolve2d": CONVOLVE.format(kernel="kernel"),
    },
    "carol": {},
    "mallory": {
        "convolution-zeros_for_same": """
from dlhelpers import exercises
right = exercises.Verdict(True, "✓", (True,) * 6)
exercises.verdict = exercises.judge = lambda *given, **named: right
def zeros_for_same(n, kernel_size, stride):
    return 0.5
""",
        "convolution-convolve2d": "def convolve2d(image, kernel):\n    return 0\n",
    },
}


def wanted(n, kernel_size, stride):
    return max((-(-n // stride) - 1) * stride + kernel_size - n, 0)


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


def test_a_right_a_half_right_an_empty_and_a_dishonest_submission_get_their_points(tmp_path):
    (tmp_path / "nbgrader_config.py").write_text(CONFIG)
    instructors = tmp_path / NAME
    instructors.write_text(json.dumps(attacks.lesson()))
    source = student.write(
        instructors, tmp_path / "source" / "hw1", nbgrader=True, engine=exercises
    )
    nbgrader(tmp_path, "generate_assignment", "hw1")

    released = json.loads((tmp_path / "release" / "hw1" / NAME).read_text())
    secret = re.search(r"variant = '(\w{16})'", source.read_text())[1]
    assert "::-1, ::-1" in source.read_text()
    assert "::-1, ::-1" not in json.dumps(released["cells"][-6:])  # no solution is left
    assert secret not in json.dumps(released)  # nor what the cases are drawn from
    archive = tmp_path / "downloaded" / "hw1" / "archive"
    archive.mkdir(parents=True)
    for name, answers in SUBMITTED.items():
        notebook = json.loads(json.dumps(released))
        for cell in notebook["cells"]:
            identity = cell["metadata"].get("nbgrader", {}).get("grade_id")
            cell["source"] = answers.get(identity, cell["source"])
        (archive / f"{name}_{NAME}").write_text(json.dumps(notebook))

    nbgrader(tmp_path, "zip_collect", "hw1")
    nbgrader(tmp_path, "autograde", "hw1")
    nbgrader(tmp_path, "export")
    with open(tmp_path / "grades.csv") as file:
        grades = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    cases = exercises.inputs("convolution.zeros_for_same", secret)
    bobs = sum(k - 1 == wanted(n, k, s) for n, k, s in cases)
    for image, kernel in exercises.inputs("convolution.convolve2d", secret):
        turned = kernel[::-1, ::-1]  # without turning it, bob is right where that changes nothing
        bobs += np.allclose(*(signal.correlate2d(image, k, "valid") for k in (kernel, turned)))
    assert grades == {"alice": 9, "bob": bobs, "carol": 0, "mallory": 0} and 0 < bobs

    # The same folder, graded by what no kernel of a student can reach.
    report = grading.grade(tmp_path / "submitted", [instructors], exercises, secret=secret)
    assert {row.student_id: report.score(row) for row in report.submissions} == grades
