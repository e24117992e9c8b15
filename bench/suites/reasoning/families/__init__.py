"""Our own families of the reasoning suites, one file each."""

from __future__ import annotations

from bench.suites.reasoning.families import lookup, parking, quantities, timetable
from bench.suites.reasoning.family import ReasoningFamily

FAMILIES: tuple[ReasoningFamily, ...] = tuple(module.FAMILY for module in (quantities, timetable, lookup, parking))
"""All of them, in the order of the items."""
