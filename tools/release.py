"""Make a version: `make release VERSION=0.2.0`.

It writes the version into dlhelpers/__init__.py, CITATION.cff and CHANGELOG.md (what stands under
"Unreleased" gets the version and the date) and, where the notebooks have an address, into their
set-up cell, so that a notebook alone fetches the helpers that it was written with. Then it runs
everything (`.ci/run`), commits, sets the tag, and says what to push. If a test fails, every file is
as it was.
"""

import argparse
import datetime
import pathlib
import re
import subprocess
import sys

import colab

ROOT = pathlib.Path(__file__).resolve().parent.parent
EVERYTHING = "bash .ci/run"
WRITTEN = "dlhelpers/__init__.py", "CITATION.cff", "CHANGELOG.md", "notebooks", "pyproject.toml"
WRITTEN += ("README.md",)


class ReleaseError(Exception):
    """One sentence that says why no version is made."""


def git(root, *arguments):
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True)
    if done.returncode:
        raise ReleaseError(f"git {arguments[0]} says: {done.stderr.strip()}.")
    return done.stdout.strip()


def numbers(version):
    """(0, 2, 0) from "0.2.0"."""
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        raise ReleaseError(f"{version!r} is no version: give three numbers, such as 0.2.0.")
    return tuple(int(number) for number in version.split("."))


def news(changelog):
    """What stands under "Unreleased"."""
    found = re.search(r"(?ms)^## Unreleased\n(.*?)(?=^## |\Z)", changelog)
    text = found[1].strip() if found else ""
    if not text:
        raise ReleaseError('CHANGELOG.md says nothing under "## Unreleased": write what is new.')
    return text


def check(version, root):
    """Raise if this is no moment to make the version."""
    current = colab.version_of(root)
    if git(root, "status", "--porcelain"):
        raise ReleaseError("Some files are not committed: commit them or put them away first.")
    if f"v{version}" in git(root, "tag").split():
        raise ReleaseError(f"v{version} is a tag already: take the next number.")
    first = not git(root, "tag")
    if numbers(version) < numbers(current) or (numbers(version) == numbers(current) and not first):
        raise ReleaseError(f"{version} does not come after {current}, the version of dlhelpers.")
    news((root / "CHANGELOG.md").read_text(encoding="utf-8"))


def write(version, root, day):
    """Write the version everywhere."""

    def change(name, pattern, new):
        path = root / name
        text, count = re.subn(pattern, new, path.read_text(encoding="utf-8"), count=1)
        if not count:
            raise ReleaseError(f"{name} has no place for the version.")
        path.write_text(text, encoding="utf-8", newline="\n")

    change("dlhelpers/__init__.py", r'__version__ = ".*"', f'__version__ = "{version}"')
    change("CITATION.cff", r"(?m)^version: .*(\ndate-released: .*)?$",
           f"version: {version}\ndate-released: {day}")  # fmt: skip
    change("CHANGELOG.md", r"## Unreleased\n", f"## Unreleased\n\n## {version} ({day})\n")
    address = colab.address_in((root / "pyproject.toml").read_text(encoding="utf-8"))
    if address:
        colab.write(address, root)


def release(version, root=ROOT, everything=EVERYTHING, day=None):
    """Write, test, commit and tag a version; return what to push."""
    numbers(version)
    check(version, root)
    day = day or datetime.date.today().isoformat()
    try:
        write(version, root, day)
        if subprocess.run(everything, shell=True, cwd=root).returncode:
            raise ReleaseError(f"{everything!r} failed: no version was made, and nothing changed.")
        git(root, "commit", "--quiet", "--message", f"Version {version}", "--", *WRITTEN)
    except BaseException:
        git(root, "checkout", "--quiet", "HEAD", "--", *WRITTEN)
        raise
    git(root, "tag", "--annotate", f"v{version}", "--message", f"Version {version}")
    branch = git(root, "rev-parse", "--abbrev-ref", "HEAD")
    return f"git push origin {branch} v{version}"


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("version", nargs="?", default="", help="three numbers, such as 0.2.0")
    try:
        push = release(parser.parse_args(arguments).version)
    except ReleaseError as error:
        sys.exit(str(error))
    print(f"\nEverything passed. Push the version with\n\n    {push}\n")


if __name__ == "__main__":
    main()
