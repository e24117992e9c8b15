"""Whether the items that are left could still change a claim's verdict at the run's end, whatever they came to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bench.claims import looks, parts
from bench.claims.case import Case
from bench.claims.pairs import Pairs, pair
from bench.claims.parts import COST, SCORE, PartResult
from bench.claims.scope import scopes
from bench.claims.verdict import Verdict
from bench.records import THESE, Claim, Outcome, RunRecord, has_answer
from bench.stats import Shape, levels

if TYPE_CHECKING:
    import pandas as pd

Bounds = tuple[float, float]
"""What the candidate and the baseline come to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unasked:
    """A call that was not made yet, as a row of the items table would have it."""

    model: str
    """The model's label."""
    row: dict[str, Any]
    """What is known of it: suite, task, item, prompt_sha256 and so on."""
    cap_usd: float | None
    """The most that it can cost, in USD; None if unknown."""


def settled(
    case: Case, items: pd.DataFrame, left: Sequence[Unasked], record: RunRecord, together: int
) -> Verdict | None:
    """The verdict that the run would end with whatever the calls left came to, all answered; None if they decide it.

    `items`: rows of whole waves. `together`: claims that share the risk (Bonferroni here, which Holm's correction
    never exceeds). Only scores and costs are bounded, so that a claim on latency is never taken to be supported.
    """
    if case.looks is None or case.looks.sizes.count == len(case.looks.pairs):
        return None
    if case.looks.sizes.shape is Shape.ANYTIME:  # there is always another run
        return None
    claimed = parts.claimed(case.claim)
    bounded = [part for part in claimed if part in (SCORE, COST)]
    worst, best = (_ended(case, items, left, record, against=against) for against in (True, False))
    if worst is None or best is None:
        return None
    for_it, against_it = _tests(case, worst), _tests(case, best)
    last = case.looks.sizes.count - 1
    level = {suite: _level(case, suite, last, together) for suite, _ in for_it}
    few = {suite: _level(case, suite, last, together * len(for_it)) for suite, _ in for_it}
    if bounded == claimed and all(r.p_supported <= level[s] and not r.problem for (s, _), r in for_it.items()):
        return Verdict.SUPPORTED
    if any(r.p_refuted <= few[s] for (s, _), r in against_it.items()):
        return Verdict.REFUTED
    return Verdict.INCONCLUSIVE if _out_of_reach(case, for_it, against_it, level, few) else None


def _out_of_reach(
    case: Case,
    worst: dict[looks.Key, PartResult],
    best: dict[looks.Key, PartResult],
    level: dict[str, float],
    few: dict[str, float],
) -> bool:
    """Whether neither verdict can be reached: some part fails at its best, and none is refuted at its worst."""
    if len(worst) < len(parts.claimed(case.claim)):
        return False
    open_yet = any(r.p_supported > level[s] for (s, _), r in best.items())
    return open_yet and all(r.p_refuted > few[s] for (s, _), r in worst.items())


def _level(case: Case, suite: str, look: int, together: int) -> float:
    assert case.looks is not None
    sizes = case.looks.sizes
    return levels(sizes.fractions(suite), case.claim.alpha / together, sizes.shape)[look]


def _tests(case: Case, pairs: Pairs) -> dict[looks.Key, PartResult]:
    """The bounded parts on pairs that are complete."""
    claim, results = case.claim, {}
    for scope in scopes(claim, pairs):
        for part in parts.claimed(claim):
            if part in (SCORE, COST):
                results[scope.suite, part.key] = part.test(scope)
    return results


def _ended(
    case: Case, items: pd.DataFrame, left: Sequence[Unasked], record: RunRecord, *, against: bool
) -> Pairs | None:
    """The pairs of the whole run if all that is left went against the candidate, or for it; None without bounds.

    At the worst the kinds of task are not taken for strata: nobody knows what they will explain.
    """
    import pandas as pd

    claim = case.claim
    frames = [items]
    for label, score, dear in ((claim.candidate, not against, against), (claim.baseline, against, not against)):
        mine = [call for call in left if call.model == label]
        seen = items[(items["model"] == label) & has_answer(items)]
        if seen.empty or (COST.margin in claim.margins and any(call.cap_usd is None for call in mine)):
            return None
        if mine:
            frames.append(_rows(seen, mine, score=float(score), dear=dear))
    rows = pd.concat(frames, ignore_index=True)
    pairs = pair(
        rows, record, claim.candidate, baseline=claim.baseline, suites=_suites(claim, case), columns=_columns(claim)
    )
    return replace(pairs, clusters=pairs.sources) if against and claim.about == THESE else pairs


def _suites(claim: Claim, case: Case) -> Sequence[str]:
    return claim.suites or sorted(set(case.pairs.suites))


def _columns(claim: Claim) -> list[str]:
    return [column for part in parts.claimed(claim) for column in part.columns]


def _rows(seen: pd.DataFrame, calls: Sequence[Unasked], *, score: float, dear: bool) -> pd.DataFrame:
    """Rows like a seen one, with what is known of the calls, and one end for all of them."""
    import pandas as pd

    rows = pd.concat([seen.iloc[:1]] * len(calls), ignore_index=True)
    for column in calls[0].row:
        rows[column] = pd.Series([call.row[column] for call in calls], index=rows.index).astype(rows[column].dtype)
    caps = [call.cap_usd if dear else 0.0 for call in calls]
    ended = {"score": score, "outcome": str(Outcome.ANSWERED), "cost_usd": caps, "cost_retries_usd": 0.0, "attempts": 1}
    for column, value in ended.items():
        values = value if isinstance(value, list) else [value] * len(calls)
        rows[column] = pd.Series(values, index=rows.index).astype(rows[column].dtype)
    return rows
