"""A stranger's JSON: read within bounds, whatever is wrong with it."""

from __future__ import annotations

import json

import pytest

from bench.providers import anthropic_messages
from bench.providers.reading import MOST_SIGNS, an_event, parse
from bench.records import TokenUsage


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[" * 100_000, "nested too deeply"),
        (" " + "[" * 100_000, "nested too deeply"),
        ("[" + "1," * MOST_SIGNS + "1]", "more than 300,000 commas"),
        ("{", "Expecting property name"),
        ("{} {}", "Extra data"),
        ("", "Expecting value"),
    ],
)
def test_what_cannot_be_read_says_why(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse(text)


def test_json_is_read_with_blanks_around_it() -> None:
    assert parse(' {"a": [1]}\n') == parse('{"a": [1]}') == {"a": [1]}


def test_an_error_in_a_list_of_one_is_that_error() -> None:
    assert an_event([{"error": 1}]) == {"error": 1}
    for other in ([{"error": 1}, {}], [{"a": 1}], [], 7):
        with pytest.raises(ValueError, match="event is not a JSON object"):
            an_event(other)


def test_a_whole_message_without_counts_is_read_without_them() -> None:
    message = {"type": "message", "content": [{"type": "text", "text": "4"}], "stop_reason": "end_turn", "model": "m"}
    read = anthropic_messages.read_event(json.dumps(message))
    assert (read.answer, read.usage, read.done, read.restated) == ("4", None, True, True)
    counted = anthropic_messages.read_event(json.dumps({**message, "usage": {"input_tokens": 3, "output_tokens": 1}}))
    assert counted.usage == TokenUsage(in_uncached=3, out_total=1)
