"""`params.explain`: every formula against Keras's own count, and what happens where none fits."""

import pathlib
import shutil
import subprocess
import sys

import keras
import numpy as np
import pytest
from arithmetic import assert_adds_up
from keras import layers

from dlhelpers import params
from dlhelpers.params import explain

GOLDEN = pathlib.Path(__file__).parent / "golden"


def built(layer, shape):
    layer.build((None, *shape))
    return layer


def the_row(layer):
    (row,) = explain(layer).rows
    return row


class Scale(layers.Layer):
    """A layer that params.py does not know."""

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(3, 3, input_shape[-1]), name="kernel")

    def call(self, inputs):
        return inputs


def backwards(units):
    return layers.SimpleRNN(units, go_backwards=True)


def lecture_sequential():
    return keras.Sequential(
        [
            keras.Input((10, 5), name="input"),
            layers.Dense(100, activation="relu", name="hidden1"),
            layers.Dense(20, activation="relu", name="hidden2"),
            layers.Dense(1, activation="sigmoid", name="output"),
        ]
    )


def lecture_functional():
    input1 = keras.Input((16,), name="input1")
    x1 = layers.Dense(8, activation="relu", name="x1")(input1)
    input2 = keras.Input((32,), name="input2")
    x2 = layers.Dense(8, activation="relu", name="x2")(input2)
    added = layers.Concatenate(name="added")([x1, x2])
    return keras.Model([input1, input2], layers.Dense(4, name="out")(added))


def nested():
    encoder = keras.Sequential(
        [keras.Input((4,)), layers.Dense(3, name="inner1"), layers.Dense(2, name="inner2")],
        name="encoder",
    )
    inputs = keras.Input((4,), name="inputs")
    return keras.Model(inputs, layers.Dense(5, name="outer")(encoder(inputs)))


@pytest.mark.parametrize(
    ("layer", "shape", "formula", "arithmetic"),
    [
        (layers.Dense(100), (5,), "(input × units) + units", "(5 × 100) + 100 = 600"),
        (layers.Dense(100, use_bias=False), (5,), "input × units", "5 × 100 = 500"),
        (
            layers.Conv2D(32, 3),
            (28, 28, 1),
            "(kernel × channels × filters) + filters",
            "(3 × 3 × 1 × 32) + 32 = 320",
        ),
        (
            layers.Conv2D(8, 3, groups=2, use_bias=False),
            (9, 9, 16),
            "kernel × (channels ÷ groups) × filters",
            "3 × 3 × (16 ÷ 2) × 8 = 576",
        ),
        (
            layers.BatchNormalization(scale=False),
            (9, 9, 16),
            "(beta + mean + variance) × channels",
            "(1 + 1 + 1) × 16 = 48",
        ),
        (
            layers.LSTM(3),
            (7, 5),
            "4 × ((input × units) + (units × units) + units)",
            "4 × ((5 × 3) + (3 × 3) + 3) = 108",
        ),
        (
            layers.GRU(3),
            (7, 5),
            "3 × ((input × units) + (units × units) + (biases × units))",
            "3 × ((5 × 3) + (3 × 3) + (2 × 3)) = 90",
        ),
        (
            layers.Bidirectional(layers.SimpleRNN(3)),
            (7, 5),
            "2 × ((input × units) + (units × units) + units)",
            "2 × ((5 × 3) + (3 × 3) + 3) = 54",
        ),
        (
            layers.Bidirectional(layers.SimpleRNN(3), backward_layer=backwards(4)),
            (7, 5),
            "(input₁ × units₁) + (units₁ × units₁) + units₁"
            " + (input₂ × units₂) + (units₂ × units₂) + units₂",
            "(5 × 3) + (3 × 3) + 3 + (5 × 4) + (4 × 4) + 4 = 67",
        ),
        (
            layers.EinsumDense("abc,cde->abde", (None, 2, 3), bias_axes="de"),
            (4, 5),
            "(c × d × e) + (d × e)",
            "(5 × 2 × 3) + (2 × 3) = 36",
        ),
        (
            layers.SpectralNormalization(layers.Dense(3)),
            (5,),
            "(input × units) + units + vector",
            "(5 × 3) + 3 + 3 = 21",
        ),
        (
            layers.Dense(3, lora_rank=2),
            (5,),
            "(input × units) + (rank × (input + units)) + units",
            "(5 × 3) + (2 × (5 + 3)) + 3 = 34",
        ),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_a_formula_reads_as_in_the_lecture(layer, shape, formula, arithmetic):
    row = the_row(built(layer, shape))
    assert (row.formula, row.arithmetic) == (formula, arithmetic)


@pytest.mark.parametrize(
    "layer",
    [
        layers.Flatten(),
        layers.Dropout(0.5),
        layers.MaxPooling2D(),
        layers.GlobalAveragePooling2D(),
        layers.ReLU(),
        layers.Rescaling(1 / 255),
        layers.RandomFlip(),
    ],
    ids=lambda layer: layer.name,
)
def test_a_layer_without_weights_counts_zero(layer):
    layer(keras.Input((8, 8, 3)))
    row = the_row(layer)
    assert (row.params, row.trainable, row.formula, row.arithmetic, row.note) == (0, 0, "", "", "")


def resnet50():
    with keras.StatelessScope(initialize_variables=False):  # builds without allocating
        pictures = keras.Input((224, 224, 3), name="pictures")
        return keras.applications.ResNet50(weights=None, input_tensor=pictures)


def language_model():
    words = keras.Input((20,), dtype="int32", name="words")
    embed = layers.ReversibleEmbedding(1000, 32, name="embed")
    x = embed(words)
    shared = layers.Dense(32, use_bias=False, name="shared")
    for _ in range(2):
        x = layers.Add(name=f"add{_}")([x, shared(x)])
    x = layers.LayerNormalization(name="norm")(x)
    x = layers.MultiHeadAttention(4, 8, name="attention")(x, x, use_causal_mask=True)
    x = layers.Bidirectional(layers.LSTM(16, return_sequences=True), name="both_ways")(x)
    encoder = keras.Sequential(
        [
            keras.Input((32,)),
            layers.Dense(64, "gelu", name="wide"),
            layers.Dense(32, name="narrow"),
        ],
        name="encoder",
    )
    encoder.trainable = False
    x = layers.TimeDistributed(encoder, name="each_word")(x)
    return keras.Model(words, embed(x, reverse=True))


@pytest.mark.parametrize(
    ("name", "make", "write"),
    [
        ("sequential.txt", lecture_sequential, str),
        ("functional.txt", lecture_functional, str),
        ("resnet50.txt", resnet50, str),
        ("language_model.txt", language_model, str),
        ("functional.md", lecture_functional, lambda table: table.to_markdown()),
        ("nested.html", nested, lambda table: table._repr_html_()),
    ],
)
def test_tables_are_written_as_stored(name, make, write, after_this_test):
    assert_as_stored(f"params_{name}", write(explain(make())))


def test_a_table_with_costs_is_written_as_stored():
    assert_as_stored("params_cost.txt", str(explain(language_model(), cost=True)))


def assert_as_stored(name, text):
    """To store a table anew, delete its file and run the test twice; then look at it."""
    path = GOLDEN / name
    if not path.exists():
        path.write_text(text + "\n", "utf-8")
        pytest.fail(f"{path} was not there; it is now, to be looked at")
    assert text + "\n" == path.read_text("utf-8")


def test_the_lectures_totals_come_out():
    assert [row.params for row in explain(lecture_sequential()).rows] == [600, 2020, 21]
    assert explain(lecture_sequential()).total == 2641
    assert [row.params for row in explain(lecture_functional()).rows] == [0, 0, 136, 264, 0, 68]
    assert explain(lecture_functional()).total == 468


def test_an_unknown_layer_shows_the_shapes_of_its_weights_and_says_so():
    row = the_row(built(Scale(), (16,)))
    assert row.formula == "kernel 3×3×16 = 144"
    assert row.arithmetic == "3 × 3 × 16 = 144"
    assert row.note == "no formula for Scale: weights by shape"


def test_an_unknown_layer_of_many_weights_adds_them_up():
    class Scales(Scale):
        def build(self, input_shape):
            super().build(input_shape)
            self.offset = self.add_weight(shape=(), name="offset")

    row = the_row(built(Scales(), (16,)))
    assert (row.formula, row.arithmetic) == ("kernel 3×3×16 = 144, offset 1 = 1", "144 + 1 = 145")
    assert_adds_up(row)


def test_an_unknown_layer_of_known_layers_is_opened():
    class Block(layers.Layer):
        def __init__(self, **settings):
            super().__init__(**settings)
            self.attention = layers.MultiHeadAttention(2, 4, name="attention")
            self.norm = layers.LayerNormalization(name="norm")

        def build(self, input_shape):
            self.attention.build(input_shape, input_shape)
            self.norm.build(input_shape)
            self.shift = self.add_weight(shape=(8,), name="shift")

        def call(self, inputs):
            return self.norm(inputs + self.attention(inputs, inputs)) + self.shift

    inputs = keras.Input((5, 8))
    model = keras.Model(inputs, Block(name="block")(inputs))
    explanation = explain(model)
    assert [(row.name, row.depth, row.params) for row in explanation.rows[1:]] == [
        ("block", 0, 312),
        ("attention", 1, 288),
        ("norm", 1, 16),
        ("block", 1, 8),
    ]
    assert explanation.rows[1].note == "no formula for Block; sum of the rows marked · below"
    assert "num_heads × key_dim" in explanation.rows[2].formula
    assert explanation.total == model.count_params() == 312


def test_a_model_at_each_step_is_opened():
    encoder = keras.Sequential([keras.Input((4,)), layers.Dense(3)], name="encoder")
    model = keras.Sequential([keras.Input((6, 4)), layers.TimeDistributed(encoder, name="each")])
    rows = explain(model).rows
    assert [(row.name, row.depth, row.params) for row in rows][:2] == [
        ("each", 0, 15),
        ("encoder", 1, 15),
    ]
    assert rows[2].arithmetic == "(4 × 3) + 3 = 15"


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:Layer .* does not have a `quantize` method")
def test_a_quantized_model_is_explained_as_it_is_stored():
    inputs = keras.Input((5, 8))
    x = layers.MultiHeadAttention(2, 4, name="attention")(inputs, inputs)
    model = keras.Model(inputs, layers.Dense(3, name="dense")(x))
    model.quantize("int8")
    explanation = explain(model)
    dense = explanation.rows[-1]
    assert dense.formula == "(input × units) + units + units"
    assert dense.arithmetic == "(8 × 3) + 3 + 3 = 30"
    assert [row.depth for row in explanation.rows if row.kind == "EinsumDense"] == [1, 1, 1, 1]
    assert not [row for row in explanation.rows if "by shape" in row.note]
    assert explanation.total == model.count_params()


@pytest.mark.parametrize(
    "wrong",
    [
        "input × units",  # another number
        "(input × units) + units + units",
        "input × no_such_setting",
        "input × activation",  # no number
    ],
)
def test_a_wrong_formula_is_not_printed(monkeypatch, wrong):
    monkeypatch.setitem(params.FORMULAS, "Dense", params._parse(wrong))
    row = the_row(built(layers.Dense(100), (5,)))
    assert row.formula == "kernel 5×100 = 500, bias 100 = 100"
    assert row.arithmetic == "500 + 100 = 600"
    assert row.note == "the formula for Dense does not give this: weights by shape"


NO_FORMULAS = [
    "input ×",
    "input × units × (",
    "(input",
    "input + + units",
    "input units",
    "2.5 × units",
]
NO_FORMULAS += [
    "[use_bias",
    "[use bias] units",
    "input - units",
    "",
    None,
    3,
    "input)",
]


@pytest.mark.parametrize("text", NO_FORMULAS)
def test_a_text_that_is_no_formula_gets_one_sentence(text):
    with pytest.raises(ValueError, match="is not a formula: write names of settings"):
        params._parse(text)


@pytest.fixture
def scaled():
    """A layer of one's own: a scale for each feature, and maybe a matrix."""

    class Scaled(layers.Layer):
        def __init__(self, rank, matrix=True):
            super().__init__()
            self.rank, self.matrix = rank, matrix

        def build(self, input_shape):
            self.scale = self.add_weight(shape=(input_shape[-1],), name="scale")
            if self.matrix:
                self.kernel = self.add_weight(shape=(input_shape[-1], self.rank), name="kernel")

        def call(self, inputs):
            return inputs * self.scale

    yield Scaled
    for table in (params.FORMULAS, params.MULTIPLY_ADDS, params.TAUGHT):
        table.pop(Scaled, None)


def test_a_layer_of_ones_own_is_taught_in_one_line(scaled):
    assert the_row(built(scaled(2), (5,))).note == "no formula for Scaled: weights by shape"
    params.teach(scaled, "input + [matrix] input × rank", multiply_adds="input")
    row = the_row(built(scaled(2), (5,)))
    assert (row.formula, row.arithmetic) == ("input + (input × rank)", "5 + (5 × 2) = 15")
    assert the_row(built(scaled(2, matrix=False), (5,))).formula == "input"
    model = keras.Sequential([keras.Input((5,)), scaled(2), layers.Dense(3)])
    assert explain(model, cost=True).costs["Multiply-adds"] == 5 + 5 * 3

    class Derived(scaled):
        pass

    assert the_row(built(Derived(2), (5,))).formula == "input + (input × rank)"


def test_what_is_taught_wrong_is_said_and_not_swallowed(scaled):
    params.teach(scaled, "input + input × ranks")
    with pytest.raises(
        ValueError, match="Scaled was taught, 'input . input × ranks', does not fit"
    ) as e:
        explain(built(scaled(2), (5,)))
    assert "'ranks'" in str(e.value)
    params.teach(scaled, "input")
    row = the_row(built(scaled(2), (5,)))
    assert row.note == "the formula for Scaled does not give this: weights by shape"
    assert explain(keras.Sequential([keras.Input((5,)), scaled(2)]), cost=True).notes
    with pytest.raises(ValueError, match="is not a formula"):
        params.teach(scaled, "input x rank")
    with pytest.raises(TypeError, match="wants a subclass of keras.Layer, and got 3"):
        params.teach(3, "input")


def deep():
    def block(x, name):
        y = layers.Dense(4, name=f"{name}_1_dense")(x)
        return layers.Add(name=f"{name}_add")(
            [x, layers.BatchNormalization(name=f"{name}_1_bn")(y)]
        )

    x = keras.Input((4,), name="input")
    y = block(block(x, "stage1_block1"), "stage1_block2")
    y = keras.Sequential([layers.Dense(3), layers.Dense(2)], name="inner")(
        block(y, "stage2_block1")
    )
    return keras.Model(x, layers.Dense(1, name="score")(y))


def test_depth_folds_neighbours_whose_names_begin_alike():
    names = {depth: [row.name for row in explain(deep(), depth=depth).rows] for depth in (1, 2)}
    assert names[1] == ["input", "stage1", "stage2", "inner", "score"]
    assert names[2][:4] == ["input", "stage1_block1", "stage1_block2", "stage2_block1"]
    assert len(names[2]) == 8  # and the inner model with its two layers
    row = explain(deep(), depth=1).rows[1]
    assert (row.kind, row.formula) == ("6 layers", "2 Dense, 2 BatchNormalization, 2 Add")
    assert (row.params, row.trainable) == (2 * (20 + 16), 2 * (20 + 8))
    assert row.note == "56 of 72 trainable"


@pytest.mark.parametrize("depth", [1, 2, 3, 9])
def test_depth_changes_no_total(depth):
    model = deep()
    whole, folded = explain(model, cost=True), explain(model, cost=True, depth=depth)
    assert (folded.total, folded.trainable) == (whole.total, whole.trainable)
    assert folded.total == model.count_params() and folded.costs == whole.costs
    assert (len(folded.rows) == len(whole.rows)) == (depth == 9)


def test_resnet50_fits_on_a_screen():
    with keras.StatelessScope(initialize_variables=False):
        explanation = explain(
            keras.applications.ResNet50(weights=None), depth=1, columns=["params"]
        )
    lines = str(explanation).splitlines()
    assert len(lines) < 20 and max(map(len, lines)) < 60
    assert [line.split()[-1] for line in lines if line.startswith("conv2")] == ["220,032"]


def test_columns_are_chosen():
    model = keras.Sequential([keras.Input((5,)), layers.Dense(3, name="hidden")])
    text = str(explain(model, columns=["params"]))
    assert text.splitlines()[:3] == ["Layer (type)    Params", "=" * 22, "hidden (Dense)      18"]
    shown = explain(model, columns=["output shape", "params"], cost=True)
    assert "Formula" not in str(shown) and "(None, 3)" in str(shown) and "5 × 3" in str(shown)
    assert "| Layer (type) | Output shape | Params |" in shown.to_markdown()
    assert '<td style="text-align:right">18</td>' in shown._repr_html_()


@pytest.mark.parametrize(
    "wrong", [{"depth": 0}, {"depth": "2"}, {"columns": ["parms"]}, {"columns": "params"}]
)
def test_a_depth_or_column_that_is_none_gets_one_sentence(wrong):
    with pytest.raises(ValueError, match=f"{next(iter(wrong))}="):
        explain(built(layers.Dense(3), (5,)), **wrong)


def test_the_private_names_of_keras_do_what_they_did():
    seen = []

    def note(operation):
        seen.append(operation.name)
        return operation.compute_output_spec

    model = keras.Sequential(
        [keras.Input((5,)), layers.Dense(3, name="one"), layers.Dense(2, name="two")]
    )
    graph = params._graph(model)
    assert graph is not None, "model._functional"
    params._send_through(graph, [keras.KerasTensor((None, 5))], note)
    assert seen == ["one", "two"], "Function._run_through_graph"
    assert params._maker(model.outputs[0]) is model.layers[-1], "KerasTensor._keras_history"
    around = layers.TimeDistributed(layers.Dense(3))
    assert list(params._directly_inside(around)) == [around.layer], "Layer._flatten_layers"


def test_a_layer_with_more_weights_than_its_formula_falls_back():
    class Scaled(layers.Dense):
        def build(self, input_shape):
            super().build(input_shape)
            self.scale = self.add_weight(shape=(7,), name="scale")

    row = the_row(built(Scaled(7), (5,)))
    assert row.params == 49
    assert row.note == "the formula for Scaled does not give this: weights by shape"
    assert_adds_up(row)


def test_a_class_that_only_has_the_name_of_a_keras_layer_has_no_formula():
    class Dense(layers.Layer):
        units, use_bias = 7, False

        def build(self, input_shape):
            self.kernel = self.add_weight(shape=(input_shape[-1], 7), name="kernel")

    assert the_row(built(Dense(), (5,))).note == "no formula for Dense: weights by shape"


def test_a_class_of_ones_own_has_the_formula_of_its_base():
    class Logits(layers.Dense):
        pass

    row = the_row(built(Logits(7), (5,)))
    assert (row.kind, row.arithmetic) == ("Logits", "(5 × 7) + 7 = 42")


def test_a_shared_layer_is_counted_once():
    shared = layers.Dense(3, name="shared")
    a, b = keras.Input((4,)), keras.Input((4,))
    model = keras.Model([a, b], layers.Add()([shared(a), shared(b)]))
    explanation = explain(model)
    assert [row.params for row in explanation.rows if row.name == "shared"] == [15]
    assert explanation.total == model.count_params() == 15


def test_a_layer_shared_by_two_nested_models_is_counted_in_the_first():
    shared = layers.Dense(3, name="shared")
    inputs = keras.Input((4,))
    parts = [keras.Sequential([keras.Input((4,)), shared], name=name) for name in ("one", "two")]
    model = keras.Model(inputs, layers.Add()([part(inputs) for part in parts]))
    rows = explain(model).rows
    first, second = (row for row in rows if row.name == "shared")
    assert (first.params, second.params) == (15, 0)
    assert (first.note, second.note) == ("", "15 parameters are counted above")
    assert [row.params for row in rows if row.subtotal] == [15, 0]
    assert explain(model).total == model.count_params() == 15


def test_a_weight_tied_across_layers_is_counted_once():
    class Tied(layers.Layer):
        def __init__(self, kernel):
            super().__init__()
            self.kernel = kernel

        def build(self, input_shape):
            self.bias = self.add_weight(shape=(4,), name="bias")

        def call(self, inputs):
            return inputs @ keras.ops.transpose(self.kernel) + self.bias

    first = built(layers.Dense(4, name="first"), (4,))
    model = keras.Sequential([keras.Input((4,)), first, Tied(first.kernel)])
    rows = explain(model).rows
    assert [row.params for row in rows] == [20, 4]
    assert rows[1].note == "16 parameters are counted above, as kernel of first; the rest by shape"
    assert explain(model).total == model.count_params() == 24


def test_a_nested_subtotal_is_not_counted_twice():
    model = nested()
    explanation = explain(model)
    assert [(row.name, row.depth, row.params) for row in explanation.rows] == [
        ("inputs", 0, 0),
        ("encoder", 0, 23),
        ("inner1", 1, 15),
        ("inner2", 1, 8),
        ("outer", 0, 15),
    ]
    assert explanation.total == model.count_params() == 38
    assert "(23)" in str(explanation) and "· inner1 (Dense)" in str(explanation)


def test_models_nested_twice_add_up_too():
    inputs = keras.Input((4,))
    model = keras.Model(inputs, layers.Dense(2)(nested()(inputs)))
    explanation = explain(model)
    assert max(row.depth for row in explanation.rows) == 2
    assert explanation.total == model.count_params()
    assert sum(row.params for row in explanation.rows if row.depth == 0) == explanation.total


def test_the_weights_of_a_model_itself_have_a_row():
    class Shifted(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(3)

        def build(self, input_shape):
            self.dense.build(input_shape)
            self.shift = self.add_weight(shape=(3,), name="shift")

        def call(self, inputs):
            return self.dense(inputs) + self.shift

    model = Shifted()
    model.build((None, 4))
    dense, own = explain(model).rows
    assert (dense.params, own.params, own.formula) == (15, 3, "shift 3 = 3")
    assert explain(model).total == model.count_params() == 18


def test_an_unbuilt_model_or_layer_says_how_to_build_it():
    with pytest.raises(ValueError, match=r"model\.build\(input_shape\) or .* keras\.Input"):
        explain(keras.Sequential([layers.Dense(3)]))
    with pytest.raises(ValueError, match=r"'lonely' is not built.*layer\.build\(input_shape\)"):
        explain(layers.Dense(3, name="lonely"))


def test_an_unbuilt_layer_inside_a_built_model_is_said():
    class Forgetful(keras.Model):
        def __init__(self):
            super().__init__()
            self.used, self.unused = layers.Dense(3), layers.Dense(3)

        def build(self, input_shape):
            self.used.build(input_shape)

    model = Forgetful()
    model.build((None, 4))
    assert [row.note for row in explain(model).rows] == ["", "not built yet, counted as 0"]


def test_what_is_no_keras_layer_is_refused():
    with pytest.raises(TypeError, match="got str"):
        explain("model")


def test_frozen_layers_are_marked():
    model = lecture_sequential()
    model.layers[0].trainable = False
    explanation = explain(model)
    assert [row.trainable for row in explanation.rows] == [0, 2020, 21]
    assert explanation.rows[0].note == "frozen: 0 of 600 trainable"
    assert (explanation.total, explanation.trainable) == (2641, 2041)
    assert "Non-trainable params: 600" in str(explanation)


def test_a_layer_of_a_frozen_model_is_not_trained_even_when_it_says_so():
    model = lecture_sequential()
    model.trainable = False
    model.layers[0].trainable = True
    assert explain(model).trainable == 0
    assert explain(model).rows[0].note == "0 of 600 trainable"


def test_moving_statistics_are_not_trainable():
    row = the_row(built(layers.BatchNormalization(), (16,)))
    assert (row.params, row.trainable, row.note) == (64, 32, "32 of 64 trainable")


def test_training_adds_no_parameters():
    model = lecture_functional()
    before = str(explain(model))
    model.compile("adam", "mse", metrics=["mae"])
    model.fit([np.zeros((4, 16)), np.zeros((4, 32))], np.zeros((4, 4)), verbose=0)
    assert str(explain(model)) == before


def test_random_states_are_not_parameters():
    layer = layers.Dropout(0.5)
    layer(keras.Input((3,)))
    assert layer.variables and explain(layer).total == 0


@pytest.mark.parametrize("layer", [layers.Dense(3), layers.Conv2D(4, 3)], ids=["Dense", "Conv2D"])
def test_the_output_shape_is_that_of_the_model_or_of_the_built_layer(layer):
    built(layer, (8, 8, 2))
    row = the_row(layer)
    assert row.output_shape == layer.compute_output_shape((None, 8, 8, 2))


def test_a_layer_of_several_outputs_has_a_list_of_shapes():
    layer = layers.LSTM(3, return_state=True)
    layer(keras.Input((5, 2)))
    assert the_row(layer).output_shape == [(None, 3), (None, 3), (None, 3)]


def test_every_line_of_text_fits_and_no_name_is_cut():
    inputs = keras.Input((32, 32, 3))
    x = layers.SeparableConv2D(64, 3, name="a_separable_convolution_with_a_long_name")(inputs)
    x = layers.BatchNormalization()(x)
    x = layers.Reshape((900, 64))(x)
    x = layers.MultiHeadAttention(2, 8)(x, x)
    explanation = explain(keras.Model(inputs, x))
    lines = str(explanation).splitlines()
    assert max(map(len, lines)) <= params.LINE_WIDTH
    second = lines[0].index("Output shape")
    first_column = "".join(line[:second] for line in lines[2:-4])
    names = "".join(f"{row.name} ({row.kind})" for row in explanation.rows)
    assert "".join(first_column.split()) == "".join(names.split())


def test_a_table_of_short_rows_is_narrow():
    assert max(map(len, str(explain(lecture_sequential())).splitlines())) < 70


def test_html_escapes_names():
    layer = built(layers.Dense(2, name="<script>alert('a & b')<|script>"), (3,))
    page = explain(layer)._repr_html_()
    assert "<script" not in page and "&lt;script&gt;alert(&#x27;a &amp; b&#x27;)" in page
    assert "(3 × 2) + 2 = 8" in page and page.count("<tr>") == 2


def test_markdown_has_one_line_a_row_and_escapes_names():
    layer = built(layers.Dense(2, name="a|b<i>*"), (3,))
    head, rule, row, *_ = explain(layer).to_markdown().splitlines()
    assert head.count("|") == rule.count("|") == 5
    assert row.replace("\\|", "").count("|") == 5
    assert r"a\|b&lt;i&gt;\* (Dense)" in row and "(3 × 2) + 2 = 8" in row


def run_alone(code, folder):
    """What a new Python prints that runs `code` in a folder with nothing but params.py."""
    shutil.copy(params.__file__, folder)
    return subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code],
        capture_output=True,
        encoding="utf-8",
        check=True,
        cwd=folder,
    ).stdout


def test_importing_brings_in_no_framework(tmp_path):
    code = "import sys, params; print({'keras', 'tensorflow', 'jax', 'torch'} & set(sys.modules))"
    assert run_alone(code, tmp_path).strip() == "set()"


def test_the_file_works_copied_alone(tmp_path):
    code = (
        "import keras, params, sys; dense = keras.layers.Dense(100); dense.build((None, 5));"
        "print(params.explain(dense)); print('dlhelpers' in sys.modules)"
    )
    printed = run_alone(code, tmp_path)
    assert "(5 × 100) + 100 = 600" in printed and printed.endswith("False\n")
