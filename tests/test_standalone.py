"""Each file of dlhelpers can be taken alone, and importing one costs no framework."""

import ast
import pathlib
import shutil
import subprocess
import sys

import pytest

PACKAGE = pathlib.Path(__file__).resolve().parent.parent / "dlhelpers"
FILES = sorted(PACKAGE.glob("*.py"))
MAY_IMPORT = set(sys.stdlib_module_names) | {"numpy", "matplotlib", "keras", "IPython"}
# What single files may import besides, inside functions.
ALSO_INSIDE = {
    "devices.py": {"tensorflow", "jax", "torch"},  # the active one, where Keras has no call
    "tuning.py": {"optuna", "scipy", "sklearn", "threadpoolctl"},
}
FRAMEWORKS = ("keras", "tensorflow", "torch", "jax")


def imported_modules(path):
    """(module, is it at the top level) for each import of the file, relative ones as '.'."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name.split(".")[0], node in tree.body) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield ("." if node.level else node.module.split(".")[0]), node in tree.body


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_helper_imports_only_what_the_agreement_allows(path):
    everywhere = {module for module, at_the_top in imported_modules(path) if at_the_top}
    inside = {module for module, at_the_top in imported_modules(path) if not at_the_top}
    assert everywhere <= MAY_IMPORT
    assert inside <= MAY_IMPORT | ALSO_INSIDE.get(path.name, set())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
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
