"""Texts of a chart before it is drawn: how large they will be, and in lines that fit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties

from bench.report.charts.glyphs import drawable, fonts

PIECES = re.compile(r"[（“]*[\u3400-\u9fff][，。：；、！？）”％]*|[^\u3400-\u9fff（“]+|[（“]+")
"""Parts of a word between which a line may be broken: Chinese has no spaces."""
MOST_CHARACTERS = 400
"""No line of a figure holds more, however narrow they are."""
RULER = RendererAgg(1, 1, 100)  # type: ignore[no-untyped-call]
"""Measures texts, before there is a figure, as they will be drawn."""


def extent(text: str, size: float, weight: str = "normal") -> tuple[float, float]:
    """A line's width and height, inches."""
    return _extent(text, size, weight, fonts())


@lru_cache(maxsize=4096)
def _extent(text: str, size: float, weight: str, families: tuple[str, ...]) -> tuple[float, float]:
    font = FontProperties(family=list(families), size=size, weight=weight)
    sizes = [RULER.get_text_width_height_descent(part, font, False) for part in (drawable(text), "lp")]  # type: ignore[no-untyped-call]
    return sizes[0][0] / RULER.dpi, max(height for _, height, _ in sizes) / RULER.dpi


def wrap(text: str, size: float, room: float, weight: str = "normal") -> list[str]:
    """The text in lines that fit, broken at spaces and between Chinese characters; a longer word is cut short."""
    room *= 0.98  # widths are rounded to pixels, word by word
    space = extent("x x", size, weight)[0] - 2 * extent("x", size, weight)[0]
    lines: list[str] = []
    left = 0.0
    for word, before in _words(text):
        gap = space if before else 0.0
        wide = extent(word, size, weight)[0]
        if lines and wide + gap <= left:
            lines[-1] += before + word
            left -= wide + gap
        else:
            lines.append(shortened(word, size, room, weight))
            left = room - wide
    return lines


def _words(text: str) -> Iterator[tuple[str, str]]:
    """What no line is broken within, and the space before it: a word, or a Chinese character with its stops."""
    for word in text.split():
        for at, piece in enumerate(PIECES.findall(word)):
            yield piece, "" if at else " "


def shortened(text: str, size: float, room: float, weight: str = "normal") -> str:
    """The text, drawable, if it fits, else its beginning and end around an ellipsis."""
    text = drawable(text)
    if len(text) <= MOST_CHARACTERS and extent(text, size, weight)[0] <= room:
        return text
    keep = min(len(text) - 1, MOST_CHARACTERS)
    while keep > 1 and extent(_cut(text, keep), size, weight)[0] > room:
        keep -= 1
    return _cut(text, keep)


def _cut(text: str, keep: int) -> str:
    head = (keep + 1) // 2
    return f"{text[:head]}…{text[len(text) - (keep - head) :]}"
