"""Bring the exercise cells of notebooks up to the engine with topics: safe to run again and again.

    python exercise_edits.py FOLDER_OF_NOTEBOOKS [--dry]

Works by cell id, never by position. Prints what it changed; says CONFLICT and leaves a cell alone
where neither the old nor the new text stands. Afterwards execute the notebooks (tools/refresh.py).
"""

import pathlib
import re
import sys

import nbformat

TOPICS = dict(
    zip(
        (f"{n:02}" for n in range(1, 17)),
        "keras_models activations initialization optimizers batch_normalization dropout "
        "early_stopping skip_connections convolution pooling mnist_cnn data_augmentation "
        "transfer_learning object_detection hyperparameter_tuning devices".split(),
    )
)
RENAMED = {
    "05.batch_norm": "normalise_maps",
    "06.dropout": "drop",
    "08.densenet": "densenet_block",
    "11.recall": "digit_recall",
}

# (cell id, old text, new text); the old text stands once in the cell
EDITS = [
    ("05-23", "Write `batch_norm(x, gamma, beta, epsilon)` for `x`\nwith the axes",
     "Write `normalise_maps(x, gamma, beta, epsilon)`\nfor `x` with the axes"),
    ("05-24", "def batch_norm(", "def normalise_maps("),
    ("05-24", ", batch_norm)", ", normalise_maps)"),
    ("05-25", "def batch_norm(", "def normalise_maps("),
    ("05-25", ", batch_norm)", ", normalise_maps)"),
    ("06-23", "Write `dropout(x, uniform, p, training)`", "Write `drop(x, uniform, p, training)`"),
    ("06-24", "def dropout(", "def drop("),
    ("06-24", ", dropout)", ", drop)"),
    ("06-25", "def dropout(", "def drop("),
    ("06-25", ", dropout)", ", drop)"),
    ("08-27", "def densenet(", "def densenet_block("),
    ("08-27", ", densenet)", ", densenet_block)"),
    ("08-28", "def densenet(", "def densenet_block("),
    ("08-28", ", densenet)", ", densenet_block)"),
    ("11-26", "Write `recall(confusion)`.", "Write `digit_recall(confusion)`."),
    ("11-27", "def recall(", "def digit_recall("),
    ("11-27", ", recall)", ", digit_recall)"),
    ("11-28", "def recall(", "def digit_recall("),
    ("11-28", ", recall)", ", digit_recall)"),
    # The solution needs no function of an earlier section.
    ("10-28",
     "    window = np.ones((2, 2))\n"
     "    maximum = np.kron(windows(z, 2, 2).max(axis=(2, 3)), window)  # as large as z\n"
     "    return np.where(z == maximum, np.kron(gradient, window), 0)",
     "    rows, columns = gradient.shape\n"
     "    maxima = z.reshape(rows, 2, columns, 2).max(axis=(1, 3))\n"
     "    window = np.ones((2, 2))\n"
     "    return np.where(z == np.kron(maxima, window), np.kron(gradient, window), 0)"),
]

FOLDED = {"cellView": "form", "jupyter": {"source_hidden": True}}

# after which cell: [(id, type, source, metadata)]
NEW = {
    "01-28": [
        ("01-28b", "markdown", '''
**Build a model.** Points lie in a disc or in a ring around it, and each has two coordinates. Write
`ring_network()`. It returns a compiled model with two inputs and one output, which says whether a
point lies in the disc. The check counts its parameters, trains it with a thousand points for 20
epochs, in batches of 32, and shows it new ones.
''', {}),
        ("01-28c", "code", '''
def ring_network():  # at most 40 parameters; a share of 0.95 of the new points must be right
    return ...


check("keras_models.ring_network", ring_network)
''', {}),
        ("01-28d", "code", '''
# @title Solution
def ring_network():
    model = keras.Sequential([keras.Input((2,))])
    model.add(layers.Dense(8, activation="relu"))  # the bend; without it there is one straight line
    model.add(layers.Dense(1, activation="sigmoid"))
    model.compile(keras.optimizers.Adam(learning_rate=0.01), "binary_crossentropy")
    return model


check("keras_models.ring_network", ring_network)
''', FOLDED),
    ],
    "03-27": [
        ("03-27b", "markdown", '''
**4. Predict the first loss.** A network has one score for each of `classes` classes, and a softmax
behind them. It starts with small weights in the last layer, so all scores are nearly equal, whatever
the picture. Which cross-entropy does it start with? Write the number down, to two digits, before you
run anything.
''', {}),
        ("03-27c", "code", '''
classes = 10
first_loss = ...

check("initialization.first_loss", first_loss)
''', {}),
        ("03-27d", "code", '''
# @title Solution
first_loss = np.log(classes)  # each class gets p = 1 / classes, and the loss is -log p

check("initialization.first_loss", first_loss)

equal_scores = layers.Dense(classes, kernel_initializer="zeros")
cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
measured_loss = float(cross_entropy(y % classes, equal_scores(x)))
print(f"log {classes} = {first_loss:.4f}, and the loss of equal scores is {measured_loss:.4f}")
''', FOLDED),
        ("03-27e", "markdown", '''
**5. Repair a start.** `digits_network` reads pictures of mean 0 and variance 1. Its first loss is
many times the one that you have just predicted, and training would not help one of its layers. More
than one thing is wrong, and the check names one after the other. Change initializers, put
`digits_network` in place of the dots, and go on until no fault is left.
''', {}),
        ("03-27f", "code", '''
def digits_network():
    first = keras.initializers.RandomNormal(stddev=0.2)
    second = keras.initializers.Constant(0.01)
    third = keras.initializers.RandomNormal(stddev=1.0)
    return keras.Sequential([
        keras.Input((784,)),
        layers.Dense(100, activation="relu", kernel_initializer=first),
        layers.Dense(100, activation="relu", kernel_initializer=second),
        layers.Dense(10, kernel_initializer=third),
    ])


repaired_start = ...  # digits_network, when you have changed it

check("initialization.repaired_start", repaired_start)
''', {}),
        ("03-27g", "code", '''
# @title Solution
def digits_network():
    return keras.Sequential([
        keras.Input((784,)),
        layers.Dense(100, activation="relu", kernel_initializer="he_normal"),
        layers.Dense(100, activation="relu", kernel_initializer="he_normal"),
        layers.Dense(10),  # Glorot, which Keras takes by itself
    ])


repaired_start = digits_network

check("initialization.repaired_start", repaired_start)
''', FOLDED),
    ],
}

CELL = {
    "markdown": nbformat.v4.new_markdown_cell,
    "code": nbformat.v4.new_code_cell,
}


def mend(notebook, name):
    cells = {cell.get("id"): cell for cell in notebook.cells}
    done = []

    def change(cell, old, new, what):
        if new in cell.source:
            return
        if cell.source.count(old) != 1:
            done.append(f"CONFLICT {name} {cell.id}: {what}")
            return
        cell.source = cell.source.replace(old, new)
        done.append(f"{name} {cell.id}: {what}")

    def by_topic(found):
        old = f"{found[1]}.{found[2]}"
        return f'check("{TOPICS[found[1]]}.{RENAMED.get(old, found[2])}"'

    for cell in notebook.cells:
        if "from dlhelpers.exercises import check" in cell.source :
            change(cell, "from dlhelpers.exercises import check\n",
                   "from dlhelpers.exercises import check, hint\n", "imports hint")
        if cell.cell_type == "code":
            renamed = re.sub(r'check\("(\d\d)\.(\w+)"', by_topic, cell.source)
            if renamed != cell.source:
                cell.source = renamed
                done.append(f"{name} {cell.id}: name by topic")
    for identity, old, new in EDITS:
        if identity in cells:
            change(cells[identity], old, new, repr(new[:40]))
    for after, added in NEW.items():
        if after not in cells:
            continue
        place = [cell.get("id") for cell in notebook.cells].index(after)
        for identity, kind, source, metadata in added:
            place += 1
            if identity in cells:
                if cells[identity].source != source.strip():
                    cells[identity].source = source.strip()
                    done.append(f"{name} {identity}: brought up to date")
                continue
            cell = CELL[kind](source.strip(), metadata=metadata)
            cell["id"] = identity
            notebook.cells.insert(place, cell)
            done.append(f"{name} {identity}: new")
    for cell in notebook.cells:  # after the new names are in place
        if cell.cell_type == "markdown" and "## Try it" in cell.source:
            first = next(re.search(r'check\("([^"]+)"', c.source) for c in notebook.cells
                         if c.cell_type == "code" and "\ncheck(" in c.source)
            stuck = f'Stuck? `hint("{first[1]}")` helps in steps, one more at each call.'
            if "Stuck? `hint(" not in cell.source:
                change(cell, "## Try it\n\n", f"## Try it\n\n{stuck}\n\n", "says hint")
    return done


def main(folder, dry=False):
    for path in sorted(pathlib.Path(folder).glob("*.ipynb")):
        notebook = nbformat.read(path, 4)
        done = mend(notebook, path.stem)
        print(*done, sep="\n", end="\n" if done else "")
        if done and not dry:
            nbformat.write(notebook, path)


if __name__ == "__main__":
    main(sys.argv[1], "--dry" in sys.argv)
