"""The comparison bites: faults planted in copies of a notebook are caught, a sound copy passes.

`PYTHONPATH=tools .venv/bin/python tests/test_planted_faults.py` prints how many of each kind were
planted and caught.
"""

import base64
import contextlib
import copy
import functools
import html
import io
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
from unittest import mock

import IPython.display
import matplotlib.pyplot as plt
import nbformat
import notebook_rules as rules
import pytest
import stored_pictures as stored
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from PIL import Image, ImageChops
from PIL.PngImagePlugin import PngInfo

ROOT = pathlib.Path(__file__).resolve().parent.parent
ORIGINAL = nbformat.read(ROOT / "notebooks" / "09_convolution_by_hand.ipynb", as_version=4)

# In place of its first player the notebook gets still pictures; players are planted below.
STEPS = """figure, panels = plt.subplots(3, 3, figsize=(10.6, 6.6))
[plotting.convolution_step(image, kernel, step, ax=ax) for step, ax in enumerate(panels.flat)]
plotting.show(figure, "Nine panels, the kernel on rows 1 to 3 and further down.")"""


def pictured(notebook):
    """The code cells that store a picture."""
    return [cell for cell in rules.code_cells(notebook) if stored.pictures(cell.outputs)]


def picture_of(cell):
    return stored.pictures(cell.outputs)[0]


def run_here(source, names):
    """The displays of a cell that is run in this process, as a refresh would store them."""
    plt.switch_backend("agg")
    given = []

    def display(data, metadata=None, raw=True):
        given.append(new_output("display_data", data=data, metadata=metadata))

    with contextlib.ExitStack() as here:
        here.enter_context(mock.patch.object(IPython, "get_ipython", lambda: True))
        here.enter_context(mock.patch.object(IPython.display, "display", display))
        here.enter_context(contextlib.redirect_stdout(io.StringIO()))
        exec(source, names)
    return given


@functools.cache
def sound():
    """Notebook 09, its first picture drawn anew, and the names that the cells up to it leave."""
    notebook, names = copy.deepcopy(ORIGINAL), {"__name__": "__main__"}
    first = pictured(notebook)[0]
    first.source = STEPS
    with plt.rc_context(), mock.patch.object(sys, "path", [*sys.path]):
        for cell in rules.code_cells(notebook):
            given = run_here(cell.source, names)
            if cell is first:
                picture_of(first).update(*given)
                return notebook, names


# ------------------------------------------------------------------- faults that a run brings up
# Each plants one fault in a copy of a cell: one that draws the notebook's first picture, or one
# that prints.


def printing():
    cell = new_code_cell("claim('one is one', 1 == 1)\nprint('loss', approx(0.25), 'of', 42)")
    cell.outputs = [new_output("stream", text="✓ one is one\nloss ≈0.3101 of 42\n")]
    return cell


def drawing():
    return copy.deepcopy(pictured(sound()[0])[0])


def a_changed_number():
    cell = printing()
    cell.outputs[0].text = cell.outputs[0].text.replace("42", "43")
    return cell


def a_changed_word_beside_a_number_that_varies():
    cell = printing()
    cell.outputs[0].text = cell.outputs[0].text.replace("loss", "accuracy")
    return cell


def a_claim_that_no_longer_holds():
    cell = printing()
    cell.source = cell.source.replace("1 == 1", "1 == 2")
    return cell


def another_picture_is_drawn():
    cell = drawing()
    cell.source = "plotting.show(plotting.image_grid(np.zeros((3, 2, 2))))"
    return cell


def a_picture_vanishes_and_its_words_stay():
    cell = drawing()
    words = picture_of(cell).data["text/plain"]
    cell.source = "from IPython.display import display\n"
    cell.source += f"display({{'text/plain': {words!r}}}, raw=True)"
    return cell


def another_caption():
    cell = drawing()
    output = picture_of(cell)
    caption = stored.caption(output)
    output.data["text/html"] = stored.page(output).replace(f">{caption}<", ">Another picture.<")
    return cell


def player():
    """A cell with a player, as it is stored."""
    cell = new_code_cell("plotting.steps(plotting.image_grid(np.eye(n)[None]) for n in (2, 3, 4))")
    cell.outputs = copy.deepcopy(shown(cell.source))
    return cell


def the_frames_of_a_player_come_in_another_order():
    cell = player()
    cell.source = cell.source.replace("(2, 3, 4)", "(2, 4, 3)")
    return cell


def a_frame_of_a_player_vanishes():
    cell = player()
    cell.source = cell.source.replace("(2, 3, 4)", "(2, 3)")
    return cell


def the_last_frame_of_a_player_is_drawn_otherwise():
    cell = player()
    cell.source = cell.source.replace("np.eye(n)", "np.eye(n) + (n == 4) * np.eye(n)[::-1]")
    return cell


def the_script_of_a_player_changes():
    cell = player()
    output = picture_of(cell)
    output.data["text/html"] = stored.page(output).replace("frames[now]", "frames[0]")
    return cell


def a_text_moves_behind_a_picture():
    cell = drawing()
    cell.source += "\nprint('behind')"
    cell.outputs.insert(0, new_output("stream", text="behind\n"))
    return cell


def an_output_vanishes():
    cell = printing()
    cell.source = "one = 1"
    return cell


def an_output_appears():
    cell = printing()
    cell.outputs = []
    return cell


def a_warning():
    cell = printing()
    cell.source += "\nimport warnings\nwarnings.warn('this will change')"
    return cell


def a_line_on_standard_error():
    cell = printing()
    cell.source += "\nprint('careful', file=sys.stderr)"
    return cell


# Pictures: the first is the notebook's own, drawn step by step; nothing in the first two varies. In
# the third all numbers do, in every run, and so does the number of the frames.

CURVES = """
figure, (left, right) = plt.subplots(1, 2, figsize=(6, 2.4), width_ratios=(2, 1))
z = np.linspace(-4, 4, 101)
left.plot(z, np.tanh(z), color="#bd1f01", label="tanh")
left.plot(z, np.maximum(0, z), "--", label="ReLU")
left.axhline(0, color="gray", lw=1)
left.set(title="E", xlabel="$z$", ylabel="$g(z)$", ylim=(-1.5, 2.5), xticks=[-4, 0, 4])
left.legend()
right.imshow(np.outer(z, z), cmap="viridis", vmin=-16, vmax=16)
right.set_title("z times z")
plotting.show(figure, "Left tanh and ReLU from -4 to 4, right the products of these numbers.")
"""
TRAINED = """
random = np.random.default_rng()
loss = np.exp(-np.arange(1, 9) / 3) * random.uniform(1, 2, (2, 1)) + random.random((2, 8)) / 99
figure, (left, right) = plt.subplots(1, 2, figsize=(6, 2.4))
left.plot(loss[0], "o-", label="training")
left.plot(loss[1], "--", label=f"validation, at the end {approx(loss[1, -1])}")
left.set(xlabel="epoch", ylabel="loss", yscale="log", title=f"from {approx(loss[0, 0])} down")
left.set_ylim(0.001, None)
left.legend(title="part")
right.imshow(loss, cmap="viridis", aspect="auto")
for i, value in enumerate(loss[:, -1]):
    right.text(6, i, f"{value:.2f}", color="white")
for i in range(random.integers(1, 6)):
    right.add_patch(plt.Rectangle((i, 0), 1, 1, fill=False, gid="≈"))
right.set(title="each epoch", xlabel="epoch", yticks=[0, 1], yticklabels=["t", "v"])
plotting.show(figure, f"Two losses over eight epochs; at the end they are {approx(loss[0, -1])} "
              f"and {approx(loss[1, -1])}.")
"""

SHOW = "plotting.show("


def changed(source, old, new):
    """A cell's source with a piece replaced; before the call that shows, a line is put in."""
    assert old in source
    return source.replace(old, f"{new}\n{old}" if old == SHOW else new)


PICTURE_FAULTS = {
    "a recoloured line": [
        (CURVES, SHOW, "left.lines[0].set_color('#3f90da')"),
        (CURVES, "gray", "silver"),
        (TRAINED, SHOW, "left.lines[1].set_color('#bd1f01')"),
    ],
    "a recoloured patch or text": [
        (STEPS, SHOW, "panels[0, 0].patches[3].set_facecolor('#a8d0f5')"),
        (STEPS, SHOW, "panels[2, 1].texts[7].set_color('red')"),
        (TRAINED, "white", "black"),
    ],
    "another line style, width or marker": [
        (CURVES, '"--"', '":"'),
        (CURVES, "lw=1", "lw=2"),
        (TRAINED, '"o-"', '"s-"'),
        (TRAINED, '"o-"', '"o-", markersize=2'),
    ],
    "a lost legend": [
        (CURVES, SHOW, "left.get_legend().remove()"),
        (TRAINED, SHOW, "left.get_legend().remove()"),
    ],
    "a changed, lost or swapped legend entry": [
        (CURVES, 'label="tanh"', 'label="ReLU"'),
        (CURVES, "left.legend()", "left.legend(left.lines[:2], ['ReLU', 'tanh'])"),
        (TRAINED, SHOW, "left.legend(left.lines[:1], ['training'], title='part')"),
        (TRAINED, '"part"', '"half"'),
    ],
    "swapped panels": [
        (STEPS, "enumerate(panels.flat)", "zip((1, 0, *range(2, 9)), panels.flat)"),
        (CURVES, "(left, right)", "(right, left)"),
        (TRAINED, "(left, right)", "(right, left)"),
    ],
    "other places or sizes of panels": [
        (CURVES, "width_ratios=(2, 1)", "width_ratios=(1, 1)"),
        (STEPS, "(10.6, 6.6)", "(10.6, 6)"),
        (TRAINED, "right.imshow", "right.set_axis_off()\nright.imshow"),
    ],
    "a changed title": [
        (STEPS, SHOW, "panels[1, 1].set_title('the middle')"),
        (CURVES, '"E"', '"100 E"'),
        (TRAINED, "each epoch", "each step"),
        (TRAINED, SHOW, "figure.suptitle('Losses')"),
    ],
    "a changed axis label": [
        (CURVES, "g(z)", "g'(z)"),
        (TRAINED, '"loss"', '"error"'),
    ],
    "a changed text among the data": [
        (STEPS, SHOW, "panels[0, 0].texts[0].set_text('7')"),
        (TRAINED, '{value:.2f}"', '{value:.2f} nats"'),
    ],
    "a changed tick or tick label": [
        (CURVES, "[-4, 0, 4]", "[-4, -2, 0, 2, 4]"),
        (TRAINED, '["t", "v"]', '["v", "t"]'),
    ],
    "another colour map or end of it": [
        (CURVES, "viridis", "magma"),
        (CURVES, "vmax=16", "vmax=12"),
        (TRAINED, "viridis", "viridis_r"),
    ],
    "changed limits": [
        (STEPS, SHOW, "panels[0, 2].set_xlim(0, 10)"),
        (CURVES, "(-1.5, 2.5)", "(-1.5, 2)"),
        (TRAINED, "0.001, None", "0.01, None"),
        (TRAINED, SHOW, "right.invert_yaxis()"),
    ],
    "another scale": [
        (CURVES, SHOW, "left.set_yscale('symlog')"),
        (TRAINED, 'yscale="log"', 'yscale="linear"'),
        (TRAINED, SHOW, "left.set_xscale('log')"),
    ],
    "other data where nothing varies": [
        (STEPS, "convolution_step(image", "convolution_step(image.T"),
        (CURVES, "np.tanh(z)", "np.tanh(1.01 * z)"),
        (CURVES, "np.outer(z, z)", "np.outer(z, z[::-1])"),
        (CURVES, SHOW, "right.images[0].get_array()[40, 60] += 2"),
        (CURVES, "axhline(0", "axhline(0.1"),
    ],
    "an artist too few or too many": [
        (STEPS, SHOW, "panels[2, 2].texts[5].remove()"),
        (CURVES, SHOW, "left.lines[2].remove()"),
        (TRAINED, SHOW, "left.lines[1].remove()"),
        (TRAINED, SHOW, "right.texts[0].remove()"),
        (TRAINED, SHOW, "left.axhline(0.1)"),
        (TRAINED, SHOW, "left.lines[0].set_data([], [])"),
    ],
    "a hidden or covered artist": [
        (CURVES, SHOW, "left.lines[0].set_visible(False)"),
        (TRAINED, SHOW, "left.lines[0].set_alpha(0)"),
        (TRAINED, SHOW, "right.images[0].set_zorder(9)"),
    ],
}
SOUND_PICTURES = [
    (STEPS, SHOW, ""),
    (STEPS, SHOW, "figure.canvas.draw()"),
    (CURVES, "figure, (", "plt.rcParams.update({'font.family': 'serif'})\nfigure, ("),
    (CURVES, "figure, (", "plt.rcParams.update({'figure.dpi': 61})\nfigure, ("),
    (CURVES, "np.tanh(z)", "np.tanh(z) * (1 + 1e-7 * np.sin(99 * z))"),
    (CURVES, "np.outer(z, z)", "np.outer(z, z).astype('float32')"),
    (TRAINED, SHOW, ""),
    (TRAINED, SHOW, ""),
    (TRAINED, "random.uniform(1, 2, (2, 1))", "random.uniform(20, 90, (2, 1))"),
    (TRAINED, "random.integers(1, 6)", "0"),
]


# A figure that moves keeps its words in a script, where ≈ is written \\u2248.
MOVES = """
def frame(n):
    return plt.figure(figsize=(1, 1))


words = ["A line of length ≈0.25, at first.", "A line of length ≈0.75, at last."]
plotting.steps([frame(1), frame(2)], words)
"""
SOUND_PICTURES += [(MOVES, "≈0.75", "≈0.82"), (MOVES, "≈0.25", "≈0.3")]
PICTURE_FAULTS["words of a later frame"] = [
    (MOVES, "at last", "at length"),
    (MOVES, "≈0.75", "0.75"),
]

# Pixels are not compared and take most of the time, so a blank figure lends its own.
UNPAINTED = """
course, painted, blank = {**plt.rcParams}, plt.Figure.savefig, plt.Figure(figsize=(1, 1))
plt.Figure.savefig = lambda figure, *args, **options: painted(blank, *args, **options)
"""


@functools.cache
def shown(source):
    """What a cell that draws displays, but for the pixels."""
    names = sound()[1]
    with plt.rc_context(), mock.patch.object(plt.Figure, "savefig", plt.Figure.savefig):
        plt.rcParams.update(names["plotting"].COURSE_STYLE)
        return run_here(UNPAINTED + source, names)


def planted(source, old, new):
    """A cell that stores what `source` shows and now does something else."""
    cell = new_code_cell(changed(source, old, new))
    cell.outputs = copy.deepcopy(shown(source))
    return cell


RUN_FAULTS = [
    a_changed_number,
    a_changed_word_beside_a_number_that_varies,
    a_claim_that_no_longer_holds,
    another_picture_is_drawn,
    a_picture_vanishes_and_its_words_stay,
    another_caption,
    the_frames_of_a_player_come_in_another_order,
    a_frame_of_a_player_vanishes,
    the_last_frame_of_a_player_is_drawn_otherwise,
    the_script_of_a_player_changes,
    a_text_moves_behind_a_picture,
    an_output_vanishes,
    an_output_appears,
    a_warning,
    a_line_on_standard_error,
]


@functools.cache
def outcomes():
    """Cell → did it pass, under `pytest --nbval` as `make test` runs it.

    The copy is notebook 09 up to its first picture, then sound cells of each kind, then a cell for
    each fault.
    """
    notebook = copy.deepcopy(sound()[0])
    del notebook.cells[notebook.cells.index(pictured(notebook)[0]) + 1 :]
    cells = {"sound": [printing(), drawing(), player(), new_code_cell(UNPAINTED)]}
    cells["sound picture"] = [planted(*change) for change in SOUND_PICTURES]
    cells |= {fault.__name__: [fault()] for fault in RUN_FAULTS}
    cells |= {
        kind: [planted(*fault) for fault in faults] for kind, faults in PICTURE_FAULTS.items()
    }
    before = len(rules.code_cells(notebook))
    notebook.cells += sum(cells.values(), [])
    for n, cell in enumerate(rules.code_cells(notebook), 1):
        cell.execution_count = n
        if n > before + 4:
            cell.source = "plt.rcParams.update(course)\n" + cell.source
    for n, cell in enumerate(notebook.cells):
        cell.id = f"cell-{n}"

    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "notebooks").mkdir()
        (folder / "dlhelpers").symlink_to(ROOT / "dlhelpers")
        shutil.copy(ROOT / "conftest.py", folder)
        nbformat.write(notebook, folder / "notebooks" / "planted.ipynb")
        command = [sys.executable, "-m", "pytest", "-c", ROOT / "pyproject.toml", "-q", "-rA"]
        done = subprocess.run(
            [*command, "--color=no", "-p", "no:cacheprovider", folder / "notebooks"],
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
    told = re.findall(r"(?m)^(PASSED|FAILED|ERROR) .*?::Cell (\d+)", done.stdout)
    passed = {int(cell): outcome == "PASSED" for outcome, cell in told}
    assert sorted(passed) == list(range(len(rules.code_cells(notebook)))), done.stdout + done.stderr
    numbers = iter(range(before, len(passed)))
    found = {kind: [passed[next(numbers)] for _ in group] for kind, group in cells.items()}
    found["sound"] += [passed[n] for n in range(before)]
    return found | {"said": done.stdout}


def test_sound_cells_pass_although_a_number_behind_the_sign_differs():
    assert all(outcomes()["sound"])


def test_a_picture_passes_with_other_numbers_fonts_dots_an_inch_or_rounding():
    assert all(outcomes()["sound picture"])


@pytest.mark.parametrize("fault", RUN_FAULTS, ids=lambda fault: fault.__name__)
def test_a_fault_that_a_run_brings_up_is_caught(fault):
    assert outcomes()[fault.__name__] == [False]


@pytest.mark.parametrize("kind", PICTURE_FAULTS, ids=lambda kind: kind.replace(" ", "_"))
def test_a_fault_in_a_picture_is_caught(kind):
    assert outcomes()[kind] == [False] * len(PICTURE_FAULTS[kind])


def test_what_changed_in_a_picture_is_said():
    assert "panel 1, left title: 'E' → '100 E'" in outcomes()["said"]
    assert "missing: panel 1, legend 'part': 'training' Line2D, #3f90da, -," in outcomes()["said"]


# ---------------------------------------------------------------- faults in what is stored alone


def a_stale_sentence(notebook):
    notebook.cells.append(new_markdown_cell("The network reaches 89.57 % on the test set."))


def a_stale_count(notebook):
    notebook.cells.append(new_markdown_cell("It has 123,457 parameters."))


def a_number_that_varies_quoted_in_prose(notebook):
    varies = new_code_cell("print(approx(accuracy))")
    varies.outputs = [new_output("stream", text="≈0.91234\n")]
    notebook.cells += [varies, new_markdown_cell("Its accuracy is 0.91234.")]


def rewrite(output, png=None, words=None, size=None):
    """Change the PNG, the alternative text or the size of a stored picture."""
    old = stored.frames(output)[0]
    source = base64.b64encode(png or old.png).decode()
    width, height = size or old.size
    alt = html.escape(old.words if words is None else words)
    image = f'<img src="data:image/png;base64,{source}" width="{width}" height="{height}" style="" '
    page = stored.IMAGE.sub(lambda _: f'{image}alt="{alt}">', stored.page(output), count=1)
    output.data["text/html"] = page


def a_swapped_picture(notebook):
    first, second = (picture_of(cell) for cell in pictured(notebook)[:2])
    [old], [new] = stored.frames(first), stored.frames(second)
    rewrite(first, new.png)
    rewrite(second, old.png)


def a_file_name_for_words(notebook):
    picture = picture_of(pictured(notebook)[0])
    words = "A picture of the model, stored in model.png."
    picture.data["text/plain"] = words
    rewrite(picture, words=words)


def a_picture_without_alt(notebook):
    rewrite(picture_of(pictured(notebook)[0]), words="")


def a_picture_without_a_caption(notebook):
    output = picture_of(pictured(notebook)[0])
    output.data["text/html"] = stored.CAPTION.sub("", stored.page(output))


def a_picture_that_plotting_did_not_show(notebook):
    output = picture_of(pictured(notebook)[0])
    output.data["image/png"] = base64.b64encode(stored.frames(output)[0].png).decode()
    del output.data["text/html"]


def words_that_stand_in_the_alt_text_only(notebook):
    del picture_of(pictured(notebook)[0]).data["text/plain"]


def stored_png(output):
    """A stored PNG as an image, with its texts in the form in which they can be stored again."""
    picture = Image.open(io.BytesIO(stored.frames(output)[0].png))
    texts = PngInfo()
    for name in ("Description", "Drawn", "Pixels"):
        texts.add_itxt(name, picture.info[name])
    return picture.convert("RGBA"), texts


def store(output, picture, texts, honest=False):
    """Put a PNG in place of a stored one; an honest one carries the right checksum and size."""
    if honest:
        size = f"{picture.width} {picture.height} ".encode()
        texts = PngInfo()
        for name, text in stored_png(output)[0].info.items():
            if name in ("Description", "Drawn"):
                texts.add_itxt(name, text)
        texts.add_itxt("Pixels", rules.checksum(size + picture.tobytes()))
    png = io.BytesIO()
    picture.save(png, "png", pnginfo=texts)
    size = (picture.width // 2, picture.height // 2) if honest else None
    rewrite(output, png.getvalue(), size=size)


def a_stale_png_with_new_words(notebook):
    output = picture_of(pictured(notebook)[0])
    words = output.data["text/plain"].replace("Nine", "Ten")
    output.data["text/plain"] = words
    rewrite(output, words=words)


def a_stale_png_beside_what_is_drawn_now(notebook):
    [drawn] = stored.drawn(picture_of(pictured(notebook)[0]))
    drawn[4] = drawn[4].replace("#ffe0a3", "#a8d0f5")


def a_png_of_another_cell(notebook):
    first, second = (picture_of(cell) for cell in pictured(notebook)[:2])
    rewrite(first, stored.frames(second)[0].png)


def a_png_of_another_cell_with_the_right_words_and_size(notebook):
    first, second = (picture_of(cell) for cell in pictured(notebook)[:2])
    picture, texts = stored_png(second)
    texts.add_itxt("Description", first.data["text/plain"])
    store(first, picture, texts)
    rewrite(first, size=(picture.width // 2, picture.height // 2))


def a_black_png(notebook):
    output = picture_of(pictured(notebook)[0])
    picture, texts = stored_png(output)
    store(output, Image.new("RGBA", picture.size, "black"), texts)


def a_black_png_with_its_own_checksum(notebook):
    output = picture_of(pictured(notebook)[0])
    picture, _ = stored_png(output)
    store(output, Image.new("RGBA", picture.size, "black"), None, honest=True)


def a_png_of_one_pixel(notebook):
    output = picture_of(pictured(notebook)[0])
    store(output, Image.new("RGBA", (1, 1)), stored_png(output)[1])


def a_png_of_one_pixel_with_its_own_checksum(notebook):
    output = picture_of(pictured(notebook)[0])
    store(output, Image.new("RGBA", (1, 1)), None, honest=True)


def a_png_with_one_colour_changed_in_place(notebook):
    output = picture_of(pictured(notebook)[0])
    picture, texts = stored_png(output)
    picture.putpixel((picture.width // 2, 9), (255, 0, 0, 255))
    store(output, picture, texts)


def a_png_that_is_cropped(notebook):
    output = picture_of(pictured(notebook)[0])
    picture, texts = stored_png(output)
    store(output, picture.crop((0, 0, picture.width, picture.height - 1)), texts)


def a_title_that_the_edge_cuts(notebook):
    output = picture_of(pictured(notebook)[0])
    picture, _ = stored_png(output)
    left, top, *_ = ImageChops.invert(picture.convert("RGB")).getbbox()  # of the ink
    store(output, picture.crop((left, top + 1, *picture.size)), None, honest=True)


def a_png_that_breaks_off(notebook):
    output = picture_of(pictured(notebook)[0])
    png = stored.frames(output)[0].png
    rewrite(output, png[: len(png) // 2])


def a_picture_that_does_not_say_what_is_drawn(notebook):
    del picture_of(pictured(notebook)[0]).metadata["text/html"]["drawn"]


def a_picture_shown_in_another_size(notebook):
    output = picture_of(pictured(notebook)[0])
    width, height = stored.frames(output)[0].size
    rewrite(output, size=(2 * width, height))


def a_tag_that_skips(notebook):
    notebook.cells[2].metadata["tags"] = ["nbval-skip"]
    rules.code_cells(notebook)[1].metadata["tags"] = ["nbval-ignore-output"]


def a_comment_that_ignores(notebook):
    rules.code_cells(notebook)[1].source += "\n# NBVAL_IGNORE_OUTPUT"


def a_magic(notebook):
    rules.code_cells(notebook)[1].source = "%nomagic\n" + rules.code_cells(notebook)[1].source


def a_cell_that_was_not_run(notebook):
    cell = rules.code_cells(notebook)[1]
    cell.outputs, cell.execution_count = [], None


def a_stored_warning(notebook):
    output = new_output("stream", name="stderr", text="UserWarning: careful")
    rules.code_cells(notebook)[1].outputs.append(output)


def a_memory_address(notebook):
    output = new_output("stream", text="<object at 0x7f3a5c1d2e80>")
    rules.code_cells(notebook)[1].outputs.append(output)


def a_timing_without_the_sign(notebook):
    output = new_output("stream", text="training took 61.2 s")
    rules.code_cells(notebook)[1].outputs.append(output)


def a_number_that_varies_without_a_claim(notebook):
    varies = new_code_cell("print(approx(accuracy))")
    varies.outputs = [new_output("stream", text="≈0.91\n")]
    notebook.cells.append(varies)


def an_answered_exercise(notebook):
    exercise = next(
        cell for cell in rules.code_cells(notebook) if rules.texts(cell).strip() == rules.UNANSWERED
    )
    exercise.outputs = [new_output("stream", text="✓ that is right\n")]


def a_solution_that_is_rejected(notebook):
    solution = next(filter(rules.is_solution, notebook.cells))
    solution.outputs = [new_output("stream", text="✗ wrong\n")]


def an_open_solution(notebook):
    next(filter(rules.is_solution, notebook.cells)).metadata = nbformat.from_dict({})


def a_tensorflow_call(notebook):
    notebook.cells.append(new_code_cell("import tensorflow as tf"))


def a_long_cell(notebook):
    rules.code_cells(notebook)[1].source = "\n".join(f"x = {n}" for n in range(25))


def a_cell_that_draws_with_many_lines(notebook):
    drawn = "ax = plt.subplots()[1]\nax.plot([1, 2])\nax.set(title='two')\nplotting.show(ax)"
    notebook.cells.append(new_code_cell(f"for one in range(1):\n    pass\n{drawn}"))


def execution_times(notebook):
    notebook.cells[0].metadata["execution"] = {"iopub.execute_input": "2026-11-23"}


def keys_in_another_order(notebook):
    cell = notebook.cells[0]
    cell["cell_type"] = cell.pop("cell_type")  # now the last


STORED_FAULTS = {
    a_stale_sentence: rules.figures_in_prose_stand_in_a_cell,
    a_stale_count: rules.figures_in_prose_stand_in_a_cell,
    a_number_that_varies_quoted_in_prose: rules.figures_in_prose_stand_in_a_cell,
    a_swapped_picture: rules.pictures_have_words,
    a_file_name_for_words: rules.pictures_have_words,
    a_picture_without_alt: rules.pictures_have_words,
    a_picture_without_a_caption: rules.pictures_have_words,
    a_picture_that_plotting_did_not_show: rules.pictures_have_words,
    words_that_stand_in_the_alt_text_only: rules.pictures_have_words,
    a_stale_png_with_new_words: rules.pictures_have_words,
    a_stale_png_beside_what_is_drawn_now: rules.pictures_belong_to_what_is_drawn,
    a_png_of_another_cell: rules.pictures_belong_to_what_is_drawn,
    a_png_of_another_cell_with_the_right_words_and_size: rules.pictures_belong_to_what_is_drawn,
    a_black_png: rules.pictures_belong_to_what_is_drawn,
    a_black_png_with_its_own_checksum: rules.pictures_belong_to_what_is_drawn,
    a_png_of_one_pixel: rules.pictures_belong_to_what_is_drawn,
    a_png_of_one_pixel_with_its_own_checksum: rules.pictures_belong_to_what_is_drawn,
    a_title_that_the_edge_cuts: rules.pictures_belong_to_what_is_drawn,
    a_png_with_one_colour_changed_in_place: rules.pictures_belong_to_what_is_drawn,
    a_png_that_is_cropped: rules.pictures_belong_to_what_is_drawn,
    a_png_that_breaks_off: rules.pictures_belong_to_what_is_drawn,
    a_picture_that_does_not_say_what_is_drawn: rules.pictures_belong_to_what_is_drawn,
    a_picture_shown_in_another_size: rules.pictures_belong_to_what_is_drawn,
    a_tag_that_skips: rules.nothing_hides_from_nbval,
    a_comment_that_ignores: rules.nothing_hides_from_nbval,
    a_magic: rules.nothing_hides_from_nbval,
    a_cell_that_was_not_run: rules.nothing_hides_from_nbval,
    a_stored_warning: rules.outputs_are_clean,
    a_memory_address: rules.outputs_are_clean,
    a_timing_without_the_sign: rules.outputs_are_clean,
    a_number_that_varies_without_a_claim: rules.what_varies_is_pinned,
    an_answered_exercise: rules.exercises_are_open_and_solved,
    a_solution_that_is_rejected: rules.exercises_are_open_and_solved,
    an_open_solution: rules.exercises_are_open_and_solved,
    a_tensorflow_call: rules.tensorflow_stays_in_its_sections,
    a_long_cell: rules.its_cells_are_short,
    a_cell_that_draws_with_many_lines: rules.drawing_is_elsewhere,
    execution_times: rules.it_is_in_normal_form,
    keys_in_another_order: rules.it_is_in_normal_form,
}


@pytest.mark.parametrize("fault", STORED_FAULTS, ids=lambda fault: fault.__name__)
def test_a_fault_in_what_is_stored_is_caught(fault):
    assert list(STORED_FAULTS[fault](sound()[0])) == []
    assert is_caught(fault)


def is_caught(fault):
    notebook = copy.deepcopy(sound()[0])
    fault(notebook)
    return list(STORED_FAULTS[fault](notebook)) != []


def table():
    """Lines with a kind of fault, how many were planted, how many were caught."""
    found = outcomes()
    rows = [(name.replace("_", " "), found[name]) for name in (f.__name__ for f in RUN_FAULTS)]
    rows += [(f"picture: {kind}", found[kind]) for kind in PICTURE_FAULTS]
    rows += [(f"stored: {f.__name__.replace('_', ' ')}", [not is_caught(f)]) for f in STORED_FAULTS]
    rows = [(kind, len(passed), passed.count(False)) for kind, passed in rows]
    rows.append(("all", sum(row[1] for row in rows), sum(row[2] for row in rows)))
    alarms = found["sound"] + found["sound picture"]
    rows.append(("sound cells (none is to be caught)", len(alarms), alarms.count(False)))
    return [f"{'kind of fault':<66} planted caught", *(f"{k:<66} {p:7} {c:6}" for k, p, c in rows)]


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    print("\n".join(table()))
