"""Start Keras on a backend, alike on every machine and without the greetings of C++ libraries."""

import contextlib
import gc
import importlib.util
import logging
import os
import sys

BACKENDS = ("tensorflow", "jax", "torch")


def start(backend="tensorflow", seed=0, style=None):
    """Choose Keras's backend, import it quietly, and set the seed of everything random.

    Call it before anything imports Keras, whose backend cannot be changed afterwards. The same
    arithmetic is asked for on every processor (oneDNN in TensorFlow), and of TensorFlow's log only
    warnings and errors, without the one about retracing; environment variables that are set
    already are respected.

    Args:
        backend: "tensorflow", "jax" or "torch". The variable KERAS_BACKEND, where set, wins.
        seed: an integer for `keras.utils.set_random_seed`.
        style: defaults for Matplotlib's figures, a dictionary of `rcParams`.

    Raises:
        ValueError: Keras has no such backend, or `seed` or `style` is none.
        ModuleNotFoundError: the backend is not installed.
    """
    chosen = os.environ.get("KERAS_BACKEND") or backend
    if chosen not in BACKENDS:
        where = "KERAS_BACKEND" if os.environ.get("KERAS_BACKEND") else "the backend"
        raise ValueError(f'{where} is {chosen!r}: set it to "tensorflow", "jax" or "torch".')
    if type(seed) is not int or not 0 <= seed < 2**32:
        raise ValueError(f"seed={seed!r:.60}: give a whole number from 0 on.")
    if not isinstance(style, dict | None):
        raise ValueError(f"style={style!r:.60}: give a dictionary of Matplotlib's settings.")
    if importlib.util.find_spec(chosen) is None:
        raise ModuleNotFoundError(
            f"The backend {chosen} is not installed: install it, or set KERAS_BACKEND to another."
        )
    os.environ["KERAS_BACKEND"] = chosen
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")
    spared = contextlib.nullcontext() if "keras" in sys.modules else none_is_garbage()
    with native_log_muted(), spared:
        import keras
    logging.getLogger("tensorflow").addFilter(_no_retracing)
    keras.utils.set_random_seed(seed)
    if style:
        import matplotlib.pyplot as plt

        plt.rcParams.update(style)


def _no_retracing(record):
    """Whether to log this. TensorFlow traces every new model once and soon calls that a fault."""
    return "triggered tf.function retracing" not in record.getMessage()


@contextlib.contextmanager
def none_is_garbage():
    """Spare what is made inside the `with` block from the search for garbage, now and later.

    Importing Keras with TensorFlow leaves some 600,000 objects that stay. Python's cyclic collector
    would look through all of them several times during the import, each time that
    `keras.utils.clear_session` calls it, and once more at the end: 0.6, 0.3 and 0.6 seconds of
    processor time.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        if collecting:
            gc.enable()


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
