"""What a reply says of its bill beyond the tokens that a price list covers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bench.providers import parse

LANES = ("service_tier", "speed", "inference_geo")
"""Fields of a request and of a reply that move the price of every token."""
USUAL = frozenset(("standard", "default", "on_demand", "not_available", "global"))
"""Their words for the list's usual price."""
NOTHING: Mapping[str, str] = {}

_NOTEWORTHY = re.compile(
    r'"(usage|service_tier|citations|search_results|search_info|web_search|container|content_block|annotations|x_tools'
    r'|executed_tools|cost|total_cost|item)"'
)
"""A reply without any of these names says nothing that is looked at here."""
_BILLED = re.compile(
    r'(?<!\\)"(web_search_requests|tool_search_requests|code_execution_requests|num_search_queries|num_sources_used'
    r'|search_count|search_units|image_count)"\s*:\s*"?[0.]*[1-9]'
)
"""What a reply counts beyond tokens, wherever it stands: a quote in a text of the model's would be escaped."""
_TOKENS = frozenset(
    (
        *("prompt_tokens", "completion_tokens", "total_tokens", "cached_tokens", "input_tokens", "output_tokens"),
        *("prompt_cache_hit_tokens", "prompt_cache_miss_tokens", "reasoning_tokens"),
        *("cache_creation_input_tokens", "cache_read_input_tokens"),
        *("queue_time", "prompt_time", "completion_time", "total_time"),
    )
)
"""Counts that are in the known classes of tokens, and seconds."""
_DETAILS: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(
        ("prompt_tokens_details", "input_tokens_details"),
        frozenset(
            (
                *("cached_tokens", "cache_write_tokens", "cache_creation_input_tokens", "cache_creation", "cache_type"),
                *("cache_creation_tokens", "cache_creation_token_details"),
                *("text_tokens", "image_tokens", "video_tokens"),
                *("ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens"),
            )
        ),
    ),
    **dict.fromkeys(
        ("completion_tokens_details", "output_tokens_details"),
        frozenset(
            (
                *("reasoning_tokens", "thinking_tokens", "text_tokens"),
                *("accepted_prediction_tokens", "rejected_prediction_tokens"),
            )
        ),
    ),
    **dict.fromkeys(
        ("cache_creation", "cache_creation_token_details"),
        frozenset(("ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens")),
    ),
    "server_tool_use": frozenset(("web_fetch_requests",)),
}
"""Parts of those counts; fetches of pages are free beside their tokens."""
_SEARCHED = ("citations", "search_results", "search_info", "web_search", "container", "x_tools", "cost", "total_cost")
_ENDED = ("response.completed", "response.incomplete", "response.failed")
"""The last events of OpenAI's Responses."""
_OUTPUTS = ("message", "reasoning", "function_call", "custom_tool_call")
"""Items of such a response that only tokens are billed for."""
_BLOCKS = frozenset(("text", "thinking", "redacted_thinking", "tool_use", "refusal", "output_text"))
"""Blocks of an answer that only tokens are billed for."""


def chosen_lanes(asked: Mapping[str, Any]) -> dict[str, str]:
    """The tier, speed and place that a request chooses beside the usual ones, by field."""
    chosen = {name: str(asked[name]).lower() for name in LANES if asked.get(name) is not None}
    return {name: word for name, word in chosen.items() if word not in USUAL and word != "auto"}


def extra(data: str, lanes: Mapping[str, str] = NOTHING) -> str | None:
    """What in an event, or in a whole reply, may move its bill beyond the tokens at the list's price; None if nothing.

    `lanes`: the tier, speed and place that the request chose beside the usual ones, by field: that price was looked up.
    """
    if billed := _BILLED.search(data):
        return billed[1]
    if not _NOTEWORTHY.search(data):
        return None
    try:
        said = parse(data)
        return next(_extras(said, lanes), None) if isinstance(said, Mapping) else None
    except ValueError:
        return None
    except RecursionError:
        return "a field that is nested too deeply"


def _extras(said: Mapping[str, Any], lanes: Mapping[str, str]) -> Iterator[str]:
    choices = said.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    response = (
        said.get("response") if said.get("type") in _ENDED else said if said.get("object") == "response" else None
    )
    outputs = response.get("output") if isinstance(response, Mapping) else None
    for item in [*_listed(outputs), said.get("item")]:
        if isinstance(item, Mapping) and item.get("type") not in _OUTPUTS:
            yield f"an item of type {str(item.get('type'))[:60]!r}"
    for whole in (said, said.get("message"), said.get("delta"), choice, response):
        if isinstance(whole, Mapping):
            yield from (name for name in _SEARCHED if _counts(whole.get(name)))
            yield from _of_lane(whole, lanes)
            yield from _of_usage(whole, lanes)
            yield from _of_blocks([*_listed(whole.get("content")), whole.get("content_block")])
    for each in _listed(choices):
        for part in (each.get("message"), each.get("delta")) if isinstance(each, Mapping) else ():
            if isinstance(part, Mapping):
                yield from (name for name in ("annotations", "executed_tools") if _counts(part.get(name)))
                yield from _of_blocks(_listed(part.get("content")))


def _of_usage(whole: Mapping[str, Any], lanes: Mapping[str, str]) -> Iterator[str]:
    usage = whole.get("usage")
    if not isinstance(usage, Mapping):
        return
    yield from _of_lane(usage, lanes)
    for name, value in usage.items():
        if not _counts(value) or name in _TOKENS or name in LANES:
            continue
        if name == "iterations" and _is_one(value, usage):
            continue
        known = _DETAILS.get(name)
        if known is None or not isinstance(value, Mapping):
            yield f"usage.{name[:60]}"
        else:
            yield from (f"usage.{name}.{part[:60]}" for part in value if part not in known and _counts(value[part]))


def _is_one(iterations: Any, usage: Mapping[str, Any]) -> bool:
    """Whether a list of what was asked of the model names one message, and the same counts as the whole."""
    each = iterations[0] if isinstance(iterations, list) and len(iterations) == 1 else None
    if not isinstance(each, Mapping) or each.get("type") != "message":
        return False
    return all(name == "type" or not _counts(value) or usage.get(name) == value for name, value in each.items())


def _of_lane(whole: Mapping[str, Any], lanes: Mapping[str, str]) -> Iterator[str]:
    for name in LANES:
        value = whole.get(name)
        if value in (None, ""):
            continue
        word, chosen = value.lower() if isinstance(value, str) else None, lanes.get(name)
        if word != chosen if chosen else word not in USUAL:
            yield f"{name} {str(value)[:60]!r}"


def _of_blocks(blocks: list[Any]) -> Iterator[str]:
    for block in blocks:
        kind = block.get("type", "text") if isinstance(block, Mapping) else "text"
        if not isinstance(kind, str) or kind not in _BLOCKS:
            yield f"a block of type {str(kind)[:60]!r}"


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _counts(value: Any) -> bool:
    """Whether a value says anything: no 0, and nothing that is empty, or holds nothing else."""
    if isinstance(value, Mapping):
        return any(map(_counts, value.values()))
    if isinstance(value, list):
        return any(map(_counts, value))
    return value not in (None, "", False, 0, "0")
