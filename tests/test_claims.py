import numpy as np
import pytest

from dlhelpers.claims import approx, claim


def test_a_claim_that_holds_prints_its_text(capsys):
    claim("two is more than one", 2 > 1)
    assert capsys.readouterr().out == "✓ two is more than one\n"


def test_a_claim_that_fails_stops_with_the_text_and_the_numbers(capsys):
    with pytest.raises(AssertionError, match=r"at least 99 %.*accuracy = 0\.5"):
        claim("accuracy is at least 99 %", 0.5 > 0.99, accuracy=0.5)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("condition", [np.bool_(True), np.array(True), np.ones(3).all()])
def test_a_claim_takes_the_truth_value_of_an_array(condition, capsys):
    claim("all are one", condition)
    assert "✓" in capsys.readouterr().out


def test_a_failed_comparison_of_arrays_is_a_failed_claim():
    with pytest.raises(AssertionError):
        claim("they agree", np.allclose([1.0], [2.0]))


@pytest.mark.parametrize("condition", [np.array([True, True]), np.array([True]), np.array([])])
def test_several_truth_values_are_no_claim(condition):
    with pytest.raises(TypeError, match="shape"):
        claim("all are one", condition)


@pytest.mark.parametrize("condition", ["text", None, [True], 3, (False,)])
def test_what_is_no_comparison_is_no_claim(condition):
    with pytest.raises(TypeError, match="comparison"):
        claim("this holds", condition)


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (0.99214, 4, "≈0.9921"),
        (np.float32(0.5), 2, "≈0.50"),
        (63.4, 0, "≈63"),
        (-1.26, 1, "≈-1.3"),
        (np.array(2.0), 1, "≈2.0"),
    ],
)
def test_approx_writes_a_number_behind_its_sign(value, digits, text):
    assert approx(value, digits) == text
