"""The families of the coding suite, one file each."""

from __future__ import annotations

from bench.suites.coding.families import conveyor, library, meter, receipts, vans
from bench.suites.coding.family import Family

FAMILIES: tuple[Family, ...] = tuple(module.FAMILY for module in (vans, meter, conveyor, receipts, library))
"""All families, in the order of the items."""
