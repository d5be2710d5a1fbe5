"""Train the network of notebook 11 and keras.io's "Simple MNIST convnet" side by side.

`python tools/bench.py [--epochs 15] [--seeds 0]`; a full run takes about four and a half minutes
on two cores. Both see the same pictures on the same machine, one after the other; keras.io's
trains on 54,000 of them, because its example holds back a tenth.
https://keras.io/examples/vision/mnist_convnet/
"""

import argparse
import contextlib
import io
import json
import os
import pathlib
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
NOTEBOOK = ROOT / "notebooks" / "11_mnist_cnn.ipynb"
LAST_CELL = "model.fit("  # the first cell that has this is the last that is executed


def notebook_network(seed):
    """Execute the notebook's own cells up to the training; returns their names and values.

    Raises:
        ValueError: no cell of the notebook trains.
    """
    names = {}
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    for cell in cells:
        if cell["cell_type"] != "code":
            continue
        code = "".join(cell["source"])
        with contextlib.redirect_stdout(io.StringIO()):  # figures and tables are for the page
            exec(compile(code, NOTEBOOK.name, "exec"), names)
        if "quiet.start(" in code:  # the set-up cell
            names["keras"].utils.set_random_seed(seed)
        if LAST_CELL in code:
            return names
    raise ValueError(f"No cell of {NOTEBOOK} contains {LAST_CELL!r}.")


def keras_io_network(keras, x_train, y_train, epochs, seed):
    """keras.io's network, trained as its example does; returns the model and the seconds."""
    keras.utils.set_random_seed(seed)
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, kernel_size=(3, 3), activation="relu"),
            layers.MaxPooling2D(pool_size=(2, 2)),
            layers.Conv2D(64, kernel_size=(3, 3), activation="relu"),
            layers.MaxPooling2D(pool_size=(2, 2)),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )
    # The example one-hot encodes the labels; the sparse loss is the same without that.
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    started = time.perf_counter()
    model.fit(x_train, y_train, batch_size=128, epochs=epochs, validation_split=0.1, verbose=0)
    return model, time.perf_counter() - started


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=15, help="keras.io's epochs (default 15)")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0], help="default: 0")
    options = parser.parse_args(arguments)
    os.environ.setdefault("MPLBACKEND", "agg")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ["DLHELPERS_PROGRESS"] = "0"
    os.chdir(NOTEBOOK.parent)  # its set-up cell looks for ../dlhelpers
    print("network       seed  parameters  epochs  test error   seconds")
    for seed in options.seeds:
        ours = notebook_network(seed)
        theirs, seconds = keras_io_network(
            ours["keras"], ours["x_train"], ours["y_train"], options.epochs, seed
        )
        for name, model, epochs, took in (
            ("notebook 11", ours["model"], ours["epochs"], ours["seconds"]),
            ("keras.io", theirs, options.epochs, seconds),
        ):
            accuracy = model.evaluate(ours["x_test"], ours["y_test"], batch_size=500, verbose=0)[1]
            print(
                f"{name:12}  {seed:4}  {model.count_params():10,}  {epochs:6}  "
                f"{1 - accuracy:9.2%}  {took:8.0f}",
                flush=True,
            )


if __name__ == "__main__":
    sys.exit(main())
