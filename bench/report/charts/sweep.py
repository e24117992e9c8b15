"""A sweep: score against dollars and against seconds, a curve through one model's settings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.language import tr, tr_later
from bench.records import Sweep, read_sweep
from bench.report.charts import common, labels, style
from bench.report.numbers.comparison import RunComparison, SuiteRow
from bench.stats import Interval

AXES: tuple[tuple[str, Callable[[SuiteRow], Interval | None]], ...] = (
    (tr_later("USD per 1,000 items (log scale)"), lambda row: row.cost_per_1000_usd),
    (tr_later("median seconds (log scale)"), lambda row: row.e2e_p50_s),
)
"""What stands across, a panel each."""


def sweep(comparison: RunComparison, caption: str, stem: Path, shape: style.Shape = "wide") -> list[Path]:
    """Writes stem.svg, stem.png and stem.csv; nothing for a run without a sweep, or where neither axis is known.

    IncompleteError if a file cannot be written.
    """
    swept = read_sweep(comparison.record.settings.sweep)
    if swept is None or not any(_panels(comparison, swept)):
        return []
    header = ["suite", "model", swept.key, "n", "score", "score_low", "score_high", "usd_per_1000", "e2e_p50_s"]
    values = {swept.label(value): value for value in swept.values}
    rows: list[list[object]] = []
    for row in comparison.rows:
        if row.score:
            across = [at.estimate if (at := of(row)) else None for _, of in AXES]
            score = row.score
            rows.append(
                [row.suite, row.model, values.get(row.model), score.n, score.estimate, score.low, score.high, *across]
            )
    return style.write(draw(comparison, swept, caption, shape), stem, header, rows)


def _panels(comparison: RunComparison, swept: Sweep) -> list[tuple[str, int]]:
    """The suites and axes on which two settings of the model or more can be shown."""
    labelled = {swept.label(value) for value in swept.values}
    return [
        (suite, at)
        for suite in common.suites(comparison)
        for at in range(len(AXES))
        if len([row for row in _shown(comparison, suite, at) if row.model in labelled]) > 1
    ]


def _shown(comparison: RunComparison, suite: str, at: int) -> list[SuiteRow]:
    """The suite's models with a score and a place on the axis."""
    of = AXES[at][1]
    rows = [row for row in comparison.rows if row.suite == suite and row.score]
    return [row for row in rows if (across := of(row)) is not None and across.estimate > 0]


@style.styled
def draw(comparison: RunComparison, swept: Sweep, caption: str, shape: style.Shape) -> Figure:
    """The laid-out figure, a panel for each suite and axis."""
    panels = _panels(comparison, swept)
    reading = tr(
        "The line joins {model}'s settings of {key}; up is better, left is cheaper or faster; bars: 95 %.",
        model=swept.model,
        key=swept.key,
    )
    words = style.Words(tr("What {model} gains by {key}", model=swept.model, key=swept.key), reading, caption)
    figure, room = style.page(words, shape, -(-len(panels) // 2) * 3.2)
    for box, (suite, at) in zip(style.panels(room, len(panels)), panels, strict=True):
        axes = style.axes(figure, style.Box(box.left + 0.55, box.bottom + 0.45, box.right - 0.08, box.top - 0.28))
        rows = _shown(comparison, suite, at)
        counts = ", ".join(str(n) for n in sorted({row.items for row in rows}))
        axes.set_title(f"{suite} (n = {counts})", size=style.TEXT + 1, loc="left", weight="bold")
        _panel(axes, rows, at, swept, common.models(comparison))
    return figure


def _panel(axes: Axes, rows: Sequence[SuiteRow], at: int, swept: Sweep, models: Sequence[str]) -> None:
    words, of = AXES[at]
    values = {swept.label(value): value for value in swept.values}
    places = {row.model: (of(row), row.score) for row in rows}
    points = {label: (x.estimate, 100 * y.estimate) for label, (x, y) in places.items() if x and y}
    low, high = min(x for x, _ in points.values()), max(x for x, _ in points.values())
    wanting = max(1.0, 10 / (high / low)) ** 0.5 * 1.4
    heights = [end for _, score in places.values() if score for end in (score.estimate, score.low, score.high)]
    style.score_axis(axes, [None if end is None else 100 * end for end in heights])
    axes.grid()
    axes.set_xlabel(tr(words))
    style.log_axis(axes, low / wanting, high * wanting, lambda value: f"{value:,.6g}")
    curve = [points[label] for label in values if label in points]
    colour = style.look(next(at for at, model in enumerate(models) if model in values))["color"]
    axes.plot(*zip(*curve, strict=True), color=colour, lw=1.4, zorder=2)
    bars = []
    for label, (x, y) in points.items():
        look = {**style.look(models.index(label)), **({"color": colour, "marker": "o"} if label in values else {})}
        score = places[label][1]
        if score and score.low is not None and score.high is not None:
            ends = [(x, 100 * score.low), (x, 100 * score.high)]
            axes.plot(*zip(*ends, strict=True), color=look["color"], lw=1.1, alpha=0.7, zorder=2)
            bars.append(labels.bar(axes, ends))
        axes.plot([x], [y], linestyle="none", markersize=7, zorder=3, **look)
    texts = [labels.Label(x, y, values.get(label, label)) for label, (x, y) in points.items()]
    labels.place(axes, texts, bars)
