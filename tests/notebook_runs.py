"""Run a notebook in a folder of its own, and read what it printed."""

import os
import re
import subprocess

import nbformat

EXECUTE = """
import nbformat, nbclient
notebook = nbformat.read("{name}", as_version=4)
nbclient.NotebookClient(notebook, timeout=600, kernel_name="python3").execute()
nbformat.write(notebook, "{name}")
"""


def execute(python, path, **variables):
    """Run the notebook at `path` with `python` from its folder and store its outputs there."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [python, "-c", EXECUTE.format(name=path.name)],
        cwd=path.parent,
        env=environment | {name: str(value) for name, value in variables.items()},
        capture_output=True,
        text=True,
    )


def stdout(path):
    """What each cell of the notebook printed, numbers after ≈ left out."""
    cells = (cell.get("outputs", []) for cell in nbformat.read(path, as_version=4).cells)
    printed = ("".join(o.text for o in outputs if o.get("name") == "stdout") for outputs in cells)
    return [re.sub(r"≈[\d.,]+", "≈", text) for text in printed]
