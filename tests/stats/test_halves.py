"""The halves of a claim: what supports, what refutes, what is too little, and that no order or unit matters."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.stats.cost import TAIL_RISK, UNCAPPED_N, cost, latency
from bench.stats.half import Half, Strata
from bench.stats.paired import Paired, noninferiority_p
from bench.stats.quality import quality


def alone(n: int, suite: str = "s") -> Strata:
    return Strata([suite] * n, [str(i) for i in range(n)])


def families(n: int, size: int) -> Strata:
    return Strata(["s"] * n, [str(i // size) for i in range(n)])


def signs(n: int, lost: int, won: int) -> list[float]:
    return [-1.0] * lost + [1.0] * won + [0.0] * (n - lost - won)


def decided(half: Half) -> tuple[bool, bool]:
    return half.p_supported <= 0.05 and half.problem is None, half.p_refuted <= 0.05


class TestQuality:
    def test_equal_models_on_enough_items(self) -> None:
        half = quality(signs(500, 10, 10), alone(500), 0.03)
        assert decided(half) == (True, False)
        assert half.p_supported == noninferiority_p(Paired(500, 10, 10), 0.03)
        assert (half.estimate, half.n, half.discordance, half.design_effect) == (0.0, 500, 0.04, 1.0)
        assert half.interval.low is not None
        assert half.interval.low > -0.03
        assert half.needed is not None
        assert half.needed < 500

    def test_a_clear_loss_refutes(self) -> None:
        assert decided(quality(signs(200, 40, 5), alone(200), 0.03)) == (False, True)

    def test_few_items_support_nothing_whatever_they_show(self) -> None:
        half = quality(signs(98, 0, 40), alone(98), 0.03)
        assert half.p_supported <= 0.05
        assert half.problem == "98 items are too few for a margin of 3 points: it takes 99"

    def test_few_items_can_refute(self) -> None:
        assert decided(quality(signs(30, 20, 0), alone(30), 0.03)) == (False, True)

    def test_few_clusters_decide_nothing(self) -> None:
        half = quality(signs(500, 200, 5), families(500, 100), 0.03)
        assert half.problem == "5 clusters (worth 5.0 of equal size) are too few: it takes 6"
        assert decided(half) == (False, False)
        one = quality(signs(10, 2, 0), families(10, 10), 0.03)
        assert one.problem == "1 clusters are too few: it takes 6"

    def test_losses_that_come_in_clusters_weigh_more(self) -> None:
        spread = [0.0] * 600
        for at in range(0, 600, 100):
            spread[at] = -1.0
        together = [-1.0] * 6 + [0.0] * 594
        apart, lumped = (quality(values, families(600, 10), 0.03) for values in (spread, together))
        assert lumped.p_supported > apart.p_supported
        assert lumped.design_effect > apart.design_effect > 1.0
        assert lumped.problem is None

    def test_clustered_items_worth_too_few_are_named_so(self) -> None:
        half = quality(signs(120, 0, 0), families(120, 10), 0.03)
        assert half.problem is not None
        assert "(worth 42 independent ones)" in half.problem

    def test_repeats_use_the_worst_case_that_was_not_met(self) -> None:
        half = quality([0.0] * 90 + [0.25, -0.25] * 10, alone(110), 0.03, binary=False)
        assert half.discordance is None
        assert decided(half) == (True, False)
        assert decided(quality([-0.25] * 60 + [0.0] * 60, alone(120), 0.03, binary=False)) == (False, True)

    def test_suites_weigh_alike(self) -> None:
        both = Strata(["a"] * 400 + ["b"] * 100, [str(i) for i in range(500)])
        half = quality(signs(400, 4, 4) + [-1.0] * 20 + [0.0] * 80, both, 0.03)
        assert half.estimate == pytest.approx((0.0 - 0.2) / 2)
        assert decided(half) == (False, True)

    def test_scores_must_be_numbers(self) -> None:
        with pytest.raises(ValueError, match="finite"):
            quality([0.0, math.nan], alone(2), 0.03)


def bills(n: int, ratio: float, spread: float = 0.3) -> tuple[list[float], list[float]]:
    rng = np.random.default_rng(7)
    theirs = np.exp(spread * rng.standard_normal(n))
    return list(ratio * theirs * np.exp(spread * rng.standard_normal(n))), list(theirs)


class TestCost:
    def test_a_clear_saving(self) -> None:
        ours, theirs = bills(300, 0.05)
        half = cost(ours, theirs, alone(300), 0.9, caps=(0.5, 8.0))
        assert decided(half) == (True, False)
        assert half.estimate == pytest.approx(sum(ours) / sum(theirs))
        assert half.notes == ()

    def test_a_saving_too_small_refutes(self) -> None:
        ours, theirs = bills(300, 0.4)
        assert decided(cost(ours, theirs, alone(300), 0.9, caps=(4.0, 8.0))) == (False, True)

    def test_a_high_cap_that_the_sample_never_met(self) -> None:
        ours, theirs = bills(60, 0.07)
        assert decided(cost(ours, theirs, alone(60), 0.9, caps=(0.4, 8.0)))[0]
        assert not decided(cost(ours, theirs, alone(60), 0.9, caps=(40.0, 8.0)))[0]

    def test_without_a_cap_more_is_asked(self) -> None:
        ours, theirs = bills(UNCAPPED_N - 1, 0.01)
        half = cost(ours, theirs, alone(UNCAPPED_N - 1), 0.9)
        assert half.problem == "99 items are too few where a call's cost has no known cap: it takes 100"
        assert half.notes == (TAIL_RISK,)
        ours, theirs = bills(UNCAPPED_N, 0.01)
        assert decided(cost(ours, theirs, alone(UNCAPPED_N), 0.9))[0]

    def test_a_bill_of_nothing_has_no_ratio(self) -> None:
        assert cost([0.0] * 20, [1.0] * 20, alone(20), 0.9).problem == "a bill of 0 USD has no ratio"

    def test_few_clusters_decide_nothing(self) -> None:
        ours, theirs = bills(100, 0.01)
        assert cost(ours, theirs, families(100, 25), 0.9, caps=(1.0, 8.0)).problem is not None

    def test_amounts_must_be_amounts(self) -> None:
        with pytest.raises(ValueError, match="not negative"):
            cost([-1.0], [1.0], alone(1), 0.9)

    @settings(max_examples=20, deadline=None)
    @given(st.integers(0, 99), st.sampled_from([1e-6, 1.0, 1000.0]))
    def test_order_and_currency_change_nothing(self, turn: int, unit: float) -> None:
        ours, theirs = bills(100, 0.08)
        plain = cost(ours, theirs, families(100, 5), 0.9, caps=(1.0, 8.0))
        clusters = families(100, 5).clusters
        moved = list(zip(ours, theirs, clusters, strict=True))
        moved = moved[turn:] + moved[:turn]
        half = cost(
            [unit * m[0] for m in moved],
            [unit * m[1] for m in moved],
            Strata(["s"] * 100, [m[2] for m in moved]),
            0.9,
            caps=(unit, 8.0 * unit),
        )
        assert half.estimate == pytest.approx(plain.estimate)
        assert half.p_supported == pytest.approx(plain.p_supported, abs=2e-3)


class TestLatency:
    def test_slower_faster_and_too_few(self) -> None:
        ours, theirs = bills(80, 1.5)
        assert decided(latency(ours, theirs, alone(80), 2.0)) == (True, False)
        assert decided(latency(ours, theirs, alone(80), 1.1)) == (False, True)
        assert latency(ours, theirs, families(80, 40), 2.0).problem is not None

    def test_times_must_be_positive(self) -> None:
        with pytest.raises(ValueError, match="positive"):
            latency([0.0, 1.0], [1.0, 1.0], alone(2), 2.0)


@settings(max_examples=25, deadline=None)
@given(st.permutations(signs(40, 3, 5)))
def test_the_order_of_items_changes_no_verdict(values: list[float]) -> None:
    plain = quality(signs(40, 3, 5), alone(40), 0.1)
    assert quality(values, alone(40), 0.1).p_supported == pytest.approx(plain.p_supported)


def test_swapped_models_mirror() -> None:
    values = np.array(signs(300, 9, 4))
    there, back = (quality(v, families(300, 10), 0.05) for v in (values, -values))
    assert there.estimate == -back.estimate
    assert there.interval_95.low == pytest.approx(-(back.interval_95.high or 0))
