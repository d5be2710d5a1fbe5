"""Functions of a notebook or a file, run in a Python of their own.

print(processes.run(network, on_four_devices, KERAS_BACKEND="jax"))
program = processes.start(network, worker, PORT=port)
"""

import ast
import inspect
import os
import subprocess
import sys
import textwrap

KERAS = {"keras", "layers", "ops"}


def start(*functions, **environment):
    """Start a Python of its own that defines `functions` and calls the last one.

    A backend starts its devices once, so what splits them needs a new Python, and so does training
    in several programs. The functions may use each other, `keras`, `layers`, `ops`, `np`, `os`
    and what they import themselves. Keras and its backend take seconds to start, so they start
    only if a function names one of the first three.

    Args:
        *functions: functions without arguments, whose source Python can find: of a file or a cell.
        **environment: environment variables to add, such as KERAS_BACKEND.

    Returns:
        The `subprocess.Popen`; its `communicate()` waits and gives output and errors, two texts.

    Raises:
        TypeError: what is to be called is no function of a file or a cell.
    """
    for function in functions or [None]:
        if not inspect.isfunction(function) or function.__name__ == "<lambda>":
            raise TypeError(f"{function!r:.60} is no function that a def of a file or cell makes.")
    source = "\n".join(textwrap.dedent(inspect.getsource(function)) for function in functions)
    names = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
    program = [
        f"import os, sys; sys.path[:] = {sys.path}; import numpy as np",
        "import keras; from keras import layers, ops" if names & KERAS else "",
        source,
        f"{functions[-1].__name__}()",
    ]
    utf8 = {"PYTHONIOENCODING": "utf-8"}  # Windows's own encoding has no ✓
    return subprocess.Popen(
        [sys.executable, "-c", "\n".join(program)],
        env=os.environ | utf8 | {name: str(value) for name, value in environment.items()},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def run(*functions, **environment):
    """`start`, wait, and return what was printed. Raises RuntimeError if it ended with an error."""
    program = start(*functions, **environment)
    output, errors = program.communicate()
    if program.returncode:
        raise RuntimeError(f"{functions[-1].__name__} failed: {output}\n{errors[-2000:]}")
    return output.rstrip()
