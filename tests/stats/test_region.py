from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from bench.stats import Strata
from bench.stats.region import CORNERS, joint_region


def data(n: int = 200, seed: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray, Strata]:
    rng = np.random.default_rng(seed)
    theirs = rng.lognormal(0, 0.5, n)
    ours = 0.3 * rng.lognormal(0, 0.5, n)
    gaps = rng.choice([-1.0, 0.0, 1.0], n, p=[0.2, 0.7, 0.1])
    return ours, theirs, gaps, Strata(["s"] * n, [str(at) for at in range(n)])


def test_every_corner_lies_on_hotellings_ellipse() -> None:
    ours, theirs, gaps, strata = data()
    n = len(gaps)
    values = np.stack([ours / ours.mean() - theirs / theirs.mean(), gaps])
    centre = np.array([math.log(ours.mean() / theirs.mean()), gaps.mean()])
    inverse = np.linalg.inv(np.cov(values) / n)
    limit = 2 * (n - 1) / (n - 2) * stats.f.ppf(0.9, 2, n - 2)
    corners = joint_region(ours, theirs, gaps, strata)
    assert len(corners) == CORNERS
    for ratio, gap in corners:
        away = np.array([math.log(ratio), gap]) - centre
        assert away @ inverse @ away == pytest.approx(limit, rel=1e-6)


def test_it_holds_the_truth_as_often_as_it_says() -> None:
    truth = np.array([math.log(0.3), -0.1])
    held = 0
    for seed in range(300):
        corners = np.array(joint_region(*data(120, seed)))
        around = np.column_stack([np.log(corners[:, 0]), corners[:, 1]]) - truth
        turns = np.unwrap(np.arctan2(around[:, 1], around[:, 0]))
        held += abs(turns[-1] - turns[0]) > math.pi  # the corners go once round a point inside
    assert 0.85 <= held / 300 <= 0.95


def test_several_suites_count_alike() -> None:
    ours, theirs, gaps, _ = data()
    suites = ["a"] * 150 + ["b"] * 50
    strata = Strata(suites, [str(at) for at in range(200)])
    gap = np.mean([corner[1] for corner in joint_region(ours, theirs, gaps, strata)])
    assert gap == pytest.approx((gaps[:150].mean() + gaps[150:].mean()) / 2)


def test_without_spread_clusters_or_bills_there_is_none() -> None:
    ours, theirs, gaps, strata = data()
    assert joint_region(ours, theirs, np.zeros(200), strata) == ()
    assert joint_region(np.zeros(200), theirs, gaps, strata) == ()
    assert joint_region(ours, theirs, gaps, Strata(["s"] * 200, ["one"] * 200)) == ()
    assert joint_region(ours, theirs, gaps, Strata(["s"] * 200, ["one"] * 100 + ["two"] * 100)) == ()
