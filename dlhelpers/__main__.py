"""Commands for a terminal: `python -m dlhelpers --help` lists them.

Each is a function `add_NAME` that describes its arguments, and one that runs it. Nothing heavy is
imported before a command needs it, so that the help comes at once.
"""

import argparse
import importlib
import json
import os
import pathlib
import sys


class Refusal(Exception):
    """One sentence that says why a command cannot do what it was asked."""


def main(arguments=None):
    """Run a command; return the exit status: 0, or 1 after one sentence that says what is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m dlhelpers", description="Helpers of the course, in a terminal."
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    add_params(commands)
    add_devices(commands)
    add_copy(commands)
    add_check(commands)
    add_student(commands)
    add_grade(commands)
    chosen = parser.parse_args(arguments)
    try:
        chosen.run(chosen)
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1
    return 0


def helper(name):
    """Another file of this package."""
    return importlib.import_module(f"{__package__}.{name}")


def add_params(commands):
    about = "say where every parameter of a saved model comes from"
    command = commands.add_parser("params", help=about, description=about.capitalize() + ".")
    command.add_argument("model", type=pathlib.Path, help="a file that model.save wrote")
    command.add_argument(
        "--cost", action="store_true", help="add multiply-adds, and bytes of weights and outputs"
    )
    command.add_argument(
        "--input-shape",
        type=int,
        nargs="+",
        metavar="SIZE",
        help="for --cost: the sizes of one example, where the model leaves some open",
    )
    command.add_argument(
        "--depth", type=int, metavar="N", help="one row for layers whose names begin alike"
    )
    command.add_argument(
        "--columns", nargs="+", metavar="NAME", help="of: 'output shape' formula params"
    )
    command.add_argument("--format", choices=["text", "markdown", "html"], default="text")
    command.set_defaults(run=run_params)


def run_params(chosen):
    model, params = load(chosen.model), helper("params")
    columns = chosen.columns or params.COLUMNS
    try:
        explanation = params.explain(model, chosen.cost, chosen.input_shape, chosen.depth, columns)
    except ValueError as error:
        raise Refusal(error) from error
    texts = {"markdown": explanation.to_markdown, "html": explanation._repr_html_}
    print(texts.get(chosen.format, explanation.__str__)())


def add_devices(commands):
    about = "list the devices that Keras sees, with their memory"
    command = commands.add_parser("devices", help=about, description=about.capitalize() + ".")
    command.set_defaults(run=run_devices)


def run_devices(chosen):
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    try:
        with helper("quiet").native_log_muted():
            found = helper("devices").inventory()
    except ModuleNotFoundError as error:
        raise Refusal(f"{error}: install it, or set KERAS_BACKEND to what you have.") from error
    print(found)


def add_copy(commands):
    about = "copy helper files into an assignment, with a stamp that check reads"
    command = commands.add_parser("copy", help=about, description=about.capitalize() + ".")
    command.add_argument(
        "names", nargs="+", metavar="name", help="params, plotting, exercises, convolution, …"
    )
    command.add_argument("--to", required=True, type=pathlib.Path, metavar="FOLDER")
    command.add_argument("--force", action="store_true", help="overwrite what was changed")
    command.set_defaults(run=run_copy)


def run_copy(chosen):
    copies = helper("copies")
    try:
        written = copies.copy(chosen.names, chosen.to, chosen.force)
    except copies.CopyError as error:
        raise Refusal(error) from error
    print(*written or ["Nothing to do: the copies there are pristine."], sep="\n")


def add_check(commands):
    about = "say which copies of helpers in a folder are pristine, changed or old"
    command = commands.add_parser("check", help=about, description=about.capitalize() + ".")
    command.add_argument("folder", type=pathlib.Path)
    command.set_defaults(run=run_check)


def run_check(chosen):
    copies = helper("copies")
    try:
        found = copies.check(chosen.folder)
    except copies.CopyError as error:
        raise Refusal(error) from error
    for copy in found:
        print(copy, copy.difference, sep="\n" if copy.difference else "")
    copied = [copy for copy in found if not copy.stranger]
    bad = sum(not copy.pristine for copy in copied)
    if bad:
        raise Refusal(f"{bad} of {len(copied)} copies differ from the installed helpers.")
    if not copied:
        raise Refusal(f"{chosen.folder} has no copy of a helper in it.")


def add_student(commands):
    about = "write the student's version of a notebook: no solutions, no outputs"
    command = commands.add_parser("student", help=about, description=about.capitalize() + ".")
    command.add_argument("notebooks", nargs="+", type=pathlib.Path, metavar="notebook")
    command.add_argument("--to", required=True, type=pathlib.Path, metavar="FOLDER")
    command.add_argument(
        "--nbgrader", action="store_true", help="write nbgrader's source version, with solutions"
    )
    command.add_argument(
        "--variant", metavar="ID", help="other numbers in the exercises, the same for the same ID"
    )
    command.add_argument(
        "--with-helpers",
        action="store_true",
        help="put the helpers and the data that the notebooks need beside them",
    )
    command.add_argument("--force", action="store_true", help="overwrite what is there")
    command.set_defaults(run=run_student)


def run_student(chosen):
    student, copies = helper("student"), helper("copies")
    engine = helper("exercises")
    try:
        for path in chosen.notebooks:
            written = student.write(
                path,
                chosen.to,
                chosen.nbgrader,
                chosen.force,
                chosen.variant,
                engine,
                chosen.with_helpers,
            )
            print(written)
            if chosen.with_helpers:
                put_beside(path, chosen.to, student, copies)
    except (student.NotebookError, copies.CopyError) as error:
        raise Refusal(error) from error


def put_beside(path, folder, student, copies):
    """Copy what a notebook needs into `folder`: dlhelpers/ and data/."""
    topics = [f"checks/{topic}" for topic in student.topics_for(path)]
    needed = ["__init__", *student.helpers_for(path), *topics]
    print(*copies.copy(needed, folder / "dlhelpers"), sep="\n")
    datasets = helper("datasets")
    try:
        source = datasets.folder()
    except datasets.DataError:
        source = None
    files = student.data_for(path, copies.helpers()["datasets.py"])
    missing = student.copy_data(files, source, folder / "data")
    if missing:
        raise Refusal(
            f"{path.name} needs {', '.join(missing)}, which this dlhelpers does not have; put them "
            f"into {folder / 'data'} with their lines of SHA256SUMS."
        )


def add_grade(commands):
    about = "grade a folder of handed-in notebooks, each answer in a process of its own"
    command = commands.add_parser("grade", help=about, description=about.capitalize() + ".")
    command.add_argument("folder", type=pathlib.Path, help="a file or folder for each submission")
    command.add_argument(
        "--notebook",
        dest="notebooks",
        required=True,
        nargs="+",
        type=pathlib.Path,
        help="the instructor's notebooks, with the solutions",
    )
    command.add_argument(
        "--json", type=pathlib.Path, metavar="FILE", help="write all that is known"
    )
    command.add_argument("--csv", type=pathlib.Path, metavar="FILE", help="write a row for each")
    command.add_argument("--secret", metavar="TEXT", help="draw the same cases as another time")
    command.add_argument(
        "--seconds", type=float, default=10, help="for all cases of an exercise (default: 10)"
    )
    command.add_argument(
        "--memory", type=int, default=1024, metavar="MIB", help="for an answer (default: 1024)"
    )
    command.add_argument("--workers", type=int, help="answers at a time (default: one a core)")
    command.add_argument(
        "--by-name",
        action="store_true",
        help="judge predictions by the variant that is the submission's name",
    )
    command.set_defaults(run=run_grade)


def run_grade(chosen):
    grading = helper("grading")

    def progress(n, count):
        if sys.stderr.isatty():
            print(f"\r{n} of {count}", end="\r" if n == count else "", file=sys.stderr, flush=True)

    try:
        report = grading.grade(
            chosen.folder,
            chosen.notebooks,
            helper("exercises"),
            secret=chosen.secret,
            seconds=chosen.seconds,
            memory=chosen.memory,
            workers=chosen.workers,
            by_name=chosen.by_name,
            progress=progress,
        )
    except grading.GradingError as error:
        raise Refusal(error) from error
    print(report)
    try:
        if chosen.json:
            text = json.dumps(report.as_dict(), ensure_ascii=False, indent=1) + "\n"
            chosen.json.write_text(text, encoding="utf-8")
        if chosen.csv:
            chosen.csv.write_text(report.to_csv(), encoding="utf-8", newline="")
    except OSError as error:
        raise Refusal(f"{error.filename} cannot be written: {error.strerror}.") from error


def load(path):
    """The model that a file describes, without its weights' values; no code of the file runs."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    saved = helper("saved")
    with helper("quiet").native_log_muted():
        import keras  # noqa: F401 (what it says when it starts is muted)
    try:
        return saved.architecture(path)
    except saved.SavedModelError as error:
        raise Refusal(error) from error


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # × and ÷, also where a pipe would take less
    sys.exit(main())
