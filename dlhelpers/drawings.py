"""Pictures of mechanisms: what a lesson draws beside what it computes.

A function takes what the lesson computed and `ax=None`, draws, writes the picture's words on the
Axes (`ax.alt`, computed from the data) and returns the Axes; where a drawing has several panels, it
returns the Figure, whose words stand on its first Axes. It never shows or closes a figure. Frames
of one size for `plotting.steps` come from one function, called once for each step.
"""

import matplotlib.pyplot as plt  # noqa: F401
import numpy as np  # noqa: F401

INK = "#333333"
PAPER = {"blue": "#a8d0f5", "orange": "#ffe0a3", "red": "#f3b8ad", "gray": "#dcdcdc"}  # pale

# ------------------------------------------------------------------------ activations and gradients

# ------------------------------------------------------------------------------- training a network

# ---------------------------------------------------------------------------- dropout and shortcuts

# ------------------------------------------------------------------------------------------- seeing

# ------------------------------------------------------------------------------------------- tuning

# ------------------------------------------------------------------------------------ many machines
