"""The items of the suite `tools`, drawn by an exam seed: none is stored, all are made anew, the same everywhere."""

from __future__ import annotations

import functools
from random import Random
from typing import Any

from bench.registry.items import dataset
from bench.suites.size import numbered, sized
from bench.suites.tools.families import families
from bench.worlds import SYSTEM, ToolFamily

SHIPPED_SEED = 1
"""The exam seed that the task's YAML and its version state."""
LEVELS = (1, 2, 3, 4)
"""The level of each instance of a family, in turns."""
INSTANCES = 48
"""Instances of each family: 12 of each level."""
TRIES = 200
"""Draws after which a family is found to have too few different instances."""
COLUMNS = ("id", "family", "level", "language", "cluster")
"""What lm-eval's templates may use of an item."""
Item = dict[str, Any]


def made(family: ToolFamily, exam_seed: int, count: int = INSTANCES) -> list[Item]:
    """A family's items, no two of which ask the same. ValueError if it has too few."""
    asked, items = set[str](), list[Item]()
    for number in range(count):
        name, level = f"{family.name}-{number}", LEVELS[number % len(LEVELS)]
        rng = Random(f"tools {exam_seed} {name}")
        for _ in range(TRIES):
            setting = family.draw(rng, level)
            if setting.user not in asked:
                break
        else:
            raise ValueError(f"{name}: {TRIES} draws gave no instance that is not there already.")
        asked.add(setting.user)
        items.append(
            {
                "id": name,
                "family": family.name,
                "level": level,
                "language": family.language,
                "cluster": family.name,
                "messages": [
                    {"role": "system", "content": f"{SYSTEM} {setting.rules}".rstrip()},
                    {"role": "user", "content": setting.user},
                ],
                "state": {**setting.state, "_secret": f"{rng.getrandbits(128):032x}"},
                "params": dict(setting.params),
                "tools": list(setting.tools) or family.world.tools(),
                "forbidden": list(setting.forbidden),
                "most_spent": setting.most_spent,
            }
        )
    return items


@functools.cache
def exam(exam_seed: int, count: int = INSTANCES) -> tuple[Item, ...]:
    """All items of an exam, `count` of each family. ValueError if a family has too few."""
    every = [item for family in families().values() for item in made(family, exam_seed, count)]
    return (*sized(every, numbered, INSTANCES, count),)


def load(exam_seed: int, instances: int = INSTANCES, **_metadata: Any) -> dict[str, Any]:
    """lm-eval's `custom_dataset` hook: `{"test": Dataset}` of `instances` items of each family."""
    return {"test": dataset(exam(exam_seed, instances), COLUMNS)}
