"""Where the tokens go: prompt and output per item, by kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from bench.language import tr, tr_later
from bench.records import Outcome, has_answer
from bench.report.charts import style
from bench.report.numbers.billed import COUNTS
from bench.report.numbers.comparison import RunComparison
from bench.stats import Interval

if TYPE_CHECKING:
    import pandas as pd

CUT = tr_later("in answers that were cut off")
"""Output tokens, reasoning too, of answers that ended at a limit."""
KINDS = {
    tr_later("prompt"): ("#0072B2", "in"),
    tr_later("prompt, from cache"): ("#9CCBE8", "in"),
    tr_later("prompt, into cache"): ("#00496F", "in"),
    tr_later("answer"): ("#D55E00", "out"),
    tr_later("reasoning"): ("#F3B78C", "out"),
    CUT: ("#8C2D04", "out"),
}
"""Kind of token -> its colour, and its side."""

SIDES = {"in": tr_later("prompt tokens per item"), "out": tr_later("output tokens per item")}
ROW = 0.24
"""Height of a model's line, inches."""
READING = tr_later(
    "Means per item; whiskers: 95 % interval of the sum. Reasoning that is not counted apart is in the answer."
)


@dataclass(frozen=True, slots=True)
class TokenUse:
    """What one model reads and writes per item of a suite."""

    suite: str
    """The suite."""
    model: str
    """The model's label."""
    means: dict[str, float]
    """Mean tokens per scored answer, by kind, a cut answer's output apart; empty where a count is unknown."""
    sums: dict[str, Interval | None]
    """Prompt ("in") and output ("out") tokens per item with their 95 % intervals; None if unknown."""
    cut_reasoning: float = 0.0
    """How much of a cut answer's output is reasoning, mean tokens per scored answer."""


def token_use(comparison: RunComparison, items: pd.DataFrame) -> list[TokenUse]:
    """Every model on every suite where it has a score."""
    scored = items[has_answer(items)]
    uses = []
    for row in comparison.rows:
        rows = scored[(scored["suite"] == row.suite) & (scored["model"] == row.model)]
        if rows.empty:
            continue
        columns = {name: rows[name].fillna(0).astype(float) for name in COUNTS}
        means = {}
        if row.tokens_in:
            means["prompt"] = float(columns["in_uncached"].mean())
            means["prompt, from cache"] = float(columns["in_cache_read"].mean())
            means["prompt, into cache"] = float((columns["in_cache_write_5m"] + columns["in_cache_write_1h"]).mean())
        if row.tokens_out:
            ended = (rows["outcome"] != Outcome.TRUNCATED).to_numpy(dtype=float)
            means["answer"] = float(((columns["out_total"] - columns["out_reasoning"]) * ended).mean())
            means["reasoning"] = float((columns["out_reasoning"] * ended).mean())
            if not ended.all():
                means[CUT] = float((columns["out_total"] * (1 - ended)).mean())
        cut = (rows["outcome"] == Outcome.TRUNCATED).to_numpy(dtype=float)
        thought = float((columns["out_reasoning"] * cut).mean())
        uses.append(TokenUse(row.suite, row.model, means, {"in": row.tokens_in, "out": row.tokens_out}, thought))
    return uses


def tokens(uses: Sequence[TokenUse], caption: str, stem: Path, shape: style.Shape = "wide") -> list[Path]:
    """Writes stem.svg, stem.png and stem.csv, and stem_cut_off.csv where answers were cut off.

    IncompleteError if a file cannot be written.
    """
    kinds = [kind for kind in KINDS if kind != CUT]
    header = ["suite", "model", *kinds]
    for side in SIDES:
        header += [f"{side}_total", f"{side}_low", f"{side}_high"]
    rows = []
    for use in uses:
        sums = [(s.estimate, s.low, s.high) if s else (None, None, None) for s in use.sums.values()]
        rows.append([use.suite, use.model, *_whole(use), *(x for s in sums for x in s)])
    cut = [[use.suite, use.model, use.means[CUT], use.cut_reasoning] for use in uses if use.means.get(CUT)]
    columns = ["suite", "model", "output in cut answers", "reasoning of it"]
    beside = style.write_data(stem.with_name(f"{stem.name}_cut_off"), columns, cut) if cut else []
    return [*style.write(draw(uses, caption, shape), stem, header, rows), *beside]


def _whole(use: TokenUse) -> list[float | None]:
    """The means by kind, cut answers' output where it belongs: a file of its own tells it apart."""
    thought = use.cut_reasoning
    added = {"answer": use.means.get(CUT, 0.0) - thought, "reasoning": thought}
    known = ((kind, use.means.get(kind)) for kind in KINDS if kind != CUT)
    return [mean if mean is None else mean + added.get(kind, 0.0) for kind, mean in known]


@style.styled
def draw(uses: Sequence[TokenUse], caption: str, shape: style.Shape) -> Figure:
    """The laid-out figure: a row of panels per suite, prompt and output beside each other."""
    suites = list(dict.fromkeys(use.suite for use in uses))
    models = list(dict.fromkeys(use.model for use in uses))
    kinds = [kind for kind in KINDS if any(use.means.get(kind) for use in uses)]
    words = style.Words(tr("Where the tokens go"), tr(READING), caption)
    high = ROW * len(models) + 0.85
    legend = style.key_height(shape, [tr(kind) for kind in kinds])
    figure, room = style.page(words, shape, high * len(suites) + legend)
    marks = [{"marker": "s", "color": KINDS[kind][0], "markersize": 7.5} for kind in kinds]
    room = style.key(figure, room, list(zip(map(tr, kinds), marks, strict=True)))
    names = min(1.6, max(style.extent(model, style.TEXT)[0] for model in models)) + 0.1
    wide = (room.right - room.left - names) / 2
    for at, suite in enumerate(suites):
        top = room.top - at * (room.top - room.bottom) / len(suites)
        low = room.top - (at + 1) * (room.top - room.bottom) / len(suites)
        for number, side in enumerate(SIDES):
            left = room.left + names + number * wide
            axes = style.axes(figure, style.Box(left, low + 0.45, left + wide - 0.16, top - 0.28))
            mine = {use.model: use for use in uses if use.suite == suite}
            _panel(axes, [mine[model] for model in models if model in mine], side)
            shown = [style.shortened(model, style.TEXT, names - 0.1) for model in models if model in mine]
            axes.set_yticks(range(len(shown)), shown if number == 0 else [""] * len(shown))
            if number == 0:
                axes.set_title(suite, size=style.TEXT + 1, loc="left", weight="bold")
    return figure


def _panel(axes: Axes, uses: Sequence[TokenUse], side: str) -> None:
    most = 1.0
    for at, use in enumerate(uses):
        total = use.sums[side]
        if total is None:
            axes.text(0.02, at, tr("unknown"), size=style.SMALL, va="center", transform=axes.get_yaxis_transform())
            continue
        left = 0.0
        for kind, (colour, where) in KINDS.items():
            if where == side and use.means.get(kind):
                hatch: dict[str, Any] = {"hatch": "////", "edgecolor": "white", "linewidth": 0} if kind == CUT else {}
                axes.barh(at, use.means[kind], left=left, height=0.62, color=colour, zorder=2, **hatch)
                left += use.means[kind]
        most = max(most, left)
        if total.low is not None and total.high is not None:
            axes.plot([total.low, total.high], [at, at], color=style.INK, lw=1.2, zorder=3)
            most = max(most, min(total.high, 3 * left))
    axes.set_xlim(0, most * 1.05)
    axes.set_ylim(len(uses) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.6g}")
    axes.set_xlabel(tr(SIDES[side]))
    axes.grid(axis="x")
