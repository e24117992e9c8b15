"""Cascades: dollars item by item, and a threshold that is chosen at the declared risk."""

from __future__ import annotations

import csv
import gzip
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench.stats import Floats, Strata
from bench.stats.cascade import (
    MOST_THRESHOLDS,
    CascadeItems,
    best_step,
    cascade_steps,
    cascaded,
    checked,
    cross_fitted,
    thresholds,
)

SWEBENCH = Path(__file__).parents[3] / "shared" / "data" / "swebench" / "bash_only_2025-12-10_instances.csv.gz"
"""Rows that may not be published: the figures below may."""
TABLE = {
    "deepseek-v3.2": ((60.0, 77.6, 42), (75.5, 43), (73.8, 48), (72.0, 54), 56),
    "gpt-5-mini": ((59.8, 77.2, 40), (75.2, 41), (73.4, 47), (71.7, 52), None),
    "glm-4.6": ((55.4, 77.2, 28), (74.7, 30), (72.6, 36), (70.4, 42), None),
    "qwen3-coder": ((55.4, 77.4, 4), (74.9, 7), (72.7, 13), (70.5, 19), 21),
    "minimax-m2": ((61.0, 78.0, -12), (75.9, -12), (74.2, -7), (72.5, -1), 2),
}
"""Cheap model: alone, quality and saving by a perfect check, then at false accepts of .1, .2, .3; the usual formula."""


def items(n: int = 400, worse: int = 0) -> tuple[CascadeItems, Floats, Strata]:
    """The cheap model fails where its score is low; the dear one fails on others."""
    scores = np.linspace(0, 1, n)
    ours = (scores > 0.3).astype(float)
    ours[n - worse :] = 0.0
    theirs = np.ones(n)
    theirs[::10] = 0.0
    cost = np.where(scores > 0.3, 1.0, 3.0)
    made = CascadeItems(ours=ours, theirs=theirs, our_cost=np.full(n, 0.1), their_cost=cost)
    return made, scores, Strata(["s"] * n, [str(at) for at in range(n)])


def test_savings_are_summed_item_by_item_and_the_usual_formula_overstates() -> None:
    made, scores, _ = items()
    policy = cascaded(made, scores > 0.3)
    assert policy.kept == pytest.approx(0.7)
    assert policy.saving == pytest.approx(1 - (40 + 120 * 3) / (280 + 360))
    assert policy.told > policy.saving + 0.2
    assert policy.seconds is None
    assert cascaded(made, np.zeros(400)).saving == pytest.approx(-40 / 640)
    free = CascadeItems(ours=made.ours, theirs=made.theirs, our_cost=made.our_cost, their_cost=np.zeros(400))
    with pytest.raises(ValueError, match="nothing to save"):
        cascaded(free, scores > 0.3)


def test_the_second_call_comes_after_the_first() -> None:
    made, scores, _ = items()
    timed = CascadeItems(
        ours=made.ours, theirs=made.theirs, our_cost=made.our_cost, their_cost=made.their_cost,
        our_seconds=np.full(400, 2.0), their_seconds=np.full(400, 10.0),
    )  # fmt: skip
    policy = cascaded(timed, scores > 0.3)
    assert policy.seconds == pytest.approx(2 + 0.3 * 10)
    assert policy.their_seconds == 10.0


def test_thresholds_go_from_the_safest_on_and_stop_at_the_first_failure() -> None:
    made, scores, strata = items()
    steps = [*cascade_steps(made, scores, strata, 0.05)]
    assert steps[0].threshold == math.inf
    assert steps[0].policy.kept == 0
    assert [step.shown for step in steps] == [True] * (len(steps) - 1) + [False]
    best = best_step(steps)
    assert best is not None
    assert 0.15 < best.threshold < 0.4
    assert best.policy.gain > -0.05


def test_where_the_cheap_model_is_as_good_every_answer_of_it_is_taken() -> None:
    made, scores, strata = items(200)
    same = replace(made, ours=made.theirs)
    steps = [*cascade_steps(same, scores, strata, 0.05)]
    best = best_step(steps)
    assert all(step.shown for step in steps)
    assert best is not None
    assert (best.threshold, best.policy.kept) == (0.0, 1.0)


def test_with_few_items_nothing_is_shown() -> None:
    made, scores, strata = items(40)
    steps = [*cascade_steps(made, scores, strata, 0.03)]
    assert (len(steps), best_step(steps)) == (1, None)
    assert cross_fitted(made, scores, strata, 0.03).saving == 0.0


def test_what_was_chosen_is_measured_on_other_items() -> None:
    made, scores, strata = items()
    fitted = cross_fitted(made, scores, strata, 0.05)
    best = best_step([*cascade_steps(made, scores, strata, 0.05)])
    assert best is not None
    assert fitted.n == 400
    assert fitted.saving == pytest.approx(best.policy.saving, abs=0.1)


@pytest.mark.slow
def test_a_score_that_says_nothing_is_hardly_ever_believed() -> None:
    """The policies are 3 points worse and more from some threshold on; 200 runs of a useless score."""
    rng, false = np.random.default_rng(1), 0
    n, strata = 300, Strata(["s"] * 300, [str(at) for at in range(300)])
    for _ in range(200):
        theirs = (rng.random(n) < 0.85).astype(float)
        ours = np.where(rng.random(n) < 0.25, 0.0, theirs)
        made = CascadeItems(ours=ours, theirs=theirs, our_cost=np.full(n, 0.1), their_cost=np.ones(n))
        best = best_step([*cascade_steps(made, rng.random(n), strata, 0.03)])
        false += best is not None and 0.25 * 0.85 * best.policy.kept > 0.03
    assert false <= 200 * 0.05 + 3 * math.sqrt(200 * 0.05 * 0.95)


def test_few_distinct_scores_are_each_a_threshold_and_many_are_not() -> None:
    assert thresholds(np.array([0.0, 1.0, 1.0])).tolist() == [math.inf, 1.0, 0.0]
    many = thresholds(np.linspace(0, 1, 500))
    assert len(many) == MOST_THRESHOLDS
    assert (np.diff(many[1:]) < 0).all()


@pytest.mark.skipif(not SWEBENCH.is_file(), reason="the rows of SWE-bench are not here, and may not be published")
def test_the_published_table_of_swe_bench_comes_out_of_its_items() -> None:
    rows: dict[str, dict[str, tuple[float, float]]] = {}
    with gzip.open(SWEBENCH, "rt") as file:
        for row in csv.DictReader(file):
            cells = (float(row["resolved"] in ("1", "True", "true", "1.0")), float(row["cost_usd"] or "nan"))
            rows.setdefault(row["folder"].lower(), {})[row["instance_id"]] = cells
    (dear,) = [each for name, each in rows.items() if "claude-opus-4-5" in name.replace(".", "-")]
    for name, (perfect, *errors, told) in TABLE.items():
        found = []
        for folder, cheap in rows.items():
            if name.replace(".", "-") in folder.replace(".", "-"):
                common = sorted(set(cheap) & set(dear))
                ours, theirs = (np.array([each[at] for at in common]) for each in (cheap, dear))
                found.append(
                    CascadeItems(ours=ours[:, 0], theirs=theirs[:, 0], our_cost=ours[:, 1], their_cost=theirs[:, 1])
                )
        made = next(each for each in found if round(100 * each.ours.mean(), 1) == perfect[0])
        policy = checked(made)
        assert 100 * policy.quality == pytest.approx(perfect[1], abs=0.1), name
        assert 100 * policy.saving == pytest.approx(perfect[2], abs=0.6), name
        if told is not None:
            assert 100 * policy.told == pytest.approx(told, abs=0.6), name
        for share, (quality, saving) in zip((0.1, 0.2, 0.3), errors, strict=True):
            policy = checked(made, share, 0.1)
            assert 100 * policy.quality == pytest.approx(quality, abs=0.1), (name, share)
            assert 100 * policy.saving == pytest.approx(saving, abs=0.6), (name, share)


def test_a_perfect_check_takes_what_is_right_and_nothing_else() -> None:
    sample, _, _ = items()
    perfect, blind = checked(sample), checked(sample, 1.0, 0.0)
    assert perfect.quality == pytest.approx(float(np.maximum(sample.ours, sample.theirs).mean()))
    assert blind.quality == pytest.approx(float(sample.ours.mean()))
