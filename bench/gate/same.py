"""Whether two hosts serve the same model: scores, tokens an answer and refusals, as an equivalence test."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from bench.claims.judge import MISSING_RATE
from bench.errors import UsageError
from bench.gate.findings import ALPHA, TOLERANCE
from bench.gate.match import Pairing, match
from bench.gate.snapshot import ItemRecord, of
from bench.records import folder as runfolder
from bench.stats import Half, Judged, Strata, Verdict, combine, latency, quality
from bench.stats.half import undecided


@dataclass(frozen=True, slots=True)
class Equivalence:
    """Two models of a run, judged for being the same."""

    model: str
    """The first label."""
    other: str
    """The second, compared with."""
    margin: float
    """Scores and refusals may differ by less than this share."""
    judged: Judged
    """By (suite, what is to be shown): "scores not lower", "tokens not more" and so on, by the margin or more."""

    @property
    def verdict(self) -> Verdict:
        """Supported: the same within the margins; refuted: different by more than one of them."""
        return self.judged.verdict(ALPHA)


def same_weights(folder: Path, model: str, other: str, margin: float, suites: Collection[str] = ()) -> Equivalence:
    """Judges two models of a run folder: two one-sided tests each of scores, tokens an answer and refusals.

    Scores and refusals must differ by less than `margin`, tokens (the geometric mean of the items' ratios, t on their
    logarithms) by less than the factor TOLERANCE, in every suite.
    Items of one cluster are taken as dependent, as in a claim. UsageError if the run has no such models,
    IncompleteError if it was not finished.
    """
    if model == other:
        raise UsageError(f"'{model}' would be compared with itself. Name two models of the run.")
    items, manifest = runfolder.read_table(folder, "items"), runfolder.read_manifest(folder)
    now = of(items, manifest)
    now.require_complete((model, other), suites)
    clusters = dict(zip(items["task"] + "/" + items["item"], items["cluster"], strict=True))
    halves: dict[tuple[str, str], Half] = {}
    for pairing in match(now, now, {model: other}, suites):
        strata = Strata([pairing.suite] * len(pairing.scores()), [clusters[key] for key in pairing.scores()])
        lacking = "answers are missing" if pairing.missing() > MISSING_RATE else None
        for name, half in _halves(pairing, strata, margin):
            halves[pairing.suite, name] = replace(half, problem=half.problem or lacking)
    return Equivalence(model, other, margin, combine(halves))


def _halves(pairing: Pairing, strata: Strata, margin: float) -> Iterator[tuple[str, Half]]:
    known = pairing.scores()
    refused = np.array([_refused(pairing.now.items[k]) - _refused(pairing.base.items[k]) for k in known])
    nothing = None if known else "no item has a score on both sides"
    unstated = any(s.outcome == "unstated" for pair in pairing.pairs() for item in pair for s in item.samples)
    for what, differences, why in (
        ("scores", pairing.differences(), nothing),
        ("refusals", refused, "how the answers ended is unknown" if unstated else nothing),
    ):
        for sign, way in ((1, "not lower"), (-1, "not higher")):
            if why:
                yield f"{what} {way}", undecided(what, math.nan, 0, why)
            else:
                yield f"{what} {way}", quality(sign * differences, strata, margin, binary=pairing.binary)
    tokens = pairing.amounts("tokens_out")
    for way, ours, theirs in (("not more", 0, 1), ("not fewer", 1, 0)):
        if tokens.unknown or not tokens.scored:
            yield (
                f"tokens {way}",
                undecided("tokens", math.nan, 0, tokens.unknown or "no item has a score on both sides"),
            )
        else:  # an empty answer counts as one token, for its logarithm
            sides = [np.maximum(side, 1.0) for side in (tokens.now, tokens.base)]
            yield f"tokens {way}", latency(sides[ours], sides[theirs], strata, TOLERANCE)


def _refused(item: ItemRecord) -> float:
    return sum(sample.outcome == "refused" for sample in item.samples) / len(item.samples)


def same_lines(equivalence: Equivalence) -> list[str]:
    """The verdict, then one line a half."""
    halves = equivalence.judged.halves
    return [
        f"same weights: {equivalence.verdict} ({equivalence.model} against {equivalence.other}: "
        f"scores and refusals within {100 * equivalence.margin:g} points, "
        f"tokens an answer within {100 * (TOLERANCE - 1):.0f} %)",
        *(f"  {suite}: {name}: {_sentence(name, half, len(halves))}" for (suite, name), half in halves.items()),
    ]


def _sentence(name: str, half: Half, halves: int) -> str:
    low, high = half.interval.low, half.interval.high
    what, unit, sign, scale = ("ratio ", "", ".2f", 1) if name.startswith("tokens") else ("", " points", "+.1f", 100)
    size = f"{what}{scale * half.estimate:{sign}}{unit}" if math.isfinite(half.estimate) else "unknown"
    if low is not None and high is not None:
        size += f", {scale * low:{sign}} to {scale * high:{sign}}"
    refuted = min(1.0, halves * half.p_refuted)
    shown, p = "not shown", half.p_supported
    if refuted <= ALPHA:
        shown, p = "refuted", refuted
    elif half.p_supported <= ALPHA and not half.problem:
        shown = "shown"
    why = f"; {half.problem}" if half.problem else ""
    return f"{shown} ({size}, p = {p:.2g}, {half.n} items{why})"


def same_json(equivalence: Equivalence) -> dict[str, Any]:
    """The same as plain JSON."""
    return {
        "verdict": str(equivalence.verdict),
        "models": [equivalence.model, equivalence.other],
        "margin": equivalence.margin,
        "tokens_within": TOLERANCE,
        "halves": [
            {
                "suite": suite,
                "shows": name,
                "n": half.n,
                "estimate": half.estimate if math.isfinite(half.estimate) else None,
                "low": half.interval.low,
                "high": half.interval.high,
                "p_supported": half.p_supported,
                "p_refuted": half.p_refuted,
                "problem": half.problem,
            }
            for (suite, name), half in equivalence.judged.halves.items()
        ],
    }
