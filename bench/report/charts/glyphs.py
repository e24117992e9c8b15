"""Names in any script, drawn with the one font that charts are the same with on every machine."""

from __future__ import annotations

from functools import lru_cache

from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont
from matplotlib.ft2font import FT2Font
from matplotlib.text import Text

from bench.language import tr_later

FONT = "DejaVu Sans"
"""Comes with matplotlib; it has no Chinese, Japanese or Korean characters and few emoji."""
LACKING = "□"
"""Stands for a character that the font lacks."""
NOTE = tr_later("□ is a character that the charts' font lacks")
"""What a chart's caption says of them, once."""


@lru_cache(maxsize=1)
def _known() -> frozenset[int]:
    """Code points that the font has in both of its weights; a line break is no character."""
    fonts = (FT2Font(findfont(FontProperties(family=FONT, weight=weight))) for weight in ("normal", "bold"))
    first, second = (frozenset(font.get_charmap()) for font in fonts)
    return (first & second) | {ord("\n")}


@lru_cache(maxsize=4096)
def drawable(text: str) -> str:
    """The text with LACKING for each character that the font lacks, and that matplotlib would warn of."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(char if ord(char) in _known() else LACKING for char in text)


def clean_figure(figure: Figure) -> None:
    """Makes every text of a figure drawable."""
    for text in figure.findobj(Text):
        assert isinstance(text, Text)
        shown = drawable(text.get_text())
        if shown != text.get_text():
            text.set_text(shown)
