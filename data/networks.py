"""Turn the files of pretrained networks into arrays, and run the networks that they came with.

build.py uses this. The torch file is a pickle, and a pickle can run any code when it is read: so
the unpickler here knows the four names that a dictionary of tensors needs, and refuses all others.
"""

import collections
import io
import os
import pickle
import sys
from pathlib import Path

import numpy as np

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow writes a page about itself at 1
sys.path.append(str(Path(__file__).resolve().parent.parent))  # dlhelpers

TORCH_DTYPES = {"FloatStorage": "<f4", "LongStorage": "<i8"}


def pictures(size):
    """The photographs in data/, squeezed into squares: (n, size, size, 3), float32, 0 to 255."""
    from PIL import Image

    from dlhelpers import datasets

    photos = [Image.fromarray(datasets.photo(name)) for name in datasets.photo_names()]
    return np.stack([np.asarray(photo.resize((size, size)), "float32") for photo in photos])


def keras_outputs(network, arrays, pictures):
    """What dlhelpers.pretrained's `network`, filled with the arrays, makes of the pictures."""
    from dlhelpers import pretrained

    return getattr(pretrained, network)(arrays).predict(pictures, verbose=0)


# ---------------------------------------------------------------------- torch's old file format


class StateDictUnpickler(pickle.Unpickler):
    """Reads a dictionary of tensors and nothing else.

    A tensor becomes (storage key, offset, shape, strides): its values stand behind the pickle.
    """

    def __init__(self, file):
        super().__init__(file)
        self.dtypes = {}  # storage key -> dtype

    def find_class(self, module, name):
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return lambda key, offset, shape, strides, *_: (key, offset, shape, strides)
        if module == "torch" and name in TORCH_DTYPES:
            return name
        raise pickle.UnpicklingError(
            f"the pickle asks for {module}.{name}, which no dictionary of tensors needs"
        )

    def persistent_load(self, description):
        storage, key = description[1:3]  # of kind, storage, key, place, length, view
        self.dtypes[key] = np.dtype(TORCH_DTYPES[storage])
        return key


def read_torch(raw):
    """The tensors in the bytes `raw` of a torch file as written before version 1.6.

    Such a file is five pickles in a row (a magic number, a version, the system, the dictionary and
    the keys of its storages), then each storage: its length as a 64-bit integer, and its values.

    Returns:
        dictionary of name to array, in the order of the file.
    """
    file = io.BytesIO(raw)
    for _ in range(3):
        StateDictUnpickler(file).load()
    reader = StateDictUnpickler(file)
    tensors = reader.load()
    storages = {}
    for key in StateDictUnpickler(file).load():
        length = int.from_bytes(file.read(8), "little")
        dtype = reader.dtypes[key]
        storages[key] = np.frombuffer(file.read(length * dtype.itemsize), dtype)
    arrays = {}
    for name, (key, offset, shape, strides) in tensors.items():
        storage = storages[key]
        last = offset + sum((length - 1) * stride for length, stride in zip(shape, strides))
        if min(offset, *shape, *strides, last) < 0 or last >= storage.size:
            raise pickle.UnpicklingError(f"{name} lies outside the values that the file stores")
        steps = [stride * storage.itemsize for stride in strides]
        view = np.lib.stride_tricks.as_strided(storage[offset:], shape, steps, writeable=False)
        arrays[name] = view.copy()
    return arrays


# ---------------------------------------------------------------------- EfficientNet-Lite0


def efficientnet_arrays(torch_arrays):
    """{name in Keras: float32 array} from the arrays of the torch file."""
    arrays = {}

    def put_conv(keras_name, torch_name):
        kernel = torch_arrays[f"{torch_name}.weight"]
        # (out, in, h, w) to (h, w, in, out), or (channels, 1, h, w) to (h, w, channels, 1)
        order = (2, 3, 0, 1) if keras_name.endswith("depthwise_conv") else (2, 3, 1, 0)
        arrays[f"{keras_name}/kernel"] = kernel.transpose(order)

    def put_norm(keras_name, torch_name):
        for ours, theirs in (
            ("gamma", "weight"),
            ("beta", "bias"),
            ("moving_mean", "running_mean"),
            ("moving_variance", "running_var"),
        ):
            arrays[f"{keras_name}/{ours}"] = torch_arrays[f"{torch_name}.{theirs}"]

    put_conv("stem_conv", "_conv_stem")
    put_norm("stem_bn", "_bn0")
    for block in range(16):
        stages = (("expand", 0), ("depthwise", 1), ("project", 2))
        for stage, norm in stages[block == 0 :]:  # the first block does not widen
            put_conv(f"block{block}_{stage}_conv", f"_blocks.{block}._{stage}_conv")
            put_norm(f"block{block}_{stage}_bn", f"_blocks.{block}._bn{norm}")
    put_conv("head_conv", "_conv_head")
    put_norm("head_bn", "_bn1")
    arrays["logits/kernel"] = torch_arrays["_fc.weight"].T
    arrays["logits/bias"] = torch_arrays["_fc.bias"]
    return arrays


def torch_logits(package, torch_arrays, pictures):
    """The logits that the network's own code, in the wheel at the path `package`, computes."""
    import torch

    sys.path.insert(0, str(package))
    try:
        from efficientnet_lite_pytorch import EfficientNet
    finally:
        sys.path.remove(str(package))
    network = EfficientNet.from_name("efficientnet-lite0")
    network.load_state_dict({k: torch.from_numpy(np.array(v)) for k, v in torch_arrays.items()})
    network.eval()
    scaled = torch.from_numpy(((pictures - 127) / 128).transpose(0, 3, 1, 2))
    with torch.no_grad():
        return network(scaled).numpy()


# ---------------------------------------------------------------------- SSD-MobileNetV2


def ssd_arrays(tflite):
    """{name in Keras: float16 array} from the bytes of the tflite file."""
    from tensorflow.lite.python import schema_py_generated as schema

    network = schema.ModelT.InitFromPackedBuf(tflite, 0)
    graph = network.subgraphs[0]
    codes = [max(c.builtinCode, c.deprecatedBuiltinCode) for c in network.operatorCodes]
    operator = schema.BuiltinOperator
    half_precision = {}  # index of a tensor in float32 -> index of the float16 it comes from
    convolutions = []
    for step in graph.operators:
        kind = codes[step.opcodeIndex]
        if kind == operator.DEQUANTIZE:
            half_precision[step.outputs[0]] = step.inputs[0]
        elif kind in (operator.CONV_2D, operator.DEPTHWISE_CONV_2D):
            convolutions.append((kind == operator.DEPTHWISE_CONV_2D, *step.inputs[1:3]))

    def array(index):
        tensor = graph.tensors[half_precision[index]]
        return network.buffers[tensor.buffer].data.view("<f2").reshape(tensor.shape)

    arrays = {}
    for name, (depthwise, kernel, bias) in zip(ssd_layers(), convolutions, strict=True):
        # (1, h, w, channels) and (out, h, w, in) become (h, w, channels, 1) and (h, w, in, out)
        arrays[f"{name}_conv/kernel"] = (
            array(kernel)[0][..., None] if depthwise else array(kernel).transpose(1, 2, 3, 0)
        )
        arrays[f"{name}_conv/bias"] = array(bias)
    return arrays


def ssd_layers():
    """The convolutions in the order in which the tflite file computes them."""
    yield from ("stem", "block0_depthwise", "block0_project")
    for block in range(1, 17):
        yield f"block{block}_expand"
        if block == 13:
            yield from ("box0", "class0")
        yield from (f"block{block}_depthwise", f"block{block}_project")
    yield from ("head", "box1", "class1")
    for extra in range(4):
        yield from (f"extra{extra}_narrow", f"extra{extra}_wide")
        yield from (f"box{extra + 2}", f"class{extra + 2}")


def tflite_outputs(tflite, pictures):
    """{"boxes": …, "logits": …} that the tflite file gives in TensorFlow's own interpreter."""
    import tensorflow as tf

    interpreter = tf.lite.Interpreter(model_content=tflite)
    interpreter.allocate_tensors()
    [into] = interpreter.get_input_details()
    outputs = {"boxes": [], "logits": []}
    for picture in pictures:
        interpreter.set_tensor(into["index"], (picture[None] / 127.5 - 1).astype("float32"))
        interpreter.invoke()
        for out in interpreter.get_output_details():
            kind = "boxes" if out["shape"][-1] == 4 else "logits"
            outputs[kind].append(interpreter.get_tensor(out["index"])[0])
    return {kind: np.stack(values) for kind, values in outputs.items()}
