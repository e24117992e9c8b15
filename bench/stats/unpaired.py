"""Solved counts of two models whose items nobody paired: Miettinen and Nurminen's score test and interval."""

from __future__ import annotations

import math
from dataclasses import dataclass

import scipy

from bench.stats.intervals import Interval
from bench.stats.paired import smallest_n
from bench.stats.reasons import Caveat, Reason
from bench.stats.strata import BoundTest, detectable, needed


@dataclass(frozen=True, slots=True)
class Unpaired:
    """How many items each of two models solved; counts may be fractions where a score averages several trials.

    A mean of trials varies no more than one trial would, so such a score over n items is taken as n single trials.
    """

    ours: float
    """Items that the candidate solved."""
    of_ours: int
    """Items that the candidate was asked, above 0."""
    theirs: float
    """Items that the baseline solved."""
    of_theirs: int
    """Items that the baseline was asked, above 0."""
    items: int | None = None
    """Items of the smaller side, where the counts are of as many independent draws as its strata are worth."""

    def __post_init__(self) -> None:
        """ValueError for counts that no test can have."""
        for solved, n in ((self.ours, self.of_ours), (self.theirs, self.of_theirs)):
            if n < 1 or not 0 <= solved <= n:
                raise ValueError(f"{solved:g} of {n} items cannot be solved")

    @property
    def n(self) -> int:
        """Items of the smaller side."""
        return min(self.of_ours, self.of_theirs) if self.items is None else self.items

    @property
    def difference(self) -> float:
        """Candidate's score minus the baseline's, in [-1, 1]."""
        return self.ours / self.of_ours - self.theirs / self.of_theirs

    @property
    def spread(self) -> float:
        """Square root of n times the difference's variance, n the smaller side's items."""
        shares = ((self.ours / self.of_ours, self.of_ours), (self.theirs / self.of_theirs, self.of_theirs))
        return math.sqrt(sum(p * (1 - p) * self.n / size for p, size in shares))


def score_statistic(counts: Unpaired, difference: float) -> float:
    """Miettinen and Nurminen's (1985) statistic for H0: candidate - baseline = `difference`; positive above it.

    z = (p1 - p2 - d) / sqrt((q1 (1 - q1) / n1 + q2 (1 - q2) / n2) N / (N - 1)), q the constrained maximum likelihood.
    """
    n, m = counts.of_ours, counts.of_theirs
    theirs = _constrained(counts, difference)
    ours = min(1.0, max(0.0, theirs + difference))
    variance = (ours * (1 - ours) / n + theirs * (1 - theirs) / m) * (n + m) / (n + m - 1)
    above = counts.difference - difference
    if variance <= 0:
        return 0.0 if above == 0 else math.copysign(math.inf, above)
    return above / math.sqrt(variance)


def _constrained(counts: Unpaired, d: float) -> float:
    """The baseline's likeliest share where the candidate's is larger by d: the root of a cubic, in closed form.

    N q³ + b q² + c q + e = 0 as Miettinen and Nurminen (1985, appendix I) write it, the trigonometric root in [0, 1].
    """
    total, solved = counts.of_ours + counts.of_theirs, counts.ours + counts.theirs
    b = ((counts.of_ours + 2 * counts.of_theirs) * d - total - solved) / (3 * total)
    c = ((counts.of_theirs * d - total - 2 * counts.theirs) * d + solved) / (3 * total)
    e = counts.theirs * d * (1 - d) / total
    v = b**3 - 1.5 * b * c + e / 2
    u = math.copysign(math.sqrt(max(0.0, b * b - c)), v)
    angle = math.acos(max(-1.0, min(1.0, v / u**3))) if u else 0.0
    root = 2 * u * math.cos((math.pi + angle) / 3) - b
    return min(1.0, max(0.0, -d, min(root, 1 - d)))


def unpaired_interval(counts: Unpaired, confidence: float = 0.95) -> Interval:
    """Two-sided interval for candidate - baseline: every difference that the statistic does not reject."""
    z = float(scipy.special.ndtri(0.5 + confidence / 2))
    low, high = _edge(counts, z, -1.0), _edge(counts, -z, 1.0)
    return Interval(counts.difference, low, high, counts.n)


def _edge(counts: Unpaired, z: float, end: float) -> float:
    """The difference between the estimate and `end` at which the statistic equals z."""

    def excess(difference: float) -> float:
        return max(-1e9, min(1e9, score_statistic(counts, difference))) - z

    start, inner = counts.difference, end * (1 - 1e-12)
    if start == end or excess(inner) * z <= 0:
        return end
    return float(scipy.optimize.brentq(excess, start, inner, xtol=1e-10))


def unpaired_test(counts: Unpaired, margin: float, *, alpha: float = 0.05) -> BoundTest:
    """Judges "at most `margin` lower" on solved counts alone.

    Where both models had the same items, this is cautious: what the items share counts as noise. `needed` is items of
    each model, not paired. Fewer items than `smallest_n` show nothing.
    """
    n, least = counts.n, smallest_n(margin, alpha)
    statistic, spread = score_statistic(counts, -margin), counts.spread
    return BoundTest(
        estimate=counts.difference,
        interval=unpaired_interval(counts, 1 - 2 * alpha),
        interval_95=unpaired_interval(counts, 0.95),
        p_within=float(scipy.special.ndtr(-statistic)),
        p_beyond=float(scipy.special.ndtr(statistic)),
        n=n,
        detectable=detectable(spread, n, alpha),
        needed=needed(spread, counts.difference + margin, least, alpha),
        problem=Caveat(reason=Reason.FEW_ITEMS, n=n, least=least, share=margin) if n < least else None,
    )
