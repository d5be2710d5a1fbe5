"""Devices: which there are, what a model needs, which layer goes where, and several at once.

    print(devices.inventory())
    print(devices.memory(model, batch_size=64))
    plan = devices.plan(model, {"gpu:0": 8e9, "gpu:1": 8e9}, batch_size=64)
    placed = plan.place(model)
    with devices.data_parallel():
        ...  # build, compile and fit

A device has the name that `keras.device` takes, "cpu:0" or "gpu:1", on every backend. Sizes are in
bytes where a function returns them; printed, a MB is a million bytes and a GB a thousand MB.
"""

import contextlib
import functools
import math
import os
import pathlib
import platform
import re
import shutil
import subprocess
import textwrap
import warnings
from typing import NamedTuple

BACKENDS = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch"}
INSTALL = {
    "tensorflow": 'pip install "tensorflow[and-cuda]"',
    "jax": 'pip install "jax[cuda13]"',
    "torch": "install the CUDA build of PyTorch",
}
DRIVER_SECONDS = 10  # for nvidia-smi to answer; with a broken driver it never does
STRING = 24  # bytes of TensorFlow's handle of a text, which also holds up to 22 letters
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

# ------------------------------------------------------------------------------- what there is


class Device(NamedTuple):
    """One row of an `Inventory`."""

    name: str  # as `keras.device` takes it
    kind: str  # "CPU", or what the GPU calls itself
    memory: int | None  # bytes in all: the machine's for a CPU; None where nobody says
    used: int | None  # bytes in use: by all programs on a CPU, by this program on a GPU


class Inventory:
    """What `inventory` returns; prints itself as a table. `devices`: a list of `Device`;
    `advice`: a sentence on a GPU that is missing here, or ""."""

    def __init__(self, devices, advice=""):
        self.devices, self.advice = devices, advice

    @property
    def names(self):
        """The devices to compute on: the GPUs, or where there is none, the CPUs."""
        names = [device.name for device in self.devices]
        return [name for name in names if not name.startswith("cpu")] or names

    def __repr__(self):
        rows = [("device", "kind", "memory")]
        for name, kind, memory, used in self.devices:
            sizes = [f"≈{n / 1e9:.1f} GB" if n is not None else "?" for n in (memory, used)]
            rows.append((name, kind, f"{sizes[0]}, in use {sizes[1]}"))
        widths = [max(len(row[i]) for row in rows) for i in (0, 1)]
        lines = [f"{a:<{widths[0]}}  {b:<{widths[1]}}  {c}" for a, b, c in rows]
        return "\n".join([*lines, *filter(None, [self.advice])])


def inventory():
    """List every device that the active backend sees, with what it is and its memory.

    Asking starts the backend's devices: `split_cpu` comes before it.

    Returns:
        An `Inventory`. Its `advice` says what to do when a GPU is in the machine but the backend
        does not see it, or when Colab's runtime has none.
    """
    import keras

    backend = keras.backend.backend()
    devices = {"tensorflow": _tensorflow, "jax": _jax, "torch": _torch}[backend]()
    devices = sorted(devices, key=lambda device: not device.name.startswith("cpu"))
    return Inventory(devices, _advice(backend, devices))


def _tensorflow():
    import tensorflow as tf

    known = _nvidia_gpus()
    gpus = tf.config.list_physical_devices("GPU")
    for device in tf.config.list_logical_devices():
        name = _plain(device.name)
        if device.device_type == "CPU":
            yield Device(name, "CPU", *_machine_memory())
        elif device.device_type == "GPU":
            i = int(name.split(":")[1])
            details = tf.config.experimental.get_device_details(gpus[i]) if i < len(gpus) else {}
            used = tf.config.experimental.get_memory_info(f"GPU:{i}")["current"]
            kind = details.get("device_name", "GPU")
            yield Device(name, kind, _size_of(kind, known), used)


def _jax():
    import jax

    devices = jax.devices()
    with contextlib.suppress(RuntimeError):  # JAX can be told to leave the CPU alone
        devices = list(dict.fromkeys([*jax.devices("cpu"), *devices]))
    for device in devices:
        if device.platform == "cpu":
            yield Device(f"cpu:{device.id}", "CPU", *_machine_memory())
        else:
            sizes = device.memory_stats() or {}
            total, used = sizes.get("bytes_limit"), sizes.get("bytes_in_use")
            yield Device(f"{device.platform}:{device.id}", device.device_kind, total, used)


def _torch():
    import torch

    yield Device("cpu:0", "CPU", *_machine_memory())
    for i in range(torch.cuda.device_count()):
        total = torch.cuda.get_device_properties(i).total_memory
        kind, used = torch.cuda.get_device_name(i), torch.cuda.memory_allocated(i)
        yield Device(f"gpu:{i}", kind, total, used)
    if torch.backends.mps.is_available():
        total = torch.mps.recommended_max_memory()
        yield Device("mps:0", "Apple GPU", total, torch.mps.current_allocated_memory())


def _machine_memory():
    """Bytes of memory that this process may use, in all and in use; None where nobody says.

    Memory that the system only borrows to remember files is not in use. In a container, what counts
    is the container's limit, where it is below the machine's memory.
    """
    total, available = _system_memory()
    limit, used = _container_memory()
    if limit is not None and (total is None or limit < total):
        left = limit - used if available is None else min(limit - used, available)
        return limit, limit - max(left, 0)
    return total, None if total is None or available is None else total - available


def _system_memory():
    """Bytes of memory of this machine, and how many of them a program could have now."""
    with contextlib.suppress(ImportError):
        import psutil

        memory = psutil.virtual_memory()
        return memory.total, memory.available
    with contextlib.suppress(OSError, ValueError):  # Linux
        lines = pathlib.Path("/proc/meminfo").read_text().splitlines()
        sizes = {line.split(":")[0]: line.split(":")[1] for line in lines if ":" in line}
        sizes = {name: int(sizes[name].split()[0]) * 1024 for name in ("MemTotal", "MemAvailable")}
        return tuple(sizes.values())
    with contextlib.suppress(AttributeError, ValueError, OSError):  # a Mac; Windows has neither
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"), None
    return None, None


def _container_memory(root="/"):
    """The smallest limit that a control group of Linux sets this process, and how much is used.

    (None, 0) where there is none. Source: the kernel's documentation of cgroup v2, and of v1's
    memory controller.
    """
    root, found = pathlib.Path(root), [(None, 0)]
    with contextlib.suppress(OSError, ValueError):
        for line in (root / "proc/self/cgroup").read_text().splitlines():
            _, controllers, group = line.split(":", 2)
            if not controllers:
                place, names = "sys/fs/cgroup", ("memory.max", "memory.current", "inactive_file")
            elif "memory" in controllers.split(","):
                place = "sys/fs/cgroup/memory"
                names = "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"
            else:
                continue
            # Its own group and all above it; in a container the first may lie elsewhere.
            group = pathlib.PurePosixPath(group.lstrip("/"))
            for folder in [root / place / part for part in (group, *group.parents)]:
                with contextlib.suppress(OSError, ValueError):
                    limit, used = (int((folder / name).read_text()) for name in names[:2])
                    stat = dict(map(str.split, (folder / "memory.stat").read_text().splitlines()))
                    found.append((limit, max(used - int(stat.get(names[2], 0)), 0)))
    return min(found, key=lambda pair: math.inf if pair[0] is None else pair[0])


def _nvidia_gpus():
    """(name, bytes) of each GPU that NVIDIA's driver knows, whatever the backend sees."""
    with contextlib.suppress(Exception):  # not installed, or no driver: it has errors of its own
        import pynvml  # nvidia-ml-py

        pynvml.nvmlInit()
        try:
            found = []
            for i in range(pynvml.nvmlDeviceGetCount()):
                gpu = pynvml.nvmlDeviceGetHandleByIndex(i)
                name = pynvml.nvmlDeviceGetName(gpu)
                name = name.decode() if isinstance(name, bytes) else name
                found.append((name, pynvml.nvmlDeviceGetMemoryInfo(gpu).total))
            return found
        finally:
            pynvml.nvmlShutdown()
    if not shutil.which("nvidia-smi"):
        return []
    query = ["nvidia-smi", "--query-gpu=name,memory.total", "--format=csv,noheader,nounits"]
    try:
        asked = subprocess.run(query, capture_output=True, text=True, timeout=DRIVER_SECONDS)
    except (OSError, subprocess.SubprocessError):  # it hangs, or cannot be started
        return []
    if asked.returncode:
        return []
    rows = [line.rsplit(",", 1) for line in asked.stdout.splitlines() if "," in line]
    return [(name.strip(), int(mib) * 2**20 if mib.strip().isdigit() else None)
            for name, mib in rows]  # fmt: skip


def _size_of(kind, gpus):
    """The memory of a GPU of this name, or None where several of the name differ.

    The driver's order is not TensorFlow's: CUDA_VISIBLE_DEVICES and CUDA_DEVICE_ORDER change that.
    """
    sizes = {size for name, size in gpus if name == kind}
    return sizes.pop() if len(sizes) == 1 else None


def _advice(backend, devices):
    """What to do about a GPU that is missing from `devices`; "" if there is nothing to do."""
    if any(not device.name.startswith("cpu") for device in devices):
        return ""
    sees = f"{BACKENDS[backend]} does not see it"
    hidden = os.environ.get("CUDA_VISIBLE_DEVICES")
    for gpu, _ in _nvidia_gpus()[:1]:
        if hidden in ("", "-1"):
            why = f"because CUDA_VISIBLE_DEVICES is {hidden!r}: remove that setting"
            return f"There is a GPU, {gpu}, but {sees}, {why} and start Python again."
        return f"There is a GPU, {gpu}, but {sees}: {INSTALL[backend]} and start Python again."
    if "COLAB_RELEASE_TAG" in os.environ:
        how = "choose Runtime, Change runtime type, a GPU, and run the notebook from its first cell"
        return f"This runtime of Colab has no GPU: {how}."
    if (platform.system(), platform.machine()) == ("Darwin", "arm64"):
        return f"This Mac has a GPU, but {sees}: PyTorch does (KERAS_BACKEND=torch)."
    return ""


def where(array):
    """Name the device on which an array, a variable or a weight of the backend lives.

    Returns:
        A name such as "gpu:1"; several, joined by ", ", for an array that is spread over them.

    Raises:
        TypeError: it is no array of the backend.
    """
    array = _value(array)
    if isinstance(getattr(array, "values", None), tuple):  # a copy on each device
        return ", ".join(map(where, array.values))
    if callable(getattr(array, "devices", None)):  # JAX
        places = sorted(array.devices(), key=lambda device: device.id)
        return ", ".join(f"{device.platform}:{device.id}" for device in places)
    return _plain(str(array.device))


def peak():
    """The most bytes that the backend has held so far: on the first GPU, or this process on a CPU.

    It never falls. A process counts the libraries, too: look at how much it grows.
    """
    import keras

    backend = keras.backend.backend()
    if inventory().names[0].startswith("gpu"):
        if backend == "jax":
            import jax

            return jax.devices()[0].memory_stats()["peak_bytes_in_use"]
        if backend == "torch":
            import torch

            return torch.cuda.max_memory_allocated(0)
        import tensorflow as tf

        return tf.config.experimental.get_memory_info("GPU:0")["peak"]
    with contextlib.suppress(OSError), open("/proc/self/status") as file:  # Linux
        return 1024 * int(re.search(r"VmHWM:\s*(\d+) kB", file.read())[1])
    try:
        import resource
    except ImportError:  # Windows
        import psutil

        return psutil.Process().memory_info().peak_wset
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # on a Mac in bytes


def part_on_one(array):
    """The shape of what one device holds of an array, a variable or a weight of the backend.

    It is the whole shape, but on JAX under `keras.distribution.ModelParallel`, which gives each
    device a part.

    Raises:
        TypeError: it is no array of the backend.
    """
    array = _value(array)
    if callable(getattr(array, "devices", None)):  # JAX
        return tuple(array.sharding.shard_shape(array.shape))
    return tuple(array.shape)


def _value(array):
    import keras

    array = array.value if isinstance(array, keras.Variable) else array
    if not keras.ops.is_tensor(array) and not isinstance(getattr(array, "values", None), tuple):
        raise TypeError(
            f"{array!r:.60} is no array of {BACKENDS[keras.backend.backend()]}: give a weight, or "
            "what keras.ops.convert_to_tensor returns."
        )
    return array


def _plain(name):
    """ "gpu:1" from "/job:localhost/…/device:GPU:1" or "cuda:1"; a lone "cpu" is "cpu:0"."""
    kind, number = re.search(r"([a-z]+)(?::(\d+))?$", name.lower()).groups()
    return f"{ {'cuda': 'gpu'}.get(kind, kind) }:{number or 0}"


def split_cpu(n):
    """Let the CPU pass for `n` devices, to try without a GPU what several devices do.

    Call it before anything has run: a backend starts its devices once. They share one memory and
    the same cores, so nothing gets faster.

    Raises:
        RuntimeError: the backend has started already.
        ValueError: `n` is no whole number from 1 to 1,000.
        NotImplementedError: on PyTorch, which has one CPU device.
    """
    import keras

    if type(n) is not int or not 1 <= n <= 1000:
        raise ValueError(f"n={n!r:.60}: into how many devices? Give 1, 2, … up to 1000.")
    if keras.backend.backend() == "torch":
        raise NotImplementedError("PyTorch has one CPU device; TensorFlow and JAX can split it.")
    if keras.backend.backend() == "jax":
        import jax

        jax.config.update("jax_num_cpu_devices", n)
    else:
        import tensorflow as tf

        cpu = tf.config.list_physical_devices("CPU")[0]
        parts = [tf.config.LogicalDeviceConfiguration() for _ in range(n)]
        tf.config.set_logical_device_configuration(cpu, parts)


# ------------------------------------------------------------------------- what a model needs


class Need(NamedTuple):
    """Bytes that training needs for one layer."""

    name: str
    kind: str  # class name
    weights: int
    gradients: int
    optimizer: int
    activations: int

    @property
    def total(self):
        return sum(self[2:])


class Memory:
    """The table that `memory` returns. `layers`: a list of `Need`, in running order; `total`: a
    `Need` with their sums; `formulas`: text by column; `batch_size`."""

    def __init__(self, layers, formulas, batch_size):
        self.layers, self.formulas, self.batch_size = layers, formulas, batch_size
        sums = [sum(column) for column in list(zip(*layers))[2:]]
        self.total = Need("all", f"batch of {batch_size}", *sums)

    def __repr__(self):
        rows = [("layer", "weights", "gradients", "optimizer", "activations", "bytes")]
        for need in [*self.layers, self.total]:
            sizes = [f"{size:,}" for size in (*need[2:], need.total)]
            rows.append((f"{need.name} ({need.kind})", *sizes))
        widths = [max(map(len, column)) for column in zip(*rows)]
        lines = [
            "  ".join([f"{row[0]:<{widths[0]}}", *map(str.rjust, row[1:], widths[1:])])
            for row in rows
        ]
        rule = "=" * len(lines[0])
        formulas = [f"{column} = {text}" for column, text in self.formulas.items()]
        return "\n".join([lines[0], rule, *lines[1:-1], rule, lines[-1], *formulas])


def memory(model, batch_size, optimizer=None):
    """Count the bytes that training a model needs, layer by layer.

    The formulas count what stays in memory from the forward to the backward pass: each weight once,
    a gradient for each trainable weight, the numbers that the optimizer keeps for each, and for
    each call of a layer its whole output. They leave out what lives for a moment (the gradients of
    the activations, a convolution's workspace) and what a layer keeps for itself (dropout's
    mask): plan for two to three times as much. Only forward, `weights` and the largest two
    activations are enough.

    Args:
        model: a built Keras model, Sequential or Functional, whose shapes are all known but for
            the batch. A nested model is one layer.
        batch_size: examples in a batch on one device.
        optimizer: a Keras optimizer or its name; left out, the one the model is compiled with, or
            else Adam.

    Returns:
        A `Memory`.

    Raises:
        ValueError: the model is not built, a shape is unknown, `batch_size` is no whole number
            from 1 on, or Keras has no such optimizer.
        TypeError: it is no Keras model.
    """
    nodes = _calls(model)
    whole = isinstance(batch_size, int) and not isinstance(batch_size, bool)
    if not whole or not 1 <= batch_size <= 10**9:
        raise ValueError(f"batch_size={batch_size!r:.60}: give a whole number from 1 to 10^9.")
    optimizer = _optimizer(getattr(model, "optimizer", None) if optimizer is None else optimizer)
    seen, needs = set(), {}
    for node in nodes:
        layer = node.operation
        if layer.name not in needs:
            weights = {id(w): w for w in getattr(layer, "weights", [])}
            own = [w for key, w in weights.items() if key not in seen]
            seen.update(weights)
            size = sum(map(_bytes, own))
            trainable = [weight for weight in own if weight.trainable]
            trained, kept = sum(map(_bytes, trainable)), _kept(optimizer, trainable)
            kind = type(layer).__name__
            needs[layer.name] = Need(layer.name, kind, size, trained, kept, 0)
        need = needs[layer.name]
        outputs = batch_size * _activations(node)
        needs[layer.name] = need._replace(activations=need.activations + outputs)
    ratios = {need.optimizer / need.gradients for need in needs.values() if need.gradients}
    same = len(ratios) <= 1 and max(ratios, default=0).is_integer()
    slots = f"{int(max(ratios, default=0))} × bytes of the trainable weights" if same else "its own"
    formulas = {
        "weights": "numbers × bytes of a number",
        "gradients": "bytes of the trainable weights",
        "optimizer": f"{slots} ({optimizer.name})",
        "activations": f"{batch_size} × numbers that a layer gives out × bytes of a number",
    }
    return Memory(list(needs.values()), formulas, batch_size)


def _optimizer(wanted):
    import keras

    try:
        found = keras.optimizers.get("adam" if wanted is None else wanted)
    except (TypeError, ValueError, KeyError):
        found = None
    if not isinstance(found, keras.optimizers.Optimizer):
        raise ValueError(f'optimizer={wanted!r:.60}: give a Keras optimizer or a name, as "adam".')
    return found


def _calls(model):
    """Keras's node for each call of a layer, between inputs and outputs, in running order."""
    import keras

    if not isinstance(model, keras.Model):
        raise TypeError(f"model={model!r:.60}: give a Keras model.")
    if not model.built or not getattr(model, "outputs", None):
        raise ValueError(
            f"The model {model.name!r} has no graph of layers: build it as keras.Sequential or "
            "keras.Model, from keras.Input with a shape."
        )
    done, stack = {}, keras.tree.flatten(model.outputs)[::-1]
    while stack:  # a loop, because Python stops functions that call themselves a thousand times
        node = _maker(stack[-1])
        missing = [tensor for tensor in node.input_tensors if id(_maker(tensor)) not in done]
        if missing:
            stack += missing[::-1]
        else:
            stack.pop()
            done[id(node)] = node
    return list(done.values())


def _maker(tensor):
    """The node that made a tensor of Keras; the only private names of Keras in this file."""
    operation, call, _ = tensor._keras_history
    return operation._inbound_nodes[call]


def _activations(node):
    """Bytes of a layer's outputs for one example; inside a nested model, of all its layers."""
    if type(node.operation).__name__ in ("Flatten", "Reshape"):
        return 0  # the same numbers in the same place
    if getattr(node.operation, "outputs", None):
        inside = [inner for inner in _calls(node.operation) if inner.input_tensors]
        return sum(map(_activations, inside))
    for tensor in node.output_tensors:
        if None in tensor.shape[1:]:
            raise ValueError(
                f"The layer {node.operation.name!r} has outputs of shape {tuple(tensor.shape)}: "
                "give keras.Input a shape without None, because memory depends on it."
            )
    return sum(_bytes(tensor, tensor.shape[1:]) for tensor in node.output_tensors)


def _bytes(array, shape=None):
    """Bytes of a weight, or of a tensor whose shape is `shape`."""
    bits = {"bool": 8, "string": 8 * STRING}.get(array.dtype)
    bits = bits or int(re.search(r"\d+", array.dtype)[0])
    return math.prod(array.shape if shape is None else shape) * bits // 8


PRIMES = 2, 3, 5, 7, 11, 13, 17, 19


def _kept(optimizer, weights):
    """Bytes that a Keras optimizer keeps for weights: none for SGD, twice theirs for Adam.

    A twin of the optimizer is given small stand-ins, which have the weights' names and as many
    axes: by their sizes, 2, 3, 5, …, it shows which axes what it keeps has in common with a weight.
    """
    import keras

    total = 0
    for weight in weights:
        twin = type(optimizer).from_config(optimizer.get_config())
        before = {id(variable) for variable in twin.variables}  # its count, its rate
        with contextlib.ExitStack() as scopes:
            for part in weight.path.split("/")[:-1]:
                scopes.enter_context(keras.name_scope(part))
            shape = PRIMES[: len(weight.shape)]
            stand_in = keras.Variable("zeros", shape, weight.dtype, name=weight.name)
        twin.build([stand_in])
        sizes = dict(zip(PRIMES, weight.shape))
        for new in twin.variables:
            if id(new) not in before and len(new.shape):
                total += _bytes(new, [sizes.get(size, size) for size in new.shape])
    return total


# -------------------------------------------------------------------------- which layer goes where


class Plan:
    """What `plan` returns; prints itself as a table.

    Attributes: `device_of`, a dictionary from each layer's name to a device, in running order;
    `needs` and `room`, bytes by device; `letters`, a letter by device.
    """

    def __init__(self, device_of, needs, room):
        self.device_of, self.needs, self.room = device_of, needs, room
        self.letters = dict(zip(needs, LETTERS))

    def __repr__(self):
        lines = []
        for device, letter in self.letters.items():
            layers = [name for name, its in self.device_of.items() if its == device]
            size = f"{_mb(self.needs[device])} of {_mb(self.room[device])} MB"
            text = f"{letter}  {device}  {size}: {', '.join(layers)}"
            lines += textwrap.wrap(text, 100, subsequent_indent="   ")
        return "\n".join(lines)

    def place(self, model):
        """Build the model anew with each layer on its device, and see that it is there.

        Compile the model first: then the placed one is compiled too, and what the optimizer keeps
        lies beside the weights. It trains without XLA, which would bring all layers to one device;
        on JAX that means eagerly, and slower.

        Args:
            model: the model that the plan was made for.

        Returns:
            A model of its own with the same weights.

        Raises:
            NotImplementedError: on PyTorch with more than one device, because there Keras moves
                every tensor to one current device.
            RuntimeError: a weight or an output is on another device than planned.
        """
        import keras

        if keras.backend.backend() == "torch" and len(self.needs) > 1:
            raise NotImplementedError(
                "The plan holds, but on PyTorch Keras moves every tensor to one current device, "
                "so layers cannot be kept apart. TensorFlow and JAX can: set KERAS_BACKEND."
            )
        place = functools.partial(_on_device, device_of=self.device_of)
        placed = keras.models.clone_model(model, clone_function=place)
        placed.jit_compile = False  # what XLA compiles runs on one device
        placed.run_eagerly = keras.backend.backend() == "jax"  # JAX would compile with XLA
        self._verify(placed)
        return placed

    def _verify(self, placed):
        """Ask each weight where it lives and, for an example of zeros, each output."""
        import keras

        nodes = [node for node in _calls(placed) if node.input_tensors]
        probe = keras.Model(placed.inputs, [node.output_tensors for node in nodes])
        zeros = [keras.ops.zeros((1, *t.shape[1:]), t.dtype) for t in placed.inputs]
        outputs = probe(zeros if len(zeros) > 1 else zeros[0])
        for node, arrays in zip(nodes, outputs):
            name = node.operation.name
            for array in [*getattr(node.operation, "weights", []), *arrays]:
                if where(array) != self.device_of[name]:
                    raise RuntimeError(
                        f"The layer {name!r} was planned for {self.device_of[name]}, but "
                        f"{getattr(array, 'path', 'its output')} is on {where(array)}."
                    )


def plan(model, devices, batch_size, optimizer=None):
    """Decide which layer goes on which device, so that training fits.

    The layers go onto the devices in running order: as few devices as hold the model, filled as
    evenly as the layers allow. What `memory` counts must fit, and the activations that a device
    receives from another. Layers that share a weight go together. The model is cut only where a
    single activation crosses, so a residual block stays whole.

    Args:
        model, batch_size, optimizer: as for `memory`.
        devices: a dictionary from device names to the bytes that may be used there, which need not
            exist; or an `Inventory`, of whose GPUs nine tenths of the free memory are used.

    Returns:
        A `Plan`.

    Raises:
        TypeError, ValueError: as `memory`; `devices` is none of what is listed.
        ValueError: it does not fit; the message says what is needed, what there is and, if there
            is one, the largest batch (halving) that fits.
    """
    room, nodes = _room(devices), _calls(model)
    blocks = _blocks(nodes)

    needs = memory(model, batch_size, optimizer)
    chosen = _assign(blocks, room, nodes, needs)
    if chosen is None:
        raise ValueError(_refusal(model, blocks, room, nodes, needs))
    by_layer = {name: device for device, names in chosen.items() for name in names}
    loads = {device: _load(names, nodes, needs) for device, names in chosen.items()}
    return Plan({need.name: by_layer[need.name] for need in needs.layers}, loads, room)


def _room(devices):
    """Bytes that may be used, by device."""
    if not isinstance(devices, Inventory):
        sizes = devices.values() if isinstance(devices, dict) else ()
        if not sizes or not all(
            isinstance(size, int | float) and 0 <= size < 1e18 for size in sizes
        ):
            raise ValueError(
                f'devices={devices!r:.60}: give bytes by name, as in {{"gpu:0": 16e9}}, or what '
                "devices.inventory() returns."
            )
        return {str(name): int(size) for name, size in devices.items()}
    unknown = [d.name for d in devices.devices if d.name in devices.names and d.memory is None]
    if unknown:
        raise ValueError(f"How much memory {unknown[0]} has is not known: give a dictionary.")
    chosen = [device for device in devices.devices if device.name in devices.names]
    return {device.name: int(0.9 * (device.memory - (device.used or 0))) for device in chosen}


def _blocks(nodes):
    """Sets of layers' names that stay together, in running order of their first layers."""
    number = {id(node): i for i, node in enumerate(nodes)}
    last_use = list(range(len(nodes)))
    for i, node in enumerate(nodes):
        for tensor in node.input_tensors:
            last_use[number[id(_maker(tensor))]] = i
    blocks, start = [], 0
    for i in range(len(nodes)):
        crossing = sum(last > i for last in last_use[: i + 1])
        if crossing <= 1:
            blocks.append([node.operation for node in nodes[start : i + 1]])
            start = i + 1
    together = {}  # the first layer's number: layers' names, and the ids that tie layers to them
    for i, block in enumerate(blocks):
        names = {layer.name for layer in block}
        ties = {id(part) for layer in block for part in (layer, *getattr(layer, "weights", []))}
        for j in [j for j, (_, others) in together.items() if others & ties]:
            more_names, more_ties = together.pop(j)
            i, names, ties = min(i, j), names | more_names, ties | more_ties
        together[i] = names, ties
    return [names for _, (names, _) in sorted(together.items())]


def _load(names, nodes, needs):
    """Bytes for the layers `names` on one device, with what they receive from elsewhere."""
    own = sum(need.total for need in needs.layers if need.name in names)
    inputs = [t for node in nodes if node.operation.name in names for t in node.input_tensors]
    received = {id(t): t for t in inputs if _maker(t).operation.name not in names}
    return own + needs.batch_size * sum(_bytes(t, t.shape[1:]) for t in received.values())


def _fill(blocks, room, nodes, needs):
    """Layers' names by device, block after block; None if `room` does not hold them."""
    left, chosen = iter(room), {}
    device = next(left)
    for names in blocks:
        while _load(chosen.get(device, set()) | names, nodes, needs) > room[device]:
            device = next(left, None)
            if device is None:
                return None
        chosen[device] = chosen.get(device, set()) | names
    return chosen


def _assign(blocks, room, nodes, needs):
    """`_fill` with as few devices as possible, each filled to the same, smallest fraction."""
    for n in range(1, len(room) + 1):
        some = dict(list(room.items())[:n])
        best, low, high = _fill(blocks, some, nodes, needs), 0.0, 1.0
        if best is None:
            continue
        for _ in range(8):
            middle = (low + high) / 2
            less = {device: middle * size for device, size in some.items()}
            found = _fill(blocks, less, nodes, needs)
            best, low, high = (found, low, middle) if found else (best, middle, high)
        return best
    return None


def _for_batch(needs, batch_size):
    """What the same training needs with a smaller or larger batch: only activations differ."""
    layers = [
        need._replace(activations=need.activations * batch_size // needs.batch_size)
        for need in needs.layers
    ]
    return Memory(layers, needs.formulas, batch_size)


def _refusal(model, blocks, room, nodes, needs):
    total = needs.total
    largest = max(blocks, key=lambda names: _load(names, nodes, needs))
    inside = [need.name for need in needs.layers if need.name in largest]
    batch = needs.batch_size // 2
    while batch and not _assign(blocks, room, nodes, _for_batch(needs, batch)):
        batch //= 2
    text = (
        f"Training {model.name!r} with a batch of {needs.batch_size} needs {_mb(total.total)} MB "
        f"(weights {_mb(total.weights)}, gradients {_mb(total.gradients)}, optimizer "
        f"{_mb(total.optimizer)}, activations {_mb(total.activations)}). There is "
        f"{' + '.join(f'{_mb(size)} MB on {device}' for device, size in room.items())}. The "
        f"largest piece that stays together, {inside[0]} to {inside[-1]}, needs "
        f"{_mb(_load(largest, nodes, needs))} MB. "
    )
    end = f"A batch of {batch} fits." if batch else "A batch of 1 does not fit either."
    return textwrap.fill(text + end, 100)


def _mb(size):
    return f"{size / 1e6:,.1f}"


def _on_device(layer, device_of):
    """A copy of a layer that keeps its weights, and computes, on the device of its name."""
    import keras

    backend, device = keras.backend.backend(), device_of[layer.name]
    with _scope(device):
        copy = type(layer).from_config(layer.get_config())
        if hasattr(layer, "weights"):  # an operation such as x + y has none
            copy.build_from_config(layer.get_build_config())
            copy.set_weights(layer.get_weights())
    call = copy.call

    @functools.wraps(call)
    def call_there(*args, **kwargs):
        with _scope(device):
            if backend == "jax":
                args, kwargs = _sent((args, kwargs), device)
            return call(*args, **kwargs)

    copy.call = _with_backward_pass(call_there, device) if backend == "tensorflow" else call_there
    return copy


def _scope(device):
    """`keras.device`; to PyTorch "cpu:0" is not "cpu", and weights copied there could not learn."""
    import keras

    torch = keras.backend.backend() == "torch"
    return keras.device("cpu" if torch and device == "cpu:0" else device)


def _sent(parts, device):
    """What a layer was called with, its arrays sent to a device: JAX sends none by itself."""
    import jax
    import keras

    kind, number = device.split(":")
    there = jax.devices(kind)[int(number)]
    return keras.tree.map_structure(
        lambda part: jax.device_put(part, there) if isinstance(part, jax.Array) else part, parts
    )


def _with_backward_pass(call, device):
    """A layer's call on TensorFlow whose gradients are computed on `device` too.

    TensorFlow would compute them on its first device, and send the activations back there.
    """
    import tensorflow as tf

    @functools.wraps(call)
    def call_both_ways(*args, **kwargs):
        parts = tf.nest.flatten((args, kwargs))
        tensors = [i for i, part in enumerate(parts) if tf.is_tensor(part)]

        @tf.custom_gradient
        def run_here(*inputs):
            for i, tensor in zip(tensors, inputs):
                parts[i] = tensor
            with tf.GradientTape() as tape:
                tape.watch([tensor for tensor in inputs if tensor.dtype.is_floating])
                positional, named = tf.nest.pack_sequence_as((args, kwargs), parts)
                outputs = call(*positional, **named)

            def backward(*upstream, variables=()):
                with tf.device(device):
                    slopes = tape.gradient(outputs, [*inputs, *variables], upstream)
                return slopes[: len(inputs)], slopes[len(inputs) :]

            return outputs, backward

        with tf.device(device):
            return run_here(*[parts[i] for i in tensors])

    return call_both_ways


# ------------------------------------------------------------------------------ several at once


@contextlib.contextmanager
def data_parallel(names=None):
    """Train one model on several devices: each has all weights and its share of every batch.

    Build, compile and fit the model inside the `with` block. `batch_size` in `fit` stays the size
    of the whole batch: make it a multiple of the number of devices, and the examples a multiple of
    it. Then the losses are those of one device; on TensorFlow, batch normalization must be
    `synchronized=True` for that.

    It is `tf.distribute.MirroredStrategy` on TensorFlow and `keras.distribution.DataParallel` on
    JAX. With one device it does nothing. On PyTorch Keras trains on one device in a program: it
    says so, and trains there.

    Args:
        names: the devices; by default all GPUs, or where there is none, all CPU devices.

    Yields:
        The list of the devices that take part.

    Raises:
        ValueError: there is no such device.
    """
    import keras

    backend = keras.backend.backend()
    names = inventory().names if names is None else names
    names = list(names) if isinstance(names, list | tuple) else []
    if backend == "torch" and len(names) > 1:
        warnings.warn(
            f"On PyTorch one program trains on one device under Keras, here {names[0]}. For all "
            f"{len(names)}, start {len(names)} programs with torchrun and wrap the model in "
            "torch.nn.parallel.DistributedDataParallel.",
            stacklevel=3,
        )
        names = names[:1]
    there = names if backend == "torch" else [device.name for device in inventory().devices]
    if not names or not all(isinstance(name, str) and name in there for name in names):
        raise ValueError(f"names: give a list of devices; there are {', '.join(map(str, there))}.")
    if len(names) == 1:
        with _scope(names[0]):
            yield names
    elif backend == "jax":
        with keras.distribution.DataParallel(devices=names).scope():
            yield names
    else:
        import tensorflow as tf

        with tf.distribute.MirroredStrategy([name.upper() for name in names]).scope():
            yield names
