"""The two readings of a claim, lost answers, every size, and costs without a limit."""

from __future__ import annotations

import numpy as np

from bench.stats import Strata, ratio_test
from bench.stats.paired import Paired, critical_value, rejection_rate, tango
from tests.calibration.grid import ALPHA, MARGIN, Job, Row, Scale, error, rate
from tests.calibration.worlds import Costs, Rng


def fixed(
    scale: Scale, rng: Rng, families: int, each: int, difference: float, discordance: float, least: float
) -> list[Row]:
    """Families are fixed strata whose rates vary (ICC 0.1) around a stated mean; their items are independent."""
    critical = critical_value(families * each, MARGIN, ALPHA)
    found = []
    for _ in range(scale.closed):
        lost, won = (_count(rng, families, each, (discordance + sign * difference) / 2) for sign in (-1, 1))
        found.append(tango(Paired(families * each, lost, won), -MARGIN) >= critical)
    share, true = rate(found), difference > -MARGIN
    setting = (f"{families} of {each}", f"{100 * difference:+g}", f"{discordance:g}")
    return [Row(setting, share, least, at_least=true, se=error(share, scale.closed, least))]


def _count(rng: Rng, families: int, each: int, mean: float) -> float:
    """Items of all families that end one way; each family's rate is Beta with ICC 0.1, moved to the stated mean."""
    if mean <= 0:
        return 0.0
    rates = rng.beta(mean * 9, (1 - mean) * 9, families)
    return float(rng.binomial(each, np.clip(rates * mean / rates.mean(), 0, 1)).sum())


def sizes(scale: Scale, rng: Rng, margin: float, first: int, last: int, step: int) -> list[Row]:
    """The worst size of a range: false supports, and false refutations, enumerated at every discordance of a grid."""
    del scale, rng
    worst: dict[str, tuple[float, int]] = {"supported": (0.0, 0), "refuted": (0.0, 0)}
    for n in range(first, last + 1, step):
        for what, signed, alpha in (("supported", margin, ALPHA), ("refuted", -margin, ALPHA / 2)):
            critical = critical_value(n, signed, alpha)
            for discordance in (margin, 1.3 * margin, 2 * margin, 0.1, 0.2, 0.3):
                size = rejection_rate(n, signed, critical, -signed, max(margin, discordance))
                worst[what] = max(worst[what], (size, n))
    return [
        Row((f"{100 * margin:g}", f"{first} to {last}", f"{what}, worst at {n}"), size, bound)
        for (what, (size, n)), bound in zip(worst.items(), (ALPHA, ALPHA / 2), strict=True)
    ]


def unlimited(scale: Scale, rng: Rng, sigma: float, n: int) -> list[Row]:
    """False supports of "90 % cheaper" at exactly 90 %, where nothing limits what a call can cost."""
    world, alone = Costs(sigma, 0.8, None), Strata(["s"] * n, [str(at) for at in range(n)])
    ours = []
    for _ in range(scale.bootstrap):
        candidate, baseline = world.draw(rng, n, 0.1)
        test = ratio_test(candidate, baseline, alone, 0.1)
        ours.append(test.p_within <= ALPHA and test.problem is None)
    share = rate(ours)
    return [Row((f"{sigma:g}", str(n)), share, 0.06, se=error(share, scale.bootstrap, 0.05))]


def jobs() -> list[Job]:
    """Every cell."""
    found = [
        Job("12 fixed", fixed, (*shape, -MARGIN, psi, 0.055), fast=psi == 0.1)
        for shape in ((23, 10), (18, 48))
        for psi in (0.04, 0.06, 0.1, 0.2)
    ]
    found += [
        Job("12 fixed", fixed, (23, 10, 0.0, 0.1, 0.33)),
        Job("12 fixed", fixed, (18, 48, 0.0, 0.1, 0.85), fast=True),
        Job("12 fixed", fixed, (23, 10, 0.02, 0.1, 0.74)),
        Job("12 fixed", fixed, (18, 48, 0.02, 0.1, 0.98)),
    ]
    found += [
        Job("12 sizes", sizes, (margin, first, last, step), fast=(margin, first) == (0.03, 501))
        for margin in (0.005, 0.01, 0.03, 0.05, 0.1)
        for first, last, step in ((30, 500, 47), (501, 1400, 135), (1401, 2000, 199))
    ]
    found += [
        Job("12 unlimited", unlimited, (sigma, n), fast=(sigma, n) == (2.0, 100))
        for sigma in (1.0, 1.25, 1.35, 1.5, 1.75, 2.0, 2.5)
        for n in (100, 164, 500)
    ]
    return found
