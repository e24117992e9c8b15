"""When an endpoint that turns a call away wants to be asked again: its headers and its words. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

AFTER = ("retry-after", "llm_provider-retry-after", "x-retry-after", "x-ms-retry-after")
"""Headers that say when to ask again, in seconds or as a date; a gateway hands its vendor's on under another name."""
AFTER_MS = ("retry-after-ms", "llm_provider-retry-after-ms", "x-ms-retry-after-ms")
"""The same in milliseconds."""
_LIMIT = re.compile(r"(?:llm_provider-)?(?:x-|anthropic-)?rate-?limit-(.*)")
_SIDE = re.compile(r"(?:^|-)(reset|remaining)(?:-|$)")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_SPAN = re.compile(
    r"(\d{1,20}(?:\.\d{1,20})?)\s{0,9}(ms|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hours?)(?![a-z])"
)
_ASKED = re.compile(rf"(?:try again|retry|wait)[^\d.]{{0,24}}((?:{_SPAN.pattern}\s*)+)", re.IGNORECASE)
_EPOCH = 1e9
"""Seconds: a larger number is a moment."""


def retry_after_s(headers: Mapping[str, str], at: datetime) -> float | None:
    """Seconds from `at` after which a reply's headers ask for another attempt; None if they say nothing."""
    for name in AFTER_MS:
        if (ms := _number(headers.get(name))) is not None:
            return max(0.0, ms / 1000)
    return next((seconds for name in AFTER if (seconds := _moment(headers.get(name, ""), at)) is not None), None)


def reset_s(headers: Mapping[str, str], at: datetime) -> float | None:
    """Seconds until the limits that a 429's headers show as used up are whole again; None where they show none."""
    limits: dict[str, dict[str, str]] = {}
    for name, value in headers.items():
        limit = _LIMIT.fullmatch(name.lower())
        side = limit and _SIDE.search(limit[1])
        if limit and side:
            limits.setdefault(_SIDE.sub("", limit[1]), {})[side[1]] = value
    used_up = [limit.get("reset", "") for limit in limits.values() if _number(limit.get("remaining", "0")) == 0]
    return max((seconds for value in used_up if (seconds := _moment(value, at)) is not None), default=None)


def words_after_s(text: str) -> float | None:
    """Seconds that words ask for, e.g. 20 for "Please try again in 20s."; None where they ask for no pause."""
    match = _ASKED.search(text)
    return _span(match[1]) if match else None


def should_retry(headers: Mapping[str, str]) -> bool | None:
    """The endpoint's own word on asking again; None if it gives none."""
    return {"true": True, "false": False}.get(headers.get("x-should-retry", "").lower())


def _moment(text: str, at: datetime) -> float | None:
    """Seconds from `at`: a number of them, a moment in seconds or milliseconds, a span such as 1m30s, or a date."""
    text = text.strip()
    seconds = _number(text)
    if seconds is not None:
        if seconds > _EPOCH:
            seconds = (seconds / 1000 if seconds > 1000 * _EPOCH else seconds) - at.timestamp()
        return max(0.0, seconds)
    if _SPAN.match(text) and not _SPAN.sub("", text).strip():
        return _span(text)
    try:
        date = datetime.fromisoformat(text) if re.match(r"\d{4}-", text) else parsedate_to_datetime(text)
    except (ValueError, TypeError, ArithmeticError):
        return None
    return max(0.0, ((date if date.tzinfo else date.replace(tzinfo=UTC)) - at).total_seconds())


def _span(text: str) -> float:
    return sum(
        float(n) * _UNITS["ms" if unit.startswith(("ms", "milli")) else unit[0]]
        for n, unit in _SPAN.findall(text.lower())
    )


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) else None
