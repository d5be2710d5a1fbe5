"""Reads the numbers of a text, in figures and in words, and says what kind of number each is.

`unsupported(notebook)` is the rule over a notebook: every number that prose quotes must stand, as
the same kind of number, in an exact output of its section, or in the section's code as a setting,
or be marked as given. Nothing here knows what a sentence means.

Kinds: "share" (87 %, nine in ten, 87 of 100, a third of), "times" (7 times, tenfold, twice as),
"seconds" (also minutes, hours), "bytes", "degrees", "decimal" (0.93) and "count" (2,601 digits).

A mark is an HTML comment, which no reader of the page sees: `5,000<!-- given --> digits`,
`1.6 %<!-- given: Srivastava 2014, table 2 -->`. It covers the number before it and, for the rest
of the section, its repetitions; headings carry no marks, so their numbers lean on the text below.
"""

import ast
import dataclasses
import itertools
import re

# ----------------------------------------------------------------------------- numbers in words

SMALL = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
SMALL += "fifteen sixteen seventeen eighteen nineteen"
WORDS = {word: value for value, word in enumerate(SMALL.split())}
TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
WORDS |= {word: 10 * value for value, word in enumerate(TENS.split(), 2)}
SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
PARTS = "third quarter fifth sixth seventh eighth ninth tenth"
PARTS = {word: value for value, word in enumerate(PARTS.split(), 3)} | {
    "half": 2,
    "halve": 2,
    "twentieth": 20,
    "fiftieth": 50,
    "hundredth": 100,
    "thousandth": 1000,
    "ten-thousandth": 10**4,
    "millionth": 10**6,
    "billionth": 10**9,
}
UNIT_WORD = "|".join(WORDS)
SCALE_WORD = "|".join(SCALES)
IN_WORDS = (
    rf"(?:(?:{UNIT_WORD})|an?(?=[ -](?:{SCALE_WORD}|dozen)\b)|(?:{SCALE_WORD}|dozen)(?!s))"
    rf"(?:(?:-|\s+|(?<=red)\s+and\s+|(?<=sand)\s+and\s+)(?:{UNIT_WORD}|{SCALE_WORD}|dozen)\b)*"
)


def words_to_number(text):
    """The number that words name ("eighty-seven", "a hundred and five"); ValueError if none.

    "two three" is two numbers and therefore an error.
    """
    total, group, last = 0, 0, None  # last: the size of the word before
    for word in re.findall(r"[a-z]+", text.lower()):
        if word in ("a", "an"):
            group = 1
        elif word == "and":
            continue
        elif word in WORDS:
            value = WORDS[word]
            tens_then_unit = last in range(20, 100, 10) and 0 < value < 10
            if last is not None and last < 100 and not tens_then_unit:
                raise ValueError(f"{text!r} is more than one number")
            group, last = group + value, value
        elif word == "dozen":
            group, last = 12 * (group or 1), 100
        elif word == "hundred":
            group, last = 100 * (group or 1), 100
        elif word in SCALES:
            total, group, last = total + SCALES[word] * (group or 1), 0, 1000
        else:
            raise ValueError(f"{word!r} in {text!r} is no number")
    return total + group


# ------------------------------------------------------------------------- one number of a text


@dataclasses.dataclass
class Number:
    """A number of a text: `value` in the kind's unit (a share of 1, seconds, bytes, ...).

    half: half of the last digit that is written, in the same unit; 0 for words and fractions.
    nouns: stems of what is counted. start, end: where it stands in the text, its unit included.
    """

    value: float
    kind: str
    start: int
    end: int
    half: float = 0.0
    nouns: frozenset = frozenset()
    in_words: bool = False
    varies: bool = False

    def scaled(self, factor, kind, end):
        value, half = self.value * factor, self.half * factor
        return dataclasses.replace(self, value=value, half=half, kind=kind, end=end)


# A comma in front makes no part of a number, nor does a letter; 127.0.0.1 and 3D are names.
DIGITS = re.compile(
    r"(?<![\w.])(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d[\d_]*(?:\.\d+)?(?:e[-+]?\d+)?|\.\d+)"
    r"(?![\d_]|\.\d)(?:(?P<k>[kM])(?!\w)|(?!(?!(?:ms|s|min|h|x|[kKMGT]?B)\b)[A-Za-z_]))"
)
WORDED = re.compile(rf"(?i)(?<![\w-]){IN_WORDS}(?!\w)")

SECONDS = {"second": 1, "sec": 1, "s": 1, "ms": 1e-3, "µs": 1e-6, "millisecond": 1e-3}
SECONDS |= {"microsecond": 1e-6, "minute": 60, "min": 60, "hour": 3600, "h": 3600, "day": 86400}
BYTES = {"byte": 1, "B": 1, "KB": 1e3, "kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12}
BYTES |= {"KiB": 2**10, "MiB": 2**20, "GiB": 2**30}


def units(table):
    return "|".join(sorted(table, key=len, reverse=True))


UNITS = [
    ("share", r"[\s-]*(?:\\?%|per ?cent\b)", lambda unit: 0.01),
    ("seconds", rf"[\s-]*({units(SECONDS)})s?\b", lambda unit: SECONDS[unit]),
    ("bytes", rf"[\s-]*({units(BYTES)})s?\b", lambda unit: BYTES[unit]),
    ("degrees", r"[\s-]*(?:degrees?\b|°)", lambda unit: 1),
    (
        "times",
        r"\s*(?:times\b|×(?=\s*(?:as\b|more\b|less\b|\w+er\b|[.,;:)]|$))|x\b|-?fold\b)",
        lambda unit: 1,
    ),
]
OF = (
    r"\s+(?:[a-z]+\s+)?(?:in|out\s+of)\s+(?:every\s+|an?\s+(?=million|hundred|thousand))?"
    r"|\s+(?:out\s+)?of\s+(?:the\s+|its\s+|all\s+|these\s+|them\s+)?"
)
LINK = r"[\s§]*(?:,|–|-|/|×|x|by|to|against|(?:,\s+)?(?:and|or)(?:\s+(?:at|of|by|for|from))?)[\s§]*"
STOP = set(
    "a an the of in on for and or to at is are was were be it its as with from by that "
    "this than which per each every when where while if so but then only more less times "
    "one tells had has have never always would can must do does below above stands gives "
    "not no there here we you they will may survive survives find finds read reads into "
    "both all out up down becomes become such".split()
)


def nouns_before(text):
    """The same of the four words in front: "epoch 13", "the loss falls to 3"."""
    found = re.findall(r"[A-Za-z]+", re.search(r"[A-Za-z \n]*$", text)[0])[-4:]
    return frozenset(stem(w) for w in found if w.lower() not in STOP and len(w) > 2)


GENERIC = {"number", "value", "result"}  # they name nothing


def stem(word):
    word = word.lower()
    for end, short in [("ies", "y"), ("xes", "x"), ("sses", "ss"), ("ches", "ch"), ("s", "")]:
        if word.endswith(end) and not word.endswith("ss") and len(word) > 3:
            return word[: -len(end)] + short
    return word


def nouns_behind(text):
    """The stems of what a number counts: of the three words behind it, those before a break."""
    found = []
    for word in re.match(r"(?:[ \n*-]*[A-Za-z]+){0,4}", text)[0].replace("*", " ").split():
        parts = word.split("-")
        if parts[0].lower() in STOP:
            if found:
                break
            return frozenset()
        found += map(stem, filter(None, parts))
    return frozenset(found[:3])


def plain_numbers(text):
    """Every number of `text` before units are read."""
    found = []
    for match in DIGITS.finditer(text):
        digits = match[0].rstrip("kM").replace(",", "").replace("_", "")
        scale = {"k": 1e3, "M": 1e6}.get(match["k"], 1)
        decimals = len(digits.split("e")[0].partition(".")[2])
        half = 0.5 * 10.0**-decimals * scale
        number = Number(float(digits) * scale, "count", match.start(), match.end(), half)
        exponent = re.search(r"e([-+]?\d+)$", digits)
        if exponent:
            number.half *= 10.0 ** int(exponent[1])
        if number.value % 1 or decimals and scale == 1:
            number.kind = "decimal"
        unit = re.match(rf"(?i)\s*({SCALE_WORD})s?\b", text[number.end :])
        if unit:
            number = number.scaled(SCALES[unit[1].lower()], "count", number.end + unit.end())
        before = text[max(0, number.start - 3) : number.start]
        number.varies = bool(re.search(r"≈ ?[-−+]?$", before))
        found.append(number)
    for first, second in itertools.pairwise(list(found)):
        if text[first.end : second.start] == "/" and first.value % 1 == second.value % 1 == 0:
            value = first.value / second.value if second.value else 0.0
            part = value < 1 and re.match(r"\s+of\b", text[second.end :])
            ratio = Number(value, "share" if part else "decimal", first.start, second.end)
            found.remove(first)
            found[found.index(second)] = ratio
    for match in WORDED.finditer(text):
        end = match.end()
        pieces = [match[0]]
        try:
            words_to_number(match[0])
        except ValueError:
            pieces = re.findall(r"\S+", match[0])
        at = match.start()
        for piece in pieces:
            at = text.index(piece, at)
            end = at + len(piece)
            try:
                value = float(words_to_number(piece))
            except ValueError:
                continue
            if not any(n.start <= at < n.end for n in found):
                scale = SCALES.get(re.findall("[a-z]+", piece.lower())[-1], 0)
                half = scale / 2 if scale >= 1000 else 0  # "three million" is rounded
                found.append(Number(value, "count", at, end, half, in_words=True))
            at = end
    return sorted(found, key=lambda number: number.start)


def with_unit(number, text):
    """The number as its unit makes it, or with its nouns."""
    if number.kind == "share":
        return number
    behind = text[number.end :]
    for kind, pattern, factor in UNITS:
        match = re.match(pattern, behind)
        if not match:
            continue
        unit = match[1] if match.re.groups else ""
        if number.in_words and (
            unit in ("s", "h", "B", "min") or (number.value, unit) == (1, "day")
        ):
            continue
        return number.scaled(factor(unit), kind, number.end + match.end())
    before = text[max(0, number.start - 24) : number.start]
    if re.search(r"(?:\btimes|\bfactor|\bfactor of)\s+$", before):
        return dataclasses.replace(number, kind="times")
    if re.match(r"\s+(?:percentage\s+)?points?\b", behind):
        return dataclasses.replace(number, nouns=frozenset(["point"]))
    return dataclasses.replace(number, nouns=nouns_behind(behind))


FRACTION = re.compile(
    rf"(?i)\b(?:(?P<number>an?|the|{UNIT_WORD})[\s-])?(?P<part>{'|'.join(PARTS)}|half|halve)(?P<s>s?)\b"
)
SIGNS = {"½": 1 / 2, "⅓": 1 / 3, "⅔": 2 / 3, "¼": 1 / 4, "¾": 3 / 4}
COMPARED = r"\s+(?:as|less|more|fewer|larger|smaller|longer|shorter|higher|lower|faster|slower)\b"


def fractions(text):
    """ "a third of", "two thirds", "half the", "half as large", "half a minute"."""
    for match in re.finditer("[½⅓⅔¼¾]", text):
        yield Number(SIGNS[match[0]], "share", match.start(), match.end(), in_words=True)
    for match in FRACTION.finditer(text):
        part = match["part"].lower()
        if text[match.start() - 1 : match.start()] == "-" and match.start():
            continue
        many = (match["number"] or "").lower()
        behind = text[match.end() :]
        compared = re.match(COMPARED, behind)
        of = re.match(r"(?:\s+|\n)of\b|\s+(?:the|that|this|its|their|these|those|all)\b", behind)
        ends = re.match(r"\s*(?:[.,;:)|]|$)", behind)
        plural = match["s"] or part == "halve"
        if part in ("half", "halve"):
            unit = re.match(rf"\s+an?\s+({units(SECONDS)}|{SCALE_WORD})\b", behind)
            if unit and unit[1] in SECONDS:
                value, kind = SECONDS[unit[1]] / 2, "seconds"
            elif unit:
                value, kind = SCALES[unit[1]] / 2, "count"
            elif plural and not (many and of) or many == "two" or re.match(r"\s+an?\b", behind):
                continue  # the verb, see VERBS; "two halves"; "half a turn"
            elif compared or of or (ends and many) or re.search(r"(?i)by $", text[: match.start()]):
                value, kind = 1 / 2, "times" if compared else "share"
            else:
                continue
            end = match.end() + (unit.end() if unit else 0)
        elif many and many != "the" and (plural or compared or of or ends):
            value = WORDS.get(many, 1) / PARTS[part]
            kind, end = "times" if compared else "share", match.end()
            unit = re.match(rf"\s+of\s+an?\s+({units(SECONDS)})\b", behind)
            if unit:
                value, kind, end = value * SECONDS[unit[1]], "seconds", end + unit.end()
        else:
            continue  # the third layer, the lower half
        yield Number(value, kind, match.start(), end, in_words=True)


VERBS = {
    r"twice(?=\s+(?:as|the|that|this|its|their|what|more|less))": 2,
    r"double(?=\s+(?:the|that|its|their))|doubl(?:es|ed)": 2,
    r"halv(?:es|ed)": 0.5,
    r"triples?|tripled|thrice": 3,
    r"quadruples?|quadrupled": 4,
}
MAGNITUDE = re.compile(rf"(?i)\b(an?|{UNIT_WORD}|\d+)\s+orders?\s+of\s+magnitude\b")
FOLD = re.compile(rf"(?i)\b({UNIT_WORD}|{SCALE_WORD})fold\b")


def other_factors(text):
    for pattern, value in VERBS.items():
        for match in re.finditer(rf"(?i)\b(?:{pattern})\b", text):
            if re.search(r"(?i)\b(?:two|the|both|its)\s+$", text[: match.start()]):
                continue  # "the two halves"
            yield Number(value, "times", match.start(), match.end(), in_words=True)
    for match in MAGNITUDE.finditer(text):
        power = match[1].lower()
        power = int(power) if power.isdigit() else WORDS.get(power, 1)
        yield Number(10.0**power, "times", match.start(), match.end(), in_words=True)
    for match in FOLD.finditer(text):
        value = float(words_to_number(match[1]))
        yield Number(value, "times", match.start(), match.end(), in_words=True)


def numbers(text):
    """All numbers of `text`, with their kinds, in order."""
    found = plain_numbers(text)
    special = [*fractions(text), *other_factors(text)]
    found = [n for n in found if not any(s.start <= n.start < s.end for s in special)]
    # N of M and N in M are one share, unless "one of", which picks.
    merged, skip = [], False
    for number, following in itertools.zip_longest(found, found[1:]):
        if skip:
            skip = False
            continue
        between = text[number.end : following.start] if following else ""
        if (
            following
            and re.fullmatch(OF, between)
            and 0 < number.value <= following.value
            and not (number.in_words and number.value == 1 and "of" in between)
            and not re.match(r"\s*(?:×|by\b|%|percent)", text[following.end :])
        ):
            value = number.value / following.value
            varies = number.varies or following.varies
            words = number.in_words and following.in_words
            share = Number(value, "share", number.start, following.end, 0.0, varies=varies)
            merged.append(dataclasses.replace(share, in_words=words))
            skip = True
        else:
            merged.append(with_unit(number, text))
    # "10 to 15 %", "2, 5 or 20 pictures": what has no unit takes that of the next.
    for i in reversed(range(len(merged) - 1)):
        number, following = merged[i : i + 2]
        between = text[number.end : following.start]
        if number.nouns or number.kind not in ("count", "decimal"):
            continue
        if not re.fullmatch(LINK, between):
            continue
        if following.kind in ("count", "decimal"):
            merged[i] = dataclasses.replace(number, nouns=following.nouns)
        elif following.kind in ("share", "seconds", "bytes", "degrees") and following.half:
            factor = unit_of(following, text)
            merged[i] = number.scaled(factor, following.kind, number.end)
    for i, number in enumerate(merged):
        nouns = number.nouns
        if number.kind == "count" and not nouns and not re.match(r"\s*×", text[number.end :]):
            nouns = nouns_before(text[: number.start])
        merged[i] = dataclasses.replace(number, nouns=nouns - GENERIC)
    return sorted([*merged, *special], key=lambda number: number.start)


def unit_of(number, text):
    """What one of the written unit is in the kind's unit: 0.01 for %, 60 for minutes."""
    for plain in plain_numbers(text[number.start : number.end]):
        return number.value / plain.value if plain.value else 1.0
    return 1.0


# ------------------------------------------------------------------------------------- markdown

MARK = re.compile(r"<!--\s*given\b(?:\s*:[^>]*?)?\s*-->")
SKIPPED = [
    r"(?s)```.*?```",
    r"(?s)<!--.*?-->",
    r"\]\([^)]*\)",
    r"https?://\S+",
    r"(?i)arXiv:? ?[\d.]+",
    r"(?m)^\s*\d+\.(?=\s)",
    # Names that are numbers: the digits themselves ("a 6"), parts of documents, versions, years.
    r"(?i)(?<![\w])(?:notebooks?|chapters?|sections?|exercises?|tables?|figures?|slides?|parts?|pages?|"
    r"cells?|versions?|keras|python|numpy|layer|block|row|column|class|label|digit|example)"
    r"\s+(?:[\d.]*\d(?:\s*(?:,|and|or|to)\s*(?=\d))?)+(?!\s*(?:%|percent|times|seconds?|minutes?))",
    r"(?<=\ba )\d(?= (?:and|or)\b|[.,;:?](?!\d)| is\b| after\b| from\b)",
    r"(?m)(?:(?<=, )|(?<=\()|(?<=[A-Z] )|(?<=\bin ))(?:19|20)\d\d(?=[,.;:)*\]]|\s*$)",
]


def blank(text, start, end):
    kept = re.sub(r"[^\n]", " ", text[start:end])
    return text[:start] + kept + text[end:]


LATEX = [(r"\,", "  "), (r"\;", "  "), (r"\ ", "  "), (r"\%", " %"), ("{,}", " , "), (r"\!", "  ")]


def read_formula(inside):
    """What a reader takes for a quoted number in a formula; as long as the formula itself.

    A formula that is one number is that number. In others decimals, percentages and what an equals
    sign gives count; the rest is the formula's own.
    """
    text = inside
    for latex, plain in LATEX[:4] + LATEX[5:]:
        text = text.replace(latex, plain)
    text = re.sub(r"(?<=\d)\{,\}(?=\d)", ",\x00\x00", text)
    while "\x00" in text:  # thousands: the digits move together, blanks go to the front
        text = re.sub(r"([\d,]+)\x00", r" \1", text, count=1)
    text = text.replace(r"\approx", "≈      ")
    times = re.sub(r"\\times", "×     ", text)
    if re.fullmatch(r"[-+≈\s]*[\d.,]+\s*%?\s*", text) or re.fullmatch(r"[\s\d.,×]+", times):
        return times
    kept = [" "] * len(text)
    patterns = [
        r"\d[\d,]*\.\d+\s*%?",
        r"\d[\d,.]*\s*%",
        r"(?<![<>])[=≈]\s*\d[\d,]*(?:\.\d+)?(?=\s*$|\s*,)",
    ]
    for pattern in patterns:
        for match in re.finditer(pattern, text):
            kept[match.start() : match.end()] = match[0].replace("=", " ")
    return "".join(kept)


def is_arithmetic(inside):
    """True or False: does a formula of numbers alone hold; None if it is another formula."""
    text = inside.replace("{,}", "").replace(r"\left", "").replace(r"\right", "")
    text = text.replace(r"\cdot", "*").replace(r"\times", "*").replace("^", "**")
    text = re.sub(r"\\[,;! ]", " ", text).replace("{", "(").replace("}", ")")
    sides = text.split("=")
    if len(sides) < 2 or not all(re.fullmatch(r"[\d\s.+*/()-]+", side) for side in sides):
        return None
    try:
        values = [value_of(ast.parse(side.strip(), mode="eval").body) for side in sides]
    except (SyntaxError, ValueError, ZeroDivisionError, OverflowError):
        return None
    return all(abs(value - values[0]) <= 1e-9 * abs(values[0]) for value in values)


def value_of(node):
    match node:
        case ast.Constant(value=int() | float()):
            return node.value
        case ast.UnaryOp(op=ast.USub()):
            return -value_of(node.operand)
        case ast.BinOp():
            left, right = value_of(node.left), value_of(node.right)
            match node.op:
                case ast.Add():
                    return left + right
                case ast.Sub():
                    return left - right
                case ast.Mult():
                    return left * right
                case ast.Div():
                    return left / right
                case ast.Pow() if abs(right) < 100:
                    return left**right
    raise ValueError("no arithmetic")


def readable(source):
    """Markdown as the reader of numbers wants it, of the same length; and the false equations."""
    text, wrong = source, []
    for pattern in SKIPPED[:2]:
        for match in re.finditer(pattern, text):
            text = blank(text, *match.span())
    for match in re.finditer(r"(?s)\$\$(.+?)\$\$|(?<!\\)\$([^$]+?)(?<!\\)\$", text):
        start, end = match.span(1) if match[1] else match.span(2)
        inside = text[start:end]
        holds = is_arithmetic(inside)
        if holds is False:
            wrong.append((start, end))
        read = " " * (end - start) if holds is not None else read_formula(inside)
        pads = (start - match.start()) * " ", (match.end() - end) * " "
        if not re.fullmatch(r"[\s\d.,%≈×+-]+", read) or re.search("[a-zA-Z=]", inside):
            pads = pads[0][1:] + "§", pads[1]  # no word before it names its number
        text = text[: match.start()] + pads[0] + read + pads[1] + text[match.end() :]
    for match in re.finditer(r"`([^`\n]+)`", text):
        if not re.fullmatch(r"[\d.,]+ ?%?", match[1]):
            # A letter stays, so that words beside it do not become neighbours.
            text = blank(text, *match.span())
            text = text[: match.start()] + "§" + text[match.start() + 1 :]
    text = re.sub("[`*]", " ", text).replace("&nbsp;", " " * len("&nbsp;"))
    for pattern in SKIPPED[2:]:
        for match in re.finditer(pattern, text):
            text = blank(text, *match.span())
    return text, wrong


def table_units(source):
    """Where table cells stand whose column's heading says % or a time, and that unit."""
    at, header, found = 0, None, []
    for line in source.splitlines(keepends=True):
        cells = list(re.finditer(r"\|([^|\n]*)(?=\|)", line))
        if not cells:
            header = None
        elif header is None:
            header = [
                re.search(r"%|\bpercent\b|\b(?:milli)?seconds?\b|\bminutes?\b", c[1]) for c in cells
            ]
        else:
            for cell, unit in zip(cells, header):
                if unit:
                    found.append((at + cell.start(), at + cell.end(), unit[0]))
        at += len(line)
    return found


def prose_numbers(source):
    """The numbers that markdown quotes, those of formulas that are false arithmetic apart."""
    text, wrong = readable(source)
    found = numbers(text)
    for start, end, unit in table_units(source):
        for i, number in enumerate(found):
            if start <= number.start < end and number.kind in ("count", "decimal"):
                bare = dataclasses.replace(number, nouns=frozenset())
                for kind, pattern, scale in UNITS[:2]:
                    match = re.fullmatch(pattern, unit)
                    if match:
                        factor = scale(match[1] if match.re.groups else "")
                        found[i] = bare.scaled(factor, kind, number.end)
    return [number for number in found if is_quoted(number, text)], wrong


# What experiments count: small numbers of these are read in words, too.
COUNTED = set("error mistake failure point epoch step update trial answer".split())


def is_quoted(number, text):
    """Is it a figure at all? Small counts in words, 0 and 1 alone are how people speak."""
    if number.kind not in ("count", "decimal"):
        return True
    if number.in_words:
        return number.value > 12 or number.value > 1 and bool(number.nouns & COUNTED)
    return bool(number.nouns) and number.value > 1 or number.value not in (0, 1)


def marked(source, found):
    """Which of the numbers found in `source` a mark covers, and the marks that cover none."""
    covered, idle = [], []
    for mark in MARK.finditer(source):
        before = [n for n in found if n.start < mark.start()]
        line = source[source.rfind("\n", 0, mark.start()) + 1 : mark.start()]
        # At the start of a line it would end the paragraph; tables of contents would show it.
        if not line.strip() or line.startswith("#"):
            idle.append(mark[0])
            continue
        if not before or re.search(r"[.?!]\s|\n\s*\n|-->", source[before[-1].end : mark.start()]):
            idle.append(mark[0])
            continue
        last = before.pop()
        covered.append(last)
        while before and re.fullmatch(LINK + "|" + r"[\s$]*", source[before[-1].end : last.start]):
            last = before.pop()
            covered.append(last)
    return covered, idle


# ------------------------------------------------------------------------------------- sections


@dataclasses.dataclass
class Section:
    """A heading with what stands under it, up to the next heading of any level."""

    heading: str
    prose: list = dataclasses.field(default_factory=list)  # (cell, text)
    code: list = dataclasses.field(default_factory=list)  # code cells


def sections(notebook):
    """The notebook in sections; the set-up cell belongs to none."""
    found, set_up = [Section("")], True
    for cell in notebook.cells:
        if cell.cell_type == "code":
            if not set_up:
                found[-1].code.append(cell)
            set_up = False
            continue
        if cell.cell_type != "markdown":
            continue
        for piece in re.split(r"(?m)^(?=#{1,6} )", cell.source):
            heading = re.match(r"#{1,6} (.*)", piece)
            if heading:
                found.append(Section(heading[1]))
            if piece.strip():
                found[-1].prose.append((cell, piece))
    return [section for section in found if section.prose or section.code]


def evidence(all_sections):
    """Section by section, the code cells that its prose may quote.

    Its own; for one without code, those of the next section that has some, as a heading may stand
    between a text and its code.
    """
    for n, section in enumerate(all_sections):
        following = [s.code for s in all_sections[n:] if s.code]
        yield section, section.code or (following[0] if following else [])


# -------------------------------------------------------------------------------------- support

ALIKE = [
    "picture digit example photograph photo image sample x train test few batch label",
    "unit neuron dense hidden wide width",
    "layer depth deep dense",
    "pixel size shape height width side input shift",
    "step update",
    "class classes output dense",
    "map filter channel conv2d",
    "place size",
    "spread std sigma scale",
    "start seed run draw time",
    "epoch",
]
ALIKE = [set(group.split()) for group in ALIKE]
SHARES = {"accuracy", "share", "fraction", "probability", "recall", "precision", "right", "percent"}


def alike(nouns, words):
    if nouns & words:
        return True
    return any(nouns & group and words & group for group in ALIKE)


def words_of(line):
    pieces = re.findall(r"[A-Z]?[a-z]+\d?[a-z]*|[A-Z]+(?![a-z])", line)
    return frozenset(map(stem, pieces))


def in_outputs(text):
    """(number, words of its line) for every exact number that outputs say."""
    text = re.sub(r"\x1b\[[\d;]*m", "", text)
    for line in text.splitlines():
        words = words_of(line)
        for number in numbers(line):
            if number.varies:
                continue
            yield number, words
            if number.kind == "decimal" and 0 < number.value < 1 and words & SHARES:
                yield dataclasses.replace(number, kind="share"), words


def in_code(source):
    """(number, words of its line) for every number that code sets."""
    lines = [re.sub(r"#.*\bmeasured\b.*", "", line) for line in source.splitlines()]
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or type(node.value) not in (int, float):
            continue
        words = words_of(lines[node.lineno - 1])
        value = abs(float(node.value))
        kinds = ["count" if value == int(value) else "decimal"]
        if words & SHARES and 0 < value < 1:
            kinds.append("share")
        if words & {"second", "timeout", "pause"}:
            kinds.append("seconds")
        if words & {"minute"}:
            yield Number(60 * value, "seconds", 0, 0), words
        if words & {"degree", "angle", "rotation"}:
            kinds.append("degrees")
        if words & {"factor"}:
            kinds.append("times")
        if words & {"byte"}:
            kinds.append("bytes")
        for kind in kinds:
            yield Number(value, kind, 0, 0), words


SPECIFIC = 1000  # a count this large says by itself what it counts


def supports(number, there, words):
    """Is the number of prose the one that stands there, in a line of these words?"""
    if number.kind != there.kind:
        return False
    close = 1e-9 * max(abs(number.value), abs(there.value))
    if abs(number.value - there.value) > close:
        rounded = number.half and there.half < number.half
        if number.kind == "count":
            rounded = number.value >= 1e5 and number.half > 0.5  # 3.2 million
        if number.kind == "decimal":
            rounded = rounded and number.value / (2 * number.half) >= 99  # three digits
        if not number.half and number.kind in ("share", "decimal"):  # 7/3, a third
            number, rounded = dataclasses.replace(number, half=there.half), there.half <= 0.005
        if not rounded or abs(number.value - there.value) > number.half + close:
            return False
    exact = abs(number.value - there.value) <= close
    if number.kind == "count" and number.nouns and not (exact and number.value >= SPECIFIC):
        return alike(number.nouns, words)
    return True


def said(cell):
    """Everything that a cell's stored outputs say in words, those of pictures included."""
    outputs = cell.get("outputs", [])
    said = "\n".join(o.get("text") or o.get("data", {}).get("text/plain", "") for o in outputs)
    return re.sub(r"(?m)^\d+ of \d+: ", "", said)  # which frame of a player it is, is no result


# The one time that every notebook must tell its reader, though it varies.
DURATION = r"(?i)\btime: [^.\n]*(?:minute|second)s? on two CPU cores"


def unsupported(notebook):
    """(cell, the number's text, its kind, the words around it) of what prose may not quote."""
    for section, cells in evidence(sections(notebook)):
        yield from unsupported_in(section, known(cells))


def known(cells):
    found = []
    for cell in cells:
        found += in_outputs(said(cell))
        found += in_code(cell.source)
    return found


def read(source):
    """(numbers, those that marks cover, false equations, idle marks) of a section's text."""
    hidden = re.sub(DURATION, lambda match: re.sub(r"[^\n]", " ", match[0]), source)
    found, wrong = prose_numbers(hidden)
    covered, idle = marked(source, found)
    return found, covered, wrong, idle


def given_in(section):
    return [number for _, source in section.prose for number in read(source)[1]]


def accepted(number, known, given):
    return any(repeats(number, other) for other in given) or any(
        supports(number, there, words) for there, words in known
    )


def unsupported_in(section, known):
    given = given_in(section)
    for cell, source in section.prose:
        found, covered, wrong, idle = read(source)
        for start, end in wrong:
            yield cell, source[start:end], "arithmetic", source[start:end]
        for mark in idle:
            yield cell, mark, "mark", mark
        for number in found:
            if number in covered or accepted(number, known, given):
                continue
            around = source[max(0, number.start - 40) : number.end + 30]
            yield cell, source[number.start : number.end], number.kind, around


def repeats(number, given):
    same = number.kind == given.kind and abs(number.value - given.value) <= 1e-9 * number.value
    if number.kind == "count" and number.nouns and given.nouns:
        same = same and bool(number.nouns & given.nouns)
    return same
