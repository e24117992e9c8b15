"""The parts of a claim on plain numbers: what supports, refutes or is too little, and that no order or unit matters."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import ArrayLike

from bench.claims.parts import COST, LATENCY, SCORE, PartResult, worded
from bench.claims.parts.cost import TAIL_RISK
from bench.stats import Limits, Ratio, Strata, difference_test, ratio_test
from bench.stats.paired import Paired, noninferiority_p
from bench.stats.tails import UNCAPPED_N


def alone(n: int, suite: str = "s") -> Strata:
    return Strata([suite] * n, [str(i) for i in range(n)])


def families(n: int, size: int) -> Strata:
    return Strata(["s"] * n, [str(i // size) for i in range(n)])


def signs(n: int, lost: int, won: int) -> list[float]:
    return [-1.0] * lost + [1.0] * won + [0.0] * (n - lost - won)


def quality(values: ArrayLike, strata: Strata, margin: float, *, binary: bool = True) -> PartResult:
    """The score part on differences of the items' scores."""
    return worded("quality", difference_test(values, strata, margin, binary=binary), SCORE.in_words)


def cost(
    ours: ArrayLike, theirs: ArrayLike, strata: Strata, cheaper_by: float, *, caps: Limits = (None, None)
) -> PartResult:
    """The cost part on costs of the items."""
    return worded("cost", ratio_test(ours, theirs, strata, COST.bound(cheaper_by), limits=caps), COST.in_words)


def latency(
    ours: ArrayLike, theirs: ArrayLike, strata: Strata, slower_by: float, *, deadlines: Limits | None = None
) -> PartResult:
    """The latency part on seconds of the items."""
    test = ratio_test(ours, theirs, strata, slower_by, of=Ratio.GEOMETRIC, limits=deadlines)
    return worded("latency", test, LATENCY.in_words)


def decided(result: PartResult) -> tuple[bool, bool]:
    return result.p_supported <= 0.05 and result.problem is None, result.p_refuted <= 0.05


class TestQuality:
    def test_equal_models_on_enough_items(self) -> None:
        result = quality(signs(500, 10, 10), alone(500), 0.03)
        assert decided(result) == (True, False)
        assert result.p_supported == noninferiority_p(Paired(500, 10, 10), 0.03)
        assert (result.estimate, result.n, result.discordance, result.design_effect) == (0.0, 500, 0.04, 1.0)
        assert result.interval.low is not None
        assert result.interval.low > -0.03
        assert result.needed is not None
        assert result.needed < 500

    def test_a_clear_loss_refutes(self) -> None:
        assert decided(quality(signs(200, 40, 5), alone(200), 0.03)) == (False, True)

    def test_few_items_support_nothing_whatever_they_show(self) -> None:
        result = quality(signs(98, 0, 40), alone(98), 0.03)
        assert result.p_supported <= 0.05
        assert result.problem == "98 items are too few for a margin of 3 points: it takes at least 99"

    def test_few_items_can_refute(self) -> None:
        assert decided(quality(signs(30, 20, 0), alone(30), 0.03)) == (False, True)

    def test_few_clusters_decide_nothing(self) -> None:
        result = quality(signs(500, 200, 5), families(500, 100), 0.03)
        assert result.problem == "5 clusters (worth 5.0 of equal size) are too few: it takes 6"
        assert decided(result) == (False, False)
        one = quality(signs(10, 2, 0), families(10, 10), 0.03)
        assert one.problem == "1 cluster is too few: it takes 6"

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
        result = quality(signs(120, 0, 0), families(120, 10), 0.03)
        assert result.problem is not None
        assert "(worth 42 independent ones, assuming families as alike as these)" in result.problem

    def test_repeats_use_the_worst_case_that_was_not_met(self) -> None:
        result = quality([0.0] * 90 + [0.25, -0.25] * 10, alone(110), 0.03, binary=False)
        assert result.discordance is None
        assert decided(result) == (True, False)
        assert decided(quality([-0.25] * 60 + [0.0] * 60, alone(120), 0.03, binary=False)) == (False, True)

    def test_suites_weigh_alike(self) -> None:
        both = Strata(["a"] * 400 + ["b"] * 100, [str(i) for i in range(500)])
        result = quality(signs(400, 4, 4) + [-1.0] * 20 + [0.0] * 80, both, 0.03)
        assert result.estimate == pytest.approx((0.0 - 0.2) / 2)
        assert decided(result) == (False, True)

    def test_every_suite_of_a_mean_needs_clusters(self) -> None:
        both = Strata(["a"] * 300 + ["b"] * 40, [*(f"a{i}" for i in range(300)), *(f"b{i // 10}" for i in range(40))])
        result = quality([0.0] * 340, both, 0.05)
        assert result.problem == "b: 4 clusters (worth 4.0 of equal size) are too few: it takes 6"
        assert decided(result) == (False, False)

    def test_a_mean_has_one_design_effect(self) -> None:
        names = [*(f"a{i}" for i in range(300)), *(f"b{i // 20}" for i in range(240))]
        result = quality([0.0] * 540, Strata(["a"] * 300 + ["b"] * 240, names), 0.1)
        assert result.design_effect == pytest.approx((1 / 300 + (1 + 19 * 0.2) / 240) / (1 / 300 + 1 / 240))

    @pytest.mark.slow
    def test_few_families_cannot_rule_out_that_whole_ones_fail(self) -> None:
        assert quality(signs(600, 0, 0), families(600, 6), 0.05).notes == ()
        assert quality(signs(240, 0, 0), families(240, 12), 0.05).notes == (
            "20 families of items: a candidate that fails 5 % of all such families outright would show no loss here "
            "36 times in 100",
        )
        names = [*(f"a{i}" for i in range(300)), *(f"b{i // 20}" for i in range(240))]
        [note] = quality([0.0] * 540, Strata(["a"] * 300 + ["b"] * 240, names), 0.1).notes
        assert note.startswith("12 families of items of b: a candidate that fails 20 % of all such families")
        assert quality([0.0] * 540, Strata(["a"] * 300 + ["b"] * 240, names), 0.6).notes == ()

    def test_an_exact_test_that_falls_short_of_its_interval_says_so(self) -> None:
        result = quality(signs(500, 5, 0), alone(500), 0.03)
        low = result.interval.low
        assert low is not None
        short = quality(signs(500, 5, 0), alone(500), -low * (1 + 1e-9))
        assert short.p_supported > 0.05
        assert short.blocked is not None
        assert "the test just does not" in short.blocked

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
        result = cost(ours, theirs, alone(300), 0.9, caps=(0.5, 8.0))
        assert decided(result) == (True, False)
        assert result.estimate == pytest.approx(sum(ours) / sum(theirs))
        assert result.notes == ()

    def test_a_saving_too_small_refutes(self) -> None:
        ours, theirs = bills(300, 0.4)
        assert decided(cost(ours, theirs, alone(300), 0.9, caps=(4.0, 8.0))) == (False, True)

    def test_a_high_cap_that_the_sample_never_met(self) -> None:
        ours, theirs = bills(60, 0.07)
        assert decided(cost(ours, theirs, alone(60), 0.9, caps=(0.4, 8.0)))[0]
        assert not decided(cost(ours, theirs, alone(60), 0.9, caps=(40.0, 8.0)))[0]

    def test_without_a_cap_more_is_asked(self) -> None:
        ours, theirs = bills(UNCAPPED_N - 1, 0.01)
        result = cost(ours, theirs, alone(UNCAPPED_N - 1), 0.9)
        assert str(result.problem).endswith("99 items are too few for that: it takes at least 100")
        assert result.notes == (TAIL_RISK,)
        ours, theirs = bills(UNCAPPED_N, 0.01)
        assert decided(cost(ours, theirs, alone(UNCAPPED_N), 0.9))[0]

    def test_an_uncapped_baseline_refutes_nothing_on_few_items(self) -> None:
        result = cost([0.15, 0.15], [1.0, 1.0], alone(2), 0.9, caps=(0.2, None))
        assert (result.p_refuted, result.notes) == (1.0, (TAIL_RISK,))
        ours, theirs = bills(UNCAPPED_N, 0.15)
        capped, open_ended = (cost(ours, theirs, alone(UNCAPPED_N), 0.9, caps=(1.0, cap)) for cap in (9.0, None))
        assert open_ended.p_refuted <= 0.05
        assert capped.notes == ()

    def test_what_only_the_cap_forbids_is_said_to_be_blocked(self) -> None:
        ours, theirs = bills(60, 0.07)
        result = cost(ours, theirs, alone(60), 0.9, caps=(40.0, 8.0))
        assert result.blocked == (
            "an answer can cost up to 40 USD, and 60 items are too few to rule out that enough of them would: "
            "with a limit of 0.4 USD these would do"
        )
        assert (result.detectable, result.needed, result.problem) == (None, None, None)
        ours, theirs = bills(UNCAPPED_N, 0.1 * 0.932, spread=0.32)
        barely = cost(ours, theirs, alone(UNCAPPED_N), 0.9)
        assert barely.interval.high is not None
        assert barely.interval.high > 0.1, "it reaches as far as the test lets it"
        assert barely.blocked == (
            "what an answer costs has no limit; say that an answer can cost up to 0.526 USD, and 100 items are too few "
            "to rule out that enough of them would: with a limit of 0.226 USD these would do, or about 220 items like "
            "them would"
        )

    def test_families_may_be_dear_as_wholes(self) -> None:
        """180 items of 18 families none of which exploded: not known to be cheap while 10 % of families might."""
        ours, theirs = [0.05] * 180, [1.0] * 180
        ours[::10], theirs[5::10] = [0.051] * 18, [1.1] * 18
        assert decided(cost(ours, theirs, alone(180), 0.9, caps=(1.0, 20.0)))[0]
        result = cost(ours, theirs, families(180, 10), 0.9, caps=(1.0, 20.0))
        assert result.p_supported > 0.05
        assert result.blocked is not None
        assert "180 items (worth 32 independent ones, assuming families as alike as these)" in result.blocked
        few = cost(ours, theirs, families(180, 10), 0.9)
        assert few.problem is not None
        assert "assuming families as alike as these) are too few for that: it takes at least 100" in few.problem

    def test_a_bill_of_nothing_has_no_ratio(self) -> None:
        assert cost([0.0] * 20, [1.0] * 20, alone(20), 0.9).problem == "a bill of 0 USD has no ratio"

    def test_few_clusters_decide_nothing(self) -> None:
        ours, theirs = bills(100, 0.01)
        assert cost(ours, theirs, families(100, 25), 0.9, caps=(1.0, 8.0)).problem is not None

    def test_amounts_must_be_amounts(self) -> None:
        with pytest.raises(ValueError, match="not negative"):
            cost([-1.0], [1.0], alone(1), 0.9)

    @pytest.mark.slow
    @settings(max_examples=20, deadline=None)
    @given(st.integers(0, 99), st.sampled_from([1e-6, 1.0, 1000.0]))
    def test_order_and_currency_change_nothing(self, turn: int, unit: float) -> None:
        ours, theirs = bills(100, 0.08)
        plain = cost(ours, theirs, families(100, 5), 0.9, caps=(1.0, 8.0))
        clusters = families(100, 5).clusters
        moved = list(zip(ours, theirs, clusters, strict=True))
        moved = moved[turn:] + moved[:turn]
        result = cost(
            [unit * m[0] for m in moved],
            [unit * m[1] for m in moved],
            Strata(["s"] * 100, [m[2] for m in moved]),
            0.9,
            caps=(unit, 8.0 * unit),
        )
        assert result.estimate == pytest.approx(plain.estimate)
        assert result.p_supported == pytest.approx(plain.p_supported, abs=2e-3)


class TestLatency:
    def test_slower_faster_and_too_few(self) -> None:
        ours, theirs = bills(80, 1.5)
        assert decided(latency(ours, theirs, alone(80), 2.0)) == (True, False)
        assert decided(latency(ours, theirs, alone(80), 1.1)) == (False, True)
        assert latency(ours, theirs, families(80, 40), 2.0).problem is not None

    def test_a_deadline_stands_for_the_stalls_not_met(self) -> None:
        ours, theirs = bills(80, 1.5)
        near, far = (latency(ours, theirs, alone(80), 2.0, deadlines=(most, 9.0)) for most in (9.0, 1e9))
        assert decided(near) == (True, False)
        assert not decided(far)[0]
        assert far.blocked is not None
        assert far.blocked.startswith("a call can take up to 1e+09 s, and 80 items are too few")
        assert decided(latency(ours, theirs, alone(80), 1.1, deadlines=(9.0, 9.0))) == (False, True)
        assert latency(ours, theirs, alone(80), 1.1, deadlines=(9.0, None)).p_refuted == 1.0
        few = latency(ours, theirs, alone(80), 2.0, deadlines=(None, 9.0))
        assert str(few.problem).endswith("80 items are too few for that: it takes at least 100")

    def test_what_no_call_can_break_needs_no_guard(self) -> None:
        ours, theirs = [1.0, 1.1, 1.0, 1.05], [1.0] * 4
        assert decided(latency(ours, theirs, alone(4), 9.0, deadlines=(2.0, 2.0)))[0]

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
