"""Charts, drawn without a display and byte-stable for the same tables."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import runfolder
from bench.report.comparison import Comparison, SuiteRow
from bench.stats import Interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Okabe & Ito's palette: told apart by colour-blind readers."""
MARKERS = "osD^vPX*"
"""One more than COLOURS, so that 56 models look different."""
PANEL = (4.2, 4.2)
"""Width and height of a suite's panel, inches."""
STRIP = 0.2
"""Share of a panel's width for models whose cost is unknown."""


def cost_quality(comparison: Comparison, folder: Path) -> list[Path]:
    """Writes charts/cost_quality.svg and .png: score against cost per 1,000 items, a panel per suite."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    with matplotlib.rc_context(
        {"svg.hashsalt": "claimbench", "font.size": 10, "axes.spines.top": False, "axes.spines.right": False}
    ):
        figure = _draw(comparison)
        paths = [folder / "charts" / f"cost_quality.{kind}" for kind in ("svg", "png")]
        for path in paths:
            _save(figure, path)
        plt.close(figure)
    return paths


def _save(figure: Figure, path: Path) -> None:
    kind = path.suffix[1:]
    date = {"Date": None} if kind == "svg" else None
    runfolder.write_file(path, lambda part: figure.savefig(part, format=kind, dpi=150, metadata=date))


def _draw(comparison: Comparison) -> Figure:
    from matplotlib import pyplot as plt

    suites = list(dict.fromkeys(row.suite for row in comparison.rows))
    models = list(dict.fromkeys(row.model for row in comparison.rows))
    across = min(3, len(suites))
    down = -(-len(suites) // across)
    legend = 0.7 + 0.085 * max(map(len, models))  # inches: a marker, and about 6 points a letter
    size = (PANEL[0] * across + legend, PANEL[1] * down + 0.6)
    figure, axes = plt.subplots(down, across, figsize=size, sharey=True, squeeze=False, layout="constrained")
    for axis, suite in zip(axes.flat, suites, strict=False):
        _panel(axis, [row for row in comparison.rows if row.suite == suite], models)
    for axis in axes.flat[len(suites) :]:
        axis.set_visible(False)
    for axis in axes[:, 0]:
        axis.set_ylabel("score (%)")
    figure.suptitle("Score against cost, with 95 % intervals", x=0.01, ha="left")
    figure.legend(handles=[_key(n, label) for n, label in enumerate(models)], loc="outside right center", frameon=False)
    caption = textwrap.fill(_caption(comparison), width=int(17 * size[0]))
    figure.supxlabel(caption, fontsize=7.5, color="#444444")
    return figure


def _look(number: int) -> dict[str, Any]:
    return {"color": COLOURS[number % len(COLOURS)], "marker": MARKERS[number % len(MARKERS)], "ms": 8}


def _key(number: int, label: str) -> Any:
    from matplotlib.lines import Line2D

    return Line2D([], [], linestyle="none", label=label, **_look(number))


def _panel(axis: Axes, rows: Sequence[SuiteRow], models: Sequence[str]) -> None:
    sizes = ", ".join(str(n) for n in sorted({row.items for row in rows}))
    axis.set_title(f"{rows[0].suite} (n = {sizes})", fontsize=11)
    axis.set_ylim(-3, 103)
    axis.grid(alpha=0.25)
    scored = [(row, row.score) for row in rows if row.score]
    priced = [(r, score, r.cost_per_1000_usd) for r, score in scored if r.cost_per_1000_usd and _positive(r)]
    others = [(row, score) for row, score in scored if not _positive(row)]
    if priced:
        _cost_axis(axis, [_visible(cost) for _, _, cost in priced], STRIP if others else 0.0)
    else:
        axis.set_xticks([])
        axis.set_xlim(0, 1)
    for row, score, cost in priced:
        _point(axis, cost.estimate, score, models.index(row.model), _reach(_visible(cost)))
    if others:
        left = 1 - STRIP if priced else 0.0
        axis.axvspan(_across(axis, left), _across(axis, 1), color="#EEEEEE", zorder=0, lw=0)
        what = "cost 0 or\nunknown" if any(row.cost_per_1000_usd for row, _ in others) else "cost\nunknown"
        axis.text((left + 1) / 2, 0.99, what, transform=axis.transAxes, fontsize=8, ha="center", va="top")
        for place, (row, score) in enumerate(others, 1):
            x = _across(axis, left + (1 - left) * place / (len(others) + 1))
            _point(axis, x, score, models.index(row.model))
    lost = [row.model for row in rows if not row.score]
    if lost:
        text = textwrap.fill(f"no score: {', '.join(lost)}", 50)
        axis.text(0.02, 0.02, text, transform=axis.transAxes, fontsize=8, va="bottom")


def _positive(row: SuiteRow) -> bool:
    """Whether the cost has a place on a log axis."""
    return row.cost_per_1000_usd is not None and row.cost_per_1000_usd.estimate > 0


def _across(axis: Axes, share: float) -> float:
    """The x that lies at a share of the panel's width, once the axis has its limits."""
    x: float = (axis.transAxes + axis.transData.inverted()).transform((share, 0.5))[0]
    return x


def _point(axis: Axes, x: float, score: Interval, number: int, xerr: list[list[float]] | None = None) -> None:
    percent = Interval(
        100 * score.estimate,
        None if score.low is None else 100 * score.low,
        None if score.high is None else 100 * score.high,
        score.n,
    )
    yerr = _reach(percent)
    axis.errorbar(x, percent.estimate, yerr, xerr, ls="none", capsize=3, lw=1.4, **_look(number))


def _reach(interval: Interval) -> list[list[float]] | None:
    """An error bar's two lengths; None without both bounds."""
    if interval.low is None or interval.high is None:
        return None
    return [[interval.estimate - interval.low], [interval.high - interval.estimate]]


def _visible(cost: Interval) -> Interval:
    """The interval cut where it would squeeze everything else on a log axis."""
    if cost.low is None or cost.high is None:
        return cost
    return Interval(cost.estimate, max(cost.low, cost.estimate / 50), min(cost.high, cost.estimate * 50), cost.n)


def _cost_axis(axis: Axes, costs: Sequence[Interval], strip: float) -> None:
    """A log axis over at least a decade, `strip` of its width left free at the right; plain amounts as ticks."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    low = min(cost.low or cost.estimate for cost in costs) / 1.4
    high = max(cost.high or cost.estimate for cost in costs) * 1.4
    wanting = max(1.0, 10 / (high / low)) ** 0.5
    low, high = low / wanting, high * wanting
    axis.set_xlabel("cost per 1,000 items (USD)")
    axis.set_xscale("log")
    axis.set_xlim(low, low * (high / low) ** (1 / (1 - strip)))
    axis.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if high / low < 300 else (1,)))
    axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}" if value < high else ""))
    axis.xaxis.set_minor_formatter(NullFormatter())


def _caption(comparison: Comparison) -> str:
    manifest = comparison.manifest
    rates = {m["usd_per_hour"] for m in manifest["models"].values() if m["usd_per_hour"] is not None}
    price = f"; local machine at {', '.join(f'{r:g}' for r in sorted(rates))} USD/hour" if rates else ""
    missing = sum(row.missing for row in comparison.rows)
    truncated = sum(row.truncated for row in comparison.rows)
    return (
        f"{manifest['started_at'][:10]}, run {manifest['run']}{price}; "
        f"{truncated} truncated (score 0), {missing} missing"
    )
