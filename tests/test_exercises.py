"""The checks behind "Try it": they accept right answers and say what is wrong with wrong ones."""

import contextlib
import fractions
import importlib
import json
import pathlib
import re
import runpy
import signal
import sys

import nbformat
import numpy as np
import pytest

from dlhelpers import exercises as engine
from dlhelpers.exercises import UnknownExercise, check, hint, judge, observe, verdict

HERE = pathlib.Path(__file__).resolve().parent
TINY = '''
"""Exercises for the engine's own tests."""
import numpy as np

def doubled_inputs(random):
    if random is None:
        return [(3,), (np.array([1.0, 2.0]),)]
    return [(int(random.integers(-9, 10)),), (random.uniform(1, 9, 3),)]

def doubled(x):
    return x + x, {"Add, do not square.": x * x, "Once is enough.": 4 * x}, "Think of double."

def pair(n):
    swapped = {"The other way round.": (6, 8)}
    return (8, 6), swapped, "Give a pair."

def named(n):
    return ("one", [1.0, 2.0]), {}, ""

def count(n):
    return 249026, {}, ""

def table(n):
    return np.array([[1.5, 2.0], [3.0, 4.0]]), {}, ""

def changed(numbers, array):
    return sum(numbers) + array.sum(), {}, ""

def guess(classes):
    return np.log(classes), {"That is the probability.": 1 / classes}, "The loss is a logarithm."

def order(n):
    return ["b", "a", "c"], {"By the alphabet.": ["a", "b", "c"]}, "Look again."

def choice(n):
    return "later", {"Not so soon.": "sooner"}, ""

def look(answer, n, progress):
    progress("once")
    return {"twice": answer(n), "again": answer(2 * n)}

def faults(seen, n):
    return {
        "sign": f"It is {seen['twice']}." * (seen["twice"] < 0),
        "growth": "It does not grow." * (seen["again"] != 2 * seen["twice"]),
    }

def slow(answer, n, progress):
    for epoch in range(1000):
        progress(f"epoch {epoch}")

def once(random):
    return [(10,)] if random is None else [(int(random.integers(3, 9)),)]

def write(case, inputs=once):
    return {"kind": "write", "inputs": inputs, "case": case, "hints": ["Nudge.", "Say."]}

EXERCISES = {
    "doubled": write(doubled, doubled_inputs) | {"hints": ["One.", "Two.", "Three."]},
    "pair": write(pair), "named": write(named), "count": write(count), "table": write(table),
    "changed": write(changed, lambda random: [([1, 2], np.array([3.0])), ([5], np.array([1.0]))]),
    "guess": write(guess) | {"kind": "predict", "tolerance": 0.01, "because": "all are alike"},
    "order": write(order) | {"kind": "predict", "options": ["a", "b", "c"]},
    "choice": write(choice) | {"kind": "predict", "options": ["sooner", "later"]},
    "repair": {"kind": "repair", "inputs": once, "look": look, "faults": faults, "hints": ["A"],
        "says": {"sign": "Turn the sign.", "growth": "Grow with n."}},
    "slow": {
        "kind": "repair", "inputs": once, "look": slow, "seconds": 1e-9, "hints": ["A"],
        "faults": lambda seen, n: {}, "says": {},
    },
}
'''


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    """A folder of checks with one topic, for the engine's own tests."""
    (tmp_path / "tiny.py").write_text(TINY)
    monkeypatch.setattr(engine, "CHECKS", tmp_path)
    yield from forgotten()


def forgotten():
    engine.exercises.cache_clear()
    engine._cases.cache_clear()
    yield
    engine.exercises.cache_clear()
    engine._cases.cache_clear()


pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")  # wrong answers overflow


# -------------------------------------------------------------------------------- what is said


def test_a_right_answer_is_told_so(tiny, capsys):
    check("tiny.doubled", lambda x: x + x)
    assert capsys.readouterr().out == "✓ doubled is right\n"


def half_filled(x):
    return x * factor


factor = ...


@pytest.mark.parametrize(
    "answer",
    [..., lambda x: ..., lambda x: (..., ...), lambda x: 2 * ..., lambda x: ... + x, half_filled],
    ids=["dots", "returned", "a pair", "multiplied", "added to", "a name above"],
)
def test_an_answer_with_the_dots_left_in_is_not_answered_yet(answer, tiny):
    found = verdict("tiny.doubled", answer)
    assert (found.passed, found.message, bool(found)) == (None, "not answered yet", False)
    assert found.points == (False, False)


def test_an_error_with_the_word_ellipsis_in_it_is_an_error(tiny):
    def answer(x):
        raise TypeError("an ellipsis is no circle")

    message = verdict("tiny.doubled", answer).message
    assert message == "✗ answer(x=3) stops with TypeError: an ellipsis is no circle"


def test_a_wrong_answer_is_shown_its_input_its_output_and_what_was_wanted(tiny):
    def double(number):
        return number + 2

    message = verdict("tiny.doubled", double).message
    assert message == "✗ double(number=3) gives 5, wanted 6. Think of double."


def test_a_likely_mistake_gets_its_own_hint(tiny):
    found = verdict("tiny.doubled", lambda x: x * x)
    assert found.message.endswith("wanted 6. Add, do not square.")
    assert found.hint == "Add, do not square."


def test_a_mistake_must_explain_every_wrong_case(tiny):
    squares_numbers_alone = verdict("tiny.doubled", lambda x: x * x if np.ndim(x) == 0 else 0 * x)
    assert squares_numbers_alone.hint == "Think of double."


def test_a_later_case_catches_what_the_first_lets_through(tiny):
    found = verdict("tiny.doubled", lambda x: 6)
    assert found.points == (True, False)
    assert "x=[1. 2.]" in found.message


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda x: None, r"gives None\. Is a return missing\?"),
        (lambda x: print(2 * x), r"prints 6 and gives None\. Write return in place of print\."),
        (lambda x: 1 / 0, "stops with ZeroDivisionError: division by zero"),
        (lambda: 6, "stops with TypeError"),
        (lambda x: sys.exit(), "stops with SystemExit"),
        (
            lambda x: eval("no_such_name"),
            "'no_such_name' is not defined. After a restart, run the first",
        ),
        (lambda x: "6", "gives '6', a text, wanted 6"),
        (lambda x: 6 + 5j, r"gives \(6\+5j\), a complex number, wanted 6"),
        (lambda x: 6 + 0j, "a complex number, wanted 6"),
        (lambda x: True, "gives True, a truth value, wanted 6"),
        (lambda x: np.array([6, 6]), r"gives an array of shape \(2,\), wanted one number"),
        (lambda x: {"x": 6}, "gives a dict, wanted 6"),
        (lambda x: {1, 2}, "gives a set, wanted 6"),
        (lambda x: (y for y in [6]), "gives a generator, wanted 6"),
        (lambda x: np.sin, "gives a function, wanted 6"),
        (lambda x: float("nan"), "gives nan, wanted 6. nan comes from"),
        (lambda x: float("inf"), "gives inf, wanted 6"),
        (lambda x: [[1], [2, 3]], r"gives \[\[1\], \[2, 3\]\], wanted 6"),
        (lambda x: "6" * 1000, "gives '666"),
        (lambda x: x if x is None else (..., 3), r"gives \(\.\.\., 3\); a part of it is still to"),
        (lambda x: 6 if np.ndim(x) == 0 else ..., r"gives \.\.\.; it is still to be filled in"),
        (6, "the answer is 6; a function is wanted"),
        ("six", "the answer is 'six'; a function is wanted"),
    ],
)
def test_what_is_wrong_is_said_in_one_short_line(answer, words, tiny):
    found = verdict("tiny.doubled", answer)
    assert found.passed is False
    assert found.message.startswith("✗ ")
    assert re.search(words, found.message), found.message
    assert "\n" not in found.message and len(found.message) < 250


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda n: 3, r"gives 3, wanted an array of shape \(2, 2\)"),
        (lambda n: {"a": 1}, r"gives a dict, wanted an array of shape \(2, 2\)"),
        (lambda n: [1, 2], r"gives an array of shape \(2,\), wanted shape \(2, 2\)"),
        (lambda n: [["1.5", "2"], ["3", "4"]], r"gives \[\['1.5', '2'\], .*wanted an array"),
        (lambda n: [[1.5, 2], [float("nan"), 4]], r"nan, 4.* nan comes from"),
    ],
)
def test_what_is_wanted_reads_well_where_it_is_an_array(answer, words, tiny):
    message = verdict("tiny.table", answer).message
    assert re.search(words, message), message


@pytest.mark.skipif(not hasattr(signal, "SIGALRM"), reason="no timer interrupts Python here")
def test_an_endless_answer_can_be_interrupted_and_is_told_so(tiny):
    def answer(x):
        while True:
            pass

    def interrupt(*_):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    try:
        found = verdict("tiny.doubled", answer)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert found.message == (
        "✗ answer(x=3) was interrupted before it gave anything. Does every loop come to an end?"
    )


def test_an_answer_that_prints_is_not_disturbed(tiny, capsys):
    def answer(x):
        print("got", x)
        return x + x

    check("tiny.doubled", answer)
    assert capsys.readouterr().out == "got 3\ngot [1. 2.]\n✓ doubled is right\n"


def test_behind_the_first_wrong_case_nothing_is_printed(tiny, capsys):
    verdict("tiny.doubled", lambda x: print("got", x) or 0 * x)
    assert capsys.readouterr().out == "got 3\n"


# ------------------------------------------------------------ strict where it must be, kind else


@pytest.mark.parametrize(
    ("given", "right"),
    [
        ((8, 6), True), ([8, 6], True), (np.array([8, 6]), True), (np.array([8.0, 6.0]), True),
        ((8, np.int64(6)), True), ((8, 6.0), True), ((fractions.Fraction(8), 6), True),
        ((8, 6, 1), False), ("86", False), ({"a": 8, "b": 6}, False), ((8, "6"), False),
        ((8, 6.0000001), False), (np.array([[8], [6]]), False), ((8, 6 + 0j), False), (8, False),
    ],
)  # fmt: skip
def test_a_list_or_an_array_is_taken_for_a_tuple_where_no_doubt_is_possible(given, right, tiny):
    assert bool(verdict("tiny.pair", lambda n: given)) == right


def test_a_pair_of_any_kind_gets_the_hint_for_its_mistake(tiny):
    message = verdict("tiny.pair", lambda n: np.array([6, 8])).message
    assert message.endswith("gives [6 8], wanted (8, 6). The other way round.")


@pytest.mark.parametrize("given", [249024, 249026.01, 249026 + 1e-9j, "249026", float("nan")])
def test_whole_numbers_are_compared_exactly(given, tiny):
    assert verdict("tiny.count", lambda n: given).passed is False


@pytest.mark.parametrize("given", [249026, 249026.0, np.float32(249026), np.array(249026)])
def test_a_whole_number_may_come_in_any_type_of_number(given, tiny):
    assert verdict("tiny.count", lambda n: given)


def test_a_whole_number_is_shown_with_all_its_digits(tiny):
    assert "gives 249024, wanted 249026." in verdict("tiny.count", lambda n: 249024.0).message


def test_texts_and_tuples_are_compared(tiny):
    assert verdict("tiny.named", lambda n: ("one", (1.0, 2.0)))
    assert verdict("tiny.named", lambda n: (np.str_("one"), np.array([1.0, 2.0])))
    assert not verdict("tiny.named", lambda n: ("two", (1.0, 2.0)))
    assert not verdict("tiny.named", lambda n: ("one",))
    assert not verdict("tiny.named", lambda n: ("one", (1.0, 2.1)))
    assert not verdict("tiny.named", lambda n: 1)


def test_an_answer_cannot_change_the_inputs_that_it_is_judged_by(tiny):
    def in_place(numbers, array):
        array += numbers.pop() + sum(numbers)
        numbers.clear()
        return array.sum()

    assert verdict("tiny.changed", in_place)
    assert verdict("tiny.changed", in_place)


def test_arrays_of_the_active_backend_are_taken(tiny):
    from keras import ops

    assert verdict("tiny.doubled", lambda x: ops.add(x, x))
    assert verdict("tiny.pair", lambda n: ops.convert_to_tensor([8, 6]))
    assert verdict("tiny.table", lambda n: ops.cast([[1.5, 2], [3, 4]], "bfloat16"))


def test_a_parameter_of_the_backend_that_carries_a_gradient_is_taken(tiny):
    class Tensor:
        """As PyTorch's: NumPy refuses it before detach().cpu()."""

        def __init__(self, value):
            self.value = value

        def detach(self):
            return self

        def cpu(self):
            return self.value

        def __array__(self, *args, **kwargs):
            raise RuntimeError("Can't call numpy() on Tensor that requires grad.")

    assert verdict("tiny.doubled", lambda x: Tensor(np.multiply(x, 2)))


# ------------------------------------------------------------------------------ the other kinds


@pytest.mark.parametrize(
    ("name", "answer", "message"),
    [
        ("guess", 2.30, "✓ guess is right: all are alike"),
        ("guess", np.float32(2.31), "✓ guess is right: all are alike"),
        ("guess", ..., "not answered yet"),
        ("guess", 0.1, "✗ 0.1 is not what happens. That is the probability."),
        ("guess", 7, "✗ 7 is not what happens. The loss is a logarithm."),
        ("guess", "2.3", "✗ '2.3', a text, is no number; a number is wanted."),
        ("guess", np.log, "✗ a function is no number; a number is wanted."),
        ("order", ["b", "a", "c"], "✓ order is right"),
        ("order", ("b", "a", "c"), "✓ order is right"),
        ("order", ["a", "b", "c"], "✗ ['a', 'b', 'c'] is not what happens. By the alphabet."),
        ("order", ["c", "b", "a"], "✗ ['c', 'b', 'a'] is not what happens. Look again."),
        ("order", ["a", "b"], "✗ ['a', 'b'] is no order of ['a', 'b', 'c']."),
        ("order", [..., ..., ...], "not answered yet"),
        ("choice", "later", "✓ choice is right"),
        ("choice", " Later", "✓ choice is right"),
        ("choice", "sooner", "✗ 'sooner' is not what happens. Not so soon."),
        ("choice", "never", "✗ 'never' is none of 'sooner', 'later'."),
        ("choice", 3, "✗ 3 is none of 'sooner', 'later'."),
    ],
)
def test_a_prediction_is_judged_without_giving_the_answer_away(name, answer, message, tiny):
    assert verdict(f"tiny.{name}", answer).message == message


def test_of_the_faults_left_the_gravest_is_said_and_how_many_there_are(tiny):
    assert verdict("tiny.repair", lambda n: 2 * n)
    assert verdict("tiny.repair", ...).passed is None
    assert verdict("tiny.repair", lambda n: ...).passed is None
    found = verdict("tiny.repair", lambda n: -n * n)
    assert found.message == "✗ 2 faults are left. It is -100. Turn the sign."
    found = verdict("tiny.repair", lambda n: n * n)
    assert found.message == "✗ One fault is left. It does not grow. Grow with n."
    assert found.points == (True, False)
    assert "gives None" in verdict("tiny.repair", lambda n: None).message
    assert "stops with ZeroDivisionError" in verdict("tiny.repair", lambda n: n / 0).message


def test_when_the_seconds_run_out_the_check_says_where(tiny):
    message = verdict("tiny.slow", lambda n: n).message
    assert message == "✗ <lambda>() used up its 1e-09 seconds: epoch 0, and that is not the end."


# ------------------------------------------------------------------------------- names and hints


def test_an_unknown_exercise_is_named_with_those_of_its_topic(tiny, capsys):
    with pytest.raises(UnknownExercise, match=r"^There is no exercise 'tiny\.tripled'.*doubled"):
        verdict("tiny.tripled", lambda x: x)
    with pytest.raises(KeyError, match=r"There is no topic 'large' in .* there are: tiny\."):
        verdict("large.tripled", lambda x: x)
    check("tiny.tripled", lambda x: x)
    assert capsys.readouterr().out.startswith("There is no exercise 'tiny.tripled'; there are: ")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("09.convolve2d", "convolution.convolve2d"),
        ("16.largest_batch", "devices.largest_batch"),
        ("06.dropout", "dropout.home_made"),
    ],
)
def test_an_old_name_gives_one_sentence_with_the_new_one(old, new, capsys):
    check(old, lambda x: x)
    hint(old)
    line = f"{old} has a name by topic now: write '{new}' in its place.\n"
    assert capsys.readouterr().out == 2 * line
    assert engine.find(new)


def test_hints_come_one_at_a_time_and_the_last_one_stays(tiny, capsys, monkeypatch):
    monkeypatch.setattr(engine, "HINTS_SHOWN", {})
    for _ in range(4):
        hint("tiny.doubled")
    last = "hint 3 of 3: Three. This is the last one; the solution is folded below."
    assert capsys.readouterr().out.splitlines() == [
        "hint 1 of 3: One.", "hint 2 of 3: Two.", last, last
    ]  # fmt: skip
    hint("tiny.pair")
    assert capsys.readouterr().out == "hint 1 of 2: Nudge.\n"


# ------------------------------------------------------------------------- for those who grade


def test_the_notes_travel_as_json_and_are_judged_elsewhere(tiny):
    for answer in (
        lambda x: x + x,
        lambda x: x * x,
        lambda x: ...,
        lambda x: None,
        lambda x: 1 / 0,
    ):
        notes = json.loads(json.dumps(observe("tiny.doubled", answer)))
        assert judge("tiny.doubled", notes) == verdict("tiny.doubled", answer)
    assert json.loads(json.dumps(verdict("tiny.doubled", lambda x: x * x).as_dict()))["passed"] is (
        False
    )


def test_a_case_that_was_not_run_is_a_wrong_one(tiny):
    notes = observe("tiny.doubled", lambda x: x + x)
    assert judge("tiny.doubled", notes[:1]).points == (True, False)
    assert judge("tiny.doubled", []).passed is False


def test_a_variant_has_other_numbers_the_same_each_time(tiny):
    practice, ann, bob = (engine.inputs("tiny.doubled", v) for v in (None, "ann", "bob"))
    assert practice[0] == (3,) == engine.inputs("tiny.doubled", 0)[0]
    assert ann[1][0].tolist() != bob[1][0].tolist()
    engine._cases.cache_clear()
    assert engine.inputs("tiny.doubled", "ann")[1][0].tolist() == ann[1][0].tolist()
    hard_coded = {3: 6}
    assert not verdict(
        "tiny.doubled", lambda x: hard_coded.get(x, 0) if np.ndim(x) == 0 else 2 * x, 5
    )


def test_what_a_prediction_starts_from_can_be_asked_for(tiny):
    assert engine.givens("tiny.guess") == {"classes": 10}
    classes = engine.givens("tiny.guess", "ann")["classes"]
    assert verdict("tiny.guess", np.log(classes), "ann")
    assert engine.givens("tiny.pair") == {}


# ------------------------------------------------------------- the exercises of the notebooks
# tests/answers_TOPIC.py holds, for each exercise of the topic, a right answer, and wrong ones with
# the beginning of the hint that each must get.

ANSWERS = [importlib.import_module(path.stem) for path in sorted(HERE.glob("answers_*.py"))]
RIGHT = {name: answer for module in ANSWERS for name, answer in module.RIGHT.items()}
WRONG = {name: pairs for module in ANSWERS for name, pairs in module.WRONG.items()}
NAMES = [f"{topic}.{name}" for topic in engine.topics() for name in engine.exercises(topic)]
NEEDS_KERAS = {name for module in ANSWERS for name in getattr(module, "NEEDS_KERAS", ())}
OFTEN = [name for name in NAMES if name not in NEEDS_KERAS]
PAIRS = [(name, *pair) for name, pairs in WRONG.items() for pair in pairs]


def given(name, answer, variant=None):
    """What is handed to the check: of a prediction, what the function makes of its numbers."""
    if engine.find(name)["kind"] == "predict":
        return answer(*engine.givens(name, variant).values())
    return answer


def hints_of(name, variant=0):
    """Every hint that the check of this exercise can give, in order."""
    exercise = engine.find(name)
    if exercise["kind"] in ("predict", "write"):
        cases = engine._cases(name, variant)
        found = [hint for case in cases for hint in (*case["mistakes"], case["otherwise"])]
        return [hint for hint in dict.fromkeys(found) if hint]
    return list(exercise["says"].values())


def the_hint(name, beginning):
    """The one hint of the exercise that begins so, or is just that."""
    found = hints_of(name)
    fits = [h for h in found if h == beginning] or [h for h in found if h.startswith(beginning)]
    topic = name.split(".")[0]
    assert len(fits) == 1, (
        f"{len(fits)} hints of {name} in dlhelpers/checks/{topic}.py begin with {beginning!r}; "
        f"WRONG in tests/answers_{topic}.py quotes the beginning of one. There are: {found}"
    )
    return fits[0]


def test_every_exercise_has_a_right_answer_and_at_least_three_wrong_ones():
    for table, answers in (("RIGHT", RIGHT), ("WRONG", WRONG)):
        without, unknown = sorted(set(NAMES) - set(answers)), sorted(set(answers) - set(NAMES))
        assert not without, f"{table} of tests/answers_TOPIC.py has no answer for {without}"
        assert not unknown, f"dlhelpers/checks/TOPIC.py has no exercises {unknown}, as {table} has"
    few = {name for name, wrong in WRONG.items() if len(wrong) < 3}
    assert all(len(engine.find(name).get("options", ())) == 3 for name in few)  # two are wrong


@pytest.mark.parametrize("name", NAMES)
def test_an_exercise_is_declared_in_full(name):
    exercise = engine.find(name)
    assert exercise["kind"] in engine.KINDS
    assert 2 <= len(exercise["hints"]) <= 3
    assert all(step.endswith(".") or step.endswith("?") for step in exercise["hints"])
    assert len(set(exercise["hints"])) == len(exercise["hints"])


def judged(name, answer, travels):
    """The verdict; with `travels`, a model goes there as JSON and is built anew, as in grading."""
    notes = observe(name, given(name, answer))
    return judge(name, json.loads(json.dumps(notes, default=engine.as_json)) if travels else notes)


@pytest.mark.parametrize("name", NAMES)
def test_a_right_answer_passes(name):
    found = judged(name, RIGHT[name], travels=name in NEEDS_KERAS)
    assert found.message.startswith("✓"), found
    assert all(found.points)


@pytest.mark.parametrize("name", NAMES)
def test_an_exercise_left_open_is_not_answered_yet(name):
    assert verdict(name, ...).message == "not answered yet"
    if engine.find(name)["kind"] != "predict":
        assert verdict(name, lambda *inputs: ...).message == "not answered yet"


@pytest.mark.parametrize(
    ("name", "answer", "beginning"),
    PAIRS,
    ids=[f"{name}-{beginning}" for name, _, beginning in PAIRS],
)
def test_a_wrong_answer_gets_exactly_the_hint_for_its_mistake(name, answer, beginning):
    first = answer is WRONG[name][0][0]
    found = judged(name, answer, travels=first and name in NEEDS_KERAS)
    assert found.passed is False
    assert found.hint == the_hint(name, beginning)
    assert found.message.endswith(found.hint)
    assert not all(found.points)


@pytest.mark.parametrize("name", NAMES)
def test_every_hint_is_reached_by_some_wrong_answer(name):
    reached = {the_hint(name, beginning) for _, beginning in WRONG[name]}
    missed = [hint for hint in hints_of(name) if hint not in reached]
    topic = name.split(".")[0]
    assert not missed, f"no wrong answer in tests/answers_{topic}.py reaches {missed}"


TWENTY = pytest.param(range(1, 21), id="20")
FIFTY = pytest.param(range(1, 51), id="50", marks=pytest.mark.weekly)


@pytest.mark.parametrize("seeds", [TWENTY, FIFTY])
@pytest.mark.parametrize("name", OFTEN)
def test_each_variant_accepts_the_right_answer_and_tells_the_wrong_ones(name, seeds):
    for seed in seeds:
        assert verdict(name, given(name, RIGHT[name], seed), seed), seed
        for answer, beginning in WRONG[name]:
            found = verdict(name, given(name, answer, seed), seed)
            assert (found.passed, found.hint) == (False, the_hint(name, beginning)), seed


def test_no_answer_to_the_notebooks_cases_by_heart_passes_a_variant():
    for name in NAMES:
        if engine.find(name)["kind"] == "write":
            known = [(case["inputs"], case["wanted"]) for case in engine._cases(name, 0)]

            def by_heart(*given, known=known):
                with contextlib.suppress(StopIteration):
                    return next(w for i, w in known if repr(i) == repr(given))
                return 0

            assert verdict(name, by_heart), name
            assert not verdict(name, by_heart, 1), name


def table():
    """What is tried, exercise by exercise: `PYTHONPATH=. python tests/test_exercises.py`."""
    yield f"{'exercise':42}{'kind':9}{'wrong answers':>13}{'hints':>7}{'reached':>9}{'steps':>7}"
    for name in NAMES:
        exercise, wrong = engine.find(name), WRONG[name]
        reached = {the_hint(name, beginning) for _, beginning in wrong}
        counts = f"{len(wrong):13}{len(hints_of(name)):7}{len(reached):9}{len(exercise['hints']):7}"
        yield f"{name:42}{exercise['kind']:9}{counts}"


if __name__ == "__main__":
    print(*table(), sep="\n")


# ------------------------------------------------------------------------------ where NumPy is all


@pytest.fixture
def try_it(monkeypatch):
    """What tells the book which exercises are answered in its pages, with NumPy alone."""
    monkeypatch.syspath_prepend(pathlib.Path(__file__).parent.parent / "book")
    return importlib.import_module("try_it")


def test_what_needs_no_keras_is_solved_with_numpy_and_nothing_of_the_lesson(try_it):
    """Else the book says of it that it needs Keras."""
    notebooks = sorted(try_it.ROOT.glob("notebooks/*.ipynb"))
    found = [e for path in notebooks for e in try_it.exercises(nbformat.read(path, as_version=4))]
    assert {e.name for e in found if not e.in_page} == NEEDS_KERAS
    assert {e.name for e in found} == set(NAMES)


@pytest.mark.parametrize("module", ANSWERS, ids=lambda module: module.__name__)
def test_answers_in_numpy_come_from_a_file_that_needs_nothing_else(module, try_it, monkeypatch):
    loaded = {name for name in sys.modules if name.split(".")[0] in try_it.NO_FRAMEWORK}
    for name in loaded | set(try_it.NO_FRAMEWORK):
        monkeypatch.setitem(sys.modules, name, None)
    assert set(runpy.run_path(module.__file__)["RIGHT"]) == set(module.RIGHT)
