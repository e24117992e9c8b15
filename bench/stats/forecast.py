"""What a sum that is still to come will be, from a sample of its parts."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import scipy
from numpy.typing import ArrayLike

from bench.stats.intervals import Interval


def forecast(groups: Sequence[tuple[ArrayLike, int]], confidence: float = 0.95) -> Interval:
    """Prediction interval for a sum of amounts such as costs of answers: total * exp(± t sqrt(V)).

    Each group is (amounts seen, how many more are to come), both of one kind. Amounts are taken as log-normal within
    their group, with one spread s² for all groups, pooled over f = Σ (n - 1) degrees of freedom. V is the variance of
    log total: Σ_g (N m)² (s² / n + (exp(s²) - 1) / N) / total² for the groups' means m and for the N amounts
    themselves, and s⁴ / 2f for s² (Cox's method, Zhou & Gao 1997). A t interval of the plain mean covers such sums
    too seldom: a small sample rarely holds the long answers. The bounds are None where no group has two amounts above
    0. ValueError if a group has no amount, or one that is negative or not finite.
    """
    seen = [(np.asarray(amounts, dtype=np.float64), coming) for amounts, coming in groups]
    if any(values.size == 0 or not np.isfinite(values).all() or (values < 0).any() for values, _ in seen):
        raise ValueError("every group needs amounts, finite and not negative")
    n = sum(values.size for values, _ in seen)
    sums = [coming * float(values.mean()) for values, coming in seen]
    total, logs = sum(sums), [np.log(values[values > 0]) for values, _ in seen]
    f = sum(max(0, log.size - 1) for log in logs)
    if total == 0 or f == 0:
        return Interval(total, None, None, n)
    s2 = float(sum(((log - log.mean()) ** 2).sum() for log in logs if log.size)) / f
    each = [s2 / values.size + math.expm1(min(s2, _MOST)) / max(1, coming) for values, coming in seen]
    variance = sum((part / total) ** 2 * v for part, v in zip(sums, each, strict=True)) + s2 * s2 / (2 * f)
    factor = math.exp(min(_MOST, float(scipy.special.stdtrit(f, 0.5 + confidence / 2)) * math.sqrt(variance)))
    return Interval(total, total / factor, total * factor, n)


_MOST = 100.0
"""Exponents are cut here, far beyond any use, so that nothing overflows."""
