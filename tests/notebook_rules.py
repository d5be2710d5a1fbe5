"""What every stored notebook keeps to: each rule takes a notebook and returns what breaks it.

nbval compares what a cell gives with what is stored; these rules read what is stored.
"""

import base64
import io
import re

from PIL import Image

MOST_CODE_LINES = 18
KEPT_CELL_METADATA = {"cellView", "jupyter", "nbgrader", "tags"}
UNANSWERED = "not answered yet"


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def markdown_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "markdown"]


def is_solution(cell):
    return cell.source.startswith("# @title Solution")


def texts(cell):
    """Everything a cell's stored outputs say, as one text."""
    parts = []
    for output in cell.get("outputs", []):
        parts += [output.get("text", "")]
        parts += [str(v) for k, v in output.get("data", {}).items() if k.startswith("text/")]
    return "\n".join(parts)


def nothing_hides_from_nbval(notebook):
    for n, cell in enumerate(code_cells(notebook), 1):
        tags = " ".join(cell.metadata.get("tags", []))
        if re.search(r"(?i)nbval|raises-exception", tags):
            yield f"code cell {n} has the tag {tags!r}, which hides it from nbval"
        if re.search(r"(?im)^\s*#\s*(nbval|pytest_validate)_", cell.source):
            yield f"code cell {n} has a comment that hides it from nbval"
        if re.search(r"(?m)^\s*[%!]", cell.source):
            yield f"code cell {n} has a magic or shell command, which can swallow the rest"
        if cell.execution_count != n:
            yield f"code cell {n} is stored with the count {cell.execution_count}: not compared"


def cells_are_short(notebook):
    for n, cell in enumerate(code_cells(notebook), 1):
        lines = len(cell.source.splitlines())
        if lines > MOST_CODE_LINES and n > 1:  # the first is the set-up cell, the same everywhere
            yield f"code cell {n} has {lines} lines, at most {MOST_CODE_LINES} are wanted"


def outputs_are_clean(notebook):
    for n, cell in enumerate(code_cells(notebook), 1):
        for output in cell.outputs:
            if output.get("name") == "stderr":
                yield f"code cell {n} stores standard error: {output.text[:80]!r}"
            if output.output_type == "error":
                yield f"code cell {n} stores an error: {output.evalue!r}"
        said = texts(cell)
        if re.search(r"0x[0-9a-f]{6,}", said):
            yield f"code cell {n} stores a memory address"
        if re.search(r"Warning\b.*:", said):
            yield f"code cell {n} stores a warning"
        for line in said.splitlines():
            timing = re.search(r"(?<![≈\d.])\d[\d.]* ?(ms|µs|s|sec|seconds)\b", line)
            if timing and not line.startswith("✓"):
                yield f"code cell {n} stores the time {timing[0]!r} without ≈"


def pictures_have_words(notebook):
    for n, cell in enumerate(code_cells(notebook), 1):
        for output in cell.outputs:
            data = output.get("data", {})
            if "image/jpeg" in data or "image/svg+xml" in data:
                yield f"code cell {n} has a picture that is no PNG; use plotting.show"
            if "image/png" not in data:
                continue
            words = data.get("text/plain", "")
            picture = Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
            if len(words.split()) < 5 or not words.endswith(".") or re.search(r"\.png|<", words):
                yield f"code cell {n} has a picture whose words are {words!r}, no sentence"
            if output.metadata.get("image/png", {}).get("alt") != words:
                yield f"code cell {n} has a picture whose alt text is not its words"
            if picture.info.get("Description") != words:
                yield f"code cell {n} has a picture that says of itself {picture.info!r:.200}"


def what_varies_is_pinned(notebook):
    cells = code_cells(notebook)
    for n, (cell, following) in enumerate(zip(cells, [*cells[1:], None], strict=True), 1):
        pinned = "claim(" in cell.source or (following and "claim(" in following.source)
        if "≈" in texts(cell) and not pinned:
            yield f"code cell {n} prints ≈ and no claim pins it, there or in the next cell"


# Decimals, numbers with thousands separators, and whole numbers with a unit that measures.
FIGURE = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+|\d+(?= ?(?:\\?%|million\b|billion\b))"
UNITS = {"%": 0.01, "million": 1e6, "billion": 1e9}
NO_FIGURES = r"https?://\S+|\]\([^)]*\)|arXiv:? ?[\d.]+|[Cc]hapters? [\d.]+"


def figures_in_prose_stand_in_a_cell(notebook):
    """Measured figures in text must stand in the code or an exact output of the notebook."""
    stored = "\n".join(cell.source + "\n" + texts(cell) for cell in code_cells(notebook))
    exact = re.sub(r"(?<=\d)[_,](?=\d)", "", re.sub(r"≈ *[-+]?[\d.,]+", "", stored))
    known = {float(number) for number in re.findall(r"\d+(?:\.\d+)?(?:e[-+]?\d+)?", exact)}
    for cell in markdown_cells(notebook):
        prose = re.sub(NO_FIGURES, " ", cell.source).replace("{,}", ",")
        for found in re.finditer(FIGURE, prose):
            value = float(found[0].replace(",", ""))
            unit = re.match(r"[ \\]*(%|million|billion)", prose[found.end() :])
            values = (value, value * UNITS[unit[1]] if unit else value)
            if not any(abs(v - k) <= 1e-9 * abs(k) for v in values for k in known):
                around = prose[max(0, found.start() - 30) : found.end() + 10]
                yield f"no exact output and no code has the {found[0]} of {around!r}"


def exercises_are_open_and_solved(notebook):
    cells = code_cells(notebook)
    exercises = [n for n, cell in enumerate(cells) if re.search(r"^check\(", cell.source, re.M)]
    if not exercises:
        yield "it has no exercise"
    for n in exercises:
        cell = cells[n]
        if is_solution(cell):
            hidden = cell.metadata.get("jupyter", {}).get("source_hidden")
            if not hidden or cell.metadata.get("cellView") != "form":
                yield f"code cell {n + 1} is a solution that is not folded"
            if not texts(cell).startswith("✓"):
                yield f"code cell {n + 1} is a solution that its check does not accept"
            continue
        if texts(cell).strip() != UNANSWERED:
            yield f"code cell {n + 1} is an exercise that is stored answered"
        if "..." not in cell.source:
            yield f"code cell {n + 1} is an exercise without a place for the answer"
        solution = cells[n + 1] if n + 1 < len(cells) else None
        asked = re.findall(r'check\("([^"]+)"', cell.source)
        if not solution or not is_solution(solution):
            yield f"code cell {n + 1} is an exercise without a solution behind it"
        elif asked != re.findall(r'check\("([^"]+)"', solution.source):
            yield f"code cell {n + 2} solves another exercise than the one before it"


def tensorflow_stays_in_its_sections(notebook):
    heading = ""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            heading = (re.findall(r"(?m)^#+ .*", cell.source) or [heading])[-1]
        elif re.search(r"\btf\.|import tensorflow|from tensorflow", cell.source):
            if "TensorFlow" not in heading:
                yield f"TensorFlow is called under {heading!r}; its heading must say so"


def it_is_in_normal_form(notebook):
    ids = [cell.get("id") for cell in notebook.cells]
    if len(set(ids)) != len(ids):
        yield "cell ids stand twice"
    if set(notebook.metadata) != {"kernelspec", "language_info"}:
        yield f"the notebook's metadata has {sorted(notebook.metadata)}; run `make refresh`"
    for n, cell in enumerate(notebook.cells, 1):
        extra = set(cell.metadata) - KEPT_CELL_METADATA
        if extra or cell.source != cell.source.strip():
            yield f"cell {n} is not in normal form ({sorted(extra)}); run `make refresh`"


RULES = [
    nothing_hides_from_nbval,
    cells_are_short,
    outputs_are_clean,
    pictures_have_words,
    what_varies_is_pinned,
    figures_in_prose_stand_in_a_cell,
    exercises_are_open_and_solved,
    tensorflow_stays_in_its_sections,
    it_is_in_normal_form,
]
