"""tools/measure.py: what it keeps of the claims in many worlds, and how it judges the room."""

import json
import subprocess
import sys

import keras
import measure
import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook

SET_UP = """
import sys
sys.path.insert(0, {root!r})
from dlhelpers import quiet
from dlhelpers.claims import claim
quiet.start(seed=0)
import keras
import numpy as np
from keras import ops
"""
LESSON = """
layer = keras.layers.Dense(1, use_bias=False)
layer.build((None, 1))
weight = float(ops.convert_to_numpy(layer.kernel)[0, 0])
claim("one is one", 1 == 1)
claim("the weight is small", weight, above=-3, below=3)
claim("the number is small", np.random.default_rng(0).random(), below=5)
"""


def notebook_of(*sources):
    return new_notebook(cells=[new_code_cell(source) for source in sources])


@pytest.fixture
def lesson(tmp_path, monkeypatch):
    """The path of a small notebook; records and kept runs go to folders of the test."""
    monkeypatch.setattr(measure, "RECORDS", tmp_path / "records")
    monkeypatch.setattr(measure, "DONE", tmp_path / "done")
    path = tmp_path / "lesson.ipynb"
    nbformat.write(notebook_of(SET_UP.format(root=str(measure.ROOT)), LESSON), path)
    return path


# --------------------------------------------------------------------------------- running a world


def test_in_another_world_seeds_and_weights_move_and_no_claim_stops(lesson):
    def values(*world):
        found = measure.run(lesson, *world)
        assert found["errors"] == []
        return [claim.get("value") for claim in found["claims"]]

    own = values("tensorflow", 0, "as it is")
    nudged = values("tensorflow", 0, "nudged")
    other = values("tensorflow", 2, "as it is")
    assert own[2] == np.random.default_rng(0).random()
    assert other[2] == np.random.default_rng(2000).random()
    assert nudged[2] == own[2]
    assert 0 < abs(nudged[1] / own[1] - 1) < 2e-6
    assert abs(other[1] / own[1] - 1) > 1e-3


def test_a_broken_cell_and_a_failed_claim_are_told_and_the_rest_goes_on(lesson):
    broken = LESSON.replace("below=5", "below=0") + "print(1 / 0)"
    nbformat.write(notebook_of(SET_UP.format(root=str(measure.ROOT)), broken, LESSON), lesson)
    found = measure.run(lesson, "tensorflow", 0, "as it is")
    assert [claim["held"] for claim in found["claims"]] == [True, True, False, True, True, True]
    [error] = found["errors"]
    assert "ZeroDivisionError" in error


def test_whole_seeds_move_and_a_generator_that_is_passed_on_stays(monkeypatch):
    original = np.random.default_rng
    monkeypatch.setattr(np.random, "default_rng", original)
    monkeypatch.setattr(keras.utils, "set_random_seed", keras.utils.set_random_seed)
    exec(measure.MOVE_SEEDS.format(shift=5), {"np": np, "keras": keras})
    assert np.random.default_rng(2).random() == original(7).random()
    generator = original(1)
    assert np.random.default_rng(generator) is generator


def test_the_worlds_are_as_many_and_as_different_as_is_wanted():
    backends = [world[0] for world in measure.WORLDS]
    assert [backends.count(name) for name in ("tensorflow", "jax", "torch")] == [24, 6, 6]
    assert len(set(measure.WORLDS)) == len(measure.WORLDS)
    for backend, kinds in measure.ARITHMETIC.items():
        assert {world[2] for world in measure.WORLDS if world[0] == backend} == set(kinds)
    assert len({world[1] for world in measure.WORLDS if world[0] == "tensorflow"}) >= 18
    assert set(measure.PROBES) < set(measure.WORLDS)


# ---------------------------------------------------------------------- which code a record is of


@pytest.mark.parametrize(
    ("old", "new", "code", "numbers"),
    [
        ("claim(", "# a comment\nclaim(", True, True),
        ("one is one", "1 is 1", False, True),
        ("below=5", "below=6", False, True),
        ("claim(", "print(weight)\nclaim(", False, True),
        ("below=5", "below=5, weight=weight", False, True),
        ("Dense(1,", "Dense(1, activation='relu',", False, False),
        ("default_rng(0)", "default_rng(1)", False, False),
    ],
)
def test_a_change_is_told_from_one_that_moves_no_number(old, new, code, numbers):
    before = measure.checksums(notebook_of(SET_UP, LESSON))
    after = measure.checksums(notebook_of(SET_UP, LESSON.replace(old, new, 1)))
    assert (before["code"] == after["code"], before["numbers"] == after["numbers"]) == (
        code,
        numbers,
    )


def test_exercises_and_the_set_up_do_not_belong_to_the_record():
    plain = measure.checksums(notebook_of(SET_UP, LESSON))
    more = notebook_of(SET_UP + "more = 1", LESSON, 'def f(x):\n    ...\n\n\ncheck("a.f", f)')
    assert measure.checksums(more) == plain


# --------------------------------------------------------------------------------------- the room


def test_the_chance_is_that_of_draws_from_a_known_distribution():
    """Against the closed form: how often a normal number exceeds 4, from 36 numbers each."""
    random = np.random.default_rng(0)
    estimates = [
        measure.chance({"values": list(random.normal(size=36)), "below": 4}) for _ in range(200)
    ]
    assert 3e-5 < np.median(estimates) < 3e-3  # a normal number exceeds 4 with 3.2e-5
    far = [measure.chance({"values": list(random.normal(size=36)), "below": 7}) for _ in range(200)]
    assert np.quantile(far, 0.8) < measure.LIMIT / 5


def test_the_chance_of_an_exponential_tail_is_met():
    """The distribution for which the estimate is made: exp(-8) = 3.4e-4."""
    random = np.random.default_rng(0)
    draws = [list(100 + random.exponential(size=400)) for _ in range(100)]
    found = [measure.chance({"values": values, "below": 108}) for values in draws]
    assert np.exp(-8) < np.median(found) < 10 * np.exp(-8)  # of two estimates the worse one


def test_what_varies_by_factors_is_judged_by_factors():
    """A thousandth is far from what varies about 1 by a factor, and ten is near."""
    values = list(np.exp(np.random.default_rng(0).normal(size=36)))
    logarithms = [float(np.log(value)) for value in values]
    for bound in ({"above": 1e-3}, {"below": 10}):
        on_log_axis = {name: float(np.log(number)) for name, number in bound.items()}
        judged = measure.chance({"values": values} | bound)
        assert judged == pytest.approx(measure.chance({"values": logarithms} | on_log_axis))


def test_how_far_the_other_half_lies_does_not_bring_the_bound_nearer():
    near = list(np.linspace(1, 1.1, 19))
    far, farther = (measure.chance({"values": near + 17 * [v], "above": 0}) for v in (2.0, 50.0))
    assert 0 < far == farther


@pytest.mark.parametrize(
    ("values", "bounds", "least", "most"),
    [
        ([3.0] * 36, {"above": 1}, 0, 0),
        ([3.0] * 35 + [1.0], {"above": 1}, 1, 1),
        ([3.0] * 35 + [0.5], {"above": 1}, 1, 1),
        ([3.0] * 35 + [2.0], {"above": 1}, 1e-4, 1),
        ([3.0] * 35 + [float("nan")], {"above": 1}, 1, 1),
        (list(np.linspace(10, 11, 36)), {"above": 1, "below": 11.1}, 1e-3, 1),
        (list(np.linspace(10, 11, 36)), {"above": 1, "below": 20}, 0, 1e-6),
    ],
)
def test_a_value_on_the_bound_or_beyond_leaves_no_room(values, bounds, least, most):
    assert least <= measure.chance({"values": values} | bounds) <= most


# ------------------------------------------------------------------------------------- the record


WORLDS = [("tensorflow", seed, "as it is") for seed in range(3)]


@pytest.fixture
def quick(lesson, monkeypatch):
    """Measure the lesson with made-up runs; returns (a function that measures, the runs made)."""
    made = []

    def run(path, world, of="numbers", sabotage=None):
        code = measure.checksums(nbformat.read(path, as_version=4))[of]
        if (code, world, sabotage) not in made:
            made.append((code, world, sabotage))
        source = nbformat.read(path, as_version=4).cells[1].source
        claims = [{"claim": "one is one", "held": True}]
        if 'claim("the weight' in source:
            value = 100 if sabotage else 1 + world[1] / 8 + source.count("layers.Dense(2")
            text = "the weight is small" if "small" in source else "renamed"
            claim = {"claim": text, "held": value < 3, "value": value}
            claims.append(claim | {"above": -3.0, "below": 3.0})
        return {"claims": claims, "errors": [], "seconds": 2.0}

    monkeypatch.setattr(measure, "kept", run)
    monkeypatch.setattr(measure, "WORLDS", WORLDS)
    monkeypatch.setattr(measure, "PROBES", WORLDS[1:2])
    monkeypatch.setattr(measure, "SABOTAGES", {})
    return lambda: measure.main([str(lesson)]), made


def change(path, old, new):
    notebook = nbformat.read(path, as_version=4)
    assert old in notebook.cells[1].source
    notebook.cells[1].source = notebook.cells[1].source.replace(old, new)
    nbformat.write(notebook, path)


def stored():
    return json.loads((measure.RECORDS / "lesson.json").read_text())


def test_a_record_keeps_every_number_and_is_written_again_byte_for_byte(quick):
    measured, _ = quick
    assert measured() == 0
    first = (measure.RECORDS / "lesson.json").read_bytes()
    assert stored()["claims"] == [
        {"claim": "one is one", "held": 3},
        {"claim": "the weight is small", "above": -3, "below": 3, "values": [1, 1.125, 1.25]},
    ]
    assert measured() == 0
    assert (measure.RECORDS / "lesson.json").read_bytes() == first


def worlds_run(made, before):
    return sorted(world[1] for _, world, _ in made[before:])


def test_other_words_cost_one_run_and_keep_the_numbers(quick, lesson):
    measured, made = quick
    measured()
    before, numbers = len(made), stored()["claims"][1]["values"]
    change(lesson, "small", "little")
    measured()
    assert worlds_run(made, before) == [0]
    assert stored()["claims"][1]["claim"] == "renamed"
    assert stored()["claims"][1]["values"] == numbers


def test_a_change_after_which_the_probes_agree_keeps_the_numbers(quick, lesson):
    measured, made = quick
    measured()
    before = len(made)
    change(lesson, "claim(", "renamed = weight\nclaim(")
    measured()
    assert worlds_run(made, before) == [0, 1]
    assert stored()["numbers"] == measure.checksums(nbformat.read(lesson, as_version=4))["numbers"]


def test_a_change_that_moves_a_number_runs_all_worlds(quick, lesson):
    measured, made = quick
    measured()
    before = len(made)
    change(lesson, "layers.Dense(1,", "layers.Dense(2,")
    measured()
    assert worlds_run(made, before) == [0, 1, 2]
    assert stored()["claims"][1]["values"] == [2, 2.125, 2.25]


def test_seeds_that_no_record_has_are_tried_and_nothing_is_recorded(quick, lesson, capsys):
    _, made = quick
    assert measure.main([str(lesson), "--seeds", "7", "9"]) == 0
    assert worlds_run(made, 0) == [7, 9]
    assert measure.main([str(lesson), "--seeds", "16"]) == 1
    assert "seed 16, as it is: 'the weight is small' failed, it saw 3\n" in capsys.readouterr().out
    assert not measure.RECORDS.exists()
    with pytest.raises(SystemExit):
        measure.main([str(lesson), "--seeds", "2"])
    assert "records have the seeds 0 to 2" in capsys.readouterr().err


def test_a_command_runs_in_the_arithmetic_of_a_world():
    tool = [sys.executable, measure.ROOT / "tools" / "arithmetic.py"]
    show = [sys.executable, "-c", "import json, os; print(json.dumps(dict(os.environ)))"]
    shown = json.loads(subprocess.run([*tool, "SSE4.1", *show], stdout=subprocess.PIPE).stdout)
    wanted = measure.ONE_THREAD | measure.ARITHMETIC["tensorflow"]["SSE4.1"]
    assert {name: shown.get(name) for name in wanted} == wanted
    refused = subprocess.run([*tool, "MMX", *show], capture_output=True, text=True)
    assert refused.returncode == 1 and "'without oneDNN'" in refused.stderr


def test_a_sabotage_that_leaves_the_claim_standing_is_a_fault(quick, monkeypatch, capsys):
    measured, _ = quick
    harmless = ("Dense(1,", "Dense(1, ", "one is one")
    monkeypatch.setattr(measure, "SABOTAGES", {"lesson": harmless})
    assert measured() == 1
    assert "sabotage does not make 'one is one' fail" in capsys.readouterr().out
    harmful = ("Dense(1,", "Dense(1, ", "the weight is small")
    monkeypatch.setattr(measure, "SABOTAGES", {"lesson": harmful})
    assert measured() == 0
    assert not stored()["sabotage"]["held"]


def test_a_sabotage_must_find_its_place_once():
    notebook = notebook_of(SET_UP, LESSON)
    measure.sabotaged(notebook, "Dense(1,", "Dense(2,")
    assert "Dense(2," in notebook.cells[1].source
    for old in ("Dense(1,", "claim("):
        with pytest.raises(ValueError, match="exactly once"):
            measure.sabotaged(notebook, old, "")


def test_what_is_wrong_with_a_record_is_told():
    record = {
        "worlds": ["a", "b", "c", "d"],
        "errors": ["b: cell 3: ValueError"],
        "sabotage": None,
        "claims": [
            {"claim": "exact", "held": 3},
            {"claim": "close", "above": 1, "values": [1.1, 1.2, 1.3, 1.0]},
            {"claim": "fine", "above": 1, "values": [90, 91, 90, 91]},
        ],
    }
    found = list(measure.faults(record))
    assert len(found) == 4
    for part, sentence in zip(("cell 3", "'exact' held in 3 of 4", "'close'", "some"), found):
        assert part in sentence
