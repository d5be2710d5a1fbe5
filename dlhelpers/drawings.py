"""Pictures of mechanisms: what a lesson draws beside what it computes.

A function takes what the lesson computed and `ax=None`, draws, writes the picture's words on the
Axes (`ax.alt`, computed from the data) and returns the Axes; where a drawing has several panels, it
returns the Figure, whose words stand on its first Axes. It never shows a figure, and closes one
only where it cannot be drawn to its end. Frames of one size for `plotting.steps` come from one
function, called once for each step.

What does not belong there gets one sentence: a function's own, or the ValueError of
`_says_what_it_got`.
"""

import dis
import functools
import inspect
import sys

import matplotlib.pyplot as plt
import numpy as np
from matplotlib import patheffects
from matplotlib.colors import LinearSegmentedColormap, LogNorm, to_rgb
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch, Patch, Rectangle

INK = "#333333"
PAPER = {"blue": "#a8d0f5", "orange": "#ffe0a3", "red": "#f3b8ad", "gray": "#dcdcdc"}  # pale

# ---------------------------------------------------------------------------------------- descent


def downhill(loss, slope, path, step, name="w", span=None, ax=None):
    """Draw a loss over one weight, the tangent where gradient descent stands and its next step.

    Args:
        loss, slope: functions of an array of weights that give the loss and its derivative.
        path: the weights that gradient descent visits, in order.
        step: how many steps have been made.
        name: the weight's name.
        span: the lowest and the highest weight that is drawn; by default a little more than the
            path.
        ax: the Axes to draw on; a new figure's, if left out.

    Returns:
        The Axes.

    Raises:
        IndexError: the path has not so many steps.
    """
    path = np.asarray(path, float)
    if not 0 <= step < len(path):
        raise IndexError(f"Step {step} is not there: this path has steps 0 to {len(path) - 1}.")
    ax = ax or plt.subplots(figsize=(5.6, 3.4))[1]
    room = 0.25 * np.ptp(path)
    low, high = span or (path.min() - room, path.max() + room)
    w = np.linspace(low, high, 301)
    here, height, tilt = path[step], float(loss(path[step])), float(slope(path[step]))
    ax.plot(w, loss(w), color=INK)
    top = float(np.max(loss(w)))
    ax.plot(w, height + tilt * (w - here), "--", color="C1", lw=1.4, label=f"slope {tilt:.2f}")
    ax.plot(path[:step], loss(path[:step]), "o", color="#94a4a2", ms=5)
    ax.plot(here, height, "o", color="C0", ms=9)
    words = f"After {_count(step, 'step')} {name} is {here:.3f}"
    words += f", the loss {height:.3f}, the slope {tilt:.2f}"
    if step + 1 < len(path):
        there = float(path[step + 1])
        ax.annotate("", (there, height), (here, height), arrowprops={"arrowstyle": "-|>"})
        words += f"; the next step goes to {name} = {there:.3f}"
    ax.set(xlabel=f"weight {name}", ylabel="loss L", ylim=(-0.08 * top, 1.05 * top))
    ax.legend(loc="upper center")
    ax.alt = f"{words}."
    return ax


def loss_and_slope(z, losses, slopes, at, when):
    """Draw losses over one score and their slopes beneath, with a dot where each descent stands.

    Args:
        z: array (n,) of scores in rising order.
        losses, slopes: name → a function of an array of scores, the same names in both.
        at: name → the score that the descent on this loss has reached.
        when: a few words for the words and the title, such as "after 3 steps".

    Returns:
        The Figure.

    Raises:
        ValueError: the three do not have the same names.
    """
    if not set(losses) == set(slopes) == set(at):
        raise ValueError(f"losses has {[*losses]}, slopes {[*slopes]}, at {[*at]}: name the same.")
    figure, ax = plt.subplots(2, 1, figsize=(5.6, 4.2), sharex=True)
    words = []
    for n, name in enumerate(losses):
        here, style = float(at[name]), ("-", "--", "-.", ":")[n % 4]
        height, tilt = float(losses[name](here)), float(slopes[name](here))
        for axes, function, value in ((ax[0], losses, height), (ax[1], slopes, tilt)):
            axes.plot(z, function[name](z), style, color=f"C{2 * n}", label=name)
            axes.plot(here, value, MARKERS[n % 6], color=f"C{2 * n}", ms=9, mec="white", zorder=4)
        words.append(f"{name}: z = {here:.2f}, loss {height:.3f}, slope {tilt:.4f}")
    ax[0].set(ylabel="loss L", title=when[0].upper() + when[1:])
    ax[1].set(ylabel="slope ∂L/∂z", xlabel="score z")
    ax[0].legend(loc="upper right")
    ax[0].alt = f"{when[0].upper() + when[1:]}. {'; '.join(words)}."
    return figure


def plan(boxes, arrows, ax=None):
    """Draw a network that is still to be written: boxes from left to right, joined by arrows.

    Args:
        boxes: name → (column, row, text), counted from the left and from the top; text is what
            stands under the name, and may be empty.
        arrows: pairs of names, (from, to).
        ax: the Axes to draw on; a new figure's, if left out.

    Returns:
        The Axes.

    Raises:
        ValueError: an arrow begins or ends at a box that is not there; the message names it.
    """
    if missing := [name for arrow in arrows for name in arrow if name not in boxes]:
        raise ValueError(f"There is no box {missing[0]!r}; there are {_listed(boxes)}.")
    columns = 1 + max(column for column, _, _ in boxes.values())
    rows = 1 + max(row for _, row, _ in boxes.values())
    ax = ax or plt.subplots(figsize=(1.9 * columns, 1.0 * rows + 0.1))[1]
    for name, (column, row, text) in boxes.items():
        box, style = (column - 0.36, row - 0.3), "round,pad=0,rounding_size=0.06"
        ax.add_patch(FancyBboxPatch(box, 0.72, 0.6, boxstyle=style, fc=PAPER["gray"], ec=INK))
        ax.text(column, row - 0.12 * bool(text), name, ha="center", va="center", weight="bold")
        ax.text(column, row + 0.13, text, ha="center", va="center", fontsize=9)
    for start, end in arrows:
        (left, y, _), (right, height, _) = boxes[start], boxes[end]
        _arrow(ax, (left + 0.36, y), (right - 0.36, height), INK)
    ax.set(xlim=(-0.45, columns - 0.55), ylim=(rows - 0.6, -0.4))
    ax.axis("off")
    said = (f"{name} ({text})" if text else name for name, (_, _, text) in boxes.items())
    flow = ", ".join(f"{start} to {end}" for start, end in arrows)
    ax.alt = f"Plan of a network with the boxes {', '.join(said)}, and arrows from {flow}."
    return ax


# ------------------------------------------------------------------------ activations and gradients


def activations(z, functions):
    """Draw functions and their derivatives, three panels in a row.

    Args:
        z: array (n,) of numbers in rising order.
        functions: name → (function, its derivative), both from an array to one of its shape.

    Returns:
        The Figure.
    """
    rows = -(-len(functions) // 3)
    figure, panels = plt.subplots(rows, 3, figsize=(9, 2.3 * rows), sharex=True, sharey=True,
                                  squeeze=False)  # fmt: skip
    for ax, (name, (function, derivative)) in zip(panels.flat, functions.items()):
        ax.axhline(0, color=PAPER["gray"], lw=1)
        ax.plot(z, function(z), color=INK, label="$g(z)$")
        ax.plot(z, derivative(z), "--", color="#bd1f01", label="$g'(z)$")
        ax.set(title=name, ylim=(-1.5, 2.5))
    for ax in panels.flat[len(functions) :]:
        ax.remove()
    for ax in panels[-1]:
        ax.set_xlabel("$z$")
    panels[0, 0].legend()
    largest = [f"{name} {derivative(z).max():.2f}" for name, (_, derivative) in functions.items()]
    panels[0, 0].alt = (
        f"{len(functions)} functions and their derivatives, from z = {z[0]:g} to {z[-1]:g}. "
        f"The largest slopes are {', '.join(largest)}."
    )
    return figure


def by_layer(curves, what, ax=None, depth=None, limits=None, exact=False):
    """Draw what was measured in each layer of one or several networks, on a logarithmic axis.

    Activation functions, starts and networks of the course keep one colour and one marker. A zero,
    or what is no number, leaves a gap.

    Args:
        curves: label → array (layers,). A shorter one belongs to the last layers.
        what: what was measured, such as "norm of the gradient".
        ax: the Axes to draw on; a new figure's, if left out.
        depth: number of layers; by default that of the longest curve.
        limits: the ends of the axis (low, high), for frames that are to be compared.
        exact: whether the curves are the same on every machine; otherwise the numbers in the words
            stand behind ≈.

    Returns:
        The Axes. Its words give each curve's first and last number.

    Raises:
        ValueError: there is no curve, or one has more layers than `depth`.
    """
    if not curves:
        raise ValueError("by_layer got no curve: give it label → one number for each layer.")
    depth = depth or max(map(len, curves.values()))
    ax = ax or plt.subplots()[1]
    looks, words = _looks_by_name(curves), []
    first = depth - max(map(len, curves.values())) + 1
    for n, (label, curve) in enumerate(curves.items()):
        values = np.asarray(curve, float)
        if len(values) > depth:
            raise ValueError(f"{label!r} has {len(values)} layers, more than {depth}.")
        layers = np.arange(depth - len(values), depth) + 1
        shown = np.where(np.isfinite(values) & (values > 0), values, np.nan)
        some = (n % 4, 4) if len(layers) > 12 else 1  # markers of curves that meet stand apart
        ax.plot(layers, shown, label=label, ms=4.5, markevery=some, **looks[label])
        ends = " to ".join(_spoken(values[i], exact) for i in (0, -1))
        where = f" from layer {layers[0]} on" if layers[0] > first else ""
        words.append(f"{label}{where} {ends}")
    ax.set(xlabel="hidden layer", ylabel=what, yscale="log", xlim=(0, depth + 1))
    if limits:
        ax.set_ylim(limits)
    ax.xaxis.get_major_locator().set_params(integer=True)
    if len(curves) > 1:
        ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    before = f"{ax.alt} " if hasattr(ax, "alt") else ""
    about = f"{what[0].upper()}{what[1:]}, layer {first} to layer {depth}"
    ax.alt = f"{before}{about}: {', '.join(words)}."
    return ax


def spread_by_layer(rows, signal="spread of z", gradient="spread of the gradient", limits=None,
                    exact=False):  # fmt: skip
    """Draw by layer what runs up through networks, on the left, and the gradient, on the right.

    Args:
        rows: title → {label: (signal, gradient)}, both arrays (layers,); a row of two panels for
            each title. A gradient with fewer numbers belongs to the last layers.
        signal, gradient: what was measured.
        limits: the ends of both logarithmic axes, ((low, high), (low, high)), for frames that are
            to be compared.
        exact: whether the numbers are the same on every machine.

    Returns:
        The Figure.
    """
    figure, panels = plt.subplots(len(rows), 2, figsize=(7.6, 0.5 + 2.5 * len(rows)), sharex=True,
                                  sharey="col", squeeze=False)  # fmt: skip
    about = f"{signal[0].upper()}{signal[1:]} and {gradient} by layer, for {' and '.join(rows)}."
    words = [about] if len(rows) > 1 else []
    for pair, (title, found) in zip(panels, rows.items()):
        depth = max(len(up) for up, _ in found.values())
        for n, (ax, what) in enumerate(zip(pair, (signal, gradient))):
            curves = {label: both[n] for label, both in found.items()}
            by_layer(curves, what, ax, depth, limits and limits[n], exact)
            words.append(ax.alt if n else f"{title}. {ax.alt}")
            ax.set_xlabel("hidden layer" if ax in panels[-1] else "")
            if ax is not panels[0, 1] and ax.get_legend():
                ax.get_legend().remove()
            del ax.alt
        pair[0].set_title(title)
    panels[0, 0].alt = " ".join(words)
    return figure


def units(kernels, size, count=6, ax=None):
    """Draw the weights of a layer's first units as pictures, a row for each kernel.

    Each row has its own scale, with 0 in the middle: two units that look alike are alike.

    Args:
        kernels: label → array (rows × columns of the picture, units).
        size: rows and columns of the picture that the units read.
        count: how many units.
        ax: the Axes to draw on; a new figure's, if left out.

    Returns:
        The Axes. Its words give the largest difference between the drawn units of each kernel.

    Raises:
        ValueError: a kernel does not fit the size, or has fewer units.
    """
    rows, columns = size
    ax = ax or plt.subplots(figsize=(0.9 * count + 1, 0.95 * len(kernels)))[1]
    words = []
    for row, (label, kernel) in enumerate(kernels.items()):
        kernel = np.asarray(kernel)
        if kernel.shape[0] != rows * columns or kernel.shape[1] < count:
            raise ValueError(
                f"{label!r} has the shape {kernel.shape}; {count} units that read {rows} by "
                f"{columns} pixels were asked for."
            )
        drawn = kernel[:, :count]
        largest = np.abs(drawn).max() or 1
        for n in range(count):
            left, top = 1.1 * n, 1.1 * row
            ax.imshow(drawn[:, n].reshape(size), cmap="PuOr", vmin=-largest, vmax=largest,
                      extent=(left, left + 1, top + 1, top))  # fmt: skip
        ax.text(-0.15, 1.1 * row + 0.5, label, ha="right", va="center")
        words.append(f"{label} ≈{np.ptp(drawn, axis=1).max():.2g}")
    ax.set(xlim=(-0.05, 1.1 * count - 0.05), ylim=(1.1 * len(kernels) - 0.05, -0.05))
    ax.set_aspect("equal")
    ax.axis("off")
    ax.alt = (
        f"Weights of {count} units as pictures of {rows} by {columns} pixels, one row for each "
        f"start. Largest difference between units: {', '.join(words)}."
    )
    return ax


# One colour and one marker for one thing, through every notebook of this part.
LOOKS_BY_NAME = {
    "sigmoid": ("#3f90da", "-", "o"),
    "tanh": ("#ffa90e", "--", "s"),
    "ReLU": ("#bd1f01", "-", "D"),
    "Leaky ReLU": ("#717581", ":", "v"),
    "PReLU": ("#832db6", "-.", "^"),
    "ELU": ("#a96b59", "--", "x"),
    "plain": ("#717581", "--", "s"),
    "normalised": ("#e76300", "-", "o"),
    "sgd": ("#3f90da", "-", "o"),
    "momentum": ("#832db6", "-", "s"),
    "rmsprop": ("#a96b59", "-", "^"),
    "adam": ("#bd1f01", "-", "D"),
    "adagrad": ("#e76300", "-", "v"),
    "constant": ("#3f90da", "-", "o"),
    "cosine": ("#bd1f01", "-", "D"),
}
LOOKS_OF_OTHERS = (
    ("#3f90da", ":", "v"), ("#832db6", "-.", "^"), ("#e76300", "--", "s"), (INK, "-", "o"),
    ("#a96b59", "-", "D"), ("#717581", "--", "x"),
)  # fmt: skip


def _looks_by_name(labels):
    """Label → keywords of `Axes.plot`; labels that the course does not know take what is left."""
    names = {label: label.split(",")[0] for label in labels}  # "sgd, η = 0.1" looks as "sgd"
    others = [label for label, name in names.items() if name not in LOOKS_BY_NAME]
    looks = {label: LOOKS_OF_OTHERS[n % len(LOOKS_OF_OTHERS)] for n, label in enumerate(others)}
    chosen = ((label, looks.get(label) or LOOKS_BY_NAME[names[label]]) for label in labels)
    return {label: {"color": c, "ls": style, "marker": m} for label, (c, style, m) in chosen}


def _spoken(value, exact, digits=2):
    """A number for words, behind ≈ where it varies."""
    if not np.isfinite(value):
        return "no number"
    return f"{'' if exact else '≈'}{float(f'{value:.{digits}g}'):g}"


# ------------------------------------------------------------------------------- training a network


def descents(paths, hessian, title=None):
    """Draw the paths of optimizers on the loss L = w H w / 2, two panels in a row.

    The panels show the surroundings of the starting point and of the lowest one, which is marked.
    The title of each says how high its path ends; one that ends above its start "flies off".

    Args:
        paths: name → array (steps + 1, 2), all from the same start.
        hessian: H, array (2, 2), with a positive diagonal.
        title: what stands above all panels and begins the words, such as "η = 0.1".

    Returns:
        The Figure. Its words say how often each path crosses the w1 axis, by at least 0.001, and
        how high it ends.

    Raises:
        ValueError: a path is no array (steps + 1, 2), or starts at another point than the first.
    """
    start = np.asarray(next(iter(paths.values())), float)[0]
    wide, high = 1.08 * abs(start[0]), 1.2 * abs(start[1])
    across = (-wide, 0.6 * wide) if start[0] < 0 else (-0.6 * wide, wide)
    mesh = np.meshgrid(np.linspace(*across, 120), np.linspace(-high, high, 120))
    loss = sum(hessian[i][j] * mesh[i] * mesh[j] / 2 for i in (0, 1) for j in (0, 1))
    rows = -(-len(paths) // 2)
    figure, panels = plt.subplots(rows, 2, figsize=(7, 0.6 + 1.5 * rows), sharex=True, sharey=True,
                                  squeeze=False)  # fmt: skip
    looks, words = _looks_by_name(paths), []
    for ax, (name, path) in zip(panels.flat, paths.items()):
        path = np.asarray(path, float)
        if path.ndim != 2 or path.shape[1] != 2 or not np.array_equal(path[0], start):
            raise ValueError(f"The path of {name!r} is no array (steps + 1, 2) from {start}.")
        ax.contourf(*mesh, loss, [-1, 5, 20, 50, 100, 1e9], colors=RAVINE, antialiased=False)
        gone = np.flatnonzero(np.abs(path).max(axis=1) > 9 * wide)
        drawn = path[: gone[0] if len(gone) else None]
        ax.plot(*drawn.T, ms=2.2, lw=0.8, antialiased=False, **looks[name])
        ax.plot(0, 0, "+", color=INK, ms=9)
        first, last = (w @ hessian @ w / 2 for w in path[[0, -1]])
        said = f"{'flies off to ' if last > first else ''}L = {_spoken(last, True)}"
        ax.set_title(f"{name}: {said}", fontsize=10)
        crossings = np.sum((path[1:, 1] * path[:-1, 1] < 0) & (np.abs(path[1:, 1]) > 1e-3))
        words.append(f"{name}: {crossings}, {said}")
    for ax in panels.flat[len(paths) :]:
        ax.remove()
    panels[0, 0].set(xlim=across, ylim=(-high, high))
    figure.supxlabel("$w_1$")
    figure.supylabel("$w_2$")
    figure.suptitle(title, x=0.02, ha="left", fontsize=12)
    about = title or "Paths into a ravine along the w1 axis"
    about = f"{about}, {len(path) - 1} steps, crossings of the w1 axis and loss at the end"
    panels[0, 0].alt = f"{about}: {'; '.join(words)}."
    return figure


RAVINE = ("#ffffff", "#f4f4f4", "#e9e9e9", "#dedede", "#d3d3d3")  # from the floor up


def loss_over_rate(races, ylabel, cut=None, ax=None):
    """Draw the loss over the learning rate for several methods, each over its own range.

    A ring marks the lowest loss of each. What stands behind a comma in a name, as in "adam, 100 L",
    is another run of the same method: it keeps the colour, with a dashed line and open markers.

    Args:
        races: name → (rates, losses), both arrays (n,) with n of its own.
        ylabel: which loss.
        cut: the loss from which on, and where it is no number, a point stands on a dotted line.
        ax: the Axes to draw on; a new figure's, if left out.

    Returns:
        The Axes. Its words give the numbers of each method, and its lowest one.

    Raises:
        ValueError: a method has not as many losses as rates.
    """
    ax = ax or plt.subplots(figsize=(7.2, 3.8))[1]
    if cut is not None:
        ax.axhline(cut, color="#717581", lw=1, ls=":", label=f"cut at {cut:g}")
    words, looks = [], _looks_by_name(races)
    for name, (rates, losses) in races.items():
        rates, losses = np.asarray(rates, float), np.asarray(losses, float)
        if len(rates) != len(losses):
            raise ValueError(f"{name!r} has {len(losses)} losses, but {len(rates)} rates.")
        drawn = losses if cut is None else np.fmin(losses, cut)
        again = {"ls": "--", "mfc": "none"} if "," in name else {}
        ax.plot(rates, drawn, label=name, ms=5, **looks[name] | again)
        best = int(np.nanargmin(drawn))
        ax.plot(rates[best], drawn[best], "o", ms=12, mfc="none", mec=looks[name]["color"])
        said = ", ".join(_spoken(loss, False, 3) for loss in drawn)
        words.append(f"{name} from η = {rates[0]:g} to {rates[-1]:g}: {said}")
    ax.set(xscale="log", xlabel="learning rate η", ylabel=ylabel)
    ax.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    above = "" if cut is None else f", cut at {cut:g}"
    about = f"{ylabel[0].upper()}{ylabel[1:]} over the learning rate{above}"
    ax.alt = f"{about}; a ring marks the lowest. {'; '.join(words)}."
    return ax


def side_by_side(panels, xlabel, ylabel, level=None, **axes):
    """Draw curves in panels that share the vertical axis, each number behind ≈ in the words.

    Args:
        panels: title → (x, {label: array (n,)}), with x an array (n,).
        xlabel: a text for all panels, or a list with one for each.
        ylabel: what the curves show, with its unit.
        level: (height, name) of a dotted line in every panel. Where the name begins with "cut",
            curves are cut there: what is higher, or no number, is drawn on the line.
        **axes: passed to `Axes.set` of every panel, such as `xscale` or `ylim`.

    Returns:
        The Figure. Its words give each curve's numbers, at most eight; of longer ones the ends.
    """
    figure, row = plt.subplots(1, len(panels), figsize=(9, 3.4), sharey=True, squeeze=False)
    xlabels = [xlabel] * len(panels) if isinstance(xlabel, str) else xlabel
    is_cut, words = bool(level) and level[1].startswith("cut"), []
    for ax, (title, (x, curves)), xlabel in zip(row[0], panels.items(), xlabels, strict=True):
        if level:
            ax.axhline(level[0], color="#717581", lw=1, ls=":", label=level[1])
        said, looks = [], _looks_by_name(curves)
        for n, (label, curve) in enumerate(curves.items()):
            values = np.asarray(curve, float)
            if len(values) != len(x):
                raise ValueError(f"{label!r} has {len(values)} numbers, but there are {len(x)} x.")
            drawn = np.fmin(values, level[0]) if is_cut else values
            ax.plot(x, drawn, label=label, ms=4.5 if n else 7.5, **looks[label])
            numbers = drawn if len(drawn) <= 8 else drawn[[0, -1]]
            between = ", " if len(drawn) <= 8 else " to "
            said.append(f"{label} {between.join(_spoken(v, False, 3) for v in numbers)}")
        ax.set(title=title, xlabel=xlabel, **axes)
        words.append(f"{title[0].upper()}{title[1:]}: {'; '.join(said)}.")
    row[0, 0].set_ylabel(ylabel)
    handles = dict(zip(*reversed(row[0, 0].get_legend_handles_labels())))
    order = [*curves, *([level[1]] if level else [])]
    figure.legend([handles[name] for name in order], order, loc="outside right center")
    about = (
        f"{ylabel[0].upper()}{ylabel[1:]} over the {' and over the '.join(dict.fromkeys(xlabels))}"
    )
    about += f", {level[1]}" if is_cut else ""
    row[0, 0].alt = f"{about}. {' '.join(words)}"
    return figure


def normalised_values(x, averages, batches, goals, epsilon=1e-3):
    """Draw values before and after normalization, and how far the moving averages have come.

    On the left the values themselves; in the middle normalised with their own mean and variance,
    as in training, and with the moving averages, as in inference; on the right the moving averages
    after each batch so far, and what they approach.

    Args:
        x: array (m,), the values of one neuron.
        averages: array (all batches + 1, 2), moving mean and variance from their start on.
        batches: after how many batches.
        goals: the mean and the variance that the averages approach.
        epsilon: what stands beside the variance, under the root.

    Returns:
        The Figure.

    Raises:
        ValueError: `averages` has another shape, or does not reach as far as `batches`.
    """
    averages, x = np.asarray(averages, float), np.asarray(x, float)
    if averages.ndim != 2 or averages.shape[1] != 2 or not 0 <= batches < len(averages):
        raise ValueError(
            f"averages has the shape {averages.shape}; mean and variance after 0 to {batches} "
            f"batches were asked for, ({batches + 1}, 2)."
        )
    mean, variance = averages[batches]
    training = (x - x.mean()) / np.sqrt(x.var() + epsilon)
    inference = (x - mean) / np.sqrt(variance + epsilon)
    figure, (before, after, course) = plt.subplots(1, 3, figsize=(9, 2.9))
    bins = np.linspace(-6, 12, 61)
    before.hist(x, bins, color=PAPER["gray"], ec=INK, lw=0.3)
    after.hist(training, bins, color=PAPER["blue"], label="training")
    after.hist(inference, bins, histtype="step", color="#bd1f01", lw=1.5, label="inference")
    for ax, title in ((before, "before: x"), (after, "after: normalised")):
        ax.axvline(0, color=INK, lw=0.8)
        ax.set(title=title, xlabel="value", xlim=(-6, 12), ylim=(0, 0.19 * len(x)), yticks=[])
    after.legend()
    looks = (("mean", INK, "-"), ("variance", "#832db6", "--"))
    for (name, color, style), values, goal in zip(looks, averages.T, goals):
        course.axhline(goal, color=color, lw=1, ls=":")
        course.plot(values[: batches + 1], style, color=color, label=f"moving {name}")
        course.plot(batches, values[batches], "o", color=color, ms=5)
    far = len(averages) - 1
    course.set(xlabel="batches", title="moving averages", xlim=(-0.03 * far, 1.03 * far),
               ylim=(-0.2, 1.45 * max(goals)))  # fmt: skip
    course.legend(loc="upper left")
    before.alt = (
        f"After {batches} batches: moving mean {mean:.2f} of {goals[0]:g}, moving variance "
        f"{variance:.2f} of {goals[1]:g}. Mean and spread of the values: before {x.mean():.2f} and "
        f"{x.std():.2f}, in training {abs(training.mean()):.2f} and {training.std():.2f}, in "
        f"inference {inference.mean():.2f} and {inference.std():.2f}."
    )
    return figure


# ---------------------------------------------------------------------------- dropout and shortcuts

# One colour for one thing, wherever it is drawn in a notebook.
COLOR_OF = {
    "p = 0": "#bd1f01", "p = 0.5": "#3f90da", "p = 0.8": "#717581",
    "plain, 4 layers": "#3f90da", "plain, 50 layers": "#ffa90e", "residual, 50 layers": "#bd1f01",
    "plain, gain 1": "#832db6", "plain, gain 2 (He)": "#ffa90e", "residual": "#bd1f01",
    "gain 2": "#717581", "gain 2 / 24": "#bd1f01",
    "by hand": "#717581", "grid": "#3f90da", "random": "#ffa90e",
    "Gaussian process": "#832db6", "best ball": "#bd1f01", "folklore": "#a96b59",
}  # fmt: skip
MARKERS = "os^vDx"


def thinned_network(masks, p, outputs=2, ax=None):
    """Draw a fully connected network without the neurons that dropout has switched off.

    Args:
        masks: for each layer that has dropout, the inputs first, an array (neurons,) of 0 (off)
            and 1 (on).
        p: the probability that a neuron is off.
        outputs: the number of output neurons, which are always on.
        ax: the Axes to draw on; a new figure's, if left out.

    Returns:
        The Axes.

    Raises:
        ValueError: a mask is no list of zeros and ones.
    """
    masks = [np.asarray(mask) for mask in masks]
    if any(mask.ndim != 1 or not np.isin(mask, (0, 1)).all() for mask in masks):
        raise ValueError("Each mask is a list of zeros (off) and ones (on), one for each neuron.")
    ax = ax or plt.subplots(figsize=(4.8, 2.9))[1]
    layers = [*(mask.astype(bool) for mask in masks), np.ones(outputs, bool)]
    tallest, step = max(map(len, layers)), 2.0
    height = [np.arange(len(on)) - (len(on) - 1) / 2 for on in layers]
    weights = working = 0
    for k in range(len(layers) - 1):
        for i, from_on in enumerate(layers[k]):
            for j, to_on in enumerate(layers[k + 1]):
                weights, working = weights + 1, working + (from_on and to_on)
                if from_on and to_on:
                    ends = [k * step, (k + 1) * step], [height[k][i], height[k + 1][j]]
                    ax.plot(*ends, color="#3f90da", lw=1.2, zorder=1)
    names = ["inputs", *(f"hidden {k}" for k in range(1, len(masks))), "outputs"]
    for k, (name, on) in enumerate(zip(names, layers)):
        for i, is_on in enumerate(on):
            y = height[k][i]
            face, line = (PAPER["blue"], "-") if is_on else ("white", ":")
            ax.add_patch(Circle((k * step, y), 0.27, fc=face, ec=INK, ls=line, lw=1.2, zorder=2))
            if not is_on:
                ax.plot(k * step, y, "x", color=INK, ms=8, mew=1.2, zorder=3)
        ax.text(k * step, tallest / 2 + 0.25, name, ha="center", va="center")
    ax.set(xlim=(-0.6, step * (len(layers) - 1) + 0.6), ylim=(tallest / 2 + 0.6, -tallest / 2))
    ax.set(aspect="equal")
    ax.axis("off")
    neurons, on = sum(map(len, masks)), sum(int(mask.sum()) for mask in masks)
    factor = f"{1 / (1 - p):.4g}"
    said = f"{on} of {neurons} neurons are on, {working} of {weights} weights work"
    ax.set_title(f"p = {p:g}: {on} of {neurons} neurons, {working} of {weights} weights")
    off = [f"{name.replace('hidden', 'hidden layer')}: {_listed(1 + np.flatnonzero(~mask))}"
           for name, mask in zip(names, layers[:-1]) if not mask.all()]  # fmt: skip
    which = f" Off: {'; '.join(off)}. The others count × {factor}." if off else ""
    ax.alt = f"Thinned network, p = {p:g}: {said}.{which}"
    return ax


def losses_of_runs(histories, ax=None):
    """Draw training losses (solid) and validation losses (dashed) of several runs each.

    Args:
        histories: label → list of what `fit` returned as `history`, dictionaries with the lists
            `loss` and `val_loss`. The line is the mean of the runs, the band reaches from the
            lowest to the highest.
        ax: the Axes to draw on; a new figure's, if left out.

    Returns:
        The Axes.

    Raises:
        ValueError: a history has no `val_loss`.
    """
    ax = ax or plt.subplots()[1]
    words = []
    for n, (label, runs) in enumerate(histories.items()):
        color = COLOR_OF.get(label, f"C{n}")
        for part, key, style in (("training", "loss", "-"), ("validation", "val_loss", "--")):
            curves = np.array([run[key] for run in runs], float)
            epochs = np.arange(1, curves.shape[1] + 1)
            marker = MARKERS[n] if part == "training" else ""
            ax.plot(epochs, curves.mean(axis=0), style, color=color, marker=marker, ms=4,
                    label=f"{label}, {part}")  # fmt: skip
            ax.fill_between(epochs, curves.min(axis=0), curves.max(axis=0), color=color,
                            alpha=0.2, lw=0)  # fmt: skip
            words.append(f"{part} ≈{curves[:, -1].mean():.2f} at {label}")
    ax.set(xlabel="epoch", ylabel="loss", yscale="log")
    ax.xaxis.get_major_locator().set_params(integer=True)
    ax.legend(fontsize=9)
    ax.alt = (f"Losses over {len(epochs)} epochs, each line the mean of {len(runs)} runs and each "
              f"band all of them: they end at {', '.join(words)}.")  # fmt: skip
    return ax


def runs_and_means(x, runs, xlabel, ylabel, ax=None):
    """Draw single runs as circles and their mean as a bar, for each value of x.

    Args:
        x: array (n,).
        runs: array (n, runs).
        xlabel, ylabel: what the axes show.
        ax: the Axes to draw on; a new figure's, if left out.

    Returns:
        The Axes.

    Raises:
        ValueError: there are not as many rows of runs as values of x.
    """
    runs = np.asarray(runs, float)
    if runs.ndim != 2 or len(runs) != len(x):
        raise ValueError(f"runs has the shape {runs.shape}, but there are {len(x)} values of x.")
    ax = ax or plt.subplots(figsize=(4.6, 3.2))[1]
    mean = runs.mean(axis=1)
    ax.plot(x, mean, "_", ms=22, mew=2, color=INK, label="mean")
    ax.plot(x, runs, "o", color=INK, mfc="none")
    ax.plot([], [], "o", color=INK, mfc="none", label="one run")
    ax.set(xlabel=xlabel, ylabel=ylabel, xticks=x)
    ax.legend()
    each = ", ".join(f"≈{m:.3f} at {value:g}" for value, m in zip(x, mean))
    ax.alt = f"The {ylabel} of {runs.shape[1]} runs each, over the {xlabel}: their mean is {each}."
    return ax


def patience(losses, patience, epoch, ax=None):
    """Draw what early stopping knows after an epoch: the best one so far, and how long it waits.

    Args:
        losses: array (epochs,), the validation losses.
        patience: after how many epochs without a better one training stops.
        epoch: the epoch that has just ended, counted from 1.
        ax: the Axes to draw on; a new figure's, if left out.

    Returns:
        The Axes.

    Raises:
        ValueError: there is no such epoch.
    """
    losses, epochs = np.asarray(losses, float), np.arange(1, len(losses) + 1)
    if not 1 <= epoch <= len(losses):
        raise ValueError(f"There is no epoch {epoch}; the losses have epochs 1 to {len(losses)}.")
    best, stop = 1, None
    for now in range(1, epoch + 1):
        if losses[now - 1] < losses[best - 1]:
            best = now
        elif now - best >= patience:
            stop = now
            break
    ax = ax or plt.subplots(figsize=(5.6, 3.1))[1]
    last, waited = stop or epoch, (stop or epoch) - best
    ax.plot(epochs, losses, "o:", color="#c8c8c8", ms=5, lw=1, zorder=1)
    ax.plot(epochs[:last], losses[:last], "o-", color="#bd1f01", ms=6, zorder=2, label="measured")
    low, high = losses.min(), losses.max()
    room = high - low
    for now in range(1, last + 1):
        ax.text(now + 0.12, losses[now - 1] + 0.06 * room, f"{losses[now - 1]:.2f}", ha="left",
                va="bottom", fontsize=9)  # fmt: skip
    ax.plot(best, losses[best - 1], "*", ms=17, color=INK, zorder=4, label="best so far")
    if waited:
        y = low - 0.2 * room
        ax.plot([best, last], [y, y], "|-", color=INK, lw=3, ms=12, mew=2, zorder=3)
        ax.text((best + last) / 2, y - 0.04 * room, f"waits {waited} of {patience}", ha="center",
                va="top", bbox={"fc": "white", "ec": "none", "pad": 1})  # fmt: skip
    if stop:
        ax.axvline(stop, ls="--", lw=1.4, color="#832db6", label="stop")
    ax.set(xlabel="epoch", ylabel="validation loss", xticks=epochs, xlim=(0.5, len(losses) + 0.9))
    ax.set(ylim=(low - 0.4 * room, high + 0.25 * room), yticks=[])
    ax.legend(loc="upper right", frameon=True, framealpha=1, edgecolor="none")
    loss = f"{losses[epoch - 1]:.4g}"
    kept = f"{losses[best - 1]:.4g} of epoch {best}"
    if stop and epoch > stop:
        said = f"is not run: training stopped after epoch {stop}, with the weights of epoch {best}"
        title = f"Epoch {epoch} is not run"
    elif best == epoch:
        said, title = f"has the loss {loss}, the best so far: keep its weights", "keep the weights"
    else:
        ends = f"stop, and go back to epoch {best}" if stop else "go on"
        said = f"has the loss {loss}, not below {kept}; it waits {waited} of {patience}: {ends}"
        title = ends
    ax.set_title(title if stop and epoch > stop else f"After epoch {epoch}: {title}")
    ax.alt = f"Patience {patience}. Epoch {epoch} {said}."
    return ax


def optimum_and_stop(training, validation, accuracy, stopped):
    """Draw the losses and the validation accuracy of one run, with its optimum and its stop.

    Args:
        training, validation, accuracy: arrays (epochs,): training loss, validation loss and
            validation accuracy.
        stopped: the epoch after which early stopping would have ended it, counted from 1.

    Returns:
        The Figure.
    """
    training, validation, accuracy = (
        np.asarray(a, float) for a in (training, validation, accuracy)
    )
    epochs, best = np.arange(1, len(validation) + 1), int(np.argmin(validation))
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 3.6))
    left.plot(epochs, training, color="#3f90da", label="training")
    left.plot(epochs, validation, "--", color="#bd1f01", label="validation")
    right.plot(epochs, accuracy, "--", color="#bd1f01", label="validation")
    for ax, curve in ((left, validation), (right, accuracy)):
        ax.plot(best + 1, curve[best], "*", ms=15, color=INK, label="lowest validation loss")
        ax.axvline(stopped, color="#832db6", ls=":", label="stop")
        ax.set(xlabel="epoch")
    left.set(ylabel="loss", ylim=(0, None))
    right.set(ylabel="validation accuracy")
    left.legend(frameon=True, framealpha=1, edgecolor="none")
    left.alt = (
        f"Left: the training loss falls to ≈{training[-1]:.2f}; the validation loss falls to "
        f"≈{validation[best]:.2f} at epoch ≈{best + 1}, where a star stands, and is "
        f"≈{validation[-1]:.2f} at the end. The stop is at epoch ≈{stopped}. Right: the validation "
        f"accuracy goes from ≈{accuracy[0]:.2f} to ≈{accuracy[-1]:.2f}."
    )
    return figure


def stops_on_few(validation, few, kept, pictures=20, patience=1, ax=None):
    """Draw validation losses on a few pictures each, and the epoch that each of them keeps.

    Args:
        validation: array (epochs,), the loss on all validation pictures.
        few: array (draws, epochs), the losses on some of them.
        kept: for each draw, the epoch whose weights early stopping keeps, counted from 1.
        pictures, patience: how many pictures a draw has, and how patient the stopping was.
        ax: the Axes to draw on; a new figure's, if left out.

    Returns:
        The Axes.

    Raises:
        ValueError: there are not as many epochs kept as draws.
    """
    few, validation = np.asarray(few, float), np.asarray(validation, float)
    if len(few) != len(kept):
        raise ValueError(f"There are {len(few)} draws, but {len(kept)} epochs that were kept.")
    ax = ax or plt.subplots(figsize=(8.4, 3.8))[1]
    epochs = np.arange(1, len(validation) + 1)
    ax.plot(epochs, validation, "--", color="#bd1f01", lw=2.5, label="all pictures")
    looks = zip(("#717581", "#832db6", "#e76300", "#3f90da"), ("-", "-.", ":", "-"), "os^D")
    for n, (curve, best, (color, style, marker)) in enumerate(zip(few, kept, looks), 1):
        ax.plot(epochs, curve, style, color=color, lw=1.1)
        ax.plot(best, curve[best - 1], marker, ms=9, color=color, mec="white", zorder=4)
        ax.plot([], [], style, marker=marker, color=color, lw=1.1,
                label=f"{pictures} pictures, draw {n}")  # fmt: skip
    ax.set(xlabel="epoch", ylabel="validation loss", ylim=(0, None))
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1), title="mark: the epoch it keeps")
    ends = ", ".join(f"≈{best}" for best in kept)
    ax.alt = (f"Validation losses of {pictures} pictures jump about; patience {patience} keeps the "
              f"weights of epochs {ends}; on all pictures the best is "
              f"≈{int(np.argmin(validation)) + 1}.")  # fmt: skip
    return ax


def residual_block(x, F, H, through_F, by_shortcut, ax=None):
    """Draw a residual block with its numbers: values forwards, gradients back.

    Args:
        x, F, H: arrays (n,): the input, what the layers give for it, and F + x.
        through_F, by_shortcut: arrays (n,), the two terms of the gradient of the loss at x.
        ax: the Axes to draw on; a new figure's, if left out.

    Returns:
        The Axes.

    Raises:
        ValueError: H is not F + x.
    """
    if not np.allclose(np.add(x, F), H):
        raise ValueError(f"H is {_vector(H)}, but F + x is {_vector(np.add(x, F))}.")
    ax = ax or plt.subplots(figsize=(8.4, 4.4))[1]
    total = np.add(through_F, by_shortcut)
    rows = (
        (0.0, "forwards", "#2468a8", 1, _vector(x), _vector(x), _vector(F), _vector(x), _vector(H)),
        (3.1, "backwards", "#b04a00", -1, _vector(total), _vector(through_F), _vector(by_shortcut),
         _vector(by_shortcut), _vector(by_shortcut)),
    )  # fmt: skip
    for top, name, color, way, at_x, before_F, after_F, past, at_H in rows:
        y = top + 1.3
        ax.text(-0.75, top + 0.05, name, color=color, weight="bold", va="center")
        for left, label in ((0, "x"), (2.6, "F"), (5.4, "+"), (7.4, "H")):
            if label == "+":
                ax.add_patch(Circle((left, y), 0.28, fc="white", ec=INK))
            else:
                half, face = (0.75, PAPER["blue"]) if label == "F" else (0.4, PAPER["gray"])
                box, style = (left - half, y - 0.35), "round,pad=0,rounding_size=0.1"
                ax.add_patch(FancyBboxPatch(box, 2 * half, 0.7, boxstyle=style, fc=face, ec=INK))
            text = {"F": "F: two layers"}.get(label, label)
            ax.text(left, y, text, ha="center", va="center", fontsize=9 if label == "F" else 12)
        arrows = [((0.4, y), (1.85, y)), ((3.35, y), (5.12, y)), ((5.68, y), (7.0, y))]
        for start, end in arrows:
            _arrow(ax, *(start, end)[::way], color)
        rail = y - 0.95
        path = [(0, y - 0.35), (0, rail), (5.4, rail), (5.4, y - 0.28)]
        ax.plot(*zip(*path[1:3]), color=color, lw=1.6)
        first, last = (path[:2], path[2:]) if way > 0 else (path[:1:-1], path[1::-1])
        ax.plot(*zip(*first), color=color, lw=1.6)
        _arrow(ax, *last, color)
        values = ((1.12, y, before_F), (4.24, y, after_F), (6.34, y, at_H), (2.7, rail, past))
        for left, above, text in values:
            ax.text(left, above - 0.08, text, ha="center", va="bottom", color=color, fontsize=11)
        sums = f"together {at_x}" if way < 0 else ""
        ax.text(-0.4, y + 0.62, sums, va="center", color=color, fontsize=11)
    ax.set(xlim=(-0.8, 8.0), ylim=(5.3, -0.3), aspect="equal")
    ax.axis("off")
    ax.alt = (
        f"Residual block, forwards and backwards: x = {_vector(x)} goes into F, which gives "
        f"{_vector(F)}, and past it; the sum is H = {_vector(H)}. Backwards the gradient "
        f"{_vector(by_shortcut)} at H goes both ways: through F it becomes {_vector(through_F)}, "
        f"by the shortcut it stays {_vector(by_shortcut)}; together {_vector(total)} arrives at x."
    )
    return ax


def path_through(blocks, through, ax=None):
    """Draw one way of the gradient back through residual blocks in a row.

    Args:
        blocks: how many there are; the first has the number 1.
        through: the numbers of those through whose layers the way leads; it passes the others by
            their shortcuts.
        ax: the Axes to draw on; a new figure's, if left out.

    Returns:
        The Axes.

    Raises:
        ValueError: there are no blocks or more than 12; a number in `through` is none of a block.
    """
    if not 1 <= blocks <= 12:
        raise ValueError(f"path_through draws 1 to 12 blocks, not {blocks}.")
    through = sorted(set(through))
    if not set(through) <= set(range(1, blocks + 1)):
        raise ValueError(f"The blocks have the numbers 1 to {blocks}, and not all of {through}.")
    ax = ax or plt.subplots(figsize=(8.4, 2.4))[1]
    way, other, wide = "#b04a00", "#999999", 3.6
    for k in range(1, blocks + 1):
        branch, plus = (k - 1) * wide, k * wide - 0.9
        inside, rail = (way, other) if k in through else (other, way)
        middle, half = (branch + plus) / 2, 0.5
        face = PAPER["blue" if k in through else "gray"]
        box = (middle - half, -0.4), 2 * half, 0.8
        ax.add_patch(
            FancyBboxPatch(*box, boxstyle="round,pad=0,rounding_size=0.1", fc=face, ec=INK)
        )
        ax.text(middle, 0, f"F{k}", ha="center", va="center")
        _arrow(ax, (plus - 0.25, 0), (middle + half, 0), inside)
        ax.plot([middle - half, branch], [0, 0], color=inside, lw=1.6)
        ax.plot([plus, plus, branch], [0.25, 0.95, 0.95], color=rail, lw=1.6)
        _arrow(ax, (branch, 0.95), (branch, 0.0), rail)
        ax.add_patch(Circle((plus, 0), 0.25, fc="white", ec=INK, zorder=3))
        ax.text(plus, 0, "+", ha="center", va="center", zorder=4)
        start = k * wide if k < blocks else plus + 1.1
        _arrow(ax, (start, 0), (plus + 0.25, 0), way)
    _arrow(ax, (0, 0), (-0.6, 0), way)
    ax.text(-0.7, 0, "x", ha="right", va="center")
    ax.text(plus + 1.2, 0, "L", ha="left", va="center")
    ax.set(xlim=(-1.2, plus + 1.7), ylim=(-0.6, 1.15), aspect="equal")
    ax.axis("off")
    past = [k for k in range(1, blocks + 1) if k not in through]
    ways = [f"{word} {_listed([f'F{k}' for k in some])}"
            for word, some in (("through", through), ("past", past)) if some]  # fmt: skip
    factor = " ".join(f"F{k}'" for k in through) or "1"
    ax.alt = f"From the loss back to x, {' and '.join(ways)}: the factor is {factor}."
    return ax


def dense_block(channels, ax=None):
    """Draw a DenseNet block: each layer reads all channels so far, and its own go beneath them.

    Args:
        channels: how many channels the input has, then how many each layer adds.
        ax: the Axes to draw on; a new figure's, if left out.

    Returns:
        The Axes.

    Raises:
        ValueError: there is no layer.
    """
    channels = [int(k) for k in channels]
    if len(channels) < 2:
        raise ValueError("A block has the input's channels and those of at least one layer.")
    ax = ax or plt.subplots(figsize=(6.4, 3.8))[1]
    names = ["x", *(f"F{i}" for i in range(1, len(channels)))]
    faces = [list(PAPER.values())[(i + 3) % 4] for i in range(len(channels))]
    top, step, wide = np.cumsum([0, *channels]), 3.4, 0.9
    total = top[-1]
    for k in range(len(channels)):  # the stack behind layer k
        left = k * step
        ax.text(left + wide / 2, -0.06 * total, f"{'x' if k == 0 else f'H{k}'}: {top[k + 1]}",
                ha="center", va="bottom")  # fmt: skip
        for i in range(k + 1):
            box = (left, top[i]), wide, channels[i]
            ax.add_patch(Rectangle(*box, fc=faces[i], ec=INK))
            middle = (top[i] + top[i + 1]) / 2
            ax.text(left + wide / 2, middle, f"{names[i]}\n{channels[i]}", ha="center",
                    va="center", fontsize=9)  # fmt: skip
            if i < k:  # unchanged from the stack before
                y = top[i] + 0.25 * channels[i]
                _arrow(ax, (left - step + wide, y), (left, y), "#777777", style="--")
    for k in range(1, len(channels)):
        left, y = (k - 1) * step + wide, (top[k] + top[k + 1]) / 2
        bracket = [(left + 0.1, 0.0), (left + 0.3, 0.0), (left + 0.3, top[k]), (left + 0.1, top[k])]
        ax.plot(*zip(*bracket), color=INK, lw=1.6)
        ax.plot([left + 0.3, left + 0.3], [top[k], y], color=INK, lw=1.6)
        box = (left + 0.85, y - 0.09 * total), 0.9, 0.18 * total
        ax.add_patch(FancyBboxPatch(*box, boxstyle="round,pad=0,rounding_size=0.1",
                                    fc=faces[k], ec=INK, mutation_aspect=total / 6))  # fmt: skip
        ax.text(left + 1.3, y, f"F{k}", ha="center", va="center")
        ax.text(left + 1.3, y + 0.11 * total, f"reads {top[k]}", ha="center", va="top", fontsize=9)
        _arrow(ax, (left + 0.3, y), (left + 0.85, y), INK)
        _arrow(ax, (left + 1.75, y), (left + step - wide, y), INK)
    ax.plot([], [], "--", color="#777777", label="unchanged")
    ax.legend(loc="lower left", bbox_to_anchor=(0, 0))
    ax.set(xlim=(-0.1, step * (len(channels) - 1) + wide + 0.1), ylim=(total * 1.08, -0.18 * total))
    ax.axis("off")
    reads = "; ".join(
        f"F{k} reads {top[k]} and adds {channels[k]}" for k in range(1, len(channels))
    )
    ax.alt = f"DenseNet block of {channels[0]} channels: {reads}; {total} leave it, in the order " \
             f"{', '.join(names)}."  # fmt: skip
    return ax


def on_log_axis(x, curves, xlabel, ylabel, base=10, both=False, dots=(), ax=None):
    """Draw curves on a logarithmic axis; the words say powers, or plain numbers where both are log.

    Args:
        x: array (n,).
        curves: label → array (n,) of positive numbers.
        xlabel, ylabel: what the axes show.
        base: 10 or 2.
        both: whether the x axis is logarithmic, too. Then the curves are exact, and the words give
            the last number of each.
        dots: labels of curves that jump up and down: they are drawn as open points.
        ax: the Axes to draw on; a new figure's, if left out.

    Returns:
        The Axes.

    Raises:
        ValueError: a curve has another length than x, or a number that has no logarithm.
    """
    ax = ax or plt.subplots(figsize=(6.4, 3.6))[1]
    x, words = np.asarray(x, float), []
    for n, (label, values) in enumerate(curves.items()):
        values = np.asarray(values, float)
        if len(values) != len(x) or not (values > 0).all():
            raise ValueError(f"{label!r} needs {len(x)} numbers above 0, one for each of x.")
        style = "" if label in dots else ("-", "--", "-.", ":", (0, (5, 1)))[n % 5]
        ax.plot(x, values, ls=style, marker=MARKERS[n % 6], ms=4, label=label,
                color=COLOR_OF.get(label, f"C{n}"), zorder=4 if label in dots else 3,
                mfc="none" if label in dots else None)  # fmt: skip
        first, last = np.log(values[[0, -1]]) / np.log(base)
        ends = f"from {base} to the ≈{first:z.1f} to {base} to the ≈{last:z.1f}"
        words.append(f"{label} {values[-1]:.1f}" if both else f"{label} goes {ends}")
    ax.set_yscale("log", base=base)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    if both:
        ax.set_xscale("log", base=base)
        ax.xaxis.set_major_formatter("{x:g}")
        ax.yaxis.set_major_formatter("{x:g}")
    ax.legend()
    scale = f"on log scales. With {x[-1]:g} {xlabel}" if both else "on a log scale"
    ax.alt = f"The {ylabel} over the {xlabel}, {scale}: {'; '.join(words)}."
    return ax


def _count(n, noun):
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def _vector(values):
    return "[" + ", ".join(f"{value:g}" for value in np.asarray(values, float)) + "]"


def _listed(numbers):
    numbers = [str(number) for number in numbers]
    return " and ".join([", ".join(numbers[:-1]), numbers[-1]] if numbers[1:] else numbers)


def _arrow(ax, start, end, color, style="-"):
    ax.add_patch(FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=13, color=color,
                                 ls=style, lw=1.6, shrinkA=0, shrinkB=0))  # fmt: skip


# ------------------------------------------------------------------------------------------- seeing


def convolution_setting(image, kernel, responses, padding=0, stride=1, dilation=1, ax=None):
    """Draw what padding, stride and dilation make of a convolution: its places and its responses.

    On the left the image, in a frame, with the grey zeros of its padding; the cells of the kernel's
    first place are shaded, and each place has a blue dot in the cell under its upper left weight.
    On the right the whole feature map. Settings of images up to 9 cells wide have one size.

    Args:
        image: array (height, width) of whole numbers.
        kernel: array (kernel_height, kernel_width); its weights stand small in the shaded cells.
        responses: array (rows, columns), the feature map.
        padding: rings of zeros around the image.
        stride: cells from one place to the next.
        dilation: cells from one weight of the kernel to the next.
        ax: the Axes to draw on; a new figure's, if left out.

    Returns:
        The Axes. Its words give the setting, the size of the feature map and how it comes about.

    Raises:
        ValueError: `responses` has another shape than this setting gives.
    """
    image, kernel, responses = map(np.asarray, (image, kernel, responses))
    span = dilation * (np.array(kernel.shape) - 1) + 1
    wanted = tuple((np.array(image.shape) + 2 * padding - span) // stride + 1)
    if responses.shape != wanted:
        raise ValueError(f"This setting gives {_by(wanted)} responses, not {_by(responses.shape)}.")
    ax = ax or plt.subplots(figsize=(5.6, 3.2))[1]
    padded = np.pad(image, padding)
    pixels = np.pad(np.ones(image.shape, bool), padding)
    for (r, c), value in np.ndenumerate(padded):
        (u, above), (v, beside) = divmod(r, dilation), divmod(c, dilation)
        under = not above and not beside and u < len(kernel) and v < len(kernel.T)
        face = (PAPER["orange"], "#e0cfa8") if under else ("white", PAPER["gray"])
        middle = 0.38 if under else 0.5
        _number_cell(ax, c, r, value, face[not pixels[r, c]], middle=middle)
        if under:
            ax.text(c + 0.96, r + 0.96, f"×{kernel[u, v]}", ha="right", va="bottom", fontsize=6,
                    color="#a00")  # fmt: skip
    if padding:
        ax.add_patch(plt.Rectangle((padding,) * 2, *image.shape[::-1], fill=False, ec=INK, lw=2))
    rows, columns = np.indices(wanted) * stride
    ax.scatter(columns + 0.8, rows + 0.2, 14, "#1f6fb8", zorder=3)
    left, top = 9 + 1.6, (len(padded) - len(responses)) / 2
    for (r, c), value in np.ndenumerate(responses):
        _number_cell(ax, left + c, top + r, f"{value:g}", PAPER["blue"])
    middle = len(padded) / 2
    ends = (left - 0.3, middle), (padded.shape[1] + 0.3, middle)
    ax.annotate("", *ends, arrowprops={"arrowstyle": "->"})
    about = f"padding {padding}, stride {stride}, dilation {dilation}"
    ax.set_title(f"{about}: {_by(wanted)} responses", fontsize=10)
    room = (9 - len(padded)) / 2
    ax.set(xlim=(-0.1, left + 5.1), ylim=(9.1 - room, -room - 0.1))
    ax.set_aspect("equal")
    ax.axis("off")
    around = f", {_by(padded.shape)} with its zeros" if padding else ""
    ax.alt = (
        f"{about.capitalize()}: the image has {_by(image.shape)} pixels{around}, the kernel's "
        f"{_by(kernel.shape)} weights reach over {_by(span)}, and along each axis there are "
        f"({image.shape[0]} + 2 · {padding} − {span[0]}) // {stride} + 1 = {wanted[0]} places; "
        f"the feature map has {_by(wanted)} responses."
    )
    return ax


def receptive_field(layers, width, picture=None):
    """Draw which pixels a unit behind some layers sees, from the side and from above.

    On the left one row of the picture at the bottom and one row of units for each layer; what the
    middle unit of the last layer depends on is blue. On the right the whole picture, with the
    pixels that it sees in blue. No layer pads.

    Args:
        layers: for each layer, from the input on, its name, how many units it reads along an axis,
            its stride and its dilation, as in `("pooling", 2, 2, 1)`.
        width: pixels along an axis of the picture, which is square.
        picture: array (width, width) to lie under the blue pixels, bright is dark ink.

    Returns:
        The Figure. Its words say how many pixels the unit sees and how far its neighbour is.

    Raises:
        ValueError: the picture is too small for one unit of the last layer; the message says where.
    """
    widths, centers, steps = [width], [0.0], [1]
    for n, (name, k, s, d) in enumerate(layers, 1):
        widths.append((widths[-1] - d * (k - 1) - 1) // s + 1)
        if widths[-1] < 1:
            raise ValueError(f"Layer {n}, {name}, reads {k} of {widths[-2]} units: too few.")
        centers.append(centers[-1] + d * (k - 1) / 2 * steps[-1])
        steps.append(steps[-1] * s)
    seen = [np.array([(widths[-1] - 1) // 2])]  # from the unit down to the pixels
    reads = []
    for _, k, s, d in layers[::-1]:
        below = seen[-1][:, None] * s + d * np.arange(k)
        reads.append([(a, b) for a, row in zip(seen[-1], below) for b in row])
        seen.append(np.unique(below))
    seen, reads = seen[::-1], reads[::-1]
    figure, (side, above) = plt.subplots(1, 2, figsize=(7, 3.1), width_ratios=[1.7, 1])
    for level, (count, center, step, blue) in enumerate(zip(widths, centers, steps, seen)):
        places = center + step * np.arange(count)
        if level:
            below = centers[level - 1] + steps[level - 1] * np.arange(widths[level - 1])
            pairs = [((places[a], below[b]), (level, level - 1)) for a, b in reads[level - 1]]
            for ends, heights in pairs:
                side.plot(ends, heights, color="#7fb3e6", lw=0.8, zorder=1)
        colors = np.where(np.isin(np.arange(count), blue), "#1f6fb8", "#dcdcdc")
        side.scatter(places, np.full(count, level), 700 / width, colors, marker="s", zorder=2)
    for level, text in enumerate(["pixels", *map(_layer, layers)]):
        side.text(-0.05 * width, level, text, ha="right", va="center", fontsize=8)
    side.set(xlim=(-0.7 * width, width), ylim=(-0.5, 6.4))
    side.axis("off")
    paper = np.zeros((width, width)) if picture is None else np.asarray(picture, float)
    above.imshow(paper, cmap="Greys", vmin=0, vmax=1.6 * max(paper.max(), 1e-9))
    for r in seen[0]:
        for c in seen[0]:
            above.add_patch(plt.Rectangle((c - 0.5, r - 0.5), 1, 1, fc="#1f6fb8", alpha=0.5, lw=0))
    edges = np.arange(width + 1) - 0.5 if picture is None else []
    above.set(xticks=edges, yticks=edges)
    above.tick_params(length=0, labelbottom=False, labelleft=False)
    above.grid(color="#bbbbbb", lw=0.5)
    above.spines[:].set_visible(True)
    field = len(seen[0])
    above.set_title(f"sees {field} × {field} of {width} × {width}", fontsize=10)
    reach = seen[0][-1] - seen[0][0] + 1
    spread = f", spread over {reach} × {reach}," if reach > field else ""
    named = list(map(_layer, layers))
    alike = len(named) > 1 and len(set(named)) == 1
    behind = f"{len(layers)} layers" if len(layers) > 1 else "1 layer"
    behind += f", {f'each {named[0]}' if alike else ', then '.join(named)},"
    pixels = "1 pixel" if steps[-1] == 1 else f"{steps[-1]} pixels"
    side.alt = (
        f"Behind {behind} a unit sees {field} × {field}{spread} of {width} × {width} pixels; its "
        f"neighbour looks {pixels} further on."
    )
    return figure


def pooled(grids, ax=None):
    """Draw a feature map and what pooling makes of it, each window in a colour of its own.

    Args:
        grids: title → array (rows, columns). The first is the feature map; the side of a window is
            the number of its rows by that of the pooled map's.
        ax: the Axes to draw on; a new figure's, if left out.

    Returns:
        The Axes. Its words are all the numbers, row by row.
    """
    ax = ax or plt.subplots(figsize=(6.6, 2.5))[1]
    tints, left, words = [PAPER[name] for name in ("orange", "blue", "gray", "red")], 0, []
    fewest = min(len(values) for values in grids.values())
    tallest = max(len(values) for values in grids.values())
    for title, values in grids.items():
        side, top = len(values) // fewest, (tallest - len(values)) / 2
        for (r, c), value in np.ndenumerate(values):
            tint = tints[r // side % 2 * 2 + c // side % 2]
            _number_cell(ax, left + c, top + r, f"{value:g}", tint, size=10)
        ax.text(left + values.shape[1] / 2, top - 0.2, title, ha="center", va="bottom")
        words.append(f"{title} {', '.join(f'{value:g}' for value in values.flat)}")
        left += values.shape[1] + 1.4
    ax.set(xlim=(-0.5, left - 0.9), ylim=(tallest + 0.1, -0.8))
    ax.set_aspect("equal")
    ax.axis("off")
    ax.alt = f"Grids, row by row: {'; '.join(words)}."
    return ax


def photo_stages(maps, limit):
    """Draw a photograph and what the stages of a convolutional layer make of it.

    Args:
        maps: title → array (rows, columns). The first is the photograph, from 0 to 255. The others
            share a scale of colours: orange is positive, purple negative, white zero.
        limit: the response from which on the colour stays the darkest.

    Returns:
        The Figure, three panels to a row.
    """
    rows = -(-len(maps) // 3)
    figure, panels = plt.subplots(rows, 3, figsize=(9.6, 2.3 * rows), squeeze=False)
    words = []
    for n, (panel, (title, values)) in enumerate(zip(panels.flat, maps.items())):
        scale = {"cmap": "PuOr_r", "vmin": -limit, "vmax": limit}
        scale = scale if n else {"cmap": "gray", "vmin": 0, "vmax": 255}
        drawn = panel.imshow(values, extent=(0, 1.5, 1, 0), **scale)
        panel.add_patch(plt.Rectangle((0, 0), 1.5, 1, fill=False, ec="#999999", lw=0.8))
        panel.set_title(f"{title}: {_by(values.shape)}", fontsize=10)
        words.append(
            f"{title}, {_by(values.shape, 'by')}, {values.min():.0f} to {values.max():.0f}"
        )
    for panel in panels.flat:
        panel.axis("off")
    figure.colorbar(drawn, ax=panels, shrink=0.7, label="response", extend="both")
    panels[0, 0].alt = f"A photograph and what each stage makes of it: {'; '.join(words)}."
    return figure


def overlap(a, b, limits=None, ax=None):
    """Draw two boxes with what both cover dark and what only one covers pale.

    Args:
        a, b: left, top, right, bottom, in whole numbers; y points down.
        limits: width and height of what is shown; by default what the boxes span. Up to 20 units
            wide, it has a grid to count in.
        ax: the Axes to draw on; a new figure's, if left out.

    Returns:
        The Axes. Its words give both areas, intersection and union, and their quotient.

    Raises:
        ValueError: a box has no area.
    """
    a, b = np.asarray(a), np.asarray(b)
    if _area(a) == 0 or _area(b) == 0:
        raise ValueError(f"The boxes {a.tolist()} and {b.tolist()} must both have an area.")
    shared = _shared(a, b)
    both = _area(shared)
    either = _area(a) + _area(b) - both
    limits = limits or (1.1 * max(a[2], b[2]), 1.1 * max(a[3], b[3]))
    ax = ax or plt.subplots(figsize=(4, 4 * limits[1] / limits[0] + 0.4))[1]
    for box, name, color, style in ((a, "A", "#1f6fb8", "-"), (b, "B", "#b35c00", "--")):
        pale = PAPER["blue" if name == "A" else "orange"]
        ax.add_patch(_patch(box, fc=pale, ec="none", alpha=0.5))
        ax.add_patch(_patch(box, fill=False, ec=color, ls=style, lw=2, zorder=3))
        corner = (box[0], box[1]) if name == "A" else (box[2], box[3])
        ax.annotate(name, corner, (1, 3) if name == "A" else (-8, -12), color=color, weight="bold",
                    textcoords="offset points", zorder=4)  # fmt: skip
    if both:
        ax.add_patch(_patch(shared, fc="#94a4a2", ec=INK, lw=0, hatch="//", zorder=2))
    ax.set(xlim=(0, limits[0]), ylim=(limits[1], 0))
    if limits[0] <= 20:
        ax.set(xticks=range(int(limits[0]) + 1), yticks=range(int(limits[1]) + 1))
        ax.tick_params(length=0, labelbottom=False, labelleft=False)
        ax.grid(color="#cccccc", lw=0.6)
    else:
        ax.set(xlabel="x (pixels)", ylabel="y (pixels)")
    ax.set_aspect("equal")
    quotient = f"IoU {both:,} / {either:,} = {both / either:.2f}"
    ax.set_title(quotient, fontsize=10)
    ax.alt = (
        f"Box A covers {_area(a):,}, box B {_area(b):,}; both together cover {either:,}, of which "
        f"{both:,} {'are' if both != 1 else 'is'} shared: {quotient}."
    )
    return ax


def anchor_grid(picture, anchors, places, target, overlaps, ax=None):
    """Draw one grid of anchors over a picture: its places, and the anchors at the best of them.

    The best anchor is the one that overlaps the target most. It is thick, the others of its place
    are thin, and the target is dashed. The picture is pale and coarse, so that the boxes are seen
    and the frames of a player stay small.

    Args:
        picture: array (height, width, 3) from 0 to 255.
        anchors: array (n, 4) of the grid's anchors: left, top, right, bottom, in pixels.
        places: how many places the grid has along an axis; n is a multiple of its square, and the
            anchors of a place stand together.
        target: left, top, right, bottom of an object, in pixels.
        overlaps: array (n,), the intersection over union of each anchor and the target.
        ax: the Axes to draw on; a new figure's, if left out.

    Returns:
        The Axes.

    Raises:
        ValueError: the number of anchors is no multiple of the number of places.
    """
    each, rest = divmod(len(anchors), places**2)
    if rest or not each:
        raise ValueError(f"{len(anchors)} anchors do not share out over {_by((places, places))}.")
    height, width = picture.shape[:2]
    ax = ax or plt.subplots(figsize=(4.2, 4.2 * height / width + 0.5))[1]
    gray = np.asarray(picture, float).mean(axis=-1)[::2, ::2]
    pale = 255 - (255 - gray) // 24 * 24 * 0.45
    ax.imshow(pale, cmap="gray", vmin=0, vmax=255, extent=(0, width, height, 0))
    middles = np.reshape(anchors, (places**2, each, 4))[:, 0]
    x, y = (middles[:, 0] + middles[:, 2]) / 2, (middles[:, 1] + middles[:, 3]) / 2
    ax.scatter(x, y, 8, INK)
    away = np.hypot(*(np.asarray(anchors)[:, :2] + np.asarray(anchors)[:, 2:]
                      - target[:2] - target[2:]).T)  # fmt: skip
    best = np.lexsort((away.round(3), -np.round(overlaps, 6)))[0]  # of equals the nearest
    here = best // each * each
    for n in range(here, here + each):
        look = {"lw": 3, "zorder": 3} if n == best else {"lw": 1.1}
        ax.add_patch(_patch(anchors[n], fill=False, ec="#1f6fb8", **look))
    ax.add_patch(_patch(target, fill=False, ec="#b35c00", ls="--", lw=2.5, zorder=4))
    margin = 0.14
    ax.set(xlim=(-margin * width, (1 + margin) * width))
    ax.set(ylim=((1 + margin) * height, -margin * height))
    ax.axis("off")
    ax.set_title(f"{_by((places, places))} places, {each} anchors each", fontsize=10)
    left, top, right, bottom = anchors[best]
    ax.alt = (
        f"A grid of {_by((places, places))} places with {each} anchors at each, {len(anchors):,} "
        f"in all; the anchor that fits the dashed box best is {right - left:.0f} pixels wide and "
        f"{bottom - top:.0f} high, with an IoU of {overlaps[best]:.2f}."
    )
    return ax


def suppression(boxes, scores, overlaps, step, limit=0.5, ax=None):
    """Draw non-maximum suppression after some steps; each takes the next box by confidence.

    Boxes that stay are blue, those that are dropped thin and dashed, those to come dotted. The box
    of this step is shaded, and dark where it overlaps the kept box that it overlaps most.

    Args:
        boxes: array (n, 4) of left, top, right, bottom; y points down.
        scores: array (n,), the confidence of each.
        overlaps: array (n, n), the intersection over union of each pair.
        step: how many boxes have been taken, from 0 to n.
        limit: a box is dropped if it overlaps a kept one by this much or more.
        ax: the Axes to draw on; a new figure's, if left out.

    Returns:
        The Axes. Boxes are numbered from 1 in the order of their confidence. Its words say of this
        step's box whether it is kept, and why.

    Raises:
        IndexError: there are not so many steps.
    """
    boxes, order = np.asarray(boxes), np.argsort(-np.asarray(scores), kind="stable")
    if not 0 <= step <= len(boxes):
        raise IndexError(f"Step {step} is not there: {len(boxes)} boxes have 0 to {len(boxes)}.")
    boxes, scores = boxes[order], np.asarray(scores)[order]
    overlaps = np.asarray(overlaps)[order][:, order]
    kept, said, rival = [], f"{len(boxes)} boxes, none of them taken yet.", None
    for n in range(step):
        rival = max(kept, key=lambda k: overlaps[n, k], default=None)
        most = 0 if rival is None else overlaps[n, rival]
        stays = most < limit
        why = "nothing is kept yet"
        if rival is not None:
            bound = f"{'below' if stays else 'not below'} {limit:g}"
            why = f"its largest IoU with a kept box is {most:.2f}, with box {rival + 1}, {bound}"
            why = why if most else "it meets no kept box"
        kept += [n] if stays else []
        verdict = "kept" if stays else "dropped"
        said = f"Box {n + 1}, confidence {scores[n]:.2f}: {why}, so it is {verdict}."
    ax = ax or plt.subplots(figsize=(4.8, 3.4))[1]
    for n, box in enumerate(boxes):
        now = n == step - 1
        look = {"ec": "#717581", "ls": ":", "lw": 1.2}
        if n < step:
            look = {"ec": "#b35c00", "ls": "--", "lw": 1.2}
        if n in kept:
            look = {"ec": "#1f6fb8", "ls": "-", "lw": 2.6, "zorder": 3}
        if now:
            pale = PAPER["blue" if n in kept else "orange"]
            ax.add_patch(_patch(box, fc=pale, ec="none", alpha=0.6))
        ax.add_patch(_patch(box, fill=False, **look))
        ax.text(box[2] - 0.1, box[3] - 0.1, n + 1, ha="right", va="bottom", fontsize=9,
                color=look["ec"], weight="bold" if now else "normal", zorder=4)  # fmt: skip
    if step and rival is not None and _area(_shared(boxes[step - 1], boxes[rival])):
        ax.add_patch(_patch(_shared(boxes[step - 1], boxes[rival]), fc="#717581", alpha=0.6, lw=0))
    low, high = boxes[:, :2].min(axis=0) - 0.4, boxes[:, 2:].max(axis=0) + 0.4
    ax.set(xlim=(low[0], high[0]), ylim=(high[1], low[1]))
    ax.set_aspect("equal")
    ax.axis("off")
    names = ", ".join(str(n + 1) for n in kept) or "none"
    dropped = ", ".join(str(n + 1) for n in range(step) if n not in kept) or "none"
    ax.set_title(f"kept (solid): {names}; dropped (dashed): {dropped}", fontsize=10)
    ax.alt = f"{said} Kept so far: {names}."
    return ax


def detections(canvas, truth, labels, answers, right, title=None, ax=None):
    """Draw what a detector answers on a small dark picture, beside what is there.

    The picture is drawn dark on light. What is there is dashed; a right answer is blue, a wrong one
    orange and dotted. All that comes from the answers counts as varying.

    Args:
        canvas: array (height, width) from 0 to 1, light on dark.
        truth: array (n, 4) of left, top, right, bottom of what is there.
        labels: its n names.
        answers: m tuples of score, name and box.
        right: m truth values, one for each answer.
        title: what stands above the picture and before its words.
        ax: the Axes to draw on; a new figure's, if left out.

    Returns:
        The Axes. Its words say what is there, how much of it is found and how many answers are
        wrong.

    Raises:
        ValueError: there is not one truth value for each answer.
    """
    if len(right) != len(answers):
        raise ValueError(f"detections got {len(answers)} answers but {len(right)} verdicts.")
    height, width = np.shape(canvas)
    ax = ax or plt.subplots(figsize=(2.9, 2.9 * height / width + 0.3))[1]
    before = getattr(ax, "alt", "")
    ax.imshow(-np.asarray(canvas), cmap="gray", vmin=-1, vmax=0.08, extent=(0, width, height, 0))
    for box in truth:
        ax.add_patch(_patch(box, fill=False, ec="#717581", ls=(0, (2, 2)), lw=1.2))
    for (_, name, box), good in zip(answers, right):
        color = "#1f6fb8" if good else "#b35c00"
        ax.add_patch(_patch(box, fill=False, ec=color, lw=2, hatch=None if good else "..", gid="≈"))
        corner = np.clip((box[0], box[1]), 0, (0.9 * width, 0.9 * height))
        paper = {"boxstyle": "round,pad=0.1", "fc": "white", "ec": "none", "alpha": 0.8}
        ax.annotate(str(name), corner, (2, -2), color=color, weight="bold", fontsize=9, va="top",
                    textcoords="offset points", gid="≈", bbox=paper)  # fmt: skip
    ax.set(xlim=(0, width), ylim=(height, 0))
    ax.axis("off")
    ax.set_title(title or "", fontsize=10)
    said = f"of {', '.join(map(str, labels))} it finds ≈{sum(right)}, with "
    said += f"≈{len(right) - sum(right)} wrong answers."
    said = f"{title}: {said}" if title else said.capitalize()
    ax.alt = f"{before} {said}".strip()
    return ax


def detections_beside(scenes, titles):
    """Draw what a detector answers on several canvases, side by side.

    Args:
        scenes: for each canvas a tuple of what `detections` takes: canvas, truth, labels, answers
            and right.
        titles: what stands above each.

    Returns:
        The Figure. Its Axes have the words of `detections`.

    Raises:
        ValueError: the numbers of scenes and titles differ.
    """
    if len(scenes) != len(titles):
        raise ValueError(f"detections_beside got {len(scenes)} scenes but {len(titles)} titles.")
    figure, axes = plt.subplots(1, len(scenes), figsize=(2.7 * len(scenes), 2.95), squeeze=False)
    for scene, title, ax in zip(scenes, titles, axes[0]):
        detections(*scene, title=title, ax=ax)
    return figure


def precision_and_recall(thresholds, precision, recall, marked=()):
    """Draw precision and recall over the threshold, and precision over recall.

    Args:
        thresholds, precision, recall: arrays (n,), the thresholds in rising order.
        marked: some of the thresholds, to be found on the second panel and in the words.

    Returns:
        The Figure.

    Raises:
        ValueError: a marked threshold is none of the thresholds.
    """
    figure, (left, right) = plt.subplots(1, 2, figsize=(8.4, 2.9))
    left.step(thresholds, precision, "-", color="#3f90da", label="precision")
    left.step(thresholds, recall, "--", color="#b35c00", label="recall")
    left.set(xlabel="threshold", ylabel="share", ylim=(0, 1.05))
    left.legend(loc="lower left")
    right.plot(recall, precision, "-", color="#717581", lw=1.2)
    said = []
    for threshold, marker in zip(marked, "so^v"):
        found = np.flatnonzero(np.isclose(thresholds, threshold))
        if not len(found):
            raise ValueError(f"{threshold} is none of the thresholds.")
        p, r = precision[found[0]], recall[found[0]]
        right.plot(r, p, marker, color=INK, label=f"threshold {threshold:g}")
        said.append(f"at {threshold:g} precision is {p:.2f} and recall {r:.2f}")
    right.set(xlabel="recall", ylabel="precision", xlim=(0, 1.05), ylim=(0, 1.05))
    if said:
        right.legend(loc="lower left")
    left.alt = (
        f"Precision and recall at thresholds from {thresholds[0]:g} to {thresholds[-1]:g}, and one "
        f"over the other: {'; '.join(said or ['a line'])}."
    )
    return figure


def single_shot(maps, anchors, classes, picture, ax=None):
    """Draw a single-shot detector: a chain of shrinking maps, and what is read off each of them.

    Args:
        maps: (places along an axis, channels) of each map that is read, the finest first.
        anchors: how many anchors each of them has at a place.
        classes: how many logits an anchor gets, the background's included.
        picture: the side of the picture in pixels.
        ax: the Axes to draw on; a new figure's, if left out.

    Returns:
        The Axes. A square's side grows with the logarithm of its number of places.

    Raises:
        ValueError: there is not one number of anchors for each map.
    """
    if len(maps) != len(anchors):
        raise ValueError(f"single_shot got {len(maps)} maps, but anchors for {len(anchors)}.")
    ax = ax or plt.subplots(figsize=(10.4, 2.9))[1]
    looks = (("offsets", 0.92, "#1f6fb8", 4), ("logits", 1.12, "#b35c00", classes))
    for name, y, color, _ in looks:
        ax.text(0.45, y, f"{name} at a place:", ha="right", va="center", fontsize=9, color=color)
    said, last = [], None
    for n, (places, channels) in enumerate([(picture, 3), *maps]):
        half = 0.12 + 0.3 * np.log(places) / np.log(picture)
        color = PAPER["blue" if n else "gray"]
        ax.add_patch(plt.Rectangle((n - half, -half), 2 * half, 2 * half, fc=color, ec=INK))
        ax.text(n, -0.5, _by((places, places, channels)), ha="center", va="bottom", fontsize=9)
        if last is not None:
            _arrow(ax, (n - 1 + last, 0), (n - half, 0), INK)
        last = half
        if n:
            _arrow(ax, (n, half), (n, 0.78), INK)
            each = anchors[n - 1]
            for _, y, color, size in looks:
                text = f"{each} × {size} = {each * size}"
                ax.text(n, y, text, ha="center", va="center", fontsize=9, color=color)
            said.append(
                f"{_by((places, places))} places with {channels} channels, where {each} anchors "
                f"get {4 * each} offsets and {classes * each} logits"
            )
    ax.set(xlim=(-0.6, len(maps) + 0.45), ylim=(1.25, -0.62))
    ax.set_aspect("equal")
    ax.axis("off")
    size = _by((picture, picture))
    ax.alt = f"A picture of {size} pixels shrinks step by step; maps are read at {'; '.join(said)}."
    return ax


def precision_by_answer(right, objects, ax=None):
    """Draw precision over recall, a point for each answer from the surest on, with bars below.

    A bar stands at each right answer: as high as the precision there, and as wide as one object's
    part of the recall. Objects that are not found leave room at the right, without a bar.

    Args:
        right: n truth values, from the surest answer on.
        objects: how many labelled objects there are.
        ax: the Axes to draw on; a new figure's, if left out.

    Returns:
        The Axes. Its words give the precision at each right answer, but not their sum.

    Raises:
        ValueError: no answer is right, or more are right than there are objects.
    """
    right = np.asarray(right, bool)
    if not 0 < right.sum() <= objects:
        raise ValueError(f"{right.sum()} right answers do not fit {objects} objects.")
    ax = ax or plt.subplots(figsize=(5.6, 3.3))[1]
    precision, recall = np.cumsum(right) / np.arange(1, len(right) + 1), np.cumsum(right) / objects
    starts = recall[right] - 1 / objects
    ax.bar(starts, precision[right], 1 / objects, align="edge", fc=PAPER["blue"], ec="#1f6fb8",
           hatch="//", label="right answers")  # fmt: skip
    ax.plot(recall, precision, "-", color=INK, lw=1, zorder=3)
    ax.plot(recall[right], precision[right], "o", color="#1f6fb8", zorder=4, label="right answer")
    ax.plot(recall[~right], precision[~right], "x", color="#b35c00", zorder=4, label="wrong answer")
    ax.set(xlabel="recall", ylabel="precision", xlim=(0, 1.03), ylim=(0, 1.08))
    handles = [handle for handle in ax.lines if not handle.get_label().startswith("_")]
    ax.legend(handles=handles, loc="lower center", bbox_to_anchor=(0.5, 1), ncol=2, frameon=False)
    where = [f"{p:.2f} at answer {n + 1}" for n, p in enumerate(precision) if right[n]]
    missed = objects - right.sum()
    ax.alt = (
        f"Precision over recall for {len(right)} answers, with a bar at each right one. The "
        f"precision is {', '.join(where)}. Of {objects} objects {missed} "
        f"{'have' if missed != 1 else 'has'} no bar."
    )
    return ax


def _number_cell(ax, x, y, value, face, size=9, middle=0.5):
    ax.add_patch(plt.Rectangle((x, y), 1, 1, fc=face, ec="#999999"))
    ax.text(x + middle, y + middle, value, ha="center", va="center", fontsize=size)


def _layer(layer):
    """A layer of `receptive_field` in words."""
    name, k, s, d = layer
    text = f"{name} {k} × {k}"
    text += f", stride {s}" if s > 1 else ""
    return text + (f", dilation {d}" if d > 1 else "")


def _by(shape, sign="×"):
    return f" {sign} ".join(map(str, shape))


def _patch(box, **look):
    """The rectangle of a box: left, top, right, bottom."""
    return plt.Rectangle(box[:2], box[2] - box[0], box[3] - box[1], **look)


def _area(box):
    return max(box[2] - box[0], 0) * max(box[3] - box[1], 0)


def _shared(a, b):
    return np.concatenate([np.maximum(a[:2], b[:2]), np.minimum(a[2:], b[2:])])


# ------------------------------------------------------------------------------------------- tuning


def expected_improvement(x, loss, seen, m, s, acquisition):
    """Draw one step of a search: what the surrogate says of the loss, and where that sends us next.

    Args:
        x: array (n,), the settings.
        loss: array (n,), the true loss at each, which the search does not know.
        seen: array (k,), the settings tried so far, each of them one of `x`.
        m, s, acquisition: arrays (n,): mean and deviation of the surrogate, expected improvement.

    Returns:
        The Figure, with the loss above and the expected improvement below.

    Raises:
        ValueError: a setting that was tried is none of `x`.
    """
    x, loss, m, s, acquisition = (np.asarray(a, float) for a in (x, loss, m, s, acquisition))
    where = [int(np.argmin(np.abs(x - setting))) for setting in seen]
    if not np.allclose(x[where], seen):
        raise ValueError("Each setting that was tried has to be one of x, to know its loss.")
    figure, (upper, lower) = plt.subplots(
        2, 1, figsize=(5.4, 3.6), sharex=True, height_ratios=(3, 1.2)
    )
    color, best = COLOR_OF["Gaussian process"], int(acquisition.argmax())
    upper.fill_between(x, m - 2 * s, m + 2 * s, color=color, alpha=0.18, lw=0, label="mean ± 2 s")
    upper.plot(x, m, color=color, label="mean m")
    upper.plot(x, loss, "--", color=INK, lw=1, label="true loss")
    upper.plot(seen, loss[where], "o", color=INK, ms=6, label="tried")
    lower.plot(x, acquisition / acquisition.max(), color=color)
    for ax in (upper, lower):
        ax.axvline(x[best], ls=":", color="#e76300", label="next")
    lower.plot(x[best], 1, "v", color="#e76300", ms=9, clip_on=False)
    low, high = loss.min(), loss.max()
    room = high - low
    upper.set(ylabel="loss", ylim=(low - 0.2 * room, high + 0.15 * room))
    upper.set_title(f"{len(seen)} points tried; next {x[best]:.3f}")
    lower.set(xlabel="setting x", ylabel="EI / peak", ylim=(0, 1.1), yticks=[0, 1])
    lower.set(xticks=[x.min(), (x.min() + x.max()) / 2, x.max()])
    figure.legend(*upper.get_legend_handles_labels(), loc="outside lower center", ncols=5,
                  fontsize=9)  # fmt: skip
    upper.alt = (
        f"After {len(seen)} points the lowest loss is {loss[where].min():.3f}. The expected "
        f"improvement is highest at {x[best]:.3f}: {acquisition[best]:.4f}, for there the mean is "
        f"{m[best]:.3f} and s {s[best]:.3f}. Its true loss is {loss[best]:.3f}."
    )
    return figure


# -------------------------------------------------------------------------- devices, many machines


def roofline(intensity, rates, names, ax=None):
    """Draw what operations reach, on log axes, under the roof that the best of them make.

    The roof is the lower of two: the most operations a second that were measured, and the most
    bytes a second times the intensity.

    Args:
        intensity: array (n,): operations for each byte that is moved.
        rates: array (n,): operations a second that were measured.
        names: n labels.
        ax: the Axes to draw on; a new figure's, if left out.

    Returns:
        The Axes.

    Raises:
        ValueError: a number is not above 0, or there are not as many of each.
    """
    intensity, rates = np.asarray(intensity, float), np.asarray(rates, float)
    if not len(intensity) == len(rates) == len(names) or min(*intensity, *rates) <= 0:
        raise ValueError("One intensity, one rate and one name are wanted for each operation.")
    ax = ax or plt.subplots(figsize=(6.4, 3.8))[1]
    most, bandwidth = rates.max(), (rates / intensity).max()
    x = np.geomspace(intensity.min() / 2, intensity.max() * 4, 200)
    roof = np.minimum(most, bandwidth * x)
    ax.plot(x, roof / 1e9, color=INK, lw=1.5, label="roof", gid="≈")
    ax.plot(intensity, rates / 1e9, "o", color="C0", label="measured", gid="≈")
    for at, rate, name in zip(intensity, rates, names):
        ax.annotate(name, (at, rate / 1e9), (5, -11), textcoords="offset points", gid="≈")
    ax.set(xscale="log", yscale="log", xlabel="operations for each byte moved",
           ylabel="10⁹ operations a second")  # fmt: skip
    ax.margins(y=0.2)
    ax.legend(loc="upper left")
    said = "; ".join(f"{name} ≈{rate / 1e9:.1f}" for name, rate in zip(names, rates))
    ax.alt = (
        "Operations a second over intensity, under a roof that rises, then is flat; in 10⁹ a "
        f"second: {said}."
    )
    return ax


def predicted_and_measured(names, predicted, measured, ax=None):
    """Draw for each model the bytes that a formula predicts, by part, over those measured.

    Args:
        names: n names of models.
        predicted: part, such as "weights" → n numbers of bytes.
        measured: n numbers of bytes.
        ax: the Axes to draw on; a new figure's, if left out.

    Returns:
        The Axes.

    Raises:
        ValueError: there are not as many numbers as names.
    """
    if any(len(sizes) != len(names) for sizes in [*predicted.values(), measured]):
        raise ValueError(f"{len(names)} numbers are wanted in each list, one for each name.")
    ax = ax or plt.subplots(figsize=(6.4, 0.62 * len(names) + 1))[1]
    y, left = np.arange(len(names)), np.zeros(len(names))
    for n, (part, sizes) in enumerate(predicted.items()):
        sizes = np.asarray(sizes) / 1e6
        ax.barh(y - 0.19, sizes, 0.36, left=left, fc=f"C{n}", ec=INK, lw=0.8, label=part)
        left = left + sizes
    ax.barh(y + 0.19, np.asarray(measured) / 1e6, 0.36, fc="white", ec=INK, hatch="///", lw=0.8,
            label="measured", gid="≈")  # fmt: skip
    ax.set(yticks=y, xlabel="MB", ylim=(len(names) - 0.4, -0.6))
    ax.set_yticklabels(names)
    ax.legend(fontsize=9, loc="upper right")
    said = "; ".join(f"{name} {total:.1f} MB and ≈{seen / 1e6:.0f} MB"
                     for name, total, seen in zip(names, left, measured))  # fmt: skip
    ax.alt = f"Bars of what was predicted and what was measured: {said}."
    return ax


def cuts(names, first, second, room, ax=None):
    """Draw what two devices hold for each place where a model can be cut.

    Args:
        names: n names of the layers behind which the cut is.
        first, second: n numbers of bytes, on the device before and behind the cut.
        room: bytes that each device has.
        ax: the Axes to draw on; a new figure's, if left out.

    Returns:
        The Axes.

    Raises:
        ValueError: there are not as many numbers as names.
    """
    if not len(names) == len(first) == len(second):
        raise ValueError(f"{len(names)} numbers are wanted in each list, one for each name.")
    ax = ax or plt.subplots(figsize=(6.4, 0.5 * len(names) + 1))[1]
    y = np.arange(len(names))
    ax.barh(y - 0.18, np.asarray(first) / 1e6, 0.34, fc="C0", ec=INK, lw=0.8, label="A")
    ax.barh(y + 0.18, np.asarray(second) / 1e6, 0.34, fc="C1", ec=INK, lw=0.8, label="B")
    ax.axvline(room / 1e6, color=INK, ls="--", lw=1.5, label="room")
    ax.set(yticks=y, xlabel="MB", ylim=(len(names) - 0.4, -0.6))
    ax.set_yticklabels([f"behind {name}" for name in names])
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    said = "; ".join(
        f"{name} {a / 1e6:.1f} and {b / 1e6:.1f}{'' if max(a, b) <= room else ', too much'}"
        for name, a, b in zip(names, first, second)
    )
    ax.alt = f"MB on A and B if the model is cut behind a layer, room {room / 1e6:g} each: {said}."
    return ax


def workers(schedules, now, until):
    """Draw who computes and who waits, up to a moment, and how stale each gradient arrives.

    Args:
        schedules: name → list of gradients (worker, start, end, update, staleness), computed by
            worker 0, 1, … from second `start` to `end`, used in the update with this number, 1, 2,
            …, as many updates after its weights were sent as `staleness` says. An update comes when
            the last of its gradients ends.
        now: the moment, in seconds.
        until: where the time line ends, in seconds.

    Returns:
        The Figure, with a panel for each schedule. Where no gradient of any is stale, it says
        nothing of staleness.

    Raises:
        ValueError: the moment lies outside of the time line.
    """
    if not 0 <= now <= until:
        raise ValueError(f"The moment {now} s is not between 0 and {until} s.")
    figure, axes = plt.subplots(
        len(schedules), 1, figsize=(6.4, 1.6 * len(schedules) + 0.5), sharex=True, squeeze=False
    )
    said, stale = [], any(job[-1] for jobs in schedules.values() for job in jobs)
    for ax, (name, jobs) in zip(axes[:, 0], schedules.items()):
        ids = sorted({worker for worker, *_ in jobs})
        moments = {}
        for _, _, end, update, _ in jobs:
            moments[update] = max(end, moments.get(update, 0))
        busy, used, doing = 0, [], dict.fromkeys(ids, "wait")
        ax.barh(ids, now, 0.62, fc="white", ec="#888888", ls=":", lw=1)
        for worker, start, end, update, staleness in jobs:
            if start <= now < end:
                doing[worker] = "compute"
            if start >= now:
                continue
            shown = min(end, now) - start
            ax.barh(worker, shown, 0.62, left=start, fc=PAPER["blue"], ec=INK, lw=0.9)
            busy += shown
            if moments[update] <= now:
                used.append(staleness)
                look = {"color": "#b04a00", "weight": "bold"} if staleness else {"color": INK}
                if stale:
                    ax.text(end - 0.12, worker, f"{staleness}", ha="right", va="center", **look)
        done = [moment for moment in moments.values() if moment <= now]
        for moment in sorted(set(done)):
            ax.axvline(moment, color="#832db6", lw=1.4, ls="--", zorder=0)
        ax.axvline(now, color=INK, lw=2)
        ax.set(yticks=ids, ylim=(max(ids) + 0.6, -0.6), xlim=(0, until + 0.15))
        ax.set_yticklabels([f"worker {worker + 1}" for worker in ids])
        updates, gradients = _count(len(done), "update"), _count(len(used), "gradient")
        counted = f"{updates} with {gradients}, seconds waited: {len(ids) * now - busy:g}"
        ax.set_title(f"{name}: {counted}")
        who = {verb: [n + 1 for n in ids if doing[n] == verb] for verb in ("compute", "wait")}
        states = " and ".join(
            f"{'worker' if len(n) == 1 else 'workers'} {_listed(n)} "
            f"{verb}{'s' if len(n) == 1 else ''}"
            for verb, n in who.items()
            if n
        )
        late = f", the stalest gradient {_count(max(used), 'update')} old" if used and stale else ""
        ended = now >= max(moments.values())  # nobody waits for what is not planned any more
        states = "" if ended else f"; now {states}"
        said.append(f"{name[0].upper()}{name[1:]}: {counted}{late}{states}")
    axes[-1, 0].set_xlabel("seconds")
    axes[-1, 0].set_xticks(range(int(until) + 1))
    handles = [
        Patch(fc=PAPER["blue"], ec=INK, label="computes"),
        Patch(fc="white", ec="#888888", ls=":", label="waits"),
        Line2D([], [], ls="--", color="#832db6", label="update"),
        Line2D([], [], ls="", marker="$3$", ms=7, color="#b04a00", label="staleness"),
    ]
    figure.legend(handles=handles[: 4 if stale else 3], loc="outside lower center", ncols=4,
                  fontsize=9)  # fmt: skip
    axes[0, 0].alt = f"At second {now:g}. {'. '.join(said)}."
    return figure


def ring(history, step, ax=None):
    """Draw devices in a ring that pass pieces of their gradients on until each has all sums.

    Args:
        history: array (steps + 1, devices, pieces): what each device holds at first, and after each
            step.
        step: the step that has just ended, 0 for the start.
        ax: the Axes to draw on; a new figure's, if left out.

    Returns:
        The Axes.

    Raises:
        ValueError: there is no such step.
    """
    history = np.asarray(history)
    if not 0 <= step < len(history):
        raise ValueError(f"There is no step {step}; the history has steps 0 to {len(history) - 1}.")
    ax = ax or plt.subplots(figsize=(7, 4.6))[1]
    held, sums = history[step], history[0].sum(axis=0)
    n, pieces = held.shape
    came = history[step] != history[max(step - 1, 0)]
    angle = np.pi * (0.75 - 2 * np.arange(n) / n)
    places = np.stack([3.1 * np.cos(angle), -1.9 * np.sin(angle)], axis=1)
    wide, moved = 0.62, []
    for device, (x, y) in enumerate(places):
        left = x - wide * pieces / 2
        ax.text(x, y - 0.52, f"device {device + 1}", ha="center", va="center")
        for piece in range(pieces):
            done = held[device, piece] == sums[piece]
            face = PAPER["blue"] if done else PAPER["orange"] if came[device, piece] else "white"
            new = came[device, piece]
            ax.add_patch(Rectangle((left + piece * wide, y - 0.3), wide, 0.6, fc=face, ec=INK,
                                   lw=2.6 if new else 0.9, zorder=3 if new else 2))  # fmt: skip
            ax.text(left + (piece + 0.5) * wide, y, f"{held[device, piece]:g}", ha="center",
                    va="center", weight="bold" if done else "normal", zorder=4)  # fmt: skip
            ax.text(left + (piece + 0.5) * wide, y + 0.45, "abcdefgh"[piece], ha="center",
                    va="center", fontsize=8, color="#555555")  # fmt: skip
            if new:
                moved.append((device, piece))
    for device in range(n):
        start, end = places[device - 1], places[device]
        along = (end - start) / np.linalg.norm(end - start)
        cut = min(r / max(abs(a), 1e-9) for r, a in zip((0.31 * pieces + 0.25, 0.75), along))
        start, end = start + cut * along, end - cut * along
        passed = ["abcdefgh"[piece] for to, piece in moved if to == device]
        color = "#b04a00" if passed else "#bbbbbb"
        _arrow(ax, tuple(start), tuple(end), color)
        look = {"boxstyle": "circle,pad=0.25", "fc": "white", "ec": color}
        for letter in passed:
            ax.text(*(start + end) / 2, letter, ha="center", va="center", color=color,
                    weight="bold", bbox=look)  # fmt: skip
    phase = "adds what comes" if step < n else "keeps the sum that comes"
    complete = int((held == sums).sum())
    about = f"{complete} of {held.size} sums complete"
    title = f"Step {step} of {len(history) - 1}: each {phase}" if step else "At the start"
    ax.set_title(f"{title}; {about}")
    ax.set(xlim=(-4.6, 4.6), ylim=(2.5, -2.6))
    ax.axis("off")
    passes = [f"{'abcdefgh'[piece]} to device {device + 1}, which then has {held[device, piece]:g}"
              for device, piece in moved]  # fmt: skip
    start = "; ".join(f"device {d + 1} has {_vector(row)}" for d, row in enumerate(held))
    ax.alt = f"{title}: {'; '.join(passes) if step else start}. {about}."
    return ax


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
        ax.annotate(str(n), (step, rate), (0, 7), fontsize=9, textcoords="offset points",
                    ha="right" if step <= at[peak] or step == last else "left")  # fmt: skip
    middle = (at[0] + at[peak]) / 2
    ax.text(middle, 1.02 * rates[peak], "warm-up", ha="center", va="bottom", fontsize=9)
    ax.set(
        xlabel="step (a dot and its number where an epoch ends)",
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
    most = 1.6 * max(errors.max(), 1)  # text stays readable
    ax.imshow(errors, cmap="Oranges", vmin=0, vmax=most, gid="≈")
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
    about = f"{len(pictures)} pictures, and under each its most probable classes."
    axes[0, 0].alt = f"{about} {'; '.join(words)}."
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

    figure, (left, right) = plt.subplots(1, 2, figsize=(6.4, 3.6))
    bottom, end = middle + 0.5
    reach = np.hypot(bottom, end) + 0.1
    for ax, values in ((left, picture), (right, turned)):
        ax.imshow(values, cmap=INK_MAP, vmin=0, vmax=1, extent=(-end, end, bottom, -bottom))
        ax.set(xlabel="v", xticks=np.unique(new[1]), yticks=np.unique(new[0]))
        ax.set_ylabel("u", rotation=0, va="center")
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


# --------------------------------------------------------------------- tuning, on a table of losses


def loss_map(rates, sizes, losses, tried=None, way=None, joined=False, exact=True, ax=None):
    """Draw losses by learning rate and batch size as a heat map, and the settings that were tried.

    Args:
        rates, sizes: arrays (m,) and (n,), both in equal steps on a logarithmic axis.
        losses: array (m, n); its colours are logarithmic.
        tried: numbers of cells, counted row by row, in the order of the trials.
        way: who tried them: their colour, and the title.
        joined: whether they are the way of one training, so that a line joins them.
        exact: whether the settings are the same on every machine; otherwise the words say ≈.
        ax: the Axes to draw on; a new figure's, if left out.

    Returns:
        The Axes. A ring is around the lowest loss of those that were tried.
    """
    ax = ax or plt.subplots(figsize=(6.6, 3.6))[1]
    losses, (m, n) = np.asarray(losses, float), np.shape(losses)
    image = ax.imshow(losses.T, origin="lower", aspect="auto", cmap="Greys_r" if way else "viridis",
                      norm=LogNorm(losses.min(), losses.max()))  # fmt: skip
    if ax.figure.axes == [ax]:
        bar = ax.figure.colorbar(image, label="loss", format="{x:g}")
        bar.set_ticks([t for t in (0.3, 0.5, 1, 2) if losses.min() < t < losses.max()])
        bar.minorticks_off()
    at = range(0, m, 4)
    ax.set_xticks(at, [f"$10^{{{np.log10(rates[i]):.0f}}}$" for i in at])
    ax.set_yticks(range(n), [f"{size:g}" for size in sizes])
    ax.set(xlabel="learning rate", ylabel="batch size", title=way or "")
    ax.grid(False)
    best = int(losses.argmin()) if tried is None else min(tried, key=lambda c: losses.flat[c])
    setting = f"{losses.flat[best]:.2f} at {rates[best // n]:.2g} and {sizes[best % n]:g}"
    if tried is None:
        ax.alt = (
            f"Map of the loss over {m} learning rates and {n} batch sizes: from {losses.min():.2f} "
            f"to {losses.max():.2f}. The lowest is {setting}."
        )
        return ax
    color = COLOR_OF.get(way, INK)
    around = {"boxstyle": "circle,pad=0.25", "fc": color, "ec": "w"}
    ink = "k" if sum(to_rgb(color)) > 1.5 else "w"
    varies = None if exact else "≈"
    for number, cell in enumerate(tried, 1):
        ax.text(*divmod(cell, n), number, ha="center", va="center", fontsize=8, color=ink,
                bbox=around, zorder=4, gid=varies)  # fmt: skip
    if joined:
        ax.plot(*np.transpose([divmod(cell, n) for cell in tried]), color=color, lw=1.5, gid=varies)
        sign = "" if exact else "≈"
        first, last = (
            f"{sign}{rates[cell // n]:.5f} and {sign}{sizes[cell % n]}"
            for cell in (tried[0], tried[-1])
        )
        ax.alt = (
            f"{way[0].upper()}{way[1:]} on its way over the map of the loss, {len(tried)} "
            f"settings of one training: from {first} to {last}."
        )
        return ax
    ax.plot(*divmod(best, n), "o", ms=24, mfc="none", mec="#e76300", mew=2.5, gid=varies)
    trials = "trial" if len(tried) == 1 else "trials"
    if not exact:
        setting = f"≈{losses.flat[best]:.2f} at ≈{rates[best // n]:.5f} and ≈{sizes[best % n]:g}"
    ax.alt = (
        f"{way[0].upper()}{way[1:]}, {len(tried)} {trials} on the map of the loss. The lowest that "
        f"was tried is {setting}."
    )
    return ax


def projected(points, matters, names):
    """Draw points of the unit square, and what is seen of them along the axis that matters.

    Args:
        points: way → array (k, 2).
        matters: function of an array, the loss along the first axis; the second does not matter.
        names: what the two axes are called.

    Returns:
        The Figure, a column for each way: the curve with the losses that were seen on it above,
        the points below.
    """
    figure, axes = plt.subplots(2, len(points), figsize=(7.4, 4.2), sharex=True, sharey="row",
                                height_ratios=(1, 1.6), squeeze=False)  # fmt: skip
    x, words = np.linspace(0, 1, 201), []
    for (upper, lower), (way, at) in zip(axes.T, points.items()):
        at, color = np.asarray(at, float), COLOR_OF.get(way, "C0")
        upper.plot(x, matters(x), color=INK, lw=1.2)
        for u, v in at:
            lower.plot([u, u], [v, 1.06], ":", color=color, lw=1, clip_on=False)
        upper.plot(at[:, 0], matters(at[:, 0]), "o", color=color, ms=6, clip_on=False)
        lower.plot(*at.T, "o", color=color, ms=6)
        lower.set(xlabel=names[0], xlim=(0, 1), ylim=(0, 1), xticks=[0, 1], yticks=[0, 1])
        different = len(set(at[:, 0].round(9)))
        upper.set(title=f"{way}: {different} different values")
        words.append(
            f"{way}, {different} different ones, lowest loss {matters(at[:, 0]).min():.3f}"
        )
    axes[0, 0].set_ylabel("loss")
    axes[1, 0].set_ylabel(names[1])
    axes[0, 0].alt = f"Searches with {len(at)} points, seen along {names[0]}: {'; '.join(words)}."
    return figure


def replayed(budgets, means, ends, floor):
    """Draw how far from the best each way of tuning ends, by its budget, a panel for each judge.

    Args:
        budgets: n numbers of trials, each twice the last.
        means: judge → way → array (n,), the mean regret in what the judge measures.
        ends: judge → way → array (2, n), the lower and the upper ends of its interval.
        floor: judge → what trying everything gives, a horizontal line.

    Returns:
        The Figure.
    """
    figure, axes = plt.subplots(1, len(means), figsize=(1 + 4.2 * len(means), 3.6), squeeze=False)
    for ax, (judge, of_ways) in zip(axes[0], means.items()):
        ax.axhline(floor[judge], ls=":", color=INK, lw=1.5, label="all trials")
        words = []
        for k, (way, mean) in enumerate(of_ways.items()):
            x = np.asarray(budgets, float) * 2 ** (0.09 * (k - (len(of_ways) - 1) / 2))
            ax.errorbar(x, mean, np.abs(ends[judge][way] - mean), color=COLOR_OF.get(way, f"C{k}"),
                        marker=MARKERS[k % 6], ms=6, lw=1.2, elinewidth=2, label=way)  # fmt: skip
            words.append(f"{way} ≈{mean[-1]:.3f}")
        ax.set(xscale="log", yscale="log", xlabel="trials", ylabel=f"regret, test {judge}")
        ax.set_xticks(budgets, budgets)
        ax.minorticks_off()
        low, high = ax.get_ylim()
        ticks = [t * 10.0**k for k in range(-4, 3) for t in (1, 1.5, 2, 3, 5, 7)]
        ticks = [t for t in ticks if low < t < high]
        ax.set_yticks(ticks, [f"{t:g}" for t in ticks])
        ax.alt = (
            f"Mean regret in test {judge} after {', '.join(map(str, budgets))} trials, with "
            f"intervals; after {budgets[-1]}: {', '.join(words)}; after all ≈{floor[judge]:.3f}."
        )
    axes[0, -1].legend(loc="upper left", bbox_to_anchor=(1, 1))
    return figure


def halving(losses, ends, ax=None):
    """Draw the losses of many trials, epoch by epoch, each up to where it was stopped.

    Args:
        losses: array (trials, epochs), the loss after each epoch.
        ends: array (trials,), after how many epochs each was stopped.
        ax: the Axes to draw on; a new figure's, if left out.

    Returns:
        The Axes. What a stopped trial would have done is a thin line; the best in the end is drawn
        thick and dark.
    """
    ax = ax or plt.subplots(figsize=(6.6, 3.8))[1]
    losses, ends = np.asarray(losses, float), np.asarray(ends, int)
    epochs = np.arange(1, losses.shape[1] + 1)
    kept = np.flatnonzero(ends == ends.max())
    winner = kept[losses[kept, -1].argmin()]
    for n, (curve, end) in enumerate(zip(losses, ends)):
        color = INK if n == winner else COLOR_OF["random"]
        ax.plot(epochs, curve, ":", color=INK, lw=0.5, alpha=0.5)
        ax.plot(epochs[:end], curve[:end], color=color, lw=2.6 if n == winner else 1.4,
                zorder=4 if n == winner else 3)  # fmt: skip
        ax.plot(end, curve[end - 1], "o", color=color, ms=5, zorder=4)
    ax.set(xlabel="epoch", ylabel="validation loss", yscale="log", xticks=epochs)
    ticks = [t for t in (0.3, 0.5, 1, 2) if losses.min() < t < losses.max()]
    ax.set_yticks(ticks, [f"{t:g}" for t in ticks])
    ax.minorticks_off()
    stops = [f"{np.sum(ends == end)} after epoch {end}" for end in np.unique(ends)[:-1]]
    ax.alt = (
        f"Losses of {len(losses)} trials over the epochs: {', '.join(stops)} are stopped, "
        f"{len(kept)} run to the end. {int(ends.sum())} epochs are spent of {losses.size}; the "
        f"lowest loss in the end is ≈{losses[winner, -1]:.3f}."
    )
    return ax


# ---------------------------------------------------------------------------- features that travel

CLASS_MARKS = "osv^DP"


def channels_through(blocks, ax=None):
    """Draw how many feature maps stand behind each convolution of some blocks, as bars.

    Args:
        blocks: name → list of (what, channels): first ("input", channels), then each convolution
            and how many maps it gives. The last has as many as the input, because both are added.
        ax: the Axes to draw on; a new figure's, if left out.

    Returns:
        The Axes. Bars are as long as their numbers of maps, on one scale.

    Raises:
        ValueError: there is no block, or one's first and last numbers of maps differ.
    """
    if not blocks:
        raise ValueError("channels_through got no block.")
    for name, parts in blocks.items():
        if parts[0][1] != parts[-1][1]:
            raise ValueError(
                f"{name!r} goes from {parts[0][1]} to {parts[-1][1]} maps: nothing can be added."
            )
    most = max(channels for parts in blocks.values() for _, channels in parts)
    rows = max(map(len, blocks.values()))
    ax = ax or plt.subplots(figsize=(4.3 * len(blocks), 0.62 * rows + 0.6))[1]
    said = []
    for i, (name, parts) in enumerate(blocks.items()):
        middle = 1.75 * i
        for row, (what, channels) in enumerate(parts):
            width = channels / most
            box = Rectangle((middle - width / 2, row - 0.13), width, 0.26, ec=INK)
            box.set_facecolor(PAPER["blue" if row in (0, len(parts) - 1) else "orange"])
            ax.add_patch(box)
            ax.text(middle, row, str(channels), ha="center", va="center_baseline", fontsize=9)
            if row:
                ax.text(middle + 0.05, row - 0.5, what, va="center", fontsize=9)
                _arrow(ax, (middle, row - 0.83), (middle, row - 0.17), INK)
        widest = max(channels for _, channels in parts) / most
        end, side, half = len(parts) - 1, middle - widest / 2 - 0.12, parts[0][1] / most / 2
        ax.plot([middle - half, side, side], [0, 0, end], color=INK, lw=1.2)
        _arrow(ax, (side, end), (middle - half, end), INK)
        ax.text(side - 0.04, end / 2, "shortcut", rotation=90, ha="right", va="center", fontsize=9)
        ax.text(middle, -0.5, name, ha="center", weight="bold")
        chain = ", ".join(f"{what} to {channels}" for what, channels in parts[1:])
        said.append(f"{name}: {parts[0][1]} maps, {chain}, and the shortcut adds the input")
    ax.set(xlim=(-0.85, 1.75 * (len(blocks) - 1) + 0.75), ylim=(rows - 0.7, -0.75))
    ax.axis("off")
    ax.alt = f"Feature maps behind each convolution of {_count(len(blocks), 'block')}. "
    ax.alt += "; ".join(said) + "."
    return ax


def feature_plane(points, labels, classes, where, accuracy=None, ax=None):
    """Draw pictures as points in a plane, each class with a colour and a mark of its own.

    Args:
        points: array (pictures, 2).
        labels: array (pictures,) of whole numbers, the class of each picture.
        classes: the names of the classes, at most six.
        where: what the points were made of, such as "pixels" or "features behind block 4".
        accuracy: what a classifier reads with all of these features, for title and words.
        ax: the Axes to draw on; a new figure's, if left out.

    Returns:
        The Axes. Its words say how many pictures lie nearest to one of their own class, after ≈.

    Raises:
        ValueError: the points are no plane, labels do not go with them, or classes are too many.
    """
    points, labels = np.asarray(points, float), np.asarray(labels)
    if points.ndim != 2 or points.shape[1] != 2 or len(points) < 2:
        raise ValueError(f"feature_plane got points of shape {points.shape}, not (pictures, 2).")
    if labels.shape != points.shape[:1]:
        raise ValueError(f"There are {len(points)} points, but labels of shape {labels.shape}.")
    if len(classes) > len(CLASS_MARKS) or labels.max() >= len(classes):
        raise ValueError(f"feature_plane has marks for six classes and names for {len(classes)}.")
    apart = np.linalg.norm(points[:, None] - points, axis=-1)
    np.fill_diagonal(apart, np.inf)
    near = np.mean(labels[apart.argmin(axis=1)] == labels)
    ax = ax or plt.subplots(figsize=(6.2, 3.7))[1]
    span = np.abs(points - points.mean(axis=0)).max()
    for c, name in enumerate(classes):
        inside = (points[labels == c] - points.mean(axis=0)) / span
        ax.scatter(*inside.T, s=26, marker=CLASS_MARKS[c], label=name, gid="≈", alpha=0.85, lw=0)
    ax.set(xlim=(-1.08, 1.08), ylim=(-1.08, 1.08), xticks=(), yticks=(), aspect="equal")
    ax.set(xlabel="first direction", ylabel="second direction")
    reads = "" if accuracy is None else f": a linear classifier reads ≈{accuracy:.2f} of them"
    ax.set_title(where + ("" if accuracy is None else f": accuracy ≈{accuracy:.2f}"))
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize=9)
    ax.alt = (
        f"{len(points)} pictures of {len(classes)} classes in a plane, by their {where}{reads}; "
        f"in the plane ≈{near:.2f} lie nearest to one of their own class."
    )
    return ax


# --------------------------------------------------------------------------- a CNN for MNIST

CANVAS = 56  # squares on a side of the canvas that a reader draws on


def staircase(names, runs, live=None, ax=None):
    """Draw how many errors each step of a staircase leaves: the range over seeds, and one run.

    Args:
        names: n texts, from the top of the staircase down.
        runs: array (n, seeds) of errors; a bar goes from the fewest to the most, a line marks the
            median.
        live: n numbers, the errors of one more run, drawn as circles; none, if left out.
        ax: the Axes to draw on; a new figure's, if left out.

    Returns:
        The Axes. In its words the numbers of `runs` are exact, those of `live` stand behind ≈.

    Raises:
        ValueError: `runs` or `live` have another number of steps than `names`.
    """
    runs = np.asarray(runs)
    steps = {len(names), len(runs), len(runs if live is None else live)}
    if runs.ndim != 2 or len(steps) > 1:
        raise ValueError(f"staircase got {len(names)} names, but runs of shape {runs.shape}.")
    ax = ax or plt.subplots(figsize=(7.4, 0.42 * len(names) + 1))[1]
    low, middle, high = runs.min(axis=1), np.median(runs, axis=1), runs.max(axis=1)
    rows = np.arange(len(names))
    ax.barh(rows, high - low, left=low, height=0.55, color=PAPER["blue"], label="range over seeds")
    ax.plot(middle, rows, "|", ms=13, mew=2.5, color=INK, label="median")
    said = ""
    if live is not None:
        ax.plot(live, rows, "o", color="#bd1f01", mfc="none", mew=1.8, label="this run", gid="≈")
        said = " This run: " + ", ".join(f"≈{errors:.0f}" for errors in live) + "."
    ax.set(xlabel="misread digits", xlim=(0, 1.05 * high.max()))
    ax.set_yticks(rows, names)
    ax.invert_yaxis()
    ax.legend(loc="lower right")
    each = "; ".join(f"{name} {m:g} ({a:g} to {b:g})" for name, a, m, b in
                     zip(names, low, middle, high))  # fmt: skip
    ax.alt = (
        f"Misread digits step by step, the median of {runs.shape[1]} seeds and their range: {each}."
        f"{said}"
    )
    return ax


def rate_and_losses(at, rates, training, validation, now, limits=None):
    """Draw one frame of a training: the schedule with a dot, and the losses of the epochs so far.

    Args:
        at, rates: arrays (n,), the share of the training that is over, and the learning rate.
        training, validation: arrays (epochs,), the losses after each epoch.
        now: how many epochs are over, from 0.
        limits: the lowest and the highest loss on the axis; those of the curves, if left out.

    Returns:
        The Figure, whose words stand on its first Axes.

    Raises:
        ValueError: the curves differ in length, or `now` is no epoch of them.
    """
    if len(training) != len(validation) or not 0 <= now <= len(training) or len(at) != len(rates):
        raise ValueError(
            f"rate_and_losses got {len(at)} places, {len(rates)} rates, {len(training)} and "
            f"{len(validation)} losses, and epoch {now}."
        )
    epochs = len(training)
    figure, (left, right) = plt.subplots(1, 2, figsize=(7.4, 2.7))
    rate = float(np.interp(now / epochs, at, rates))
    left.plot(np.asarray(at) * epochs, rates, color="#717581")
    left.plot(now, rate, "o", ms=9, color="#bd1f01", clip_on=False)
    left.set(xlabel="epoch", ylabel="learning rate", xlim=(0, epochs), ylim=(0, None))
    x = np.arange(1, now + 1)
    right.plot(x, training[:now], "-o", ms=5, color="#3f90da", label="training", gid="≈")
    right.plot(x, validation[:now], "--s", ms=5, color="#bd1f01", label="validation", gid="≈")
    limits = limits or (0, 1.05 * max(np.max(training), np.max(validation)))
    right.set(xlabel="epoch", ylabel="loss", xlim=(0.5, epochs + 0.5), ylim=limits, xticks=x)
    right.set_xticks(range(1, epochs + 1))
    right.legend(loc="upper right")
    said = f"after epoch {now} of {epochs} the learning rate is {rate:.4f}"
    losses = (
        f", the training loss ≈{training[now - 1]:.3f}, the validation loss "
        f"≈{validation[now - 1]:.3f}"
        if now
        else f", and no loss is known; there will be {epochs} epochs"
    )
    left.alt = f"Left the schedule, right the losses: {said}{losses}."
    return figure


def canvas():
    """Display a canvas to draw a digit on; what was drawn comes back as a text or as a picture.

    A plain HTML canvas with a few lines of script that ask nothing of anybody: it works in
    JupyterLab, in Colab and in the book. Under it stands the drawing as a text, to copy into
    `from_canvas`; "Save" gives it as digit.png.

    Outside Jupyter and IPython the words alone are printed.
    """
    words = "A canvas to draw a digit on, its text to copy, and a button that saves digit.png."
    if "IPython" not in sys.modules or sys.modules["IPython"].get_ipython() is None:
        print(words)
        return
    from IPython.display import display

    page = CANVAS_PAGE.replace("SIDE", str(CANVAS))
    display({"text/html": page, "text/plain": words}, raw=True)


def from_canvas(text):
    """The drawing that the text of `canvas` holds.

    Returns:
        A uint8 array (56, 56): 255 for paper, 0 for ink.

    Raises:
        ValueError: the text was not copied as a whole.
    """
    text = "".join(str(text).split())
    try:
        bits = np.unpackbits(np.frombuffer(bytes.fromhex(text), np.uint8))
    except ValueError:
        bits = np.zeros(0, np.uint8)
    if bits.size != CANVAS**2:
        raise ValueError(
            f"This is no drawing: the canvas gives {CANVAS**2 // 4} of the characters 0 to 9 and "
            f"a to f, here are {len(text)}. Copy its whole text."
        )
    return 255 * (1 - bits.reshape(CANVAS, CANVAS))


CANVAS_PAGE = """<div data-draw="digit" style="max-width: 30em">
<canvas width="280" height="280" role="img" aria-label="Paper to draw a digit on,
with a mouse, a pen or a finger" style="border: 1px solid #717581; background: #ffffff;
touch-action: none; cursor: crosshair"></canvas>
<div style="display: flex; flex-wrap: wrap; gap: 0.5em; margin: 0.3em 0"></div>
<textarea readonly rows="2" aria-label="the drawing as a text" style="width: 100%; box-sizing:
border-box; font-family: monospace"></textarea></div>
<script>
document.querySelectorAll('[data-draw="digit"]:not([data-ready])').forEach(place => {
  place.dataset.ready = "yes";
  const paper = place.querySelector("canvas"), text = place.querySelector("textarea");
  const pen = paper.getContext("2d"), side = SIDE, ink = new Uint8Array(side * side);
  let last = null;
  function show() {
    const size = paper.width / side;
    pen.fillStyle = "#ffffff";
    pen.fillRect(0, 0, paper.width, paper.height);
    pen.fillStyle = "#000000";
    ink.forEach((dark, i) => {
      if (dark) pen.fillRect((i % side) * size, Math.floor(i / side) * size, size, size);
    });
  }
  function tell() {
    let hex = "";
    for (let i = 0; i < ink.length; i += 4)
      hex += (8 * ink[i] + 4 * ink[i + 1] + 2 * ink[i + 2] + ink[i + 3]).toString(16);
    text.value = ink.includes(1) ? hex : "";
  }
  function dot(x, y) {
    for (let v = Math.floor(y - 2); v <= y + 2; v++)
      for (let u = Math.floor(x - 2); u <= x + 2; u++)
        if (u >= 0 && v >= 0 && u < side && v < side && Math.hypot(u + 0.5 - x, v + 0.5 - y) < 2)
          ink[v * side + u] = 1;
  }
  function stroke(event) {
    const frame = paper.getBoundingClientRect();
    const x = (event.clientX - frame.left) / frame.width * side;
    const y = (event.clientY - frame.top) / frame.height * side;
    const [a, b] = last || [x, y], steps = Math.ceil(Math.hypot(x - a, y - b)) + 1;
    for (let n = 0; n <= steps; n++) dot(a + (x - a) * n / steps, b + (y - b) * n / steps);
    last = [x, y];
    show();
  }
  paper.addEventListener("pointerdown", event => {
    paper.setPointerCapture(event.pointerId);
    stroke(event);
  });
  paper.addEventListener("pointermove", event => { if (last) stroke(event); });
  ["pointerup", "pointercancel"].forEach(end =>
    paper.addEventListener(end, () => { last = null; tell(); }));
  function button(words, action) {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = words;
    made.addEventListener("click", action);
    place.querySelector("div").append(made);
  }
  button("Clear", () => { ink.fill(0); show(); tell(); });
  button("Copy", () => { text.select(); document.execCommand("copy"); });
  button("Save digit.png", () => {
    const link = document.createElement("a");
    link.href = paper.toDataURL("image/png");
    link.download = "digit.png";
    link.click();
  });
  show();
});
</script>"""


# -------------------------------------------------------------------------------- data augmentation


def mixed_pictures(first, second, names, mixed):
    """Draw two pictures and mixtures of them, each above a bar that shows its label.

    Args:
        first, second: arrays (height, width), values from 0 (paper) to 1 (ink).
        names: what the two show; their labels.
        mixed: title → (array (height, width), the share of the first picture in the label).

    Returns:
        The Figure.

    Raises:
        ValueError: the pictures differ in shape, or a share is not between 0 and 1.
    """
    panels = {names[0]: (first, 1.0), names[1]: (second, 0.0), **mixed}
    shapes = {np.shape(picture) for picture, _ in panels.values()}
    if len(shapes) > 1 or len(*shapes) != 2:
        raise ValueError(f"mixed_pictures got pictures of shapes {sorted(shapes)}.")
    for title, (_, share) in panels.items():
        if not 0 <= share <= 1:
            raise ValueError(f"mixed_pictures: {title!r} has the share {share:g}, not in 0 to 1.")
    figure, axes = plt.subplots(
        2, len(panels), figsize=(1.6 * len(panels), 2.5), height_ratios=(6, 1)
    )
    said = []
    for (above, below), (title, (picture, share)) in zip(axes.T, panels.items()):
        above.imshow(picture, cmap="gray_r", vmin=0, vmax=1)
        above.set_title(title, fontsize=10)
        above.set(xticks=[], yticks=[])
        above.spines[:].set_visible(True)
        below.barh(0, share, color=INK_MAP(1.0))
        below.barh(0, 1 - share, left=share, color=MARK)
        for name, part, middle in (
            (names[0], share, share / 2),
            (names[1], 1 - share, (1 + share) / 2),
        ):
            if part > 0.2:
                text = f"{name}: {part:.2f}" if part > 0.4 else f"{part:.2f}"
                below.text(middle, 0, text, ha="center", va="center", fontsize=8, color=INK)
        below.set(xlim=(0, 1))
        below.axis("off")
        if title in mixed:
            ink = np.asarray(picture, float).sum()
            said.append(
                f"{title}: ink {ink:.1f}, label {share:.2f} {names[0]} and {1 - share:.2f} "
                f"{names[1]}"
            )
    axes[0, 0].alt = f"{names[0]}, {names[1]}, and both mixed. {'; '.join(said)}."
    return figure


# ---------------------------------------------------------------------------- what cannot be drawn


def _says_what_it_got(draw):
    """`draw`, which says in one sentence what it was given, where it stops on the way."""

    @functools.wraps(draw)
    def drawing(*arguments, **options):
        open_before = plt.get_fignums()
        try:
            return draw(*arguments, **options)
        except Exception as error:
            for number in set(plt.get_fignums()) - set(open_before):
                plt.close(number)
            if _raised_here(error):
                raise
            try:
                given = inspect.signature(draw).bind(*arguments, **options).arguments
            except TypeError:  # an argument too many or too few: Python's sentence names it
                raise error from None
            said = ", ".join(f"{name} = {_found(value)}" for name, value in given.items())
            raise ValueError(
                f"drawings.{draw.__name__} cannot draw {said} ({type(error).__name__}: "
                f"{' '.join(str(error).split())[:120]}); help(drawings.{draw.__name__}) says what "
                "each has to be."
            ) from error

    return drawing


def _raised_here(error):
    """Whether a `raise` of this file made the error, so that its sentence stands in this file."""
    last = error.__traceback__
    while last.tb_next:
        last = last.tb_next
    code = last.tb_frame.f_code
    made_by = code.co_code[last.tb_lasti]
    here = _raised_here.__code__.co_filename
    return code.co_filename == here and made_by == dis.opmap["RAISE_VARARGS"]


def _found(value):
    if isinstance(value, np.ndarray):
        return f"an array {value.shape} of {value.dtype}"
    text = " ".join(repr(value).split())
    return text if len(text) <= 40 else f"{type(value).__name__} {text[:36]} …"


for _name, _function in [*globals().items()]:
    if inspect.isfunction(_function) and _function.__module__ == __name__ and _name[0] != "_":
        globals()[_name] = _says_what_it_got(_function)
