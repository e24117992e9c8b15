"""Pairs of models and the frontier as tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.language import tr, tr_later
from bench.report.numbers.pairwise import Difference, Place
from bench.report.text import formats, grid
from bench.report.text.column import Column, Table, label, table

DIFFERENCES: tuple[Column[Difference], ...] = (
    label("suite", "suite", lambda row: row.suite),
    label("models", "model", lambda row: f"{row.model} − {row.other}"),
    Column(name="n", key="n", cell=lambda row: str(row.n)),
    Column(
        name=tr_later("score difference"),
        key="score",
        aside=tr_later("95 % interval"),
        spread=True,
        cell=lambda row: formats.signed(row.score, formats.points),
    ),
    Column(name="p", key="p", cell=lambda row: "?" if row.p is None else f"{row.p:.2g}"),
    Column(
        name=tr_later("cost ratio"),
        key="cost_ratio",
        aside=tr_later("95 % interval"),
        spread=True,
        cell=lambda row: formats.signed(row.cost_ratio, formats.factor) if row.cost_ratio else tr(formats.UNKNOWN),
    ),
)
"""Every model against every other."""
DIFFERENCES_LEGEND = tr_later(
    "First model minus second, on the items that both have a score for. p: how often items "
    "like these would show a difference in score this large if there were none, corrected "
    "for the number of rows (Holm). The cost ratio is the first model's bill over the "
    "second's. ?: too few families to tell."
)
FRONTIER: tuple[Column[Place], ...] = (
    label("suite", "suite", lambda row: row.suite),
    label("model", "model", lambda row: row.model),
    Column(name="n", key="n", cell=lambda row: str(row.n)),
    Column(name="score", key="score", cell=lambda row: f"{100 * row.score:.0f} %"),
    Column(
        name=tr_later("USD per 1,000 items"), key="usd_per_1000", unit="USD", cell=lambda row: f"{row.usd_per_1000:.3g}"
    ),
    Column(
        name=tr_later("on the frontier"),
        key="on_frontier",
        align="left",
        cell=lambda row: tr("yes") if row.on_frontier else tr("no"),
    ),
    Column(
        name="probability",
        key="probability",
        cell=lambda row: "?" if row.probability is None else f"{100 * row.probability:.0f} %",
    ),
)
"""Where models stand beside the frontier."""
FRONTIER_LEGEND = tr_later(
    "On the frontier: no other model here is at least as good and at most as dear, and "
    "better in one of the two. Probability: how often that holds when the items are drawn "
    "anew, whole families at a time."
)


def tables(differences: Sequence[Difference], places: Sequence[Place]) -> Iterator[Table]:
    """Both tables; nothing where there is nothing to compare."""
    if differences:
        yield table(
            tr("Differences between models"),
            DIFFERENCES,
            differences,
            legend=DIFFERENCES_LEGEND,
            place=lambda number, _: f"comparison.json/differences/{number}",
        )
    if places:
        yield table(
            tr("Pareto frontier of score and cost"),
            FRONTIER,
            places,
            legend=FRONTIER_LEGEND,
            place=lambda number, _: f"comparison.json/frontier/{number}",
        )


def markdown(differences: Sequence[Difference], places: Sequence[Place]) -> Iterator[str]:
    """Both tables, each with its legend."""
    for made in tables(differences, places):
        yield from grid.section(made)
