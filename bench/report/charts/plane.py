"""The claim plane: what a candidate saves against what it loses, with the corner in which the claim holds."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Polygon, Rectangle
from matplotlib.ticker import FuncFormatter
from matplotlib.transforms import Bbox

from bench.claims import COST, SCORE, Axis, Part
from bench.language import tr, tr_later
from bench.report.charts import labels, style
from bench.stats import Interval

VERDICTS: Mapping[str, dict[str, Any]] = {
    "supported": {"marker": "o", "color": "#0072B2"},
    "refuted": {"marker": "X", "color": "#D55E00"},
    "inconclusive": {"marker": "D", "color": "#7A6A00", "markerfacecolor": "white"},
    "screened": {"marker": "d", "color": "#7A6A00", "markerfacecolor": "white"},
    "reported": {"marker": "s", "color": "#666666", "markerfacecolor": "white"},
}
"""Verdict -> how its points look: marker and filling say what the colour says."""
ALL = tr_later("mean of the suites")
"""What stands for all suites together in the data."""
FARTHEST = 1000.0
"""An interval's end beyond this factor of its estimate is cut: it would squeeze everything else."""


LEAST_SHARE = 0.001
"""A smaller ratio is written as a fraction: "99.9999 % less" is hard to read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanePoint:
    """A candidate against its baseline, on one set of items."""

    label: str
    """The candidate, or the pair."""
    group: str
    """What it was measured on, e.g. the suite; written beside the label where there are several."""
    ratio: Interval
    """Candidate / baseline, e.g. of cost, above 0; bounds None where unknown."""
    difference: Interval
    """Candidate - baseline, e.g. of score, as a fraction; bounds None where unknown."""
    verdict: str
    """"supported", "refuted", "inconclusive", "screened", or "reported" where nothing is judged."""
    n: int
    """Items it rests on."""
    region: tuple[tuple[float, float], ...] = ()
    """Corners of the joint confidence region, as (ratio, difference); empty if there is none."""

    @property
    def shown_group(self) -> str:
        """The group as the picture names it."""
        return tr(self.group) if self.group == ALL else self.group


@dataclass(frozen=True, slots=True)
class Corner:
    """Where a claim holds."""

    across: Part
    """The part whose ratios run across."""
    up: Part
    """The part whose differences run upwards."""
    ratio: float | None
    """The largest ratio that keeps its margin; None leaves that side open."""
    difference: float | None
    """The smallest difference that keeps its margin; None leaves that side open."""
    reading: str
    """How to read the plane."""

    @classmethod
    def of(cls, margins: Mapping[str, float], across: Part = COST, up: Part = SCORE) -> Corner:
        """The corner that margins, by their keys, leave."""
        claimed = [part for part in (across, up) if part.margin in margins]
        words = tr(" and ").join(part.drawn(margins[part.margin]) for part in claimed)
        shaded = tr(" Shaded: {words}, as claimed.", words=words) if words else ""
        reading = f"{tr(corner_axis(across).end)}, {tr(corner_axis(up).end)}.{shaded}"
        bounds = [part.bound(margins[part.margin]) if part in claimed else None for part in (across, up)]
        return cls(across, up, bounds[0], bounds[1], reading)

    def tick(self, ratio: float) -> str:
        """A ratio as a reader says it: "90 % less", "same", "2× the cost"."""
        if abs(ratio - 1) < 1e-9:
            return tr("same")
        times = tr(corner_axis(self.across).times)
        if ratio < LEAST_SHARE:
            return f"1/{1 / ratio:,.0f}"
        return (
            tr("{ratio:.6g} % less", ratio=100 * (1 - ratio))
            if ratio < 1
            else tr("{ratio:.6g}× {times}", ratio=ratio, times=times)
        )


def corner_axis(part: Part) -> Axis:
    """How a part is drawn. ValueError if it is not."""
    if part.axis is None:
        raise ValueError(f"{part.key} has no axis")
    return part.axis


def claim_plane(
    points: Sequence[PlanePoint],
    *,
    margins: Mapping[str, float],
    title: str,
    caption: str,
    stem: Path,
    shape: style.Shape = "wide",
    across: Part = COST,
    up: Part = SCORE,
    reason: str = "",
) -> list[Path]:
    """Writes the plane as stem.svg, stem.png and stem.csv, and returns them.

    `across` and `up` are the parts of a claim whose estimates the points hold; both need an `axis`. `margins`, by the
    parts' keys, shade the corner in which the claim holds; a side without a margin stays open. `reason` says
    why a verdict is not what the marks alone would say.
    Points without room for their label are counted below the chart. IncompleteError if a file cannot be written.
    """
    corner = Corner.of(margins, across, up)
    corner = replace(corner, reading=f"{corner.reading} {reason}".strip())
    figure = draw(points, corner, title, caption, shape)
    header = ["label", "group", "verdict", "n"]
    header += [f"{corner_axis(part).column}{end}" for part in (across, up) for end in ("", "_low", "_high")]
    rows = [
        [
            p.label,
            p.group,
            p.verdict,
            p.n,
            p.ratio.estimate,
            p.ratio.low,
            p.ratio.high,
            p.difference.estimate,
            p.difference.low,
            p.difference.high,
        ]
        for p in points
    ]
    return style.write(figure, stem, header, rows)


@style.styled
def draw(
    points: Sequence[PlanePoint],
    corner: Corner,
    title: str,
    caption: str,
    shape: style.Shape,
) -> Figure:
    """The laid-out figure."""
    words = style.Words(title, corner.reading, caption)
    figure, unnamed = _laid_out(points, corner, words, shape)
    if unnamed:
        note = tr(
            "{caption} {unnamed} of {points} points have no room for a name: the CSV file names all.",
            caption=caption,
            unnamed=unnamed,
            points=len(points),
        )
        figure, _ = _laid_out(points, corner, replace(words, caption=note), shape)
    return figure


def _laid_out(
    points: Sequence[PlanePoint],
    corner: Corner,
    words: style.Words,
    shape: style.Shape,
) -> tuple[Figure, int]:
    """The figure, and how many points found no room for their name."""
    legend = (
        0.0
        if len(points) <= style.most_named()
        else style.key_height(shape, [f"00 {p.label}, {p.shown_group}" for p in points])
    )
    figure, room = style.page(words, shape, 3.4 + legend)
    verdicts = [verdict for verdict in VERDICTS if any(point.verdict == verdict for point in points)]
    room = style.key(figure, room, [(tr(verdict), VERDICTS[verdict]) for verdict in verdicts])
    several = len({point.group for point in points}) > 1
    names = [f"{point.label}, {point.shown_group}" if several else point.label for point in points]
    numbered = len(points) > style.most_named()
    if numbered:
        entries = [
            (f"{at} {name}", VERDICTS[p.verdict]) for at, (name, p) in enumerate(zip(names, points, strict=True), 1)
        ]
        room = style.key(figure, room, entries)
    axes = style.axes(figure, style.Box(room.left + 0.62, room.bottom + 0.42, room.right - 0.1, room.top))
    _scales(axes, points, corner)
    edges = _corner(axes, corner)
    bars = [bar for point in points for bar in _point(axes, point)]
    texts = [
        labels.Label(point.ratio.estimate, 100 * point.difference.estimate, str(at) if numbered else name)
        for at, (point, name) in enumerate(zip(points, names, strict=True), 1)
    ]
    return figure, len(labels.place(axes, texts, [*bars, *edges]))


def _scales(axes: Axes, points: Sequence[PlanePoint], corner: Corner) -> None:
    """The smaller ratio to the right on a log axis; both bounds, "the same ratio" and "no difference" are in view."""
    shown = corner.ratio is not None and corner.ratio > 0
    xs = [1.0, *([corner.ratio] if shown and corner.ratio is not None else [])]
    ys = [0.0, *([] if corner.difference is None else [corner.difference])]
    for point in points:
        xs += [point.ratio.estimate, *_ends(point)[0], *(x for x, _ in point.region if x > 0)]
        ys += [point.difference.estimate, *_ends(point)[1], *(y for _, y in point.region)]
    low, high = math.log10(min(xs)), math.log10(max(xs))
    span = max(high - low, 0.5)
    bound = corner.ratio if shown and corner.ratio is not None else 1.0
    style.log_axis(axes, 10 ** (high + 0.06 * span), 10 ** (low - 0.10 * span), corner.tick, bound)
    least, most = 100 * min(ys), 100 * max(ys)
    air = 0.10 * max(most - least, 2.0)
    axes.set_ylim(max(-103.0, least - air), min(103.0, most + air))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda points, _: style.signed(points)))
    axes.set_xlabel(tr(corner_axis(corner.across).label))
    axes.set_ylabel(tr(corner_axis(corner.up).label))
    axes.grid(zorder=0)


def _corner(axes: Axes, corner: Corner) -> list[Bbox]:
    """The shaded corner of the claim, and lines where both models are alike; returns the lines' boxes in pixels."""
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    x = left if corner.ratio is None else max(corner.ratio, right)
    y = bottom if corner.difference is None else 100 * corner.difference
    plain: dict[str, Any] = {"color": style.SOFT, "lw": 0.8, "zorder": 1}
    edge: dict[str, Any] = {"color": style.EDGE, "lw": 1.2, "ls": (0, (4, 3)), "zorder": 1.2}
    lines: list[tuple[list[float], list[float], dict[str, Any]]] = [
        ([left, right], [0, 0], plain),
        ([1, 1], [bottom, top], plain),
    ]
    lines += [] if corner.ratio is None else [([x, x], [y, top], edge)]
    lines += [] if corner.difference is None else [([x, right], [y, y], edge)]
    if len(lines) > 2:
        axes.add_patch(Rectangle((right, y), x - right, top - y, facecolor=style.CLAIMED, edgecolor="none", zorder=0))
    for xs, ys, how in lines:
        axes.plot(xs, ys, **how)
    return [labels.bar(axes, list(zip(xs, ys, strict=True))) for xs, ys, _ in lines]


def _point(axes: Axes, point: PlanePoint) -> Iterator[Bbox]:
    """Draws a point with its region and bars; yields the bars' boxes in pixels."""
    look = VERDICTS[point.verdict]
    if point.region:
        corners = [(x, 100 * y) for x, y in point.region]
        axes.add_patch(Polygon(corners, facecolor=look["color"], alpha=0.13, edgecolor="none", zorder=1.4))
    x, y = point.ratio.estimate, 100 * point.difference.estimate
    across, up = _ends(point)
    line: dict[str, Any] = {"color": look["color"], "lw": 1.3, "zorder": 2, "solid_capstyle": "butt"}
    for ends in ([(end, y) for end in across], [(x, 100 * end) for end in up]):
        if ends:
            axes.plot([end[0] for end in ends], [end[1] for end in ends], **line)
            yield labels.bar(axes, ends)
    axes.plot([x], [y], linestyle="none", markersize=7, markeredgewidth=1.3, zorder=4, **look)


def _ends(point: PlanePoint) -> tuple[list[float], list[float]]:
    """Both intervals' ends; none where a bound is unknown."""
    ratio, difference = point.ratio, point.difference
    across = [] if ratio.low is None or ratio.high is None else [ratio.low, ratio.high]
    across = [min(max(end, ratio.estimate / FARTHEST), ratio.estimate * FARTHEST) for end in across]
    up = [] if difference.low is None or difference.high is None else [difference.low, difference.high]
    return across, up
