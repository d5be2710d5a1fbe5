"""Notebooks for students, made from the instructor's: without outputs, and without solutions.

    python -m dlhelpers student notebooks/09_convolution_by_hand.ipynb --to hw1/ --with-helpers
    python -m dlhelpers student notebooks/03_initialization.ipynb --to hw1/s117/ --variant s117
    python -m dlhelpers student notebooks/09_convolution_by_hand.ipynb --to source/hw1/ --nbgrader

The first is a folder that runs by itself. The second has other numbers in its exercises, where
they have numbers. The third is what nbgrader calls the source version: solutions are marked for it
to take out, and behind each exercise stands a locked cell with a point for each of its cases.
"""

import ast
import copy
import hashlib
import json
import os
import re
import secrets
import shutil
import textwrap
import uuid
from pathlib import Path

SOLUTION = "# @title Solution"
CHECK = re.compile(r'^check\("(?P<name>[^"]+)", (?P<answer>\w+)', re.MULTILINE)
BADGE = re.compile(r"[ ]?\[!\[Open in \w+\]\([^)]*\)\]\([^)]*\)")
BESIDE_THE_NOTEBOOKS = re.compile(r'^sys\.path\.insert\(0, "\.\."\).*$', re.MULTILINE)
HERE = 'sys.path.insert(0, ".")  # dlhelpers stands beside this notebook'
MARKS = "### BEGIN SOLUTION", "### END SOLUTION"


class NotebookError(RuntimeError):
    """No student's notebook was written; the message says why and what to do."""


def write(
    path,
    folder,
    nbgrader=False,
    force=False,
    variant=None,
    engine=None,
    helpers_beside=False,
):
    """Write the student's version of the notebook at `path` into `folder`, by the same name.

    Args:
        path: an instructor's notebook, with a solution cell behind each exercise.
        folder: where to; made if it is not there.
        nbgrader: whether to write what nbgrader wants in its source folder instead.
        force: whether to overwrite a notebook that is there.
        variant: a text, such as the student's ID, that other numbers are drawn from.
        engine: the module dlhelpers.exercises, which knows the numbers of a variant, and with
            nbgrader the points of an exercise.
        helpers_beside: whether the notebook shall look for dlhelpers in its own folder.

    Returns:
        The path written.

    Raises:
        NotebookError: `path` is no notebook or has no exercise, or its student's version would
            overwrite a file. Then nothing is written.
    """
    for name, given in (("path", path), ("folder", folder)):
        if not isinstance(given, str | os.PathLike):
            raise NotebookError(f"{name}={given!r:.60}: give a path.")
    if not isinstance(variant, str | None):
        raise NotebookError(f"variant={variant!r:.60}: give a text, such as the student's ID.")
    if engine is None and (nbgrader or variant is not None):
        raise NotebookError("engine=None: give the module dlhelpers.exercises.")
    path, written = Path(path), Path(folder) / Path(path).name
    notebook = read(path)
    cells = notebook["cells"]
    if not any(is_solution(cell) for cell in cells):
        raise NotebookError(f"{path} has no solution to take out; was it made for students before?")
    if written.exists() and written.samefile(path):
        raise NotebookError(f"{written} is the instructor's own notebook; give another folder.")
    if written.exists() and not force:
        raise NotebookError(
            f"{written} is there already, perhaps with answers in it; "
            "write to another folder, or overwrite it with --force."
        )
    try:
        if nbgrader:
            cells = for_nbgrader(cells, engine, variant)
        else:
            cells = for_students(cells)
        if variant is not None:
            cells = [for_variant(cell, variant, engine) for cell in cells]
            notebook.setdefault("metadata", {})["dlhelpers"] = {"variant": variant}
    except (LookupError, ValueError, SyntaxError) as error:
        said = error.args[0] if error.args else error
        raise NotebookError(f"{path}: {said}") from None
    notebook["cells"] = look_here(cells) if helpers_beside else cells
    text = json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"
    store(written, text.encode())
    return written


def read(path):
    """The notebook at `path` as JSON has it; NotebookError if it is none."""
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        for cell in notebook["cells"]:
            cell["cell_type"], source(cell)
        return notebook
    except FileNotFoundError:
        raise NotebookError(f"{path} does not exist; give the path of a notebook.") from None
    except (OSError, ValueError, KeyError, TypeError):
        raise NotebookError(f"{path} is no Jupyter notebook; give an .ipynb file.") from None


def store(path, data):
    """Write a file whole or not at all, and its folder if it is not there."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError:
        raise NotebookError(f"{path.parent} is no folder and cannot be made one.") from None
    unfinished = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")  # no two runs share it
    try:
        unfinished.write_bytes(data)
        os.replace(unfinished, path)
    except OSError as error:
        raise NotebookError(f"{path} cannot be written: {error.strerror}.") from error
    finally:
        unfinished.unlink(missing_ok=True)


# ---------------------------------------------------------------------------- what becomes of cells


def for_students(cells):
    """The cells without solutions, outputs, and badges that lead to the solutions."""
    return [blank(cell) for cell in cells if not is_solution(cell)]


def for_variant(cell, variant, engine):
    """An exercise's cell with the numbers of a variant, and a check that knows it.

    Raises:
        ValueError: the cell does not set a number that the variant changes.
        UnknownExercise: a KeyError, there is no such exercise.
    """
    found = CHECK.search(source(cell)) if cell["cell_type"] == "code" else None
    if not found:
        return cell
    if not re.fullmatch(r"[^\"'\\\n]+", variant):
        raise ValueError(f"{variant!r} is no variant; it has a quote or a backslash in it.")
    text = source(cell)
    text = f'{text[: found.end()]}, variant="{variant}"{text[found.end() :]}'
    for name, number in engine.givens(found["name"], variant).items():
        for node in ast.parse(text).body:
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
                lines = text.splitlines()
                lines[node.lineno - 1 : node.end_lineno] = [f"{name} = {number!r}"]
                text = "\n".join(lines)
                break
        else:
            raise ValueError(f"the cell of {found['name']} does not set {name}.")
    set_source(cell, text)
    return cell


def look_here(cells):
    """The cells, of which the first code cell looks for dlhelpers in the notebook's folder."""
    first = next(cell for cell in cells if cell["cell_type"] == "code")
    text, found = BESIDE_THE_NOTEBOOKS.subn(HERE, source(first), count=1)
    set_source(first, text if found else f"import sys\n\n{HERE}\n{text}")
    return cells


def for_nbgrader(cells, engine, variant=None):
    """The cells as nbgrader's source version has them: solutions marked, a graded check behind.

    Raises:
        ValueError: an exercise or its solution has no call of `check`.
    """
    marked, secret = [], secrets.token_hex(8)
    for cell, following in zip(cells, [*cells[1:], None]):
        if is_solution(cell):
            continue
        cell = blank(cell)
        marked.append(cell)
        if following and is_solution(following):
            asked = CHECK.search(source(cell))
            if not asked or not CHECK.search(source(following)):
                raise ValueError(
                    f"the solution in cell {following.get('id')}, or the cell before it, has no "
                    'line check("topic.name", answer).'
                )
            identity = re.sub(r"\W", "-", asked["name"])
            kind = engine.find(asked["name"])["kind"]
            hidden = variant if kind == "predict" else secret
            points = engine.judge(asked["name"], [{"gives": {"type": "dots"}}], hidden).points
            set_source(cell, with_solution(source(cell), source(following), asked["answer"]))
            cell["metadata"]["nbgrader"] = nbgrader_metadata(identity, solution=True)
            graded = dict(blank(following), id=f"{identity}-graded"[:64])
            graded["metadata"] = {
                "nbgrader": nbgrader_metadata(f"{identity}-graded", grade=True, points=len(points))
            }
            set_source(graded, graded_check(source(cell), asked, variant, hidden))
            marked.append(graded)
    return marked


def graded_check(exercise, asked, variant, hidden):
    """The locked cell behind an exercise: its last line is the number of points.

    What stands between the marks is nbgrader's to hide: there the checks are loaded anew, so that
    none that a student has replaced is asked, and the cases are drawn from a secret.
    """
    call = next(
        node
        for node in ast.walk(ast.parse(exercise))
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "check"
    )
    words = [f"{w.arg}={ast.unparse(w.value)}" for w in call.keywords if w.arg != "variant"]
    arguments = ", ".join([f'"{asked["name"]}"', asked["answer"], "variant", *words])
    return f"""import sys

variant = {variant!r}
### BEGIN HIDDEN TESTS
variant = {hidden!r}
for name in [name for name in sys.modules if name.startswith("dlhelpers")]:
    del sys.modules[name]
### END HIDDEN TESTS
from dlhelpers.exercises import verdict

result = verdict({arguments})
print(result)
sum(result.points)"""


def with_solution(exercise, solution, answer):
    """The exercise's code with the solution's between nbgrader's marks.

    Where the answer is a function, its body is marked; the solution's imports and helper functions
    go into the body, so that a student has one place to fill in. Otherwise the solution's
    statements stand before the check.
    """
    end = CHECK.search(solution).start()
    opened, solved = (function(code, answer) for code in (exercise, solution[:end]))
    known = {ast.dump(node) for node in ast.parse(exercise).body}
    more = [node for node in ast.parse(solution[:end]).body if ast.dump(node) not in known]
    lines = exercise.splitlines()
    if not opened or not solved or opened.body[0].lineno == opened.lineno:
        text = "\n".join(lines_of(solution, node) for node in more)
        before = exercise[: CHECK.search(exercise).start()].rstrip()
        rest = exercise[CHECK.search(exercise).start() :]
        return "\n".join([before, MARKS[0], text, MARKS[1], "", rest])
    inside = [lines_of(solution, node) for node in more if getattr(node, "name", None) != answer]
    inside = [textwrap.indent(text, "    ") for text in inside]
    start = opened.body[0].end_lineno if docstring(opened) else opened.body[0].lineno - 1
    words = [] if docstring(opened) else docstring(solved).splitlines()
    body = [f"    {MARKS[0]}", *inside, body_of(solution, solved), f"    {MARKS[1]}"]
    return "\n".join([*lines[:start], *words, *body, *lines[opened.end_lineno :]])


def lines_of(code, node):
    """The lines of a statement, with its decorators and the comments directly above it."""
    lines = code.splitlines()
    start = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))]) - 1
    while start and lines[start - 1].startswith("#") and not lines[start - 1].startswith(SOLUTION):
        start -= 1
    return "\n".join(lines[start : node.end_lineno])


def docstring(node):
    """A function's docstring as code, indented; "" if it has none."""
    words = ast.get_docstring(node, clean=False)
    return f'    """{words}"""' if words else ""


def body_of(code, node):
    """The lines of a function's body behind its docstring, with comments before the first."""
    lines, body = code.splitlines(), node.body
    if body[0].lineno == node.lineno:  # def f(x): return x
        return "\n".join(f"    {ast.unparse(part)}" for part in body)
    has_words = bool(docstring(node)) and len(body) > 1
    start = body[0].end_lineno if has_words else body[0].lineno - 1
    while lines[start - 1].lstrip().startswith("#"):
        start -= 1
    return "\n".join(lines[start : node.end_lineno])


def function(code, name):
    """The last definition of the function `name` in the text `code`; None if there is none."""
    found = [node for node in ast.parse(code).body if isinstance(node, ast.FunctionDef)]
    return next((node for node in reversed(found) if node.name == name), None)


def nbgrader_metadata(identity, grade=False, solution=False, points=None):
    """What nbgrader's schema, version 3, wants to know of a cell."""
    metadata = {
        "grade": grade,
        "grade_id": identity,
        "locked": grade,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    return metadata if points is None else metadata | {"points": points}


def blank(cell):
    """A copy of the cell without outputs and badges."""
    cell = copy.deepcopy(cell)
    if cell["cell_type"] == "code":
        cell.update(outputs=[], execution_count=None)
    elif BADGE.search(source(cell)):
        set_source(cell, re.sub(r"\n{3,}", "\n\n", BADGE.sub("", source(cell))))
    return cell


def is_solution(cell):
    return cell["cell_type"] == "code" and source(cell).startswith(SOLUTION)


def source(cell):
    return "".join(cell["source"])


def set_source(cell, text):
    cell["source"] = text.splitlines(keepends=True)


# ----------------------------------------------------------------------- what a folder needs to run


def helpers_for(path):
    """The files of dlhelpers that a notebook imports, such as ["claims", "plotting"], sorted."""
    found = set()
    for node in nodes(path):
        if isinstance(node, ast.ImportFrom) and node.module == "dlhelpers":
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("dlhelpers."):
            found.add(node.module.split(".")[1])
        elif isinstance(node, ast.Import):
            names = [alias.name.split(".") for alias in node.names]
            found |= {name[1] for name in names if name[0] == "dlhelpers" and len(name) > 1}
    return sorted(found)


def topics_for(path):
    """The topics of a notebook's exercises, sorted."""
    codes = [source(cell) for cell in read(Path(path))["cells"] if cell["cell_type"] == "code"]
    names = {found["name"] for code in codes for found in CHECK.finditer(code)}
    return sorted({name.partition(".")[0] for name in names})


def data_for(path, datasets):
    """The files in data/ that a notebook asks dlhelpers.datasets for, sorted.

    Args:
        path: the notebook.
        datasets: the text of datasets.py.
    """
    files = {}
    for node in ast.parse(datasets).body:
        if isinstance(node, ast.FunctionDef):
            texts = (part.value for part in ast.walk(node) if isinstance(part, ast.Constant))
            files[node.name] = {t for t in texts if isinstance(t, str) and t.endswith(".npz")}
    used = set()
    for node in nodes(path):
        if isinstance(node, ast.Attribute) and getattr(node.value, "id", None) == "datasets":
            used.add(node.attr)
        elif isinstance(node, ast.ImportFrom) and node.module == "dlhelpers.datasets":
            used |= {alias.name for alias in node.names}
    return sorted({file for name in used & set(files) for file in files[name]})


def nodes(path):
    """Every node of the Python in a notebook's code cells, but for those of solutions."""
    for cell in read(Path(path))["cells"]:
        if cell["cell_type"] == "code" and not is_solution(cell):
            code = re.sub(r"(?m)^\s*[%!].*$", "", source(cell))
            yield from ast.walk(ast.parse(code))


def copy_data(files, from_, folder):
    """Copy data files with their lines of SHA256SUMS and their licences into `folder`.

    Returns:
        The names of the files that are not in `from_`, a list.

    Raises:
        NotebookError: a file there has not the checksum that SHA256SUMS lists.
    """
    sums, missing = checksums(from_) if from_ else {}, []
    for file in files:
        if file not in sums or not (from_ / file).is_file():
            missing.append(file)
            continue
        data = (from_ / file).read_bytes()
        if hashlib.sha256(data).hexdigest() != sums[file].split()[0]:
            raise NotebookError(f"{from_ / file} is damaged: it is not what SHA256SUMS lists.")
        store(folder / file, data)
    there = [file for file in files if file not in missing]
    if there:
        known = folder / "SHA256SUMS"
        lines = checksums(folder) | {file: sums[file] for file in there}
        store(known, "".join(f"{lines[file]}\n" for file in sorted(lines)).encode())
        for path in [from_ / "README.md", *from_.glob("LICENSE*")]:
            if path.is_file():
                shutil.copy(path, folder)
    return missing


def checksums(folder):
    """{file: its line} of the SHA256SUMS in a folder; {} without one."""
    listed = folder / "SHA256SUMS"
    lines = listed.read_text().splitlines() if listed.is_file() else ()
    return {line.split()[1]: line for line in lines if len(line.split()) > 1}
