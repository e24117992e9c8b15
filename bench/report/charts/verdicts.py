"""The claim planes and forest plots of a run: its claims' pairs, or every model against the run's first."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bench.claims import Opinion
from bench.claims.judge import MEAN
from bench.claims.text import labels
from bench.records.manifest import RunRecord
from bench.report.charts import common
from bench.report.charts.forest import TOO_SMALL, ForestRow
from bench.report.charts.plane import PlanePoint
from bench.report.numbers.comparison import Comparison
from bench.stats import Interval, Strata, score_difference
from bench.stats.paired import smallest_n
from bench.stats.region import joint_region

if TYPE_CHECKING:
    import pandas as pd

LEAST_ITEMS = 3
"""Items below which a family has no row."""
MOST_ROWS = 60
"""Rows of a forest plot beyond which families are left to the tables."""


def plane_points(opinion: Opinion) -> list[PlanePoint]:
    """A point for each suite on which the claim's cost and quality are both known."""
    found = []
    for suite in dict.fromkeys(suite for suite, _ in opinion.judged.halves):
        halves = [opinion.judged.halves.get((suite, name)) for name in ("cost", "quality")]
        cost, quality = halves
        if cost is None or quality is None or not math.isfinite(cost.estimate + quality.estimate) or cost.estimate <= 0:
            continue
        group = "mean of the suites" if suite == MEAN else suite
        found.append(
            PlanePoint(
                opinion.claim.candidate, group, cost.interval, quality.interval, str(opinion.verdict), quality.n,
                _region(opinion, suite),
            )
        )  # fmt: skip
    return found


def _region(opinion: Opinion, suite: str) -> tuple[tuple[float, float], ...]:
    pairs = opinion.pairs
    ours, theirs = pairs.candidate, pairs.baseline
    known = ~np.isnan(ours.score + theirs.score + ours.cost + theirs.cost)
    if suite != MEAN:
        known &= pairs.of(suite)
    return joint_region(
        ours.cost[known], theirs.cost[known], (ours.score - theirs.score)[known], pairs.strata(known), level(opinion)
    )


def level(opinion: Opinion) -> float:
    """The confidence of two-sided intervals whose edge passes a bound when the claim's one-sided test does."""
    return 1 - 2 * opinion.claim.alpha


@dataclass(frozen=True, slots=True)
class Contrast:
    """Two models on one suite, item by item."""

    candidate: str
    """The model."""
    baseline: str
    """The model it is compared with."""
    suite: str
    """The suite."""
    table: pd.DataFrame
    """A row an item that both have a score for: difference, family, cluster."""
    binary: bool
    """Whether every score is one sample's 0 or 1."""


def contrasts(items: pd.DataFrame, candidate: str, baseline: str, suites: Sequence[str]) -> Iterator[Contrast]:
    """The suites on which both models have a score for some item; repeats are averaged first."""
    for suite in suites:
        rows = items[(items["suite"] == suite) & items["model"].isin([candidate, baseline]) & items["score"].notna()]
        groups = rows.groupby(["task", "item", "model"])["score"]
        scores = groups.mean().unstack("model").dropna()
        if scores.empty or scores.shape[1] < 2:
            continue
        about = rows.drop_duplicates(["task", "item"]).set_index(["task", "item"])[["family", "cluster"]]
        table = about.loc[scores.index].assign(difference=(scores[candidate] - scores[baseline]).astype(float))
        binary = bool(rows["score"].isin((0.0, 1.0)).all() and rows["repeat"].max() == 0)
        yield Contrast(candidate, baseline, suite, table, binary)


def family_rows(contrast: Contrast, confidence: float, worse_by: float | None) -> list[ForestRow]:
    """A row for each family of LEAST_ITEMS or more, then the suite's own."""
    least = 0 if worse_by is None else smallest_n(worse_by, (1 - confidence) / 2)
    rows = []
    for family, part in contrast.table.groupby("family"):
        if len(part) < LEAST_ITEMS:
            continue
        note = TOO_SMALL if len(part) < least else ""
        rows.append(_row(str(family), contrast.suite, part, contrast.binary, confidence, note))
    whole = _row(f"all of {contrast.suite}", contrast.suite, contrast.table, contrast.binary, confidence, "", True)
    return [*rows, whole] if len(rows) > 1 else [whole]


def suite_row(contrast: Contrast, confidence: float) -> ForestRow:
    """The suite's row, named after the candidate."""
    return _row(contrast.candidate, contrast.suite, contrast.table, contrast.binary, confidence, "")


def _row(
    label: str, group: str, table: pd.DataFrame, binary: bool, confidence: float, note: str, pooled: bool = False
) -> ForestRow:
    """Items of one cluster speak of that cluster alone: there they are the units themselves."""
    values = table["difference"].to_numpy(dtype=float)
    clusters = table["cluster"].astype(str).tolist()
    if len(set(clusters)) == 1 and not pooled:
        clusters = [str(at) for at in range(len(values))]
    found, _ = score_difference(values, Strata([group] * len(values), clusters), binary=binary)
    interval = Interval(float(values.mean()), None, None, len(values))
    if found is not None:
        interval = found.interval(confidence)
    return ForestRow(label, group, interval, len(values), int(np.count_nonzero(values)), note, pooled)


def against_first(comparison: Comparison, items: pd.DataFrame) -> tuple[str, list[ForestRow]]:
    """For a run without claims: the first model, and every other's difference to it; of two models, the families'."""
    first, *others = common.models(comparison)
    found: list[ForestRow] = []
    for suite in common.suites(comparison):
        pairs = [pair for other in others for pair in contrasts(items, other, first, [suite])]
        found += (
            family_rows(pairs[0], 0.95, None) if len(others) == 1 and pairs else [suite_row(p, 0.95) for p in pairs]
        )
    return first, fitting(found)


def of_claim(comparison: Comparison, items: pd.DataFrame, opinion: Opinion) -> list[ForestRow]:
    """The families and suites that a claim speaks of."""
    claim = opinion.claim
    spoken = [suite for suite in common.suites(comparison) if suite in opinion.pairs.suites]
    pairs = contrasts(items, claim.candidate, claim.baseline, spoken)
    return fitting([row for pair in pairs for row in family_rows(pair, level(opinion), claim.worse_by)])


def fitting(rows: list[ForestRow]) -> list[ForestRow]:
    """The rows, or only each suite's own where they are too many to read."""
    return rows if len(rows) <= MOST_ROWS else [row for row in rows if row.pooled] or rows[:MOST_ROWS]


def title(opinion: Opinion, record: RunRecord) -> str:
    """The claim's name and verdict, with what every mention of it must carry."""
    remarks = labels(opinion, record)
    aside = f" ({'; '.join(remarks)})" if remarks else ""
    return f"{opinion.claim.name}: {opinion.verdict}{aside}"
