"""Judges the declared claims: on paired items where a source publishes them, else on its totals."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bench.claims import (
    COST,
    SCORE,
    Case,
    JointTest,
    Pairs,
    Part,
    PartResult,
    Verdict,
    counts,
    judge_cases,
    judge_totals,
    p_of_tested,
    standing,
)
from bench.evidence.rule import RuledClaim
from bench.evidence.sets import DataSet
from bench.records import AggregateRow
from bench.stats import Interval, holm, unpaired_interval

PAIRED, TOTALS = "paired items", "totals"
ALPHA = 0.05
"""Of every claim: confidence 95 %, one-sided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceJudgement:
    """A claim of the evidence with its verdict."""

    ruled: RuledClaim
    """The claim."""
    basis: str
    """What the bills rest on: one of `BASES`."""
    rows: tuple[AggregateRow, AggregateRow]
    """The totals of candidate and baseline."""
    method: str
    """PAIRED or TOTALS."""
    n: int
    """Items of the smaller side."""
    difference: Interval
    """Candidate's score - baseline's, 90 %."""
    difference_95: Interval
    """The same, 95 %."""
    lost: int | None
    """Items that only the baseline solved; None for totals."""
    won: int | None
    """Items that only the candidate solved; None for totals."""
    ratio: Interval
    """Cost of the candidate / cost of the baseline, 90 %; NaN where a bill is unknown, no bounds for totals."""
    meets: bool | None
    """Whether the bills, as published, meet the saving; None if unknown."""
    p_supported: float
    """Holm's: the claim's on pairs, the score part's on totals, where no bill has a p-value."""
    p_refuted: float
    """Holm's."""
    verdict: str
    """"supported", "refuted", "inconclusive" or "reported"; items as independent draws."""
    failing: str | None
    """The part that refutes, if refuted."""
    elsewhere: str | None
    """The verdict with items of one repository as dependent; None for totals."""
    needed: int | None
    """Items that would decide quality four times in five, were the difference seen the true one; None if no likely
    number would, or there is no margin. On totals: of each model, not paired."""
    slower: float | None
    """Mean seconds of the candidate / of the baseline; None if unknown."""
    calls: float | None
    """Mean model calls of the candidate / of the baseline; None if unknown."""


@dataclass(frozen=True, slots=True)
class _Case:
    """A claim's parts, before claims of its family are corrected for each other."""

    ruled: RuledClaim
    rows: tuple[AggregateRow, AggregateRow]
    pairs: Pairs | None
    test: JointTest
    clustered: JointTest | None

    @property
    def p_supported(self) -> float:
        """What Holm's correction starts from; see `EvidenceJudgement`."""
        return self.test.p_supported if self.pairs is not None else p_of_tested(self.test)

    def result(self, part: Part) -> PartResult | None:
        """What came of a part; None if it is not claimed."""
        return next((result for (_, key), result in self.test.parts.items() if key == part.key), None)


def judge_all(claims: Sequence[RuledClaim], sets: Mapping[str, DataSet]) -> list[EvidenceJudgement]:
    """Judges claims of the given data sets, in their order, with Holm's correction within each family."""
    cases = [_case(claim, sets[claim.set]) for claim in claims]
    rests = {name: each.published.basis for name, each in sets.items()}
    families: dict[tuple[str, str, bool], list[int]] = {}
    for at, claim in enumerate(claims):
        families.setdefault(claim.family, []).append(at)
    judgements: dict[int, EvidenceJudgement] = {}
    for members in families.values():
        family = [cases[at] for at in members]
        supported, refuted = holm([c.p_supported for c in family]), holm([c.test.p_refuted for c in family])
        clustered = _verdicts([c.clustered for c in family])
        for at, case, p_for, p_against, elsewhere in zip(members, family, supported, refuted, clustered, strict=True):
            judgements[at] = _judgement(case, rests[case.ruled.set], p_for, p_against, elsewhere)
    return [judgements[at] for at in range(len(claims))]


def _case(ruled: RuledClaim, data: DataSet) -> _Case:
    rows = data.row(ruled, ruled.candidate), data.row(ruled, ruled.baseline)
    pairs = data.pairs(ruled)
    if pairs is None:
        return _Case(ruled, rows, None, judge_totals(ruled.claim, [rows]), None)
    [judgement] = judge_cases([Case(claim=ruled.claim, pairs=pairs, declared=False, local=False)])
    return _Case(ruled, rows, pairs, judgement.test, judgement.other.test)


def _verdicts(tests: Sequence[JointTest | None]) -> list[str | None]:
    """Of claims judged with clusters, corrected among themselves."""
    known = [test for test in tests if test is not None]
    p_values = holm([test.p_supported for test in known]), holm([test.p_refuted for test in known])
    adjusted = iter(zip(*p_values, strict=True))
    return [None if test is None else _verdict(test, *next(adjusted)) for test in tests]


def _verdict(test: JointTest, p_supported: float, p_refuted: float) -> str:
    return str(replace(test, p_supported=p_supported, p_refuted=p_refuted).verdict(ALPHA))


def _judgement(
    case: _Case, basis: str, p_supported: float, p_refuted: float, elsewhere: str | None
) -> EvidenceJudgement:
    ours, theirs = case.rows
    score, cost = case.result(SCORE), case.result(COST)
    assert cost is not None
    verdict = _verdict(case.test, p_supported, p_refuted)
    if case.pairs is None:
        verdict = standing(case.ruled.claim, case.test, p_supported, p_refuted)
    intervals = _difference(case, score)
    return EvidenceJudgement(
        ruled=case.ruled,
        basis=basis,
        rows=case.rows,
        method=TOTALS if case.pairs is None else PAIRED,
        n=intervals[0].n,
        difference=intervals[0],
        difference_95=intervals[1],
        lost=_only(case.pairs, -1),
        won=_only(case.pairs, 1),
        ratio=cost.interval,
        meets=COST.kept(case.ruled.claim, cost),
        p_supported=p_supported,
        p_refuted=p_refuted,
        verdict=verdict,
        failing=case.test.failing[1] if verdict == Verdict.REFUTED and case.test.failing else None,
        elsewhere=elsewhere,
        needed=None if score is None else score.needed,
        slower=_ratio(ours.latency_mean_s, theirs.latency_mean_s),
        calls=_ratio(ours.calls_mean, theirs.calls_mean),
    )


def _difference(case: _Case, score: PartResult | None) -> tuple[Interval, Interval]:
    """The score difference, 90 % and 95 %, also where there is no margin to judge it by."""
    if score is not None:
        return score.interval, score.interval_95
    known = counts(*case.rows)
    if known is not None:
        return unpaired_interval(known, 1 - 2 * ALPHA), unpaired_interval(known, 1 - ALPHA)
    ours, theirs = (float(row.score) if row.score is not None else math.nan for row in case.rows)
    nothing = Interval(ours - theirs, None, None, 0)
    return nothing, nothing


def _only(pairs: Pairs | None, sign: int) -> int | None:
    """Items that one side solved alone."""
    return None if pairs is None else int((sign * (pairs.candidate.score - pairs.baseline.score) > 0).sum())


def _ratio(ours: float | None, theirs: float | None) -> float | None:
    return None if ours is None or not theirs else ours / theirs
