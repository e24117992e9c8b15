"""Miettinen and Nurminen's test against its published interval, brute force, an oracle, and its exact sizes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize
from scipy.stats import binom, norm
from statsmodels.stats.proportion import confint_proportions_2indep  # type: ignore[import-untyped]

from bench.claims.parts import SCORE
from bench.stats import Caveat, Reason
from bench.stats.unpaired import Unpaired, score_statistic, unpaired_interval, unpaired_test
from tests.sampling import sampled


def test_the_published_interval() -> None:
    """Newcombe (1998), Statistics in Medicine 17:873, method 6 on 56/70 - 48/80: 0.0528 to 0.3382."""
    found = unpaired_interval(Unpaired(56, 70, 48, 80))
    assert (found.low, found.high) == pytest.approx((0.0528, 0.3382), abs=5e-5)
    assert found.estimate == pytest.approx(0.2)


def _statistic(x: float, n: int, y: float, m: int, difference: float) -> float:
    """The statistic with the constrained likelihood searched instead of solved."""

    def unlikely(q: float) -> float:
        cells = ((y, q), (m - y, 1 - q), (x, q + difference), (n - x, 1 - q - difference))
        return -sum(count * math.log(p) for count, p in cells if count)

    low, high = max(0.0, -difference), min(1.0, 1 - difference)
    inside = (low + 1e-11, high - 1e-11)
    q = optimize.minimize_scalar(unlikely, bounds=inside, method="bounded", options={"xatol": 1e-13}).x
    p = q + difference
    variance = (p * (1 - p) / n + q * (1 - q) / m) * (n + m) / (n + m - 1)
    return float((x / n - y / m - difference) / math.sqrt(variance))


@given(
    n=st.integers(5, 300), m=st.integers(5, 300), ours=st.floats(0.02, 0.98), theirs=st.floats(0.02, 0.98),
    difference=st.floats(-0.8, 0.8),
)  # fmt: skip
def test_the_statistic_agrees_with_a_searched_likelihood(
    n: int, m: int, ours: float, theirs: float, difference: float
) -> None:
    counts = Unpaired(ours * n, n, theirs * m, m)
    assert score_statistic(counts, difference) == pytest.approx(
        _statistic(ours * n, n, theirs * m, m, difference), rel=1e-4, abs=1e-4
    )


@pytest.mark.parametrize(("ours", "theirs"), [(167, 162), (160, 150), (200, 198), (90, 110)])
def test_near_the_estimate_statsmodels_agrees(ours: int, theirs: int) -> None:
    """Only there: its cubic has a count where the paper has a sample size, in a term times the squared difference."""
    low, high = confint_proportions_2indep(ours, 225, theirs, 225, compare="diff", method="score", correction=True)
    found = unpaired_interval(Unpaired(ours, 225, theirs, 225))
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-3)


def test_models_that_change_places_turn_the_signs() -> None:
    one, other = Unpaired(70, 100, 110, 140), Unpaired(110, 140, 70, 100)
    assert score_statistic(one, -0.05) == pytest.approx(-score_statistic(other, 0.05))
    there, back = unpaired_interval(one), unpaired_interval(other)
    assert there.low is not None
    assert back.high is not None
    assert there.low == pytest.approx(-back.high, abs=1e-8)


def test_nothing_or_everything_solved() -> None:
    none = unpaired_interval(Unpaired(0, 10, 10, 10))
    assert (none.low, none.estimate) == (-1.0, -1.0)
    all_ = unpaired_interval(Unpaired(10, 10, 0, 10))
    assert (all_.high, all_.estimate) == (1.0, 1.0)
    assert score_statistic(Unpaired(0, 10, 0, 10), 0.0) == 0.0
    assert score_statistic(Unpaired(0, 10, 10, 10), -1.0) == 0.0
    assert score_statistic(Unpaired(9, 10, 10, 10), -1.0) == math.inf


@pytest.mark.parametrize("counts", [(11, 10, 1, 10), (-1, 10, 1, 10), (0, 0, 1, 10)])
def test_impossible_counts_are_refused(counts: tuple[float, int, float, int]) -> None:
    with pytest.raises(ValueError, match="cannot be solved"):
        Unpaired(*counts)


@pytest.mark.parametrize("margin", sampled([0.03, 0.05], 1))
def test_false_claims_are_supported_in_one_of_twenty_samples(margin: float) -> None:
    """Exactly, over every outcome of 100 items each: 5.3 % at most, and 5.8 % where one side solves all."""
    n = 100
    rejects = np.array(
        [[score_statistic(Unpaired(x, n, y, n), -margin) >= norm.isf(0.05) for y in range(n + 1)] for x in range(n + 1)]
    )

    def rate(ours: float, theirs: float) -> float:
        return float(binom.pmf(np.arange(n + 1), n, ours) @ rejects @ binom.pmf(np.arange(n + 1), n, theirs))

    sizes = [rate(p - margin, p) for p in (0.06, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95)]
    assert max(sizes) <= 0.053
    assert rate(1 - margin, 1.0) <= 0.058
    assert min(rate(p, p) for p in (0.2, 0.5, 0.8)) > 1.5 * max(sizes)


def test_the_quality_half() -> None:
    test = unpaired_test(Unpaired(379, 500, 384, 500), 0.03)
    assert test.estimate == pytest.approx(-0.01)
    assert (test.n, test.problem) == (500, None)
    assert test.p_within == pytest.approx(norm.sf(score_statistic(Unpaired(379, 500, 384, 500), -0.03)))
    assert test.p_beyond == pytest.approx(1 - test.p_within)
    assert test.interval.low is not None
    assert test.interval_95.low is not None
    assert test.interval_95.low < test.interval.low < -0.03, "undecided"
    variance = 0.758 * 0.242 + 0.768 * 0.232
    assert test.needed == math.ceil((norm.ppf(0.95) + norm.ppf(0.8)) ** 2 * variance / 0.02**2)


def test_the_interval_passes_the_margin_when_the_test_does() -> None:
    for solved in range(360, 400):
        test = unpaired_test(Unpaired(solved, 500, 370, 500), 0.03)
        assert test.interval.low is not None
        assert test.interval.high is not None
        assert (test.interval.low > -0.03) == (test.p_within < 0.05)
        assert (test.interval.high < -0.03) == (test.p_beyond < 0.05)


def test_too_few_items_support_nothing() -> None:
    test = unpaired_test(Unpaired(98, 98, 60, 98), 0.03)
    assert test.problem == Caveat(reason=Reason.FEW_ITEMS, n=98, least=99, share=0.03)
    assert SCORE.in_words(test.problem) == "98 items are too few for a margin of 3 points: it takes at least 99"
    assert unpaired_test(Unpaired(99, 99, 60, 99), 0.03).problem is None


def test_unequal_samples_count_with_the_smaller_side() -> None:
    counts = Unpaired(50, 100, 200, 400)
    assert counts.spread == pytest.approx(math.sqrt(0.25 + 0.25 / 4))
    assert Unpaired(100, 100, 400, 400).spread == 0
    assert unpaired_test(Unpaired(100, 100, 400, 400), 0.05).detectable is None
