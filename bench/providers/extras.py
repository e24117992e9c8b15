"""What a reply says of its bill beyond the tokens that a price list covers: one rule for runs and for the proxy."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bench.providers.reading import parse

LANES = ("service_tier", "speed", "inference_geo")
"""Fields of a request and of a reply that move the price of every token."""
USUAL = frozenset(("standard", "default", "on_demand", "not_available", "global"))
"""Their words for the list's usual price."""

_COUNTED = (
    "web_search_requests|tool_search_requests|code_execution_requests|num_search_queries|num_sources_used"
    "|search_count|search_units|image_count"
)
_NAMES = (
    rf'"(?<!\\")(?:{_COUNTED}|usage|service_tier|citations|search_results|search_info|web_search|container|content_block'
    r'|annotations|x_tools|executed_tools|cost|total_cost|item|speed|inference_geo)"'
)
_NOTEWORTHY = re.compile(_NAMES + r"(?!\s*:\s*(?:null|\[\]))")
"""A reply without any of these names says nothing that is looked at. A model's text has its quotes escaped."""
_UNUSUAL = re.compile(_NAMES + r'(?!\s*:\s*(?:null|\[\]|"(?:default|standard)"))')
"""The same where no lane was chosen: OpenAI names the usual one in every event of a stream, a token each."""
_BILLED = re.compile(rf'"(?<!\\")({_COUNTED})"\s*:\s*"?[0.]*[1-9]')
"""What a reply counts beyond tokens, wherever it stands."""
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


_UPSTREAM = ("upstream_inference_cost", "upstream_inference_prompt_cost", "upstream_inference_completions_cost")
_CHARGE: Mapping[str, frozenset[str]] = {
    "cost": frozenset(("total_cost", "input_tokens_cost", "output_tokens_cost", "reasoning_tokens_cost")),
    "cost_details": frozenset(_UPSTREAM),
    "cost_in_usd_ticks": frozenset(),
}
"""A charge that the vendor states (OpenRouter, Perplexity, xAI), and its parts that tokens make."""
BEYOND = "billed beyond tokens: "
"""Begins the reason why nobody knows a bill."""


def chosen_lanes(asked: Mapping[str, Any]) -> dict[str, str]:
    """The tier, speed and place that a request chooses beside the usual ones, by field."""
    chosen = {name: str(asked[name]).lower() for name in LANES if asked.get(name) is not None}
    return {name: word for name, word in chosen.items() if word not in USUAL and word != "auto"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """By which price a request's tokens were looked up, so that what a reply says can be held against it."""

    lanes: Mapping[str, str] = field(default_factory=dict)
    """The tier, speed and place that the request chose beside the usual ones, by field: see `chosen_lanes`."""
    batch: bool = False
    """Whether it was asked by batch: its reply may call its tier so."""
    charge_kept: bool = False
    """Whether a charge that the vendor states is kept beside the bill, and need not make it unknown."""

    def beyond(self, data: str) -> str | None:
        """What in an event, or in a whole reply, may move its bill beyond the tokens at the list's price; None if
        nothing. Never raises."""
        if not (_NOTEWORTHY if self.lanes else _UNUSUAL).search(data):
            return None
        if billed := _BILLED.search(data):
            return billed[1]
        try:
            said = parse(data)
            return next(self._extras(said), None) if isinstance(said, Mapping) else None
        except ValueError:
            return None
        except RecursionError:
            return "a field that is nested too deeply"

    def _extras(self, said: Mapping[str, Any]) -> Iterator[str]:
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
                yield from self._of_lane(whole)
                yield from self._of_usage(whole)
                yield from _of_blocks([*_listed(whole.get("content")), whole.get("content_block")])
        for each in _listed(choices):
            for part in (each.get("message"), each.get("delta")) if isinstance(each, Mapping) else ():
                if isinstance(part, Mapping):
                    yield from (name for name in ("annotations", "executed_tools") if _counts(part.get(name)))
                    yield from _of_blocks(_listed(part.get("content")))

    def _of_usage(self, whole: Mapping[str, Any]) -> Iterator[str]:
        usage = whole.get("usage")
        if not isinstance(usage, Mapping):
            return
        yield from self._of_lane(usage)
        for name, value in usage.items():
            if not _counts(value) or name in _TOKENS or name in LANES:
                continue
            if name == "iterations" and _is_one(value, usage):
                continue
            charge = _CHARGE.get(name) if self.charge_kept else None
            if charge is not None and not isinstance(value, Mapping):
                continue
            known = _DETAILS.get(name) if charge is None else charge
            if known is None or not isinstance(value, Mapping):
                yield f"usage.{name[:60]}"
            else:
                yield from (f"usage.{name}.{part[:60]}" for part in value if part not in known and _counts(value[part]))

    def _of_lane(self, whole: Mapping[str, Any]) -> Iterator[str]:
        for name in LANES:
            value = whole.get(name)
            if value in (None, ""):
                continue
            word, chosen = value.lower() if isinstance(value, str) else None, self.lanes.get(name)
            if self.batch and word == "batch":
                continue
            if word != chosen if chosen else word not in USUAL:
                yield f"{name} {str(value)[:60]!r}"


def _is_one(iterations: Any, usage: Mapping[str, Any]) -> bool:
    """Whether a list of what was asked of the model names one message, and the same counts as the whole."""
    each = iterations[0] if isinstance(iterations, list) and len(iterations) == 1 else None
    if not isinstance(each, Mapping) or each.get("type") != "message":
        return False
    return all(name == "type" or not _counts(value) or usage.get(name) == value for name, value in each.items())


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
