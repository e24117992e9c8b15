"""The bill at a volume of requests: today's, the candidate's, the saving, and what an additional wrong answer may cost.

A request is taken to be like an item of the run, so the bill of a request is the mean bill of an item.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bench import claims
from bench.claims import Judgement, parts
from bench.stats import Interval

REQUESTS = 1_000_000
"""Requests a month that the page begins with."""


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
        return f"{usd(self.estimate * requests)} USD ({usd(self.low * requests)} to {usd(self.high * requests)})"


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthlyBill:
    """What a suite's requests cost, as a claim's costs are judged."""

    where: str
    """The suite, or "mean of the suites"."""
    n: int
    """Items with a known cost on both sides."""
    today: Dollars
    """The baseline's bill of a request, as it was measured."""
    candidate: Dollars
    """The candidate's: today's times the measured ratio of the bills, and times its bounds."""
    saving: Dollars
    """Today's less the candidate's."""
    error: str
    """What an additional wrong answer may cost before the saving is gone, as a sentence."""


def usd(amount: float) -> str:
    """A sum, e.g. "1,234", "12.30" or "0.0123"; three significant digits below 100."""
    if abs(amount) >= 100 or amount == 0:
        return f"{amount:,.0f}"
    digits = max(0, 2 - math.floor(math.log10(abs(amount))))
    return f"{amount:.{digits}f}"


def bills(judgement: Judgement) -> Iterator[MonthlyBill]:
    """One for each suite whose costs the claim judges with an interval; none where costs are unknown."""
    pairs = judgement.pairs
    for (suite, name), cost in judgement.test.parts.items():
        ratio = cost.interval
        if name != parts.COST.key or not math.isfinite(cost.estimate) or ratio.low is None or ratio.high is None:
            continue
        of = np.ones(pairs.n, dtype=bool) if suite == claims.MEAN else np.asarray(pairs.suites) == suite
        known = of & ~np.isnan(pairs.baseline.cost) & ~np.isnan(pairs.candidate.cost)
        weights = pairs.strata(known).weights() if suite == claims.MEAN else 1.0
        if not known.any():
            continue
        each = float((pairs.baseline.cost[known] * weights).mean())
        saving = Dollars(each * (1 - cost.estimate), each * (1 - ratio.high), each * (1 - ratio.low))
        score = judgement.test.parts.get((suite, parts.SCORE.key))
        yield MonthlyBill(
            where="mean of the suites" if suite == claims.MEAN else suite,
            n=cost.n,
            today=Dollars(each),
            candidate=Dollars(each * cost.estimate, each * ratio.low, each * ratio.high),
            saving=saving,
            error=_error(saving, score.interval if score and math.isfinite(score.estimate) else None),
        )


def _error(saving: Dollars, score: Interval | None) -> str:
    """The break-even cost of an additional wrong answer: the saving of a request over the points that it loses.

    Both bounds at once, the least saving over the largest loss, so it errs on the side of caution.
    """
    if score is None or score.low is None or score.high is None:
        return ""
    low, high = saving.low or 0.0, saving.high or 0.0
    if high <= 0:
        return "It saves nothing, so no wrong answer is worth it."
    if score.low >= 0:
        return "It makes no more wrong answers, so that whatever they cost, the saving stays."
    least = max(0.0, low) / -score.low
    estimate = (
        f"{usd(saving.estimate / -score.estimate)} USD as measured" if score.estimate < 0 < saving.estimate else ""
    )
    most = f"at most {usd(high / -score.high)} USD" if score.high < 0 else ""
    beyond = ", ".join(filter(None, (estimate, most)))
    return (
        f"The saving is gone where each additional wrong answer costs you more than {usd(least)} USD at the worst of "
        f"both intervals{f' ({beyond})' if beyond else ''}."
    )
