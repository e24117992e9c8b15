"""Pairs of models and the frontier as tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from bench.report.numbers.pairwise import Difference, Place
from bench.report.text import grid
from bench.report.text.grid import Column, Entry, Table
from bench.stats import Interval

DIFFERENCES = (
    "First model minus second, on the items that both have a score for. p: how often items like these would show a "
    "difference in score this large if there were none, corrected for the number of rows (Holm). The cost ratio is the "
    "first model's bill over the second's. ?: too few families to tell."
)
FRONTIER = (
    "On the frontier: no other model here is at least as good and at most as dear, and better in one of the two. "
    "Probability: how often that holds when the items are drawn anew, whole families at a time."
)


def tables(differences: Sequence[Difference], places: Sequence[Place]) -> Iterator[Table]:
    """Both tables; nothing where there is nothing to compare."""
    if differences:
        columns: tuple[Column, ...] = (
            Column("suite", words=True), Column("models", words=True), Column("n"),
            Column("score difference (95 % interval)"), Column("p"), Column("cost ratio (95 % interval)"),
        )  # fmt: skip
        yield Table("Differences between models", columns, tuple(_difference(one) for one in differences), DIFFERENCES)
    if places:
        columns = (
            Column("suite", words=True), Column("model", words=True), Column("n"), Column("score"),
            Column("USD per 1,000 items"), Column("on the frontier", words=True), Column("probability"),
        )  # fmt: skip
        yield Table("Pareto frontier of score and cost", columns, tuple(_place(one) for one in places), FRONTIER)


def markdown(differences: Sequence[Difference], places: Sequence[Place]) -> Iterator[str]:
    """Both tables, each with its legend."""
    for table in tables(differences, places):
        yield from ("", f"## {table.title}", "", *grid.markdown(table), "", table.legend)


def _difference(one: Difference) -> tuple[Entry, ...]:
    points = _entry(one.score, lambda share: f"{100 * share:+.1f}")
    ratio = Entry("unknown") if one.cost_ratio is None else _entry(one.cost_ratio, lambda value: f"x{value:.3g}")
    p = "?" if one.p is None else f"{one.p:.2g}"
    return Entry(one.suite), Entry(f"{one.model} − {one.other}"), Entry(str(one.n)), points, Entry(p), ratio


def _place(one: Place) -> tuple[Entry, ...]:
    share = "?" if one.probability is None else f"{100 * one.probability:.0f} %"
    place = "yes" if one.on_frontier else "no"
    cells = (one.suite, one.model, str(one.n), f"{100 * one.score:.0f} %", f"{one.usd_per_1000:.3g}", place, share)
    return tuple(Entry(cell) for cell in cells)


def _entry(interval: Interval, form: Callable[[float], str]) -> Entry:
    if interval.low is None or interval.high is None:
        return Entry(form(interval.estimate), "?")
    return Entry(form(interval.estimate), f"{form(interval.low)} to {form(interval.high)}")
