"""The book, read page by page in a real browser, as it lies in `_book`.

`make book && make test-book` runs it: Debian's Chromium, driven by playwright, opens the files with
no server and no network. Where the browser or the book is missing, it says so in one sentence and
the rest of `make test` runs.
"""

import contextlib
import functools
import http.server
import importlib.util
import re
import shutil
import threading
import urllib.parse
from pathlib import Path

import bs4
import nbformat
import pytest
import stored_pictures

ROOT = Path(__file__).resolve().parent.parent
BOOK = ROOT / "_book"
AXE = ROOT / ".venv/book/node_modules/axe-core/axe.min.js"
PYODIDE = ROOT / ".venv/pyodide"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
MISSING = CHROMIUM is None or importlib.util.find_spec("playwright") is None
pytestmark = pytest.mark.skipif(
    MISSING or not (BOOK / "index.html").exists(),
    reason="the book is read in Chromium by playwright: make book && make test-book",
)
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
CHAPTERS = [f"notebooks/{path.stem}.html" for path in NOTEBOOKS]
PAGES = ["index.html", *CHAPTERS, "search.html?q=dying+ReLU"]
MOST_BYTES_OF_A_PAGE, MOST_BYTES = 3_000_000, 40_000_000
WIDTHS = (360, 1280)
FOCUSABLE = "a[href], button, input, summary, textarea, [tabindex='0']"


def address(page):
    path, _, query = page.partition("?")
    return (BOOK / path).as_uri() + ("?" + query if query else "")


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        yield started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])


@pytest.fixture
def read(browser):
    """read(page, width) opens a page, which may not complain or ask for anything else.

    With `python`, an address, the page may ask there for Pyodide, and gets the verified copy.
    """
    with contextlib.ExitStack() as opened:

        def read(page, width=1280, base=None, python=None, **options):
            context = browser.new_context(viewport={"width": width, "height": 900}, **options)
            opened.callback(context.close)
            reader = context.new_page()
            reader.asked, reader.complaints = [], []
            reader.on("request", lambda request: reader.asked.append(request.url))
            reader.on("console", lambda words: grave(words, reader.complaints))
            reader.on("pageerror", lambda error: reader.complaints.append(str(error)))
            here = "|".join(map(re.escape, [base or BOOK.as_uri(), *([python] if python else [])]))
            elsewhere = re.compile(rf"^(?!{here}|data:|blob:)")
            context.route(elsewhere, lambda route: route.abort())
            if python:
                context.route(f"{python}**", give_python)
            reader.goto(f"{base}/{page}" if base else address(page))
            reader.wait_for_function("window.MathJax?.startup?.promise ?? true")
            reader.evaluate("window.MathJax?.startup?.promise")
            settle(reader)
            opened.callback(blameless, reader, elsewhere)
            return reader

        yield read


def give_python(route):
    name = route.request.url.rpartition("/")[2]
    route.fulfill(path=PYODIDE / name, headers={"Access-Control-Allow-Origin": "*"})


def grave(words, complaints):
    if words.type in ("error", "warning"):
        complaints.append(words.text)


def blameless(reader, elsewhere):
    assert [url for url in reader.asked if elsewhere.match(url)] == []
    assert reader.complaints == []


@pytest.fixture(scope="module")
def server():
    """The address of the book on a server that hands out files and does nothing else."""
    handler = functools.partial(QuietHandler, directory=BOOK)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *words):
        pass


# ------------------------------------------------------------------------------- every page


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_whole_and_open_to_all(read, page, width):
    reader = read(page, width)
    assert formulas_in_the_raw(reader) == []
    wide = reader.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, f"the page is {wide} pixels too wide"
    assert width < 1280 or code_that_is_cut(reader) == []
    reader.add_script_tag(path=AXE)
    for theme in ("light", "dark"):
        reader.emulate_media(color_scheme=theme)
        reader.wait_for_function(f"document.documentElement.dataset.theme === '{theme}'")
        settle(reader)
        assert (theme, violations(reader)) == (theme, [])


def code_that_is_cut(reader):
    """Lines of code of at most 100 characters, as the style wants them, that need scrolling."""
    return reader.evaluate(
        """() => [...document.querySelectorAll(".cell_input pre")]
            .filter(code => code.scrollWidth > code.clientWidth)
            .filter(code => code.textContent.split("\\n").every(line => line.length <= 100))
            .map(code => code.textContent.slice(0, 100))"""
    )


def settle(reader):
    """Wait for what is slow: colours that fade, and the theme, which looks for scroll bars."""
    reader.evaluate("new Promise(done => setTimeout(done, 350))")


def formulas_in_the_raw(reader):
    """Formulas that are not typeset: not rendered, rendered as an error, or left in the text."""
    return reader.evaluate(
        r"""() => {
            const bad = [...document.querySelectorAll(".math")].filter(formula =>
                !formula.querySelector("mjx-container") || formula.querySelector("mjx-merror"));
            const text = document.querySelector("main").cloneNode(true);
            text.querySelectorAll("pre, code, script, .math").forEach(part => part.remove());
            const left = text.textContent.match(/\$[^$]*\$|\\[(\[]|\\[a-z]{3,}/g) ?? [];
            return [...bad.map(formula => formula.textContent), ...left];
        }"""
    )


def violations(reader):
    """What axe finds.

    It must not preload: that asks for style sheets, which a folder forbids. It takes a table header
    for empty that holds a formula alone, whose glyphs are no text to it.
    """
    found = reader.evaluate(
        """axe.run({exclude: ["th:has(mjx-container)"]},
                   {resultTypes: ["violations"], preload: false})"""
    )["violations"]
    return [f"{v['id']}: {node['html'][:200]}" for v in found for node in v["nodes"]]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_loads_little(read, page):
    reader = read(page)
    reader.wait_for_load_state("load")
    files = {url.split("?")[0].split("#")[0] for url in reader.asked if url.startswith("file:")}
    paths = [Path(urllib.parse.unquote(url.removeprefix("file://"))) for url in files]
    assert sum(path.stat().st_size for path in paths) < MOST_BYTES_OF_A_PAGE


@pytest.mark.parametrize("page", PAGES[:-1])
def test_every_link_inside_the_book_leads_somewhere(page):
    links = [link["href"] for link in parsed(BOOK / page).find_all("a", href=True)]
    assert len(links) > len(NOTEBOOKS)
    lost = []
    for link in {link for link in links if not urllib.parse.urlsplit(link).scheme}:
        path, _, part = urllib.parse.unquote(link).partition("#")
        target = (BOOK / page).parent / path if path else BOOK / page
        if not target.is_file() or (part and not parsed(target).find(id=part)):
            lost.append(link)
    assert lost == []


@functools.cache
def parsed(path):
    return bs4.BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


@pytest.mark.parametrize("page", PAGES)
def test_the_keyboard_reaches_everything(read, page):
    reader = read(page)
    wanted = reader.evaluate(
        """focusable => {
            const seen = [...document.querySelectorAll(focusable)].filter(element =>
                element.checkVisibility({visibilityProperty: true}) && element.tabIndex >= 0
                && !element.disabled);
            seen.forEach((element, n) => { element.dataset.n = n; });
            return seen.map(element => element.outerHTML.slice(0, 200));
        }""",
        FOCUSABLE,
    )
    reached = set()
    for _ in range(len(wanted) + 5):
        reader.keyboard.press("Tab")
        reached.add(reader.evaluate("document.activeElement.dataset.n"))
    assert [html for n, html in enumerate(wanted) if str(n) not in reached] == []


# -------------------------------------------------------------------------------- pictures


def outputs_with_pictures(path):
    notebook = nbformat.read(path, as_version=4)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return stored_pictures.pictures(outputs)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_picture_has_its_words_and_a_player_moves_through_its_frames(read, path):
    """The words are compared with those that the notebook stores, frame by frame."""
    reader = read(f"notebooks/{path.stem}.html")
    shown = reader.locator(".cell_output figure")
    outputs = outputs_with_pictures(path)
    assert shown.count() == reader.locator("article img").count() == len(outputs)
    for output, figure in zip(outputs, shown.all()):
        frames, image = stored_pictures.frames(output), figure.locator("img")
        caption, sources = figure.locator("figcaption"), []
        for n, frame in enumerate(frames):
            if n:
                figure.get_by_label("step on").press("Enter")
            image.scroll_into_view_if_needed()
            assert image.get_attribute("alt") == frame.words
            width = image.evaluate("async image => (await image.decode(), image.naturalWidth)")
            assert width > 1
            sources.append(image.get_attribute("src"))
            if len(frames) > 1:
                assert caption.inner_text() == f"{n + 1} of {len(frames)}: {frame.words}"
        assert len(frames) == 1 or len(set(sources)) > 1
        assert caption.is_visible()
        assert len(frames) > 1 or caption.inner_text() == stored_pictures.caption(output)


# ------------------------------------------------------------------------ what a reader does


def test_the_front_page_asks_the_question_of_every_notebook(read):
    reader = read("index.html")
    assert reader.locator(".questions li").count() == len(NOTEBOOKS)
    pages = reader.locator(".question a").evaluate_all(
        "links => links.map(link => link.getAttribute('href'))"
    )
    assert pages == CHAPTERS
    pictures = reader.locator(".questions img")
    for picture in pictures.all():
        assert picture.get_attribute("alt").strip()
    reader.locator(".question a").first.click()
    assert reader.url.endswith(CHAPTERS[0])


def test_set_up_and_solutions_are_folded_and_open(read):
    reader = read(CHAPTERS[0])
    assert reader.get_by_text("import importlib.util").first.is_hidden()
    solution = reader.locator("details", has_text="Show the solution").first
    code = solution.locator("pre").first
    assert code.is_hidden()
    solution.locator("summary").press("Enter")
    assert code.is_visible()
    assert "# @title Solution" in code.inner_text()


@pytest.mark.parametrize("on_a_server", [False, True], ids=["folder", "server"])
def test_the_search_finds_a_dying_relu(read, server, on_a_server):
    page = next(page for page in CHAPTERS if "activations" in page)
    reader = read("search.html?q=dying+ReLU", base=server if on_a_server else None)
    found = reader.locator("#search-results li", has=reader.locator(f"a[href*='{page}']")).first
    found.wait_for()
    if on_a_server:
        assert "ReLU" in found.locator("p").first.inner_text()


def test_code_is_copied_without_prompts_and_outputs(read, server):
    reader = read(CHAPTERS[0], base=server, permissions=["clipboard-read", "clipboard-write"])
    cells = nbformat.read(NOTEBOOKS[0], as_version=4).cells
    code = [cell.source for cell in cells if cell.cell_type == "code"]
    buttons = reader.locator("button.copybtn")
    assert buttons.count() == len(code)
    buttons.nth(1).focus()
    reader.keyboard.press("Enter")
    assert reader.evaluate("navigator.clipboard.readText()").strip() == code[1].strip()


def test_the_notebook_that_is_downloaded_is_the_stored_one(read, server):
    reader = read(CHAPTERS[0], base=server, accept_downloads=True)
    with reader.expect_download() as download:
        reader.get_by_text("Download this notebook").click()
    assert Path(download.value.path()).read_bytes() == NOTEBOOKS[0].read_bytes()


def test_on_paper_there_is_the_lesson_and_nothing_beside_it(read):
    reader = read(CHAPTERS[0])
    reader.emulate_media(media="print")
    assert reader.locator(".bd-sidebar-primary").is_hidden()
    assert reader.get_by_role("heading", level=1).count() == 1
    assert reader.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_book_is_small():
    assert sum(path.stat().st_size for path in BOOK.rglob("*") if path.is_file()) < MOST_BYTES
