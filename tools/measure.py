"""How close do the claims of a notebook come to their bounds? Run it in many worlds and keep record.

`make measure`, or `python tools/measure.py notebooks/06_dropout.ipynb --jobs 2`. A world is a
backend, a seed and a kind of arithmetic: other instruction sets, other numbers of threads, first
weights that differ in the sixth digit. What another machine or another reader would compute is one
more such world. Each claim that has a bound hands over its number (dlhelpers/claims.py), and
`records/NOTEBOOK.json` keeps the numbers of all worlds. Worlds that are done are kept in `.measure`,
so an interrupted run goes on where it stopped.

**Room.** `chance` estimates how probable it is that a claim fails in a world that was not tried. A
quarter of the values, those nearest to the bound, are taken for a tail that falls off exponentially
(the peaks-over-threshold method of extreme values, with the tail index 0: on the safe side for
Gaussian and bounded tails). `LIMIT` is for all claims of a notebook together.
"""

import argparse
import ast
import concurrent.futures
import hashlib
import json
import math
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import nbformat
from refresh import client
from sabotage import SABOTAGES

ROOT = pathlib.Path(__file__).resolve().parent.parent
RECORDS, DONE = ROOT / "records", ROOT / ".measure"
LIMIT = 1e-3

AVX2 = {"ONEDNN_MAX_CPU_ISA": "AVX2", "OPENBLAS_CORETYPE": "Haswell"}
SSE41 = {"ONEDNN_MAX_CPU_ISA": "SSE41", "OPENBLAS_CORETYPE": "Nehalem"}
NUDGED = {"NUDGE": "1e-6"}
TWO_THREADS = {name: "2" for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS")}
ONE_THREAD = {name: "1" for name in (*TWO_THREADS, "OPENBLAS_NUM_THREADS")}
ARITHMETIC = {  # what the variables of the environment do to each backend
    "tensorflow": {
        "as it is": {},
        "AVX2": AVX2,
        "SSE4.1": SSE41,
        "without oneDNN": {"TF_ENABLE_ONEDNN_OPTS": "0"},
        "two threads": TWO_THREADS,
        "nudged": NUDGED,
    },
    "jax": {
        "as it is": {},
        "AVX2": AVX2 | {"XLA_FLAGS": "--xla_cpu_max_isa=AVX2"},
        "SSE4.2": SSE41 | {"XLA_FLAGS": "--xla_cpu_max_isa=SSE4_2"},
        "nudged": NUDGED,
    },
    "torch": {
        "as it is": {},
        "AVX2": AVX2 | {"ATEN_CPU_CAPABILITY": "avx2"},
        "SSE4.1": SSE41 | {"ATEN_CPU_CAPABILITY": "default"},
        "nudged": NUDGED,
    },
}
# The notebook's own seed in each kind of arithmetic, then other seeds, each in one kind.
WORLDS = [
    (backend, max(0, n + 1 - len(kinds)), list(kinds)[n % len(kinds)])
    for backend, count in (("tensorflow", 24), ("jax", 6), ("torch", 6))
    for kinds in [ARITHMETIC[backend]]
    for n in range(count)
]
MOVE_SEEDS = """
def _moved(function, shift):
    def seeded(seed=None, *rest):
        return function(seed + shift if isinstance(seed, int) else seed, *rest)
    return seeded

keras.utils.set_random_seed = _moved(keras.utils.set_random_seed, {shift})
np.random.default_rng = _moved(np.random.default_rng, {shift})
keras.utils.set_random_seed(0)
"""
NUDGE = """
def _nudged(add_weight, random=np.random.default_rng(0)):
    def add(layer, *arguments, **options):
        variable = add_weight(layer, *arguments, **options)
        if variable.trainable and len(variable.shape) > 1:
            factor = 1 + {size} * random.choice((-1, 1), size=variable.shape)
            variable.assign(variable * ops.cast(factor, variable.dtype))
        return variable
    return add

keras.Layer.add_weight = _nudged(keras.Layer.add_weight)
"""


# ---------------------------------------------------------------------------------- one world


def lesson_cells(notebook):
    """The code cells that the record belongs to: all but the set-up and the exercises."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return [
        cell
        for cell in cells
        if "set_random_seed" not in cell.source.partition("import keras")[2][:80]
        and "\ncheck(" not in cell.source
    ]


def code_of(notebook):
    """A checksum of the lesson's code; comments and white space do not count."""
    trees = (ast.dump(ast.parse(cell.source)) for cell in lesson_cells(notebook))
    return hashlib.sha256("\n".join(trees).encode()).hexdigest()[:16]


def sabotaged(notebook, old, new):
    """Replace `old`, which must stand in the lesson once, by `new`."""
    places = [cell for cell in lesson_cells(notebook) if old in cell.source]
    if len(places) != 1 or places[0].source.count(old) != 1:
        raise ValueError(f"{old!r} must stand in the lesson exactly once; see tools/sabotage.py.")
    places[0].source = places[0].source.replace(old, new)


def run(path, backend, seed, kind, sabotage=None):
    """Execute the notebook at `path` in a world; return its claims and what stopped a cell.

    Returns:
        dict: "claims", a list of dicts as dlhelpers.claims writes them; "errors", a list of
        sentences; "seconds".
    """
    notebook = nbformat.read(path, as_version=4)
    if sabotage:
        sabotaged(notebook, *sabotage)
    variables = ARITHMETIC[backend][kind]
    set_up = next(cell for cell in notebook.cells if "set_random_seed" in cell.source)
    if "NUDGE" in variables:
        set_up.source += NUDGE.format(size=variables["NUDGE"])
    if seed:
        set_up.source += MOVE_SEEDS.format(shift=1000 * seed)
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        record = pathlib.Path(folder, "claims")
        record.touch()
        environment = os.environ | ONE_THREAD | variables | {"DLHELPERS_CLAIMS": str(record)}
        environment |= {"KERAS_BACKEND": backend, "DLHELPERS_PROGRESS": "0"}
        client(notebook, path.parent, allow_errors=True).execute(env=environment)
        claims = [json.loads(line) for line in record.read_text(encoding="utf-8").splitlines()]
    errors = [
        f"cell {cell.id}: {output.ename}: {output.evalue}"[:300]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output.output_type == "error"
    ]
    seconds = round(time.perf_counter() - started, 1)
    return {"claims": claims, "errors": errors, "seconds": seconds}


def kept(path, name, arguments):
    """What `run` found in a world, from `.measure` or, if it is not there, in a new Python."""
    code = code_of(nbformat.read(path, as_version=4))
    file = DONE / path.stem / f"{code}-{hashlib.sha256(repr(arguments).encode()).hexdigest()[:12]}"
    if not file.exists():
        program = "import json, pathlib, sys, measure; "
        program += "print(json.dumps(measure.run(pathlib.Path(sys.argv[1]), *eval(sys.argv[2]))))"
        backends = [str(ROOT / ".venv" / "backends")] if arguments[0] != "tensorflow" else []
        search = [str(ROOT / "tools"), *backends, os.environ.get("PYTHONPATH", "")]
        done = subprocess.run(
            [sys.executable, "-c", program, path, repr(arguments)],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, search))},
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(f"{path.name}, {name}: {done.stderr.strip()[-1500:]}")
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_suffix(".part")
        unfinished.write_text(done.stdout.splitlines()[-1], encoding="utf-8")
        os.replace(unfinished, file)
        print(f"{path.stem}, {name}: {json.loads(file.read_text())['seconds']} s", flush=True)
    return json.loads(file.read_text(encoding="utf-8"))


# ----------------------------------------------------------------------------------- the record


def counted(claims):
    """(text, which of those with this text) → claim."""
    found, times = {}, {}
    for claim in claims:
        times[claim["claim"]] = times.get(claim["claim"], 0) + 1
        found[claim["claim"], times[claim["claim"]]] = claim
    return found


def joined(runs):
    """One dict for each claim: its bounds and the numbers of all runs, or in how many it held.

    Raises:
        ValueError: a claim is missing in a run, or its bound is another one there.
    """
    counts = [counted(run["claims"]) for run in runs]
    claims = []
    for key, first in counts[0].items():
        if not all(key in count for count in counts):
            raise ValueError(f"In {sum(key not in c for c in counts)} worlds {key} is missing.")
        same = [count[key] for count in counts]
        bounds = {name: first[name] for name in ("above", "below") if name in first}
        if any(claim.get(name) != bound for claim in same for name, bound in bounds.items()):
            raise ValueError(f"The bound of {key} changes from world to world.")
        claim = {"claim": first["claim"]} | bounds
        if bounds:
            values = [float(f"{claim['value']:.5g}") for claim in same]
            claim |= {"chance": float(f"{chance(values, **bounds):.1g}"), "values": values}
        else:
            claim["held"] = sum(claim["held"] for claim in same)
        claims.append(claim)
    return claims


def chance(values, above=-math.inf, below=math.inf):
    """How probable it is that one more value does not lie between the bounds: an estimate.

    Both a linear and, where all is positive, a logarithmic axis is tried; the worse one counts.
    """
    worst = 0.0
    for sign, bound in ((1, above), (-1, below)):
        if math.isinf(bound):
            continue
        scales = [lambda x: x]
        if bound > 0 and min(values) > 0:
            scales.append(math.log)
        for scale in scales:
            distances = sorted(sign * (scale(value) - scale(bound)) for value in values)
            worst = max(worst, _tail(distances))
    return worst


def _tail(distances):
    """The probability of a distance below 0, from sorted distances."""
    nearest = distances[: math.ceil(len(distances) / 4)]
    threshold = nearest[-1]
    if distances[0] <= 0:
        return 1.0
    excess = sum(threshold - distance for distance in nearest) / max(1, len(nearest) - 1)
    excess = max(excess, statistics.pstdev(distances) / 3)  # ties near the bound prove nothing
    if not excess:
        return 0.0  # the same value in every world
    return len(nearest) / len(distances) * math.exp(-threshold / excess)


def record(path, worlds, runs, sabotage):
    """What is kept of a notebook, as a dict."""
    names = [f"{backend}, seed {seed}, {kind}" for backend, seed, kind in worlds]
    return {
        "notebook": path.stem,
        "code": code_of(nbformat.read(path, as_version=4)),
        "worlds": names,
        "seconds": round(statistics.median(run["seconds"] for run in runs)),
        "errors": [f"{n}: {e}" for n, run in zip(names, runs, strict=True) for e in run["errors"]],
        "sabotage": sabotage,
        "claims": joined(runs),
    }


def as_text(record):
    """JSON with a line for each claim, so that a difference can be read."""
    lines = [f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}"
             for key, value in record.items() if key != "claims"]  # fmt: skip
    claims = ",\n".join(f"    {json.dumps(c, ensure_ascii=False)}" for c in record["claims"])
    return "{\n" + ",\n".join([*lines, f'  "claims": [\n{claims}\n  ]']) + "\n}\n"


def faults(record):
    """What is wrong with a record, as sentences."""
    yield from record["errors"]
    number = len(record["worlds"])
    for claim in record["claims"]:
        if "values" not in claim:
            if claim["held"] < number:
                yield f"{claim['claim']!r} held in {claim['held']} of {number} worlds"
        elif claim["chance"] > LIMIT / 5:
            bounds = {name: claim[name] for name in ("above", "below") if name in claim}
            yield (
                f"{claim['claim']!r}: {min(claim['values']):g} to {max(claim['values']):g}, "
                f"wanted {bounds}, fails with a chance of {claim['chance']:g}"
            )
    total = sum(claim.get("chance", 0) for claim in record["claims"])
    if total > LIMIT:
        yield f"some claim fails with a chance of {total:.1g}; at most {LIMIT:g} is wanted"
    if record["sabotage"] and record["sabotage"]["held"]:
        yield f"sabotage does not make {record['sabotage']['claim']!r} fail"


def break_on_purpose(path):
    """What the sabotaged notebook's main claim saw: the claim as a dict, or None without one."""
    if path.stem not in SABOTAGES:
        return None
    old, new, text = SABOTAGES[path.stem]
    broken = kept(path, "sabotage", ("tensorflow", 0, "as it is", (old, new)))
    claims = [claim for claim in broken["claims"] if claim["claim"] == text]
    if not claims:
        raise ValueError(f"{path.name}: the sabotaged run came to no claim {text!r}.")
    return claims[0]


def measure(path, jobs):
    """Run the notebook in all worlds, write its record, and return what is wrong with it."""
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        futures = [
            pool.submit(kept, path, f"{backend}, seed {seed}, {kind}", (backend, seed, kind))
            for backend, seed, kind in WORLDS
        ]
        runs = [future.result() for future in futures]
    found = record(path, WORLDS, runs, break_on_purpose(path))
    RECORDS.mkdir(exist_ok=True)
    (RECORDS / f"{path.stem}.json").write_text(as_text(found), encoding="utf-8")
    return list(faults(found))


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", type=pathlib.Path, nargs="*")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="worlds at a time")
    options = parser.parse_args(arguments)
    wrong = False
    for path in options.notebooks or sorted((ROOT / "notebooks").glob("*.ipynb")):
        for sentence in measure(path.resolve(), options.jobs):
            wrong = True
            print(f"{path.name}: {sentence}")
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())
