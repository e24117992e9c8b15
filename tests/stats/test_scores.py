"""Differences of scores: tested against any bound, and two-sided."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import mcnemar  # type: ignore[import-untyped]
from statsmodels.stats.multitest import multipletests  # type: ignore[import-untyped]

from bench.claims.parts.part import clusters_in_words
from bench.stats import Caveat, Reason, ScoreDifference, Strata, holm, ratio_of_sums, score_difference
from bench.stats.paired import Paired, rejection_rate, tango


def alone(n: int) -> Strata:
    return Strata(["s"] * n, [str(i) for i in range(n)])


def families(n: int, size: int) -> Strata:
    return Strata(["s"] * n, [str(i // size) for i in range(n)])


def signs(n: int, lost: int, won: int) -> list[float]:
    return [-1.0] * lost + [1.0] * won + [0.0] * (n - lost - won)


def made(values: list[float], strata: Strata, binary: bool = True) -> ScoreDifference:
    found, problem = score_difference(values, strata, binary=binary)
    assert found is not None
    assert problem is None
    return found


@pytest.mark.parametrize(("lost", "won"), [(3, 9), (12, 1), (5, 5)])
def test_the_statistic_at_no_difference_is_mcnemars(lost: int, won: int) -> None:
    expected = mcnemar([[20, lost], [won, 10]], exact=False, correction=False).statistic
    assert tango(Paired(30 + lost + won, lost, won), 0.0) ** 2 == pytest.approx(expected)


def test_the_two_sided_p_is_the_worst_chance_of_either_side() -> None:
    n, lost, won = 30, 1, 8
    statistic = tango(Paired(n, lost, won), 0.0)
    worst = max(rejection_rate(n, 0.0, statistic, 0.0, psi) for psi in np.linspace(0.001, 1, 500))
    assert made(signs(n, lost, won), alone(n)).two_sided_p() == pytest.approx(2 * worst, abs=2e-4)
    assert made(signs(n, 4, 4), alone(n)).two_sided_p() == 1.0


@pytest.mark.parametrize("binary", [True, False])
def test_swapped_models_have_the_same_p_and_the_mirrored_interval(binary: bool) -> None:
    values = signs(90, 2, 14)
    there, back = (made([sign * v for v in values], families(90, 5), binary) for sign in (1, -1))
    assert there.two_sided_p() == back.two_sided_p() < 0.2
    assert there.interval(0.95).low == pytest.approx(-(back.interval(0.95).high or 0))


def test_a_choice_of_items_keeps_their_clusters() -> None:
    chosen = Strata(["a", "a", "b"], ["a/1", "a/2", "b/1"]).chosen(np.array([True, False, True]))
    assert (list(chosen.suites), list(chosen.clusters)) == (["a", "b"], ["a/1", "b/1"])


def test_clusters_make_the_p_larger_and_the_interval_wider() -> None:
    values = [1.0] * 8 + [0.0] * 82
    apart, together = made(values, alone(90)), made(values, families(90, 5))
    assert apart.two_sided_p() < together.two_sided_p()
    assert (apart.interval(0.95).low or 0) > (together.interval(0.95).low or 0)


def test_averaged_scores_that_never_differ_leave_room_for_doubt() -> None:
    found = made([0.0] * 60, alone(60), binary=False)
    interval = found.interval(0.9)
    assert interval.low == pytest.approx(-(1 - 0.05 ** (1 / 60)), abs=0.005)
    assert found.two_sided_p() == 1.0
    assert made([0.5] * 4, alone(4), binary=False).two_sided_p() > 0.01


def test_few_clusters_are_named() -> None:
    few = Caveat(reason=Reason.FEW_CLUSTERS, n=4, worth=4.0, least=6.0)
    assert score_difference(signs(40, 1, 1), families(40, 10)) == (None, few)
    assert clusters_in_words(few) == "4 clusters (worth 4.0 of equal size) are too few: it takes 6"


@settings(max_examples=15, deadline=None)  # statsmodels collects garbage at each call
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_is_statsmodels(p_values: list[float]) -> None:
    assert holm(p_values) == pytest.approx(list(multipletests(p_values, method="holm")[1]))


def test_cost_ratios() -> None:
    ratio = ratio_of_sums([1.0, 2.0, 3.0, 1.5] * 5, [10.0, 20.0, 25.0, 20.0] * 5, alone(20))
    assert ratio is not None
    assert ratio.estimate == pytest.approx(7.5 / 75)
    assert (ratio.low or 0) < 0.1 < (ratio.high or 0)
    few = ratio_of_sums([1.0] * 8, [2.0] * 8, families(8, 4))
    assert few is not None
    assert (few.estimate, few.low, few.high) == (0.5, None, None)
    assert ratio_of_sums([0.0] * 8, [2.0] * 8, alone(8)) is None


def test_no_interval_reaches_beyond_what_scores_can_differ() -> None:
    found = made([1.0, 1.0, -1.0, -1.0] * 3, families(12, 2), binary=False).interval(0.95)
    assert (found.low, found.high) == (-1.0, 1.0)


def test_scores_that_are_no_numbers_are_refused_and_fixed_kinds_narrow_the_rest() -> None:
    with pytest.raises(ValueError, match="finite"):
        score_difference([0.0, float("nan")], alone(2))
    values = [-1.0] * 10 + [0.0] * 90
    kinds = Strata(["s"] * 100, [str(at) for at in range(100)], kinds=["a"] * 10 + ["b"] * 90)
    assert made(values, kinds).design_effect < made(values, alone(100)).design_effect == 1.0
