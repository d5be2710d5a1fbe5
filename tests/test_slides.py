"""The slides of a notebook, paged through in Chromium, and their PDF: `make test-book` runs it."""

import os
import re
import subprocess
import sys

import nbformat
import pytest
import stored_pictures
from test_book import BOOK, MISSING, NOTEBOOKS, ROOT, browser, grave

assert browser  # a fixture
pytestmark = pytest.mark.skipif(
    MISSING or not (BOOK / "index.html").exists(),
    reason="slides are shown in Chromium by playwright: make book && make test-book",
)
MOVERS = next(path for path in NOTEBOOKS if "convolution_by_hand" in path.stem)
LONG = next(path for path in NOTEBOOKS if "transfer_learning" in path.stem)  # formulas, tables


@pytest.fixture(scope="module", params=[MOVERS, LONG], ids=lambda path: path.stem)
def notebook(request):
    return request.param


@pytest.fixture(scope="module")
def deck(notebook, tmp_path_factory):
    folder = tmp_path_factory.mktemp("slides")
    here = os.environ | {"PYTHONPATH": str(ROOT / ".venv/book")}
    command = [sys.executable, ROOT / "book/slides.py", notebook, folder]
    subprocess.run(command, check=True, env=here)
    return folder / f"{notebook.stem}.html"


def test_a_deck_is_paged_through_and_all_of_it_is_seen(notebook, deck, browser):
    reader = browser.new_page(viewport={"width": 1280, "height": 720})
    asked, complaints = [], []
    reader.on("request", lambda request: asked.append(request.url))
    reader.on("console", lambda words: grave(words, complaints))
    reader.on("pageerror", lambda error: complaints.append(str(error)))
    reader.goto(deck.as_uri())
    reader.wait_for_function("window.Reveal?.isReady?.()")
    slides = reader.evaluate("Reveal.getTotalSlides()")
    pictures = moved = 0
    for n in range(slides):
        slide = reader.locator("section.present")
        assert reader.evaluate("Reveal.getIndices().h") == n
        assert slide.locator("h2, h3").first.is_visible()
        size = slide.evaluate("slide => [slide.scrollWidth, slide.scrollHeight]")
        assert size <= [1280, 720] and size[1] <= 720, f"slide {n + 1} is cut off: {size}"
        assert slide.locator("mjx-merror").count() == 0
        for picture in slide.locator("figure img").all():
            pictures += 1
            assert picture.get_attribute("alt")
            assert picture.bounding_box()["height"] > 350
        if (on := slide.get_by_label("step on")).count():
            moved += 1
            on.press("Enter")
            assert slide.locator("figcaption").inner_text().startswith("2 of ")
            reader.evaluate("document.activeElement.blur()")
        reader.keyboard.press("ArrowRight")
    cells = nbformat.read(notebook, as_version=4).cells
    stored = stored_pictures.pictures([o for cell in cells for o in cell.get("outputs", [])])
    frames = [len(stored_pictures.frames(output)) for output in stored]
    assert (pictures, moved) == (len(frames), sum(n > 1 for n in frames))
    assert complaints == []
    assert [url for url in asked if not re.match("file:|data:|blob:", url)] == []
    reader.close()


@pytest.mark.parametrize("notebook", [MOVERS], indirect=True, ids=lambda path: path.stem)
def test_prose_is_for_the_speaker_and_solutions_are_left_out(notebook, deck):
    text = deck.read_text(encoding="utf-8")
    shown, notes = text.split('<div class="slides">')[1].split("</div></div>\n<script>")[0], ""
    for said in re.findall('<aside class="notes">.*?</aside>', shown, re.DOTALL):
        shown, notes = shown.replace(said, ""), notes + said
    assert "The sum is the <strong>response</strong>" in notes
    assert "The sum is the <strong>response</strong>" not in shown
    assert "# @title Solution" not in text and "import importlib.util" not in text
    assert "not answered yet" not in shown


def test_the_pdf_has_a_page_for_each_slide(deck):
    pages = re.findall(rb"/Type\s*/Page\b", deck.with_suffix(".pdf").read_bytes())
    slides = deck.read_text(encoding="utf-8").count("<section>")
    assert len(pages) == slides
    assert slides > 20
