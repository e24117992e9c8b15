"""Every format becomes the same table.

How each log was made: fixtures/README.md.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from bench.traffic.forms import FORMATS
from tests.traffic.conftest import Load

SYSTEM = [{"role": "system", "content": "You sort mail."}, {"role": "user", "content": "Where is my money?"}]
CALL = {"id": "call_1", "type": "function", "function": {"name": "find_order", "arguments": '{"order": 7}'}}
MINI: dict[str, Any] = {
    "model": "gpt-4.1-mini",
    "in_uncached": 276,
    "in_cache_read": 1024,
    "out_total": 12,
    "price_id": "openai/gpt-4.1-mini",
}
SONNET = "claude-sonnet-4-5-20250929"
OTEL: dict[str, Any] = {
    **MINI,
    "in_uncached": 1300,
    "in_cache_read": None,
    "provider": "openai",
    "answer": "billing",
    "served_model": "gpt-4.1-mini-2025-04-14",
}
CASES: dict[str, tuple[tuple[str, ...], str, int, dict[str, Any], Any]] = {
    "LiteLLM's payloads": (
        ("litellm-payloads.jsonl",),
        "litellm",
        3,
        {**MINI, "provider": "openai", "answer": "billing", "tag": "sort", "kind": "single", "ttft_s": None},
        SYSTEM,
    ),
    "LiteLLM's spend": (("litellm-spend.json",), "litellm", 3, {**MINI, "answer": "billing", "tag": "sort"}, None),
    "Langfuse": (
        ("langfuse.json",),
        "langfuse",
        1,
        {
            "model": SONNET,
            "in_uncached": 276,
            "in_cache_read": 1024,
            "out_total": 12,
            "latency_s": 2.0,
            "ttft_s": 1.0,
            "tag": "sort",
            "answer": "billing",
            "cost_logged_usd": 0.0013152,
        },
        SYSTEM,
    ),
    "Langfuse before": (
        ("langfuse-old.jsonl",),
        "langfuse",
        1,
        {
            "model": "gpt-4.1-mini",
            "in_uncached": 100,
            "out_total": 20,
            "kind": "tools",
            "latency_s": 2.5,
            "tag": "draft",
        },
        [{"role": "user", "content": "Write."}],
    ),
    "LangSmith": (
        ("langsmith.jsonl",),
        "langsmith",
        1,
        {**MINI, "provider": "openai", "answer": "billing", "tag": "sort", "finish_reason": "stop"},
        SYSTEM,
    ),
    "Helicone": (
        ("helicone.jsonl",),
        "helicone",
        1,
        {**MINI, "latency_s": 1.2, "ttft_s": 0.3, "tag": "sort", "cost_logged_usd": 0.0002316, "answer": "billing"},
        SYSTEM,
    ),
    "Helicone's CSV": (("helicone.csv",), "helicone", 1, {**MINI, "latency_s": 1.2, "answer": "billing"}, SYSTEM),
    "OpenTelemetry, new": (("otel-traces-new.json",), "otel", 2, OTEL, SYSTEM),
    "OpenTelemetry, printed": (("otel-console-new.json",), "otel", 2, OTEL, SYSTEM),
    "OpenTelemetry, old with logs": (("otel-traces-old.json", "otel-logs-old.json"), "otel", 2, OTEL, SYSTEM),
    "OpenTelemetry, an event": (("otel-traces-event.json", "otel-logs-event.json"), "otel", 2, OTEL, SYSTEM),
    "Claude Code": (
        ("claude-code.jsonl",),
        "claude-code",
        1,
        {
            "model": SONNET,
            "in_uncached": 12,
            "in_cache_read": 9000,
            "in_cache_write_5m": 3000,
            "out_total": 7,
            "kind": "tools",
            "tag": "shop",
            "answer": None,
            "cost_usd": pytest.approx(0.014091),
        },
        None,
    ),
    "Qwen Code": (
        ("qwen-code.jsonl",),
        "qwen-code",
        2,
        {
            "model": "qwen3-coder-plus",
            "in_uncached": 3000,
            "in_cache_read": 1000,
            "out_total": 20,
            "latency_s": 0.026,
            "answer": None,
            "tag": "shop",
        },
        None,
    ),
    "a batch": (
        ("openai-batch-input.jsonl", "openai-batch-output.jsonl"),
        "batches",
        1,
        {"model": "gpt-4.1-mini", "in_uncached": 40, "kind": "structured", "price_id": "openai/gpt-4.1-mini:batch"},
        [{"role": "user", "content": "Where is my money?"}],
    ),
    "pairs": (
        ("requests.jsonl",),
        "requests",
        5,
        {**MINI, "latency_s": 1.2, "tag": "triage", "answer": "billing", "finish_reason": "stop"},
        SYSTEM,
    ),
    "pairs as the vendors' clients write them": (
        ("requests-clients.jsonl",),
        "requests",
        4,
        {**MINI, "answer": "billing", "finish_reason": "stop", "time": "2026-11-20T10:00:00.000Z"},
        SYSTEM,
    ),
}
"""Files, format, rows, values of the first row and its messages."""


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_format_is_found_and_read(load_logs: Load, case: tuple[Any, ...]) -> None:
    names, form, rows, first, messages = case
    done, table = load_logs(*names)
    assert (len(table), set(table["format"])) == (rows, {form})
    assert done.files == {FORMATS[form].title: len(names)}
    assert {key: table[key][0] for key in first} == first
    request = table["request"][0]
    assert (request and json.loads(request)["messages"]) == messages


def test_what_the_vendors_clients_write_is_read_whole(load_logs: Load) -> None:
    done, table = load_logs("requests-clients.jsonl")
    assert (done.dropped_count, [*table["kind"]]) == (0, ["single", "single", "embedding", "tools"])
    assert [*table["cost_usd"].notna()] == [True, True, False, True], "no price list has embeddings"
    counts = table[["in_uncached", "in_cache_read", "in_cache_write_5m", "out_total", "out_reasoning"]]
    assert counts.iloc[1].tolist() == [20, 0, None, 30, 25]
    assert counts.iloc[3].tolist() == [10, 90, 200, 5, None]
    assert json.loads(table["tool_calls"][3])[0]["function"] == {"name": "find", "arguments": '{"order": 7}'}


def test_every_format_has_a_case() -> None:
    assert {case[1] for case in CASES.values()} == set(FORMATS)


@pytest.mark.parametrize(
    "names",
    [
        ("litellm-payloads.jsonl",),
        ("otel-traces-new.json",),
        ("otel-traces-old.json", "otel-logs-old.json"),
        ("otel-traces-event.json", "otel-logs-event.json"),
    ],
)
def test_a_call_of_a_tool_is_the_same_everywhere(load_logs: Load, names: tuple[str, ...]) -> None:
    _, table = load_logs(*names)
    [said] = json.loads(table["tool_calls"][1])
    said["function"]["arguments"] = json.dumps(json.loads(said["function"]["arguments"]))
    assert said == CALL


@pytest.mark.parametrize("name", ["litellm-payloads.jsonl", "litellm-spend.json", "langfuse.json", "helicone.jsonl"])
def test_the_price_list_comes_to_what_the_tool_reckoned(load_logs: Load, name: str) -> None:
    _, table = load_logs(name)
    for usd, logged in zip(table["cost_usd"], table["cost_logged_usd"], strict=True):
        assert usd == pytest.approx(logged, rel=0.01)


@pytest.mark.parametrize(
    ("name", "place", "why"),
    [
        ("litellm-payloads.jsonl", "litellm-payloads.jsonl line 4", "the model refused to load"),
        ("langfuse.json", "langfuse.json line 1 entry 3", "overloaded"),
        ("langsmith.jsonl", "langsmith.jsonl line 4", "Error code: 400"),
        ("helicone.csv", "helicone.csv row 3", "status 500"),
        ("requests.jsonl", "requests.jsonl line 7", "no model is named"),
    ],
)
def test_a_failed_call_is_named_and_is_no_row(load_logs: Load, name: str, place: str, why: str) -> None:
    done, _ = load_logs(name)
    assert any(row["row"] == place and why in row["why"] for row in done.dropped)


def test_shapes_of_a_request(load_logs: Load) -> None:
    _, table = load_logs("requests.jsonl")
    assert list(table["kind"]) == ["single", "tools", "single", "embedding", "single"]
    assert list(table["answer"]) == ["billing", "billing", "hi", None, "y"]
    messages = json.loads(table["request"][1])["messages"]
    assert [each["role"] for each in messages] == ["system", "user", "assistant", "tool"]
    assert messages[1]["content"] == "Where is my money?"
    assert messages[2]["tool_calls"][0]["function"] == {"name": "find", "arguments": '{"order": 7}'}
    assert (table["out_total"][2], table["out_reasoning"][2]) == (30, 25)
    assert json.loads(table["request"][4])["messages"] == [{"role": "user", "content": "x"}]
