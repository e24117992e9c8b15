"""Logs as they come: damaged, twice, with secrets, in arrays, without a time."""

from __future__ import annotations

import json
import os
import time
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from bench.errors import UsageError
from bench.importers import Ledger
from bench.records import Secrets
from bench.report.traffic import remarks
from bench.traffic import UnknownCost, spend
from bench.traffic.reading import records
from bench.traffic.unpriced import unknown_costs, why_unknown
from tests.traffic.conftest import FIXTURES, Load


def pair(text: str = "hi", **more: Any) -> dict[str, Any]:
    usage = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}
    reply = {"choices": [{"message": {"content": "yes"}, "finish_reason": "stop"}], "usage": usage}
    asked = {"model": "gpt-4.1-mini", "messages": [{"role": "user", "content": text}]}
    return {"timestamp": "2026-11-20T10:00:00Z", "request": asked, "response": reply, **more}


def lines(path: Path, *rows: Any) -> Path:
    path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows))
    return path


def test_bad_rows_are_named_by_file_and_line_and_the_rest_is_imported(load_logs: Load, tmp_path: Path) -> None:
    log = lines(
        tmp_path / "a.jsonl", pair(), "{", "[1]", pair(status_code=429), pair(usage="?"), {"messages": [{"role": 3}]}
    )
    done, table = load_logs(log)
    assert len(table) == 2
    assert [row["row"] for row in done.dropped] == [f"a.jsonl line {n}" for n in (2, 3, 4, 6)]
    assert done.dropped_count == 4
    kept = json.loads((done.folder / "traffic.json").read_text())
    assert kept["dropped"] == list(done.dropped)


def test_secrets_of_this_machine_and_of_anybody_reach_no_table(load_logs: Load, tmp_path: Path) -> None:
    mine, theirs = "correct-horse-battery-staple-9", "sk-proj-" + "Ab1" * 8
    text = f"use {mine} and {theirs}; postgres://ann:hunter22@db/x\n{theirs}\t{theirs}"
    named = pair(text, user=f"Bearer {theirs}", tag=theirs)
    named["request"] |= {"api_key": theirs, "extra_headers": {"Authorization": theirs}}
    called = {"function": {"name": "f", "arguments": json.dumps({"a": f"x\n{theirs}"})}}
    named["response"]["choices"][0]["message"] |= {"content": f"your key is {theirs} {mine}", "tool_calls": [called]}
    done, table = load_logs(lines(tmp_path / "a.jsonl", named, pair(text)), secrets=Secrets([mine]))
    raw = (done.folder / "traffic.parquet").read_bytes() + (done.folder / "traffic.json").read_bytes()
    whole = str(table.to_dict()) + raw.decode("latin-1")
    for secret in (mine, theirs, "hunter22"):
        assert secret not in whole
    assert "use *** and <KEY_" in table["request"][0]
    assert table["request_sha256"][0] == table["request_sha256"][1]


def test_secrets_stand_in_no_reason_name_or_tool(load_logs: Load, tmp_path: Path) -> None:
    mine, theirs = "correct-horse-battery-staple-9", "sk-proj-" + "Ab1" * 8
    failed = {**pair(), "error": f"Incorrect API key: {theirs} {mine}", "response": None}
    named = pair("hi", timestamp="2026-11-20T10:00:00Z")
    named["request"] |= {
        "model": f"m-{theirs}",
        "tools": [
            {"type": "mcp", "server_url": "https://x", "authorization": "qqqqzzzz1", "headers": {"a": "qqqqzzzz1"}},
            {"type": "function", "function": {"name": "look_up", "parameters": {"type": "object"}}},
        ],
    }
    path = lines(tmp_path / f"log-{theirs}.jsonl", failed, named, {**pair(), "provider": mine}, "{")
    done, table = load_logs(path, secrets=Secrets([mine]))
    raw = (done.folder / "traffic.json").read_text() + str(table.to_dict()) + str(done.notes) + str(done.dropped)
    for secret in (mine, theirs, "qqqqzzzz1"):
        assert secret not in raw
    assert "Incorrect API key: <KEY_" in raw
    assert '"tools":[{"type":"mcp"},{"type":"function","function":{"name":"look_up"' in table["request"][0]


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-12:00"])
def test_a_time_beyond_the_calendar_is_unknown(load_logs: Load, tmp_path: Path, time: str) -> None:
    _, table = load_logs(lines(tmp_path / "a.jsonl", {**pair(), "timestamp": time}, pair()))
    assert table["time"].tolist() == [None, "2026-11-20T10:00:00.000Z"]


def test_people_are_pseudonyms_that_hold_within_the_table(load_logs: Load, tmp_path: Path) -> None:
    rows = [pair(str(n), user=user, session_id="s") for n, user in enumerate(("ann@x.org", "bob", "ann@x.org"))]
    done, table = load_logs(lines(tmp_path / "a.jsonl", *rows))
    assert table["user"][0] == table["user"][2] != table["user"][1]
    assert "ann@x.org" not in (done.folder / "traffic.parquet").read_bytes().decode("latin-1")
    assert (done.folder / "traffic.parquet").stat().st_mode & 0o077 == 0


def test_a_call_that_stands_twice_is_one(load_logs: Load, tmp_path: Path) -> None:
    log = lines(tmp_path / "a.jsonl", pair(id="1"), pair(id="1"), pair(id="2"))
    other = lines(tmp_path / "b.jsonl", pair(id="1", timestamp="2026-11-21T10:00:00Z"), pair(id="2"))
    done, table = load_logs(log, other)
    assert list(table["where"]) == ["a.jsonl line 1", "a.jsonl line 3", "b.jsonl line 1"]
    assert [row["row"] for row in done.dropped] == ["a.jsonl line 2", "b.jsonl line 2"]


def test_without_a_time_a_cost_is_unknown_unless_a_day_is_given(load_logs: Load, tmp_path: Path) -> None:
    log = lines(tmp_path / "a.jsonl", {**pair(), "timestamp": None})
    done, table = load_logs(log)
    assert table["cost_usd"][0] is None
    assert "--dated" in (done.folder / "traffic.json").read_text()


def test_a_day_prices_what_has_no_time(load_logs: Load, tmp_path: Path) -> None:
    log = lines(tmp_path / "a.jsonl", {**pair(), "timestamp": None})
    _, table = load_logs(log, dated=datetime(2026, 11, 20, tzinfo=UTC))
    assert (table["cost_usd"][0], table["time"][0]) == (pytest.approx(100 * 0.4e-6 + 10 * 1.6e-6), None)


def test_the_tag_may_stand_anywhere(load_logs: Load, tmp_path: Path) -> None:
    log = lines(tmp_path / "a.jsonl", pair(labels={"team": "mail"}, tag="x"))
    assert load_logs(log, tag="labels.team")[1]["tag"][0] == "mail"


def test_equal_ids_of_two_batches_join_nothing(load_logs: Load, tmp_path: Path) -> None:
    asked = json.loads((FIXTURES / "openai-batch-input.jsonl").read_text().splitlines()[0])
    other = json.loads(json.dumps(asked).replace("Where is my money?", "Another"))
    done, table = load_logs(lines(tmp_path / "a.jsonl", asked, other), "openai-batch-output.jsonl")
    assert table["request"][0] is None
    assert any("stands for two requests" in note for note in done.notes)


def test_what_is_no_log_is_refused_with_the_formats(load_logs: Load, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"a\.json: is no log of a known format\. Known: litellm"):
        load_logs(lines(tmp_path / "a.json", {"a": 1}))
    with pytest.raises(UsageError, match=r"no such format\. Did you mean 'langfuse'"):
        load_logs("langfuse.json", form="langfuze")
    assert not (tmp_path / "out").exists()


def test_a_span_within_the_span_of_the_same_call_is_no_second_call(load_logs: Load, tmp_path: Path) -> None:
    message = json.loads((FIXTURES / "otel-traces-new.json").read_text())
    spans = message["resourceSpans"][0]["scopeSpans"][0]["spans"]
    spans[1]["parentSpanId"] = spans[0]["spanId"]
    done, table = load_logs(lines(tmp_path / "a.json", message))
    assert len(table) == 1
    assert "within the span" in done.dropped[0]["why"]


def test_a_message_of_several_lines_counts_once_with_its_last_counts(load_logs: Load, tmp_path: Path) -> None:
    [line] = [
        row
        for row in map(json.loads, (FIXTURES / "claude-code.jsonl").read_text().splitlines())
        if row["type"] == "assistant"
    ]
    begun = json.loads(json.dumps(line))
    begun["message"]["usage"]["output_tokens"] = 1
    _, table = load_logs(lines(tmp_path / "a.jsonl", begun, line))
    assert list(table["out_total"]) == [7]


@pytest.mark.parametrize("text", ["[%s,\n%s]", "%s\n%s", '{"data": [%s, %s]}', "[\n%s,\n\n%s\n]\n", "%s%s"])
def test_an_array_or_objects_in_a_row(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text % ('{"a": 1,\n "b": "]"}', '{"a": 2}'))
    ledger = Ledger()
    assert [raw["a"] for _, raw in records(path, ledger)] == [1, 2]
    assert not ledger.dropped


def test_a_broken_array_gives_what_stands_before_the_break(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('[{"a": 1},\n{"a": 2},\n{"a": oops}, {"a": 4}]')
    ledger = Ledger()
    assert [raw["a"] for _, raw in records(path, ledger)] == [1, 2]
    assert ledger.dropped[0]["row"] == "a.json line 3"


def test_an_array_is_never_held_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("[" + ",\n".join('{"a": "%s"}' % ("x" * 1000) for _ in range(12_000)) + "]")
    tracemalloc.start()
    assert sum(1 for _ in records(path, Ledger())) == 12_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 << 20 < path.stat().st_size


@pytest.mark.parametrize("begin", ["", "["])
def test_gigabytes_of_nothing_are_not_read(load_logs: Load, tmp_path: Path, begin: str) -> None:
    path = tmp_path / "a.jsonl"
    with path.open("wb") as file:
        file.write(begin.encode())
        file.truncate(10 << 30)
    begun = time.process_time()
    with pytest.raises(UsageError, match="is no log of a known format"):
        load_logs(path)
    assert time.process_time() - begun < 3


def test_of_a_folder_only_files_are_read_whatever_their_names(load_logs: Load, tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    lines(tmp_path / "far.jsonl", pair("far"))
    (folder / "link.jsonl").symlink_to(tmp_path / "far.jsonl")
    os.mkfifo(folder / "pipe.jsonl")
    lines(folder / os.fsdecode(b"bad\xff.jsonl"), pair("near"))
    done, table = load_logs(folder)
    assert len(table) == 1
    assert {row["row"] for row in done.dropped} == {"link.jsonl", "pipe.jsonl"}
    assert "near" in table["request"][0]
    (folder / os.fsdecode(b"bad\xff.jsonl")).unlink()
    with pytest.raises(UsageError, match="holds no file but links"):
        load_logs(folder)


def test_an_empty_log_is_called_empty(load_logs: Load, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"a\.jsonl: is empty"):
        load_logs(lines(tmp_path / "a.jsonl"))


SEARCHED = {"input_tokens": 9, "output_tokens": 1, "server_tool_use": {"web_search_requests": 3}}
FEES: tuple[tuple[dict[str, Any], dict[str, Any], str], ...] = (
    ({}, {"usage": {"prompt_tokens": 9, "completion_tokens": 1, "num_search_queries": 2}}, "num_search_queries"),
    ({}, {"citations": ["https://example.org"]}, "citations"),
    ({"service_tier": "priority"}, {}, "in mode priority"),
    ({"inference_geo": "us"}, {}, "inference_geo 'us'"),
    ({}, {"service_tier": "flex"}, "in mode flex"),
    ({"model": "claude-sonnet-4-5"}, {"choices": None, "content": "4", "usage": SEARCHED}, "web_search_requests"),
    ({}, {"cost": 0.1, "usage": {"prompt_tokens": 9, "completion_tokens": 1, "cost": 0.1}}, ""),
)
"""What more a request and its reply have, and what is said of the cost; nothing where it is known."""


def test_what_is_billed_beyond_tokens_makes_a_cost_unknown(load_logs: Load, tmp_path: Path) -> None:
    rows = [pair(str(at)) for at in range(len(FEES))]
    for row, (asked, replied, _) in zip(rows, FEES, strict=True):
        row["request"] |= asked
        row["response"] |= replied
    flat = {**pair()["request"], **pair()["response"], "timestamp": "2026-11-20T10:00:00Z", "cost": 0.1}
    done, table = load_logs(lines(tmp_path / "a.jsonl", *rows, flat))
    assert [usd is None for usd in table["cost_usd"]] == [*(bool(what) for *_, what in FEES), False]
    why = "\n".join(each["why"] for each in json.loads((done.folder / "traffic.json").read_text())["cost_unknown"])
    assert all(what in why for *_, what in FEES)
    assert why.count("billed beyond tokens: ") == 4
    found = spend(done.folder)
    assert sum(each.calls for each in found.cost_unknown) == table["cost_usd"].isna().sum()
    said = next(line for line in remarks(found) if line.startswith("List USD is unknown where: "))
    assert (said.count(" (1 call)"), said.endswith("3 more reasons in traffic.json.")) == (3, True), said
    record = done.folder / "traffic.json"
    for damaged in ("[]", '{"cost_unknown": 7}', '{"cost_unknown": [{"why": 1}]}', "{", "[" * 9999):
        record.write_text(damaged)
        assert unknown_costs(done.folder) == ()


@pytest.mark.parametrize(
    ("calls", "costs", "said"),
    [
        (["a", "a", "b"], [1.0, 2.0], None),
        (["b", "b", "c"], [], "none of its calls went to a: they went to b, c"),
        (["a"], [None], "1 of 1 call of a lack it; in the whole log: no price of a (1 call)"),
        ([], [], "none of its calls went to a: they went to no model"),
    ],
)
def test_dollars_that_are_unknown_have_a_reason(calls: list[str], costs: list[float | None], said: str | None) -> None:
    unknown = [UnknownCost(why="no price of a", calls=1)]
    names, usd = pd.Series(calls, dtype="object"), pd.Series(costs, dtype="float64")
    assert why_unknown(names, usd, "a", unknown) == said


def test_a_tier_and_what_a_tool_counts_beside_tokens_are_read_of_every_format(load_logs: Load, tmp_path: Path) -> None:
    langfuse = json.loads((FIXTURES / "langfuse.json").read_text())["data"][1]
    counted = {**langfuse, "id": "o9", "usageDetails": {**langfuse["usageDetails"], "web_search_requests": 2}}
    tier = '{"key": "openai.response.service_tier", "value": {"stringValue": "flex"}}'
    traces = (FIXTURES / "otel-traces-new.json").read_text().replace('"attributes": [', f'"attributes": [{tier}, ')
    first = lines(tmp_path / "langfuse.jsonl", langfuse, counted)
    second = tmp_path / "otel.json"
    second.write_text(traces)
    done, table = load_logs(first, second)
    assert [usd is None for usd in table["cost_usd"]] == [False, True, True, True]
    why = (done.folder / "traffic.json").read_text()
    assert "billed beyond tokens: usageDetails.web_search_requests" in why
    assert "in mode flex" in why
