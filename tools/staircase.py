"""Climb notebook 11's staircase with other seeds, and leave out one ingredient at a time.

`python tools/staircase.py [--seeds 1 2 …]` executes the notebook's own cells up to the one that
defines `misread`, then prints how many of the 10,000 validation digits each set of ingredients
misreads: the staircase, and all ingredients but one. A seed takes about half a minute on two cores,
the ten of the notebook's tables five minutes. No test digit is looked at.
"""

import argparse
import contextlib
import io
import json
import os
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
NOTEBOOK = ROOT / "notebooks" / "11_mnist_cnn.ipynb"
LAST_CELL = "def misread("  # the first cell that has this is the last that is executed


def lesson(last=LAST_CELL, skip=(), seed=0):
    """Execute the notebook's cells up to one that contains `last`; returns their names and values.

    Args:
        last: a text.
        skip: texts; cells that contain one of them are left out.
        seed: Keras's seed behind the set-up cell.

    Raises:
        ValueError: no cell contains `last`.
    """
    names = {}
    for cell in json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]:
        code = "".join(cell["source"])
        if cell["cell_type"] == "code" and not any(text in code for text in skip):
            with contextlib.redirect_stdout(io.StringIO()):  # figures and tables are for the page
                exec(compile(code, NOTEBOOK.name, "exec"), names)
            if "quiet.start(" in code:  # the set-up cell
                names["keras"].utils.set_random_seed(seed)
            if last in code:
                return names
    raise ValueError(f"No cell of {NOTEBOOK} contains {last!r}.")


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=range(1, 11))
    options = parser.parse_args(arguments)
    os.environ.setdefault("MPLBACKEND", "agg")
    os.chdir(NOTEBOOK.parent)  # its set-up cell looks for ../dlhelpers
    names = lesson()
    misread, trained = names["misread"], names["trained"]
    every = ["convolution", "batch normalization", "shifts", "schedule", "averaged weights",
             "shifted copies"]  # fmt: skip
    sets = {("dense", *every)[n]: every[:n] for n in range(7)}
    sets |= {f"without {name}": [other for other in every if other != name] for name in every[1:]}
    table = {name: [] for name in sets}
    for seed in options.seeds:
        for name, ingredients in sets.items():
            table[name].append(misread(ingredients, seed))
        trained.cache_clear()
        print(f"seed {seed}:", *(row[-1] for row in table.values()), flush=True)
    for name, row in table.items():
        print(f'    "{name}": {row},')


if __name__ == "__main__":
    sys.exit(main())
