"""All families of the starter: those that ask for code or for a program's value, and short questions."""

from __future__ import annotations

from bench.suites.coding.family import CodingFamily
from bench.suites.starter.families import (
    ages,
    clock,
    goods,
    places,
    price,
    shopping,
    spelling,
    sums,
    tally,
    totals,
    trace,
    words,
)
from bench.suites.starter.family import ShortFamily

CODING: tuple[CodingFamily, ...] = (
    tally.FAMILY,
    totals.FAMILY,
    words.FAMILY,
    spelling.FAMILY,
    price.FAMILY,
    trace.FAMILY,
)
"""Graded as the coding suite's families of the same kind."""
SHORT: tuple[ShortFamily, ...] = (
    sums.FAMILY,
    shopping.FAMILY,
    ages.FAMILY,
    clock.FAMILY,
    places.FAMILY,
    goods.FAMILY,
)
"""Graded as the reasoning suites' items."""
