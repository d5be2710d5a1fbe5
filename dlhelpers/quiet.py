"""Keep the greetings of C++ libraries out of the notebooks."""

import contextlib
import os


@contextlib.contextmanager
def native_log_muted():
    """Drop what compiled libraries write to standard error inside the `with` block.

    TensorFlow announces oneDNN there before its log level can be set, and only on some processors.
    Python's own warnings and errors still appear in a notebook, because Jupyter carries them
    by another road. In a terminal both share one road, so both are dropped.
    """
    kept = os.dup(2)
    try:
        with open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), 2)
            yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
