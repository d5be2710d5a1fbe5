"""Begin a notebook: `make notebook NAME=19_recurrent_networks`.

Writes a small notebook with all parts that one has, its exercise (dlhelpers/checks/), the answers
that its exercise is tested with (tests/), its row in README.md, the line that breaks its lesson on
purpose (tools/sabotage.py), and what it builds on (book/chapters.toml). Everything passes the tests
at once, but for the record that it lacks; put your lesson in its place, part by part, and they keep
telling what is missing.
CONTRIBUTING.md says how.
"""

import os
import pathlib
import re
import sys

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from refresh import NOTEBOOK_METADATA

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDED = {"cellView": "form", "jupyter": {"source_hidden": True}}
QUESTION = "Which question does this notebook answer?"

OPENING = f"""\
# TITLE

**{QUESTION}**

You will be able to

* do one thing,
* and another.

Lecture part: name it. Time: half a minute on two CPU cores."""

IDEA = """\
## The idea

Say it in words and one equation, with the symbols of the lecture:

$$y = 2x$$

## By hand

The equation as a line of code, with numbers that fit on paper."""

BY_HAND = """\
x = np.array([1.0, 2.0, 4.0])
y = 2 * x
print(x, "becomes", y)"""

IN_KERAS = """\
## In Keras

The layer that does it, and a claim that both agree."""

KERAS = """\
by_keras = ops.convert_to_numpy(layers.Rescaling(2.0)(x))
claim("Keras gives the same", np.allclose(by_keras, y))"""

ON_DATA = """\
## On real data

The experiment and one picture. Predict: is the curve straight?"""

EXPERIMENT = """\
plotting.show(plotting.lines(x, {"by hand": y}, "x", "y", exact=True))
claim("each step to the right lifts it by the same", np.ptp(np.diff(y) / np.diff(x)) == 0)"""

WRONG = """\
## Where it goes wrong

One failure, shown: a byte holds no number above 255<!-- given -->, and goes around."""

FAILURE = """\
doubled_byte = 2 * np.array([200], "uint8")
print("2 times 200, as a byte:", doubled_byte)
claim("it has become smaller", bool(doubled_byte[0] < 200))"""

EXERCISE_TEXT = """\
## Try it

Stuck? `hint("TOPIC.halved")` helps in steps, one more at each call.

**1. Back again.** Write `halved(y)`, which returns $x$ for an array or a number `y`."""

EXERCISE = """\
def halved(y):
    return ...


check("TOPIC.halved", halved)"""

SOLUTION = """\
# @title Solution
def halved(y):
    return y / 2


check("TOPIC.halved", halved)"""

RECAP = """\
## Recap

Three sentences: what it is, what it does, where it ends.

## Read more

* A book, a paper, another course."""

CHECKS = '''\
"""What the exercises of the notebook on WORDS want."""

import numpy as np


def halved_inputs(random):
    if random is None:
        return [(6.0,), (np.array([1.0, -4.0]),)]
    return [(float(random.integers(3, 50)),), (random.uniform(1, 9, 3).round(2),)]


def halved(y):
    mistakes = {
        "That is twice as much; the way back is wanted.": 2 * y,
        "Half of it, not its root.": abs(y) ** 0.5,
    }
    return y / 2, mistakes, "What was multiplied by 2 is divided by it."


EXERCISES = {
    "halved": {
        "kind": "write",
        "inputs": halved_inputs,
        "case": halved,
        "hints": ["y is 2 x. What is x?", "Divide y by 2."],
    },
}
'''

ANSWERS = '''\
"""Right and wrong answers to the exercises of `dlhelpers/checks/TOPIC.py`."""


def halved(y):
    return 0.5 * y


NEEDS_KERAS = []
RIGHT = {
    "TOPIC.halved": halved,
}

WRONG = {
    "TOPIC.halved": [
        (lambda y: y + y, "That is twice"),
        (lambda y: abs(y) ** 0.5, "Half of it"),
        (lambda y: y - 2, "What was multiplied"),
    ],
}
'''

SABOTAGE = """\
    "NAME": (
        "y = 2 * x",
        "y = 3 * x",
        "Keras gives the same",
    ),
"""


class Refused(ValueError):
    """Nothing was written; the message is one sentence that says why."""


def cells(topic, title, set_up):
    def filled(text):
        return text.replace("TOPIC", topic).replace("TITLE", title)

    parts = [
        (OPENING, None), (set_up, {}), (IDEA, None), (BY_HAND, {}), (IN_KERAS, None), (KERAS, {}),
        (ON_DATA, None), (EXPERIMENT, {}), (WRONG, None), (FAILURE, {}), (EXERCISE_TEXT, None),
        (EXERCISE, {}), (SOLUTION, FOLDED), (RECAP, None),
    ]  # fmt: skip
    for n, (text, metadata) in enumerate(parts):
        if metadata is None:
            yield new_markdown_cell(filled(text), id=f"part-{n}")
        else:
            yield new_code_cell(filled(text), id=f"part-{n}", metadata=metadata)


def with_row(readme, name, title):
    """The README with the notebook's row, where its number belongs."""
    row = f"| [{name[:2]} {title}](notebooks/{name}.ipynb) | {QUESTION} | name it | half a minute |"
    lines = readme.splitlines()
    before = [n for n, line in enumerate(lines) if re.match(r"\| \[\d\d ", line)]
    smaller = [n for n in before if lines[n][3:5] < name[:2]]
    lines.insert((smaller or [before[0] - 1])[-1] + 1, row)
    return "\n".join(lines) + "\n"


def begin(name, root=ROOT):
    """Write all files of a new notebook; returns their paths, relative to the course's folder.

    Args:
        name: two digits, "_" and the topic in small letters, as `19_recurrent_networks`.
        root: the folder of the course.

    Raises:
        Refused: the name is of another form, or its number, topic or files are taken.
    """
    if not re.fullmatch(r"\d\d(_[a-z][a-z0-9]*)+", name):
        raise Refused(
            f"{name!r} is no name of a notebook: give two digits, _ and its topic in small "
            "letters, as in make notebook NAME=19_recurrent_networks"
        )
    topic, words = name[3:], name[3:].replace("_", " ")
    title = words.capitalize()
    taken = sorted(root.glob(f"notebooks/{name[:2]}_*.ipynb"))
    if taken:
        raise Refused(f"the number {name[:2]} is taken by {taken[0].name}; choose a free one")
    new = {
        f"notebooks/{name}.ipynb": None,
        f"dlhelpers/checks/{topic}.py": CHECKS.replace("WORDS", words),
        f"tests/answers_{topic}.py": ANSWERS.replace("TOPIC", topic),
    }
    for path in new:
        if (root / path).exists():
            raise Refused(f"{path} is there already; choose another topic than {topic!r}")
    a_notebook = nbformat.read(min(root.glob("notebooks/*.ipynb")), as_version=4)
    set_up = next(cell.source for cell in a_notebook.cells if cell.cell_type == "code")
    notebook = new_notebook(cells=list(cells(topic, title, set_up)), metadata=NOTEBOOK_METADATA)
    new[f"notebooks/{name}.ipynb"] = nbformat.writes(notebook) + "\n"
    sabotages = (root / "tools/sabotage.py").read_text(encoding="utf-8").rstrip()
    assert sabotages.endswith("}"), "tools/sabotage.py ends with its dict"
    new["tools/sabotage.py"] = sabotages[:-1] + SABOTAGE.replace("NAME", name) + "}\n"
    chapters = (root / "book/chapters.toml").read_text(encoding="utf-8")
    new["book/chapters.toml"] = f"{chapters}\n[{topic}]\nneeds = []\n"
    readme = (root / "README.md").read_text(encoding="utf-8")
    new["README.md"] = with_row(readme, name, title)
    parts = {root / path: root / f"{path}.part" for path in new}
    for part, text in zip(parts.values(), new.values()):
        part.write_text(text, encoding="utf-8")
    for path, part in parts.items():  # all or none: a full disk has stopped above
        os.replace(part, path)
    return list(new)


def main(arguments):
    if len(arguments) != 1:
        print("Say which: make notebook NAME=19_recurrent_networks")
        return 1
    try:
        written = begin(arguments[0])
    except Refused as refusal:
        print(f"Nothing was written: {refusal}.")
        return 1
    print("Written:", *written, sep="\n  ")
    print("Now, and after each part (CONTRIBUTING.md says how to go on):")
    print(f"  make refresh NOTEBOOKS=notebooks/{arguments[0]}.ipynb")
    print(f"  make test-notebook NAME={arguments[0]}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
