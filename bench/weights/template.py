"""The chat template that a weights file brings."""

from __future__ import annotations

import struct
from pathlib import Path

HEAD_BYTES = 32 << 20
"""The template stands within so many bytes of a file's beginning, vocabulary included."""
_KEY = b"tokenizer.chat_template"
_TEXT = 8
"""GGUF's number of the type of texts."""


def template_of(path: Path) -> str | None:
    """The chat template of a GGUF file; None if it has none."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    at = head.find(_KEY)
    start = at + len(_KEY) + 12
    if at < 0 or start > len(head):
        return None
    kind, size = struct.unpack_from("<IQ", head, at + len(_KEY))
    if kind != _TEXT or start + size > len(head):
        return None
    return head[start : start + size].decode("utf-8", "replace")
