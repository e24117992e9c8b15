"""A cheap model of the baseline's own vendor: whether a saving needs another vendor at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench.claims.pairs import Pairs, pair
from bench.errors import UsageError
from bench.language import tr
from bench.records import Claim, RunRecord, maker_of

if TYPE_CHECKING:
    import pandas as pd


def rival(items: pd.DataFrame, record: RunRecord, claim: Claim, pairs: Pairs) -> str | None:
    """Names the cheapest other model of the baseline's vendor, where a claim goes across vendors and one was run.

    None if there is none that costs less than the baseline on the items they share.
    """
    makers = {label: maker_of(model.model) for label, model in record.models.items()}
    home = makers[claim.baseline]
    if home is None or makers[claim.candidate] == home:
        return None
    points = []
    for label in (name for name, maker in makers.items() if maker == home and name != claim.baseline):
        try:
            point = _point(pair(items, record, label, claim.baseline, tuple(dict.fromkeys(pairs.suites))))
        except UsageError:
            continue
        points += [point] if point else []
    return min(points)[1] if points else None


def _point(pairs: Pairs) -> tuple[float, str] | None:
    """The share of the baseline's bill, and the sentence; None where it is not smaller, or unknown."""
    ours, theirs = pairs.candidate, pairs.baseline
    known = ~np.isnan(ours.score + theirs.score + ours.cost + theirs.cost)
    if not known.any():
        return None
    costs = [1000 * float(side.cost[known].mean()) for side in (ours, theirs)]
    if not costs[0] < costs[1]:
        return None
    scores = [100 * float(side.score[known].mean()) for side in (ours, theirs)]
    return costs[0] / costs[1], (
        tr(
            "a cheaper model of the baseline's own vendor, {label}: {costs:.3g} USD per 1,000 items "
            "against {costs2:.3g}, score {scores:.1f} % against {scores2:.1f} % ({known} shared "
            "items)",
            label=ours.label,
            costs=costs[0],
            costs2=costs[1],
            scores=scores[0],
            scores2=scores[1],
            known=int(known.sum()),
        )
    )
