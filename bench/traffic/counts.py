"""The tokens of a logged call: what several places say of them must agree, or it is unknown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from bench.providers import usage_of_chat, usage_of_messages
from bench.records import TokenUsage, vendor_of
from bench.traffic.rows import Logged
from bench.traffic.values import at, count
from bench.traffic.wrong import COUNT, require

_PROMPT = ("in_uncached", "in_cache_read", "in_cache_write_5m", "in_cache_write_1h")
_CACHES = ("cache_read_input_tokens", "cache_creation_input_tokens", "cache_creation")
"""Fields of Messages, whose `input_tokens` leaves caches out."""
_TWICE = (("cached_tokens", "cache_read_input_tokens"), ("cache_creation_tokens", "cache_creation_input_tokens"))
"""One count at two places of LiteLLM's: within the prompt's details, and beside them."""


class _Report(NamedTuple):
    """What one place says of a call."""

    usage: TokenUsage
    asked: int | None
    """Its count of the prompt, as written; with or without caches."""
    made: int | None
    """Its count of the output, as written."""
    total: int | None


def agreed(*said: Any) -> TokenUsage:
    """The counts of a call, of which each of `said` reports in the fields of Chat Completions, Responses or Messages.

    A side (prompt or output) is unknown where two reports, or the parts of one, contradict each other; the output where
    a total has more than both; everything where it has less. A 0 beside a count says nothing. LeftOutError for a value
    that is no count.
    """
    reports = [report for raw in said for report in _reports(raw)]
    prompt = _prompt([each.usage for each in reports if each.asked or each.usage.in_total])
    whole = _with_output(prompt, reports)
    asked, made = whole.in_total, whole.out_total
    if asked is None or made is None:
        return whole
    fits = (asked + made, (whole.in_uncached or 0) + made)
    unfit = [each.total for each in reports if each.total and each.total not in fits]
    if not unfit:
        return whole
    return prompt if min(unfit) > fits[0] else TokenUsage()


def leaves_caches_out(provider: object, model: object) -> bool:
    """Whether a vendor's own count of a prompt has no cached tokens in it: Anthropic's and Bedrock's."""
    named = str(provider or "").lower()
    return "anthropic" in named or "bedrock" in named or vendor_of(str(model)) == "anthropic"


def possible(call: Logged) -> TokenUsage:
    """The counts of a call that can be true: no text and no call of a tool was generated with 0 tokens.

    An answer that was not logged may be any; only an empty one may have none.
    """
    return call.usage.beside(
        answer=not call.embeds and (call.answer != "" or bool(call.tool_calls)),
        reasoning=False,
    )


def _reports(raw: Any) -> Iterator[_Report]:
    """What an object says, in each of the dialects whose fields it has."""
    if not isinstance(raw, Mapping) or not raw:
        return
    plain = _plain(raw)
    total = plain.pop("total_tokens", None)
    chat = any(plain.get(name) is not None for name in ("prompt_tokens", "completion_tokens"))
    if chat:
        yield _of_chat(plain, total)
    if any(plain.get(name) is not None for name in ("input_tokens", "output_tokens")):
        yield _of_responses(plain, total) if _is_responses(plain, total) else _of_messages(plain, total)
    elif not chat and total:
        yield _Report(TokenUsage(), None, None, total)


def _plain(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The object with its counts as whole numbers, also those that were written as texts. LeftOutError for others."""
    plain = dict(raw)
    for key, value in raw.items():
        if isinstance(value, Mapping):
            plain[key] = _plain(value)
        elif key.endswith("_tokens"):
            require(raw, {key: COUNT})
            plain[key] = count(value)
    return plain


def _is_responses(plain: Mapping[str, Any], total: int | None) -> bool:
    if any(plain.get(name) for name in _CACHES) or at(plain, "output_tokens_details", "thinking_tokens") is not None:
        return False
    details = ("input_tokens_details", "output_tokens_details")
    return total is not None or any(isinstance(plain.get(name), Mapping) for name in details)


def _of_chat(plain: Mapping[str, Any], total: int | None) -> _Report:
    details = dict(at(plain, "prompt_tokens_details") or {})
    spoken = {**plain, "prompt_tokens_details": details}
    for inside, beside in _TWICE:
        if details.get(inside) and not spoken.get(beside):
            spoken.pop(beside, None)
        elif spoken.get(beside) and not details.get(inside):
            details.pop(inside, None)
    return _Report(usage_of_chat(spoken), plain.get("prompt_tokens"), plain.get("completion_tokens"), total)


def _of_responses(plain: Mapping[str, Any], total: int | None) -> _Report:
    made = {
        "prompt_tokens": plain.get("input_tokens"),
        "completion_tokens": plain.get("output_tokens"),
        "prompt_tokens_details": plain.get("input_tokens_details"),
        "completion_tokens_details": plain.get("output_tokens_details"),
    }
    return _of_chat(made, total)


def _of_messages(plain: Mapping[str, Any], total: int | None) -> _Report:
    usage = usage_of_messages(plain, final=False).updated(usage_of_messages(plain, final=True))
    return _Report(usage, plain.get("input_tokens"), plain.get("output_tokens"), total)


def _prompt(told: Sequence[TokenUsage]) -> TokenUsage:
    """The fullest report of a prompt, if the others say the same of it, with or without caches."""
    if not told or any(each.in_total is None for each in told):
        return TokenUsage()
    fullest = max(told, key=lambda each: (_cached(each) > 0, sum(getattr(each, name) is not None for name in _PROMPT)))
    whole = fullest.in_total or 0
    fits = (whole, whole - _cached(fullest))
    reads = {each.in_cache_read for each in told if each.in_cache_read}
    writes = {wrote for each in told if (wrote := (each.in_cache_write_5m or 0) + (each.in_cache_write_1h or 0))}
    if any(each.in_total not in fits for each in told) or len(reads) > 1 or len(writes) > 1:
        return TokenUsage()
    return replace(fullest, out_total=None, out_reasoning=None)


def _cached(usage: TokenUsage) -> int:
    return (usage.in_total or 0) - (usage.in_uncached or 0)


def _with_output(prompt: TokenUsage, reports: Sequence[_Report]) -> TokenUsage:
    """The prompt with the output that all reports of one say; alone where they contradict each other."""
    told = {each.usage.out_total for each in reports if each.made}
    none = any(each.usage.out_total == 0 for each in reports)
    thought = {each.usage.out_reasoning for each in reports if each.usage.out_reasoning is not None}
    reasons = {each for each in thought if each}
    made = next(iter(told), 0 if none else None)
    if len(told) > 1 or len(reasons) > 1 or (reasons and made is not None and max(reasons) > made):
        return prompt
    return replace(prompt, out_total=made, out_reasoning=max(thought, default=None))
