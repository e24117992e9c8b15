"""Throughput and latency against the number of calls at once, a line for each model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from bench.language import tr, tr_later
from bench.report.charts import common, style
from bench.report.numbers.comparison import RunComparison
from bench.report.numbers.load import LoadCurve, LoadPoint
from bench.stats import Interval

READING = tr_later(
    "Answers: up is better, and a line that flattens is full. Times: low is faster. Bars: 95 % intervals."
)
TICKS = (1, 2, 3, 5)
"""Ticks within a power of ten."""
PANELS: tuple[tuple[str, Callable[[LoadPoint], Interval | None]], ...] = (
    (tr_later("answers a second (log scale)"), lambda point: point.answers_per_s),
    (tr_later("median TTFT (s, log scale)"), lambda point: point.time("ttft_s").p50_s),
    (tr_later("95th percentile of TTFT (s, log scale)"), lambda point: point.time("ttft_s").p95_s),
    (tr_later("median ms between tokens (log scale)"), lambda point: _thousand(point.time("tpot_s").p50_s)),
)
"""What stands upright, a panel each."""


def _thousand(value: Interval | None) -> Interval | None:
    if value is None:
        return None
    low, high = (None if end is None else 1e3 * end for end in (value.low, value.high))
    return Interval(1e3 * value.estimate, low, high, value.n)


def load_curve(comparison: RunComparison, stem: Path, shape: style.Shape = "wide") -> list[Path]:
    """Writes stem.svg, stem.png and stem.csv; nothing where no model was measured at two loads.

    IncompleteError if a file cannot be written.
    """
    run, curves = comparison.record.run, [curve for curve in comparison.load if len(curve.points) > 1]
    if not curves or not any(_shown(curve, of) for curve in curves for _, of in PANELS):
        return []
    header = ["model", "at_once", "n"]
    names = ("answers_per_s", "ttft_p50_s", "ttft_p95_s", "itl_p50_ms")
    header += [f"{name}{end}" for name in names for end in ("", "_low", "_high")]
    rows: list[list[object]] = []
    for curve in curves:
        for point in curve.points:
            values = [of(point) for _, of in PANELS]
            ends = [
                end for value in values for end in ((value.estimate, value.low, value.high) if value else [None] * 3)
            ]
            rows.append([curve.model, point.at_once, point.n, *ends])
    sizes = sorted({point.n for curve in curves for point in curve.points})
    caption = tr(
        "n = {least} to {most} {most:prompt|prompts} at a load; run {run}.", least=sizes[0], most=sizes[-1], run=run
    )
    return style.write(draw(curves, common.models(comparison), caption, shape), stem, header, rows)


@style.styled
def draw(curves: Sequence[LoadCurve], models: Sequence[str], caption: str, shape: style.Shape) -> Figure:
    """The laid-out figure, a panel for each number; `models` in the order of their looks."""
    names = [curve.model for curve in curves]
    looks = {name: style.look(models.index(name) if name in models else at) for at, name in enumerate(names)}
    words = style.Words(tr("Latency and throughput under load"), tr(READING), caption)
    panels = [panel for panel in PANELS if any(_shown(curve, panel[1]) for curve in curves)]
    high = 2.6 * -(-len(panels) // 2) + style.key_height(shape, names)
    figure, room = style.page(words, shape, high)
    room = style.key(figure, room, [(name, looks[name]) for name in names])
    for box, (title, of) in zip(style.panels(room, len(panels)), panels, strict=True):
        axes = style.axes(figure, style.Box(box.left + 0.5, box.bottom + 0.45, box.right - 0.12, box.top - 0.28))
        axes.set_title(tr(title), size=style.TEXT, loc="left", weight="bold")
        axes.set_xlabel(tr("calls at once (log scale)"))
        _scales(axes, curves, of)
        for curve in curves:
            _line(axes, curve, of, looks[curve.model])
    return figure


def _shown(curve: LoadCurve, of: Callable[[LoadPoint], Interval | None]) -> list[tuple[int, Interval]]:
    """The loads at which a number is known and can be drawn."""
    known = [(point.at_once, of(point)) for point in curve.points]
    return [(at, value) for at, value in known if value is not None and value.estimate > 0]


def _scales(axes: Axes, curves: Sequence[LoadCurve], of: Callable[[LoadPoint], Interval | None]) -> None:
    shown = [pair for curve in curves for pair in _shown(curve, of)]
    loads = sorted({at for at, _ in shown})
    style.log_axis(axes, loads[0] / 1.25, loads[-1] * 1.25, lambda value: f"{value:,.6g}")
    inches = axes.get_window_extent().width / axes.figure.dpi
    if all(b / a > 1 + 3 / inches for a, b in pairwise(loads)):
        axes.xaxis.set_major_locator(FixedLocator(loads))
    ends = [end for _, value in shown for end in (value.low, value.estimate, value.high) if end is not None and end > 0]
    low, high = min(ends) / 1.15, max(ends) * 1.15
    wanting = max(1.0, 4 / (high / low)) ** 0.5
    low, high = low / wanting, high * wanting
    axes.set_yscale("log")
    axes.set_ylim(low, high)
    ticks = [step * 10.0**power for power in range(-6, 7) for step in TICKS if low <= step * 10.0**power <= high]
    axes.yaxis.set_major_locator(FixedLocator(ticks[:: -(-len(ticks) // 6) or 1]))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.6g}"))
    axes.grid()


def _line(axes: Axes, curve: LoadCurve, of: Callable[[LoadPoint], Interval | None], look: dict[str, object]) -> None:
    shown = _shown(curve, of)
    xs, ys = [at for at, _ in shown], [value.estimate for _, value in shown]
    for at, value in shown:
        if value.low is not None and value.high is not None and value.low > 0:
            axes.plot([at, at], [value.low, value.high], color=str(look["color"]), lw=1.2, zorder=2)
    axes.plot(xs, ys, color=str(look["color"]), marker=str(look["marker"]), markersize=5.5, lw=1.4, zorder=3)
