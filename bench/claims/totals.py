"""Claims on published totals: solved counts without their items, and bills that tell no interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.claims.text import percent, points, two_sided
from bench.errors import UsageError, suggest
from bench.records import folder as runfolder
from bench.records.aggregates import AggregateRow
from bench.records.settings import Claim
from bench.stats import Half, Judged, Unpaired, Verdict, combine, unpaired_quality
from bench.stats.half import undecided

REPORTED = "reported"
"""Stands beside the verdicts: quality is supported, and the published bills meet the saving but tell no interval."""


def counts(ours: AggregateRow, theirs: AggregateRow) -> Unpaired | None:
    """What each side solved, from counts or else from score and items; None where either is unknown."""
    solved = []
    for row in (ours, theirs):
        if not row.n or (row.successes is None and row.score is None):
            return None
        solved.append((float(row.successes) if row.successes is not None else float(row.score or 0) * row.n, row.n))
    return Unpaired(*solved[0], *solved[1])


def cost_each(row: AggregateRow) -> float | None:
    """USD per item; None if unknown."""
    return None if row.cost_total_usd is None or not row.n else row.cost_total_usd / row.n


def judge_totals(claim: Claim, rows: Sequence[tuple[AggregateRow, AggregateRow]]) -> Judged:
    """A claim's halves on (candidate, baseline) of each suite: Miettinen and Nurminen's test, and the bills' ratio.

    UsageError if two rows may not be compared, or the claim speaks of latency or of a mean over suites.
    """
    if claim.slower_by is not None:
        raise UsageError("published totals tell mean latencies only: slower_by cannot be judged.")
    if claim.over == "mean" and len(rows) > 1:
        raise UsageError("published totals are judged suite by suite: give one suite, or every one must hold.")
    halves = {}
    for ours, theirs in rows:
        if (ours.suite, ours.comparable) != (theirs.suite, theirs.comparable):
            raise UsageError(
                f"{ours.suite}: '{ours.model}' ({ours.comparable}) and '{theirs.model}' ({theirs.comparable}) may not "
                "be compared."
            )
        if claim.worse_by is not None:
            halves[ours.suite, "quality"] = _quality(claim, claim.worse_by, ours, theirs)
        if claim.cheaper_by is not None:
            halves[ours.suite, "cost"] = _cost(ours, theirs)
    return combine(halves)


def _quality(claim: Claim, worse_by: float, ours: AggregateRow, theirs: AggregateRow) -> Half:
    known = counts(ours, theirs)
    if known is None:
        return undecided("quality", math.nan, 0, "a score, or the number of its items, is unknown")
    return unpaired_quality(known, worse_by, alpha=claim.alpha)


def _cost(ours: AggregateRow, theirs: AggregateRow) -> Half:
    each = cost_each(ours), cost_each(theirs)
    n = min(ours.n or 0, theirs.n or 0)
    unknown = [row.model for row, usd in zip((ours, theirs), each, strict=True) if not usd]
    if each[0] is None or not each[1]:
        return undecided("cost", math.nan, n, f"the cost of {' and of '.join(unknown)} is unknown")
    return undecided("cost", each[0] / each[1], n, "totals tell no interval of the cost ratio")


def quality_p(judged: Judged) -> float:
    """The p-value for all quality halves together: the largest; 1 where there is none."""
    return max((half.p_supported for (_, name), half in judged.halves.items() if name == "quality"), default=1.0)


def standing(claim: Claim, judged: Judged, p_quality: float, p_refuted: float) -> str:
    """The verdict on totals, from `quality_p` and the claim's p-value against, corrected where needed.

    REPORTED at best where a saving is claimed: no interval of the cost ratio is known.
    """
    halves = [half for (_, name), half in judged.halves.items() if name == "quality"]
    if p_refuted <= claim.alpha:
        return str(Verdict.REFUTED)
    if not halves or p_quality > claim.alpha or any(half.problem for half in halves):
        return str(Verdict.INCONCLUSIVE)
    costs = [half for (_, name), half in judged.halves.items() if name == "cost"]
    if not costs:
        return str(Verdict.SUPPORTED)
    return REPORTED if all(meets(claim, half) for half in costs) else str(Verdict.INCONCLUSIVE)


def meets(claim: Claim, cost: Half) -> bool | None:
    """Whether the bills, as published, meet the claimed saving; None if one is unknown."""
    if math.isnan(cost.estimate):
        return None
    assert claim.cheaper_by is not None
    return cost.estimate <= 1 - claim.cheaper_by + 1e-12


@dataclass(frozen=True, slots=True)
class TotalsOpinion:
    """A claim, judged on published totals."""

    claim: Claim
    """What is claimed."""
    rows: tuple[tuple[AggregateRow, AggregateRow], ...]
    """Candidate and baseline, suite by suite."""
    judged: Judged
    """Halves and p-values."""
    verdict: str
    """As `standing` gives it."""


def judge_folder(folder: Path, claim: Claim) -> TotalsOpinion | None:
    """Judges a claim on an import's totals; None where both models have items, or there are no totals.

    UsageError if a model is not among the totals, or the two share no suite or may not be compared.
    """
    totals = runfolder.read_aggregates(folder)
    if not totals or {claim.candidate, claim.baseline} <= set(
        runfolder.read_table(folder, "items", ["model"])["model"]
    ):
        return None
    found: dict[str, dict[str, AggregateRow]] = {}
    for name in (claim.candidate, claim.baseline):
        mine = {row.suite: row for row in totals if row.model == name}
        if not mine:
            raise UsageError(f"the import has no model '{name}'.{suggest(name, {row.model for row in totals})}")
        found[name] = mine
    ours, theirs = found[claim.candidate], found[claim.baseline]
    suites = claim.suites or tuple(suite for suite in ours if suite in theirs)
    lacking = [suite for suite in suites if suite not in ours or suite not in theirs]
    if lacking or not suites:
        raise UsageError(
            f"'{claim.candidate}' and '{claim.baseline}' share no suite {' or '.join(lacking)}".rstrip() + "."
        )
    rows = tuple((ours[suite], theirs[suite]) for suite in suites)
    judged = judge_totals(claim, rows)
    return TotalsOpinion(claim, rows, judged, standing(claim, judged, quality_p(judged), judged.p_refuted))


def text(opinion: TotalsOpinion) -> str:
    """The verdict with its numbers, as Markdown."""
    claim = opinion.claim
    told = [_told(claim, suite, half) for (suite, _), half in sorted(opinion.judged.halves.items())]
    dates = sorted({row.date for pair in opinion.rows for row in pair if row.date})
    sizes = ", ".join(
        f"{ours.suite} {ours.n or 'unknown'} against {theirs.n or 'unknown'}"
        for ours, theirs in sorted(opinion.rows, key=lambda pair: pair[0].suite)
    )
    notes = [f"items: {sizes}, not paired", f"results of {' and '.join(dates)}" if dates else "results without a date"]
    notes += [f"{suite}, {name}: {why}" for (suite, name), why in opinion.judged.problems.items()]
    if opinion.verdict == REPORTED:
        notes.append("reported: quality is supported, and the published bills meet the saving but tell no interval")
    needed = max((half.needed or 0 for half in opinion.judged.halves.values() if half.name == "quality"), default=0)
    if opinion.verdict == Verdict.INCONCLUSIVE and needed:
        notes.append(
            f"about {needed} items of each model would decide the scores four times in five, if these are true"
        )
    lines = [f"# {claim.name}: {opinion.verdict} at {100 * claim.confidence:g} % (exploratory; published totals)", ""]
    return "\n".join([*lines, *(f"- {line}" for line in (*told, *notes))])


def _told(claim: Claim, suite: str, half: Half) -> str:
    if math.isnan(half.estimate):
        return f"{suite}: {half.name} unknown"
    if half.name == "cost":
        return f"{suite}: {claim.candidate} costs {percent(half.estimate)} of {claim.baseline}, as published"
    low, high, level = half.interval.low, half.interval.high, two_sided(claim)
    assert low is not None
    assert high is not None
    return (
        f"{suite}: {claim.candidate} scores {points(half.estimate)} points against {claim.baseline} "
        f"({level} interval {points(low)} to {points(high)})"
    )


def as_json(opinion: TotalsOpinion) -> dict[str, Any]:
    """What `text` tells, as plain JSON; unknown is null."""
    halves = []
    for (suite, _), half in opinion.judged.halves.items():
        known = None if math.isnan(half.estimate) else half.estimate
        bounds = {"low": half.interval.low, "high": half.interval.high}
        halves.append({
            "suite": suite, "half": half.name, "estimate": known, **bounds, "n": half.n, "needed": half.needed,
            "p_supported": half.p_supported, "p_refuted": half.p_refuted, "problem": half.problem,
        })  # fmt: skip
    claim = {key: value for key, value in asdict(opinion.claim).items() if key != "name"}
    return {
        "name": opinion.claim.name, "verdict": opinion.verdict, "declared": False, "basis": "published totals",
        "claim": claim, "halves": halves,
    }  # fmt: skip
