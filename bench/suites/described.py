"""What each of our families asks, in numbers, read from the shipped exams: for its page in docs/families."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from bench.registry.items import read_jsonl
from bench.suites.coding.build import FOLDER
from bench.suites.coding.check import EQUIVALENT
from bench.suites.coding.exam import JS_SUITE, SUITES
from bench.suites.coding.family import CodingFamily, Kind, Params
from bench.suites.coding.mutate import count
from bench.suites.reasoning import exam as reasoning
from bench.suites.reasoning import families as own
from bench.suites.reasoning import gym
from bench.suites.reasoning.own import HARD_LEVELS, LEVELS

EXAMPLE = 2
"""The level of the item that a page shows; a family that begins above it shows its lowest."""
_BLOCK = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
DIALLED = (*LEVELS, *HARD_LEVELS)
"""The levels of reasoning families."""
_PER_LEVEL = "calls", "databases", "cases"
_HARD = reasoning.HARD_SUITE
Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelFacts:
    """One level of a family in the shipped exam."""

    level: int
    """Which."""
    items: int
    """How many items it has; of a coding family among the first ten."""
    words: int
    """Of its shortest prompt."""
    most_words: int
    """Of its longest."""
    rules: int | None = None
    """Coding: lines of the specification of one instance, a rule or so each; None elsewhere."""
    inputs: int | None = None
    """Coding: the fewest hidden inputs that an item has; None where none is run."""
    mutants: int | None = None
    """Coding: small mistakes that the reference of its first item can be given, all to be noticed; None elsewhere."""
    answers: int | None = None
    """Reasoning: how many different answers its items have; None elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyFacts:
    """A family."""

    name: str
    """Its name, which is its items' cluster."""
    suites: Sequence[str]
    """The suites that ask it, the one whose items are counted here first."""
    kind: str
    """What is to be given: a coding item's kind, or how a reasoning answer is compared."""
    about: str
    """What it is about, in a sentence or two."""
    levels: Sequence[LevelFacts]
    """Its levels, the lowest first."""
    example: str
    """The prompt of its first item of `EXAMPLE`, or of its lowest level."""
    dial: tuple[str, Sequence[str]] = ("", ())
    """Reasoning: what can be raised without new code, and how much of it each of `DIALLED` has; nothing of coding's."""
    equivalent: int | None = None
    """Coding: mutants of the shipped exam that are no mistakes, listed with their reasons; None elsewhere."""


@cache
def coding() -> tuple[FamilyFacts, ...]:
    """Every coding family, in the order of the suites."""
    entries = json.loads(EQUIVALENT.read_text(encoding="utf-8")).values()
    known = Counter(entry["family"] for entry in entries if not entry.get("other_exams"))
    return tuple(
        FamilyFacts(
            name=family.name,
            suites=[suite, *([JS_SUITE] if family in SUITES[JS_SUITE] else [])],
            kind=str(family.kind),
            about=_about(family.params),
            levels=[_coding_level(family, level, of) for level, of in _by_level(items)],
            example=_example(items),
            equivalent=known[family.name],
        )
        for suite, families in SUITES.items()
        if suite != JS_SUITE
        for family in families
        for items in [_of(family.name, suite, str(family.kind))]
    )


@cache
def reasoned() -> tuple[FamilyFacts, ...]:
    """Every reasoning family, those of reasoning-gym first."""
    gyms = [
        (name, [reasoning.SUITES["en"]], _gym_about(task.form), _settings(task)) for name, task in gym.TASKS.items()
    ]
    ours = [
        (
            *(family.name, _reasoning_suites(family.name, [*family.more]), _about(family.params)),
            (family.dial.of, [family.dial.at(level) for level in DIALLED]),
        )
        for family in own.EVERY
    ]
    return tuple(
        FamilyFacts(
            name=name,
            suites=suites,
            kind=", ".join(sorted({item["type"] for item in items})),
            about=about,
            levels=[_reasoning_level(level, of) for level, of in _by_level(items)],
            example=_example(items),
            dial=dial,
        )
        for name, suites, about, dial in [*gyms, *ours]
        for items in [[*_of(name, suites[0]), *(_of(name, _HARD) if _HARD in suites else [])]]
    )


def _coding_level(family: CodingFamily, level: int, items: Sequence[Item]) -> LevelFacts:
    p = Params(level=level, **family.params(Random(f"page {family.name} {level}"), level))
    tests = [len(item[key]) for item in items for key in _PER_LEVEL if key in item]
    return LevelFacts(
        level=level,
        items=len(items),
        rules=sum(isinstance(line, str) for line in family.prose(p)),
        inputs=min(tests, default=None),
        mutants=_mutants(items[0]["reference"], family.kind),
        **_words(items),
    )


def _reasoning_level(level: int, items: Sequence[Item]) -> LevelFacts:
    return LevelFacts(level=level, items=len(items), answers=len({item["answer"] for item in items}), **_words(items))


def _mutants(reference: str, kind: Kind) -> int:
    """Of a repair, those of all its files."""
    text = "\n".join(_BLOCK.findall(reference)) if kind is Kind.REPAIR else reference
    return count(text, sql=kind is Kind.SQL)


def _words(items: Sequence[Item]) -> dict[str, int]:
    words = [len(item["prompt"].split()) for item in items]
    return {"words": min(words), "most_words": max(words)}


def _example(items: Sequence[Item]) -> str:
    lowest = min(int(item["level"]) for item in items)
    return str(next(item["prompt"] for item in items if item["level"] == max(EXAMPLE, lowest)))


def _by_level(items: Sequence[Item]) -> Iterator[tuple[int, list[Item]]]:
    for level in sorted({int(item["level"]) for item in items}):
        yield level, [item for item in items if item["level"] == level]


def _about(function: Callable[..., Any]) -> str:
    """The first paragraph of what its module says of itself."""
    text = sys.modules[function.__module__].__doc__ or ""
    return " ".join(text.partition("\n\n")[0].split())


def _gym_about(form: str) -> str:
    return f"{gym.GENERATOR} {gym.VERSION}'s task. {form}"


def _reasoning_suites(name: str, languages: Sequence[str]) -> list[str]:
    of = reasoning.SUITES if name in {family.name for family in own.FAMILIES} else reasoning.MORE_SUITES
    hard = [_HARD] if name in {family.name for family in own.HARD} else []
    return [*of.values(), *hard, *(reasoning.ABROAD_SUITES[language] for language in languages)]


def _settings(task: gym.GymTask) -> tuple[str, Sequence[str]]:
    """The generator's settings, which are the dial of its tasks."""
    said = [", ".join(f"{name} {_said(value)}" for name, value in level.items()) for level in task.levels]
    return "settings of the generator", [*said, *[""] * len(HARD_LEVELS)]


def _said(value: object) -> str:
    return "/".join(map(str, value)) if isinstance(value, list) else str(value)


def _of(name: str, suite: str, file: str = "") -> list[Item]:
    return [item for item in _read(FOLDER.with_name(suite) / f"{file or name}.jsonl") if item["family"] == name]


@cache
def _read(path: Path) -> list[dict[str, Any]]:
    return read_jsonl(path)
