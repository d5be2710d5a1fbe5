"""The book: settings of Sphinx, and the few things about notebooks that Sphinx has no setting for.

`make book` runs it. A notebook becomes a page as it is stored; nothing is executed. On its way
(`prepared`) its pictures become files, set-up and solutions are folded, and "notebook 04" in the
text becomes a link. The notebook that a page offers for download is the one in `notebooks/`.
Exercises that need only NumPy can be answered in the page, `try_it.py`: their solutions run, once.
"""

import base64
import hashlib
import html
import io
import json
import os
import re
import shutil
import sys
import tomllib
from pathlib import Path

import jinja2
import nbformat
from PIL import Image

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path[:0] = [str(HERE), str(ROOT / "tools")]
import colab  # noqa: E402
import stored_pictures  # noqa: E402
import try_it  # noqa: E402

NOTEBOOKS = {path.stem[:2]: path for path in sorted((ROOT / "notebooks").glob("*.ipynb"))}
CHAPTERS = tomllib.loads((HERE / "chapters.toml").read_text(encoding="utf-8"))
ADDRESS = colab.address_in((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
# Where a page gets Python from when a reader first checks an answer: an address, or, after
# `make book PYODIDE=local`, a folder beside the book's own scripts.
PYODIDE = os.environ.get("PYODIDE") or try_it.OFFICIAL
PYODIDE = "pyodide/" if PYODIDE == "local" else PYODIDE
MATHJAX = ROOT / ".venv/book/node_modules/mathjax/es5"

project = "Deep learning, notebook by notebook"
html_title = project
language = "en"
extensions = ["myst_nb", "sphinx_copybutton"]
exclude_patterns = ["requirements.txt", "**.ipynb_checkpoints"]
myst_enable_extensions = ["amsmath", "dollarmath"]
myst_heading_anchors = 3
nb_execution_mode = "off"
nb_merge_streams = True
copybutton_selector = "div.cell_input pre, div.highlight-console pre"
copybutton_exclude = ".linenos, .gp, .go"

html_theme = "sphinx_book_theme"
html_theme_options = {
    "collapse_navbar": True,
    "home_page_in_toc": True,
    "search_bar_text": "Search the book",
    "show_toc_level": 2,
    "footer_content_items": [],
    "navbar_persistent": [],
    "use_download_button": False,  # each page has a link of its own, which downloads for certain
    "use_fullscreen_button": False,
}
html_sidebars = {"**": ["search-button-field.html", "sbt-sidebar-nav.html"]}
templates_path = ["_templates"]
html_context = {"default_mode": "auto"}
html_static_path = ["_static"]
html_css_files = ["book.css"]
html_js_files = ["book.js", ("answer.js", {"defer": "defer"})]
html_show_copyright = html_show_sphinx = False
html_last_updated_fmt = None

mathjax_path = "mathjax/tex-chtml-full.js"
mathjax3_config = {
    "options": {"enableMenu": False},  # the menu leads to pages elsewhere
    "tex": {"packages": {"[-]": ["noundefined"]}},  # unknown macros are errors
}

PICTURE = re.compile("data:image/png;base64,([A-Za-z0-9+/=]+)")
MENTION = re.compile(r"(?<![\[\w])[Nn]otebooks? \d\d(?:(?:, | and | to | or )\d\d)*")
A_COMMENT = re.compile("<!--.*?-->")


def source_of(cell):
    return "".join(cell["source"])


def setup(app):
    (Path(app.outdir) / "_images").mkdir(parents=True, exist_ok=True)
    app.connect("source-read", read)
    app.connect("html-page-context", mended)
    app.connect("build-finished", add_scripts)


def read(app, docname, source):
    """What Sphinx reads in place of a file: a prepared notebook, or the filled-in front page."""
    if docname == "index":
        about = [describe(path, app.outdir) for path in NOTEBOOKS.values()]
        repo = ADDRESS and ADDRESS.split("github.com/")[-1]
        source[0] = jinja2.Template(source[0]).render(notebooks=about, arcs=arcs(about), repo=repo)
    elif docname.startswith("notebooks/"):
        notebook = json.loads(source[0])
        source[0] = json.dumps(prepared(notebook, docname, app.outdir))


def prepared(notebook, docname, outdir):
    number = Path(docname).stem[:2]
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    mark_exercises(notebook, docname)
    for cell in notebook["cells"]:
        text = source_of(cell)
        if cell["cell_type"] == "markdown":
            text = re.sub(colab.A_BADGE, "", text)
            cell["source"] = linked(text, number)
        elif cell is code[0]:
            fold(cell, "hide-input", "the set-up, the same in every notebook")
        elif text.startswith(try_it.SOLUTION):
            fold(cell, "hide-cell", "the solution")
        for output in cell.get("outputs", []):
            page = "".join(output.get("data", {}).get("text/html", ""))
            if "<img" in page:
                page = page.replace("<img ", '<img loading="lazy" ')
                output["data"]["text/html"] = as_files(page, outdir)
    title = notebook["cells"][0]
    title["source"] = title["source"].replace("# ", f"# {number} ", 1) + own_links(docname)
    return notebook


def mark_exercises(notebook, docname):
    """A class for cells that wait for an answer; below those that need Keras, where to run them."""
    marked, known = [], {found.cell: found for found in try_it.exercises(notebook)}
    for cell in notebook["cells"]:
        marked.append(cell)
        if exercise := known.get(source_of(cell)):
            cell["metadata"].setdefault("tags", []).append("exercise")
            if not exercise.in_page:
                own_id = {"id": exercise.name.replace(".", "-")}
                marked.append(try_it.markdown(elsewhere(docname)) | own_id)
    notebook["cells"] = marked


def elsewhere(docname):
    places = ['<a href="../index.html#run-it-yourself">on your machine</a>']
    if ADDRESS:
        places.append(f'<a href="{colab_address(docname)}">in Colab</a>')
    return f"This exercise needs Keras, which a page does not have. Run it {' or '.join(places)}."


def own_links(docname):
    """Where a reader gets the notebook: to download, and in Colab once there is an address."""
    links = f'<a href="../_sources/{docname}.ipynb" download>Download this notebook</a>'
    if ADDRESS:
        links += f' <a href="{colab_address(docname)}">Open in Colab</a>'
    return f'\n\n<p class="own-links">{links}</p>'


def colab_address(docname):
    repo = ADDRESS.split("github.com/")[-1]
    return colab.BADGES["Open in Colab"][1].format(repo=repo, path=f"{docname}.ipynb")


def fold(cell, tag, what):
    cell["metadata"].setdefault("tags", []).append(tag)
    cell["metadata"]["mystnb"] = {
        "code_prompt_show": f"Show {what}",
        "code_prompt_hide": f"Hide {what}",
    }


def linked(text, number):
    """Markdown in which "notebook 04" leads there; code and formulas stay as they are."""

    def link(mention):
        words, numbers = mention[0], re.findall(r"\d\d", mention[0])
        if len(numbers) == 1 and numbers[0] in NOTEBOOKS and numbers[0] != number:
            return f"[{words}]({NOTEBOOKS[numbers[0]].name})"
        return re.sub(
            r"\d\d",
            lambda n: f"[{n[0]}]({NOTEBOOKS[n[0]].name})" if n[0] in NOTEBOOKS else n[0],
            words,
        )

    return MENTION.sub(link, text)


def as_files(page, outdir):
    """HTML whose pictures are files of the book, so that a page loads those that are seen.

    Photographs take a sixth of their size as WebP, and nobody sees the difference.
    """

    def written(source):
        png = base64.b64decode(source[1])
        photograph = len(png) > 100_000
        name = f"_images/{checksum(png)}.{'webp' if photograph else 'png'}"
        if photograph:
            Image.open(io.BytesIO(png)).convert("RGB").save(Path(outdir) / name, quality=90)
        else:
            (Path(outdir) / name).write_bytes(png)
        return f"../{name}"

    return PICTURE.sub(written, page)


def checksum(data):
    return hashlib.sha256(data).hexdigest()[:16]


def describe(path, outdir):
    """What the front page says of a notebook, read from its first cell and its pictures."""
    notebook = nbformat.read(path, as_version=4)
    first = A_COMMENT.sub("", notebook.cells[0].source)
    number, topic = path.stem.split("_", 1)
    chapter = CHAPTERS.get(topic, {})
    time = re.search(r"Time: (.*?) on two CPU cores", first, re.DOTALL)
    return {
        "number": number,
        "page": f"notebooks/{path.stem}.html",
        "title": re.search("^# (.*)", first)[1],
        "question": re.search(r"\*\*(.*?)\*\*", first, re.DOTALL)[1],
        "time": time and time[1].replace("\n", " "),
        "image": best_picture(notebook, chapter.get("picture", ""), outdir),
        "needs": [n for n, p in NOTEBOOKS.items() if p.stem[3:] in chapter.get("needs", ())],
    }


def best_picture(notebook, caption, outdir):
    """An <img>, small enough for a card. Of a player it is a late frame, on which much is seen."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    shown = stored_pictures.pictures(outputs)
    if not shown:
        return ""
    shown.sort(
        key=lambda output: (
            not (caption and stored_pictures.caption(output).startswith(caption)),
            "data-steps" not in stored_pictures.page(output),
        )
    )
    frames = stored_pictures.frames(shown[0])
    best = frames[2 * len(frames) // 3]
    small = Image.open(io.BytesIO(best.png)).convert("RGB")
    small.thumbnail((640, 400))
    name = f"_images/{checksum(best.png)}.webp"
    small.save(Path(outdir) / name, quality=85)
    return f'<img loading="lazy" src="{name}" alt="{html.escape(best.words)}">'


def arcs(about):
    """The map's lines: from each notebook to those that it needs, as rows of the list beside it."""
    row = {notebook["number"]: i for i, notebook in enumerate(about)}
    return [(row[n], row[notebook["number"]]) for notebook in about for n in notebook["needs"]]


def mended(app, pagename, templatename, context, doctree):
    body = context.get("body", "")
    # The label would hide the prompt, which says more, from screen readers.
    body = body.replace(' aria-label="Toggle hidden content"', "")
    body = body.replace('<th class="head"><p></p></th>', "<td></td>")
    if path := NOTEBOOKS.get(Path(pagename).name[:2]):
        body += try_it.for_the_page(path, PYODIDE)
    context["body"] = body


def add_scripts(app, error):
    """What Python in the page reads; the formula renderer and those fonts that a page loads."""
    script = Path(app.outdir) / "_static" / "course.js"
    script.write_text(try_it.course_script(), encoding="utf-8")
    target = Path(app.outdir) / "_static" / "mathjax"
    fonts = "output/chtml/fonts/woff-v2"
    shutil.copytree(MATHJAX / fonts, target / fonts, dirs_exist_ok=True)
    shutil.copy(MATHJAX / "tex-chtml-full.js", target)
