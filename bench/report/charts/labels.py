"""Labels beside points, placed so that they touch neither each other, nor a point, nor the frame."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from matplotlib.transforms import Bbox

from bench.report.charts import style

REACHES = (6.0, 12.0, 20.0, 30.0, 44.0, 60.0, 80.0, 104.0, 132.0)
"""Distances from point to label that are tried, points; from the third on a line leads to the label."""
ANGLES = 24
"""Directions that are tried at each distance."""
BAR, CROSSING = 25.0, 60.0
"""What covering a bar, and a line that crosses something, cost: as many points of distance."""
BEST = 60
"""Free places whose lines are looked at."""
CROWD = 80.0
"""Distance within which other points make a crowd, points."""


@dataclass(frozen=True, slots=True)
class Label:
    """A text that belongs to a point, in the axes' data."""

    x: float
    """The point's x."""
    y: float
    """The point's y."""
    text: str
    """What is written; one line."""


def place(axes: Axes, labels: Sequence[Label], bars: Sequence[Bbox] = (), taken: Sequence[Bbox] = ()) -> list[str]:
    """Writes each label at the best free place; returns the texts that found none.

    The axes must have their final limits. `bars`, and lines that cross something, are avoided where that is possible;
    `taken` and the labels' points always. All boxes are in pixels. Points in a crowd choose first.
    """
    scale = axes.figure.dpi / 72
    frame = axes.get_window_extent()
    points = [_at(axes, label) for label in labels]
    marks = [_around(*point, 4.5 * scale) for point in points]
    crowds = [sum(math.dist(point, other) < CROWD * scale for other in points) for point in points]
    names: list[Bbox] = []
    lines: list[list[tuple[float, float]]] = []
    left = []
    for at in sorted(range(len(labels)), key=lambda at: -crowds[at]):
        wide, high = (72 * scale * inches for inches in style.extent(labels[at].text, style.TEXT))
        others = [*taken, *names, *marks[:at], *marks[at + 1 :]]
        free = [
            (cost + BAR * scale * _hits(box, bars), box)
            for cost, box in _spots(*points[at], wide, high, scale)
            if _inside(box, frame) and not _hits(box, others) and not _hits(box, [marks[at]])
        ]
        if not free:
            left.append(labels[at].text)
            continue
        candidates = []
        for cost, box in sorted(free, key=lambda spot: spot[0])[:BEST]:
            line = _line(points[at], box, scale)
            crossed = sum(_crosses(line, other) for other in others) + sum(_crosses(old, box) for old in lines)
            candidates.append((cost + CROSSING * scale * crossed, box, line))
        _, box, line = min(candidates, key=lambda spot: spot[0])
        names.append(box)
        lines.append(line)
        _write(axes, labels[at].text, box, line)
    return left


def _at(axes: Axes, label: Label) -> tuple[float, float]:
    x, y = axes.transData.transform((label.x, label.y))
    return float(x), float(y)


def _line(point: tuple[float, float], box: Bbox, scale: float) -> list[tuple[float, float]]:
    """Points along the line from a mark's edge to its label; none where the label is so near that it needs no line."""
    near = min(max(point[0], box.x0), box.x1), min(max(point[1], box.y0), box.y1)
    away = math.dist(point, near)
    if away <= REACHES[2] * scale * 0.8:
        return []
    start = 4.5 * scale / away
    shares = [start + (1 - start) * step / 16 for step in range(17)]
    return [(point[0] + (near[0] - point[0]) * share, point[1] + (near[1] - point[1]) * share) for share in shares]


def _crosses(line: Sequence[tuple[float, float]], box: Bbox) -> bool:
    return any(box.x0 - 1 <= x <= box.x1 + 1 and box.y0 - 1 <= y <= box.y1 + 1 for x, y in line)


def bar(axes: Axes, ends: Sequence[tuple[float, float]]) -> Bbox:
    """The box, in pixels, of a straight line along an axis, from its ends in the axes' data."""
    (x0, y0), (x1, y1) = axes.transData.transform(ends)
    return Bbox.from_extents(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))


def _spots(x: float, y: float, wide: float, high: float, scale: float) -> Iterator[tuple[float, Bbox]]:
    """Boxes around a point, each with its cost: nearer is better, corners and sides better than above and below."""
    for reach in REACHES:
        for across, up in ((1.0, 1.0), (1.0, -1.0), (-1.0, 1.0), (-1.0, -1.0)):
            away = 0.6 * reach * scale
            left = x + away if across > 0 else x - away - wide
            bottom = y + away if up > 0 else y - away - high
            yield reach * scale, Bbox.from_bounds(left, bottom, wide, high)
        for step in range(ANGLES):
            angle = 2 * math.pi * step / ANGLES
            across, up = math.cos(angle), math.sin(angle)
            left = x + across * reach * scale - wide * (1 - across) / 2
            bottom = y + up * reach * scale - high * (1 - up) / 2
            yield (reach + 4 * abs(up)) * scale, Bbox.from_bounds(left, bottom, wide, high)


def _around(x: float, y: float, half: float) -> Bbox:
    return Bbox.from_extents(x - half, y - half, x + half, y + half)


def _inside(box: Bbox, frame: Bbox) -> bool:
    return bool(frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1)


def _hits(box: Bbox, others: Sequence[Bbox]) -> int:
    """How many of the others the box touches, a little air included."""
    return sum(
        box.x0 - 2 < other.x1 and other.x0 < box.x1 + 2 and box.y0 - 2 < other.y1 and other.y0 < box.y1 + 2
        for other in others
    )


def _write(axes: Axes, text: str, box: Bbox, line: Sequence[tuple[float, float]]) -> None:
    into = axes.transAxes.inverted()
    if line:
        ends = into.transform([line[0], line[-1]])
        axes.plot(*ends.T, color=style.SOFT, lw=0.6, transform=axes.transAxes, zorder=1.5)
    x, y = into.transform((box.x0, box.y0))
    axes.text(
        x,
        y,
        text,
        transform=axes.transAxes,
        size=style.TEXT,
        ha="left",
        va="bottom",
        zorder=5,
        path_effects=[withStroke(linewidth=2.2, foreground="#FFFFFFCC")],
    )
