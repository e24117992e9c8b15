"""Helicone: requests as its export tool and its interface write them, JSON or CSV."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from bench.providers import usage_of_chat
from bench.records import TokenUsage
from bench.traffic.formats import requests
from bench.traffic.layout import LeftOutError, LogFormat, LogReading
from bench.traffic.rows import Logged
from bench.traffic.values import amount, count, first, stamp, unpacked, word
from bench.traffic.wrong import COUNT, MOMENT, require

_KINDS = {"prompt_tokens": COUNT, "completion_tokens": COUNT, "request_created_at": MOMENT}


def knows(raw: Mapping[str, Any]) -> bool:
    """Whether it is a request of Helicone."""
    return "request_created_at" in raw or ("request_id" in raw and ("delay_ms" in raw or "response_status" in raw))


def read(where: str, raw: Mapping[str, Any], reading: LogReading) -> Iterator[Logged]:
    """The call of a request."""
    status = count(first(raw, "response_status", "status"))
    if status is not None and (status >= 400 or status < 0):
        raise LeftOutError(f"the call failed (status {status})")
    if raw.get("cache_enabled") in (True, "true") and count(raw.get("delay_ms")) == 0:
        raise LeftOutError("Helicone answered it from its own cache: no model was asked")
    require(raw, _KINDS)
    asked, replied = (unpacked(raw.get(name)) for name in ("request_body", "response_body"))
    model = word(first(raw, "request_model", "model", "response_model"))
    pair: dict[str, Any] = {"model": model, "request": asked or {}, "response": replied or {}}
    properties = unpacked(first(raw, "request_properties", "properties"))
    properties = properties if isinstance(properties, Mapping) else {}
    milliseconds, first_token = amount(first(raw, "delay_ms", "latency")), amount(raw.get("time_to_first_token"))
    for call in requests.read(where, pair, reading):
        yield replace(
            call,
            model=model or call.model,
            provider=word(raw.get("provider")),
            usage=call.usage if call.usage != TokenUsage() else _usage(raw),
            cost_logged_usd=amount(first(raw, "cost", "costUSD", "cost_usd")) or None,
            time=stamp(raw.get("request_created_at")),
            latency_s=None if milliseconds is None else milliseconds / 1000,
            ttft_s=None if first_token is None else first_token / 1000,
            session=word(first(properties, "Helicone-Session-Id", "session_id", "Session")),
            user=word(first(raw, "request_user_id", "user_id")),
            tag=_tag(properties),
            ident=word(raw.get("request_id")),
        )


def _tag(properties: Mapping[str, Any]) -> str | None:
    """The user's own first property: Helicone's begin with its name."""
    named = word(first(properties, "Helicone-Session-Name", "tag", "Tag", "feature", "Feature"))
    own = (word(value) for key, value in properties.items() if not key.startswith("Helicone"))
    return named or next(own, None)


def _usage(raw: Mapping[str, Any]) -> TokenUsage:
    return usage_of_chat(
        {
            "prompt_tokens": count(raw.get("prompt_tokens")),
            "completion_tokens": count(raw.get("completion_tokens")),
            "prompt_tokens_details": {
                "cached_tokens": count(raw.get("prompt_cache_read_tokens")),
                "cache_write_tokens": count(raw.get("prompt_cache_write_tokens")),
            },
            "completion_tokens_details": {"reasoning_tokens": count(raw.get("reasoning_tokens"))},
        }
    )


FORMAT = LogFormat(title="Helicone's requests", knows=knows, read=read)
"""What Helicone exports."""
