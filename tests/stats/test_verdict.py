"""From halves to verdicts, and Holm's correction over claims."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.stats import Interval
from bench.stats.half import Half, detectable, hull, needed
from bench.stats.verdict import Verdict, combine, holm

GOOD = Half("quality", 0.0, Interval(0.0, -0.01, 0.01, 9), Interval(0.0, -0.02, 0.02, 9), 0.01, 0.9, 9, needed=5)
BAD = replace(GOOD, p_supported=0.99, p_refuted=0.001, needed=7)


def test_every_half_must_hold() -> None:
    both = combine({("s", "quality"): GOOD, ("s", "cost"): replace(GOOD, p_supported=0.04)})
    assert both.p_supported == 0.04
    assert both.verdict(0.05) is Verdict.SUPPORTED
    assert both.verdict(0.03) is Verdict.INCONCLUSIVE
    assert both.needed == 5


def test_one_failing_half_refutes_at_its_share_of_the_level() -> None:
    judged = combine({("s", "quality"): GOOD, ("s", "cost"): BAD})
    assert judged.p_refuted == 0.002
    assert judged.failing == ("s", "cost")
    assert judged.verdict(0.05) is Verdict.REFUTED
    four = {(suite, name): replace(BAD, p_refuted=0.02) for suite in "ab" for name in ("quality", "cost")}
    assert combine(four).verdict(0.05) is Verdict.INCONCLUSIVE


def test_a_problem_supports_nothing_and_can_still_be_refuted() -> None:
    small = replace(GOOD, problem="too few")
    assert combine({("s", "quality"): small}).verdict(0.05) is Verdict.INCONCLUSIVE
    assert combine({("s", "quality"): small}).problems == {("s", "quality"): "too few"}
    assert combine({("s", "quality"): replace(BAD, problem="too few")}).verdict(0.05) is Verdict.REFUTED


def test_what_nothing_would_decide_has_no_needed_items() -> None:
    assert combine({("s", "quality"): GOOD, ("s", "cost"): replace(GOOD, needed=None)}).needed is None
    assert combine({("s", "quality"): replace(GOOD, p_refuted=1.0)}).failing is None


def test_a_claim_without_halves_says_nothing() -> None:
    with pytest.raises(ValueError, match="nothing"):
        combine({})


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []


def test_distances_and_hulls() -> None:
    assert detectable(0.0, 10, 0.05) is None
    assert detectable(0.3, 100, 0.05) == pytest.approx(2.486 * 0.03, rel=1e-3)
    assert needed(0.3, 0.0, 1, 0.05) is None
    assert needed(0.3, 0.03, 1, 0.05) == 619
    assert needed(0.3, 3.0, 99, 0.05) == 99
    open_ended, closed = Interval(0.0, None, 0.1, 4), Interval(0.0, -0.2, 0.05, 4)
    assert hull(open_ended, closed) == Interval(0.0, None, 0.1, 4)
    assert hull(closed, open_ended).high == 0.1
    assert hull(closed, Interval(0.0, -0.1, None, 4)) == Interval(0.0, -0.2, None, 4)
