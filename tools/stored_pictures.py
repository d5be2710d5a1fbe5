"""The pictures in a notebook's outputs, as `plotting.show` and `plotting.steps` store them."""

import base64
import html
import json
import re
from typing import NamedTuple

IMAGE = re.compile(
    r'<img src="data:image/png;base64,([^"]*)" width="(\d+)" height="(\d+)" '
    r'style="[^"]*" alt="([^"]*)">'
)
LATER = re.compile(r'<script type="application/json">(.*?)</script>')
CAPTION = re.compile(r"<figcaption [^>]*>(.*?)</figcaption>")


class Frame(NamedTuple):
    words: str
    png: bytes
    size: tuple  # width and height on the page


def page(output):
    return output.get("data", {}).get("text/html", "")


def is_picture(output):
    return "<figure" in page(output) or "<img" in page(output)


def pictures(outputs):
    return [output for output in outputs if is_picture(output)]


def frames(output):
    """The one frame of a picture, or all frames of a player; none if the page is not as it was"""
    image = IMAGE.search(page(output))
    if image is None:
        return []
    source, width, height, alt = image.groups()
    later = LATER.search(page(output))
    pairs = [(source, html.unescape(alt)), *(json.loads(later[1]) if later else [])]
    size = int(width), int(height)
    return [Frame(words, base64.b64decode(source.split(",")[-1]), size) for source, words in pairs]


def caption(output):
    found = CAPTION.search(page(output))
    return html.unescape(found[1]) if found else ""


def drawn(output):
    """What is drawn on each frame, as lists of lines."""
    return output.metadata.get("text/html", {}).get("drawn", [])


def said(frames):
    """The plain text that goes with the frames of an output."""
    if len(frames) == 1:
        return frames[0].words
    return "\n".join(f"{n} of {len(frames)}: {frame.words}" for n, frame in enumerate(frames, 1))
