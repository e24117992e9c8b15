"""The most that a request can cost, whatever its client wrote into it: the bound that budgets rest on."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
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
_TEXTS = frozenset(("text", "tool_use", "tool_result", "thinking", "redacted_thinking", "refusal", "input_text"))
_OWN_TOOLS = (None, "function", "custom")
_CLIENTS_TOOLS = ("bash_", "text_editor_", "memory_")
"""Tools of Anthropic's that its client runs; what others do, the vendor bills beside tokens."""


def unknown_costs(asked: Mapping[str, Any], pinned: Container[str]) -> str | None:
    """What in a request may cost more than its tokens; None if nothing. `pinned`: fields that bench.toml states."""
    for name in asked:
        if name not in HARMLESS and name not in pinned:
            return f"field {name[:60]!r}"
    for tool in _dicts(asked.get("tools")):
        kind = tool.get("type")
        if kind not in _OWN_TOOLS and not (isinstance(kind, str) and kind.startswith(_CLIENTS_TOOLS)):
            return f"tool of type {str(kind)[:60]!r}"
    return None


def only_texts(asked: Mapping[str, Any]) -> bool:
    """Whether a model reads nothing but the request's texts: the bytes of an image do not bound its tokens."""
    return all(_is_text(message.get("content")) for message in _dicts(asked.get("messages")))


def _is_text(content: Any) -> bool:
    """Contents nest once: what a tool's result holds."""
    return all(
        part.get("type") in _TEXTS and all(each.get("type") in _TEXTS for each in _dicts(part.get("content")))
        for part in _dicts(content)
    )


def _part(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else None


def _dicts(value: Any) -> Iterable[Mapping[str, Any]]:
    return (each for each in value if isinstance(each, Mapping)) if isinstance(value, list) else ()


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
