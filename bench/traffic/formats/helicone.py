"""Helicone: requests as its export tool and its interface write them, JSON or CSV."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from bench.traffic.counts import agreed, leaves_caches_out
from bench.traffic.formats import requests
from bench.traffic.layout import LeftOutError, LogFormat, LogReading
from bench.traffic.rows import Logged
from bench.traffic.values import amount, at, count, first, stamp, unpacked, word
from bench.traffic.wrong import COUNT, MOMENT, flag, require

_COUNTED = (
    *("prompt_tokens", "completion_tokens", "prompt_cache_read_tokens", "prompt_cache_write_tokens"),
    *("total_tokens", "reasoning_tokens"),
)
"""Prompt, answer, cache reads and writes; total and reasoning."""
_KINDS = {**dict.fromkeys(_COUNTED, COUNT), "request_created_at": MOMENT}


def knows(raw: Mapping[str, Any]) -> bool:
    """Whether it is a request of Helicone."""
    return "request_created_at" in raw or ("request_id" in raw and ("delay_ms" in raw or "response_status" in raw))


def read(where: str, raw: Mapping[str, Any], reading: LogReading) -> Iterator[Logged]:
    """The call of a request."""
    status = count(first(raw, "response_status", "status"))
    if status is not None and (status >= 400 or status < 0):
        raise LeftOutError(f"the call failed (status {status})")
    if flag(raw, "cache_enabled") and count(raw.get("delay_ms")) == 0:
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
            usage=agreed(at(replied, "usage"), _row(raw)),
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


def _row(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The row's own counts; of a vendor who leaves caches out of the prompt they may stand beside it."""
    asked, made, read, written = (count(raw.get(name)) for name in _COUNTED[:4])
    if (read or 0) + (written or 0) > (asked or 0) and leaves_caches_out(raw.get("provider"), raw.get("request_model")):
        names = ("input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
        return {**dict(zip(names, (asked, made, read, written), strict=True)), "total_tokens": raw.get("total_tokens")}
    return {
        "prompt_tokens": asked,
        "completion_tokens": made,
        "total_tokens": raw.get("total_tokens"),
        "prompt_tokens_details": {"cached_tokens": read, "cache_write_tokens": written},
        "completion_tokens_details": {"reasoning_tokens": raw.get("reasoning_tokens")},
    }


FORMAT = LogFormat(title="Helicone's requests", knows=knows, read=read)
"""What Helicone exports."""
