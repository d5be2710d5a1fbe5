"""The checks behind "Try it": `check("convolution.convolve2d", convolve2d)`, and their hints.

This file is the engine. What an exercise wants and which mistakes it knows stands in
`checks/<topic>.py` beside it, a file for each notebook, loaded when it is first asked for.

A check has two halves. `observe` calls the answer and notes what happened, as plain data. `judge`
reads the notes and never meets the answer, so a program that grades can run answers in a process of
their own and judge what they gave in its own, where no answer can replace anything.
"""

import contextlib
import copy
import dataclasses
import functools
import importlib.util
import inspect
import numbers
import os
import sys
import time
import zlib
from pathlib import Path

import numpy as np

CHECKS = Path(__file__).resolve().parent / "checks"
OLD = {  # the number of the notebook that an exercise was called by, and what was renamed besides
    "01": "keras_models", "02": "activations", "03": "initialization", "04": "optimizers",
    "05": "batch_normalization", "06": "dropout", "07": "early_stopping", "08": "skip_connections",
    "09": "convolution", "10": "pooling", "11": "mnist_cnn", "12": "data_augmentation",
    "13": "transfer_learning", "14": "object_detection", "15": "hyperparameter_tuning",
    "16": "devices", "06.dropout": "home_made",
}  # fmt: skip
NO_ANSWER = "not answered yet"


class UnknownExercise(KeyError):
    """There is no such exercise; the message is one sentence that says which there are."""

    def __str__(self):
        return self.args[0]


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What a check found; `as_dict` gives it as plain data.

    Attributes:
        passed: whether the answer is right; None while there is none.
        message: what `check` prints.
        points: for each case, fault or goal of the exercise, whether it is right. Only those of a
            right answer are all true.
        hint: the part of the message that says what the mistake may be; "" where nothing does.
    """

    passed: bool | None
    message: str
    points: tuple
    hint: str = ""

    def __str__(self):
        return self.message

    def __bool__(self):
        return bool(self.passed)

    def as_dict(self):
        return dataclasses.asdict(self)


def check(name, answer, variant=None, **materials):
    """Print the verdict on an answer: `not answered yet`, `✓ …`, or `✗ …` with what is wrong.

    Args:
        name: the exercise, as `"topic.exercise"`.
        answer: the reader's function or value; `...` where nothing has been filled in.
        variant: a whole number or a text, such as a student's ID, that chooses other numbers for
            the cases; None or 0 for those of the notebook.
        **materials: what the exercise needs and its cases do not hold, such as `digits`.
    """
    try:
        print(verdict(name, answer, variant, **materials))
    except UnknownExercise as error:
        print(error)


def verdict(name, answer, variant=None, **materials):
    """The `Verdict` behind `check`, true only for a right answer: `assert verdict(name, answer)`.

    Raises:
        UnknownExercise: a KeyError; there is no exercise of that name.
    """
    return judge(name, observe(name, answer, variant, **materials), variant, **materials)


def hint(name):
    """Print the next hint for an exercise: from a nudge to nearly the answer, one at each call."""
    try:
        steps = find(name)["hints"]
    except UnknownExercise as error:
        print(error)
        return
    step = HINTS_SHOWN[name] = min(HINTS_SHOWN.get(name, 0) + 1, len(steps))
    last = " This is the last one; the solution is folded below." * (step == len(steps))
    print(f"hint {step} of {len(steps)}: {steps[step - 1]}{last}")


HINTS_SHOWN = {}

# ------------------------------------------------------------------------- exercises by their names


def topics():
    """The topics whose cases stand beside this file, such as "convolution", sorted."""
    return sorted(path.stem for path in CHECKS.glob("[a-z]*.py"))


@functools.cache
def exercises(topic):
    """{name: exercise} of a topic, as its file declares them; see `checks/__init__.py`."""
    path = CHECKS / f"{topic}.py"
    spec = importlib.util.spec_from_file_location(f"{__package__ or 'copied'}.checks.{topic}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.EXERCISES


def find(name):
    """The exercise of that name, as its topic's file declares it.

    Raises:
        UnknownExercise: there is none.
    """
    if not isinstance(name, str):
        raise UnknownExercise(f'{name!r:.60} is no name; one is a text, "topic.exercise".')
    topic, _, short = name.partition(".")
    if topic in OLD:
        now = f"{OLD[topic]}.{OLD.get(name, short)}"
        raise UnknownExercise(f"{name} has a name by topic now: write {now!r} in its place.")
    if topic not in topics():
        there = ", ".join(topics()) or "none"
        raise UnknownExercise(f"There is no topic {topic!r} in {CHECKS}; there are: {there}.")
    if short not in exercises(topic):
        there = ", ".join(f"{topic}.{known}" for known in exercises(topic))
        raise UnknownExercise(f"There is no exercise {name!r}; there are: {there}.")
    return exercises(topic)[short]


def inputs(name, variant=None):
    """What the answer is called with: a list of tuples, one for each case of the variant.

    Raises:
        UnknownExercise: a KeyError; there is no exercise of that name.
    """
    find(name)
    return [case["inputs"] for case in _cases(name, _seed(variant))]


def givens(name, variant=None):
    """{name: number} of what a prediction starts from; {} for exercises of other kinds."""
    exercise = find(name)
    if exercise["kind"] != "predict":
        return {}
    return dict(zip(inspect.signature(exercise["case"]).parameters, inputs(name, variant)[0]))


def _seed(variant):
    if variant is None or isinstance(variant, int) and variant >= 0:
        return int(variant or 0)
    return zlib.crc32(str(variant).encode()) + 1


@functools.lru_cache(maxsize=256)
def _cases(name, seed):
    """The cases of an exercise, each a dict of `inputs`, `wanted`, `mistakes` and `otherwise`.

    Fresh cases must tell all mistakes apart that the notebook's cases tell apart, so that each
    variant rejects the same answers with the same hints; they are drawn until they do.
    """
    exercise = find(name)
    if not seed:
        return _with_mistakes(exercise, exercise["inputs"](None))
    random = np.random.default_rng([zlib.crc32(name.encode()), seed])
    told_apart = _told_apart(exercise, _cases(name, 0))
    for _ in range(1000):
        cases = _with_mistakes(exercise, exercise["inputs"](random))
        if told_apart <= _told_apart(exercise, cases):
            return cases
    raise ValueError(f"{name} finds no cases for seed {seed} that tell its mistakes apart")


def _with_mistakes(exercise, calls):
    keys = ("wanted", "mistakes", "otherwise")
    case = exercise.get("case", lambda *inputs: (None, {}, ""))
    return [{"inputs": call} | dict(zip(keys, case(*call))) for call in calls]


def _told_apart(exercise, cases):
    """The pairs of hints, and of hints and the right answer (None), that some case tells apart."""
    pairs = set()
    for case in cases:
        values = [(None, case["wanted"]), *case["mistakes"].items()]
        for i, (one, value) in enumerate(values):
            for other, another in values[i + 1 :]:
                if (one, other) not in pairs and not _same(another, value, _tolerance(exercise)):
                    pairs.add((one, other))
    return pairs


def _tolerance(exercise):
    return exercise.get("tolerance", 1e-5)


# ------------------------------------------------------------------- to observe: what answers do


def observe(name, answer, variant=None, **materials):
    """Call the answer as its exercise wants it.

    Returns:
        A list of notes, one for each call; see `ask`.
    """
    exercise = find(name)
    cases = _cases(name, _seed(variant))
    if exercise["kind"] == "predict" or answer is ...:
        return [{"call": "", "gives": plain(answer)}]
    if not callable(answer):
        said = f"is {_text(_seen(plain(answer)))}; a function is wanted."
        return [{"call": "the answer", "stops": said}]
    if exercise["kind"] == "build":
        return [ask(answer, ())]
    if exercise["kind"] == "repair":
        return [look(exercise, answer, case["inputs"], materials) for case in cases]
    notes, quiet = [], False
    for case in cases:  # those behind the first wrong one are asked for the sake of the hint alone
        note = ask(answer, case["inputs"], quiet)
        notes.append(note)
        if "stops" in note or _is_open(_seen(note.get("gives"))):
            break
        quiet = quiet or not _same(_given(note), case["wanted"], _tolerance(exercise))
    return notes


def ask(answer, arguments, quiet=False):
    """Call an answer once, with copies of the arguments.

    Args:
        answer: a function.
        arguments: a tuple.
        quiet: whether to keep back what it prints.

    Returns:
        A note, a dict: `call`, the call as text; `gives`, what it returned, as `plain` writes it,
        or `stops`, why it returned nothing; and `printed`, the first of what it printed, if any.
    """
    call = f"{getattr(answer, '__name__', 'answer')}({_arguments(answer, arguments)})"
    return _note(lambda: answer(*copy.deepcopy(arguments)), call, answer, quiet)


def look(exercise, answer, arguments, materials):
    """Let the exercise's own `look` run what was repaired; the note gives what it saw."""

    def watched(*given, **named):
        result = answer(*given, **named)
        if _is_open(result):
            raise _Open
        if result is None:
            raise TypeError("it gives None. Is a return missing?")
        return result

    with _Progress(exercise.get("seconds")) as progress:
        call = f"{getattr(answer, '__name__', 'answer')}()"
        arguments = (watched, *copy.deepcopy(arguments), progress)
        return _note(lambda: exercise["look"](*arguments, **materials), call, answer)


def _note(run, call, answer, quiet=False):
    printed = _Tee(None if quiet else sys.stdout)
    note = {"call": call}
    try:
        with contextlib.redirect_stdout(printed):
            note["gives"] = plain(run())
    except KeyboardInterrupt:
        note["stops"] = "was interrupted before it gave anything. Does every loop come to an end?"
    except _TimeUp as words:
        note["stops"] = str(words)
    except (Exception, SystemExit) as error:
        if isinstance(error, _Open) or _comes_from_dots(error, answer):
            note["gives"] = plain(...)
        else:
            note["stops"] = f"stops with {_cause(error)}"
    if printed.text.strip():
        note["printed"] = printed.text.strip()
    return note


class _Open(Exception):
    """An `...` is still where the answer goes."""


class _TimeUp(BaseException):
    """The seconds of an exercise ran out; no `except Exception` of an answer shall catch it."""


class _Tee:
    """Passes on what is printed, if somebody listens, and keeps the first of it."""

    def __init__(self, stream):
        self.stream, self.text = stream, ""

    def write(self, text):
        self.text = (self.text + text)[:80]
        return self.stream.write(text) if self.stream else len(text)

    def flush(self):
        if self.stream:
            self.stream.flush()

    def __getattr__(self, name):
        return getattr(self.stream or sys.__stdout__, name)


class _Progress:
    """`progress("epoch 3")` rewrites one line while somebody watches, and ends what takes too long.

    The line is gone afterwards. Nothing is drawn under pytest or with DLHELPERS_PROGRESS=0.
    """

    def __init__(self, seconds):
        self.seconds, self.start, self.line, self.drawn = seconds, time.monotonic(), None, False
        self.watched = (
            os.environ.get("DLHELPERS_PROGRESS") != "0" and "PYTEST_VERSION" not in os.environ
        )

    def __call__(self, words):
        took = time.monotonic() - self.start
        if self.seconds and took > self.seconds:
            raise _TimeUp(f"used up its {self.seconds} seconds: {words}, and that is not the end.")
        self.draw(f"{words}, {took:.0f} s" + f" of {self.seconds}" * bool(self.seconds))

    def draw(self, text):
        if not self.watched or not (text or self.drawn):
            return
        self.drawn = True
        if "ipykernel" not in sys.modules:
            print(f"\r{text:<78}", end="" if text else "\r", file=sys.stderr, flush=True)
        elif self.line is None:
            from IPython.display import display

            self.line = display({"text/plain": text}, raw=True, display_id=True)
        else:
            self.line.update({"text/plain": text}, raw=True)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.draw("")


def _is_open(value):
    """Whether a value is `...`, or a tuple or list of nothing else."""
    some = isinstance(value, (tuple, list)) and value
    return value is ... or bool(some and all(map(_is_open, value)))


def _comes_from_dots(error, answer):
    """Whether an error came up because a real `...` stands in the answer, as in `2 * ...`."""
    if not isinstance(error, (TypeError, AttributeError)) or "ellipsis" not in str(error):
        return False
    code = getattr(inspect.unwrap(answer), "__code__", None)
    names = getattr(code, "co_names", ())
    return ... in getattr(code, "co_consts", ()) or any(
        getattr(answer, "__globals__", {}).get(name) is ... for name in names
    )


def _cause(error):
    words = f"{type(error).__name__}: {error}".rstrip(": ").split("\n")[0]
    if isinstance(error, NameError):
        words += ". After a restart, run the first cell and the cells above; if that was done, "
        words += "the name is misspelt."
    return words


# --------------------------------------------------------------------- plain data, and its texts


@dataclasses.dataclass(frozen=True)
class _Other:
    """What an answer gave that is no number, text, array, tuple or list: in words."""

    text: str


def plain(value):
    """A value as data that JSON can hold, but for a Keras model, which `as_json` writes out."""
    if value is None or isinstance(value, (bool, str)):
        return value if value is None or isinstance(value, bool) else str(value)
    if isinstance(value, numbers.Real):
        return int(value) if isinstance(value, numbers.Integral) else float(value)
    if value is ...:
        return {"type": "dots"}
    if isinstance(value, (tuple, list)):
        return {"type": type(value).__name__, "items": [plain(item) for item in value]}
    if type(value) is dict and all(isinstance(key, str) for key in value):
        return {"type": "dict", "keys": list(value), "items": [plain(v) for v in value.values()]}
    if hasattr(value, "count_params") and hasattr(value, "get_config"):
        return value
    try:
        array = _numpy(value)
        array = array.astype(float) if array.dtype.kind == "V" else array  # bfloat16
    except Exception:
        array = np.array(None)
    if array.dtype.kind not in "biufU":
        words = "a function" if callable(value) else f"a {type(value).__name__}"
        if array.dtype.kind == "c":
            words = "complex numbers" if array.ndim else f"{array.item()}, a complex number"
        return {"type": "other", "text": words}
    if not array.ndim:
        return array.item()
    items = array.ravel().tolist()
    return {"type": "array", "kind": array.dtype.kind, "shape": list(array.shape), "items": items}


def as_json(model):
    """A Keras model among notes, as `json.dumps(notes, default=as_json)` wants it."""
    import keras

    config = keras.saving.serialize_keras_object(model)
    return {"type": "model", "config": config, "weights": [plain(w) for w in model.get_weights()]}


def _seen(data):
    """The value that `plain` or `as_json` wrote down."""
    if not isinstance(data, dict):
        return data
    kind, items = data["type"], data.get("items")
    if kind == "dots":
        return ...
    if kind == "array":
        kinds = {"b": bool, "i": np.int64, "u": np.uint64, "f": float, "U": str}
        return np.array(items, kinds[data["kind"]]).reshape(data["shape"])
    if kind == "dict":
        return dict(zip(data["keys"], map(_seen, items)))
    if kind == "model":
        import keras

        config = copy.deepcopy(data["config"])  # Keras empties that of a Functional model
        model = keras.saving.deserialize_keras_object(config, safe_mode=True)
        model.set_weights([_seen(weight) for weight in data["weights"]])
        return model
    if kind == "other":
        return _Other(data["text"])
    return tuple(map(_seen, items)) if kind == "tuple" else list(map(_seen, items))


def _numpy(array):
    """A NumPy array of any backend's array, on whatever device it lives."""
    if hasattr(array, "detach"):
        array = array.detach().cpu()
        array = array.float() if str(getattr(array, "dtype", "")) == "torch.bfloat16" else array
    return np.asarray(array)


def _text(value):
    """A value as short text, without array(...) around it and with at most a few numbers."""
    if value is ...:
        return "..."
    if isinstance(value, (str, bool, int, np.integer)) or value is None:
        text = repr(value.item() if isinstance(value, np.integer) else value)
        return text if len(text) <= 80 else f"{text[:60]}…"
    if isinstance(value, (tuple, list)):
        inside = [_text(item) for item in value[:30]] + ["…"] * (len(value) > 30)
        inside = ", ".join(inside) + "," * (isinstance(value, tuple) and len(value) == 1)
        return f"({inside})" if isinstance(value, tuple) else f"[{inside}]"
    if isinstance(value, (float, np.floating)):
        whole = float(value).is_integer() and abs(value) < 1e15
        return f"{value:.0f}" if whole else f"{value:.6g}"
    if isinstance(value, np.ndarray):
        with np.printoptions(precision=5, suppress=True, threshold=30, edgeitems=2):
            return " ".join(str(value.astype(float) if value.dtype == bool else value).split())
    return getattr(value, "text", f"a {type(value).__name__}")


def _arguments(answer, values):
    """The arguments of a call as text, by name where the answer's signature tells the names."""
    try:
        names = [f"{name}=" for name in inspect.signature(answer).parameters]
    except (TypeError, ValueError):
        names = []
    names += [""] * len(values)
    return ", ".join(name + _text(value) for name, value in zip(names, values))


# ---------------------------------------------------------------- to judge: what the notes say


def judge(name, notes, variant=None, **materials):
    """The `Verdict` on what `observe` noted, for the same exercise and variant.

    Args:
        notes: a list of notes; a case without one counts as wrong. Plain data from elsewhere will
            do: nothing of it is run, except that a Keras model is built from its configuration.
    """
    exercise, cases = find(name), _cases(name, _seed(variant))
    if notes and all(_is_open(_seen(note.get("gives"))) for note in notes):
        return Verdict(None, NO_ANSWER, (False,) * _size(exercise, cases))
    judged = KINDS[exercise["kind"]](exercise, notes, cases, materials)
    if isinstance(judged, Verdict):
        return dataclasses.replace(judged, message=f"✗ {judged.message} {judged.hint}".rstrip())
    points, because = judged
    return Verdict(True, f"✓ {name.partition('.')[2]} is right{because}", points)


def _size(exercise, cases):
    """How many points there are: cases, or faults to mend, or a model's form, size and goal."""
    return {"repair": len(exercise.get("says", ())), "build": 3}.get(exercise["kind"], len(cases))


def _judge_function(exercise, notes, cases, materials):
    """write: each result is compared; the hint is that of the mistake that explains them best."""
    tolerance = _tolerance(exercise)
    points = tuple(_same(_given(n), c["wanted"], tolerance) for n, c in zip(notes, cases))
    points += (False,) * (len(cases) - len(notes))
    if all(points):
        return points, ""
    shown = points.index(False)
    if shown == len(notes):
        return Verdict(False, "not all cases were run.", points)
    hint = ""
    if _given(notes[shown]) is not None:
        hint, shown = _likely_mistake(notes, cases, points, shown, tolerance)
    said = f"{notes[shown]['call']} {_problem(notes[shown], cases[shown]['wanted'])}"
    return Verdict(False, said, points, hint)


def _likely_mistake(notes, cases, points, first, tolerance):
    """The hint that fits best, and the number of the case to show it with.

    A mistake must give what was given in every wrong case that knows it. Of several, the one that
    fits most of the right cases too is the likeliest, then the one that explains most wrong ones.
    """
    fits = {}
    for i, (note, case) in enumerate(zip(notes, cases)):
        given = _given(note)
        for hint, wrong in case["mistakes"].items() if given is not None else ():
            fits.setdefault(hint, []).append((i, _same(given, wrong, tolerance)))
    best = (0, 0), cases[first]["otherwise"], first
    for hint, tried in fits.items():
        wrong = [(i, same) for i, same in tried if not points[i]]
        if wrong and all(same for _, same in wrong):
            unlike = sum(not same for _, same in tried)
            if best[0] == (0, 0) or (-unlike, len(wrong)) > best[0]:
                best = (-unlike, len(wrong)), hint, wrong[0][0]
    return best[1:]


def _judge_prediction(exercise, notes, cases, materials):
    """predict: one value; the hint is the reason why a wrong one tempts."""
    [case], given = cases, _given(notes[0])
    wanted, options = case["wanted"], exercise.get("options")
    if isinstance(wanted, str) and isinstance(given, str):
        given = given.strip().lower()
    if _same(given, wanted, _tolerance(exercise)):
        return (True,), f": {exercise['because']}" if "because" in exercise else ""
    said = _text(given) + ", a text," * (isinstance(given, str) and not options)
    if options and not _same(sorted(_items(given, [given]), key=str), sorted(options), 0):
        if isinstance(wanted, list):
            return Verdict(False, f"{said} is no order of {_text(sorted(options))}.", (False,))
        if not isinstance(given, str) or given not in options:
            return Verdict(False, f"{said} is none of {', '.join(map(repr, options))}.", (False,))
    if not options and _number(given) is None:
        return Verdict(False, f"{said} is no number; a number is wanted.", (False,))
    why = (w for w, v in case["mistakes"].items() if _same(given, v, _tolerance(exercise)))
    return Verdict(False, f"{said} is not what happens.", (False,), next(why, case["otherwise"]))


def _judge_repair(exercise, notes, cases, materials):
    """repair: what was seen when it ran is searched for each fault, the gravest first."""
    points, wrong = (False,) * len(exercise["says"]), None
    for note, case in zip(notes, cases):
        if not isinstance(_given(note), dict):
            return Verdict(False, f"{note['call']} {_problem(note, {})}", points)
        found = _run(exercise["faults"], _given(note), *case["inputs"], **materials)
        if isinstance(found, str):
            return Verdict(False, f"{note['call']} {found}", points)
        wrong = wrong or _first_fault(exercise, found)
    if not wrong:
        return (True,) * len(points), ""
    fault, seen, points = wrong
    left = points.count(False)
    said = f"{left} faults are left. {seen}" if left > 1 else f"One fault is left. {seen}"
    return Verdict(False, said, points, exercise["says"][fault])


def _judge_build(exercise, notes, cases, materials):
    """build: a model is looked at, counted, and measured within its seconds."""
    [case], [note], says = cases, notes, exercise["says"]
    model, call = _given(note), note["call"]
    if not hasattr(model, "count_params"):
        wanted = _Other("a Keras model")
        return Verdict(False, f"{call} {_problem(note, wanted)}", (False,) * 3)
    found = _run(exercise["looks"], model)
    if isinstance(found, str):
        return Verdict(False, f"{call} {found}", (False,) * 3)
    if wrong := _first_fault(exercise, found):
        fault, seen, _ = wrong
        return Verdict(False, f"{call}: {seen}", (False,) * 3, says[fault])
    count, most = model.count_params(), exercise["parameters"]
    if count > most:
        said = f"{call} has {count:,} parameters; at most {most:,} are allowed."
        return Verdict(False, said, (True, False, False), says["too many"])
    with _Progress(exercise["seconds"]) as progress:
        reached = _run(exercise["measure"], model, *case["inputs"], progress, **materials)
    if isinstance(reached, str):
        return Verdict(False, f"{call} {reached}", (True, True, False))
    goal = exercise["goal"]
    told = f"{reached:,}" if isinstance(goal, int) else f"≈{reached:.3f}"  # a count is whole
    told += f" {exercise['of']}"
    if not reached >= goal:
        said = f"{call} reaches {told}; {goal:,} is wanted."
        return Verdict(False, said, (True, True, False), says["too low"])
    return (True,) * 3, f": {count:,} of {most:,} parameters, {told}"


def _run(function, *arguments, **materials):
    """What a function of the checks gives, or, as a text, why it gives nothing."""
    note = _note(lambda: function(*arguments, **materials), "", None)
    return note["stops"] if "stops" in note else _given(note)


def _first_fault(exercise, found):
    """Of what was found, {fault: what was seen, or ""}: the first, its text, and all points."""
    points = tuple(not found.get(fault) for fault in exercise["says"])
    return next(((f, found[f], points) for f in exercise["says"] if found.get(f)), None)


KINDS = {
    "predict": _judge_prediction,
    "write": _judge_function,
    "repair": _judge_repair,
    "build": _judge_build,
}


def _given(note):
    return _seen(note.get("gives"))


def _problem(note, wanted):
    """What is wrong with a result that is not the one wanted, in words."""
    if "stops" in note:
        return note["stops"]
    given = _given(note)
    if given is None and "printed" in note:
        printed = note["printed"].split("\n")[0]
        return f"prints {printed} and gives None. Write return in place of print."
    if given is None:
        return "gives None. Is a return missing?"
    said, number = f"gives {_text(given)}", _number(given)
    if isinstance(given, str) and not isinstance(wanted, str):
        said += ", a text"
    if isinstance(given, bool) and not isinstance(wanted, bool):
        said += ", a truth value"
    if given is ...:
        return f"{said}; it is still to be filled in."
    if isinstance(given, (tuple, list)) and any(item is ... for item in given):
        return f"{said}; a part of it is still to be filled in."
    if isinstance(wanted, np.ndarray) and wanted.ndim:
        if number is None or not number.ndim:
            return f"{said}, wanted an array of shape {wanted.shape}."
    if not isinstance(wanted, (str, tuple, list, _Other)) and number is not None:
        if number.shape != np.shape(wanted):
            one = f"shape {np.shape(wanted)}" if np.ndim(wanted) else "one number"
            return f"gives an array of shape {number.shape}, wanted {one}."
        if np.isnan(number).any():
            return f"{said}, wanted {_text(wanted)}. nan comes from 0/0, inf - inf or a bad log."
    return f"{said}, wanted {_text(wanted)}."


def _same(given, wanted, tolerance):
    """Whether two values are equal: whole numbers and texts exactly, others within a tolerance."""
    if isinstance(wanted, str) or isinstance(given, str):
        return isinstance(given, str) and isinstance(wanted, str) and given == wanted
    if isinstance(wanted, (tuple, list)):
        items = _items(given)
        return (
            items is not None
            and len(items) == len(wanted)
            and all(_same(g, w, tolerance) for g, w in zip(items, wanted))
        )
    if isinstance(given, bool) or isinstance(wanted, (bool, np.bool_)):
        return isinstance(given, bool) and isinstance(wanted, (bool, np.bool_)) and given == wanted
    number, wanted = _number(given), np.asarray(wanted)
    if number is None or number.shape != wanted.shape:
        return False
    if wanted.dtype.kind in "biu":
        return bool((number == wanted).all())
    with np.errstate(all="ignore"):
        return bool((np.abs(number - wanted) <= tolerance * (1 + np.abs(wanted))).all())


def _items(value, otherwise=None):
    """The parts of a tuple, a list, or an array along its first axis, as a list."""
    rows = isinstance(value, (tuple, list)) or (isinstance(value, np.ndarray) and value.ndim)
    return list(value) if rows else otherwise


def _number(value):
    """An array of real numbers; None for what is none."""
    if isinstance(value, (str, _Other)) or value is None:
        return None
    try:
        array = np.asarray(value)
    except ValueError:  # rows of different lengths
        return None
    return array if array.dtype.kind in "biuf" else None
