"""What the course asks of pytest beside nbval's own comparison.

* Each cell must give the same outputs, of the same kinds, in order: nbval compares texts but
  passes over pictures, so a figure that disappears would not fail, nor would a text that moved
  from before a picture to behind it.
* Each picture must be of the same things: what `plotting.drawn` says of it, which stands in the
  output's metadata, where no reader sees it, is compared with what is stored.
* Several workers (`pytest -n auto --dist loadfile`), one more than cores, share the machine: each
  gets its part of the processor's cores, the longest files come first, and what is marked or tagged
  `alone` runs while all the others wait.
* At the end stands how long each file took.
"""

import contextlib
import difflib
import gc
import itertools
import os
import re

import pytest
from nbval.plugin import IPyNbCell, coalesce_streams

try:
    import fcntl
except ImportError:  # Windows has no such locks; nothing waits there
    fcntl = None

# The numerical libraries of a worker, and of the kernels that it starts, use its part of the cores.
WORKERS = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", 1))
if WORKERS > 1:
    for variable in (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "TF_NUM_INTRAOP_THREADS",
        "TF_NUM_INTEROP_THREADS",
    ):
        os.environ.setdefault(variable, str(max(1, (os.cpu_count() or 1) // WORKERS)))

# A long file that starts last would keep one worker busy while the others have nothing to do.
LONGEST_FIRST = (
    "test_exercises",
    "11_mnist_cnn",
    "15_training_a_detector",
    "test_tuning",
    "12_data_augmentation",
    "13_transfer_learning",
    "16_hyperparameter_tuning",
    "04_optimizers",
    "03_initialization",
    "test_params_applications",
    "10_pooling",
    "18_many_machines",
    "test_devices",
    "08_skip_connections",
    "14_object_detection",
    "05_batch_normalization",
    "test_planted_faults",
    "07_early_stopping",
    "test_grading",
    "02_activations",
    "01_keras_models",
    "06_dropout",
    "test_package",
    "17_devices",
    "test_measure",
    "test_plotting",
    "test_quiet",
)


@pytest.hookimpl(wrapper=True, optionalhook=True)
def pytest_xdist_auto_num_workers():
    return (yield) + 1  # one more than cores: now and then each of them waits for something


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    gc.disable()  # what is imported and collected stays, so none of it is garbage
    try:
        return (yield)
    finally:
        gc.freeze()  # spares it from every later search
        gc.enable()


def pytest_collection_modifyitems(items):
    rank = {name: n for n, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: rank.get(item.path.stem, len(rank)))


# ------------------------------------------------------------------ what must have no neighbour


def wants_to_be_alone(item):
    if isinstance(item, IPyNbCell):
        return "alone" in item.cell.metadata.get("tags", [])
    return item.get_closest_marker("alone") is not None


@contextlib.contextmanager
def locked(file, kind):
    """Hold the lock on a file (which stays as it is) that all workers of this clone share."""
    with open(file) as opened:
        fcntl.flock(opened, kind)
        yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    if not fcntl or not hasattr(item.config, "workerinput"):  # there is no other worker
        return (yield)
    room, door = __file__, item.config.inipath
    kind = fcntl.LOCK_EX if wants_to_be_alone(item) else fcntl.LOCK_SH
    with contextlib.ExitStack() as inside:
        # Who waits for the room to get empty holds the door, so that nobody else goes in.
        with locked(door, fcntl.LOCK_EX):
            inside.enter_context(locked(room, kind))
        return (yield)


# -------------------------------------------------------------------- what nbval does not compare


def kinds(outputs):
    """What a cell gave, as a list: the stream's name, or the MIME types of each display."""
    return [
        output["name"] if output["output_type"] == "stream" else ", ".join(sorted(output["data"]))
        for output in coalesce_streams(outputs)
        if output["output_type"] != "error"
    ]


def pictures(outputs):
    """What is drawn on each picture or frame that a cell gave, as lines."""
    found = [output.get("metadata", {}).get("text/html", {}) for output in outputs]
    return [lines for about in found for lines in about.get("drawn", [])]


NUMBER = re.compile(r"([~±])(-?\d[\d.]*(?:e[-+]\d+)?)")


def is_the_same(stored, given):
    """Whether two lines of `plotting.drawn` differ by no more than rounding does."""
    if NUMBER.sub(r"\1", stored) != NUMBER.sub(r"\1", given):
        return False
    for (sign, before), (_, now) in zip(NUMBER.findall(stored), NUMBER.findall(given)):
        before, now = float(before), float(now)
        room = 2e-4 if sign == "±" else max(2e-7, 1e-4 * abs(before))
        if not abs(before - now) <= room:
            return False
    return True


def differences(stored, given):
    """What differs between two pictures, each given by the lines of `plotting.drawn`."""
    left = list(stored)
    settled = []
    for line in given:
        twin = next((other for other in left if is_the_same(other, line)), line)
        settled.append(twin)
        if twin in left:
            left.remove(twin)
    said = []
    matcher = difflib.SequenceMatcher(None, stored, settled, autojunk=False)
    for what, i, j, k, m in matcher.get_opcodes():
        if what == "equal":
            continue
        pairs = itertools.zip_longest(stored[i:j], settled[k:m])
        for before, now in pairs:
            if before and now and before.split(": ")[0] == now.split(": ")[0]:
                name, before = before.split(": ", 1)
                said.append(f"{name}: {before} → {now.split(': ', 1)[1]}")
            else:
                said += [f"missing: {before}"] if before else []
                said += [f"new: {now}"] if now else []
    return said


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    result = yield
    if isinstance(item, IPyNbCell):
        stored, given = kinds(item.cell.outputs), kinds(item.test_outputs)
        if stored != given:
            item.raise_cell_error(
                f"The stored outputs are {stored or 'none'}, but running the cell gives "
                f"{given or 'none'}. If that is right, store it with `make refresh`."
            )
        for before, now in zip(pictures(item.cell.outputs), pictures(item.test_outputs)):
            changes = differences(before, now)
            if changes:
                item.raise_cell_error(
                    "The stored picture shows something else than the one that the cell draws:\n  "
                    + "\n  ".join(changes)
                    + "\nIf that is right, store it with `make refresh`. If it varies with the "
                    "machine or the seed, say so with a number behind ≈ in the picture's words."
                )
    return result


# ---------------------------------------------------------------------------- how long it took


def pytest_terminal_summary(terminalreporter):
    """A line for each file that took over a second, the longest first, with its longest test."""
    files = {}
    for report in sum(terminalreporter.stats.values(), []):
        if hasattr(report, "duration"):
            file, _, test = report.nodeid.partition("::")
            tests = files.setdefault(file, {})
            tests[test] = tests.get(test, 0) + report.duration
    if len(files) < 2:
        return
    terminalreporter.section("seconds a file took, and its longest test")
    for file, tests in sorted(files.items(), key=lambda pair: -sum(pair[1].values())):
        longest = max(tests, key=tests.get)
        if sum(tests.values()) >= 1:
            took = f"{sum(tests.values()):6.1f}  {file}"
            terminalreporter.write_line(f"{took:52} {tests[longest]:6.1f}  {longest[:60]}")
