"""Bets: they err no more often than said, however often they are looked at, and their intervals hold what is true."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bench.stats import Floats, Reason, Strata, bet_on_difference, bet_on_ratio, log_wealth
from bench.stats.betting import BETS


def paths(gains: Floats, worst: float) -> Floats:
    """What each row's bets hold after every item."""
    held = [np.log1p(bet * gains / worst).cumsum(axis=1) for bet in BETS]
    together: Floats = np.logaddexp.reduce(held, axis=0) - math.log(len(BETS))
    return together


def alone(n: int) -> Strata:
    return Strata(["s"] * n, [str(at) for at in range(n)])


def test_looking_after_every_item_errs_at_most_five_times_in_a_hundred() -> None:
    """A candidate exactly 3 points worse, and one exactly 90 % cheaper with heavy tails, 400 items."""
    rng = np.random.default_rng(5)
    for psi in (0.04, 0.1, 0.3):
        place, won = rng.random((500, 400)), (psi - 0.03) / 2
        differences = np.where(place < won, 1.0, np.where(place < won + (psi + 0.03) / 2, -1.0, 0.0))
        wrong = (paths(differences + 0.03, 0.97).max(axis=1) >= math.log(20)).mean()
        assert wrong <= 0.05
    theirs = np.minimum(rng.lognormal(-0.3, 0.8, (1000, 400)), 8.0)
    ours = np.minimum(rng.lognormal(-1.0, 1.5, (1000, 400)), 8.0)
    ours *= 0.1 * theirs.mean() / ours.mean()
    wrong = (paths(0.1 * theirs - ours, float(ours.max())).max(axis=1) >= math.log(20)).mean()
    assert 0 < wrong <= 0.05


def test_a_clear_truth_is_shown_and_a_later_run_multiplies_on() -> None:
    rng = np.random.default_rng(1)
    better = np.where(rng.random(600) < 0.1, 1.0, 0.0)
    test = bet_on_difference(better, alone(600), 0.03, 0.05)
    assert test.p_within < 0.001
    assert test.p_beyond > 1
    assert test.interval.low is not None
    assert test.interval.low > 0
    halves = [log_wealth(part + 0.03, 0.97) for part in (better[:300], better[300:])]
    assert sum(halves) > math.log(20)
    cost = rng.uniform(0.5, 1.5, 600)
    cheap = bet_on_ratio(0.05 * cost, cost, alone(600), 0.1, limits=(0.4, 8.0), alpha=0.05)
    assert cheap.p_within < 0.01
    assert cheap.interval.high is not None
    assert 0.05 < cheap.interval.high < 0.1
    dear = bet_on_ratio(0.5 * cost, cost, alone(600), 0.1, limits=(4.0, 8.0), alpha=0.05)
    assert dear.p_beyond < 0.01
    assert bet_on_ratio(cost, cost, alone(600), 0.1, limits=(None, 8.0), alpha=0.05).p_within == 1
    with pytest.raises(ValueError, match="worst"):
        log_wealth(np.array([-2.0]), 1.0)


def test_items_that_share_a_source_are_one_bet() -> None:
    values = np.tile([1.0, -1.0, 0.0, 0.0], 50)
    pairs = Strata(["s"] * 200, [str(at // 2) for at in range(200)])
    together = bet_on_difference(values, pairs, 0.03, 0.05)
    means = values.reshape(-1, 2).mean(axis=1)
    assert together.p_within == pytest.approx(math.exp(-log_wealth(means + 0.03, 0.97)))


def test_a_bill_that_nothing_limits_or_that_is_zero_shows_nothing() -> None:
    def reason(ours: Floats, limits: tuple[float | None, float | None]) -> Reason:
        test = bet_on_ratio(ours, np.ones(10), alone(10), 0.5, limits=limits, alpha=0.05)
        assert test.problem is not None
        return test.problem.reason

    assert reason(np.zeros(10), (1.0, 1.0)) is Reason.ZERO_SUM
    assert reason(np.ones(10), (None, 1.0)) is Reason.TAIL_UNBOUNDED
