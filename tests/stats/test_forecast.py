from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from bench.stats import forecast


def test_one_group_by_hand() -> None:
    """Logarithms -1, 0 and 1 have variance 1 on two degrees of freedom; six more are to come."""
    found = forecast([([1 / math.e, 1, math.e], 6)])
    variance = 1 / 3 + (math.e - 1) / 6 + 1 / 4
    factor = math.exp(float(stats.t.ppf(0.975, 2)) * math.sqrt(variance))
    assert found.estimate == pytest.approx(6 * (1 / math.e + 1 + math.e) / 3)
    assert (found.low, found.high) == pytest.approx((found.estimate / factor, found.estimate * factor))
    assert found.n == 3


def test_groups_share_their_spread_and_add_up() -> None:
    """The second group costs nine times as much, with the same spread: weights 0.1 and 0.9, four degrees of freedom."""
    one = np.array([1 / math.e, 1, math.e])
    found = forecast([(one, 6), (9 * one, 6)])
    variance = (0.1**2 + 0.9**2) * (1 / 3 + (math.e - 1) / 6) + 1 / 8
    assert found.estimate == pytest.approx(60 * float(one.mean()))
    factor = math.exp(float(stats.t.ppf(0.975, 4)) * math.sqrt(variance))
    assert found.high == pytest.approx(found.estimate * factor)


def test_equal_amounts_leave_no_doubt() -> None:
    found = forecast([([2, 2], 5), ([7], 1)])
    assert (found.estimate, found.low, found.high) == (17, 17, 17)


def test_a_group_without_cost_has_no_logarithm() -> None:
    found = forecast([([2, 2], 5), ([0, 0], 5)])
    assert (found.estimate, found.low, found.high) == (10, 10, 10)


def test_absurd_spreads_stay_finite() -> None:
    found = forecast([([1e-100, 1e100], 5)])
    assert found.high is not None
    assert math.isfinite(found.high)


@pytest.mark.parametrize("groups", [[([1], 5)], [([1], 5), ([1], 5)], [([0, 0], 5)], [([1, 2], 0)], []])
def test_too_little_gives_no_interval(groups: list[tuple[list[int], int]]) -> None:
    found = forecast(groups)
    assert (found.low, found.high) == (None, None)


@pytest.mark.parametrize("amounts", [[], [-1, 2], [math.inf, 1], [math.nan, 1]])
def test_amounts_must_be_amounts(amounts: list[float]) -> None:
    with pytest.raises(ValueError, match="finite and not negative"):
        forecast([(amounts, 5)])


@pytest.mark.parametrize("sigma", [0.3, 1.0, 1.3])
def test_it_covers_what_comes(sigma: float) -> None:
    """Log-normal amounts, as answer lengths are, from a pilot of 8 over two suites: at least 90 % of 400."""
    rng, covered = np.random.default_rng(1), 0
    for _ in range(400):
        groups, true = [], 0.0
        for _suite in range(2):
            groups.append((rng.lognormal(0, sigma, 4), 116))
            true += float(rng.lognormal(0, sigma, 116).sum())
        found = forecast(groups)
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= true <= found.high
    assert covered >= 360
