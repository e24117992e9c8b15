"""The tilted-null bootstrap: exact where it must be, blind to order and unit, and honest about its worst case."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.stats import Interval
from bench.stats.tails import Tail, guarded, widened
from bench.stats.tilted import tilted_interval, tilted_p


def edge(n: int, lost: int, won: int, margin: float = 0.03) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([-1.0] * lost + [1.0] * won + [0.0] * (n - lost - won)) + margin


@pytest.mark.parametrize("n", [60, 98, 120])
def test_without_a_loss_it_is_the_binomial(n: int) -> None:
    assert tilted_p(edge(n, 0, 0), -0.97) == pytest.approx(0.97**n, abs=0.012)


def test_a_mean_of_no_more_than_zero_supports_nothing() -> None:
    assert tilted_p([-0.5, 0.5], -1.0) == 1.0
    assert tilted_p([0.1, -0.3, 0.2], -1.0) > 0.3  # a mean of 0 but for rounding


def test_a_clear_mean_is_found() -> None:
    assert tilted_p(np.linspace(0.01, 0.4, 120), -0.5) < 0.01


def test_a_worse_worst_case_asks_for_more() -> None:
    gains = np.full(50, 0.2)
    assert tilted_p(gains, -0.5) < 0.01 < 0.2 < tilted_p(gains, -20.0)


def test_clustered_values_count_as_fewer() -> None:
    values = edge(300, 2, 4)
    assert tilted_p(values, -0.97, design_effect=3.0) > tilted_p(values, -0.97)


def test_p_values_go_as_low_as_any_level_needs() -> None:
    """All of n equal gains: as many draws without the worst value, (1 - p)^n, and not 1 / 2000."""
    assert tilted_p(np.full(600, 0.03), -0.97) == pytest.approx(0.97**600, rel=0.01)
    assert tilted_p(np.linspace(-0.4, 0.9, 9000), -0.97) < 1e-9


@pytest.mark.parametrize("at", [0, 60, 119])
def test_a_worse_value_never_helps(at: int) -> None:
    rng = np.random.default_rng(2)
    for spread in (0.1, 0.3, 1.5):
        gains = np.sort(np.maximum(-1.0, 0.06 - 0.2 * rng.lognormal(0, spread, 120) + 0.2 * np.exp(spread**2 / 2)))
        worse = gains.copy()
        worse[at] -= 0.5 * (1 + worse[at])
        assert tilted_p(worse, -1.0) >= tilted_p(gains, -1.0)


@settings(max_examples=30, deadline=None)
@given(st.permutations([0.1, 0.3, -0.2, 0.05, 0.4, 0.0, 0.0, 0.2]), st.sampled_from([0.5, 4.0, 1024.0]))
def test_order_and_unit_change_nothing(values: list[float], unit: float) -> None:
    plain = tilted_p([0.1, 0.3, -0.2, 0.05, 0.4, 0.0, 0.0, 0.2], -1.0)
    assert tilted_p([value * unit for value in values], -unit) == plain


@pytest.mark.parametrize("values", [[], [float("nan"), 1.0], [-2.0, 1.0]])
def test_what_cannot_be_tested_is_refused(values: list[float]) -> None:
    with pytest.raises(ValueError, match=r"finite|below"):
        tilted_p(values, -1.0)
    with pytest.raises(ValueError, match="negative"):
        tilted_p([1.0], 0.0)


def test_an_interval_has_width_where_nothing_varied() -> None:
    """n equal differences exclude a share of worst ones p with (1 - p)^n < 0.05."""
    found = tilted_interval([0.0] * 110, 1.0, 0.9)
    assert (found.estimate, found.n) == (0.0, 110)
    assert found.low == pytest.approx(-(1 - 0.05 ** (1 / 110)), abs=0.003)
    assert found.high == -(found.low or 0)


@pytest.mark.parametrize("value", [0.1 - 0.7, 0.742 - 0.005, 0.3, 1e-9, 0.99, 1.0, -1.0])
def test_equal_differences_have_an_interval_whatever_their_mean_is_rounded_to(value: float) -> None:
    for n in (2, 7, 60, 200):
        found = tilted_interval([value] * n, 1.0, 0.9)
        assert -1 <= (found.low or 0) <= found.estimate <= (found.high or 0) <= 1


def test_an_interval_holds_the_differences_that_are_not_rejected() -> None:
    values = np.array([0.25, -0.5, 0.0, 0.5, 0.25, 0.0] * 20)
    found = tilted_interval(values, 1.0, 0.9)
    assert found.low is not None
    assert found.high is not None
    assert found.low < values.mean() < found.high
    assert tilted_p(values - found.low, -1 - found.low) <= 0.05
    assert tilted_p(values - found.low - 0.01, -1 - found.low - 0.01) > 0.05
    wider = tilted_interval(values, 1.0, 0.9, design_effect=3.0)
    assert (wider.low or 0) < found.low


def test_a_worst_value_that_is_no_loss_asks_for_nothing_more() -> None:
    harmless = Tail(np.ones(200), 0.0, 1.0, True)
    assert guarded(0.03, harmless, 1.0) == 0.03
    drawn = Interval(0.5, 0.25, 0.75, 200)
    assert widened(drawn, lambda _: (harmless, harmless), 1.0, 0.05) == drawn
