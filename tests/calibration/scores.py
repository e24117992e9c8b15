"""Items 4 and 5: repeats and partial credit, and items that come in clusters."""

from __future__ import annotations

import numpy as np

from bench.stats import Strata, score_difference
from bench.stats.paired import smallest_n
from bench.stats.scores import ScoreDifference
from tests.calibration.grid import ALPHA, MARGIN, Job, Row, Scale, error, rate
from tests.calibration.peers import t_supports
from tests.calibration.worlds import (
    Repeated,
    Rng,
    clustered_differences,
    logit_clusters,
    sizes,
)

CLUSTERED = (
    (100, 10, True), (164, 12, False), (500, 10, False), (500, 12, False), (500, 50, True), (1319, 100, False),
)  # fmt: skip


def repeated(scale: Scale, rng: Rng, n: int, repeats: int, solved: float) -> list[Row]:
    """False supports, and false refutations, of scores averaged over repeats at a difference of exactly -margin."""
    world = Repeated(repeats, solved, -MARGIN)
    shifts = world.shifts()
    alone = Strata(["s"] * n, [str(i) for i in range(n)])
    ours: list[tuple[bool, bool]] = []
    plain: list[tuple[bool, bool]] = []
    for _ in range(scale.bootstrap):
        values = world.draw(rng, n, shifts)
        found, _ = score_difference(values, alone, binary=False)
        assert found is not None
        ours.append((found.above_p(-MARGIN) <= ALPHA, found.below_p(-MARGIN) <= ALPHA))
        plain.append((t_supports(values, -MARGIN), t_supports(-values, MARGIN)))
    rows = []
    for at, what in enumerate(("supported", "refuted")):
        share = rate([pair[at] for pair in ours])
        setting = (str(n), str(repeats), f"{100 * solved:.0f}", what)
        beside = {"paired t": rate([pair[at] for pair in plain])}
        rows.append(Row(setting, share, 0.06, se=error(share, scale.bootstrap, 0.05), beside=beside))
    return rows


def supports(found: ScoreDifference | None, margin: float) -> bool:
    """The score part of a claim: both tests, and enough independent items."""
    if found is None or found.mean.mean <= -margin:
        return False
    enough = int(len(found.values) / found.design_effect + 1e-9) >= smallest_n(margin, ALPHA)
    return enough and found.above_p(-margin) <= ALPHA


def logit(scale: Scale, rng: Rng, n: int, groups: int, equal: bool) -> list[Row]:
    """Both models' logits vary over clusters with sd 1: false supports at -margin, and coverage of 95 % intervals."""
    group = np.repeat(np.arange(groups), sizes(n, groups, equal))
    strata = Strata(["s"] * n, [str(g) for g in group])
    shifts = Repeated(1, 0.7, -MARGIN, spread=1.0).shifts()
    false, naive, covered, bare = [], [], [], []
    for _ in range(scale.closed):
        values = logit_clusters(rng, group, shifts)
        found, _ = score_difference(values, strata)
        assert found is not None
        false.append(supports(found, MARGIN))
        naive.append(t_supports(values, -MARGIN))
        interval, reach = found.interval(0.95), found.mean.quantile(0.95) * found.mean.se
        assert interval.low is not None
        assert interval.high is not None
        covered.append(interval.low <= -MARGIN <= interval.high)
        bare.append(abs(found.mean.mean + MARGIN) <= reach)
    setting = (str(n), f"{groups} {'equal' if equal else 'unequal'}", "logit sd 1")
    shares = rate(false), rate(covered)
    alone = {"CR2-t alone": rate(bare)}
    return [
        Row((*setting, "supported"), shares[0], 0.07, se=error(shares[0], scale.closed, 0.05),
            beside={"paired t": rate(naive)}),
        Row((*setting, "covered"), shares[1], 0.94, at_least=True, se=error(shares[1], scale.closed, 0.95),
            beside=alone),
    ]  # fmt: skip


def losses(scale: Scale, rng: Rng, groups: int, each: int, discordance: float, icc: float) -> list[Row]:
    """Losses and wins that come in clusters, at a difference of exactly -margin."""
    group = np.repeat(np.arange(groups), each)
    strata = Strata(["s"] * len(group), [str(g) for g in group])
    lost, won = (discordance + MARGIN) / 2, (discordance - MARGIN) / 2
    ours, naive = [], []
    for _ in range(scale.closed):
        values = clustered_differences(rng, group, lost, won, icc)
        ours.append(supports(score_difference(values, strata)[0], MARGIN))
        naive.append(t_supports(values, -MARGIN))
    share = rate(ours)
    setting = (str(len(group)), f"{groups} equal", f"ψ {discordance:g}, ICC {icc:g}", "supported")
    return [Row(setting, share, 0.07, se=error(share, scale.closed, 0.05), beside={"paired t": rate(naive)})]


def jobs() -> list[Job]:
    """Every cell of items 4 and 5."""
    found = [
        Job("4", repeated, (n, repeats, solved), fast=n == 100 and repeats == 4)
        for n in (30, 100, 164)
        for repeats in (1, 4)
        for solved in (0.93, 0.6)
    ]
    found += [Job("5", logit, cell, fast=cell[0] <= 164) for cell in CLUSTERED]
    found += [
        Job("5", losses, (groups, each, discordance, icc), fast=groups == 18 and icc == 0.2)
        for groups, each in ((18, 10), (18, 30), (60, 5))
        for discordance in (0.03, 0.04, 0.06)
        for icc in (0.05, 0.2, 0.3)
    ]
    return found
