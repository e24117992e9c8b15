"""One more loss, one more dollar or one more second never improves a verdict, in either reading."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench.records.tables import ItemRow
from bench.stats import BoundTest, Ratio, Strata, difference_test, ratio_test, score_difference
from tests.claims.test_claims import CLAIM, judged, rows
from tests.sampling import sampled

ORDER = {"refuted": 0, "inconclusive": 1, "supported": 2}
ALPHA = 0.05


def verdict(test: BoundTest) -> int:
    """A part taken alone."""
    if test.p_within <= ALPHA and test.problem is None:
        return ORDER["supported"]
    return ORDER["refuted"] if test.p_beyond <= ALPHA / 2 else ORDER["inconclusive"]


def strata(families: int, each: int, about: str) -> Strata:
    n = families * each
    return Strata(["s"] * n, [str(at // each if about == "such" else at) for at in range(n)])


@pytest.mark.parametrize("each", [3, pytest.param(10, marks=pytest.mark.slow)])
def test_a_loss_in_a_family_of_wins_never_helps(each: int) -> None:
    """A family that the candidate wins as a whole spreads the values: a plain t test is clearer once it lost one."""
    rng = np.random.default_rng(8)
    for _ in range(12):
        sizes = rng.integers(each, 2 * each, 12)
        group = np.repeat(np.arange(12), sizes)
        values = np.where(rng.random(len(group)) < 0.03, -1.0, 0.0)
        values[group == 0] = 1.0
        for of in (
            Strata(["s"] * len(group), [str(g) for g in group]),
            Strata(["s"] * len(group), [str(at) for at in range(len(group))], [str(g) for g in group]),
        ):
            before, worse = 0.0, values.copy()
            for item in np.flatnonzero(group == 0):
                found, _ = score_difference(worse, of)
                assert found is not None
                p = found.above_p(-0.05)
                assert p >= before - 1e-4
                before = p
                worse[item] -= 1.0


def test_a_loss_more_does_not_support_what_none_left_open() -> None:
    """23 families of 10, three won: nothing lost was inconclusive, one lost supported."""
    found = []
    for lost in range(6):
        values = np.zeros(230)
        values[[3, 57, 121]], values[[200, 150, 90, 30, 10][:lost]] = 1, -1
        found.append(verdict(difference_test(values, strata(23, 10, "such"), 0.03)))
    assert found == sorted(found, reverse=True)


@pytest.mark.slow
@pytest.mark.parametrize("about", ["these", "such"])
@pytest.mark.parametrize("binary", [True, False])
def test_a_loss_more_never_helps(about: str, binary: bool) -> None:
    rng = np.random.default_rng(4)
    for at in range(6):
        group = strata(20, 10, about)
        values = rng.choice([-1.0, 0.0, 1.0], p=[0.02, 0.94, 0.04], size=200)
        if at % 2 and about == "these":  # one family carries the wins
            values[:10] = 1.0
        if not binary:
            values = values / 2
        test = difference_test(values, group, 0.05, binary=binary)
        for _ in range(8):
            worse = values.copy()
            item = rng.choice(np.flatnonzero(worse > -0.5))
            worse[item] -= 1.0 if binary else 0.5
            after = difference_test(worse, group, 0.05, binary=binary)
            assert verdict(after) <= verdict(test)
            assert about == "such" or after.p_within >= test.p_within - 1e-6
            values, test = worse, after


@pytest.mark.parametrize("about", ["these", "such"])
@pytest.mark.parametrize("of", list(Ratio))
@pytest.mark.parametrize("limit", [0.8, None])
@pytest.mark.parametrize("suites", sampled([1, 2], 1))
def test_a_dollar_or_a_second_more_never_helps(about: str, of: Ratio, limit: float | None, suites: int) -> None:
    """With a limit and without; on one suite and on the mean of two of unlike sizes."""
    rng = np.random.default_rng(5)
    items = strata(20, 10, about)
    if suites == 2:
        items = Strata(["a"] * 120 + ["b"] * 80, items.clusters)
    limits = (limit, None if limit is None else 40.0)
    for spread in (0.5, 1.5):
        baseline = rng.lognormal(0, 0.6, 200)
        candidate = np.minimum(0.8, 0.082 * baseline * rng.lognormal(-(spread**2) / 2, spread, 200))
        test = ratio_test(candidate, baseline, items, 0.1, of=of, limits=limits)
        for _ in range(4):
            dearer = candidate.copy()
            item = int(rng.choice([int(rng.integers(200)), int(candidate.argmin()), int(candidate.argmax())]))
            dearer[item] = min(0.8, dearer[item] * 1.5 + 0.02)
            after = ratio_test(dearer, baseline, items, 0.1, of=of, limits=limits)
            assert verdict(after) <= verdict(test)
            candidate, test = dearer, after


@pytest.mark.parametrize("about", ["these", "such"])
def test_a_loss_more_never_helps_the_mean_of_suites(about: str) -> None:
    rng = np.random.default_rng(6)
    items = strata(24, 10, about)
    items = Strata(["a"] * 80 + ["b"] * 160, items.clusters)
    values = rng.choice([-1.0, 0.0, 1.0], p=[0.01, 0.95, 0.04], size=240)
    test = difference_test(values, items, 0.05)
    for _ in range(6):
        worse = values.copy()
        worse[rng.choice(np.flatnonzero(worse > -0.5))] -= 1.0
        after = difference_test(worse, items, 0.05)
        assert verdict(after) <= verdict(test)
        values, test = worse, after


@pytest.mark.slow
@pytest.mark.parametrize("about", ["these", "such"])
@pytest.mark.parametrize("what", ["loss", "dollar", "second"])
def test_through_the_whole_judge(tmp_path: Path, about: str, what: str) -> None:
    """A claim of every part, read from a run's tables: each step takes something from the candidate."""
    rng = np.random.default_rng(7)
    claim = replace(CLAIM, margins={"cheaper_by": 0.5, "worse_by": 0.05, "slower_by": 2.0}, about=about)
    worse: set[int] = set()
    paces = rng.uniform(1.0, 1.6, 280)

    def changed(row: ItemRow, at: int) -> ItemRow:
        mine = row.model == "small"
        hit = mine and at in worse
        usd, seconds = (0.03 if mine else 0.1) * (1 + at % 5 / 10), (1.2 * paces[at] if mine else 1.0)
        return replace(
            row,
            family=f"f{at // 4}",
            cluster=f"f{at // 4}",
            score=0.0 if hit and what == "loss" else 1.0,
            cost_usd=usd * (5 if hit and what == "dollar" else 1),
            cost_retries_usd=0.0,
            cost_cap_usd=0.15,
            cost_cap_basis="worst case",
            latency_s=seconds * (6 if hit and what == "second" else 1),
        )

    verdicts = []
    for step in range(5):
        verdicts.append(ORDER[str(judged(tmp_path / f"{step}", rows(280, change=changed), claim).verdict)])
        worse |= {int(at) for at in rng.integers(0, 280, 2 + 12 * step)}
    assert verdicts == sorted(verdicts, reverse=True)
    assert verdicts[0] == ORDER["supported"]
    assert verdicts[-1] < verdicts[0]
