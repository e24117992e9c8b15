"""The end of a stream of OpenAI's Responses, as a meter reads it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bench.providers.openai_responses import ResponsesFormat
from bench.providers.protocol import StreamEvent
from bench.records import TokenUsage

COUNTS = {
    "input_tokens": 10, "input_tokens_details": {"cached_tokens": 4}, "output_tokens": 7, "total_tokens": 17,
    "output_tokens_details": {"reasoning_tokens": 5},
}  # fmt: skip
USAGE = TokenUsage(in_uncached=6, in_cache_read=4, out_total=7, out_reasoning=5)


def read(raw: object) -> StreamEvent:
    return ResponsesFormat().read_event(json.dumps(raw))


@pytest.mark.parametrize("kind", ["response.completed", "response.incomplete", "response.failed"])
def test_a_streams_end_and_a_whole_response_say_the_same(kind: str) -> None:
    response = {"object": "response", "model": "gpt-5.2", "usage": COUNTS, "error": None}
    ended = read({"type": kind, "response": response})
    assert ended == read(response) == StreamEvent(usage=USAGE, served_model="gpt-5.2", done=True)
    failed = read({"type": kind, "response": {**response, "usage": None, "error": {"message": "The server broke"}}})
    assert failed.fault
    assert (failed.fault.message, failed.usage, failed.done) == ("The server broke", None, True)


def test_events_before_the_end_say_nothing_but_an_error() -> None:
    assert read({"type": "response.output_text.delta", "delta": "4"}) == StreamEvent()
    for error in ({"type": "error", "message": "Slow down"}, {"type": "response.x", "error": {"message": "Slow down"}}):
        found = read(error)
        assert found.fault
        assert (found.fault.message, found.done) == ("Slow down", False)
    with pytest.raises(ValueError, match="response is not a JSON object"):
        read({"type": "response.completed", "response": 7})


@pytest.mark.parametrize(
    ("changes", "usage"),
    [
        ({"input_tokens": None}, TokenUsage()),
        ({"output_tokens": None}, TokenUsage()),
        ({"total_tokens": 18}, TokenUsage()),
        (
            {"total_tokens": None, "input_tokens_details": None},
            TokenUsage(in_uncached=10, out_total=7, out_reasoning=5),
        ),
        ({"input_tokens_details": {"cached_tokens": 11}}, TokenUsage()),
        ({"output_tokens_details": {"reasoning_tokens": 8}}, TokenUsage(in_uncached=6, in_cache_read=4)),
    ],
)
def test_counts_that_contradict_each_other_are_unknown(changes: dict[str, Any], usage: TokenUsage) -> None:
    assert read({"object": "response", "usage": {**COUNTS, **changes}}).usage == usage
