"""Items 6 and 7: costs with heavy tails, calls that stall, and the claim as a whole beside claimeval."""

from __future__ import annotations

import math

import numpy as np

from bench.claims import Verdict, combine
from bench.claims.parts import COST, SCORE, worded
from bench.stats import BoundTest, Ratio, Strata, difference_test, ratio_test
from tests.calibration.grid import ALPHA, MARGIN, Job, Row, Scale, error, rate
from tests.calibration.peers import claimeval_chances, t_supports
from tests.calibration.worlds import Costs, Families, Floats, Rng, Stalls, binary_differences

SAVING = 0.9
WORLDS = ((0.5, 0.5, 8.0), (1.0, 0.6, 8.0), (1.5, 0.8, 8.0), (1.5, 0.8, 20.0), (2.0, 0.8, 40.0))


def judged(ours: Floats, theirs: Floats, cap: float, ratio: float) -> BoundTest:
    """The test of the cost part; caps are `cap` times each side's true mean."""
    alone = Strata(["s"] * len(ours), [str(i) for i in range(len(ours))])
    return ratio_test(ours, theirs, alone, 1 - SAVING, limits=(cap * ratio, cap))


def as_met(ours: Floats, theirs: Floats, strata: Strata, of: Ratio = Ratio.SUMS) -> float:
    """The upper bound of the log-ratio t interval, which knows only the values that were met."""
    high = ratio_test(ours, theirs, strata, 1.0, of=of, limits=None).interval.high
    assert high is not None
    return high


def spikes(scale: Scale, rng: Rng, n: int, often: float, times: float) -> list[Row]:
    """How often the 90 % interval of a ratio of bills holds the true 0.1, where few of the candidate's calls cost many
    times the others and an answer can cost 100 times the usual."""
    alone = Strata(["s"] * n, [str(at) for at in range(n)])
    held, met = [], []
    for _ in range(scale.bootstrap // 4):
        candidate, baseline = (np.exp(rng.normal(-0.045, 0.3, n)) for _ in range(2))
        candidate *= 0.1 * np.where(rng.random(n) < often, times, 1.0) / (1 + often * (times - 1))
        test = ratio_test(candidate, baseline, alone, 0.2, limits=(10.0, 8.0))
        low, high = test.interval.low, test.interval.high
        assert low is not None
        assert high is not None
        held.append(low <= 0.1 <= high)
        met.append(as_met(candidate, baseline, alone) >= 0.1)
    share = rate(held)
    setting = (str(n), f"{100 * often:g} % x{times:g}")
    beside = {"log-ratio t": rate(met)}
    return [Row(setting, share, 0.88, at_least=True, se=error(share, len(held), 0.9), beside=beside)]


def saving(scale: Scale, rng: Rng, sigmas: tuple[float, float, float], n: int, ratio: float) -> list[Row]:
    """Supports of "90 % cheaper" where the true ratio is exactly 0.1 (false), or 0.05 (true)."""
    world, true = Costs(*sigmas), ratio < 1 - SAVING
    ours, log_ratio, plain = [], [], []
    for _ in range(scale.bootstrap):
        candidate, baseline = world.draw(rng, n, ratio)
        test = judged(candidate, baseline, sigmas[2], ratio)
        ours.append(test.p_within <= ALPHA and test.problem is None)
        log_ratio.append(as_met(candidate, baseline, Strata(["s"] * n, [str(at) for at in range(n)])) <= 1 - SAVING)
        plain.append(t_supports((1 - SAVING) * baseline - candidate, 0.0))
    share = rate(ours)
    bound = 0.95 if true else 0.08 if sigmas == WORLDS[1] else 0.06
    setting = (f"{sigmas[0]:g}, {sigmas[1]:g}, {sigmas[2]:g}", str(n), f"{ratio:g}", "power" if true else "false")
    expected = 0.95 if true else 0.05
    beside = {"log-ratio t": rate(log_ratio), "paired t": rate(plain)}
    return [Row(setting, share, bound, at_least=true, se=error(share, scale.bootstrap, expected), beside=beside)]


def families(scale: Scale, rng: Rng, groups: int, each: int, cap: float, ratio: float) -> list[Row]:
    """Supports of "90 % cheaper" where whole families cost their cap, at a true ratio of 0.1 (false), or 0.05 (true).

    The bar of the false ones is what is known to remain: see `ratio_test`.
    """
    world, true = Families(groups, each, cap, ratio), ratio < 1 - SAVING
    strata = Strata(["s"] * groups * each, [str(at // each) for at in range(groups * each)])
    ours, log_ratio = [], []
    for _ in range(scale.bootstrap // 2):
        candidate, baseline = world.draw(rng)
        test = ratio_test(candidate, baseline, strata, 1 - SAVING, limits=(0.1 * cap, 20.0))
        ours.append(test.p_within <= ALPHA and test.problem is None)
        log_ratio.append(as_met(candidate, baseline, strata) <= 1 - SAVING)
    share, bound = rate(ours), 0.9 if true else 0.11
    setting = (f"{groups} of {each}", f"{cap:g}", f"{ratio:g}", "power" if true else "false")
    se = error(share, len(ours), bound)
    return [Row(setting, share, bound, at_least=true, se=se, beside={"log-ratio t": rate(log_ratio)})]


def stalls(scale: Scale, rng: Rng, n: int, often: float, times: float, ratio: float) -> list[Row]:
    """Supports of "at most twice as long" where some calls stall, at a true ratio of 2 (false), or 1.4 (true)."""
    world, true = Stalls(often, times, ratio), ratio < 2
    alone = Strata(["s"] * n, [str(at) for at in range(n)])
    ours, plain = [], []
    for _ in range(scale.bootstrap // 2):
        candidate, baseline = world.draw(rng, n)
        test = ratio_test(candidate, baseline, alone, 2.0, of=Ratio.GEOMETRIC, limits=(600.0, 600.0))
        ours.append(test.p_within <= ALPHA and test.problem is None)
        plain.append(as_met(candidate, baseline, alone, Ratio.GEOMETRIC) <= 2)
    share, bound = rate(ours), 0.9 if true else 0.07
    setting = (str(n), f"{100 * often:g} % x{times:g}", f"{ratio:g}", "power" if true else "false")
    se = error(share, len(ours), bound)
    return [Row(setting, share, bound, at_least=true, se=se, beside={"log-ratio t": rate(plain)})]


def joint(
    scale: Scale, rng: Rng, what: str, n: int, difference: float, discordance: float, ratio: float, sigma: float
) -> list[Row]:
    """The whole claim, 90 % cheaper and at most 3 points worse, beside claimeval's three rules."""
    world, cap = Costs(sigma, 0.8, 8.0), 8.0
    ours, peers = [], []
    alone = Strata(["s"] * n, [str(i) for i in range(n)])
    for seed in range(scale.bootstrap):
        values = binary_differences(rng, n, difference, discordance)
        candidate, baseline = world.draw(rng, n, ratio)
        score = difference_test(values, alone, MARGIN)
        cost = judged(candidate, baseline, cap, ratio)
        results = {
            ("s", part.key): worded(part.key, test, part.in_words) for part, test in ((SCORE, score), (COST, cost))
        }
        ours.append(combine(results).verdict(ALPHA) is Verdict.SUPPORTED)
        if seed < scale.peer:
            peers.append(claimeval_chances(rng, values, candidate, baseline, MARGIN, SAVING))
    share, true = rate(ours), what.startswith("true")
    strict = rate([chances.mean >= 0.95 for chances in peers])
    beside = {
        "claimeval median, .9": rate([chances.median >= 0.9 for chances in peers]),
        "claimeval mean, .9": rate([chances.mean >= 0.9 for chances in peers]),
        "claimeval mean, .95": strict,
    }
    se = error(share, scale.bootstrap, 0.05)
    if true:
        se = math.hypot(error(share, scale.bootstrap, share), error(strict, scale.peer, strict))
    bound = max(0.0, strict - 0.03) if true else 0.05
    return [Row((str(n), what), share, bound, at_least=true, se=se, beside=beside)]


ROWS = (
    ("false edge: 3 points worse, losses only", 30, -0.03, 0.03, 0.04, 1.2),
    ("false edge: exactly 90 % cheaper", 30, 0.0, 0.06, 0.10, 1.2),
    ("false: 85 % cheaper, heavy tail", 30, 0.0, 0.06, 0.15, 1.8),
    ("false edge: 3 points worse, losses only", 164, -0.03, 0.03, 0.04, 1.2),
    ("false edge: 3 points worse, ψ 0.1", 164, -0.03, 0.10, 0.04, 1.2),
    ("false edge: exactly 90 % cheaper", 164, 0.0, 0.06, 0.10, 1.2),
    ("false: 85 % cheaper, heavy tail", 164, 0.0, 0.06, 0.15, 1.8),
    ("true: equal, 96 % cheaper", 164, 0.0, 0.06, 0.04, 1.2),
    ("true: 2 points better, 95 % cheaper", 164, 0.02, 0.10, 0.05, 1.2),
)


def jobs() -> list[Job]:
    """Every cell of items 6 and 7."""
    found = [Job("6", saving, (world, n, 0.10), fast=n == 100) for world in WORLDS for n in (30, 100, 164, 500)]
    found += [Job("6", saving, (world, n, 0.05), fast=n == 100) for world in WORLDS[:3] for n in (100, 164)]
    found += [
        Job("6 families", families, cell, fast=cell == (18, 10, 10.0, 0.1))
        for cell in (
            (18, 10, 10.0, 0.1),
            (18, 10, 5.0, 0.1),
            (20, 12, 3.0, 0.1),
            (40, 6, 10.0, 0.1),
            (40, 6, 10.0, 0.05),
        )
    ]
    found += [
        Job("6 latency", stalls, cell, fast=cell == (20, 0.1, 10.0, 2.0))
        for cell in (
            (20, 0.1, 10.0, 2.0), (50, 0.1, 10.0, 2.0), (100, 0.1, 10.0, 2.0), (100, 0.03, 20.0, 2.0),
            (100, 0.01, 100.0, 2.0), (100, 0.03, 5.0, 1.4),
        )
    ]  # fmt: skip
    cells = ((30, 0.005, 60.0), (164, 0.005, 60.0), (500, 0.005, 60.0))
    found += [Job("6 intervals", spikes, cell, fast=cell[0] == 164) for cell in cells]
    return [*found, *(Job("7", joint, row, fast=row[1] == 164) for row in ROWS)]
