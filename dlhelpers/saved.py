"""Read a saved Keras model's architecture from a file that nobody trusts.

`architecture("model.keras")` builds the model from the description in its file alone. No weight is
read, none is given a value, and nothing that the file names is run but Keras's own layers: so a
model of a hundred gigabytes costs no memory, and code that somebody hid in the file stays asleep.

Keras's `load_model(safe_mode=True)` refuses some dangers by name, and was got around several times
(CVE-2025-1550, -8747, -9905, -9906, -12058, -49655, CVE-2026-1462). This goes the other way: what
is not known to be harmless is refused.
"""

import concurrent.futures
import json
import lzma
import pathlib
import sys
import zipfile
import zlib

LARGEST = 16 * 2**20  # bytes of a description; that of NASNetLarge has 1 MB
MOST_PARTS = 100_000  # layers, initializers and so on; NASNetLarge has 4,000
# Keras's classes that run code of the file's author, or read what the file points to.
CARRIES_CODE = {"Lambda", "__lambda__", "JaxLayer", "FlaxLayer", "TorchModuleWrapper", "TFSMLayer"}
# Values that the description writes down as objects.
VALUES = {"__keras_tensor__", "__tensor__", "__numpy__", "__bytes__", "__ellipsis__", "__tuple__"}
VALUES |= {"__complex__", "__slice__", "slice", "TensorShape"}
# Where Keras's own classes are, by the names that it writes.
PLACES = "layers", "models", "initializers", "regularizers", "constraints", "dtype_policies"
PLACES += ("quantizers",)  # of keras
FUNCTIONS = "activations", "initializers", "regularizers", "constraints"

BAD_ARCHIVE = zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, KeyError, ValueError
BAD_ARCHIVE += NotImplementedError, RuntimeError  # a way of packing that Python lacks; a password


class SavedModelError(Exception):
    """A file whose model is not built; the text is a sentence that says why."""


def architecture(path):
    """Build the model that `model.save(path)` wrote, without its weights' values.

    Args:
        path: a file name.keras, name.h5 or name.hdf5.

    Returns:
        A `keras.Model`. Its weights have shapes and types and no values: count them, look at
        its layers (`params.explain` does), but do not call it.

    Raises:
        SavedModelError: there is no such file, it is no Keras model, too large, carries code, or
            needs a class or function that Keras does not have.
    """
    if not isinstance(path, str | pathlib.PurePath):
        raise SavedModelError(f"path={path!r:.60}: give the path of a file.")
    path = pathlib.Path(path)
    try:
        config = _config(path)
        _refuse_danger(config)
        return _build(config)
    except SavedModelError as error:
        raise SavedModelError(f"{path} {error}") from None
    except (OSError, MemoryError) as error:
        raise SavedModelError(f"{path} cannot be read: {error}.") from None


NO_MODEL = "is not a model that Keras can load: model.save('name.keras') writes one."


def _config(path):
    """The description in a file, as `json` reads it."""
    if path.is_dir():
        raise SavedModelError("is a folder: give the file that model.save wrote.")
    if not path.exists():
        raise SavedModelError("does not exist.")
    with path.open("rb") as file:
        start = file.read(8)
    if start == b"\x89HDF\r\n\x1a\n":
        text = _from_hdf5(path)
    else:
        text = _from_archive(path)
    try:
        config = json.loads(text)
    except (ValueError, RecursionError):
        raise SavedModelError(NO_MODEL) from None
    if not isinstance(config, dict) or not isinstance(config.get("config"), dict):
        raise SavedModelError(NO_MODEL)
    return config


def _from_archive(path):
    try:
        with zipfile.ZipFile(path) as archive, archive.open("config.json") as file:
            text = file.read(LARGEST + 1)  # whatever size the archive claims
    except BAD_ARCHIVE:
        raise SavedModelError(NO_MODEL) from None
    return _of_a_good_size(text)


def _from_hdf5(path):
    import h5py

    try:
        with h5py.File(path, "r") as file:
            attribute = file.attrs.get_id("model_config")
            if attribute.get_storage_size() > LARGEST:
                raise SavedModelError(TOO_LARGE)
            text = file.attrs["model_config"]
    except (KeyError, OSError, RuntimeError, ValueError, TypeError):
        raise SavedModelError(NO_MODEL) from None
    if not isinstance(text, str | bytes):
        raise SavedModelError(NO_MODEL)
    return _of_a_good_size(text)


TOO_LARGE = f"describes its model in more than {LARGEST:,} bytes, which no known network needs."


def _of_a_good_size(text):
    if len(text) > LARGEST:
        raise SavedModelError(TOO_LARGE)
    return text


def _refuse_danger(config):
    """Raise for anything in a description that is not known to be harmless."""
    parts = 0
    for value in _objects(config):
        if isinstance(value.get("vocabulary"), str):
            raise SavedModelError("names a file with a vocabulary, which is not opened here.")
        if "class_name" in value:
            parts += 1
            if parts > MOST_PARTS:
                raise SavedModelError(
                    f"has more than {MOST_PARTS:,} parts, which no network needs."
                )
            _refuse_unknown(value)


def _objects(value):
    """Every dictionary in a description, an outer one before those inside it.

    A compiled model's loss, metrics and optimizer are taken out: they have no part in its layers.
    """
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            value.pop("compile_config", None)
            yield value
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value


def _refuse_unknown(value):
    """Raise unless a description with a class_name is of a value, or of a class of Keras's own."""
    name, module = value["class_name"], value.get("module")
    if not isinstance(name, str) or not isinstance(module, str | None):
        raise SavedModelError(NO_MODEL)
    if name in CARRIES_CODE:
        raise SavedModelError("carries Python code, as a Lambda layer does, which is not run here.")
    if name in VALUES:
        return
    if name == "function":
        wanted = value.get("config")
        if not isinstance(wanted, str) or not _is_function_of_keras(wanted):
            raise SavedModelError(_unknown(wanted))
    elif not _is_class_of_keras(name, module):
        raise SavedModelError(_unknown(value.get("registered_name") or name))


def _unknown(name):
    return (
        f"needs {str(name)[:80]}, which Keras does not have: load it in Python with "
        "custom_objects, and give the model to params.explain."
    )


def _is_function_of_keras(name):
    import keras

    found = [getattr(getattr(keras, place), name, None) for place in FUNCTIONS]
    return name.isidentifier() and any(callable(function) for function in found)


def _is_class_of_keras(name, module):
    """Whether Keras would find a class of its own that only describes a part of a network."""
    import keras

    kinds = [keras.Operation, keras.initializers.Initializer, keras.regularizers.Regularizer]
    kinds += [keras.constraints.Constraint, keras.DTypePolicy, keras.dtype_policies.DTypePolicyMap]
    kinds += [keras.Quantizer, getattr(keras.quantizers, "QuantizationConfig", keras.Quantizer)]
    if module is None or module == "keras" or module.removeprefix("keras.") in PLACES:
        # Also where an older version writes no module: the name is looked up in all these places.
        places = [keras, *[getattr(keras, place) for place in PLACES]]
        found = [getattr(place, name, None) for place in places]
        if name == "Functional":
            found.append(keras.Model)
    elif module.startswith("keras.src."):
        found = [getattr(sys.modules.get(module), name, None)]
    else:
        return False
    found = [each for each in found if each is not None]
    return bool(found) and all(
        isinstance(each, type)
        and issubclass(each, tuple(kinds))
        and each.__module__.startswith("keras.src.")
        for each in found
    )


def _build(config):
    """The model, built in a thread of its own.

    Keras gives values to variables that were left without when the next `StatelessScope` of the
    same thread ends: these would fill the memory then.
    """
    with concurrent.futures.ThreadPoolExecutor(1) as thread:
        model = thread.submit(_built, config).result()
    if model is None:
        raise SavedModelError(NO_MODEL)
    return model


def _built(config):
    import keras

    try:
        with keras.StatelessScope(initialize_variables=False):
            if "module" in config:
                model = keras.saving.deserialize_keras_object(config, safe_mode=True)
            else:  # as HDF5 has it
                kind = keras.Sequential if config["class_name"] == "Sequential" else keras.Model
                model = kind.from_config(config["config"])
    except Exception:  # whatever Keras stumbles over in a description that does not fit together
        return None
    return model if isinstance(model, keras.Layer) else None
