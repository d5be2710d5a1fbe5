"""Grading finds the answers of a class, gives points for each case, and cannot be fooled."""

import csv
import io
import json
import os
import time

import attacks
import pytest

from dlhelpers import exercises, grading
from dlhelpers.__main__ import main

CONVOLVE, ZEROS = "convolution.convolve2d", "convolution.zeros_for_same"
RIGHT = attacks.function(attacks.RIGHT)
RIGHT_ZEROS = f"""
def zeros_for_same(n, kernel_size, stride):
    responses = -(-n // stride)
    return max((responses - 1) * stride + kernel_size - n, 0)


check("{ZEROS}", zeros_for_same)
"""


@pytest.fixture
def classroom(tmp_path):
    """A class: `hand_in(name, {exercise or cell id: source})`, and `grade()`."""
    return Classroom(tmp_path)


class Classroom:
    def __init__(self, place, notebook=None):
        self.notebook = notebook or attacks.lesson()
        self.path = place / "09_convolution_by_hand.ipynb"
        self.path.write_text(json.dumps(self.notebook))
        self.folder = place / "submitted"
        self.folder.mkdir()

    def hand_in(self, name, changed=None, more=(), metadata=None):
        notebook = attacks.handed_in(self.notebook, changed or {}, metadata)
        for after, source in more:
            ids = [cell["id"] for cell in notebook["cells"]]
            new = {"cell_type": "code", "id": f"new-{len(ids)}", "source": source, "metadata": {}}
            notebook["cells"].insert(ids.index(after) + 1, new)
        return self.write(f"{name}.ipynb", json.dumps(notebook))

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def grade(self, **named):
        return grading.grade(
            self.folder, [self.path], exercises, **{"seconds": 5, "secret": "s"} | named
        )


def row_of(report, name):
    return next(row for row in report.submissions if row.student_id == name)


def points(report, name):
    return {g.name.partition(".")[2]: sum(g.points) for g in row_of(report, name).exercises}


def message(report, name, exercise=CONVOLVE):
    return next(g.message for g in row_of(report, name).exercises if g.name == exercise)


# ------------------------------------------------------------------------------------- a class


def test_a_class_gets_points_for_each_case_and_a_line_for_what_is_wrong(classroom):
    wrong = RIGHT_ZEROS.replace("max(", "(").replace(", 0)", ")")
    classroom.hand_in("alice", {CONVOLVE: RIGHT, ZEROS: RIGHT_ZEROS})
    classroom.hand_in("bob", {CONVOLVE: RIGHT.replace("[::-1, ::-1]", ""), ZEROS: wrong})
    classroom.hand_in("carol")
    classroom.hand_in("dora/work/my homework", {ZEROS: RIGHT_ZEROS})
    classroom.write("erik.pdf", "%PDF")
    classroom.write("frida.ipynb", "")
    classroom.write("gustav.ipynb", "{" + "[" * 10**5)
    classroom.write("hanna.ipynb", json.dumps({"cells": []}))
    classroom.write("ivan/notes.txt", "I was ill.")
    classroom.write("jens.ipynb", json.dumps({"cells": [{"cell_type": "code", "source": None}]}))
    other = 'check("pooling.backwards", backwards)'
    classroom.write("karin.ipynb", cells(other))
    classroom.hand_in("lena", {ZEROS: "", CONVOLVE: RIGHT})
    (classroom.folder / "mats").mkdir()
    report = classroom.grade()

    assert report.points == {CONVOLVE: 3, ZEROS: 6} and report.most == 9 and not report.warnings
    assert points(report, "alice") == {"convolve2d": 3, "zeros_for_same": 6}
    assert points(report, "bob")["convolve2d"] == 0
    assert 0 < points(report, "bob")["zeros_for_same"] < 6
    assert "cross-correlation" in message(report, "bob")
    assert points(report, "carol") == {"convolve2d": 0, "zeros_for_same": 0}
    assert message(report, "carol") == "not answered yet"
    assert points(report, "dora") == {"convolve2d": 0, "zeros_for_same": 6}
    assert row_of(report, "dora").files == ["dora/work/my homework.ipynb"]
    assert {r.student_id: r.problems for r in report.submissions if r.problems} == {
        "erik": ["erik.pdf is no notebook."],
        "frida": ["frida.ipynb is empty."],
        "gustav": ["gustav.ipynb is damaged, or is no Jupyter notebook."],
        "hanna": ["hanna.ipynb has no cell in it."],
        "ivan": ["notes.txt is no notebook."],
        "jens": ["jens.ipynb is damaged, or is no Jupyter notebook."],
        "karin": ["karin.ipynb has none of the exercises in it; it has pooling.backwards."],
        "mats": ["is empty."],
    }
    assert points(report, "lena") == {"convolve2d": 3, "zeros_for_same": 0}


def cells(*sources):
    code = [{"cell_type": "code", "source": source, "metadata": {}} for source in sources]
    return json.dumps({"cells": code, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def test_the_report_comes_as_a_table_as_json_and_as_csv(classroom, tmp_path, capsys):
    classroom.hand_in("alice", {CONVOLVE: RIGHT, ZEROS: RIGHT_ZEROS})
    classroom.hand_in("=cmd", {CONVOLVE: RIGHT})
    classroom.write("\x1b[2Jbob.txt", "")
    arguments = ["grade", str(classroom.folder), "--notebook", str(classroom.path)]
    arguments += ["--json", str(tmp_path / "g.json"), "--csv", str(tmp_path / "g.csv")]
    assert main(arguments) == 0
    table = capsys.readouterr().out
    assert "\x1b" not in table
    assert [line.split() for line in table.splitlines() if line.startswith(("=cmd", "alice"))] == [
        ["=cmd", "3/3", "0/6", "3/9"],
        ["alice", "3/3", "6/6", "9/9"],
    ]
    stored = json.loads((tmp_path / "g.json").read_text())
    assert f"--secret {stored['secret']}" in table and len(stored["secret"]) == 16
    by_name = {row["student_id"]: row for row in stored["submissions"]}
    assert by_name["alice"]["score"] == 9 == by_name["alice"]["max_score"]
    assert by_name["=cmd"]["exercises"][0]["points"] == [True, True, True]
    rows = list(csv.DictReader(io.StringIO((tmp_path / "g.csv").read_text())))
    assert rows[1]["student_id"] == "'=cmd"  # no spreadsheet computes it
    assert rows[2] == {
        "student_id": "alice", "score": "9", "max_score": "9", "percent": "100.0",
        CONVOLVE: "3", ZEROS: "6", "problems": "",
    }  # fmt: skip


def test_the_same_secret_gives_the_same_cases_and_another_gives_others(classroom):
    classroom.hand_in("bob", {CONVOLVE: attacks.function("return 0")})
    one, same, other = (message(classroom.grade(secret=s), "bob") for s in ("one", "one", "two"))
    assert one == same != other


def test_a_solution_that_is_not_accepted_is_told(classroom):
    text = classroom.path.read_text().replace("kernel[::-1, ::-1]", "kernel")
    classroom.path.write_text(text)
    classroom.hand_in("alice", {CONVOLVE: RIGHT})
    report = classroom.grade()
    assert report.warnings[0].startswith(f"The solution of {CONVOLVE} is not accepted: ✗")
    assert points(report, "alice")["convolve2d"] == 3


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["nowhere", "--notebook", "{notebook}"], "nowhere is no folder"),
        (["{folder}", "--notebook", "{notebook}"], "Nothing was handed in"),
        (["{folder}", "--notebook", "nowhere.ipynb"], "nowhere.ipynb does not exist"),
        (["{folder}", "--notebook", "{old}"], "09.convolve2d has a name by topic now"),
        (["{folder}", "--notebook", "{none}"], "has no exercise in it"),
    ],
)
def test_what_cannot_be_graded_is_told_in_a_sentence(classroom, tmp_path, arguments, said, capsys):
    (tmp_path / "old.ipynb").write_text(cells('check("09.convolve2d", convolve2d)'))
    (tmp_path / "none.ipynb").write_text(cells("1"))
    names = {"notebook": classroom.path, "folder": classroom.folder}
    names |= {"old": tmp_path / "old.ipynb", "none": tmp_path / "none.ipynb"}
    assert main(["grade", *(argument.format(**names) for argument in arguments)]) == 1
    shown = capsys.readouterr()
    assert said in shown.err and shown.err.count("\n") == 1 and not shown.out


# ------------------------------------------------------------------------------ what answers need


def test_an_answer_has_what_stands_above_it_and_nothing_else_runs(classroom):
    uses_the_lesson = """
scale = 1
def convolve2d(image, kernel):
    sides = output_size(image.shape[0], kernel.shape[0], 0, scale)
    patches = cut(image, kernel.shape)
    assert len(patches) == sides and (sobel.shape, weights[1]) == ((3, 3), 5)
    return np.einsum("ijuv,uv->ij", patches, half_turned(kernel))
check("convolution.convolve2d", convolve2d)
raise ValueError("no other statement of the cell is needed")
"""
    helper = """
%matplotlib inline
import numpy
while False:
    pass
def half_turned(kernel):
    return kernel[::-1, ::-1]
def cut(image, shape):
    return windows(image, shape)
weights = [1, 2]
weights[1] = 5
print("shown")
"""
    late = "windows = numpy.lib.stride_tricks.sliding_window_view"
    never = "history = [0]\nwhile True:\n    pass"
    more = [("09-20", helper), ("09-21", never), ("09-22", late)]
    classroom.hand_in("alice", {CONVOLVE: uses_the_lesson}, more)
    below = [("09-24", "def half_turned(kernel):\n    return kernel[::-1, ::-1]")]
    classroom.hand_in("bob", {CONVOLVE: attacks.function("return half_turned(kernel)")}, below)
    report = classroom.grade()
    assert message(report, "alice") == "✓ convolve2d is right"
    assert "NameError: name 'half_turned'" in message(report, "bob")  # it stands below


def test_a_training_of_the_lesson_is_left_out_and_said_so(tmp_path):
    notebook = attacks.lesson()
    for cell in notebook["cells"]:
        if cell["id"] == "09-22":
            cell["source"] = "history = model.fit(1)"
    classroom = Classroom(tmp_path, notebook)
    classroom.hand_in("alice", {CONVOLVE: attacks.function("return history")})
    assert "(history comes from a training, which is not run here.)" in message(
        classroom.grade(), "alice"
    )


def test_cells_are_found_again_without_ids_in_any_order_and_when_doubled(classroom):
    path = classroom.hand_in("alice", {CONVOLVE: RIGHT, ZEROS: RIGHT_ZEROS})
    notebook = json.loads(path.read_text())
    for cell in notebook["cells"]:
        cell["metadata"] = {"id": cell.pop("id")}  # as Colab writes them
    path.write_text(json.dumps(notebook))
    for cell in notebook["cells"]:
        cell["metadata"] = {}
    notebook["cells"].reverse()
    classroom.write("bob.ipynb", json.dumps(notebook))
    twice = [("09-24", RIGHT.replace("[::-1, ::-1]", ""))]
    classroom.hand_in("carol", {CONVOLVE: RIGHT}, twice)
    changed = {"09-10": "def output_size(*given):\n    return 0", CONVOLVE: RIGHT}
    classroom.hand_in("dora", changed)
    renamed = RIGHT.replace("convolve2d(image", "mine(image").replace(", convolve2d)", ", mine)")
    classroom.hand_in("erik", {CONVOLVE: renamed})
    no_check = {CONVOLVE: RIGHT.replace(f"check({CONVOLVE!r}, convolve2d)", "")}
    classroom.hand_in("frida", no_check)
    report = classroom.grade()
    assert points(report, "alice") == points(report, "bob") == report_most(report)
    assert points(report, "carol")["convolve2d"] == 0
    assert row_of(report, "carol").problems == [
        f"{CONVOLVE} stands in 2 cells; the last one counts."
    ]
    assert points(report, "dora")["convolve2d"] == 3
    assert "cells of the lesson were changed (09-10)" in row_of(report, "dora").problems[0]
    assert points(report, "erik")["convolve2d"] == 3 == points(report, "frida")["convolve2d"]


def report_most(report):
    return {name.partition(".")[2]: most for name, most in report.points.items()}


def test_of_several_notebooks_each_is_graded_and_two_of_the_same_are_not(classroom, tmp_path):
    path = attacks.ROOT / "notebooks" / "10_pooling.ipynb"
    notebook = attacks.lesson(path, only="pooling.backwards")
    text = json.dumps(notebook)
    second = tmp_path / "10_pooling.ipynb"
    second.write_text(text)
    classroom.hand_in("alice/09_convolution_by_hand", {CONVOLVE: RIGHT})
    classroom.hand_in("alice/old version", {})
    classroom.write("alice/second.ipynb", text)  # with the solutions, which do not count
    classroom.hand_in("bob/one", {CONVOLVE: RIGHT})
    classroom.hand_in("bob/two", {CONVOLVE: RIGHT})
    report = grading.grade(
        classroom.folder, [classroom.path, second], exercises, secret="s", seconds=5
    )
    assert not report.warnings and set(report.points) > {"pooling.backwards", CONVOLVE}
    assert points(report, "alice")["convolve2d"] == 3 and points(report, "alice")["backwards"] == 0
    assert points(report, "bob") == {}
    said = "one.ipynb and two.ipynb hold the same exercises, so none was graded."
    assert row_of(report, "bob").problems == [said]


def test_a_link_is_not_followed(classroom):
    classroom.hand_in("alice", {CONVOLVE: RIGHT})
    (classroom.folder / "bob.ipynb").symlink_to(classroom.folder / "alice.ipynb")
    report = classroom.grade()
    assert row_of(report, "bob").problems == ["bob.ipynb is no file of its own."]


# ------------------------------------------------------------------------------------- attacks


@pytest.fixture(scope="module")
def attacked():
    """All attacks of tools/attacks.py beside two honest submissions, graded once."""
    return attacks.tried(seconds=3)


@pytest.mark.parametrize("name", [*attacks.ATTACKS, *attacks.CELLS])
def test_an_attack_gains_nothing(name, attacked):
    report, _ = attacked
    assert sum(points(report, name).values()) == 0
    assert row_of(report, name).problems or not row_of(report, name).exercises[0].passed


def test_the_attacks_took_nothing_from_honest_submissions(attacked):
    report, unchanged = attacked
    assert unchanged
    assert points(report, "alice") == {"convolve2d": 3} == points(report, "zoe")
    assert len(report.submissions) == len(attacks.ATTACKS) + len(attacks.CELLS) + 2


@pytest.mark.skipif(not os.path.exists("/proc/self"), reason="only Linux has all fences")
def test_all_fences_stand_here(attacked):
    assert attacked[0].fences == list(grading.FENCES)


STEAL = ["reads the cases", "reads the cases with NumPy", "reads another submission"]


@pytest.mark.parametrize(
    "fences, gained", [(("limits", "landlock"), 0), (("limits", "hook"), 0), (("limits",), 3)]
)
def test_each_fence_alone_keeps_files_unread_and_without_one_they_are_read(fences, gained):
    report, _ = attacks.tried(fences, only=[*STEAL, "alice"])
    assert [sum(points(report, name).values()) for name in sorted(STEAL)] == [gained] * 3


@pytest.mark.weekly
@pytest.mark.parametrize("fences", [("limits", "hook"), ("limits", "landlock", "seccomp")])
def test_attacks_gain_nothing_where_only_some_fences_stand(fences):
    report, unchanged = attacks.tried(fences, seconds=3)
    assert unchanged
    gained = {row.student_id: report.score(row) for row in report.submissions if report.score(row)}
    assert gained == {"alice": 3, "zoe": 3}


@pytest.mark.parametrize(
    "note",
    [
        [],
        {"call": "", "gives": {"type": "model", "config": {}, "weights": []}},
        {"call": "", "gives": {"type": "array", "kind": "f", "shape": [2, 2], "items": [1.0]}},
        {"call": "", "gives": {"type": "array", "kind": "O", "shape": [1], "items": [1.0]}},
        {"call": "", "gives": {"type": "array", "kind": "i", "shape": [1], "items": ["a"]}},
        {"call": "", "gives": {"type": "list"}},
        {"call": "", "gives": {"surprise": 1}},
        {"call": "", "gives": {"type": "dict", "keys": [1], "items": [1]}},
    ],
)
def test_a_forged_note_is_refused(note):
    with pytest.raises((ValueError, KeyError, TypeError)):
        grading.clean_note(note)


def test_a_note_of_the_engine_is_kept_as_it_is():
    import numpy as np

    given = [1, 2.5, None, True, "a", (1, [2]), np.ones((2, 2)), {"a": np.array(["b"])}, len]
    for value in given:
        note = json.loads(json.dumps(exercises.ask(lambda value=value: value, ())))
        assert grading.clean_note(json.loads(json.dumps(note))) == note


# --------------------------------------------------------------------------------------- a hundred


@pytest.mark.parametrize(
    "count, seconds", [(6, 60), pytest.param(100, 120, marks=pytest.mark.weekly)]
)
def test_a_hundred_submissions_take_under_two_minutes_on_two_cores(classroom, count, seconds):
    for n in range(count):
        wrong = RIGHT_ZEROS.replace("max(", f"{n % 2} + max(")
        classroom.hand_in(f"student{n}", {CONVOLVE: RIGHT, ZEROS: wrong})
    start = time.monotonic()
    report = classroom.grade(workers=2)
    assert time.monotonic() - start < seconds
    assert [points(report, f"student{n}")["zeros_for_same"] for n in range(count)] == [
        0 if n % 2 else 6 for n in range(count)
    ]


# -------------------------------------------------------------------- answers that are Keras models

RING = """
def ring_network():
    return ...


check("keras_models.ring_network", ring_network)
"""
RING_SOLVED = """
def ring_network():
    model = keras.Sequential([keras.Input((2,))])
    model.add(layers.Dense(8, activation="relu"))
    model.add(layers.Dense(1, activation="sigmoid"))
    model.compile(keras.optimizers.Adam(learning_rate=0.01), "binary_crossentropy")
    return model


check("keras_models.ring_network", ring_network)
"""
START = """
def digits_network():
    return keras.Sequential([
        keras.Input((784,)),
        layers.Dense(100, activation="relu", kernel_initializer="{0}"),
        layers.Dense(100, activation="relu", kernel_initializer="{0}"),
        layers.Dense(10),
    ])


repaired_start = {1}

check("initialization.repaired_start", repaired_start)
"""
LOSS = 'classes = 10\nfirst_loss = {}\n\ncheck("initialization.first_loss", first_loss{})'


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """A class that built, repaired and predicted, graded once."""
    set_up = {"id": "set-up", "cell_type": "code", "metadata": {}}
    set_up["source"] = "import keras\nimport numpy as np\nfrom keras import layers"
    open_cells = [RING, START.format("zeros", "..."), LOSS.format("...", "")]
    solved = [RING_SOLVED, START.format("he_normal", "digits_network")]
    solved.append('first_loss = np.log(classes)\ncheck("initialization.first_loss", first_loss)')
    cells = [set_up]
    for n, (cell, solution) in enumerate(zip(open_cells, solved)):
        for name, source in [("open", cell), ("solved", f"{grading.SOLUTION}\n{solution}")]:
            new = {"id": f"{name}-{n}", "cell_type": "code", "metadata": {}, "source": source}
            cells.append(new)
    room = Classroom(tmp_path_factory.mktemp("models"), {"cells": cells, "metadata": {}})
    ring, start, loss = (
        "keras_models.ring_network",
        *(f"initialization.{name}" for name in ("repaired_start", "first_loss")),
    )
    given = exercises.givens(loss, "s1")["classes"]
    predicted = LOSS.replace("10", str(given)).format("np.log(classes)", ', variant="s1"')
    answers = {ring: RING_SOLVED, start: solved[1], loss: predicted}
    room.hand_in("s1", answers)
    room.hand_in("s2", answers | {ring: RING, start: START.format("zeros", "digits_network")})
    mine = """
class Mine(layers.Layer):
    def call(self, x):
        import os
        os._exit(0)
"""
    room.hand_in("s3", {ring: mine + RING_SOLVED.replace("layers.Dense(8", "Mine(")})
    reads = f"print(open({str(attacks.ROOT / 'README.md')!r}).read())\n    return keras."
    room.hand_in("s4", {start: solved[1].replace("return keras.", reads)})
    return room.grade(seconds=30)


@pytest.mark.weekly
def test_models_are_built_in_one_process_and_measured_in_another(models):
    assert not models.warnings
    assert points(models, "s1") == {"ring_network": 3, "repaired_start": 4, "first_loss": 1}
    assert message(models, "s1", "keras_models.ring_network").startswith("✓ ring_network is right")


@pytest.mark.weekly
def test_a_repair_gets_a_point_for_each_fault_and_a_copied_variant_is_told(models):
    assert 0 < points(models, "s2")["repaired_start"] < 4
    assert points(models, "s2")["ring_network"] == 0
    assert "has the same variant, s1, as s1." in row_of(models, "s2").problems


@pytest.mark.weekly
def test_a_model_cannot_carry_code_to_its_judge_nor_read_files(models):
    assert points(models, "s3")["ring_network"] == 0
    assert points(models, "s4")["repaired_start"] == 0
    assert "PermissionError" in message(models, "s4", "initialization.repaired_start")


def test_a_configuration_that_names_more_than_keras_is_refused():
    for part in [
        {"module": "keras.layers", "class_name": "Lambda"},
        {"module": "os", "class_name": "system"},
        {"module": "keras.utils", "class_name": "get_file"},
        {"module": None, "class_name": "Mine", "registered_name": "Mine"},
        {"module": None, "class_name": "__lambda__"},
    ]:
        model = {"type": "model", "config": {"layers": [part]}, "weights": []}
        with pytest.raises(ValueError, match="is no part of Keras"):
            grading.clean_note({"call": "", "gives": model}, with_models=True)
    part = {"module": "keras.layers", "class_name": "Dense", "config": {"units": 3}}
    model = {"type": "model", "config": {"layers": [part]}, "weights": []}
    assert grading.clean_note({"call": "", "gives": model}, with_models=True)["gives"] == model


@pytest.mark.parametrize("more", [[], ["--with-helpers"], ["--variant", "s1"]], ids=str)
def test_what_student_writes_itself_is_not_held_against_the_student(classroom, tmp_path, more):
    written = ["student", str(classroom.path), "--to", str(tmp_path / "hw"), *more]
    assert main(written) == 0
    handed_in = tmp_path / "hw" / classroom.path.name
    handed_in.rename(classroom.folder / "anna.ipynb")
    assert row_of(classroom.grade(), "anna").problems == []
