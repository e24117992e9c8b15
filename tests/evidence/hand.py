"""Intervals by the plainest road: scan every difference on a fine grid, search the likelihood, keep what fits."""

from __future__ import annotations

import math
from collections.abc import Callable

Z95 = 1.959963984540054


def tango_interval(n: int, won: int, lost: int) -> tuple[float, float]:
    """95 % for paired 0-1 scores (Tango 1998)."""

    def statistic(d: float) -> float:
        b = -lost - won + (2 * n - won + lost) * d
        q = (-b + math.sqrt(b * b + 8 * n * lost * d * (1 - d))) / (4 * n)
        return (won - lost - n * d) / math.sqrt(n * (2 * q + d - d * d))

    return _bounds(statistic, (won - lost) / n)


def mn_interval(x: int, n: int, y: int, m: int) -> tuple[float, float]:
    """95 % for unpaired counts (Miettinen and Nurminen 1985), the likelihood searched by golden section."""

    def statistic(d: float) -> float:
        def likelihood(q: float) -> float:
            return y * math.log(q) + (m - y) * math.log(1 - q) + x * math.log(q + d) + (n - x) * math.log(1 - q - d)

        q = _highest(likelihood, max(0.0, -d) + 1e-9, min(1.0, 1 - d) - 1e-9)
        variance = ((q + d) * (1 - q - d) / n + q * (1 - q) / m) * (n + m) / (n + m - 1)
        return (x / n - y / m - d) / math.sqrt(variance)

    return _bounds(statistic, x / n - y / m)


def _highest(function: Callable[[float], float], low: float, high: float) -> float:
    golden = (math.sqrt(5) - 1) / 2
    while high - low > 1e-10:
        one, other = high - golden * (high - low), low + golden * (high - low)
        low, high = (low, other) if function(one) > function(other) else (one, high)
    return (low + high) / 2


def _bounds(statistic: Callable[[float], float], estimate: float) -> tuple[float, float]:
    """Both differences at which the statistic is as large as chance lets it be, by halving."""
    found = []
    for sign in (1, -1):
        inside, outside = estimate, estimate - 0.4 * sign
        while abs(outside - inside) > 1e-9:
            middle = (inside + outside) / 2
            inside, outside = (middle, outside) if sign * statistic(middle) < Z95 else (inside, middle)
        found.append(inside)
    return found[0], found[1]
