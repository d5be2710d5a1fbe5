"""Puts the marks `<!-- given -->` into the notebooks' prose, and mends what quoted no output.

    python prose_marks.py [--dry] FOLDER_OF_NOTEBOOKS [NN ...]

Idempotent. A mark's row is (notebook, cell id, text with ‸ where the mark goes, source): the text
is looked for in that cell, else in the notebook's other markdown cells, and must stand once. An
edit's row is (notebook, cell id, old, new). Rows that match nothing are printed; they are no error
(the sentence has been rewritten). Prints what it did; writes a notebook only if it changed.
"""

import pathlib
import re
import sys

import nbformat

MARKS = [
    ("01", "01-06", "Its summary prints 200‸ for", "the lecture's slide"),
    ("01", "01-13", "A picture of 28 by 28‸ pixels", ""),
    ("02", "02-02", "less than a millionth‸ of a millionth", "0.25**20 = 9e-13"),
    ("02", "02-02", "of a millionth‸. ReLU's", ""),
    ("02", "02-18", "train for two epochs on 10,000‸ digits", ""),
    ("02", "02-18", "right for about one digit\nin ten‸.", "ten classes"),
    ("02", "02-20", "starts at 0.25‸ in every unit", ""),
    ("02", "02-29", "slope is at most $1/4$, twenty‸ layers", ""),
    ("03", "03-00", "on their way through 25‸ layers", ""),
    ("03", "03-02", "mean is not 0, is then half‸ as large", "by symmetry"),
    ("03", "03-07", "draws a number four times‸ at most", "Keras's source"),
    ("03", "03-07", "About four in a million‸ never do", "0.0455**4 = 4.3e-6"),
    ("03", "03-09", "Now 25 hidden layers of 100‸ units", ""),
    ("03", "03-14", "He's variance is twice‸ as large", "2/n and 1/n"),
    ("03", "03-14", "with ReLU learns 5,000‸ digits", ""),
    ("03", "03-14", "is right for about one in ten‸.", "ten classes"),
    ("03", "03-17", "a ReLU every layer halves‸ the variance", "the equation above"),
    ("03", "03-28", "He doubles‸ the variance", "2/n and 1/n"),
    ("04", "04-02", "so the step is $1/\\sqrt{0.1}$ times‸ $\\eta$", "the formula above"),
    ("04", "04-05", "starts with $r = 0.1$‸ unless", "Keras's default"),
    ("04", "04-09", "about three ten-thousandths‸.", "1e-7**0.5"),
    ("04", "04-09", "only gradients some hundred times‸ smaller", "1e-7**0.5 * 0.001**0.5 / 1e-7"),
    ("04", "04-09", "turned by\n45 degrees‸ together", ""),
    ("04", "04-12", "each ten times‸ the one before", ""),
    ("04", "04-17", "such as $\\eta = 0.001$‸, is", "Keras's default"),
    ("04", "04-20", "was not divided by 255‸.", "a byte's largest value"),
    ("04", "04-02", "Five‸ answers, each one line", ""),
    ("04", "04-17", "be zero and takes ten‸ steps", ""),
    ("05", "05-14", "distribution with mean 3‸ and", ""),
    ("05", "05-06", "Its $\\epsilon$ is 1e-3‸", "Keras's default"),
    ("05", "05-12", "for a batch of a hundred‸ they", ""),
    ("05", "05-12", "they differ by 1 %‸.", "100/99"),
    ("05", "05-16", "Both networks learn 5,000‸ digits", ""),
    ("05", "05-16", "moving averages is 0.9‸ here", ""),
    ("05", "05-16", "too few for 0.99‸.", "Keras's default"),
    ("05", "05-20", "starts from kernels 10 times‸ too small", ""),
    ("06", "06-04", "masks, so 16‸ thinned", "2**4"),
    ("06", "06-06", "the four neurons 10,000 times‸ in", ""),
    ("06", "06-09", "meets it in five‸ epochs", ""),
    ("06", "06-23", "At $p = 0.8$‸ a fifth", ""),
    ("06", "06-23", "a fifth‸ of the neurons", "1 - 0.8"),
    ("07", "07-06", "compare the two on 300‸ made-up", ""),
    ("07", "07-09", "so 25‸ calls of one", ""),
    ("07", "07-19", "Each thin line has only 20‸ of them", ""),
    ("07", "07-20b", "or 500, 300 times‸ in each run", ""),
    ("08", "08-00", "**Why can a 50‸-layer network", ""),
    ("08", "08-07", "Now 24‸ blocks of two", ""),
    ("08", "08-13", "Three networks learn 4,000‸ pictures", ""),
    ("08", "08-13", "its residual twin (24‸ blocks", ""),
    ("08", "08-18", "reads 28 channels, 16‸ old", ""),
    ("08", "08-18", "Where ResNet halves‸ the picture", "He 2015"),
    ("08", "08-18", "and doubles‸ the channels", "He 2015"),
    ("08", "08-26", "Each is a 3 × 3‸ convolution", ""),
    ("08", "08-29", "Fifty‸ plain layers", ""),
    ("08", "08-29", "the same fifty‸ with", ""),
    ("09", "09-02", "first two of the nine‸ numbers", "the lecture's slide"),
    ("09", "09-05", "A 5 × 5‸ image", ""),
    ("09", "09-05", "the kernel at 3 × 3‸ locations", ""),
    ("09", "09-05", "rows and\n3‸ columns", ""),
    ("09", "09-05", "channels | 1, 5, 5‸, 1 |", ""),
    ("09", "09-15", "on a 200 × 200‸ image", "the lecture's slide"),
    ("09", "09-02", "draws all nine‸ steps", ""),
    ("09", "09-15", "It saves in two‸ steps", "the lecture's slide"),
    ("09", "09-08", "and uses $s = 2$‸. It", "the lecture's slide"),
    ("09", "09-17", "its sign, cut at 255‸. The", "a byte's largest value"),
    ("10", "10-26", "of 2 × 2, stride 2‸. Write", ""),
    ("10", "10-16", "on a 96 × 96‸ picture", "the lecture's slide"),
    ("11", "11-04", "largest of each 2 × 2‸ responses", ""),
    ("11", "11-07", "so that a quarter‸ of the numbers", "windows of 2 × 2"),
    ("11", "11-07", "were compared on 10,000‸ training", ""),
    ("11", "11-07", "trains on all 60,000‸", "MNIST"),
    ("11", "11-02", "is 0 for paper and 255‸ for ink", "a byte's largest value"),
    ("11", "11-02", "We divide by 255‸ and", "a byte's largest value"),
    ("12", "12-02", "So we divide by 255‸ and", "a byte's largest value"),
    ("12", "12-02", "means up to a tenth‸ of", "Keras's documentation"),
    ("12", "12-02", "36 degrees‸, in both", "0.1 * 360"),
    ("12", "12-11", "network learns from 200‸ digits", ""),
    ("12", "12-11", "zoomed by up to 15 %‸, shifted", ""),
    ("12", "12-17", "Half‸ of what it learns from", "a flip with probability 1/2"),
    ("12", "12-21", "width, 3‸) of type", ""),
    ("13", "13-00", "What can I do with twenty‸ labelled", ""),
    ("13", "13-02", "on more than a million‸ photographs", "ImageNet"),
    ("13", "13-02", "a convolution, sixteen‸ blocks", "EfficientNet-Lite0"),
    ("13", "13-02", "shrink the picture 32 times‸ in", "five strides of 2"),
    ("13", "13-04", "ImageNet has 1000‸ classes", ""),
    ("13", "13-04", "on squares of 224 × 224‸ pixels", ""),
    ("13", "13-07", "A picture is 64 × 64‸ pixels", ""),
    ("13", "13-11", "three times‸ each", ""),
    ("13", "13-16", "were learned on a million‸", "ImageNet"),
    ("13", "13-21", "leave those of a million‸ photographs", "ImageNet"),
    ("13", "13-29", "learned on a million‸ photographs", "ImageNet"),
    ("14", "14-07", "network reads: 19 × 19‸ places", "SSD, 300 pixels"),
    ("14", "14-09", "The 10 and the 5‸ bring", ""),
    ("14", "14-09", "was trained on 23‸ classes", ""),
    ("14", "14-09", "offsets it gives 24‸ **logits**", "23 + 1"),
    ("15", "15-15", "each step costs nine‸ trials", "3**2"),
    ("15", "15-15", "each way may spend 48‸. All", ""),
    ("16", "16-15", "the digits below 5‸ from", ""),
    ("16", "16-04", "all of 4 bytes‸:", "float32"),
    ("16", "16-12", "Each worker has half‸ of the digits", ""),
    ("16", "16-15", "0, 3 or\n31‸ updates old", "one less than 1, 4, 32"),
    ("16", "16-19", "a batch in a\nquarter of a second‸.", "an assumption"),
    # Of the notebooks as they are being rewritten.
    ("02", "02-02", "once for ReLU, four times‸ for the sigmoid", "its operations"),
    ("02", "02-15", "slope at 0 is 1, four times‸ the sigmoid's", "1 and 1/4"),
    ("02", "02-15", "That is one half‸ of it", "of the story"),
    ("02", "02-18", "right for about one digit in ten‸.", "ten classes"),
    ("02", "02-20", "learning rate a hundred times‸ smaller", ""),
    ("03", "03-09", "means a spread of 0.1‸, so", "100**-0.5"),
    ("03", "03-09", "We draw the weights ten times‸ and", ""),
    ("03", "03-17", "after two layers a quarter‸.", "0.5**2"),
    ("05", "05-20c", "on 50‸ batches", ""),
    ("06", "06-02", "does without half‸ of its neurons", "p = 0.5"),
    ("06", "06-19b", "in the same way: half‸ of the neurons", "p = 0.5"),
    ("06", "06-19b", "off, a quarter‸ of\nthe inputs", "p / 2"),
    ("06", "06-19d", "without any particular half‸ of its", "p = 0.5"),
    ("06", "06-29", "without any particular half‸ of its", "p = 0.5"),
    ("06", "06-23", "a fifth‸ of the hidden", "1 - 0.8"),
    ("08", "08-00", "a shortcut do for a 50‸-layer", ""),
    ("08", "08-11", "so is a network of 4‸ layers", ""),
    ("12", "12-19", "learns in 200‸\nsteps", ""),
    ("12", "12-19", "That half‸ of\nthem", "a flip with probability 1/2"),
    ("13", "13-16", "learned on a million‸ pictures", "ImageNet"),
    ("13", "13-21", "three times‸ as long as above", "150 and 50 steps"),
    ("13", "13-29", "handwritten digits forty‸ a class", ""),
    ("04", "04-02", "Five‸ answers follow", ""),
    ("04", "04-17", "$\\eta = 0.001$‸ for Adam", "Keras's default"),
    ("13", "13-29", "handwritten digits eighty‸ a class", ""),
    ("04", "04-12", "the error multiplied by 100‸", ""),
    ("04", "04-20", "SGD runs three times‸ with", ""),
    ("04", "04-20", "and three times‸ without", ""),
    ("08", "08-20", "$H$ has twice‸ that", "the variances of a sum add"),
    ("15", "15-21c", "the losses of the 36‸ trials", "3 * 12"),
    ("15", "15-15", "balls, so 64‸ trials", ""),
    ("15", "15-21", "now trained six times‸ more", ""),
    ("16", "16-15", "at 98 and at\n102 percent‸.", ""),
]

EDITS = [
    # The ratio was in no output; the two slopes are, in the table above.
    (
        "01",
        "01-19",
        "the slope is a hundred times\nsmaller than it should be:",
        "the slope is -0.0088\nwhere it should be -0.9820:",
    ),
    (
        "01",
        "01-19",
        "the slope is over a hundred\ntimes smaller than it should be, and smaller",
        "the slope is -0.0088\nwhere it should be -0.9820, and smaller",
    ),
    # No cell measures it.
    (
        "08",
        "08-20",
        "One random network strays from the formula by a factor of 2 or so; we take",
        "One random network strays from the formula, so we take",
    ),
    ("14", "14-18", "and two of six objects are missed:", "and two objects are missed:"),
    # The tenth was in no output; the 9.9 % is.
    ("15", "15-04", "only a tenth of it lies below", "only 9.9 % of it lies below"),
    # The output bounds it at 1.5.
    ("16", "16-21", "no number of them is twice as fast", "no number of them is 1.5 times as fast"),
]


def mark(source):
    return f"<!-- given: {source} -->" if source else "<!-- given -->"


def loosely(text):
    """A pattern for the text, wherever its lines are broken."""
    return r"\s+".join(map(re.escape, text.split()))


def put(cells, cell_id, found, there, new):
    """done, there or why not. found, there: patterns of the old and the new; the named cell first."""
    cells = sorted(cells, key=lambda cell: cell.id != cell_id)
    for named in (True, False):
        for cell in cells:
            if (cell.id == cell_id) == named and re.search(there, cell.source):
                return "there"
        places = [
            (cell, len(re.findall(found, cell.source)))
            for cell in cells
            if (cell.id == cell_id) == named and re.search(found, cell.source)
        ]
        if places:
            if sum(n for _, n in places) > 1:
                return "stands more than once"
            places[0][0].source = re.sub(found, new, places[0][0].source)
            return "done"
    return "no match"


def apply(notebook, number):
    """{outcome: rows} after the rows of this notebook."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "markdown"]
    told = {}
    for row in MARKS:
        if row[0] == number:
            _, cell_id, text, source = row
            before, behind = text.split("‸")
            gap = r"\s+" if behind[:1].isspace() else ""
            before, behind = loosely(before), gap + loosely(behind)
            found = f"({before})(?=(?!<!--){behind})"
            there = f"{before}<!-- given[^>]*-->(?={behind})"
            outcome = put(cells, cell_id, found, there, lambda m, s=source: m[1] + mark(s))
            told.setdefault(outcome, []).append(row)
    for row in EDITS:
        if row[0] == number:
            _, cell_id, old, new = row
            outcome = put(cells, cell_id, loosely(old), loosely(new), lambda m, new=new: new)
            told.setdefault(outcome, []).append(row)
    return told


def main(folder, *numbers, dry=False):
    for path in sorted(pathlib.Path(folder).glob("*.ipynb")):
        number = path.stem[:2]
        if numbers and number not in numbers:
            continue
        notebook = nbformat.read(path, as_version=4)
        told = apply(notebook, number)
        print(path.stem, {outcome: len(rows) for outcome, rows in told.items()})
        for outcome, rows in told.items():
            if outcome not in ("done", "there"):
                for row in rows:
                    print(f"    {outcome}: {row[1]} {row[2]!r}")
        if "done" in told and not dry:
            nbformat.write(notebook, path)


if __name__ == "__main__":
    given = [a for a in sys.argv[1:] if a != "--dry"]
    main(*given, dry="--dry" in sys.argv)
