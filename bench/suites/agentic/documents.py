"""Reads a document that a task asks for: data only, within bounds."""

from __future__ import annotations

import json
from typing import Any

from bench.sandbox import Grade, ProgramVerdict
from bench.suites.agentic.reading import table_rows


def grade(path: str, text: str, facts: Any) -> Grade:
    """The grade of a document: right where it holds just the facts, as JSON or, of a page, in its tables."""
    try:
        right = (table_rows(text) if path.endswith(".md") else json.loads(text)) == facts
    except (ValueError, RecursionError):
        right = False
    verdict = ProgramVerdict.PASSED if right else ProgramVerdict.WRONG
    detail = "" if right else f"{path} does not hold what is so"
    return Grade(verdict=verdict, passed=int(right), total=1, detail=detail, sandbox="")
