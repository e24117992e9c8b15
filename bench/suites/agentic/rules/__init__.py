"""The rules that generated repositories are put together from."""

from __future__ import annotations

from bench.suites.agentic.rules.amounts import BULK, MINIMUM, RATE, SEASON, STEP, TAGS, WEEKEND
from bench.suites.agentic.rules.rule import Defect, Rule
from bench.suites.agentic.rules.running import CAP, DEAREST, DEPOSIT, HANDLING, LOYAL, REPEAT, STREAK

FIRST = RATE
"""The rule that makes the first amount; it stands in every repository."""
OTHERS = (MINIMUM, BULK, SEASON, WEEKEND, STEP, STREAK, CAP, HANDLING, REPEAT, LOYAL, DEPOSIT, DEAREST)
"""All others."""

__all__ = [
    "BULK",
    "DEAREST",
    "FIRST",
    "OTHERS",
    "REPEAT",
    "SEASON",
    "STEP",
    "STREAK",
    "TAGS",
    "WEEKEND",
    "Defect",
    "Rule",
]
