"""Pairs of models and the frontier as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from bench.report.pairwise import Difference, Place
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


def markdown(differences: Sequence[Difference], places: Sequence[Place]) -> Iterator[str]:
    """Both tables, each with its legend; nothing where there is nothing to compare."""
    if differences:
        yield from ("", "## Differences between models", "")
        yield "| suite | models | n | score difference (95 % interval) | p | cost ratio (95 % interval) |"
        yield "|---|---|---:|---:|---:|---:|"
        yield from (_difference(one) for one in differences)
        yield from ("", DIFFERENCES)
    if places:
        yield from ("", "## Pareto frontier of score and cost", "")
        yield "| suite | model | n | score | USD per 1,000 items | on the frontier | probability |"
        yield "|---|---|---:|---:|---:|---|---:|"
        yield from (_place(one) for one in places)
        yield from ("", FRONTIER)


def _difference(one: Difference) -> str:
    points = _cell(one.score, lambda share: f"{100 * share:+.1f}")
    ratio = "unknown" if one.cost_ratio is None else _cell(one.cost_ratio, lambda value: f"x{value:.3g}")
    p = "?" if one.p is None else f"{one.p:.2g}"
    return f"| {one.suite} | {one.model} − {one.other} | {one.n} | {points} | {p} | {ratio} |"


def _place(one: Place) -> str:
    share = "?" if one.probability is None else f"{100 * one.probability:.0f} %"
    place = "yes" if one.on_frontier else "no"
    cells = [one.suite, one.model, str(one.n), f"{100 * one.score:.0f} %", f"{one.usd_per_1000:.3g}", place, share]
    return f"| {' | '.join(cells)} |"


def _cell(interval: Interval, form: Callable[[float], str]) -> str:
    if interval.low is None or interval.high is None:
        return f"{form(interval.estimate)} (?)"
    return f"{form(interval.estimate)} ({form(interval.low)} to {form(interval.high)})"
