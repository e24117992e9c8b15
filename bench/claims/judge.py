"""Judges a claim on a run's pairs: its halves, suite by suite, and what missing data would change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bench.claims.pairs import Mask, Pairs
from bench.config import Claim
from bench.stats.clusters import Floats
from bench.stats.cost import cost, latency
from bench.stats.half import Half, undecided
from bench.stats.quality import quality
from bench.stats.verdict import Judged, Verdict, combine, holm

MISSING_RATE = 0.01
MISSING_GAP = 0.005
"""Items that infrastructure lost are left out only if they are this few, and this evenly spread over both sides."""
CLEAN_SHARE = 0.95
"""Latency is judged only if this share of the pairs was timed cleanly."""
TRUNCATION_GAP = 0.02
"""Truncation or refusal rates that differ by more are warned about."""
MEAN = "mean"
"""Stands for the suite where a claim speaks of the mean over suites."""


@dataclass(frozen=True, slots=True)
class Case:
    """A claim and what it is judged on."""

    claim: Claim
    """What is claimed."""
    pairs: Pairs
    """Both models' answers to the same items."""
    declared: bool
    """Whether the claim was recorded before the first answer it uses was asked; otherwise it is exploratory."""
    local: bool
    """Whether a model that runs on this machine takes part."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """A claim, judged on a run."""

    claim: Claim
    """What is claimed."""
    pairs: Pairs
    """What it was judged on."""
    judged: Judged
    """Halves and p-values."""
    reported: tuple[Half, ...]
    """Halves that are told but not judged: latency that involves a local model."""
    verdict: Verdict
    """With Holm's correction over all declared claims of the run."""
    p_supported: float
    """Adjusted for the other declared claims."""
    p_refuted: float
    """Adjusted for the other declared claims."""
    declared: bool
    """See `Case`."""
    warnings: tuple[str, ...]
    """What a reader must know beside the verdict."""
    rival: str | None = None
    """A cheap model of the baseline's own vendor, where the claim goes across vendors and one was run."""


def judge(cases: Sequence[Case], seed: int = 0) -> list[Opinion]:
    """Judges claims, in order.

    Declared claims share one error budget (Holm); exploratory ones are judged each alone, and labelled so.
    """
    halves = [_halves(case, seed) for case in cases]
    judged = [combine(found) for found, _ in halves]
    supported, refuted = [j.p_supported for j in judged], [j.p_refuted for j in judged]
    together = [at for at, case in enumerate(cases) if case.declared]
    for p_values in (supported, refuted):
        for at, p in zip(together, holm([p_values[at] for at in together]), strict=True):
            p_values[at] = p
    opinions = []
    for case, own, (_, reported), p_for, p_against in zip(cases, judged, halves, supported, refuted, strict=True):
        verdict = replace(own, p_supported=p_for, p_refuted=p_against).verdict(_alpha(case.claim))
        warnings = (*_warnings(case.claim, case.pairs), *_sensitivity(case, verdict, own, seed))
        opinions.append(
            Opinion(case.claim, case.pairs, own, reported, verdict, p_for, p_against, case.declared, warnings)
        )
    return opinions


def _halves(case: Case, seed: int) -> tuple[dict[tuple[str, str], Half], tuple[Half, ...]]:
    claim, pairs = case.claim, case.pairs
    halves: dict[tuple[str, str], Half] = {}
    reported: list[Half] = []
    for suite, mask in _scopes(claim, pairs):
        if claim.worse_by is not None:
            halves[suite, "quality"] = _quality(claim, pairs, mask, seed)
        if claim.cheaper_by is not None:
            halves[suite, "cost"] = _cost(claim, pairs, mask, seed)
        if claim.slower_by is not None and not case.local:
            halves[suite, "latency"] = _latency(claim, pairs, suite)
        elif claim.slower_by is not None:
            reported.append(_latency(claim, pairs, suite))
    if not halves:
        reason = "latency that involves a local model is reported, not judged"
        halves = {(MEAN, half.name): undecided(half.name, half.estimate, half.n, reason) for half in reported}
    return halves, tuple(reported)


def _scopes(claim: Claim, pairs: Pairs) -> Iterator[tuple[str, Mask]]:
    names = sorted(set(pairs.suites))
    if claim.over == "mean" and len(names) > 1:
        yield MEAN, np.ones(pairs.n, dtype=bool)
    else:
        for name in names:
            yield name, pairs.of(name)


def _alpha(claim: Claim) -> float:
    return round(1 - claim.confidence, 12)


def _quality(claim: Claim, pairs: Pairs, mask: Mask, seed: int) -> Half:
    """Samples lost to infrastructure are left out if they are few and even; else each side's worst case decides."""
    ours, theirs = pairs.candidate, pairs.baseline
    known = mask & ~np.isnan(ours.score) & ~np.isnan(theirs.score)
    half = _quality_of(claim, pairs, known, ours.score, theirs.score, seed)
    rates = ours.lost[mask].mean(), theirs.lost[mask].mean()
    if max(rates) <= MISSING_RATE and abs(rates[0] - rates[1]) <= MISSING_GAP:
        return half
    worst = _quality_of(claim, pairs, mask, ours.filled(0), theirs.filled(1), seed)
    best = _quality_of(claim, pairs, mask, ours.filled(1), theirs.filled(0), seed)
    lost = int((mask & _lost(pairs)).sum())
    note = f"{lost} of {int(mask.sum())} items lack a score; the worst case for each verdict decides"
    return replace(
        half,
        p_supported=worst.p_supported,
        p_refuted=best.p_refuted,
        problem=half.problem or worst.problem,
        notes=(*half.notes, note),
    )


def _lost(pairs: Pairs) -> Mask:
    """The items of which either side lacks a score of a sample."""
    found: Mask = (pairs.candidate.lost > 0) | (pairs.baseline.lost > 0)
    return found


def _quality_of(claim: Claim, pairs: Pairs, mask: Mask, ours: Floats, theirs: Floats, seed: int) -> Half:
    if not mask.any():
        return undecided("quality", np.nan, 0, "no item has a score on both sides")
    assert claim.worse_by is not None
    binary = pairs.candidate.binary and pairs.baseline.binary
    differences, strata = (ours - theirs)[mask], pairs.strata(mask)
    return quality(differences, strata, claim.worse_by, alpha=_alpha(claim), binary=binary, seed=seed)


def _cost(claim: Claim, pairs: Pairs, mask: Mask, seed: int) -> Half:
    ours, theirs = pairs.candidate, pairs.baseline
    scored = mask & ~np.isnan(ours.score) & ~np.isnan(theirs.score)
    known = scored & ~np.isnan(ours.cost) & ~np.isnan(theirs.cost)
    unknown = int((scored & ~known).sum())
    if unknown > MISSING_RATE * scored.sum() or not known.any():
        return undecided(
            "cost", np.nan, int(known.sum()), f"the cost of {unknown} of {int(scored.sum())} items is unknown"
        )
    assert claim.cheaper_by is not None
    return cost(
        ours.cost[known],
        theirs.cost[known],
        pairs.strata(known),
        claim.cheaper_by,
        caps=(_most(ours.cap[known]), _most(theirs.cap[known])),
        alpha=_alpha(claim),
        seed=seed,
    )


def _most(caps: Floats) -> float | None:
    return None if np.isnan(caps).any() else float(caps.max())


def _latency(claim: Claim, pairs: Pairs, suite: str) -> Half:
    chosen = np.ones(len(pairs.seconds), dtype=bool) if suite == MEAN else np.asarray(pairs.timed.suites) == suite
    seconds, strata = pairs.seconds[chosen], pairs.timed.chosen(chosen)
    if len(seconds) < 2 or len(pairs.seconds) < CLEAN_SHARE * pairs.timed_all:
        why = f"{len(pairs.seconds)} of {pairs.timed_all} pairs were timed cleanly; it takes {CLEAN_SHARE:.0%}"
        return undecided("latency", np.nan, len(seconds), why)
    assert claim.slower_by is not None
    return latency(seconds[:, 0], seconds[:, 1], strata, claim.slower_by, alpha=_alpha(claim))


def _warnings(claim: Claim, pairs: Pairs) -> Iterator[str]:
    ours, theirs = pairs.candidate, pairs.baseline
    if pairs.n < pairs.planned:
        yield f"interim: {pairs.n} of {pairs.planned} planned items were asked"
    if ours.truncated is None or theirs.truncated is None:
        yield "how the answers ended is unknown: truncation may be part of the difference"
    for what in ("truncated", "refused"):
        counts = [(getattr(side, what), side.samples) for side in (ours, theirs)]
        rates = [count / samples for count, samples in counts if count is not None]
        if len(rates) == 2 and abs(rates[0] - rates[1]) > TRUNCATION_GAP:
            yield (
                f"{ours.label} has {rates[0]:.0%} of its answers {what}, {theirs.label} {rates[1]:.0%}; they score 0"
            )
    if ours.sampling != theirs.sampling:
        sent = " against ".join(" or ".join(side.sampling) or "nothing" for side in (ours, theirs))
        yield f"unlike sampling was applied: {sent}"
    observed = [side.label for side in (ours, theirs) if side.cap_observed]
    if claim.cheaper_by is not None and observed:
        yield (
            f"the most that an item of {' or '.join(observed)} can cost is a local machine's token limit at the "
            "slowest pace seen in this run"
        )


def _sensitivity(case: Case, verdict: Verdict, own: Judged, seed: int) -> Iterator[str]:
    """How the verdict would change if what is missing counted otherwise."""
    claim, pairs = case.claim, case.pairs
    lost = _lost(pairs)
    if claim.worse_by is None or not lost.any():
        return
    alone = own.verdict(_alpha(claim))
    for what, fills in (
        ("counted as wrong", (0.0, 0.0)),
        ("went against the candidate", (0.0, 1.0)),
        ("went for the candidate", (1.0, 0.0)),
    ):
        halves = dict(own.halves)
        for suite, mask in _scopes(claim, pairs):
            ours, theirs = pairs.candidate.filled(fills[0]), pairs.baseline.filled(fills[1])
            halves[suite, "quality"] = _quality_of(claim, pairs, mask, ours, theirs, seed)
        other = combine(halves).verdict(_alpha(claim))
        if other not in (alone, verdict):
            yield f"the verdict would be {other} if the {int(lost.sum())} items without a score {what}"
