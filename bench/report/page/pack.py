"""Data inside a page: JSON, gzipped and in base64, which no text in it can break out of."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from typing import Any

TEXT_LIMIT = 20_000
"""Characters of a single text; the middle of a longer one is cut out."""
UNPACKED_BYTES = 256 << 20
"""What a page's packed data may unpack to, all of it together."""
_GZIP = 31


def pack(content: object) -> str:
    """The content as base64 of gzipped JSON; equal bytes for equal content."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return base64.b64encode(gzip.compress(text.encode(), compresslevel=6, mtime=0)).decode("ascii")


def unpack(packed: str) -> Any:
    """What `pack` was given. ValueError if it is damaged, or unpacks to more than `UNPACKED_BYTES`."""
    return json.loads(unpacked(packed, UNPACKED_BYTES))


def unpacked(packed: str, most: int) -> bytes:
    """The JSON text of what `pack` was given. ValueError if it is damaged, or unpacks to more than `most` bytes."""
    unpacker = zlib.decompressobj(wbits=_GZIP)
    try:
        content = unpacker.decompress(base64.b64decode(packed, validate=True), most + 1)
    except zlib.error as error:
        raise ValueError(f"the packed data is damaged ({error})") from error
    if len(content) > most:
        raise ValueError(f"the packed data unpacks to more than {most >> 20} MiB")
    if not unpacker.eof:
        raise ValueError("the packed data is cut short")
    return content


def shortened(text: str | None) -> str | None:
    """The text, or its beginning and end around a line that says how much is cut out of the middle."""
    if text is None or len(text) <= TEXT_LIMIT:
        return text
    half = TEXT_LIMIT // 2
    return f"{text[:half]}\n[... {len(text) - 2 * half:,} characters are cut out here ...]\n{text[-half:]}"
