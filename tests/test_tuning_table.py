"""tools/tuning_table.py trains what data/tuning_table.npz says that it holds."""

import importlib.util
import pathlib

import numpy as np
import pytest

from dlhelpers import datasets

ROOT = pathlib.Path(__file__).resolve().parent.parent


@pytest.fixture
def script(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "data"))
    spec = importlib.util.spec_from_file_location("tuning_table", ROOT / "tools/tuning_table.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_setting_that_is_trained_again_comes_out_like_the_table(script, monkeypatch, tmp_path):
    sums, table = (ROOT / "data" / "SHA256SUMS").read_text(), datasets.tuning_table()
    monkeypatch.setattr(script, "LEARNING_RATES", table["learning_rate"][[4, 8]])
    monkeypatch.setattr(script, "BATCH_SIZES", table["batch_size"][[5]])
    monkeypatch.setattr(script, "SEEDS", 1)
    monkeypatch.setattr(script.sys, "argv", ["tuning_table.py", str(tmp_path / "again.npz")])
    script.main()
    assert (ROOT / "data" / "SHA256SUMS").read_text() == sums  # a trial run leaves it alone
    with np.load(tmp_path / "again.npz") as again:
        assert set(again.files) == set(table)
        for name in ("validation_loss", "test_loss", "test_errors"):
            found, wanted = (
                again[name][:, 0, 0].astype(float),
                table[name][[4, 8], 5].astype(float),
            )
            np.testing.assert_allclose(found, wanted.mean(axis=1), rtol=0.25)


def test_a_score_is_the_mean_cross_entropy_and_the_number_of_wrong_answers(script):
    scores = np.array([[2.0, 0.0], [0.0, 1.0], [3.0, 0.0], [0.0, 0.0]])
    labels = np.array([0, 0, 1, 0])
    losses, errors = script.score(lambda x: scores, None, labels, 2)
    chosen = np.exp(scores[np.arange(4), labels]) / np.exp(scores).sum(axis=1)
    np.testing.assert_allclose(losses, -np.log(chosen).reshape(2, 2).mean(axis=1))
    assert errors.tolist() == [1, 1]
