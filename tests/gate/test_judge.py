"""What fails a gate, what does not, and what it refuses to judge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.errors import IncompleteError, UsageError
from bench.gate import (
    ALL,
    SECOND,
    Finding,
    FindingStatus,
    GateResult,
    GateVerdict,
    judge_folder,
    lines,
    load,
    suspects,
    take,
)
from bench.records.files import remove_folder
from bench.records.folder import write_tables
from bench.records.tables import ItemRow
from tests.gate.worlds import MACHINE, rows, write
from tests.report.sample_run import model, not_asked


class World:
    """A baseline and a run in two folders."""

    def __init__(self, folder: Path) -> None:
        self.base, self.now = folder / "base", folder / "now"

    def judge(self, before: Sequence[ItemRow], after: Sequence[ItemRow], **options: Any) -> GateResult:
        """The run against the baseline; `manifest` are fields of the run's run.json."""
        write(self.base, before, run="20261119T101500Z-0123abcd")
        write(self.now, after, **options.pop("manifest", {}))
        base, _ = load(str(self.base), self.base)
        return judge_folder(self.now, base, **options)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def of(result: GateResult, measure: str, suite: str = "reasoning") -> Finding:
    [found] = [f for f in result.findings if (f.measure, f.suite) == (measure, suite)]
    return found


def test_six_lost_of_six_that_differ_fail_and_five_do_not(world: World) -> None:
    for lost, verdict, p in ((6, GateVerdict.FAILED, 2 / 2**6), (5, GateVerdict.PASSED, 2 / 2**5)):
        result = world.judge(rows([1.0] * 40), rows([0.0] * lost + [1.0] * (40 - lost)))
        quality = of(result, "quality")
        assert result.verdict is verdict
        assert quality.p == pytest.approx(p)
        assert (quality.lost, quality.won, quality.n, quality.before) == (lost, 0, 40, 1.0)
        assert [move.item for move in result.moves] == [f"reasoning_sum/{at}" for at in range(lost)]


def test_a_point_that_comes_and_goes_is_no_alarm(world: World) -> None:
    result = world.judge(rows([1.0] * 8 + [0.0] * 8), rows([0.0] * 6 + [1.0] * 2 + [1.0] * 4 + [0.0] * 4))
    assert result.verdict is GateVerdict.PASSED
    assert (of(result, "quality").lost, of(result, "quality").won) == (6, 4)
    assert [move.lost for move in result.moves] == [True] * 6 + [False] * 4


def test_a_small_drop_everywhere_fails_all_suites_together(world: World) -> None:
    suites = [f"suite{at}" for at in range(5)]
    before = [row for suite in suites for row in rows([1.0] * 20, suite=suite)]
    after = [row for suite in suites for row in rows([0.0] * 2 + [1.0] * 18, suite=suite)]
    both = [replace(row, model="second") for row in before]
    result = world.judge([*before, *both], [*after, *both])
    assert result.verdict is GateVerdict.FAILED
    assert [f.suite for f in result.findings if f.measure == "quality"] == [*suites, ALL] * 2
    assert {f.suite for f in result.findings if f.failed} == {ALL}
    assert suspects(result.findings) == {("small", None)}
    first = {f.suite: f.p for f in result.findings if f.measure == "quality" and f.model == "small"}
    assert first[ALL] == pytest.approx(2 * 2 / 2**10), "half the level, for two models"
    assert first["suite0"] == pytest.approx(1.0)


def test_partial_credit_and_repeats_are_judged_by_their_means(world: World) -> None:
    rng = np.random.default_rng(1)
    score = rng.uniform(0.4, 0.8, 60).tolist()
    less = [value - 0.15 + 0.1 * noise for value, noise in zip(score, rng.uniform(-1, 1, 60), strict=True)]
    assert world.judge(rows(score), rows(less)).verdict is GateVerdict.FAILED
    again = rows(score) + rows([value - 0.01 for value in score], repeat=1)
    result = world.judge(again, again[60:] + rows(score, repeat=1))
    assert (result.verdict, of(result, "quality").n) == (GateVerdict.PASSED, 60)


def test_few_missing_answers_are_left_out_and_many_decide(world: World) -> None:
    few = world.judge(rows([1.0] * 200), rows([None] * 2 + [1.0] * 198))
    assert (few.verdict, of(few, "quality").n, few.blind) == (GateVerdict.PASSED, 198, ())
    many = world.judge(rows([1.0] * 40), rows([None] * 8 + [1.0] * 32))
    assert many.verdict is GateVerdict.BLIND
    assert many.blind == (
        "small, reasoning: 20.0 % of the answers are missing, and if they were wrong the gate would fail",
    )
    harmless = world.judge(rows([1.0] * 40), rows([None] * 3 + [1.0] * 37))
    assert harmless.verdict is GateVerdict.PASSED


def test_a_run_without_a_score_cannot_pass(world: World) -> None:
    result = world.judge(rows([1.0] * 5 + [0.0] * 19), rows([None] * 24))
    assert result.verdict is GateVerdict.BLIND
    assert "small, reasoning: no item has a score both in the run and in the baseline" in result.blind


def test_what_is_demanded_and_cannot_be_seen_is_said(world: World) -> None:
    result = world.judge(rows([1.0] * 24), rows([1.0] * 24), detect=0.05)
    assert result.verdict is GateVerdict.BLIND
    assert result.blind == ("small, reasoning: 24 items cannot detect a drop of less than 32.8 points",)
    assert world.judge(rows([1.0] * 24), rows([1.0] * 24), detect=0.33).verdict is GateVerdict.PASSED
    floor = world.judge(rows([0.0] * 24), rows([0.0] * 24), detect=0.5)
    assert of(floor, "quality").detectable is None
    assert floor.blind == (
        "small, reasoning: of 24 items with a score of 0.0 %, fewer than 4 in 5 of even a complete loss would be seen",
    )
    failed = world.judge(rows([1.0] * 24), rows([0.0] * 24), detect=0.05)
    assert failed.verdict is GateVerdict.FAILED, "a failure comes first"


def test_tokens_may_grow_by_a_tenth(world: World) -> None:
    spread = [50 + at for at in range(40)]
    for factor, failed in ((1.09, False), (1.2, True)):
        more = [round(factor * tokens) for tokens in spread]
        result = world.judge(rows([1.0] * 40, out_total=spread), rows([1.0] * 40, out_total=more))
        assert of(result, "tokens out").failed is failed
        assert not of(result, "tokens in").failed
        assert result.verdict is (GateVerdict.FAILED if failed else GateVerdict.PASSED)


@pytest.mark.parametrize(("measure", "column", "much"), [("tokens out", "out_total", 100), ("cost", "cost_usd", 0.01)])
def test_one_unknown_amount_of_many_switches_no_measure_off(
    world: World, measure: str, column: str, much: float
) -> None:
    before: dict[str, Any] = {column: [None, *[much / 2] * 199]}
    after: dict[str, Any] = {column: much}
    gap = rows([1.0] * 200, **before)
    doubled = world.judge(gap, rows([1.0] * 200, **after))
    assert (doubled.verdict, of(doubled, measure).status, of(doubled, measure).n) == (
        GateVerdict.FAILED, FindingStatus.FAILED, 199,
    )  # fmt: skip
    assert of(doubled, measure).why == "unknown for 1 of 200 items"
    assert world.judge(gap, gap).verdict is GateVerdict.PASSED


def test_many_unknown_amounts_cannot_tell_unless_something_fails(world: World) -> None:
    gaps = rows([1.0] * 40, out_total=[None, *[50] * 39])
    for before, after in ((gaps, rows([1.0] * 40)), (rows([1.0] * 40), gaps)):
        result = world.judge(before, after)
        tokens = of(result, "tokens out")
        assert (tokens.status, tokens.why) == (FindingStatus.BLIND, "unknown for 1 of 40 items")
        assert (tokens.before, tokens.after, tokens.n) == (50, 50, 39)
        assert result.verdict is GateVerdict.BLIND
        assert result.blind == ("small, reasoning: tokens out is unknown for 1 of 40 items",)
    silent = world.judge(rows([1.0] * 40), rows([1.0] * 40, out_total=None))
    assert (silent.verdict, of(silent, "tokens out").why) == (GateVerdict.BLIND, "unknown for 40 of 40 items")
    assert world.judge(gaps, rows([0.0] * 40)).verdict is GateVerdict.FAILED, "a failure comes first"


def test_what_neither_side_ever_reported_is_named_and_not_demanded(world: World) -> None:
    result = world.judge(rows([1.0] * 40, out_total=None), rows([1.0] * 40, out_total=None))
    assert (result.verdict, of(result, "tokens out").status) == (GateVerdict.PASSED, FindingStatus.REPORTED)
    assert any("tokens out not judged: unknown on both sides" in line for line in lines(result))


def test_cost_is_judged_at_one_price_only(world: World) -> None:
    dear = rows([1.0] * 40, cost_usd=0.01)
    assert of(world.judge(rows([1.0] * 40), dear), "cost").failed
    repriced = world.judge(rows([1.0] * 40), [replace(row, price_id="acme/small@2026-11-01") for row in dear])
    cost = of(repriced, "cost")
    assert (repriced.verdict, cost.status, cost.why) == (
        GateVerdict.PASSED,
        FindingStatus.REPORTED,
        "the price changed",
    )
    assert cost.before == pytest.approx(0.001)
    assert cost.after == pytest.approx(0.01)
    assert any("price acme/small@2026-10-07 → acme/small@2026-11-01" in line for line in repriced.changes)
    local = {"models": {"small": model()}}
    machine = rows([1.0] * 40, price_id="usd_per_hour=0.1")
    assert of(world.judge(machine, machine, manifest=local), "cost").why == "the cost of local weights is machine time"


def test_what_else_changed_is_named(world: World) -> None:
    after = rows(
        [1.0] * 20, served_model="small-2027", sampling_applied="{}", outcome=["answered"] * 18 + ["refused"] * 2
    )
    versions = {"claimbench": "0.2.0"}
    models = {"small": model("acme/small", max_tokens=640)}
    result = world.judge(rows([1.0] * 20), after, manifest={"versions": versions, "models": models})
    assert result.changes == (
        "small: max_tokens 320 → 640",
        "small: served model small-2026 → small-2027",
        'small: sampling sent {"temperature": 0.0} → {}',
        "small, reasoning: refused 0.0 % → 10.0 % of the answers",
        "versions: claimbench 0.1.0 → 0.2.0",
    )
    assert result.verdict is GateVerdict.PASSED


def test_another_machine_is_accepted_and_its_latency_is_not(world: World) -> None:
    slow = rows([1.0] * 40, latency_s=9.0)
    same = world.judge(rows([1.0] * 40), slow)
    assert (of(same, "latency").status, of(same, "latency").why) == (
        FindingStatus.REPORTED, "not asked side by side in one run",
    )  # fmt: skip
    other = {"machine": {**MACHINE, "cpu": "EPYC"}, "models": {"small": model()}}
    moved = world.judge(rows([1.0] * 40), slow, manifest=other)
    assert of(moved, "latency").why == "not comparable: other machine"
    assert moved.notes == (
        "the baseline is of another machine: its latency is not comparable; texts of local weights may differ across "
        "CPUs",
    )
    assert moved.verdict is GateVerdict.PASSED


def side_by_side(folder: Path, factor: float, n: int = 100, apart_s: int = 1) -> Path:
    """Two models of one run, asked back to back."""
    rng = np.random.default_rng(1)
    base = np.exp(0.35 * rng.standard_normal(n))
    now = factor * np.exp(0.35 * rng.standard_normal(n))
    found = []
    for label, seconds, at in (("old", base, 0), ("new", now, apart_s)):
        started = [f"2026-11-20T10:{15 + (at + k) // 60:02}:{(at + k) % 60:02}.000+00:00" for k in range(n)]
        found += rows([1.0] * n, label, latency_s=seconds.tolist(), started_at=started)
    return write(folder, found)


@pytest.mark.parametrize(("factor", "failed"), [(1.0, False), (1.5, True)])
def test_latency_is_judged_where_both_were_asked_side_by_side(tmp_path: Path, factor: float, failed: bool) -> None:
    folder = side_by_side(tmp_path / "run", factor)
    base, base_folder = load("run", tmp_path)
    result = judge_folder(folder, base, base_folder, models={"new": "old"})
    latency = of(result, "latency")
    assert (latency.failed, latency.n) == (failed, 100)
    assert latency.ratio is not None
    assert latency.ratio.estimate == pytest.approx(factor, rel=0.1)
    assert suspects(result.findings) == set(), "asking again later would compare two blocks"


def test_pairs_far_apart_in_time_are_shown_only(tmp_path: Path) -> None:
    folder = side_by_side(tmp_path / "run", 1.5, apart_s=600)
    base, base_folder = load(str(folder), tmp_path)
    latency = of(judge_folder(folder, base, base_folder, models={"new": "old"}), "latency")
    assert (latency.status, latency.why) == (FindingStatus.REPORTED, "0 of 100 pairs were timed cleanly; it takes 95 %")
    with pytest.raises(UsageError, match="would be compared with itself"):
        judge_folder(folder, base, base_folder)


def test_other_slices_and_models_are_told(world: World) -> None:
    before = rows([1.0] * 30) + rows([1.0] * 30, "other")
    after = rows([1.0] * 40)[10:]
    assert world.judge(before, after).notes == (
        "small, reasoning: judged on 20 items, of 30 in the baseline",
        "small, reasoning: judged on 20 items, of 30 in the run; the others are new",
        "of the baseline's models other was not asked",
    )
    mapped = world.judge(before, after, models={"small": "other"})
    assert "was not asked" not in " ".join(mapped.notes)
    chosen = world.judge(before, after + rows([1.0] * 40, "other")[10:], models={"small": "small"})
    assert "was not asked" not in " ".join(chosen.notes), "it was asked, and left out by choice"


def test_an_incomplete_run_is_not_judged(world: World) -> None:
    part = rows([1.0] * 4) + [not_asked(row) for row in rows([1.0] * 24)[4:]]
    with pytest.raises(IncompleteError, match="20 answers of small, reasoning were never asked for"):
        world.judge(rows([1.0] * 24), part)
    with pytest.raises(IncompleteError, match="24 answers of small, reasoning"):
        world.judge(rows([1.0] * 24), [not_asked(row) for row in rows([1.0] * 24)])
    other = rows([1.0] * 24, "b")
    assert world.judge(other, part + other, models={"b": "b"}).verdict is GateVerdict.PASSED
    coding = rows([1.0] * 24, suite="coding")
    assert world.judge(coding, part + coding, suites=["coding"]).verdict is GateVerdict.PASSED


def test_a_run_that_never_ended_is_no_baseline(tmp_path: Path) -> None:
    part = write(tmp_path / "part", rows([1.0] * 4) + [not_asked(row) for row in rows([1.0] * 24)[4:]])
    whole = write(tmp_path / "whole", rows([1.0] * 24))
    with pytest.raises(IncompleteError, match="20 answers of small, reasoning"):
        judge_folder(whole, *load(str(part), tmp_path))


def test_tasks_with_a_slash_are_told_apart(world: World) -> None:
    before = rows([1.0] * 20, task="math/alg") + rows([1.0] * 20, task="math", item=[f"old/{at}" for at in range(20)])
    assert world.judge(before, before).verdict is GateVerdict.PASSED
    newer = [replace(row, task_version="2") if row.task == "math/alg" else row for row in before]
    with pytest.raises(UsageError, match="math/alg: version 1 in the baseline, 2 now"):
        world.judge(before, newer)
    other = rows([1.0], task="math/alg", item="0"), rows([1.0], task="math", item="alg/0")
    with pytest.raises(UsageError, match="math/alg/0 is of task math/alg in the baseline, and of math now"):
        world.judge(*other)
    with pytest.raises(UsageError, match="two items are both called math/alg/0"):
        world.judge(before, other[0] + other[1])


@pytest.mark.parametrize(
    ("after", "manifest", "says"),
    [
        (rows([1.0], suite="coding"), {}, "the run has no suite 'reasoning' of small"),
        (rows([1.0]) + rows([1.0], suite="coding"), {}, "the baseline has no suite 'coding' of small"),
        (rows([1.0], task_version="2"), {}, "reasoning_sum: version 1 in the baseline, 2 now"),
        (rows([1.0], prompt_sha256="f" * 64), {}, "reasoning: reasoning_sum/0 has another prompt"),
        (rows([1.0], item="9"), {}, "share no item of reasoning"),
        (rows([1.0], "new"), {}, "the baseline has no model 'new'; it has small"),
        (
            rows([1.0]), {"tasks": {"reasoning_sum": {"sha256": "bb"}}},
            "its content is another than in the baseline, though its version is still 1",
        ),
        ([], {}, "has no answer that a gate could judge"),
    ],
)  # fmt: skip
def test_unlike_things_are_refused(world: World, after: list[ItemRow], manifest: dict[str, Any], says: str) -> None:
    with pytest.raises(UsageError) as refused:
        world.judge(rows([1.0]), after, manifest=manifest)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


def test_one_suite_can_be_judged_alone(world: World) -> None:
    after = rows([1.0] * 20) + rows([1.0] * 20, suite="coding")
    assert world.judge(rows([1.0] * 20), after, suites=["reasoning"]).verdict is GateVerdict.PASSED
    with pytest.raises(UsageError, match="the baseline has no suite 'coding'"):
        world.judge(rows([1.0] * 20), after, suites=["coding"])


def confirmed(
    world: World, after: Sequence[ItemRow], second: Sequence[ItemRow]
) -> list[tuple[str, FindingStatus, str]]:
    """What failed at first, after a second asking."""
    before = rows([1.0] * 20)
    remove_folder(world.now / SECOND)
    first = world.judge(before, after)
    assert first.verdict is GateVerdict.FAILED
    write_tables(world.now / SECOND, second, [])
    result = judge_folder(world.now, take(world.base))
    places = [(f.measure, f.suite) for f in first.findings if f.failed]
    return [(f.measure, f.status, f.why) for f in result.findings if (f.measure, f.suite) in places]


def test_a_second_asking_confirms_or_clears(world: World) -> None:
    lost = rows([0.0] * 8 + [1.0] * 12)
    assert confirmed(world, lost, lost) == [("quality", FindingStatus.FAILED, "p = 0.0039 in the second asking alone")]
    assert confirmed(world, lost, rows([1.0] * 20)) == [
        ("quality", FindingStatus.UNCONFIRMED, "p = 1 in the second asking alone")
    ]
    longer = rows([1.0] * 20, out_total=90)
    assert confirmed(world, longer, longer) == [("tokens out", FindingStatus.FAILED, "ratio 1.80 in the second asking")]
    assert confirmed(world, longer, rows([1.0] * 20)) == [
        ("tokens out", FindingStatus.UNCONFIRMED, "ratio 1.00 in the second asking")
    ]
    silent = rows([1.0] * 20, out_total=None)
    assert confirmed(world, longer, silent) == [
        ("tokens out", FindingStatus.FAILED, "unknown for 20 of 20 items in the second asking")
    ]


def test_half_a_second_asking_clears_nothing(world: World) -> None:
    lost = rows([0.0] * 8 + [1.0] * 12)
    assert confirmed(world, lost, rows([1.0] * 19))[0][1:] == (
        FindingStatus.FAILED,
        "not all of it was asked a second time",
    )
    assert confirmed(world, lost, rows([1.0] * 19 + [None]))[0][1:] == (
        FindingStatus.FAILED, "answers of the second asking are missing",
    )  # fmt: skip
    assert confirmed(world, lost, rows([1.0] * 20, suite="coding"))[0][1] is FindingStatus.FAILED


def test_what_the_baseline_lacks_does_not_keep_a_second_asking_from_clearing(world: World) -> None:
    write(world.base, rows([1.0] * 98 + [None] * 2), run="20261119T101500Z-0123abcd")
    write(world.now, rows([0.0] * 9 + [1.0] * 91))
    write_tables(world.now / SECOND, rows([1.0] * 100), [])
    base, _ = load(str(world.base), world.base)
    assert {f.status for f in judge_folder(world.now, base).findings if f.measure == "quality"} == {
        FindingStatus.UNCONFIRMED
    }


def test_a_second_asking_that_never_came_to_its_tables_is_none(world: World) -> None:
    world.judge(rows([1.0] * 20), rows([1.0] * 20))
    (world.now / SECOND / "lm-eval").mkdir(parents=True)
    base, _ = load(str(world.base), world.base)
    assert judge_folder(world.now, base).verdict is GateVerdict.PASSED
