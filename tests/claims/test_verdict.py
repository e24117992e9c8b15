"""From the parts of a claim to its verdict."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.claims import PartResult, Verdict, combine
from bench.stats import Interval

GOOD = PartResult(
    name="quality",
    estimate=0.0,
    interval=Interval(0.0, -0.01, 0.01, 9),
    interval_95=Interval(0.0, -0.02, 0.02, 9),
    p_supported=0.01,
    p_refuted=0.9,
    n=9,
    needed=5,
)
BAD = replace(GOOD, p_supported=0.99, p_refuted=0.001, needed=7)


def test_every_part_must_hold() -> None:
    both = combine({("s", "quality"): GOOD, ("s", "cost"): replace(GOOD, p_supported=0.04)})
    assert both.p_supported == 0.04
    assert both.verdict(0.05) is Verdict.SUPPORTED
    assert both.verdict(0.03) is Verdict.INCONCLUSIVE
    assert both.needed == 5


def test_one_failing_part_refutes_at_its_share_of_the_level() -> None:
    test = combine({("s", "quality"): GOOD, ("s", "cost"): BAD})
    assert test.p_refuted == 0.002
    assert test.failing == ("s", "cost")
    assert test.verdict(0.05) is Verdict.REFUTED
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


def test_a_claim_without_parts_says_nothing() -> None:
    with pytest.raises(ValueError, match="nothing"):
        combine({})
