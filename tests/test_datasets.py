"""dlhelpers.datasets gives the right arrays, and one clear sentence where it cannot."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from dlhelpers import datasets

ROOT = Path(__file__).resolve().parent.parent


def list_in_sums(folder, *files):
    """Write SHA256SUMS in `folder` for `files` as they are now."""
    lines = [f"{hashlib.sha256((folder / f).read_bytes()).hexdigest()}  {f}\n" for f in files]
    (folder / "SHA256SUMS").write_text("".join(lines))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A data folder with a tiny mnist.npz and two tiny photographs, which datasets uses."""
    digits = np.arange(4 * 28 * 28).reshape(4, 28, 28).astype(np.uint8)
    labels = np.array([3, 1, 4, 1], np.uint8)
    np.savez(tmp_path / "mnist.npz", x_train=digits, y_train=labels, x_test=digits, y_test=labels)
    np.savez(tmp_path / "photos.npz", cat=np.zeros((2, 3, 3), np.uint8), dog=digits[:3, :2, :3])
    list_in_sums(tmp_path, "mnist.npz", "photos.npz")
    monkeypatch.setenv("DLHELPERS_DATA", str(tmp_path))
    return tmp_path


def run_python(code, folder, **environment):
    """What `code` prints in a fresh Python whose working directory is `folder`."""
    clean = {k: v for k, v in os.environ.items() if k not in ("DLHELPERS_DATA", "PYTHONPATH")}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={**clean, **environment},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def message_of(function, *arguments):
    """The message of the DataError that the call raises, which must be one line."""
    with pytest.raises(datasets.DataError) as caught:
        function(*arguments)
    assert "\n" not in str(caught.value)
    return str(caught.value)


# The mean and standard deviation are those that PyTorch's MNIST example has made well known.
def test_mnist_has_the_published_shapes_and_statistics():
    x_train, y_train, x_test, y_test = datasets.mnist()
    assert (x_train.shape, y_train.shape) == ((60000, 28, 28), (60000,))
    assert (x_test.shape, y_test.shape) == ((10000, 28, 28), (10000,))
    assert {a.dtype for a in (x_train, y_train, x_test, y_test)} == {np.dtype("uint8")}
    assert round(x_train.mean() / 255, 4) == 0.1307
    assert round(x_train.std() / 255, 4) == 0.3081
    assert y_train[:5].tolist() == [5, 0, 4, 1, 9]
    assert y_test[:5].tolist() == [7, 2, 1, 0, 4]


def test_fashion_mnist_has_ten_named_classes_and_starts_as_the_original_does():
    x_train, y_train, x_test, y_test = datasets.fashion_mnist()
    assert (x_train.shape, y_train.shape) == ((10000, 28, 28), (10000,))
    assert (x_test.shape, y_test.shape) == ((2000, 28, 28), (2000,))
    assert {a.dtype for a in (x_train, y_train, x_test, y_test)} == {np.dtype("uint8")}
    names = [datasets.FASHION_MNIST_CLASSES[label] for label in y_train[:4]]
    assert names == ["Ankle boot", "T-shirt/top", "T-shirt/top", "Dress"]
    assert set(y_test.tolist()) == set(range(len(datasets.FASHION_MNIST_CLASSES)))


def test_a_trouser_has_a_gap_between_its_legs_and_a_pullover_has_none():
    x_train, y_train, _, _ = datasets.fashion_mnist()
    for name, gap in (("Trouser", True), ("Pullover", False)):
        mean = x_train[y_train == datasets.FASHION_MNIST_CLASSES.index(name)].mean(axis=0)
        middle, beside = mean[20:26, 13:15].mean(), mean[20:26, 9:11].mean()
        assert (middle < 0.6 * beside) == gap, name


def test_the_emoji_are_drawn_in_three_styles_with_the_same_labels():
    drawings = {style: datasets.emoji(style) for style in datasets.EMOJI_STYLES}
    for x_train, y_train, x_test, y_test in drawings.values():
        assert x_train.shape == (190, 64, 64, 3) and x_test.shape == (93, 64, 64, 3)
        assert {a.dtype for a in (x_train, y_train, x_test, y_test)} == {np.dtype("uint8")}
        assert np.bincount(y_train).tolist() == [44, 24, 34, 32, 34, 22]
        assert np.bincount(y_test).tolist() == [22, 12, 17, 15, 16, 11]
        np.testing.assert_array_equal(y_train, drawings["noto"][1])
        corners = x_train[:, [0, 0, -1, -1], [0, -1, 0, -1]]
        assert np.mean(corners == 255) > 0.95  # on white
    assert not np.array_equal(drawings["noto"][0], drawings["fluent"][0])
    assert len(datasets.EMOJI_CLASSES) == 6


def test_no_concept_of_an_emoji_is_on_both_sides():
    with np.load(ROOT / "data" / "emoji.npz") as archive:
        names, labels, test = archive["names"], archive["y"], archive["test"]
    last_words = np.array([name.replace(" FACE", "").split()[-1] for name in names])
    for label in range(6):
        sides = [set(last_words[(labels == label) & (test == side)]) for side in (False, True)]
        assert sides[0] and sides[1] and not sides[0] & sides[1]


def test_emoji_names_and_classes_fit_together():
    with np.load(ROOT / "data" / "emoji.npz") as archive:
        class_of = dict(zip(archive["names"], archive["y"]))
    known = {
        "CAT FACE": "mammal",
        "RED APPLE": "fruit or vegetable",
        "HAMBURGER": "dish",
        "JEANS": "clothing",
        "FIRE ENGINE": "vehicle",
        "CHURCH": "building",
    }
    assert {n: datasets.EMOJI_CLASSES[class_of[n]] for n in known} == known


def test_an_unknown_style_of_emoji_lists_those_there_are():
    with pytest.raises(ValueError, match="^No style is called 'apple'; .* noto, twemoji, fluent.$"):
        datasets.emoji("apple")


def test_the_networks_are_float16_arrays_with_their_classes_apart():
    for arrays, count, last in (
        (datasets.efficientnet_lite0(), 4_694_024, "logits/bias"),
        (datasets.ssd_mobilenet_v2(), 4_951_996, "class5_conv/bias"),
    ):
        assert sum(array.size for array in arrays.values()) == count
        assert {array.dtype for array in arrays.values()} == {np.dtype("float16")}
        assert list(arrays)[0] == "stem_conv/kernel" and list(arrays)[-1] == last


def test_imagenet_and_the_detector_have_their_published_classes():
    imagenet = datasets.imagenet_classes()
    assert len(imagenet) == 1000
    assert (imagenet[0], imagenet[281]) == ("tench, Tinca tinca", "tabby, tabby cat")
    assert (imagenet[504], imagenet[999].split(",")[0]) == ("coffee mug", "toilet tissue")
    detector = datasets.detector_classes()
    assert (len(detector), detector[0], detector[8]) == (24, "background", "Cat")


def test_the_table_of_losses_fits_together():
    table = datasets.tuning_table()
    runs, sets = (17, 9, 5, 8), (4,)
    assert table["learning_rate"].shape == (17,) and table["batch_size"].tolist()[::8] == [8, 2048]
    np.testing.assert_allclose(table["learning_rate"], np.geomspace(1e-5, 1e-1, 17))
    for name, shape, most in (("validation", runs + sets, 500), ("test", runs, 10_000)):
        losses, errors = table[f"{name}_loss"], table[f"{name}_errors"]
        assert losses.shape == errors.shape == shape
        assert np.isfinite(losses).all() and losses.min() > 0.1 and errors.max() <= most
        # Where the loss is low, few digits are misread: the two were not mixed up.
        good = losses < 0.35
        assert good.any() and errors[good].max() < 0.2 * most < errors[losses > 1.5].mean()
    path = ROOT / "data" / "tuning_table.npz"
    assert path.stat().st_size < 200_000 and table["seconds"] > 60


def test_a_missing_table_of_losses_is_not_said_to_come_from_a_recipe(folder):
    said = message_of(datasets.tuning_table)
    assert "git checkout -- data/tuning_table.npz" in said and "build.py" not in said


def test_seven_photographs_are_named():
    shapes = {name: datasets.photo(name).shape for name in datasets.photo_names()}
    assert shapes == {
        "chelsea": (150, 225, 3),
        "coffee": (200, 300, 3),
        "astronaut": (256, 256, 3),
        "rocket": (213, 320, 3),
        "camera": (256, 256, 3),
        "flower": (213, 320, 3),
        "china": (213, 320, 3),
    }


def test_the_camera_is_grey_and_the_sky_over_china_is_blue():
    camera, china = datasets.photo("camera"), datasets.photo("china")
    assert (camera == camera[..., :1]).all()
    red, green, blue = china[:40].mean(axis=(0, 1))
    assert blue > red


def test_chelsea_is_a_ginger_cat():
    cat = datasets.photo("chelsea")
    assert (cat.shape, cat.dtype) == ((150, 225, 3), np.uint8)
    red, green, blue = cat.mean(axis=(0, 1))
    assert red > green > blue


def test_overwriting_an_array_does_not_change_the_next_call(folder):
    first = datasets.mnist()
    for array in first:
        array[:] = 77
    assert datasets.mnist()[1].tolist() == [3, 1, 4, 1]
    datasets.photo("dog")[:] = 77
    assert datasets.photo("dog")[0, 0].tolist() == [0, 1, 2]


def test_a_checksum_is_computed_once_for_an_unchanged_file(folder, monkeypatch):
    computed = []
    sha256 = hashlib.sha256
    monkeypatch.setattr(hashlib, "sha256", lambda data: computed.append(len(data)) or sha256(data))
    datasets.mnist()
    datasets.mnist()
    assert computed == [(folder / "mnist.npz").stat().st_size]


def test_a_file_altered_after_its_first_use_is_noticed(folder):
    datasets.mnist()
    content = bytearray((folder / "mnist.npz").read_bytes())
    content[500] ^= 1
    (folder / "mnist.npz").write_bytes(content)
    os.utime(folder / "mnist.npz", (1, 1))  # a coarse clock could give the same time twice
    assert "altered" in message_of(datasets.mnist)


def test_a_missing_file_is_named_with_the_way_to_restore_it(folder):
    (folder / "mnist.npz").unlink()
    message = message_of(datasets.mnist)
    assert f"{folder / 'mnist.npz'} is missing" in message
    assert "git checkout -- data/mnist.npz" in message
    assert "python data/build.py mnist`" in message
    assert "reinstall the dlhelpers package" in message


def test_a_truncated_file_is_named_with_the_way_to_restore_it(folder):
    content = (folder / "mnist.npz").read_bytes()
    (folder / "mnist.npz").write_bytes(content[:1234])
    message = message_of(datasets.mnist)
    assert f"{folder / 'mnist.npz'} is truncated" in message
    assert "1,234 bytes" in message
    assert hashlib.sha256(content[:1234]).hexdigest()[:12] in message
    assert hashlib.sha256(content).hexdigest()[:12] in message
    assert "git checkout -- data/mnist.npz" in message


def test_a_file_that_is_not_listed_is_refused(folder):
    list_in_sums(folder, "photos.npz")
    message = message_of(datasets.mnist)
    assert "mnist.npz is not listed" in message
    assert "git checkout -- data/SHA256SUMS" in message
    assert "python data/build.py mnist`" in message


def test_a_data_folder_without_checksums_is_no_data_folder(folder):
    (folder / "SHA256SUMS").unlink()
    message = message_of(datasets.mnist)
    assert str(folder) in message and "DLHELPERS_DATA" in message


def test_a_pickled_array_is_refused(folder):
    harmless = np.array([{"a": 1}], dtype=object)
    np.savez(folder / "photos.npz", cat=harmless)
    list_in_sums(folder, "mnist.npz", "photos.npz")
    message = message_of(datasets.photo, "cat")
    assert "photos.npz" in message and "plain arrays" in message and "git checkout" in message


@pytest.mark.parametrize("content", [b"", b"not a zip file", b"PK\3\4 cut short"])
def test_a_listed_file_that_is_no_npz_is_refused(folder, content):
    (folder / "mnist.npz").write_bytes(content)
    list_in_sums(folder, "mnist.npz")
    message = message_of(datasets.mnist)
    assert "mnist.npz is not a .npz file" in message and "git checkout" in message


def test_an_unknown_photograph_lists_those_there_are(folder):
    message = message_of(datasets.photo, "hamster")
    assert "'hamster'" in message and "cat, dog" in message


def test_the_file_works_copied_alone_into_an_empty_folder(folder, tmp_path_factory):
    alone = tmp_path_factory.mktemp("hw1")
    shutil.copy(ROOT / "dlhelpers" / "datasets.py", alone)
    code = "import datasets; print(datasets.__file__, datasets.mnist()[1].tolist())"
    printed = run_python(code, alone, DLHELPERS_DATA=str(folder))
    assert printed == f"{alone / 'datasets.py'} [3, 1, 4, 1]"


def test_data_inside_the_package_comes_before_data_beside_it(folder, tmp_path_factory):
    top = tmp_path_factory.mktemp("clone")
    (top / "package").mkdir()
    shutil.copy(ROOT / "dlhelpers" / "datasets.py", top / "package")
    shutil.copytree(folder, top / "data")
    code = "import datasets; print(datasets.folder())"
    assert run_python(code, top / "package") == str(top / "data")
    shutil.copytree(folder, top / "package" / "data")
    assert run_python(code, top / "package") == str(top / "package" / "data")
    printed = run_python(code, top / "package", DLHELPERS_DATA=str(folder))
    assert printed == str(folder)


def test_importing_it_brings_in_no_framework():
    code = (
        "import sys, dlhelpers.datasets; print(sorted({m.split('.')[0] for m in sys.modules} "
        "& {'keras', 'tensorflow', 'torch', 'jax', 'matplotlib', 'PIL', 'numpy'}))"
    )
    assert run_python(code, ROOT) == "['numpy']"
