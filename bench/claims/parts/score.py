"""The part of a claim that speaks of the score: at most so many points lower."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import ClassVar

import numpy as np

from bench.claims.pairs import Pairs
from bench.claims.parts.missing import absent, lacking, lost_items
from bench.claims.parts.part import Axis, Part, clusters_in_words, worth_in_words
from bench.claims.parts.result import PartResult, at_worst, undecided, worded
from bench.claims.scope import MEAN, Scope
from bench.claims.words import points, span, two_sided
from bench.language import tr, tr_later
from bench.records import AggregateRow, Claim
from bench.stats import (
    Caveat,
    Floats,
    Interval,
    Reason,
    Unpaired,
    bet_on_difference,
    difference_test,
    score_difference,
    unpaired_test,
    weighted_difference,
    weighted_test,
)

EXACT = tr_later("the interval just reaches what is claimed, the test just does not")


class ScorePart(Part):
    """At most a margin lower, by the difference of the items' scores."""

    key = "quality"
    noun = "score"
    verb = "scores"
    figure = "score"
    rank = 1
    margin = "worse_by"
    of_totals = True
    totals_refusal: ClassVar[str | None] = None
    axis: ClassVar[Axis | None] = Axis(
        up=True,
        column="score_difference",
        label=tr_later("score, points above the baseline"),
        end=tr_later("up is better"),
    )

    def bound(self, margin: float) -> float:
        """The lowest difference that keeps the margin."""
        return -margin

    def test(self, scope: Scope) -> PartResult:
        """A lost answer never helps its side: it counts as wrong for "supported", as right for "refuted".

        What the baseline lost is left out if it is little and even; else its worst case decides, too.
        """
        pairs, mask = scope.pairs, scope.mask & scope.pairs.graded
        blank = absent(pairs, scope.mask, mask)
        if blank:
            return undecided(self.key, np.nan, 0, tr("not measured: nothing grades the items{suites}", suites=blank))
        known = mask & pairs.both
        empty = absent(pairs, mask, known)
        if empty:
            return undecided(
                self.key, np.nan, int(known.sum()), tr("no item{empty} has a score on both sides", empty=empty)
            )
        result = _of_graded(self._test_filled(scope, (None, None)), scope)
        if not (mask & lost_items(pairs)).any():
            return result
        few = lacking(pairs, mask) is None
        lost = tr(
            "{lost} of {items} {items:item lacks|items lack} a score",
            lost=int((mask & lost_items(pairs)).sum()),
            items=int(mask.sum()),
        )
        return at_worst(
            replace(result, notes=(*result.notes, tr("{lost}; the worst case for each verdict decides", lost=lost))),
            self._test_filled(scope, (0.0, None if few else 1.0)),
            self._test_filled(scope, (1.0, None if few else 0.0)),
            tr("{lost}, and at their worst they could undo what the others show", lost=lost),
            scope.claim.alpha,
        )

    def interval(self, scope: Scope) -> Interval | None:
        """The interval alone, of the items that both have a score for; None with too few clusters."""
        pairs, known = scope.pairs, scope.mask & scope.pairs.both
        binary = pairs.candidate.binary and pairs.baseline.binary
        values = (pairs.candidate.score - pairs.baseline.score)[known]
        weights = scope.weights(known)
        if weights is not None:
            weighted, _ = weighted_difference(values, weights, scope.strata(known))
            return None if weighted is None else weighted.interval(1 - 2 * scope.claim.alpha)
        difference, _ = score_difference(values, scope.strata(known), binary=binary)
        return None if difference is None else difference.interval(1 - 2 * scope.claim.alpha)

    def test_if_lost(self, scope: Scope, fills: tuple[float, float]) -> PartResult | None:
        """With these scores for what is missing."""
        if absent(scope.pairs, scope.mask, scope.mask & scope.pairs.graded):
            return None
        return self._test_filled(scope, fills)

    def _test_filled(self, scope: Scope, fills: tuple[float | None, float | None]) -> PartResult:
        """As if each sample without a score had scored that on its side; None leaves such items out."""
        pairs, claim = scope.pairs, scope.claim
        sides = (pairs.candidate, pairs.baseline)
        ours, theirs = (s.score if fill is None else s.filled(fill) for s, fill in zip(sides, fills, strict=True))
        known = scope.mask & ~np.isnan(ours) & ~np.isnan(theirs)
        binary = pairs.candidate.binary and pairs.baseline.binary
        differences, strata = (ours - theirs)[known], scope.strata(known)
        limit, weights = self.limit(claim), scope.weights(known)
        if weights is not None:
            weighted = weighted_test(differences, weights, strata, limit, alpha=claim.alpha, cutoff=scope.cutoff)
            return worded(self.key, weighted, self.weighted_in_words)
        if scope.anytime:
            return worded(self.key, bet_on_difference(differences, strata, limit, claim.alpha), self.in_words)
        test = difference_test(differences, strata, limit, alpha=claim.alpha, binary=binary, cutoff=scope.cutoff)
        return worded(self.key, test, self.in_words)

    def test_totals(self, claim: Claim, ours: AggregateRow, theirs: AggregateRow) -> PartResult:
        """Miettinen and Nurminen's test on solved counts."""
        known = counts(ours, theirs)
        if known is None:
            return undecided(self.key, math.nan, 0, tr("a score, or the number of its items, is unknown"))
        return worded(self.key, unpaired_test(known, self.limit(claim), alpha=claim.alpha), self.in_words)

    def _keeps(self, estimate: float, bound: float) -> bool:
        return estimate >= bound - 1e-12

    def missed(self, claim: Claim, interval: Interval) -> bool:
        """Whether the whole interval lies below the margin."""
        return interval.high is not None and interval.high < self.bound(self.limit(claim))

    def values(self, pairs: Pairs) -> tuple[Floats, Floats] | None:
        """The items' scores."""
        return pairs.candidate.score, pairs.baseline.score

    def proves_little(self, scope: Scope) -> str | None:
        """Where the baseline solves so little that no candidate misses the margin on these items."""
        baseline = scope.pairs.baseline
        scores = baseline.score[scope.mask]
        scored = scores[~np.isnan(scores)]
        if not len(scored) or float(scored.mean()) > self.limit(scope.claim):
            return None
        share = f"{100 * scored.mean():.1f} %"
        where = "" if scope.suite == MEAN else tr(" on {suite}", suite=scope.suite)
        return tr(
            "the score part{where} proves little: a model that solves nothing would be within the "
            "margin here, as {label} itself scores only {share} (n = {scored})",
            where=where,
            label=baseline.label,
            share=share,
            scored=len(scored),
        )

    def in_words(self, caveat: Caveat) -> str:
        """Few items or clusters, families that may fail, or the exact test."""
        if caveat.reason is Reason.EXACT_TEST:
            return tr(EXACT)
        if caveat.reason is Reason.FEW_ITEMS:
            assert caveat.share is not None
            many = tr("{n} items{worth} are too few", n=caveat.n, worth=worth_in_words(caveat))
            return tr(
                "{many} for a margin of {share:g} points: it takes at least {least:.0f}",
                many=many,
                share=100 * caveat.share,
                least=caveat.least,
            )
        if caveat.reason is Reason.FEW_FAMILIES:
            assert caveat.share is not None
            assert caveat.chance is not None
            families = tr("{n} families of items", n=caveat.n) + (
                "" if caveat.stratum is None else tr(" of {stratum}", stratum=caveat.stratum)
            )
            return tr(
                "{families}: a candidate that fails {share:.3g} % of all such families outright would "
                "show no loss here {chance:.0f} times in 100",
                families=families,
                share=100 * caveat.share,
                chance=100 * caveat.chance,
            )
        return clusters_in_words(caveat)

    def weighted_in_words(self, caveat: Caveat) -> str:
        """As for others, and what items of unequal weight are worth."""
        if caveat.reason is not Reason.FEW_ITEMS:
            return self.in_words(caveat)
        return tr(
            "{n} items are too few for a margin of {share:g} points where a request that was not drawn can weigh "
            "{worth:.3g} times the usual: it takes at least {least:.0f} (drawn --by frequency, it can weigh less)",
            n=caveat.n,
            worth=caveat.worth,
            share=100 * (caveat.share or 0),
            least=caveat.least,
        )

    def condition(self, margin: float) -> str:
        """For example "scores at most 3 points lower"."""
        return tr("scores at most {margin:g} points lower", margin=100 * margin)

    def between(self, low: float, high: float) -> str:
        """For example "-2.2 to +2.2"."""
        return tr("{low} to {high}", low=points(low), high=points(high))

    def cell(self, estimate: float) -> str:
        """In points."""
        return points(estimate)

    def distance(self, detectable: float) -> str:
        """In points."""
        return tr("{detectable:.1f} points", detectable=100 * detectable)

    def published(self, claim: Claim, result: PartResult) -> str:
        """The difference with its interval."""
        low, high = result.interval.low, result.interval.high
        assert low is not None
        assert high is not None
        return tr(
            "{candidate} scores {estimate} points against {baseline} ({level} interval {between})",
            candidate=claim.candidate,
            estimate=points(result.estimate),
            baseline=claim.baseline,
            level=two_sided(claim),
            between=self.between(low, high),
        )

    def said(self, estimate: float) -> str:
        """For example "1.2 points lower"."""
        if round(100 * estimate, 1) == 0:
            return tr("the same")
        if estimate < 0:
            return tr("{estimate:.1f} points lower", estimate=-100 * estimate)
        return tr("{estimate:.1f} points higher", estimate=100 * estimate)

    def said_between(self, interval: Interval) -> str:
        """For example "0.4 points lower to 2.7 higher"."""
        return span(interval)

    def wanted(self, margin: float) -> str:
        """For example "at most 3 points lower"."""
        return tr("at most {margin:g} points lower", margin=100 * margin)

    def drawn(self, margin: float) -> str:
        """For example "at most 3 points worse"."""
        return tr("at most {margin:g} points worse", margin=100 * margin)


def _of_graded(result: PartResult, scope: Scope) -> PartResult:
    """With a word on the items whose quality is not measured."""
    graded, items = int((scope.mask & scope.pairs.graded).sum()), int(scope.mask.sum())
    if graded == items:
        return result
    note = tr("the score rests on the {graded} of {items} items that are graded", graded=graded, items=items)
    return replace(result, notes=(*result.notes, note))


SCORE = ScorePart()
"""The score part."""


def counts(ours: AggregateRow, theirs: AggregateRow) -> Unpaired | None:
    """What each side solved, from counts or else from score and items; None where either is unknown.

    Where kinds of item are strata, the counts are of as many independent draws as vary as little.
    """
    solved: list[tuple[float, int]] = []
    for row in (ours, theirs):
        if not row.n or (row.successes is None and row.score is None):
            return None
        share = float(row.score or 0) if row.successes is None else row.successes / row.n
        size = row.n if row.n_effective is None else int(row.n_effective)
        solved.append((float(row.successes) if row.successes is not None and size == row.n else share * size, size))
    items = None if ours.n_effective is None and theirs.n_effective is None else min(ours.n or 0, theirs.n or 0)
    return Unpaired(*solved[0], *solved[1], items)
