"""Copies of helper files in assignments: make them, and see later whether they still match.

A copy begins with a line that says which file of which version it is, and the checksum of what
follows. So a copy can tell by itself whether it was changed, and beside the installed package
whether it is old.

    python -m dlhelpers copy params plotting --to hw1/
    python -m dlhelpers check hw1/
"""

import difflib
import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
STAMP = re.compile(
    r"# Copied from dlhelpers (?P<version>\S+), (?P<file>\w+\.py), sha256 (?P<sha256>\w+)"
)


class CopyError(RuntimeError):
    """Nothing was copied or compared; the message says why and what to do."""


@dataclass(frozen=True)
class Copy:
    """A helper file found in a folder.

    Attributes:
        path: where it is.
        file: which file of dlhelpers it is a copy of, such as "params.py".
        version: the version that it was copied from; None where the stamp is missing.
        changed: whether it differs from what was copied; None where the stamp is missing.
        old: whether the installed dlhelpers has another text in this file.
        difference: the lines that differ from the installed file, as a unified diff.
    """

    path: Path
    file: str
    version: str | None
    changed: bool | None
    old: bool
    difference: str

    @property
    def pristine(self):
        """Whether it is what the installed dlhelpers would copy now."""
        return self.version is not None and not self.changed and not self.old

    def __str__(self):
        if self.pristine:
            return f"{self.path}: pristine, dlhelpers {self.version}"
        if self.version is None:
            found = "no stamp, and not the installed file" if self.old else "no stamp"
        else:
            words = ["changed" * self.changed, "old" * self.old]
            found = " and ".join(filter(None, words))
            found += f"; copied from dlhelpers {self.version}, {version()} is installed"
        return f"{self.path}: {found}"


def copy(names, folder, force=False):
    """Copy helper files into `folder`, each behind a line with its version and checksum.

    Args:
        names: names of files of dlhelpers, such as "params", with or without ".py".
        folder: where to; made if it is not there.
        force: whether to overwrite a file that is no copy, or a copy that was changed.

    Returns:
        The paths written, a list. A copy that is pristine already is not written again.

    Raises:
        CopyError: a name is unknown, or a file in the way was changed or is no copy. Then nothing
            is written.
    """
    folder, files = Path(folder), [f"{name.removesuffix('.py')}.py" for name in names]
    installed = helpers()
    for file in files:
        if file not in installed:
            known = ", ".join(name.removesuffix(".py") for name in installed)
            raise CopyError(f"dlhelpers has no file {file!r} to copy; there are {known}.")
    there = {f: look_at(folder / f, installed) for f in files if (folder / f).exists()}
    for file, found in there.items():
        if not force and found.changed is not False:
            raise CopyError(
                f"{folder / file} is in the way and was changed or is no copy, so nothing was "
                "written; see what differs with `check`, or overwrite it with --force."
            )
    folder.mkdir(parents=True, exist_ok=True)
    wanted = [file for file in files if file not in there or not there[file].pristine]
    for file in wanted:
        unfinished = folder / f"{file}.part"
        unfinished.write_text(stamped(file, installed[file]), encoding="utf-8", newline="\n")
        os.replace(unfinished, folder / file)
    return [folder / file for file in wanted]


def check(folder):
    """The copies in `folder` and below it, as a list of `Copy`, in the order of their paths.

    A file is a copy if it has the stamp, whatever its name, or the name of a helper, even
    without the stamp.

    Raises:
        CopyError: there is no such folder.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise CopyError(f"{folder} is no folder; give the one that you copied to.")
    installed = helpers()
    return [found for path in sorted(folder.rglob("*.py")) if (found := look_at(path, installed))]


def look_at(path, texts):
    """The `Copy` at `path`, or None if it has neither the stamp nor the name of one of `texts`."""
    text = path.read_text(encoding="utf-8", errors="replace")
    first, _, rest = text.partition("\n")
    stamp = STAMP.fullmatch(first)
    if stamp is None and path.name not in texts:
        return None
    file = stamp["file"] if stamp else path.name
    body = rest if stamp else text
    installed = texts.get(file, "")
    return Copy(
        path=path,
        file=file,
        version=stamp["version"] if stamp else None,
        changed=checksum(body) != stamp["sha256"] if stamp else None,
        old=(checksum(installed) != stamp["sha256"]) if stamp else body != installed,
        difference="".join(
            difflib.unified_diff(
                installed.splitlines(keepends=True),
                body.splitlines(keepends=True),
                f"dlhelpers/{file}",
                str(path),
            )
        ),
    )


def helpers():
    """{file name: text} of the helper files beside this one."""
    names = sorted(path.name for path in HERE.glob("[a-z]*.py"))
    return {name: (HERE / name).read_text(encoding="utf-8") for name in names}


def stamped(file, text):
    """The text of a copy: the stamp, then the file as it is."""
    return f"# Copied from dlhelpers {version()}, {file}, sha256 {checksum(text)}\n{text}"


def checksum(text):
    """The first 16 digits of the SHA-256 of `text`; Path.read_text has made its lines end alike."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def version():
    """The version of the package that this file belongs to, as its __init__.py gives it."""
    text = (HERE / "__init__.py").read_text(encoding="utf-8")
    return re.search(r'__version__ = "(.+)"', text)[1]
