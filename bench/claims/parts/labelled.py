"""The parts of a claim that people's labels decide, with judges' verdicts as a help: passes, and preferences."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import ClassVar

import numpy as np

from bench.claims.opinions import Opinions
from bench.claims.pairs import Mask, Pairs
from bench.claims.parts.part import clusters_in_words
from bench.claims.parts.result import PartResult, undecided, worded
from bench.claims.parts.score import EXACT, ScorePart
from bench.claims.scope import MEAN, Scope
from bench.claims.words import points
from bench.language import tr, tr_later
from bench.records import Claim, measured_margin
from bench.stats import (
    TYPICAL_DISCORDANCE,
    Caveat,
    Floats,
    Interval,
    LabelledEstimate,
    Reason,
    labelled_difference,
    labelled_mean,
    labelled_test,
    labels_needed,
    smallest_n,
)

TYPICAL_TIES = 1 / 3
"""Share of items on which people prefer neither of two models of equal strength."""
TYPICAL_RHO = 0.5
"""Correlation of people's labels with judges' verdicts, where no label says it."""


class LabelledPart(ScorePart):
    """At most a margin worse by people's labels: PPI++ with the judges' verdicts on all items."""

    verb = tr_later("is at")
    totals_refusal = tr_later("published totals have no labels: it cannot be judged.")
    axis = None
    unit = tr_later("labelled items")
    columns = ("out_total",)
    usual_spread: ClassVar[float]
    """The labels' standard deviation where none is there yet."""
    rare: ClassVar[bool]
    """Whether losses may be rare, so that the tilted null decides."""

    def test(self, scope: Scope) -> PartResult:
        """Labels decide; an answer that the candidate lost counts as worse for "supported", as better for "refuted"."""
        said, mask, limit = scope.pairs.opinions, scope.mask, self.limit(scope.claim)
        if scope.pairs.weights is not None:
            why = tr('labels are not weighted by the log: set over = "each", and a slice for each kind of work')
            return undecided(self.key, math.nan, 0, why)
        if said is None or not np.isfinite(said.labels[mask]).any():
            return self._screened(scope, said)
        answered, lost = _answered(scope.pairs, mask)
        found, problem = self._found(scope, said, answered, lost)
        if found is None:
            assert problem is not None
            count = int(np.isfinite(said.labels[answered]).sum())
            why = self.in_words(replace(problem, least=max(problem.least or 0, smallest_n(limit, scope.claim.alpha))))
            return undecided(self.key, math.nan, count, why)
        return self._judged(scope, found, float(np.mean([*lost.values()])), said)

    def _found(
        self, scope: Scope, said: Opinions, answered: Mask, lost: Mapping[str, float]
    ) -> tuple[LabelledEstimate | None, Caveat | None]:
        """The difference of one suite, or the mean over suites: each as heavy as the share of its items not lost, so
        that what is lost can be added as is."""
        labels, judged, strata = said.labels[answered], said.judged[answered], scope.strata(answered)
        if scope.suite != MEAN:
            return labelled_difference(labels, judged, strata, rare=self.rare)
        gone = [suite for suite in lost if suite not in set(strata.suites)]
        if gone:
            return None, Caveat(reason=Reason.FEW_ITEMS, n=0, least=2, stratum=gone[0])
        weights = {suite: 1 - share for suite, share in lost.items()}
        return labelled_mean(labels, judged, strata, rare=self.rare, weights=weights)

    def _judged(self, scope: Scope, found: LabelledEstimate, lost: float, said: Opinions) -> PartResult:
        claim, limit = scope.claim, self.limit(scope.claim)
        strict, lenient = (limit - lost) / (1 - lost), (limit + lost) / (1 - lost)
        if strict <= 0:
            why = tr("the candidate lost {share:.1f} % of the answers, as much as is claimed", share=100 * lost)
            return undecided(self.key, found.estimate, found.n, why)
        result = worded(self.key, labelled_test(found, strict, alpha=claim.alpha, cutoff=scope.cutoff), self.in_words)
        if lost:
            against = found.below_p(-lenient) if lenient < 1 else 1.0
            note = tr("{share:.1f} % of the candidate's answers are lost: they count as worse", share=100 * lost)
            result = replace(result, p_refuted=against, notes=(*result.notes, note))
        return replace(result, notes=(*result.notes, *judges_in_words(scope.pairs, scope.mask, said)))

    def _screened(self, scope: Scope, said: Opinions | None) -> PartResult:
        """Without labels: how many it would take, and what the judges say."""
        limit, alpha, items = self.limit(scope.claim), scope.claim.alpha, int(scope.mask.sum())
        judged = said is not None and bool(np.isfinite(said.judged[scope.mask]).any())
        rho = TYPICAL_RHO if judged else 0.0
        count = labels_needed(limit, self.usual_spread, rho, items, least=smallest_n(limit, alpha), alpha=alpha)
        needs = tr("it needs about {count} labels by people (`bench label`)", count=count)
        if count is not None and count > items:
            needs = tr(
                "{needs}, and the run has {items} items: ask more (of a log: `bench traffic sample -n {count}`)",
                needs=needs,
                items=items,
                count=count,
            )
        why = tr("judges alone show nothing: {needs}", needs=needs) if judged else tr("no labels: {needs}", needs=needs)
        notes = () if said is None else tuple(judges_in_words(scope.pairs, scope.mask, said))
        return replace(undecided(self.key, math.nan, 0, why), needed=count, notes=notes)

    def interval(self, scope: Scope) -> Interval | None:
        """None: only scores are asked for theirs."""
        del scope
        return None

    def test_if_lost(self, scope: Scope, fills: tuple[float, float]) -> PartResult | None:
        """None: a label cannot be filled in, and the worst of what is lost counts already."""
        del scope, fills
        return None

    def values(self, pairs: Pairs) -> tuple[Floats, Floats] | None:
        """None: labels are differences."""
        del pairs
        return None

    def proves_little(self, scope: Scope) -> str | None:
        """None: any candidate can be worse."""
        del scope
        return None

    def in_words(self, caveat: Caveat) -> str:
        """Few labels or clusters, or the exact test."""
        if caveat.reason is Reason.EXACT_TEST:
            return tr(EXACT)
        if caveat.reason is Reason.FEW_ITEMS and caveat.stratum is not None and caveat.worth is not None:
            return tr(
                "{n} labels are worth {worth:.0f} as they lie, the fewest on {stratum}: it takes at least {least:.0f}",
                n=caveat.n,
                worth=caveat.worth,
                stratum=caveat.stratum,
                least=caveat.least,
            )
        if caveat.reason is Reason.FEW_ITEMS and caveat.stratum is not None:
            return tr("{stratum}: {n} labels are too few for a mean over suites", stratum=caveat.stratum, n=caveat.n)
        if caveat.reason is Reason.FEW_ITEMS:
            many = tr("{n} labels are too few", n=caveat.n)
            return tr("{many}: it takes at least {least:.0f}", many=many, least=caveat.least)
        return clusters_in_words(caveat)


class PassPart(LabelledPart):
    """At most a margin fewer answers that people call right."""

    key = "pass"
    margin = measured_margin("pass")
    usual_spread = math.sqrt(TYPICAL_DISCORDANCE)
    rare = True
    noun = tr_later("passes")
    figure = tr_later("passes")
    verb = tr_later("passes")

    def condition(self, margin: float) -> str:
        """For example "passes at most 5 points less often"."""
        return tr("passes at most {margin:g} points less often by people's labels", margin=100 * margin)

    def said(self, estimate: float) -> str:
        """For example "1.2 points less often"."""
        if round(100 * estimate, 1) == 0:
            return tr("as often")
        if estimate < 0:
            return tr("{estimate:.1f} points less often", estimate=-100 * estimate)
        return tr("{estimate:.1f} points more often", estimate=100 * estimate)

    def said_between(self, interval: Interval) -> str:
        """For example "-4.2 to +1.0 points"."""
        return _span(interval)

    def wanted(self, margin: float) -> str:
        """For example "at most 5 points less often"."""
        return tr("at most {margin:g} points less often", margin=100 * margin)


class PreferencePart(LabelledPart):
    """A net win rate of at least minus a margin: how often people prefer the candidate less how often the baseline."""

    key = "preference"
    margin = measured_margin("preference")
    usual_spread = math.sqrt(1 - TYPICAL_TIES)
    rare = False
    noun = tr_later("preference")
    figure = tr_later("preference")
    verb = tr_later("has a net win rate of")

    def condition(self, margin: float) -> str:
        """For example "has a net win rate of at least -10 points"."""
        return tr("has a net win rate of at least -{margin:g} points by people's labels", margin=100 * margin)

    def said(self, estimate: float) -> str:
        """For example "-2.4 points"."""
        return tr("{estimate} points", estimate=points(estimate))

    def said_between(self, interval: Interval) -> str:
        """For example "-9.2 to +4.1 points"."""
        return _span(interval)

    def wanted(self, margin: float) -> str:
        """For example "at least -10 points"."""
        return tr("at least -{margin:g} points", margin=100 * margin)


def _span(interval: Interval) -> str:
    assert interval.low is not None
    assert interval.high is not None
    return tr("{low} to {high} points", low=points(interval.low), high=points(interval.high))


def _answered(pairs: Pairs, mask: Mask) -> tuple[Mask, dict[str, float]]:
    """The items that both sides answered; by suite, of those and of the candidate's losses, the share that it lost."""
    ours, theirs = pairs.candidate.lost, pairs.baseline.lost
    answered: Mask = mask & (ours < 1) & (theirs < 1)
    gone, lost = mask & (ours >= 1) & (theirs < 1), {}
    for suite in sorted({suite for suite, mine in zip(pairs.suites, mask, strict=True) if mine}):
        mine = pairs.of(suite)
        many = int((gone & mine).sum())
        lost[suite] = many / max(1, many + int((answered & mine).sum()))
    return answered, lost


def judges_in_words(pairs: Pairs, mask: Mask, said: Opinions) -> Iterator[str]:
    """How far each judge agrees with people, whom it favours, and its leaning to what it saw first or is longer."""
    labels = said.labels[mask]
    for name, every in said.by_judge.items():
        judged = every[mask]
        both = np.isfinite(labels) & np.isfinite(judged)
        if not both.any():
            n = int(np.isfinite(judged).sum())
            yield (
                tr("judge {name}: {n} {n:item|items}, none of them labelled", name=name, n=n)
                if n
                else tr("judge {name}: useless here, as none of its replies has a verdict that can be read", name=name)
            )
            continue
        alike = int((np.sign(labels[both]) == np.sign(judged[both])).sum())
        off = judged[both] - labels[both]
        reach = 1.96 * float(off.std(ddof=1)) / math.sqrt(len(off)) if len(off) > 1 else math.nan
        yield tr(
            "judge {name}: agrees with people on {alike} of {n} items{rho}; kinder to {candidate} than they are by "
            "{bias} points (95 % interval {low} to {high})",
            name=name,
            alike=alike,
            n=len(off),
            rho=_correlation(labels[both], judged[both]),
            candidate=pairs.candidate.label,
            bias=points(float(off.mean())),
            low=points(float(off.mean()) - reach),
            high=points(float(off.mean()) + reach),
        )
    yield from _leanings(pairs, mask, said)


def _correlation(labels: Floats, judged: Floats) -> str:
    if labels.std() == 0 or judged.std() == 0:
        return ""
    return tr(" (correlation {rho:.2f})", rho=float(np.corrcoef(labels, judged)[0, 1]))


def _leanings(pairs: Pairs, mask: Mask, said: Opinions) -> Iterator[str]:
    firsts, decided = said.first
    if decided:
        yield tr(
            "judges prefer the answer shown first in {share:.0f} % of {n} verdicts; both orders are averaged",
            share=100 * firsts / decided,
            n=decided,
        )
    lengths = [side.means.get("out_total") for side in (pairs.candidate, pairs.baseline)]
    if lengths[0] is not None and lengths[1] is not None:
        longer = np.sign(lengths[0] - lengths[1])[mask]
        words = [_longer(longer, values[mask]) for values in (said.judged, said.labels)]
        if words[0]:
            people = tr("; people {longer}", longer=words[1]) if words[1] else ""
            yield tr("judges prefer the longer answer {longer}{people}", longer=words[0], people=people)
    if said.twice[1]:
        yield tr("two people label {alike} of {n} items alike", alike=said.twice[0], n=said.twice[1])
    if said.stale:
        yield tr(
            "{stale} {stale:label or verdict|labels and verdicts} of other answers {stale:is|are} left out",
            stale=said.stale,
        )


def _longer(longer: Floats, values: Floats) -> str:
    """How often the longer answer is preferred; empty where nothing is preferred."""
    decided = np.isfinite(values) & np.isfinite(longer) & (values != 0) & (longer != 0)
    if not decided.any():
        return ""
    share = float((np.sign(values[decided]) == longer[decided]).mean())
    return tr("in {share:.0f} % of {n} items", share=100 * share, n=int(decided.sum()))


def unlabelled(claim: Claim, results: Mapping[tuple[str, str], PartResult]) -> bool:
    """Whether a claim about people's labels lacks them on a suite."""
    return any(key == claim.measure and not result.n for (_, key), result in results.items())


PASS = PassPart()
"""The part of a claim with measure = "pass"."""
PREFERENCE = PreferencePart()
"""The part of a claim with measure = "preference"."""
