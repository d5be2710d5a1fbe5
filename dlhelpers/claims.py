"""Numbers that depend on training, and the claims that pin them.

What varies with the machine, the seed or the backend is printed through `approx`, after a `≈`.
What must hold all the same is stated with `claim`, which stops the notebook when it does not.
"""

import json
import math
import os
import re


def approx(value, digits=4):
    """Return `value` as text that says it varies: `approx(0.99214)` is `"≈0.9921"`.

    Args:
        value: a number, or anything that `float()` takes (a 0-d array of any backend).
        digits: digits after the decimal point; 0 gives a whole number.

    Returns:
        A string. The course compares stored outputs with the number after `≈` left out.

    Raises:
        TypeError, ValueError: `value` is no number, or `digits` no whole number from 0 on.
    """
    if type(digits) is not int or digits < 0:
        raise ValueError(f"approx got digits={digits!r}; give a whole number from 0 on.")
    try:
        return f"≈{float(value):z.{digits}f}"  # z: no minus before a zero
    except (TypeError, ValueError, OverflowError):
        raise TypeError(f"approx got {value!r:.60}, where one number is wanted.") from None


def claim(text, found, /, *, above=None, below=None, **measured):
    """Print `✓ text` when it holds; otherwise stop with the numbers.

    What is exact is claimed with a truth value, what training gave with a number and its bound:

        claim("both give the same", np.allclose(ours, theirs))
        claim("it reads nine digits in ten", accuracy, above=0.9)

    Args:
        text: what the lesson says, as a sentence that the condition decides.
        found: one truth value; or, with `above` or `below`, one number. Either may be a 0-d
            array of any backend.
        above, below: the number must lie strictly above, below or between.
        **measured: further numbers, by name; shown when the claim fails.

    Raises:
        AssertionError: the claim does not hold; the message has the text and the numbers.
        TypeError: `found` is not one truth value or, where a bound is given, not one number; or
            a bound is none.

    With the environment variable DLHELPERS_CLAIMS set to a file, each claim adds a line of JSON
    to it, and one that does not hold prints `✗` and does not stop: so `make measure` sees how far
    every number stays from its bound.
    """
    bounds = {"above": above, "below": below}
    bounds = {name: _number(text, bound) for name, bound in bounds.items() if bound is not None}
    if bounds:
        value = _number(text, found)
        holds = bounds.get("above", -math.inf) < value < bounds.get("below", math.inf)
        wanted = " and ".join(f"{name} {bound:g}" for name, bound in bounds.items())
        numbers = [f"found = {value:.6g}, wanted {wanted}"]
    else:
        holds, numbers = _truth(text, found), []
    record = os.environ.get("DLHELPERS_CLAIMS")
    if record:
        line = {"claim": text, "held": holds} | ({"value": value} | bounds if bounds else {})
        with open(record, "a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    if not holds and not record:
        numbers = ", ".join(numbers + [f"{name} = {value}" for name, value in measured.items()])
        raise AssertionError(f"Claim does not hold: {text}" + (f" ({numbers})" if numbers else ""))
    print(f"{'✓' if holds else '✗'} {text}")


def _truth(text, found):
    """The truth value in a bool or a 0-d boolean array of any backend."""
    _refuse_arrays(text, found)
    kind = _kind(found)
    if not kind.startswith("bool"):
        raise TypeError(
            f'claim("{text}") got {found!r}, a {kind}, where a truth value is wanted; compare it, '
            "as in `loss_after < loss_before`, or give its bound: above=… or below=…."
        )
    return bool(found)


def _number(text, found):
    """The number in a Python number or a 0-d array of numbers of any backend."""
    _refuse_arrays(text, found)
    kind = _kind(found)
    if not kind.startswith(("int", "uint", "float", "bfloat")):
        raise TypeError(f'claim("{text}") has a bound, so a number is wanted, not {found!r}.')
    return float(found)


def _kind(found):
    """The name of a type, as in "bool" or "float32"; each backend writes it in its own way."""
    return re.findall(r"\w+", str(getattr(found, "dtype", type(found).__name__)))[-1]


def _refuse_arrays(text, found):
    if tuple(getattr(found, "shape", ())) != ():
        raise TypeError(
            f'claim("{text}") got an array of shape {tuple(found.shape)}; reduce it to one value, '
            "for example with .all(), .min() or .max()."
        )
