"""Drawn runs: their scores, costs and families are what was guessed, and looks agree with the end."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from bench.claims.forecast import forecast, replay
from bench.claims.worlds import Guess, draw, guess_of
from bench.records import SUCH, THESE
from tests.calibration.looks import CLAIM, layout

GUESS = Guess(difference=0.02, discordance=0.1, icc=0.2, ratio=0.05, baseline_usd=0.2)


def test_a_drawn_run_is_what_was_guessed() -> None:
    made, _ = layout(400, 40, 1)
    for about in (THESE, SUCH):
        pairs = draw(GUESS, made, about, np.random.default_rng(3))
        seen = guess_of(pairs)
        assert seen.difference == pytest.approx(0.02, abs=0.01 if about == THESE else 0.025)
        assert seen.discordance == pytest.approx(0.1, abs=0.012)
        assert seen.ratio == pytest.approx(0.05, rel=0.1)
        assert seen.baseline_usd == pytest.approx(0.2, rel=0.05)
        assert seen.icc == pytest.approx(0.2 if about == SUCH else 0.0, abs=0.03)
        assert pairs.candidate.cost.max() <= pairs.candidate.cap.max() * (1 + 1e-9)


def test_a_forecast_counts_how_drawn_runs_end() -> None:
    made, sizes = layout(6, 12, 1)
    clear = Guess(difference=-0.5, discordance=0.5, ratio=0.05, baseline_usd=1.0)
    seen = forecast(CLAIM, clear, made, sizes, worlds=4)
    assert (seen.refuted.estimate, seen.supported.estimate, seen.planned) == (1.0, 0.0, 72)
    assert seen.items < 72
    assert seen.usd is not None
    assert seen.usd_fixed is not None
    assert seen.usd < seen.usd_fixed
    assert [size.items for size in seen.sizes] == list(sizes.items["suite"])


def test_an_early_look_may_have_no_risk_to_spend() -> None:
    made, sizes = layout(6, 10, 1)
    seen = forecast(replace(CLAIM, confidence=0.999), Guess(ratio=0.05), made, sizes, worlds=2)
    assert (seen.supported.estimate, seen.refuted.estimate) == (0.0, 0.0)


@pytest.mark.slow
@pytest.mark.parametrize(("each", "share"), [(28, 0.60), (73, 0.36)])
def test_replays_of_one_run_agree_with_its_end_and_save_money(each: int, share: float) -> None:
    """400 seeded orders of one run of 504 or 1,314 items, 2 points better and 95 % cheaper: the verdicts that looks
    reach are the whole run's in at least 95 of 100, for at most so large a share of its bill."""
    first, _ = layout(18, each, 0)
    truth = Guess(difference=0.02, discordance=0.1, ratio=0.05, baseline_usd=0.05)
    whole = draw(truth, first, THESE, np.random.default_rng(8))
    ends = [replay(CLAIM, whole, *layout(18, each, 1 + seed)) for seed in range(400)]
    decided = [end for end in ends if str(end.verdict) != "inconclusive"]
    assert len(decided) >= 360
    agree = sum(end.verdict is end.fixed[-1] for end in decided) / len(decided)
    assert agree >= 0.95
    spent = float(np.mean([end.usd[end.look] / end.usd[-1] for end in ends]))
    assert spent <= share
    assert not any(math.isnan(end.margin) for end in ends)
