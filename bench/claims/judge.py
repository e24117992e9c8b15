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
    """Whether the claim was recorded before the first answer it uses was asked; otherwise it is exploratory."""
    warnings: tuple[str, ...]
    """What a reader must know beside the verdict."""


def judge(claims: Sequence[tuple[Claim, Pairs, bool, bool]], seed: int = 0) -> list[Opinion]:
    """Judges claims given as (claim, pairs, declared, whether a local model takes part), in order.

    Declared claims share one error budget (Holm); exploratory ones are judged each alone, and labelled so.
    """
    found = [(_halves(claim, pairs, local, seed), declared) for claim, pairs, declared, local in claims]
    judged = [combine(halves) for (halves, _), _ in found]
    adjusted = [[j.p_supported for j in judged], [j.p_refuted for j in judged]]
    together = [at for at, (_, declared) in enumerate(found) if declared]
    for p_values in adjusted:
        for at, p in zip(together, holm([p_values[at] for at in together]), strict=True):
            p_values[at] = p
    opinions = []
    for at, (claim, pairs, declared, _) in enumerate(claims):
        own = replace(judged[at], p_supported=adjusted[0][at], p_refuted=adjusted[1][at])
        verdict = own.verdict(1 - claim.confidence)
        warnings = (*_warnings(pairs), *_sensitivity(claim, pairs, verdict, own, seed))
        opinions.append(
            Opinion(
                claim, pairs, judged[at], found[at][0][1], verdict, own.p_supported, own.p_refuted, declared, warnings
            )
        )
    return opinions


def _halves(claim: Claim, pairs: Pairs, local: bool, seed: int) -> tuple[dict[tuple[str, str], Half], tuple[Half, ...]]:
    halves: dict[tuple[str, str], Half] = {}
    reported: list[Half] = []
    for suite, mask in _scopes(claim, pairs):
        if claim.worse_by is not None:
            halves[suite, "quality"] = _quality(claim, pairs, mask, seed)
        if claim.cheaper_by is not None:
            halves[suite, "cost"] = _cost(claim, pairs, mask, seed)
        if claim.slower_by is not None and not local:
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
    """Items lost to infrastructure are left out if they are few and even; else each side's worst case decides."""
    ours, theirs = pairs.candidate.score, pairs.baseline.score
    known = mask & ~np.isnan(ours) & ~np.isnan(theirs)
    half = _quality_of(claim, pairs, known, ours, theirs, seed)
    if not _decides(pairs):
        return half
    worst = _quality_of(claim, pairs, mask, _filled(ours, 0), _filled(theirs, 1), seed)
    best = _quality_of(claim, pairs, mask, _filled(ours, 1), _filled(theirs, 0), seed)
    lost = int((mask & ~known).sum())
    note = f"{lost} of {int(mask.sum())} items lack a score; the worst case for each verdict decides"
    return replace(
        half,
        p_supported=worst.p_supported,
        p_refuted=best.p_refuted,
        problem=half.problem or worst.problem,
        notes=(*half.notes, note),
    )


def _decides(pairs: Pairs) -> bool:
    """Whether so much is missing, or so unevenly, that leaving it out could bias the verdict."""
    rates = pairs.candidate.missing_rate, pairs.baseline.missing_rate
    return max(rates) > MISSING_RATE or abs(rates[0] - rates[1]) > MISSING_GAP


def _filled(scores: Floats, value: float) -> Floats:
    found: Floats = np.where(np.isnan(scores), value, scores)
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
        caps=(ours.cap, theirs.cap),
        alpha=_alpha(claim),
        seed=seed,
    )


def _latency(claim: Claim, pairs: Pairs, suite: str) -> Half:
    chosen = np.ones(len(pairs.seconds), dtype=bool) if suite == MEAN else np.asarray(pairs.timed.suites) == suite
    seconds, strata = pairs.seconds[chosen], pairs.timed.chosen(chosen)
    if len(seconds) < 2 or len(pairs.seconds) < CLEAN_SHARE * pairs.timed_all:
        why = f"{len(pairs.seconds)} of {pairs.timed_all} pairs were timed cleanly; it takes {CLEAN_SHARE:.0%}"
        return undecided("latency", np.nan, len(seconds), why)
    assert claim.slower_by is not None
    return latency(seconds[:, 0], seconds[:, 1], strata, claim.slower_by, alpha=_alpha(claim))


def _warnings(pairs: Pairs) -> Iterator[str]:
    ours, theirs = pairs.candidate, pairs.baseline
    if pairs.n < pairs.planned:
        yield f"interim: {pairs.n} of {pairs.planned} planned items were asked"
    for what in ("truncated", "refused"):
        rates = [getattr(side, what) / side.samples for side in (ours, theirs)]
        if abs(rates[0] - rates[1]) > TRUNCATION_GAP:
            yield (
                f"{ours.label} has {rates[0]:.0%} of its answers {what}, {theirs.label} {rates[1]:.0%}; they score 0"
            )
    if ours.sampling != theirs.sampling:
        sent = " against ".join(" or ".join(side.sampling) or "nothing" for side in (ours, theirs))
        yield f"unlike sampling was applied: {sent}"


def _sensitivity(claim: Claim, pairs: Pairs, verdict: Verdict, own: Judged, seed: int) -> Iterator[str]:
    """How the verdict would change if what is missing counted otherwise."""
    lost = np.isnan(pairs.candidate.score) | np.isnan(pairs.baseline.score)
    if claim.worse_by is None or not lost.any():
        return
    for what, fills in (
        ("counted as wrong", (0.0, 0.0)),
        ("went against the candidate", (0.0, 1.0)),
        ("went for the candidate", (1.0, 0.0)),
    ):
        halves = dict(own.halves)
        for suite, mask in _scopes(claim, pairs):
            ours, theirs = _filled(pairs.candidate.score, fills[0]), _filled(pairs.baseline.score, fills[1])
            halves[suite, "quality"] = _quality_of(claim, pairs, mask, ours, theirs, seed)
        other = combine(halves).verdict(_alpha(claim))
        if other is not verdict:
            yield f"the verdict would be {other} if the {int(lost.sum())} items without a score {what}"
