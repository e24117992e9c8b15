"""What stands on the lines of a text: a block of code or mathematics, a list, and the last of them."""

from __future__ import annotations

import re
from collections.abc import Sequence

_BLOCKS = {"```": "```", "~~~": "~~~", "$$": "$$", "\\]": "\\["}
"""The line that ends a block of code or mathematics -> what its first line begins with."""
MOST_ITEMS = 1_000
"""A list of more items is no answer."""
_ITEM = re.compile(r"[ \t>]*(?:[-*•+]|\(?(\d{1,3})[.)、])[ \t]+(\S.*)")
_ROW = re.compile(r"[ \t>]*+\|?[ \t]*+(?:[-+−]?\d[\d.]*+(?:[ \t]*+(?:[,|&]|\\\\)[ \t]*+|[ \t]++|$))++")
"""A row of numbers."""
_FENCED = re.compile(r"^[ \t>]{0,12}(`{3,}|~{3,})[^\n]*\n(?:.*?^[ \t>]{0,12}\1[ \t]*$|.*\Z)", re.MULTILINE | re.DOTALL)
_FENCE = re.compile(r"^[ \t>]*(?:[-*+][ \t]+|\d{1,3}[.)][ \t]+)?(?:`{3}|~{3})[^\n]*$", re.MULTILINE)


def last_line(text: str) -> str:
    """The last line of a text; where it only ends a block, the whole block."""
    lines = text.split("\n")
    begins = _BLOCKS.get(lines[-1].strip())
    if begins is not None:
        for at in range(len(lines) - 2, -1, -1):
            if lines[at].strip().startswith(begins):
                return "\n".join(lines[at:])
    return lines[-1]


def begun_block(text: str, start: int) -> str | None:
    """The block whose first line begins at a place of a text; None if none does, or it does not end."""
    first, *lines = text[start:].split("\n")
    for ends, begins in _BLOCKS.items():
        if re.fullmatch(re.escape(begins) + r"[\w+-]*", first.strip()):
            at = next((n for n, line in enumerate(lines) if line.strip() == ends), None)
            return None if at is None else "\n".join([first.strip(), *lines[: at + 1]])
    return None


def begun_list(text: str, start: int) -> str:
    """The list, or the rows of numbers, of two or more, whose first line begins at a place of a text; else empty."""
    lines = text[text.rfind("\n", 0, start) + 1 :].split("\n")
    rows = next((at for at, line in enumerate(lines) if not _ROW.fullmatch(line)), len(lines))
    return _longest(lines) or ("\n".join(lines[:rows]) if rows > 1 else "")


def last_list(text: str) -> str:
    """The list, of two items or more, that ends a text; empty if none does."""
    lines = text.split("\n")
    begin = len(lines)
    while begin and _ITEM.fullmatch(lines[begin - 1]):
        begin -= 1
        if len(lines) - begin > MOST_ITEMS:
            return ""
    return _longest(lines[begin:])


def _longest(lines: Sequence[str]) -> str:
    seen = lines[: MOST_ITEMS + 1]
    size = next((at for at, line in enumerate(seen) if not _ITEM.fullmatch(line)), len(seen))
    return "\n".join(lines[:size]) if 1 < size <= MOST_ITEMS and listed("\n".join(lines[:size])) else ""


def listed(text: str) -> list[str]:
    """The items of a text that is a list and nothing else, of two items or more, numbered from 1; else none."""
    items = [_ITEM.fullmatch(line) for line in text.split("\n") if line.strip()]
    numbers = [int(item[1]) for item in items if item and item[1]]
    if len(items) < 2 or not all(items) or (numbers and numbers != list(range(1, len(items) + 1))):
        return []
    return [item[2].strip() for item in items if item]


def behind_blocks(text: str) -> int:
    """Where the last fence of a text ends; 0 without one."""
    last = next(reversed([*_FENCE.finditer(text)]), None)
    return last.end() if last else 0


def outside_blocks(text: str) -> str:
    """A text without its fenced blocks."""
    return _FENCED.sub("", text)
