"""Pictures: their words come from the data, their Axes go in and out, bad input gets a sentence."""

import importlib.util
import io
import os
import pathlib
import re
import subprocess
import sysconfig

import matplotlib.pyplot as plt
import nbformat
import notebook_rules
import numpy as np
import pytest
import stored_pictures as stored
from matplotlib.colors import to_hex, to_rgb
from PIL import Image

from dlhelpers import plotting

ROOT = pathlib.Path(__file__).resolve().parent.parent
SCRIPTS = sysconfig.get_path("scripts")
comparing = importlib.util.spec_from_file_location("comparing", ROOT / "conftest.py")
SLIDE_IMAGE = np.array(
    [[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]]
)
SLIDE_KERNEL = np.array([[1, 0, 1], [0, 1, 0], [1, 0, 1]])
RNG = np.random.default_rng(0)
PHOTO = RNG.random((10, 20, 3))
DRAWN = {
    "training_curves": lambda ax=None: plotting.training_curves(
        {"loss": [0.9, 0.5], "val_loss": [0.8, 0.7]}, ax=ax
    ),
    "lines": lambda ax=None: plotting.lines([1, 2], {"loss": [3, 2]}, "epoch", "loss", ax=ax),
    "image_grid": lambda ax=None: plotting.image_grid(RNG.random((5, 4, 6)), ax=ax),
    "boxes": lambda ax=None: plotting.boxes(PHOTO, [[1, 2, 5, 4]], ["Cat"], ax=ax),
    "kernels": lambda ax=None: plotting.kernels(RNG.normal(size=(3, 3, 1, 4)), ax=ax),
    "feature_maps": lambda ax=None: plotting.feature_maps(RNG.random((6, 6, 4)), ax=ax),
    "convolution_step": lambda ax=None: plotting.convolution_step(
        SLIDE_IMAGE, SLIDE_KERNEL, 0, ax=ax
    ),
    "model_graph": lambda ax=None: plotting.model_graph(lecture_model(), ax=ax),
}


pytestmark = pytest.mark.usefixtures("close_figures")


@pytest.fixture
def displayed(monkeypatch):
    """What `show` and `steps` hand to the notebook, as outputs."""
    import IPython.display

    plt.switch_backend("agg")
    calls = []
    monkeypatch.setattr(IPython, "get_ipython", lambda: "a shell")
    monkeypatch.setattr(
        IPython.display,
        "display",
        lambda data, metadata, raw: calls.append(
            nbformat.v4.new_output("display_data", data=data, metadata=metadata)
        ),
    )
    return calls


def lecture_model():
    import keras
    from keras import layers

    first, second = keras.Input((16,), name="input1"), keras.Input((32,), name="input2")
    joined = layers.Concatenate(name="joined")(
        [layers.Dense(8, name="x1")(first), layers.Dense(8, name="x2")(second)]
    )
    return keras.Model([first, second], layers.Dense(4, name="out")(joined))


@pytest.mark.parametrize("name", DRAWN)
def test_a_plot_function_draws_on_the_axes_it_is_given(name):
    _, (left, right) = plt.subplots(1, 2)
    assert DRAWN[name](right) is right
    assert not left.has_data()
    assert right.has_data() or right.patches


@pytest.mark.parametrize("name", DRAWN)
def test_a_plot_function_makes_a_figure_when_it_is_given_none_and_leaves_it_open(name):
    ax = DRAWN[name]()
    assert plt.fignum_exists(ax.figure.number)


@pytest.mark.parametrize("name", DRAWN)
def test_the_words_of_a_picture_are_a_sentence(name):
    words = DRAWN[name]().alt
    assert len(words.split()) >= 5
    assert words.endswith(".")


def test_show_carries_the_words_as_text_as_alt_and_inside_the_png(displayed):
    ax = DRAWN["training_curves"]()
    plotting.show(ax)
    [output] = displayed
    [frame] = stored.frames(output)
    picture = Image.open(io.BytesIO(frame.png))
    assert output.data["text/plain"] == ax.alt == frame.words == picture.info["Description"]
    assert abs(picture.width - 2 * frame.size[0]) <= 1


def test_show_closes_the_figure_so_that_it_is_not_shown_twice(displayed):
    ax = DRAWN["image_grid"]()
    plotting.show(ax)
    assert not plt.fignum_exists(ax.figure.number)


def test_show_joins_the_words_of_several_axes(displayed):
    figure, axes = plt.subplots(1, 2)
    for ax, name in zip(axes, ["image_grid", "training_curves"], strict=True):
        DRAWN[name](ax)
    plotting.show(figure)
    assert displayed[0].data["text/plain"] == f"{axes[0].alt} {axes[1].alt}"


def test_show_outside_of_ipython_prints_the_words_alone_and_closes_the_figure(capsys):
    ax = DRAWN["image_grid"]()
    plotting.show(ax)
    assert capsys.readouterr().out == ax.alt + "\n"
    assert not plt.fignum_exists(ax.figure.number)


def test_show_writes_down_what_is_drawn_and_ties_the_png_to_it(displayed):
    ax = DRAWN["boxes"]()
    drawn = plotting.drawn(ax.figure)
    plotting.show(ax)
    [output] = displayed
    [frame] = stored.frames(output)
    assert stored.drawn(output) == [drawn]
    assert list(notebook_rules.faults_of_picture(frame.png, frame.size, drawn)) == []


def test_where_the_words_have_a_number_that_varies_the_data_is_not_written_down(displayed):
    for losses in ([3.0, 2.0], [2.5, 2.25]):
        plotting.show(plotting.training_curves({"loss": losses}))
    first, second = map(stored.drawn, displayed)
    assert first == second


def test_two_shows_of_the_same_figure_give_the_same_bytes(displayed):
    for _ in range(2):
        plotting.show(plotting.boxes(PHOTO, [[1, 2, 5, 4]], ["Cat"]))
    assert displayed[0] == displayed[1]


def test_the_caption_is_what_is_shown_without_what_can_be_read_off(displayed):
    plotting.show(DRAWN["training_curves"]())
    plotting.show(plt.figure(), "Ten curves of 1.5 and 2.5. The first is the lowest.")
    plotting.show(plt.figure(), "Two lines go down and up.", caption="What <b> does & why.")
    assert list(map(stored.caption, displayed)) == [
        "Loss over 2 epochs.",
        "Ten curves of 1.5 and 2.5.",
        "What <b> does & why.",
    ]


def test_a_caption_that_repeats_the_words_is_not_read_out_twice(displayed):
    plotting.show(plt.figure(), "Two lines go down and up.")
    plotting.show(plt.figure(), "Two lines go down and up.", caption="What a step does.")
    plotting.show(DRAWN["training_curves"]())
    hidden = ['aria-hidden="true"' in stored.page(output) for output in displayed]
    assert hidden == [True, False, True]


def grids(*sizes):
    return (plotting.image_grid(np.eye(n)[None]) for n in sizes)


def test_steps_stores_a_picture_and_the_words_of_each_frame(displayed):
    plotting.steps(grids(2, 3, 4))
    [output] = displayed
    frames = stored.frames(output)
    words = [f"1 picture of {n} by {n} pixels in 1 row." for n in (2, 3, 4)]
    assert [frame.words for frame in frames] == words
    assert output.data["text/plain"].splitlines() == [
        f"{n} of 3: {text}" for n, text in enumerate(words, 1)
    ]
    for frame, lines in zip(frames, stored.drawn(output), strict=True):
        assert list(notebook_rules.faults_of_picture(frame.png, frame.size, lines)) == []
    assert plt.get_fignums() == []


def test_steps_loads_nothing_from_anywhere_and_is_the_same_each_time(displayed):
    for _ in range(2):
        plotting.steps(grids(2, 3))
    assert displayed[0] == displayed[1]
    page = re.sub('data:image/png;base64,[^"]*', "", stored.page(displayed[0]))
    assert re.findall(r"https?:|\bsrc=\"[^\"]|url\(|\bid=", page) == []


def test_words_that_vary_do_not_change_the_name_of_a_player(displayed):
    for loss in ("≈0.25", "≈0.31"):
        plotting.steps(grids(2, 3), [f"The loss begins with {loss}.", "It is the second frame."])
    names = [re.search('data-steps="(.*?)"', stored.page(output))[1] for output in displayed]
    assert names[0] == names[1]


def test_steps_takes_a_function_of_the_step(displayed):
    words = [f"This is frame number {n}." for n in range(3)]
    plotting.steps(lambda n: plotting.image_grid(np.eye(n + 2)[None]), words)
    assert [frame.words for frame in stored.frames(displayed[0])] == words


def test_words_cannot_end_the_script_of_a_player(displayed):
    words = ["The first has </script><b> in it.", "The second has </script><b> in it."]
    plotting.steps(grids(2, 3), words)
    assert [frame.words for frame in stored.frames(displayed[0])] == words
    assert stored.page(displayed[0]).count("</script>") == 2


@pytest.mark.parametrize(
    ("frames", "words", "said"),
    [
        (lambda: grids(2), None, "got 1 frame; it shows at least two"),
        (lambda: grids(2, 3), ["This is the first frame."], "more frames than words, 1"),
        (lambda: grids(2, 3), ["This is one of three."] * 3, "2 frames; it shows the 3 that have"),
        (lambda: lambda n: plt.figure(), None, "a function to draw with"),
        (lambda: map(plt.figure, (1, 2)), None, "full sentence"),
        (
            lambda: (plt.figure(figsize=(n, 1)) for n in (1, 2)),
            ["This is one of two."] * 2,
            "frames of 2 sizes",
        ),
    ],
)
def test_steps_refuses_what_it_cannot_show_and_shows_nothing(frames, words, said, displayed):
    with pytest.raises(ValueError, match=said):
        plotting.steps(frames(), words)
    assert displayed == []


def test_steps_outside_of_ipython_prints_the_words_alone(capsys):
    plotting.steps(grids(2, 3))
    assert capsys.readouterr().out.splitlines() == [
        f"{n} of 2: 1 picture of {n + 1} by {n + 1} pixels in 1 row." for n in (1, 2)
    ]


@pytest.mark.parametrize("alt", [None, "", "a picture", "curve.png", "The loss falls and falls"])
def test_show_refuses_words_that_are_no_sentence_and_shows_nothing(alt, displayed):
    figure, _ = plt.subplots()
    with pytest.raises(ValueError, match="full sentence"):
        plotting.show(figure, alt)
    assert displayed == []


def test_the_words_of_training_curves_are_their_first_and_last_values():
    words = plotting.training_curves({"loss": [0.91, 0.6, 0.25], "val_loss": [0.8, 0.7, 0.9]}).alt
    assert re.findall(r"≈(\d\.\d+)", words) == ["0.910", "0.250", "0.800", "0.900"]
    assert "3 epochs" in words


def test_training_curves_take_what_fit_returns_and_count_epochs_from_one():
    class History:
        history = {"loss": [3.0, 1.0]}

    [line] = plotting.training_curves(History(), color="black").lines
    assert line.get_xydata().tolist() == [[1, 3.0], [2, 1.0]]
    assert line.get_color() == "black"


def test_a_metric_that_was_not_recorded_is_named_with_those_that_were():
    with pytest.raises(KeyError, match="'auc'.*'loss'"):
        plotting.training_curves({"loss": [1.0]}, "auc")


@pytest.mark.parametrize(
    ("shape", "columns", "rows"),
    [((5, 4, 4), 3, 2), ((20, 4, 4, 1), None, 2), ((1, 4, 4, 3), 9, 1)],
)
def test_an_image_grid_shows_every_picture_once_and_says_how_many_rows(shape, columns, rows):
    ax = plotting.image_grid(RNG.random(shape), columns=columns)
    extents = {tuple(picture.get_extent()) for picture in ax.images}
    assert len(ax.images) == len(extents) == shape[0]
    assert ax.alt.startswith(f"{shape[0]} picture")
    assert f"in {rows} row" in ax.alt


def test_the_pictures_of_a_grid_share_one_grey_scale():
    dim, bright = np.full((2, 2), 0.1), np.full((2, 2), 0.9)
    limits = {picture.get_clim() for picture in plotting.image_grid([dim, bright]).images}
    assert limits == {(0.1, 0.9)}


@pytest.mark.parametrize("shape", [(4, 4), (0, 4, 4), (2, 4, 4, 2), (2, 3, 4, 4, 3)])
def test_an_image_grid_refuses_what_are_no_pictures(shape):
    with pytest.raises(ValueError, match=re.escape(str(shape))):
        plotting.image_grid(np.zeros(shape))


def test_an_image_grid_wants_a_title_for_each_picture():
    with pytest.raises(ValueError, match="2 pictures but 1 titles"):
        plotting.image_grid(np.zeros((2, 3, 3)), titles=["one"])


def test_boxes_are_drawn_where_they_are_counted_from_the_upper_left_corner():
    ax = plotting.boxes(PHOTO, [[1, 2, 5, 4], [0, 0, 20, 10]])
    drawn = [(*patch.get_xy(), patch.get_width(), patch.get_height()) for patch in ax.patches]
    assert drawn == [(1, 2, 4, 2), (0, 0, 20, 10)]
    assert (ax.get_xlim(), ax.get_ylim()) == ((0, 20), (10, 0))
    assert len({patch.get_edgecolor() for patch in ax.patches}) == 2


def test_the_words_of_boxes_are_exact_for_whole_numbers_only():
    words = plotting.boxes(PHOTO, [[1, 2, 5, 4], [0, 0, 20, 10]], ["Cat", "Sofa"]).alt
    assert words == (
        "A picture of 10 by 20 pixels with 2 boxes: Cat from x 1 to 5, y 2 to 4; "
        "Sofa from x 0 to 20, y 0 to 10."
    )
    words = plotting.boxes(PHOTO, [[1.2, 2, 5, 4]], ["Cat ≈0.85"]).alt
    assert words.endswith("with 1 box: Cat ≈0.85 from x ≈1 to ≈5, y ≈2 to ≈4.")


def test_the_title_of_boxes_stands_above_the_picture_and_before_its_words():
    ax = plotting.boxes(PHOTO, [[1, 2, 5, 4]], ["Cat"], title="a zoo")
    assert ax.get_title(loc="left") + ax.get_title() == "a zoo"
    assert ax.alt.startswith("a zoo: a picture of 10 by 20 pixels with 1 box: Cat")


def test_boxes_without_labels_are_described_by_what_they_span():
    assert "2 boxes: all from x 1 to 8, y 2 to 9." in plotting.boxes(
        PHOTO, [[1, 3, 5, 4], [2, 2, 8, 9]]
    ).alt  # fmt: skip
    assert plotting.boxes(PHOTO, []).alt == "A picture of 10 by 20 pixels with 0 boxes."


def test_the_labels_of_equal_boxes_stand_below_each_other_inside_the_picture():
    same = [[2, -3, 9, 8]] * 3
    ax = plotting.boxes(PHOTO, same, ["Cup", "Mug", "Bottle"])
    ax.figure.canvas.draw()
    places = [text.get_window_extent() for text in ax.texts]
    assert all(upper.y0 > lower.y1 for upper, lower in zip(places, places[1:], strict=False))
    assert ax.bbox.y1 >= places[0].y1


def test_the_label_of_a_box_that_begins_a_little_higher_does_not_hide_the_first():
    ax = plotting.boxes(np.zeros((200, 300)), [[86, 11, 210, 161], [94, 0, 206, 146]], ["box", "a"])
    first, second = ax.texts
    assert second.xy == (94, 11) and first.xyann[1] - second.xyann[1] == 15


def test_a_label_far_to_the_right_ends_inside_the_picture():
    ax = plotting.boxes(PHOTO, [[18, 2, 20, 5]], ["Computer monitor"])
    ax.figure.canvas.draw()
    assert ax.texts[0].get_window_extent().x1 <= ax.bbox.x1


@pytest.mark.parametrize("wrong", [[1, 2, 3, 4], [[1, 2, 3]], np.zeros((1, 2, 4))])
def test_boxes_refuses_what_are_no_boxes(wrong):
    with pytest.raises(ValueError, match=re.escape(str(np.shape(wrong)))):
        plotting.boxes(PHOTO, wrong)


def test_boxes_wants_a_label_for_each_box():
    with pytest.raises(ValueError, match="1 boxes but 2 labels"):
        plotting.boxes(PHOTO, [[1, 2, 5, 4]], ["Cat", "Dog"])


def test_zero_stays_white_among_kernels_of_one_sign():
    ax = plotting.kernels(np.full((3, 3, 2), 0.7))
    low, high = ax.images[0].get_clim()
    assert low == -high


def test_the_words_of_lines_give_each_curve():
    ax = plotting.lines([1, 2, 3], {"a": [1, 0.5, 0.25], "b": [[1, 3], [2, 4], [np.nan, 9]]},
                        "epoch", "loss", title="Two nets")  # fmt: skip
    assert ax.alt == (
        "Line plot of Two nets, loss over epoch: a ≈1.00, ≈0.50, ≈0.25; b ≈2.00, ≈3.00, nan."
    )
    plotting.lines(range(9), {"c": np.arange(9) % 5}, "step", "error", ax=ax, digits=0, exact=True)
    assert ax.alt.endswith("Line plot of error over step: c goes from 0 to 3, between 0 and 4.")


def test_curves_of_lines_can_be_told_apart_without_colours():
    ax = plotting.lines([1, 2], {str(n): [n, n] for n in range(6)}, "x", "y")
    looks = {(line.get_linestyle(), line.get_marker()) for line in ax.lines}
    assert len(looks) == 6


def test_a_curve_of_lines_has_the_colour_it_is_given_and_the_others_the_next():
    ax = plotting.lines([1, 2], {"a": [1, 2], "b": [3, 4]}, "x", "y", colors={"b": "C5"})
    assert [line.get_color() for line in ax.lines] == [plt.rcParams["axes.prop_cycle"]
                                                       .by_key()["color"][0], "C5"]  # fmt: skip


def test_the_band_of_lines_goes_from_the_lowest_to_the_highest_run():
    ax = plotting.lines([1, 2], {"a": [[1, 3], [2, 6]]}, "x", "y")
    [band] = ax.collections
    assert np.array_equal(np.unique(band.get_paths()[0].vertices[:, 1]), [1, 2, 3, 6])
    assert np.array_equal(ax.lines[0].get_ydata(), [2, 4])


def test_lines_names_the_curve_that_does_not_fit():
    with pytest.raises(ValueError, match="'b' has 3 numbers, but there are 2 of x"):
        plotting.lines([1, 2], {"a": [1, 2], "b": [1, 2, 3]}, "x", "y")


@pytest.mark.parametrize("program", ["dot", "graphviz-pure"])
def test_plot_model_shows_keras_s_picture_by_either_program(program, displayed, monkeypatch):
    which = plotting.shutil.which
    monkeypatch.setattr(
        plotting.shutil,
        "which",
        lambda name, path: which(name, path=path) if name == program else None,
    )
    if not plotting.shutil.which(program, path=os.environ["PATH"] + os.pathsep + SCRIPTS):
        pytest.skip(f"{program} is not installed here")
    plotting.plot_model(lecture_model())
    [output] = displayed
    [frame] = stored.frames(output)
    assert output.data["text/plain"] == (
        "Keras's picture of 6 layers with arrows from "
        "input1 to x1, input2 to x2, x1 to joined, x2 to joined, joined to out."
    )
    [lines] = stored.drawn(output)
    assert "x1 (Dense): (None, 8)" in lines
    assert list(notebook_rules.faults_of_picture(frame.png, frame.size, lines)) == []


@pytest.mark.parametrize(
    ("units", "words"),
    [
        ([3], "Keras's picture of 1 layer."),
        ([3, 1], "Keras's picture of 2 layers with arrows from layer1 to layer2."),
    ],
)
def test_plot_model_counts_the_boxes_of_a_sequential_model(units, words, capsys):
    import keras

    named = [keras.layers.Dense(n, name=f"layer{k}") for k, n in enumerate(units, 1)]
    model = keras.Sequential([keras.Input((4,)), *named])
    plotting.plot_model(model)  # outside a notebook the words alone
    assert capsys.readouterr().out == f"{words}\n"
    if importlib.util.find_spec("pydot"):
        boxes = keras.utils.model_to_dot(model).get_nodes()
        assert len([box for box in boxes if box.get_name() != "node"]) == len(units)


@pytest.mark.parametrize("missing", ["programs", "pydot"])
def test_plot_model_shows_nothing_at_all_where_graphviz_or_pydot_is_missing(
    missing, displayed, monkeypatch, capsys
):
    if missing == "programs":
        monkeypatch.setattr(plotting.shutil, "which", lambda *names, path: None)
    else:
        monkeypatch.setattr(plotting.importlib.util, "find_spec", lambda name: None)
    plotting.plot_model(lecture_model())
    assert displayed == []
    assert capsys.readouterr() == ("", "")


def test_plot_model_says_what_graphviz_said_when_it_fails(displayed, monkeypatch):
    failed = subprocess.CompletedProcess([], 1, stdout=b"", stderr=b"syntax error")
    monkeypatch.setattr(plotting.subprocess, "run", lambda *command, **options: failed)
    with pytest.raises(RuntimeError, match="made no picture: syntax error"):
        plotting.plot_model(lecture_model())


def test_kernels_of_zeros_can_be_drawn():
    assert "4 kernels of 3 by 3" in plotting.kernels(np.zeros((3, 3, 1, 4))).alt


def test_several_input_channels_are_averaged():
    weights = np.stack([np.full((3, 3), 1.0), np.full((3, 3), -1.0)], axis=2)[..., None]
    assert np.all(plotting.kernels(weights).images[0].get_array() == 0)


def slide_responses(image, kernel, stride):
    """The feature map by SciPy, as an independent source."""
    from scipy.signal import correlate2d

    return correlate2d(image, kernel, mode="valid")[::stride, ::stride]


@pytest.mark.parametrize("stride", [1, 2])
def test_the_steps_of_a_convolution_are_those_of_scipy(stride):
    wanted = slide_responses(SLIDE_IMAGE, SLIDE_KERNEL, stride)
    for step, response in enumerate(wanted.ravel()):
        words = plotting.convolution_step(SLIDE_IMAGE, SLIDE_KERNEL, step, stride).alt
        row, column = divmod(step, wanted.shape[1])
        assert f"rows {row * stride + 1} to" in words
        assert f"written into row {row + 1}, column {column + 1} of" in words
        assert f"add up to {response}," in words


@pytest.mark.parametrize("stride", [2, 3])
def test_the_steps_over_a_padded_image_are_those_of_scipy_and_count_the_zeros(stride):
    wanted = slide_responses(np.pad(SLIDE_IMAGE, 2), SLIDE_KERNEL, stride)
    pixels = slide_responses(np.pad(np.ones((5, 5), int), 2), np.ones((3, 3), int), stride)
    for step, (response, count) in enumerate(zip(wanted.ravel(), pixels.ravel())):
        words = plotting.convolution_step(SLIDE_IMAGE, SLIDE_KERNEL, step, stride, padding=2).alt
        plt.close()
        assert f"add up to {response}," in words
        zeros = re.search(r"on (\d) pixels?(?: and (\d) padding zeros?)?;", words).groups("0")
        assert tuple(map(int, zeros)) == (count, 9 - count)


def test_the_zeros_of_the_padding_are_grey_and_the_zeros_of_the_image_white():
    ax = plotting.convolution_step(SLIDE_IMAGE, SLIDE_KERNEL, 24, padding=1)
    faces = {patch.get_xy(): to_hex(patch.get_facecolor()) for patch in ax.patches}
    assert (faces[0, 0], faces[3, 0], faces[1, 2]) == ("#dcdcdc", "#dcdcdc", "#ffffff")
    frame = [patch for patch in ax.patches if not patch.get_fill()]
    assert [patch.get_bbox().extents.tolist() for patch in frame] == [[1, 1, 6, 6]]


def test_an_asymmetric_kernel_is_not_flipped():
    image, kernel = np.arange(9).reshape(3, 3), np.array([[1, 0], [0, 10]])
    assert "add up to 40," in plotting.convolution_step(image, kernel, 0).alt


def test_a_convolution_step_shows_the_feature_map_only_as_far_as_it_goes():
    ax = plotting.convolution_step(SLIDE_IMAGE, SLIDE_KERNEL, 1)
    right = [t.get_text() for t in ax.texts if t.get_position()[0] > 6.5]
    assert [text for text in right if text.isdigit()] == ["4", "3"]


def test_a_step_beyond_the_last_is_refused():
    with pytest.raises(IndexError, match="0 to 8"):
        plotting.convolution_step(SLIDE_IMAGE, SLIDE_KERNEL, 9)


def test_a_model_graph_has_the_arrows_of_the_lecture():
    words = plotting.model_graph(lecture_model()).alt
    arrows = "input1 to x1, input2 to x2, x1 to joined, x2 to joined, joined to out"
    assert words == f"Graph of 6 layers with arrows from {arrows}."


def test_a_sequential_model_starts_at_its_input():
    import keras
    from keras import layers

    model = keras.Sequential([keras.Input((3,)), layers.Dense(2, name="only")])
    ax = plotting.model_graph(model, colors={"only": "#ff0000"})
    assert "input to only" in ax.alt
    assert to_rgb("#ff0000") in {patch.get_facecolor()[:3] for patch in ax.patches}


def test_the_groups_of_a_model_graph_have_a_letter_and_a_colour_each():
    groups = {"input1": "gpu:0", "x1": "gpu:0", "joined": "gpu:1", "out": "gpu:1"}
    ax = plotting.model_graph(lecture_model(), groups=groups)
    letters = [text.get_text() for text in ax.texts if len(text.get_text()) == 1]
    colours = {patch.get_facecolor() for patch in ax.patches if hasattr(patch, "get_boxstyle")}
    assert sorted(letters) == ["A", "A", "B", "B"]
    assert len(colours) == 3  # two groups, and the layers of none
    assert (ax.get_title() or ax.get_title(loc="left")) == "A: gpu:0, B: gpu:1"
    assert ax.alt.endswith(". A, gpu:0: input1, x1. B, gpu:1: joined, out.")


def test_a_shortcut_is_an_arrow_of_its_own():
    import keras
    from keras import layers

    entry = keras.Input((4,), name="entry")
    end = layers.Add(name="add")([layers.Dense(4, name="dense")(entry), entry])
    assert "dense to add, entry to add" in plotting.model_graph(keras.Model(entry, end)).alt


def test_a_model_without_shapes_is_named_with_the_way_to_build_it():
    import keras

    model = keras.Sequential([keras.layers.Dense(2)], name="shapeless")
    with pytest.raises(ValueError, match=r"'shapeless' is not built.*keras\.Input"):
        plotting.model_graph(model)


def test_progress_draws_nothing_under_pytest():
    import keras

    callback = plotting.progress()
    assert type(callback) is keras.callbacks.Callback


def test_progress_clears_what_it_drew(monkeypatch):
    import IPython.display
    import keras

    monkeypatch.delenv("PYTEST_VERSION", raising=False)
    monkeypatch.delenv("DLHELPERS_PROGRESS", raising=False)
    events = []

    class Line:
        def update(self, data, raw):
            events.append(data["text/plain"])

    monkeypatch.setattr(IPython.display, "display", lambda data, raw, display_id: Line())
    monkeypatch.setattr(IPython.display, "clear_output", lambda: events.append("cleared"))
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    model.fit(
        np.ones((4, 1)), np.ones((4, 1)), epochs=2, verbose=0, callbacks=[plotting.progress()]
    )
    assert [event[:12] for event in events] == ["epoch 1 of 2", "epoch 2 of 2", "cleared"]


def test_the_colours_differ_in_lightness_for_the_first_three():
    luminance = [np.dot(to_rgb(color), (0.2126, 0.7152, 0.0722)) for color in plotting.COLORS[:3]]
    gaps = np.abs(np.subtract.outer(luminance, luminance))[np.triu_indices(3, 1)]
    assert gaps.min() > 0.1


def test_a_second_history_on_the_same_axes_leaves_the_words_of_the_first():
    ax = plotting.training_curves({"loss": [3.0, 2.0]}, label="small")
    plotting.training_curves({"loss": [1.0, 0.5], "val_loss": [1.0, 0.75]}, ax=ax, label="large")
    assert ax.alt == (
        "Line plot of loss over 2 epochs: small, training goes from ≈3.000 to ≈2.000. "
        "Line plot of loss over 2 epochs: large, training goes from ≈1.000 to ≈0.500; "
        "large, validation goes from ≈1.000 to ≈0.750."
    )
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["small, training", "large, training", "large, validation"]


@pytest.mark.parametrize("name", DRAWN)
def test_what_a_plot_function_says_stands_behind_what_was_said_on_the_axes(name):
    ax = plotting.training_curves({"loss": [3.0, 2.0]})
    before = ax.alt
    alone = DRAWN[name]().alt
    said = DRAWN[name](ax).alt
    assert said.startswith(f"{before} ")
    assert said.count(".") > before.count(".")
    assert re.sub(r"[\d.]+", "#", said.removeprefix(f"{before} ")) == re.sub(r"[\d.]+", "#", alone)


def test_cleared_axes_are_described_anew():
    ax = plotting.training_curves({"loss": [3.0, 2.0]})
    ax.clear()
    assert plotting.boxes(PHOTO, [], ax=ax).alt == "A picture of 10 by 20 pixels with 0 boxes."


# ------------------------------------------------------------------------------ what is drawn


def two_panels(scale=1.0):
    """A figure with something of each kind, its data multiplied by `scale`."""
    figure, (left, right) = plt.subplots(1, 2, sharey=True, width_ratios=(2, 1))
    z = np.linspace(0.5, 4, 50)
    left.plot(z, scale * np.exp(z), "o--", label="exp")
    left.plot(z, scale * z, color="black", label="z")
    left.set(title="E", xlabel="z", ylabel="value", ylim=(0.1, 100), xticks=[1, 4])
    left.set_yscale("log")
    left.legend(title="g(z)")
    right.imshow(scale * np.outer(z, z), cmap="viridis", vmin=0, vmax=16, alpha=0.5)
    right.scatter(z, scale * z, s=scale * z, color="red")
    right.fill_between(z, scale * z, scale * z**2, alpha=0.2)
    right.text(1, 2, "low", bbox={"fc": "white"})
    right.add_patch(plt.Rectangle((1, 2), scale, 1, fc="none", ec="green"))
    right.set_title("≈0.25 of all")
    figure.suptitle("Both")
    return figure, left, right


def redrawn(exact=True, change=None):
    figure, left, right = two_panels()
    if change:
        change(figure, left, right)
    return plotting.drawn(figure, exact)


def differences(before, now):
    module = importlib.util.module_from_spec(comparing)
    comparing.loader.exec_module(module)
    return module.differences(before, now)


@pytest.fixture
def course_style():
    with plt.rc_context():
        plt.rcParams.update(plotting.COURSE_STYLE)
        yield


in_course_style = pytest.mark.usefixtures("course_style")
VISIBLE = {
    "line colour": lambda f, a, b: a.lines[0].set_color("red"),
    "line style": lambda f, a, b: a.lines[0].set_linestyle(":"),
    "line width": lambda f, a, b: a.lines[0].set_linewidth(3),
    "marker": lambda f, a, b: a.lines[0].set_marker("s"),
    "marker's filling": lambda f, a, b: a.lines[0].set_markerfacecolor("none"),
    "steps": lambda f, a, b: a.lines[0].set_drawstyle("steps-mid"),
    "order": lambda f, a, b: a.lines[0].set_zorder(9),
    "no points": lambda f, a, b: a.lines[0].set_data([], []),
    "line gone": lambda f, a, b: a.lines[1].remove(),
    "title": lambda f, a, b: a.set_title("100 E", loc="left"),
    "title moved": lambda f, a, b: (a.set_title("", loc="left"), a.set_title("E", loc="right")),
    "title of the figure": lambda f, a, b: f.suptitle("All"),
    "words of a title that varies": lambda f, a, b: b.set_title("≈0.25 of none", loc="left"),
    "axis label": lambda f, a, b: a.set_xlabel("t"),
    "limit": lambda f, a, b: a.set_ylim(0.1, 200),
    "direction": lambda f, a, b: a.invert_xaxis(),
    "scale": lambda f, a, b: a.set_xscale("log"),
    "base of a scale": lambda f, a, b: a.set_yscale("log", base=2),
    "ticks": lambda f, a, b: a.set_xticks([1, 2, 4]),
    "tick labels": lambda f, a, b: a.set_xticks([1, 4], ["one", "four"]),
    "form of tick labels": lambda f, a, b: a.xaxis.set_major_formatter("{x:.2f}"),
    "grid": lambda f, a, b: a.grid(),
    "background": lambda f, a, b: a.set_facecolor("black"),
    "axes off": lambda f, a, b: b.axis("off"),
    "legend gone": lambda f, a, b: a.get_legend().remove(),
    "legend entries": lambda f, a, b: a.legend(["z", "exp"], title="g(z)"),
    "legend title": lambda f, a, b: a.get_legend().set_title("h(z)"),
    "colour map": lambda f, a, b: b.images[0].set_cmap("magma"),
    "colour map turned": lambda f, a, b: b.images[0].set_cmap("viridis_r"),
    "end of the colour map": lambda f, a, b: b.images[0].set_clim(0, 20),
    "transparency": lambda f, a, b: b.images[0].set_alpha(0.6),
    "smoothing": lambda f, a, b: b.images[0].set_interpolation("bilinear"),
    "hidden": lambda f, a, b: b.images[0].set_visible(False),
    "colour of points": lambda f, a, b: b.collections[0].set_facecolor("blue"),
    "colour of a band": lambda f, a, b: b.collections[1].set_facecolor("blue"),
    "text": lambda f, a, b: b.texts[0].set_text("high"),
    "text's size": lambda f, a, b: b.texts[0].set_fontsize(20),
    "text's box": lambda f, a, b: b.texts[0].set_bbox({"fc": "black"}),
    "edge of a patch": lambda f, a, b: b.patches[0].set_edgecolor("blue"),
    "filling of a patch": lambda f, a, b: b.patches[0].set_facecolor("blue"),
    "size of the figure": lambda f, a, b: f.set_size_inches(6.4, 4),
    "one more panel": lambda f, a, b: f.add_axes([0.5, 0.5, 0.1, 0.1]),
    "a colour bar": lambda f, a, b: f.colorbar(b.images[0]),
}
DATA = {
    "a thousandth more": lambda f, a, b: a.lines[1].set_ydata(1.001 * a.lines[1].get_ydata()),
    "backwards": lambda f, a, b: a.lines[0].set_ydata(a.lines[0].get_ydata()[::-1]),
    "one pixel": lambda f, a, b: b.images[0].get_array().__setitem__((7, 9), 5),
    "mirrored": lambda f, a, b: b.images[0].set_data(b.images[0].get_array()[::-1]),
    "points": lambda f, a, b: b.collections[0].set_offsets([[1, 2], [3, 4]]),
    "sizes of points": lambda f, a, b: b.collections[0].set_sizes([5] * 50),
    "a text moved": lambda f, a, b: b.texts[0].set_position((1, 2.1)),
    "a patch moved": lambda f, a, b: b.patches[0].set_xy((1, 2.1)),
    "one point less": lambda f, a, b: a.lines[0].set_data(*a.lines[0].get_xydata()[1:].T),
}


@in_course_style
@pytest.mark.parametrize("change", VISIBLE)
@pytest.mark.parametrize("exact", [True, False])
def test_what_is_drawn_tells_a_change_of_the_look(change, exact):
    assert differences(redrawn(exact), redrawn(exact, VISIBLE[change]))


@pytest.mark.parametrize("change", DATA)
def test_what_is_drawn_tells_a_change_of_the_data_only_where_nothing_varies(change):
    assert differences(redrawn(), redrawn(change=DATA[change]))
    assert redrawn(exact=False) == redrawn(exact=False, change=DATA[change])


def test_rounding_does_not_change_what_is_drawn():
    plain = plotting.drawn(two_panels()[0])
    for scale in (1 + 1e-7, 1 - 1e-7, 1 + 1e-6):
        assert differences(plain, plotting.drawn(two_panels(scale)[0])) == []
    assert differences(plain, plotting.drawn(two_panels(1.001)[0])) != []


def test_rounding_noise_of_single_precision_in_many_pixels_is_no_change():
    image = RNG.random((300, 300))
    noisy = image + RNG.choice([-1e-7, 1e-7], image.shape)
    other = image.copy()
    other[20, 20] += 1
    before, same, changed = (
        plotting.drawn(plotting.image_grid([picture]).figure) for picture in (image, noisy, other)
    )
    assert before != same  # the last digits differ, so that lines must not be compared as texts
    assert differences(before, same) == []
    assert differences(before, changed) != []


def test_numbers_around_zero_may_be_rounding_noise():
    before, now = (
        plotting.drawn(plotting.image_grid(values * np.ones((1, 4, 4)), vmin=0, vmax=1).figure)
        for values in (0.0, 1e-8)
    )
    assert differences(before, now) == []


@in_course_style
def test_numbers_behind_the_sign_are_left_out_and_so_are_artists_marked_with_it():
    figure, left, right = two_panels()
    right.set_title("≈0.31 of all", loc="left")
    left.axhline(3, gid="≈")
    assert plotting.drawn(figure) == redrawn()


@pytest.mark.parametrize(("draw", "counts"), [("plot", False), ("imshow", True)])
def test_ends_of_an_axis_may_vary_beside_a_line_that_varies_not_beside_a_picture(draw, counts):
    drawn = []
    for end in (340.48, 341.52):
        figure, ax = plt.subplots()
        getattr(ax, draw)([[1, 2], [3, 4]], gid="≈")
        ax.set_xlim(0, end)
        drawn.append(plotting.drawn(figure))
    assert (drawn[0] != drawn[1]) is counts


def test_what_varies_may_have_other_limits_ticks_and_numbers_in_texts():
    figure, left, right = two_panels()
    before = plotting.drawn(figure, exact=False)
    left.lines[0].set_data([1, 2, 3], [4, 5, 6.5])
    right.texts[0].set_text("low")
    right.images[0].set_data(right.images[0].get_array() * np.e)
    right.images[0].autoscale()
    low = plotting.drawn(figure, exact=False)
    right.images[0].set_data(right.images[0].get_array() * np.pi)
    right.images[0].autoscale()
    changes = differences(before, low)
    assert differences(low, plotting.drawn(figure, exact=False)) == []
    assert len(changes) == 1 and "viridis" in changes[0]  # the ends were set and are no longer


@pytest.mark.parametrize("backend", ["agg", "svg", "pdf"])
@pytest.mark.parametrize("drawn_before", [False, True])
def test_what_is_drawn_depends_on_no_backend_font_or_resolution(backend, drawn_before):
    wanted = redrawn()
    plt.switch_backend(backend)
    with plt.rc_context({"figure.dpi": 61, "font.family": "serif"}):
        figure, _, _ = two_panels()
        if drawn_before:
            figure.savefig(io.BytesIO(), bbox_inches="tight")
        assert plotting.drawn(figure) == wanted


@in_course_style
def test_a_difference_names_the_panel_and_what_changed():
    before = redrawn()
    now = redrawn(change=VISIBLE["title"])
    assert differences(before, now) == ["panel 1, left title: 'E' → '100 E'"]
    [missing] = differences(before, redrawn(change=VISIBLE["line gone"]))
    assert missing.startswith("missing: panel 1: 1 × Line2D, #000000, -, width 1.8; x 50, ~")


@pytest.mark.parametrize("exact", [True, False])
def test_what_is_drawn_can_be_said_of_any_plot_of_matplotlib(exact):
    figure = plt.figure()
    flat = figure.add_subplot(121)
    flat.boxplot(RNG.random((9, 2)))
    flat.violinplot(RNG.random((9, 2)))
    flat.hexbin(*RNG.random((2, 9)), gridsize=3)
    flat.quiver([1, 2], [2, 3], [1, 1], [0, 1])
    flat.errorbar([1, 2], [3, 4], yerr=[0.1, 0.2], label="e")
    flat.contourf(RNG.random((4, 4)))
    flat.table([["1", "2"]])
    flat.annotate("low", (0.5, 0.5), (0.7, 0.7), arrowprops={"arrowstyle": "->"})
    flat.inset_axes([0.5, 0.5, 0.4, 0.4]).bar([3, 4], [1, 2], hatch="/")
    flat.twinx().stem([1, 2, 3])
    solid = figure.add_subplot(122, projection="3d")
    solid.plot_surface(*np.meshgrid([1, 2], [1, 2]), np.ones((2, 2)))
    solid.plot([1, 2], [3, 4], [5, 6])
    before = plotting.drawn(figure, exact)
    assert any(line.startswith("panel 4: 2 × Rectangle") for line in before)  # of the inset
    figure.savefig(io.BytesIO())
    assert plotting.drawn(figure, exact) == before
