"""Write the repository's address into notebooks and README: `make colab REPO=owner/name`.

The address stands in pyproject.toml, under [project.urls]. From there it goes into the set-up cell
of every notebook, so that a notebook alone can fetch dlhelpers, and into the badges that open a
notebook in Colab, Kaggle or Binder. What is fetched is the tag of this version: the helpers that a
notebook was written with. Without an address there are no badges, and a notebook alone stops at the
line that says where dlhelpers stands. `make colab REPO=none` takes the address out again.
"""

import argparse
import pathlib
import re
import sys
import tomllib

import nbformat

ROOT = pathlib.Path(__file__).resolve().parent.parent
BESIDE = 'sys.path.insert(0, "..")  # dlhelpers stands beside the notebooks\n'
FETCH = """\
try:
    import dlhelpers
except ModuleNotFoundError:  # a notebook alone, as in Colab
    import subprocess

    COURSE = "dlhelpers[notebooks] @ git+{address}@v{version}"
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", COURSE], check=True)
"""
BADGES = {
    "Open in Colab": (
        "https://colab.research.google.com/assets/colab-badge.svg",
        "https://colab.research.google.com/github/{repo}/blob/main/{path}",
    ),
    "Open in Kaggle": (
        "https://kaggle.com/static/images/open-in-kaggle.svg",
        "https://kaggle.com/kernels/welcome?src=https://github.com/{repo}/blob/main/{path}",
    ),
    "Open in Binder": (
        "https://mybinder.org/badge_logo.svg",
        "https://mybinder.org/v2/gh/{repo}/main?urlpath=lab/tree/{path}",
    ),
}
A_BADGE = r"\[!\[Open in \w+\]\([^)]*\)\]\([^)]*\)"


def address_in(pyproject):
    """The repository's address in the text of pyproject.toml; None if there is none."""
    return tomllib.loads(pyproject)["project"].get("urls", {}).get("Repository")


def with_address(pyproject, address):
    """The text of pyproject.toml with this address, or without one."""
    text = re.sub(r"\[project\.urls\]\n(?:\w.*\n)*\n", "", pyproject)
    if address is None:
        return text
    return text.replace(
        "[tool.hatch", f'[project.urls]\nRepository = "{address}"\n\n[tool.hatch', 1
    )


def version_of(root):
    """The version of dlhelpers; its tag is v0.1.0 or the like."""
    text = (root / "dlhelpers" / "__init__.py").read_text(encoding="utf-8")
    return re.search(r'__version__ = "(.*)"', text)[1]


def set_up(source, address, version):
    """A set-up cell that fetches a missing dlhelpers from the address, or does without."""
    before, after = source.split(BESIDE)
    after = re.sub(r"\A(?!from ).*?(?=^from )", "", after, flags=re.DOTALL | re.MULTILINE)
    fetch = "" if address is None else FETCH.format(address=address, version=version)
    return before + BESIDE + fetch + after


def badges(address, path):
    """Links that open the notebook at `path` in Colab, Kaggle and Binder; "" without an address."""
    github = re.fullmatch(r"https://github\.com/([\w.-]+/[\w.-]+)", address or "")
    if not github:
        return ""
    return " ".join(
        f"[![{name}]({picture})]({link.format(repo=github[1], path=path)})"
        for name, (picture, link) in BADGES.items()
    )


def with_badges(opening, address, path):
    """A notebook's opening cell, with its badges under the title or without any."""
    title, text = re.sub(rf"(?m)^{A_BADGE}.*\n\n", "", opening).split("\n", 1)
    row = badges(address, path)
    return f"{title}\n\n{row}\n{text}" if row else f"{title}\n{text}"


def readme_with_badges(readme, address):
    """The README, with the badges of each notebook in its row of the table or without any."""
    bare = re.sub(rf"(?: {A_BADGE})+", "", readme)

    def row(link):
        return f"{link[0]} {badges(address, link[1])}".rstrip()

    return re.sub(r"(?<=^\| )\[[^\]]*\]\((notebooks/\S+\.ipynb)\)", row, bare, flags=re.MULTILINE)


def write(address, root=ROOT):
    """Write the address, or its absence, into pyproject.toml, the README and the notebooks."""
    pyproject, readme = root / "pyproject.toml", root / "README.md"
    pyproject.write_text(with_address(pyproject.read_text(), address))
    readme.write_text(readme_with_badges(readme.read_text(), address))
    for path in sorted((root / "notebooks").glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        opening, set_up_cell = notebook.cells[:2]
        opening.source = with_badges(opening.source, address, f"notebooks/{path.name}")
        set_up_cell.source = set_up(set_up_cell.source, address, version_of(root))
        nbformat.write(notebook, path)


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("repo", help="owner/name on GitHub, another address of git, or none")
    repo = parser.parse_args(arguments).repo
    if re.fullmatch(r"[\w.-]+/[\w.-]+", repo):
        repo = f"https://github.com/{repo}"
    if repo != "none" and not re.match(r"(https|ssh|file)://", repo):
        parser.error(f"{repo!r} is neither owner/name nor an address such as https://…, nor none")
    write(None if repo == "none" else repo)
    if repo == "none":
        print("No address is set.")
    else:
        tag = f"v{version_of(ROOT)}"
        print(f"The notebooks fetch dlhelpers {tag} from {repo}. Commit the change. Unless the")
        print(f"tag is there already: git tag {tag}; git push origin {tag}")


if __name__ == "__main__":
    sys.exit(main())
