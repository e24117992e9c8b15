"""The most that a request can cost, whatever its client wrote into it: the bound that budgets rest on."""

from __future__ import annotations

from collections.abc import Container, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from bench import clean, prices
from bench.costs import Billing
from bench.prices import PriceBook
from bench.records import TokenUsage

CAPS = ("max_tokens", "max_completion_tokens")
"""Fields that cap an answer."""
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
_ROLES = frozenset(("system", "developer", "user", "assistant", "tool", "function"))
_MESSAGE = frozenset(
    (
        *("role", "content", "name", "tool_calls", "tool_call_id", "function_call", "refusal", "cache_control"),
        *("reasoning_content", "reasoning", "reasoning_details", "prefix", "partial", "annotations"),
    )
)
_TEXTS = frozenset(("text", "tool_use", "tool_result", "thinking", "redacted_thinking", "refusal", "input_text"))
_PART = frozenset(
    (
        *("type", "text", "cache_control", "id", "name", "input", "tool_use_id", "content", "is_error", "caller"),
        *("thinking", "signature", "data", "refusal", "citations", "annotations"),
    )
)
_TOOL = frozenset(("type", "function", "custom", "name", "description", "input_schema", "cache_control", "strict"))
_OWN_TOOLS = ("function", "custom")
_CLIENTS_TOOLS = ("bash_", "text_editor_", "memory_")
"""Tools of Anthropic's that its client runs; what others do, the vendor bills beside tokens."""
_REFERENCES = ("fileid://",)
"""Texts that a vendor reads as a file of its own."""


def unknown_costs(asked: Mapping[str, Any], pinned: Container[str]) -> str | None:
    """What in a request may cost more than its tokens; None if nothing. `pinned`: fields that bench.toml states."""
    for name in asked:
        if name not in HARMLESS and name not in pinned:
            return f"field {name[:60]!r}"
    tools = asked.get("tools")
    for tool in tools if isinstance(tools, list) else [tools] if tools is not None else []:
        if not _is_own_tool(tool):
            return f"tool of type {str(_part(tool, 'type') or tool)[:60]!r}"
    return None


def _is_own_tool(tool: Any) -> bool:
    """Whether the client runs a tool itself."""
    kind = _part(tool, "type")
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


def _is_text(content: Any, depth: int = 0) -> bool:
    """Contents nest once: what a tool's result holds."""
    if content is None or isinstance(content, str):
        return content is None or not any(each in content for each in _REFERENCES)
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
    cap = max((thoughts, *(asked[name] for name in CAPS if asked.get(name) is not None)))
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
    for name in (*CAPS, "n"):
        value = asked.get(name)
        if value is not None and (type(value) is not int or not 0 < value <= clean.MOST_COUNT):
            return name
    return None
