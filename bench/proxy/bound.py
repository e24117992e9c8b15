"""The most that a request can cost, whatever its client wrote into it: the bound that budgets rest on."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from bench import clean, prices
from bench.costs import Billing
from bench.prices import PriceBook
from bench.providers import CAP_OF_RESPONSES, CAPS
from bench.records import TokenUsage

TOOLS_TOKENS = 2_000
"""What a vendor says of tools in words of its own, beside the request's."""
HARMLESS = frozenset(
    (
        *("model", "messages", "system", "tools", "tool_choice", "functions", "function_call", "parallel_tool_calls"),
        *("temperature", "top_p", "top_k", "min_p", "seed", "stop", "stop_sequences", "stream", "stream_options", "n"),
        *("presence_penalty", "frequency_penalty", "repetition_penalty", "logit_bias", "logprobs", "top_logprobs"),
        *("response_format", "output_config", "output_format", "verbosity", "thinking", "reasoning_effort", "effort"),
        *("enable_thinking", "thinking_budget", "preserve_thinking", "chat_template_kwargs", "cache_control"),
        *("metadata", "user", "store", "prompt_cache_key", "prompt_cache_retention", "safety_identifier"),
        *("service_tier", "speed", *CAPS),
    )
)
"""Fields that add nothing to a bill beyond the tokens of the request and its answer, or whose price is looked up."""
COUNTED = HARMLESS | frozenset(
    (
        *("reasoning", "include_reasoning", "reasoning_split", "return_reasoning", "usage", "prediction"),
        *("vl_high_resolution_images", "min_tokens", "ignore_eos", "stop_token_ids", "skip_special_tokens"),
        *("guided_json", "guided_regex", "guided_choice", "guided_grammar", "structured_outputs", "top_a", "typical_p"),
        *("length_penalty", "do_sample", "tool_stream", "request_id", "user_id", "result_format"),
        *("incremental_output", "truncation", "include_stop_str_in_output", "separate_reasoning"),
    )
)
"""These, and fields whose whole effect the reply's tokens show: they may lift a bound, and move no price."""
OF_RESPONSES = frozenset(
    (
        *("model", "input", "instructions", "tools", "tool_choice", "parallel_tool_calls", "stream", "stream_options"),
        *(CAP_OF_RESPONSES, "temperature", "top_p", "top_logprobs", "reasoning", "text", "include", "store"),
        *("metadata", "client_metadata", "user", "prompt_cache_key", "prompt_cache_retention", "safety_identifier"),
        *("service_tier", "truncation"),
    )
)
"""The same of OpenAI's Responses. What the vendor keeps of earlier ones, and what it does by itself, bounds nothing."""
_ITEMS: Mapping[str, frozenset[str]] = {
    "message": frozenset(("type", "id", "role", "content", "status", "phase")),
    "function_call": frozenset(("type", "id", "name", "arguments", "call_id", "status", "namespace")),
    "function_call_output": frozenset(("type", "id", "call_id", "output", "status")),
    "custom_tool_call": frozenset(("type", "id", "name", "input", "call_id", "status", "namespace")),
    "custom_tool_call_output": frozenset(("type", "id", "call_id", "output", "status")),
}
"""Items of a Responses input that are texts, and their fields."""
_CHOICES = frozenset(("auto", "any", "none", "tool", "required", "function", "custom", "allowed_tools"))
_ROLES = frozenset(("system", "developer", "user", "assistant", "tool", "function"))
_MESSAGE = frozenset(
    (
        *("role", "content", "name", "tool_calls", "tool_call_id", "function_call", "refusal", "cache_control"),
        *("reasoning_content", "reasoning", "reasoning_details", "prefix", "partial", "annotations"),
    )
)
_TEXTS = frozenset(
    ("text", "tool_use", "tool_result", "thinking", "redacted_thinking", "refusal", "input_text", "output_text")
)
_PART = frozenset(
    (
        *("type", "text", "cache_control", "id", "name", "input", "tool_use_id", "content", "is_error", "caller"),
        *("thinking", "signature", "data", "refusal", "citations", "annotations", "logprobs"),
    )
)
_TOOL = frozenset(
    (
        *("type", "function", "custom", "name", "description", "input_schema", "cache_control", "strict"),
        *("parameters", "format", "output_schema", "input_examples", "eager_input_streaming", "defer_loading"),
    )
)
_OWN_TOOLS = ("function", "custom")
_CLIENTS_TOOLS = ("bash_", "text_editor_", "memory_")
"""Tools of Anthropic's that its client runs; what others do, the vendor bills beside tokens."""
_REFERENCE = re.compile(r"fileid\W{1,12}/", re.IGNORECASE)
"""Texts that a vendor reads as a file of its own."""


def _refers(text: str) -> bool:
    """Whether a text may be read so: the name is looked for first, at a tenth of what the pattern costs."""
    plain = text.lower().replace("\u0131", "i").replace("i\u0307", "i")  # all that the pattern takes for an i
    return "fileid" in plain and _REFERENCE.search(text) is not None


def unknown_costs(asked: Mapping[str, Any], pinned: Container[str]) -> str | None:
    """What in a request may cost more than its tokens; None if nothing. `pinned`: fields that bench.toml states."""
    for name in () if is_responses(asked) else asked:
        if name not in HARMLESS and name in COUNTED and name not in pinned:
            return f"field {name[:60]!r}"
    return unpriced(asked, pinned)


def unpriced(asked: Mapping[str, Any], pinned: Container[str]) -> str | None:
    """What in a request may be billed beyond its tokens, e.g. a vendor's own web search; None if nothing.

    A field that nobody here knows may, whatever its value: its presence can be the order.
    """
    known = OF_RESPONSES if is_responses(asked) else COUNTED
    for name in asked:
        if name not in known and name not in pinned and not (name == "context_management" and _clears(asked[name])):
            return f"field {name[:60]!r}"
    tools = asked.get("tools")
    for tool in tools if isinstance(tools, list) else [tools] if tools is not None else []:
        if not _is_own_tool(tool):
            return f"tool of type {str(_part(tool, 'type') or tool)[:60]!r}"
    choice = _part(asked.get("tool_choice"), "type")
    if choice is not None and (not isinstance(choice, str) or choice not in _CHOICES):
        return f"tool_choice of type {str(choice)[:60]!r}"
    return None


def _clears(management: Any) -> bool:
    """Whether a vendor is asked only to leave out what is old, which it does not bill."""
    edits = _part(management, "edits")
    kinds = [_part(each, "type") for each in edits] if isinstance(edits, list) else [None]
    return (
        isinstance(management, Mapping)
        and set(management) <= {"edits"}
        and all(isinstance(kind, str) and kind.startswith("clear_") for kind in kinds)
    )


def is_responses(asked: Mapping[str, Any]) -> bool:
    """Whether a body is one of OpenAI's Responses."""
    return "input" in asked and "messages" not in asked


def caps_of(asked: Mapping[str, Any]) -> tuple[str, ...]:
    """The fields that cap the answer to such a body."""
    return (CAP_OF_RESPONSES,) if is_responses(asked) else CAPS


def _is_own_tool(tool: Any) -> bool:
    """Whether the client runs a tool itself."""
    kind = _part(tool, "type")
    if kind == "namespace":  # a group of them
        group = tool.get("tools")
        inner = isinstance(group, list) and all(_part(each, "type") != kind and _is_own_tool(each) for each in group)
        return inner and set(tool) <= {"type", "name", "description", "tools"}
    if isinstance(kind, str) and kind.startswith(_CLIENTS_TOOLS):
        return True
    named = isinstance(_part(tool, "function"), Mapping) or "input_schema" in (
        tool if isinstance(tool, Mapping) else ()
    )
    return (kind in _OWN_TOOLS or (kind is None and named)) and set(tool) <= _TOOL


def only_texts(asked: Mapping[str, Any]) -> bool:
    """Whether a model reads nothing but the request's texts: the bytes of an image, or of a file's name, bound nothing.

    Any shape that is not known is taken for such a reference.
    """
    if is_responses(asked):
        return _is_text(asked.get("instructions")) and _is_text_input(asked["input"])
    messages = asked.get("messages")
    if not isinstance(messages, list) or not _is_text(asked.get("system")):
        return False
    return all(
        isinstance(each, Mapping)
        and each.get("role") in _ROLES
        and set(each) <= _MESSAGE
        and _is_text(each.get("content"))
        for each in messages
    )


def _is_text_input(given: Any) -> bool:
    """Whether all items of a Responses input are texts that stand in it."""
    if isinstance(given, str):
        return _is_text(given)
    return isinstance(given, list) and all(
        isinstance(each, Mapping)
        and set(each) <= _ITEMS.get(str(each.get("type", "message")), frozenset())
        and all(_is_text(each.get(name)) for name in ("content", "output", "arguments", "input"))
        for each in given
    )


def _is_text(content: Any, depth: int = 0) -> bool:
    """Contents nest once: what a tool's result holds."""
    if content is None or isinstance(content, str):
        return content is None or not _refers(content)
    if not isinstance(content, list) or depth > 1:
        return False
    return all(
        isinstance(part, Mapping)
        and part.get("type") in _TEXTS
        and set(part) <= _PART
        and _is_text(part.get("text"))
        and _is_text(part.get("content"), depth + 1)
        for part in content
    )


def _part(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else None


def worst_usd(
    billing: Billing, asked: Mapping[str, Any], size: int, pinned: Container[str], book: PriceBook
) -> Decimal | None:
    """The most that a request of so many bytes can cost, in USD; None where nothing bounds it.

    No tokenizer makes more tokens of a text than it has bytes.
    """
    price = billing.price(book, datetime.now(UTC))
    if price is None or unknown_costs(asked, pinned):
        return None
    tokens = size + (TOOLS_TOKENS if asked.get("tools") or asked.get("functions") else 0)
    window = billing.context_window
    if not only_texts(asked):
        if window is None:
            return None
        tokens = max(tokens, window)
    thoughts = clean.count(_part(asked.get("thinking"), "budget_tokens")) or 0
    cap = max((thoughts, *(asked[name] for name in caps_of(asked) if asked.get(name) is not None)))
    cap += (clean.count(asked.get("thinking_budget")) or 0) if cap else 0
    if not cap and window is None:
        return None
    worst = billing.worst(price, tokens, {billing.cap_field: cap or window})
    answers = asked.get("n") or 1
    return None if worst is None else worst * answers


def at_most(billing: Billing | None, worst: Decimal | None, usage: TokenUsage, book: PriceBook) -> Decimal | None:
    """The most that a call cost whose bill is not known: its bound, or more where its own counts say more."""
    if worst is None or billing is None:
        return worst
    price = billing.price(book, datetime.now(UTC), usage)
    least = prices.worst_case(price, usage.in_total or 0, usage.out_total or 0) if price else None
    return worst if least is None else max(worst, least)


def wrong_count(asked: Mapping[str, Any]) -> str | None:
    """The name of a field that bounds the cost and is no whole number above 0; None if all are."""
    for name in (*CAPS, CAP_OF_RESPONSES, "n"):
        value = asked.get(name)
        if value is not None and (type(value) is not int or not 0 < value <= clean.MOST_COUNT):
            return name
    return None
