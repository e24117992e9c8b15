"""A claim's answers at other prices than it is judged at: as billed, at list, in dear and in cheap hours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bench.claims import Judgement
from bench.language import tr
from bench.records import Outcome, RunRecord, effective_cost, has_answer
from bench.report.numbers.billed import COUNTS
from bench.report.numbers.bridge import list_ratios
from bench.stats import Floats

KEY = ["suite", "task", "item"]
USED = (*KEY, "model", "outcome", "score", "graded", "cost_usd", "cost_retries_usd", "price_id", *COUNTS)
"""Columns of the items table that this looks at."""
SAME = 1e-6
"""Relative difference below which two costs are the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """The costs of a claim's items at some prices, an entry an item in the order of its pairs; NaN is unknown."""

    name: str
    """Which prices, in words."""
    candidate: Floats
    """The candidate's, USD."""
    baseline: Floats
    """The baseline's, USD."""

    def factor(self, judgement: Judgement, known: NDArray[np.bool_]) -> float | None:
        """What the ratio of the two bills is multiplied by, against the costs that the claim judges, where each
        side's costs are all multiplied alike; None where they are not, so that an interval does not carry over."""
        pairs = judgement.pairs
        factors = []
        for ours, judged in ((self.candidate, pairs.candidate.cost), (self.baseline, pairs.baseline.cost)):
            mine, base = ours[known], judged[known]
            paid = base > 0
            if not paid.any() or (mine[~paid] > 0).any():
                return None
            each = mine[paid] / base[paid]
            if not np.allclose(each, each[0], rtol=SAME, atol=0):
                return None
            factors.append(float(each[0]))
        return factors[0] / factors[1] if factors[1] > 0 else None


def mixes(judgement: Judgement, items: pd.DataFrame, record: RunRecord) -> Iterator[Mix]:
    """The prices at which either side's bill is another than the judged one; none where costs hold at any."""
    ours, theirs = judgement.pairs.candidate, judgement.pairs.baseline
    found = [
        *_listed(judgement, items, record),
        Mix(name=tr("all at dear hours"), candidate=ours.cost_dear, baseline=theirs.cost_dear),
        Mix(name=tr("none at dear hours"), candidate=ours.cost_cheap, baseline=theirs.cost_cheap),
    ]
    shown = [(ours.cost, theirs.cost)]
    for mix in found:
        both = (mix.candidate, mix.baseline)
        if not any(all(_same(a, b) for a, b in zip(both, known, strict=True)) for known in shown):
            shown.append(both)
            yield mix


def _listed(judgement: Judgement, items: pd.DataFrame, record: RunRecord) -> Iterator[Mix]:
    """As billed, where the claim is judged at other traffic; and at list, where both sides have list prices."""
    sides = (judgement.pairs.candidate, judgement.pairs.baseline)
    rows = items[items["suite"].isin(set(judgement.pairs.suites)) & (items["outcome"] != Outcome.NOT_ASKED)]
    asked = rows.loc[rows["model"].isin([side.label for side in sides]), [name for name in USED if name in rows]]
    asked = asked.assign(place=asked.groupby(KEY).ngroup())
    n = judgement.pairs.n
    if asked["place"].nunique() != n:
        return
    mine = [asked[(asked["model"] == side.label) & has_answer(asked)] for side in sides]
    billed = [_means(table, effective_cost(table), n) for table in mine]
    if record.traffic and record.traffic.prices_differ:
        yield Mix(name=tr("as this run was billed"), candidate=billed[0], baseline=billed[1])
    ratios = [list_ratios(table, record) for table in mine]
    listed = []
    for side, table, ratio, usual in zip(sides, mine, ratios, billed, strict=True):
        if ratio is None:
            return
        with np.errstate(divide="ignore", invalid="ignore"):
            hours = np.where(usual > 0, side.cost_cheap / usual, 1.0)
        listed.append(_means(table, effective_cost(table) * ratio, n) * hours)
    yield Mix(name=tr("at list: usual hours, no cache discount"), candidate=listed[0], baseline=listed[1])


def _same(a: Floats, b: Floats) -> bool:
    return bool(np.allclose(a, b, rtol=SAME, atol=0, equal_nan=True))


def _means(table: pd.DataFrame, usd: pd.Series[float], n: int) -> Floats:
    """Each of n items' mean, by its place; NaN where one of its samples is unknown, or it has none."""
    plain, places = usd.to_numpy(dtype=float, na_value=np.nan), table["place"]
    values: Floats = np.full(n, np.nan)
    if places.is_unique:
        values[places.to_numpy()] = plain
        return values
    means = pd.Series(plain).groupby(places.to_numpy()).agg(lambda each: each.mean(skipna=False))
    values[means.index.to_numpy()] = means.to_numpy()
    return values
