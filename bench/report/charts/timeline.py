"""Since when: each candidate's share of the bill and score difference, by its date; one panel above the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from bench.report.charts import style
from bench.stats import Interval

PANEL = 2.3
"""Height of a panel, inches."""
SHARES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
"""Ticks of the share of the bill."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """A candidate against its baseline, at a date."""

    label: str
    """The candidate."""
    group: str
    """What it was measured on."""
    day: date
    """When."""
    ratio: float
    """Its bill over the baseline's, above 0."""
    difference: Interval
    """Candidate - baseline, as a fraction; bounds None where unknown."""


def timeline(
    points: Sequence[Dated], *, cheaper_by: float, worse_by: float, title: str, caption: str, stem: Path
) -> list[Path]:
    """Writes the chart as stem.svg, stem.png and stem.csv, and returns them. IncompleteError if it cannot."""
    header = [
        "label",
        "group",
        "date",
        "cost_ratio",
        "score_difference",
        "score_difference_low",
        "score_difference_high",
    ]
    rows = [
        [p.label, p.group, p.day.isoformat(), p.ratio, p.difference.estimate, p.difference.low, p.difference.high]
        for p in points
    ]
    return style.write(draw(points, cheaper_by, worse_by, title, caption), stem, header, rows)


@style.styled
def draw(points: Sequence[Dated], cheaper_by: float, worse_by: float, title: str, caption: str) -> Figure:
    """The laid-out figure."""
    reading = f"Dashed: a saving of {100 * cheaper_by:g} %, and {100 * worse_by:g} points worse."
    groups = list(dict.fromkeys(point.group for point in points))
    looks: dict[str, dict[str, Any]] = {group: style.look(at) for at, group in enumerate(groups)}
    figure, room = style.page(style.Words(title, reading, caption), "wide", 2 * PANEL + 0.9)
    room = style.key(figure, room, [(group, {**looks[group], "linestyle": "none"}) for group in groups])
    half = (room.top - room.bottom - 0.62) / 2
    left, right = room.left + 0.62, room.right - 0.1
    above = style.axes(figure, style.Box(left, room.top - half, right, room.top))
    below = style.axes(figure, style.Box(left, room.bottom + 0.34, right, room.bottom + 0.34 + half))
    days = [point.day.toordinal() for point in points]
    for axes in (above, below):
        axes.set_xlim(min(days) - 25, max(days) + 25)
        axes.grid(zorder=0)
        _quarters(axes, min(points, key=lambda p: p.day).day, max(points, key=lambda p: p.day).day)
    _shares(above, points, cheaper_by)
    _gaps(below, worse_by)
    for point in points:
        look = {**looks[point.group], "linestyle": "none", "markersize": 6, "zorder": 3}
        above.plot([point.day.toordinal()], [point.ratio], **look)
        low, high = point.difference.low, point.difference.high
        if low is not None and high is not None:
            at, colour = point.day.toordinal(), look["color"]
            below.plot([at, at], [100 * low, 100 * high], color=colour, lw=1.1, alpha=0.6, zorder=2)
        below.plot([point.day.toordinal()], [100 * point.difference.estimate], **look)
    return figure


def _quarters(axes: Axes, first: date, last: date) -> None:
    """A tick at the beginning of every quarter."""
    starts = [date(year, month, 1) for year in range(first.year, last.year + 2) for month in (1, 4, 7, 10)]
    low, high = axes.get_xlim()
    shown = [day.toordinal() for day in starts if low <= day.toordinal() <= high]
    axes.xaxis.set_major_locator(FixedLocator(shown))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda at, _: date.fromordinal(int(at)).strftime("%Y-%m")))


def _shares(axes: Axes, points: Sequence[Dated], cheaper_by: float) -> None:
    ratios = [point.ratio for point in points]
    axes.set_yscale("log")
    axes.set_ylim(min(*ratios, 1 - cheaper_by) / 1.6, max(*ratios, 1.0) * 1.6)
    low, high = axes.get_ylim()
    axes.yaxis.set_major_locator(FixedLocator([share for share in SHARES if low <= share <= high]))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:g} %"))
    axes.axhline(1 - cheaper_by, color=style.EDGE, lw=1.2, ls=(0, (4, 3)), zorder=1)
    axes.axhline(1.0, color=style.SOFT, lw=0.9, zorder=1)
    axes.set_ylabel("share of Claude's bill")


def _gaps(axes: Axes, worse_by: float) -> None:
    axes.yaxis.set_major_formatter(FuncFormatter(lambda gap, _: style.signed(gap)))
    axes.axhline(-100 * worse_by, color=style.EDGE, lw=1.2, ls=(0, (4, 3)), zorder=1)
    axes.axhline(0, color=style.SOFT, lw=0.9, zorder=1)
    axes.set_ylabel("score difference (points)")
