"""A deck of slides from a notebook: `python book/slides.py notebooks/NN_topic.ipynb FOLDER`.

It writes one HTML file, which holds all that it shows and needs no network: reveal.js, the formula
renderer, the pictures. Where Chromium is installed, a PDF lies beside it.

A heading starts a slide, and so does a code cell or a picture. Prose is in the speaker notes (press
S), and so is a line or two that only draws. Headings, questions, lists, formulas, code and outputs
are on the slides. Set-up and solutions are left out.
"""

import html
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import nbformat
import try_it
from markdown_it import MarkdownIt
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

HERE = Path(__file__).resolve().parent
MODULES = try_it.ROOT / ".venv/book/node_modules"
SCRIPTS = [
    "mathjax/es5/tex-svg-full.js",
    "reveal.js/dist/reveal.js",
    "reveal.js/dist/plugin/notes.js",
]
STYLES = ["reveal.js/dist/reset.css", "reveal.js/dist/reveal.css"]
CODE = HtmlFormatter(style="a11y-high-contrast-light", cssclass="code")
ROOM = 23  # lines of code that a slide holds below its heading
LINE = 92  # characters in such a line
UNSEEN = re.compile(r"<!--.*?-->|\[!\[Open in \w+\]\([^)]*\)\]\([^)]*\)", re.DOTALL)
SENTENCE = re.compile(r"(?<=[.?!:])\s+(?=[A-Z`$*])")


def formula(content, options):
    left, right = (r"\[", r"\]") if options["display_mode"] else (r"\(", r"\)")
    return left + html.escape(content) + right


MARKDOWN = MarkdownIt("commonmark").enable("table")
MARKDOWN.use(dollarmath_plugin, renderer=formula)
MARKDOWN.use(amsmath_plugin, renderer=html.escape)


class Deck:
    """Slides as [heading, parts, notes], filled one part after the other."""

    def __init__(self):
        self.slides, self.waiting, self.left, self.coded = [], [], 0, False

    def start(self, heading):
        self.settle()
        self.slides.append([heading, [], []])
        self.left, self.coded = ROOM, False

    def note(self, paragraph):
        """Prose, for the slide of what comes next."""
        self.waiting.append(paragraph)

    def show(self, part, lines):
        """A part of so many lines: on this slide if there is room, else on one that goes on."""
        if lines > self.left and self.slides[-1][1]:
            self.go_on()
        self.slides[-1][1].append(part)
        self.slides[-1][2] += self.waiting
        self.waiting, self.left = [], self.left - lines

    def go_on(self):
        self.slides.append([self.slides[-1][0], [], []])
        self.left = ROOM

    def settle(self):
        """Prose that nothing follows; where it is all that a slide has, it is shown in short."""
        if self.slides:
            _, parts, notes = self.slides[-1]
            notes += self.waiting
            if not parts and notes:
                sentences = SENTENCE.split(" ".join(notes))
                shown = [MARKDOWN.render(sentence) for sentence in sentences[:5]]
                parts += ["<ul>", *(f"<li>{sentence}</li>" for sentence in shown), "</ul>"]
        self.waiting = []


def deck(notebook):
    made, cells = Deck(), notebook.cells
    set_up = next(cell for cell in cells if cell.cell_type == "code")
    for cell, next_but_one in zip(cells, [*cells[2:], cells[-1], cells[-1]]):
        if cell.cell_type == "markdown":
            lesson, mark, question = UNSEEN.sub("", cell.source).rpartition("## Try it\n")
            asks = next_but_one.source.startswith(try_it.SOLUTION)
            show_text(made, lesson, everything=False)
            show_text(made, mark + question, everything=asks)
        elif cell is not set_up and not cell.source.startswith(try_it.SOLUTION):
            show_code(made, cell)
    made.settle()
    return made.slides


def show_text(made, text, everything):
    """The blocks of a text; prose is shown where it asks, or leads to what is shown."""
    tokens, lines, begun = MARKDOWN.parse(text), text.split("\n"), 0
    for n, token in enumerate(tokens):
        if token.level or token.nesting > 0:
            continue
        block, begun = tokens[begun : n + 1], n + 1
        first, rendered = block[0], MARKDOWN.renderer.render(block, MARKDOWN.options, {})
        source = " ".join(lines[slice(*first.map)]) if first.map else ""
        if first.type == "heading_open":
            made.start(rendered.replace("<h1>", "<h2>").replace("</h1>", "</h2>"))
        elif first.type == "paragraph_open" and not (everything or asks(source, tokens[n + 1 :])):
            made.note(source)
        else:
            made.show(rendered, height(first, source, block))


def asks(paragraph, tokens):
    """Whether a paragraph is shown: it begins in bold, as questions do, or leads to what is."""
    shown = ("bullet_list_open", "math_block", "table_open")
    return paragraph.startswith("**") or any(token.type in shown for token in tokens[:1])


def height(first, source, block):
    if first.type == "math_block":
        return 3 + source.count(r"\\") * 2
    items = sum(token.type in ("list_item_open", "tr_open") for token in block)
    return 1 + items * 0.7 + len(textwrap.wrap(source, LINE * 3 // 4)) * 1.6


def show_code(made, cell):
    drawn = [o for o in cell.outputs if "<figure" in o.get("data", {}).get("text/html", "")]
    lines = cell.source.count("\n") + 1
    if drawn == cell.outputs and lines <= 3:
        made.note(f"```\n{cell.source}\n```")
    else:
        if made.coded:
            made.go_on()
        made.show(highlight(cell.source, PythonLexer(), CODE), lines + 1)
        made.coded = True
    for output in cell.outputs:
        page = output.get("data", {}).get("text/html", "")
        text = output.get("text") or output.get("data", {}).get("text/plain", "")
        if "<figure" in page:  # a line or two fit below it, unless it is a player
            made.show(page, ROOM if "<script" in page else ROOM - 2.5)
        elif page:
            for part in cut(page):
                made.show(f'<div class="table">{part}</div>', 1 + height_of_table(part))
        elif text.strip() != "not answered yet":
            lines = [
                w for line in text.rstrip().split("\n") for w in textwrap.wrap(line, LINE) or [""]
            ]
            for begin in range(0, len(lines), ROOM):
                part = lines[begin : begin + ROOM]
                made.show(f"<pre>{html.escape(chr(10).join(part))}</pre>", len(part) + 0.5)


def cut(page):
    """A table too long for a slide in parts, each with the header."""
    begin, rows, end = re.match("(.*?<tbody>|)(.*?)(</tbody>.*|)$", page, re.DOTALL).groups()
    parts = [""]
    for row in re.findall("<tr.*?</tr>", rows, re.DOTALL) if begin else [rows]:
        if height_of_table(begin + parts[-1] + row + end) > ROOM - 1:
            parts.append("")
        parts[-1] += row
    lasts = ["</tbody></table>"] * (len(parts) - 1) + [end]
    return [begin + part + last for part, last in zip(parts, lasts)]


def height_of_table(page):
    return 1.5 * page.count("<tr") + page.count("<br") + page.count("<p") or page.count("\n")


def page(notebook, title):
    sections = []
    for heading, parts, notes in deck(notebook):
        said = MARKDOWN.render("\n\n".join(notes))
        parts += [f'<aside class="notes">{said}</aside>'] if notes else []
        sections.append(f"<section>\n{heading}{''.join(parts)}\n</section>")
    styles = [(MODULES / name).read_text("utf-8") for name in STYLES]
    styles += [CODE.get_style_defs(".code"), (HERE / "slides.css").read_text("utf-8")]
    scripts = [(MODULES / name).read_text("utf-8") for name in SCRIPTS]
    scripts = [(HERE / "slides.js").read_text("utf-8"), *scripts]
    scripts = [script.replace("</script", r"<\/script") for script in scripts]
    return PAGE.format(
        title=html.escape(title),
        styles="".join(f"<style>{style}</style>\n" for style in styles),
        sections="\n".join(sections),
        scripts="".join(f"<script>{script}</script>\n" for script in scripts),
    )


PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
{styles}</head>
<body>
<div class="reveal"><div class="slides">
{sections}
</div></div>
{scripts}</body>
</html>
"""


def main(path, folder):
    notebook = nbformat.read(path, as_version=4)
    folder.mkdir(parents=True, exist_ok=True)
    made = folder / f"{path.stem}.html"
    made.write_text(page(notebook, path.stem[3:].replace("_", " ")), encoding="utf-8")
    print(made)
    if chromium := shutil.which("chromium") or shutil.which("chromium-browser"):
        pdf = made.with_suffix(".pdf")
        address = made.resolve().as_uri() + "?print"
        options = ["--headless", "--no-sandbox", "--no-pdf-header-footer"]
        options += ["--virtual-time-budget=60000", f"--print-to-pdf={pdf}"]
        subprocess.run([chromium, *options, address], check=True, capture_output=True)
        print(pdf)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
