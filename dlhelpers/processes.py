"""Functions of a notebook or a file, run in a Python of their own.

print(processes.run(network, on_four_devices, KERAS_BACKEND="jax"))
program = processes.start(network, worker, PORT=port)
wires = processes.accept(listener, [program])
"""

import ast
import inspect
import os
import subprocess
import sys
import textwrap

KERAS = {"keras", "layers", "ops"}
# What comes with Keras stays, so the search for garbage spares it: a third of the time to start.
IMPORT_KERAS = """import gc; gc.disable()
import keras; from keras import layers, ops
gc.freeze(); gc.enable()"""


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
        IMPORT_KERAS if names & KERAS else "",
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


def accept(listener, programs):
    """Wait until every program has dialled `listener`, and return the connections.

    `listener.accept()` alone waits for ever for a program that has ended.

    Args:
        listener: a `multiprocessing.connection.Listener` on a network address.
        programs: list of what `start` returned.

    Returns:
        list of `multiprocessing.connection.Connection`, as many as programs, in the order in which
        they dialled.

    Raises:
        RuntimeError: a program ended before all had dialled; the message has what they wrote. The
            others are killed.
        TypeError: `listener` is closed or none, or `programs` are not what `start` returned.
    """
    socket = getattr(getattr(listener, "_listener", None), "_socket", None)
    if socket is None:
        raise TypeError(f"{listener!r:.60} is no open Listener on a network address.")
    listed = isinstance(programs, (list, tuple))
    if not listed or not all(isinstance(program, subprocess.Popen) for program in programs):
        raise TypeError(f"programs must be a list of what start returned, not {programs!r:.60}.")
    wires = []
    socket.settimeout(0.5)  # a Listener has no time limit of its own
    while len(wires) < len(programs):
        try:
            wires.append(listener.accept())
        except TimeoutError:
            codes = [program.poll() for program in programs]
            if any(code is not None for code in codes):
                for program in programs:
                    program.kill()
                said = ["\n".join(program.communicate())[-2000:] for program in programs]
                raise RuntimeError(
                    f"{len(wires)} of {len(programs)} programs had dialled when one ended; exit "
                    f"codes {codes}, and what they wrote: {' '.join(said)}"
                ) from None
    return wires


def run(*functions, **environment):
    """`start`, wait, and return what was printed.

    Raises:
        RuntimeError: it ended with an error; the message has what was printed and what went wrong.
        TypeError: as `start`.
    """
    program = start(*functions, **environment)
    output, errors = program.communicate()
    if program.returncode:
        raise RuntimeError(f"{functions[-1].__name__} failed: {output}\n{errors[-2000:]}")
    return output.rstrip()
