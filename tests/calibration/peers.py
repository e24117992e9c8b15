"""The same experiments, judged by others: claimeval, and the paired t test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from claimeval import Claim, Rollout, RolloutSet, evaluate_claims  # type: ignore[import-untyped]
from scipy import stats

from tests.calibration.grid import ALPHA
from tests.calibration.worlds import Floats, Rng, binary_differences

DRAWS = 1000


@dataclass(frozen=True)
class Chances:
    """claimeval's bootstrap probabilities of "cheaper and at most a margin worse"."""

    median: float
    """With its default, the median cost."""
    mean: float
    """With the mean cost."""


def claimeval_chances(
    rng: Rng, differences: Floats, ours: Floats, theirs: Floats, margin: float, cheaper_by: float
) -> Chances:
    """Its rule knows no saving, so the baseline's costs are multiplied by 1 - cheaper_by beforehand."""
    rollouts = []
    for at, (difference, one, other) in enumerate(zip(differences, ours, theirs, strict=True)):
        rollouts += [
            Rollout("candidate", f"{at:05}", "0", float(difference >= 0), float(one)),
            Rollout("baseline", f"{at:05}", "0", float(difference <= 0), float(other) * (1 - cheaper_by)),
        ]
    items = RolloutSet(rollouts)
    claim = Claim("cheaper_noninferior", "candidate", ["baseline"], margin=margin)
    found = [
        evaluate_claims(items, [claim], n_boot=DRAWS, rng=rng, cost_stat=kind)[0]["probability"]
        for kind in ("median", "mean")
    ]
    return Chances(*found)


def claimeval_quality(
    rng: Rng, experiments: int, n: int, difference: float, discordance: float, margin: float
) -> float:
    """How often claimeval supports the score part alone: the candidate costs next to nothing."""
    hits = 0
    for _ in range(experiments):
        values = binary_differences(rng, n, difference, discordance)
        chances = claimeval_chances(rng, values, np.full(n, 0.001), np.ones(n), margin, 0.9)
        hits += chances.mean >= 0.9
    return hits / experiments


def t_supports(values: Floats, bound: float) -> bool:
    """Whether a one-sided t test puts the mean above a bound."""
    spread = float(values.std(ddof=1))
    excess = float(values.mean()) - bound
    if spread == 0:
        return excess > 0
    return bool(stats.t.sf(excess * np.sqrt(len(values)) / spread, len(values) - 1) <= ALPHA)
