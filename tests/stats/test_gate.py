"""The sign test of a drop, its shared error rate, and the smallest drop that it sees."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bench.stats import detectable_drop, drop_p, hybrid


@given(st.integers(0, 30), st.integers(0, 30))
def test_binary_drops_are_tested_exactly(lost: int, won: int) -> None:
    differences = [-1.0] * lost + [1.0] * won + [0.0] * 5
    expected = sum(math.comb(lost + won, k) for k in range(lost, lost + won + 1)) / 2 ** (lost + won)
    assert drop_p(differences, binary=True) == pytest.approx(expected)
    assert drop_p(differences, binary=True) == drop_p(differences[::-1], binary=True)


def test_nothing_lost_is_no_drop() -> None:
    for binary in (True, False):
        assert drop_p([0.0, 0.0, 0.5], binary=binary) == 1.0
        assert drop_p([], binary=binary) == 1.0
    with pytest.raises(ValueError, match="finite"):
        drop_p([0.0, math.nan], binary=True)


def test_partial_credit_is_tested_by_its_mean() -> None:
    rng = np.random.default_rng(1)
    noise = rng.uniform(-0.3, 0.3, 100)
    assert drop_p(noise - noise.mean(), binary=False) > 0.3
    assert drop_p(noise - 0.1, binary=False) < 0.002
    assert drop_p(noise - 0.05, binary=False) == pytest.approx(drop_p(noise[::-1] - 0.05, binary=False))


def test_both_halves_get_half_the_level() -> None:
    parts, pooled = hybrid([0.01, 0.20, 0.02], [0.03])
    assert parts == pytest.approx([0.06, 0.40, 0.08])
    assert pooled == pytest.approx([0.06])
    assert hybrid([0.9], []) == ([1.0], [])


def test_the_detectable_drop_is_found_by_simulation_too() -> None:
    """Exact power 80 %, beside noise of 10 % of the items."""
    n, level = 100, 0.025
    base = np.zeros(n)
    base[:5], base[5:10] = -1, 1
    drop = detectable_drop(base, level)
    assert drop is not None
    rng = np.random.default_rng(1)
    noise = 10.5 / 101
    draws = rng.multinomial(n, [noise / 2 + drop, noise / 2, 1 - noise - drop], size=20_000)
    p_values = stats.binom.sf(draws[:, 0] - 1, draws[:, 0] + draws[:, 1], 0.5)
    assert np.mean(p_values <= level) == pytest.approx(0.8, abs=0.01)


def test_more_items_see_more_and_a_few_see_nothing() -> None:
    drops = [detectable_drop(np.zeros(n), 0.025) for n in (10, 100, 1000, 10_000)]
    assert all(drop is not None for drop in drops)
    assert drops == sorted(drops, key=lambda drop: -(drop or 0))
    assert drops[-1] is not None
    assert drops[-1] < 0.002
    assert detectable_drop(np.zeros(5), 0.025) is None, "five lost items of five have p = 0.03"
    assert detectable_drop([], 0.025) is None


def test_many_items_come_near_the_textbook_formula() -> None:
    """(z_{1-α} + z_{0.8}) sqrt(ψ / n) holds ψ fixed; ours adds the drop to it."""
    n, psi = 10_000, 0.2
    base = np.zeros(n)
    base[:1000], base[1000:2000] = -1, 1
    textbook = (stats.norm.isf(0.025) + stats.norm.isf(0.2)) * math.sqrt(psi / n)
    assert detectable_drop(base, 0.025) == pytest.approx(textbook, rel=0.05)
