"""Replies for programs: calls of tools in any order, and texts that a parser reads back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bench.errors import TaskError
from bench.registry.own.items import check
from bench.scoring.graders import own

CALLS = [
    {"name": "refund", "arguments": {"order": 881, "lines": [1, 2]}},
    {"name": "mail", "arguments": {"to": "ann", "urgent": True}},
]
REFUND, MAIL = (json.dumps(call) for call in CALLS)
OPENAI = json.dumps(
    {"tool_calls": [{"function": {"name": c["name"], "arguments": json.dumps(c["arguments"])}} for c in CALLS]}
)
ANTHROPIC = json.dumps([{"type": "tool_use", "name": c["name"], "input": c["arguments"]} for c in CALLS])


@pytest.mark.parametrize(
    ("reply", "score", "partial"),
    [
        (f"[{REFUND}, {MAIL}]", 1.0, 1.0),
        (f"[{MAIL}, {REFUND}]", 1.0, 1.0),
        (f"```json\n[{MAIL}, {REFUND.replace('881', '881.0')}]\n```", 1.0, 1.0),
        (OPENAI, 1.0, 1.0),
        (ANTHROPIC, 1.0, 1.0),
        (REFUND, 0.0, 0.5),
        (f"[{REFUND}, {MAIL}, {MAIL}]", 0.0, 2 / 3),
        (f"[{REFUND}, {REFUND}]", 0.0, 0.5),
        (f"[{REFUND.replace('[1, 2]', '[2, 1]')}, {MAIL}]", 0.0, 0.5),
        (f"[{REFUND}, {MAIL.replace('true', '1')}]", 0.0, 0.5),
        (f"[{REFUND}, {MAIL.replace('mail', 'Mail')}]", 0.0, 0.5),
        ("I would call refund.", 0.0, 0.0),
        ("[1, 2]", 0.0, 0.0),
        ("[" + ", ".join([MAIL] * 300) + "]", 0.0, 0.0),
    ],
)
def test_calls_of_tools_are_equal_by_name_and_arguments(reply: str, score: float, partial: float) -> None:
    item = {"id": "a", "prompt": "?", "tool_calls": CALLS}
    graded = own.grade(item, reply)
    assert graded.score == score
    assert graded.partial == pytest.approx(partial)
    assert own.grade(item, own.oracle(item) or "").score == 1.0


@pytest.mark.parametrize(
    ("parser", "value", "reply", "score"),
    [
        ("csv", [["id", "city"], ["1", "Lima, Peru"]], 'id,city\n1,"Lima, Peru"', 1.0),
        ("csv", [["id", "city"], ["1", "Lima, Peru"]], '```csv\nid,city\n1,"Lima, Peru"\n```', 1.0),
        ("csv", [["id", "city"], ["1", "Lima, Peru"]], "id,city\n1,Lima, Peru", 0.0),
        ("csv", [["id"]], 'id"x', 0.0),
        ("json", {"a": [1, {"b": None}]}, 'Here:\n{"a": [1.0, {"b": null}]}', 1.0),
        ("json", {"a": 1}, '{"a": "1"}', 0.0),
        ("json", {"a": 1}, "a is 1", 0.0),
        ("toml", {"a": {"b": 1}}, "```toml\n[a]\nb = 1\n```", 1.0),
        ("toml", {"a": {"b": 1}}, "[a]\nb = ", 0.0),
        ("toml", {"a": 1}, "a = 2026-01-01", 0.0),
    ],
)
def test_what_a_parser_reads_back_is_the_value(parser: str, value: Any, reply: str, score: float) -> None:
    item = {"id": "a", "prompt": "?", "round_trip": {"parser": parser, "value": value}}
    assert own.grade(item, reply).score == score
    oracle = own.oracle(item)
    assert (oracle is None) == (parser == "toml")
    assert oracle is None or own.grade(item, oracle).score == 1.0


@pytest.mark.parametrize(
    ("kind", "value", "why"),
    [
        ("tool_calls", [], "must be a list of 1 to 200 calls"),
        ("tool_calls", [{"name": "a"}], "tool call 1 must be"),
        ("tool_calls", [CALLS[0], {"name": 3, "arguments": {}}], "tool call 2 must be"),
        ("round_trip", {"parser": "xml", "value": {}}, "the parser one of csv, json, toml"),
        ("round_trip", {"parser": "csv", "value": [[1]]}, "each a list of texts"),
        ("round_trip", {"parser": "json", "value": 3}, "must be an object or a list"),
    ],
)
def test_a_mistake_is_named(kind: str, value: Any, why: str) -> None:
    with pytest.raises(TaskError, match=why):
        check([("items.jsonl:1", {"id": "a", "prompt": "?", kind: value})])


def test_long_replies_take_no_long_time() -> None:
    for reply in ("[" * 20_000, '{"name": "a"},' * 3_000, "a,b\n" * 5_000, '"' * 20_000):
        for item in ({"tool_calls": CALLS}, {"round_trip": {"parser": "csv", "value": [["a"]]}}):
            assert own.grade({"id": "a", "prompt": "?", **item}, reply).score == 0.0
