"""JSON in which something is nested deeper than Python reads: that alone is left out."""

from __future__ import annotations

import json
import re
from typing import Final

TOO_DEEP: Final = {"nested too deeply": True}
"""What stands in its place."""
MOST = 100
"""Objects and lists in one another, counted from the outermost."""
_MARKS = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\Z)|[\[\]{}]', re.DOTALL)
"""A text, or one of the brackets outside of texts."""


def without_deep(text: str, level: int) -> str:
    """The text with TOO_DEEP for each value that stands in `level` objects and lists and is nested beyond MOST."""
    depth = begin = read = 0
    deep = False
    kept: list[str] = []
    for mark in _MARKS.finditer(text):
        at = mark.start()
        if text[at] in "[{":
            if depth == level:
                begin, deep = at, False
            depth += 1
            deep = deep or depth > MOST
        elif text[at] in "]}":
            depth -= 1
            if depth == level and deep:
                kept += (text[read:begin], json.dumps(TOO_DEEP))
                read, deep = at + 1, False
    return "".join((*kept, text[read:]))
