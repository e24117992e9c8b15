"""The table of tool use, and an episode as a conversation."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from bench.records import RunRecord, Transcript
from bench.records.episodes import ToolUse, TurnSaid
from bench.report.numbers import turns as turn_tables
from bench.report.numbers.episodes import EpisodesRow, episodes, tables
from bench.report.page.talk import conversation, shown


def rows(**more: Any) -> pd.DataFrame:
    """Twelve episodes of one model, of which nine are solved."""
    base = {
        "suite": "tools", "task": "t", "model": "m", "repeat": 0, "outcome": "answered", "tool_protocol": "native",
        "cost_retries_usd": 0.0, "in_uncached": 60, "in_cache_read": 40, "timing_ok": True, "reused": False,
        "attempts": 1, "stop_cause": "final", "cost_usd": 0.03, "latency_s": 6.0, "turns": 3, "tool_calls": 2,
        "tool_errors": 1,
    }  # fmt: skip
    made = [{**base, "item": f"i{n}", "cluster": f"c{n % 6}", "score": float(n % 4 > 0)} | more for n in range(12)]
    table = pd.DataFrame(made)
    for name in ("in_cache_write_5m", "in_cache_write_1h"):
        table[name] = pd.NA
    return table


def record() -> RunRecord:
    return RunRecord.read(
        '{"format": 1, "run": "r", "started_at": "2026-12-01T00:00:00+00:00", "plan_sha256": "x", "command": [], '
        '"suites": {"tools": {"items_planned": 12, "items_available": 12}}, "models": {"m": {"model": "a/m"}}, '
        '"tasks": {}, "claims": {}, "settings": {"suites": ["tools"]}}'
    )


def row(**more: Any) -> EpisodesRow:
    (found,) = episodes(rows(**more), record())
    return found


def test_a_solved_episode_costs_what_all_episodes_cost() -> None:
    found = row()
    assert (found.n, found.score and found.score.estimate) == (12, 0.75)
    assert found.usd_per_solved is not None
    assert found.usd_per_solved.estimate == pytest.approx(12 * 0.03 / 9)
    assert found.usd_per_solved.low is not None
    assert (found.calls, found.errors, found.cached) == (24, 12, 0.4)
    assert found.turn_p50_s is not None
    assert found.turn_p50_s.estimate == 2.0


def test_what_is_not_known_is_not_stated() -> None:
    assert row(cost_usd=None).usd_per_solved is None
    assert row(score=0.0).usd_per_solved is None
    assert row(in_cache_read=None).cached is None


def test_why_episodes_did_not_end_is_counted() -> None:
    assert row(stop_cause="turns").unended == {"turns": 12}
    (table,) = tables(rows(), record())
    assert table.title == "Tool use"
    assert not [*tables(rows(turns=None), record())]
    assert not [*tables(rows().drop(columns=["turns"]), record())], "a run of before"


def turns(**more: Any) -> pd.DataFrame:
    """Seven turns of each of the twelve episodes; a turn's prompt is longer, and more of it cached."""
    base = {"suite": "tools", "task": "t", "model": "m", "repeat": 0, "calls": 1, "errors": 0, "cost_usd": 0.01}
    base |= {"latency_s": 2.0, "timing_ok": True, "reused": False, "in_uncached": 50}
    unsaid = {"in_cache_write_5m": pd.NA, "in_cache_write_1h": pd.NA}
    made = [
        {**base, "item": f"i{n}", "turn": turn, "in_cache_read": 50 * (turn - 1)} | unsaid | more
        for n in range(12)
        for turn in range(1, 8)
    ]
    return pd.DataFrame(made)


def test_the_cache_share_is_stated_turn_by_turn() -> None:
    found = [*turn_tables.by_turn(turns(), rows(), record())]
    assert [row.turn for row in found] == [1, 2, 3, 4, 5, 6]
    assert [row.cached and round(row.cached.estimate, 3) for row in found] == [0.0, 0.5, 0.667, 0.75, 0.8, 0.846]
    assert [row.prompt and row.prompt.estimate for row in found] == [50, 100, 150, 200, 250, 325]
    assert (found[5].later, found[5].n, found[5].calls) == (True, 12, 24), "turns six and seven share a row"
    assert [row.seconds and row.seconds.estimate for row in found] == [2.0] * 6
    (table,) = turn_tables.tables(turns(), rows(), record())
    assert (table.title, len(table.rows), table.rows[5][2].value) == ("Tool use by turn", 6, "6 and later")


def test_an_unknown_of_one_turn_is_unknown() -> None:
    found = [*turn_tables.by_turn(turns(in_cache_read=None, cost_usd=None, timing_ok=False), rows(), record())]
    assert [(row.cached, row.usd, row.seconds) for row in found] == [(None, None, None)] * 6


def test_an_episode_reads_as_a_conversation() -> None:
    use = ToolUse("find", {"name": "Ana"}, '{"id":"C1"}', changed=("~ /seen: 0 -> 1",))
    wrong = ToolUse("find", None, '{"error":"x"}', True, "{na")
    said_in = (TurnSaid(text="I look.", calls=(use, wrong)), TurnSaid(text="It is C1."))
    written = Transcript(turns=said_in, stop="final").to_json()
    assert Transcript.from_json(written).turns == said_in
    said = conversation(written)
    assert said == (
        '[1] I look.\n  -> find {"name": "Ana"}\n  <- {"id":"C1"}\n     ~ /seen: 0 -> 1\n'
        '  -> find {na\n  !! {"error":"x"}\n\n[2] It is C1.\n\n[end: final]'
    )
    ended = conversation(written, '{"why": "state differs", "differs": ["- /loans/1", "+ /x"]}')
    assert ended == f"{said}\n\n[state, against what it must be]\n  - /loans/1\n  + /x"
    assert conversation(written, '{"differs": 3}') == conversation(written, "nothing") == said
    detail = '{"why": "state differs", "differs": ["- /loans/1", "+ /x"]}'
    assert shown(written, detail) == (ended, '{"why": "state differs"}'), "said once"
    assert shown(None, detail) == (None, detail)
    for other in (None, "nothing", '{"differs": 3}', '{"why": "x"}'):
        assert shown(written, other) == (said, other)
    for other in (None, "", "42", '{"turns": nothing', '{"turns":7}'):
        assert conversation(other) == other
