"""The bill at a volume of requests: today's, the candidate's, the saving, and what an additional wrong answer may cost.

A request is taken to be like an item of the run, so the bill of a request is the mean bill of an item.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bench import claims
from bench.claims import Judgement, parts
from bench.language import tr
from bench.records import RunRecord
from bench.report.page.mixes import Mix
from bench.stats import Floats, Interval

Mask = NDArray[np.bool_]

REQUESTS = 1_000_000
"""Requests a month that the page begins with, where `[traffic]` states none."""
MOST_REQUESTS = 10**12
"""Requests a month that the page's field takes."""


@dataclass(frozen=True, slots=True)
class Dollars:
    """An amount of a request in USD, and its bounds; None is unknown."""

    estimate: float
    """The amount."""
    low: float | None = None
    """Its lower bound."""
    high: float | None = None
    """Its upper bound."""

    @property
    def exact(self) -> str:
        """Estimate and bounds of a request, for the page's script; what is unknown is left out."""
        return " ".join(f"{value:.12g}" for value in (self.estimate, self.low, self.high) if value is not None)

    def words(self, requests: int = REQUESTS) -> str:
        """The amount of so many requests, e.g. "688 USD (672 to 701)"."""
        if self.low is None or self.high is None:
            return f"{usd(self.estimate * requests)} USD"
        return tr(
            "{estimate} USD ({low} to {high})",
            estimate=usd(self.estimate * requests),
            low=usd(self.low * requests),
            high=usd(self.high * requests),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BillAt:
    """What the same answers cost at other prices than the claim is judged at."""

    name: str
    """Which prices, in words."""
    today: Dollars
    """The baseline's bill of a request."""
    candidate: Dollars
    """The candidate's; without bounds where its interval does not carry over."""
    saving: Dollars
    """Today's less the candidate's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthlyBill:
    """What a suite's requests cost, as a claim's costs are judged."""

    where: str
    """The suite, or "mean of the suites"."""
    n: int
    """Items with a known cost on both sides."""
    today: Dollars
    """The baseline's bill of a request."""
    candidate: Dollars
    """The candidate's."""
    saving: Dollars
    """Today's less the candidate's."""
    error: str
    """What an additional wrong answer may cost before the saving is gone, as a sentence."""
    at: Sequence[BillAt] = ()
    """The same answers at other prices."""


def stated_requests(record: RunRecord) -> int:
    """Requests a month as `[traffic]` states them, as far as they can be."""
    stated = record.traffic.requests if record.traffic else None
    return stated if stated and 1 <= stated <= MOST_REQUESTS else REQUESTS


def usd(amount: float) -> str:
    """A sum, e.g. "1,234", "12.30" or "0.0123"; three significant digits below 100."""
    if abs(amount) >= 100 or amount == 0:
        return f"{amount:,.0f}"
    digits = max(0, 2 - math.floor(math.log10(abs(amount))))
    return f"{amount:.{digits}f}"


def bills(judgement: Judgement, at: Sequence[Mix] = ()) -> Iterator[MonthlyBill]:
    """One for each suite whose costs the claim judges with an interval; none where costs are unknown.

    `at`: other prices, at which the same answers are billed beside it.
    """
    pairs = judgement.pairs
    if pairs.weights is not None:  # the items' mean is not the log's
        return
    for (suite, name), cost in judgement.test.parts.items():
        ratio = cost.interval
        if name != parts.COST.key or not math.isfinite(cost.estimate) or ratio.low is None or ratio.high is None:
            continue
        of = np.ones(pairs.n, dtype=bool) if suite == claims.MEAN else np.asarray(pairs.suites) == suite
        known = of & ~np.isnan(pairs.baseline.cost) & ~np.isnan(pairs.candidate.cost)
        if not known.any():
            continue
        costs = pairs.baseline.cost[known], pairs.candidate.cost[known]
        today, candidate, saving = _spread(judgement, known, *costs, ratio)
        score = judgement.test.parts.get((suite, parts.SCORE.key))
        yield MonthlyBill(
            where=tr("mean of the suites") if suite == claims.MEAN else suite,
            n=cost.n,
            today=today,
            candidate=candidate,
            saving=saving,
            error=_error(saving, score.interval if score and math.isfinite(score.estimate) else None),
            at=tuple(made for mix in at if (made := _at(mix, judgement, ratio, known))),
        )


def _spread(
    judgement: Judgement, known: Mask, baseline: Floats, candidate: Floats, ratio: Interval
) -> tuple[Dollars, Dollars, Dollars]:
    """Both bills of a request and the saving, with bounds at the claim's confidence.

    The bounds are t intervals of the mean over items (one suite counts as another), and at least as wide as the ratio
    of the bills says, whose interval knows rare dear answers. None where the items give no interval.
    """
    strata, confidence = judgement.pairs.strata(known), 1 - 2 * judgement.claim.alpha
    weights = strata.weights()

    def spread(values: Floats, at_least: Callable[[float], float]) -> Dollars:
        """`at_least`: what a bound of the ratio says."""
        mean, clustered = float((values * weights).mean()), strata.mean(values)
        if clustered is None or ratio.low is None or ratio.high is None:
            return Dollars(mean)
        half = clustered.quantile(confidence) * clustered.se
        ends = mean - half, mean + half, at_least(ratio.low), at_least(ratio.high)
        return Dollars(mean, min(ends), max(ends))

    today = spread(baseline, lambda _: float((baseline * weights).mean()))
    other = spread(candidate, lambda bound: today.estimate * bound)
    saving = spread(baseline - candidate, lambda bound: today.estimate * (1 - bound))
    return _positive(today), _positive(other), saving


def _positive(bill: Dollars) -> Dollars:
    """A bill is never below 0."""
    return bill if bill.low is None else replace(bill, low=max(0.0, bill.low))


def _at(mix: Mix, judgement: Judgement, ratio: Interval, known: Mask) -> BillAt | None:
    """A suite's bill at other prices; None where one of them is unknown."""
    baseline, candidate = mix.baseline[known], mix.candidate[known]
    if not np.isfinite(baseline).all() or not np.isfinite(candidate).all():
        return None
    factor = mix.factor(judgement, known)
    if factor is None or ratio.low is None or ratio.high is None:
        weights = judgement.pairs.strata(known).weights()
        each = [float((values * weights).mean()) for values in (baseline, candidate)]
        return BillAt(
            name=mix.name, today=Dollars(each[0]), candidate=Dollars(each[1]), saving=Dollars(each[0] - each[1])
        )
    here = Interval(factor * ratio.estimate, factor * ratio.low, factor * ratio.high, ratio.n)
    today, other, saving = _spread(judgement, known, baseline, candidate, here)
    return BillAt(name=mix.name, today=today, candidate=other, saving=saving)


def _error(saving: Dollars, score: Interval | None) -> str:
    """The break-even cost of an additional wrong answer: the saving of a request over the points that it loses.

    Both bounds at once, the least saving over the largest loss, so it errs on the side of caution.
    """
    if score is None or score.low is None or score.high is None:
        return ""
    low, high = saving.low or 0.0, saving.high or 0.0
    if high <= 0:
        return tr("It saves nothing, so no wrong answer is worth it.")
    if score.low >= 0:
        return tr("It makes no more wrong answers, so that whatever they cost, the saving stays.")
    least = max(0.0, low) / -score.low
    estimate = (
        tr("{estimate} USD as measured", estimate=usd(saving.estimate / -score.estimate))
        if score.estimate < 0 < saving.estimate
        else ""
    )
    most = tr("at most {high} USD", high=usd(high / -score.high)) if score.high < 0 else ""
    beyond = ", ".join(filter(None, (estimate, most)))
    return tr(
        "The saving is gone where each additional wrong answer costs you more than {least} USD "
        "at the worst of both intervals{beyond}.",
        least=usd(least),
        beyond=f" ({beyond})" if beyond else "",
    )
