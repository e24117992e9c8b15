"""Our own families of the reasoning suites, one file each."""

from __future__ import annotations

from bench.suites.reasoning.families import (
    allowances,
    assembly,
    ballots,
    circle,
    contracts,
    entrance,
    exams,
    heirs,
    lamps,
    league,
    lookup,
    machine,
    measures,
    parking,
    quantities,
    seating,
    stock,
    survey,
    switches,
    timecards,
    timetable,
    tolls,
    tricks,
    urns,
    workshop,
    zones,
)
from bench.suites.reasoning.family import ReasoningFamily
from bench.suites.reasoning.misread import MISREAD

FAMILIES: tuple[ReasoningFamily, ...] = tuple(module.FAMILY for module in (quantities, timetable, lookup, parking))
"""Those of the suites `reasoning` and `reasoning_zh`, in the order of the items."""
_MORE = (
    lamps,
    workshop,
    measures,
    tolls,
    circle,
    machine,
    ballots,
    stock,
    league,
    seating,
    urns,
    survey,
    heirs,
    contracts,
    zones,
    entrance,
    timecards,
    allowances,
    tricks,
    switches,
    exams,
    assembly,
)
MORE: tuple[ReasoningFamily, ...] = tuple(module.FAMILY for module in _MORE)
"""Those of `reasoning_more` and `reasoning_more_zh`, until the next version of the others takes them in."""
EVERY = (*FAMILIES, *MORE)
"""All of them."""
HARD = tuple(family for family in EVERY if family.name in MISREAD)
"""Those of `reasoning_hard`, asked at levels 5 to 7."""
