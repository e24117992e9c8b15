"""What a log says of one call more than once: where it contradicts itself, the count is unknown and so is its cost."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bench.importers import Ledger
from bench.records import TokenUsage
from bench.traffic.counts import agreed, possible
from bench.traffic.forms import FORMATS
from bench.traffic.layout import LeftOutError, LogReading
from bench.traffic.reading import records
from bench.traffic.rows import Logged
from bench.traffic.wrong import flag
from tests.traffic.conftest import FIXTURES, Load

LOGS = {
    "litellm-payloads.jsonl": "litellm",
    "litellm-spend.json": "litellm",
    "langfuse.json": "langfuse",
    "langfuse-old.jsonl": "langfuse",
    "langsmith.jsonl": "langsmith",
    "otel-traces-new.json": "otel",
    "otel-traces-old.json": "otel",
    "otel-console-new.json": "otel",
    "helicone.jsonl": "helicone",
    "claude-code.jsonl": "claude-code",
    "qwen-code.jsonl": "qwen-code",
    "openai-batch-output.jsonl": "batches",
    "requests.jsonl": "requests",
}
PARTS = ("cache", "reasoning", "thoughts", "tokens_details", "token_detail", "additional", "cost", "rate")
"""In the names of counts that are parts of others, and of what is no count."""
ALONE = {"claude-code.jsonl": 2, "otel-traces-new.json": 2, "otel-traces-old.json": 2, "otel-console-new.json": 2}
"""Logs whose format says a prompt and an output once, so that nothing can contradict them: how many such counts."""


def calls(form: str, raw: Mapping[str, Any]) -> list[Logged]:
    """The calls of a record; none where it is named instead."""
    reading = LogReading(ledger=Ledger())
    before = FORMATS[form].before
    if before:
        before("line", raw, reading)
    try:
        return [*FORMATS[form].read("line", raw, reading)]
    except LeftOutError:
        return []


def known(usage: TokenUsage) -> bool:
    return usage.in_uncached is not None and usage.out_total is not None


def whole(log: str) -> tuple[dict[str, Any], Logged]:
    """The first record of a log that is one call whose tokens are known, and the call."""
    for _, raw in records(FIXTURES / log, Ledger()):
        if FORMATS[LOGS[log]].knows(raw):
            plain = json.loads(json.dumps(raw))
            made = calls(LOGS[log], plain)
            if made and known(made[0].usage) and made[0].usage.out_total:
                return plain, made[0]
    raise AssertionError(log)


def counts(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where a record has a count of a prompt, an output or both; OTLP's attributes, too."""
    if isinstance(value, str) and value[:1] == "{":
        yield from ((*path, "{}", *inner) for inner in counts(json.loads(value)))
    elif isinstance(value, dict) and "token" in str(value.get("key")):
        yield (*path, "value", "intValue")
    elif isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from counts(inner, (*path, key))
    else:
        named = str(path[-1]).lower()
        usage = any("usage" in str(key).lower() for key in path) and named in ("input", "output", "total")
        if (usage or "token" in named) and isinstance(value, int) and value:
            yield path


def with_(value: Any, path: tuple[Any, ...], change: Any) -> Any:
    """The value with what stands at the path changed."""
    if not path:
        return change(value)
    if path[0] == "{}":
        return json.dumps(with_(json.loads(value), path[1:], change))
    made = dict(value) if isinstance(value, dict) else [*value]
    made[path[0]] = with_(made[path[0]], path[1:], change)
    return made


@pytest.mark.parametrize("log", LOGS)
def test_each_count_that_another_contradicts_makes_the_call_unknown(log: str) -> None:
    raw, call = whole(log)
    places = [path for path in counts(raw) if not any(part in "/".join(map(str, path)).lower() for part in PARTS)]
    assert places
    taken = {
        path: made[0].usage
        for path in places
        for factor in (3, 0.5)
        if (made := calls(LOGS[log], with_(raw, path, lambda old, by=factor: int(int(old) * by))))
        and known(made[0].usage)
        and made[0].usage != call.usage
    }
    assert len(taken) == ALONE.get(log, 0), taken


CHAT = {"prompt_tokens": 1000, "completion_tokens": 100}
MESSAGES = {"input_tokens": 1000, "output_tokens": 100}
CACHES = {"cache_read_input_tokens": 400, "cache_creation_input_tokens": 50}
THOUGHT = {"output_tokens_details": {"thinking_tokens": 5000}}
REASONED = {"completion_tokens_details": {"reasoning_tokens": 60}}


@pytest.mark.parametrize(
    "said",
    [
        (CHAT, {**CHAT, "prompt_tokens": 7}),
        (CHAT, {**CHAT, "completion_tokens": 7}),
        (CHAT, {**MESSAGES, "input_tokens": 7}),
        ({**CHAT, "input_tokens": 7},),
        ({**CHAT, "output_tokens": 7},),
        ({**CHAT, "total_tokens": 7},),
        ({**CHAT, "total_tokens": 99_999},),
        ({**MESSAGES, "total_tokens": 99_999},),
        ({**MESSAGES, **CACHES, "total_tokens": 1200},),
        (CHAT, {"total_tokens": 99_999}),
        ({**MESSAGES, **THOUGHT},),
        ({**MESSAGES, **THOUGHT, "total_tokens": 1100},),
        ({**CHAT, "completion_tokens_details": {"reasoning_tokens": 5000}},),
        ({**CHAT, "completion_tokens": None, "completion_tokens_details": {"reasoning_tokens": 5000}}, CHAT),
        ({**CHAT, **REASONED}, {**CHAT, "completion_tokens_details": {"reasoning_tokens": 61}}),
        ({**CHAT, "prompt_tokens_details": {"cached_tokens": 5000}}, CHAT),
        ({**CHAT, "prompt_tokens_details": {"cached_tokens": 400}}, {**CHAT, "cached_tokens": 4}),
        ({**MESSAGES, **CACHES}, {**MESSAGES, "input_tokens": 1001}),
    ],
)
def test_reports_that_contradict_each_other_leave_a_count_unknown(said: tuple[Any, ...]) -> None:
    assert not known(agreed(*said))
    assert not known(agreed(*reversed(said)))


@pytest.mark.parametrize(
    ("said", "made"),
    [
        ((CHAT, {**CHAT, "total_tokens": 1100}, MESSAGES), (1000, None, 100)),
        (({**CHAT, "input_tokens": 0, "output_tokens": 0, "total_tokens": 0},), (1000, None, 100)),
        ((CHAT, {"prompt_tokens": 0, "completion_tokens": 0}), (1000, None, 100)),
        (({**CHAT, "prompt_tokens": 1450, **CACHES}, {**MESSAGES, **CACHES}), (1000, 400, 100)),
        (({**MESSAGES, **CACHES}, CHAT), (1000, 400, 100)),
        (({**MESSAGES, **CACHES, "total_tokens": 1550},), (1000, 400, 100)),
        (({**MESSAGES, **CACHES, "total_tokens": 1100},), (1000, 400, 100)),
        (({"prompt_tokens": "1000", "completion_tokens": 100.0, "total_tokens": "1100.0"},), (1000, None, 100)),
        (({**CHAT, "tokens_per_second": 3.5, "prompt_tokens_details": None},), (1000, None, 100)),
        ((None, "much", [], {}), (None, None, None)),
        (({**MESSAGES, "input_tokens_details": {"cached_tokens": 400}, "total_tokens": 1100},), (600, 400, 100)),
    ],
)
def test_reports_that_agree_are_one(said: tuple[Any, ...], made: tuple[int | None, ...]) -> None:
    usage = agreed(*said)
    assert (usage.in_uncached, usage.in_cache_read, usage.out_total) == made


@pytest.mark.parametrize("value", [-900, 0.5, "many", True, 10**12])
@pytest.mark.parametrize("place", ["cache_read_input_tokens", "total_tokens", "output_tokens_details.thinking_tokens"])
def test_a_count_that_is_none_is_named_wherever_it_stands(place: str, value: Any) -> None:
    inner, _, last = place.rpartition(".")
    said = {**MESSAGES, inner: {last: value}} if inner else {**MESSAGES, last: value}
    with pytest.raises(LeftOutError, match=rf"^{last} is .*, not a whole number from 0"):
        agreed(said)


NEGATIVE = {
    "langfuse.json": ("usageDetails", "cache_read_input_tokens"),
    "qwen-code.jsonl": ("systemPayload", "uiEvent", "cached_content_token_count"),
    "claude-code.jsonl": ("message", "usage", "cache_read_input_tokens"),
    "helicone.jsonl": ("prompt_cache_read_tokens",),
    "litellm-payloads.jsonl": ("metadata", "usage_object", "prompt_tokens_details", "cached_tokens"),
    "langsmith.jsonl": ("outputs", "usage_metadata", "input_token_details", "cache_read"),
    "requests.jsonl": ("response", "usage", "prompt_tokens_details", "cached_tokens"),
}


@pytest.mark.parametrize("log", NEGATIVE)
def test_a_negative_count_of_a_cache_is_named_in_every_format(log: str) -> None:
    raw, _ = whole(log)
    assert not calls(LOGS[log], with_(raw, NEGATIVE[log], lambda _: -900))


@pytest.mark.parametrize("model", ["gpt-6-sol", "claude-sonnet-5-5"])
def test_caches_stand_beside_a_prompt_only_where_the_vendor_counts_so(model: str) -> None:
    traces = json.loads((FIXTURES / "otel-traces-new.json").read_text())
    [span, *_] = traces["resourceSpans"][0]["scopeSpans"][0]["spans"]
    told = {"gen_ai.request.model": model, "gen_ai.operation.name": "chat", "gen_ai.usage.output_tokens": 100}
    told |= {"gen_ai.usage.input_tokens": 1000, "gen_ai.usage.cache_read.input_tokens": 4000}
    values = {key: {"intValue" if isinstance(each, int) else "stringValue": each} for key, each in told.items()}
    span["attributes"] = [{"key": key, "value": value} for key, value in values.items()]
    usage = calls("otel", traces)[0].usage
    assert (usage.in_uncached, usage.in_cache_read) == ((1000, 4000) if "claude" in model else (None, None))
    span["attributes"].append({"key": "gen_ai.usage.prompt_tokens", "value": {"intValue": "7"}})
    assert not known(calls("otel", traces)[0].usage)
    span["attributes"][-1] = {"key": "gen_ai.usage.cache_creation.input_tokens", "value": {"intValue": "-5"}}
    assert [call.where for call in calls("otel", traces)] == ["line span 2"]


@pytest.mark.parametrize(
    ("about", "made"),
    [
        ({"answer": "text"}, None),
        ({"answer": ""}, 0),
        ({"answer": "", "tool_calls": [{}]}, None),
        ({"answer": None}, None),
        ({"answer": None, "embeds": True}, 0),
    ],
)
def test_no_text_was_generated_with_0_tokens(about: dict[str, Any], made: int | None) -> None:
    usage = agreed({**CHAT, "completion_tokens": 0, "total_tokens": 1000})
    assert usage.out_total == 0
    assert possible(Logged(where="a", model="m", usage=usage, **about)).out_total == made


def test_a_count_of_0_beside_an_answer_has_no_cost(load_logs: Load, tmp_path: Path) -> None:
    usage = {"usage": {**CHAT, "completion_tokens": 0, "total_tokens": 1000}}
    sol = {**DEEPSEEK, "model": "gpt-6-sol"}
    rows = [asked("2026-11-10T12:00:00Z", sol, response=each) for each in ({}, usage)]
    _, table = load_logs(written(tmp_path / "a.jsonl", *rows))
    assert [usd is None for usd in table["cost_usd"]] == [False, True]


def line(out: int, at: int, **more: Any) -> dict[str, Any]:
    """A line of a message of Claude Code's."""
    said = {"id": "m1", "model": "claude-sonnet-5-5", "usage": {"input_tokens": 1000, "output_tokens": out}}
    made = {"type": "assistant", "uuid": f"u{at}", "parentUuid": None, "sessionId": "s", "message": said}
    return {**made, "timestamp": f"2026-11-10T12:00:{at:02d}Z", **more}


@pytest.mark.parametrize(
    ("files", "out"),
    [
        ([[line(1, 1), line(50, 2), line(100, 3)]], 100),
        ([[line(100, 1), line(1, 2)]], None),
        ([[line(100, 1), line(0, 2)]], None),
        ([[line(1, 1), line(100, 2)], [line(1, 1)]], 100),
        ([[line(1, 1)], [line(1, 1), line(100, 2)]], 100),
        ([[line(100, 2)], [line(1, 3)]], None),
        ([[line(100, 3)], [line(1, 2)]], 100),
    ],
)
def test_an_output_that_falls_is_unknown(load_logs: Load, tmp_path: Path, files: list[Any], out: int | None) -> None:
    for number, lines in enumerate(files):
        (tmp_path / f"{number}.jsonl").write_text("".join(json.dumps(each) + "\n" for each in lines))
    _, table = load_logs(*sorted(tmp_path.glob("*.jsonl")))
    assert [*table["out_total"]] == [out]


TRUE, FALSE = (
    (True, 1, 1.0, "1", "true", "TRUE", "yes", "t", " True ", "Y"),
    (False, 0, None, "None", "", "0", "no", "F"),
)


@pytest.mark.parametrize("log", ["litellm-payloads.jsonl", "langfuse-old.jsonl", "helicone.jsonl"])
def test_a_gateways_own_answer_is_no_call_however_a_table_writes_yes(log: str) -> None:
    raw, _ = whole(log)
    field = {"litellm": "cache_hit", "helicone": "cache_enabled"}.get(LOGS[log], "metadata")
    for hit in (*TRUE, *FALSE, "maybe", [1], 2):
        said = {"cache_hit": hit} if field == "metadata" else hit
        assert bool(calls(LOGS[log], {**raw, field: said, "delay_ms": 0})) == (hit in FALSE), hit
    with pytest.raises(LeftOutError, match=r"^a\.b is 'maybe', neither true nor false"):
        flag({"a": {"b": "maybe"}}, "a.b")


@pytest.mark.parametrize("status", [500, "500", "500.0", 500.0])
@pytest.mark.parametrize("log", ["requests.jsonl", "helicone.jsonl"])
def test_a_status_says_that_a_call_failed_however_a_table_writes_it(log: str, status: Any) -> None:
    raw, _ = whole(log)
    assert calls(LOGS[log], {**raw, "status": 200})
    assert not calls(LOGS[log], {**raw, "response_status": status, "status": status})


DEEPSEEK = {"model": "deepseek-v4-pro", "messages": [{"role": "user", "content": "hi"}]}


def asked(time: str | None, request: Mapping[str, Any] = DEEPSEEK, **more: Any) -> dict[str, Any]:
    """A pair of a request and its reply."""
    said = {"choices": [{"message": {"content": "yes"}}], "usage": {**CHAT, "total_tokens": 1100}}
    return {"timestamp": time, "request": request, "response": {**said, **more.pop("response", {})}, **more}


def written(path: Path, *rows: Any) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_a_day_without_an_hour_has_no_price_that_depends_on_the_hour(load_logs: Load, tmp_path: Path) -> None:
    times = ("2026-11-10T02:00:00Z", "2026-11-10T12:00:00Z", "2026-11-10", "2026-11-14", None)
    rows = [asked(time, end_time=time) for time in times]
    ends = asked("2026-11-10T03:59:50Z", latency_s=20), asked("2026-11-10T00:59:50Z", latency_s=20)
    steady = asked("2026-11-10", {**DEEPSEEK, "model": "gpt-6-sol"})
    log = written(tmp_path / "a.jsonl", *rows, *ends, steady)
    done, table = load_logs(log, dated=datetime(2026, 11, 10, 12, tzinfo=UTC))
    cheap = table["cost_usd"][1]
    dear = pytest.approx(2 * cheap)
    assert [*table["cost_usd"]][:7] == [dear, cheap, None, cheap, None, cheap, dear], "the end of an answer decides"
    assert table["cost_usd"][7] is not None
    assert [*table["time"]][2:5] == ["2026-11-10", "2026-11-14", None]
    assert [*table["latency_s"]][1:4] == [0, None, None]
    why = json.loads((done.folder / "traffic.json").read_text())["cost_unknown"]
    assert [(each["calls"], "the log does not say at what hour" in each["why"]) for each in why] == [(2, True)]


def test_another_model_that_answered_is_said_where_its_price_is_another(load_logs: Load, tmp_path: Path) -> None:
    sol = {**DEEPSEEK, "model": "gpt-6-sol"}
    served = ("gpt-6-sol", "openai/gpt-6-sol", "gpt-6-sol-2026-09-01", "gpt-6-sol-eu", None, "gpt-6-luna", "mystery-9")
    rows = [asked("2026-11-10T12:00:00Z", sol, response={"model": name, "id": f"{name}"}) for name in served]
    done, table = load_logs(written(tmp_path / "a.jsonl", *rows))
    assert table["cost_usd"].nunique() == 1
    [note] = [note for note in done.notes if "another model" in note]
    assert "2 calls" in note
    assert "(1 gpt-6-sol by gpt-6-luna, 1 gpt-6-sol by mystery-9)" in note


def test_a_copy_of_a_file_is_said_where_its_calls_have_no_id(load_logs: Load, tmp_path: Path) -> None:
    rows = [asked("2026-11-10T12:00:00Z", user=user) for user in ("ann", "bob", "bob")]
    first, copy = written(tmp_path / "a.jsonl", *rows), written(tmp_path / "b.jsonl", *rows, asked(None))
    done, table = load_logs(first, copy, first)
    assert len(table) == 7
    assert (
        sum(
            "3 calls without an id are equal to calls of another file (3 of b.jsonl in a.jsonl)" in n
            for n in done.notes
        )
        == 1
    )
    assert any("a.jsonl is named twice: it is read once" in note for note in done.notes)


@pytest.mark.parametrize("between", ["", "\n", ",", "\n\n", " "])
@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_what_follows_an_array_is_read_or_named(tmp_path: Path, name: str, between: str) -> None:
    path, ledger = tmp_path / name, Ledger()
    path.write_text('[{"a": 1}, {"a": 2}]' + between + '[{"a": 3}]' + between + '{"a": 4}')
    assert [raw["a"] for _, raw in records(path, ledger)] == [1, 2, 3, 4]
    assert not ledger.dropped
    for rest, why in (("oops", "is not JSON from here on"), ("]", "is not JSON"), ("[1]", "is not a JSON object")):
        path.write_text('[{"a": 1}]\n' + between + rest)
        assert [raw["a"] for _, raw in records(path, ledger)] == [1]
        assert why in ledger.dropped[-1]["why"]
    path.write_text('[{"a": 1}, {"a": 2},')
    assert [raw["a"] for _, raw in records(path, ledger)] == [1, 2]
    assert ledger.dropped[-1] == {
        "row": f"{name} line 1",
        "why": "is where the file ends, within an array: it was cut. Take the whole file",
    }


def test_every_list_of_an_interfaces_answer_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{"data": [{"a": 1}], "logs": [{"a": 2}], "meta": {}}')
    assert [raw["a"] for _, raw in records(path, Ledger())] == [1, 2]
