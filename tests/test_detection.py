"""Notebook 14's own functions find what the photographs show, where it is, and nothing else."""

import pathlib

import keras
import nbformat
import numpy as np
import pytest
from keras import ops

from dlhelpers import datasets
from dlhelpers.claims import claim

ROOT = pathlib.Path(__file__).resolve().parent.parent
RUN = ("def iou(", "def shapes(", "def decode(", "\nnetwork = ", "def look(", "def suppress(")
SHOWN = {  # left, top, right, bottom, in pixels, as other code decoded and drew them
    "chelsea": ("Cat", (1, 0, 216, 150)),
    "coffee": ("Coffee cup", (86, 11, 210, 161)),
    "astronaut": ("Person", (11, 9, 186, 254)),
    "camera": ("Person", (1, 27, 155, 256)),
}


@pytest.fixture(scope="module")
def notebook():
    """The functions of the notebook, by name."""
    stored = nbformat.read(ROOT / "notebooks" / "14_object_detection.ipynb", as_version=4)
    functions = {"np": np, "keras": keras, "ops": ops, "datasets": datasets, "claim": claim}
    functions["coffee"] = datasets.photo("coffee")  # which a cell between two of them loads
    for cell in stored.cells:
        if any(part in cell.source for part in RUN):
            exec(cell.source, functions)
    return functions


@pytest.mark.parametrize("name", SHOWN)
def test_what_a_photograph_shows_is_found_by_its_name_and_in_its_place(name, notebook):
    [(score, found, box)] = notebook["detect"](*notebook["look"](datasets.photo(name)))
    label, place = SHOWN[name]
    assert found == label
    assert notebook["iou"](box, np.array(place)) > 0.8
    assert 0.4 < score < 1


@pytest.mark.parametrize("name", sorted(set(datasets.photo_names()) - set(SHOWN)))
def test_nothing_is_found_where_nothing_is_that_the_detector_knows(name, notebook):
    assert notebook["detect"](*notebook["look"](datasets.photo(name))) == []


def test_every_anchor_gets_four_offsets_of_the_network(notebook):
    anchors, network = notebook["anchors"], notebook["network"]
    assert network.output["boxes"].shape == (None, *anchors.shape)
    assert anchors[:3] @ [0, 0, 1, 1] == pytest.approx([0.2, 0.2 * 1.5 * 2**0.5, 0.3 * 2**0.5])


@pytest.mark.parametrize("seed", range(3))
def test_suppression_keeps_what_tensorflow_keeps(seed, notebook):
    image = pytest.importorskip("tensorflow").image
    rng = np.random.default_rng(seed)
    corner, size = rng.uniform(0, 60, (200, 2)), rng.uniform(5, 60, (200, 2))
    boxes = np.concatenate([corner, corner + size], axis=-1).astype("float32")
    scores = rng.random(200).astype("float32")
    for limit in (0.2, 0.5, 0.8):
        kept = image.non_max_suppression(boxes, scores, 200, iou_threshold=limit).numpy()
        assert notebook["suppress"](boxes, scores, limit) == kept.tolist()
        assert 1 < len(kept) < 200
