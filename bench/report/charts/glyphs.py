"""Names in any script, drawn with the one font that charts are the same with on every machine; Chinese with its own."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, findSystemFonts, fontManager
from matplotlib.ft2font import FT2Font
from matplotlib.text import Text

from bench.language import ENGLISH, language, tr_later

FONT = "DejaVu Sans"
"""Comes with matplotlib; it has no Chinese, Japanese or Korean characters and few emoji."""
CHINESE = (
    r"noto-?sans-?(cjk|sc)", r"source-?han-?sans", r"wqy-(zenhei|microhei)", r"msyh", r"pingfang", r"hiragino.*gb",
    r"stheiti", r"simhei", r"arial-?unicode", r"droidsansfallback", r"noto-?serif-?(cjk|sc)", r"simsun", r"uming",
)  # fmt: skip
"""How files of fonts with Chinese characters begin, the best first: Linux, Windows and macOS."""
WEIGHTS = (400, 700)
"""Weights that the one file serves for."""
SAMPLE = "结论未定"
"""Characters that such a font has."""
LACKING = "□"
"""Stands for a character that the font lacks."""
NOTE = tr_later("□ is a character that the charts' font lacks")
"""What a chart's caption says of them, once."""


@lru_cache(maxsize=1)
def chinese_font() -> str | None:
    """The name of a font with Chinese characters, where this machine has one of those known."""
    files = [Path(path) for path in findSystemFonts()]
    for pattern in CHINESE:
        for path in sorted(path for path in files if re.match(pattern, path.name.lower().replace("_", "-"))):
            try:
                font = FT2Font(path)
                if set(map(ord, SAMPLE)) <= set(font.get_charmap()):
                    fontManager.addfont(path)
                    entry = next(entry for entry in fontManager.ttflist if entry.fname == str(path))
                    fontManager.ttflist += [replace(entry, weight=weight) for weight in WEIGHTS]
                    return font.family_name
            except (OSError, RuntimeError):  # damaged, or of a kind that matplotlib does not read
                continue
    return None


def fonts() -> tuple[str, ...]:
    """The fonts of a chart in the language of now: a character is drawn with the first that has it."""
    chinese = None if language() == ENGLISH else chinese_font()
    return (FONT, chinese) if chinese else (FONT,)


def has_font() -> bool:
    """Whether charts can be in the language of now."""
    return language() == ENGLISH or chinese_font() is not None


@lru_cache(maxsize=2)
def _known(families: tuple[str, ...]) -> frozenset[int]:
    """Code points that one of the fonts has in both of its weights; a line break is no character."""
    known = frozenset([ord("\n")])
    for family in families:
        both = (FT2Font(findfont(FontProperties(family=family, weight=weight))) for weight in ("normal", "bold"))
        first, second = (frozenset(font.get_charmap()) for font in both)
        known |= first & second
    return known


def drawable(text: str) -> str:
    """The text with LACKING for each character that the fonts lack, and that matplotlib would warn of."""
    return text if text.isascii() and text.isprintable() else _drawable(text, fonts())


@lru_cache(maxsize=4096)
def _drawable(text: str, families: tuple[str, ...]) -> str:
    return "".join(char if ord(char) in _known(families) else LACKING for char in text)


def clean_figure(figure: Figure) -> None:
    """Makes every text of a figure drawable."""
    for text in figure.findobj(Text):
        assert isinstance(text, Text)
        shown = drawable(text.get_text())
        if shown != text.get_text():
            text.set_text(shown)
