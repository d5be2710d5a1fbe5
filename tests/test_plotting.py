"""Pictures: their words come from the data, their Axes go in and out, bad input gets a sentence."""

import io
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image

from dlhelpers import plotting

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
    "image_grid": lambda ax=None: plotting.image_grid(RNG.random((5, 4, 6)), ax=ax),
    "boxes": lambda ax=None: plotting.boxes(PHOTO, [[1, 2, 5, 4]], ["Cat"], ax=ax),
    "kernels": lambda ax=None: plotting.kernels(RNG.normal(size=(3, 3, 1, 4)), ax=ax),
    "feature_maps": lambda ax=None: plotting.feature_maps(RNG.random((6, 6, 4)), ax=ax),
    "convolution_step": lambda ax=None: plotting.convolution_step(
        SLIDE_IMAGE, SLIDE_KERNEL, 0, ax=ax
    ),
    "model_graph": lambda ax=None: plotting.model_graph(lecture_model(), ax=ax),
}


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.fixture
def displayed(monkeypatch):
    """What `show` hands to the notebook, as (data, metadata)."""
    import IPython.display

    calls = []
    monkeypatch.setattr(
        IPython.display, "display", lambda data, metadata, raw: calls.append((data, metadata))
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
    [(data, metadata)] = displayed
    import base64

    picture = Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
    assert data["text/plain"] == ax.alt == metadata["image/png"]["alt"]
    assert picture.info["Description"] == ax.alt
    assert abs(picture.width - 2 * metadata["image/png"]["width"]) <= 1


def test_show_closes_the_figure_so_that_it_is_not_shown_twice(displayed):
    ax = DRAWN["image_grid"]()
    plotting.show(ax)
    assert not plt.fignum_exists(ax.figure.number)


def test_show_joins_the_words_of_several_axes(displayed):
    figure, axes = plt.subplots(1, 2)
    for ax, name in zip(axes, ["image_grid", "training_curves"], strict=True):
        DRAWN[name](ax)
    plotting.show(figure)
    assert displayed[0][0]["text/plain"] == f"{axes[0].alt} {axes[1].alt}"


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
        assert f"Step {step + 1} of {wanted.size}" in words
        assert f"add up to {response}," in words


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
