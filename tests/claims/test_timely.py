"""Only what is solved in time counts, and agents' time is the wall clock's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench import claims
from bench.errors import UsageError
from bench.records import read_record
from bench.records.claim import Claim
from bench.records.tables import ItemRow
from tests.claims.test_claims import only, rows, write
from tests.report.sample_run import model

TIMELY = Claim(name="timely", candidate="small", baseline="big", margins={"worse_by": 0.1}, within_minutes=10.0)


def of(folder: Path, made: list[ItemRow], claim: Claim = TIMELY, **manifest: Any) -> claims.Ruling:
    return claims.judge_run(write(folder, made, claim, **manifest))


def slow(row: ItemRow, at: int) -> ItemRow:
    """Every fourth item takes "small" eleven minutes; it solves half of these, and one more item takes ten."""
    late = row.model == "small" and at % 4 == 0
    return replace(row, latency_s=661.0 if late else 600.0 if at == 2 else row.latency_s)


def test_what_is_solved_too_late_counts_as_not_solved(tmp_path: Path) -> None:
    [timely] = of(tmp_path / "timely", rows(60, slow)).judgements
    assert str(timely.verdict) == "refuted"
    assert timely.test.parts["coding", "quality"].estimate == pytest.approx(-15 / 60)
    record = read_record(tmp_path / "timely")
    assert "counting what is solved within 10 minutes" in claims.sentence(timely, record)
    assert "what takes over 10 minutes scoring 0" in claims.explanation(timely, record)
    assert claims.declared_claims(record)["timely"] == TIMELY, "its words come back from run.json"
    [later] = of(tmp_path / "later", rows(60, slow), replace(TIMELY, within_minutes=12.0)).judgements
    assert str(later.verdict) == "supported"
    assert replace(TIMELY, within_minutes=None).sha256 != TIMELY.sha256


LOCAL = {"small": model("weights/small"), "big": model("openai/big")}


@pytest.mark.parametrize(
    ("changes", "manifest", "words"),
    [
        ({}, {"models": LOCAL}, "small runs on this machine"),
        ({"latency_s": None}, {}, "how long 30 of the 30 answers of small took is not known"),
        ({"reused": True}, {}, "earlier ones"),
        ({"timing_ok": False}, {}, "0 of the 30 answers of small were timed cleanly; it takes 95 %"),
    ],
)
def test_times_that_say_nothing_judge_nothing(
    tmp_path: Path, changes: dict[str, Any], manifest: dict[str, Any], words: str
) -> None:
    ruling = of(tmp_path / "run", rows(30, only("small", **changes)), **manifest)
    assert words in ruling.unjudged["timely"]


def test_a_busy_machine_is_said_beside_agents_work(tmp_path: Path) -> None:
    made = rows(30, lambda row, at: replace(row, agent="mini", wall_s=60.0, timing_ok=at > 2))
    [judged] = of(tmp_path / "run", made).judgements
    assert "this machine was busy during 6 of 60 pieces of work, which made them longer" in judged.warnings


def test_minutes_without_a_score_are_refused() -> None:
    with pytest.raises(UsageError, match="give worse_by beside it"):
        claims.adhoc("small", "big", cheaper_by=0.5, within_minutes=10.0)
    with pytest.raises(UsageError, match="give worse_by beside it"):
        claims.adhoc("small", "big", worse_by=0.5, measure="pass", within_minutes=10.0)


def test_an_agents_time_is_that_from_its_start_to_its_end(tmp_path: Path) -> None:
    """Its model's calls take a second each; an hour lies between the two sides, whose order of items is the same."""

    def at_work(row: ItemRow, at: int) -> ItemRow:
        took = 300.0 + at if row.model == "big" else 150.0 + at / 2
        begun = "2026-11-20T11:00:01.000+00:00" if row.model == "big" else row.started_at
        return replace(row, agent="mini", agent_version="2", latency_s=1.0, wall_s=took, turns=3, started_at=begun)

    agents = {label: model(f"openai/{label}", usd_per_hour=None, agent={"name": "mini"}) for label in ("small", "big")}
    tasks = {"coding": {"version": "1", "minutes": 15.0}}
    faster = replace(TIMELY, margins={"slower_by": 0.6}, within_minutes=None)
    [judged] = of(tmp_path / "run", rows(60, at_work), faster, models=agents, tasks=tasks).judgements
    assert judged.pairs.candidate.deadline_s == 900.0
    assert judged.test.parts["coding", "latency"].estimate == pytest.approx(0.5)
    assert judged.test.parts["coding", "latency"].n == 60
    [in_time] = of(
        tmp_path / "in time", rows(60, at_work), replace(TIMELY, within_minutes=5.0), models=agents
    ).judgements
    assert in_time.test.parts["coding", "quality"].estimate == pytest.approx(29 / 60), "big solves but one in time"
