from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.stats import least_cache_hit, price_rise


def test_a_price_may_rise_until_the_saving_is_used_up() -> None:
    assert price_rise(0.05, 0.9) == pytest.approx(2.0)
    assert price_rise(0.2, 0.9) == pytest.approx(0.5), "it would have to halve"
    with pytest.raises(ValueError, match="above 0"):
        price_rise(0.0, 0.9)


def test_the_cache_may_fail_until_the_saving_is_used_up() -> None:
    # At 80 % hits an item costs 10; every tenth of hits saves 1; it may cost 13.9: 80 % - 39 %.
    assert least_cache_hit(0.8, 10, 13.9, 10) == pytest.approx(0.41)
    assert least_cache_hit(0.8, 10, 10, 10) == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("hit", "cost", "limit", "per_hit"),
    [
        (0.8, 10, 9.9, 10),  # the claim fails already
        (0.8, 10, 18.1, 10),  # it holds without any cache
        (0.8, 10, 13.9, 0),  # the cache saves nothing
    ],
)
def test_there_may_be_no_such_share(hit: float, cost: float, limit: float, per_hit: float) -> None:
    assert least_cache_hit(hit, cost, limit, per_hit) is None


@given(st.floats(0, 1), st.floats(0.01, 10), st.floats(0.01, 10), st.floats(0.01, 10))
def test_at_the_share_found_the_cost_is_the_limit(hit: float, cost: float, limit: float, per_hit: float) -> None:
    least = least_cache_hit(hit, cost, limit, per_hit)
    if least is not None:
        assert 0 <= least <= hit
        assert cost + (hit - least) * per_hit == pytest.approx(limit)
