"""The joint confidence region of a cost ratio and a score difference."""

from __future__ import annotations

import math

import numpy as np
import scipy
from numpy.typing import ArrayLike

from bench.stats.clusters import Floats
from bench.stats.strata import Strata

CORNERS = 60
"""Corners of the polygon that stands for the ellipse."""


def joint_region(
    candidate: ArrayLike, baseline: ArrayLike, differences: ArrayLike, strata: Strata, confidence: float = 0.9
) -> tuple[tuple[float, float], ...]:
    """Corners (cost ratio, score difference) of the region that holds the true pair with this confidence.

    USD per item of each side, and the candidate's score minus the baseline's. Hotelling's T² on log ratio and
    difference: radius² = 2 f / (f - 1) F(2, f - 1), with the clustered covariance by polarisation, var(a + b) =
    var(a) + var(b) + 2 cov(a, b), and f the effective clusters' degrees of freedom. Empty where the clusters are too
    few, a bill is 0, or one of the two does not vary.
    """
    weights = strata.weights()
    ours, theirs = (np.asarray(side, dtype=np.float64) * weights for side in (candidate, baseline))
    score = np.asarray(differences, dtype=np.float64)
    if not (ours.mean() > 0 and theirs.mean() > 0):
        return ()
    relative = (ours / ours.mean() - theirs / theirs.mean()) / weights
    means = [strata.mean(values) for values in (relative, score, relative + score)]
    cost, points, both = means
    if cost is None or points is None or both is None or cost.df <= 1:
        return ()
    covariance = (both.se**2 - cost.se**2 - points.se**2) / 2
    square = np.array([[cost.se**2, covariance], [covariance, points.se**2]])
    if np.linalg.det(square) <= 1e-9 * cost.se**2 * points.se**2:
        return ()
    free = cost.df
    radius = math.sqrt(2 * free / (free - 1) * float(scipy.special.fdtri(2, free - 1, confidence)))
    turns = np.linspace(0, 2 * math.pi, CORNERS, endpoint=False)
    edge: Floats = radius * np.linalg.cholesky(square) @ np.stack([np.cos(turns), np.sin(turns)])
    centre = math.log(float(ours.mean() / theirs.mean())), points.mean
    return tuple((math.exp(centre[0] + float(x)), centre[1] + float(y)) for x, y in edge.T)
