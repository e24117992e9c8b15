"""LiteLLM: rows of its spend logs, and the payload that its logging callbacks write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bench.records import TokenUsage
from bench.traffic.billed import beyond_tokens
from bench.traffic.counts import agreed
from bench.traffic.formats.requests import tag_of
from bench.traffic.layout import LeftOutError, LogFormat, LogReading
from bench.traffic.messages import answered, calls_in, chat
from bench.traffic.rows import Logged
from bench.traffic.values import amount, at, between, first, objects, stamp, unpacked, word
from bench.traffic.wrong import AMOUNT, COUNT, MESSAGES, MOMENT, flag, require

_SPEND, _PAYLOAD = {"spend", "request_id", "call_type"}, {"response_cost", "call_type", "model"}
_OWN_TAG = "User-Agent:"
"""What LiteLLM adds to the tags by itself."""
_KINDS = {
    "prompt_tokens": COUNT,
    "completion_tokens": COUNT,
    "total_tokens": COUNT,
    "messages": MESSAGES,
    "startTime": MOMENT,
    "endTime": MOMENT,
    "spend": AMOUNT,
    "response_cost": AMOUNT,
}


def knows(raw: Mapping[str, Any]) -> bool:
    """Whether it is a row of LiteLLM_SpendLogs or a standard logging payload."""
    return raw.keys() >= _SPEND or raw.keys() >= _PAYLOAD


def read(where: str, raw: Mapping[str, Any], reading: LogReading) -> Iterator[Logged]:
    """The call of a row."""
    del reading
    metadata = unpacked(raw.get("metadata"))
    status = first(raw, "status") or at(metadata, "status")
    if status not in (None, "success"):
        why = first(raw, "error_str") or first({"m": metadata}, "m.error_information.error_message") or status
        raise LeftOutError(f"the call failed ({str(why)[:200]})")
    if flag(raw, "cache_hit"):
        raise LeftOutError("LiteLLM answered it from its own cache: no model was asked")
    require(raw, _KINDS)
    model = word(first(raw, "model_group", "model"))
    if model is None:
        raise LeftOutError("no model is named")
    replied = unpacked(raw.get("response"))
    choice = next(objects(at(replied, "choices")), {})
    asked = unpacked(raw.get("proxy_server_request"))
    asked = asked if isinstance(asked, Mapping) else {}
    messages = unpacked(raw.get("messages")) or asked.get("messages")
    parameters = unpacked(raw.get("model_parameters"))
    parameters = parameters if isinstance(parameters, Mapping) else asked
    yield Logged(
        where=where,
        model=word(raw.get("model")) or model,
        provider=word(raw.get("custom_llm_provider")),
        served_model=word(at(replied, "model")),
        messages=chat(messages),
        tools=parameters.get("tools"),
        parameters=parameters,
        answer=answered(at(choice, "message", "content")),
        tool_calls=calls_in(at(choice, "message", "tool_calls")),
        finish_reason=word(choice.get("finish_reason")),
        usage=_usage(raw, metadata),
        cost_logged_usd=_cost(raw),
        time=stamp(raw.get("startTime")),
        latency_s=amount(raw.get("response_time")) or between(raw.get("startTime"), raw.get("endTime")),
        ttft_s=_first_token(raw),
        session=word(first(raw, "session_id", "trace_id") or at(metadata, "session_id")),
        user=word(first(raw, "end_user", "user") or at(metadata, "user_api_key_end_user_id") or parameters.get("user")),
        tag=_tag(raw),
        ident=word(first(raw, "request_id", "id")),
        embeds="embedding" in str(raw.get("call_type")),
        beyond=beyond_tokens(replied) or beyond_tokens({"usage": at(metadata, "usage_object")}),
    )


def _usage(raw: Mapping[str, Any], metadata: Any) -> TokenUsage:
    """LiteLLM's own count has caches inside the prompt; the row alone has only totals."""
    row = {name: raw.get(name) for name in ("prompt_tokens", "completion_tokens", "total_tokens")}
    counted = (at(metadata, "usage_object"), at(unpacked(raw.get("response")), "usage"))
    whole = ({**row, **{key: each[key] for key in each if each[key]}} for each in counted if isinstance(each, Mapping))
    return agreed(*whole, row)


def _cost(raw: Mapping[str, Any]) -> float | None:
    """What LiteLLM reckoned; its 0 also stands for a model whose price it does not know."""
    return amount(first(raw, "spend", "response_cost")) or None


def _first_token(raw: Mapping[str, Any]) -> float | None:
    """LiteLLM writes the end where the answer was not streamed."""
    begun = raw.get("completionStartTime")
    return None if begun == raw.get("endTime") else between(raw.get("startTime"), begun)


def _tag(raw: Mapping[str, Any]) -> str | None:
    tags = unpacked(raw.get("request_tags"))
    own = [tag for tag in tags if not str(tag).startswith(_OWN_TAG)] if isinstance(tags, list) else []
    return tag_of(own)


FORMAT = LogFormat(title="LiteLLM's spend or request logs", knows=knows, read=read)
"""What LiteLLM writes."""
