"""Figures for the notebooks: curves, images, boxes, kernels, feature maps, convolutions, models.

A plot function takes `ax=None`, draws, writes the picture's words on the Axes (`ax.alt`, computed
from the data that was drawn) and returns the Axes. It never shows or closes a figure: `show` does.
Colours are told apart by colour-blind readers and, where it matters, differ in lightness too.
"""

import base64
import io
import itertools
import math
import os
import string

import matplotlib.pyplot as plt
import numpy as np
from matplotlib import patheffects
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Rectangle

# Petroff's ten colours (arXiv 2107.02270), written out because Matplotlib has them only from 3.10.
COLORS = (
    "#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6",
    "#a96b59", "#e76300", "#b9ac70", "#717581", "#92dadd",
)  # fmt: skip
PALE = ("#cfe3f7", "#ffe3b0", "#e3d3ee", "#dcdcdc", "#c9ecec", "#f3cfc6")  # text stays readable
INK = "#333333"
PIXELS_PER_INCH = 100  # on the page; the PNG has twice as many, for sharp screens


def use_course_style():
    """Set Matplotlib's defaults for every figure that follows in this session."""
    plt.rcParams.update(
        {
            "axes.prop_cycle": plt.cycler(color=COLORS),
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.titlesize": 11,
            "axes.titlelocation": "left",
            "axes.edgecolor": INK,
            "figure.figsize": (6.4, 3.6),
            "figure.constrained_layout.use": True,
            "font.size": 10,
            "image.cmap": "gray",
            "image.interpolation": "nearest",
            "legend.frameon": False,
            "lines.linewidth": 1.8,
        }
    )


def show(figure, alt=None):
    """Display a figure together with its words, then close it.

    The picture goes into the page as a PNG whose alternative text is `alt`; the same words are
    the output's plain text, so that nbval, which never compares pictures, compares them.

    Args:
        figure: a Matplotlib Figure, or any Axes of it.
        alt: what the picture shows, in at least one full sentence, as screen readers speak it.
            Left out, it is put together from the words that the plot functions wrote.

    Raises:
        ValueError: there are no words, or they are not a sentence.
    """
    from IPython.display import display

    figure = figure.figure
    words = alt or " ".join(axes.alt for axes in figure.axes if hasattr(axes, "alt"))
    if len(words.split()) < 5 or not words.endswith("."):
        raise ValueError(
            f"This picture's alt text is {words!r}: describe what it shows in a full sentence "
            "that ends with a full stop, as show(figure, alt=...)."
        )
    png = io.BytesIO()
    figure.savefig(png, format="png", dpi=2 * PIXELS_PER_INCH, bbox_inches="tight",
                   metadata={"Software": None, "Description": words})  # fmt: skip
    plt.close(figure)
    width, height = (n // 2 for n in plt.imread(io.BytesIO(png.getvalue())).shape[1::-1])
    display(
        {"image/png": base64.b64encode(png.getvalue()).decode(), "text/plain": words},
        metadata={"image/png": {"alt": words, "width": width, "height": height}},
        raw=True,
    )


# ---------------------------------------------------------------------------------- training


def training_curves(history, metric="loss", ax=None, **line):
    """Draw a metric over the epochs: a solid line for training, a dashed one for validation.

    Args:
        history: what `model.fit` returned, or its `history` dictionary of lists.
        metric: the name of the metric, as in the dictionary, without `val_`.
        ax: the Axes to draw on; a new figure's, if left out.
        **line: passed to `Axes.plot`.

    Returns:
        The Axes.

    Raises:
        KeyError: the history has no such metric; the message lists those it has.
    """
    curves = getattr(history, "history", history)
    if metric not in curves:
        raise KeyError(f"The history has no {metric!r}; it has {', '.join(map(repr, curves))}.")
    ax = ax or plt.subplots()[1]
    words = []
    for key, label, style in ((metric, "training", "-"), (f"val_{metric}", "validation", "--")):
        if key not in curves:
            continue
        values = np.asarray(curves[key], float)
        epochs = np.arange(1, len(values) + 1)
        ax.plot(epochs, values, style, **{"label": label, "marker": "o", "markersize": 4, **line})
        words.append(f"{label} goes from ≈{values[0]:.3f} to ≈{values[-1]:.3f}")
    ax.set(xlabel="epoch", ylabel=metric)
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.legend()
    ax.alt = f"Line plot of {metric} over {_count(len(epochs), 'epoch')}: {'; '.join(words)}."
    return ax


def progress():
    """Return a Keras callback that tells the epoch while `fit` runs and leaves no trace.

    Use it in a cell of its own with `verbose=0`: `model.fit(..., callbacks=[progress()])`. When
    training ends it clears the cell's output, so that a stored notebook does not depend on who
    ran it. It draws nothing under pytest, nor where `DLHELPERS_PROGRESS=0`.
    """
    import keras
    from IPython.display import clear_output, display

    class Progress(keras.callbacks.Callback):
        def on_train_begin(self, logs=None):
            self.line = display({"text/plain": "training …"}, raw=True, display_id=True)

        def on_epoch_end(self, epoch, logs=None):
            metrics = "  ".join(f"{name} {value:.4f}" for name, value in (logs or {}).items())
            text = f"epoch {epoch + 1} of {self.params['epochs']}  {metrics}"
            self.line.update({"text/plain": text}, raw=True)

        def on_train_end(self, logs=None):
            clear_output()

    watched = os.environ.get("DLHELPERS_PROGRESS") != "0" and "PYTEST_VERSION" not in os.environ
    return Progress() if watched else keras.callbacks.Callback()


# ------------------------------------------------------------------------------------ images


def image_grid(images, titles=None, columns=None, ax=None, **image):
    """Draw several pictures side by side on one Axes.

    Args:
        images: array (n, height, width) or (n, height, width, channels), 1 or 3 channels.
        titles: n short texts to stand above the pictures.
        columns: pictures in a row; by default all up to ten.
        ax: the Axes to draw on; a new figure's, if left out.
        **image: passed to `Axes.imshow`.

    Returns:
        The Axes.

    Raises:
        ValueError: `images` has another shape, or the number of titles differs.
    """
    images = _numpy(images)
    if images.ndim == 4 and images.shape[-1] == 1:
        images = images[..., 0]
    if images.ndim not in (3, 4) or not len(images) or images.shape[3:] not in ((), (3,)):
        raise ValueError(
            f"image_grid got an array of shape {images.shape}; it draws (n, height, width) or "
            "(n, height, width, channels) with 1 or 3 channels."
        )
    if titles is not None and len(titles) != len(images):
        raise ValueError(f"image_grid got {len(images)} pictures but {len(titles)} titles.")
    n, height, width = images.shape[:3]
    columns = columns or min(n, 10)
    rows = math.ceil(n / columns)
    ax = ax or plt.subplots(figsize=_grid_size(rows, columns, height, width, titles))[1]
    low, high = float(images.min()), float(images.max())
    for i, picture in enumerate(images):
        left, top = _tile(i, columns, height, width, titles)
        extent = (left, left + width, top + height, top)
        ax.imshow(picture, **{"extent": extent, "vmin": low, "vmax": high, **image})
        if titles is not None:
            ax.text(left + width / 2, top - 0.03 * height, titles[i], ha="center", va="bottom",
                    fontsize=9)  # fmt: skip
    right, bottom = _tile(rows * columns - 1, columns, height, width, titles)
    ax.set(xlim=(0, right + width), ylim=(bottom + height, -_title_room(height, titles)))
    ax.set_aspect("equal")
    ax.axis("off")
    size = f"{height} by {width} pixels"
    ax.alt = f"{_count(n, 'picture')} of {size} in {_count(rows, 'row')}"
    ax.alt += f", titled {', '.join(map(str, titles))}." if titles is not None else "."
    return ax


def boxes(picture, boxes, labels=None, ax=None, **patch):
    """Draw boxes over a picture, each with its label in a corner.

    Args:
        picture: array (height, width) or (height, width, 3), as `Axes.imshow` takes it.
        boxes: array (n, 4) of left, top, right, bottom, in pixels from the upper left corner; n
            may be 0. In the words they are rounded, after ≈ unless all are whole numbers.
        labels: n short texts; put what varies after ≈, as in "Cat ≈0.85". None draws no labels.
        ax: the Axes to draw on; a new figure's, if left out.
        **patch: passed to each `Rectangle`.

    Returns:
        The Axes.

    Raises:
        ValueError: `boxes` has another shape, or the number of labels differs.
    """
    picture, corners = _numpy(picture), np.asarray(_numpy(boxes), float)
    if corners.size and (corners.ndim != 2 or corners.shape[1] != 4):
        raise ValueError(f"boxes got an array of shape {corners.shape}; it draws boxes (n, 4).")
    if labels is not None and len(labels) != len(corners):
        raise ValueError(f"boxes got {len(corners)} boxes but {len(labels)} labels.")
    height, width = picture.shape[:2]
    ax = ax or plt.subplots(figsize=(4.8, 4.8 * height / width))[1]
    ax.imshow(picture, extent=(0, width, height, 0))
    halo = [patheffects.withStroke(linewidth=4, foreground="white")]  # seen on any picture
    for i, (left, top, right, bottom) in enumerate(corners):
        style = {"fill": False, "edgecolor": COLORS[i % len(COLORS)], "linewidth": 2, **patch}
        place = (left, top), right - left, bottom - top
        ax.add_patch(Rectangle(*place, **{"path_effects": halo, **style}))
    inside = corners.reshape(-1, 4).clip(0, [width, height, width, height])
    for i, label in enumerate(labels if labels is not None else ()):
        left, top, right, _ = inside[i]
        far = left > 0.6 * width  # then the text ends at the box's right side
        near = np.abs(inside[:i, :2] - (left, top)) < 0.08 * np.array([width, height])
        line = np.count_nonzero(near.all(axis=1))  # below the labels that stand there already
        ax.annotate(label, (right if far else left, top), (-3 if far else 3, -3 - 15 * line),
                    textcoords="offset points", ha="right" if far else "left", va="top",
                    fontsize=8, color=INK, bbox={"boxstyle": "round,pad=0.15", "fc": "white",
                                                 "ec": COLORS[i % len(COLORS)]})  # fmt: skip
    ax.set(xlim=(0, width), ylim=(height, 0))
    ax.axis("off")
    size = f"A picture of {height} by {width} pixels"
    ax.alt = f"{size} with {len(corners)} box{'' if len(corners) == 1 else 'es'}"
    if len(corners):
        sign = "" if np.array_equal(corners, corners.round()) else "≈"
        around = [*corners[:, :2].min(axis=0), *corners[:, 2:].max(axis=0)]
        named = zip(labels, corners) if labels is not None else [("all", around)]
        ax.alt += ": " + "; ".join(f"{label} {_place(box, sign)}" for label, box in named)
    ax.alt += "."
    return ax


def kernels(weights, columns=None, ax=None):
    """Draw the kernels of a convolutional layer: orange is positive, purple negative, white zero.

    Args:
        weights: array (height, width, in_channels, out_channels) as Keras stores it, or (height,
            width, out_channels). With several input channels, their mean is drawn.
        columns: kernels in a row.
        ax: the Axes to draw on; a new figure's, if left out.

    Returns:
        The Axes, with a colour bar beside it.
    """
    weights = _numpy(weights)
    drawn = weights.mean(axis=2) if weights.ndim == 4 else weights
    limit = float(np.abs(drawn).max()) or 1.0
    ax = image_grid(np.moveaxis(drawn, -1, 0), columns=columns, ax=ax,
                    cmap="PuOr_r", vmin=-limit, vmax=limit)  # fmt: skip
    for picture in ax.images:  # white kernels would have no edge on a white page
        left, right, bottom, top = picture.get_extent()
        ax.add_patch(Rectangle((left, top), right - left, bottom - top, fill=False, ec="#999999"))
    ax.figure.colorbar(ax.images[0], ax=ax, shrink=0.8, label="weight")
    height, width, count = drawn.shape
    ax.alt = (
        f"{_count(count, 'kernel')} of {height} by {width} weights, "
        f"from ≈{drawn.min():.2f} (purple) to ≈{drawn.max():.2f} (orange)."
    )
    return ax


def feature_maps(maps, columns=None, ax=None):
    """Draw the feature maps that a layer makes of one example, bright where they respond.

    Args:
        maps: array (height, width, channels).
        columns: maps in a row.
        ax: the Axes to draw on; a new figure's, if left out.

    Returns:
        The Axes.
    """
    maps = _numpy(maps)
    ax = image_grid(np.moveaxis(maps, -1, 0), columns=columns, ax=ax, cmap="viridis")
    height, width, count = maps.shape
    ax.alt = (
        f"{_count(count, 'feature map')} of {height} by {width}, "
        f"dark at ≈{maps.min():.2f} and bright at ≈{maps.max():.2f}."
    )
    return ax


def convolution_step(image, kernel, step, stride=1, ax=None):
    """Draw one step of sliding a kernel over an image, as on the lecture's slide.

    On the left the image, the patch under the kernel shaded, the kernel's weights small in its
    cells; on the right the feature map as far as it has been computed. Nothing is flipped.

    Args:
        image: array (height, width) of whole numbers.
        kernel: array (kernel_height, kernel_width).
        step: which response, counted row by row from 0.
        stride: cells between one position and the next.
        ax: the Axes to draw on; a new figure's, if left out.

    Returns:
        The Axes.

    Raises:
        IndexError: there are not so many steps.
    """
    image, kernel = np.asarray(image), np.asarray(kernel)
    patches = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)[::stride, ::stride]
    responses = np.sum(patches * kernel, axis=(2, 3))
    if not 0 <= step < responses.size:
        raise IndexError(
            f"Step {step} is not there: this image has steps 0 to {responses.size - 1}."
        )
    row, column = divmod(step, responses.shape[1])
    ax = ax or plt.subplots(figsize=(5.6, 3.0))[1]
    for (r, c), value in np.ndenumerate(image):
        under = 0 <= r - row * stride < len(kernel) and 0 <= c - column * stride < len(kernel.T)
        weight = kernel[r - row * stride, c - column * stride] if under else None
        _cell(ax, c, r, value, "#ffe0a3" if under else "white", weight)
    left = image.shape[1] + 2
    top = (image.shape[0] - responses.shape[0]) / 2
    for (r, c), value in np.ndenumerate(responses):
        now, done = (r, c) == (row, column), r * responses.shape[1] + c <= step
        _cell(ax, left + c, top + r, value if done else "", "#a8d0f5" if now else "white")
    middle = image.shape[0] / 2
    ax.annotate("", (left - 0.3, middle), (left - 1.7, middle), arrowprops={"arrowstyle": "->"})
    ax.text(image.shape[1] / 2, -0.3, "input × kernel", ha="center")
    ax.text(left + responses.shape[1] / 2, top - 0.3, "feature map", ha="center")
    ax.set(xlim=(-0.1, left + responses.shape[1] + 0.1), ylim=(image.shape[0] + 0.1, -1.0))
    ax.set_aspect("equal")
    ax.axis("off")
    products = patches[row, column] * kernel
    ax.alt = (
        f"Step {step + 1} of {responses.size}: the kernel lies on rows {row * stride + 1} to "
        f"{row * stride + len(kernel)} and columns {column * stride + 1} to "
        f"{column * stride + len(kernel.T)} of the image; the products add up to {products.sum()}, "
        f"written into row {row + 1}, column {column + 1} of the feature map."
    )
    return ax


# ------------------------------------------------------------------------------------ models


def model_graph(model, colors=None, groups=None, ax=None):
    """Draw a model's layers as boxes and what flows between them as arrows, top to bottom.

    It needs no Graphviz. Each box has the layer's name, its class and its output shape.

    Args:
        model: a built Keras model, Sequential or Functional. A nested model is one box.
        colors: a colour for some layers, by name; the others stay pale.
        groups: a group for some layers, by name, such as the device that each is on. A group has
            a pale colour and a letter, which the title explains.
        ax: the Axes to draw on; a new figure's, if left out.

    Returns:
        The Axes.

    Raises:
        ValueError: the model is not built, so that its layers have no shapes.
    """
    layers, edges = _graph(model)
    parents = {name: [a for a, b in edges if b == name] for name in layers}
    depth = {}
    for name in layers:  # Keras lists a layer after all the layers that feed it
        depth[name] = 1 + max((depth[parent] for parent in parents[name]), default=-1)
    column = _columns(parents, depth)
    rows, width = 1 + max(depth.values()), max(map(abs, column.values())) + 0.6
    ax = ax or plt.subplots(figsize=(5.2 * width, 0.8 * rows))[1]
    letters = dict(zip(dict.fromkeys((groups or {}).values()), string.ascii_uppercase))
    pale = dict(zip(letters, itertools.cycle(PALE)))
    for name, (kind, shape) in layers.items():
        x, y = column[name], depth[name]
        group = (groups or {}).get(name)
        face = (colors or {}).get(name, pale.get(group, "#eef4fb"))
        ax.text(x - 0.42, y, letters.get(group, ""), va="center", weight="bold")
        style = "round,pad=0,rounding_size=0.06"
        ax.add_patch(FancyBboxPatch((x - 0.45, y - 0.3), 0.9, 0.6, boxstyle=style, fc=face, ec=INK))
        ax.text(x, y - 0.11, f"{name} ({kind})", ha="center", va="center", fontsize=9)
        ax.text(x, y + 0.13, shape, ha="center", va="center", fontsize=9, color="#555555")
    for a, b in edges:
        start, end, bend = (column[a], depth[a] + 0.3), (column[b], depth[b] - 0.3), "arc3"
        if depth[b] - depth[a] > 1:  # a shortcut goes around the boxes that it skips
            start, end = (column[a] + 0.45, depth[a]), (column[b] + 0.45, depth[b])
            bend = "arc,angleA=0,angleB=0,armA=14,armB=14,rad=8"
        ax.add_patch(
            FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=10, color=INK,
                            shrinkA=0, shrinkB=0, connectionstyle=bend)
        )  # fmt: skip
    ax.set(xlim=(-width, width), ylim=(rows - 0.6, -0.4))
    ax.axis("off")
    flow = ", ".join(f"{a} to {b}" for a, b in edges)
    ax.alt = f"Graph of {_count(len(layers), 'layer')} with arrows from {flow}."
    if letters:
        ax.set_title(", ".join(f"{letter}: {group}" for group, letter in letters.items()))
    for group, letter in letters.items():
        inside = [name for name in layers if groups.get(name) == group]
        ax.alt += f" {letter}, {group}: {', '.join(inside)}."
    return ax


def _graph(model):
    """Layers as name → (class, output shape), in running order, and the pairs (from, to)."""
    if not model.built:
        raise ValueError(
            f"The model {model.name!r} is not built, so its layers have no shapes yet; start it "
            "with keras.Input(shape) or call model.build(input_shape)."
        )
    described = model.get_config().get("layers")
    if described is None:
        raise ValueError(
            f"The model {model.name!r} is neither Sequential nor Functional, so Keras does not "
            "know how its layers are connected and there is no graph to draw."
        )
    layers = {layer.name: (type(layer).__name__, _shapes(layer.output)) for layer in model.layers}
    if "input_layers" in model.get_config():
        edges = [(a, d["name"]) for d in described for a in _histories(d["inbound_nodes"])]
        return layers, list(dict.fromkeys(edges))
    layers = {"input": ("InputLayer", _shapes(model.inputs)), **layers}
    return layers, list(itertools.pairwise(layers))


def _histories(node):
    """The names of the layers whose outputs stand anywhere in a layer's `inbound_nodes`."""
    if isinstance(node, dict):
        if "keras_history" in node:
            return [node["keras_history"][0]]
        node = list(node.values())
    if isinstance(node, (list, tuple)):
        return [name for part in node for name in _histories(part)]
    return []


def _columns(parents, depth):
    """A horizontal place for each layer: those of one depth side by side, below their parents."""
    column = {}
    for level in range(1 + max(depth.values())):
        row = [name for name in depth if depth[name] == level]
        mean = {n: np.mean([column[p] for p in parents[n]] or [0.0]) for n in row}
        for i, name in enumerate(sorted(row, key=mean.get)):
            column[name] = i - (len(row) - 1) / 2
    return column


def _shapes(tensors):
    tensors = tensors if isinstance(tensors, (list, tuple)) else [tensors]
    return ", ".join(str(tuple(tensor.shape)) for tensor in tensors)


# ----------------------------------------------------------------------------------- helpers


def _numpy(array):
    """A NumPy array of any backend's array, on whatever device it lives."""
    if hasattr(array, "detach"):
        array = array.detach().cpu()
    return np.asarray(array)


def _count(n, noun):
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def _place(box, sign):
    """Where a box is, in words, each number after `sign`."""
    left, top, right, bottom = (f"{sign}{value:.0f}" for value in box)
    return f"from x {left} to {right}, y {top} to {bottom}"


def _title_room(height, titles):
    return 0.25 * height if titles is not None else 0.0


def _tile(i, columns, height, width, titles):
    """Left and top of picture `i` in a grid, with a gap between neighbours."""
    row, column = divmod(i, columns)
    gap = 0.08 * width
    return column * (width + gap), row * (height + gap + _title_room(height, titles))


def _grid_size(rows, columns, height, width, titles):
    """Inches: as wide as the page at most, a picture about an inch wide."""
    inches = min(1.1, 9.0 / columns)
    tall = height / width + (0.25 if titles is not None else 0.0) + 0.08
    return inches * columns, max(inches * rows * tall, 0.6)


def _cell(ax, x, y, value, face, weight=None):
    """One square of a drawn array, its value in the middle and a kernel's weight in the corner."""
    ax.add_patch(Rectangle((x, y), 1, 1, fc=face, ec="#999999"))
    middle = 0.5 if weight is None else 0.38
    ax.text(x + middle, y + middle, value, ha="center", va="center")
    if weight is not None:
        ax.text(x + 0.96, y + 0.96, f"×{weight}", ha="right", va="bottom", fontsize=7, color="#a00")
