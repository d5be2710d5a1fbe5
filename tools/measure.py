"""Execute a notebook with several seeds and print the range of each number after ≈ in its outputs.

`python tools/measure.py notebooks/06_dropout.ipynb --seeds 0 1 2 3 4 --backend jax`; nothing is
written. The ranges are what stands as "measured …" beside the claims of a notebook, and a claim
that fails under some seed is named. Every seed in the notebook moves, those of NumPy included.
"""

import argparse
import os
import pathlib
import re
import sys
import time

import nbformat
from refresh import client

NUMBER = re.compile(r"(?<=≈)-?\d+(?:,\d{3})*(?:\.\d+)?(?:e[-+]?\d+)?")
MOVE_SEEDS = """
def _moved(function, shift):
    def seeded(seed=None, *rest):
        return function(seed + shift if isinstance(seed, int) else seed, *rest)
    return seeded

keras.utils.set_random_seed = _moved(keras.utils.set_random_seed, {shift})
np.random.default_rng = _moved(np.random.default_rng, {shift})
keras.utils.set_random_seed(0)
"""


def lines_of(notebook):
    """Each line of text in the outputs, after the id of its cell; errors come as one line."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.get("name") == "stderr":
                continue
            if output.output_type == "error":
                text = f"FAILED {output.ename}: {output.evalue}".replace("\n", " ")
            else:
                text = output.get("text") or output.get("data", {}).get("text/plain", "")
            for line in text.splitlines():
                yield f"{cell.id}  {line}"


def execute(path, seed):
    """The lines that the notebook at `path` prints when all its seeds are moved by `seed`."""
    notebook = nbformat.read(path, as_version=4)
    set_up = next(cell for cell in notebook.cells if "set_random_seed" in cell.source)
    if seed:  # seed 0 is the notebook as it stands
        set_up.source += MOVE_SEEDS.format(shift=1000 * seed)
    client(notebook, path.parent, allow_errors=True).execute()
    return list(lines_of(notebook))


def ranges(runs):
    """Join lines that differ only in numbers after ≈; each number becomes `low … high`.

    Args:
        runs: list of lists of lines.

    Returns:
        list of (line, in how many runs it stands), in order of first appearance.
    """
    found = {}
    for lines in runs:
        seen = {}
        for line in lines:
            shape = NUMBER.sub("", line)
            seen[shape] = seen.get(shape, 0) + 1  # the same words twice: keep them apart
            values = [float(number.replace(",", "")) for number in NUMBER.findall(line)]
            found.setdefault((shape, seen[shape]), []).append((line, values))
    joined = []
    for occurrences in found.values():
        columns = iter(zip(*(values for _, values in occurrences), strict=True))
        line = NUMBER.sub(lambda _: span(next(columns)), occurrences[0][0])  # noqa: B023
        joined.append((line, len(occurrences)))
    return joined


def span(values):
    low, high = min(values), max(values)
    return f"{low:g}" if low == high else f"{low:g} … {high:g}"


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebook", type=pathlib.Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    parser.add_argument("--backend", default="tensorflow", help="tensorflow, jax or torch")
    options = parser.parse_args(arguments)
    os.environ["KERAS_BACKEND"] = options.backend
    os.environ["DLHELPERS_PROGRESS"] = "0"
    runs = []
    for seed in options.seeds:
        started = time.perf_counter()
        runs.append(execute(options.notebook.resolve(), seed))
        print(f"seed {seed}: {time.perf_counter() - started:.0f} s", file=sys.stderr, flush=True)
    print(f"{options.notebook.name} on {options.backend}, seeds {options.seeds}")
    for line, count in ranges(runs):
        if "≈" in line or "FAILED" in line or count < len(runs):
            print(line if count == len(runs) else f"{line}  [in {count} of {len(runs)} runs]")
    return int(any("FAILED" in line for lines in runs for line in lines))


if __name__ == "__main__":
    sys.exit(main())
