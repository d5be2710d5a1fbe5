"""Plants false numbers into the prose of every section and counts those that the rule catches.

    python tests/planted_numbers.py [NOTEBOOK ...]

prints a row for each way to write a number: planted, caught, and how many of 100 pass in the mean
over the notebooks, and in the worst one. Pure text: nothing is executed.
"""

import collections
import pathlib
import sys

import nbformat
import prose_numbers

ROOT = pathlib.Path(__file__).resolve().parent.parent


def in_words(n):
    """87 → eighty-seven, for 1 to 100."""
    if n == 100:
        return "a hundred"
    spelt = {value: word for word, value in prose_numbers.WORDS.items()}
    if n in spelt:
        return spelt[n]
    return f"{spelt[n // 10 * 10]}-{spelt[n % 10]}"


HUNDRED = range(1, 101)
FORMS = {
    "N %": [f"It reads {n} % of them." for n in HUNDRED],
    "N percent": [f"It reads {n} percent of them." for n in HUNDRED],
    "N in words percent": [f"It reads {in_words(n)} percent of them." for n in HUNDRED],
    r"$N\,\%$": [rf"It reads ${n}\,\%$ of them." for n in HUNDRED],
    "N % in a table": [f"| way | read |\n|---|---|\n| this | {n} % |" for n in HUNDRED],
    "N in a table's column of %": [f"| way | % |\n|---|---|\n| this | {n} |" for n in HUNDRED],
    "N % in a heading": [f"## It reads {n} % of them" for n in HUNDRED],
    "N of 100": [f"It reads {n} of 100." for n in HUNDRED],
    "N in ten, in words": [f"It reads {in_words(n)} in ten." for n in range(1, 11)],
    "half, a third, ... of": [
        f"It reads {part} of them."
        for part in (
            "half,a third,two thirds,a quarter,three quarters,a fifth,two fifths,three fifths,"
            "four fifths,a sixth,five sixths,a seventh,an eighth,a ninth,a tenth,nine tenths,"
            "a twentieth,a fiftieth,a hundredth,a thousandth"
        ).split(",")
    ],
    "N times": [f"It is {n} times as fast." for n in HUNDRED],
    "N in words times": [f"It is {in_words(n)} times as fast." for n in HUNDRED],
    "twice, tenfold, halved, ...": [
        *(f"It is {factor} as fast." for factor in ("twice", "half", "a third", "a quarter")),
        *(f"The gain is {word}fold." for word in "two three four five six seven eight ten".split()),
        *(f"The gain is {word}fold." for word in ("twenty", "fifty", "hundred", "thousand")),
        *(f"The loss {verb}." for verb in ("doubled", "halved", "tripled", "quadrupled")),
        *(f"It is {n} orders of magnitude smaller." for n in ("two", "three", "four", "five")),
    ],
    "N seconds": [f"It takes {n} seconds." for n in HUNDRED],
    "N minutes": [f"It takes {n} minutes." for n in HUNDRED],
    "N MB": [f"It takes {n} MB." for n in HUNDRED],
    "N degrees": [f"It turns by {n} degrees." for n in HUNDRED],
    "0.NN": [f"It reaches 0.{n:02}." for n in range(1, 100)],
    "0.NNNN": [f"It reaches {n / 10007:.4f}." for n in range(50, 10000, 100)],
    "N errors": [f"It makes {n} errors." for n in HUNDRED],
    "N parameters": [f"It has {n} parameters." for n in HUNDRED],
    "N pictures": [f"It reads {n} pictures." for n in HUNDRED],
    "Nk": [f"It has {n}k parameters." for n in HUNDRED],
    "Ne9": [f"It computes {n}e9 products." for n in HUNDRED],
    "N million": [f"It has {n} million parameters." for n in HUNDRED],
    "a whole number above 1000": [f"The total is {n}." for n in range(1003, 9990, 89)],
    "N, its noun before it": [f"The best epoch is {n}." for n in HUNDRED],
    "N, nothing beside it": [f"The result is {n}." for n in HUNDRED],
}
# Whole numbers that say nothing of what they count stand in much code: a blind spot that is known.
LOOSE = {"N, nothing beside it": 10}


def planted():
    """form → for each sentence the numbers that the rule reads in it."""
    return {
        form: [prose_numbers.prose_numbers(sentence)[0] for sentence in sentences]
        for form, sentences in FORMS.items()
    }


def passing(notebook, forms):
    """form → the share of the sentences that pass, in the mean over the notebook's sections.

    As if each was added to the end of each section.
    """
    shares = collections.defaultdict(list)
    for section, cells in prose_numbers.evidence(prose_numbers.sections(notebook)):
        if not section.prose:
            continue
        by_kind = collections.defaultdict(set)
        for there, words in prose_numbers.known(cells):
            by_kind[there.kind].add((there.value, there.half, words))
        known = {
            kind: [(prose_numbers.Number(v, kind, 0, 0, h), words) for v, h, words in found]
            for kind, found in by_kind.items()
        }
        given = prose_numbers.given_in(section)
        for form, sentences in forms.items():
            accepted = [
                all(prose_numbers.accepted(n, known.get(n.kind, []), given) for n in found)
                for found in sentences
            ]
            shares[form].append(sum(accepted) / len(accepted))
    return {form: sum(found) / len(found) for form, found in shares.items()}, len(shares["N %"])


def table(notebooks):
    """Rows of (form, planted, caught, passing of 100 in the mean, in the worst notebook)."""
    forms = planted()
    found = [passing(notebook, forms) for notebook in notebooks]
    for form, sentences in FORMS.items():
        rates = [shares[form] for shares, _ in found]
        count = sum(len(sentences) * sections for _, sections in found)
        passed = sum(shares[form] * len(sentences) * sections for shares, sections in found)
        yield (
            form,
            count,
            round(count - passed),
            100 * sum(rates) / len(rates),
            100 * max(rates),
        )


if __name__ == "__main__":
    paths = sys.argv[1:] or sorted((ROOT / "notebooks").glob("*.ipynb"))
    notebooks = [nbformat.read(path, as_version=4) for path in paths]
    print(f"{'fault':30} {'planted':>8} {'caught':>8} {'pass of 100: mean':>18} {'worst':>7}")
    for form, count, caught, mean, worst in table(notebooks):
        print(f"{form:30} {count:8,} {caught:8,} {mean:18.1f} {worst:7.1f}")
