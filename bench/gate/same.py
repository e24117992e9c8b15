"""Whether two hosts serve the same model: scores, tokens an answer and refusals, as an equivalence test."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from bench.claims import LATENCY, MISSING_RATE, SCORE, JointTest, PartResult, Verdict, combine, undecided, worded
from bench.errors import UsageError
from bench.gate.findings import ALPHA, TOLERANCE
from bench.gate.match import Pairing, match
from bench.gate.snapshot import ItemRecord, of
from bench.records import Outcome, read_run
from bench.stats import Ratio, Strata, difference_test, ratio_test


@dataclass(frozen=True, slots=True)
class Equivalence:
    """Two models of a run, judged for being the same."""

    model: str
    """The first label."""
    other: str
    """The second, compared with."""
    margin: float
    """Scores and refusals may differ by less than this share."""
    test: JointTest
    """By (suite, what is to be shown): "scores not lower", "tokens not more" and so on, by the margin or more."""

    @property
    def verdict(self) -> Verdict:
        """Supported: the same within the margins; refuted: different by more than one of them."""
        return self.test.verdict(ALPHA)


def same_weights(folder: Path, model: str, other: str, margin: float, suites: Collection[str] = ()) -> Equivalence:
    """Judges two models of a run folder: two one-sided tests each of scores, tokens an answer and refusals.

    Scores and refusals must differ by less than `margin`, tokens (the geometric mean of the items' ratios, t on their
    logarithms) by less than the factor TOLERANCE, in every suite.
    Items of one cluster are taken as dependent, as in a claim. UsageError if the run has no such models,
    IncompleteError if it was not finished.
    """
    if model == other:
        raise UsageError(f"'{model}' would be compared with itself. Name two models of the run.")
    record, items = read_run(folder)
    now = of(items, record)
    now.require_complete((model, other), suites)
    clusters = dict(zip(items["task"] + "/" + items["item"], items["cluster"], strict=True))
    results: dict[tuple[str, str], PartResult] = {}
    for pairing in match(now, now, {model: other}, suites):
        strata = Strata([pairing.suite] * len(pairing.scores()), [clusters[key] for key in pairing.scores()])
        lacking = "answers are missing" if pairing.missing() > MISSING_RATE else None
        for result in _results(pairing, strata, margin):
            results[pairing.suite, result.name] = replace(result, problem=result.problem or lacking)
    return Equivalence(model, other, margin, combine(results))


def _results(pairing: Pairing, strata: Strata, margin: float) -> Iterator[PartResult]:
    known = pairing.scores()
    refused = np.array([_refused(pairing.now.items[k]) - _refused(pairing.base.items[k]) for k in known])
    nothing = None if known else "no item has a score on both sides"
    unstated = any(s.outcome == Outcome.UNSTATED for pair in pairing.pairs() for item in pair for s in item.samples)
    for what, differences, why in (
        ("scores", pairing.differences(), nothing),
        ("refusals", refused, "how the answers ended is unknown" if unstated else nothing),
    ):
        for sign, way in ((1, "not lower"), (-1, "not higher")):
            if why:
                yield undecided(f"{what} {way}", math.nan, 0, why)
            else:
                test = difference_test(sign * differences, strata, margin, binary=pairing.binary)
                yield worded(f"{what} {way}", test, SCORE.in_words)
    tokens = pairing.amounts("tokens_out")
    for way, ours, theirs in (("not more", 0, 1), ("not fewer", 1, 0)):
        if tokens.unknown or not tokens.scored:
            why = tokens.unknown or "no item has a score on both sides"
            yield undecided(f"tokens {way}", math.nan, 0, why)
        else:  # an empty answer counts as one token, for its logarithm
            sides = [np.maximum(side, 1.0) for side in (tokens.now, tokens.base)]
            test = ratio_test(sides[ours], sides[theirs], strata, TOLERANCE, of=Ratio.GEOMETRIC, limits=None)
            yield worded(f"tokens {way}", test, LATENCY.in_words)


def _refused(item: ItemRecord) -> float:
    return sum(sample.outcome == Outcome.REFUSED for sample in item.samples) / len(item.samples)


def same_lines(equivalence: Equivalence) -> list[str]:
    """The verdict, then a line for each thing to be shown."""
    results = equivalence.test.parts
    return [
        f"same weights: {equivalence.verdict} ({equivalence.model} against {equivalence.other}: "
        "scores and refusals within "
        f"{100 * equivalence.margin:g} points, tokens an answer within {100 * (TOLERANCE - 1):.0f} %)",
        *(f"  {suite}: {name}: {_shown(result, len(results))}" for (suite, name), result in results.items()),
    ]


def _shown(result: PartResult, tests: int) -> str:
    low, high = result.interval.low, result.interval.high
    what, unit, sign, scale = (
        ("ratio ", "", ".2f", 1) if result.name.startswith("tokens") else ("", " points", "+.1f", 100)
    )
    size = f"{what}{scale * result.estimate:{sign}}{unit}" if math.isfinite(result.estimate) else "unknown"
    if low is not None and high is not None:
        size += f", {scale * low:{sign}} to {scale * high:{sign}}"
    refuted = min(1.0, tests * result.p_refuted)
    shown, p = "not shown", result.p_supported
    if refuted <= ALPHA:
        shown, p = "refuted", refuted
    elif result.p_supported <= ALPHA and not result.problem:
        shown = "shown"
    why = f"; {result.problem}" if result.problem else ""
    return f"{shown} ({size}, p = {p:.2g}, {result.n} items{why})"


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
                "n": result.n,
                "estimate": result.estimate if math.isfinite(result.estimate) else None,
                "low": result.interval.low,
                "high": result.interval.high,
                "p_supported": result.p_supported,
                "p_refuted": result.p_refuted,
                "problem": result.problem,
            }
            for (suite, name), result in equivalence.test.parts.items()
        ],
    }
