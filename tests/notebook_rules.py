"""What every stored notebook keeps to: each rule takes a notebook and returns what breaks it.

nbval compares what a cell gives with what is stored; these rules read what is stored.
"""

import ast
import hashlib
import io
import re

import numpy as np
import prose_numbers
import refresh
import stored_pictures as stored
from PIL import Image

MOST_CODE_LINES = 18
UNANSWERED = "not answered yet"
LONGEST_CAPTION = 300  # characters
LARGEST_PLAYER = 300_000  # bytes
DRAWING = {"plt", "drawings", "plotting"}
MOST_DRAWING_LINES = 3  # a statement counts as one, however it is broken


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
        kinds = ("text/plain",) if stored.is_picture(output) else ("text/plain", "text/html")
        parts += [str(output.get("data", {}).get(kind, "")) for kind in kinds]
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


def its_cells_are_short(notebook):
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
            kinds = [kind for kind in output.get("data", {}) if kind.startswith("image/")]
            if kinds:
                yield f"code cell {n} stores {kinds[0]}, which has no caption; use plotting.show"
        for output in stored.pictures(cell.outputs):
            frames = stored.frames(output)
            for words, png, _ in frames:
                if len(words.split()) < 5 or not words.endswith(".") or re.search(r"\.png", words):
                    yield f"code cell {n} has a picture whose alt text is {words!r}, no sentence"
                if description(png) != words:
                    yield f"code cell {n} has a picture that says {description(png)!r} of itself"
            if output.data.get("text/plain") != stored.said(frames):
                yield f"code cell {n} has a picture whose plain text is not its alt text"
            caption = stored.caption(output)
            if len(caption) > LONGEST_CAPTION or not re.search(r"\w \S.*[.?]\)?$", caption):
                yield f"code cell {n} has the caption {caption!r}, which is no short sentence"


def description(png):
    try:
        return Image.open(io.BytesIO(png)).info.get("Description")
    except OSError as error:
        return str(error)


def pictures_belong_to_what_is_drawn(notebook):
    """A PNG is the one that plotting made when it wrote down what is drawn, unchanged."""
    for n, cell in enumerate(code_cells(notebook), 1):
        for output in stored.pictures(cell.outputs):
            frames, drawn = stored.frames(output), stored.drawn(output)
            if len(frames) != len(drawn) or not frames:
                yield f"code cell {n} does not say what is drawn; use plotting.show or steps"
            for frame, lines in zip(frames, drawn):
                for fault in faults_of_picture(frame.png, frame.size, lines):
                    yield f"code cell {n} has a picture {fault}"


def players_are_small(notebook):
    for n, cell in enumerate(code_cells(notebook), 1):
        for output in stored.pictures(cell.outputs):
            size = len(stored.page(output))
            if len(stored.frames(output)) > 1 and size > LARGEST_PLAYER:
                yield f"code cell {n} has a player of {size // 1000} KB, at most 300 are wanted"


def faults_of_picture(png, shown, lines):
    try:
        picture = Image.open(io.BytesIO(png)).convert("RGBA")
    except OSError as error:
        yield f"that cannot be read: {error}"
        return
    width, height = picture.size
    about = Image.open(io.BytesIO(png)).info
    pixels = f"{width} {height} ".encode() + picture.tobytes()
    if about.get("Drawn") != checksum("\n".join(lines).encode()):
        yield "that is not the one of which its output says what is drawn; run `make refresh`"
    if about.get("Pixels") != checksum(pixels):
        yield "whose pixels are not those that plotting.show drew; run `make refresh`"
    if shown != (width // 2, height // 2):
        yield f"of {width} by {height} pixels that is shown in another size"
    if not (200 <= width <= 4000 and 100 <= height <= 4000):
        yield f"of {width} by {height} pixels, which is no plausible size"
    colours = picture.getcolors(width * height)
    if max(count for count, _ in colours) > 0.995 * width * height:
        yield "that is of one colour"
    dots = np.asarray(picture)
    edges = (dots[0], dots[-1], dots[:, 0], dots[:, -1])
    if any(np.ptp(edge, axis=0).any() for edge in edges):
        yield "in which something is cut off at the edge"


def checksum(data):
    return hashlib.sha256(data).hexdigest()[:16]


def what_varies_is_pinned(notebook):
    cells = code_cells(notebook)
    for n, (cell, following) in enumerate(zip(cells, [*cells[1:], None], strict=True), 1):
        pinned = "claim(" in cell.source or (following and "claim(" in following.source)
        pinned = pinned or "\ncheck(" in cell.source  # a ✓ means that the goal was reached
        if "≈" in texts(cell) and not pinned:
            yield f"code cell {n} prints ≈ and no claim pins it, there or in the next cell"


def figures_in_prose_stand_in_a_cell(notebook):
    """Each number that text quotes is printed in its section, or set there, or marked as given."""
    for cell, number, kind, around in prose_numbers.unsupported(notebook):
        fix = "quote what a cell of its section prints, or mark it <!-- given -->"
        if kind == "mark":
            fix = "a mark stands behind its number, in no heading and at no line's start"
        if kind == "arithmetic":
            fix = "the two sides differ"
        place = notebook.cells.index(cell)
        n = sum(other.cell_type == "code" for other in notebook.cells[:place]) + 1
        yield (
            f"the text above code cell {n}: the {kind} {number!r} in {around!r} is not supported; "
            f"{fix}"
        )


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
        if texts(cell).startswith("There is no "):
            yield f"code cell {n + 1}: {texts(cell).strip()}"
        elif texts(cell).strip() != UNANSWERED:
            yield f"code cell {n + 1} is an exercise that is stored answered"
        if "..." not in cell.source:
            yield f"code cell {n + 1} is an exercise without a place for the answer"
        solution = cells[n + 1] if n + 1 < len(cells) else None
        asked = re.findall(r'check\("([^"]+)"', cell.source)
        if not solution or not is_solution(solution):
            yield f"code cell {n + 1} is an exercise without a solution behind it"
        elif asked != re.findall(r'check\("([^"]+)"', solution.source):
            yield f"code cell {n + 2} solves another exercise than the one before it"


def drawing_lines(source):
    """How many statements of a cell draw: use plt, plotting, drawings or what these returned."""
    names, lines = set(DRAWING), set()

    def draws(node):
        used = [n for n in ast.walk(node) if isinstance(n, ast.Name) and n.id in names]
        callbacks = [n for n in ast.walk(node) if ast.unparse(n) == "plotting.progress()"]
        return len(used) > len(callbacks)

    def visit(statements):
        for node in statements:
            bodies = [getattr(node, part, []) for part in ("body", "orelse", "finalbody")]
            heads = [n for n in ast.iter_child_nodes(node) if not isinstance(n, ast.stmt)]
            if any(map(draws, heads)):
                lines.add(node.lineno)
                targets = [*getattr(node, "targets", []), getattr(node, "target", None)]
                if isinstance(node, ast.For) and ast.unparse(node.iter).startswith("zip("):
                    parts = zip(node.target.elts, node.iter.args)
                    targets = [target for target, given in parts if draws(given)]
                for target in filter(None, targets):
                    stored_in = (n for n in ast.walk(target) if isinstance(n, ast.Name))
                    names.update(n.id for n in stored_in if isinstance(n.ctx, ast.Store))
            for body in bodies:
                visit(body)

    visit(ast.parse(source).body)
    return len(lines)


def drawing_is_elsewhere(notebook):
    for n, cell in enumerate(code_cells(notebook), 1):
        lines = 0 if n == 1 or is_solution(cell) else drawing_lines(cell.source)
        if lines > MOST_DRAWING_LINES:
            yield f"code cell {n} has {lines} lines that draw; move them to dlhelpers/drawings.py"


def names_set_by(cell):
    """The names that a code cell gives a value to, outside its functions and classes."""
    bodies = [ast.parse(cell.source)]
    names = set()
    while bodies:
        for node in ast.iter_child_nodes(bodies.pop()):
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                names.add(node.name)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                names.add(node.id)
            elif not isinstance(node, (ast.Lambda, ast.ListComp, ast.DictComp, ast.GeneratorExp)):
                bodies.append(node)
    return names


def exercises_leave_the_lessons_names_alone(notebook):
    """A reader who has solved an exercise can run the cells above again."""
    asked = [re.search(r"^check\(", cell.source, re.M) for cell in code_cells(notebook)]
    cells = list(zip(code_cells(notebook), asked, strict=True))
    of_the_lesson = set().union(*(names_set_by(cell) for cell, exercise in cells if not exercise))
    for n, (cell, exercise) in enumerate(cells, 1):
        taken = names_set_by(cell) & of_the_lesson if exercise else ()
        if taken:
            yield f"code cell {n} is an exercise that sets {sorted(taken)}, names of the lesson"


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
        extra = set(cell.metadata) - set(refresh.CELL_METADATA)
        if extra or cell.source != cell.source.strip():
            yield f"cell {n} is not in normal form ({sorted(extra)}); run `make refresh`"
        if not _keys_in_order(cell):
            yield f"cell {n} has its keys in another order than nbformat; run `make refresh`"


def _keys_in_order(node):
    """Whether a node of a notebook, and all inside it, would be written as it is."""
    if isinstance(node, dict):
        return list(node) == sorted(node) and all(map(_keys_in_order, node.values()))
    return not isinstance(node, list) or all(map(_keys_in_order, node))


RULES = [
    nothing_hides_from_nbval,
    its_cells_are_short,
    drawing_is_elsewhere,
    outputs_are_clean,
    pictures_have_words,
    pictures_belong_to_what_is_drawn,
    players_are_small,
    what_varies_is_pinned,
    figures_in_prose_stand_in_a_cell,
    exercises_are_open_and_solved,
    exercises_leave_the_lessons_names_alone,
    tensorflow_stays_in_its_sections,
    it_is_in_normal_form,
]
