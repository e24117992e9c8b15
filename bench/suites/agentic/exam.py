"""The items of the suite `agentic`, drawn by an exam seed: none is stored, all are made anew, the same everywhere."""

from __future__ import annotations

import functools
from dataclasses import replace
from random import Random

from bench.suites.agentic.families import families
from bench.suites.agentic.families.family import AgenticFamily
from bench.suites.agentic.item import AgenticItem

PYTHON = "python"
"""The toolchain of the suite `agentic`."""
SHIPPED_SEED = 1
"""The exam seed of the suite's version."""
LEVELS = (1, 2, 3, 4)
"""The level of each instance of a family, in turns."""
INSTANCES = 24
"""Instances of each family: 6 of each level."""
TRIES = 60
"""Draws after which a family is found to have too few different instances."""


@functools.cache
def instance(family: str, exam_seed: int, number: int) -> AgenticItem:
    """One item of a family. ValueError where no draw came to one."""
    asked = {instance(family, exam_seed, before).prompt for before in range(number % len(LEVELS), number, len(LEVELS))}
    return _made(families()[family], exam_seed, number, asked)


def _made(family: AgenticFamily, exam_seed: int, number: int, asked: set[str]) -> AgenticItem:
    name, level = f"{family.name}-{number}", LEVELS[number % len(LEVELS)]
    rng = Random(f"agentic {exam_seed} {name}")
    why = ""
    for _ in range(TRIES):
        try:
            item = family.draw(rng, level)
        except ValueError as error:
            why = str(error)
            continue
        if item.prompt not in asked:
            return replace(item, id=name)
        why = "it is there already"
    raise ValueError(f"{name}: {TRIES} draws came to nothing, the last as {why}.")


def exam(exam_seed: int, count: int = INSTANCES, toolchain: str = PYTHON) -> tuple[AgenticItem, ...]:
    """All items of an exam, `count` of each family: a smaller exam is the beginning of each family's."""
    return tuple(instance(name, exam_seed, number) for name in named(toolchain) for number in range(count))


def named(toolchain: str = PYTHON) -> list[str]:
    """The families whose repositories are run by a toolchain."""
    return [name for name, family in families().items() if family.toolchain == toolchain]
