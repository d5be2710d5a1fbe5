"""Pictures of convolution, pooling and detection: what they say and draw, found another way."""

import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex
from scipy.signal import correlate2d

from dlhelpers import drawings

IMAGE = np.array(
    [[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1], [0, 0, 1, 1, 0], [0, 1, 1, 0, 0]]
)
KERNEL = np.array([[1, 2], [3, 4], [5, 6]])
BOXES = np.array([(1, 1, 5, 6), (2, 1, 6, 6), (7, 2, 11, 7), (3, 1, 7, 6), (8, 3, 10, 5)])
SCORES = np.array([0.95, 0.9, 0.85, 0.8, 0.55])
SHUFFLED = np.array([3, 0, 4, 2, 1])
PHOTO = np.random.default_rng(0).integers(0, 256, (20, 30, 3))
ANCHORS = np.array([(x - w, y - 4, x + w, y + 4) for y in (5, 15) for x in (8, 22) for w in (3, 7)])


def by_counting(a, b):
    """Intersection and union of two boxes of whole numbers, cell by cell."""
    covered = np.zeros((60, 60), int)
    for left, top, right, bottom in (a, b):
        covered[top + 20 : bottom + 20, left + 20 : right + 20] += 1
    return np.sum(covered == 2), np.sum(covered > 0)


def ious(some, others):
    counted = [[by_counting(a, b) for b in others] for a in some]
    return np.array([[both / either for both, either in row] for row in counted])


def responses(padding, stride, dilation):
    """The feature map by SciPy, with a kernel that has zeros between its weights."""
    spread = np.zeros(dilation * (np.array(KERNEL.shape) - 1) + 1, int)
    spread[::dilation, ::dilation] = KERNEL
    return correlate2d(np.pad(IMAGE, padding), spread, mode="valid")[::stride, ::stride]


DRAWN = {
    "convolution_setting": lambda **ax: drawings.convolution_setting(
        IMAGE, KERNEL, responses(1, 1, 1), padding=1, **ax
    ),
    "pooled": lambda **ax: drawings.pooled({"all": np.eye(4), "max": np.eye(2)}, **ax),
    "overlap": lambda **ax: drawings.overlap((0, 0, 2, 2), (1, 1, 3, 3), **ax),
    "anchor_grid": lambda **ax: drawings.anchor_grid(
        PHOTO, ANCHORS, 2, ANCHORS[3], ious(ANCHORS, ANCHORS)[3], **ax
    ),
    "suppression": lambda **ax: drawings.suppression(BOXES, SCORES, ious(BOXES, BOXES), 3, **ax),
    "single_shot": lambda **ax: drawings.single_shot([(8, 64), (4, 128)], [2, 3], 11, 64, **ax),
    "precision_by_answer": lambda **ax: drawings.precision_by_answer([1, 0, 1], 4, **ax),
}
FIGURES = {
    "receptive_field": lambda: drawings.receptive_field([("convolution", 3, 1, 1)], 5),
    "photo_stages": lambda: drawings.photo_stages({"photo": PHOTO[..., 0], "edges": np.eye(20)}, 1),
    "precision_and_recall": lambda: drawings.precision_and_recall(
        np.array([0.1, 0.2]), np.array([0.5, 1]), np.array([1, 0.5]), (0.1,)
    ),
}


pytestmark = pytest.mark.usefixtures("close_figures")


@pytest.mark.parametrize("name", DRAWN)
def test_a_drawing_goes_onto_the_axes_it_is_given(name):
    mine = plt.subplots()[1]
    assert DRAWN[name](ax=mine) is mine
    assert len(plt.get_fignums()) == 1


@pytest.mark.parametrize("name", [*DRAWN, *FIGURES])
def test_the_words_of_a_drawing_are_a_sentence(name):
    drawn = {**DRAWN, **FIGURES}[name]()
    words = " ".join(ax.alt for ax in drawn.figure.axes if hasattr(ax, "alt"))
    assert words[0].isupper() and words.endswith(".") and len(words.split()) > 4
    assert plt.fignum_exists(drawn.figure.number)


# -------------------------------------------------------------------------------- convolutions


@pytest.mark.parametrize("padding", [0, 1, 2])
@pytest.mark.parametrize("stride, dilation", [(1, 1), (2, 1), (1, 2), (3, 2)])
def test_a_setting_has_a_dot_for_each_response_and_says_its_size(padding, stride, dilation):
    wanted = responses(padding, stride, dilation)
    ax = drawings.convolution_setting(IMAGE, KERNEL, wanted, padding, stride, dilation)
    rows, columns = wanted.shape
    assert f" = {rows} places" in ax.alt
    assert ax.alt.endswith(f"feature map has {rows} × {columns} responses.")
    dots = ax.collections[0].get_offsets() - [0.8, 0.2]
    places = [(c * stride, r * stride) for r in range(rows) for c in range(columns)]
    np.testing.assert_allclose(dots, places)


def test_the_formula_in_the_words_of_a_setting_is_right():
    for padding, stride, dilation in [(0, 1, 1), (1, 2, 1), (2, 1, 2), (1, 3, 2)]:
        given = responses(padding, stride, dilation)
        ax = drawings.convolution_setting(IMAGE, KERNEL, given, padding, stride, dilation)
        formula, result = re.search(r"there are (.*) = (\d+) places", ax.alt).groups()
        assert eval(formula.replace("·", "*").replace("−", "-")) == int(result) == len(given)


def test_a_setting_shades_the_weights_and_not_what_lies_between_them():
    given = responses(1, 1, 2)
    ax = drawings.convolution_setting(IMAGE, KERNEL, given, padding=1, dilation=2)
    faces = {patch.get_xy(): to_hex(patch.get_facecolor()) for patch in ax.patches}
    shaded = {place for place, face in faces.items() if face in ("#ffe0a3", "#e0cfa8")}
    assert shaded == {(x, y) for x in (0, 2) for y in (0, 2, 4)}
    assert faces[6, 6] == "#dcdcdc" and faces[5, 5] == "#ffffff"


def test_a_feature_map_of_another_setting_is_refused():
    with pytest.raises(ValueError, match="gives 3 × 4 responses, not 5 × 6"):
        drawings.convolution_setting(IMAGE, KERNEL, responses(1, 1, 1))


FIELDS = [
    [("convolution", 3, 1, 1)] * 3,
    [("convolution", 3, 2, 1)] * 2,
    [("convolution", 3, 1, 1), ("convolution", 3, 1, 2), ("convolution", 3, 1, 3)],
    [("convolution", 3, 1, 1), ("pooling", 2, 2, 1), ("convolution", 3, 1, 1)],
    [("convolution", 2, 1, 3)],
]


@pytest.mark.parametrize("layers", FIELDS)
def test_a_unit_sees_the_pixels_that_change_it(layers):
    width = 17
    rows = np.eye(width)  # one lit pixel in each
    for _, k, s, d in layers:
        windows = np.lib.stride_tricks.sliding_window_view(rows, d * (k - 1) + 1, axis=1)
        rows = windows[:, ::s, ::d].sum(axis=2)
    seen = np.flatnonzero(rows[:, (rows.shape[1] - 1) // 2])
    figure = drawings.receptive_field(layers, width)
    side, above = figure.axes
    corners = {tuple(patch.get_xy()) for patch in above.patches}
    assert corners == {(c - 0.5, r - 0.5) for c in seen for r in seen}
    assert f"sees {len(seen)} × {len(seen)}" in side.alt
    span = seen[-1] - seen[0] + 1
    assert (f"spread over {span} × {span}," in side.alt) == (span > len(seen))
    blue = side.collections[0].get_offsets()[:, 0][
        [to_hex(c) == "#1f6fb8" for c in side.collections[0].get_facecolor()]
    ]
    np.testing.assert_array_equal(blue, seen)


def test_the_neighbour_of_a_unit_looks_as_far_on_as_all_strides_say():
    words = drawings.receptive_field([("pooling", 2, 2, 1), ("pooling", 3, 3, 1)], 17).axes[0].alt
    assert "looks 6 pixels further on" in words


def test_each_unit_of_a_receptive_field_stands_above_the_middle_of_what_it_reads():
    side = drawings.receptive_field([("pooling", 2, 2, 1), ("convolution", 3, 1, 1)], 12).axes[0]
    places = [collection.get_offsets()[:, 0] for collection in side.collections]
    np.testing.assert_allclose(places[1], np.arange(12).reshape(6, 2).mean(axis=1))
    np.testing.assert_allclose(places[2], places[1][1:-1])


def test_a_picture_too_small_for_the_layers_is_named_with_the_layer():
    with pytest.raises(ValueError, match="Layer 2, pooling, reads 4 of 3 units"):
        drawings.receptive_field([("convolution", 3, 1, 1), ("pooling", 4, 4, 1)], 5)


# ------------------------------------------------------------------------------------- pooling


def test_each_window_has_the_colour_of_its_pooled_number():
    ax = drawings.pooled({"all": np.arange(16).reshape(4, 4), "max": np.array([[5, 7], [13, 15]])})
    colors = [to_hex(patch.get_facecolor()) for patch in ax.patches]
    big, small = np.array(colors[:16]).reshape(4, 4), np.array(colors[16:]).reshape(2, 2)
    assert len(set(small.ravel())) == 4
    np.testing.assert_array_equal(big, small.repeat(2, axis=0).repeat(2, axis=1))
    assert ax.alt.endswith("max 5, 7, 13, 15.")


def test_the_stages_share_their_colours_and_the_photograph_has_its_own():
    maps = {"photo": PHOTO[..., 0], "edges": np.array([[-7, 2]]), "ReLU": np.array([[0, 2]])}
    figure = drawings.photo_stages(maps, 5)
    limits = [ax.images[0].get_clim() for ax in figure.axes[:3]]
    assert limits == [(0, 255), (-5, 5), (-5, 5)]
    assert "edges, 1 by 2, -7 to 2; ReLU, 1 by 2, 0 to 2." in figure.axes[0].alt


# ----------------------------------------------------------------------------------- detection


@pytest.mark.parametrize(
    "b", [(2, 3, 6, 7), (3, 4, 5, 6), (0, 0, 9, 9), (8, 3, 12, 7), (6, 6, 8, 8)]
)
def test_the_words_of_an_overlap_are_what_counting_cells_gives(b):
    a = (3, 3, 7, 7)
    both, either = by_counting(a, b)
    ax = drawings.overlap(a, b, (13, 10))
    assert ax.alt.endswith(f"IoU {both} / {either} = {both / either:.2f}.")
    assert f"both together cover {either}, of which {both} " in ax.alt
    shaded = [patch.get_bbox() for patch in ax.patches if patch.get_hatch()]
    assert [box.width * box.height for box in shaded] == ([both] if both else [])


def test_a_box_without_area_is_refused():
    with pytest.raises(ValueError, match=r"\[3, 3, 3, 7\].*area"):
        drawings.overlap((3, 3, 3, 7), (0, 0, 1, 1))


def test_the_thick_anchor_is_the_one_that_overlaps_most():
    target = (1, 11, 15, 20)
    overlaps = ious(ANCHORS, [target])[:, 0]
    ax = drawings.anchor_grid(PHOTO, ANCHORS, 2, target, overlaps)
    [thick] = [patch for patch in ax.patches if patch.get_linewidth() == 3]
    best = ANCHORS[np.argmax(overlaps)]
    np.testing.assert_allclose(thick.get_bbox().extents, best)
    assert f"is {best[2] - best[0]} pixels wide and 8 high" in ax.alt
    assert f"IoU of {overlaps.max():.2f}." in ax.alt
    dots = {tuple(dot) for dot in ax.collections[0].get_offsets()}
    assert dots == {(x, y) for x in (8, 22) for y in (5, 15)}


def test_of_anchors_that_overlap_alike_the_nearest_is_thick():
    target = (10, 10, 30, 20)
    overlaps = np.full(len(ANCHORS), 0.5)
    ax = drawings.anchor_grid(PHOTO, ANCHORS, 2, target, overlaps)
    [thick] = [patch for patch in ax.patches if patch.get_linewidth() == 3]
    distances = np.hypot(*((ANCHORS[:, :2] + ANCHORS[:, 2:]) / 2 - (20, 15)).T)
    np.testing.assert_allclose(thick.get_bbox().extents, ANCHORS[distances.argmin()])


def test_anchors_that_do_not_share_out_over_the_grid_are_refused():
    with pytest.raises(ValueError, match="8 anchors do not share out over 3 × 3"):
        drawings.anchor_grid(PHOTO, ANCHORS, 3, ANCHORS[0], np.ones(8))


def test_detections_say_what_is_found_and_draw_right_and_wrong_apart():
    answers = [(0.9, 3, (1, 2, 6, 9)), (0.8, 5, (10, 3, 15, 9)), (0.7, 8, (4, 4, 9, 12))]
    truth = [(1, 1, 6, 9), (10, 3, 16, 9)]
    ax = drawings.detections(np.eye(20), truth, [3, 5], answers, [True, True, False], "after 2")
    there, varying = ([p for p in ax.patches if (p.get_gid() == "≈") is v] for v in (False, True))
    assert [patch.get_bbox().extents.tolist() for patch in there] == [list(box) for box in truth]
    assert [patch.get_bbox().extents.tolist() for patch in varying] == [
        list(box) for _, _, box in answers
    ]
    edges = [to_hex(patch.get_edgecolor()) for patch in varying]
    assert edges[0] == edges[1] != edges[2]
    assert [text.get_text() for text in ax.texts] == ["3", "5", "8"]
    assert ax.alt == "after 2: of 3, 5 it finds ≈2, with ≈1 wrong answers."


def test_detections_beside_each_other_keep_their_words_and_titles():
    none = (np.eye(20), [(1, 1, 6, 9)], [3], [], [])
    found = (*none[:3], [(0.9, 3, (1, 2, 6, 9))], [True])
    figure = drawings.detections_beside([none, found], ["before", "after"])
    assert [ax.get_title() for ax in figure.axes] == ["before", "after"]
    assert [len(ax.patches) for ax in figure.axes] == [1, 2]
    assert [ax.alt for ax in figure.axes] == [
        f"{when}: of 3 it finds ≈{n}, with ≈0 wrong answers."
        for n, when in enumerate(("before", "after"))
    ]
    with pytest.raises(ValueError, match="2 scenes but 1 titles"):
        drawings.detections_beside([none, found], ["before"])


def test_detections_want_a_verdict_on_each_answer():
    with pytest.raises(ValueError, match="1 answers but 0 verdicts"):
        drawings.detections(np.eye(20), [], [], [(0.9, 3, (1, 2, 6, 9))], [])


@pytest.mark.parametrize("limit", [0.11, 0.31, 0.51, 0.71])
def test_suppression_keeps_what_tensorflow_keeps(limit):
    tf = pytest.importorskip("tensorflow")

    random = np.random.default_rng(0)
    corner = random.integers(0, 12, (12, 2))
    boxes = np.concatenate([corner, corner + random.integers(3, 8, (12, 2))], axis=1)
    scores = random.permutation(12) / 20 + 0.1
    overlaps = ious(boxes, boxes)
    assert not np.isclose(overlaps, limit).any()  # TensorFlow keeps a box that has just the limit
    tall = boxes[:, [1, 0, 3, 2]].astype("float32")
    kept = tf.image.non_max_suppression(tall, scores.astype("float32"), 12, limit).numpy()
    names = sorted(np.argsort(np.argsort(-scores))[kept] + 1)
    ax = drawings.suppression(boxes, scores, overlaps, 12, limit)
    assert ax.alt.endswith(f"Kept so far: {', '.join(map(str, names))}.")
    thick = [patch for patch in ax.patches if patch.get_linewidth() == 2.6]
    assert len(thick) == len(names)


def test_each_step_of_suppression_says_whether_the_box_is_kept_and_why():
    boxes, scores = BOXES[SHUFFLED], SCORES[SHUFFLED]
    words = [
        drawings.suppression(boxes, scores, ious(boxes, boxes), step).alt.split(" Kept")[0]
        for step in range(6)
    ]
    assert words == [
        "5 boxes, none of them taken yet.",
        "Box 1, confidence 0.95: nothing is kept yet, so it is kept.",
        "Box 2, confidence 0.90: its largest IoU with a kept box is 0.60, with box 1, not below "
        "0.5, so it is dropped.",
        "Box 3, confidence 0.85: it meets no kept box, so it is kept.",
        "Box 4, confidence 0.80: its largest IoU with a kept box is 0.33, with box 1, below 0.5, "
        "so it is kept.",
        "Box 5, confidence 0.55: its largest IoU with a kept box is 0.20, with box 3, below 0.5, "
        "so it is kept.",
    ]


def test_a_box_that_overlaps_by_just_the_limit_is_dropped():
    boxes = np.array([(0, 0, 2, 2), (0, 0, 2, 1)])
    assert "so it is dropped" in drawings.suppression(boxes, [0.9, 0.8], ious(boxes, boxes), 2).alt


def test_a_step_of_suppression_beyond_the_last_is_refused():
    with pytest.raises(IndexError, match="5 boxes have 0 to 5"):
        drawings.suppression(BOXES, SCORES, ious(BOXES, BOXES), 6)


def test_the_marked_thresholds_stand_where_their_precision_and_recall_are():
    thresholds = np.arange(14, 61) / 100
    precision, recall = thresholds**0.5, 1 - thresholds
    figure = drawings.precision_and_recall(thresholds, precision, recall, (0.14, 0.4))
    marked = figure.axes[1].lines[1:]
    np.testing.assert_allclose(
        [(line.get_xdata(), line.get_ydata()) for line in marked],
        [([0.86], [0.14**0.5]), ([0.6], [0.4**0.5])],
    )
    assert "at 0.4 precision is 0.63 and recall 0.60." in figure.axes[0].alt


def test_a_threshold_that_was_not_tried_cannot_be_marked():
    with pytest.raises(ValueError, match="0.3 is none of the thresholds"):
        drawings.precision_and_recall(np.array([0.1]), np.array([1]), np.array([1]), (0.3,))


def test_the_words_of_a_detector_count_what_is_read_off_each_map():
    said = drawings.single_shot([(8, 64), (4, 128)], [2, 3], 11, 64).alt
    assert "8 × 8 places with 64 channels, where 2 anchors get 8 offsets and 22 logits" in said
    assert "4 × 4 places with 128 channels, where 3 anchors get 12 offsets and 33 logits" in said
    with pytest.raises(ValueError, match="got 2 maps, but anchors for 1"):
        drawings.single_shot([(8, 64), (4, 128)], [2], 11, 64)


def test_the_bars_below_the_curve_add_up_to_the_average_precision():
    metrics = pytest.importorskip("sklearn.metrics")
    right = np.random.default_rng(0).random(30) < 0.4
    ax = drawings.precision_by_answer(right, right.sum())
    area = sum(bar.get_width() * bar.get_height() for bar in ax.patches)
    wanted = metrics.average_precision_score(right, np.linspace(1, 0, 30))
    assert area == pytest.approx(wanted)


def test_the_words_of_the_curve_give_the_precision_at_each_right_answer():
    ax = drawings.precision_by_answer([1, 0, 1], 4)
    assert "The precision is 1.00 at answer 1, 0.67 at answer 3. Of 4 objects 2 have no" in ax.alt
    with pytest.raises(ValueError, match="2 right answers do not fit 1 objects"):
        drawings.precision_by_answer([1, 1], 1)
