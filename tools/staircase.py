"""Climb notebook 11's staircase with other seeds, and leave out one ingredient at a time.

`python tools/staircase.py [--seeds 1 2 …]` executes the notebook's own cells up to the one that
defines `misread`, then prints how many of the 10,000 validation digits each set of ingredients
misreads: the staircase, and all ingredients but one. A seed takes about 25 seconds on two cores,
the ten of the notebook's tables four minutes. With `--last` it is the notebook's last training, on
the 50,000 digits before the validation digits, with and without practice, with and without smoothed
labels: a minute and a half a seed. A seed does not fix these numbers; they depend on what was
trained before in the same process, too. No test digit is looked at.
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
COMPARISONS = "[misread(", "ten_seeds", "eight_seeds", "trained(frozenset(OF"  # cells to leave out
FULL, PRACTICE = [50_000] * 7, [30_000] + [10_000] * 30  # digits in each epoch
LAST = {  # the last training's lengths, and the part that its labels lose
    "full epochs": (FULL, 0),
    "full epochs, smoothed": (FULL, 0.1),
    "practice": (PRACTICE, 0),
    "practice, smoothed": (PRACTICE, 0.1),
}


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


def practice(seeds):
    """For each seed, what the last training misreads in each way of `LAST`."""
    names = lesson("def last_training(", COMPARISONS)
    digits, labels = names["x_train"][:50_000], names["y_train"][:50_000]

    def misread(lengths, alpha, seed):
        names["keras"].utils.set_random_seed(seed)
        model, _ = names["last_training"](digits, labels, lengths, alpha, seed)
        p = names["probabilities"](model, names["held_x"], names["NINE"])
        return int((p.argmax(axis=1) != names["held_y"]).sum())

    for seed in seeds:
        yield {name: misread(*way, seed) for name, way in LAST.items()}


def ingredients(seeds):
    """For each seed, what each set of ingredients misreads of the validation digits."""
    names = lesson()
    every = ["convolution", "batch normalization", "shifts", "schedule", "averaged weights",
             "shifted copies"]  # fmt: skip
    sets = {("dense", *every)[n]: every[:n] for n in range(7)}
    sets |= {f"without {name}": [other for other in every if other != name] for name in every[1:]}
    for seed in seeds:
        yield {name: names["misread"](chosen, seed) for name, chosen in sets.items()}
        names["trained"].cache_clear()


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", help="default: 1 to 10, or 1 to 8")
    parser.add_argument("--last", action="store_true", help="the last training in their place")
    options = parser.parse_args(arguments)
    os.environ.setdefault("MPLBACKEND", "agg")
    os.chdir(NOTEBOOK.parent)  # its set-up cell looks for ../dlhelpers
    seeds = options.seeds or range(1, 9 if options.last else 11)
    rows = []
    for seed, row in zip(seeds, practice(seeds) if options.last else ingredients(seeds)):
        rows.append(row)
        print(f"seed {seed}:", *row.values(), flush=True)
    for name in rows[0]:
        print(f'    "{name}": {[row[name] for row in rows]},')


if __name__ == "__main__":
    sys.exit(main())
