"""Exercises answered in the pages of the book, in a real browser, with the Python that runs there.

Pages ask Pyodide's official address for it; the browser is given the verified copy instead.
"""

import inspect
import json

import nbformat
import pytest
import test_exercises
from test_book import (
    AXE,
    BOOK,
    MISSING,
    NOTEBOOKS,
    PYODIDE,
    browser,
    parsed,
    read,
    server,
    violations,
)

from dlhelpers.exercises import verdict

assert browser and read and server  # fixtures
OFFICIAL = "https://cdn.jsdelivr.net/pyodide/v0.27.7/full/"
pytestmark = pytest.mark.skipif(
    MISSING or not (BOOK / "index.html").exists() or not PYODIDE.exists(),
    reason="answers are checked in Chromium by playwright: make book && make test-book",
)
NOTEBOOK = next(path for path in NOTEBOOKS if "convolution_by_hand" in path.stem)
CONVOLUTION = f"notebooks/{NOTEBOOK.stem}.html"
WRONG = """def convolve2d(image, kernel):
    patches = np.lib.stride_tricks.sliding_window_view(image, kernel.shape)
    return np.einsum("ijuv,uv->ij", patches, kernel)


check("convolution.convolve2d", convolve2d)"""
RIGHT = WRONG.replace("kernel)\n\n", "kernel[::-1, ::-1])\n\n")
IN_PAGE = [name for name in test_exercises.NAMES if name not in test_exercises.NEEDS_KERAS]


def editor(reader, n=0):
    return reader.locator("form.answer").nth(n)


def said(form):
    """What the page says when it has run what it was given."""
    output = form.locator("output")
    busy = "output => /^$|^(Waiting|Loading|Running) /.test(output.textContent)"
    form.page.wait_for_function(f"output => !({busy})(output)", arg=output.element_handle())
    return output.text_content()


def answered(form, code):
    form.locator("textarea").fill(code)
    form.locator("textarea").press("Control+Enter")
    return said(form)


def pages_with_exercises():
    """{exercise: (page, its number among the editors there)} and the names of those without."""
    found, without = {}, []
    for path in NOTEBOOKS:
        page = parsed(BOOK / f"notebooks/{path.stem}.html")
        cells = json.loads(page.find(id="try-it-here").string)["notebook"]["cells"]
        exercises = [cell for cell in cells if "exercise" in cell["metadata"]]
        assert len(exercises) == len(page.select(".cell.tag_exercise"))
        here = [cell for cell in exercises if cell["metadata"]["in_page"]]
        for n, cell in enumerate(here):
            found[cell["metadata"]["exercise"]] = f"notebooks/{path.stem}.html", n
        elsewhere = [cell for cell in exercises if cell not in here]
        assert page.text.count("This exercise needs Keras") == len(elsewhere)
        without += [cell["metadata"]["exercise"] for cell in elsewhere]
    return found, without


def test_what_needs_only_numpy_is_answered_in_the_page_and_what_needs_keras_says_where():
    found, without = pages_with_exercises()
    assert set(found) == set(IN_PAGE)
    assert set(without) == test_exercises.NEEDS_KERAS


def test_a_reader_answers_is_told_what_is_wrong_and_keeps_the_answer(read):
    reader = read(CONVOLUTION, python=OFFICIAL, accept_downloads=True)
    form = editor(reader)
    given = [cell.source for cell in nbformat.read(NOTEBOOK, as_version=4).cells]
    assert form.locator("textarea").input_value() in given
    assert not any(url.startswith(OFFICIAL) for url in reader.asked)
    assert "This is cross-correlation: true convolution reads" in answered(form, WRONG)
    assert form.get_attribute("data-verdict") == "wrong"
    assert answered(form, RIGHT) == "✓ convolve2d is right\n"
    assert form.get_attribute("data-verdict") == "right"
    form.get_by_text("Hint").press("Enter")
    assert said(form).startswith("hint 1 of 3: ")

    reader.add_script_tag(path=AXE)
    for theme in ("light", "dark"):
        reader.emulate_media(color_scheme=theme)
        reader.wait_for_timeout(350)
        assert (theme, violations(reader)) == (theme, [])
    with reader.expect_download() as download:
        reader.get_by_text("Download them as a notebook").press("Enter")
    assert download.value.suggested_filename == f"{NOTEBOOK.stem}_answers.ipynb"
    handed_in = nbformat.read(download.value.path(), as_version=4)
    nbformat.validate(handed_in)
    assert RIGHT in [cell.source for cell in handed_in.cells]

    reader.reload()
    form = editor(reader)
    assert form.locator("textarea").input_value() == RIGHT
    form.get_by_text("Start over").press("Enter")
    assert "..." in form.locator("textarea").input_value()
    form.get_by_text("Bring my answer back").press("Enter")
    assert form.locator("textarea").input_value() == RIGHT


def test_an_endless_answer_can_be_stopped_and_mistakes_in_python_are_shown(read, server):
    """Here the page takes Python from a folder beside its own scripts."""
    local = f"{server}/_static/pyodide/"
    reader = read("index.html", base=server, python=local)
    page = (BOOK / CONVOLUTION).read_text(encoding="utf-8").replace(OFFICIAL, "pyodide/")
    html = {"content_type": "text/html", "body": page}
    reader.context.route(f"**/{CONVOLUTION}", lambda route: route.fulfill(**html))
    reader.goto(f"{server}/{CONVOLUTION}")
    form = editor(reader)
    first, second = (RIGHT, RIGHT.replace("return", "retrun"))
    assert answered(form, first) == "✓ convolve2d is right\n"
    assert 'File "<your answer>", line 3' in answered(form, second)
    assert "NameError: name 'image' is not defined" in answered(form, "image")
    assert "the page has no keras, only NumPy" in answered(form, "keras.ops")
    form.locator("textarea").fill("while True:")
    form.locator("textarea").press("End")
    reader.keyboard.press("Enter")
    reader.keyboard.type("pass")
    assert form.locator("textarea").input_value() == "while True:\n    pass"
    form.get_by_text("Check it here").press("Enter")
    reader.wait_for_function("document.querySelector('output').textContent === 'Running …'")
    form.get_by_text("Stop").press("Enter")
    assert said(form) == "Stopped. Does every loop come to an end?"
    assert reader.evaluate("document.activeElement.textContent") == "Check it here"


def test_a_folder_cannot_hold_the_python_and_the_page_says_so(read, tmp_path):
    reader = read(CONVOLUTION)
    elsewhere = reader.evaluate("document.getElementById('try-it-here').textContent")
    script = (BOOK / "_static/answer.js").read_text(encoding="utf-8")
    reader.evaluate(
        """([known, script]) => {
            document.querySelectorAll("form.answer").forEach(form => form.remove());
            document.getElementById("try-it-here").textContent = known;
            const here = `{src: ${JSON.stringify(document.querySelector("[src*=answer]").src)}}`;
            (0, eval)(script.replace("document.currentScript", here));
        }""",
        [elsewhere.replace(OFFICIAL, "pyodide/"), script],
    )
    assert answered(editor(reader), RIGHT).startswith("A page opened from a folder may not load")


def test_every_answer_gets_the_verdict_and_the_hint_in_the_page_that_it_gets_in_jupyter(read):
    reader = read(CONVOLUTION, python=OFFICIAL)
    form, differ = editor(reader), []
    for name in IN_PAGE:
        right, wrong = test_exercises.RIGHT[name], test_exercises.WRONG[name]
        answers = [right, *(answer for answer, _ in wrong)]
        module = next(m for m in test_exercises.ANSWERS if name in m.RIGHT)
        predicted = test_exercises.engine.find(name)["kind"] == "predict"
        numbers = list(test_exercises.engine.givens(name).values())
        code = f"""{inspect.getsource(module)}
for answer in [RIGHT[{name!r}], *(answer for answer, _ in WRONG[{name!r}])]:
    check({name!r}, answer(*{numbers}) if {predicted} else answer)
"""
        lines = [line for line in answered(form, code).split("\n") if line[:1] in ("✓", "✗")]
        wanted = [verdict(name, test_exercises.given(name, a)).message for a in answers]
        hints = [test_exercises.the_hint(name, beginning) for _, beginning in wrong]
        assert all(line.endswith(hint) for line, hint in zip(lines[1:], hints, strict=True)), name
        differ += [(n, w) for n, w in zip(lines, wanted, strict=True) if n != w]
    assert differ == []
