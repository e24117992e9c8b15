"""Latency against cost, a panel per suite, with intervals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator
from matplotlib.transforms import Bbox

from bench.language import tr, tr_later
from bench.report.charts import common, labels, style
from bench.report.numbers.comparison import RunComparison, SuiteRow
from bench.stats import Interval

READING = tr_later("Left is cheaper, low is faster; bars are 95 % intervals.")
TICKS = (1, 1.5, 2, 3, 5, 7)
"""Ticks within a power of ten."""
FARTHEST = 20.0
"""An interval's end beyond this factor of its estimate is cut: it would squeeze everything else."""


@dataclass(frozen=True, slots=True)
class Pace:
    """A model on a panel."""

    row: SuiteRow
    """Its numbers."""
    number: int
    """Its place among the models, for its look."""
    usd: Interval
    """USD per 1,000 items, above 0."""
    seconds: Interval
    """Median seconds to the end of an answer, above 0."""


def latency_cost(comparison: RunComparison, caption: str, stem: Path, shape: style.Shape = "wide") -> list[Path]:
    """Writes stem.svg, stem.png and stem.csv; nothing where no two models of a suite have both a cost and a latency.

    IncompleteError if a file cannot be written.
    """
    shown = {suite: spots for suite in common.suites(comparison) if len(spots := list(paces(comparison, suite))) > 1}
    if not shown:
        return []
    header = ["suite", "model", "n"]
    header += [f"{name}{end}" for name in ("usd_per_1000", "e2e_p50_s") for end in ("", "_low", "_high")]
    rows = [
        [suite, spot.row.model, spot.row.n, *(x for i in (spot.usd, spot.seconds) for x in (i.estimate, i.low, i.high))]
        for suite, spots in shown.items()
        for spot in spots
    ]
    return style.write(draw(comparison, caption, shape), stem, header, rows)


def paces(comparison: RunComparison, suite: str) -> Iterator[Pace]:
    """The suite's models whose cost and latency are known."""
    models = common.models(comparison)
    for row in comparison.rows:
        usd, seconds = row.cost_per_1000_usd, row.e2e_p50_s
        if row.suite == suite and usd and seconds and usd.estimate > 0 and seconds.estimate > 0:
            yield Pace(row, models.index(row.model), usd, seconds)


@style.styled
def draw(comparison: RunComparison, caption: str, shape: style.Shape) -> Figure:
    """The laid-out figure: names beside the points, or in a legend where one of them has no room."""
    many = len(common.models(comparison)) > style.most_named()
    figure, named = _laid_out(comparison, caption, shape, legend=many)
    return figure if named else _laid_out(comparison, caption, shape, legend=True)[0]


def _laid_out(comparison: RunComparison, caption: str, shape: style.Shape, legend: bool) -> tuple[Figure, bool]:
    names = [suite for suite in common.suites(comparison) if len(list(paces(comparison, suite))) > 1]
    entries = [f"{number} {model}" for number, model in enumerate(common.models(comparison), 1)]
    key = style.key_height(shape, entries) if legend else 0.0
    words = style.Words(tr("Latency against cost"), tr(READING), caption)
    figure, room = style.page(words, shape, -(-len(names) // 2) * 3.0 + key)
    if legend:
        marks = [{**style.look(number), "markeredgewidth": 1.2} for number in range(len(entries))]
        room = style.key(figure, room, list(zip(entries, marks, strict=True)))
    named = True
    for box, suite in zip(style.panels(room, len(names)), names, strict=True):
        spots = list(paces(comparison, suite))
        axes = style.axes(figure, style.Box(box.left + 0.55, box.bottom + 0.45, box.right - 0.08, box.top - 0.28))
        counts = ", ".join(str(n) for n in sorted({spot.row.items for spot in spots}))
        axes.set_title(f"{suite} (n = {counts})", size=style.TEXT + 1, loc="left", weight="bold")
        named &= _panel(axes, spots, legend)
    return figure, named


def _panel(axes: Axes, spots: Sequence[Pace], legend: bool) -> bool:
    """Draws a panel; whether every name has found room."""
    axes.set_xlabel(tr("USD per 1,000 items (log scale)"))
    axes.set_ylabel(tr("median seconds (log scale)"))
    style.log_axis(axes, *_reach([spot.usd for spot in spots]), lambda usd: f"{usd:,.6g}")
    low, high = _reach([spot.seconds for spot in spots])
    axes.set_yscale("log")
    axes.set_ylim(low, high)
    ticks = [step * 10.0**power for power in range(-6, 7) for step in TICKS if low <= step * 10.0**power <= high]
    axes.yaxis.set_major_locator(FixedLocator(ticks[:: -(-len(ticks) // 7) or 1]))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda seconds, _: f"{seconds:,.6g}"))
    axes.grid()
    bars = [bar for spot in spots for bar in _point(axes, spot)]
    texts = [
        labels.Label(spot.usd.estimate, spot.seconds.estimate, str(spot.number + 1) if legend else spot.row.model)
        for spot in spots
    ]
    return not labels.place(axes, texts, bars) or legend


def _point(axes: Axes, spot: Pace) -> Iterator[Bbox]:
    """Draws a point with its bars; yields the bars' boxes in pixels."""
    x, y, look = spot.usd.estimate, spot.seconds.estimate, style.look(spot.number)
    for low, high, upright in ((*_ends(spot.seconds), True), (*_ends(spot.usd), False)):
        if low is not None and high is not None:
            ends = [(x, low), (x, high)] if upright else [(low, y), (high, y)]
            axes.plot(*zip(*ends, strict=True), color=look["color"], lw=1.2, zorder=2, solid_capstyle="butt")
            yield labels.bar(axes, ends)
    axes.plot([x], [y], linestyle="none", markersize=7, zorder=3, **look)


def _ends(value: Interval) -> tuple[float | None, float | None]:
    """The bounds, cut where they would squeeze everything else."""
    if value.low is None or value.high is None:
        return None, None
    return max(value.low, value.estimate / FARTHEST), min(value.high, value.estimate * FARTHEST)


def _reach(values: Sequence[Interval]) -> tuple[float, float]:
    """A log axis over half a decade at least, with air around all estimates and bounds."""
    ends = [end for value in values for end in (*_ends(value), value.estimate) if end]
    low, high = min(ends) / 1.3, max(ends) * 1.3
    wanting = max(1.0, 5 / (high / low)) ** 0.5
    return low / wanting, high * wanting
