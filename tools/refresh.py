"""Execute notebooks and write them in normal form: `python tools/refresh.py [notebook …]`.

Normal form is what a second run on the same machine writes again, byte for byte: outputs without
times or standard error, cells counted from 1, only the metadata that the course uses. A notebook
with a cell that fails is left as it is.
"""

import io
import os
import pathlib
import sys
import time

import nbformat
import stored_pictures
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parent.parent
NOTEBOOKS, README_PICTURES = ROOT / "notebooks", ROOT / "docs"
CELL_METADATA = ("cellView", "jupyter", "nbgrader", "tags")
# nbclient has an assertion about its clean-up where a kernel died in the middle of a cell.
FAILURES = (CellExecutionError, CellTimeoutError, DeadKernelError, AssertionError, OSError)
NOTEBOOK_METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def client(notebook, folder, **options):
    """What executes `notebook` as if it stood in `folder`."""
    return NotebookClient(
        notebook,
        timeout=1200,
        kernel_name="python3",
        extra_arguments=["--log-level=ERROR"],  # not that the kernel listens on this machine
        resources={"metadata": {"path": str(folder)}},
        **options,
    )


def refresh(path):
    """Execute the notebook at `path` and write it back; returns what went to standard error."""
    notebook = nbformat.read(path, as_version=4)
    client(notebook, path.parent, record_timing=False).execute()
    complaints = normalise(notebook)
    unfinished = path.with_suffix(".ipynb.part")
    nbformat.write(notebook, unfinished)
    os.replace(unfinished, path)
    renew_readme_pictures(notebook)
    return complaints


def renew_readme_pictures(notebook, folder=README_PICTURES):
    """Write the notebook's pictures over those in `folder` that say the same of themselves."""
    for picture in pictures(notebook):
        for copied in folder.glob("*.png"):
            if description(copied.read_bytes()) == description(picture):
                copied.write_bytes(picture)


def pictures(notebook):
    """The PNGs in a notebook's outputs, as bytes."""
    outputs = (output for cell in notebook.cells for output in cell.get("outputs", []))
    return [frame.png for output in outputs for frame in stored_pictures.frames(output)]


def description(picture):
    return Image.open(io.BytesIO(picture)).info.get("Description")


def normalise(notebook):
    """Bring an executed notebook into normal form, in place; returns the text dropped from it."""
    notebook.metadata = nbformat.from_dict(NOTEBOOK_METADATA)
    dropped, count = [], 0
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict(
            {key: cell.metadata[key] for key in CELL_METADATA if key in cell.metadata}
        )
        cell.source = cell.source.strip()
        if cell.cell_type != "code":
            continue
        count += 1
        dropped += [o.text for o in cell.outputs if o.get("name") == "stderr"]
        cell.execution_count = count
        cell.outputs = merge_streams(o for o in cell.outputs if o.get("name") != "stderr")
        for output in cell.outputs:
            if output.output_type == "execute_result":
                output.execution_count = count
    return dropped


def merge_streams(outputs):
    """Join pieces of text that follow each other: where they were cut depends on the clock."""
    merged = []
    for output in outputs:
        if merged and output.get("name") == merged[-1].get("name") == "stdout":
            merged[-1].text += output.text
        else:
            merged.append(output)
    return merged


def main(arguments):
    os.environ["DLHELPERS_PROGRESS"] = "0"  # what is only for watching must not be stored
    failed = False
    for path in map(pathlib.Path, arguments or sorted(NOTEBOOKS.glob("*.ipynb"))):
        print(path.name, end=" ", flush=True)
        started = time.perf_counter()
        try:
            complaints = refresh(path.resolve())
        except FAILURES as error:
            failed = True
            print(f"is left as it was, because a cell failed:\n{error or 'the kernel died'}")
            continue
        print(f"{time.perf_counter() - started:.0f} s")
        for text in complaints:
            print(f"  dropped from standard error: {text.strip()}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
