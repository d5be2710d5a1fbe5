"""Pictures of mechanisms: what a lesson draws beside what it computes.

A function takes what the lesson computed and `ax=None`, draws, writes the picture's words on the
Axes (`ax.alt`, computed from the data) and returns the Axes; where a drawing has several panels, it
returns the Figure, whose words stand on its first Axes. It never shows or closes a figure. Frames
of one size for `plotting.steps` come from one function, called once for each step.
"""

import matplotlib.pyplot as plt  # noqa: F401
import numpy as np  # noqa: F401
from matplotlib import patheffects
from matplotlib.colors import LinearSegmentedColormap

INK = "#333333"
PAPER = {"blue": "#a8d0f5", "orange": "#ffe0a3", "red": "#f3b8ad", "gray": "#dcdcdc"}  # pale

# ------------------------------------------------------------------------ activations and gradients

# ------------------------------------------------------------------------------- training a network

# ---------------------------------------------------------------------------- dropout and shortcuts

# ------------------------------------------------------------------------------------------- seeing

# ------------------------------------------------------------------------------------------- tuning

# ------------------------------------------------------------------------------------ many machines

# ----------------------------------------------------------------------- pictures and their labels

MARK = "#e76300"
INK_MAP = LinearSegmentedColormap.from_list("ink", ["#ffffff", "#7db4e8"])  # paper to ink


def picture_table(pictures, columns, rows, ax=None, **image):
    """Draw pictures in rows and columns, titles above the columns and a label beside each row.

    Args:
        pictures: array (rows, columns, height, width) or (rows, columns, height, width, 3).
        columns: the titles; one for each column, or fewer, each above as many columns.
        rows: a label for each row.
        ax: the Axes to draw on; a new figure's, if left out.
        **image: passed to `Axes.imshow`.

    Returns:
        The Axes.

    Raises:
        ValueError: `pictures` has another shape, or titles or labels do not go with it.
    """
    pictures = np.asarray(pictures)
    if pictures.ndim not in (4, 5) or pictures.shape[4:] not in ((), (3,)) or not pictures.size:
        raise ValueError(
            f"picture_table got an array of shape {pictures.shape}; it draws (rows, columns, "
            "height, width), and a 3 behind them where the pictures have colours."
        )
    m, n, height, width = pictures.shape[:4]
    if len(rows) != m or not len(columns) or n % len(columns):
        raise ValueError(
            f"picture_table got {m} rows and {n} columns of pictures, but {len(rows)} labels and "
            f"{len(columns)} titles."
        )
    inches, gap, each = min(1.1, 8.5 / n), 0.06 * width, n // len(columns)
    if ax is None:
        size = inches * n * 1.06, (inches * m * (height + gap) + 0.25 * width) / width
        ax = plt.subplots(figsize=size)[1]
    low, high = float(pictures.min()), float(pictures.max())
    for i, row in enumerate(pictures):
        top = i * (height + gap)
        ax.text(-gap, top + height / 2, rows[i], ha="right", va="center", fontsize=9)
        for j, picture in enumerate(row):
            left = j * (width + gap)
            extent = (left, left + width, top + height, top)
            ax.imshow(picture, **{"extent": extent, "vmin": low, "vmax": high, **image})
    for j, title in enumerate(columns):
        middle = (j + 0.5) * each * (width + gap) - gap / 2
        ax.text(middle, -gap, title, ha="center", va="bottom", fontsize=9)
    ax.set(xlim=(0, n * (width + gap) - gap), ylim=(m * (height + gap) - gap, 0))
    ax.set_aspect("equal")
    ax.axis("off")
    times = "" if each == 1 else f", {each} of each"
    ax.alt = (
        f"{m} by {n} pictures of {height} by {width} pixels. The rows: {', '.join(map(str, rows))}."
        f" The columns{times}: {', '.join(map(str, columns))}."
    )
    return ax


def stages(arrays, ax=None):
    """Draw what a layer makes of a picture, stage by stage: orange is positive, purple negative.

    Args:
        arrays: name → array (height, width); all are drawn in one size and on one scale.
        ax: the Axes to draw on; a new figure's, if left out.

    Returns:
        The Axes, with a colour bar beside it.

    Raises:
        ValueError: there is no array, or one is no table of numbers; the message names it.
    """
    arrays = {name: np.asarray(values, float) for name, values in arrays.items()}
    if not arrays:
        raise ValueError("stages got no array.")
    for name, values in arrays.items():
        if values.ndim != 2 or not values.size:
            raise ValueError(f"stages draws (height, width); {name!r} has {values.shape}.")
    ax = ax or plt.subplots(figsize=(2.1 * len(arrays) + 0.8, 2.3))[1]
    limit = max(np.abs(values).max() for values in arrays.values()) or 1.0
    words = []
    for n, (name, values) in enumerate(arrays.items()):
        height, width = values.shape
        drawn = ax.imshow(values, cmap="PuOr_r", vmin=-limit, vmax=limit,
                          extent=(1.06 * n, 1.06 * n + 1, 1, 0))  # fmt: skip
        ax.text(1.06 * n, -0.03, f"{name}, {height} × {width}", va="bottom", fontsize=9)
        words.append(f"{name} {height} by {width}, {values.min():.1f} to {values.max():.1f}")
    ax.set(xlim=(0, 1.06 * len(arrays) - 0.06), ylim=(1, -0.15))
    ax.set_aspect("equal")
    ax.axis("off")
    ax.figure.colorbar(drawn, ax=ax, shrink=0.75, label="value")
    ax.alt = f"Stages from left to right, orange above 0 and purple below: {'; '.join(words)}."
    return ax


def learning_rate(at, rates, steps_per_epoch, ax=None):
    """Draw a schedule of learning rates that rises and then falls, with the end of each epoch.

    Args:
        at: n numbers of steps in ascending order; the last is the end of the training.
        rates: the learning rate at each of them.
        steps_per_epoch: steps. At an epoch's end between two of `at` the rate is interpolated.
        ax: the Axes to draw on; a new figure's, if left out.

    Returns:
        The Axes.

    Raises:
        ValueError: `at` and `rates` differ in length, or `at` does not ascend.
    """
    at, rates = np.asarray(at, float), np.asarray(rates, float)
    if at.shape != rates.shape or at.ndim != 1 or len(at) < 2:
        raise ValueError(f"learning_rate got {at.shape} steps and {rates.shape} rates.")
    if np.any(np.diff(at) <= 0):
        raise ValueError("learning_rate wants its steps in ascending order.")
    ax = ax or plt.subplots(figsize=(6.4, 3))[1]
    peak, last = rates.argmax(), int(at[-1])
    ends = np.arange(steps_per_epoch, last + 1, steps_per_epoch)
    after = np.interp(ends, at, rates)
    ax.axvspan(at[0], at[peak], color=PAPER["orange"], alpha=0.5, lw=0)
    ax.plot(at, rates, color=INK)
    ax.plot(ends, after, "o", color=INK, clip_on=False)
    for n, (step, rate) in enumerate(zip(ends, after), 1):
        is_last = step == last
        ax.annotate(f"epoch {n}", (step, rate), (0, 8) if is_last else (5, 2), fontsize=8,
                    textcoords="offset points", ha="right" if is_last else "left")  # fmt: skip
    middle = (at[0] + at[peak]) / 2
    ax.text(middle, 1.02 * rates[peak], "warm-up", ha="center", va="bottom", fontsize=9)
    ax.set(
        xlabel="step (a dot where an epoch ends)",
        ylabel="learning rate",
        xlim=(at[0], at[-1]),
        ylim=(0, 1.12 * rates[peak]),
    )
    said = ", ".join(f"{rate:.4f}" for rate in after)
    ax.alt = (
        f"Learning rate over {last} steps: it rises from {rates[0]:.4f} to {rates[peak]:.4f} at "
        f"step {at[peak]:.0f}, then falls to {rates[-1]:.4f}. At the ends of the epochs: {said}."
    )
    return ax


def confusion(counts, ax=None):
    """Draw a confusion matrix: a row for what is true, a column for what was read.

    The darker a square off the diagonal, the more there are, from 0 to the largest number there;
    the diagonal, what was read right, stands in grey.

    Args:
        counts: array (classes, classes) of whole numbers.
        ax: the Axes to draw on; a new figure's, if left out.

    Returns:
        The Axes. Its words count the errors, after ≈.

    Raises:
        ValueError: `counts` is not square.
    """
    counts = np.asarray(counts)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1]:
        raise ValueError(f"confusion got an array of shape {counts.shape}; a matrix is square.")
    n = len(counts)
    ax = ax or plt.subplots(figsize=(0.5 * n + 0.5, 0.46 * n + 0.5))[1]
    right = np.eye(n, dtype=bool)
    errors = np.where(right, 0, counts)
    ax.imshow(
        errors, cmap="Oranges", vmin=0, vmax=1.6 * max(errors.max(), 1)
    )  # text stays readable
    for i, j in np.ndindex(n, n):
        if i == j:
            ax.add_patch(plt.Rectangle((j - 0.5, i - 0.5), 1, 1, color=PAPER["gray"], lw=0))
        ax.text(j, i, counts[i, j], ha="center", va="center", fontsize=9, color=INK)
        ax.texts[-1].set_alpha(1 if counts[i, j] else 0.3)
        ax.texts[-1].set_gid("≈")  # which are pale depends on the training
    ax.set(xticks=range(n), yticks=range(n), xlabel="read", ylabel="written")
    ax.alt = (
        f"Confusion matrix, {n} by {n}, rows what was written, columns what was read: "
        f"≈{errors.sum()} of {counts.sum():,} off the diagonal."
    )
    return ax


def guesses(pictures, names, best):
    """Draw pictures, and under each the classes that a network finds most probable, as bars.

    Args:
        pictures: array (n, height, width, 3), values from 0 to 1.
        names: n names of pictures, for the words.
        best: for each picture a list of (class, probability), the most probable first.

    Returns:
        The Figure, three pictures in a row. Its words give every probability after ≈.

    Raises:
        ValueError: `pictures`, `names` and `best` differ in number.
    """
    if not len(pictures) == len(names) == len(best):
        raise ValueError(
            f"guesses got {len(pictures)} pictures, {len(names)} names and {len(best)} lists."
        )
    rows = -(-len(pictures) // 3)
    figure, axes = plt.subplots(2 * rows, 3, figsize=(6.9, 3.05 * rows), squeeze=False,
                                height_ratios=[3, 1] * rows)  # fmt: skip
    words = []
    for i, (name, guessed) in enumerate(zip(names, best)):
        above, below = axes[2 * (i // 3) : 2 * (i // 3) + 2, i % 3]
        above.imshow(pictures[i])
        below.barh(range(len(guessed)), [p for _, p in guessed], color=PAPER["blue"])
        for row, (label, p) in enumerate(guessed):
            below.text(0.02, row, f"{label}  {p:.2f}", va="center", fontsize=9)
        below.set(xlim=(0, 1), ylim=(len(guessed) - 0.4, -0.6))
        words.append(f"{name}: " + ", ".join(f"{label} ≈{p:.2f}" for label, p in guessed))
    for ax in axes.flat:
        ax.axis("off")
    axes[
        0, 0
    ].alt = (
        f"{len(pictures)} pictures, and under each its most probable classes. {'; '.join(words)}."
    )
    return figure


def rotated_grid(picture, turned, angle, pixel):
    """Draw where in a picture the pixels of the turned picture ask for their values.

    On the left the picture, with a dot for each place that is asked for; on the right what comes
    out. Of one pixel the place is marked, and the four pixels around it with their weights.

    Args:
        picture: array (height, width), values from 0 (paper) to 1 (ink); paper is all around.
        turned: array (height, width), the picture turned anticlockwise about its middle.
        angle: degrees.
        pixel: (u, v) of the marked pixel, counted downwards and to the right from the middle.

    Returns:
        The Figure.

    Raises:
        ValueError: the shapes differ, the pixel is none of the picture, or `turned` has another
            value there than the four pixels around the place give.
    """
    picture, turned = np.asarray(picture, float), np.asarray(turned, float)
    if picture.ndim != 2 or picture.shape != turned.shape:
        raise ValueError(f"rotated_grid got pictures of {picture.shape} and {turned.shape}.")
    middle = (np.array(picture.shape) - 1) / 2
    marked = np.asarray(pixel) + middle
    if marked.shape != (2,) or np.any(marked % 1) or np.any((marked < 0) | (marked > 2 * middle)):
        raise ValueError(f"rotated_grid: no pixel of a picture of {picture.shape} is at {pixel}.")
    cos, sin = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    turn = np.array([[cos, sin], [-sin, cos]])  # (u, v) of the new picture to those of the old
    new = np.indices(picture.shape).reshape(2, -1) - middle[:, None]
    old = np.round(turn @ new, 9) + 0.0  # so that the middle of a pixel is met
    place = np.round(turn @ pixel, 9) + 0.0
    first = np.floor(place + middle)
    part = place + middle - first
    around, value = [], 0.0
    for down, right in np.ndindex(2, 2):
        weight = (part[0] if down else 1 - part[0]) * (part[1] if right else 1 - part[1])
        row, column = int(first[0]) + down, int(first[1]) + right
        inside = 0 <= row < picture.shape[0] and 0 <= column < picture.shape[1]
        ink = picture[row, column] if inside else 0.0
        value += weight * ink
        around.append((row - middle[0], column - middle[1], weight, ink))
    result = turned[tuple(marked.astype(int))]
    if abs(result - value) > 1e-6:
        raise ValueError(
            f"rotated_grid: the turned picture has {result:.3f} at {pixel}, but the four pixels "
            f"around the place for {angle} degrees give {value:.3f}."
        )

    figure, (left, right) = plt.subplots(1, 2, figsize=(6.4, 3.3))
    bottom, end = middle + 0.5
    reach = np.hypot(bottom, end) + 0.1
    for ax, values in ((left, picture), (right, turned)):
        ax.imshow(values, cmap=INK_MAP, vmin=0, vmax=1, extent=(-end, end, bottom, -bottom))
        ax.set(xlabel="v", ylabel="u", xticks=np.unique(new[1]), yticks=np.unique(new[0]))
        ax.set(xlim=(-reach, reach), ylim=(reach, -reach))
        ax.spines[:].set_visible(False)
        ax.tick_params(length=0)
        for u, v in new.T:
            _square(ax, u, v, ec="#b5b5b5", lw=0.6)
    left.set_title(f"old, and what is asked at {angle}°")
    right.set_title("new")
    v = np.array([-end, end, end, -end, -end])
    u, v = turn @ [[-bottom, -bottom, bottom, bottom, -bottom], v]
    left.plot(v, u, color=INK, lw=0.8, ls="--")
    left.plot(old[1], old[0], ".", color=INK, markersize=4)
    halo = [patheffects.withStroke(linewidth=2.5, foreground="white")]
    for u, v, weight, _ in around:
        if weight > 1e-9:
            _square(left, u, v, ec=MARK, lw=2)
            left.text(v - 0.44, u - 0.42, f"{weight:.2f}", va="top", fontsize=8, color=INK,
                      path_effects=halo)  # fmt: skip
    left.plot(place[1], place[0], "o", color=MARK, markersize=8, mec=INK)
    u, v = pixel
    _square(right, u, v, ec=MARK, lw=2)
    right.text(v, u, f"{value:.2f}", ha="center", va="center", fontsize=9, color=INK)
    sums = " + ".join(f"{weight:.2f} × {ink:g}" for _, _, weight, ink in around if weight > 1e-9)
    outside = np.count_nonzero(np.any(np.abs(old.T) > (bottom, end), axis=1))
    left.alt = (
        f"Turned by {angle} degrees: the new pixel at u {u:g}, v {v:g} asks for u {place[0]:.2f}, "
        f"v {place[1]:.2f} of the old picture and gets {sums} = {value:.2f}. Of {old.shape[1]} "
        f"places {outside} lie outside."
    )
    return figure


def _square(ax, u, v, **patch):
    """The outline of the pixel whose middle is `u` down and `v` to the right."""
    ax.add_patch(plt.Rectangle((v - 0.5, u - 0.5), 1, 1, fill=False, **patch))
