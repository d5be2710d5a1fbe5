"""The arrays in data/: pictures with labels, photographs, two networks' weights, a table of losses.

Nothing is downloaded. The data folder is the first of these that holds a SHA256SUMS file:

1. the folder that the environment variable DLHELPERS_DATA names; if it is set, no other counts
2. data/ in this file's folder, where the installed package carries it
3. data/ beside this file's folder, as in a clone of the course

A file must have the checksum that SHA256SUMS lists. data/README.md gives sources and licences.
"""

import functools
import hashlib
import os
import zipfile
from pathlib import Path

import numpy as np

FASHION_MNIST_CLASSES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)

EMOJI_CLASSES = ("mammal", "fruit or vegetable", "dish", "clothing", "vehicle", "building")
EMOJI_STYLES = ("noto", "twemoji", "fluent")

_SPLITS = ("x_train", "y_train", "x_test", "y_test")


class DataError(RuntimeError):
    """A data file is missing, damaged or not what it should be; the message says what to do."""


def mnist():
    """Handwritten digits (LeCun and Cortes, CC BY-SA 3.0), all 60,000 + 10,000 of them.

    Returns:
        x_train, y_train, x_test, y_test, four uint8 arrays, new in each call: pictures
        (60000, 28, 28), their digits 0 to 9 (60000,), and the same for 10000 to test with.
        Pixels are 0 for paper to 255 for ink, not scaled.

    Raises:
        DataError: mnist.npz is missing, damaged or not in SHA256SUMS.
    """
    return tuple(_load("mnist.npz", _SPLITS).values())


def fashion_mnist():
    """Pictures of clothes (Zalando SE 2017, MIT licence): 1,000 + 200 a class of Fashion-MNIST.

    They are the first of each class, in their original order. FASHION_MNIST_CLASSES names the
    ten classes.

    Returns:
        x_train, y_train, x_test, y_test, four uint8 arrays, new in each call: pictures
        (10000, 28, 28), their classes 0 to 9 (10000,), and the same for 2000 to test with.
        Pixels are 0 for background to 255, not scaled.

    Raises:
        DataError: fashion_mnist.npz is missing, damaged or not in SHA256SUMS.
    """
    return tuple(_load("fashion_mnist.npz", _SPLITS).values())


def emoji(style="noto"):
    """Emoji of 6 classes as one artist drew them, split by concept: a cat is on one side only.

    EMOJI_CLASSES names the classes. The three styles show the same concepts in the same order.

    Args:
        style: one of EMOJI_STYLES, "noto" (Google, Apache 2.0), "twemoji" (Twitter, CC BY 4.0)
            or "fluent" (Microsoft, MIT).

    Returns:
        x_train, y_train, x_test, y_test, four uint8 arrays, new in each call: pictures
        (190, 64, 64, 3) in red, green and blue, 0 to 255, on white, their classes 0 to 5
        (190,), and the same for 93 to test with.

    Raises:
        ValueError: no style has this name.
        DataError: emoji.npz is missing, damaged or not in SHA256SUMS.
    """
    if not isinstance(style, str) or style not in EMOJI_STYLES:
        raise ValueError(f"No style is called {style!r}; there are {', '.join(EMOJI_STYLES)}.")
    x, y, test = _load("emoji.npz", (f"x_{style}", "y", "test")).values()
    return x[~test], y[~test], x[test], y[test]


def photo(name):
    """A small photograph, such as "chelsea", a cat (Stefan van der Walt, CC0).

    Args:
        name: one of `photo_names()`; data/README.md tells who took each.

    Returns:
        A uint8 array (height, width, 3), new in each call: red, green and blue, 0 to 255.

    Raises:
        DataError: no photograph has this name (the message lists those there are), or
            photos.npz is missing, damaged or not in SHA256SUMS.
    """
    return _load("photos.npz", (name,))[name]


def photo_names():
    """The names that `photo` knows, as a tuple; DataError as there."""
    return tuple(_load("photos.npz"))


def efficientnet_lite0():
    """The ImageNet weights of EfficientNet-Lite0 (Apache 2.0), for `pretrained.efficientnet_lite0`.

    Returns:
        Dictionary of float16 arrays, new in each call, by layer and weight: "stem_conv/kernel".

    Raises:
        DataError: efficientnet_lite0.npz is missing, damaged or not in SHA256SUMS.
    """
    return _weights("efficientnet_lite0.npz")


def imagenet_classes():
    """The names of the 1,000 classes that EfficientNet-Lite0 tells apart, as a tuple of strings.

    A name may hold synonyms: "tabby, tabby cat". DataError as in `efficientnet_lite0`.
    """
    return _classes("efficientnet_lite0.npz")


def ssd_mobilenet_v2():
    """The weights of an SSD-MobileNetV2 detector (Apache 2.0), for `pretrained.ssd_mobilenet_v2`.

    Returns:
        Dictionary of float16 arrays, new in each call, by layer and weight: "stem_conv/kernel".

    Raises:
        DataError: ssd_mobilenet_v2.npz is missing, damaged or not in SHA256SUMS.
    """
    return _weights("ssd_mobilenet_v2.npz")


def detector_classes():
    """The names of the detector's 24 classes as a tuple of strings; the first is "background".

    They are 23 of the classes of Open Images V4. DataError as in `ssd_mobilenet_v2`.
    """
    return _classes("ssd_mobilenet_v2.npz")


def tuning_table():
    """The losses of a small network on MNIST: 17 learning rates × 9 batch sizes × 5 seeds.

    data/README.md tells how it was trained and what it cost; notebook 16 replays searches on it.

    Returns:
        Dictionary of arrays, new in each call: `learning_rate` (17,) and `batch_size` (9,);
        `validation_loss`, float16, and `validation_errors`, uint16 counts of 500 digits, both
        (17, 9, 5 seeds, 8 epochs, 4 validation sets); `test_loss` and `test_errors`, counts of
        10,000 digits, both (17, 9, 5, 8); `seconds`, the processor time of all of it.

    Raises:
        DataError: tuning_table.npz is missing, damaged or not in SHA256SUMS.
    """
    return _load("tuning_table.npz")


def _weights(file):
    """The arrays of a network, without the names of its classes."""
    arrays = _load(file)
    del arrays["classes"]
    return arrays


def _classes(file):
    """The names of a network's classes."""
    return tuple(_load(file, ("classes",))["classes"].tolist())


def _load(file, names=None):
    """{name: array} of the .npz called `file`, freshly read: these `names` in order, or all."""
    path = folder() / file
    try:
        stat = path.stat()
    except OSError:
        raise DataError(f"{path} is missing; {_restore(file)}.") from None
    _verify(path, stat.st_size, stat.st_mtime_ns)
    try:
        # A pickle can run any code when it is read, so none is read.
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as archive:
            names = archive.files if names is None else names
            for name in names:
                if name not in archive.files:
                    there = ", ".join(archive.files)
                    raise DataError(f"{path} holds nothing called {name!r}, only {there}.")
            return {name: archive[name] for name in names}
    except (ValueError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(
            f"{path} is not a .npz file of plain arrays ({error}); {_restore(file)}."
        ) from None


def folder():
    """The data folder, as the module's docstring says; DataError if there is none."""
    here = Path(__file__).resolve().parent
    named = os.environ.get("DLHELPERS_DATA")
    folders = [Path(named)] if named else [here / "data", here.parent / "data"]
    for folder in folders:
        if (folder / "SHA256SUMS").is_file():
            return folder
    looked = " or ".join(str(folder) for folder in folders)
    raise DataError(
        f"No data folder: SHA256SUMS is not in {looked}; set the environment variable "
        "DLHELPERS_DATA to the data folder of the course, or reinstall the dlhelpers package."
    )


@functools.cache
def _verify(path, size, mtime_ns):
    """Raise DataError unless the file has its listed checksum; asked again only if it changed."""
    sums = (path.parent / "SHA256SUMS").read_text().splitlines()
    listed = {line.split()[-1].lstrip("*"): line.split()[0] for line in sums if line.strip()}
    if path.name not in listed:
        raise DataError(
            f"{path.name} is not listed in {path.parent / 'SHA256SUMS'}, so it cannot "
            f"be verified; {_restore('SHA256SUMS', path.stem)}."
        )
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != listed[path.name]:
        raise DataError(
            f"{path} is truncated or altered: it has {size:,} bytes with SHA-256 {found[:12]}..., "
            f"but SHA256SUMS lists {listed[path.name][:12]}...; {_restore(path.name)}."
        )


def _restore(file, stem=None):
    """What brings `file` back; data/build.py knows it by its name without the suffix."""
    stem = stem or Path(file).stem
    built = f" or `python data/build.py {stem}`" if stem != "tuning_table" else ""  # trained
    return (
        f"restore it with `git checkout -- data/{file}`{built} "
        "at the top of a clone, or reinstall the dlhelpers package"
    )
