"""`make release` writes a version everywhere, or nothing at all."""

import shutil
import subprocess
import sys
import tomllib

import colab
import notebook_runs
import pytest
import release

TODAY = "2026-11-28"


@pytest.fixture
def course(tmp_path):
    """A clone of the course with an address, two notebooks, no data, and one commit."""
    root = notebook_runs.copy_course(tmp_path / "course")
    shutil.rmtree(root / "data")
    for path in sorted((root / "notebooks").glob("*.ipynb"))[2:]:
        path.unlink()
    colab.write("https://github.com/someone/fork", root)
    for setting in (
        ["init", "--quiet"],
        ["config", "user.name", "n"],
        ["config", "user.email", "e"],
    ):
        subprocess.run(["git", *setting], cwd=root, check=True)
    commit(root)
    return root


def commit(root):
    for command in (["add", "--all"], ["commit", "--quiet", "--message", "all"]):
        subprocess.run(["git", *command], cwd=root, check=True)


def test_a_version_stands_everywhere_and_is_tagged(course):
    news = release.news((course / "CHANGELOG.md").read_text())
    passed = f"{sys.executable} -c 'import sys'"
    push = release.release("0.2.0", course, passed, TODAY)
    assert push.startswith("git push origin ") and push.endswith(" v0.2.0")
    assert '__version__ = "0.2.0"' in (course / "dlhelpers/__init__.py").read_text()
    assert f"version: 0.2.0\ndate-released: {TODAY}\n" in (course / "CITATION.cff").read_text()
    changelog = (course / "CHANGELOG.md").read_text()
    assert f"## Unreleased\n\n## 0.2.0 ({TODAY})\n\n{news}" in changelog
    assert release.git(course, "tag") == "v0.2.0" and not release.git(
        course, "status", "--porcelain"
    )
    for path in (course / "notebooks").glob("*.ipynb"):
        assert "git+https://github.com/someone/fork@v0.2.0" in path.read_text()
    assert tomllib.loads((course / "pyproject.toml").read_text())["project"]["dynamic"] == [
        "version"
    ]
    with pytest.raises(release.ReleaseError, match="says nothing under"):
        release.release("0.3.0", course, passed, TODAY)
    changelog = changelog.replace("## Unreleased\n", "## Unreleased\n\nMore.\n")
    (course / "CHANGELOG.md").write_text(changelog)
    commit(course)
    release.release("0.3.0", course, passed, "2026-12-01")
    assert (course / "CITATION.cff").read_text().count("date-released") == 1


def test_where_a_test_fails_nothing_changed(course):
    before = release.git(course, "rev-parse", "HEAD")
    with pytest.raises(release.ReleaseError, match="failed: no version was made"):
        release.release("0.2.0", course, "exit 3", TODAY)
    assert release.git(course, "rev-parse", "HEAD") == before
    assert not release.git(course, "status", "--porcelain") and not release.git(course, "tag")


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ("", "is no version"),
        ("v0.2.0", "is no version"),
        ("0.2", "is no version"),
        ("0.0.9", "does not come after 0.1.0"),
    ],
)
def test_what_is_no_next_version_is_refused(version, said, course):
    with pytest.raises(release.ReleaseError, match=said):
        release.release(version, course, "exit 0", TODAY)
    assert not release.git(course, "status", "--porcelain")


def test_it_waits_for_what_is_not_committed_and_refuses_a_tag_twice(course):
    (course / "LICENSE").write_text("changed")
    with pytest.raises(release.ReleaseError, match="not committed"):
        release.release("0.2.0", course, "exit 0", TODAY)
    commit(course)
    subprocess.run(["git", "tag", "v0.2.0"], cwd=course, check=True)
    with pytest.raises(release.ReleaseError, match="is a tag already"):
        release.release("0.2.0", course, "exit 0", TODAY)
