import json

import numpy as np
import pytest
from keras import ops

from dlhelpers.claims import approx, claim


def test_a_claim_that_holds_prints_its_text(capsys):
    claim("two is more than one", 2 > 1)
    claim("two lies between one and three", 2, above=1, below=3)
    assert capsys.readouterr().out == "✓ two is more than one\n✓ two lies between one and three\n"


def test_a_claim_that_fails_stops_with_the_text_and_the_numbers(capsys):
    with pytest.raises(AssertionError, match=r"at least 99 %.*accuracy = 0\.5"):
        claim("accuracy is at least 99 %", 0.5 > 0.99, accuracy=0.5)
    with pytest.raises(AssertionError, match=r"99 % \(found = 0\.5, wanted above 0\.99, seed = 3"):
        claim("more than 99 %", 0.5, above=0.99, seed=3)
    with pytest.raises(AssertionError, match=r"\(found = \[3, 4\], text = why\)"):
        claim("further numbers may have any name", False, found=[3, 4], text="why")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("number", "bounds"),
    [
        (1.0, {"above": 1}),
        (1.0, {"below": 1}),
        (5, {"above": 1, "below": 3}),
        (0, {"above": 1, "below": 3}),
        (float("nan"), {"above": 0}),
        (float("nan"), {"below": 0}),
    ],
)
def test_a_number_outside_of_its_bounds_or_on_one_fails(number, bounds):
    with pytest.raises(AssertionError, match="wanted"):
        claim("it lies inside", number, **bounds)


@pytest.mark.parametrize(
    "truth", [np.bool_(True), np.array(True), np.ones(3).all(), ops.equal(1, 1)], ids=str
)
def test_a_truth_value_may_be_an_array_of_no_dimension(truth, capsys):
    claim("all are one", truth)
    assert "✓" in capsys.readouterr().out


@pytest.mark.parametrize(
    "number", [np.float32(2), np.array(2), np.int64(2), ops.convert_to_tensor(2.0)], ids=repr
)
def test_a_number_may_be_an_array_of_no_dimension(number, capsys):
    claim("two is more than one", number, above=1)
    assert "✓" in capsys.readouterr().out


def test_a_failed_comparison_of_arrays_is_a_failed_claim():
    with pytest.raises(AssertionError):
        claim("they agree", np.allclose([1.0], [2.0]))


@pytest.mark.parametrize("bounds", [{}, {"above": 0}])
@pytest.mark.parametrize("found", [np.array([True, True]), np.array([1.0]), np.array([])], ids=str)
def test_several_values_are_no_claim(found, bounds):
    with pytest.raises(TypeError, match="shape"):
        claim("all are one", found, **bounds)


@pytest.mark.parametrize(
    "found",
    ["text", None, [True], 3, 0.1, (False,), np.float64(0.1), np.float64("nan"), np.array(3)],
    ids=repr,
)
def test_only_a_truth_value_is_a_claim_without_a_bound(found, capsys):
    with pytest.raises(TypeError, match="truth value.*give its bound"):
        claim("this holds", found)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("found", ["2", None, True, np.bool_(True), 1j, [2]], ids=repr)
def test_only_a_number_has_a_bound(found):
    with pytest.raises(TypeError, match="a number is wanted"):
        claim("this holds", found, above=0)


def test_a_record_gets_every_claim_and_none_stops(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("DLHELPERS_CLAIMS", str(tmp_path / "claims"))
    claim("exact", True)
    claim("too low", np.float32(0.5), above=0.75)
    claim("inside", 2, above=1, below=3)
    assert capsys.readouterr().out == "✓ exact\n✗ too low\n✓ inside\n"
    assert [json.loads(line) for line in (tmp_path / "claims").read_text().splitlines()] == [
        {"claim": "exact", "held": True},
        {"claim": "too low", "held": False, "value": 0.5, "above": 0.75},
        {"claim": "inside", "held": True, "value": 2.0, "above": 1.0, "below": 3.0},
    ]


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0.99214, 4, "≈0.9921"),
        (np.float32(0.5), 2, "≈0.50"),
        (63.4, 0, "≈63"),
        (-1.26, 1, "≈-1.3"),
        (-0.001, 2, "≈0.00"),
        (np.array(2.0), 1, "≈2.0"),
    ],
)
def test_approx_writes_a_number_behind_its_sign(value, digits, text):
    assert approx(value, digits) == text
