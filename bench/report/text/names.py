"""Names of files that are made from labels."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bench.records import sha256_of

LONGEST_NAME = 150
"""Characters of a label in a file's name; file systems take 255 bytes in all."""


def file_names(keys: Iterable[tuple[str, ...]], between: str = "") -> dict[tuple[str, ...], str]:
    """Labels, or several together, as parts of files' names, in order; of two that come to one name, also where a
    system tells no capitals apart, the later gets a hash."""
    names: dict[tuple[str, ...], str] = {}
    taken: set[str] = set()
    for key in keys:
        name = file_name(between.join(key))
        if name.casefold() in taken and key not in names:
            name = f"{name[: LONGEST_NAME - 9]}-{sha256_of(list(key))[:8]}"
        names.setdefault(key, name)
        taken.add(name.casefold())
    return names


def file_name(text: str) -> str:
    """A label as a part of a file's name; of a long one its beginning, and a hash that tells it from others."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", text)
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 9]}-{sha256_of(text)[:8]}"
