"""Tool calls in both wire formats: what is sent, and what vendors' replies and streams are read as."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from bench.providers import Tool, ToolCall, ToolResult, anthropic_messages, anthropic_tools, openai_chat, openai_tools
from bench.providers.talk import talk_of

TOOL = Tool(name="f", description="Does it.", parameters={"type": "object"}, strict=True)
CALL = ToolCall("c1", "f", {"x": 1}, '{"x": 1}')


def chunk(delta: Mapping[str, Any], reason: str | None = None) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}


def part(index: int | None, arguments: Any = None, **rest: Any) -> dict[str, Any]:
    """A piece of a call."""
    place = {} if index is None else {"index": index}
    name = rest.pop("name", None)
    return {**place, **rest, "function": {"name": name, "arguments": arguments}}


def pieces(*parts: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [chunk({"tool_calls": [each]}) for each in parts]


def test_what_is_sent_in_chat_completions() -> None:
    function = {"name": "f", "description": "Does it.", "parameters": {"type": "object"}, "strict": True}
    assert openai_tools.tools([TOOL]) == {"tools": [{"type": "function", "function": function}]}
    assert openai_tools.choice("any") == {"tool_choice": "required"}
    assert openai_tools.choice("auto", single=True) == {"tool_choice": "auto", "parallel_tool_calls": False}
    assert openai_tools.choice("any", "f") == {"tool_choice": {"type": "function", "function": {"name": "f"}}}
    made = openai_tools.called([CALL])["tool_calls"][0]
    assert made == {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"x": 1}'}}
    results = openai_tools.results([ToolResult("c1", "7"), ToolResult("c2", "8", failed=True)])
    assert [each["tool_call_id"] for each in results] == ["c1", "c2"]


def test_what_is_sent_in_messages() -> None:
    tool = {"name": "f", "description": "Does it.", "input_schema": {"type": "object"}, "strict": True}
    assert anthropic_tools.tools([TOOL]) == {"tools": [tool]}
    assert anthropic_tools.choice("any") == {"tool_choice": {"type": "any"}}
    assert anthropic_tools.choice("any", "f", single=True) == {
        "tool_choice": {"type": "tool", "name": "f", "disable_parallel_tool_use": True}
    }
    assert anthropic_tools.called([CALL])["content"] == [
        {"type": "tool_use", "id": "c1", "name": "f", "input": {"x": 1}}
    ]
    [message] = anthropic_tools.results([ToolResult("c1", "7"), ToolResult("c2", "8", failed=True)])
    assert [block.get("is_error") for block in message["content"]] == [None, True]


@pytest.mark.parametrize(
    ("parts", "calls"),
    [
        ([part(0, '{"x"', id="a", name="f"), part(0, ": 1}")], [("a", "f", {"x": 1})]),
        ([part(0, '{"x"', id="a", name="f"), part(0, ": 1}", id="a", name="f")], [("a", "f", {"x": 1})]),
        ([part(None, "{}", id="a", name="f"), part(None, "{}", id="b", name="g")], [("a", "f", {}), ("b", "g", {})]),
        ([part(None, "{", id="a", name="f"), part(None, "}")], [("a", "f", {})]),
        ([part(1, "{}", id="b", name="g"), part(0, "{}", id="a", name="f")], [("a", "f", {}), ("b", "g", {})]),
        (
            [part(0, '{"x"', id="a", name="f"), part(0, ": 1}"), part(0, "{", id="b", name="g"), part(0, "}")],
            [("a", "f", {"x": 1}), ("b", "g", {})],
        ),
        ([part(None, "{}", name="f"), part(None, '{"x": 1}', name="f")], [("", "f", {}), ("", "f", {"x": 1})]),
        ([part(0, "{}", id="", name="f"), part(0, "{}", id="", name="g")], [("", "f", {}), ("", "g", {})]),
        ([part(0, "", name="f"), part(0, '{"x":', name="f"), part(0, " 1}", name="f")], [("", "f", {"x": 1})]),
        ([part(0, {"x": 1}, id="a", name="f")], [("a", "f", None)]),
        ([part(0, "", id="a", name="f")], [("a", "f", None)]),
        ([part(0, "[1]", id="a", name="f")], [("a", "f", None)]),
        ([part(0, "[" * 100_000, id="a", name="f")], [("a", "f", None)]),
    ],
    ids=[
        "pieces",
        "names repeated",
        "whole, no places",
        "pieces, no places",
        "any order",
        "one place for all",
        "whole, no places, no ids",
        "one place for all, no ids",
        "names repeated, no ids",
        "object",
        "empty",
        "list",
        "deep",
    ],
)
def test_chunks_are_joined(parts: Sequence[Mapping[str, Any]], calls: Sequence[tuple[str, str, Any]]) -> None:
    turn = openai_tools.joined([chunk({"role": "assistant"}), *pieces(*parts), chunk({}, "tool_calls")])
    assert [(call.id, call.name, call.arguments) for call in turn.calls] == calls
    assert turn.stop == "tool_calls"
    assert json.dumps(turn.message)


def test_what_a_vendor_puts_into_a_message_goes_back() -> None:
    signature = {"google": {"thought_signature": "abc"}}
    turn = openai_tools.joined(
        [
            {"choices": []},
            chunk({"reasoning_content": "Hm", "reasoning_details": [{"a": 1}]}),
            chunk({"reasoning_content": ".", "reasoning_details": [{"b": 2}], "content": None}),
            *pieces(part(0, "{}", id="a", name="f", extra_content=signature)),
            chunk({"content": "So: "}),
            chunk({"content": "go"}, "tool_calls"),
        ]
    )
    assert (turn.reasoning, turn.text, turn.pieces) == ("Hm.", "So: go", 1)
    assert turn.message["reasoning_details"] == [{"a": 1}, {"b": 2}]
    assert turn.message["tool_calls"][0]["extra_content"] == signature
    bare = openai_tools.without_reasoning(turn.message)
    assert bare.keys() == {"role", "content", "tool_calls"}
    assert openai_tools.with_other_reasoning(turn.message)["reasoning_content"] == "Something else was thought."
    assert openai_tools.with_other_reasoning(bare) == bare
    assert openai_tools.with_other_reasoning({"reasoning_details": [1]}) == {"reasoning_details": []}


def test_a_whole_reply_is_read_as_its_stream() -> None:
    message = {"content": "", "tool_calls": [{"id": "a", "function": {"name": "f", "arguments": "{}"}}]}
    turn = openai_tools.turn({"choices": [{"message": message, "finish_reason": "tool_calls"}]})
    assert (turn.calls, turn.stop, turn.pieces) == ((ToolCall("a", "f", {}, "{}"),), "tool_calls", 0)
    blocks = [{"type": "text", "text": "So"}, {"type": "tool_use", "id": "a", "name": "f", "input": {"x": 1}}]
    turn = anthropic_tools.turn({"content": blocks, "stop_reason": "tool_use"})
    assert (turn.text, turn.calls, turn.stop) == ("So", (CALL._replace(id="a"),), "tool_use")


def test_blocks_are_joined() -> None:
    def delta(index: int, **fields: str) -> dict[str, Any]:
        return {"type": "content_block_delta", "index": index, "delta": fields}

    def start(index: int, **block: Any) -> dict[str, Any]:
        return {"type": "content_block_start", "index": index, "content_block": block}

    turn = anthropic_tools.joined(
        [
            {"type": "message_start", "message": {}},
            start(0, type="thinking", thinking="", signature=""),
            delta(0, type="thinking_delta", thinking="Hm."),
            delta(0, type="signature_delta", signature="c2ln"),
            start(1, type="redacted_thinking", data="eA=="),
            start(2, type="text", text=""),
            delta(2, type="text_delta", text="So"),
            delta(2, type="citations_delta"),
            start(3, type="tool_use", id="a", name="f", input={}),
            delta(3, type="input_json_delta", partial_json=""),
            delta(3, type="input_json_delta", partial_json='{"x": '),
            delta(3, type="input_json_delta", partial_json="1}"),
            start(4, type="tool_use", id="b", name="g", input={}),
            delta(4, type="input_json_delta", partial_json=""),
            start(5, type="tool_use", id="c", name="h", input={}),
            delta(5, type="input_json_delta", partial_json='{"cut'),
            delta(9, type="text_delta", text="of no block"),
            {"type": "message_delta", "delta": {"stop_reason": "tool_use"}},
        ]
    )
    assert (turn.text, turn.reasoning, turn.stop, turn.pieces) == ("So", "Hm.", "tool_use", 3)
    assert [(call.id, call.arguments, call.written) for call in turn.calls] == [
        ("a", {"x": 1}, '{"x": 1}'),
        ("b", {}, "{}"),
        ("c", None, '{"cut'),
    ]
    assert turn.message["content"][0] == {"type": "thinking", "thinking": "Hm.", "signature": "c2ln"}
    bare = anthropic_tools.without_reasoning(turn.message)
    assert [block["type"] for block in bare["content"]] == ["text", *["tool_use"] * 3]
    other = anthropic_tools.with_other_reasoning(turn.message)["content"]
    assert [other[0]["signature"], other[0]["thinking"][:9]] == ["c2ln", "Something"]
    assert other[1]["data"] != "eA=="


@pytest.mark.parametrize(
    "events",
    [
        [{"choices": 3}],
        [{"choices": [3]}],
        pieces(3),  # type: ignore[arg-type]
        [chunk({"tool_calls": 3})],
        [chunk({"content": 3})],
    ],
    ids=["choices", "choice", "call", "calls", "content"],
)
def test_what_breaks_the_protocol_of_chat_completions(events: Sequence[Mapping[str, Any]]) -> None:
    with pytest.raises(ValueError, match="is not a"):
        openai_tools.joined(events)


def test_a_model_may_call_however_often_and_what_is_no_call_is_left_out() -> None:
    many = openai_tools.joined(pieces(*(part(n, "{}", id=str(n), name="f") for n in range(5000))))
    assert [call.id for call in many.calls] == [str(n) for n in range(256)]
    odd: list[Any] = [
        3,
        None,
        {"index": 0, "function": 7},
        part(10**300, "{}", id=["x"], name=4),
        part(-1, "{}", id="a"),
    ]
    read = openai_tools.joined([chunk({"tool_calls": {"a": 1}}), *pieces(*odd, part(0, id=True, name="f"))])
    assert [(call.id, call.name) for call in read.calls] == [("a", ""), ("", "f"), ("", "")]


@pytest.mark.parametrize("reply", [{}, {"choices": [{}]}, {"choices": [{"message": {"tool_calls": 3}}]}])
def test_what_is_no_chat_completion(reply: Mapping[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"is not a|no choice"):
        openai_tools.turn(reply)


@pytest.mark.parametrize(
    "reply", [{}, {"content": "text"}, {"content": [3]}, {"content": [{"type": "text", "text": 3}]}]
)
def test_what_is_no_message(reply: Mapping[str, Any]) -> None:
    with pytest.raises(ValueError, match="is not a"):
        anthropic_tools.turn(reply)


NATIVE = talk_of("native", openai_chat, anthropic=False, schema=False)
MESSAGES = talk_of("native", anthropic_messages, anthropic=True, schema=False)
PROMPTED = talk_of("prompted_json", openai_chat, anthropic=False, schema=True)


def test_a_whole_message_after_its_pieces_adds_nothing() -> None:
    last = {"choices": [{"index": 0, "message": {"content": "hi"}, "finish_reason": "stop"}]}
    assert openai_tools.joined([chunk({"content": "h"}), chunk({"content": "i"}), last]).text == "hi"
    assert openai_tools.joined([last]).text == "hi"


@pytest.mark.parametrize(
    ("written", "arguments", "sent"),
    [
        ('{"x": 1}', {"x": 1}, '{"x": 1}'),
        ('{"x"', None, "{}"),
        ("[1]", None, "{}"),
        ("", None, "{}"),
        ('{"x": 1e400}', {"x": float("inf")}, "{}"),
        ('{"x": [-Infinity]}', {"x": [float("-inf")]}, "{}"),
        ({"x": 1}, {"x": 1}, {"x": 1}),
    ],
)
def test_what_no_vendor_takes_back_is_mended_in_chat_completions(written: Any, arguments: Any, sent: Any) -> None:
    message = NATIVE.message("", [json.dumps(each) for each in pieces(part(0, written, id="a", name="f"), part(0))])
    [call] = NATIVE.calls(message)
    assert call.arguments == arguments
    back = NATIVE.sendable(message)["tool_calls"][0]
    assert (back["id"], back["function"]["name"], back["function"]["arguments"]) == ("a", "f", sent)
    assert NATIVE.sendable({"role": "assistant", "content": "hi"}) == {"role": "assistant", "content": "hi"}


def test_what_no_vendor_takes_back_is_mended_in_messages() -> None:
    block = {"type": "tool_use", "id": "a", "name": "f", "input": {}}
    cut = {"type": "input_json_delta", "partial_json": '{"page": 2'}
    events: list[dict[str, Any]] = [
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_start", "index": 1, "content_block": block},
        {"type": "content_block_delta", "index": 1, "delta": cut},
    ]
    message = MESSAGES.message("", [json.dumps(event) for event in events])
    assert MESSAGES.calls(message) == (ToolCall("a", "f", None, '{"page": 2'),), "as in the other wire format"
    assert MESSAGES.sendable(message)["content"] == [block]


def test_calls_under_one_id_keep_their_own_arguments_in_messages() -> None:
    events: list[dict[str, Any]] = []
    for at, written in enumerate(('{"x": 1}', '{"cut', "")):
        block = {"type": "tool_use", "id": "", "name": "f", "input": {}}
        events.append({"type": "content_block_start", "index": at, "content_block": block})
        delta = {"type": "input_json_delta", "partial_json": written}
        events.append({"type": "content_block_delta", "index": at, "delta": delta})
    message = MESSAGES.message("", [json.dumps(event) for event in events])
    assert [call.arguments for call in MESSAGES.calls(message)] == [{"x": 1}, None, {}]
    assert [block["input"] for block in MESSAGES.sendable(message)["content"]] == [{"x": 1}, {}, {}]


def test_a_schema_that_takes_anything_can_be_prompted() -> None:
    anything = {"type": "object", "properties": {"x": True, "y": {"type": "array", "items": True}}}
    opening = PROMPTED.opening(
        [{"role": "user", "content": "?"}], [{"name": "t", "description": "d", "parameters": anything}]
    )
    call = opening["response_format"]["json_schema"]["schema"]["anyOf"][0]
    assert call["properties"]["arguments"]["properties"] == {"x": True, "y": {"type": "array", "items": True}}


@pytest.mark.parametrize(
    ("text", "calls", "said"),
    [
        ('{"name": "a", "arguments": {"k": 1}}', [("a", {"k": 1})], None),
        ('{"name": "a", "arguments": "{\\"k\\": 1}"}', [("a", {"k": 1})], None),
        ('{"name": "a", "parameters": {"k": 1}}', [("a", None)], None),
        ('I call {it}: {"name": "a", "arguments": {}}', [("a", {})], None),
        ('{"name": "a", "arguments": {}}\n{"name": "b", "arguments": {}}', [("a", {}), ("b", {})], None),
        ('{"answer": "x", "name": "John"}', [], "x"),
        ("{" * 5000, [], "{" * 5000),
    ],
    ids=["call", "text", "no arguments", "words", "lines", "answer", "braces"],
)
def test_what_is_read_of_a_prompted_model_s_words(text: str, calls: list[Any], said: str | None) -> None:
    message = PROMPTED.message(text, ())
    assert [(call.name, call.arguments) for call in PROMPTED.calls(message)] == calls
    assert said is None or PROMPTED.said(message, text) == said
    assert PROMPTED.sendable(message) == message


@pytest.mark.parametrize(
    "text",
    [
        '{"name": "answer", "arguments": {"text": "Done: RF-1"}}',
        '```json\n{"name": "answer", "arguments": {"text": "Done: RF-1"}}\n```',
        '{"answer": "Done: RF-1"}',
        "Done: RF-1",
    ],
)
def test_a_prompted_model_s_last_message_is_no_call(text: str) -> None:
    talk = talk_of("prompted_json", openai_chat, anthropic=False, schema=True)
    message = talk.message(text, ())
    assert (talk.calls(message), talk.said(message, text)) == ((), "Done: RF-1")
    opening = talk.opening([{"role": "user", "content": "?"}], [{"name": "t", "description": "d", "parameters": {}}])
    shapes = opening["response_format"]["json_schema"]["schema"]["anyOf"]
    assert [each["properties"]["name"]["const"] for each in shapes] == ["t", "answer"], "a reply begins with a name"
