"""Latency as cumulative shares, on the items that all shown models were timed on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.language import tr, tr_later
from bench.records import Outcome, has_answer
from bench.report.charts import common, style
from bench.report.numbers.comparison import RunComparison
from bench.stats import Floats, quantile_interval

if TYPE_CHECKING:
    import pandas as pd

METRICS = {"ttfat_s": tr_later("first answer token"), "latency_s": tr_later("end of answer")}
"""Column -> what it is called."""
NEVER = 1e9
"""Seconds that stand for an answer which never came to its end."""
MOST_CURVES = 5
"""Models beyond which curves tangle: then each model is a line with its median and 95th percentile."""
ROW = 0.24
"""Height of such a line, inches."""
MOST_STEPS = 300
"""Steps of a curve that are drawn and listed."""
READING = tr_later(
    "Left is faster. Points: half, and 95 %, of the answers are there by then, with 95 % "
    "intervals (hollow: none). A curve that ends below 100 % leaves the answers that were cut off."
)
ROWS = tr_later(
    "Left is faster. Round: half of the answers are there by then, square: 95 %; with 95 % intervals (hollow: none)."
)


UNCLEAN = tr_later(
    "† fewer than 95 % were timed cleanly, or nobody says how: on the model's own answers, not beside the others'."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One model's times on one suite; infinite where the answer never came to its end."""

    suite: str
    """The suite."""
    model: str
    """The model's label."""
    number: int
    """Its place among the models, for its look."""
    metric: str
    """One of METRICS."""
    seconds: Floats
    """Ascending."""
    clean: bool = True
    """Whether it holds the items that all clean models were timed on; else its own, not all timed cleanly."""

    @property
    def steps(self) -> list[tuple[float, float]]:
        """(seconds, share of answers there by then), at most MOST_STEPS of them."""
        n = len(self.seconds)
        known = int(np.isfinite(self.seconds).sum())
        at = np.unique(np.linspace(0, known - 1, min(known, MOST_STEPS)).round().astype(int))
        return [(float(self.seconds[i]), (int(i) + 1) / n) for i in at]


def curves(comparison: RunComparison, items: pd.DataFrame) -> list[Curve]:
    """Of every suite, the models whose clocks were clean on enough answers, on the items timed for all of them; then
    every other model with times, on its own items."""
    models = common.models(comparison)
    drawn = []
    for suite in common.suites(comparison):
        shown = [row.model for row in comparison.rows if row.suite == suite and row.latency_is_clean]
        rows = items[(items["suite"] == suite) & items["model"].isin(shown) & has_answer(items)]
        clean = rows[rows["timing_ok"].fillna(False).astype(bool) & ~rows["reused"].astype(bool)]
        first = _first(clean[clean["latency_s"].notna()])
        counts = first.groupby(["task", "item"])["model"].transform("size")
        paired = first[counts == len(shown)]
        for metric in METRICS:
            for model in shown:
                seconds = _seconds_of(paired[paired["model"] == model], metric)
                if np.isfinite(seconds).any():
                    number = models.index(model)
                    curve = Curve(suite=suite, model=model, number=number, metric=metric, seconds=np.sort(seconds))
                    drawn.append(curve)
        others = {model: number for number, model in enumerate(models) if model not in shown}
        drawn += _unclean(items[items["suite"] == suite], suite, others)
    return drawn


def _unclean(rows: pd.DataFrame, suite: str, others: Mapping[str, int]) -> Iterator[Curve]:
    """The models whose clocks were not clean on enough answers, each on all its own."""
    if not others:
        return
    first = _first(rows[has_answer(rows) & rows["latency_s"].notna() & ~rows["reused"].astype(bool)])
    for metric in METRICS:
        for model, number in others.items():
            seconds = np.sort(_seconds_of(first[first["model"] == model], metric))
            if np.isfinite(seconds).any():
                yield Curve(suite=suite, model=model, number=number, metric=metric, seconds=seconds, clean=False)


def _first(rows: pd.DataFrame) -> pd.DataFrame:
    """Each model's first answer to each item; all of them where none was asked twice."""
    if rows["repeat"].nunique() < 2:
        return rows
    return rows.sort_values("repeat").drop_duplicates(["model", "task", "item"])


def _seconds_of(rows: pd.DataFrame, metric: str) -> Floats:
    """Infinite for answers that were cut off."""
    seconds = rows[metric].to_numpy(dtype=float, na_value=np.inf, copy=True)  # else the table's own memory
    seconds[(rows["outcome"] == Outcome.TRUNCATED).to_numpy(dtype=bool)] = np.inf
    return seconds


def latency(drawn: Sequence[Curve], caption: str, stem: Path, shape: style.Shape = "wide") -> list[Path]:
    """Writes stem.svg, stem.png and stem.csv. IncompleteError if a file cannot be written."""
    header = ["suite", "metric", "model", "n", "seconds", "share", "clean"]
    rows = [
        [curve.suite, curve.metric, curve.model, len(curve.seconds), seconds, share, str(curve.clean).lower()]
        for curve in drawn
        for seconds, share in curve.steps
    ]
    return style.write(draw(drawn, caption, shape), stem, header, rows)


@style.styled
def draw(drawn: Sequence[Curve], caption: str, shape: style.Shape) -> Figure:
    """The laid-out figure: a row of panels per suite, both metrics beside each other."""
    names = list(dict.fromkeys(curve.suite for curve in drawn))
    models = {curve.model: curve.number for curve in sorted(drawn, key=lambda curve: curve.number)}
    if len(models) > MOST_CURVES:
        return _rows(drawn, names, list(models), caption, shape)
    marked = _marked(drawn)
    legend = style.key_height(shape, [marked[model] for model in models])
    words = style.Words(tr("Latency"), _reading(READING, drawn), caption)
    figure, room = style.page(words, shape, max(2.1 * len(names), 2.9) + legend)
    entries = [
        (marked[model], {"color": style.look(number)["color"], "linestyle": "-", "linewidth": 1.8})
        for model, number in models.items()
    ]
    room = style.key(figure, room, entries)
    for at, box in enumerate(style.panels(room, 2 * len(names))):
        suite, metric = names[at // 2], list(METRICS)[at % 2]
        axes = style.axes(figure, style.Box(box.left + 0.55, box.bottom + 0.45, box.right - 0.12, box.top - 0.28))
        mine = [curve for curve in drawn if (curve.suite, curve.metric) == (suite, metric)]
        axes.set_title(_titled(suite, drawn), size=style.TEXT + 1, loc="left", weight="bold")
        axes.set_ylim(0, 103)
        axes.set_yticks(range(0, 101, 25))
        axes.set_ylabel(tr("share of answers (%)"))
        _seconds(axes, mine, tr(METRICS[metric]))
        for curve in mine:
            _curve(axes, curve)
    return figure


def _titled(suite: str, drawn: Sequence[Curve]) -> str:
    counts = sorted({len(curve.seconds) for curve in drawn if curve.suite == suite})
    return f"{suite} (n = {'–'.join(map(str, dict.fromkeys((counts[0], counts[-1]))))})"


def _marked(drawn: Sequence[Curve]) -> dict[str, str]:
    """Each model's name, with a dagger where some of its times are not clean."""
    unclean = {curve.model for curve in drawn if not curve.clean}
    return {curve.model: f"{curve.model} †" if curve.model in unclean else curve.model for curve in drawn}


def _reading(text: str, drawn: Sequence[Curve]) -> str:
    return tr(text) if all(curve.clean for curve in drawn) else f"{tr(text)} {tr(UNCLEAN)}"


def _rows(drawn: Sequence[Curve], names: list[str], models: list[str], caption: str, shape: style.Shape) -> Figure:
    """A line per model instead of curves."""
    high = ROW * len(models) + 0.85
    figure, room = style.page(style.Words(tr("Latency"), _reading(ROWS, drawn), caption), shape, high * len(names))
    marked = _marked(drawn)
    left = min(1.6, max(style.extent(marked[model], style.TEXT)[0] for model in models)) + 0.1
    shown = [style.shortened(marked[model], style.TEXT, left - 0.1) for model in models]
    room = style.Box(room.left + left, room.bottom, room.right, room.top)
    for at, box in enumerate(style.panels(room, 2 * len(names))):
        suite, metric = names[at // 2], list(METRICS)[at % 2]
        axes = style.axes(figure, style.Box(box.left, box.bottom + 0.45, box.right - 0.16, box.top - 0.28))
        mine = [curve for curve in drawn if (curve.suite, curve.metric) == (suite, metric)]
        if at % 2 == 0:
            axes.set_title(_titled(suite, drawn), size=style.TEXT + 1, loc="left", weight="bold")
        axes.set_yticks(range(len(models)), shown if at % 2 == 0 else [""] * len(models))
        axes.set_ylim(len(models) - 0.4, -0.6)
        axes.tick_params(axis="y", length=0)
        _seconds(axes, mine, tr(METRICS[metric]))
        for curve in mine:
            _quantiles(axes, curve, [models.index(curve.model)] * 2)
    return figure


def _seconds(axes: Axes, drawn: Sequence[Curve], name: str) -> None:
    """A log axis of seconds that holds all finite times."""
    finite = np.concatenate([curve.seconds[np.isfinite(curve.seconds)] for curve in drawn] or [np.ones(1)])
    low, high = max(float(finite.min()), 1e-3) / 1.2, max(float(finite.max()), 1e-3) * 1.2
    axes.set_xlabel(tr("{name} (s, log scale)", name=name))
    style.log_axis(axes, low, high, lambda seconds: f"{seconds:,.6g}")
    axes.grid()


def _curve(axes: Axes, curve: Curve) -> None:
    steps = curve.steps
    xs = [steps[0][0], *(seconds for seconds, _ in steps), axes.get_xlim()[1]]
    ys = [0.0, *(100 * share for _, share in steps), 100 * steps[-1][1]]
    dashes = "-" if curve.clean else (0, (4, 2))
    axes.step(xs, ys, where="post", lw=1.5, ls=dashes, color=style.look(curve.number)["color"])
    _quantiles(axes, curve, [50, 95])


def _quantiles(axes: Axes, curve: Curve, heights: Sequence[float]) -> None:
    """Median and 95th percentile at their heights, with their intervals; nothing where the answers were cut off."""
    colour = style.look(curve.number)["color"]
    beyond = np.where(np.isfinite(curve.seconds), curve.seconds, NEVER)
    last = curve.steps[-1][0]
    for share, height, marker in zip((0.5, 0.95), heights, "os", strict=True):
        interval = quantile_interval(beyond, share)
        if interval.estimate > last:
            continue
        fill = "white"
        if interval.low is not None and interval.high is not None and interval.high <= last:
            ends = [interval.low, interval.high]
            axes.plot(ends, [height, height], color=colour, lw=3.2, alpha=0.45, solid_capstyle="butt")
            fill = colour
        axes.plot([interval.estimate], [height], marker, ms=5, color=colour, markerfacecolor=fill, zorder=3)
