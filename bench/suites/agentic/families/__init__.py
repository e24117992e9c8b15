"""Kinds of work, some to a file: each file's `FAMILIES` is found by itself."""

from __future__ import annotations

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module

from bench.suites.agentic.families.family import AgenticFamily


@cache
def families() -> Mapping[str, AgenticFamily]:
    """Every family by name, in the order of files and of their lists."""
    files = sorted(each.name for each in pkgutil.iter_modules(__path__) if each.name != "family")
    found = [family for name in files for family in import_module(f"{__name__}.{name}").FAMILIES]
    return {family.name: family for family in found}
