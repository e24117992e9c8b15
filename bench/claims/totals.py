"""Claims on published totals: solved counts without their items, and bills that give no interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.claims import beside, parts
from bench.claims.parts import PartResult, cost_each, counts
from bench.claims.verdict import JointTest, Verdict, combine
from bench.errors import UsageError, suggest
from bench.records import AggregateRow, Claim, read_aggregates, read_record, read_table

__all__ = [
    "REPORTED",
    "TotalsJudgement",
    "as_json",
    "cost_each",
    "counts",
    "judge_folder",
    "judge_totals",
    "standing",
    "p_of_tested",
    "text",
]

REPORTED = "reported"
"""Stands beside the verdicts: what totals can test is supported, and the rest is met but has no interval."""


def judge_totals(claim: Claim, rows: Sequence[tuple[AggregateRow, AggregateRow]]) -> JointTest:
    """A claim's parts on (candidate, baseline) of each suite: Miettinen and Nurminen's test, and the bills' ratio.

    UsageError if two rows may not be compared, or the claim speaks of latency or of a mean over suites.
    """
    claimed = parts.claimed(claim)
    if claim.at_load is not None:
        raise UsageError("published totals say nothing of load: at_load cannot be judged.")
    if claim.within_minutes is not None:
        raise UsageError("published totals do not say how long each answer took: within_minutes cannot be judged.")
    for part in claimed:
        if part.totals_refusal:
            raise UsageError(part.totals_refusal)
    if claim.over == "mean" and len(rows) > 1:
        raise UsageError("published totals are judged suite by suite: give one suite, or every one must hold.")
    results: dict[tuple[str, str], PartResult] = {}
    for ours, theirs in rows:
        if (ours.suite, ours.comparable) != (theirs.suite, theirs.comparable):
            raise UsageError(
                f"{ours.suite}: '{ours.model}' ({ours.comparable}) and '{theirs.model}' ({theirs.comparable}) may not "
                "be compared."
            )
        results |= {(ours.suite, part.key): part.test_totals(claim, ours, theirs) for part in claimed}
    return combine(results)


def _tested(test: JointTest, tested: bool = True) -> list[PartResult]:
    """The results of parts that totals give a p-value, or of those that they do not."""
    return [result for result in test.parts.values() if parts.part(result.name).of_totals is tested]


def p_of_tested(test: JointTest) -> float:
    """The p-value for everything that totals can test together: the largest; 1 where there is nothing."""
    return max((result.p_supported for result in _tested(test)), default=1.0)


def standing(claim: Claim, test: JointTest, p_tested: float, p_refuted: float) -> str:
    """The verdict on totals, from `p_of_tested` and the claim's p-value against, corrected where needed.

    REPORTED at best where a saving is claimed: no interval of the cost ratio is known.
    """
    tested, estimated = _tested(test), _tested(test, tested=False)
    if p_refuted <= claim.alpha:
        return str(Verdict.REFUTED)
    if not tested or p_tested > claim.alpha or any(result.problem for result in tested):
        return str(Verdict.INCONCLUSIVE)
    if not estimated:
        return str(Verdict.SUPPORTED)
    kept = all(parts.part(result.name).kept(claim, result) for result in estimated)
    return REPORTED if kept else str(Verdict.INCONCLUSIVE)


@dataclass(frozen=True, slots=True)
class TotalsJudgement:
    """A claim, judged on published totals."""

    claim: Claim
    """What is claimed."""
    rows: tuple[tuple[AggregateRow, AggregateRow], ...]
    """Candidate and baseline, suite by suite."""
    test: JointTest
    """Its parts and p-values."""
    verdict: str
    """As `standing` gives it."""
    warnings: tuple[str, ...] = ()
    """What the import warned of."""


def judge_folder(folder: Path, claim: Claim) -> TotalsJudgement | None:
    """Judges a claim on an import's totals; None where both models have items, or there are no totals.

    UsageError if a model is not among the totals, or the two share no suite or may not be compared.
    """
    totals = read_aggregates(folder)
    if not totals or {claim.candidate, claim.baseline} <= set(read_table(folder, "items", ["model"])["model"]):
        return None
    by_suite: dict[str, dict[str, AggregateRow]] = {}
    for name in (claim.candidate, claim.baseline):
        mine = {row.suite: row for row in totals if row.model == name}
        if not mine:
            raise UsageError(f"the import has no model '{name}'.{suggest(name, {row.model for row in totals})}")
        by_suite[name] = mine
    ours, theirs = by_suite[claim.candidate], by_suite[claim.baseline]
    suites = claim.suites or tuple(suite for suite in ours if suite in theirs)
    lacking = [suite for suite in suites if suite not in ours or suite not in theirs]
    if lacking or not suites:
        raise UsageError(
            f"'{claim.candidate}' and '{claim.baseline}' share no suite {' or '.join(lacking)}".rstrip() + "."
        )
    rows = tuple((ours[suite], theirs[suite]) for suite in suites)
    test = judge_totals(claim, rows)
    stands = standing(claim, test, p_of_tested(test), test.p_refuted)
    return TotalsJudgement(claim, rows, test, stands, beside.of_import(read_record(folder), claim))


def text(judgement: TotalsJudgement) -> str:
    """The verdict with its numbers, as Markdown."""
    claim, test = judgement.claim, judgement.test
    results = [_measured(claim, suite, result) for (suite, _), result in sorted(test.parts.items(), key=_place)]
    dates = sorted({row.date for pair in judgement.rows for row in pair if row.date})
    sizes = ", ".join(
        f"{ours.suite} {ours.n or 'unknown'} against {theirs.n or 'unknown'}"
        for ours, theirs in sorted(judgement.rows, key=lambda pair: pair[0].suite)
    )
    notes = [f"items: {sizes}, not paired", f"results of {' and '.join(dates)}" if dates else "results without a date"]
    notes += [f"{suite}, {name}: {why}" for (suite, name), why in test.problems.items()]
    notes += judgement.warnings
    if judgement.verdict == REPORTED:
        names = " and ".join(dict.fromkeys(result.name for result in _tested(test)))
        open_parts = dict.fromkeys(parts.part(result.name).totals_why for result in _tested(test, tested=False))
        notes.append(f"reported: {names} is supported, and {' and '.join(open_parts)}")
    needed = max((result.needed or 0 for result in _tested(test)), default=0)
    if judgement.verdict == Verdict.INCONCLUSIVE and needed:
        notes.append(
            f"about {needed} items of each model would decide the scores four times in five, if these are true"
        )
    lines = [f"# {claim.name}: {judgement.verdict} at {100 * claim.confidence:g} % (exploratory; published totals)", ""]
    return "\n".join([*lines, *(f"- {line}" for line in (*results, *notes))])


def _place(entry: tuple[tuple[str, str], PartResult]) -> tuple[str, str]:
    return entry[0]


def _measured(claim: Claim, suite: str, result: PartResult) -> str:
    if math.isnan(result.estimate):
        return f"{suite}: {result.name} unknown"
    return f"{suite}: {parts.part(result.name).published(claim, result)}"


def as_json(judgement: TotalsJudgement) -> dict[str, Any]:
    """What `text` says, as plain JSON; unknown is null."""
    results = []
    for (suite, _), result in judgement.test.parts.items():
        known = None if math.isnan(result.estimate) else result.estimate
        numbers = {
            "estimate": known,
            "low": result.interval.low,
            "high": result.interval.high,
            "n": result.n,
            "needed": result.needed,
            "p_supported": result.p_supported,
            "p_refuted": result.p_refuted,
            "problem": result.problem,
        }
        results.append((suite, result.name, numbers))
    claim = {key: value for key, value in judgement.claim.as_dict().items() if key != "name"}
    return {
        "name": judgement.claim.name,
        "verdict": judgement.verdict,
        "declared": False,
        "basis": "published totals",
        "claim": claim,
        "parts": [{"suite": suite, "part": name, **numbers} for suite, name, numbers in results],
        "warnings": list(judgement.warnings),
        "halves": [{"suite": suite, "half": name, **numbers} for suite, name, numbers in results],  # as before
    }
