"""Each model's score, cost, tokens and latency over time: a panel a measure, one above the other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
from matplotlib.figure import Figure
from matplotlib.transforms import ScaledTranslation

from bench.language import tr, tr_later
from bench.report.charts import style
from bench.report.numbers.history import MEASURES, HistoryPoint
from bench.stats import Interval

PANEL = 1.5
"""Height of a panel, inches."""
ASIDE = 0.05
"""Inches between two models' points of one run."""
_SAID = ((tr_later("score (%)"), 100), (tr_later("USD per 1,000"), 1), (tr_later("tokens out"), 1), ("E2E p50 (s)", 1))
AXES = dict(zip(MEASURES, _SAID, strict=True))
"""Each measure's name and factor on its axis."""
_BOUNDS = ("", "_low", "_high", "_n")


def write_history(points: Sequence[HistoryPoint], suite: str, caption: str, stem: Path) -> list[Path]:
    """Writes the chart of one suite as stem.svg, stem.png and stem.csv. IncompleteError if it cannot."""
    mine = [point for point in points if point.suite == suite]
    header = ["run", "started_at", "baseline", "model", "served"]
    header += [f"{measure}{bound}" for measure in MEASURES for bound in _BOUNDS]
    return style.write(draw(mine, suite, caption), stem, header, [_row(point) for point in mine])


def _row(point: HistoryPoint) -> list[object]:
    values: list[object] = [point.run, point.started_at, point.baseline, point.model, " ".join(point.served)]
    for measure in MEASURES:
        known: Interval | None = getattr(point, measure)
        values += [None] * 4 if known is None else [known.estimate, known.low, known.high, known.n]
    return values


@style.styled
def draw(points: Sequence[HistoryPoint], suite: str, caption: str) -> Figure:
    """The laid-out figure; a measure that no point has is left out."""
    shown = [name for name in MEASURES if any(getattr(point, name) is not None for point in points)]
    models = list(dict.fromkeys(point.model for point in points))
    reading = tr("Lines: 95 % intervals. Hollow: another model was served.")
    words = style.Words(tr("{suite} over time", suite=suite), reading, caption)
    figure, room = style.page(words, "wide", len(shown) * (PANEL + 0.25) + 0.7)
    room = style.key(figure, room, [(model, style.look(at)) for at, model in enumerate(models)])
    height = (room.top - room.bottom - 0.35) / max(1, len(shown))
    for at, name in enumerate(shown):
        top = room.top - at * height
        box = style.Box(room.left + 0.75, top - height + 0.22, room.right - 0.1, top)
        axes = style.axes(figure, box)
        axes.grid(zorder=0)
        for number, model in enumerate(models):
            _line(axes, [point for point in points if point.model == model], name, number)
        locator = AutoDateLocator(minticks=2, maxticks=6)  # type: ignore[no-untyped-call]
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]
        if at + 1 < len(shown):
            axes.tick_params(labelbottom=False)
        axes.margins(x=0.06, y=0.15)
        axes.set_ylabel(tr(AXES[name][0]))
    return figure


def _line(axes: Axes, points: Sequence[HistoryPoint], name: str, number: int) -> None:
    look = style.look(number)
    known = [(point, value) for point in points if (value := getattr(point, name)) is not None]
    times = AXES[name][1]
    at = [float(date2num(datetime.fromisoformat(point.started_at))) for point, _ in known]  # type: ignore[no-untyped-call]
    figure = axes.get_figure(root=True)
    assert figure is not None
    look["transform"] = axes.transData + ScaledTranslation(number * ASIDE, 0, figure.dpi_scale_trans)
    line = {"color": look["color"], "transform": look["transform"], "zorder": 2}
    axes.plot(at, [times * value.estimate for _, value in known], lw=1.2, **line)
    first = known[0][0].served if known else ()
    for x, (point, value) in zip(at, known, strict=True):
        if value.low is not None and value.high is not None:
            axes.plot([x, x], [times * value.low, times * value.high], lw=1.1, alpha=0.6, **line)
        fill = look["color"] if point.served == first else "white"
        axes.plot([x], [times * value.estimate], **look, linestyle="none", markersize=6, markerfacecolor=fill, zorder=3)
