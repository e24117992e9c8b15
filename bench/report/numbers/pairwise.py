"""Every model against every other, and the frontier of score and cost, suite by suite."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.claims import Pairs, pair
from bench.errors import UsageError
from bench.language import tr
from bench.records import SUCH, RunRecord, effective_cost
from bench.stats import Interval, frontier, holm, membership, ratio_of_sums, score_difference

if TYPE_CHECKING:
    import pandas as pd


MOST_PAIRS = 5_000
"""Pairs of models that are compared, of all suites; beyond it each model is compared with the run's first alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One model against another on the items of a suite that both have a score for. Intervals are 95 %."""

    suite: str
    """The suite."""
    model: str
    """The model."""
    other: str
    """The model it is compared with."""
    n: int
    """Items with a score of both."""
    score: Interval
    """Model's score - other's; no bounds where the clusters are too few."""
    p: float | None
    """Two-sided, of "no difference in score", Holm-adjusted over all pairs and suites; None without bounds."""
    cost_ratio: Interval | None
    """Model's cost / other's on these items; None where a cost is unknown or 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A model's place beside the frontier of score and cost, on the items that all placed models have both for."""

    suite: str
    """The suite."""
    model: str
    """The model."""
    n: int
    """Items it rests on, the same for all placed models of the suite."""
    score: float
    """Mean score of these items."""
    usd_per_1000: float
    """Cost of 1,000 such items."""
    on_frontier: bool
    """No other model is at least as good and at most as dear, and better in one of the two."""
    probability: float | None
    """Share of cluster-bootstrap samples in which that holds; None where the clusters are too few."""


def differences(items: pd.DataFrame, record: RunRecord) -> tuple[Difference, ...]:
    """All pairs of models on all suites, in the run's order; pairs without a shared item are left out.

    Beyond MOST_PAIRS the first model of each suite against every other; see `left_out`.
    """
    rows = [row for pairs in _pairs(items, record) for row in _difference(pairs)]
    tested = [(at, row.p) for at, row in enumerate(rows) if row.p is not None]
    for (at, _), p in zip(tested, holm([p for _, p in tested]), strict=True):
        rows[at] = replace(rows[at], p=p)
    return tuple(rows)


def left_out(items: pd.DataFrame, record: RunRecord) -> str | None:
    """That most pairs of models are not compared, as a sentence; None where all are."""
    asked = _asked(items, record)
    if not _too_many(asked):
        return None
    count = sum(math.comb(len(models), 2) for models in asked.values())
    return tr(
        "{count:,} pairs of models are too many to compare: the first model of each suite is, with every other.",
        count=count,
    )


def _too_many(asked: Mapping[str, Sequence[str]]) -> bool:
    return sum(math.comb(len(models), 2) for models in asked.values()) > MOST_PAIRS


def _asked(items: pd.DataFrame, record: RunRecord) -> dict[str, list[str]]:
    """By suite: the models that have a row of it, in the run's order."""
    known = {(str(suite), str(model)) for suite, model in items[["suite", "model"]].drop_duplicates().to_numpy()}
    return {suite: [model for model in record.models if (suite, model) in known] for suite in record.suites}


def _pairs(items: pd.DataFrame, record: RunRecord) -> Iterator[Pairs]:
    asked = _asked(items, record)
    few = not _too_many(asked)
    for suite, models in asked.items():
        rows = items[items["suite"] == suite]
        for model, other in combinations(models, 2) if few else ((models[0], each) for each in models[1:]):
            try:
                yield pair(rows, record, model, other, (suite,))
            except UsageError:
                continue


def _seed(record: RunRecord) -> int:
    return record.seed


def _difference(pairs: Pairs) -> Iterator[Difference]:
    ours, theirs = pairs.candidate, pairs.baseline
    known = ~np.isnan(ours.score) & ~np.isnan(theirs.score)
    if not known.any():
        return
    values, strata = (ours.score - theirs.score)[known], pairs.strata(known, SUCH)
    estimate, _ = score_difference(values, strata, binary=ours.binary and theirs.binary)
    score, p = Interval(float(values.mean()), None, None, len(values)), None
    if estimate is not None:
        score, p = estimate.interval(0.95), estimate.two_sided_p()
    costs = ours.cost[known], theirs.cost[known]
    ratio = None if np.isnan(costs).any() else ratio_of_sums(*costs, strata)
    yield Difference(
        suite=pairs.suites[0], model=ours.label, other=theirs.label, n=len(values), score=score, p=p, cost_ratio=ratio
    )


def places(items: pd.DataFrame, record: RunRecord) -> tuple[Place, ...]:
    """Each suite's models whose score and cost are known, where there are at least two of them."""
    return tuple(place for suite in record.suites for place in _places(items, record, suite))


def _places(items: pd.DataFrame, record: RunRecord, suite: str) -> Iterator[Place]:
    rows = items[(items["suite"] == suite) & items["score"].notna()]
    rows = rows.assign(usd=effective_cost(rows).astype("Float64"))
    priced = rows.groupby("model")["usd"].apply(lambda usd: bool(usd.notna().all()))
    models = [model for model in record.models if priced.get(model, False)]
    if len(models) < 2:
        return
    means = (
        rows[rows["model"].isin(models)]
        .groupby(["task", "item", "model"])
        .agg(score=("score", "mean"), usd=("usd", "mean"), cluster=("cluster", "first"))
    )
    shared = means[["score", "usd"]].unstack("model").dropna()
    if shared.empty:
        return
    scores, costs = (shared[column][models].to_numpy(dtype=float) for column in ("score", "usd"))
    of_item = means["cluster"].groupby(level=["task", "item"]).first()
    shares = membership(scores, costs, _clusters(of_item, shared.index), _seed(record))
    on = frontier(scores.mean(axis=0), costs.mean(axis=0))
    for at, model in enumerate(models):
        score, usd = float(scores[:, at].mean()), 1000 * float(costs[:, at].mean())
        share = None if shares is None else float(shares[at])
        yield Place(
            suite=suite,
            model=model,
            n=len(shared),
            score=score,
            usd_per_1000=usd,
            on_frontier=bool(on[at]),
            probability=share,
        )


def _clusters(of_item: pd.Series[Any], items: pd.Index[Any]) -> Sequence[str]:
    return [str(cluster) for cluster in of_item.reindex(items)]
