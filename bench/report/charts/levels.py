"""Score by level of difficulty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.language import tr, tr_later
from bench.report.charts import common, style
from bench.report.numbers.comparison import RunComparison
from bench.stats import Interval, proportion_interval

if TYPE_CHECKING:
    import pandas as pd

READING = tr_later("Level 1 is the easiest. Bars are 95 % intervals; a hollow mark has too few families for one.")
SPREAD = 0.7
"""Share of a level's width over which the models stand."""


@dataclass(frozen=True, slots=True)
class LevelScore:
    """A model's score on one level of a suite."""

    suite: str
    """The suite."""
    model: str
    """The model's label."""
    number: int
    """Its place among the models, for its look."""
    level: int
    """The level."""
    score: Interval
    """Mean score with its 95 % interval, fractions."""


def level_scores(comparison: RunComparison, items: pd.DataFrame) -> list[LevelScore]:
    """Of every suite with more than one level, each model's score by level; repeats are averaged first."""
    models = common.models(comparison)
    scored = items[items["score"].notna() & items["level"].notna()]
    scores = []
    for suite in common.suites(comparison):
        rows = scored[scored["suite"] == suite]
        if rows["level"].nunique() < 2:
            continue
        means = rows.groupby(["model", "level", "task", "item"]).agg(
            score=("score", "mean"), cluster=("cluster", "first")
        )
        by: Any = means.groupby(level=["model", "level"])
        for (model, level), part in by:
            clusters = part["cluster"].astype(str).tolist()
            interval = proportion_interval(part["score"].to_numpy(dtype=float), clusters)
            scores.append(LevelScore(suite, str(model), models.index(str(model)), int(level), interval))
    return sorted(scores, key=lambda point: (point.suite, point.number, point.level))


def levels(scores: Sequence[LevelScore], caption: str, stem: Path, shape: style.Shape = "wide") -> list[Path]:
    """Writes stem.svg, stem.png and stem.csv. IncompleteError if a file cannot be written."""
    header = ["suite", "model", "level", "n", "score", "score_low", "score_high"]
    rows = [[o.suite, o.model, o.level, o.score.n, o.score.estimate, o.score.low, o.score.high] for o in scores]
    return style.write(draw(scores, caption, shape), stem, header, rows)


@style.styled
def draw(scores: Sequence[LevelScore], caption: str, shape: style.Shape) -> Figure:
    """The laid-out figure, a panel per suite."""
    suites = list(dict.fromkeys(point.suite for point in scores))
    models = {point.model: point.number for point in sorted(scores, key=lambda point: point.number)}
    words = style.Words(tr("Score by level of difficulty"), tr(READING), caption)
    legend = style.key_height(shape, list(models))
    figure, room = style.page(words, shape, -(-len(suites) // 2) * 2.9 + legend)
    room = style.key(figure, room, [(model, style.look(number)) for model, number in models.items()])
    order = list(models)
    for box, suite in zip(style.panels(room, len(suites)), suites, strict=True):
        axes = style.axes(figure, style.Box(box.left + 0.55, box.bottom + 0.45, box.right - 0.08, box.top - 0.28))
        axes.set_title(suite, size=style.TEXT + 1, loc="left", weight="bold")
        _panel(axes, [point for point in scores if point.suite == suite], order)
    return figure


def _panel(axes: Axes, scores: Sequence[LevelScore], order: Sequence[str]) -> None:
    shown = sorted({point.level for point in scores})
    ends = [end for point in scores for end in (point.score.estimate, point.score.low, point.score.high)]
    style.score_axis(axes, [None if end is None else 100 * end for end in ends])
    axes.set_xlim(-0.5, len(shown) - 0.5)
    axes.set_xticks(range(len(shown)), [str(level) for level in shown])
    axes.set_xlabel(tr("level"))
    axes.grid(axis="y")
    step = SPREAD / len(order)
    for model in order:
        mine = [point for point in scores if point.model == model]
        offset = (order.index(model) - (len(order) - 1) / 2) * step
        at = [shown.index(point.level) + offset for point in mine]
        if mine and len(order) <= 5:
            colour = style.look(mine[0].number)["color"]
            axes.plot(at, [100 * point.score.estimate for point in mine], color=colour, lw=0.8, alpha=0.5, zorder=1)
        for x, point in zip(at, mine, strict=True):
            _point(axes, x, point)


def _point(axes: Axes, x: float, point: LevelScore) -> None:
    look = style.look(point.number)
    low, high = point.score.low, point.score.high
    known = low is not None and high is not None
    if low is not None and high is not None:
        axes.plot([x, x], [100 * low, 100 * high], color=look["color"], lw=1.1, zorder=2)
    axes.plot(
        [x],
        [100 * point.score.estimate],
        linestyle="none",
        markersize=5,
        zorder=3,
        **look,
        markerfacecolor=look["color"] if known else "white",
    )
