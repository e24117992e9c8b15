"""Why an answer ended, in the words of every vendor and server: one table, and what a word means here."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bench.records import Outcome

_ANSWERED, _TRUNCATED, _REFUSED, _BROKEN = (
    Outcome.ANSWERED,
    Outcome.TRUNCATED,
    Outcome.REFUSED,
    Outcome.INFRASTRUCTURE,
)

BY_VENDOR: Mapping[str, Mapping[Outcome, str]] = {
    "OpenAI": {
        _ANSWERED: "stop tool_calls function_call completed",
        _TRUNCATED: "length max_output_tokens",
        _REFUSED: "content_filter",
    },
    "Anthropic": {
        _ANSWERED: "end_turn stop_sequence tool_use",
        _TRUNCATED: "max_tokens model_context_window_exceeded",
        _REFUSED: "refusal",
        _BROKEN: "pause_turn",
    },
    "DeepSeek": {_BROKEN: "insufficient_system_resource"},
    "Zhipu": {_REFUSED: "sensitive", _BROKEN: "network_error"},
    "Baidu": {_ANSWERED: "normal"},
    "MiniMax": {_TRUNCATED: "max_output"},
    "Mistral": {_TRUNCATED: "model_length", _BROKEN: "error"},
    "Together, Fireworks, DeepInfra": {_ANSWERED: "eos"},
    "Gemini, Vertex": {
        _ANSWERED: "malformed_function_call unexpected_tool_call",
        _REFUSED: "safety recitation language blocklist prohibited_content spii image_safety model_armor",
        _BROKEN: "other",
    },
    "Cohere": {
        _ANSWERED: "complete tool_call",
        _TRUNCATED: "error_limit",
        _REFUSED: "error_toxic",
        _BROKEN: "user_cancel timeout",
    },
    "Bedrock": {
        _ANSWERED: "finish finished",
        _REFUSED: "guardrail_intervened content_filtered",
        _TRUNCATED: "context_window_exceeded",
    },
    "watsonx": {
        _TRUNCATED: "token_limit time_limit",
        _BROKEN: "cancelled not_finished error",
    },
    "AI21": {_ANSWERED: "endoftext"},
    "TGI": {_ANSWERED: "eos_token", _TRUNCATED: "max_new_tokens"},
    "vLLM, SGLang": {
        _ANSWERED: "stop_token stop_str matched_stop",
        _TRUNCATED: "repetition_truncation repetition",
        _BROKEN: "abort aborted",
    },
    "llama.cpp, Ollama, LM Studio": {
        _ANSWERED: "end eos_found stop_word stopped_eos stopped_word stop_string_found user_stopped done",
        _TRUNCATED: "limit stopped_limit context_length_reached max_predicted_tokens_reached",
        _BROKEN: "load unload failed model_unloaded",
    },
    "gateways": {
        _ANSWERED: "stopped end_of_text end_of_turn end_of_sequence",
        _TRUNCATED: "max_length max_completion_tokens context_length_exceeded context_length truncated incomplete "
        "max_tokens_reached token_limit_reached length_capped too_long",
        _REFUSED: "content_policy content_policy_violation content_blocked blocked moderation refused",
        _BROKEN: "cancel canceled failure internal_error server_error overloaded rate_limit unknown_error",
    },
}
"""The words of each vendor or server, in lower case with underscores. A word that is in no row is unknown."""

MEANINGS: Mapping[str, Outcome] = {
    word: outcome for rows in BY_VENDOR.values() for outcome, words in rows.items() for word in words.split()
}
"""What each word means; no two vendors use one word for different things."""


def outcome_of(reason: str | None) -> Outcome | None:
    """What a finish reason means, in any case and with any separator; None while there is none, or for no known word.

    A known word of trouble is infrastructure.
    """
    if not reason:
        return None
    return MEANINGS.get(reason) or MEANINGS.get(_plain(reason))


def _plain(reason: str) -> str:
    """`FinishReason.MAX_TOKENS`, `max-tokens`, `maxTokens` and `finish_reason_max_tokens` are max_tokens."""
    word = reason.strip().rpartition(".")[2]
    if not word.isupper():
        word = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", word)
    return re.sub(r"[\s-]+", "_", word).lower().removeprefix("finish_reason_").removeprefix("stop_reason_")
