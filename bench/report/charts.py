"""Charts, drawn without a display and byte-stable for the same tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import runfolder
from bench.report.comparison import Comparison, SuiteRow
from bench.stats import Interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Okabe & Ito's palette: told apart by colour-blind readers; markers differ as well."""
MARKERS = "osD^vPX"


def cost_quality(comparison: Comparison, folder: Path) -> list[Path]:
    """Writes charts/cost_quality.svg and .png: score against cost per 1,000 items, a panel per suite."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    suites = list(dict.fromkeys(row.suite for row in comparison.rows))
    with matplotlib.rc_context({"svg.hashsalt": "claimbench", "font.size": 10, "axes.spines.top": False}):
        figure, axes = plt.subplots(
            1, len(suites), figsize=(1.6 + 4.2 * len(suites), 4.6), sharey=True, squeeze=False, layout="constrained"
        )
        models = list(dict.fromkeys(row.model for row in comparison.rows))
        for axis, suite in zip(axes[0], suites, strict=True):
            _panel(axis, [row for row in comparison.rows if row.suite == suite], models)
        axes[0][0].set_ylabel("score (% of items), 95 % interval")
        figure.suptitle(" and ".join(models) if len(models) < 4 else f"{len(models)} models")
        figure.supxlabel(_caption(comparison), fontsize=7.5, color="#444444")
        paths = [folder / "charts" / f"cost_quality.{kind}" for kind in ("svg", "png")]
        for path in paths:
            _save(figure, path)
        plt.close(figure)
    return paths


def _save(figure: Any, path: Path) -> None:
    kind = path.suffix[1:]
    date = {"Date": None} if kind == "svg" else None
    runfolder.write_file(path, lambda part: figure.savefig(part, format=kind, dpi=150, metadata=date))


def _panel(axis: Axes, rows: list[SuiteRow], models: list[str]) -> None:
    known = [row for row in rows if row.score and row.cost_per_1000_usd]
    for row in known:
        which = models.index(row.model)
        _point(axis, row, COLOURS[which % 7], MARKERS[which % 7])
    axis.set_title(f"{rows[0].suite} (n = {', '.join(str(n) for n in sorted({row.n for row in rows}))})", fontsize=11)
    axis.set_ylim(-3, 103)
    axis.grid(alpha=0.25)
    axis.spines["right"].set_visible(False)
    axis.set_xlabel("cost per 1,000 items (USD)")
    if known:
        _cost_axis(axis, [row.cost_per_1000_usd for row in known if row.cost_per_1000_usd])
    else:
        axis.set_xticks([])
    unknown = [row for row in rows if row not in known]
    if unknown:
        lines = [f"{row.model}: {_percent(row.score)}, cost unknown" for row in unknown]
        axis.text(0.03, 0.02, "\n".join(lines), transform=axis.transAxes, fontsize=8, va="bottom")


def _percent(score: Interval | None) -> str:
    return "no score" if score is None else f"{100 * score.estimate:.0f} %"


def _point(axis: Axes, row: SuiteRow, colour: str, marker: str) -> None:
    score, cost = row.score, row.cost_per_1000_usd
    if score is None or cost is None:
        return
    y = 100 * score.estimate
    errors: dict[str, Any] = {}
    if score.low is not None and score.high is not None:
        errors["yerr"] = [[y - 100 * score.low], [100 * score.high - y]]
    if cost.low is not None and cost.high is not None:
        errors["xerr"] = [[cost.estimate - max(cost.low, cost.estimate / 50)], [cost.high - cost.estimate]]
    axis.errorbar(cost.estimate, y, fmt=marker, color=colour, ms=8, capsize=3, lw=1.4, **errors)
    axis.annotate(row.model, (cost.estimate, y), (7, 7), textcoords="offset points", color=colour, fontweight="bold")


def _cost_axis(axis: Axes, costs: list[Interval]) -> None:
    """A log axis with a margin, and ticks written as plain amounts."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    low = min(max(c.low or c.estimate, c.estimate / 50) for c in costs)
    high = max(c.high or c.estimate for c in costs)
    axis.set_xscale("log")
    axis.set_xlim(low / 1.6, high * 2.2)
    axis.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
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
