"""tools/measure.py: the ranges beside the claims must be those of the runs."""

import keras
import measure
import nbformat
import numpy as np
from nbformat.v4 import new_code_cell, new_notebook


def test_a_range_spans_the_runs_and_lines_are_matched_by_their_words():
    runs = [
        ["a  loss ≈2.5 after 3 s, ≈1,200 steps", "a  ✓ it learns"],
        ["a  loss ≈-0.5 after 3 s, ≈1,300 steps", "a  FAILED AssertionError: it learns"],
        ["a  loss ≈1e-3 after 3 s, ≈1,200 steps", "a  ✓ it learns"],
    ]
    assert measure.ranges(runs) == [
        ("a  loss ≈-0.5 … 2.5 after 3 s, ≈1200 … 1300 steps", 3),
        ("a  ✓ it learns", 2),
        ("a  FAILED AssertionError: it learns", 1),
    ]


def test_equal_words_in_one_run_are_kept_apart():
    runs = [["a  loss ≈1", "a  loss ≈5"], ["a  loss ≈2", "a  loss ≈6"]]
    assert [line for line, _ in measure.ranges(runs)] == ["a  loss ≈1 … 2", "a  loss ≈5 … 6"]


def test_every_seed_moves_and_a_failed_claim_is_told(tmp_path, capsys):
    set_up = "import keras\nimport numpy as np\nkeras.utils.set_random_seed(0)"
    experiment = (
        "random = np.random.default_rng(0).random()\n"
        "print(f'≈{float(keras.random.uniform(())):.4f}, then ≈{random:.4f}')\n"
        "assert round(random, 4) == 0.6370, 'only seed 0'"
    )
    path = tmp_path / "lesson.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell(set_up), new_code_cell(experiment)]), path)
    before = path.read_bytes()
    assert measure.main([str(path), "--seeds", "0", "1"]) == 1
    assert path.read_bytes() == before
    numbers, failed = capsys.readouterr().out.splitlines()[1:]
    low, high = sorted(np.random.default_rng(seed).random() for seed in (0, 1000))
    by_keras, by_numpy = numbers.split(", then ")
    assert " … " in by_keras
    assert by_numpy == f"≈{round(low, 4):g} … {round(high, 4):g}"
    assert failed.endswith("FAILED AssertionError: only seed 0  [in 1 of 2 runs]")


def test_whole_seeds_move_and_a_generator_that_is_passed_on_stays(monkeypatch):
    original = np.random.default_rng
    monkeypatch.setattr(np.random, "default_rng", original)
    monkeypatch.setattr(keras.utils, "set_random_seed", keras.utils.set_random_seed)
    exec(measure.MOVE_SEEDS.format(shift=5), {"np": np, "keras": keras})
    assert np.random.default_rng(2).random() == original(7).random()
    generator = original(1)
    assert np.random.default_rng(generator) is generator
