"""Every vendor's token counts as one `TokenUsage`: parts of a whole that do not fit in it are unknown, never wrong."""

from __future__ import annotations

from dataclasses import replace

from bench.providers.reading import a_count
from bench.records import TokenUsage


def of_chat(raw: object) -> TokenUsage:
    """OpenAI's fields and its imitators': cache reads and writes are inside the prompt, reasoning inside the rest.

    Counts that contradict each other are unknown on their side, prompt or completion.
    """
    return _outside(_asked(_chat_prompt(raw)), *_chat_output(raw))


def of_messages(raw: object, *, final: bool) -> TokenUsage:
    """Anthropic's fields: `input_tokens` leaves the cache out; thinking is inside `output_tokens`.

    Counts are cumulative. Before the `final` report nothing is known of the output; the final one no longer says how
    long a cache lives that was written, so there the earlier report counts.
    """
    prompt = _asked(_messages_prompt(raw))
    if not final:
        return prompt
    if a_count(raw, "cache_creation", "ephemeral_5m_input_tokens") is None:
        prompt = replace(prompt, in_cache_write_5m=None)
    return _outside(prompt, a_count(raw, "output_tokens"), a_count(raw, "output_tokens_details", "thinking_tokens"))


def of_responses(raw: object) -> TokenUsage:
    """The fields of OpenAI's Responses: cache reads are inside the input, reasoning inside the output."""
    prompt, read = a_count(raw, "input_tokens"), a_count(raw, "input_tokens_details", "cached_tokens")
    total, said = a_count(raw, "output_tokens"), a_count(raw, "total_tokens")
    if prompt is None or total is None or (read or 0) > prompt or (said and said != prompt + total):
        return TokenUsage()
    asked = TokenUsage(in_uncached=prompt - (read or 0), in_cache_read=read)
    return _outside(_asked(asked), total, a_count(raw, "output_tokens_details", "reasoning_tokens"))


def _asked(prompt: TokenUsage) -> TokenUsage:
    """A prompt's counts: no prompt has 0 tokens, so where they come to 0 nothing was counted."""
    return TokenUsage() if prompt.in_total == 0 else prompt


def _outside(prompt: TokenUsage, total: int | None, reasoning: int | None) -> TokenUsage:
    if total is not None and reasoning is not None and reasoning > total:
        return prompt
    return replace(prompt, out_total=total, out_reasoning=reasoning)


def _chat_output(raw: object) -> tuple[int | None, int | None]:
    completion, prompt, total = (a_count(raw, f"{name}_tokens") for name in ("completion", "prompt", "total"))
    if completion is not None and prompt is not None and total and total != completion + prompt:
        return None, None  # some vendors count reasoning beside the completion, not in it
    return completion, a_count(raw, "completion_tokens_details", "reasoning_tokens")


_DETAILS = "prompt_tokens_details"
_CACHED = ((_DETAILS, "cached_tokens"), ("prompt_cache_hit_tokens",), ("cached_tokens",), ("cache_read_input_tokens",))
"""Where vendors report cache reads: OpenAI's place, DeepSeek's, Kimi's, and LiteLLM's for a Claude."""
_WRITTEN = (
    *((_DETAILS, "cache_write_tokens"), (_DETAILS, "cache_creation_input_tokens"), (_DETAILS, "cache_creation_tokens")),
    ("cache_creation_input_tokens",),
)
"""Where vendors report cache writes: OpenAI's place, Qwen's, LiteLLM's for a Claude; all inside the prompt's count."""


def _chat_prompt(raw: object) -> TokenUsage:
    prompt, missed = a_count(raw, "prompt_tokens"), a_count(raw, "prompt_cache_miss_tokens")
    reads, writes = _said(raw, _CACHED), _said(raw, _WRITTEN)
    read, written = max(reads, default=None), max(writes, default=None)
    parts = (read or 0) + (written or 0)
    unlike = len(reads) > 1 or len(writes) > 1
    if unlike or (prompt is not None and (parts > prompt or (missed is not None and (read or 0) + missed != prompt))):
        return TokenUsage()
    long = a_count(raw, _DETAILS, "cache_creation_token_details", "ephemeral_1h_input_tokens")
    if (long or 0) > (written or 0):
        return TokenUsage()
    return TokenUsage(
        in_uncached=None if prompt is None else prompt - parts,
        in_cache_read=read,
        in_cache_write_5m=written - long if written and long else written,
        in_cache_write_1h=long,
    )


def _said(raw: object, places: tuple[tuple[str, ...], ...]) -> set[int]:
    """The different counts found at the places."""
    return {count for place in places if (count := a_count(raw, *place)) is not None}


def _messages_prompt(raw: object) -> TokenUsage:
    written = a_count(raw, "cache_creation_input_tokens")
    short = a_count(raw, "cache_creation", "ephemeral_5m_input_tokens")
    long = a_count(raw, "cache_creation", "ephemeral_1h_input_tokens")
    if short is None and long is None:
        short = written
    elif written is not None and (short or 0) + (long or 0) != written:
        return TokenUsage()
    return TokenUsage(
        in_uncached=a_count(raw, "input_tokens"),
        in_cache_read=a_count(raw, "cache_read_input_tokens"),
        in_cache_write_5m=short,
        in_cache_write_1h=long,
    )
