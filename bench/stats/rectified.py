"""A difference by labels that judgments help, tested against any bound: by the normal theory, or the tilted null."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
import scipy

from bench.stats.clusters import Floats
from bench.stats.intervals import Interval
from bench.stats.reasons import Caveat
from bench.stats.tilted import LEAST_P, tilted_p

_NEAR = 1e-4


@dataclass(frozen=True, slots=True, kw_only=True)
class Rectified:
    """The labelled items' values with the judgments' mean in place of their own judgments, whose mean is estimated."""

    values: Floats
    """H_i - λ J_i + λ mean(J), J of all items; times the item's weight where items have one."""
    worst: float
    """What none of them can be below."""
    se: float
    """Standard error of their mean, as if mean(J) were known."""
    noise: float
    """Standard error of λ mean(J); 0 where no judgment is used."""

    def reached(self, bound: float, level: float, effect: float) -> float:
        """The tilted null's p-value of H0: their mean is `bound` or less, shifted for the noise of mean(J).

        X_i = value_i - bound - s, s = z_{1-level} (sqrt(se² + noise²) - se).
        """
        shift = bound
        if self.noise:
            z = max(0.0, float(scipy.special.ndtri(1 - level)))
            shift += z * (math.hypot(self.se, self.noise) - self.se)
        worst = self.worst - shift
        if worst >= 0:
            return LEAST_P
        return tilted_p(np.maximum(self.values - shift, worst), worst, design_effect=effect, coarse=True)


class LabelledEstimate(ABC):
    """Candidate - baseline by labels and judgments, in [-1, 1], ready to be tested against any bound."""

    __slots__ = ()

    se: float
    """Standard error of the estimate."""
    df: float
    """Degrees of freedom: effective clusters of labelled items - 1."""
    effect: float
    """How many labelled items are worth one independent item."""
    rare: bool
    """Whether the tilted null decides: rare losses, or people and judges hardly differ."""
    independent: bool
    """Whether every item is its own cluster."""

    @property
    @abstractmethod
    def n(self) -> int:
        """Labelled items."""

    @property
    @abstractmethod
    def items(self) -> int:
        """All items."""

    @property
    @abstractmethod
    def estimate(self) -> float:
        """The difference."""

    @property
    @abstractmethod
    def correlation(self) -> float:
        """Of labels and judgments; 0 where either does not vary."""

    @property
    @abstractmethod
    def spread(self) -> float:
        """Its standard error by labels alone, with one labelled item."""

    @abstractmethod
    def worth(self, margin: float) -> float:
        """How many independent labels it is worth at least, whatever the losses are, where a loss of `margin` is to be
        found."""

    @abstractmethod
    def few(self, margin: float, least: int) -> Caveat:
        """That it is worth fewer labels than the least number."""

    @abstractmethod
    def rectified(self, sign: int) -> Rectified:
        """What the tilted null is made of, as seen from a side."""

    def above_p(self, bound: float, cutoff: float | None = None) -> float:
        """p-value of H0: the difference is `bound` or less. `cutoff`: it need only be on the right side of that."""
        return self._p(1, bound, cutoff)

    def below_p(self, bound: float, cutoff: float | None = None) -> float:
        """p-value of H0: the difference is `bound` or more; what `above_p` says with the sides swapped."""
        return self._p(-1, bound, cutoff)

    def interval(self, confidence: float) -> Interval:
        """Two-sided: the bounds that are not rejected, each at half of 1 - confidence. Within [-1, 1]."""
        level = (1 - confidence) / 2
        low, high = self._edge(1, level), -self._edge(-1, level)
        return Interval(self.estimate, max(-1.0, low), min(1.0, high), self.n)

    def _p(self, sign: int, bound: float, cutoff: float | None) -> float:
        if not self.rare:
            return self._t_p(sign, bound)
        tilted = self._tilted_p(sign, sign * bound, cutoff)
        return tilted if self.independent else max(tilted, self._t_p(sign, bound))

    def _t_p(self, sign: int, bound: float) -> float:
        """t = (θ - bound) / SE, one-sided."""
        above = sign * (self.estimate - bound)
        if self.se == 0:
            return 0.0 if above > 0 else 1.0
        return float(scipy.special.stdtr(self.df, -above / self.se))

    def _tilted_p(self, sign: int, bound: float, cutoff: float | None) -> float:
        """The least level at which `Rectified.reached` rejects: its shift depends on the level."""
        values = self.rectified(sign)
        if cutoff is not None or not values.noise:
            return values.reached(bound, cutoff or 0.5, self.effect)
        even = values.reached(bound, 0.5, self.effect)
        if even >= 0.5:
            return even

        def excess(log: float) -> float:
            return math.log(max(values.reached(bound, math.exp(log), self.effect), LEAST_P)) - log

        least = math.log(LEAST_P)
        if excess(least) <= 0:
            return LEAST_P
        return math.exp(scipy.optimize.brentq(excess, least, math.log(0.5), xtol=_NEAR))

    def _edge(self, sign: int, level: float) -> float:
        """The largest bound, as seen from a side, that is rejected at a level."""
        by_t = sign * self.estimate + float(scipy.special.stdtrit(self.df, level)) * self.se
        if not self.rare:
            return by_t
        values = self.rectified(sign)

        def excess(bound: float) -> float:
            return values.reached(bound, level, self.effect) - level

        if excess(-1.0) >= 0:
            return -1.0
        most = float(values.values.mean())
        edge = float(scipy.optimize.brentq(excess, -1.0, max(most, -1.0) + _NEAR, xtol=_NEAR))
        return edge if self.independent else min(edge, by_t)
