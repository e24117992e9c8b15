"""The cost bridge as a waterfall: from the price list to what an item and a solved item really cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bench.language import tr, tr_later
from bench.report.charts import style
from bench.report.numbers.bridge import Bridge
from bench.stats import PER_ITEM, PER_SOLVED, Interval

TOTALS = {PER_ITEM: tr_later("= an item's cost"), PER_SOLVED: tr_later("= a solved item's")}
"""What the steps come to after some of them."""
ROW = 0.27
"""Height of a step, inches."""


def cost_bridge(
    bridges: Sequence[Bridge], ratios: Mapping[str, Interval], caption: str, stem: Path, shape: style.Shape = "wide"
) -> list[Path]:
    """Writes stem.svg, stem.png and stem.csv for one pair of models, its suites side by side.

    `ratios` has the cost ratio of each suite with its interval. IncompleteError if a file cannot be written.
    """
    header = ["suite", "step", "factor", "ratio_so_far", "ratio_low", "ratio_high"]
    rows = []
    for bridge in bridges:
        for step in bridge.steps:
            interval = ratios.get(bridge.suite) if step.name == PER_ITEM else None
            bounds = (interval.low, interval.high) if interval else (None, None)
            rows.append([bridge.suite, step.name, step.factor, step.ratio, *bounds])
    return style.write(draw(bridges, ratios, caption, shape), stem, header, rows)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the waterfall: a step, or what the steps so far come to."""

    name: str
    """What is written beside it."""
    before: float
    """The cost ratio it begins at; 1 for a sum."""
    after: float | None
    """The cost ratio it ends at; None if unknown."""
    total: Interval | None = None
    """A sum's interval; None for a step."""


def lines(bridge: Bridge, billed: Interval | None) -> list[Line]:
    """The steps, each sum after the step that completes it."""
    made, before = [], 1.0
    for step in bridge.steps:
        made.append(Line(step.name, before, step.ratio))
        if step.name in TOTALS:
            after = 1.0 if step.ratio is None else step.ratio
            known = billed if step.name == PER_ITEM and billed else Interval(after, None, None, bridge.items)
            made.append(Line(TOTALS[step.name], 1.0, step.ratio, known))
        before = before if step.ratio is None else step.ratio
    return made


@style.styled
def draw(bridges: Sequence[Bridge], ratios: Mapping[str, Interval], caption: str, shape: style.Shape) -> Figure:
    """The laid-out figure."""
    candidate, baseline = bridges[0].candidate, bridges[0].baseline
    words = style.Words(
        tr("From list price to the bill: {candidate} against {baseline}", candidate=candidate, baseline=baseline),
        tr(
            "Each step replaces one quantity of {baseline} by {candidate}'s; right is cheaper. "
            "Whiskers of the sums: 95 % interval; a hollow mark has none.",
            baseline=baseline,
            candidate=candidate,
        ),
        caption,
    )
    shown = [lines(bridge, ratios.get(bridge.suite)) for bridge in bridges]
    down = -(-len(bridges) // 2)
    figure, room = style.page(words, shape, down * (ROW * len(shown[0]) + 0.85))
    names = max(style.extent(tr(line.name), style.TEXT, _weight(line))[0] for line in shown[0]) + 0.1
    for box, bridge, mine in zip(style.panels(room, len(bridges)), bridges, shown, strict=True):
        frame = style.Box(box.left + names, box.bottom + 0.45, box.right - 0.1, box.top - 0.28)
        axes = style.axes(figure, frame)
        axes.set_title(f"{bridge.suite} (n = {bridge.items})", size=style.TEXT + 1, loc="left", weight="bold")
        _panel(axes, mine)
    return figure


def _weight(line: Line) -> str:
    return "bold" if line.total else "normal"


def _panel(axes: Axes, shown: Sequence[Line]) -> None:
    ends = [1.0, *(line.after for line in shown if line.after)]
    ends += [end for line in shown if line.total for end in (line.total.low, line.total.high) if end]
    low, high = min(ends), max(ends)
    reach = max(high / low, 4.0)
    low, high = low / reach**0.38, high * reach**0.12
    style.log_axis(axes, high, low, lambda ratio: f"×{ratio:,.6g}")
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.set_yticks(range(len(shown)), [tr(line.name) for line in shown])
    for label, line in zip(axes.get_yticklabels(), shown, strict=True):
        label.set_fontweight(_weight(line))
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(tr("cost, baseline = 1"))
    axes.grid(axis="x")
    axes.axvline(1, color=style.SOFT, lw=0.9)
    for at, line in enumerate(shown):
        _draw_line(axes, at, line, at == len(shown) - 1)


def _draw_line(axes: Axes, at: int, line: Line, last: bool) -> None:
    if line.after is None:
        axes.annotate(tr("unknown"), (1, at), (5, 0), textcoords="offset points", size=style.SMALL, va="center")
        return
    colour = style.BETTER if line.after <= line.before else style.WORSE
    if line.total is None:
        axes.plot([line.before, line.after], [at, at], color=colour, lw=9, solid_capstyle="butt", alpha=0.9)
    if not last:
        axes.plot([line.after, line.after], [at, at + 1], color=style.SOFT, lw=0.8, zorder=1)
    edge, fill = min(line.before, line.after), "white"
    if line.total and line.total.low is not None and line.total.high is not None:
        axes.plot([line.total.low, line.total.high], [at, at], color=style.INK, lw=1.4)
        edge, fill = min(edge, line.total.low), style.INK
    if line.total:
        axes.plot([line.after], [at], "D", color=style.INK, markerfacecolor=fill, ms=5, zorder=3)
    axes.annotate(
        f"×{line.after / line.before:#.3g}".rstrip("."),
        (edge, at),
        (6, 0),
        textcoords="offset points",
        size=style.SMALL,
        va="center",
        weight=_weight(line),
    )
