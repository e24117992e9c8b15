"""Data inside a page: JSON, gzipped and in base64, which no text in it can break out of."""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any

TEXT_LIMIT = 20_000
"""Characters of a single text; the middle of a longer one is cut out."""


def pack(content: object) -> str:
    """The content as base64 of gzipped JSON; equal bytes for equal content."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return base64.b64encode(gzip.compress(text.encode(), compresslevel=6, mtime=0)).decode("ascii")


def unpack(packed: str) -> Any:
    """What `pack` was given. ValueError or OSError if it is damaged."""
    return json.loads(gzip.decompress(base64.b64decode(packed, validate=True)))


def shortened(text: str | None) -> str | None:
    """The text, or its beginning and end around a line that says how much is cut out of the middle."""
    if text is None or len(text) <= TEXT_LIMIT:
        return text
    half = TEXT_LIMIT // 2
    return f"{text[:half]}\n[... {len(text) - 2 * half:,} characters are cut out here ...]\n{text[-half:]}"
