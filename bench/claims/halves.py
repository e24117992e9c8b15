"""The halves of a claim on a run's pairs, and what missing answers and unknown costs leave of them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from bench.claims.pairs import Mask, Pairs
from bench.records.settings import Claim
from bench.stats.clusters import Floats
from bench.stats.cost import cost, latency
from bench.stats.half import Half, held_back, undecided
from bench.stats.quality import quality

MISSING_RATE = 0.01
MISSING_GAP = 0.005
"""Items that infrastructure lost are left out only if they are this few in every suite, and this evenly spread over
both sides."""
CLEAN_SHARE = 0.95
"""Latency is judged only if this share of each suite's pairs was timed cleanly."""
MEAN = "mean"
"""Stands for the suite where a claim speaks of the mean over suites."""


def scopes(claim: Claim, pairs: Pairs) -> Iterator[tuple[str, Mask]]:
    """What each of a claim's halves speaks of, and its items: every suite, or their mean."""
    names = sorted(set(pairs.suites))
    if claim.over == "mean" and len(names) > 1:
        yield MEAN, np.ones(pairs.n, dtype=bool)
    else:
        for name in names:
            yield name, pairs.of(name)


def lost_items(pairs: Pairs) -> Mask:
    """The items of which either side lacks a score of a sample."""
    found: Mask = (pairs.candidate.lost > 0) | (pairs.baseline.lost > 0)
    return found


def quality_half(claim: Claim, pairs: Pairs, mask: Mask, seed: int) -> Half:
    """Samples lost to infrastructure are left out if they are few and even; else each side's worst case decides."""
    ours, theirs = pairs.candidate, pairs.baseline
    known = mask & ~np.isnan(ours.score) & ~np.isnan(theirs.score)
    absent = _absent(pairs, mask, known)
    if absent:
        return undecided("quality", np.nan, int(known.sum()), f"no item{absent} has a score on both sides")
    half = quality_if(claim, pairs, mask, (None, None), seed)
    if _lacking(pairs, mask) is None:
        return half
    lost = f"{int((mask & lost_items(pairs)).sum())} of {int(mask.sum())} items lack a score"
    return _at_worst(
        replace(half, notes=(*half.notes, f"{lost}; the worst case for each verdict decides")),
        quality_if(claim, pairs, mask, (0.0, 1.0), seed),
        quality_if(claim, pairs, mask, (1.0, 0.0), seed),
        f"{lost}, and at their worst they could undo what the others show",
        claim.alpha,
    )


def quality_if(
    claim: Claim, pairs: Pairs, mask: Mask, fills: tuple[float | None, float | None], seed: int
) -> Half:  # fmt: skip
    """Quality if each sample without a score had scored that on its side; None leaves such items out."""
    assert claim.worse_by is not None
    sides = (pairs.candidate, pairs.baseline)
    ours, theirs = (s.score if fill is None else s.filled(fill) for s, fill in zip(sides, fills, strict=True))
    known = mask & ~np.isnan(ours) & ~np.isnan(theirs)
    binary = pairs.candidate.binary and pairs.baseline.binary
    differences, strata = (ours - theirs)[known], pairs.strata(known)
    return quality(differences, strata, claim.worse_by, alpha=claim.alpha, binary=binary, seed=seed)


def cost_half(claim: Claim, pairs: Pairs, mask: Mask, seed: int) -> Half:
    """Lost samples that were billed are part of the bill. Few unknown costs count at their worst for each verdict."""
    ours, theirs = pairs.candidate, pairs.baseline
    counted = mask & ~np.isnan(ours.cost_least) & ~np.isnan(theirs.cost_least)
    known = counted & ~np.isnan(ours.cost) & ~np.isnan(theirs.cost)
    unknown = int((counted & ~known).sum())
    said = f"the cost of {unknown} of {int(counted.sum())} items is unknown"
    absent = _absent(pairs, mask, known)
    if unknown > MISSING_RATE * counted.sum() or absent:
        why = said if unknown else f"no item{absent} has an answer of both sides"
        return undecided("cost", np.nan, int(known.sum()), why)
    half = _cost_of(claim, pairs, known, (ours.cost, theirs.cost), seed)
    lacking = _lacking(pairs, mask)
    if lacking:
        return _unjudged(half, lacking)
    if not unknown:
        return half
    return _at_worst(
        replace(half, notes=(*half.notes, f"{said}; the worst case for each verdict decides")),
        _cost_of(claim, pairs, counted, (ours.cost_most, theirs.cost_least), seed),
        _cost_of(claim, pairs, counted, (ours.cost_least, theirs.cost_most), seed),
        f"{said}, and at its worst it could undo what the others show",
        claim.alpha,
    )


def cost_if(claim: Claim, pairs: Pairs, mask: Mask, against: bool, seed: int) -> Half:
    """Cost if every sample of unknown cost, lost ones included, had gone against the candidate, or for it."""
    ours, theirs = pairs.candidate, pairs.baseline
    costs = (ours.lost_most, theirs.lost_least) if against else (ours.lost_least, theirs.lost_most)
    return _cost_of(claim, pairs, mask, costs, seed)


def _cost_of(claim: Claim, pairs: Pairs, mask: Mask, costs: tuple[Floats, Floats], seed: int) -> Half:
    assert claim.cheaper_by is not None
    ours, theirs = costs[0][mask], costs[1][mask]
    if np.isnan(ours).any() or np.isnan(theirs).any():
        return undecided("cost", np.nan, int(mask.sum()), "nothing bounds what an item of unknown cost can have cost")
    caps = _most(pairs.candidate.cap[mask]), _most(pairs.baseline.cap[mask])
    strata, alpha = pairs.strata(mask), claim.alpha
    return cost(ours, theirs, strata, claim.cheaper_by, caps=caps, alpha=alpha, seed=seed)


def _most(caps: Floats) -> float | None:
    return None if np.isnan(caps).any() else float(caps.max())


def latency_half(claim: Claim, pairs: Pairs, suite: str, mask: Mask, seed: int) -> Half:
    """On clean pairs alone, where nearly all are; a call can take until its deadline."""
    assert claim.slower_by is not None
    names = np.asarray(pairs.timed.suites, dtype=str)
    for name in dict.fromkeys(np.asarray(pairs.suites)[mask].tolist()):
        clean, answered = int((names == name).sum()), pairs.answered.get(name, 0)
        if clean < 2 or clean < CLEAN_SHARE * answered:
            where = f"{name}: " if suite == MEAN else ""
            why = f"{clean} of {answered} pairs were timed cleanly; it takes {100 * CLEAN_SHARE:.0f} %"
            if pairs.candidate.truncated is None or pairs.baseline.truncated is None:
                why = "an imported latency does not say how it was timed, nor when"
            return undecided("latency", np.nan, clean, f"{where}{why}")
    chosen = np.ones(len(names), dtype=bool) if suite == MEAN else names == suite
    half = latency(
        pairs.seconds[chosen, 0], pairs.seconds[chosen, 1], pairs.timed.chosen(chosen), claim.slower_by,
        deadlines=(pairs.candidate.deadline_s, pairs.baseline.deadline_s), alpha=claim.alpha, seed=seed,
    )  # fmt: skip
    if half.needed is not None:  # of timed samples, of which an item has several
        half = replace(half, needed=math.ceil(half.needed * pairs.n / pairs.candidate.samples))
    lacking = _lacking(pairs, mask)
    return _unjudged(half, lacking) if lacking else half


def _lacking(pairs: Pairs, mask: Mask) -> str | None:
    """Why what infrastructure lost may not just be left out; None if it is little and even in every suite."""
    sides = pairs.candidate, pairs.baseline
    suites = sorted(set(np.asarray(pairs.suites)[mask].tolist()))
    for suite in suites:
        of = pairs.of(suite) & mask
        rates = [float(side.lost[of].mean()) for side in sides]
        if max(rates) > MISSING_RATE or abs(rates[0] - rates[1]) > MISSING_GAP:
            counts = [f"{100 * rate:.1f} % of {side.label}'s" for rate, side in zip(rates, sides, strict=True)]
            where = f"{suite}: " if len(suites) > 1 else ""
            return f"{where}{' and '.join(counts)} answers are missing, too many or too unevenly to leave them out"
    return None


def _absent(pairs: Pairs, mask: Mask, known: Mask) -> str | None:
    """Of a suite without a known item: its name as " of NAME"; None if every suite has one."""
    names = np.asarray(pairs.suites)
    absent = sorted(set(names[mask].tolist()) - set(names[known].tolist()))
    return f" of {' and of '.join(absent)}" if absent else None


def _at_worst(half: Half, against: Half, favourable: Half, why: str, alpha: float) -> Half:
    """A half whose verdicts each rest on their own worst case."""
    found = replace(
        half,
        p_supported=against.p_supported,
        p_refuted=favourable.p_refuted,
        problem=half.problem or against.problem,
    )
    return held_back(found, why) if half.p_supported <= alpha < against.p_supported else found


def _unjudged(half: Half, problem: str) -> Half:
    """A half whose numbers are shown, and decide nothing."""
    return replace(held_back(half, problem), p_supported=1.0, p_refuted=1.0, problem=problem)
