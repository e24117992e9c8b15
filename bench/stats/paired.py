"""Binary scores of two models on the same items: Tango's score test, its exact p-value, and its interval."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

from bench.stats import binomial
from bench.stats.intervals import Interval

EXACT_UP_TO = 100_000
"""Items up to which the exact unconditional p-value is computed, in at most half a second; above, the normal tail."""
_GRID = 240
_REFINED = 3
_COARSE = 60
_NEGLIGIBLE = 9.0
"""Standard deviations, and as many items, beyond which counts of lost items are left out: less than 1e-12 of all."""


@dataclass(frozen=True, slots=True)
class Paired:
    """How two models fared on the same items; counts may be fractions where clusters make items count less."""

    n: float
    """Items that both models have a score for."""
    lost: float
    """Items that only the baseline solved."""
    won: float
    """Items that only the candidate solved."""

    @property
    def difference(self) -> float:
        """Candidate's score minus the baseline's, in [-1, 1]."""
        return (self.won - self.lost) / self.n

    @property
    def discordance(self) -> float:
        """Share of items on which the two differ."""
        return (self.won + self.lost) / self.n

    def scaled(self, design_effect: float) -> Paired:
        """The same shares on as many independent items as the clustered ones are worth."""
        return Paired(self.n / design_effect, self.lost / design_effect, self.won / design_effect)

    def swapped(self) -> Paired:
        """With candidate and baseline changing places."""
        return Paired(self.n, self.won, self.lost)


def smallest_n(margin: float, alpha: float = 0.05) -> int:
    """Items below which no valid test can support "at most `margin` worse": ceil(ln alpha / ln(1 - margin)).

    A candidate that fails exactly `margin` of all items shows no loss on n of them with probability (1 - margin)^n.
    """
    return math.ceil(math.log(alpha) / math.log1p(-margin) - 1e-9)


def tango(pair: Paired, difference: float) -> float:
    """Tango's (1998) score statistic for H0: candidate - baseline = `difference`; positive where it is above.

    T = (won - lost - n d0) / sqrt(n (2 q + d0 - d0²)), q the larger root of
    2 n q² + (-lost - won + (2 n - won + lost) d0) q - lost d0 (1 - d0) = 0: the constrained maximum likelihood.
    """
    return float(_tango(pair.n, np.array(pair.lost), np.array(pair.won), difference))


def _tango(n: float, lost: NDArray[np.float64], won: NDArray[np.float64], d0: float) -> NDArray[np.float64]:
    b = -lost - won + (2 * n - won + lost) * d0
    c = -lost * d0 * (1 - d0)
    q = (-b + np.sqrt(np.maximum(b * b - 8 * n * c, 0.0))) / (4 * n)
    q = np.maximum(q, max(0.0, -d0))
    variance = n * np.maximum(2 * q + d0 - d0 * d0, 0.0)
    above = won - lost - n * d0
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic: NDArray[np.float64] = np.where(above == 0, 0.0, above / np.sqrt(variance))
    return statistic


def tango_interval(pair: Paired, confidence: float = 0.95) -> Interval:
    """Two-sided interval for candidate - baseline: every difference that Tango's statistic does not reject."""
    z = float(scipy.special.ndtri(0.5 + confidence / 2))
    estimate = pair.difference
    low = _edge(pair, z, estimate, -1.0)
    high = _edge(pair, -z, estimate, 1.0)
    return Interval(estimate, low, high, math.floor(pair.n))


def _edge(pair: Paired, z: float, start: float, end: float) -> float:
    """The difference between `start` and `end` at which the statistic equals z."""

    def excess(difference: float) -> float:
        return tango(pair, difference) - z

    inner = end * (1 - 1e-12)
    if start == end or excess(inner) * (1 if z > 0 else -1) <= 0:
        return end
    return float(scipy.optimize.brentq(excess, start, inner, xtol=1e-10))


def noninferiority_p(pair: Paired, margin: float, *, refined: bool = True) -> float:
    """p-value of H0: the candidate is worse by `margin` or more. Small supports "at most `margin` worse".

    Exact unconditional up to EXACT_UP_TO items: the largest chance, over every discordance, of a statistic at least
    as large. The normal tail above. Not `refined`: over a grid of discordances, up to 4 % of p too small.
    """
    statistic = tango(pair, -margin)
    if pair.n > EXACT_UP_TO:
        return float(scipy.special.ndtr(-statistic))
    return _supremum(math.floor(pair.n), -margin, statistic, refined=refined)


def inferiority_p(pair: Paired, margin: float, *, refined: bool = True) -> float:
    """p-value of H0: the candidate is worse by at most `margin`. Small refutes "at most `margin` worse"."""
    statistic = tango(pair.swapped(), margin)
    if pair.n > EXACT_UP_TO:
        return float(scipy.special.ndtr(-statistic))
    return _supremum(math.floor(pair.n), margin, statistic, refined=refined)


def rejection_rate(n: int, margin: float, statistic: float, difference: float, discordance: float) -> float:
    """P(T >= statistic) where the truth is `difference` and `discordance`, T testing "worse by `margin` or more".

    Exact: a sum over all outcomes of n items.
    """
    return float(_rates(n, difference, np.array([discordance]), _thresholds(n, -margin, statistic))[0])


def critical_value(n: int, margin: float, alpha: float) -> float:
    """The least statistic that supports "at most `margin` worse" at n items: its exact p-value is at most alpha."""
    low, high = float(-scipy.special.ndtri(alpha)) - 0.5, float(-scipy.special.ndtri(alpha)) + 1.5
    while high - low > 1e-4:
        middle = (low + high) / 2
        low, high = (low, middle) if _supremum(n, -margin, middle) <= alpha else (middle, high)
    return high


def _thresholds(n: int, difference: float, statistic: float) -> NDArray[np.int64]:
    """For each number of lost items, the fewest won items at which the statistic is reached (n + 1: never).

    By bisection: the statistic rises with what is won.
    """
    lost = np.arange(n + 1.0)
    low, high = np.full(n + 1, -1.0), n - lost
    never = _tango(n, lost, high, difference) < statistic - 1e-9
    for _ in range(math.ceil(math.log2(n + 2))):
        middle = np.ceil((low + high) / 2)
        reached = _tango(n, lost, np.maximum(middle, 0.0), difference) >= statistic - 1e-9
        inside = high - low > 1
        high, low = np.where(inside & reached, middle, high), np.where(inside & ~reached, middle, low)
    return np.where(never, n + 1, high).astype(np.int64)


def _rates(
    n: int, difference: float, discordances: NDArray[np.float64], thresholds: NDArray[np.int64]
) -> NDArray[np.float64]:
    """P(T >= statistic) for each discordance: sum over lost of P(lost) P(won >= threshold | lost).

    Numbers of lost items farther than _NEGLIGIBLE from what is expected are left out.
    """
    p_lost = np.clip((discordances - difference) / 2, 0.0, 1.0)
    p_won = np.clip((discordances + difference) / 2, 0.0, 1.0)
    reach = _NEGLIGIBLE * (np.sqrt(n * p_lost * (1 - p_lost)) + 1)
    first = np.maximum(0, np.floor(n * p_lost - reach)).astype(np.int64)
    counts = np.minimum(n, np.ceil(n * p_lost + reach)).astype(np.int64) - first + 1
    of = np.repeat(np.arange(len(discordances)), counts)
    lost = np.arange(len(of)) - np.repeat(np.cumsum(counts) - counts, counts) + first[of]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(p_lost < 1, np.clip(p_won / (1 - p_lost), 0.0, 1.0), 0.0)
    chances = binomial.exactly(lost, n, p_lost[of]) * binomial.at_least(thresholds[lost], n - lost, share[of])
    return np.asarray(np.bincount(of, chances, len(discordances)), dtype=np.float64)


def _supremum(n: int, difference: float, statistic: float, *, refined: bool = True) -> float:
    """The largest P(T >= statistic) over every discordance from |difference| to 1."""
    if n == 0:
        return 1.0
    thresholds = _thresholds(n, difference, statistic)
    least = abs(difference)
    grid = (
        least + (1 - least) * np.linspace(0.0, 1.0, _GRID if refined else _COARSE) ** 2
    )  # the peaks lie at small discordances
    rates = _rates(n, difference, grid, thresholds)
    best = float(rates.max())
    for at in np.argsort(rates)[-_REFINED:] if refined else ():
        bounds = grid[max(at - 1, 0)], grid[min(at + 1, _GRID - 1)]
        peak = scipy.optimize.minimize_scalar(
            lambda psi: -_rates(n, difference, np.array([psi]), thresholds)[0], bounds=bounds, method="bounded"
        )
        best = max(best, -float(peak.fun))
    return min(best, 1.0)
