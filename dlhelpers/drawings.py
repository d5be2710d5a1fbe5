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

# ------------------------------------------------------------------------------- training a network

# ---------------------------------------------------------------------------- dropout and shortcuts

# ------------------------------------------------------------------------------------------- seeing

# ------------------------------------------------------------------------------------------- tuning

# ------------------------------------------------------------------------------------ many machines
