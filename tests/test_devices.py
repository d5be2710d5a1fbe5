"""Devices: the inventory, the bytes, the plan, and several logical CPU devices at work.

A backend divides its CPU into logical devices once, before it starts, so that part runs in
programs of their own: one for each backend that is installed.
"""

import importlib.util
import json
import math
import os
import stat
import subprocess
import sys
import types

import keras
import numpy as np
import pytest
from keras import layers, ops

from dlhelpers import devices, processes
from dlhelpers.__main__ import main

BACKEND = keras.backend.backend()


def image_network():
    """Two residual blocks, one with an open shortcut of two convolutions, and a dense head."""
    image = keras.Input((16, 16, 3), name="image")
    x = layers.Conv2D(8, 3, padding="same", name="stem")(image)
    for block in ("first", "second"):
        y = layers.Conv2D(8, 3, padding="same", use_bias=False, name=f"{block}_conv")(x)
        y = layers.BatchNormalization(name=f"{block}_norm")(y)
        y = layers.ReLU(name=f"{block}_relu")(y)
        x = layers.Add(name=f"{block}_add")([x, y])
    x = layers.Flatten(name="flatten")(x)
    return keras.Model(image, layers.Dense(10, name="scores")(x), name="image_network")


def network_with_a_shared_layer():
    """`twice` is called at the start and at the end."""
    numbers = keras.Input((32,), name="numbers")
    twice = layers.Dense(32, name="twice")
    x = layers.Dense(32, name="second")(twice(numbers))
    x = layers.Dense(32, name="third")(x)
    return keras.Model(numbers, layers.Dense(4, name="last")(twice(x)), name="shared")


def by_name(table):
    return {need.name: need for need in table.layers}


def real_bytes(array):
    return ops.convert_to_numpy(array).nbytes


# -------------------------------------------------------------------------------- inventory


def test_the_inventory_lists_the_cpu_first_with_its_memory():
    first = devices.inventory().devices[0]
    assert (first.name, first.kind) == ("cpu:0", "CPU")
    if first.memory is not None:
        assert 0 < first.used < first.memory


def test_the_names_to_compute_on_are_the_gpus_or_else_the_cpus():
    cpu, gpu = (devices.Device(f"{kind}:0", kind, None, None) for kind in ("cpu", "gpu"))
    assert devices.Inventory([cpu, gpu]).names == ["gpu:0"]
    assert devices.Inventory([cpu]).names == ["cpu:0"]


def test_the_table_says_what_is_not_known_and_ends_with_the_advice():
    gpu = devices.Device("gpu:0", "NVIDIA T4", 16_000_000_000, None)
    lines = str(devices.Inventory([gpu], "Do this.")).splitlines()
    assert lines[1] == "gpu:0   NVIDIA T4  ≈16.0 GB, in use ?"
    assert lines[2] == "Do this."


def test_the_terminal_command_prints_the_inventory(capsys):
    assert main(["devices"]) == 0
    shown, expected = capsys.readouterr().out, str(devices.inventory())
    assert [line.split("≈")[0] for line in shown.splitlines()] == [
        line.split("≈")[0] for line in expected.splitlines()
    ]


def test_the_terminal_command_says_which_backend_is_not_installed(capsys, monkeypatch):
    def missing():
        raise ModuleNotFoundError("No module named 'jax'")

    monkeypatch.setattr(devices, "inventory", missing)
    assert main(["devices"]) == 1
    assert capsys.readouterr().err.startswith("No module named 'jax': install it")


@pytest.fixture
def no_gpu_of_its_own(monkeypatch, tmp_path):
    """A machine on which the driver, if any, is the one that the test puts into `tmp_path`."""
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in ("CUDA_VISIBLE_DEVICES", "COLAB_RELEASE_TAG"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def put_a_gpu_into(folder):
    driver = folder / "nvidia-smi"
    driver.write_text("#!/bin/sh\necho 'NVIDIA T4, 15360'\n")
    driver.chmod(driver.stat().st_mode | stat.S_IEXEC)


CPU_ONLY = [devices.Device("cpu:0", "CPU", None, None)]


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for the driver is a shell script")
def test_a_gpu_that_the_backend_does_not_see_gets_a_sentence(no_gpu_of_its_own, monkeypatch):
    put_a_gpu_into(no_gpu_of_its_own)
    advice = devices._advice("tensorflow", CPU_ONLY)
    assert advice.startswith("There is a GPU, NVIDIA T4, but TensorFlow does not see it")
    assert "tensorflow[and-cuda]" in advice
    assert devices._nvidia_gpus() == [("NVIDIA T4", 15360 * 2**20)]
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    assert "CUDA_VISIBLE_DEVICES is '-1'" in devices._advice("jax", CPU_ONLY)


@pytest.mark.skipif(os.name == "nt", reason="the stand-in for the driver is a shell script")
@pytest.mark.parametrize("program", ["exec sleep 60", "exit 9", "echo no driver", "kill $$"])
def test_a_driver_that_hangs_or_fails_is_no_gpu(no_gpu_of_its_own, monkeypatch, program):
    put_a_gpu_into(no_gpu_of_its_own)
    monkeypatch.setenv("PATH", f"{no_gpu_of_its_own}:/bin:/usr/bin")
    (no_gpu_of_its_own / "nvidia-smi").write_text(f"#!/bin/sh\n{program}\n")
    monkeypatch.setattr(devices, "DRIVER_SECONDS", 0.3)
    assert devices._nvidia_gpus() == [] and devices._advice("jax", CPU_ONLY) == ""


def test_nvidias_own_library_comes_first(monkeypatch):
    class Pynvml:
        nvmlInit = nvmlShutdown = staticmethod(lambda: None)
        nvmlDeviceGetCount = staticmethod(lambda: 2)
        nvmlDeviceGetHandleByIndex = staticmethod(lambda i: i)
        nvmlDeviceGetName = staticmethod(lambda i: [b"NVIDIA T4", "NVIDIA H100"][i])
        nvmlDeviceGetMemoryInfo = staticmethod(lambda i: types.SimpleNamespace(total=100 + i))

    monkeypatch.setitem(sys.modules, "pynvml", Pynvml)
    assert devices._nvidia_gpus() == [("NVIDIA T4", 100), ("NVIDIA H100", 101)]


def test_a_gpus_size_is_found_by_its_name_whatever_the_order():
    known = [("small", 1), ("large", 9), ("large", 9), ("odd", 3), ("odd", 4)]
    sizes = [devices._size_of(name, known) for name in ("large", "small", "odd", "other")]
    assert sizes == [9, 1, None, None]


GROUPS = {  # files, and the limit with what is used of it
    "no groups": ({}, (None, 0)),
    "no limit": ({"sys/fs/cgroup/memory.max": "max"}, (None, 0)),
    "version 2, its own group": (
        {
            "proc/self/cgroup": "0::/jobs/one\n",
            "sys/fs/cgroup/jobs/one/memory.max": "2000",
            "sys/fs/cgroup/jobs/one/memory.current": "700",
            "sys/fs/cgroup/jobs/one/memory.stat": "anon 300\ninactive_file 400\n",
            "sys/fs/cgroup/jobs/memory.max": "5000",
            "sys/fs/cgroup/jobs/memory.current": "4000",
            "sys/fs/cgroup/jobs/memory.stat": "inactive_file 0\n",
        },
        (2000, 300),
    ),
    "version 2, a group above is smaller": (
        {
            "proc/self/cgroup": "0::/jobs/one\n",
            "sys/fs/cgroup/jobs/one/memory.max": "max",
            "sys/fs/cgroup/jobs/memory.max": "5000",
            "sys/fs/cgroup/jobs/memory.current": "4000",
            "sys/fs/cgroup/jobs/memory.stat": "inactive_file 1\n",
        },
        (5000, 3999),
    ),
    "version 1, a container that sees its own group at the top": (
        {
            "proc/self/cgroup": "3:cpu:/docker/x\n2:memory,hugetlb:/docker/x\n",
            "sys/fs/cgroup/memory/memory.limit_in_bytes": "3000",
            "sys/fs/cgroup/memory/memory.usage_in_bytes": "1000",
            "sys/fs/cgroup/memory/memory.stat": "total_inactive_file 900\n",
        },
        (3000, 100),
    ),
    "files that say something else": (
        {"proc/self/cgroup": "hello", "sys/fs/cgroup/memory.max": "many"},
        (None, 0),
    ),
}


@pytest.mark.parametrize("name", GROUPS)
def test_the_limit_of_a_container_is_read(name, tmp_path):
    files, wanted = GROUPS[name]
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    assert devices._container_memory(tmp_path) == wanted


@pytest.mark.parametrize(
    ("system", "container", "wanted"),
    [
        ((1000, 600), (None, 0), (1000, 400)),
        ((1000, 600), (200, 50), (200, 50)),
        ((1000, 100), (200, 50), (200, 100)),  # other programs left less than the limit
        ((1000, 600), (9000, 50), (1000, 400)),
        ((1000, None), (None, 0), (1000, None)),
        ((None, None), (200, 50), (200, 50)),
        ((None, None), (None, 0), (None, None)),
    ],
)
def test_what_is_left_counts_the_containers_limit_and_other_programs(
    system, container, wanted, monkeypatch
):
    monkeypatch.setattr(devices, "_system_memory", lambda: system)
    monkeypatch.setattr(devices, "_container_memory", lambda: container)
    assert devices._machine_memory() == wanted


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="it reads Linux's own file")
def test_files_that_the_system_remembers_are_not_in_use(monkeypatch):
    monkeypatch.setitem(sys.modules, "psutil", None)  # its reader and ours agree, nearly
    total, available = devices._system_memory()
    monkeypatch.undo()
    psutil = pytest.importorskip("psutil")
    assert total == psutil.virtual_memory().total
    assert available == pytest.approx(psutil.virtual_memory().available, rel=0.2)


def test_a_runtime_of_colab_without_a_gpu_gets_a_sentence(no_gpu_of_its_own, monkeypatch):
    assert "Colab" not in devices._advice("jax", CPU_ONLY)
    monkeypatch.setenv("COLAB_RELEASE_TAG", "release-colab")
    assert "Change runtime type" in devices._advice("jax", CPU_ONLY)
    assert devices._advice("jax", [*CPU_ONLY, devices.Device("gpu:0", "T4", 1, 0)]) == ""


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("/job:localhost/replica:0/task:0/device:GPU:1", "gpu:1"),
        ("/device:CPU:0", "cpu:0"),
        ("cuda:1", "gpu:1"),
        ("cpu", "cpu:0"),
        ("mps:0", "mps:0"),
    ],
)
def test_a_device_has_one_name_on_every_backend(name, plain):
    assert devices._plain(name) == plain


def test_an_array_says_where_it_lives():
    assert devices.where(ops.ones(2)) == devices.inventory().names[0]
    assert devices.where(keras.Variable([1.0])) == devices.inventory().names[0]


def the_peak_grows():
    before = devices_of_a_copy().peak()
    kept = np.ones(30_000_000, "float32")
    print(devices_of_a_copy().peak() - before - kept.nbytes)


def devices_of_a_copy():
    from dlhelpers import devices

    return devices


@pytest.mark.skipif(devices.inventory().names[0] != "cpu:0", reason="a GPU does not count these")
def test_the_peak_of_a_process_grows_by_what_it_holds_and_knows_nothing_of_its_parent():
    kept = np.ones(60_000_000)  # of this process: a new one must not inherit it
    assert -10e6 < int(processes.run(devices_of_a_copy, the_peak_grows)) < 10e6
    assert kept.nbytes < devices.peak()


# ----------------------------------------------------------------------------------- memory


OPTIMIZERS = {
    keras.optimizers.SGD(): 0,
    keras.optimizers.SGD(momentum=0.9): 1,
    keras.optimizers.RMSprop(): 1,
    keras.optimizers.RMSprop(momentum=0.9, centered=True): 3,
    keras.optimizers.Adagrad(): 1,
    keras.optimizers.Adam(): 2,
    keras.optimizers.Adam(amsgrad=True): 3,
    keras.optimizers.AdamW(): 2,
}


@pytest.mark.parametrize(
    ("optimizer", "slots"), OPTIMIZERS.items(), ids=lambda value: getattr(value, "name", value)
)
def test_weights_gradients_and_optimizer_are_as_large_as_the_arrays(optimizer, slots):
    model = image_network()
    total = devices.memory(model, 4, optimizer).total
    optimizer.build(model.trainable_variables)
    kept = [real_bytes(variable) for variable in optimizer.variables if len(variable.shape)]
    trained = sum(map(real_bytes, model.trainable_weights))
    assert total.weights == sum(weight.nbytes for weight in model.get_weights())
    assert total.gradients == trained
    assert total.optimizer == sum(kept) == slots * trained


ALL_OPTIMIZERS = [
    name
    for name, kind in vars(keras.optimizers).items()
    if isinstance(kind, type) and issubclass(kind, keras.optimizers.Optimizer)
    if name not in ("Optimizer", "LossScaleOptimizer", "MultiOptimizer")  # around another
]


@pytest.mark.parametrize("name", ALL_OPTIMIZERS)
def test_each_optimizer_of_keras_is_counted_as_large_as_it_is(name):
    model = image_network()  # with kernels of 4, 2 and 1 axes: Adafactor and Muon tell them apart
    optimizer = getattr(keras.optimizers, name)()
    total = devices.memory(model, 4, optimizer).total.optimizer
    before = {id(variable) for variable in optimizer.variables}
    optimizer.build(model.trainable_variables)
    kept = [v for v in optimizer.variables if id(v) not in before and len(v.shape)]  # no counters
    assert total == sum(map(real_bytes, kept))


def test_what_an_optimizer_keeps_costs_nothing_to_count():
    class Weight:  # as large as no memory
        path, name, shape, dtype = "huge/kernel", "kernel", (10**6, 10**7), "float32"

    assert devices._kept(keras.optimizers.Adam(), [Weight]) == 8 * 10**13
    assert devices._kept(keras.optimizers.SGD(), [Weight]) == 0
    # Keras's Adafactor keeps rows and columns, and the full square as well.
    assert devices._kept(keras.optimizers.Adafactor(), [Weight]) == 4 * (10**6 + 10**7 + 10**13)


@pytest.mark.skipif(not hasattr(keras.optimizers, "MultiOptimizer"), reason="Keras 3.15 has it")
def test_an_optimizer_for_each_weight_is_asked_by_the_weights_name():
    adam, sgd = keras.optimizers.Adam(), keras.optimizers.SGD()
    several = keras.optimizers.OptimizerMap(sgd, {".*stem/kernel": adam})
    needs = by_name(devices.memory(image_network(), 4, keras.optimizers.MultiOptimizer(several)))
    stem = image_network().get_layer("stem").kernel
    assert {name: need.optimizer for name, need in needs.items() if need.optimizer} == {
        "stem": 2 * real_bytes(stem)
    }


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="TensorFlow alone has texts")
def test_a_text_has_a_size_too():
    text = layers.TextVectorization(vocabulary=["a", "b"], output_sequence_length=6)
    model = keras.Sequential([keras.Input((1,), dtype="string"), text, layers.Embedding(4, 2)])
    needs = devices.memory(model, 3).layers
    assert [need.activations for need in needs] == [3 * 24, 3 * 6 * 8, 3 * 6 * 2 * 4]


def test_activations_are_as_large_as_the_layers_real_outputs():
    model = image_network()
    needs = by_name(devices.memory(model, 4))
    outputs = keras.Model(model.input, [layer.output for layer in model.layers])
    arrays = outputs(np.zeros((4, 16, 16, 3), "float32"))
    for layer, array in zip(model.layers, arrays, strict=True):
        passed_on = layer.name == "flatten"
        assert needs[layer.name].activations == (0 if passed_on else real_bytes(array))


def test_a_layer_that_is_called_twice_has_its_weights_once_and_its_outputs_twice():
    need = by_name(devices.memory(network_with_a_shared_layer(), 8))["twice"]
    assert need.weights == 4 * (32 * 32 + 32)
    assert need.activations == 2 * 8 * 32 * 4


def test_a_frozen_layer_has_no_gradients_and_nothing_in_the_optimizer():
    model = image_network()
    model.get_layer("stem").trainable = False
    stem = by_name(devices.memory(model, 4))["stem"]
    assert (stem.gradients, stem.optimizer) == (0, 0)
    assert stem.weights > 0


def test_half_precision_takes_half_the_bytes():
    def model(dtype):
        sizes = [keras.Input((10,), dtype=dtype), layers.Dense(5, dtype=dtype)]
        return devices.memory(keras.Sequential(sizes), 2).total

    assert model("bfloat16")[2:] == tuple(size // 2 for size in model("float32")[2:])


def test_a_nested_model_is_one_row_that_counts_all_its_layers():
    inner = keras.Sequential([keras.Input((6,)), layers.Dense(5), layers.Dense(4)], name="inner")
    numbers = keras.Input((6,))
    row = by_name(devices.memory(keras.Model(numbers, inner(numbers)), 3))["inner"]
    assert row.weights == 4 * (6 * 5 + 5 + 5 * 4 + 4)
    assert row.activations == 3 * 4 * (5 + 4)


def test_an_operation_between_layers_counts_too():
    numbers = keras.Input((6,))
    x = layers.Dense(6, name="dense")(numbers)
    table = devices.memory(keras.Model(numbers, x + numbers), 2)
    assert [need.kind for need in table.layers] == ["InputLayer", "Dense", "Add"]
    assert table.total.activations == 3 * 2 * 6 * 4


def test_the_optimizer_is_the_compiled_one_or_else_adam():
    model = image_network()
    assert devices.memory(model, 1).total.optimizer == 2 * devices.memory(model, 1).total.gradients
    model.compile("sgd")
    assert devices.memory(model, 1).total.optimizer == 0
    assert "sgd" in str(devices.memory(model, 1)).lower()


def test_the_printed_columns_add_up():
    text = str(devices.memory(image_network(), 4)).splitlines()
    rows = [line.rsplit(maxsplit=5)[1:] for line in text if line and line[-1].isdigit()]
    numbers = np.array([[int(cell.replace(",", "")) for cell in row] for row in rows])
    assert (numbers[:-1].sum(axis=0) == numbers[-1]).all()
    assert (numbers[:, :-1].sum(axis=1) == numbers[:, -1]).all()


def test_a_model_without_known_shapes_is_refused_with_what_to_do():
    with pytest.raises(ValueError, match=r"keras\.Input"):
        devices.memory(keras.Sequential([layers.Dense(3)]), 1)
    open_size = keras.Sequential([keras.Input((None, None, 3)), layers.Conv2D(2, 3)])
    with pytest.raises(ValueError, match="without None"):
        devices.memory(open_size, 1)


@pytest.mark.skipif(BACKEND != "torch", reason="only PyTorch says what it keeps for the gradients")
def test_activations_are_about_what_pytorch_really_keeps():
    import torch

    model = image_network()
    x = np.random.default_rng(0).normal(size=(16, 16, 16, 3)).astype("float32")
    weights = {weight.value.data_ptr() for weight in model.weights}
    kept = {}

    def note(tensor):
        if tensor.untyped_storage().data_ptr() not in weights:
            kept[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        model(x, training=True).sum()
    counted = devices.memory(model, 16).total.activations
    assert 0.9 < sum(kept.values()) / counted < 1.1


def used_of_the_first_gpu():
    for device in devices.inventory().devices:
        if device.name == "gpu:0":
            return device.used
    pytest.skip("the backend sees no GPU on this machine")


def test_after_a_step_a_gpu_holds_what_the_formulas_say():
    before = used_of_the_first_gpu()
    model = keras.Sequential([keras.Input((4096,))] + [layers.Dense(4096) for _ in range(4)])
    model.compile(keras.optimizers.Adam(), "mse")
    model.train_on_batch(np.ones((8, 4096)), np.ones((8, 4096)))
    total, held = devices.memory(model, 8).total, used_of_the_first_gpu() - before
    workspace = 100e6  # of the libraries that multiply; the gradients may be gone or still there
    assert total.weights + total.optimizer <= held <= total.total + workspace


# ------------------------------------------------------------------------------------- plan


def rooms(total, parts):
    return {f"gpu:{i}": total / parts for i in range(parts)}


def test_a_model_that_fits_on_one_device_stays_there():
    plan = devices.plan(image_network(), {"gpu:0": 1e9, "gpu:1": 1e9}, 4)
    assert set(plan.device_of.values()) == {"gpu:0"}


def received_from_elsewhere(model, device_of, device, batch_size):
    """Bytes of the layers' outputs that layers on `device` get from other devices."""
    inputs = {
        source: model.get_layer(source).output
        for layer in model.layers
        if device_of[layer.name] == device
        for source in sources(model)[layer.name]
        if device_of[source] != device
    }
    return sum(4 * batch_size * math.prod(tensor.shape[1:]) for tensor in inputs.values())


def sources(model):
    """For each layer the layers that feed it, read from what Keras saves of the model."""
    found = {}
    for layer in model.get_config()["layers"]:
        text = json.dumps(layer["inbound_nodes"], default=str)
        parts = text.split('"keras_history": ["')[1:]
        found[layer["name"]] = [part.split('"')[0] for part in parts]
    return found


@pytest.mark.parametrize("batch_size", [16, 64, 256])
@pytest.mark.parametrize("share", [0.5, 0.6, 0.7, 0.8])
def test_what_is_planned_fits_in_order_with_all_that_training_needs(batch_size, share):
    model = image_network()
    table = devices.memory(model, batch_size)
    room = {f"gpu:{i}": share * table.total.total for i in range(3)}
    try:
        plan = devices.plan(model, room, batch_size)
    except ValueError:
        assert share == 0.5  # there must be room beyond half, because blocks stay whole
        return
    for device in plan.needs:
        own = sum(need.total for need in table.layers if plan.device_of[need.name] == device)
        received = received_from_elsewhere(model, plan.device_of, device, batch_size)
        assert own + received == plan.needs[device] <= room[device]
    order = [list(room).index(plan.device_of[layer.name]) for layer in model.layers]
    assert order == sorted(order)


def test_a_residual_block_is_never_torn_apart():
    model = image_network()
    cuts = set()
    for share in np.linspace(0.3, 1, 30):
        try:
            room = rooms(4 * share * devices.memory(model, 64).total.total, 4)
            plan = devices.plan(model, room, 64)
        except ValueError:
            continue
        for block in ("first", "second"):
            parts = [f"{block}_{part}" for part in ("conv", "norm", "relu", "add")]
            assert len({plan.device_of[part] for part in parts}) == 1
        cuts.add(tuple(plan.device_of.values()))
    assert len(cuts) > 1  # else nothing was cut, and nothing was tried


def test_a_layer_that_is_called_twice_is_on_one_device():
    model = network_with_a_shared_layer()
    total = devices.memory(model, 8).total.total
    plan = devices.plan(model, {"gpu:0": 0.7 * total, "gpu:1": 0.7 * total}, 8)
    assert len(set(plan.device_of.values())) == 2
    assert set(plan.device_of) == {"numbers", "twice", "second", "third", "last"}


def test_layers_that_share_a_weight_are_on_one_device():
    class Transposed(layers.Layer):
        """Multiplies with the transposed weights of another layer."""

        def __init__(self, other, **options):
            super().__init__(**options)
            self.other = other

        def call(self, x):
            return ops.matmul(x, ops.transpose(self.other.kernel))

    numbers = keras.Input((64,), name="numbers")
    encoder = layers.Dense(32, name="encoder")
    x = encoder(numbers)
    for i in range(4):
        x = layers.Dense(32, name=f"between{i}")(x)
    model = keras.Model(numbers, Transposed(encoder, name="decoder")(x))
    table = devices.memory(model, 4)
    assert by_name(table)["decoder"].weights == 0
    room = {"gpu:0": 0.7 * table.total.total, "gpu:1": 0.7 * table.total.total}
    plan = devices.plan(model, room, 4)
    assert plan.device_of["decoder"] == plan.device_of["encoder"] == "gpu:0"
    assert plan.device_of["between3"] == "gpu:1"


def test_the_devices_are_filled_evenly():
    model = keras.Sequential([keras.Input((64,)), *(layers.Dense(64) for _ in range(8))])
    total = devices.memory(model, 1).total.total
    plan = devices.plan(model, {"gpu:0": 0.9 * total, "gpu:1": 0.9 * total}, 1)
    assert max(plan.needs.values()) < 0.52 * total


def test_activations_count_so_a_large_batch_is_refused_with_numbers():
    model = image_network()
    room = {"gpu:0": 2e6, "gpu:1": 2e6}
    assert devices.plan(model, room, 16)
    with pytest.raises(ValueError, match="Training 'image_network'") as refusal:
        devices.plan(model, room, 256)
    message = " ".join(str(refusal.value).split())
    total = devices.memory(model, 256).total
    for size in (total.total, total.activations, total.weights, 2e6):
        assert f"{size / 1e6:,.1f}" in message
    batch = int(message.split("A batch of ")[1].split()[0])
    assert devices.plan(model, room, batch)
    with pytest.raises(ValueError, match=r"does\s+not\s+fit\s+either"):
        devices.plan(model, {"gpu:0": 1000}, 256)


def test_an_inventory_gives_nine_tenths_of_the_free_memory_of_its_gpus():
    gpu = devices.Device("gpu:0", "T4", 16_000_000, 6_000_000)
    cpu = devices.Device("cpu:0", "CPU", 1, 1)
    plan = devices.plan(image_network(), devices.Inventory([cpu, gpu]), 4)
    assert plan.room == {"gpu:0": 9_000_000}
    unknown = devices.Inventory([gpu._replace(memory=None)])
    with pytest.raises(ValueError, match="give a dictionary"):
        devices.plan(image_network(), unknown, 4)


def test_the_printed_plan_names_each_layer_behind_its_device():
    model = image_network()
    plan = devices.plan(model, {"gpu:0": 2e6, "gpu:1": 2e6}, 32)
    text = str(plan)
    assert text.index("A  gpu:0") < text.index("stem") < text.index("B  gpu:1")
    assert text.index("B  gpu:1") < text.index("scores")


def test_pytorch_is_told_plainly_that_layers_cannot_be_kept_apart(monkeypatch):
    plan = devices.plan(image_network(), {"gpu:0": 2e6, "gpu:1": 2e6}, 32)
    monkeypatch.setattr(keras.backend, "backend", lambda: "torch")
    with pytest.raises(NotImplementedError, match="one current device"):
        plan.place(image_network())
    with pytest.raises(NotImplementedError, match="one CPU device"):
        devices.split_cpu(2)


def test_pytorch_with_several_gpus_trains_on_one_and_says_so(monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "torch")
    with pytest.warns(UserWarning, match="torchrun"):
        with devices.data_parallel(["cpu:0", "cpu:1"]) as used:
            assert used == ["cpu:0"]


def test_on_one_device_data_parallel_changes_nothing():
    with devices.data_parallel() as used:
        model = keras.Sequential([keras.Input((3,)), layers.Dense(2)])
        model.compile("sgd", "mse")
        model.fit(np.ones((4, 3)), np.ones((4, 2)), verbose=0)
    assert used == devices.inventory().names[:1]


def test_a_model_is_placed_on_the_only_device():
    model = image_network()
    placed = devices.plan(model, {devices.inventory().names[0]: 1e9}, 4).place(model)
    x = np.random.default_rng(0).normal(size=(2, 16, 16, 3)).astype("float32")
    np.testing.assert_allclose(
        ops.convert_to_numpy(placed(x)), ops.convert_to_numpy(model(x)), atol=1e-5
    )


def test_a_model_on_the_only_device_learns():
    model = keras.Sequential([keras.Input((3,), name="x"), layers.Dense(2)])
    model.compile("sgd", "mse")
    placed = devices.plan(model, {devices.inventory().names[0]: 1e9}, 4).place(model)
    placed.fit(np.ones((4, 3)), np.ones((4, 2)), verbose=0)
    assert not np.allclose(placed.get_weights()[0], model.get_weights()[0])


# ------------------------------------------------- several devices, in programs of their own

SEVERAL = """
import json, os, sys
sys.path.insert(0, {root!r})
import keras, numpy as np
from keras import layers, ops
from dlhelpers import devices
devices.split_cpu(4)
report = {{"backend": keras.backend.backend()}}
report["inventory"] = [device.name for device in devices.inventory().devices]
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
random = np.random.default_rng(0)
x, y = random.normal(size=(64, 8)).astype("float32"), random.integers(0, 3, 64)

def network():
    keras.utils.set_random_seed(0)
    numbers = keras.Input((8,), name="numbers")
    a = layers.Dense(16, activation="relu", name="a")(numbers)
    b = layers.BatchNormalization(name="b")(layers.Dense(16, name="block")(a))
    shared = layers.Dense(16, activation="relu", name="shared")
    c = shared(shared(ops.maximum(x1=a, x2=b)))
    model = keras.Model(numbers, layers.Dense(3, name="last")(c * 2.0))
    model.compile(keras.optimizers.Adam(0.01), loss)
    return model

def losses(model):
    options = {{"batch_size": 16, "epochs": 2, "shuffle": False, "verbose": 0}}
    return model.fit(x, y, **options).history["loss"]

model = network()
plan = devices.plan(model, {{"cpu:1": 10000, "cpu:2": 10000, "cpu:3": 10000}}, 16)
placed = plan.place(model)
report["plan"] = plan.device_of
report["same_scores"] = bool(np.allclose(np.array(placed(x)), np.array(model(x)), atol=1e-6))
report["placed"], report["unplaced"] = losses(placed), losses(model)
report["weights"] = {{w.path: devices.where(w) for w in placed.weights}}
report["slots"] = {{v.path: devices.where(v) for v in placed.optimizer.variables if len(v.shape)}}
if keras.backend.backend() == "tensorflow":
    import tensorflow as tf
    with tf.GradientTape() as tape:
        value = loss(y, placed(x))
    variables = placed.trainable_variables
    slopes = tape.gradient(value, [v.value for v in variables])
    report["gradients"] = {{v.path: devices.where(g) for v, g in zip(variables, slopes)}}
    graph = tf.function(lambda: placed.train_step((x, y))).get_concrete_function().graph
    products = [op.device for op in graph.get_operations() if op.type == "MatMul"]
    report["products"] = sorted(devices._plain(device) for device in products)
    report["by_xla"] = placed.jit_compile

report["part"] = devices.part_on_one(model.get_layer("a").kernel)
if keras.backend.backend() == "jax":
    at = keras.distribution
    layout = at.LayoutMap(at.DeviceMesh((1, 4), ["batch", "model"]))
    layout["a/kernel"] = (None, "model")
    with at.ModelParallel(layout_map=layout, batch_dim_name="batch").scope():
        spread = network()
        report["part of four"] = devices.part_on_one(spread.get_layer("a").kernel)
        report["spread"] = losses(spread)

wrong = devices.Plan(dict.fromkeys(plan.device_of, "cpu:0"), {{"cpu:0": 0}}, {{"cpu:0": 0}})
try:
    wrong._verify(placed)
    report["verified"] = "nothing was wrong"
except RuntimeError as error:
    report["verified"] = str(error)

def small(*between):
    keras.utils.set_random_seed(1)
    stack = [keras.Input((8,)), layers.Dense(16, "relu"), *between, layers.Dense(3)]
    model = keras.Sequential(stack)
    model.compile(keras.optimizers.Adam(0.01), loss)
    return model

for name, chosen in (("one", ["cpu:0"]), ("four", None)):
    with devices.data_parallel(chosen) as used:
        model = small()
        report[name] = losses(model)
        report[name + "_normalised"] = losses(small(layers.BatchNormalization()))
    report[name + "_used"] = used
    report[name + "_where"] = [devices.where(weight) for weight in model.weights]
print("REPORT" + json.dumps(report))
"""
INSTALLED = [
    pytest.param(
        name,
        marks=pytest.mark.skipif(
            importlib.util.find_spec(name) is None, reason=f"{name} is not installed"
        ),
    )
    for name in ("tensorflow", "jax")
]
FOUR = ["cpu:0", "cpu:1", "cpu:2", "cpu:3"]


@pytest.fixture(scope="module", params=INSTALLED)
def report(request):
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    done = subprocess.run(
        [sys.executable, "-c", SEVERAL.format(root=root)],
        env=os.environ | {"KERAS_BACKEND": request.param, "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout.split("REPORT")[1])


def test_the_cpu_can_be_split_into_four(report):
    assert report["inventory"] == FOUR


def test_each_weight_and_its_optimizer_numbers_live_where_the_plan_says(report):
    assert set(report["plan"].values()) == {"cpu:1", "cpu:2", "cpu:3"}
    for path, device in report["weights"].items():
        assert device == report["plan"][path.split("/")[0]]
    for path, device in report["slots"].items():
        layer = path.split("/")[1].split("_")[0]
        assert device == report["plan"][layer], path


def test_a_placed_model_gives_the_same_scores_and_learns_the_same(report):
    assert report["same_scores"]
    np.testing.assert_allclose(report["placed"], report["unplaced"], rtol=1e-5)


def test_tensorflow_computes_the_gradients_where_the_weights_are(report):
    for path, device in report.get("gradients", {}).items():
        layer = path.split("/")[0]
        if layer != "shared":  # the gradients of its two calls are added up elsewhere
            assert device == report["plan"][layer]


def test_tensorflow_multiplies_where_the_weights_are_forward_and_backward(report):
    if report["backend"] == "tensorflow":
        on = report["plan"]
        calls = [on["a"], on["block"], on["shared"], on["shared"], on["last"]]
        # One forward, and backward one for the inputs and one for the kernel.
        assert report["products"] == sorted(3 * calls)
        assert report["by_xla"] is False


def test_a_weight_on_another_device_than_planned_is_found(report):
    assert "was planned for cpu:0" in report["verified"]


def test_four_devices_give_the_losses_of_one(report):
    assert (report["one_used"], report["four_used"]) == (["cpu:0"], FOUR)
    np.testing.assert_allclose(report["four"], report["one"], rtol=1e-5)


def test_only_tensorflow_normalises_on_each_of_four_devices_apart(report):
    one = report["one_normalised"]
    same = np.allclose(report["four_normalised"], one, rtol=1e-4)
    assert same == (report["backend"] == "jax")


def test_model_parallel_gives_each_device_a_part_and_learns_the_same(report):
    assert report["part"] == [8, 16]
    if report["backend"] == "jax":
        assert report["part of four"] == [8, 4]
        np.testing.assert_allclose(report["spread"], report["unplaced"], rtol=1e-4)


def test_each_of_four_devices_has_all_weights(report):
    assert set(report["one_where"]) == {"cpu:0"}
    assert set(report["four_where"]) == {", ".join(FOUR)}


def test_the_private_names_of_keras_do_what_they_did():
    model = keras.Sequential([keras.Input((5,)), layers.Dense(3), layers.Dense(2)])
    node = devices._maker(model.outputs[0])
    assert node.operation is model.layers[-1], "KerasTensor._keras_history"
    assert node.input_tensors == [model.layers[0].output], "Operation._inbound_nodes"
