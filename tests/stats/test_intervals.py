from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from bench.stats import Interval, mean_interval, proportion_interval, quantile_interval

CLUSTERED = st.integers(1, 60).flatmap(
    lambda n: st.tuples(
        st.lists(st.sampled_from([0.0, 0.25, 1.0]), min_size=n, max_size=n),
        st.lists(st.sampled_from("abcdefgh"), min_size=n, max_size=n),
    )
)
AMOUNTS = st.integers(1, 40).flatmap(
    lambda n: st.tuples(
        st.lists(st.floats(0, 1e6), min_size=n, max_size=n),
        st.lists(st.sampled_from("abcdefgh"), min_size=n, max_size=n),
    )
)


def cr2(values: Sequence[float], clusters: Sequence[str]) -> tuple[float, float]:
    """Standard error and degrees of freedom from the matrices: A_g = (I - H_gg)^(-1/2) for the design X = 1."""
    x, labels, n = np.array(values), np.array(clusters), len(values)
    residuals, meat, shares = x - x.mean(), 0.0, []
    for label in set(clusters):
        mine = labels == label
        size = int(mine.sum())
        eigenvalues, vectors = np.linalg.eigh(np.eye(size) - np.full((size, size), 1 / n))
        adjusted = vectors @ np.diag(eigenvalues**-0.5) @ vectors.T @ residuals[mine]
        meat += float(np.ones(size) @ adjusted) ** 2
        shares.append(size / n)
    return math.sqrt(meat) / n, 1 / sum(s * s for s in shares) - 1


def effective_clusters(clusters: Sequence[str]) -> float:
    """Kish's number: the number of equal clusters that would be as informative."""
    return len(clusters) ** 2 / sum(clusters.count(label) ** 2 for label in set(clusters))


def bounds(interval: Interval) -> tuple[float, float]:
    assert interval.low is not None
    assert interval.high is not None
    return interval.low, interval.high


@pytest.mark.parametrize(("right", "n"), [(0, 20), (3, 10), (45, 90), (299, 300), (300, 300)])
def test_items_that_are_their_own_cluster_give_wilsons_interval(right: int, n: int) -> None:
    interval = proportion_interval([1.0] * right + [0.0] * (n - right), [str(i) for i in range(n)])
    level = 2 * stats.norm.cdf(stats.t.ppf(0.975, n - 1)) - 1
    wilson = stats.binomtest(right, n).proportion_ci(level, method="wilson")
    assert bounds(interval) == pytest.approx((wilson.low, wilson.high), abs=1e-12)
    assert (interval.estimate, interval.n) == (right / n, n)


def test_many_items_give_the_textbook_interval() -> None:
    """Newcombe (1998), table I: 81 of 263 has the 95 % Wilson interval 0.2553 to 0.3662."""
    interval = proportion_interval([1.0] * 81 + [0.0] * 182, [str(i) for i in range(263)])
    assert bounds(interval) == pytest.approx((0.2553, 0.3662), abs=6e-4)


UNEQUAL = ([1.0, 1.0, 0.0, 1.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.5], list("aaabbbbccd"))


def test_clusters_widen_it_by_cr2() -> None:
    """Each bound b solves |b - m| = t sqrt(b (1 - b) / (n / deff)), deff from the matrix form of CR2."""
    values, clusters = [1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0], list("aaaabbbbcd")
    interval = proportion_interval(values, clusters)
    se, df = cr2(values, clusters)
    effective = len(values) / (se**2 / (np.var(values, ddof=1) / len(values)))
    assert effective < 5
    for bound in bounds(interval):
        reach = float(stats.t.ppf(0.975, df)) * math.sqrt(bound * (1 - bound) / effective)
        assert abs(bound - 0.5) == pytest.approx(reach)


def test_mean_interval_is_cr2_on_the_log_scale() -> None:
    values, clusters = UNEQUAL
    low, high = bounds(mean_interval(values, clusters, confidence=0.9))
    se, df = cr2(values, clusters)
    mean = float(np.mean(values))
    width = float(stats.t.ppf(0.95, df)) * se / mean
    assert (low, high) == pytest.approx((mean * math.exp(-width), mean * math.exp(width)))


@given(CLUSTERED)
def test_a_proportions_bounds_are_proportions_around_it(data: tuple[list[float], list[str]]) -> None:
    interval = proportion_interval(*data)
    if effective_clusters(data[1]) < 2:
        assert interval.low is None
        assert interval.high is None
    else:
        low, high = bounds(interval)
        assert 0 <= low <= interval.estimate <= high <= 1
        assert low < high


@given(AMOUNTS)
def test_a_means_bounds_are_around_it(data: tuple[list[float], list[str]]) -> None:
    interval = mean_interval(*data)
    if interval.low is not None:
        assert interval.high is not None
        assert 0 <= interval.low <= interval.estimate * (1 + 1e-12)
        assert interval.high >= interval.estimate * (1 - 1e-12)


@given(AMOUNTS, st.randoms(use_true_random=False), st.floats(1e-6, 1e6))
def test_row_order_does_not_matter_and_units_only_scale(
    data: tuple[list[float], list[str]], random: object, unit: float
) -> None:
    values, clusters = data
    assume(max(values) > 1e-3)
    rows = list(zip(values, clusters, strict=True))
    random.shuffle(rows)  # type: ignore[attr-defined]
    first = mean_interval(values, clusters)
    second = mean_interval([unit * value for value, _ in rows], [cluster for _, cluster in rows])
    for a, b in ((first.estimate, second.estimate), (first.low, second.low), (first.high, second.high)):
        assert (a is None) == (b is None)
        if a is not None and b is not None:
            assert b == pytest.approx(unit * a, rel=1e-6)


@given(CLUSTERED, st.randoms(use_true_random=False))
def test_row_order_does_not_matter_for_a_proportion(data: tuple[list[float], list[str]], random: object) -> None:
    rows = list(zip(*data, strict=True))
    random.shuffle(rows)  # type: ignore[attr-defined]
    first, second = (
        proportion_interval(*data),
        proportion_interval([value for value, _ in rows], [cluster for _, cluster in rows]),
    )
    assert (first.low or 0, first.high or 0) == pytest.approx((second.low or 0, second.high or 0))


@pytest.mark.parametrize("score", [0.0, 1.0])
def test_nothing_right_and_everything_right_have_width(score: float) -> None:
    low, high = bounds(proportion_interval([score] * 24, [str(i % 6) for i in range(24)]))
    assert 0.05 < high - low < 0.5
    assert score in (low, high)


def test_two_very_unequal_clusters_are_no_two() -> None:
    """999 and 1 values leave 0.002 degrees of freedom: nothing is known of the spread."""
    values, clusters = [0.0] * 500 + [1.0] * 500, ["a"] * 999 + ["b"]
    assert mean_interval(values, clusters) == Interval(0.5, None, None, 1000)
    assert proportion_interval(values, clusters) == Interval(0.5, None, None, 1000)


def test_two_equal_clusters_are_enough() -> None:
    low, high = bounds(proportion_interval([0.0, 1.0, 1.0, 1.0], list("aabb")))
    assert low < 0.1
    assert high > 0.9


def test_no_interval_of_a_mean_that_is_0_or_of_one_cluster() -> None:
    assert mean_interval([0.0, 0.0], ["a", "b"]) == Interval(0.0, None, None, 2)
    assert mean_interval([1.0, 3.0], ["a", "a"]) == Interval(2.0, None, None, 2)
    assert proportion_interval([1.0, 0.0], ["a", "a"]) == Interval(0.5, None, None, 2)


@pytest.mark.parametrize("share", [0.5, 0.95])
@pytest.mark.parametrize("n", [6, 24, 73, 240])
def test_quantile_bounds_cover_by_exact_enumeration(n: int, share: float) -> None:
    """With values 1..n, bound k is the k-th of them; the quantile lies between l and u iff l <= B < u, B binomial."""
    interval = quantile_interval(range(1, n + 1), share)
    low = 0 if interval.low is None else round(interval.low)
    high = n + 1 if interval.high is None else round(interval.high)
    chance = [math.comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(n + 1)]
    assert sum(chance[low:high]) >= 0.95
    assert sum(chance[low + 1 : high]) < 0.975, "the lower bound could be closer"
    assert sum(chance[low : high - 1]) < 0.975, "the upper bound could be closer"


@pytest.mark.parametrize(("n", "known"), [(71, False), (72, True)])
def test_p95_needs_72_values_for_an_upper_bound(n: int, known: bool) -> None:
    assert (quantile_interval(range(n), 0.95).high is not None) is known


def test_a_single_value_has_no_quantile_bounds() -> None:
    assert quantile_interval([3.0], 0.5) == Interval(3.0, None, None, 1)


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=200), st.sampled_from([0.5, 0.9, 0.95]))
def test_quantile_bounds_are_values_around_the_quantile(times: list[float], share: float) -> None:
    interval = quantile_interval(times, share)
    assert interval.low is None or (interval.low in times and interval.low <= interval.estimate)
    assert interval.high is None or (interval.high in times and interval.high >= interval.estimate)


def test_what_cannot_be_summarised_is_refused() -> None:
    for values, clusters, message in (
        ([], [], "no values"),
        ([1.0, math.nan], ["a", "b"], "finite"),
        ([1.0, math.inf], ["a", "b"], "finite"),
        ([1.0], ["a", "b"], "1 values but 2 clusters"),
    ):
        with pytest.raises(ValueError, match=message):
            proportion_interval(values, clusters)
        with pytest.raises(ValueError, match=message):
            mean_interval(values, clusters)
    with pytest.raises(ValueError, match="negative"):
        mean_interval([1.0, -1.0], ["a", "b"])
    with pytest.raises(ValueError, match="no values"):
        quantile_interval([], 0.5)
