"""Figures for the notebooks: curves, images, boxes, kernels, feature maps, convolutions, models.

A plot function takes `ax=None`, draws, writes the picture's words on the Axes (`ax.alt`, computed
from the data that was drawn) and returns the Axes. It never shows or closes a figure: `show` does.
Colours are told apart by colour-blind readers and, where it matters, differ in lightness too.
"""

import base64
import hashlib
import html
import importlib.util
import io
import itertools
import json
import math
import os
import re
import shutil
import string
import subprocess
import sys
import sysconfig

import matplotlib.pyplot as plt
import numpy as np
from matplotlib import patheffects
from matplotlib.collections import Collection, PathCollection
from matplotlib.colors import to_hex
from matplotlib.contour import ContourSet
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Patch, Rectangle
from matplotlib.table import Table
from matplotlib.text import Annotation, Text
from PIL import Image
from PIL.PngImagePlugin import PngInfo

# Petroff's ten colours (arXiv 2107.02270), written out because Matplotlib has them only from 3.10.
COLORS = (
    "#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6",
    "#a96b59", "#e76300", "#b9ac70", "#717581", "#92dadd",
)  # fmt: skip
PALE = ("#cfe3f7", "#ffe3b0", "#e3d3ee", "#dcdcdc", "#c9ecec", "#f3cfc6")  # text stays readable
INK = "#333333"
PIXELS_PER_INCH = 100  # on the page; the PNG has twice as many, for sharp screens
# Matplotlib's defaults in the course: plt.rcParams.update(plotting.COURSE_STYLE)
COURSE_STYLE = {
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


def show(figure, alt=None, caption=None):
    """Display a figure with its words for those who listen and a caption for those who see.

    The page gets a PNG whose alternative text is `alt`, with `caption` beneath it; the words are
    the output's plain text, too. In the output's metadata stands what `drawn` says of the figure:
    a test compares words, caption and drawing, for pixels differ between machines. The PNG carries
    its words and the checksums of what is drawn and of its own pixels, so that an old or foreign
    one is found.

    Words with a number behind ≈ say that the picture varies with the machine or the seed; without
    any ≈ the data that is drawn is compared, too.

    Outside Jupyter and IPython the words alone are printed.

    Args:
        figure: a Matplotlib Figure, or any Axes of it. It is closed.
        alt: what the picture shows, in at least one full sentence, as screen readers speak it.
            Left out, it is put together from the words that the plot functions wrote.
        caption: what stands under the picture; by default the first sentence of the words, up to
            a colon or semicolon: what is shown, without what can be read off.

    Raises:
        ValueError: there are no words, or they are not a sentence.
        TypeError: `figure` is no figure and no Axes of one, or `caption` is no text.
    """
    figure = _figure(figure)
    words = _words_of(figure, alt)
    if caption is not None and not isinstance(caption, str):
        raise TypeError(f"caption={caption!r:.60}: give a text, or leave it out.")
    if not _in_a_notebook():
        plt.close(figure)
        print(words)
        return
    picture, lines = _picture(figure, words)
    _display_still(picture, words, lines, caption)


def steps(frames, words=None):
    """Display figures one after the other, with a slider, buttons and the arrow keys.

    The page gets a player in plain HTML with a few lines of script: nothing is loaded from
    anywhere. Under each frame stand its words, which are its alternative text as well. Nothing
    moves by itself; "Play" is not offered to those who asked their system for less motion. Where
    scripts do not run, the first frame is a picture.

    Outside Jupyter and IPython the words alone are printed.

    Args:
        frames: the Matplotlib Figures, or Axes of them, all of one size; best as a generator,
            `steps(draw(n) for n in range(9))`, because each is closed before the next is drawn.
            Or a function that draws frame n, counted from 0, once for each of `words`.
        words: a full sentence for each frame; by default those that the plot functions wrote.

    Raises:
        ValueError: there are fewer than two frames, they differ in size, a frame has no words or
            the number of `words` is another one.
        TypeError: a frame is no figure, or `words` no list.
    """
    if words is not None and not isinstance(words, list | tuple):
        raise TypeError(f"words={words!r:.60}: give a list with a sentence for each frame.")
    if callable(frames):
        if words is None:
            raise ValueError("steps got a function to draw with: give it the words of each frame.")
        frames = map(frames, range(len(words)))
    elif not hasattr(frames, "__iter__"):
        raise TypeError(f"frames={frames!r:.60}: give a list of figures.")
    said, drawings, pictures, sizes = [], [], [], set()
    for n, frame in enumerate(frames):
        figure = _figure(frame)
        if words is not None and n >= len(words):
            plt.close(figure)
            raise ValueError(f"steps got more frames than words, {len(words)}: give one for each.")
        sizes.add(tuple(figure.get_size_inches()))
        said.append(_words_of(figure, words and words[n]))
        if _in_a_notebook():
            picture, lines = _picture(figure, said[-1], tight=False)
            pictures.append(picture)
            drawings.append(lines)
        plt.close(figure)
    if len(said) < max(2, len(words or "")):
        wanted = f"the {len(words)} that have words" if words else "at least two"
        raise ValueError(f"steps got {_count(len(said), 'frame')}; it shows {wanted}.")
    if len(sizes) > 1:
        raise ValueError(f"steps got frames of {len(sizes)} sizes: draw all with one figsize.")
    numbered = [f"{n} of {len(said)}: {text}" for n, text in enumerate(said, 1)]
    if not pictures:
        print(*numbered, sep="\n")
        return
    sources = [re.search('src="(.*?)"', picture)[1] for picture in pictures]
    later = json.dumps([[source, text] for source, text in zip(sources[1:], said[1:])])
    name = _checksum(APPROXIMATE.sub("≈", "\n".join(said)).encode())
    page = (
        FIGURE.replace(">", f' data-steps="{name}">')
        + pictures[0]
        + f'<figcaption style="{CAPTION}">{html.escape(numbered[0])} {STILL}</figcaption>'
        + '<script type="application/json">' + later.replace("<", "\\u003c") + "</script>"
        + f"<script>{PLAYER.replace('NAME', name)}</script></figure>"
    )  # fmt: skip
    _display(page, "\n".join(numbered), drawings)


FIGURE = '<figure style="margin: 0">'
CAPTION = "max-width: 50em; margin: 0.3em 0; font-size: 0.9em"
STILL = "(Run the cell to move through all of them.)"  # the script takes this away
PLAYER = """
document.querySelectorAll('[data-steps="NAME"]:not([data-ready])').forEach(player => {
  player.dataset.ready = "yes";
  const picture = player.querySelector("img"), caption = player.querySelector("figcaption");
  const later = JSON.parse(player.querySelector('script[type="application/json"]').textContent);
  const frames = [[picture.src, picture.alt], ...later], last = frames.length - 1;
  const controls = document.createElement("div"), slider = document.createElement("input");
  let timer, now = 0;
  controls.style = "display: flex; flex-wrap: wrap; gap: 0.5em; max-width: 30em; margin: 0.3em 0";
  slider.style = "flex: 1 1 8em; min-width: 0";
  Object.assign(slider, {type: "range", min: 0, max: last, value: 0});
  slider.setAttribute("aria-label", "step");
  caption.setAttribute("aria-live", "polite");
  caption.style.minHeight = "3.2em";
  function go(n) {
    now = Math.max(0, Math.min(last, n));
    [picture.src, picture.alt] = frames[now];
    caption.textContent = `${now + 1} of ${last + 1}: ${frames[now][1]}`;
    slider.value = now;
    slider.setAttribute("aria-valuetext", caption.textContent);
  }
  function stop() {
    clearInterval(timer);
    timer = undefined;
    play.textContent = "Play";
  }
  function button(text, label, action) {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    if (label) made.setAttribute("aria-label", label);
    made.addEventListener("click", action);
    controls.append(made);
    return made;
  }
  button("◀", "step back", () => { stop(); go(now - 1); });
  controls.append(slider);
  button("▶", "step on", () => { stop(); go(now + 1); });
  const play = button("Play", "", () => {
    if (timer) return stop();
    if (now === last) go(0);
    play.textContent = "Stop";
    timer = setInterval(() => { go(now + 1); if (now === last) stop(); }, 1200);
  });
  play.hidden = matchMedia("(prefers-reduced-motion: reduce)").matches;
  slider.addEventListener("input", () => { stop(); go(Number(slider.value)); });
  controls.addEventListener("keydown", event => {
    const way = {ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1}[event.key];
    if (!way) return;
    event.preventDefault();
    event.stopPropagation();
    stop();
    go(now + way);
  });
  controls.dataset.lmSuppressShortcuts = "true";
  player.insertBefore(controls, caption);
  go(0);
});
"""


def _figure(drawn_on):
    """The Matplotlib Figure that is, or that belongs to, what was given."""
    figure = getattr(drawn_on, "figure", None)
    if not isinstance(figure, plt.Figure):
        raise TypeError(f"{drawn_on!r:.60} is no Matplotlib Figure and no Axes of one.")
    return figure


def _in_a_notebook():
    return "IPython" in sys.modules and sys.modules["IPython"].get_ipython() is not None


def _words_of(figure, words):
    if words is None:
        words = " ".join(axes.alt for axes in figure.axes if hasattr(axes, "alt"))
    if not isinstance(words, str) or len(words.split()) < 5 or not words.endswith("."):
        raise ValueError(
            f"This picture's alt text is {words!r}: describe what it shows in a full sentence "
            "that ends with a full stop, as show(figure, alt=...)."
        )
    return words


def _picture(figure, words, tight=True):
    """The figure as an <img> with its words, and what is drawn on it; the figure is closed."""
    lines = drawn(figure, exact="≈" not in words)
    png = io.BytesIO()
    figure.savefig(png, format="png", dpi=2 * PIXELS_PER_INCH,
                   bbox_inches="tight" if tight else None,
                   pil_kwargs={"compress_level": 1})  # fmt: skip
    plt.close(figure)
    picture = _few_colors(Image.open(png).convert("RGB"), always=not tight)
    return _image(picture, words, lines), lines


def _image(picture, words, lines):
    """A Pillow image as an <img>, whose PNG carries its words and checksums."""
    width, height = picture.size
    pixels = picture.convert("RGBA").tobytes()
    about, png, dpi = PngInfo(), io.BytesIO(), 2 * PIXELS_PER_INCH
    for key, value in {
        "Description": words,
        "Drawn": _checksum("\n".join(lines).encode()),
        "Pixels": _checksum(f"{width} {height} ".encode() + pixels),
    }.items():
        about.add_itxt(key, value)
    level = 6 if picture.mode == "RGB" else 9  # a photograph: a hundredth more, ten times as fast
    picture.save(png, format="png", dpi=(dpi, dpi), pnginfo=about, compress_level=level)
    source = f"data:image/png;base64,{base64.b64encode(png.getvalue()).decode()}"
    size = f'width="{width // 2}" height="{height // 2}"'
    style = 'style="max-width: 100%; height: auto"'
    return f'<img src="{source}" {size} {style} alt="{html.escape(words)}">'


def _few_colors(picture, always=False):
    """The same picture with 256 colours, a third of the size, unless that changes a photograph."""
    part = picture.resize([side // 4 + 1 for side in picture.size], Image.Resampling.NEAREST)
    if not always and _with_256(part, rounds=2)[1] >= 0.2:  # the whole one would take seconds
        return picture
    for rounds in (0, 2):  # without moving the colours it takes a third of the time
        few, change = _with_256(picture, rounds)
        if change < 0.2:
            return few
    return few if always else picture


def _with_256(picture, rounds):
    """A picture with 256 colours of its own, moved so many rounds, and its mean change by that."""
    few = picture.quantize(256, kmeans=rounds, dither=Image.Dither.NONE)
    return few, np.abs(np.asarray(few.convert("RGB"), int) - np.asarray(picture, int)).mean()


def _caption(words, caption):
    """What stands under a picture. Screen readers have heard it, if it comes from the words."""
    heard = caption is None or words.startswith(caption[:-1])
    if caption is None:
        caption = re.split(r"(?<=\.) (?=\D)", words)[0]
        about = re.split(": |; |, titled | with arrows from ", caption)[0]
        if len(about.split()) >= 4:
            caption = f"{about.removesuffix('.')}."
        said = caption.removeprefix("Line plot of ")  # who sees it sees that
        caption = said[:1].upper() + said[1:]
    hidden = ' aria-hidden="true"' if heard else ""
    return f'<figcaption style="{CAPTION}"{hidden}>{html.escape(caption)}</figcaption>'


def _display_still(image, words, lines, caption=None):
    _display(f"{FIGURE}{image}{_caption(words, caption)}</figure>", words, [lines])


def _display(page, words, drawings):
    from IPython.display import display

    data = {"text/html": page, "text/plain": words}
    display(data, metadata={"text/html": {"drawn": drawings}}, raw=True)


def _checksum(data):
    return hashlib.sha256(data).hexdigest()[:16]


# ---------------------------------------------------------------------------------- training


def training_curves(history, metric="loss", ax=None, **line):
    """Draw a metric over the epochs: a solid line for training, a dashed one for validation.

    Args:
        history: what `model.fit` returned, or its `history` dictionary of lists.
        metric: the name of the metric, as in the dictionary, without `val_`.
        ax: the Axes to draw on; a new figure's, if left out.
        **line: passed to `Axes.plot`. A `label` stands before "training" and "validation", so
            that a second history on the same Axes can be told from the first.

    Returns:
        The Axes.

    Raises:
        KeyError: the history has no such metric; the message lists those it has.
        TypeError: it is no history.
        ValueError: no epoch has been trained, or a curve holds no numbers.
    """
    curves = getattr(history, "history", history)
    if not isinstance(curves, dict):
        raise TypeError(f"history={history!r:.60}: give what model.fit returned.")
    if not isinstance(metric, str) or metric not in curves:
        raise KeyError(f"The history has no {metric!r:.60}; it has {', '.join(map(repr, curves))}.")
    ax = _axes(ax)
    before, words = _words_before(ax), []
    name = line.pop("label", "")
    for key, part, style in ((metric, "training", "-"), (f"val_{metric}", "validation", "--")):
        if key not in curves:
            continue
        values = _array(f"history[{key!r}]", curves[key], (1,)).astype(float)
        if not len(values):
            raise ValueError(f"history[{key!r}] is empty: no epoch has been trained.")
        epochs = np.arange(1, len(values) + 1)
        label = f"{name}, {part}" if name else part
        ax.plot(epochs, values, style, **{"label": label, "marker": "o", "markersize": 4, **line})
        words.append(f"{label} goes from ≈{values[0]:.3f} to ≈{values[-1]:.3f}")
    ax.set(xlabel="epoch", ylabel=metric)
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.legend()
    count = _count(len(epochs), "epoch")
    ax.alt = f"{before}Line plot of {metric} over {count}: {'; '.join(words)}."
    return ax


def lines(x, curves, xlabel, ylabel, ax=None, digits=2, exact=False, colors=None, **axes):
    """Draw curves over the same x, each with its own marker and line style, and a legend.

    Args:
        x: array (n,) of numbers; or n texts, which stand at equal distances.
        curves: label → array (n,), or array (n, runs) for the mean of runs with a band from the
            lowest to the highest. NaN leaves a gap.
        xlabel, ylabel: what the axes show, with its unit.
        ax: the Axes to draw on; a new figure's, if left out.
        digits: decimal places of the numbers in the words.
        exact: whether the curves are the same on every machine; otherwise the numbers in the words
            stand behind ≈.
        colors: a colour for some labels; the others get Matplotlib's next one.
        **axes: passed to `Axes.set`, such as `title`, `yscale` or `ylim`.

    Returns:
        The Axes. Its words give all numbers of curves with up to eight, of others the first, the
        lowest, the highest and the last.

    Raises:
        ValueError: a curve and `x` differ in length, or are no rows of numbers; the message names
            the curve.
    """
    if not isinstance(curves, dict) or not curves:
        raise ValueError(f"curves={curves!r:.60}: give a dictionary from labels to arrays.")
    if not isinstance(colors, dict | None):
        raise ValueError(f"colors={colors!r:.60}: give a dictionary from labels to colours.")
    digits = _whole("digits", digits, 0)
    x = _array("x", x, (1,), "buifU")
    ax = _axes(ax)
    before, words, sign = _words_before(ax), [], "" if exact else "≈"
    for n, (label, curve) in enumerate(curves.items()):
        runs = _array(repr(label), curve, (1, 2)).astype(float)
        if len(runs) != len(x):
            raise ValueError(f"{label!r} has {len(runs)} numbers, but there are {len(x)} of x.")
        mean = runs if runs.ndim == 1 else runs.mean(axis=1)
        few = len(x) <= 40
        [line] = ax.plot(x, mean, LOOKS[n % len(LOOKS)][0], label=label, markersize=5,
                         color=(colors or {}).get(label),
                         marker=LOOKS[n % len(LOOKS)][1] if few else "")  # fmt: skip
        if runs.ndim == 2:
            ends = runs.min(axis=1), runs.max(axis=1)
            ax.fill_between(x, *ends, color=line.get_color(), alpha=0.2, lw=0)
        words.append(f"{label} {_course_of(mean, digits, sign)}")
    ax.set(xlabel=xlabel, ylabel=ylabel, **axes)
    if len(curves) > 1:
        ax.legend()
    about = f"{axes['title']}, {ylabel}" if axes.get("title") else ylabel
    ax.alt = f"{before}Line plot of {about} over {xlabel}: {'; '.join(words)}."
    return ax


LOOKS = (("-", "o"), ("--", "s"), ("-.", "^"), (":", "v"), ("-", "D"), ("--", "x"))


def _course_of(values, digits, sign):
    """A curve in words."""

    def text(value):
        return f"{sign}{value:.{digits}f}" if np.isfinite(value) else str(value)

    if len(values) <= 8:
        return ", ".join(map(text, values))
    known = values[np.isfinite(values)]
    if not len(known):
        return "has no number"
    ends = f"goes from {text(values[0])} to {text(values[-1])}"
    return f"{ends}, between {text(known.min())} and {text(known.max())}"


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
    images = _array("images", images)
    if images.ndim == 4 and images.shape[-1] == 1:
        images = images[..., 0]
    if images.ndim not in (3, 4) or not len(images) or images.shape[3:] not in ((), (3,)):
        raise ValueError(
            f"image_grid got an array of shape {images.shape}; it draws (n, height, width) or "
            "(n, height, width, channels) with 1 or 3 channels."
        )
    _check_labels("titles", titles, len(images), "pictures")
    n, height, width = images.shape[:3]
    columns = min(n, 10) if columns is None else _whole("columns", columns)
    rows = math.ceil(n / columns)
    ax = _axes(ax, figsize=_grid_size(rows, columns, height, width, titles))
    before = _words_before(ax)
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
    ax.alt = f"{before}{_count(n, 'picture')} of {size} in {_count(rows, 'row')}"
    ax.alt += f", titled {', '.join(map(str, titles))}." if titles is not None else "."
    return ax


def boxes(picture, boxes, labels=None, title=None, ax=None, **patch):
    """Draw boxes over a picture, each with its label in a corner.

    Args:
        picture: array (height, width) or (height, width, 3), as `Axes.imshow` takes it.
        boxes: array (n, 4) of left, top, right, bottom, in pixels from the upper left corner; n
            may be 0. In the words they are rounded, after ≈ unless all are whole numbers.
        labels: n short texts; put what varies after ≈, as in "Cat ≈0.85". None draws no labels.
        title: what stands above the picture and before its words.
        ax: the Axes to draw on; a new figure's, if left out.
        **patch: passed to each `Rectangle`.

    Returns:
        The Axes.

    Raises:
        ValueError: `boxes` has another shape, or the number of labels differs.
    """
    picture = _array("picture", picture, (2, 3))
    corners = _array("boxes", boxes, None).astype(float)
    if not picture.size:
        raise ValueError(f"picture has the shape {picture.shape}: there is nothing to draw.")
    if corners.size and (corners.ndim != 2 or corners.shape[1] != 4):
        raise ValueError(f"boxes got an array of shape {corners.shape}; it draws boxes (n, 4).")
    _check_labels("labels", labels, len(corners), "boxes")
    if not isinstance(title, str | None):
        raise TypeError(f"title={title!r:.60}: give a text.")
    height, width = picture.shape[:2]
    ax = _axes(ax, figsize=(4.8, 4.8 * height / width))
    before = _words_before(ax)
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
        top = inside[:i, 1][near.all(axis=1)].max(initial=top)
        ax.annotate(label, (right if far else left, top), (-3 if far else 3, -3 - 15 * line),
                    textcoords="offset points", ha="right" if far else "left", va="top",
                    fontsize=8, color=INK, bbox={"boxstyle": "round,pad=0.15", "fc": "white",
                                                 "ec": COLORS[i % len(COLORS)]})  # fmt: skip
    ax.set(xlim=(0, width), ylim=(height, 0))
    ax.axis("off")
    if title is not None:
        ax.set_title(title)
    what = "A picture" if title is None else f"{title}: a picture"
    ax.alt = f"{before}{what} of {height} by {width} pixels"
    ax.alt += f" with {len(corners)} box{'' if len(corners) == 1 else 'es'}"
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

    Raises:
        ValueError: `weights` is no such array.
    """
    weights = _array("weights", weights, (3, 4))
    drawn = weights.mean(axis=2) if weights.ndim == 4 else weights
    limit = float(np.abs(drawn).max()) or 1.0
    before = _words_before(ax)
    ax = image_grid(np.moveaxis(drawn, -1, 0), columns=columns, ax=ax,
                    cmap="PuOr_r", vmin=-limit, vmax=limit)  # fmt: skip
    for picture in ax.images:  # white kernels would have no edge on a white page
        left, right, bottom, top = picture.get_extent()
        ax.add_patch(Rectangle((left, top), right - left, bottom - top, fill=False, ec="#999999"))
    ax.figure.colorbar(ax.images[0], ax=ax, shrink=0.8, label="weight")
    height, width, count = drawn.shape
    ax.alt = (
        f"{before}{_count(count, 'kernel')} of {height} by {width} weights, "
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

    Raises:
        ValueError: `maps` is no such array.
    """
    maps, before = _array("maps", maps, (3,)), _words_before(ax)
    ax = image_grid(np.moveaxis(maps, -1, 0), columns=columns, ax=ax, cmap="viridis")
    height, width, count = maps.shape
    ax.alt = (
        f"{before}{_count(count, 'feature map')} of {height} by {width}, "
        f"dark at ≈{maps.min():.2f} and bright at ≈{maps.max():.2f}."
    )
    return ax


def convolution_step(image, kernel, step, stride=1, padding=0, ax=None):
    """Draw one step of sliding a kernel over an image, as on the lecture's slide.

    On the left the image, the patch under the kernel shaded, the kernel's weights small in its
    cells; on the right the feature map as far as it has been computed. Nothing is flipped.

    Args:
        image: array (height, width) of whole numbers.
        kernel: array (kernel_height, kernel_width).
        step: which response, counted row by row from 0.
        stride: cells between one position and the next.
        padding: rings of zeros around the image. They are grey, and the image has a frame.
        ax: the Axes to draw on; a new figure's, if left out.

    Returns:
        The Axes.

    Raises:
        IndexError: there are not so many steps.
        ValueError: another argument is none of what is listed, or the kernel does not fit.
    """
    padding, stride = _whole("padding", padding, 0), _whole("stride", stride)
    image, kernel = _array("image", image, (2,)), _array("kernel", kernel, (2,))
    image = np.pad(image, padding)
    if np.any(np.array(image.shape) < kernel.shape):
        raise ValueError(f"The kernel {kernel.shape} is larger than the image {image.shape}.")
    pixels = np.pad(np.ones(np.array(image.shape) - 2 * padding, bool), padding)
    patches = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)[::stride, ::stride]
    responses = np.sum(patches * kernel, axis=(2, 3))
    if not isinstance(step, int | np.integer) or not 0 <= step < responses.size:
        raise IndexError(
            f"Step {step!r:.60} is not there: this image has steps 0 to {responses.size - 1}."
        )
    row, column = divmod(step, responses.shape[1])
    ax = _axes(ax, figsize=(5.6, 3.0))
    before = _words_before(ax)
    for (r, c), value in np.ndenumerate(image):
        under = 0 <= r - row * stride < len(kernel) and 0 <= c - column * stride < len(kernel.T)
        weight = kernel[r - row * stride, c - column * stride] if under else None
        face = ("#ffe0a3", "#e0cfa8") if under else ("white", "#dcdcdc")
        _cell(ax, c, r, value, face[not pixels[r, c]], weight)
    if padding:
        inner = np.array(image.shape) - 2 * padding
        ax.add_patch(Rectangle((padding, padding), *inner[::-1], fill=False, ec=INK, lw=2))
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
    covered = pixels[row * stride :, column * stride :][: len(kernel), : len(kernel.T)]
    zeros = np.count_nonzero(~covered)
    around = f" with its padding, on {_count(covered.sum(), 'pixel')}" if padding else ""
    around += f" and {_count(zeros, 'padding zero')}" if zeros else ""
    ax.alt = (
        f"{before}The kernel lies on rows {row * stride + 1} to {row * stride + len(kernel)} "
        f"and columns {column * stride + 1} to {column * stride + len(kernel.T)} of the image"
        f"{around}; the products add up to {products.sum()}, written into row {row + 1}, "
        f"column {column + 1} of the feature map."
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
        TypeError: it is no Keras model, or `colors` or `groups` no dictionary.
    """
    layers, edges = _graph(model)
    for name, given in (("colors", colors), ("groups", groups)):
        if not isinstance(given, dict | None):
            raise TypeError(f"{name}={given!r:.60}: give a dictionary by the names of layers.")
    parents = {name: [a for a, b in edges if b == name] for name in layers}
    depth = {}
    for name in layers:  # Keras lists a layer after all the layers that feed it
        depth[name] = 1 + max((depth[parent] for parent in parents[name]), default=-1)
    column = _columns(parents, depth)
    rows, width = 1 + max(depth.values()), max(map(abs, column.values())) + 0.6
    ax = _axes(ax, figsize=(5.2 * width, 0.8 * rows))
    before = _words_before(ax)
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
    ax.alt = f"{before}Graph of {_count(len(layers), 'layer')} with arrows from {flow}."
    if letters:
        ax.set_title(", ".join(f"{letter}: {group}" for group, letter in letters.items()))
    for group, letter in letters.items():
        inside = [name for name in layers if groups.get(name) == group]
        ax.alt += f" {letter}, {group}: {', '.join(inside)}."
    return ax


def plot_model(model, **options):
    """Show a model as `keras.utils.plot_model` draws it, with shapes, names and words.

    Graphviz makes the layout: the program `dot`, or the package `graphviz-pure` where `dot` is
    missing. Without both, or without pydot, nothing is shown; `model_graph` needs neither.

    Args:
        model: a built Keras model, Sequential or Functional.
        **options: passed to `keras.utils.model_to_dot`, such as `rankdir="LR"`.

    Raises:
        TypeError: it is no Keras model.
        ValueError: the model is not built, so that its layers have no shapes.
        RuntimeError: Graphviz fails; the message is Graphviz's own.
    """
    import keras

    layers, edges = _graph(model)
    scripts = os.pathsep.join([os.environ.get("PATH", ""), sysconfig.get_path("scripts")])
    programs = (shutil.which(name, path=scripts) for name in ("dot", "graphviz-pure"))
    program = next(filter(None, programs), None)
    if program is None or not importlib.util.find_spec("pydot"):
        return
    boxes = {layer.name for layer in model.layers}  # Keras draws no input of a Sequential model
    layers = {name: layer for name, layer in layers.items() if name in boxes}
    edges = [(a, b) for a, b in edges if a in boxes]
    flow = ", ".join(f"{a} to {b}" for a, b in edges)
    words = f"Keras's picture of {_count(len(layers), 'layer')}"
    words += f" with arrows from {flow}." if flow else "."
    if not _in_a_notebook():
        print(words)
        return
    options = {"show_shapes": True, "show_layer_names": True, "dpi": 130, **options}
    source = keras.utils.model_to_dot(model, **options).to_string()
    done = subprocess.run([program, "-Tpng"], input=source.encode(), capture_output=True)
    if done.returncode or not done.stdout:
        raise RuntimeError(f"{program} made no picture: {done.stderr.decode(errors='replace')}")
    lines = [f"{name} ({kind}): {shape}" for name, (kind, shape) in layers.items()]
    lines += [f"{a} → {b}" for a, b in edges]
    picture = _few_colors(Image.open(io.BytesIO(done.stdout)).convert("RGB"), always=True)
    _display_still(_image(picture, words, lines), words, lines)


def _graph(model):
    """Layers as name → (class, output shape), in running order, and the pairs (from, to)."""
    import keras

    if not isinstance(model, keras.Model):
        raise TypeError(f"model={model!r:.60}: give a Keras model.")
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


# ---------------------------------------------------------------------------- what is drawn

# As in tests/nbval.cfg, and a comma behind a whole number.
APPROXIMATE = re.compile(r"≈ *[-+]?\d[\d,]*(?:\.\d+)?(?:e[-+]?\d+)?")
LINES = {"solid": "-", "dashed": "--", "dashdot": "-.", "dotted": ":"}


def drawn(figure, exact=True):
    """Say what is drawn on a figure, the same on every machine, Matplotlib and backend.

    Lines of text, in the order of the panels: size and places, titles, labels, scales, limits and
    ticks that were set, legends, and the artists by kind and look with their number. Nothing in it
    comes from a font, a pixel or a limit that Matplotlib chose. A number behind ~ is to be compared
    within 0.0001 of its value (or 0.0000002), one behind ± within 0.0002; everything else as it
    stands.

    Args:
        figure: a Matplotlib Figure, before or after it was rendered.
        exact: whether nothing in it varies with the seed or the machine. If so, the data stands
            there too: each array as its length, its root mean square and three weighted sums,
            which a change of a thousandth moves and rounding does not. Otherwise data is left out,
            as are numbers in texts among the data, the number of points, and ends of axes and
            colour maps with so many digits that they may come from the data.

    Numbers behind ≈ are left out in any case, and so are artists whose number or look varies, if
    they are drawn with `gid="≈"`. Ends of an axis with such a line may come from its data, too.

    Returns:
        A list of texts.

    Raises:
        TypeError: it is no figure.
    """
    figure = _figure(figure)
    width, height = figure.get_size_inches()
    lines = [f"figure: {width:.4g} by {height:.4g} inches", *_artists("figure", figure, exact)]
    panels = list(figure.axes)
    for ax in panels:  # insets, and insets of insets
        panels += [inset for inset in ax.child_axes if inset not in panels]
    colored = [artist for ax in panels for artist in [*ax.images, *ax.collections]]
    bars = [artist.colorbar.ax for artist in colored if artist.colorbar]
    for n, ax in enumerate(panels, 1):
        name = f"panel {n}"
        lines.append(f"{name}: {'colour bar' if ax in bars else _place_of_panel(ax)}")
        for side in ("left", "center", "right"):
            if ax.get_title(side):
                lines.append(f"{name}, {side} title: {_quote(ax.get_title(side))}")
        for letter in "xyz" if hasattr(ax, "zaxis") else "xy":
            lines.append(f"{name}, {letter} axis: {_axis(ax, letter, panels, exact, ax in bars)}")
        if ax not in bars:
            lines += _artists(name, ax, exact)
    return lines


def _place_of_panel(ax):
    """Where a panel stands, without the layout's inches."""
    said = [ax.name] if ax.name != "rectilinear" else []
    place = ax.get_subplotspec()
    if place:
        grid = place.get_gridspec()
        spans = [
            f"{what} {span.start + 1}" + (f" to {span.stop}" if len(span) > 1 else "")
            for what, span in (("row", place.rowspan), ("column", place.colspan))
        ]
        said.append(f"{', '.join(spans)} of {grid.nrows} by {grid.ncols}")
        for what, ratios in (
            ("heights", grid.get_height_ratios()),
            ("widths", grid.get_width_ratios()),
        ):
            if len(set(ratios)) > 1:
                said.append(f"{what} {_numbers(ratios)}")
    elif ax.get_axes_locator() is None:
        said.append(f"at {_numbers(ax.get_position(original=True).bounds)}")
    said += [] if ax.axison else ["axes off"]
    background = _color(ax.get_facecolor())
    said += [] if background == "#ffffff" else [f"on {background}"]
    said += [] if ax.get_aspect() == "auto" else [f"aspect {ax.get_aspect()}"]
    said += [f"seen from {ax.elev:g}, {ax.azim:g}"] if ax.name == "3d" else []
    return ", ".join(said)


def _axis(ax, letter, panels, exact, is_colorbar):
    """Label, scale, and what was set of limits, ticks and tick labels."""
    axis = getattr(ax, f"{letter}axis")
    said, scale = [_quote(axis.get_label_text())], axis.get_scale()
    if scale != "linear":
        base = getattr(axis.get_transform(), "base", None)
        said.append(f"{scale}, base {base:g}" if base else scale)
    if is_colorbar:
        return ", ".join(said)
    is_free = getattr(ax, f"get_autoscale{letter}_on")()
    limits = getattr(ax, f"get_{letter}lim")()
    if not is_free:
        exact_ends = exact and all(line.get_gid() != "≈" for line in ax.lines)
        kept = [_number(end, scale) if exact_ends or _is_short(end, 3) else "?" for end in limits]
        said += [f"limits {' '.join(kept)}"] if set(kept) != {"?"} else []
    if limits[0] > limits[1]:
        said.append("inverted")
    locator, formatter = axis.get_major_locator(), axis.get_major_formatter()
    ticks = getattr(locator, "locs", None)  # those that were set
    if type(locator).__name__ == "StrCategoryLocator":
        ticks = locator()
    if ticks is not None and (exact or all(_is_short(tick, 4) for tick in ticks)):
        said.append(f"ticks {_numbers(ticks)}" if len(ticks) else "no ticks")
    kind = type(formatter).__name__
    if kind in ("FixedFormatter", "FuncFormatter", "StrCategoryFormatter") and ticks is not None:
        labels = [formatter(tick, i) for i, tick in enumerate(ticks)]
        said.append(f"tick labels {' '.join(map(_quote, labels))}")
    elif kind in ("StrMethodFormatter", "FormatStrFormatter", "PercentFormatter", "EngFormatter"):
        said.append(f"tick labels like {_quote(formatter(0.5, 0))} {_quote(formatter(64, 0))}")
    elif kind == "NullFormatter":
        said.append("no tick labels")
    look = axis.get_tick_params()
    said += ["grid"] if look.get("gridOn") else []
    if (
        "labelleft" in look
        and not (look["labelleft"] or look["labelright"])
        or ("labelbottom" in look and not (look["labelbottom"] or look["labeltop"]))
    ):
        said.append("tick labels hidden")
    if letter in "xy":
        group = getattr(ax, f"get_shared_{letter}_axes")().get_siblings(ax)
        shared = [n for n, other in enumerate(panels, 1) if other in group and other is not ax]
        said += [f"as in panel {shared[0]}"] if shared else []
    return ", ".join(said if axis.get_visible() else [*said, "hidden"])


def _artists(name, owner, exact):
    """A line for each look of the artists on an Axes or a figure, and for each legend entry."""
    found = [*owner.images, *owner.patches, *owner.lines, *owner.texts, *owner.artists]
    found += [*getattr(owner, "collections", []), *getattr(owner, "tables", [])]
    found = [artist for artist in found if artist.get_gid() != "≈"]
    groups = {}
    for artist in found:
        groups.setdefault(_look(artist, exact), []).append(artist)
    for look, group in groups.items():
        said = f"{name}: {len(group)} × {look}"
        words = [word for artist in group for word in _words(artist)]
        said += "".join(f" {_quote(word, exact)}" for word in words)
        if exact:
            arrays = {}
            for artist in group:
                for what, values in _data(artist).items():
                    arrays.setdefault(what, []).append(_floats(values))
            for what, parts in arrays.items():
                values = np.concatenate(parts)
                said += f"; {what} {_sketch(values)}" if len(values) else ""
        yield said
    legends = owner.legends if hasattr(owner, "legends") else [owner.get_legend()]
    for legend in filter(None, legends):
        title = legend.get_title().get_text()
        label = f"{name}, legend{f' {_quote(title)}' if title else ''}"
        for text, handle in zip(legend.get_texts(), legend.legend_handles):
            yield f"{label}: {_quote(text.get_text())} {_look(handle, exact)}"


def _look(artist, exact):
    """Kind, colours, lines, markers: what does not come from the data."""
    said = [type(artist).__name__]
    if isinstance(artist, Line2D):
        style, marker = artist.get_linestyle(), artist.get_marker()
        if style not in ("None", "", " "):
            said += [_color(artist.get_color()), style, f"width {artist.get_linewidth():.4g}"]
        if marker not in ("None", "none", "", " ", None):
            shape = marker if isinstance(marker, (str, int)) else type(marker).__name__
            said.append(f"marker {shape} {artist.get_markersize():.4g}")
            said.append(_color(artist.get_markerfacecolor()))
            said.append(f"edge {_color(artist.get_markeredgecolor())}")
        if artist.get_drawstyle() != "default":
            said.append(artist.get_drawstyle())
        if not np.isfinite(_floats(artist.get_ydata())).any():
            said.append("without points")
    elif isinstance(artist, Patch):
        said.append(f"{_color(artist.get_facecolor())}, edge {_color(artist.get_edgecolor())}")
        style = artist.get_linestyle()
        said.append(f"{LINES.get(style, style)}, width {artist.get_linewidth():.4g}")
        said += [artist.get_hatch()] if artist.get_hatch() else []
        for what in ("boxstyle", "arrowstyle", "connectionstyle"):
            if hasattr(artist, f"get_{what}"):
                said.append(type(getattr(artist, f"get_{what}")()).__name__)
    elif isinstance(artist, AxesImage):
        shape = np.shape(artist.get_array())
        said.append(" by ".join(map(str, shape)))
        said += [_colors_of(artist, exact)] if len(shape) == 2 else []
        said += [artist.get_interpolation(), f"from the {artist.origin} edge"]
    elif isinstance(artist, Collection):
        if artist.get_array() is not None:
            said.append(_colors_of(artist, exact))
        else:
            faces, edges = artist.get_facecolor(), artist.get_edgecolor()
            said.append(" ".join(sorted(set(map(_color, faces)))) or "not filled")
            said.append(" ".join(["edge", *sorted(set(map(_color, edges)))]))
        widths = sorted({f"{width:.4g}" for width in np.atleast_1d(artist.get_linewidth())})
        dashes = [dash for _, dash in artist.get_linestyle()]
        said.append(f"width {' '.join(widths)}")
        said += ["dashed"] if any(dash is not None for dash in dashes) else []
        said += [artist.get_hatch()] if artist.get_hatch() else []
        if isinstance(artist, PathCollection):
            said.append(f"markers of {len(artist.get_paths()[0].vertices)} points")
    elif isinstance(artist, Text):
        box, arrow = artist.get_bbox_patch(), getattr(artist, "arrow_patch", None)
        said.append(f"{artist.get_fontsize():.4g} pt {_color(artist.get_color())}")
        said += [artist.get_ha(), artist.get_va()]
        said += [f"{artist.get_weight()}"] if artist.get_weight() not in ("normal", 400) else []
        said += [artist.get_style()] if artist.get_style() != "normal" else []
        said += [f"turned by {artist.get_rotation():.4g}"] if artist.get_rotation() else []
        said += [f"in a {_look(box, exact)}"] if box else []
        said += [f"with a {_look(arrow, exact)}"] if arrow else []
    alpha = artist.get_alpha()
    said += [f"alpha {alpha:.4g}"] if isinstance(alpha, (int, float)) else []
    said += [type(effect).__name__ for effect in artist.get_path_effects() or ()]
    if artist.get_zorder() != type(artist).zorder and getattr(artist.axes, "name", "") != "3d":
        said.append(f"order {artist.get_zorder():g}")
    said += [] if artist.get_visible() else ["hidden"]
    return ", ".join(said)


def _words(artist):
    if isinstance(artist, Table):
        return [cell.get_text().get_text() for _, cell in sorted(artist.get_celld().items())]
    return [artist.get_text()] if isinstance(artist, Text) else []


def _data(artist):
    """The arrays that an artist draws, by name; what is on a logarithmic axis as logarithms."""
    if isinstance(artist, Text) and artist.axes is None:
        return {}  # the layout moves the titles of a figure
    if isinstance(artist, Text):
        ends = [artist.xy] if isinstance(artist, Annotation) else []
        return _points([artist.get_position(), *ends], artist)
    if hasattr(artist, "get_data_3d"):
        return dict(zip("xyz", artist.get_data_3d()))
    if isinstance(artist, Line2D):
        return _points(np.transpose(artist.get_data(orig=False)), artist)
    if isinstance(artist, FancyArrowPatch):  # its path depends on pixels, its ends do not
        return _points(artist._posA_posB or [], artist)
    if isinstance(artist, Patch):
        corners = artist.get_patch_transform().transform(artist.get_path().vertices)
        return _points(corners, artist)
    if isinstance(artist, AxesImage):
        return {"values": artist.get_array(), "extents": artist.get_extent()}
    if isinstance(artist, ContourSet):  # where its lines run depends on a library's version
        spans = [path.get_extents().extents for path in artist.get_paths() if len(path.vertices)]
        return {"levels": artist.levels, "spans": spans}
    if isinstance(artist, Collection):
        arrays = {"values": artist.get_array(), "u": getattr(artist, "U", None),
                  "v": getattr(artist, "V", None)}  # fmt: skip
        if arrays["u"] is None and getattr(artist.axes, "name", "") != "3d":
            paths = [path.vertices for path in artist.get_paths()]
            offsets = _points(artist.get_offsets(), artist)
            if np.any(artist.get_offsets()):
                arrays |= {f"offset {what}": values for what, values in offsets.items()}
            arrays |= _points(np.concatenate([np.empty((0, 2)), *paths]), artist)
        if hasattr(artist, "get_sizes"):
            arrays["sizes"] = artist.get_sizes()
        return {what: values for what, values in arrays.items() if values is not None}
    return {}


def _points(points, artist):
    """Columns x and y of points (n, 2)."""
    columns = dict(zip("xy", np.ma.asarray(points, float).reshape(-1, 2).T))
    for letter, values in columns.items():
        if artist.axes and getattr(artist.axes, f"{letter}axis").get_scale() == "log":
            with np.errstate(all="ignore"):
                columns[letter] = np.log10(_floats(values))
    return columns


def _floats(values):
    """A flat array of floats, NaN where a value is masked."""
    return np.ma.filled(np.ma.asarray(values).astype(float), np.nan).ravel()


def _sketch(values):
    """An array in a few numbers that rounding does not change: short ones as they are."""
    finite = np.isfinite(values)
    missing = f", {np.sum(~finite)} missing" if not finite.all() else ""
    if len(values) <= 6:
        return _numbers(values[finite]) + missing
    kept = np.where(finite, values, 0)
    size = np.sqrt(np.mean(kept**2))
    weights = np.random.RandomState(0)  # its numbers stay the same for ever, NumPy says
    sums = [kept @ (weights.random_sample(len(kept)) - 0.5) for _ in range(3)]
    scaled = np.array(sums) * np.sqrt(12 / len(kept)) / max(size, 1e-3)
    return f"{len(kept)}{missing}, ~{size:.6g} " + " ".join(f"±{value:.4f}" for value in scaled)


def _numbers(values):
    return " ".join(map(_number, values))


def _number(value, scale="linear"):
    if value is None:
        return "?"
    if scale == "log":
        return f"10^~{math.log10(value):.6g}"
    return f"~{float(value):.6g}"


def _is_short(value, digits):
    """Whether a number looks as if it was written down, not computed from what varies."""
    return value is None or value == 255 or float(f"{value:.{digits}g}") == value


def _quote(text, exact=True):
    """A text in quotes, without numbers that vary."""
    text = APPROXIMATE.sub("≈", str(text))
    return repr(text if exact else re.sub(r"\d[\d.,]*", "#", text))


def _color(color):
    code = to_hex(color, keep_alpha=True)
    return "none" if code[7:] == "00" else code[:7] if code[7:] == "ff" else code


def _colors_of(artist, exact):
    """The name and some colours of a colour map, and the values at its ends."""
    cmap = artist.get_cmap()
    name = f"{cmap.name} " if cmap.name in plt.colormaps() else ""
    ends = [_number(end) if exact or _is_short(end, 2) else "?" for end in artist.get_clim()]
    kind = type(artist.norm).__name__
    ends += [] if kind == "Normalize" else [kind]
    return f"{name}{' '.join(map(_color, cmap(np.linspace(0, 1, 4))))} from {' to '.join(ends)}"


# ----------------------------------------------------------------------------------- helpers


def _numpy(array):
    """A NumPy array of any backend's array, on whatever device it lives."""
    if hasattr(array, "detach"):
        array = array.detach().cpu()
    return np.asarray(array)


def _array(name, values, axes=None, kinds="buif"):
    """`_numpy`, or a ValueError that names what holds no numbers or has too few or many axes."""
    try:
        array = _numpy(values)
    except (TypeError, ValueError):  # rows of different lengths
        array = np.array(None)
    if array.dtype.kind not in kinds and array.size:
        raise ValueError(f"{name} is {values!r:.60}: give an array of numbers.")
    if axes is not None and array.ndim not in axes:
        wanted = " or ".join(map(str, axes))
        raise ValueError(f"{name} has the shape {array.shape}: give an array with {wanted} axes.")
    return array


def _whole(name, value, least=1):
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not whole or not least <= value <= 1000:
        raise ValueError(f"{name}={value!r:.60}: give a whole number from {least} to 1000.")
    return int(value)


def _axes(ax, **figure):
    """The Axes that were given, or those of a new figure."""
    if ax is None:
        return plt.subplots(**figure)[1]
    if not isinstance(ax, plt.Axes):
        raise TypeError(f"ax={ax!r:.60}: give Matplotlib's Axes, or leave it out.")
    return ax


def _check_labels(name, labels, count, things):
    if labels is None:
        return
    listed = isinstance(labels, list | tuple | np.ndarray)
    if not listed or any(np.ndim(label) for label in labels):
        raise ValueError(f"{name}={labels!r:.60}: give a list of texts.")
    if len(labels) != count:
        raise ValueError(f"There are {count} {things} but {len(labels)} {name}.")


def _words_before(ax):
    """The words of what stands on the Axes already, for the next ones to follow; often none."""
    if ax is None:
        return ""
    ax = _axes(ax)
    is_empty = not (ax.lines or ax.images or ax.patches or ax.collections or ax.texts)
    return "" if is_empty or not hasattr(ax, "alt") else f"{ax.alt} "


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
