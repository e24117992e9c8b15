from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bench.stats import BridgeSide, bridge

NAMES = ["list price", "tokenizer", "verbosity", "reasoning", "cache", "retries and waste", "solved rate"]


def side(
    prompt: tuple[float, float, float, float], answer: float, reasoning: float, characters: float,
    prices: tuple[float, float, float, float, float], billed: float, solved: float,
) -> BridgeSide:  # fmt: skip
    """One item."""
    return BridgeSide(
        tokens_in=np.array([prompt]),
        answer=np.array([answer]),
        reasoning=np.array([reasoning]),
        characters=np.array([characters]),
        prices=np.array([prices]),
        billed=billed,
        solved=solved,
    )


# The baseline pays 10 and 50 a token, so 100 x 10 + (20 + 40) x 50 = 4000, and 4400 with retries.
BASELINE = side((100, 0, 0, 0), 20, 40, 100, (10, 1, 0, 0, 50), 4400, 0.8)
# The candidate pays 1 and 5, with 80 of 160 prompt tokens from its cache at 0.5: 80 + 40 + (60 + 100) x 5 = 920.
CANDIDATE = side((80, 80, 0, 0), 60, 100, 200, (1, 0.5, 0, 0, 5), 1380, 0.4)


def test_each_factor_by_hand() -> None:
    """Worked in the comments: the cost after each replacement."""
    steps = bridge(BASELINE, CANDIDATE)
    assert [step.name for step in steps] == NAMES
    costs = [
        4000,
        400,  # 100 x 1 + 60 x 5
        510,  # 160 prompt tokens; 60 / 200 instead of 20 / 100 tokens per character makes 30: 160 + 70 x 5
        660,  # the candidate's 200 characters are 60 tokens: 160 + 100 x 5
        960,  # 100 tokens of reasoning instead of 40: 160 + 160 x 5
        920,  # half of the prompt at half of the price
    ]
    expected = [after / before for before, after in pairwise(costs)]
    waste = (1380 / 920) / (4400 / 4000)
    assert [step.factor for step in steps] == pytest.approx([*expected, waste, 0.8 / 0.4])
    assert steps[0].ratio == pytest.approx(0.1), "the saving in list prices is 90 %"
    assert steps[-2].ratio == pytest.approx(1380 / 4400)
    assert steps[-1].ratio == pytest.approx((1380 / 0.4) / (4400 / 0.8))


def test_a_side_against_itself_changes_nothing() -> None:
    assert [step.factor for step in bridge(BASELINE, BASELINE)] == pytest.approx([1.0] * 7)


def test_without_a_solved_item_the_last_factor_is_unknown() -> None:
    for pair in ((replace(BASELINE, solved=0.0), CANDIDATE), (BASELINE, replace(CANDIDATE, solved=0.0))):
        steps = bridge(*pair)
        assert steps[-1].factor is None
        assert steps[-1].ratio is None
        assert steps[-2].ratio == pytest.approx(1380 / 4400)


def test_without_answer_text_the_difference_is_verbosity() -> None:
    silent = replace(BASELINE, characters=np.array([0.0]))
    steps = {step.name: step.factor for step in bridge(silent, CANDIDATE)}
    assert steps["tokenizer"] == pytest.approx((160 + 60 * 5) / 400)
    assert steps["verbosity"] == pytest.approx((160 + 100 * 5) / (160 + 60 * 5))


def test_items_must_match_and_cost_something() -> None:
    with pytest.raises(ValueError, match="the same items"):
        bridge(BASELINE, replace(CANDIDATE, answer=np.array([1.0, 2.0])))
    empty = BridgeSide(
        tokens_in=np.empty((0, 4)),
        answer=np.empty(0),
        reasoning=np.empty(0),
        characters=np.empty(0),
        prices=np.empty((0, 5)),
        billed=1.0,
        solved=1.0,
    )
    with pytest.raises(ValueError, match="at least one"):
        bridge(empty, empty)
    for changes in ({"billed": 0.0}, {"prices": np.zeros((1, 5))}):
        with pytest.raises(ValueError, match="costs nothing"):
            bridge(BASELINE, replace(CANDIDATE, **changes))


@st.composite
def sides(draw: st.DrawFn, n: int) -> BridgeSide:
    """Any side over n items."""

    def column(low: float, high: float, width: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        numbers = st.lists(st.floats(low, high), min_size=n * width, max_size=n * width)
        return np.array(draw(numbers)).reshape(n, width)

    return BridgeSide(
        tokens_in=np.round(column(0, 200_000, 4)),
        answer=np.round(column(0, 30_000, 1)[:, 0]),
        reasoning=np.round(column(0, 30_000, 1)[:, 0]),
        characters=np.round(column(0, 100_000, 1)[:, 0]),
        prices=column(1e-9, 1e-4, 5),
        billed=draw(st.floats(1e-9, 100)),
        solved=draw(st.floats(0.01, 1)),
    )


@given(st.integers(1, 6).flatmap(lambda n: st.tuples(sides(n), sides(n))))
def test_the_factors_multiply_to_the_total(pair: tuple[BridgeSide, BridgeSide]) -> None:
    baseline, candidate = pair
    assume(all((side.tokens_in.sum(axis=1) > 0).all() and side.answer.sum() > 0 for side in pair))
    steps = bridge(baseline, candidate)
    product = math.prod(step.factor for step in steps if step.factor is not None)
    total = (candidate.billed / candidate.solved) / (baseline.billed / baseline.solved)
    assert product == pytest.approx(total, rel=1e-9)
    assert steps[-1].ratio == pytest.approx(total, rel=1e-9)
    assert steps[-2].ratio == pytest.approx(candidate.billed / baseline.billed, rel=1e-9)
