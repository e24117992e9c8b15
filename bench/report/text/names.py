"""Names of files that are made from labels."""

from __future__ import annotations

import re

from bench.records import sha256_of

LONGEST_NAME = 150
"""Characters of a label in a file's name; file systems take 255 bytes in all."""


def file_name(text: str) -> str:
    """A label as a part of a file's name; of a long one its beginning, and a hash that tells it from others."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", text)
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 9]}-{sha256_of(text)[:8]}"
