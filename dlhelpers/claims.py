"""Numbers that depend on training, and the claims that pin them.

What varies with the machine, the seed or the backend is printed through `approx`, after a `≈`.
What must hold all the same is stated with `claim`, which stops the notebook when it does not.
"""


def approx(value, digits=4):
    """Return `value` as text that says it varies: `approx(0.99214)` is `"≈0.9921"`.

    Args:
        value: a number, or anything that `float()` takes (a 0-d array of any backend).
        digits: digits after the decimal point; 0 gives a whole number.

    Returns:
        A string. The course compares stored outputs with the number after `≈` left out.
    """
    return f"≈{float(value):.{digits}f}"


def claim(text, condition, **measured):
    """Print `✓ text` when `condition` holds; otherwise stop with the numbers.

    Args:
        text: what the lesson says, as a sentence that the condition decides.
        condition: one truth value: a bool, or a 0-d array of any backend. An array of several
            values is refused, because "some are true" is not a claim.
        **measured: the numbers behind the condition, by name; shown when the claim fails.

    Raises:
        AssertionError: the claim does not hold; the message has the text and the numbers.
        TypeError: `condition` is not one truth value.
    """
    if getattr(condition, "shape", ()) != ():
        raise TypeError(
            f'claim("{text}") got an array of shape {tuple(condition.shape)} as its condition; '
            "reduce it to one truth value, for example with .all()."
        )
    if not isinstance(condition, bool) and not hasattr(condition, "shape"):
        raise TypeError(
            f'claim("{text}") got a {type(condition).__name__} as its condition; '
            "give a comparison, for example `accuracy > 0.99`."
        )
    if not bool(condition):
        found = ", ".join(f"{name} = {value}" for name, value in measured.items())
        raise AssertionError(f"Claim does not hold: {text}" + (f" ({found})" if found else ""))
    print(f"✓ {text}")
