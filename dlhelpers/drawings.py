"""Pictures of mechanisms: what a lesson draws beside what it computes.

A function takes what the lesson computed and `ax=None`, draws, writes the picture's words on the
Axes (`ax.alt`, computed from the data) and returns the Axes; where a drawing has several panels, it
returns the Figure, whose words stand on its first Axes. It never shows or closes a figure. Frames
of one size for `plotting.steps` come from one function, called once for each step.
"""

import itertools

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch, Patch, Rectangle

INK = "#333333"
PAPER = {"blue": "#a8d0f5", "orange": "#ffe0a3", "red": "#f3b8ad", "gray": "#dcdcdc"}  # pale

# ------------------------------------------------------------------------ activations and gradients

# ------------------------------------------------------------------------------- training a network

# ---------------------------------------------------------------------------- dropout and shortcuts

# One colour for one thing, wherever it is drawn in a notebook.
COLOR_OF = {
    "p = 0": "#bd1f01", "p = 0.5": "#3f90da", "p = 0.8": "#717581",
    "plain, 4 layers": "#3f90da", "plain, 50 layers": "#ffa90e", "residual, 50 layers": "#bd1f01",
    "plain, gain 1": "#832db6", "plain, gain 2 (He)": "#ffa90e", "residual": "#bd1f01",
    "gain 2": "#717581", "gain 2 / 24": "#bd1f01",
    "by hand": "#717581", "grid": "#3f90da", "random": "#ffa90e",
    "Gaussian process": "#832db6", "best ball": "#bd1f01",
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
    which = f" Off are, of the {'; '.join(off)}. The others count × {factor}." if off else ""
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
        KeyError: a history has no `val_loss`.
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
                va="top")  # fmt: skip
    if stop:
        ax.axvline(stop, ls="--", lw=1.4, color="#832db6", label="stop")
    ax.set(xlabel="epoch", ylabel="validation loss", xticks=epochs, xlim=(0.5, len(losses) + 0.5))
    ax.set(ylim=(low - 0.4 * room, high + 0.25 * room), yticks=[])
    ax.legend(loc="upper right")
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
            style = "round,pad=0,rounding_size=0.1" if label in "xFH" else "circle,pad=0.12"
            face = PAPER["gray"] if label in "xH" else PAPER["blue"] if label == "F" else "white"
            if label == "+":
                ax.add_patch(Circle((left, y), 0.28, fc=face, ec=INK))
            else:
                half = 0.75 if label == "F" else 0.4
                box = (left - half, y - 0.35), 2 * half, 0.7
                ax.add_patch(FancyBboxPatch(*box, boxstyle=style, fc=face, ec=INK))
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
        ends = f"from {base} to the ≈{first:.1f} to {base} to the ≈{last:.1f}"
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


def mean_regrets(regrets):
    """Draw the mean regret of each way of tuning over the trials, a panel for each function.

    Args:
        regrets: (function's name, way) → array (runs, trials).

    Returns:
        The Figure.
    """
    functions = list(dict.fromkeys(function for function, _ in regrets))
    figure, axes = plt.subplots(1, len(functions), figsize=(9, 3.4), sharey=True, squeeze=False)
    for ax, function in zip(axes[0], functions):
        words = []
        for n, (way, runs) in enumerate((w, r) for (f, w), r in regrets.items() if f == function):
            mean = np.mean(runs, axis=0)
            style = ("-", "--", "-.", ":")[n % 4]
            ax.semilogy(np.arange(1, len(mean) + 1), mean, style, marker=MARKERS[n % 6], ms=4,
                        markevery=4, color=COLOR_OF.get(way, f"C{n}"), label=way)  # fmt: skip
            words.append(f"{way} ≈{mean[-1]:.3f}")
        ax.set(title=function, xlabel="trials")
        ax.alt = f"Mean regret on {function} after {len(mean)} trials: {', '.join(words)}."
    axes[0, 0].set_ylabel("mean regret")
    axes[0, 0].legend()
    return figure


def settings_tried(results, x, y, path=(), ax=None):
    """Draw the settings that each way of tuning has tried, on logarithmic axes.

    Args:
        results: way → list of trials, each with a dictionary `settings`.
        x, y: the names of two settings.
        path: settings to be joined by a line, in order, such as the winners of best ball.
        ax: the Axes to draw on; a new figure's, if left out.

    Returns:
        The Axes.
    """
    ax = ax or plt.subplots(figsize=(6.4, 3.8))[1]
    words = []
    for n, ((way, trials), marker) in enumerate(zip(results.items(), itertools.cycle("s+xovD"))):
        points = [[trial.settings[name] for trial in trials] for name in (x, y)]
        ax.plot(*points, marker, mfc="none", ms=7, color=COLOR_OF.get(way, f"C{n}"), label=way)
        words.append(f"{way} ≈{len(trials)}")
    if len(path):
        ax.plot(*[[settings[name] for settings in path] for name in (x, y)],
                color=COLOR_OF["best ball"], lw=1.2, label="winners")  # fmt: skip
    ax.set(xlabel=x.replace("_", " "), ylabel=y.replace("_", " "), xscale="log")
    ax.set_yscale("log", base=2)
    ax.yaxis.set_major_formatter("{x:g}")
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    names = f"{x.replace('_', ' ')} and {y.replace('_', ' ')}"
    ax.alt = f"The settings tried, by {names}: {', '.join(words)} of them."
    ax.alt += " A line joins the winners of best ball." if len(path) else ""
    return ax


# ------------------------------------------------------------------------------------ many machines


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
        The Figure, with a panel for each schedule.

    Raises:
        ValueError: the moment lies outside of the time line.
    """
    if not 0 <= now <= until:
        raise ValueError(f"The moment {now} s is not between 0 and {until} s.")
    figure, axes = plt.subplots(
        len(schedules), 1, figsize=(6.4, 1.6 * len(schedules) + 0.5), sharex=True, squeeze=False
    )
    said = []
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
        late = f", the stalest gradient {_count(max(used), 'update')} old" if used else ""
        said.append(f"{name[0].upper()}{name[1:]}: {counted}{late}; now {states}")
    axes[-1, 0].set_xlabel("seconds")
    axes[-1, 0].set_xticks(range(int(until) + 1))
    handles = [
        Patch(fc=PAPER["blue"], ec=INK, label="computes"),
        Patch(fc="white", ec="#888888", ls=":", label="waits"),
        Line2D([], [], ls="--", color="#832db6", label="update"),
        Line2D([], [], ls="", marker="$3$", ms=7, color="#b04a00", label="staleness"),
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=4, fontsize=9)
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
