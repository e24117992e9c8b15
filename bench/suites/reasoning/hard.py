"""Do levels 5 to 7 hold? What `python -m bench.suites.reasoning.check hard` finds, and the figures that it prints.

A family's *steps* at a level are the lines of its reference that are run for an instance, on average over a level's
items: a measure of the derivation that is the same for all, not of how hard a model finds it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from statistics import fmean
from types import FrameType
from typing import Any

from bench.suites.coding.family import Params
from bench.suites.reasoning.family import ReasoningFamily
from bench.suites.reasoning.misread import CAUGHT, caught, misreaders
from bench.suites.reasoning.own import HARD_LEVELS, LEVELS, instances

DRAWS = 200
"""Instances of a family at a level on which its two references must agree, besides those of the exam."""
WORDS = 850
"""The most words of a prompt: about two screens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A family at levels 5 to 7, in one exam."""

    steps: Mapping[int, float]
    """Lines of the reference that are run for an item, by level, on average; level 3 besides."""
    words: Sequence[int]
    """The fewest and the most words of a question."""
    planted: int
    """Misreadings."""
    least: int
    """Of these, how many the item that notices fewest notices."""
    faults: Sequence[str]
    """What is wrong, a line each."""


def standing(family: ReasoningFamily, exam_seed: int, draws: int = DRAWS) -> Standing:
    """What a family's levels 5 to 7 are like, and every fault of theirs."""
    asked = [p for _, p in instances(family, exam_seed, hard=True)]
    below = [p for _, p in instances(family, exam_seed) if p.level == LEVELS[-1]][: len(asked) // len(HARD_LEVELS)]
    by_level = {level: fmean(steps(family, p) for p in [*below, *asked] if p.level == level) for level in _LEVELS}
    words = [len(family.english(p).split()) for p in asked]
    noticed = [caught(family, p) for p in asked]
    faults = [*_disagreements(family, exam_seed, draws), *_disagreeing(family, asked, "item")]
    if any(by_level[level] >= by_level[after] for level, after in pairwise(_LEVELS)):
        faults.append(f"{family.name}: its steps do not grow with the level: {by_level}.")
    if max(words) > WORDS:
        faults.append(f"{family.name}: a question has {max(words)} words; at most {WORDS} are wanted.")
    if len(misreaders(family)) < CAUGHT or min(map(len, noticed)) < CAUGHT:
        faults.append(f"{family.name}: an item notices {min(map(len, noticed))} misreadings; {CAUGHT} are wanted.")
    for what in misreaders(family).keys() - {what for found in noticed for what in found}:
        faults.append(f"{family.name}: no item notices that {what}.")
    return Standing(
        steps=by_level,
        words=(min(words), max(words)),
        planted=len(misreaders(family)),
        least=min(map(len, noticed)),
        faults=faults,
    )


_LEVELS = (LEVELS[-1], *HARD_LEVELS)


def _disagreements(family: ReasoningFamily, exam_seed: int, draws: int) -> Iterator[str]:
    for level in HARD_LEVELS:
        rngs = (Random(f"hard agreement {exam_seed} {family.name} {level} {draw}") for draw in range(draws))
        yield from _disagreeing(family, [Params(level=level, **family.params(rng, level)) for rng in rngs], "draw")


def _disagreeing(family: ReasoningFamily, drawn: Sequence[Params], what: str) -> Iterator[str]:
    for number, p in enumerate(drawn):
        first, second = family.reference(p), family.second(p)
        if first != second:
            yield f"{family.name}, level {p.level}, {what} {number}: the references say {first} and {second}."


def steps(family: ReasoningFamily, p: Params) -> int:
    """How many lines of a family's file its reference runs to answer an instance."""
    file, count = sys.modules[family.params.__module__].__file__, 0

    def lines(_frame: FrameType, event: str, _of: Any) -> Any:
        nonlocal count
        count += event == "line"
        return lines

    before = sys.gettrace()
    sys.settrace(lambda frame, _event, _of: lines if frame.f_code.co_filename == file else None)
    try:
        family.reference(p)
    finally:
        sys.settrace(before)
    return count


def figures(families: Sequence[ReasoningFamily], exam_seed: int, draws: int = DRAWS) -> Iterator[tuple[str, list[str]]]:
    """A row of the table for each family, its heading first, and the family's faults."""
    levels = " | ".join(map(str, _LEVELS))
    yield f"| family | steps at level {levels} | words | misreadings | noticed by each item, at least |", []
    yield f"|---|{'---:|' * (len(_LEVELS) + 3)}", []
    for family in families:
        found = standing(family, exam_seed, draws)
        cells = [family.name, *(f"{each:,.0f}" for each in found.steps.values())]
        cells += [f"{found.words[0]} to {found.words[1]}", str(found.planted), str(found.least)]
        yield f"| {' | '.join(cells)} |", [*found.faults]
