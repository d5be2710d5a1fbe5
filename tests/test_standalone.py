"""Each file of dlhelpers can be taken alone, and importing one costs no framework."""

import ast
import pathlib
import shutil
import subprocess
import sys

import pytest

PACKAGE = pathlib.Path(__file__).resolve().parent.parent / "dlhelpers"
CHECKS = sorted(PACKAGE.glob("checks/*.py"))
FILES = sorted(PACKAGE.glob("*.py")) + CHECKS
# Pillow comes with Matplotlib, which needs it.
MAY_IMPORT = set(sys.stdlib_module_names) | {"numpy", "matplotlib", "PIL", "keras", "IPython"}
# What single files may import besides, inside functions.
ALSO_INSIDE = {
    "saved.py": {"h5py"},  # which Keras itself depends on
    # The active one, where Keras has no call; what reads memory, where it is installed.
    "devices.py": {"tensorflow", "jax", "torch", "psutil", "pynvml"},
    "tuning.py": {"optuna", "scipy", "sklearn", "threadpoolctl"},
}
FRAMEWORKS = ("keras", "tensorflow", "torch", "jax")
BROWSER = """
import sys
for framework in ("keras", "tensorflow", "torch", "jax", "matplotlib", "IPython"):
    sys.modules[framework] = None  # whoever imports it gets an ImportError
"""


def imported_modules(path):
    """(module, is it at the top level) for each import of the file, relative ones as '.'."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name.split(".")[0], node in tree.body) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield ("." if node.level else node.module.split(".")[0]), node in tree.body


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_helper_imports_only_what_the_agreement_allows(path):
    everywhere = {module for module, at_the_top in imported_modules(path) if at_the_top}
    inside = {module for module, at_the_top in imported_modules(path) if not at_the_top}
    assert everywhere <= MAY_IMPORT
    assert inside <= MAY_IMPORT | ALSO_INSIDE.get(path.name, set())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_helper_copied_alone_imports_without_a_framework(path, tmp_path):
    shutil.copy(path, tmp_path / "copied.py")
    program = "import copied, sys; print(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-P", "-c", f"import sys; sys.path.insert(0, '.'); {program}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert not set(FRAMEWORKS) & set(done.stdout.split())
    assert "dlhelpers" not in done.stdout.split()


@pytest.mark.parametrize("path", CHECKS, ids=lambda path: path.stem)
def test_the_cases_of_exercises_import_no_more_than_numpy_before_they_run(path):
    everywhere = {module for module, at_the_top in imported_modules(path) if at_the_top}
    assert everywhere <= set(sys.stdlib_module_names) | {"numpy"}


def run_in(folder, program):
    done = subprocess.run(
        [sys.executable, "-P", "-c", f"import sys; sys.path.insert(0, '.')\n{program}"],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_engine_copied_with_one_topic_checks_it_and_says_what_is_not_there(tmp_path):
    shutil.copy(PACKAGE / "exercises.py", tmp_path)
    (tmp_path / "checks").mkdir()
    shutil.copy(PACKAGE / "checks" / "convolution.py", tmp_path / "checks")
    program = """
from exercises import check, hint
check("convolution.zeros_for_same", lambda n, k, s: max((-(-n // s) - 1) * s + k - n, 0))
hint("convolution.convolve2d")
check("pooling.backwards", ...)
"""
    said = run_in(tmp_path, program).splitlines()
    assert said[:2] == [
        "✓ zeros_for_same is right",
        "hint 1 of 3: In one dimension the kernel was read backwards. What is backwards for a "
        "table?",
    ]
    assert said[2].startswith("There is no topic 'pooling' in ")
    assert said[2].endswith("there are: convolution.")


def test_with_numpy_alone_the_exercises_work_that_need_no_model(tmp_path):
    shutil.copytree(PACKAGE, tmp_path / "dlhelpers")
    program = (
        BROWSER
        + """
from dlhelpers import exercises as e
for topic in e.topics():
    for name in e.exercises(topic):
        assert e.verdict(f"{topic}.{name}", ...).passed is None
        e.inputs(f"{topic}.{name}")
print(e.verdict("dropout.inference_weights", lambda kernel, bias, p: (kernel * (1 - p), bias)))
"""
    )
    assert "✓ inference_weights is right" in run_in(tmp_path, program)


def test_a_topic_is_loaded_when_it_is_asked_for(tmp_path):
    shutil.copytree(PACKAGE, tmp_path / "dlhelpers")
    for path in (tmp_path / "dlhelpers" / "checks").glob("[a-z]*.py"):
        if path.stem != "pooling":
            path.write_text("1 / 0")
    program = "from dlhelpers.exercises import check; check('pooling.backwards', ...)"
    assert run_in(tmp_path, program) == "not answered yet\n"
