"""Grade a folder of handed-in notebooks: a process for each answer, with cases nobody has seen.

    python -m dlhelpers grade submitted/ --notebook notebooks/09_convolution_by_hand.ipynb

This file finds the answers and judges what they gave; `fenced.py` beside it is the process in which
one answer runs. Nothing that an answer replaces, prints or ends is in this process. It reads no
Python of a notebook, only JSON, and unpickles nothing that comes from an answer.
"""

import ast
import concurrent.futures
import csv
import dataclasses
import io
import json
import os
import pickle
import queue
import re
import secrets
import shutil
import signal
import site
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
FENCES = ("limits", "landlock", "seccomp", "hook")
SOLUTION = "# @title Solution"
CHECK = re.compile(
    r"""^[ \t]*check\(\s*["'](?P<name>[\w.]+)["']\s*,\s*(?P<answer>[A-Za-z_]\w*)"""
    r"""(?:\s*,\s*variant\s*=\s*["'](?P<variant>[^"'\n]*)["'])?""",
    re.MULTILINE,
)
LARGEST_NOTEBOOK = 50 * 2**20
MOST_CODE = 2_000_000
MOST_FILES = 1000  # of one submission
START = 180  # seconds until a process must be ready, which a loaded machine may need for Keras
INSTRUCTOR = "(the solutions)"


class GradingError(RuntimeError):
    """Nothing was graded; the message says why and what to do."""


class _Damaged(Exception):
    """A file is no notebook; the message says so in half a sentence."""


@dataclasses.dataclass
class Graded:
    """What one submission has for one exercise.

    Attributes:
        name: the exercise.
        points: for each case, fault or goal, whether it is right.
        message: what the check says, with the case that went wrong; for the instructor alone.
        hint: the part of it that says what the mistake may be.
        passed: whether all is right; None where there is no answer.
    """

    name: str
    points: tuple
    message: str
    hint: str = ""
    passed: bool | None = False


@dataclasses.dataclass
class Submission:
    """A row of the report.

    Attributes:
        student_id: the name of the file or folder that was handed in.
        files: the notebooks that were graded.
        variant: the variant that the notebook says it was made for; None for the notebook's own.
        exercises: a list of `Graded`.
        problems: sentences on what is missing, damaged, doubled or was changed.
    """

    student_id: str
    files: list = dataclasses.field(default_factory=list)
    variant: str | None = None
    exercises: list = dataclasses.field(default_factory=list)
    problems: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Report:
    """What `grade` found.

    Attributes:
        secret: what the cases were drawn from; give it to `grade` again for the same ones.
        notebooks: the instructor's notebooks.
        points: {exercise: how many points it gives}.
        submissions: a list of `Submission`, in the order of their names.
        fences: the fences that stood around each answer.
        warnings: sentences for the instructor, about the exercises themselves.
    """

    secret: str
    notebooks: list
    points: dict
    submissions: list
    fences: list
    warnings: list

    def score(self, submission):
        """The points of a submission, never more than the exercises give."""
        return sum(min(sum(e.points), self.points[e.name]) for e in submission.exercises)

    @property
    def most(self):
        return sum(self.points.values())

    def as_dict(self):
        """Everything as plain data, for JSON."""
        data = dataclasses.asdict(self) | {"max_score": self.most}
        for row, submission in zip(data["submissions"], self.submissions):
            row |= {"score": self.score(submission), "max_score": self.most}
        return data

    def to_csv(self):
        """The scores as CSV, with a line of headings.

        Columns: student_id, score, max_score, percent, one for the points of each exercise, and
        problems. Texts that a spreadsheet would take for a formula have an apostrophe before them.
        """
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        first = ["student_id", "score", "max_score", "percent"]
        writer.writerow([*first, *self.points, "problems"])
        for row in self.submissions:
            score = self.score(row)
            parts = {e.name: sum(e.points) for e in row.exercises}
            percent = round(100 * score / max(self.most, 1), 1)
            cells = [row.student_id, score, self.most, percent]
            cells += [parts.get(name, 0) for name in self.points] + [" ".join(row.problems)]
            writer.writerow(map(_no_formula, cells))
        return text.getvalue()

    def __str__(self):
        names = [name.partition(".")[2] for name in self.points]
        table = [["", *names, "points"]]
        for row in self.submissions:
            parts = {e.name: sum(e.points) for e in row.exercises}
            cells = [f"{parts[n]}/{most}" if n in parts else "–" for n, most in self.points.items()]
            table.append([row.student_id, *cells, f"{self.score(row)}/{self.most}"])
        widths = [max(map(len, column)) for column in zip(*table)]
        lines = []
        for line, row in zip(table, [None, *self.submissions]):
            cells = [f"{cell:>{width}}" for cell, width in zip(line[1:], widths[1:])]
            lines.append("  ".join([f"{line[0]:<{widths[0]}}", *cells]).rstrip())
            for said in row.problems if row else ():
                lines.append(f"    {said}")
        lines += ["", *self.warnings]
        lines.append(f"Fences around each answer: {', '.join(self.fences)}.")
        lines.append(f"The same cases again: --secret {self.secret}")
        return "\n".join(lines)


def grade(
    folder,
    notebooks,
    engine,
    secret=None,
    seconds=10.0,
    memory=1024,
    workers=None,
    by_name=False,
    fences=FENCES,
    progress=None,
):
    """Grade all that was handed in into `folder`.

    Args:
        folder: a folder with a notebook or a folder for each submission.
        notebooks: the instructor's notebooks, with the solutions.
        engine: the module dlhelpers.exercises.
        secret: a text that the cases are drawn from; by default a new one.
        seconds: how long an answer may take for all cases of an exercise.
        memory: MiB that an answer may take; one with a Keras model may take four times as much.
        workers: how many processes at a time; by default one for each core.
        by_name: whether predictions are judged by the variant that is the submission's name,
            whatever its notebook says.
        fences: the fences to raise, of FENCES; those that this system cannot give are left out.
        progress: a function that is told how many submissions of how many are done, if any.

    Returns:
        A `Report`.

    Raises:
        GradingError: the folder or a notebook of the instructor cannot be used, or no process for
            answers can be started.
    """
    for name, given in (("folder", [folder]), ("notebooks", notebooks)):
        listed = isinstance(given, list | tuple) and given
        if not listed or not all(isinstance(path, str | os.PathLike) for path in given):
            raise GradingError(f"{name}={given!r:.60}: give {name} as paths.")
    if not callable(getattr(engine, "judge", None)):
        raise GradingError(f"engine={engine!r:.60}: give the module dlhelpers.exercises.")
    limits = [("seconds", seconds, 0.1), ("memory", memory, 1)]
    limits += [] if workers is None else [("workers", workers, 1)]
    for name, given, least in limits:
        number = isinstance(given, int | float) and not isinstance(given, bool)
        if not number or not least <= given <= 10**6:
            raise GradingError(f"{name}={given!r:.60}: give a number from {least} to 1,000,000.")
    if workers is not None and workers != int(workers):
        raise GradingError(f"workers={workers!r}: give a whole number of processes.")
    folder, secret = Path(folder), secret or secrets.token_hex(8)
    if not folder.is_dir():
        raise GradingError(f"{folder} is no folder; give the one with what was handed in.")
    lessons = [_Lesson(Path(path), engine, secret) for path in notebooks]
    points, warnings = {}, []
    rows, jobs = _hand_in(folder, lessons, by_name)
    if not rows:
        raise GradingError(f"Nothing was handed in into {folder}: it has no notebook in it.")
    with _Workshop(engine, secret, seconds, memory, fences) as workshop:
        solved = Submission(INSTRUCTOR)
        first = [(solved, lesson, lesson.solved, None) for lesson in lessons if lesson.solved]
        pool = concurrent.futures.ThreadPoolExecutor(int(workers or os.cpu_count() or 1))
        try:
            list(pool.map(lambda job: _grade_one(*job, workshop), first))
            for exercise in (exercise for lesson in lessons for exercise in lesson.exercises):
                own = next((e for e in solved.exercises if e.name == exercise.name), None)
                points[exercise.name] = len(own.points) if own else len(exercise.calls)
                if own and not own.passed:
                    warnings.append(f"The solution of {own.name} is not accepted: {own.message}")
            running = [pool.submit(_grade_one, *job, workshop) for job in jobs]
            for n, done in enumerate(concurrent.futures.as_completed(running), 1):
                done.result()
                if progress:
                    progress(n, len(running))
        finally:
            workshop.closed = True
            pool.shutdown(cancel_futures=True)
        standing = workshop.fences
    order = {name: n for n, name in enumerate(points)}
    for row in rows:
        row.exercises.sort(key=lambda e: order[e.name])
    _tell_shared_variants(rows)
    return Report(secret, [str(path) for path in notebooks], points, rows, standing, warnings)


def _grade_one(row, lesson, handed_in, variant, workshop):
    for exercise in lesson.exercises:
        if exercise.name in handed_in.answers:
            row.exercises.append(workshop.grade(exercise, handed_in, variant))


def _no_formula(cell):
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(tuple("=+-@")) else cell


def _tell_shared_variants(rows):
    by_variant = {}
    for row in rows:
        if row.variant is not None:
            by_variant.setdefault(row.variant, []).append(row)
    for same in by_variant.values():
        for row in same if len(same) > 1 else ():
            others = ", ".join(other.student_id for other in same if other is not row)
            row.problems.append(f"has the same variant, {row.variant}, as {others}.")


# ------------------------------------------------------------------------------- what is handed in


def _but_the_path(source):
    """A cell without the lines that say where the helpers stand: a student's folder has others."""
    return re.sub(r"(?m)^(?:import sys\n\n)?sys\.path\.insert\(.*\n", "", source.strip())


class _HandedIn:
    """A notebook as it was handed in: its cells, put in their places in the lesson.

    `answers` is {exercise: (name of the answer, source of its cell)}; `own` {n: sources of the
    student's own cells behind cell n of the lesson}; `edited` the ids of changed lesson cells.
    """

    def __init__(self, cells, lesson, metadata=None):
        code = [cell for cell in cells if cell["cell_type"] == "code"]
        self.answers, self.own, self.edited, self.doubled = {}, {}, [], []
        self.variant = None
        known = (metadata or {}).get("dlhelpers")
        if isinstance(known, dict) and isinstance(known.get("variant"), str):
            self.variant = known["variant"]
        places = {id_: n for n, (id_, _) in enumerate(lesson.cells) if id_}
        same = {source.strip(): n for n, (_, source) in enumerate(lesson.cells)}
        by_place = {e.place: e for e in lesson.exercises}
        by_name = {e.name: e for e in lesson.exercises}
        last, checked, by_id = -1, {}, {}
        for cell in code:
            source = cell["source"]
            place = places.get(cell["id"], same.get(source.strip()))
            asked = [found for found in CHECK.finditer(source) if found["name"] in by_name]
            if source.startswith(SOLUTION) and not lesson.is_reading:
                continue
            last = last if place is None else place
            for found in asked:
                if lesson.is_reading:  # a solution may rest on the numbers of the open cell
                    source = f"{lesson.cells[by_name[found['name']].place][1]}\n{source}"
                checked.setdefault(found["name"], []).append((found["answer"], source))
                if found["variant"] is not None:
                    self.variant = found["variant"]
            if asked:
                continue
            if place in by_place:
                by_id[by_place[place].name] = (by_place[place].answer, source)
            elif place is None:
                self.own.setdefault(last, []).append(source)
            elif _but_the_path(source) != _but_the_path(lesson.cells[place][1]):
                self.edited.append(cell["id"])
        for name in by_name:
            if name in checked:
                self.answers[name] = checked[name][-1]
                if len(checked[name]) > 1:
                    self.doubled.append((name, len(checked[name])))
            elif name in by_id:
                self.answers[name] = by_id[name]

    def cells_for(self, exercise, lesson):
        """The cells up to an exercise: (source, whether it is the student's), its own the last."""
        cells, places = [], {e.place: e.name for e in lesson.exercises}
        cells += [(source, True) for source in self.own.get(-1, ())]
        for place, (_, source) in enumerate(lesson.cells[: exercise.place]):
            if places.get(place) in self.answers:
                cells.append((self.answers[places[place]][1], True))
            elif not source.startswith(SOLUTION):
                cells.append((source, False))
            cells += [(source, True) for source in self.own.get(place, ())]
        return [*cells, (self.answers[exercise.name][1], True)]


@dataclasses.dataclass
class _Exercise:
    name: str
    answer: str
    place: int  # of its cell among the lesson's code cells
    kind: str
    calls: list
    seconds: float | None
    materials: dict  # what the lesson hands to check by name: {name: expression}
    lesson: object


class _Lesson:
    """An instructor's notebook: clean cells, exercises, and the solutions as if handed in."""

    def __init__(self, path, engine, secret):
        try:
            cells, _ = read_notebook(path)
        except _Damaged as error:
            raise GradingError(f"{path} {error}; give the instructor's notebook.") from None
        code = [cell for cell in cells if cell["cell_type"] == "code"]
        self.path, self.exercises, self.is_reading = path, [], True
        self.cells = [(cell["id"], cell["source"]) for cell in code]
        for place, cell in enumerate(code):
            found = CHECK.search(cell["source"])
            if not found or cell["source"].startswith(SOLUTION):
                continue
            try:
                exercise = engine.find(found["name"])
                secret_or_none = None if exercise["kind"] == "predict" else secret
                calls = engine.inputs(found["name"], secret_or_none)
                calls = [()] if exercise["kind"] == "build" else calls
            except KeyError as error:
                raise GradingError(f"{path}: {error}") from None
            materials = _materials(cell["source"], found["name"])
            about = exercise["kind"], calls, exercise.get("seconds"), materials
            self.exercises.append(_Exercise(found["name"], found["answer"], place, *about, self))
        if not self.exercises:
            raise GradingError(f"{path} has no exercise in it; give the instructor's notebook.")
        solutions = [cell for cell in code if cell["source"].startswith(SOLUTION)]
        self.solved = _HandedIn(solutions, self) if solutions else None
        self.is_reading = False


def _materials(source, name):
    """{name: expression} of what an instructor's cell hands to `check` by name, but `variant`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) == "check":
            if isinstance(node.args[0], ast.Constant) and node.args[0].value == name:
                given = {word.arg: ast.unparse(word.value) for word in node.keywords}
                return {word: text for word, text in given.items() if word != "variant"}
    return {}


def read_notebook(path):
    """The cells of a notebook, with `id`, `cell_type` and `source` as text, and its metadata.

    Raises:
        _Damaged: it is none, or too large.
    """
    try:
        if path.is_symlink() or not path.is_file():
            raise _Damaged("is no file of its own" if path.exists() else "does not exist")
        if path.stat().st_size > LARGEST_NOTEBOOK:
            raise _Damaged(f"is larger than {LARGEST_NOTEBOOK // 2**20} MiB")
        text = path.read_text(encoding="utf-8")
        if not text.strip():
            raise _Damaged("is empty")
        notebook = json.loads(text)
        cells, metadata = notebook["cells"], notebook.get("metadata")
        if not cells:
            raise _Damaged("has no cell in it")
        cells = [_cell(cell) for cell in cells]
        if sum(len(c["source"]) for c in cells if c["cell_type"] == "code") > MOST_CODE:
            raise _Damaged(f"has more than {MOST_CODE:,} characters of code in it")
        return cells, metadata if isinstance(metadata, dict) else {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise _Damaged("is damaged, or is no Jupyter notebook") from None


def _cell(cell):
    source, colab = cell["source"], cell.get("metadata", {})
    source = source if isinstance(source, str) else "".join(source)
    identity = cell.get("id") or (colab.get("id") if isinstance(colab, dict) else None)
    identity = identity if isinstance(identity, str) else None
    return {"cell_type": cell["cell_type"], "source": source, "id": identity}


def _hand_in(folder, lessons, by_name):
    """The rows of the report, and the jobs: (row, lesson, what was handed in, variant)."""
    rows, jobs = {}, []
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "__")):
            continue
        name = printable(path.stem if path.is_file() else path.name, 100)
        if name in rows:
            rows[name].problems.append(f"{printable(path.name, 100)} has the name of another one.")
            continue
        row = rows[name] = Submission(name)
        files, others = _notebooks_in(path)
        if not files:
            what = f"{printable(others[0], 100)} is no notebook." if others else "is empty."
            row.problems.append(what)
            continue
        for lesson, file, handed_in in _assigned(files, lessons, path, row):
            row.files.append(str(file.relative_to(folder)))
            row.variant = handed_in.variant
            variant = name if by_name else handed_in.variant
            _tell_what_is_odd(row, lesson, handed_in)
            jobs.append((row, lesson, handed_in, variant))
    return list(rows.values()), jobs


def _notebooks_in(path):
    """The notebooks of a submission, and the names of its other files."""
    if not path.is_dir() or path.is_symlink():
        return ([path], []) if path.suffix == ".ipynb" else ([], [path.name])
    found, others = [], []
    for n, (where, folders, names) in enumerate(os.walk(path)):
        folders[:] = sorted(f for f in folders if not f.startswith((".", "__")))
        for name in sorted(names):
            if not name.startswith("."):
                (found if name.endswith(".ipynb") else others).append(Path(where, name))
        if n + len(found) + len(others) > MOST_FILES:
            break
    return found, [other.name for other in others]


def _assigned(files, lessons, path, row):
    """(lesson, file, what was handed in) for each lesson that has one; the rest is told in row."""
    candidates = {n: [] for n in range(len(lessons))}
    for file in files:
        shown = printable(str(file.relative_to(path.parent)), 150)
        try:
            cells, metadata = read_notebook(file)
        except _Damaged as error:
            row.problems.append(f"{shown} {error}.")
            continue
        read = [_HandedIn(cells, lesson, metadata) for lesson in lessons]
        best = max(range(len(lessons)), key=lambda n: len(read[n].answers))
        if read[best].answers:
            candidates[best].append((file, read[best]))
            continue
        code = "\n".join(cell["source"] for cell in cells if cell["cell_type"] == "code")
        asks = {found["name"] for found in CHECK.finditer(code)}
        there = f"; it has {printable(', '.join(sorted(asks)), 150)}" if asks else ""
        row.problems.append(f"{shown} has none of the exercises in it{there}.")
    for n, found in candidates.items():
        named = [pair for pair in found if pair[0].name == lessons[n].path.name]
        found = named if len(named) == 1 else found
        if len(found) > 1:
            names = " and ".join(printable(file.name, 60) for file, _ in found[:3])
            row.problems.append(f"{names} hold the same exercises, so none was graded.")
        elif found:
            yield lessons[n], *found[0]


def _tell_what_is_odd(row, lesson, handed_in):
    for exercise in lesson.exercises:
        if exercise.name not in handed_in.answers:
            row.problems.append(f"{exercise.name} is missing.")
    for name, count in handed_in.doubled:
        row.problems.append(f"{name} stands in {count} cells; the last one counts.")
    if handed_in.edited:
        cells = printable(", ".join(map(str, handed_in.edited[:8])), 150)
        row.problems.append(f"cells of the lesson were changed ({cells}); the instructor's ran.")


def printable(text, most):
    """A text of a student's, without what a terminal or a spreadsheet would obey."""
    text = "".join(c if c.isprintable() else " " for c in str(text)[: most + 1])
    return text if len(text) <= most else f"{text[:most]}…"


# --------------------------------------------------------------------- a process for each answer


class _Workshop:
    """What all processes share: a folder with copies of the helpers, and the fences that stand."""

    def __init__(self, engine, secret, seconds, memory, fences):
        self.engine, self.secret, self.seconds = engine, secret, seconds
        self.memory, self.fences, self.closed = memory * 2**20, [], False
        self.folder = Path(tempfile.mkdtemp(prefix="dlhelpers-grading-")).resolve()
        try:
            for place, with_topics in [("open", False), ("topics", True)]:
                self._copy_package(self.folder / place / "dlhelpers", with_topics)
            shutil.copy(HERE / "fenced.py", self.folder)
            self.path, self.readable, self.forbidden = _what_python_needs()
            self._try_fences(fences)
        except BaseException:
            self.__exit__()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *error):
        shutil.rmtree(self.folder, ignore_errors=True)

    def _copy_package(self, folder, with_topics):
        folder.mkdir(parents=True)
        for path in HERE.glob("*.py"):
            if path.name not in ("grading.py", "fenced.py"):
                shutil.copy(path, folder)
        if with_topics:
            shutil.copytree(HERE / "checks", folder / "checks")

    def _try_fences(self, fences):
        """Find the most fences under which an answer still runs here."""
        fewer = [fences, *([f for f in fences if f != no] for no in ("seccomp", "landlock"))]
        fewer += [[f for f in fences if f in few] for few in (("limits", "hook"), ("hook",))]
        source = "import numpy as np\ndef probe(x):\n    return np.linalg.inv(x)\n"
        job = {"name": "", "answer": "probe", "kind": "write", "calls": [([[2.0]],)]}
        job |= {"cells": [(source, True)], "materials": {}, "notes": None}
        for attempt in fewer:
            self.fences = list(attempt)
            done = self.start(job, 60, self.memory)
            if '"gives"' in done.notes.get(0, ""):
                self.fences = done.fences
                return
        raise GradingError(f"No process for answers can be started here: {done.stopped}")

    def start(self, job, seconds, memory, topics=False):
        """Run a job in a process of its own; see `_Process`."""
        own = Path(tempfile.mkdtemp(dir=self.folder)).resolve()
        package = self.folder / ("topics" if topics else "open")
        large = topics or job["kind"] == "build"
        header = {
            "engine": str(package / "dlhelpers" / "exercises.py"),
            "path": [str(package), *self.path],
            "readable": [str(package), *self.readable],
            "forbidden": self.forbidden,
            "scratch": str(own),
            "fences": self.fences,
            "seconds": seconds,
            "memory": memory,
            "most_bytes": 2**26 if large else 2**20,
        }
        sent = json.dumps(header).encode() + b"\n" + pickle.dumps(job)
        try:
            return _Process(self, own, sent, seconds, 2**27 if large else 2**22)
        finally:
            shutil.rmtree(own, ignore_errors=True)

    def grade(self, exercise, handed_in, variant):
        """The `Graded` of one exercise."""
        answer, source = handed_in.answers[exercise.name]
        if source.strip() == exercise.lesson.cells[exercise.place][1].strip():
            notes = [{"call": "", "gives": {"type": "dots"}}]
            verdict = self.engine.judge(exercise.name, notes, self.secret)
            return Graded(exercise.name, verdict.points, verdict.message, "", None)
        cells = handed_in.cells_for(exercise, exercise.lesson)
        heavy = exercise.kind in ("repair", "build")
        seconds = self.seconds + (exercise.seconds or 60) * heavy
        variant = variant if exercise.kind == "predict" else self.secret
        done = self.start(
            {
                "name": exercise.name,
                "answer": answer,
                "kind": exercise.kind,
                "calls": exercise.calls,
                "cells": cells,
                "materials": exercise.materials if heavy else {},
                "notes": None,
            },
            seconds,
            self.memory * (4 if heavy else 1),
            topics=exercise.kind == "repair",
        )
        try:
            notes = [self.note(done, case, answer, heavy) for case in range(len(exercise.calls))]
            verdict = self.judged(exercise, notes, variant, seconds)
        except Exception as error:  # notes that no engine wrote, or a layer of the student's own
            why = f": {printable(error, 200)}." if str(error) else "."
            said = f"✗ {answer} gives something that cannot be judged{why}"
            return Graded(exercise.name, (False,) * len(exercise.calls), said)
        message = printable(verdict["message"], 600)
        for name in done.left_out:
            message += f" ({printable(name, 60)} comes from a training, which is not run here.)"
        points = tuple(bool(point) for point in verdict["points"])[:100]
        hint = printable(verdict["hint"], 300)
        return Graded(exercise.name, points, message, hint, verdict["passed"])

    def note(self, done, case, answer, with_models):
        if case not in done.notes:
            return {"call": answer, "stops": done.stopped or "ended its process."}
        return clean_note(json.loads(done.notes[case]), with_models)

    def judged(self, exercise, notes, variant, seconds):
        if exercise.kind in ("predict", "write"):
            return self.engine.judge(exercise.name, notes, variant).as_dict()
        job = {"name": exercise.name, "kind": exercise.kind, "notes": notes, "variant": variant}
        lesson = [(source, False) for _, source in exercise.lesson.cells[: exercise.place]]
        lesson = [cell for cell in lesson if not cell[0].startswith(SOLUTION)]
        job |= {"materials": exercise.materials, "cells": lesson}
        done = self.start(job, seconds + 60, self.memory * 8, topics=True)
        if done.verdict is None:
            points = (False,) * len(exercise.calls)
            said = f"✗ {exercise.answer} was not judged: the judge {done.stopped}"
            return {"points": points, "message": said, "hint": "", "passed": False}
        return done.verdict


def _what_python_needs():
    """What a process needs: its module path, paths it may read, and those that it must not.

    Of the module path only the folders of Python itself and of installed packages stay, not the
    working folder, which may hold solutions.
    """
    known = {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    sites = {*site.getsitepackages(), site.getusersitepackages()}
    known |= {str(Path(path).resolve()) for path in known | sites} | sites
    path = []
    for entry in filter(None, sys.path):
        packages = any(Path(entry, name).is_dir() for name in ("numpy", "keras", "jax", "torch"))
        if packages or entry in known or entry.endswith(("lib-dynload", ".zip", "DLLs")):
            path.append(str(Path(entry).absolute()))
    bases = {HERE, *(Path(entry, "dlhelpers") for entry in {*path, *sites})}
    bases = [base for base in bases if base.is_dir()]
    forbidden = {str(path) for base in bases for path in (base.absolute(), base.resolve())}
    readable = [*path, sys.base_prefix + "/lib", "/lib", "/lib64", "/usr/lib", "/usr/lib64"]
    readable += ["/usr/local/lib", "/etc/ld.so.cache", "/etc/localtime", "/usr/share/zoneinfo"]
    readable += ["/dev/urandom", "/sys/devices/system", "/proc/cpuinfo", "/proc/meminfo"]
    readable += ["/proc/stat"]
    readable += [str(data) for data in [_data_folder()] if data]
    return path, readable, sorted(forbidden - set(readable))


def _data_folder():
    named = os.environ.get("DLHELPERS_DATA")
    places = [Path(named)] if named else [HERE / "data", HERE.parent / "data"]
    return next((place for place in places if (place / "SHA256SUMS").is_file()), None)


class _Process:
    """A process with one job, from its start to its end; the constructor waits for it.

    Attributes:
        notes: {case: note as JSON text} of the cases that came to an end.
        verdict: what a job that judges found, or None.
        stopped: why it did not finish, in words that follow "convolve2d"; "" if it did.
        fences: the fences that stand.
        left_out: names that a training of the lesson would have given.
    """

    def __init__(self, workshop, own, sent, seconds, most):
        self.notes, self.verdict, self.stopped = {}, None, ""
        self.fences, self.left_out, self.ready, self.done = [], [], False, False
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-B", "-X", "utf8", str(workshop.folder / "fenced.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=own,
            env=_environment(own),
            start_new_session=True,
        )
        lines = queue.Queue()
        reader = threading.Thread(target=_read, args=(process.stdout, most, lines), daemon=True)
        reader.start()
        threading.Thread(target=_send, args=(process.stdin, sent), daemon=True).start()
        self.deadline, self.seconds = time.monotonic() + START, seconds
        try:
            while not self.done:
                try:
                    line = lines.get(timeout=min(max(self.deadline - time.monotonic(), 0.001), 0.5))
                except queue.Empty:
                    if workshop.closed:
                        self.stopped = "was interrupted."
                        break
                    if time.monotonic() < self.deadline:
                        continue
                    self.stopped = f"did not end within {seconds:g} seconds."
                    if not self.ready:
                        self.stopped = f"was not ready to run within {START} seconds."
                    break
                if line is None:
                    self.stopped = "writes more than is read."
                    break
                if not line:
                    break
                self.take(line)
        finally:
            _kill(process)
            reader.join(1)
            if not reader.is_alive():  # something that got away may still hold the other end
                process.stdout.close()
        if not self.done and not self.stopped:
            self.stopped = _how_it_ended(process.returncode, seconds)

    def take(self, line):
        """Read a line of the process, of which nothing can be trusted once the answer runs."""
        try:
            said = json.loads(line)
            if said.get("ready") and not self.ready:
                self.ready = True
                self.fences = [f for f in FENCES if f in said["fences"]]
                self.left_out = [str(name) for name in said["left_out"]][:3]
                self.deadline = time.monotonic() + self.seconds
            if not self.ready and isinstance(said.get("wait"), int):
                self.deadline = time.monotonic() + min(said["wait"], START)
            if isinstance(said.get("case"), int) and isinstance(said.get("note"), str):
                self.notes.setdefault(said["case"], said["note"])
            if isinstance(said.get("verdict"), dict):
                self.verdict = said["verdict"]
            if isinstance(said.get("broken"), str):
                self.stopped = f"stops with {said['broken']}"
            self.done = bool(said.get("done") or said.get("broken"))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            pass


def _environment(own):
    """The variables of a process: those that frameworks need, one thread, a home of its own."""
    kept = ("SYSTEMROOT", "PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LANG", "LC_ALL")
    kept += ("KERAS_BACKEND", "TF_ENABLE_ONEDNN_OPTS", "XLA_FLAGS", "CUDA_VISIBLE_DEVICES")
    variables = {name: os.environ[name] for name in kept if name in os.environ}
    one = ("OMP_NUM", "OPENBLAS_NUM", "MKL_NUM", "TF_NUM_INTRAOP", "TF_NUM_INTEROP")
    variables |= {f"{name}_THREADS": "1" for name in one}
    homes = ("HOME", "TMPDIR", "TEMP", "TMP", "KERAS_HOME", "MPLCONFIGDIR", "USERPROFILE")
    variables |= {name: str(own) for name in homes}
    variables |= {"TF_CPP_MIN_LOG_LEVEL": "3", "DLHELPERS_PROGRESS": "0", "MPLBACKEND": "agg"}
    if data := _data_folder():
        variables["DLHELPERS_DATA"] = str(data)
    return variables


def _read(stream, most, lines):
    """Put the lines of a stream into a queue; b"" at its end, None where there are too many."""
    taken = 0
    try:
        while line := stream.readline(most + 1):
            taken += len(line)
            lines.put(line if taken <= most else None)
            if taken > most:
                return
        lines.put(b"")
    except (OSError, ValueError):  # closed meanwhile
        lines.put(b"")


def _send(stream, sent):
    try:
        with stream:
            stream.write(sent)
    except OSError:  # it ended before it read all
        pass


def _kill(process):
    """End a process and whatever belongs to its session."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (OSError, AttributeError):  # it ended, or this is Windows
        process.kill()
    process.wait()


def _how_it_ended(code, seconds):
    if hasattr(signal, "SIGXCPU") and code in (-signal.SIGXCPU, -signal.SIGKILL):
        return f"used up its {seconds:g} seconds of the processor, or was killed."
    if code < 0:
        return f"ended its process ({signal.Signals(-code).name})."
    return "ended its process."


# ----------------------------------------------------------------- notes, which a student may forge


NUMBERS = {"b": bool, "i": int, "u": int, "f": (int, float), "U": str}
PUBLIC_MODULES = re.compile(
    r"keras(\.(src\.)?(layers|models|initializers|optimizers|losses|metrics|regularizers|"
    r"constraints|activations|dtype_policies|backend\.\w+\.optimizers)(\.\w+)*)?"
)
RUN_CODE = {"__lambda__", "Lambda", "TorchModuleWrapper", "TFSMLayer", "JaxLayer", "FlaxLayer"}


def clean_note(note, with_models=False):
    """A note with nothing in it but what `exercises.ask` writes.

    Raises:
        ValueError: there is something else.
    """
    if not isinstance(note, dict):
        raise ValueError("a note is a dict")
    cleaned = {"call": printable(note.get("call", ""), 500)}
    if "printed" in note:
        cleaned["printed"] = printable(note["printed"], 80)
    if "stops" in note:
        return cleaned | {"stops": printable(note["stops"], 400)}
    _look_through(note.get("gives"), with_models)
    return cleaned | {"gives": note.get("gives")}


def _look_through(data, with_models, depth=0):
    """Raise ValueError for data that `exercises.plain` or, with models, `as_json` cannot give."""
    if data is None or isinstance(data, (bool, int, float)):
        return
    if isinstance(data, str) and len(data) <= 100_000:
        return
    kind = data.get("type") if isinstance(data, dict) and depth < 20 else None
    if kind in ("tuple", "list", "dict"):
        for item in data["items"]:
            _look_through(item, with_models, depth + 1)
        if kind == "dict" and not all(isinstance(key, str) for key in data["keys"]):
            raise ValueError("a key is no text")
    elif kind == "array":
        size, numbers = 1, NUMBERS[data["kind"]]
        for length in data["shape"]:
            if type(length) is not int or not 0 <= length < 2**31:
                raise ValueError("no length")
            size *= length
        if size != len(data["items"]) or not all(isinstance(n, numbers) for n in data["items"]):
            raise ValueError("an array that is none")
        if numbers is str and sum(map(len, data["items"])) > 100_000:
            raise ValueError("too much text")
    elif kind == "other":
        data["text"] = printable(data["text"], 100)
    elif kind == "model" and with_models:
        _look_through_config(data["config"])
        for weight in data["weights"]:
            _look_through(weight, False, depth + 1)
    elif kind != "dots":
        raise ValueError("unknown data")


def _look_through_config(config, depth=0):
    """Raise ValueError for the configuration of a model that names what is not a part of Keras."""
    if depth > 60:
        raise ValueError("too deep")
    if isinstance(config, dict):
        if "class_name" in config:
            module, name = config.get("module"), config["class_name"]
            plain = module == "builtins" and name == "function"
            known = isinstance(module, str) and PUBLIC_MODULES.fullmatch(module)
            known = known or (module is None and str(name).startswith("__"))  # a tuple, an array
            if name in RUN_CODE or not (plain or known):
                raise ValueError(f"{name} is no part of Keras")
        config = list(config.values())
    for part in config if isinstance(config, list) else ():
        _look_through_config(part, depth + 1)
