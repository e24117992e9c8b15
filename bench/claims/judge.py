"""Judges a claim on a run's pairs: its halves, suite by suite, and what missing data would change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from bench.claims.halves import (
    CLEAN_SHARE,
    MEAN,
    MISSING_RATE,
    cost_half,
    cost_if,
    latency_half,
    lost_items,
    quality_half,
    quality_if,
    scopes,
)
from bench.claims.pairs import Pairs
from bench.records.settings import Claim
from bench.stats.half import Half, undecided
from bench.stats.verdict import Judged, Verdict, combine, holm

__all__ = ["CLEAN_SHARE", "MEAN", "MISSING_RATE", "TRUNCATION_GAP", "Case", "Opinion", "judge"]

TRUNCATION_GAP = 0.02
"""Truncation or refusal rates that differ by more are warned about."""


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
    seen_in: tuple[str, ...] = ()
    """Earlier runs, of another plan, that held the claim and had some of these answers."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """A claim, judged on a run."""

    claim: Claim
    """What is claimed."""
    pairs: Pairs
    """What it was judged on."""
    judged: Judged
    """Halves and p-values."""
    reported: Mapping[tuple[str, str], Half]
    """Halves that are told but not judged, by (suite, name): latency that involves a local model."""
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
    unmissable: Mapping[str, str] = field(default_factory=dict)
    """Suites on which the baseline solves so little that no score misses the margin there -> that, in a clause."""
    seen_in: tuple[str, ...] = ()
    """See `Case`."""
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
        verdict = replace(own, p_supported=p_for, p_refuted=p_against).verdict(case.claim.alpha)
        warnings = (*_warnings(case), *_sensitivity(case, verdict, own, seed))
        told = (case.claim, case.pairs, own, reported, verdict, p_for, p_against, case.declared, warnings)
        opinions.append(Opinion(*told, _unmissable(case.claim, case.pairs), case.seen_in))
    return opinions


def _halves(case: Case, seed: int) -> tuple[dict[tuple[str, str], Half], dict[tuple[str, str], Half]]:
    claim, pairs = case.claim, case.pairs
    halves: dict[tuple[str, str], Half] = {}
    reported: dict[tuple[str, str], Half] = {}
    for suite, mask in scopes(claim, pairs):
        if claim.worse_by is not None:
            halves[suite, "quality"] = quality_half(claim, pairs, mask, seed)
        if claim.cheaper_by is not None:
            halves[suite, "cost"] = cost_half(claim, pairs, mask, seed)
        if claim.slower_by is not None and not case.local:
            halves[suite, "latency"] = latency_half(claim, pairs, suite, mask, seed)
        elif claim.slower_by is not None:
            reported[suite, "latency"] = latency_half(claim, pairs, suite, mask, seed)
    if not halves:
        reason = "latency that involves a local model is reported, not judged"
        halves = {key: undecided(half.name, half.estimate, half.n, reason) for key, half in reported.items()}
    return halves, reported


def _warnings(case: Case) -> Iterator[str]:
    claim, pairs = case.claim, case.pairs
    ours, theirs = pairs.candidate, pairs.baseline
    if case.seen_in:
        yield f"judged before, on some of these answers, in {', '.join(case.seen_in)}: a second look errs more often"
    if pairs.n < pairs.planned:
        yield f"interim: {pairs.n} of {pairs.planned} planned items were asked"
    if ours.missing or theirs.missing:
        lacks = [f"{side.label} lacks {side.missing} of {side.samples} scores" for side in (ours, theirs)]
        yield " and ".join(lacks)
    if ours.truncated is None or theirs.truncated is None:
        yield "how the answers ended is unknown: truncation may be part of the difference"
    for what in ("truncated", "refused"):
        counts = [(getattr(side, what), side.samples) for side in (ours, theirs)]
        rates = [count / samples for count, samples in counts if count is not None]
        if len(rates) == 2 and abs(rates[0] - rates[1]) > TRUNCATION_GAP:
            cut = [f"{100 * rate:.0f} %" for rate in rates]
            yield f"{ours.label} has {cut[0]} of its answers {what}, {theirs.label} {cut[1]}; they score 0"
    if ours.sampling != theirs.sampling:
        sent = " against ".join(" or ".join(side.sampling) or "nothing" for side in (ours, theirs))
        yield f"unlike sampling was applied: {sent}"
    observed = [side.label for side in (ours, theirs) if side.cap_observed]
    if claim.cheaper_by is not None and observed:
        yield (
            f"the most that an item of {' or '.join(observed)} can cost is a local machine's token limit at the "
            "slowest pace seen in this run"
        )


def _unmissable(claim: Claim, pairs: Pairs) -> dict[str, str]:
    """Where the baseline solves so little that no candidate misses the margin on these items."""
    if claim.worse_by is None:
        return {}
    found = {}
    for suite, mask in scopes(claim, pairs):
        scores = pairs.baseline.score[mask]
        scored = scores[~np.isnan(scores)]
        if len(scored) and float(scored.mean()) <= claim.worse_by:
            share = f"{100 * scored.mean():.1f} %"
            where = "" if suite == MEAN else f" on {suite}"
            found[suite] = (
                f"the score part{where} proves little: a model that solves nothing would be within the margin here, as "
                f"{pairs.baseline.label} itself scores only {share} (n = {len(scored)})"
            )
    return found


def _sensitivity(case: Case, verdict: Verdict, own: Judged, seed: int) -> Iterator[str]:
    """What the verdict would be if what is missing counted otherwise; latency stays as it is."""
    claim, pairs = case.claim, case.pairs
    lost = int(lost_items(pairs).sum())
    if not lost:
        return
    alone, told, items = own.verdict(claim.alpha), 0, "1 item" if lost == 1 else f"{lost} items"
    for what, fills in (
        ("counted as wrong", (0.0, 0.0)),
        ("went against the candidate", (0.0, 1.0)),
        ("went for the candidate", (1.0, 0.0)),
    ):
        halves = dict(own.halves)
        for suite, mask in scopes(claim, pairs):
            if claim.worse_by is not None:
                halves[suite, "quality"] = quality_if(claim, pairs, mask, fills, seed)
            if claim.cheaper_by is not None and fills[0] != fills[1]:
                halves[suite, "cost"] = cost_if(claim, pairs, mask, fills[0] < fills[1], seed)
        other = combine(halves).verdict(claim.alpha)
        if other not in (alone, verdict):
            told += 1
            yield f"the verdict would be {other} if the {items} without a score {what}"
    if not told and claim.slower_by is None and alone == verdict:
        yield f"the verdict would be {alone} however the {items} without a score had ended"
