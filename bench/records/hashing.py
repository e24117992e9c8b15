"""The hash of a value, and the time of a record."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime


def sha256_of(value: object) -> str:
    """The sha256, in hex, of a value's canonical JSON (sorted keys, no spaces, UTF-8)."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def utc_now() -> str:
    """The time in UTC, ISO 8601 with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
