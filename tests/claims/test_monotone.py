"""One more loss, one more dollar or one more second never improves a verdict, in either reading."""

from __future__ import annotations

import numpy as np
import pytest

from bench.stats import BoundTest, Ratio, Strata, difference_test, ratio_test, score_difference

ORDER = {"refuted": 0, "inconclusive": 1, "supported": 2}
ALPHA = 0.05


def verdict(test: BoundTest) -> int:
    """A part taken alone."""
    if test.p_within <= ALPHA and test.problem is None:
        return ORDER["supported"]
    return ORDER["refuted"] if test.p_beyond <= ALPHA / 2 else ORDER["inconclusive"]


def strata(families: int, each: int, about: str) -> Strata:
    n = families * each
    return Strata(["s"] * n, [str(at // each if about == "such" else at) for at in range(n)])


@pytest.mark.parametrize("each", [3, 10])
def test_a_loss_in_a_family_of_wins_never_helps(each: int) -> None:
    """A family that the candidate wins as a whole spreads the values: a plain t test is clearer once it lost one."""
    rng = np.random.default_rng(8)
    for _ in range(12):
        sizes = rng.integers(each, 2 * each, 12)
        group = np.repeat(np.arange(12), sizes)
        values = np.where(rng.random(len(group)) < 0.03, -1.0, 0.0)
        values[group == 0] = 1.0
        for of in (
            Strata(["s"] * len(group), [str(g) for g in group]),
            Strata(["s"] * len(group), [str(at) for at in range(len(group))], [str(g) for g in group]),
        ):
            before, worse = 0.0, values.copy()
            for item in np.flatnonzero(group == 0):
                found, _ = score_difference(worse, of)
                assert found is not None
                p = found.above_p(-0.05)
                assert p >= before - 1e-4
                before = p
                worse[item] -= 1.0


def test_a_loss_more_does_not_support_what_none_left_open() -> None:
    """23 families of 10, three won: nothing lost was inconclusive, one lost supported."""
    found = []
    for lost in range(6):
        values = np.zeros(230)
        values[[3, 57, 121]], values[[200, 150, 90, 30, 10][:lost]] = 1, -1
        found.append(verdict(difference_test(values, strata(23, 10, "such"), 0.03)))
    assert found == sorted(found, reverse=True)


@pytest.mark.parametrize("about", ["these", "such"])
@pytest.mark.parametrize("binary", [True, False])
def test_a_loss_more_never_helps(about: str, binary: bool) -> None:
    rng = np.random.default_rng(4)
    for at in range(6):
        group = strata(20, 10, about)
        values = rng.choice([-1.0, 0.0, 1.0], p=[0.02, 0.94, 0.04], size=200)
        if at % 2 and about == "these":  # one family carries the wins
            values[:10] = 1.0
        if not binary:
            values = values / 2
        test = difference_test(values, group, 0.05, binary=binary)
        for _ in range(8):
            worse = values.copy()
            item = rng.choice(np.flatnonzero(worse > -0.5))
            worse[item] -= 1.0 if binary else 0.5
            after = difference_test(worse, group, 0.05, binary=binary)
            assert verdict(after) <= verdict(test)
            assert about == "such" or after.p_within >= test.p_within - 1e-6
            values, test = worse, after


@pytest.mark.parametrize("about", ["these", "such"])
@pytest.mark.parametrize("of", list(Ratio))
def test_a_dollar_or_a_second_more_never_helps(about: str, of: Ratio) -> None:
    rng = np.random.default_rng(5)
    for spread in (0.5, 1.5):
        baseline = rng.lognormal(0, 0.6, 200)
        candidate = np.minimum(0.8, 0.082 * baseline * rng.lognormal(-(spread**2) / 2, spread, 200))
        limits = (0.8, 40.0)
        test = ratio_test(candidate, baseline, strata(20, 10, about), 0.1, of=of, limits=limits)
        for _ in range(10):
            dearer = candidate.copy()
            item = rng.integers(200)
            dearer[item] = min(0.8, dearer[item] * 1.5 + 0.02)
            after = ratio_test(dearer, baseline, strata(20, 10, about), 0.1, of=of, limits=limits)
            assert verdict(after) <= verdict(test)
            candidate, test = dearer, after
