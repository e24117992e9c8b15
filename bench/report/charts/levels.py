"""Score by level of difficulty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from bench.language import tr, tr_later
from bench.report.charts import common, style
from bench.report.numbers.comparison import RunComparison
from bench.stats import Interval, proportion_interval

if TYPE_CHECKING:
    import pandas as pd

READING = tr_later("Level 1 is the easiest. Bars are 95 % intervals; a hollow mark has too few families for one.")
ROWS = tr_later(
    "A line a model, the best first; right is better. Level 1 is the easiest. Bars are 95 % intervals; a hollow mark "
    "has too few families for one."
)
MOST_BESIDE = 5
"""Models beyond which their marks crowd: then each model is a line, with a column for each level."""
ROW = 0.24
"""Height of such a line, inches."""
LEAST_WIDE = 0.8
"""Width of such a column at least, inches: more levels go on below."""
GAP = 0.24
"""Between two columns, inches: the words of two axes do not touch."""
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
    if len(models) > MOST_BESIDE:
        return _rows(scores, suites, caption, shape)
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


def _rows(scores: Sequence[LevelScore], suites: Sequence[str], caption: str, shape: style.Shape) -> Figure:
    """A line a model and a column a level; a suite with more levels than there is room for goes on below."""
    names = list(dict.fromkeys(point.model for point in scores))
    left = min(1.6, max(style.extent(name, style.TEXT)[0] for name in names)) + 0.1
    across = max(1, int((style.size_of(shape)[0] - 2 * style.MARGIN - left) / LEAST_WIDE))
    blocks = [
        (suite, points)
        for suite in suites
        for points in _in_blocks([point for point in scores if point.suite == suite], across)
    ]
    highs = [ROW * len({point.model for point in points}) + 1.1 for _, points in blocks]
    words = style.Words(tr("Score by level of difficulty"), tr(ROWS), caption)
    figure, room = style.page(words, shape, sum(highs))
    top = room.top
    for (suite, points), high in zip(blocks, highs, strict=True):
        _block(figure, style.Box(room.left + left, top - high, room.right, top), suite, points, left - 0.1)
        top -= high
    return figure


def _in_blocks(scores: Sequence[LevelScore], across: int) -> list[list[LevelScore]]:
    """A suite's scores, so many levels at a time."""
    every = sorted({point.level for point in scores})
    parts = [every[at : at + across] for at in range(0, len(every), across)]
    return [[point for point in scores if point.level in part] for part in parts]


def _block(figure: Figure, box: style.Box, suite: str, scores: Sequence[LevelScore], wide: float) -> None:
    """A suite's lines, the model with the best mean first, on the same axis at each level."""
    means: dict[str, list[float]] = {}
    for point in scores:
        means.setdefault(point.model, []).append(point.score.estimate)
    models = sorted(means, key=lambda model: -sum(means[model]) / len(means[model]))
    ends = [end for point in scores for end in (point.score.estimate, point.score.low, point.score.high)]
    known = [100 * end for end in ends if end is not None]
    labels = [style.shortened(name, style.TEXT, wide) for name in models]
    shown = sorted({point.level for point in scores})
    each = (box.right - box.left) / len(shown)
    for at, level in enumerate(shown):
        place = box.left + at * each
        axes = style.axes(figure, style.Box(place, box.bottom + 0.5, place + each - GAP, box.top - 0.5))
        axes.set_title(tr("level {name}", name=level), size=style.TEXT, color=style.SOFT)
        axes.set_xlim(max(-4.0, min(known) - 6), min(104.0, max(known) + 6))
        axes.xaxis.set_major_locator(MaxNLocator(nbins=3, steps=[1, 2, 5, 10]))
        axes.set_yticks(range(len(models)), labels if at == 0 else [""] * len(models))
        axes.set_ylim(len(models) - 0.4, -0.6)
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="x")
        for point in scores:
            if point.level == level:
                _point(axes, models.index(point.model), point, across=True)
    _text(figure, box.left - wide - 0.1, box.top - 0.16, suite, size=style.TEXT + 1, weight="bold")
    _text(figure, (box.left + box.right - GAP) / 2, box.bottom + 0.12, tr("score (%)"), size=style.TEXT, ha="center")


def _text(figure: Figure, x: float, y: float, text: str, **how: Any) -> None:
    width, height = figure.get_size_inches()
    figure.text(x / width, y / height, text, va="center_baseline", **how)


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


def _point(axes: Axes, at: float, point: LevelScore, *, across: bool = False) -> None:
    """A score with its interval: upwards at a place across, or across at a place upwards."""
    look = style.look(point.number)
    low, high, score = point.score.low, point.score.high, 100 * point.score.estimate
    known = low is not None and high is not None
    if low is not None and high is not None:
        ends = [100 * low, 100 * high]
        axes.plot(*((ends, [at, at]) if across else ([at, at], ends)), color=look["color"], lw=1.1, zorder=2)
    axes.plot(
        *(([score], [at]) if across else ([at], [score])),
        linestyle="none",
        markersize=5,
        zorder=3,
        **look,
        markerfacecolor=look["color"] if known else "white",
    )
