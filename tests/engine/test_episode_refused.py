"""A next turn that the endpoint refuses: whether that is the model's own failure, in the words of many vendors."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from bench.engine.episodes import Played, refused_for
from bench.providers import openai_chat
from bench.providers.faults import read_fault
from bench.providers.talk import talk_of
from bench.records import ToolUse, TurnSaid

TOO_LONG = [
    (400, "This model's maximum context length is 65536 tokens. However, you requested 69648 tokens."),
    (400, "Your input exceeds the context window of this model. Please adjust your input and try again."),
    (400, "prompt is too long: 202095 tokens > 200000 maximum"),
    (400, "input length and `max_tokens` exceed context limit: 143653 + 64000 > 200000, decrease input length"),
    (413, "Request exceeds the maximum size"),
    (400, "<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 98304]"),
    (400, "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576)."),
    (400, "Invalid request: Your request exceeded model token limit: 8192"),
    (400, "Prompt exceeds max length"),
    (400, "the request exceeds the available context size, try increasing it"),
    (400, "The decoder prompt (length 5000) is longer than the maximum model length of 4096."),
    (422, "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4097."),
    (400, "Please reduce the length of the messages or completion."),
]
"""What vendors and servers answer to a talk that is longer than the model takes."""
NATIVE = talk_of("native", openai_chat, anthropic=False, schema=False)
PROMPTED = talk_of("prompted_json", openai_chat, anthropic=False, schema=True)
FINE = ToolUse("get_stock", {"article": "lamp"})


def refused(status: int, words: str, *uses: ToolUse, talk: Any = NATIVE) -> str:
    """What the refusal of a turn after these calls is put down to."""
    fault = read_fault(status, json.dumps({"error": {"message": words}}))
    last: Any = SimpleNamespace(fault=str(fault.kind), status=status, error=f"HTTP {status}: {fault.message}")
    call: Any = SimpleNamespace(attempts=[last])
    return refused_for(call, Played(calls=[call], said=[TurnSaid(text="", calls=uses)]), talk)


@pytest.mark.parametrize(("status", "words"), TOO_LONG, ids=[words[:30] for _, words in TOO_LONG])
def test_a_talk_that_grew_too_long_is_the_model_s_failure(status: int, words: str) -> None:
    assert refused(status, words, FINE) == refused(status, words, FINE, talk=PROMPTED) == "context"


@pytest.mark.parametrize(
    "use",
    [
        ToolUse("get_stock", None, written="{broken"),
        ToolUse("shop.get stock", {"article": "lamp"}),
        ToolUse("", {"article": "lamp"}),
        ToolUse("x" * 65, {}),
    ],
    ids=["arguments", "name", "no name", "long name"],
)
def test_a_call_that_no_vendor_takes_back_is_the_model_s_failure(use: ToolUse) -> None:
    words = "Invalid 'messages[2].tool_calls[0].function': it does not match"
    assert refused(400, words, FINE, use) == "history"
    assert refused(400, words, FINE, use, talk=PROMPTED) == "", "there it was a text, which every endpoint takes"


def test_any_other_refusal_is_the_endpoint_s_matter() -> None:
    assert refused(400, "The reasoning_content in the thinking mode must be passed back", FINE) == ""
    assert refused(500, "This model's maximum context length is 65536 tokens", FINE) == ""
    assert refused(429, "Request too large: tokens per minute", FINE) == ""
    assert refused(400, "max_tokens is too high", FINE) == ""
