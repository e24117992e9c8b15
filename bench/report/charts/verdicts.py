"""The claim planes and forest plots of a run: its claims' pairs, or every model against the run's first."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from bench.claims import MEAN, Judgement, Part, Verdict, labels, open_parts, parts, reading
from bench.language import tr
from bench.records import SUCH, THESE, RunRecord
from bench.report.charts import common
from bench.report.charts.forest import TOO_SMALL, ForestRow
from bench.report.charts.plane import ALL, PlanePoint
from bench.report.numbers.comparison import RunComparison
from bench.stats import Interval, Strata, joint_region, score_difference, smallest_n

if TYPE_CHECKING:
    import pandas as pd

LEAST_ITEMS = 3
"""Items below which a family has no row."""
MOST_ROWS = 60
"""Rows of a forest plot beyond which families are left to the tables."""


def planes(judgement: Judgement) -> list[tuple[Part, Part]]:
    """The pairs of claimed parts that make a plane: a ratio across, a difference upwards."""
    drawn = [(part, part.axis) for part in parts.claimed(judgement.claim) if part.axis is not None]
    return [(across, up) for across, x in drawn for up, y in drawn if y.up and not x.up]


def plane_points(judgement: Judgement, across: Part = parts.COST, up: Part = parts.SCORE) -> list[PlanePoint]:
    """A point for each suite on which both parts of the claim are known."""
    results = judgement.test.parts
    points = []
    for suite in dict.fromkeys(suite for suite, _ in results):
        ratio, difference = results.get((suite, across.key)), results.get((suite, up.key))
        if ratio is None or difference is None or ratio.estimate <= 0:
            continue
        if not math.isfinite(ratio.estimate + difference.estimate):
            continue
        point = PlanePoint(
            label=judgement.claim.candidate,
            group=ALL if suite == MEAN else suite,
            ratio=ratio.interval,
            difference=difference.interval,
            verdict=str(judgement.verdict),
            n=difference.n,
            region=_region(judgement, suite, across, up),
        )
        points.append(point)
    return points


def _region(judgement: Judgement, suite: str, across: Part, up: Part) -> tuple[tuple[float, float], ...]:
    pairs = judgement.pairs
    ratio, difference = across.values(pairs), up.values(pairs)
    if ratio is None or difference is None or pairs.weights is not None:
        return ()
    known = ~np.isnan(sum((*ratio, *difference)))
    if suite != MEAN:
        known &= pairs.of(suite)
    return joint_region(
        ratio[0][known],
        ratio[1][known],
        (difference[0] - difference[1])[known],
        pairs.strata(known, judgement.claim.about),
        level(judgement),
    )


def level(judgement: Judgement) -> float:
    """The confidence of two-sided intervals whose edge passes a bound when the claim's one-sided test does."""
    return 1 - 2 * judgement.claim.alpha


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
    """A row an item that both have a score for: difference, family, cluster, and what it shares with others of its
    family, or itself, as `source`."""
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
        own = "/" + about.index.to_series().str.join("/")
        about = about.assign(source=own.where(about["cluster"] == about["family"], about["cluster"]))
        table = about.loc[scores.index].assign(difference=(scores[candidate] - scores[baseline]).astype(float))
        binary = bool(rows["score"].isin((0.0, 1.0)).all() and rows["repeat"].max() == 0)
        yield Contrast(candidate, baseline, suite, table, binary)


def family_rows(
    contrast: Contrast, confidence: float, worse_by: float | None, about: str = SUCH, judged: Interval | None = None
) -> list[ForestRow]:
    """A row for each family of LEAST_ITEMS or more, then the suite's own, in the reading `about`.

    `judged`: the interval of the suite that a claim was judged by, if it was.
    """
    least = 0 if worse_by is None else smallest_n(worse_by, (1 - confidence) / 2)
    rows = []
    for family, part in contrast.table.groupby("family"):
        if len(part) < LEAST_ITEMS:
            continue
        note = TOO_SMALL if len(part) < least else ""
        row = _row(
            str(family), contrast.suite, part, binary=contrast.binary, confidence=confidence, note=note, about=about
        )
        rows.append(row)
    whole = _row(
        f"all of {contrast.suite}",
        contrast.suite,
        contrast.table,
        binary=contrast.binary,
        confidence=confidence,
        note="",
        pooled=True,
        about=about,
    )
    whole = whole if judged is None else replace(whole, difference=judged)
    return [*rows, whole] if len(rows) > 1 else [whole]


def suite_row(contrast: Contrast, confidence: float) -> ForestRow:
    """The suite's row, named after the candidate."""
    return _row(
        contrast.candidate, contrast.suite, contrast.table, binary=contrast.binary, confidence=confidence, note=""
    )


def _row(
    label: str,
    group: str,
    table: pd.DataFrame,
    binary: bool,
    confidence: float,
    note: str,
    pooled: bool = False,
    about: str = SUCH,
) -> ForestRow:
    """Items of one cluster speak of that cluster alone: there they are the units themselves."""
    values = table["difference"].to_numpy(dtype=float)
    kinds = table["cluster"].astype(str).tolist()
    clusters = kinds if about == SUCH else table["source"].astype(str).tolist()
    if len(set(clusters)) == 1 and not pooled:
        clusters = [str(at) for at in range(len(values))]
    strata = Strata([group] * len(values), clusters, kinds if about == THESE else None)
    difference, _ = score_difference(values, strata, binary=binary)
    interval = Interval(float(values.mean()), None, None, len(values))
    if difference is not None:
        interval = difference.interval(confidence)
    return ForestRow(
        label=label,
        group=group,
        difference=interval,
        n=len(values),
        discordant=int(np.count_nonzero(values)),
        note=note,
        pooled=pooled,
    )


def against_first(comparison: RunComparison, items: pd.DataFrame) -> tuple[str, list[ForestRow]]:
    """For a run without claims: the first model, and every other's difference to it; of two models, the families'."""
    first, *others = common.models(comparison)
    rows: list[ForestRow] = []
    for suite in common.suites(comparison):
        pairs = [pair for other in others for pair in contrasts(items, other, first, [suite])]
        rows += family_rows(pairs[0], 0.95, None) if len(others) == 1 and pairs else [suite_row(p, 0.95) for p in pairs]
    return first, fitting(rows)


def of_claim(comparison: RunComparison, items: pd.DataFrame, judgement: Judgement) -> list[ForestRow]:
    """The families and suites that a claim speaks of, in the reading that decides it."""
    claim = judgement.claim
    spoken = [suite for suite in common.suites(comparison) if suite in judgement.pairs.suites]
    pairs = contrasts(items, claim.candidate, claim.baseline, spoken)
    worse_by = claim.margins.get(parts.SCORE.margin)
    results = judgement.test.parts
    rows: list[ForestRow] = []
    for pair in pairs:
        result = results.get((pair.suite, parts.SCORE.key))
        judged = None if result is None or result.interval.low is None else result.interval
        rows += family_rows(pair, level(judgement), worse_by, claim.about, judged)
    return fitting(rows)


def fitting(rows: list[ForestRow]) -> list[ForestRow]:
    """The rows, or only each suite's own where they are too many to read."""
    return rows if len(rows) <= MOST_ROWS else [row for row in rows if row.pooled] or rows[:MOST_ROWS]


def reason(judgement: Judgement) -> str:
    """Why a verdict is open or refuted, in one sentence: marks inside the claim's corner would speak for it."""
    failing = judgement.test.failing
    if judgement.verdict is Verdict.REFUTED and failing:
        suite, part = tr(ALL) if failing[0] == MEAN else failing[0], parts.part(failing[1])
        wanted = part.wanted(part.limit(judgement.claim))
        return tr("Refuted by {suite}, {part}: not {wanted}.", suite=suite, part=tr(part.noun), wanted=wanted)
    reasons = open_parts(judgement)
    if not reasons or not judgement.verdict.is_open:
        return ""
    others = tr(" ({reasons} more, see the verdict)", reasons=len(reasons) - 1) if len(reasons) > 1 else ""
    if judgement.verdict is Verdict.SCREENED:
        return tr("Only screened, since {reasons}{others}.", reasons=reasons[0], others=others)
    return tr("Inconclusive, since {reasons}{others}.", reasons=reasons[0], others=others)


def title(judgement: Judgement, record: RunRecord) -> str:
    """The claim's name, verdict and reading, with what every mention of it must carry."""
    remarks = labels(judgement, record)
    aside = f" ({'; '.join(remarks)})" if remarks else ""
    return tr(
        "{name}: {verdict} {reading}{aside}",
        name=judgement.claim.name,
        verdict=judgement.verdict,
        reading=reading(judgement),
        aside=aside,
    )
