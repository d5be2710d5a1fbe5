"""Train the network of notebook 16 at every setting of a grid; write data/tuning_table.npz.

    KERAS_BACKEND=tensorflow OMP_NUM_THREADS=1 python tools/tuning_table.py

One hidden layer of 64 units learns 2,048 digits of MNIST with Adam for 8 epochs, at 17 learning
rates × 9 batch sizes × 5 seeds. After each epoch its loss and errors are taken on four sets of 500
other training digits, so that a study can be replayed with one of four small validation sets; and,
on MNIST's 10,000 test digits, its loss and errors. data/README.md lists the arrays and what they
cost. Training is not the same to the last digit on another machine, so another run gives nearly
this table, not its bytes.
"""

import os
import sys
import time
from pathlib import Path

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "data")]

import build  # noqa: E402
import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers, ops  # noqa: E402

from dlhelpers import datasets  # noqa: E402

LEARNING_RATES = 10 ** np.linspace(-5, -1, 17)
BATCH_SIZES = 2 ** np.arange(3, 12)
SEEDS, EPOCHS, PARTS, PART, TRAIN = 5, 8, 4, 500, 2048


def digits():
    """Return ((x, y) to train on, (x, y) of all validation sets in a row, (x, y) to test on)."""
    x_train, y_train, x_test, y_test = datasets.mnist()
    flat = [x.reshape(-1, 784).astype("float32") / 255 for x in (x_train, x_test)]
    end = TRAIN + PARTS * PART
    labels = [y.astype("int32") for y in (y_train, y_test)]
    train, held_out = slice(TRAIN), slice(TRAIN, end)
    return (
        (flat[0][train], labels[0][train]),
        (flat[0][held_out], labels[0][held_out]),
        (flat[1], labels[1]),
    )


def network():
    """Return the network: 784 → 64 → 10, 50,890 parameters."""
    return keras.Sequential(
        [keras.Input((784,)), layers.Dense(64, activation="relu"), layers.Dense(10)]
    )


def score(model, x, y, parts):
    """Return (losses, errors), each (parts,): mean cross-entropy and wrong answers of each part."""
    scores = ops.convert_to_numpy(model(x)).astype("float64")
    scores -= scores.max(axis=1, keepdims=True)
    losses = np.log(np.exp(scores).sum(axis=1)) - scores[np.arange(len(y)), y]
    wrong = scores.argmax(axis=1) != y
    return losses.reshape(parts, -1).mean(axis=1), wrong.reshape(parts, -1).sum(axis=1)


def main():
    """Train all settings, print what it costs, and write the table with its line in SHA256SUMS."""
    train, validation, test = digits()
    shape = len(LEARNING_RATES), len(BATCH_SIZES), SEEDS, EPOCHS
    table = {
        "learning_rate": LEARNING_RATES,
        "batch_size": BATCH_SIZES,
        "validation_loss": np.zeros((*shape, PARTS), "float16"),
        "validation_errors": np.zeros((*shape, PARTS), "uint16"),
        "test_loss": np.zeros(shape, "float16"),
        "test_errors": np.zeros(shape, "uint16"),
    }
    begin, model = time.process_time(), network()
    for b, batch_size in enumerate(BATCH_SIZES.tolist()):
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        steps = max(1, TRAIN // batch_size)
        model.compile(keras.optimizers.Adam(), loss, steps_per_execution=steps)
        model.optimizer.build(model.trainable_variables)
        slots = [
            variable for variable in model.optimizer.variables if variable.name != "learning_rate"
        ]
        fresh = [np.zeros(variable.shape) for variable in slots]
        for seed in range(SEEDS):
            keras.utils.set_random_seed(1000 * b + seed)
            weights = network().get_weights()
            for a, learning_rate in enumerate(LEARNING_RATES.tolist()):
                model.set_weights(weights)
                for variable, value in zip(slots, fresh, strict=True):
                    variable.assign(value)
                model.optimizer.learning_rate = learning_rate
                keras.utils.set_random_seed(10_000 * b + 100 * seed + a)

                def note(epoch, logs, at=(a, b, seed)):
                    losses, errors = score(model, *validation, PARTS)
                    table["validation_loss"][at][epoch] = losses
                    table["validation_errors"][at][epoch] = errors
                    (losses,), (errors,) = score(model, *test, 1)
                    table["test_loss"][at][epoch], table["test_errors"][at][epoch] = losses, errors

                model.fit(
                    *train,
                    batch_size=batch_size,
                    epochs=EPOCHS,
                    verbose=0,
                    callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=note)],
                )
        print(f"batch size {batch_size}: {time.process_time() - begin:.0f} s", flush=True)
    table["seconds"] = np.array(round(time.process_time() - begin))
    content = build.npz_bytes(table)
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "data" / "tuning_table.npz"
    build.write(target, content)
    if target.parent == ROOT / "data":
        sums = build.read_sums(target.parent)
        build.write_sums(
            target.parent, {**sums, target.name: build.hashlib.sha256(content).hexdigest()}
        )
    print(f"{target.name}: {len(content):,} bytes")


if __name__ == "__main__":
    main()
