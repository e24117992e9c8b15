"""The two readings of a claim, lost answers, every size, and costs without a limit."""

from __future__ import annotations

from functools import cache

import numpy as np

from bench.stats import Strata, ratio_test, score_difference
from bench.stats.clusters import stratified_effect
from bench.stats.paired import Paired, critical_value, rejection_rate, tango
from tests.calibration.grid import ALPHA, MARGIN, Job, Row, Scale, error, rate
from tests.calibration.worlds import Costs, Floats, Rng, binary_differences, clustered_differences


def fixed(
    scale: Scale, rng: Rng, families: int, each: int, difference: float, discordance: float, least: float
) -> list[Row]:
    """Families are fixed strata whose rates vary (ICC 0.1) around a stated mean; their items are independent."""
    n = families * each
    critical = critical_value(n, MARGIN, ALPHA)
    kinds = [str(at // each) for at in range(n)]
    found, pooled = [], []
    for _ in range(scale.closed):
        lost, won = (_rates(rng, families, (discordance + sign * difference) / 2) for sign in (-1, 1))
        u = rng.random(n)
        below, above = np.repeat(lost, each), np.repeat(lost + won, each)
        values = np.where(u < below, -1.0, np.where(u < above, 1.0, 0.0))
        pair = Paired(n, float((values < 0).sum()), float((values > 0).sum()))
        pooled.append(tango(pair, -MARGIN) >= critical)
        found.append(tango(pair.scaled(stratified_effect(values, kinds)), -MARGIN) >= critical)
    share, true = rate(found), difference > -MARGIN
    setting = (f"{families} of {each}", f"{100 * difference:+g}", f"{discordance:g}")
    beside = {"Tango, pooled": rate(pooled)}
    return [Row(setting, share, least, at_least=true, se=error(share, scale.closed, least), beside=beside)]


def _rates(rng: Rng, families: int, mean: float) -> Floats:
    """Each family's rate of items that end one way: Beta with ICC 0.1, moved to the stated mean."""
    if mean <= 0:
        return np.zeros(families)
    rates = rng.beta(mean * 9, (1 - mean) * 9, families)
    found: Floats = np.clip(rates * mean / rates.mean(), 0, 1)
    return found


def lost_answers(scale: Scale, rng: Rng, n: int, lost: int, also: int, discordance: float) -> list[Row]:
    """False supports where the candidate is exactly 3 points worse, failures of its are lost, and answers of the
    baseline at random: a lost answer of the candidate counts as wrong, one of the baseline is left out."""
    counted, dropped = [], []
    for _ in range(scale.closed):
        values = binary_differences(rng, n, -MARGIN, discordance)
        failures = np.flatnonzero(values < 0)
        gone = rng.permutation(failures)[:lost]
        kept = np.ones(n, dtype=bool)
        kept[rng.permutation(np.arange(n))[:also]] = False
        counted.append(_supports(values[kept]))
        kept[gone] = False
        dropped.append(_supports(values[kept]))
    share = rate(counted)
    setting = (str(n), f"{lost} and {also}", f"{discordance:g}")
    beside = {"all left out": rate(dropped)}
    return [Row(setting, share, 0.055, se=error(share, scale.closed, 0.05), beside=beside)]


def _supports(values: Floats) -> bool:
    n = len(values)
    pair = Paired(n, float((values < 0).sum()), float((values > 0).sum()))
    return tango(pair, -MARGIN) >= _critical(n)


@cache
def _critical(n: int) -> float:
    return critical_value(n, MARGIN, ALPHA)


def mean_of_suites(scale: Scale, rng: Rng, about: str, discordance: float, difference: float) -> list[Row]:
    """`over = "mean"` on 23 families of 10 and 18 of 48, whose rates vary (ICC 0.1), in either reading."""
    shapes = ((23, 10), (18, 48))
    suites = [name for (groups, each), name in zip(shapes, "ab", strict=True) for _ in range(groups * each)]
    names = [f"{name}{at // each}" for (groups, each), name in zip(shapes, "ab", strict=True)
             for at in range(groups * each)]  # fmt: skip
    such = about == "such"
    strata = Strata(suites, names if such else [str(at) for at in range(len(suites))])
    lost, won = (discordance - difference) / 2, (discordance + difference) / 2
    found = []
    for _ in range(scale.bootstrap):
        parts = []
        for groups, each in shapes:
            group = np.repeat(np.arange(groups), each)
            if such:
                parts.append(clustered_differences(rng, group, lost, won, 0.1))
                continue
            below, more = np.repeat(_rates(rng, groups, lost), each), np.repeat(_rates(rng, groups, won), each)
            u = rng.random(len(group))
            parts.append(np.where(u < below, -1.0, np.where(u < below + more, 1.0, 0.0)))
        difference_seen, _ = score_difference(np.concatenate(parts), strata)
        assert difference_seen is not None
        found.append(difference_seen.above_p(-MARGIN) <= ALPHA)
    share, true = rate(found), difference > -MARGIN
    bound = (0.44 if such else 0.8) if true else 0.062
    setting = (about, f"{100 * difference:+g}", f"{discordance:g}")
    return [Row(setting, share, bound, at_least=true, se=error(share, scale.bootstrap, bound))]


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


def unlimited(scale: Scale, rng: Rng, sigma: float, n: int, ratio: float, least: float = 0.0) -> list[Row]:
    """False supports of "90 % cheaper" at exactly 90 %, and true ones at 95 %, where nothing limits a call's cost."""
    world, alone = Costs(sigma, 0.8, None), Strata(["s"] * n, [str(at) for at in range(n)])
    true, ours = ratio < 0.1, list[bool]()
    for _ in range(scale.bootstrap):
        candidate, baseline = world.draw(rng, n, ratio)
        if candidate.sum() >= 0.1 * baseline.sum():  # no test supports that
            ours.append(False)
            continue
        test = ratio_test(candidate, baseline, alone, 0.1)
        ours.append(test.p_within <= ALPHA and test.problem is None)
    share, bound = rate(ours), least if true else 0.06
    setting = (f"{sigma:g}", str(n), f"{ratio:g}")
    return [Row(setting, share, bound, at_least=true, se=error(share, scale.bootstrap, bound))]


def jobs() -> list[Job]:
    """Every cell."""
    found = [
        Job("12 fixed", fixed, (*shape, -MARGIN, psi, 0.055), fast=psi == 0.1)
        for shape in ((23, 10), (18, 48))
        for psi in (0.04, 0.06, 0.1, 0.2)
    ]
    found += [
        Job("12 fixed", fixed, (23, 10, 0.0, 0.1, 0.36)),
        Job("12 fixed", fixed, (18, 48, 0.0, 0.1, 0.85), fast=True),
        Job("12 fixed", fixed, (23, 10, 0.02, 0.1, 0.74)),
        Job("12 fixed", fixed, (18, 48, 0.02, 0.1, 0.98)),
    ]
    found += [
        Job("12 lost", lost_answers, (n, gone, also, psi), fast=psi == 0.06 and n == 500)
        for n, gone, also in ((1319, 13, 7), (500, 5, 2))
        for psi in (0.04, 0.06, 0.1, 0.2)
    ]
    found += [
        Job("12 mean", mean_of_suites, (about, psi, -MARGIN), fast=psi == 0.1)
        for about in ("these", "such")
        for psi in (0.04, 0.1, 0.2)
    ]
    found += [Job("12 mean", mean_of_suites, (about, 0.1, difference)) for about, difference in (
        ("these", 0.0), ("such", 0.02),
    )]  # fmt: skip
    found += [
        Job("12 sizes", sizes, (margin, first, last, step), fast=(margin, first) == (0.03, 501))
        for margin in (0.005, 0.01, 0.03, 0.05, 0.1)
        for first, last, step in ((30, 500, 47), (501, 1400, 135), (1401, 2000, 199))
    ]
    found += [
        Job("12 unlimited", unlimited, (sigma, n, 0.1), fast=(sigma, n) == (2.0, 100))
        for sigma in (1.0, 1.25, 1.5, 1.75, 2.0, 2.25, 2.5)
        for n in (100, 164, 500)
    ]
    found += [
        Job("12 unlimited", unlimited, (1.0, n, 0.05, least)) for n, least in ((100, 0.7), (164, 0.9), (500, 0.98))
    ]
    return found
