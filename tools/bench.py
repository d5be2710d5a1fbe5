"""Train the network of notebook 11 and keras.io's "Simple MNIST convnet" side by side.

`python tools/bench.py [--epochs 15] [--seeds 0]`; a full run takes about three and a half minutes
on two cores. Both see the same pictures on the same machine, one after the other; keras.io's
trains on 54,000 of them, because its example holds back a tenth. The notebook's seconds are those
of its own cells: training, ranking the digits, averaging weights, and reading the test digits in
nine shifted copies; keras.io's are those of the training alone.
https://keras.io/examples/vision/mnist_convnet/
"""

import argparse
import os
import sys
import time

import numpy as np
from staircase import COMPARISONS, NOTEBOOK, lesson

LAST_CELL = "seconds += time.perf_counter()"  # the first cell that has this is the last one needed


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
    os.environ["DLHELPERS_CLAIMS"] = os.devnull  # a claim that fails does not stop the run
    print("network       seed  parameters   pictures  test errors  seconds")
    for seed in options.seeds:
        ours = lesson(LAST_CELL, COMPARISONS, seed)
        x_train, x_test = (
            ours[name][..., None] / np.float32(255) for name in ("x_train", "x_test")
        )
        theirs, seconds = keras_io_network(
            ours["keras"], x_train, ours["y_train"], options.epochs, seed
        )
        read = theirs.predict(x_test, batch_size=500, verbose=0).argmax(axis=1)
        pictures = sum(ours["lengths"]), 54_000 * options.epochs
        for name, model, seen, errors, took in (
            ("notebook 11", ours["model"], pictures[0], ours["errors"], ours["seconds"]),
            ("keras.io", theirs, pictures[1], np.sum(read != ours["y_test"]), seconds),
        ):
            print(
                f"{name:12}  {seed:4}  {model.count_params():10,}  {seen:9,}  {errors:11}  "
                f"{took:7.0f}",
                flush=True,
            )


if __name__ == "__main__":
    sys.exit(main())
