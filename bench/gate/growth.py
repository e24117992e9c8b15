"""Whether answers grew longer, dearer or slower by more than the tolerance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bench.claims import CLEAN_SHARE
from bench.gate.findings import ALPHA, TOLERANCE, Finding, FindingStatus, Measure
from bench.gate.match import Amounts, Pairing
from bench.gate.snapshot import Snapshot
from bench.stats import Floats, Interval, Ratio, Strata, ratio_of_sums, ratio_test

LATENCY_ALPHA = 0.01
"""How often an unchanged model may fail on latency, all suites together."""
COLUMNS = {Measure.TOKENS_IN: "tokens_in", Measure.TOKENS_OUT: "tokens_out", Measure.COST: "cost_usd"}
"""Measure -> the field of a sample."""

Timed = tuple[Floats, int]
"""Seconds now and in the baseline (a row a pair, clean and close in time), and how many pairs were timed at all."""


def judge_amounts(pairings: Sequence[Pairing], now: Snapshot) -> list[Finding]:
    """Tokens and cost: a finding each for every suite. Cost only at one price, so that a price list changes nothing."""
    known: list[tuple[Pairing, Measure, Amounts, str]] = []
    for pairing in pairings:
        for measure, column in COLUMNS.items():
            both = pairing.amounts(column)
            why = _unjudged(pairing, measure, both, now)
            known.append((pairing, measure, both, why))
    tests = sum(not why and not both.undecided for *_, both, why in known)
    return [_grown(pairing, measure, both, why, tests) for pairing, measure, both, why in known]


def _unjudged(pairing: Pairing, measure: Measure, both: Amounts, now: Snapshot) -> str:
    """Why an amount is shown only; empty if it is to be judged."""
    if measure is Measure.COST and now.models[pairing.model].local:
        return "the cost of local weights is machine time"
    if measure is Measure.COST and pairing.now.prices != pairing.base.prices:
        return "the price changed"
    if both.undecided:
        return "unknown on both sides" if both.silent else ""
    return "" if len(both.now) > 1 and both.now.any() and both.base.any() else "nothing to compare"


def _grown(pairing: Pairing, measure: Measure, both: Amounts, why: str, tests: int) -> Finding:
    n = len(both.now)
    before, after = (float(both.base.mean()), float(both.now.mean())) if n else (None, None)
    ratio = None if why or both.undecided else growth(both, ALPHA / tests)
    if why:
        status = FindingStatus.REPORTED
    elif both.undecided:
        status = FindingStatus.BLIND
    else:
        status = FindingStatus.FAILED if grown(ratio) else FindingStatus.PASSED
    return Finding(
        model=pairing.model,
        suite=pairing.suite,
        measure=measure,
        status=status,
        before=before,
        after=after,
        n=n,
        ratio=ratio,
        why=why or both.unknown,
    )


def unknown_amounts(findings: Sequence[Finding]) -> list[str]:
    """What is unknown of too many answers to be judged, as sentences."""
    blind = (finding for finding in findings if finding.status is FindingStatus.BLIND)
    return [f"{finding.model}, {finding.suite}: {finding.measure} is {finding.why}" for finding in blind]


def growth(both: Amounts, alpha: float) -> Interval | None:
    """The ratio of the sums, now / baseline, with the bounds of a one-sided test at `alpha`."""
    items = [str(at) for at in range(len(both.now))]  # chance differs item by item: the suite itself is fixed
    return ratio_of_sums(both.now, both.base, Strata(["all"] * len(items), items), 1 - 2 * alpha)


def grown(ratio: Interval | None) -> bool:
    """Whether a ratio is certainly above the tolerance."""
    return ratio is not None and ratio.low is not None and ratio.low > TOLERANCE


def judge_latency(pairings: Sequence[Pairing], seconds: Mapping[tuple[str, str], Timed], why: str) -> list[Finding]:
    """Latency: judged where `seconds` has pairs of the (model, suite) asked side by side in one run, else shown."""
    fit = {key: kept for key, (kept, timed) in seconds.items() if len(kept) > 1 and len(kept) >= CLEAN_SHARE * timed}
    findings = []
    for pairing in pairings:
        key = pairing.model, pairing.suite
        sides = [part.latency.get("e2e_s", {}) for part in (pairing.base, pairing.now)]
        before, after = (side.get("p50") for side in sides)
        n = int(min(side.get("n", 0) for side in sides))
        if key in fit:
            findings.append(_slower(pairing, fit[key], before, after, LATENCY_ALPHA / len(fit)))
            continue
        reason = why
        if key in seconds:
            clean, every = len(seconds[key][0]), seconds[key][1]
            reason = f"{clean} of {every} pairs were timed cleanly; it takes {100 * CLEAN_SHARE:.0f} %"
        shown = Finding(
            model=pairing.model,
            suite=pairing.suite,
            measure=Measure.LATENCY,
            status=FindingStatus.REPORTED,
            before=before,
            after=after,
            n=n,
            why=reason,
        )
        findings.append(shown)
    return findings


def _slower(pairing: Pairing, seconds: Floats, before: float | None, after: float | None, alpha: float) -> Finding:
    ratio, failed = slower(seconds, alpha)
    status = FindingStatus.FAILED if failed else FindingStatus.PASSED
    return Finding(
        model=pairing.model,
        suite=pairing.suite,
        measure=Measure.LATENCY,
        status=status,
        before=before,
        after=after,
        n=len(seconds),
        ratio=ratio,
    )


def slower(seconds: Floats, alpha: float) -> tuple[Interval, bool]:
    """The ratio of seconds now and in the baseline, a row a pair, and whether it fails.

    It fails where the mean log ratio is above 0 at `alpha` (t) and the ratio itself above the tolerance.
    """
    items = [str(at) for at in range(len(seconds))]
    strata = Strata(["all"] * len(items), items)
    test = ratio_test(seconds[:, 0], seconds[:, 1], strata, 1.0, of=Ratio.GEOMETRIC, limits=None, alpha=alpha)
    return test.interval, test.p_beyond <= alpha and test.estimate > TOLERANCE
