"""The forest plot: score differences with their intervals, one a line, against the margin of a claim."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.language import tr, tr_later
from bench.report.charts import style
from bench.stats import Interval

ROW = 0.205
"""Height of a line, inches."""
TOO_SMALL = tr_later("too small")
"""The note of a row that no result could decide; such rows are grey."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForestRow:
    """One line of a forest plot."""

    label: str
    """What was compared, e.g. a family or a pair of models."""
    group: str
    """The heading it stands under, e.g. the suite; rows of a group follow each other."""
    difference: Interval
    """Score of the candidate - score of the baseline, as a fraction; bounds None where unknown."""
    n: int
    """Items it rests on."""
    discordant: int | None
    """Items on which the two differ; None where unknown."""
    note: str = ""
    """A word beside it; rows that say "too small" are grey."""
    pooled: bool = False
    """Whether it sums up its group."""

    @property
    def shown_label(self) -> str:
        """The label as the picture names it."""
        return tr("all of {suite}", suite=self.group) if self.label == f"all of {self.group}" else self.label


def forest(
    rows: Sequence[ForestRow],
    *,
    worse_by: float | None,
    title: str,
    caption: str,
    stem: Path,
    shape: style.Shape = "wide",
) -> list[Path]:
    """Writes the plot as stem.svg, stem.png and stem.csv, and returns them.

    `worse_by` (a fraction) draws the margin; None draws none. ValueError without rows, IncompleteError if a file
    cannot be written.
    """
    figure = draw(rows, worse_by, title, caption, shape)
    header = [
        "label",
        "group",
        "score_difference",
        "score_difference_low",
        "score_difference_high",
        "n",
        "discordant",
        "pooled",
        "note",
    ]
    table = [
        [
            r.label,
            r.group,
            r.difference.estimate,
            r.difference.low,
            r.difference.high,
            r.n,
            r.discordant,
            str(r.pooled).lower(),
            r.note,
        ]
        for r in rows
    ]
    return style.write(figure, stem, header, table)


@style.styled
def draw(rows: Sequence[ForestRow], worse_by: float | None, title: str, caption: str, shape: style.Shape) -> Figure:
    """The laid-out figure."""
    rows = _by_effect(rows)
    heads = len(dict.fromkeys(row.group for row in rows))
    body = ROW * (len(rows) + 1 + 1.3 * heads) + 0.5
    margin = "" if worse_by is None else tr(" Dashed: {worse_by:g} points worse.", worse_by=100 * worse_by)
    small = tr(" Grey, too small: so few items that no result on them could decide.") if any(map(_small, rows)) else ""
    figure, room = style.page(
        style.Words(
            title, tr("Right of 0 the candidate scores higher.{margin}{small}", margin=margin, small=small), caption
        ),
        shape,
        body,
    )
    places = _places(rows, room.top - 1.2 * ROW)
    table = [tuple(map(tr, HEADS)), *(_cells(row) for row in rows)]
    shown = [0, 1, *([2] if any(row.discordant is not None for row in rows) else [])]
    weights = ["normal", *(_weight(row) for row in rows)]
    wides = [
        max(style.extent(cells[at], style.TEXT, weight)[0] for cells, weight in zip(table, weights, strict=True)) + GAP
        for at in shown
    ]
    longest = max(style.extent(row.shown_label, style.TEXT, _weight(row))[0] for row in rows) + 0.1
    names = min(0.38 * (room.right - room.left), longest)
    right = room.right - sum(wides)
    axes = style.axes(figure, style.Box(room.left + names + GAP, room.bottom + 0.42, right, room.top - ROW))
    _scale(axes, rows, worse_by)
    edge = right
    for at, wide in zip(shown, wides, strict=True):
        edge += wide
        _write(figure, edge, room.top - 0.6 * ROW, tr(HEADS[at]), "right", color=style.SOFT)
        for (y, _), row, cells in zip(places, rows, table[1:], strict=True):
            _write(figure, edge, y, cells[at], "right", color=_colour(row), weight=_weight(row))
    for (y, head), row in zip(places, rows, strict=True):
        if head is not None:
            group = style.shortened(row.group, style.TEXT, right - room.left, "bold")
            _write(figure, room.left, head, group, "left", weight="bold", bbox=PAPER)
        label = style.shortened(row.shown_label, style.TEXT, names, _weight(row))
        _write(figure, room.left + 0.1, y, label, "left", color=_colour(row), weight=_weight(row))
        _bar(figure, axes, row, y)
    return figure


HEADS = (tr_later("points (interval)"), "n", tr_later("differ"))
"""The columns beside the plot; the last is left out where it is unknown for all."""
GAP = 0.14
"""Space between columns, inches."""
PAPER = {"facecolor": "white", "edgecolor": "none", "pad": 1.0}
"""Behind a heading, which may reach over the plot."""


def _by_effect(rows: Sequence[ForestRow]) -> list[ForestRow]:
    """The rows as they are drawn: within a group the largest gain first, its sum last."""
    groups = list(dict.fromkeys(row.group for row in rows))
    return sorted(rows, key=lambda row: (groups.index(row.group), row.pooled, -row.difference.estimate))


def _places(rows: Sequence[ForestRow], top: float) -> list[tuple[float, float | None]]:
    """Each row's height on the page, and its heading's where a group begins; inches."""
    places: list[tuple[float, float | None]] = []
    group = None
    for row in rows:
        head = None
        if row.group != group:
            top -= 0.3 * ROW if group is not None else 0
            head, group = top - ROW / 2, row.group
            top -= ROW
        places.append((top - ROW / 2, head))
        top -= ROW
    return places


def _cells(row: ForestRow) -> tuple[str, str, str]:
    points = style.signed(100 * row.difference.estimate, 1)
    bounds = row.difference.low, row.difference.high
    if row.note:
        aside = f" {tr(row.note)}"
    elif bounds[0] is None or bounds[1] is None:
        aside = tr(" no interval")
    else:
        aside = tr(
            " ({bounds} to {bounds2})",
            bounds=style.signed(100 * bounds[0], 1),
            bounds2=style.signed(100 * bounds[1], 1),
        )
    return points + aside, f"{row.n:,}", "?" if row.discordant is None else f"{row.discordant:,}"


def _small(row: ForestRow) -> bool:
    return row.note == TOO_SMALL


def _colour(row: ForestRow) -> str:
    return "#6E6E6E" if _small(row) else style.INK


def _weight(row: ForestRow) -> str:
    return "bold" if row.pooled else "normal"


def _scale(axes: Axes, rows: Sequence[ForestRow], worse_by: float | None) -> None:
    ends = [0.0, 0.0 if worse_by is None else -worse_by]
    for row in rows:
        ends += [row.difference.estimate, *(e for e in (row.difference.low, row.difference.high) if e is not None)]
    least, most = 100 * min(ends), 100 * max(ends)
    air = 0.06 * max(most - least, 2.0)
    axes.set_xlim(max(-104.0, least - air), min(104.0, most + air))
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")
    axes.axvline(0, color=style.SOFT, lw=0.9)
    if worse_by is not None:
        axes.axvline(-100 * worse_by, color=style.EDGE, lw=1.2, ls=(0, (4, 3)))
    axes.xaxis.set_major_formatter(lambda points, _: style.signed(points))
    axes.set_xlabel(tr("score difference (points)"))


def _bar(figure: Figure, axes: Axes, row: ForestRow, y: float) -> None:
    """A row's estimate and interval, at a height of the page in inches."""
    height = figure.get_size_inches()[1]
    at = axes.transAxes.inverted().transform((0, y / height * figure.bbox.height))[1]
    colour = _colour(row) if row.note == TOO_SMALL else style.BETTER
    across = axes.get_xaxis_transform()
    low, high = row.difference.low, row.difference.high
    if low is not None and high is not None:
        axes.plot([100 * low, 100 * high], [at, at], transform=across, color=colour, lw=2.2 if row.pooled else 1.4)
    fill = colour if low is not None and high is not None else "white"
    axes.plot(
        [100 * row.difference.estimate],
        [at],
        transform=across,
        color=colour,
        markerfacecolor=fill,
        marker="D" if row.pooled else "o",
        markersize=7 if row.pooled else 5,
        linestyle="none",
        zorder=3,
    )


def _write(figure: Figure, x: float, y: float, text: str, ha: str, **how: Any) -> None:
    width, height = figure.get_size_inches()
    figure.text(x / width, y / height, text, size=style.TEXT, ha=ha, va="center_baseline", **how)
