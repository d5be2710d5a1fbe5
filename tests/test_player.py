"""The player of `plotting.steps` in a real browser, moved by slider, buttons and keys.

`make test-browser` runs it: Debian's Chromium, driven by playwright. Where one is missing, it says
so in one sentence and the rest of `make test` runs.
"""

import importlib.util
import shutil

import IPython
import IPython.display
import matplotlib.pyplot as plt
import numpy as np
import pytest

from dlhelpers import plotting

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
MISSING = CHROMIUM is None or importlib.util.find_spec("playwright") is None
pytestmark = pytest.mark.skipif(
    MISSING, reason="the player is tested in Chromium by playwright: make test-browser"
)
WIDTHS = (360, 1280)
FRAMES = 4


def words(n):
    return f"This is frame {n + 1} of the test & nothing else."


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        yield started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])


@pytest.fixture(scope="module")
def page_of_a_player(tmp_path_factory):
    """The file with a player, as an HTML export or an output frame holds it, and its words."""
    plt.switch_backend("agg")
    plt.close(plt.figure())  # what Matplotlib asks of IPython it asks now
    given = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(IPython, "get_ipython", lambda: "a shell")
        patch.setattr(
            IPython.display, "display", lambda data, metadata, raw: given.append(data["text/html"])
        )
        plotting.steps(
            (plotting.image_grid(np.eye(n + 2)[None]) for n in range(FRAMES)),
            [words(n) for n in range(FRAMES)],
        )
    page = tmp_path_factory.mktemp("player") / "player.html"
    head = '<!doctype html><html lang="en"><meta charset="utf-8"><title>A player</title>'
    head += '<meta name="viewport" content="width=device-width">'
    page.write_text(f"{head}<main>{given[0]}{given[0]}</main>", encoding="utf-8")
    return page


@pytest.fixture(params=WIDTHS)
def page(request, browser, page_of_a_player):
    context = browser.new_context(viewport={"width": request.param, "height": 800})
    opened, complaints, asked = context.new_page(), [], []
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto(page_of_a_player.as_uri())
    yield opened
    assert complaints == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    context.close()


def shown(page):
    """The number of the frame that the first player shows; all that tells it must agree."""
    player = page.locator("figure").first
    caption, slider = player.locator("figcaption").inner_text(), player.locator("input")
    number = int(slider.input_value())
    assert caption == f"{number + 1} of {FRAMES}: {words(number)}"
    assert slider.get_attribute("aria-valuetext") == caption
    assert player.locator("img").get_attribute("alt") == words(number)
    return number


def test_the_slider_the_buttons_and_the_keys_move_it(page):
    player = page.locator("figure").first
    pictures = [player.locator("img").get_attribute("src")]
    assert shown(page) == 0
    player.get_by_label("step on").click()
    pictures.append(player.locator("img").get_attribute("src"))
    assert shown(page) == 1
    player.locator("input").fill("3")
    pictures.append(player.locator("img").get_attribute("src"))
    assert shown(page) == 3
    player.get_by_label("step on").click()
    assert shown(page) == 3
    player.get_by_label("step back").click()
    assert shown(page) == 2
    for key, then in (("ArrowLeft", 1), ("ArrowUp", 2), ("ArrowDown", 1), ("ArrowRight", 2)):
        page.keyboard.press(key)
        assert shown(page) == then
    assert len(set(pictures)) == len(pictures)


def test_two_players_of_the_same_frames_move_each_for_itself(page):
    page.locator("figure").nth(1).get_by_label("step on").click()
    assert shown(page) == 0
    assert page.locator("figure").nth(1).locator("input").input_value() == "1"
    assert page.locator("input").count() == 2


def test_it_plays_to_the_end_and_stops(page):
    page.clock.install()
    play = page.locator("figure").first.get_by_role("button").last
    assert play.inner_text() == "Play"
    play.click()
    for then in range(1, FRAMES):
        assert play.inner_text() == "Stop"
        page.clock.run_for(1300)
        assert shown(page) == then
    assert play.inner_text() == "Play"
    page.clock.run_for(5000)
    assert shown(page) == FRAMES - 1


def test_the_keyboard_alone_reaches_everything(page):
    reached = []
    for _ in range(4):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate("document.activeElement.ariaLabel || document.activeElement.innerText")
        )
    assert reached == ["step back", "step", "step on", "Play"]


def test_nothing_is_wider_than_the_page(page):
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_who_asks_for_less_motion_gets_no_play_button(browser, page_of_a_player):
    page = browser.new_context(reduced_motion="reduce").new_page()
    page.goto(page_of_a_player.as_uri())
    assert page.get_by_text("Play").first.is_hidden()
    page.get_by_label("step on").first.click()
    assert shown(page) == 1


def test_without_scripts_the_first_frame_is_a_picture(browser, page_of_a_player):
    page = browser.new_context(java_script_enabled=False).new_page()
    page.goto(page_of_a_player.as_uri())
    assert page.locator("img").first.get_attribute("alt") == words(0)
    caption = page.locator("figcaption").first.inner_text()
    assert caption == f"1 of {FRAMES}: {words(0)} {plotting.STILL}"
    assert page.locator("input").count() == page.locator("button").count() == 0


def test_it_moves_in_a_frame_without_an_origin_as_colab_has_it(browser, page_of_a_player):
    page = browser.new_context().new_page()
    page.set_content('<iframe sandbox="allow-scripts" width="700" height="600"></iframe>')
    page.evaluate(
        "content => { document.querySelector('iframe').srcdoc = content; }",
        page_of_a_player.read_text(encoding="utf-8"),
    )
    inside = page.frame_locator("iframe")
    inside.get_by_label("step on").first.click()
    assert inside.locator("figcaption").first.inner_text() == f"2 of {FRAMES}: {words(1)}"
