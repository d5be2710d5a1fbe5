"""A copy of a helper says which version it is, and whether it was changed or is old."""

import pytest

from dlhelpers import copies
from dlhelpers.__main__ import main


@pytest.fixture
def homework(tmp_path):
    """A folder with fresh copies of two helpers."""
    copies.copy(["claims", "params.py"], tmp_path / "hw1")
    return tmp_path / "hw1"


def states(folder):
    return {found.path.name: str(found).split(": ", 1)[1] for found in copies.check(folder)}


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def update_the_package(monkeypatch, tmp_path, version="9.9.9"):
    """Let the installed package be another, with one line more in claims.py."""
    package = tmp_path / "newer"
    package.mkdir()
    for name, text in copies.helpers().items():
        (package / name).write_text(text + "# newer\n" * (name == "claims.py"))
    (package / "__init__.py").write_text(f'__version__ = "{version}"\n')
    monkeypatch.setattr(copies, "HERE", package)


def test_a_fresh_copy_is_pristine_and_is_the_file_behind_its_stamp(homework):
    first, _, rest = (homework / "claims.py").read_text().partition("\n")
    assert first.startswith(f"# Copied from dlhelpers {copies.version()}, claims.py, sha256 ")
    assert rest == copies.helpers()["claims.py"]
    assert all(found.pristine and not found.difference for found in copies.check(homework))
    assert len(copies.check(homework)) == 2


def test_the_version_is_the_packages(homework):
    import dlhelpers

    assert copies.version() == dlhelpers.__version__


def test_a_changed_copy_is_found_with_its_difference(homework):
    edit(homework / "claims.py", "def claim(", "def  claim(")
    changed, pristine = copies.check(homework)
    assert changed.changed and not changed.old and pristine.pristine
    assert "\n-def claim(" in changed.difference and "\n+def  claim(" in changed.difference


def test_line_endings_of_another_system_are_no_change(homework):
    path = homework / "claims.py"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert all(found.pristine for found in copies.check(homework))


def test_a_copy_that_was_renamed_or_moved_is_found(homework):
    (homework / "lib").mkdir()
    (homework / "claims.py").rename(homework / "lib" / "my_tools.py")
    edit(homework / "lib" / "my_tools.py", "def claim(", "def  claim(")
    assert states(homework)["my_tools.py"].startswith("changed")


def test_a_helper_without_its_stamp_is_found_by_its_name(homework):
    path = homework / "claims.py"
    path.write_text(copies.helpers()["claims.py"])
    assert states(homework)["claims.py"] == "no stamp"
    path.write_text(path.read_text() + "\n")
    assert states(homework)["claims.py"] == "no stamp, and not the installed file"


def test_other_files_are_no_copies(homework):
    (homework / "solution.py").write_text("print(1)\n")
    assert set(states(homework)) == {"claims.py", "params.py"}


def test_an_old_copy_is_found_and_renewed(homework, monkeypatch, tmp_path):
    update_the_package(monkeypatch, tmp_path)
    old, pristine = copies.check(homework)
    assert old.old and not old.changed and "-# newer" in old.difference and pristine.pristine
    assert "9.9.9 is installed" in str(old)
    assert copies.copy(["claims", "params"], homework) == [homework / "claims.py"]
    assert all(found.pristine for found in copies.check(homework))


@pytest.mark.parametrize("in_the_way", ["changed", "foreign"])
def test_what_was_changed_is_overwritten_only_if_told(homework, in_the_way):
    path = homework / "claims.py"
    path.write_text(path.read_text() + "mine = 1\n" if in_the_way == "changed" else "mine = 1\n")
    kept = path.read_text()
    with pytest.raises(copies.CopyError, match="claims.py is in the way"):
        copies.copy(["gradients", "claims"], homework)
    assert path.read_text() == kept
    assert not (homework / "gradients.py").exists()  # nothing by halves
    copies.copy(["claims"], homework, force=True)
    assert all(found.pristine for found in copies.check(homework))


def test_an_unknown_helper_is_named_with_those_there_are(tmp_path):
    with pytest.raises(copies.CopyError, match="no file 'parms.py' to copy; there are .*params"):
        copies.copy(["parms"], tmp_path / "hw1")
    assert not (tmp_path / "hw1").exists()


def test_a_missing_folder_is_told(tmp_path):
    with pytest.raises(copies.CopyError, match="is no folder"):
        copies.check(tmp_path / "nowhere")


def test_the_commands_copy_and_check(tmp_path, capsys):
    folder = str(tmp_path / "hw1")
    assert main(["copy", "claims", "params", "--to", folder]) == 0
    assert capsys.readouterr().out.split() == [f"{folder}/claims.py", f"{folder}/params.py"]
    assert main(["check", folder]) == 0
    assert capsys.readouterr().out.count("pristine") == 2
    edit(tmp_path / "hw1" / "claims.py", "def claim(", "def  claim(")
    assert main(["check", folder]) == 1
    said = capsys.readouterr()
    assert "+def  claim(" in said.out and "1 of 2 copies differ" in said.err
    assert main(["copy", "claims", "--to", folder]) == 1
    assert "--force" in capsys.readouterr().err
    assert main(["copy", "claims", "--to", folder, "--force"]) == 0


def test_a_folder_without_copies_is_no_success(tmp_path, capsys):
    assert main(["check", str(tmp_path)]) == 1
    assert "has no copy of a helper" in capsys.readouterr().err


# ------------------------------------------------------------------- topics, and what is in the way


def test_the_engine_comes_with_the_topics_that_are_asked_for(tmp_path, capsys):
    folder = tmp_path / "hw1"
    names = ["exercises", "convolution", "pooling.py", "plotting"]
    assert main(["copy", *names, "--to", str(folder)]) == 0
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    topics = {"checks/convolution.py", "checks/pooling.py"}
    assert there == {"exercises.py", "plotting.py"} | topics
    capsys.readouterr()
    assert main(["check", str(folder)]) == 0
    assert capsys.readouterr().out.count("pristine") == 4
    edit(folder / "checks" / "pooling.py", "import numpy as np", "import numpy")
    found = {copy.file: copy for copy in copies.check(folder)}
    assert found["checks/pooling.py"].changed and "-import numpy as np" in (
        found["checks/pooling.py"].difference
    )


def test_a_name_of_a_helper_and_a_topic_is_both_where_the_engine_is_asked_for(tmp_path):
    assert copies.copy(["devices"], tmp_path / "a") == [tmp_path / "a" / "devices.py"]
    [topic] = copies.copy(["checks/devices"], tmp_path / "b")
    assert topic == tmp_path / "b" / "checks" / "devices.py"
    both = copies.copy(["exercises", "devices"], tmp_path / "c")
    assert [path.name for path in both] == ["exercises.py", "devices.py", "devices.py"]


@pytest.mark.parametrize("to", ["afile", "afile/below"])
def test_a_file_where_a_folder_is_wanted_is_told_in_a_sentence(to, tmp_path, capsys):
    (tmp_path / "afile").write_text("mine")
    assert main(["copy", "params", "--to", str(tmp_path / to)]) == 1
    said = capsys.readouterr().err
    assert f"{tmp_path / 'afile'} is a file and in the way" in said and said.count("\n") == 1
    assert (tmp_path / "afile").read_text() == "mine"


def test_a_folder_with_the_name_of_a_python_file_is_no_copy(homework):
    (homework / "pkg.py").mkdir()
    (homework / "gradients.py").mkdir()
    assert set(states(homework)) == {"claims.py", "params.py"}
    with pytest.raises(copies.CopyError, match="gradients.py is in the way"):
        copies.copy(["gradients"], homework, force=True)


def test_a_strangers_file_with_a_helpers_name_is_one_line_and_no_copy(homework, capsys):
    (homework / "datasets.py").write_text("def load():\n    return 1\n" * 100)
    assert main(["check", str(homework)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 3 and said[1].endswith(
        "datasets.py: no copy, it shares only its name with a file of dlhelpers"
    )
    for name in ("claims.py", "params.py"):
        (homework / name).unlink()
    assert main(["check", str(homework)]) == 1
    assert "has no copy of a helper" in capsys.readouterr().err


def test_two_runs_at_a_time_do_not_share_an_unfinished_file(tmp_path, monkeypatch):
    seen, replace = [], copies.os.replace

    def replaced(unfinished, path):
        seen.append(unfinished.name)
        replace(unfinished, path)

    monkeypatch.setattr(copies.os, "replace", replaced)
    for folder in ("a", "b"):
        copies.copy(["claims"], tmp_path / folder)
    assert len(set(seen)) == 2
    monkeypatch.setattr(copies.os, "replace", lambda *given: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        copies.copy(["claims"], tmp_path / "c")
    assert not list((tmp_path / "c").iterdir())
