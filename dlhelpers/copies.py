"""Copies of helper files in assignments: make them, and see later whether they still match.

A copy begins with a line that says which file of which version it is, and the checksum of what
follows. So a copy can tell by itself whether it was changed, and beside the installed package
whether it is old.

    python -m dlhelpers copy params plotting --to hw1/
    python -m dlhelpers copy exercises convolution --to hw1/
    python -m dlhelpers check hw1/

The second takes the engine of the exercises, and of their cases, which lie in a folder checks/,
those of one topic. A topic with the name of a helper, devices, is `checks/devices`.
"""

import difflib
import hashlib
import os
import re
import uuid
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
STAMP = re.compile(
    r"# Copied from dlhelpers (?P<version>\S+), (?P<file>(?:checks/)?\w+\.py), "
    r"sha256 (?P<sha256>\w+)"
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
        stranger: whether it has nothing of a helper but the name.
    """

    path: Path
    file: str
    version: str | None
    changed: bool | None
    old: bool
    difference: str
    stranger: bool = False

    @property
    def pristine(self):
        """Whether it is what the installed dlhelpers would copy now."""
        return self.version is not None and not self.changed and not self.old

    def __str__(self):
        if self.pristine:
            return f"{self.path}: pristine, dlhelpers {self.version}"
        if self.stranger:
            return f"{self.path}: no copy, it shares only its name with a file of dlhelpers"
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
        names: names of files of dlhelpers, such as "params", with or without ".py", and of topics
            of the exercises, such as "convolution". Where both have a name, "checks/devices" is
            the topic, and "devices" the helper, or both where "exercises" is asked for, too.
        folder: where to; made if it is not there.
        force: whether to overwrite a file that is no copy, or a copy that was changed.

    Returns:
        The paths written, a list. A copy that is pristine already is not written again.

    Raises:
        CopyError: a name is unknown, or a file in the way was changed or is no copy: then nothing
            is written. Or a file cannot be written: then it is not there, not even in part.
    """
    folder, installed = _path(folder), texts()
    files = files_of(names, installed)
    for above in [folder, folder / "checks", *folder.parents]:
        if above.exists() and not above.is_dir():
            raise CopyError(f"{above} is a file and in the way; give a folder to copy to.")
    there = {f: look_at(folder / f, installed) for f in files if (folder / f).exists()}
    for file, found in there.items():
        if (folder / file).is_dir() or not force and (found is None or found.changed is not False):
            raise CopyError(
                f"{folder / file} is in the way and was changed or is no copy, so nothing was "
                "written; see what differs with `check`, or overwrite it with --force."
            )
    wanted = [file for file in files if file not in there or not there[file].pristine]
    for file in wanted:
        path = folder / file
        unfinished = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")  # no two runs share it
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                text = stamped(file, installed[file])
                unfinished.write_text(text, encoding="utf-8", newline="\n")
                os.replace(unfinished, path)
            finally:
                unfinished.unlink(missing_ok=True)
        except OSError as error:  # a full disk, no right to write, a link to nowhere
            raise CopyError(f"{path} cannot be written: {error.strerror}.") from error
    return [folder / file for file in wanted]


def files_of(names, installed):
    """The files that the names stand for, without doubles.

    Raises:
        CopyError: a name is unknown.
    """
    listed = isinstance(names, list | tuple | set | dict)
    if not listed or not all(isinstance(name, str) for name in names):
        raise CopyError(f'{names!r:.60} is no list of names; give one, such as ["params"].')
    files, names = [], [name.removesuffix(".py") for name in names]
    for name in names:
        helper, topic = f"{name}.py", f"checks/{name}.py"
        both = "exercises" in names and helper in installed and topic in installed
        if helper not in installed and topic not in installed:
            known = ", ".join(file.removesuffix(".py") for file in installed if file[0] != "_")
            raise CopyError(f"dlhelpers has no file {helper!r} to copy; there are {known}.")
        files += [helper, topic] if both else [helper if helper in installed else topic]
    return list(dict.fromkeys(files))


def _path(folder):
    try:
        return Path(folder)
    except TypeError:
        raise CopyError(f"{folder!r:.60} is no folder; give its path as a text.") from None


def check(folder):
    """The copies in `folder` and below it, as a list of `Copy`, in the order of their paths.

    A file is a copy if it has the stamp, whatever its name, or the name of a helper, even
    without the stamp.

    Raises:
        CopyError: there is no such folder.
    """
    folder = _path(folder)
    if not folder.is_dir():
        raise CopyError(f"{folder} is no folder; give the one that you copied to.")
    installed = texts()
    paths = [path for path in sorted(folder.rglob("*.py")) if path.is_file()]
    return [found for path in paths if (found := look_at(path, installed))]


def look_at(path, texts):
    """The `Copy` at `path`, or None if it has neither the stamp nor the name of one of `texts`."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:  # a folder of that name, or one that may not be read
        return None
    first, _, rest = text.partition("\n")
    stamp = STAMP.fullmatch(first)
    name = path.name if path.parent.name != "checks" else f"checks/{path.name}"
    if stamp is None and (name not in texts or name.endswith("__init__.py")):
        return None
    file = stamp["file"] if stamp else name
    body = rest if stamp else text
    installed = texts.get(file, "")
    lines = {line for line in installed.splitlines() if line.strip()}
    shared = lines & set(body.splitlines())
    stranger = stamp is None and len(shared) < len(lines) / 2
    return Copy(
        path=path,
        file=file,
        version=stamp["version"] if stamp else None,
        changed=checksum(body) != stamp["sha256"] if stamp else None,
        old=(checksum(installed) != stamp["sha256"]) if stamp else body != installed,
        difference=""
        if stranger
        else "".join(
            difflib.unified_diff(
                installed.splitlines(keepends=True),
                body.splitlines(keepends=True),
                f"dlhelpers/{file}",
                str(path),
            )
        ),
        stranger=stranger,
    )


def helpers():
    """{file name: text} of the helper files beside this one."""
    names = sorted(path.name for path in HERE.glob("[a-z]*.py"))
    return {name: (HERE / name).read_text(encoding="utf-8") for name in names}


def topics():
    """{file name: text} of the cases of exercises, such as "checks/convolution.py"."""
    return {
        f"checks/{path.name}": path.read_text(encoding="utf-8")
        for path in sorted(HERE.glob("checks/[a-z]*.py"))
    }


def texts():
    """{file name: text} of all that can be copied; __init__.py makes a folder of it a package."""
    first = {"__init__.py": (HERE / "__init__.py").read_text(encoding="utf-8")}
    return helpers() | topics() | first


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
