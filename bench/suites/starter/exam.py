"""The starter's exam: every family's items for one exam seed. The shipped exam is data; any other is made anew."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

from bench.registry.items import dataset, read_jsonl
from bench.suites.coding.family import Kind, Params
from bench.suites.coding.instance import INSTANCES, Instance, instances
from bench.suites.coding.items import item
from bench.suites.size import numbered, sized
from bench.suites.starter.families import CODING, SHORT
from bench.suites.starter.family import LEVELS, ShortFamily

SHIPPED_SEED = 1
"""The exam seed of the items in tasks/starter; `suite.yaml` and the tasks' versions state it too."""
TRIES = 200
"""Draws after which a family is found to have too few different instances."""
TASKS = {"complete": Kind.COMPLETE, "predict": Kind.PREDICT, "short": None}
"""The kind of each task's coding families; None for the short questions."""
COLUMNS = ("id", "family", "level", "language", "cluster", "prompt", "answer", "reference")
"""What lm-eval's templates may use of an item."""
Item = dict[str, Any]


def coding_instances(exam_seed: int, count: int = INSTANCES) -> Iterator[Instance]:
    """The instances of all coding families. ValueError, naming the family, if it has too few."""
    for family in CODING:
        yield from instances(family, exam_seed, count)


def short_items(family: ShortFamily, exam_seed: int, count: int = INSTANCES) -> Iterator[Item]:
    """A family of short questions' items, no two alike. ValueError if it has too few."""
    asked = set[str]()
    for number in range(count):
        name = f"{family.name}-{number}"
        rng = Random(f"starter {exam_seed} {name}")
        level = LEVELS[number % len(LEVELS)]
        for _ in range(TRIES):
            p = Params(level=level, **family.params(rng, level))
            if family.question(p) not in asked:
                break
        else:
            raise ValueError(f"{name}: {TRIES} draws gave no instance that is not there already.")
        asked.add(family.question(p))
        yield {
            "id": name,
            "family": family.name,
            "level": level,
            "language": "en",
            "cluster": family.name,
            "prompt": family.question(p),
            "answer": family.reference(p),
            "type": family.type,
        }


@functools.cache
def exam(task: str, exam_seed: int, count: int = INSTANCES) -> list[Item]:
    """One task's items in an exam: "complete", "predict" or "short". ValueError if the seed makes no exam."""
    kind = TASKS[task]
    if kind is None:
        made = [each for family in SHORT for each in short_items(family, exam_seed, count)]
    else:
        made = [item(each) for each in coding_instances(exam_seed, count) if each.family.kind is kind]
    return sized(made, numbered, INSTANCES, count)


def items_jsonl(task: str, exam_seed: int) -> str:
    """One task's items as text, one JSON object a line, the same on every machine and Python version."""
    return "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in exam(task, exam_seed))


def load(
    file: str, exam_seed: int, config_source: str = "", instances: int = INSTANCES, **_metadata: Any
) -> dict[str, Any]:
    """lm-eval's `custom_dataset` hook: `{"test": Dataset}` of the items of `file`, e.g. "short.jsonl".

    `instances` of each family. The shipped exam is read from the file beside the task's YAML (`config_source`), any
    other is generated.
    """
    path = Path(config_source).parent / file
    shipped = exam_seed == SHIPPED_SEED and instances <= INSTANCES
    rows = read_jsonl(path) if shipped else exam(path.stem, exam_seed, instances)
    rows = sized(rows, numbered, INSTANCES, instances)
    return {"test": dataset(rows, COLUMNS)}
