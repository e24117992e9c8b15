"""Clustered means: against the formula by hand, and against what few clusters hide."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bench.stats import Strata
from bench.stats.clusters import (
    LEAST_WITHIN,
    ClusteredMean,
    clustered_mean,
    coded,
    prudent_design_effect,
    stratified_effect,
    stratified_mean,
)
from bench.stats.winsorized import above_p


def test_by_hand() -> None:
    found = clustered_mean([1.0, 0.0, 0.0, 1.0, 1.0, 0.0], list("aabbcc"))
    assert found is not None
    # m = 1/2; cluster sums of residuals 0, 0, 0 -> no variance between clusters of one of each
    assert (found.mean, found.se, found.df, found.effective_clusters) == (0.5, 0.0, 2.0, 3.0)
    found = clustered_mean([1.0, 1.0, 0.0, 0.0, 1.0, 0.0], list("aabbcc"))
    assert found is not None
    # u = 1, -1, 0; h = 1/3: SE² = (1 + 1) / (2/3) / 36 = 1/12; iid variance 0.3 / 6 = 1/20
    assert found.se == pytest.approx(math.sqrt(1 / 12))
    assert found.design_effect == pytest.approx((1 / 12) / (1 / 20))


def test_one_cluster_says_nothing() -> None:
    assert clustered_mean([0.0, 1.0, 1.0], ["a", "a", "a"]) is None


def test_p_values_without_spread_are_certain() -> None:
    found = clustered_mean([0.2] * 8, [str(i) for i in range(8)])
    assert found is not None
    assert (found.above_p(0.1), found.above_p(0.2), found.negated().above_p(0.0)) == (0.0, 1.0, 1.0)


def test_p_values_with_spread() -> None:
    found = clustered_mean(np.arange(10.0), [str(i) for i in range(10)])
    assert found is not None
    assert found.above_p(4.5) == pytest.approx(0.5)
    assert found.above_p(0.0) + found.negated().above_p(0.0) == pytest.approx(1.0)


def test_suites_count_alike_whatever_their_size() -> None:
    parts = [ClusteredMean(0.0, 0.3, 9, 1.0, 10), ClusteredMean(1.0, 0.4, 99, 2.0, 1000)]
    found = stratified_mean(parts)
    assert (found.mean, found.n, found.design_effect) == (0.5, 1010, 2.0)
    assert found.se == pytest.approx(0.25)
    assert found.df == pytest.approx(0.25**2 / (0.09**2 / 9 + 0.16**2 / 99))
    still = stratified_mean([ClusteredMean(0.0, 0.0, 9, 1.0, 10), ClusteredMean(1.0, 0.0, 4, 1.0, 5)])
    assert (still.se, still.df) == (0.0, 4)


def test_hardly_any_difference_does_not_prove_independence() -> None:
    ten_each = [str(i // 10) for i in range(180)]
    assert prudent_design_effect(1.0, ten_each, 0) == pytest.approx(1 + 9 * 0.2)
    assert prudent_design_effect(1.0, ten_each, 10) == pytest.approx(1 + 9 * 0.1)
    assert prudent_design_effect(1.0, ten_each, 10_000) == pytest.approx(1.0, abs=0.01)
    assert prudent_design_effect(5.0, ten_each, 0) == 5.0
    assert prudent_design_effect(1.0, [str(i) for i in range(50)], 0) == 1.0


def test_fixed_kinds_of_task_make_no_error() -> None:
    """Values that differ between kinds only: the least share is left; those that differ within them alone: all."""
    between, within = np.repeat([0.0, 1.0], 50), np.tile([0.0, 1.0], 50)
    kinds = ["a"] * 50 + ["b"] * 50
    assert stratified_effect(between, kinds) == LEAST_WITHIN
    assert stratified_effect(within, kinds) == pytest.approx(1.0)
    assert stratified_effect(between, ["a"] * 100) == 1.0
    gaps = np.array([4, 4, 9])
    assert coded(gaps).tolist() == [0, 0, 1]


def test_a_result_of_less_than_two_clusters_is_refused() -> None:
    with pytest.raises(ValueError, match="two effective clusters"):
        above_p(np.zeros(4), Strata(["s"] * 4, ["a"] * 4), 0.0)
