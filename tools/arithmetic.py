"""Run a command as another machine computes: `python tools/arithmetic.py SSE4.1 pytest …`.

The kinds are those of TensorFlow's worlds in tools/measure.py, on one thread as there.
"""

import os
import sys

from measure import ARITHMETIC, ONE_THREAD


def main(arguments):
    kinds = ARITHMETIC["tensorflow"]
    if len(arguments) < 2 or arguments[0] not in kinds:
        return f"arithmetic.py wants a command behind one of {', '.join(map(repr, kinds))}."
    kind, *command = arguments
    os.execvpe(command[0], command, os.environ | ONE_THREAD | kinds[kind])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
