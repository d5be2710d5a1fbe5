"""Pictures of mechanisms: what a lesson draws beside what it computes.

A function takes what the lesson computed and `ax=None`, draws, writes the picture's words on the
Axes (`ax.alt`, computed from the data) and returns the Axes; where a drawing has several panels, it
returns the Figure, whose words stand on its first Axes. It never shows or closes a figure. Frames
of one size for `plotting.steps` come from one function, called once for each step.
"""

import matplotlib.pyplot as plt
import numpy as np

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
    steps = "1 step" if step == 1 else f"{step} steps"
    words = f"After {steps} {name} is {here:.3f}, the loss {height:.3f}, the slope {tilt:.2f}"
    if step + 1 < len(path):
        there = float(path[step + 1])
        ax.annotate("", (there, height), (here, height), arrowprops={"arrowstyle": "-|>"})
        words += f"; the next step goes to {name} = {there:.3f}"
    ax.set(xlabel=f"weight {name}", ylabel="loss L", ylim=(-0.08 * top, 1.05 * top))
    ax.legend(loc="upper center")
    ax.alt = f"{words}."
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
    "E": (INK, "-", "o"),
    "100 E": ("#e76300", "--", "s"),
    "sgd": ("#3f90da", "-", "o"),
    "momentum": ("#832db6", "-", "s"),
    "rmsprop": ("#a96b59", "-", "^"),
    "adam": ("#bd1f01", "-", "D"),
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
    """Draw the paths of optimizers on the error E = w H w / 2, two panels in a row.

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
    error = sum(hessian[i][j] * mesh[i] * mesh[j] / 2 for i in (0, 1) for j in (0, 1))
    rows = -(-len(paths) // 2)
    figure, panels = plt.subplots(rows, 2, figsize=(7, 0.6 + 1.5 * rows), sharex=True, sharey=True,
                                  squeeze=False)  # fmt: skip
    looks, words = _looks_by_name(paths), []
    for ax, (name, path) in zip(panels.flat, paths.items()):
        path = np.asarray(path, float)
        if path.ndim != 2 or path.shape[1] != 2 or not np.array_equal(path[0], start):
            raise ValueError(f"The path of {name!r} is no array (steps + 1, 2) from {start}.")
        ax.contourf(*mesh, error, [-1, 5, 20, 50, 100, 1e9], colors=RAVINE, antialiased=False)
        gone = np.flatnonzero(np.abs(path).max(axis=1) > 9 * wide)
        drawn = path[: gone[0] if len(gone) else None]
        ax.plot(*drawn.T, ms=2.2, lw=0.8, antialiased=False, **looks[name])
        ax.plot(0, 0, "+", color=INK, ms=9)
        first, last = (w @ hessian @ w / 2 for w in path[[0, -1]])
        said = f"{'flies off to ' if last > first else ''}E = {_spoken(last, True)}"
        ax.set_title(f"{name}: {said}", fontsize=10)
        crossings = np.sum((path[1:, 1] * path[:-1, 1] < 0) & (np.abs(path[1:, 1]) > 1e-3))
        times = "once" if crossings == 1 else f"{crossings} times"
        words.append(f"{name} crosses the w1 axis {times}, {said}")
    for ax in panels.flat[len(paths) :]:
        ax.remove()
    panels[0, 0].set(xlim=across, ylim=(-high, high))
    figure.supxlabel("$w_1$")
    figure.supylabel("$w_2$")
    figure.suptitle(title, x=0.02, ha="left", fontsize=12)
    about = title or "Paths into a ravine along the w1 axis"
    panels[0, 0].alt = f"{about}, {len(path) - 1} steps: {'; '.join(words)}."
    return figure


RAVINE = ("#ffffff", "#f4f4f4", "#e9e9e9", "#dedede", "#d3d3d3")  # from the floor up


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

# ------------------------------------------------------------------------------------------- seeing

# ------------------------------------------------------------------------------------------- tuning

# ------------------------------------------------------------------------------------ many machines
