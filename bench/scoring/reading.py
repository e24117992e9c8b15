"""What a task's own pattern or schema makes of an answer, in the reading process: its time and memory are bounded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import regex

from bench.sandbox import ReadingLimits, read

LIMITS = ReadingLimits(cpu_s=4.0, memory_bytes=512 * 2**20)
"""What one answer may use; the schema's and the pattern's own limits (2 s of CPU) end most before."""
SEARCH_S = 2.0
"""CPU seconds that a task's own regular expression may search one answer."""


def search(pattern: str, text: str) -> str | None:
    """What a task's own regular expression finds first; None if nothing.

    Raises ReadingSpentError if the text drives it beyond its limits, and what `bench.sandbox.read` does.
    """
    result: str | None = read("bench.scoring.reading:_answer", ["search", pattern, text], LIMITS)
    return result


def violation(schema: Mapping[str, Any], value: object) -> str | None:
    """How a value breaks the schema, the first found; None if it does not. Raises as `search`."""
    result: str | None = read("bench.scoring.reading:_answer", ["violation", schema, value], LIMITS)
    return result


def _answer(request: tuple[str, Any, Any]) -> str | None:
    """In the reading process: what `search` or `violation` is asked."""
    what, rule, answer = request
    if what == "violation":
        from bench.scoring import schema

        return schema.violation(rule, answer)
    try:
        result = regex.search(rule, answer, timeout=SEARCH_S)
    except TimeoutError as error:
        raise TimeoutError(f"the regex took more than {SEARCH_S:g} s of CPU") from error
    return result[0] if result else None
