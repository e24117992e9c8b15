"""Weights of a log: an estimate of all its calls, a test that keeps its size, and equal weights as if none."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bench.stats import Floats, ItemWeights, Reason, Strata, smallest_n, weighted_difference, weighted_test
from bench.traffic.sampling import SampleChoices, _drawn, _heaviest, _Request


def alone(n: int) -> Strata:
    return Strata(["s"] * n, [str(at) for at in range(n)])


def weights(values: list[float] | Floats, heaviest: float | None = None, certain: int = 0) -> ItemWeights:
    array = np.asarray(values, dtype=float)
    first = np.arange(len(array)) < certain
    return ItemWeights(values=array, heaviest=heaviest or float(array.max()), certain=first)


def values(n: int, lost: int = 0, won: int = 0) -> Floats:
    found = np.zeros(n)
    found[:lost], found[lost : lost + won] = -1, 1
    return found


def test_the_estimate_is_the_logs_mean() -> None:
    found, _ = weighted_difference([-1.0, 0.0, 1.0, 0.0], weights([3, 1, 1, 5]), alone(4))
    assert found is not None
    assert found.estimate == pytest.approx(-0.2)


@pytest.mark.parametrize(("n", "lost", "shown"), [(58, 0, False), (59, 0, True), (200, 3, True), (200, 9, False)])
def test_equal_weights_need_as_many_items_as_none(n: int, lost: int, shown: bool) -> None:
    test = weighted_test(values(n, lost), weights([7.0] * n), alone(n), 0.05)
    assert smallest_n(0.05) == 59
    assert (test.p_within <= 0.05 and test.problem is None) is shown
    low = test.interval.low
    assert low is not None
    assert (low >= -0.05) is shown


def test_a_request_that_was_not_drawn_may_weigh_more_than_these_items_can_show() -> None:
    test = weighted_test(values(100), weights([1.0] * 100, heaviest=10.0), alone(100), 0.05)
    assert test.problem is not None
    assert test.problem.reason is Reason.FEW_ITEMS
    assert test.problem.worth == pytest.approx(10)
    assert test.problem.least == math.ceil(math.log(0.05) / math.log1p(-0.05 / (0.05 + 9.5)))
    assert test.p_within > 0.05


def test_what_is_certain_is_not_drawn() -> None:
    """Half of the traffic is one request: where it is known, the others need to show half as much."""
    heavy = np.array([99.0, *[1.0] * 99])
    drawn = weighted_test(values(100), weights(heavy), alone(100), 0.05)
    known = weighted_test(values(100), weights(heavy, heaviest=1.0, certain=1), alone(100), 0.05)
    assert drawn.p_within > 0.05 >= known.p_within
    lost = weighted_test(values(100, lost=1), weights(heavy, heaviest=1.0, certain=1), alone(100), 0.05)
    assert lost.estimate == pytest.approx(-0.5)
    assert lost.p_beyond <= 0.05


def test_swapping_the_sides_mirrors() -> None:
    some, of = values(120, 4, 11), weights(np.linspace(1, 2, 120))
    one, other = (weighted_difference(each, of, alone(120))[0] for each in (some, -some))
    assert one is not None
    assert other is not None
    assert one.above_p(-0.05) == pytest.approx(other.below_p(0.05), rel=1e-9)
    assert one.interval(0.9).low == pytest.approx(-(other.interval(0.9).high or 0), abs=1e-6)


def test_clusters_are_worth_less() -> None:
    some, of = values(120, 2), weights([1.0] * 120)
    grouped = Strata(["s"] * 120, [str(at // 6) for at in range(120)])
    alike = weighted_test(some, of, grouped, 0.05)
    assert alike.design_effect > 1
    assert alike.p_within >= weighted_test(some, of, alone(120), 0.05).p_within
    one = [weighted_test(values(120, 1), of, strata, 0.05).p_within for strata in (grouped, alone(120))]
    assert one[0] > one[1]


def _log(rng: np.random.Generator, n: int, shape: str) -> list[_Request]:
    calls = np.where(rng.random(n) < 0.9, 1, 2) if shape == "once" else np.minimum(rng.zipf(2.2, n), 400)
    usd = calls * rng.lognormal(0, 0.35, n)
    return [
        _Request(row=at, calls=int(c), usd=float(u), priced=1) for at, (c, u) in enumerate(zip(calls, usd, strict=True))
    ]


def _edge(rng: np.random.Generator, requests: list[_Request], where: str, margin: float) -> Floats:
    """Differences of which the log's calls lose just `margin`: anywhere, or where calls are many, or dear."""

    def key(request: _Request) -> float:
        if where == "anywhere":
            return 0.0
        return -request.calls if where == "often" else -request.usd / request.calls

    order = sorted(requests, key=lambda request: (key(request), rng.random()))
    if where != "anywhere":
        half = order[: len(order) // 2]
        order = [half[at] for at in rng.permutation(len(half))] + order[len(half) :]
    found = (rng.random(len(requests)) < 0.05).astype(float)
    left = sum(r.calls for r in requests) * margin + sum(found[r.row] * r.calls for r in requests)
    for request in order:
        if left <= 0:
            break
        left -= request.calls * (1 + found[request.row])
        found[request.row] = -1
    return found


@pytest.mark.slow
@pytest.mark.parametrize("where", ["anywhere", "often", "dear"])
@pytest.mark.parametrize(("by", "shape"), [("calls", "once"), ("frequency", "often"), ("dollars", "once")])
def test_a_sample_by_calls_frequency_or_dollars_errs_as_rarely_as_it_says(by: str, shape: str, where: str) -> None:
    """At the margin at most 6 % + 3 se of drawn samples show it; of equal models at least 60 %."""
    rng, runs, n, false, true = np.random.default_rng(5), 300, 300, 0, 0
    requests = _log(rng, 5000, shape)
    for _ in range(runs):
        edge = _edge(rng, requests, where, 0.05)
        for request in requests:
            request.chance, request.certain = 1.0, False
        drawn = _drawn(requests, SampleChoices(n=n, seed=int(rng.integers(1 << 30)), by=by))
        at = np.array([request.row for request in drawn])
        of = ItemWeights(
            values=np.array([request.weight for request in drawn]),
            heaviest=_heaviest(requests),
            certain=np.array([request.certain for request in drawn]),
        )
        same = rng.choice([-1.0, 0.0, 1.0], n, p=[0.03, 0.94, 0.03])
        for differences, count in ((edge[at], "false"), (same, "true")):
            test = weighted_test(differences, of, alone(n), 0.05, cutoff=0.05)
            shown = test.p_within <= 0.05 and test.problem is None
            false, true = false + (shown and count == "false"), true + (shown and count == "true")
    assert false / runs <= 0.06 + 3 * math.sqrt(0.06 * 0.94 / runs)
    assert true / runs >= 0.6


def test_where_everything_is_certain_nothing_is_left_to_chance() -> None:
    known = weighted_test(values(4, lost=1), weights([1.0] * 4, certain=4), alone(4), 0.5)
    assert (known.p_within <= 0.05, known.p_beyond) == (True, 1.0)
    assert weighted_test(values(4, lost=3), weights([1.0] * 4, certain=4), alone(4), 0.5).p_within == 1.0


def test_a_cutoff_asks_for_p_values_alone() -> None:
    quick = weighted_test(values(200, 3), weights([7.0] * 200), alone(200), 0.05, cutoff=0.05)
    assert quick.p_within <= 0.05 < quick.p_beyond
    assert quick.interval.low is None


def test_a_choice_of_items_keeps_their_weights() -> None:
    chosen = weights([3.0, 1.0, 2.0], certain=1).chosen(np.array([True, False, True]))
    assert (chosen.values.tolist(), chosen.certain.tolist(), chosen.heaviest) == ([3.0, 2.0], [True, False], 3.0)


def test_few_clusters_decide_nothing_and_no_number_is_refused() -> None:
    few = Strata(["s"] * 40, [str(at // 10) for at in range(40)])
    test = weighted_test(values(40), weights([1.0] * 40), few, 0.05)
    assert test.problem is not None
    assert test.problem.reason is Reason.FEW_CLUSTERS
    with pytest.raises(ValueError, match="finite"):
        weighted_difference([float("nan")], weights([1.0]), alone(1))


def test_a_candidate_that_lost_everything_has_no_bound_above_the_least() -> None:
    found, _ = weighted_difference([-1.0] * 10, weights([1.0] * 10), alone(10))
    assert found is not None
    assert found.interval(0.9).low == -1.0
