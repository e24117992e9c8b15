"""The best of a column: marked as such only where the models were compared pair by pair and chance is ruled out."""

from __future__ import annotations

from collections.abc import Sequence

from bench.report.numbers.comparison import RunComparison, SuiteRow
from bench.report.numbers.pairwise import Difference
from bench.report.text.column import BEST, ESTIMATE

SCORE, COST = "score", "cost_per_1000_usd"
"""Keys of the columns that are compared pair by pair."""
LEVEL = 0.05
"""Largest Holm-adjusted p-value of a score difference beyond chance; costs go by their ratio's 95 % interval."""


def best(comparison: RunComparison) -> dict[tuple[str, str, str], str]:
    """(suite, model, SCORE or COST) -> BEST or ESTIMATE, for the best estimate of each suite with several models.

    Models that share the best estimate, and suites where a cost is unknown, have no mark.
    """
    marked = {}
    for suite in dict.fromkeys(row.suite for row in comparison.rows):
        rows = [row for row in comparison.rows if row.suite == suite]
        pairs = [difference for difference in comparison.differences if difference.suite == suite]
        for what in (SCORE, COST):
            model = _first(rows, what)
            if model is not None:
                beaten = {_loser(difference, model, what) for difference in pairs}
                others = {row.model for row in rows} - {model}
                marked[suite, model, what] = BEST if others <= beaten else ESTIMATE
    return marked


def _first(rows: Sequence[SuiteRow], what: str) -> str | None:
    """The model with the best estimate; None if it is shared, or a model has none."""
    values = [row.score if what == SCORE else row.cost_per_1000_usd for row in rows]
    known = [value.estimate for value in values if value is not None]
    if len(known) < len(rows) or len(known) < 2:
        return None
    top = max(known) if what == SCORE else min(known)
    return rows[known.index(top)].model if known.count(top) == 1 else None


def _loser(difference: Difference, model: str, what: str) -> str | None:
    """The other model of a pair, if this one is better beyond chance."""
    if model not in (difference.model, difference.other):
        return None
    first = model == difference.model
    if what == SCORE:
        better = difference.score.estimate > 0 if first else difference.score.estimate < 0
        shown = difference.p is not None and difference.p <= LEVEL and better
    else:
        ratio = difference.cost_ratio
        low, high = (None, None) if ratio is None else (ratio.low, ratio.high)
        shown = low is not None and high is not None and (high < 1 if first else low > 1)
    return (difference.other if first else difference.model) if shown else None
