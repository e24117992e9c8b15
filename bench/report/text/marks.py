"""The best of a column: marked as such only where the models were compared pair by pair and chance is ruled out."""

from __future__ import annotations

from collections.abc import Sequence

from bench.report.numbers.comparison import Comparison, SuiteRow
from bench.report.numbers.pairwise import Difference
from bench.report.text.column import BEST, ESTIMATE

SCORE, COST = "score", "cost_per_1000_usd"
"""Keys of the columns that are compared pair by pair."""
LEVEL = 0.05
"""Largest Holm-adjusted p-value of a score difference beyond chance; costs go by their ratio's 95 % interval."""


def best(comparison: Comparison) -> dict[tuple[str, str, str], str]:
    """(suite, model, SCORE or COST) -> BEST or ESTIMATE, for the best estimate of each suite with several models.

    Models that share the best estimate, and suites where a cost is unknown, have no mark.
    """
    found = {}
    for suite in dict.fromkeys(row.suite for row in comparison.rows):
        rows = [row for row in comparison.rows if row.suite == suite]
        pairs = [one for one in comparison.differences if one.suite == suite]
        for what in (SCORE, COST):
            model = _first(rows, what)
            if model is not None:
                beaten = {_loser(one, model, what) for one in pairs}
                others = {row.model for row in rows} - {model}
                found[suite, model, what] = BEST if others <= beaten else ESTIMATE
    return found


def _first(rows: Sequence[SuiteRow], what: str) -> str | None:
    """The model with the best estimate; None if it is shared, or a model has none."""
    values = [row.score if what == SCORE else row.cost_per_1000_usd for row in rows]
    known = [value.estimate for value in values if value is not None]
    if len(known) < len(rows) or len(known) < 2:
        return None
    top = max(known) if what == SCORE else min(known)
    return rows[known.index(top)].model if known.count(top) == 1 else None


def _loser(one: Difference, model: str, what: str) -> str | None:
    """The other model of a pair, if this one is better beyond chance."""
    if model not in (one.model, one.other):
        return None
    first = model == one.model
    if what == SCORE:
        better = one.score.estimate > 0 if first else one.score.estimate < 0
        shown = one.p is not None and one.p <= LEVEL and better
    else:
        ratio = one.cost_ratio
        low, high = (None, None) if ratio is None else (ratio.low, ratio.high)
        shown = low is not None and high is not None and (high < 1 if first else low > 1)
    return (one.other if first else one.model) if shown else None
