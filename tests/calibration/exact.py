"""Items 1, 2 and 3: binary scores, by enumeration of every outcome; no Monte-Carlo error."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from bench.stats import Strata, difference_test
from bench.stats.paired import EXACT_UP_TO, critical_value, rejection_rate, smallest_n
from tests.calibration.grid import ALPHA, MARGIN, Job, Row, Scale
from tests.calibration.peers import claimeval_quality
from tests.calibration.worlds import Floats, Rng

DISCORDANCES = (0.03, 0.035, 0.04, 0.05, 0.06, 0.08, 0.10, 0.15, 0.20, 0.30)
SIZES = (30, 60, 80, 90, 100, 120, 164, 250, 500, 1319)
PEER_AT = (0.03, 0.06, 0.10)
Z = float(stats.norm.isf(ALPHA))


@cache
def threshold(n: int, margin: float) -> float:
    """The statistic from which the product supports."""
    return Z if n > EXACT_UP_TO else critical_value(n, margin, ALPHA)


def size(scale: Scale, rng: Rng, n: int, margin: float, peer: bool) -> list[Row]:
    """False supports at a difference of exactly -margin, at every discordance."""
    critical = threshold(n, margin)
    bound = 0.051 if n > EXACT_UP_TO else 0.05
    paired_t = t_supports(n, margin)
    rows = []
    for discordance in (psi for psi in DISCORDANCES if psi >= margin):
        beside: dict[str, float | None] = {
            "Tango": rejection_rate(n, margin, Z, -margin, discordance),
            "paired t": probability(paired_t, -margin, discordance),
        }
        if peer and discordance in PEER_AT:
            beside["claimeval"] = claimeval_quality(rng, scale.peer, n, -margin, discordance, margin)
        ours = rejection_rate(n, margin, critical, -margin, discordance)
        rows.append(Row((f"{100 * margin:g}", str(n), f"{discordance:g}"), ours, bound, beside=beside))
    return rows


def power(scale: Scale, rng: Rng, n: int, difference: float, discordance: float, least: float) -> list[Row]:
    """True supports at a margin of 3 points: a stated least, and no more than 4 points below Tango's."""
    del scale, rng
    critical = threshold(n, MARGIN)
    tango = rejection_rate(n, MARGIN, Z, difference, discordance)
    paired_t = probability(t_supports(n, MARGIN), difference, discordance)
    ours = rejection_rate(n, MARGIN, critical, difference, discordance)
    setting = (str(n), f"{100 * difference:+g}", f"{discordance:g}")
    bound = max(least, tango - 0.04)
    return [Row(setting, ours, bound, at_least=True, beside={"Tango": tango, "paired t": paired_t})]


def smallest(scale: Scale, rng: Rng) -> list[Row]:
    """No item lost, and all of them won: supported from the smallest n on and never below."""
    del scale, rng
    rows = []
    for margin in (0.01, 0.02, 0.03, 0.05, 0.10):
        least = smallest_n(margin, ALPHA)
        for n, expected in ((1, False), (least - 1, False), (least, True)):
            for shown, difference in (("no difference", 0.0), ("all won", 1.0)):
                strata = Strata(["s"] * n, [str(i) for i in range(n)])
                test = difference_test(np.full(n, difference), strata, margin)
                supported = float(test.p_within <= ALPHA and test.problem is None)
                setting = (f"{100 * margin:g}", str(n), shown)
                rows.append(Row(setting, supported, float(expected), at_least=expected))
    return rows


def t_supports(n: int, margin: float) -> NDArray[np.bool_]:
    """Whether the paired t test supports "at most `margin` worse", for each number of lost (row) and won items."""
    lost, won = np.meshgrid(np.arange(n + 1.0), np.arange(n + 1.0), indexing="ij")
    mean = (won - lost) / n
    spread = np.sqrt(np.maximum(lost + won - n * mean**2, 0.0) / (n - 1))
    found: NDArray[np.bool_] = (mean + margin) * np.sqrt(n) >= stats.t.isf(ALPHA, n - 1) * spread
    above: NDArray[np.bool_] = mean > -margin
    return np.logical_and(found, above)


def probability(supports: NDArray[np.bool_], difference: float, discordance: float) -> float:
    """The chance of an outcome that supports: the sum of its trinomial probabilities."""
    n = len(supports) - 1
    lost, won = np.nonzero(supports)
    possible = lost + won <= n
    lost, won = lost[possible], won[possible]
    p_lost, p_won = (discordance - difference) / 2, (discordance + difference) / 2
    counts: Floats = special.gammaln(n + 1) - special.gammaln(lost + 1) - special.gammaln(won + 1)
    logs = counts - special.gammaln(n - lost - won + 1)
    logs += special.xlogy(lost, p_lost) + special.xlogy(won, max(p_won, 0.0))
    logs += special.xlogy(n - lost - won, 1 - discordance)
    return float(np.exp(logs).sum())


def jobs() -> list[Job]:
    """Every cell of items 1 to 3."""
    found = [
        Job("1", size, (n, margin, margin == MARGIN and n in (30, 100, 164)), fast=n in (30, 100, 164, 500))
        for margin in (0.03, 0.05)
        for n in SIZES
    ]
    powers = [(500, 0.0, 0.04, 0.90), (500, 0.0, 0.10, 0.64), (500, 0.0, 0.20, 0.42)]
    powers += [(1319, 0.0, 0.04, 0.99), (1319, 0.0, 0.10, 0.95), (1319, 0.0, 0.20, 0.77)]
    powers += [(n, 0.0, psi, 0.0) for n in (100, 120, 164, 250) for psi in (0.04, 0.10, 0.20)]
    powers += [(n, 0.02, 0.10, 0.0) for n in (100, 164, 500)]
    found += [Job("2", power, cell, fast=cell[0] <= 500) for cell in powers]
    return [*found, Job("3", smallest, fast=True)]
