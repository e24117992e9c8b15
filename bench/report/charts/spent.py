"""What dollars decide: how often a run of each price supports a claim, and how far one run came with what it spent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from bench.report.charts import style

HEIGHT = 3.0
"""Height of the panel, inches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A line over what is spent."""

    label: str
    """What it is, in the data."""
    shown: str = ""
    """What it is, in the picture; empty for the label."""
    spent: tuple[float, ...]
    """What was spent: USD, or items where no price is known."""
    values: tuple[float, ...]
    """Its values."""
    bound: bool = False
    """Whether it is a boundary, and no measurement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What stands around lines over what is spent."""

    title: str
    """What it shows."""
    reading: str
    """How to read it."""
    caption: str
    """n, dates, settings."""
    across: str
    """The title of the x axis."""
    up: str
    """The title of the y axis."""
    shares: bool = False
    """Whether the values are shares in [0, 1]."""
    stop: float | None = None
    """Where the run stopped; None where it did not."""


def dollars(lines: Sequence[Course], picture: Picture, stem: Path) -> list[Path]:
    """Writes the chart as stem.svg, stem.png and stem.csv, and returns them. IncompleteError if it cannot."""
    rows = [[line.label, x, y] for line in lines for x, y in zip(line.spent, line.values, strict=True)]
    return style.write(draw(lines, picture), stem, ["line", "spent", "value"], rows)


@style.styled
def draw(lines: Sequence[Course], picture: Picture) -> Figure:
    """The laid-out figure."""
    figure, room = style.page(style.Words(picture.title, picture.reading, picture.caption), "wide", HEIGHT + 0.8)
    looks: list[dict[str, Any]] = []
    for at, line in enumerate(lines):
        dashes = {"linestyle": (0, (4, 3)), "marker": "", "color": style.EDGE} if line.bound else {"linestyle": "-"}
        looks.append({**style.look(at), **dashes, "linewidth": 1.4, "markersize": 5})
    room = style.key(figure, room, [(line.shown or line.label, look) for line, look in zip(lines, looks, strict=True)])
    axes = style.axes(figure, style.Box(room.left + 0.62, room.bottom + 0.5, room.right - 0.1, room.top))
    axes.grid(zorder=0)
    for line, look in zip(lines, looks, strict=True):
        axes.plot(line.spent, line.values, **look, zorder=3)
    axes.set_xlim(0, max(x for line in lines for x in line.spent) * 1.05)
    if picture.shares:
        axes.set_ylim(0, 1.03)
        axes.yaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:.0f} %"))
    if picture.stop is not None:
        axes.axvline(picture.stop, color=style.SOFT, lw=0.9, zorder=1)
    axes.set_xlabel(picture.across)
    axes.set_ylabel(picture.up)
    return figure
