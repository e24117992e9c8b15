"""Tango's test against its published example, brute force, and the exact sizes and powers it must have."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize
from scipy.stats import multinomial, norm

from bench.stats.paired import (
    EXACT_UP_TO,
    Paired,
    critical_value,
    inferiority_p,
    noninferiority_p,
    rejection_rate,
    smallest_n,
    tango,
    tango_interval,
)


def test_the_published_example() -> None:
    """Tango (1998), Statistics in Medicine 17:891, cells 1, 1, 7, 12: 95 % interval (-0.517, -0.026)."""
    found = tango_interval(Paired(21, 7, 1))
    assert (found.low, found.high) == pytest.approx((-0.517, -0.026), abs=5e-4)
    assert found.estimate == pytest.approx(-6 / 21)


@pytest.mark.parametrize(
    ("n", "lost", "won", "confidence", "low", "high"),
    [
        (21, 7, 1, 0.95, -0.51723, -0.02600),
        (30, 2, 5, 0.90, -0.05118, 0.25523),
        (164, 11, 5, 0.90, -0.08062, 0.00382),
        (164, 16, 2, 0.95, -0.14236, -0.03948),
        (500, 88, 16, 0.95, -0.18337, -0.10696),
        (1319, 60, 66, 0.90, -0.00953, 0.01870),
    ],
)
def test_the_interval_agrees_with_evalstats(
    n: int, lost: int, won: int, confidence: float, low: float, high: float
) -> None:
    """evalstats 0.3.3, tango_scc_paired_ci with c=0: the roots of a quartic (Chang et al. 2024), no iteration."""
    found = tango_interval(Paired(n, lost, won), confidence)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-5)


@pytest.mark.parametrize(("n", "lost", "won"), [(21, 7, 1), (50, 0, 0), (50, 3, 0), (50, 0, 4), (120, 9, 12)])
@pytest.mark.parametrize("difference", [-0.2, -0.03, 0.0, 0.05])
def test_the_statistic_agrees_with_a_searched_likelihood(n: int, lost: int, won: int, difference: float) -> None:
    def unlikely(q: float) -> float:
        cells = ((lost, q), (won, q + difference), (n - lost - won, 1 - 2 * q - difference))
        return -sum(count * math.log(p) for count, p in cells if count)

    low, high = max(0.0, -difference), (1 - difference) / 2
    q = optimize.minimize_scalar(unlikely, bounds=(low + 1e-12, high - 1e-12), method="bounded").x
    variance = n * (2 * q + difference - difference**2)
    expected = (won - lost - n * difference) / math.sqrt(variance) if variance > 1e-6 else 0.0
    assert tango(Paired(n, lost, won), difference) == pytest.approx(expected, abs=2e-3)


@pytest.mark.parametrize(("margin", "least"), [(0.01, 299), (0.02, 149), (0.03, 99), (0.05, 59), (0.10, 29)])
def test_items_below_which_a_margin_cannot_be_supported(margin: float, least: int) -> None:
    assert smallest_n(margin) == least
    assert (1 - margin) ** least <= 0.05 < (1 - margin) ** (least - 1)


def test_no_loss_at_all_decides_at_the_smallest_n_and_not_below() -> None:
    assert noninferiority_p(Paired(98, 0, 0), 0.03) > 0.05
    assert noninferiority_p(Paired(99, 0, 0), 0.03) <= 0.05


def test_the_exact_rate_is_a_sum_over_all_outcomes() -> None:
    n, difference, discordance = 8, -0.1, 0.4
    cells = [(discordance - difference) / 2, (discordance + difference) / 2, 1 - discordance]
    expected = sum(
        multinomial.pmf([lost, won, n - lost - won], n, cells)
        for lost, won in itertools.product(range(n + 1), repeat=2)
        if lost + won <= n and tango(Paired(n, lost, won), difference) >= 1.2
    )
    assert rejection_rate(n, -difference, 1.2, difference, discordance) == pytest.approx(expected, rel=1e-9)


def test_the_exact_p_is_the_worst_rate_over_every_discordance() -> None:
    pair = Paired(40, 1, 3)
    statistic = tango(pair, -0.1)
    rates = [rejection_rate(40, 0.1, statistic, -0.1, psi) for psi in np.linspace(0.1, 1, 400)]
    assert noninferiority_p(pair, 0.1) >= max(rates) - 1e-9
    assert noninferiority_p(pair, 0.1) == pytest.approx(max(rates), abs=2e-4)


@pytest.mark.parametrize("margin", [0.03, 0.05])
@pytest.mark.parametrize("n", [30, 100, 164])
def test_a_candidate_on_the_edge_is_supported_at_most_five_times_in_a_hundred(n: int, margin: float) -> None:
    critical = critical_value(n, margin, 0.05)
    for discordance in (margin, 0.05, 0.06, 0.08, 0.10, 0.15, 0.20, 0.30):
        assert rejection_rate(n, margin, critical, -margin, discordance) <= 0.05 + 1e-9


@pytest.mark.parametrize(("discordance", "least"), [(0.04, 0.90), (0.10, 0.64), (0.20, 0.42)])
def test_equal_models_are_found_equal_often_enough(discordance: float, least: float) -> None:
    assert rejection_rate(500, 0.03, critical_value(500, 0.03, 0.05), 0.0, discordance) >= least


def test_many_items_come_near_the_normal_tail() -> None:
    constrained = 0.099223  # discordance where the difference is -0.03, by maximum likelihood
    z = 0.03 * math.sqrt(1319) / math.sqrt(constrained - 0.03**2)
    assert noninferiority_p(Paired(1319, 60, 60), 0.03) == pytest.approx(norm.sf(z), rel=0.08)
    assert inferiority_p(Paired(1319, 200, 60), 0.03) < 1e-4
    assert inferiority_p(Paired(1319, 60, 60), 0.03) > 0.99


counts = st.tuples(st.integers(0, 20), st.integers(0, 20), st.integers(0, 40)).filter(lambda c: sum(c) > 0)


@settings(max_examples=60, deadline=None)
@given(counts)
def test_swapped_models_mirror(cells: tuple[int, int, int]) -> None:
    pair = Paired(sum(cells), cells[0], cells[1])
    there, back = tango_interval(pair), tango_interval(pair.swapped())
    assert there.low is not None
    assert back.high is not None
    assert there.low == pytest.approx(-back.high, abs=1e-6)
    assert tango(pair, -0.03) == pytest.approx(-tango(pair.swapped(), 0.03), abs=1e-9)
    assert there.low <= pair.difference <= -(back.low or 0) + 1e-9


def test_everything_lost_or_won_reaches_the_ends() -> None:
    assert tango_interval(Paired(5, 5, 0)).low == -1.0
    assert tango_interval(Paired(5, 0, 5)).high == 1.0


def test_items_of_clusters_count_as_fewer() -> None:
    pair = Paired(200, 4, 4).scaled(2.0)
    assert (pair.n, pair.lost, pair.discordance) == (100, 2, 0.04)
    assert noninferiority_p(pair, 0.03) > noninferiority_p(Paired(200, 4, 4), 0.03)
    assert noninferiority_p(Paired(0.5, 0, 0), 0.03) == 1.0


def test_beyond_the_exact_sizes_the_normal_tail_decides() -> None:
    pair = Paired(EXACT_UP_TO + 1, 30, 20)
    assert noninferiority_p(pair, 0.05) == pytest.approx(norm.sf(tango(pair, -0.05)))
    assert inferiority_p(pair, 0.05) == pytest.approx(norm.sf(tango(pair.swapped(), 0.05)))
