"""The commands of the package: what they print, what they refuse, and what they never run."""

import pathlib
import subprocess
import sys
import zipfile

import keras
import pytest
from keras import layers

from dlhelpers.__main__ import main
from dlhelpers.params import explain

ROOT = pathlib.Path(__file__).resolve().parent.parent
FORMATS = ["model.keras", "model.h5"]


class Mine(layers.Layer):
    """A layer that Keras does not have."""

    def build(self, input_shape):
        self.scale = self.add_weight(shape=(input_shape[-1],), name="scale")

    def call(self, inputs):
        return inputs * self.scale


def small_model():
    return keras.Sequential(
        [keras.Input((None, 5)), layers.Dense(3, name="hidden"), layers.LSTM(2, name="memory")]
    )


def saved(model, path):
    model.save(path)
    return str(path)


@pytest.mark.parametrize("name", FORMATS)
def test_params_prints_the_table_of_a_saved_model(name, tmp_path, capsys):
    model = small_model()
    assert main(["params", saved(model, tmp_path / name)]) == 0
    assert capsys.readouterr().out == f"{explain(model)}\n"


def test_params_leaves_the_optimizer_out(tmp_path, capsys):
    model = small_model()
    model.compile("adam", "mse")
    model.optimizer.build(model.trainable_variables)
    assert main(["params", saved(model, tmp_path / "model.keras")]) == 0
    assert f"Total params: {model.count_params()}\n" in capsys.readouterr().out


def test_params_writes_markdown_html_and_costs(tmp_path, capsys):
    model = small_model()
    path = saved(model, tmp_path / "model.keras")
    assert main(["params", path, "--format", "markdown"]) == 0
    assert capsys.readouterr().out == f"{explain(model).to_markdown()}\n"
    assert main(["params", path, "--format", "html"]) == 0
    assert capsys.readouterr().out == f"{explain(model)._repr_html_()}\n"
    assert main(["params", path, "--cost", "--input-shape", "7", "5"]) == 0
    wanted = explain(model, cost=True, input_shape=(7, 5))
    assert capsys.readouterr().out == f"{wanted}\n"
    assert wanted.costs["Multiply-adds"] == 7 * 5 * 3 + 7 * 4 * (3 * 2 + 2 * 2)


def test_params_folds_and_chooses_columns(tmp_path, capsys):
    model = small_model()
    path = saved(model, tmp_path / "model.keras")
    assert main(["params", path, "--depth", "1", "--columns", "params", "output shape"]) == 0
    wanted = explain(model, depth=1, columns=["params", "output shape"])
    assert capsys.readouterr().out == f"{wanted}\n" and "Formula" not in str(wanted)
    assert "depth=0" in refused(["params", path, "--depth", "0"], capsys)
    assert "columns=['cost']" in refused(["params", path, "--columns", "cost"], capsys)


def refused(arguments, capsys):
    """The one sentence with which the command ends."""
    assert main(arguments) == 1
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and err.endswith(".\n"), err
    return err


def test_a_file_that_is_not_there_gets_one_sentence(capsys):
    assert refused(["params", "nowhere.keras"], capsys) == "nowhere.keras does not exist.\n"


@pytest.mark.parametrize("name", ["notes.txt", *FORMATS])
def test_a_file_that_is_no_model_gets_one_sentence(name, tmp_path, capsys):
    path = tmp_path / name
    path.write_text("hello")
    assert "is not a model that Keras can load" in refused(["params", str(path)], capsys)


def test_an_archive_that_is_no_model_or_damaged_gets_one_sentence(tmp_path, capsys):
    path = tmp_path / "model.keras"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("notes.txt", "hello")
    assert "is not a model that Keras can load" in refused(["params", str(path)], capsys)
    saved(small_model(), path)
    path.write_bytes(path.read_bytes()[:2000])
    assert "is not a model that Keras can load" in refused(["params", str(path)], capsys)


def test_weights_without_a_model_get_one_sentence(tmp_path, capsys):
    path = tmp_path / "model.weights.h5"
    small_model().save_weights(path)
    assert "is not a model that Keras can load" in refused(["params", str(path)], capsys)


@pytest.mark.parametrize("name", FORMATS)
def test_code_that_a_file_carries_is_not_run(name, tmp_path, capsys):
    trace = str(tmp_path / "trace")
    code = layers.Lambda(lambda x: (open(trace, "w"), x)[1], output_shape=(5,))
    path = saved(keras.Sequential([keras.Input((5,)), code]), tmp_path / name)
    pathlib.Path(trace).unlink(missing_ok=True)  # the model itself ran it while it was made
    assert "carries Python code" in refused(["params", path], capsys)
    assert not pathlib.Path(trace).exists()


@pytest.mark.parametrize("name", FORMATS)
def test_a_class_that_keras_does_not_have_is_named(name, tmp_path, capsys):
    path = saved(keras.Sequential([keras.Input((5,)), Mine()]), tmp_path / name)
    assert "needs Mine, which Keras does not have" in refused(["params", path], capsys)


def test_a_function_that_keras_does_not_have_is_named(tmp_path, capsys):
    def my_activation(x):
        return x

    dense = layers.Dense(3, activation=my_activation)
    path = saved(keras.Sequential([keras.Input((5,)), dense]), tmp_path / "model.keras")
    assert "needs my_activation, which Keras" in refused(["params", path], capsys)


@pytest.mark.filterwarnings("ignore:You are saving a model that has not yet been built")
def test_a_model_that_is_not_built_gets_one_sentence(tmp_path, capsys):
    path = saved(keras.Sequential([layers.Dense(3)]), tmp_path / "model.keras")
    assert "is not built, so it has no weights yet" in refused(["params", path], capsys)


def test_an_input_shape_that_does_not_fit_gets_one_sentence(tmp_path, capsys):
    path = saved(small_model(), tmp_path / "model.keras")
    error = refused(["params", path, "--cost", "--input-shape", "7"], capsys)
    assert "input_shape=(7,) does not fit" in error


def test_the_command_works_in_a_terminal_and_its_help_imports_nothing_heavy(tmp_path):
    def run(*arguments):
        command = [sys.executable, "-X", "importtime", "-m", "dlhelpers", *arguments]
        return subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8")

    done = run("params", "--help")
    assert done.returncode == 0 and "--cost" in done.stdout
    assert not [name for name in ("numpy", "keras", "tensorflow") if name in done.stderr]
    done = run("params", saved(small_model(), tmp_path / "model.keras"))
    assert done.returncode == 0 and "(5 × 3) + 3 = 18" in done.stdout


def test_a_command_that_is_not_there_is_an_error_of_use(capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["parms"])
    assert stopped.value.code == 2
    assert "invalid choice: 'parms'" in capsys.readouterr().err
