"""All families of the starter: those that ask for code or for a program's value, and short questions."""

from __future__ import annotations

from bench.suites.coding.family import CodingFamily
from bench.suites.starter.families import (
    amounts,
    change,
    ending,
    grades,
    holder,
    kinds,
    opposites,
    people,
    returned,
    sorting,
    texts,
    tickets,
)
from bench.suites.starter.family import ShortFamily

CODING: tuple[CodingFamily, ...] = (
    amounts.FAMILY,
    change.FAMILY,
    grades.FAMILY,
    texts.FAMILY,
    tickets.FAMILY,
    returned.FAMILY,
)
"""Graded as the coding suite's families of the same kind."""
SHORT: tuple[ShortFamily, ...] = (
    sorting.FAMILY,
    ending.FAMILY,
    people.FAMILY,
    holder.FAMILY,
    kinds.FAMILY,
    opposites.FAMILY,
)
"""Graded as the reasoning suites' items."""
