"""The arrays in data/: MNIST, a part of Fashion-MNIST, and small photographs.

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
    return tuple(_load("mnist.npz", _SPLITS))


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
    return tuple(_load("fashion_mnist.npz", _SPLITS))


def photo(name):
    """A small photograph, such as "chelsea", a cat (Stefan van der Walt, CC0).

    Args:
        name: what data/README.md calls it.

    Returns:
        A uint8 array (height, width, 3), new in each call: red, green and blue, 0 to 255.

    Raises:
        DataError: no photograph has this name (the message lists those there are), or
            photos.npz is missing, damaged or not in SHA256SUMS.
    """
    return _load("photos.npz", (name,))[0]


def _load(file, names):
    """The arrays `names` of the .npz called `file`, in that order, freshly read."""
    path = _folder() / file
    try:
        stat = path.stat()
    except OSError:
        raise DataError(f"{path} is missing; {_restore(file)}.") from None
    _verify(path, stat.st_size, stat.st_mtime_ns)
    try:
        # A pickle can run any code when it is read, so none is read.
        with np.load(path, allow_pickle=False) as archive:
            for name in names:
                if name not in archive.files:
                    there = ", ".join(archive.files)
                    raise DataError(f"{path} holds nothing called {name!r}, only {there}.")
            return [archive[name] for name in names]
    except (ValueError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(
            f"{path} is not a .npz file of plain arrays ({error}); {_restore(file)}."
        ) from None


def _folder():
    """The data folder, as the module's docstring says."""
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
    return (
        f"restore it with `git checkout -- data/{file}` or `python data/build.py {stem}` "
        "at the top of a clone, or reinstall the dlhelpers package"
    )
