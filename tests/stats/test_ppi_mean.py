"""Labels and judgments over several suites: the sum of each suite's own estimate, and one suite is what it was."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from bench.stats import Floats, LabelledMean, Reason, Strata, labelled_difference, labelled_mean, labelled_test
from tests.calibration.labels import passes, preferences
from tests.stats.test_ppi import drawn, hidden


def suites(*sizes: int, each: int = 1) -> Strata:
    names = [f"s{number}" for number, size in enumerate(sizes) for _ in range(size)]
    return Strata(names, [f"{name}{at // each}" for at, name in enumerate(names)])


def made(labels: Any, judged: Any, strata: Strata, *, rare: bool = False, **more: Any) -> LabelledMean:
    found, problem = labelled_mean(labels, judged, strata, rare=rare, **more)
    assert problem is None
    assert found is not None
    return found


def two(rare: bool = False, **more: Any) -> LabelledMean:
    ours, theirs = drawn(60, 200, 60), drawn(90, 100, 80)
    labels = np.concatenate([hidden(ours[0], 60), hidden(theirs[0], 90)])
    return made(labels, np.concatenate([ours[1], theirs[1]]), suites(260, 190), rare=rare, **more)


@pytest.mark.parametrize("rare", [False, True])
def test_of_one_suite_it_is_that_suite_s_own(rare: bool) -> None:
    labels, judged = drawn(60, 200, 60)
    alone, _ = labelled_difference(hidden(labels, 60), judged, suites(260), rare=rare)
    assert alone is not None
    mean = made(hidden(labels, 60), judged, suites(260), rare=rare)
    ours, theirs = (labelled_test(each, 0.05) for each in (mean, alone))
    assert (ours.n, ours.needed, ours.problem is None) == (theirs.n, theirs.needed, theirs.problem is None)
    for name in ("estimate", "p_within", "p_beyond", "detectable"):
        assert getattr(ours, name) == pytest.approx(getattr(theirs, name), rel=1e-9), name
    assert ours.interval.low == pytest.approx(theirs.interval.low, abs=1e-6)


def test_estimate_error_and_freedom_are_those_of_strata_with_fixed_weights() -> None:
    mean = two()
    one, other = mean.parts.values()
    assert mean.estimate == pytest.approx((one.estimate + other.estimate) / 2)
    assert mean.se == pytest.approx(math.hypot(one.se, other.se) / 2)
    assert mean.df == pytest.approx((one.se**2 + other.se**2) ** 2 / (one.se**4 / one.df + other.se**4 / other.df))
    assert min(one.df, other.df) < mean.df < one.df + other.df
    assert min(one.correlation, other.correlation) < mean.correlation < max(one.correlation, other.correlation)
    heavier = two(weights={"s0": 3.0, "s1": 1.0})
    assert heavier.estimate == pytest.approx(0.75 * one.estimate + 0.25 * other.estimate)


@pytest.mark.parametrize("rare", [False, True])
def test_swapping_the_sides_mirrors_everything_exactly(rare: bool) -> None:
    labels, judged = drawn(120, 200, 40)
    strata, known = suites(70, 250), np.where(np.arange(320) % 3 < 1, labels, np.nan)
    ours, theirs = (made(sign * known, sign * judged, strata, rare=rare) for sign in (1, -1))
    assert (theirs.estimate, theirs.se) == (-ours.estimate, ours.se)
    assert (theirs.above_p(-0.05), theirs.below_p(-0.05)) == (ours.below_p(0.05), ours.above_p(0.05))


def test_the_tilted_null_is_of_values_whose_mean_is_the_estimate_up_to_what_judges_say_of_all() -> None:
    mean = two(rare=True)
    values = mean.rectified(1)
    assert len(values.values) == 150
    assert values.values.mean() == pytest.approx(mean.estimate, abs=0.02)
    assert values.worst <= values.values.min()
    assert mean.interval(0.9).low == pytest.approx(-mean_of_mirrored(), abs=1e-6)


def mean_of_mirrored() -> float:
    ours, theirs = drawn(60, 200, 60), drawn(90, 100, 80)
    labels = np.concatenate([hidden(ours[0], 60), hidden(theirs[0], 90)])
    high = made(-labels, -np.concatenate([ours[1], theirs[1]]), suites(260, 190), rare=True).interval(0.9).high
    assert high is not None
    return high


@pytest.mark.parametrize(("counts", "worth"), [((30, 30), 60), ((60, 10), 20), ((20, 20, 20), 60), ((500, 29), 60)])
def test_labels_are_worth_as_many_of_one_suite_as_miss_a_loss_as_easily(counts: tuple[int, ...], worth: int) -> None:
    nothing = np.zeros(sum(counts))
    mean = made(nothing, np.full(sum(counts), np.nan), suites(*counts), rare=True)
    assert mean.worth(0.05) == pytest.approx(worth, abs=1.0)
    losses = np.linspace(0, min(1.0, 0.05 * len(counts)), 400)[:-1]
    if len(counts) == 2:
        missed = max(counts[0] * math.log1p(-p) + counts[1] * math.log1p(-(0.1 - p)) for p in losses)
        assert mean.worth(0.05) == pytest.approx(missed / math.log(0.95), abs=0.05)
    assert mean.worth(1.0) == sum(counts)


def test_few_labels_of_one_suite_are_named() -> None:
    mean = made(np.zeros(70), np.full(70, np.nan), suites(60, 10), rare=True)
    problem = labelled_test(mean, 0.05).problem
    assert problem is not None
    assert (problem.reason, problem.n, problem.stratum, problem.least) == (Reason.FEW_ITEMS, 70, "s1", 59)
    assert mean.correlation == 0
    found, why = labelled_mean(np.r_[np.zeros(60), np.full(10, np.nan)], np.zeros(70), suites(60, 10), rare=True)
    assert found is None
    assert why is not None
    assert (why.reason, why.n, why.stratum) == (Reason.FEW_ITEMS, 0, "s1")


def test_clusters_make_the_same_labels_say_less() -> None:
    labels, judged = np.repeat(drawn(40, 60, 50), 3, axis=1)
    known = np.where(np.arange(300) % 5 < 2, labels, np.nan)
    clustered, apart = (made(known, judged, suites(150, 150, each=each)) for each in (3, 1))
    assert not clustered.independent
    assert clustered.effect > apart.effect == 1
    assert clustered.worth(0.05) < apart.worth(0.05)


def simulated(draws: int, counts: tuple[int, ...], kind: str, lost: tuple[float, ...], gained: float) -> float:
    """How often a mean over suites of 1,000 items each is supported; `lost` by suite, or the truth of preferences."""
    rng, hits = np.random.default_rng(27), 0
    strata = suites(*[1000] * len(counts))
    for _ in range(draws):
        labels: list[Floats] = []
        judged: list[Floats] = []
        for count, part in zip(counts, lost, strict=True):
            drawn_now = passes(rng, kind, part, gained) if kind != "good" else preferences(rng, kind, 5, part)
            labels.append(hidden(drawn_now[0], count))
            judged.append(drawn_now[1])
        mean = made(np.concatenate(labels), np.concatenate(judged), strata, rare=kind != "good")
        test = labelled_test(mean, 0.1 if kind == "good" else 0.05, cutoff=0.05)
        hits += test.problem is None and test.p_within <= 0.05
    return hits / draws


LENIENT, COIN = "TPR .95, TNR .80, +15 lenient", "tosses coins"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("counts", "kind", "lost", "gained"),
    [
        ((150, 50), COIN, (0.0, 0.10), 0.0),
        ((70, 70, 70), LENIENT, (0.15, 0.0, 0.0), 0.0),
        ((100, 100), LENIENT, (0.08, 0.08), 0.03),
    ],
)
def test_passes_at_the_margin_are_rarely_supported(
    counts: tuple[int, ...], kind: str, lost: tuple[float, ...], gained: float
) -> None:
    assert simulated(300, counts, kind, lost, gained) <= 0.06 + 3 * math.sqrt(0.06 * 0.94 / 300)


@pytest.mark.slow
def test_preferences_at_the_margin_are_rarely_supported_and_equals_often_are() -> None:
    for truths in ((-0.1, -0.1), (-0.2, 0.0)):
        assert simulated(300, (150, 50), "good", truths, 0.0) <= 0.06 + 3 * math.sqrt(0.06 * 0.94 / 300)
    assert simulated(100, (200, 200), "good", (0.0, 0.0), 0.0) >= 0.75
    assert simulated(100, (150, 150), LENIENT, (0.03, 0.03), 0.03) >= 0.80
