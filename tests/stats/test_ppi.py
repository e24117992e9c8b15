"""PPI++: equal to its authors' package, blind to what it must not see, and mirrored where the sides are swapped."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import scipy

from bench.stats import Floats, Reason, Strata, average_judges, labelled_difference, labelled_test, labels_needed
from bench.stats.ppi import LabelledDifference
from bench.stats.tilted import LEAST_P

PUBLISHED = (
    (8, 32, 50, 0.5782252710776721, 0.269556317769418),
    (50, 950, 60, 0.7986352839035608, 0.13183759788340071),
    (100, 900, 90, 0.932317440152823, 0.025338412799235897),
    (60, 60, 0, 0.13330439814814823, 0.024446373456790123),
)
"""Labels, other items, agreement in %; λ and θ of ppi-python 0.2.3, by `_calc_lam_glm(Y, Yhat, Yhat_unlabeled, [[1]],
clip=True)` and `ppi_mean_pointestimate(Y, Yhat, Yhat_unlabeled)` on `drawn(...)`."""


def drawn(n: int, rest: int, agree: int) -> tuple[Floats, Floats]:
    """Labels and judgments from a generator of its own, the same everywhere."""
    state, labels, judged = 7, [], []

    def step() -> int:
        nonlocal state
        state = (1103515245 * state + 12345) % 2**31
        return state >> 16

    for _ in range(n + rest):
        label, judge = float(step() % 3 - 1), (step() % 5 - 2) / 2
        labels.append(label)
        judged.append(label if step() % 100 < agree else judge)
    return np.array(labels), np.array(judged)


def alone(n: int) -> Strata:
    return Strata(["s"] * n, [str(at) for at in range(n)])


def hidden(labels: Floats, n: int) -> Floats:
    """Only the first n have a label."""
    return np.where(np.arange(len(labels)) < n, labels, np.nan)


def made(labels: Any, judged: Any, strata: Strata | None = None, *, rare: bool = False) -> LabelledDifference:
    found, problem = labelled_difference(labels, judged, strata or alone(len(labels)), rare=rare)
    assert problem is None
    assert found is not None
    return found


@pytest.mark.parametrize(("n", "rest", "agree", "lam", "theta"), PUBLISHED)
def test_lambda_and_theta_are_those_of_the_authors_package(
    n: int, rest: int, agree: int, lam: float, theta: float
) -> None:
    labels, judged = drawn(n, rest, agree)
    found = made(hidden(labels, n), judged)
    assert found.lam == pytest.approx(lam, abs=1e-9)
    assert found.estimate == pytest.approx(theta, abs=1e-9)


@pytest.mark.slow
def test_lambda_and_theta_are_those_of_the_package_that_is_installed() -> None:
    package = pytest.importorskip("ppi_py", reason="ppi-python is not installed: it is large, and no dependency")
    for n, rest, agree, _, _ in PUBLISHED:
        labels, judged = drawn(n, rest, agree)
        theirs = package.ppi_mean_pointestimate(labels[:n], judged[:n], judged[n:])
        assert made(hidden(labels, n), judged).estimate == pytest.approx(float(np.ravel(theirs)[0]), abs=1e-9)


def test_the_error_of_independent_items_is_the_formula_of_the_paper() -> None:
    labels, judged = drawn(100, 900, 60)
    found = made(hidden(labels, 100), judged)
    rectified = labels[:100] - found.lam * judged[:100]
    se = math.sqrt(rectified.var(ddof=1) / 100 + found.lam**2 * judged[100:].var(ddof=1) / 900)
    assert found.se == pytest.approx(se, rel=1e-12)
    t = (found.estimate + 0.1) / se
    assert found.above_p(-0.1) == pytest.approx(scipy.special.stdtr(99, -t), rel=1e-9)
    interval = found.interval(0.9)
    assert interval.low == pytest.approx(found.estimate - scipy.special.stdtrit(99, 0.95) * se, rel=1e-9)
    assert interval.n == 100


@pytest.mark.parametrize("rare", [False, True])
@pytest.mark.parametrize("clusters", [1, 4])
def test_swapping_the_sides_mirrors_everything_exactly(rare: bool, clusters: int) -> None:
    labels, judged = drawn(60, 200, 40)
    strata = Strata(["s"] * 260, [str(at // clusters) for at in range(260)])
    ours = made(hidden(labels, 60), judged, strata, rare=rare)
    theirs = made(hidden(-labels, 60), -judged, strata, rare=rare)
    assert (theirs.lam, theirs.estimate, theirs.se) == (ours.lam, -ours.estimate, ours.se)
    assert (theirs.above_p(-0.05), theirs.below_p(-0.05)) == (ours.below_p(0.05), ours.above_p(0.05))
    mine, mirrored = ours.interval(0.9), theirs.interval(0.9)
    assert mine.low is not None
    assert mine.high is not None
    assert (mirrored.low, mirrored.high) == (-mine.high, -mine.low)


@pytest.mark.parametrize("judge", ["none", "blind", "constant"])
def test_a_judge_that_says_nothing_changes_nothing(judge: str) -> None:
    labels, _ = drawn(100, 300, 0)
    said = {"none": np.full(400, np.nan), "blind": np.zeros(400), "constant": np.full(400, 0.5)}[judge]
    found = made(hidden(labels, 100), said)
    humans = made(labels[:100], np.full(100, np.nan))
    assert found.lam == 0
    assert found.rho is None
    assert (found.estimate, found.se, found.above_p(-0.1)) == (humans.estimate, humans.se, humans.above_p(-0.1))


def test_a_judge_of_the_opposite_opinion_is_left_out() -> None:
    labels, _ = drawn(100, 300, 0)
    assert made(hidden(labels, 100), -labels).lam == 0


def test_a_bias_of_the_judge_moves_nothing() -> None:
    labels, judged = drawn(100, 400, 60)
    plain, lenient = (made(hidden(labels, 100), judged / 2 + bias) for bias in (0.0, 0.5))
    assert lenient.estimate == pytest.approx(plain.estimate, abs=1e-12)
    assert lenient.above_p(-0.1) == pytest.approx(plain.above_p(-0.1), rel=1e-9)


def test_a_good_judge_narrows_the_interval() -> None:
    labels, judged = drawn(60, 900, 90)
    helped, humans = made(hidden(labels, 60), judged), made(labels[:60], np.full(60, np.nan))
    assert helped.rho is not None
    assert helped.rho > 0.8
    assert helped.se < 0.6 * humans.se


def test_several_judges_are_averaged_and_those_without_a_verdict_left_out() -> None:
    mean = average_judges([[1.0, np.nan, np.nan], [0.0, -1.0, np.nan]])
    assert mean[:2].tolist() == [0.5, -1.0]
    assert np.isnan(mean[2])


def test_items_that_no_judge_saw_stand_at_the_mean() -> None:
    labels, judged = drawn(50, 200, 70)
    holes = judged.copy()
    holes[::7] = np.nan
    filled = np.where(np.isnan(holes), np.nanmean(holes), holes)
    assert made(hidden(labels, 50), holes).estimate == made(hidden(labels, 50), filled).estimate


def test_where_every_item_is_labelled_judges_are_not_needed() -> None:
    labels, judged = drawn(80, 0, 90)
    found = made(labels, judged)
    assert (found.lam, found.items) == (0.0, 80)
    assert found.estimate == pytest.approx(labels.mean())


def lossless(n: int, rest: int) -> tuple[Floats, Floats]:
    """Nobody ever loses, and the judge sees a few losses."""
    judged = np.zeros(n + rest)
    judged[:: max(2, n // 4)] = -1.0
    return np.where(np.arange(n + rest) < n, 0.0, np.nan), judged


def test_few_labels_never_support_however_many_judgments_there_are() -> None:
    labels, judged = lossless(58, 5000)
    test = labelled_test(made(labels, judged, rare=True), 0.05)
    assert test.problem is not None
    assert (test.problem.reason, test.problem.n, test.problem.least) == (Reason.FEW_ITEMS, 58, 59)
    enough = labelled_test(made(*lossless(59, 5000), rare=True), 0.05)
    assert enough.problem is None
    assert enough.p_within == pytest.approx(0.95**59, rel=0.02)


def test_where_losses_are_rare_the_tilted_null_decides_and_not_the_normal_theory() -> None:
    labels = np.where(np.arange(1000) < 100, 0.0, np.nan)
    labels[:2] = -1.0
    judged = np.zeros(1000)
    judged[[0, 1, 200, 300, 500]] = -1.0
    judged[[50, 60, 400]] = 1.0
    rare = made(labels, judged, rare=False)
    assert rare.rare, "people and judges hardly differ"
    t = (rare.estimate + 0.05) / rare.se
    assert rare.above_p(-0.05) > 2 * scipy.special.stdtr(99, -t)
    assert rare.lam > 0


@pytest.mark.parametrize("bound", [-0.3, -0.05, 0.0, 0.05])
def test_a_cutoff_leaves_the_decision_as_it_is(bound: float) -> None:
    labels, judged = drawn(70, 400, 80)
    found = made(hidden(labels, 70), judged, rare=True)
    for level in (0.01, 0.05, 0.2):
        assert (found.above_p(bound, level) <= level) == (found.above_p(bound) <= level)
        assert (found.below_p(bound, level) <= level) == (found.below_p(bound) <= level)


def test_p_values_rise_with_the_bound_and_the_intervals_ends_are_those_that_are_just_not_rejected() -> None:
    labels, judged = drawn(70, 400, 80)
    found = made(hidden(labels, 70), judged, rare=True)
    p_values = [found.above_p(bound) for bound in np.linspace(-0.9, 0.9, 13)]
    assert p_values == sorted(p_values)
    assert p_values[0] < 1e-6
    assert p_values[-1] > 0.9
    interval = found.interval(0.9)
    assert interval.low is not None
    assert found.above_p(interval.low) == pytest.approx(0.05, abs=0.002)


def test_beyond_all_doubt_p_is_the_least_that_is_given() -> None:
    found = made(np.where(np.arange(3000) < 2000, 1.0, np.nan), np.tile([0.5, 1.0], 1500), rare=True)
    assert found.above_p(-0.99) == LEAST_P
    sure = replace(found, rare=False, se=0.0)
    assert (sure.above_p(-0.5), sure.below_p(-0.5)) == (0.0, 1.0)
    assert found.interval(0.9).high == 1.0
    worst = made(np.where(np.arange(300) < 200, -1.0, np.nan), np.zeros(300), rare=True)
    assert worst.interval(0.9).low == -1.0
    agreed = np.where(np.arange(400) % 2 < 1, 1.0, -1.0)
    perfect = made(np.where(np.arange(400) < 200, agreed, np.nan), agreed, rare=True)
    assert perfect.above_p(-1.99) == LEAST_P


def test_an_interval_ends_where_no_difference_can_be_larger() -> None:
    labels, judged = np.full(40, np.nan), np.full(40, -1.0)
    labels[:8] = [1.0] + [-1.0] * 7
    judged[[0, *range(8, 16)]] = 1.0
    found = made(labels, judged, rare=True)
    assert found.lam > 0
    assert found.interval(0.99).low == -1.0


def test_clusters_make_the_same_labels_say_less() -> None:
    labels, judged = np.repeat(drawn(30, 60, 50), 5, axis=1)
    strata = Strata(["s"] * 450, [str(at // 5) for at in range(450)])
    known = hidden(labels, 150)
    clustered, apart = made(known, judged, strata), made(known, judged)
    assert clustered.se > 1.5 * apart.se
    assert clustered.df == pytest.approx(29)
    assert clustered.effect > 2
    rare = made(known, judged, strata, rare=True)
    assert rare.above_p(-0.2) >= clustered.above_p(-0.2)
    low, wider = apart.interval(0.9).low, rare.interval(0.9).low
    assert low is not None
    assert wider is not None
    assert wider < low


def test_a_cluster_on_both_sides_of_the_draw_counts_as_such() -> None:
    labels, judged = np.repeat(drawn(60, 0, 90), 2, axis=1)
    strata = Strata(["s"] * 120, [str(at // 2) for at in range(120)])
    known = np.where(np.arange(120) % 2 < 1, labels, np.nan)
    assert made(known, judged, strata).se >= made(known, judged).se


def test_what_cannot_be_tested_says_why() -> None:
    nothing = np.full(9, np.nan)
    found, problem = labelled_difference(nothing, np.zeros(9), alone(9), rare=True)
    assert found is None
    assert problem is not None
    assert (problem.reason, problem.n) == (Reason.FEW_ITEMS, 0)
    few = Strata(["s"] * 9, [str(at // 3) for at in range(9)])
    found, problem = labelled_difference(np.zeros(9), np.zeros(9), few, rare=True)
    assert found is None
    assert problem is not None
    assert problem.reason is Reason.FEW_CLUSTERS
    with pytest.raises(ValueError, match="from -1 to 1"):
        labelled_difference([2.0] * 9, nothing, alone(9), rare=False)
    with pytest.raises(ValueError, match="one for each item"):
        labelled_difference(nothing, nothing, alone(8), rare=False)
    with pytest.raises(ValueError, match="one suite"):
        labelled_difference([0.0] * 2, [0.0] * 2, Strata(["a", "b"], ["1", "2"]), rare=False)


def test_a_test_says_how_many_labels_would_decide_it() -> None:
    labels, judged = drawn(100, 900, 60)
    test = labelled_test(made(hidden(labels, 100) * 0.9, judged), 0.2)
    assert test.needed is not None
    assert test.detectable is not None
    assert test.n == 100
    assert 14 <= test.needed < 1000
    decided = labelled_test(made(hidden(labels, 100), judged), 0.2, cutoff=0.05)
    assert decided.interval.low is None


def test_labels_needed_are_those_of_the_published_table() -> None:
    table = {0.0: 415, 0.41: 368, 0.64: 293, 0.83: 179}
    for rho, labels in table.items():
        assert labels_needed(0.1, 0.82, rho, 1000, least=29) == pytest.approx(labels, rel=0.02)
    assert labels_needed(0.1, 0.82, 0.83, 5000, least=29) == pytest.approx(136, abs=3)
    assert labels_needed(0.1, 0.82, 0.99, 100, least=29) == pytest.approx(415, abs=3)
    assert labels_needed(0.9, 0.1, 0.0, 1000, least=29) == 29
    assert labels_needed(0.0, 0.82, 0.0, 1000, least=29) is None
    assert labels_needed(1e-4, 0.82, 0.0, 1000, least=29) is None
