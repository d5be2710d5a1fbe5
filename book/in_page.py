"""Runs in the reader's browser: an exercise's cell, as a notebook would run it.

The worker, `worker.js`, calls `run`. Python there has NumPy and `dlhelpers.exercises`, no more.
"""

import contextlib
import io
import linecache
import traceback

import numpy as np

from dlhelpers.exercises import check, hint

CELL = "<your answer>"


class Missing:
    """Stands for what a notebook's first cell imports and the page does not have."""

    def __init__(self, name):
        self._name = name

    def __getattr__(self, part):
        said = f"the page has no {self._name}, only NumPy; use it in the notebook"
        raise RuntimeError(said)


def run(code):
    """What the cell prints, an error with its lines included; it sees nothing of other cells."""
    names = {name: Missing(name) for name in ("keras", "layers", "ops", "plt")}
    names |= {"__name__": "__main__", "np": np, "check": check, "hint": hint}
    linecache.cache[CELL] = len(code), None, code.splitlines(keepends=True), CELL
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            exec(compile(code, CELL, "exec"), names)
        except BaseException as error:
            own = error.__traceback__.tb_next  # without the line above
            traceback.print_exception(type(error), error, own)
    return said.getvalue()
