"""The parts of a claim: each file holds everything that one part is, and PARTS lists them in the order of judging.

A further part is a file here with a class of `Part` or `RatioPart`, its instance in PARTS, the config key that it names
in `bench.records.claim.MARGINS`, and the columns of the items table that it names in `columns`. Judging, sentences,
claims.json, the page, the planes and the command line follow (tests/claims/test_fourth_part.py).
"""

from __future__ import annotations

from collections.abc import Iterable

from bench.claims.parts.cost import COST, cost_each
from bench.claims.parts.labelled import PASS, PREFERENCE, unlabelled
from bench.claims.parts.latency import CLEAN_SHARE, LATENCY
from bench.claims.parts.missing import MISSING_RATE, lost_items
from bench.claims.parts.part import Axis, Part, RatioPart
from bench.claims.parts.result import PartResult, undecided, worded
from bench.claims.parts.score import SCORE, counts
from bench.records import Claim

__all__ = [
    "CLEAN_SHARE",
    "COST",
    "LATENCY",
    "MISSING_RATE",
    "PARTS",
    "PASS",
    "PREFERENCE",
    "SCORE",
    "Axis",
    "Part",
    "PartResult",
    "RatioPart",
    "claimed",
    "cost_each",
    "counts",
    "in_words_order",
    "lost_items",
    "part",
    "undecided",
    "unlabelled",
    "worded",
]

PARTS: tuple[Part, ...] = (SCORE, PASS, PREFERENCE, COST, LATENCY)
"""Every part of a claim, in the order in which they are judged and written."""


def part(key: str) -> Part:
    """The part of a key. KeyError if there is none."""
    return {each.key: each for each in PARTS}[key]


def claimed(claim: Claim) -> list[Part]:
    """The parts that a claim speaks of, in the order of judging."""
    return [each for each in PARTS if each.margin in claim.margins]


def in_words_order(parts: Iterable[Part]) -> list[Part]:
    """The parts as a claim is put into words: the saving first."""
    return sorted(parts, key=lambda each: each.rank)
