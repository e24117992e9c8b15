"""Why a test of a bound shows nothing: each reason with its numbers, and no sentence."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bench.stats import BoundTest, Caveat, Ratio, Reason, Strata, difference_test, ratio_test


def alone(n: int) -> Strata:
    return Strata(["s"] * n, [str(i) for i in range(n)])


def families(n: int, size: int) -> Strata:
    return Strata(["s"] * n, [str(i // size) for i in range(n)])


def bills(n: int, ratio: float) -> tuple[list[float], list[float]]:
    rng = np.random.default_rng(7)
    theirs = np.exp(0.3 * rng.standard_normal(n))
    return list(ratio * theirs * np.exp(0.3 * rng.standard_normal(n))), list(theirs)


def shown(test: BoundTest) -> bool:
    return test.p_within <= 0.05 and test.problem is None


@pytest.mark.parametrize("limits", [(40.0, 8.0), (None, None), None])
def test_p_values_alone_are_the_same(limits: tuple[float | None, float | None] | None) -> None:
    full, bare = (ratio_test(*bills(110, 0.07), alone(110), 0.1, limits=limits, bare=how) for how in (False, True))
    assert (full.p_within, full.p_beyond, full.problem) == (bare.p_within, bare.p_beyond, bare.problem)
    assert (bare.interval.low, bare.interval.high) == (None, None) != (full.interval.low, full.interval.high)
    assert (full.blocked is None) == (bare.blocked is None)


class TestDifference:
    def test_few_items(self) -> None:
        test = difference_test([0.0] * 98, alone(98), 0.03)
        assert test.problem == Caveat(reason=Reason.FEW_ITEMS, n=98, least=99, share=0.03)
        clustered = difference_test([0.0] * 120, families(120, 10), 0.03).problem
        assert clustered == Caveat(reason=Reason.FEW_ITEMS, n=120, worth=42, least=99, share=0.03)

    def test_few_clusters(self) -> None:
        test = difference_test([-1.0] * 500, families(500, 100), 0.03)
        assert test.problem == Caveat(reason=Reason.FEW_CLUSTERS, n=5, worth=5.0, least=6.0)
        assert (test.p_within, test.p_beyond, test.estimate) == (1.0, 1.0, -1.0)
        both = Strata(["a"] * 300 + ["b"] * 40, [*(f"a{i}" for i in range(300)), *(f"b{i // 10}" for i in range(40))])
        problem = difference_test([0.0] * 340, both, 0.05).problem
        assert problem == Caveat(reason=Reason.FEW_CLUSTERS, stratum="b", n=4, worth=4.0, least=6.0)

    def test_few_families(self) -> None:
        [note] = difference_test([0.0] * 240, families(240, 12), 0.05).notes
        assert (note.reason, note.stratum, note.n, note.share) == (Reason.FEW_FAMILIES, None, 20, 0.05)
        assert note.chance == pytest.approx(0.95**20)

    def test_the_exact_test(self) -> None:
        values = [-1.0] * 5 + [0.0] * 495
        low = difference_test(values, alone(500), 0.03).interval.low
        assert low is not None
        test = difference_test(values, alone(500), -low * (1 + 1e-9))
        assert test.blocked == Caveat(reason=Reason.EXACT_TEST)
        assert (test.detectable, test.needed) == (None, None)


class TestRatio:
    def test_nothing_has_no_ratio(self) -> None:
        assert ratio_test([0.0] * 20, [1.0] * 20, alone(20), 0.1).problem == Caveat(reason=Reason.ZERO_SUM)

    def test_an_unlimited_tail(self) -> None:
        few = ratio_test(*bills(99, 0.01), alone(99), 0.1)
        assert few.problem == Caveat(reason=Reason.TAIL_FEW_ITEMS, n=99, least=100)
        assert few.notes == (Caveat(reason=Reason.TAIL_UNBOUNDED),)
        assert shown(ratio_test(*bills(100, 0.01), alone(100), 0.1))

    def test_a_limit_that_was_not_met(self) -> None:
        test = ratio_test(*bills(60, 0.07), alone(60), 0.1, limits=(40.0, 8.0))
        assert test.blocked == Caveat(reason=Reason.TAIL_UNCLEAR, n=60, most=40.0, cure=40.0 * 0.01)
        assert shown(ratio_test(*bills(60, 0.07), alone(60), 0.1, limits=(0.4, 8.0)))

    def test_without_a_tail_the_interval_alone_decides(self) -> None:
        for of in Ratio:
            test = ratio_test(*bills(60, 0.07), alone(60), 0.1, of=of, limits=None)
            assert test.notes == ()
            assert test.interval.high is not None
            assert shown(test) == (test.interval.high < 0.1)
            assert shown(test)

    def test_an_interval_reaches_as_far_as_what_was_not_met(self) -> None:
        """Its bounds are those that the test keeps: they hold the verdict's p-value, and are none where it has none."""
        for of, limits in ((Ratio.SUMS, (0.4, 8.0)), (Ratio.SUMS, (4.0, 80.0)), (Ratio.GEOMETRIC, (0.4, 8.0))):
            met, test = (ratio_test(*bills(60, 0.07), alone(60), 0.1, of=of, limits=lim) for lim in (None, limits))
            assert test.interval.low is not None
            assert test.interval.high is not None
            assert shown(test) == (test.interval.high <= 0.1)
            assert met.interval.high is not None
            assert test.interval.high > met.interval.high
            at_high, at_low = (
                ratio_test(*bills(60, 0.07), alone(60), edge, of=of, limits=limits)
                for edge in (test.interval.high, test.interval.low)
            )
            assert 0.04 <= at_high.p_within <= 0.051
            assert 0.04 <= at_low.p_beyond <= 0.051
            assert test.assumed == (None, None)

    def test_what_an_interval_assumes_where_nothing_limits_a_value(self) -> None:
        few = ratio_test(*bills(99, 0.01), alone(99), 0.1)
        assert (few.interval.low, few.interval.high, few.assumed) == (None, None, (None, None))
        test = ratio_test(*bills(120, 0.07), alone(120), 0.1, limits=(None, 8.0))
        most, other = test.assumed
        assert other is None
        assert most is not None
        again = ratio_test(*bills(120, 0.07), alone(120), 0.1, limits=(most, 8.0))
        assert again.interval.high == pytest.approx(test.interval.high, rel=2e-3), "as if that were its limit"

    def test_the_two_ratios(self) -> None:
        a, b = [1.0, 1.0, 8.0], [1.0, 2.0, 2.0]
        assert ratio_test(a, b, alone(3), 1.0).estimate == pytest.approx(2.0)
        assert ratio_test(a, b, alone(3), 1.0, of=Ratio.GEOMETRIC).estimate == pytest.approx(2 ** (1 / 3))
        with pytest.raises(ValueError, match="positive"):
            ratio_test([0.0, 1.0], [1.0, 1.0], alone(2), 1.0, of=Ratio.GEOMETRIC)
        with pytest.raises(ValueError, match="not negative"):
            ratio_test([math.inf], [1.0], alone(1), 1.0)


class TestClusters:
    """Ratios of items that come in families."""

    @pytest.mark.parametrize("of", Ratio)
    def test_too_few(self, of: Ratio) -> None:
        test = ratio_test(*bills(20, 0.5), families(20, 5), 0.6, of=of)
        assert test.problem is not None
        assert test.problem.reason is Reason.FEW_CLUSTERS
        assert test.p_within == 1

    @pytest.mark.parametrize("limits", [None, (1.0, 8.0), (None, None)])
    def test_a_cutoff_asks_for_p_values_alone(self, limits: tuple[float | None, float | None] | None) -> None:
        strata = families(120, 2)
        full = ratio_test(*bills(120, 0.07), strata, 0.1, limits=limits)
        quick = ratio_test(*bills(120, 0.07), strata, 0.1, limits=limits, cutoff=0.05)
        assert shown(full) == shown(quick)
        assert quick.p_beyond == 1
        assert (quick.problem and quick.problem.reason) == (full.problem and full.problem.reason)
        beyond = ratio_test(*bills(120, 0.3), strata, 0.1, limits=limits, cutoff=0.05)
        assert beyond.p_within == 1
        assert (beyond.p_beyond <= 0.05) is (limits != (None, None)), "80 independent items bound no tail"

    def test_a_family_that_may_be_dear_as_a_whole_counts_once(self) -> None:
        alike = ratio_test(*bills(120, 0.08), alone(120), 0.1, limits=(1.0, 8.0))
        in_families = ratio_test(*bills(120, 0.08), families(120, 6), 0.1, limits=(1.0, 8.0))
        assert in_families.p_within > alike.p_within
