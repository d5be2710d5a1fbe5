"""How close do a notebook's claims come to their bounds? Run it in many worlds and keep a record.

`make measure`, or `python tools/measure.py notebooks/06_dropout.ipynb --jobs 2`. A world is a
backend, a seed and a kind of arithmetic: other instruction sets, other numbers of threads, first
weights that differ in the sixth digit. What another machine or another reader would compute is one
more such world. Each claim that has a bound hands over its number (dlhelpers/claims.py), and
`records/NOTEBOOK.json` keeps the numbers of all worlds. Worlds that are done are kept in
`.measure`, so an interrupted run goes on where it stopped. `--seeds 101 102` only tries these,
which no record has, and tells which claims fail.

**What need not be run again.** Words, comments, bounds and what is printed do not move a number, so
after such a change the record's numbers stay and one world is run for the new words and bounds.
After any other change the worlds of `PROBES` are run first: where they give the numbers of the
record to the last digit kept, all numbers stay (a changed picture, a renamed variable).

**Room.** `chance` estimates how probable it is that a claim fails in a world that was not tried.
The values nearest to the bound, a quarter of all and then only three, are taken for a tail that
falls off exponentially (the peaks-over-threshold method of extreme values, with the tail index 0:
on the safe side for Gaussian and bounded tails); the worse of the two estimates counts. `LIMIT` is
for all claims of a notebook together.
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
PROBES = [
    ("tensorflow", 0, "as it is"),
    ("tensorflow", 2, "AVX2"),
    ("jax", 1, "as it is"),
    ("torch", 1, "as it is"),
]
MOVE_SEEDS = """
def _moved(function, shift):
    def seeded(seed=None, *rest):
        return function(seed + shift if type(seed) is int else seed, *rest)
    return seeded

keras.utils.set_random_seed = _moved(keras.utils.set_random_seed, {shift})
np.random.default_rng = _moved(np.random.default_rng, {shift})
keras.utils.set_random_seed(0)
"""
NUDGE = """
def _nudged(add_weight, generator=np.random.default_rng):
    def add(layer, *arguments, **options):
        variable = add_weight(layer, *arguments, **options)
        weights = int(np.prod(variable.shape))
        if variable.trainable and len(variable.shape) > 1 and weights < 1e8:  # 09 counts a giant
            random = generator(weights)  # two networks that start alike still do
            factor = 1 + {size} * random.choice((-1, 1), size=variable.shape)
            variable.assign(variable * ops.cast(factor, variable.dtype))
        return variable
    return add

keras.Layer.add_weight = _nudged(keras.Layer.add_weight)
"""


NO_PICTURES = """
try:
    plotting.show = lambda *arguments, **options: plt.close("all")
except NameError:
    pass
"""


def name_of(world):
    backend, seed, kind = world
    return f"{backend}, seed {seed}, {kind}"


# ------------------------------------------------------------------------------- what belongs to it


def lesson_cells(notebook):
    """The code cells that the record belongs to: all but the set-up and the exercises."""
    return [
        cell
        for cell in notebook.cells
        if cell.cell_type == "code"
        and not is_set_up(cell)
        and not any(line.startswith("check(") for line in cell.source.splitlines())
    ]


def is_set_up(cell):
    return "import keras" in cell.source and "quiet.start(" in cell.source


class _NumbersOnly(ast.NodeTransformer):
    """Leaves out what moves no number: words and bounds of claims, captions, what is printed."""

    def visit_Expr(self, node):
        called = getattr(node.value, "func", None)
        return None if getattr(called, "id", None) == "print" else self.generic_visit(node)

    def visit_Call(self, node):
        self.generic_visit(node)
        if getattr(node.func, "id", None) == "claim":
            node.args = node.args[1:]
            node.keywords = []
        if getattr(node.func, "attr", None) == "show":
            node.keywords = [word for word in node.keywords if word.arg not in ("alt", "caption")]
        return node


def checksums(notebook):
    """Of the lesson's code: "code", of all but comments and white space, and "numbers"."""
    source = "\n\n".join(cell.source for cell in lesson_cells(notebook))
    whole = ast.dump(ast.parse(source))
    numbers = ast.dump(_NumbersOnly().visit(ast.parse(source)))
    return {"code": _digest(whole), "numbers": _digest(numbers)}


def _digest(text):
    return hashlib.sha256(text.encode()).hexdigest()[:16]


# ---------------------------------------------------------------------------------- one world


def sabotaged(notebook, old, new):
    """Replace `old`, which must stand in the lesson once, by `new`."""
    places = [cell for cell in lesson_cells(notebook) if old in cell.source]
    if len(places) != 1 or places[0].source.count(old) != 1:
        raise ValueError(f"{old!r} must stand in the lesson exactly once; see tools/sabotage.py.")
    places[0].source = places[0].source.replace(old, new)


def run(path, backend, seed, kind, sabotage=None):
    """Execute the notebook at `path` in a world, without its exercises.

    Returns:
        dict: "claims", a list of dicts as dlhelpers.claims writes them; "errors", a sentence for
        each cell that stopped; "seconds".
    """
    notebook = nbformat.read(path, as_version=4)
    if sabotage:
        sabotaged(notebook, *sabotage)
    variables = ARITHMETIC[backend][kind]
    set_up = next(filter(is_set_up, notebook.cells))
    if "NUDGE" in variables:
        set_up.source += NUDGE.format(size=variables["NUDGE"])
    if seed:
        set_up.source += MOVE_SEEDS.format(shift=1000 * seed)
    set_up.source += NO_PICTURES
    notebook.cells = [set_up, *lesson_cells(notebook)]
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


def kept(path, world, of="numbers", sabotage=None):
    """What `run` finds in a world, from `.measure` or, if it is not there, in a new Python.

    `of` says which checksum a kept run must share with the notebook: "numbers", or "code" where
    the words and bounds of the claims are wanted, too.
    """
    code = checksums(nbformat.read(path, as_version=4))[of]
    arguments = (*world, sabotage) if sabotage else world
    file = DONE / path.stem / f"{code}-{_digest(repr(arguments))}"
    if not file.exists():
        program = "import json, pathlib, sys, measure; "
        program += "print(json.dumps(measure.run(pathlib.Path(sys.argv[1]), *eval(sys.argv[2]))))"
        backends = [str(ROOT / ".venv" / "backends")] if world[0] != "tensorflow" else []
        search = [str(ROOT / "tools"), *backends, os.environ.get("PYTHONPATH", "")]
        done = subprocess.run(
            [sys.executable, "-c", program, path, repr(arguments)],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, search))},
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(f"{path.name}, {name_of(world)}: {done.stderr.strip()[-1500:]}")
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished = file.with_name(f"{file.name}.{os.getpid()}.part")
        unfinished.write_text(done.stdout.splitlines()[-1], encoding="utf-8")
        os.replace(unfinished, file)
    return json.loads(file.read_text(encoding="utf-8"))


# ----------------------------------------------------------------------------------- the record


def joined(base, runs):
    """One dict for each claim: its words, its bounds, and the numbers of all runs.

    Args:
        base: a run with the words and bounds that the notebook has now.
        runs: list of runs whose claims stand in the same order.

    Raises:
        ValueError: a run has other claims.
    """
    claims, number = [], len(base["claims"])
    for n, run in enumerate(runs):
        if len(run["claims"]) != number:
            raise ValueError(
                f"World {n} has {len(run['claims'])} claims, the first {number}: "
                f"{run['errors'] or 'no cell stopped'}."
            )
    for n, first in enumerate(base["claims"]):
        same = [run["claims"][n] for run in runs]
        claim = {name: first[name] for name in ("claim", "above", "below") if name in first}
        if len(claim) > 1:
            claim["values"] = [float(f"{other['value']:.5g}") for other in same]
        else:
            claim["held"] = sum(other["held"] for other in same)
        claims.append(claim)
    return claims


def chance(claim):
    """How probable it is that one more value does not lie between the bounds: an estimate.

    Both a linear and, where all is positive, a logarithmic axis is tried; the worse one counts.
    Values that differ by a factor of three or more are taken to vary by factors: only the
    logarithmic one counts.
    """
    worst, values = 0.0, claim["values"]
    if not all(map(math.isfinite, values)):
        return 1.0
    for sign, name in ((1, "above"), (-1, "below")):
        if name not in claim:
            continue
        bound, scales = claim[name], [lambda x: x]
        if bound > 0 and min(values) > 0:
            by_factors = max(values) >= 3 * min(values)
            scales = [math.log] if by_factors else [*scales, math.log]
        for scale in scales:
            distances = sorted(sign * (scale(value) - scale(bound)) for value in values)
            worst = max(worst, _tail(distances, math.ceil(len(distances) / 4)), _tail(distances, 3))
    return worst


def _tail(distances, number):
    """The probability of a distance below 0, from sorted distances and the `number` nearest."""
    nearest, threshold = distances[:number], distances[min(number, len(distances) - 1)]
    if not distances[0] > 0:
        return 1.0
    excess = sum(threshold - distance for distance in nearest) / len(nearest)
    middle = statistics.median(distances)  # what is farther away says nothing of this tail
    half = [distance for distance in distances if distance <= middle]
    spread = math.sqrt(sum((middle - distance) ** 2 for distance in half) / len(half))
    excess = max(excess, spread / 3)  # ties near the bound prove nothing
    if not excess:
        return 0.0  # the same value in every world
    return len(nearest) / len(distances) * math.exp(-threshold / excess)


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
        if claim.get("held", number) < number:
            yield f"{claim['claim']!r} held in {claim['held']} of {number} worlds"
    chances = [(chance(claim), claim) for claim in record["claims"] if "values" in claim]
    total = sum(fails for fails, _ in chances)
    if total > LIMIT:
        for fails, claim in chances:
            if fails > LIMIT / 10:
                bounds = (f"{name} {claim[name]:g}" for name in ("above", "below") if name in claim)
                yield (
                    f"{claim['claim']!r}: {min(claim['values']):g} to {max(claim['values']):g}, "
                    f"wanted {' and '.join(bounds)}; it fails with a chance of {fails:.1g}"
                )
        yield f"some claim fails with a chance of {total:.1g}; at most {LIMIT:g} is wanted"
    if record["sabotage"] and record["sabotage"]["held"]:
        yield f"sabotage does not make {record['sabotage']['claim']!r} fail"


def break_on_purpose(path):
    """What the sabotaged notebook's main claim saw: the claim as a dict, or None without one."""
    if path.stem not in SABOTAGES:
        return None
    old, new, text = SABOTAGES[path.stem]
    broken = kept(path, WORLDS[0], "code", (old, new))
    claims = [claim for claim in broken["claims"] if claim["claim"] == text]
    if not claims:
        raise ValueError(
            f"{path.name}: the sabotaged run came to no claim {text!r}; {broken['errors']}."
        )
    return claims[0]


def read(path):
    """The record of a notebook as a dict, or None."""
    file = RECORDS / f"{path.stem}.json"
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else None


def runs_in(record):
    """The runs behind a record that is `still_true`, as `joined` takes them."""
    claims = record["claims"]
    return [
        {"claims": [{"value": c["values"][n]} if "values" in c else {"held": True} for c in claims]}
        for n in range(len(record["worlds"]))
    ]


def still_true(path, record, base):
    """Whether the numbers of the record are those of the notebook as it is now."""
    number = len(record["worlds"])
    shape = [("above" in claim or "below" in claim) for claim in base["claims"]]
    if record["errors"] or shape != ["values" in claim for claim in record["claims"]]:
        return False
    if any(claim.get("held", number) < number for claim in record["claims"]):
        return False
    if record["numbers"] == checksums(nbformat.read(path, as_version=4))["numbers"]:
        return True
    for world in PROBES:
        if name_of(world) not in record["worlds"]:
            return False
        n, probe = record["worlds"].index(name_of(world)), kept(path, world)
        if probe["errors"] or len(probe["claims"]) != len(record["claims"]):
            return False
        for old, new in zip(record["claims"], probe["claims"]):
            if "values" in old and old["values"][n] != float(f"{new['value']:.5g}"):
                return False
            if not new["held"]:
                return False
    return True


def measure(path, pool):
    """Bring the record of a notebook up to date; return what is wrong with it, a list."""
    base, old = kept(path, WORLDS[0], "code"), read(path)
    if old and still_true(path, old, base):
        worlds, seconds, errors, runs = old["worlds"], old["seconds"], [], runs_in(old)
    else:
        runs, worlds = [base], list(map(name_of, WORLDS))  # the first world has been run
        futures = [pool.submit(kept, path, world) for world in WORLDS[1:]]
        for world, future in zip(worlds[1:], futures):
            runs.append(future.result())
            print(f"{path.stem}, {world}: {runs[-1]['seconds']} s", flush=True)
        seconds = round(statistics.median(run["seconds"] for run in runs))
        errors = [f"{n}: {e}" for n, run in zip(worlds, runs) for e in run["errors"]]
    record = {"notebook": path.stem} | checksums(nbformat.read(path, as_version=4))
    record |= {"worlds": worlds, "seconds": seconds, "errors": errors}
    record |= {"sabotage": break_on_purpose(path), "claims": joined(base, runs)}
    RECORDS.mkdir(exist_ok=True)
    unfinished = RECORDS / f"{path.stem}.part"
    unfinished.write_text(as_text(record), encoding="utf-8")
    os.replace(unfinished, RECORDS / f"{path.stem}.json")
    return list(faults(record))


def attempt(paths, pool, seeds):
    """What fails with these seeds on TensorFlow, as sentences; no record changes."""
    tried = [(path, ("tensorflow", seed, "as it is")) for path in paths for seed in seeds]
    for (path, world), run in zip(tried, pool.map(lambda pair: kept(*pair, "code"), tried)):
        where = f"{path.stem}, {name_of(world)}"
        yield from (f"{where}: {error}" for error in run["errors"])
        failed = [claim for claim in run["claims"] if not claim["held"]]
        for claim in failed:
            saw = f", it saw {claim['value']:g}" if "value" in claim else ""
            yield f"{where}: {claim['claim']!r} failed{saw}"
        held = len(run["claims"]) - len(failed)
        print(f"{where}: {held} claims held, {run['seconds']} s", flush=True)


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", type=pathlib.Path, nargs="*")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="worlds at a time")
    parser.add_argument(
        "--seeds", type=int, nargs="+", metavar="SEED", help="try these; nothing is recorded"
    )
    options = parser.parse_args(arguments)
    known = max(seed for _, seed, _ in WORLDS)
    if options.seeds and min(options.seeds) <= known:
        parser.error(f"records have the seeds 0 to {known}; give greater ones to --seeds")
    paths = options.notebooks or sorted((ROOT / "notebooks").glob("*.ipynb"))
    paths, wrong = [path.resolve() for path in paths], False
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        if options.seeds:
            sentences = attempt(paths, pool, options.seeds)
        else:
            sentences = (f"{path.name}: {s}" for path in paths for s in measure(path, pool))
        for sentence in sentences:
            wrong = True
            print(sentence)
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())
