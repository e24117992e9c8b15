"""Giving up: only where neither verdict is in reach, whatever of the possible truths holds."""

from __future__ import annotations

import numpy as np
import pytest

from bench.claims.case import Case
from bench.claims.looks import Looks
from bench.claims.prospects import futile
from bench.claims.worlds import Guess, cut, draw, joined
from bench.records import THESE
from tests.calibration.looks import CLAIM, layout


@pytest.mark.parametrize(
    ("difference", "looks", "given_up"),
    [pytest.param(-0.03, 4, True, marks=pytest.mark.slow), (0.02, 2, False), (-0.15, 1, False)],
)
def test_a_claim_is_given_up_where_no_verdict_is_in_reach(difference: float, looks: int, given_up: bool) -> None:
    """After four of five looks at a candidate just at the margin; not one that is better, nor one that is worse."""
    made, sizes = layout(12, 10, 1)
    truth = Guess(difference=difference, discordance=0.2, ratio=0.05)
    whole = draw(truth, made, THESE, np.random.default_rng(3))
    pairs = tuple(cut(whole, made.until(wave)) for wave in range(looks))
    case = Case(claim=CLAIM, pairs=pairs[-1], declared=True, local=False, looks=Looks(sizes=sizes, pairs=pairs))
    assert futile(case, made, 1) is given_up
    every = Looks(sizes=sizes, pairs=tuple(cut(whole, made.until(wave)) for wave in range(5)))
    assert not futile(Case(claim=CLAIM, pairs=whole, declared=True, local=False, looks=every), made, 1)


def test_what_was_seen_stays_as_it_was_and_what_comes_is_drawn() -> None:
    made, _ = layout(6, 10, 1)
    whole = draw(Guess(ratio=0.05), made, THESE, np.random.default_rng(3))
    seen, rest = cut(whole, made.until(1)), made.chosen(np.flatnonzero(made.waves > 1))
    more = joined(seen, draw(Guess(ratio=0.5), rest, THESE, np.random.default_rng(4)), rest.until(2))
    assert (seen.n, rest.n, more.n) == (24, 36, 36)
    assert (more.candidate.cost[:24] == seen.candidate.cost).all()
    assert more.candidate.cost[24:].sum() > 3 * seen.candidate.cost.sum() * 12 / 24
