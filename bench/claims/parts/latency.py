"""The part of a claim that speaks of latency: at most so many times as long."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from bench.claims.parts.missing import lacking
from bench.claims.parts.part import RatioPart
from bench.claims.parts.result import PartResult, undecided, unjudged, worded
from bench.claims.scope import MEAN, Scope
from bench.language import tr, tr_later
from bench.stats import Interval, Ratio, Strata, ratio_test

CLEAN_SHARE = 0.95
"""Latency is judged only if this share of each suite's pairs was timed cleanly."""
HELD_SHARE = 0.5
"""Under a load it is judged only if both models were asked this share of the prompts while the load was held."""


class LatencyPart(RatioPart):
    """At most a factor longer, by the geometric mean of the pairs' ratios of E2E seconds."""

    key = "latency"
    noun = "latency"
    verb = "takes"
    figure = "time"
    rank = 2
    margin = "slower_by"
    unit = tr_later("timed pairs")
    fixed = True
    local_why = tr_later("latency that involves a local model is reported, not judged")
    local_remark = tr_later("Latency is reported, not judged: a local model takes part.")
    batch_why = tr_later("a model was asked by batch, which has no latency")
    batch_remark = tr_later("Latency is not judged: a model was asked by batch, which has none.")
    totals_refusal = tr_later("published totals give mean latencies only: slower_by cannot be judged.")
    unlimited = tr_later("how long a call takes has no limit")

    def bound(self, margin: float) -> float:
        """The largest ratio of the times that keeps the margin."""
        return margin

    def amount(self, value: float) -> str:
        """For example "600 s"."""
        return f"{value:.3g} s"

    def limited(self, most: float) -> str:
        """For example "a call can take up to 600 s"."""
        return tr("a call can take up to {most:g} s", most=most)

    def test(self, scope: Scope) -> PartResult:
        """On clean pairs alone, where nearly all are; a call can take until its deadline."""
        pairs, claim = scope.pairs, scope.claim
        if claim.at_load is not None:
            return self._under_load(scope, claim.at_load)
        if pairs.weights is not None:
            why = tr('latency is not weighted by the log: give slower_by in a claim with over = "each"')
            return undecided(self.key, np.nan, 0, why)
        timed = pairs.timed[scope.about]
        names = np.asarray(timed.suites, dtype=str)
        for name in dict.fromkeys(np.asarray(pairs.suites)[scope.mask].tolist()):
            clean, answered = int((names == name).sum()), pairs.answered.get(name, 0)
            if clean < 2 or clean < CLEAN_SHARE * answered:
                where = f"{name}: " if scope.suite == MEAN else ""
                why = tr(
                    "{clean} of {answered} pairs were timed cleanly; it takes {share:.0f} %",
                    clean=clean,
                    answered=answered,
                    share=100 * CLEAN_SHARE,
                )
                if pairs.candidate.truncated is None or pairs.baseline.truncated is None:
                    why = tr("an imported latency does not say how it was timed, nor when")
                if pairs.reused:
                    why = tr("not judged: the baseline's answers are earlier ones, not timed beside the candidate's")
                return undecided(self.key, np.nan, clean, f"{where}{why}")
        chosen = np.ones(len(names), dtype=bool) if scope.suite == MEAN else names == scope.suite
        test = ratio_test(
            pairs.seconds[chosen, 0],
            pairs.seconds[chosen, 1],
            timed.chosen(chosen),
            self.bound(self.limit(claim)),
            of=Ratio.GEOMETRIC,
            limits=(pairs.candidate.deadline_s, pairs.baseline.deadline_s),
            alpha=claim.alpha,
        )
        result = worded(self.key, test, self.in_words)
        if result.needed is not None:  # of timed samples, of which an item has several
            result = replace(result, needed=math.ceil(result.needed * pairs.n / pairs.candidate.samples))
        lacks = lacking(pairs, scope.mask)
        return unjudged(result, lacks) if lacks else result

    def _under_load(self, scope: Scope, at_load: int) -> PartResult:
        """On prompts of one size with so many calls at once; every suite of the claim rests on the same ones."""
        pairs, claim, loaded = scope.pairs, scope.claim, scope.pairs.loaded
        if loaded is None:
            why = tr("no latency of both models was measured at that load: bench run --load {at_load}", at_load=at_load)
            return undecided(self.key, np.nan, 0, why)
        clean = len(loaded.seconds)
        if loaded.steady < HELD_SHARE * loaded.asked:
            why = tr(
                "for only {steady} of {asked} prompts were {at_load} calls at once in flight for both models",
                steady=loaded.steady,
                asked=loaded.asked,
                at_load=at_load,
            )
            return undecided(self.key, np.nan, clean, why)
        if clean < 2 or clean < CLEAN_SHARE * loaded.steady:
            why = tr(
                "{clean} of {steady} prompts got clean times of both at the first attempt; it takes {share:.0f} %",
                clean=clean,
                steady=loaded.steady,
                share=100 * CLEAN_SHARE,
            )
            return undecided(self.key, np.nan, clean, why)
        test = ratio_test(
            loaded.seconds[:, 0],
            loaded.seconds[:, 1],
            Strata(["load"] * clean, [str(at) for at in range(clean)]),
            self.bound(self.limit(claim)),
            of=Ratio.GEOMETRIC,
            limits=(pairs.candidate.deadline_s, pairs.baseline.deadline_s),
            alpha=claim.alpha,
        )
        return replace(worded(self.key, test, self.in_words), needed=None)

    def condition(self, margin: float) -> str:
        """For example "takes at most 2 times as long"."""
        return tr("takes {margin}", margin=self.wanted(margin))

    def between(self, low: float, high: float) -> str:
        """For example "1.10 to 1.31"."""
        return tr("{low:.2f} to {high:.2f}", low=low, high=high)

    def said(self, estimate: float) -> str:
        """For example "1.20 times as long"."""
        return tr("{estimate:.2f} times as long", estimate=estimate)

    def said_between(self, interval: Interval) -> str:
        """For example "1.10 to 1.31 times"."""
        assert interval.low is not None
        assert interval.high is not None
        return tr("{between} times", between=self.between(interval.low, interval.high))

    def wanted(self, margin: float) -> str:
        """For example "at most 2 times as long"."""
        return tr("at most {margin:g} times as long", margin=margin)


LATENCY = LatencyPart()
"""The latency part."""
