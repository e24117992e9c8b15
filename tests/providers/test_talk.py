"""How tools reach a model: by the wire format's own fields, or as a text whose calls are JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from bench.providers import ToolCall, ToolResult, anthropic_messages, anthropic_tools, openai_chat, tool_wire
from bench.providers.talk import talk_of
from bench.records.episodes import Dialogue
from tests.providers.samples import ITEM, RUN, endpoint

TOOL = {
    "name": "find",
    "description": "Finds it.",
    "parameters": {
        "type": "object",
        "properties": {"name": {"type": "string", "minLength": 1}, "any": True, "many": {"items": {"maximum": 3}}},
    },
}
CHAT = talk_of("native", openai_chat, anthropic=False, schema=False)
MESSAGES = talk_of("native", anthropic_messages, anthropic=True, schema=False)
PROMPTED = talk_of("prompted_json", openai_chat, anthropic=False, schema=True)
FIND = ToolCall("find", "find", {"name": "Ana"}, '{"name": "Ana"}')


def test_declared_tools_stand_in_fields_of_their_own() -> None:
    assert CHAT.among(["answer"]) is CHAT
    body = CHAT.opening(ITEM.messages, [TOOL])
    assert [each["content"] for each in body["messages"]] == ["Be brief.", "2 + 2?"]
    assert body["tools"][0]["function"]["name"] == "find"
    assert "tools" not in CHAT.opening(ITEM.messages, [])
    assert MESSAGES.opening(ITEM.messages, [TOOL])["tools"][0]["input_schema"] == TOOL["parameters"]


def test_a_message_is_recorded_whole_from_a_stream_or_a_whole_reply() -> None:
    made = {"id": "c1", "type": "function", "function": {"name": "find", "arguments": '{"name": "Ana"}'}}
    message = {"role": "assistant", "content": "I look.", "tool_calls": [made], "odd": {"kept": 1}}
    whole = CHAT.message("", ["", json.dumps({"choices": [{"message": message}]})])
    assert whole["odd"] == {"kept": 1}
    (call,) = CHAT.calls(whole)
    assert (call.id, call.name, call.arguments) == ("c1", "find", {"name": "Ana"})
    pieces = [
        {"choices": [{"delta": {"content": "I "}}]},
        {"choices": [{"delta": {"content": "look.", "tool_calls": [{**made, "index": 0}]}}]},
    ]
    streamed = CHAT.message("", [*map(json.dumps, pieces), "[DONE]"])
    assert CHAT.calls(streamed) == CHAT.calls(whole)
    assert CHAT.said(streamed, "I look.") == "I look."
    assert CHAT.sendable(streamed)["tool_calls"][0]["function"]["name"] == "find"
    results = CHAT.results([ToolResult("c1", "7")])
    assert (results[0]["tool_call_id"], results[0]["content"]) == ("c1", "7")


@pytest.mark.parametrize(("written", "arguments"), [({"name": "Ana"}, {"name": "Ana"}), ("{", None), ("[1]", None)])
def test_arguments_that_an_endpoint_sends_as_an_object_are_taken(written: Any, arguments: object) -> None:
    made = {"id": "c1", "type": "function", "function": {"name": "find", "arguments": written}}
    message = {"role": "assistant", "content": None, "tool_calls": [made]}
    (call,) = CHAT.calls(CHAT.message("", [json.dumps({"choices": [{"message": message}]})]))
    assert call.arguments == arguments


def test_a_message_of_blocks_is_read_as_one() -> None:
    blocks = [{"type": "text", "text": "I look."}, {"type": "tool_use", "id": "t1", "name": "find", "input": {"a": 1}}]
    message = MESSAGES.message("", [json.dumps({"role": "assistant", "content": blocks, "stop_reason": "tool_use"})])
    (call,) = MESSAGES.calls(message)
    assert (call.id, call.arguments) == ("t1", {"a": 1})
    words = {"role": "assistant", "content": "It is C1."}
    assert anthropic_tools.sendable(words) == words


def test_a_prompted_model_is_told_the_tools_and_how_to_end() -> None:
    talk = PROMPTED.among(["find", "answer", "last_answer"])
    body = talk.opening(ITEM.messages, [TOOL])
    told = body["messages"][0]["content"]
    assert told.startswith("Be brief.\n\nThe tools, each with the JSON schema of its arguments:\n")
    assert '{"name": "last_last_answer", "arguments"' in told
    call, answer = body["response_format"]["json_schema"]["schema"]["anyOf"]
    assert call["properties"]["arguments"]["properties"] == {
        "name": {"type": "string"},
        "any": True,
        "many": {"items": {}},
    }
    assert answer["properties"]["name"] == {"const": "last_last_answer"}
    free = talk_of("prompted_json", anthropic_messages, anthropic=True, schema=True)
    assert "response_format" not in free.opening(ITEM.messages, [TOOL])


@pytest.mark.parametrize(
    ("text", "calls", "said"),
    [
        ('{"name": "find", "arguments": {"name": "Ana"}}', [FIND], None),
        ('```json\n{"name": "find", "arguments": {"name": "Ana"}}\n```', [FIND], None),
        ('[{"name": "find", "arguments": {"name": "Ana"}}, 7]', [FIND], None),
        (
            '{"name": "find", "arguments": {"name": "Ana"}}\n\n{"name": "find", "arguments": {"name": "Ana"}}',
            [FIND] * 2,
            None,
        ),
        ('I {look}: {"name": "find", "arguments": {"name": "Ana"}} now', [FIND], None),
        (
            '{"name": "find", "arguments": "{\\"name\\": \\"Ana\\"}"}',
            [FIND._replace(written='"{\\"name\\": \\"Ana\\"}"')],
            None,
        ),
        ('{"name": "find"}', [ToolCall("find", "find", None, '{"name": "find"}')], None),
        ('{"name": "find", "arguments": [1]}', [ToolCall("find", "find", None, "[1]")], None),
        ('{"name": "answer", "arguments": {"text": "It is C1."}}', [], "It is C1."),
        ('{"answer": "It is C1."}', [], "It is C1."),
        ('So: {"x": 1} {"answer": "It is C1."}', [], "It is C1."),
        ('{"name": "answer", "arguments": {"text": 7}}', [], None),
        ('{"x": {"y": 1', [], None),
        ("It is C1.", [], None),
        ("{" * 100, [], None),
    ],
)
def test_what_a_prompted_models_text_calls_or_says(text: str, calls: list[ToolCall], said: str | None) -> None:
    message = PROMPTED.message(text, [])
    assert [*PROMPTED.calls(message)] == calls
    assert PROMPTED.said(message, text) == (text if said is None else said)
    assert PROMPTED.sendable(message) == {"role": "assistant", "content": text}


def test_results_reach_a_prompted_model_in_one_message() -> None:
    (message,) = PROMPTED.results([ToolResult("find", "7"), ToolResult("book", "no", failed=True)])
    assert message == {"role": "user", "content": "Result of find: 7\nError of book: no"}


@pytest.mark.parametrize(
    ("model", "protocol"), [("openai/gpt-5.2", "openai"), ("anthropic/claude-opus-4-5", "anthropic")]
)
def test_an_episode_begins_as_its_entry_and_protocol_have_it(model: str, protocol: str) -> None:
    item = replace(ITEM, dialogue=Dialogue(tools=(TOOL,)))
    native, prompted = endpoint(model), endpoint(model, tool_protocol="prompted_json")
    assert not native.batched
    assert (native.talk.name, prompted.talk.name) == ("native", "prompted_json")
    assert "tools" in native.body(item, RUN)
    assert "tools" not in prompted.body(item, RUN)
    assert (tool_wire(native) is anthropic_tools) == (protocol == "anthropic")
