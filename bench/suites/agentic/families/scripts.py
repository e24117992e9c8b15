"""Families in JavaScript: the same work on repositories that node runs."""

from __future__ import annotations

from bench.suites.agentic.families import drifts, features, reports, triages
from bench.suites.agentic.families.family import AgenticFamily
from bench.suites.agentic.item import NODE
from bench.suites.agentic.javascript import in_javascript

_ALIKE = (*reports.FAMILIES, *features.FAMILIES, *triages.FAMILIES, *drifts.FAMILIES)
FAMILIES = tuple(
    AgenticFamily(name=f"{each.name}_js", draw=in_javascript(f"{each.name}_js", each.draw), toolchain=NODE)
    for each in _ALIKE
)
