"""What is written on a laid-out figure, whether it can be read, and the data beside it."""

from __future__ import annotations

import csv
from itertools import combinations
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

Written = list[tuple[str, Bbox, float]]


def written(figure: Figure) -> Written:
    """Every text that is drawn: what it says, its box in pixels, its size in points."""
    figure.draw_without_rendering()
    hidden: set[Any] = set()
    for axes in figure.axes:
        axis: Any
        for axis in (axes.xaxis, axes.yaxis):
            drawn = {id(tick) for tick in axis._update_ticks()}
            every = [*axis.get_major_ticks(), *axis.get_minor_ticks()]
            hidden |= {label for tick in every for label in (tick.label1, tick.label2) if id(tick) not in drawn}
            hidden |= {tick.label2 for tick in every}
    texts = [text for text in figure.findobj(Text) if isinstance(text, Text)]
    shown = [text for text in texts if text.get_visible() and text.get_text().strip() and text not in hidden]
    return [(text.get_text(), Text.get_window_extent(text), float(text.get_fontsize())) for text in shown]


def faults(figure: Figure) -> list[str]:
    """Texts that touch each other, run off the page, or are too small where the figure is 600 pixels wide."""
    found = written(figure)
    assert found, "nothing is written"
    bad = [f"{one} touches {other}" for (one, a, _), (other, b, _) in combinations(found, 2) if _touch(a, b)]
    page = figure.bbox
    for text, box, size in found:
        if not (page.x0 - 1 <= box.x0 and box.x1 <= page.x1 + 1 and page.y0 - 1 <= box.y0 and box.y1 <= page.y1 + 1):
            bad.append(f"{text} is cut")
        if size / 72 * 600 / figure.get_size_inches()[0] < 9:
            bad.append(f"{text} is too small")
    return bad


def _touch(a: Bbox, b: Bbox) -> bool:
    return bool(a.x0 + 1 < b.x1 and b.x0 + 1 < a.x1 and a.y0 + 1 < b.y1 and b.y0 + 1 < a.y1)


def table(path: Path) -> list[dict[str, str]]:
    """The rows of a chart's CSV."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
