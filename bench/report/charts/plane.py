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

from bench.report.charts import labels, style
from bench.stats import Interval

VERDICTS: Mapping[str, dict[str, Any]] = {
    "supported": {"marker": "o", "color": "#0072B2"},
    "refuted": {"marker": "X", "color": "#D55E00"},
    "inconclusive": {"marker": "D", "color": "#7A6A00", "markerfacecolor": "white"},
    "reported": {"marker": "s", "color": "#666666", "markerfacecolor": "white"},
}
"""Verdict -> how its points look: marker and filling tell what the colour tells."""
FARTHEST = 1000.0
"""An interval's end beyond this factor of its estimate is cut: it would squeeze everything else."""


@dataclass(frozen=True, slots=True)
class PlanePoint:
    """A candidate against its baseline, on one set of items."""

    label: str
    """The candidate, or the pair."""
    group: str
    """What it was measured on, e.g. the suite; written beside the label where there are several."""
    ratio: Interval
    """Cost of the candidate / cost of the baseline, above 0; bounds None where unknown."""
    difference: Interval
    """Score of the candidate - score of the baseline, as a fraction; bounds None where unknown."""
    verdict: str
    """"supported", "refuted", "inconclusive", or "reported" where nothing is judged."""
    n: int
    """Items it rests on."""
    region: tuple[tuple[float, float], ...] = ()
    """Corners of the joint confidence region, as (ratio, difference); empty if there is none."""


def claim_plane(
    points: Sequence[PlanePoint],
    *,
    cheaper_by: float | None,
    worse_by: float | None,
    title: str,
    caption: str,
    stem: Path,
    shape: style.Shape = "wide",
) -> list[Path]:
    """Writes the plane as stem.svg, stem.png and stem.csv, and returns them.

    `cheaper_by` and `worse_by` (fractions) shade the corner in which the claim holds; None leaves that side open.
    Points without room for their label are counted below the chart. IncompleteError if a file cannot be written.
    """
    figure = draw(points, cheaper_by, worse_by, title, caption, shape)
    header = [
        "label", "group", "verdict", "n", "cost_ratio", "cost_ratio_low", "cost_ratio_high",
        "score_difference", "score_difference_low", "score_difference_high",
    ]  # fmt: skip
    rows = [
        [
            p.label, p.group, p.verdict, p.n, p.ratio.estimate, p.ratio.low, p.ratio.high,
            p.difference.estimate, p.difference.low, p.difference.high,
        ]
        for p in points
    ]  # fmt: skip
    return style.write(figure, stem, header, rows)


@style.styled
def draw(
    points: Sequence[PlanePoint],
    cheaper_by: float | None,
    worse_by: float | None,
    title: str,
    caption: str,
    shape: style.Shape,
) -> Figure:
    """The laid-out figure."""
    words = style.Words(title, _reading(cheaper_by, worse_by), caption)
    figure, unnamed = _laid_out(points, cheaper_by, worse_by, words, shape)
    if unnamed:
        note = f"{caption} {unnamed} of {len(points)} points have no room for a name: the CSV file names all."
        figure, _ = _laid_out(points, cheaper_by, worse_by, replace(words, caption=note), shape)
    return figure


def _laid_out(
    points: Sequence[PlanePoint],
    cheaper_by: float | None,
    worse_by: float | None,
    words: style.Words,
    shape: style.Shape,
) -> tuple[Figure, int]:
    """The figure, and how many points found no room for their name."""
    figure, room = style.page(words, shape, 3.4)
    verdicts = [verdict for verdict in VERDICTS if any(point.verdict == verdict for point in points)]
    room = style.key(figure, room, [(verdict, VERDICTS[verdict]) for verdict in verdicts])
    axes = style.axes(figure, style.Box(room.left + 0.62, room.bottom + 0.42, room.right - 0.1, room.top))
    _scales(axes, points, cheaper_by, worse_by)
    edges = _corner(axes, cheaper_by, worse_by)
    bars = [bar for point in points for bar in _point(axes, point)]
    several = len({point.group for point in points}) > 1
    texts = [
        labels.Label(
            point.ratio.estimate,
            100 * point.difference.estimate,
            f"{point.label}, {point.group}" if several else point.label,
        )
        for point in points
    ]
    return figure, len(labels.place(axes, texts, [*bars, *edges]))


def _reading(cheaper_by: float | None, worse_by: float | None) -> str:
    parts = [] if cheaper_by is None else [f"at least {100 * cheaper_by:g} % cheaper"]
    parts += [] if worse_by is None else [f"at most {100 * worse_by:g} points worse"]
    corner = f" Shaded: {' and '.join(parts)}, as claimed." if parts else ""
    return f"Right is cheaper, up is better.{corner}"


def _scales(axes: Axes, points: Sequence[PlanePoint], cheaper_by: float | None, worse_by: float | None) -> None:
    """Saving to the right on a log axis of the cost ratio; both bounds, "same cost" and "same score" are in view."""
    xs = [1.0, *([] if cheaper_by is None or cheaper_by >= 1 else [1 - cheaper_by])]
    ys = [0.0, *([] if worse_by is None else [-worse_by])]
    for point in points:
        xs += [point.ratio.estimate, *_ends(point)[0], *(x for x, _ in point.region if x > 0)]
        ys += [point.difference.estimate, *_ends(point)[1], *(y for _, y in point.region)]
    low, high = math.log10(min(xs)), math.log10(max(xs))
    span = max(high - low, 0.5)
    bound = 1.0 if cheaper_by is None or cheaper_by >= 1 else 1 - cheaper_by
    style.log_axis(axes, 10 ** (high + 0.06 * span), 10 ** (low - 0.10 * span), saving, bound)
    least, most = 100 * min(ys), 100 * max(ys)
    air = 0.10 * max(most - least, 2.0)
    axes.set_ylim(max(-103.0, least - air), min(103.0, most + air))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda points, _: style.signed(points)))
    axes.set_xlabel("cost per item, compared with the baseline (log scale)")
    axes.set_ylabel("score, points above the baseline")
    axes.grid(zorder=0)


def saving(ratio: float) -> str:
    """A cost ratio as a reader says it: "90 % less", "same", "2x"."""
    if abs(ratio - 1) < 1e-9:
        return "same"
    return f"{100 * (1 - ratio):.6g} % less" if ratio < 1 else f"{ratio:.6g}× the cost"


def _corner(axes: Axes, cheaper_by: float | None, worse_by: float | None) -> list[Bbox]:
    """The shaded corner of the claim, and lines at "same cost" and "same score"; returns the lines' boxes in pixels."""
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    x = left if cheaper_by is None else max(1 - cheaper_by, right)
    y = bottom if worse_by is None else -100 * worse_by
    plain: dict[str, Any] = {"color": style.SOFT, "lw": 0.8, "zorder": 1}
    edge: dict[str, Any] = {"color": style.EDGE, "lw": 1.2, "ls": (0, (4, 3)), "zorder": 1.2}
    lines: list[tuple[list[float], list[float], dict[str, Any]]] = [
        ([left, right], [0, 0], plain),
        ([1, 1], [bottom, top], plain),
    ]
    lines += [] if cheaper_by is None else [([x, x], [y, top], edge)]
    lines += [] if worse_by is None else [([x, right], [y, y], edge)]
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
