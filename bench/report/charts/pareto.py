"""Score against cost, a panel per suite, with intervals and the frontier."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from bench.language import tr, tr_later
from bench.report.charts import common, labels, style
from bench.report.numbers.comparison import RunComparison, SuiteRow
from bench.report.numbers.pairwise import Difference, Place
from bench.stats import Interval

STRIP = 0.24
"""Share of a panel's width for models whose cost is unknown or 0."""
BEYOND_CHANCE = 0.05
"""Largest adjusted p-value of a score difference that counts as shown."""
FARTHEST = 50.0
"""An interval's end beyond this factor of its estimate is cut: it would squeeze everything else."""
READING = tr_later("Left is cheaper, up is better; bars are 95 % intervals.")
FRONTIER = tr_later(
    "The fuller a mark, the surer its place on the frontier (dotted); crossed out: beaten in both, beyond chance."
)


@dataclass(frozen=True, slots=True)
class Spot:
    """A model on a panel."""

    row: SuiteRow
    """Its numbers."""
    score: Interval
    """Its score, percent."""
    number: int
    """Its place among the models, for its look."""
    place: Place | None
    """Its place beside the frontier; None if its cost is unknown."""
    beaten: bool
    """Whether another model is shown to score higher and to cost less."""


def cost_quality(comparison: RunComparison, caption: str, stem: Path, shape: style.Shape = "wide") -> list[Path]:
    """Writes stem.svg, stem.png and stem.csv: score against cost per 1,000 items.

    IncompleteError if a file cannot be written.
    """
    header = [
        "suite",
        "model",
        "n",
        "score",
        "score_low",
        "score_high",
        "usd_per_1000",
        "usd_per_1000_low",
        "usd_per_1000_high",
        "on_frontier",
        "frontier_probability",
        "beaten",
    ]
    rows = []
    for suite in common.suites(comparison):
        for spot in _spots(comparison, suite):
            cost, place = spot.row.cost_per_1000_usd, spot.place
            score = spot.row.score
            assert score is not None
            rows.append(
                [
                    suite,
                    spot.row.model,
                    score.n,
                    score.estimate,
                    score.low,
                    score.high,
                    *((cost.estimate, cost.low, cost.high) if cost else (None, None, None)),
                    str(place.on_frontier).lower() if place else None,
                    place.probability if place else None,
                    str(spot.beaten).lower(),
                ]
            )
    return style.write(draw(comparison, caption, shape), stem, header, rows)


@style.styled
def draw(comparison: RunComparison, caption: str, shape: style.Shape) -> Figure:
    """The laid-out figure: names beside the points, or in a legend where one of them has no room."""
    many = len(common.models(comparison)) > style.most_named()
    figure, named = _laid_out(comparison, caption, shape, legend=many)
    return figure if named else _laid_out(comparison, caption, shape, legend=True)[0]


def _laid_out(comparison: RunComparison, caption: str, shape: style.Shape, legend: bool) -> tuple[Figure, bool]:
    names, models = common.suites(comparison), common.models(comparison)
    reading = f"{tr(READING)} {tr(FRONTIER)}" if comparison.places else tr(READING)
    words = style.Words(tr("Score against cost"), reading, caption)
    least = 3.4 if len(names) < 3 else 3.0
    key = style.key_height(shape, [f"{number} {model}" for number, model in enumerate(models, 1)]) if legend else 0.0
    figure, room = style.page(words, shape, -(-len(names) // 2) * least + key)
    if legend:
        models = [f"{number} {model}" for number, model in enumerate(models, 1)]
        marks = [{**style.look(number), "markeredgewidth": 1.2} for number in range(len(models))]
        room = style.key(figure, room, list(zip(models, marks, strict=True)))
    named = True
    for box, suite in zip(style.panels(room, len(names)), names, strict=True):
        spots = list(_spots(comparison, suite))
        lost = [row.model for row in comparison.rows if row.suite == suite and not row.score]
        axes = style.axes(figure, style.Box(box.left + 0.55, box.bottom + 0.45, box.right - 0.08, box.top - 0.28))
        axes.set_title(_titled(suite, [spot.row for spot in spots]), size=style.TEXT + 1, loc="left", weight="bold")
        named &= _panel(axes, spots, lost, legend)
    return figure, named


def _titled(suite: str, rows: Sequence[SuiteRow]) -> str:
    return f"{suite} (n = {', '.join(str(n) for n in sorted({row.items for row in rows}))})" if rows else suite


def _spots(comparison: RunComparison, suite: str) -> Iterator[Spot]:
    """The suite's models that have a score."""
    models = common.models(comparison)
    places = {place.model: place for place in comparison.places if place.suite == suite}
    pairs = [difference for difference in comparison.differences if difference.suite == suite]
    for row in comparison.rows:
        if row.suite == suite and row.score:
            beaten = any(_beats(difference, row.model) for difference in pairs)
            yield Spot(row, _percent(row.score), models.index(row.model), places.get(row.model), beaten)


def _beats(difference: Difference, model: str) -> bool:
    """Whether the pair shows the other model to score higher and to cost less."""
    if (
        model not in (difference.model, difference.other)
        or difference.p is None
        or difference.p > BEYOND_CHANCE
        or difference.cost_ratio is None
    ):
        return False
    low, high = difference.cost_ratio.low, difference.cost_ratio.high
    if low is None or high is None:
        return False
    if model == difference.other:
        return difference.score.estimate > 0 and high < 1
    return difference.score.estimate < 0 and low > 1


def _percent(score: Interval) -> Interval:
    low, high = (None if bound is None else 100 * bound for bound in (score.low, score.high))
    return Interval(100 * score.estimate, low, high, score.n)


def _panel(axes: Axes, spots: Sequence[Spot], lost: Sequence[str], legend: bool) -> bool:
    """Draws a suite's panel; whether every point has its name beside it, or in the legend."""
    style.score_axis(axes, [end for s in spots for end in (s.score.estimate, s.score.low, s.score.high)])
    axes.grid()
    priced = [(spot, cost) for spot in spots if (cost := spot.row.cost_per_1000_usd) and cost.estimate > 0]
    others = [spot for spot in spots if not any(spot is other for other, _ in priced)]
    taken = []
    if priced:
        _cost_axis(axes, [_visible(cost) for _, cost in priced], STRIP if others else 0.0)
        _frontier(axes, [spot for spot, _ in priced])
    else:
        axes.set_xticks([])
        axes.set_xlim(0, 1)
        axes.set_xlabel(_why(spots))
    points: list[tuple[Spot, float, Interval | None]] = [(spot, cost.estimate, _visible(cost)) for spot, cost in priced]
    if others:
        left = 1 - STRIP if priced else 0.0
        taken += [_strip(axes, left, _why(others).replace(tr(" unknown"), "\nunknown"))] if priced else []
        for at, spot in enumerate(others, 1):
            points.append((spot, _across(axes, left + (1 - left) * at / (len(others) + 1)), None))
    if lost:
        room = axes.get_window_extent().width / axes.figure.dpi * 0.95
        words = style.shortened(tr("no score: {lost}", lost=", ".join(lost)), style.SMALL, room)
        text = axes.text(0.02, 0.015, words, transform=axes.transAxes, size=style.SMALL)
        taken.append(text.get_window_extent())
    bars = [bar for spot, x, cost in points for bar in _point(axes, spot, x, cost)]
    texts = [
        labels.Label(x, spot.score.estimate, str(spot.number + 1) if legend else spot.row.model)
        for spot, x, _ in points
    ]
    return not labels.place(axes, texts, bars, taken) or legend


def _why(spots: Sequence[Spot]) -> str:
    """Why models have no place on the cost axis."""
    return tr("cost 0 or unknown") if any(spot.row.cost_per_1000_usd for spot in spots) else tr("cost unknown")


def _strip(axes: Axes, left: float, words: str) -> Bbox:
    """The grey strip of models without a place on the cost axis; its words' box in pixels."""
    axes.axvspan(_across(axes, left), _across(axes, 1), color="#EFEFEF", zorder=0, lw=0)
    text = axes.text((left + 1) / 2, 0.99, words, transform=axes.transAxes, size=style.SMALL, ha="center", va="top")
    return text.get_window_extent()


def _frontier(axes: Axes, spots: Sequence[Spot]) -> None:
    """Steps along the models on the frontier, from the cheapest on."""
    on = [spot.place for spot in spots if spot.place and spot.place.on_frontier]
    steps = sorted((place.usd_per_1000, 100 * place.score) for place in on)
    if len(steps) > 1:
        axes.step(*zip(*steps, strict=True), where="post", color=style.SOFT, lw=1.0, ls=":", zorder=1.5)


def _point(axes: Axes, spot: Spot, x: float, cost: Interval | None) -> Iterator[Bbox]:
    """Draws a point with its bars; yields the bars' boxes in pixels."""
    look: Mapping[str, Any] = style.look(spot.number)
    y = spot.score.estimate
    spans = [(spot.score.low, spot.score.high, True)] + ([(cost.low, cost.high, False)] if cost else [])
    for low, high, upright in spans:
        if low is not None and high is not None:
            ends = [(x, low), (x, high)] if upright else [(low, y), (high, y)]
            axes.plot(*zip(*ends, strict=True), color=look["color"], lw=1.2, zorder=2, solid_capstyle="butt")
            yield labels.bar(axes, ends)
    sure = spot.place.probability if spot.place else None
    fill = to_rgba(look["color"], 1.0 if sure is None else 0.1 + 0.9 * sure)
    axes.plot([x], [y], linestyle="none", marker=look["marker"], markersize=8, color="white", zorder=3)
    axes.plot(
        [x],
        [y],
        linestyle="none",
        marker=look["marker"],
        markersize=8,
        markerfacecolor=fill,
        markeredgecolor=look["color"],
        markeredgewidth=1.3,
        zorder=4,
    )
    if spot.beaten:
        axes.plot([x], [y], linestyle="none", marker="x", markersize=11, color=style.INK, markeredgewidth=1.2, zorder=5)


def _across(axes: Axes, share: float) -> float:
    """The x that lies at a share of the panel's width, once the axis has its limits."""
    x: float = (axes.transAxes + axes.transData.inverted()).transform((share, 0.5))[0]
    return x


def _visible(cost: Interval) -> Interval:
    """The interval cut where it would squeeze everything else on a log axis."""
    if cost.low is None or cost.high is None:
        return cost
    least, most = cost.estimate / FARTHEST, cost.estimate * FARTHEST
    return Interval(cost.estimate, max(cost.low, least), min(cost.high, most), cost.n)


def _cost_axis(axes: Axes, costs: Sequence[Interval], strip: float) -> None:
    """A log axis over at least a decade, `strip` of its width left free at the right; plain amounts as ticks."""
    low = min(cost.low or cost.estimate for cost in costs) / 1.4
    high = max(cost.high or cost.estimate for cost in costs) * 1.4
    wanting = max(1.0, 10 / (high / low)) ** 0.5
    low, high = low / wanting, high * wanting
    axes.set_xlabel(tr("USD per 1,000 items (log scale)"))
    style.log_axis(axes, low, low * (high / low) ** (1 / (1 - strip)), lambda usd: f"{usd:,.6g}" if usd <= high else "")
