"""The part of a claim that speaks of the cost: at least so much less per item."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np

from bench.claims.pairs import Mask, Pairs, Side
from bench.claims.parts.missing import MISSING_RATE, absent, lacking
from bench.claims.parts.part import Axis, RatioPart
from bench.claims.parts.result import PartResult, at_worst, undecided, unjudged, worded
from bench.claims.scope import Scope
from bench.claims.words import percent, saving, saving_span
from bench.language import tr, tr_later
from bench.records import AggregateRow, Claim
from bench.stats import (
    BoundTest,
    Caveat,
    Floats,
    ItemWeights,
    Limits,
    Reason,
    Strata,
    bet_on_ratio,
    ratio_test,
)

TAIL_RISK = tr_later("tail risk not bounded: what a call can cost is unknown")


class CostPart(RatioPart):
    """At least a share less, by the ratio of the two bills."""

    key = "cost"
    noun = "cost"
    verb = "costs"
    figure = "cost"
    rank = 0
    margin = "cheaper_by"
    priced = True
    totals_refusal = None
    totals_why = tr_later("the published bills meet the saving but give no interval")
    unlimited = tr_later("what an answer costs has no limit")
    axis = Axis(
        up=False,
        column="cost_ratio",
        label=tr_later("cost per item, compared with the baseline (log scale)"),
        end=tr_later("Right is cheaper"),
        times=tr_later("the cost"),
    )

    def bound(self, margin: float) -> float:
        """The largest ratio of the bills that keeps the saving."""
        return 1 - margin

    def amount(self, value: float) -> str:
        """For example "0.02 USD"."""
        return f"{value:.3g} USD"

    def limited(self, most: float) -> str:
        """For example "an answer can cost up to 0.02 USD"."""
        return tr("an answer can cost up to {most}", most=self.amount(most))

    def test(self, scope: Scope) -> PartResult:
        """Lost samples that were billed count in the bill; few unknown costs count at their worst for each verdict."""
        pairs, mask = scope.pairs, scope.mask
        ours, theirs = pairs.candidate, pairs.baseline
        counted = mask & ~np.isnan(ours.cost_least) & ~np.isnan(theirs.cost_least)
        known = counted & ~np.isnan(ours.cost) & ~np.isnan(theirs.cost)
        unknown = int((counted & ~known).sum())
        many = tr("the cost of {unknown} of {counted} items is unknown", unknown=unknown, counted=int(counted.sum()))
        empty = absent(pairs, mask, known)
        if unknown > MISSING_RATE * counted.sum() or empty:
            why = many if unknown else tr("no item{empty} has an answer of both sides", empty=empty)
            return undecided(self.key, np.nan, int(known.sum()), why)
        result = self._test_bills(scope, known, (ours.cost, theirs.cost))
        lacks = lacking(pairs, mask)
        if lacks:
            return unjudged(result, lacks)
        if not unknown:
            return result
        return at_worst(
            replace(result, notes=(*result.notes, tr("{many}; the worst case for each verdict decides", many=many))),
            self._test_bills(scope, counted, (ours.cost_most, theirs.cost_least)),
            self._test_bills(scope, counted, (ours.cost_least, theirs.cost_most)),
            tr("{many}, and at its worst it could undo what the others show", many=many),
            scope.claim.alpha,
        )

    def test_if_lost(self, scope: Scope, fills: tuple[float, float]) -> PartResult | None:
        """As if every sample of unknown cost, lost ones included, had gone against the candidate, or for it."""
        if fills[0] == fills[1]:
            return None
        ours, theirs = scope.pairs.candidate, scope.pairs.baseline
        against = fills[0] < fills[1]
        costs = (ours.lost_most, theirs.lost_least) if against else (ours.lost_least, theirs.lost_most)
        return self._test_bills(scope, scope.mask, costs)

    def _test_bills(self, scope: Scope, mask: Mask, costs: tuple[Floats, Floats]) -> PartResult:
        pairs, claim = scope.pairs, scope.claim
        ours, theirs = costs[0][mask], costs[1][mask]
        if np.isnan(ours).any() or np.isnan(theirs).any():
            why = tr("nothing bounds what an item of unknown cost can have cost")
            return undecided(self.key, np.nan, int(mask.sum()), why)
        caps = _most(pairs.candidate.cap[mask]), _most(pairs.baseline.cap[mask])
        bound = self.bound(self.limit(claim))
        strata, weights = scope.strata(mask), scope.weights(mask)
        if weights is not None:
            test = _weighted((ours, theirs), weights, strata, bound, caps=caps, scope=scope)
        elif scope.anytime:
            test = bet_on_ratio(ours, theirs, strata, bound, limits=caps, alpha=claim.alpha)
        else:
            test = ratio_test(
                ours, theirs, strata, bound, limits=caps, alpha=claim.alpha, cutoff=scope.cutoff, bare=scope.bare
            )
        return worded(self.key, test, partial(self._said_of, pairs.candidate))

    def _said_of(self, side: Side, caveat: Caveat) -> str:
        """A reason in words; a limit that would do also as the token limit that makes it, or as the option."""
        said = self.in_words(caveat)
        if caveat.cure is None:
            return said
        if caveat.reason is Reason.TAIL_ASSUMED:
            return tr("{said} (--cap-usd, if you know one)", said=said)
        if caveat.most and side.max_tokens and not side.cap_stated:
            tokens = _down(side.max_tokens * caveat.cure / caveat.most)
            return tr(
                "{said} (max_tokens of about {tokens} in place of {max_tokens})",
                said=said,
                tokens=tokens,
                max_tokens=side.max_tokens,
            )
        return said

    def test_totals(self, claim: Claim, ours: AggregateRow, theirs: AggregateRow) -> PartResult:
        """The bills' ratio, which totals give no interval."""
        del claim
        each = cost_each(ours), cost_each(theirs)
        if ours.n is None and theirs.n is None:  # both were asked the whole suite, however many items that is
            each = ours.cost_total_usd, theirs.cost_total_usd
        n = min(ours.n or 0, theirs.n or 0)
        unknown = [row.model for row, usd in zip((ours, theirs), each, strict=True) if not usd]
        if each[0] is None or not each[1]:
            return undecided(
                self.key, math.nan, n, tr("the cost of {unknown} is unknown", unknown=tr(" and of ").join(unknown))
            )
        return undecided(self.key, each[0] / each[1], n, tr("totals give no interval of the cost ratio"))

    def values(self, pairs: Pairs) -> tuple[Floats, Floats] | None:
        """The items' costs."""
        return pairs.candidate.cost, pairs.baseline.cost

    def warnings(self, pairs: Pairs) -> Iterator[str]:
        """Where the most that an item can cost is not a worst case of price and token limit."""
        for side in (pairs.candidate, pairs.baseline):
            if side.window and side.window.hours:
                yield tr(
                    "{label} costs {hours}{pairs}", label=side.label, hours=side.window.hours, pairs=_at_hours(pairs)
                )
        observed = [side.label for side in (pairs.candidate, pairs.baseline) if side.cap_observed]
        if observed:
            yield (
                tr(
                    "the most that an item of {observed} can cost is a local machine's token limit at the "
                    "slowest pace seen in this run",
                    observed=tr(" or ").join(observed),
                )
            )

    def in_words(self, caveat: Caveat) -> str:
        """As for every ratio, and bills of 0 or without a limit."""
        if caveat.reason is Reason.ZERO_SUM:
            return tr("a bill of 0 USD has no ratio")
        return tr(TAIL_RISK) if caveat.reason is Reason.TAIL_UNBOUNDED else super().in_words(caveat)

    def condition(self, margin: float) -> str:
        """For example "costs at least 90 % less"."""
        return tr("costs {margin}", margin=self.wanted(margin))

    def between(self, low: float, high: float) -> str:
        """For example "92.6 % to 95.0 % less"."""
        return saving_span(low, high)

    def published(self, claim: Claim, result: PartResult) -> str:
        """The ratio of the bills."""
        return tr(
            "{candidate} costs {estimate} of {baseline}, as published",
            candidate=claim.candidate,
            estimate=percent(result.estimate),
            baseline=claim.baseline,
        )

    def said(self, estimate: float) -> str:
        """For example "49.7 % less", or "3 times as much"."""
        return tr("{estimate:.3g} times as much", estimate=estimate) if estimate >= 2 else saving(estimate)

    def wanted(self, margin: float) -> str:
        """For example "at least 90 % less"."""
        return tr("at least {margin:g} % less", margin=100 * margin)

    def drawn(self, margin: float) -> str:
        """For example "at least 90 % cheaper"."""
        return tr("at least {margin:g} % cheaper", margin=100 * margin)


def _weighted(
    bills: tuple[Floats, Floats],
    weights: ItemWeights,
    strata: Strata,
    bound: float,
    *,
    caps: Limits,
    scope: Scope,
) -> BoundTest:
    """The ratio of the bills that the whole log would have made: each item's counts by its weight.

    What an answer can cost counts at the largest weight; it is said without.
    """
    relative, alpha = weights.relative, scope.claim.alpha
    ours, theirs = bills
    most = max(float(relative.max()), weights.heaviest / float(weights.values.mean()))
    limits = (None if caps[0] is None else caps[0] * most, None if caps[1] is None else caps[1] * most)
    found = ratio_test(
        ours * relative, theirs * relative, strata, bound, limits=limits, alpha=alpha, cutoff=scope.cutoff
    )
    ours_most, theirs_most = (None if each is None else each / most for each in found.assumed)
    problem, blocked = _of_one(found.problem, most), _of_one(found.blocked, most)
    return replace(found, assumed=(ours_most, theirs_most), problem=problem, blocked=blocked)


def _of_one(caveat: Caveat | None, most: float) -> Caveat | None:
    """A reason with the amounts of an answer, and not of all the calls that it stands for."""
    if caveat is None:
        return None
    amount, cure = (None if each is None else each / most for each in (caveat.most, caveat.cure))
    return replace(caveat, most=amount, cure=cure)


COST = CostPart()
"""The cost part."""


def cost_each(row: AggregateRow) -> float | None:
    """USD per item; None if unknown."""
    return None if row.cost_total_usd is None or not row.n else row.cost_total_usd / row.n


def _at_hours(pairs: Pairs) -> str:
    """What the same answers would cost at the dearest and at the cheapest hours, as the end of a sentence."""
    ours, theirs = pairs.candidate, pairs.baseline
    said = []
    for name, mine, other in (
        (tr("all at the dear hours"), ours.cost_dear, theirs.cost_dear),
        (tr("none of them there"), ours.cost_cheap, theirs.cost_cheap),
    ):
        known = ~np.isnan(mine) & ~np.isnan(other)
        if not known.any() or not other[known].sum() > 0:
            return ""
        said.append(f"{saving(float(mine[known].sum() / other[known].sum()))} {name}")
    return tr(": over all items {label} would cost {said}", label=ours.label, said=tr(" and ").join(said))


def _down(tokens: float) -> int:
    """Two digits of a token limit, rounded down."""
    unit = int(10 ** max(0, len(str(int(tokens))) - 2))
    return int(tokens) // unit * unit


def _most(caps: Floats) -> float | None:
    return None if np.isnan(caps).any() else float(caps.max())
