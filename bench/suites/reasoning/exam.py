"""An exam: every task's items for one exam seed. The shipped exam is data in tasks/; any other is made anew."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.registry.items import dataset, read_jsonl
from bench.suites.reasoning import gym, own
from bench.suites.reasoning.families import EVERY, FAMILIES, MORE
from bench.suites.reasoning.own import LEVELS, PER_CELL, Item
from bench.suites.reasoning.translations import WORDS
from bench.suites.size import sized

SHIPPED_SEED = 1
"""The exam seed of the items in tasks/reasoning and tasks/reasoning_zh; the tasks' versions state it too."""
INSTANCES = len(LEVELS) * PER_CELL
"""Items of a family in the shipped exam."""
COLUMNS = ("id", "family", "level", "language", "cluster", "prompt", "answer")
"""What lm-eval's templates may use of an item."""
SUITES = {"en": "reasoning", "zh": "reasoning_zh"}
"""The suite of each language."""
MORE_SUITES = {"en": "reasoning_more", "zh": "reasoning_more_zh"}
"""The same of the families that wait for the next version of these."""
ABROAD_SUITES = {language: f"reasoning_{language}" for language in WORDS}
"""The suites of further languages: those of the same families that are asked in them."""
_OWN = {family.name: family for family in EVERY}


def files() -> Iterator[tuple[str, str, str]]:
    """The suite, task and language of every data file of an exam, in the order of the suites."""
    for task in gym.TASKS:
        yield SUITES["en"], task, "en"
    for families, suites in ((FAMILIES, SUITES), (MORE, MORE_SUITES)):
        yield from ((suite, family.name, language) for language, suite in suites.items() for family in families)
    for language, suite in ABROAD_SUITES.items():
        yield from ((suite, family.name, language) for family in MORE if language in family.more)


@functools.cache
def exam(task: str, language: str, exam_seed: int, count: int = INSTANCES) -> list[Item]:
    """One task's items in an exam, `count` of its family, those of the shipped exam's size first.

    Raises UsageError if it needs reasoning-gym and that is missing, ValueError or BenchError if the seed makes no exam.
    """
    per_cell = max(PER_CELL, -(-count // len(LEVELS)))
    if task in _OWN:
        made = own.items(_OWN[task], exam_seed, language, per_cell)
    else:
        made = gym.items(task, exam_seed, per_cell)
    return sized(made, own.place, INSTANCES, count)


def items_jsonl(task: str, language: str, exam_seed: int) -> str:
    """One task's items as text, one JSON object a line, the same on every machine and Python version."""
    return "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in exam(task, language, exam_seed))


def load(
    file: str,
    exam_seed: int,
    language: str = "en",
    config_source: str = "",
    instances: int = INSTANCES,
    **_metadata: Any,
) -> dict[str, Any]:
    """lm-eval's `custom_dataset` hook: `{"test": Dataset}` of the items of `file`, e.g. "lcm.jsonl".

    `instances` of each family, levels in turns. The shipped exam is read from the file beside the task's YAML
    (`config_source`), any other is generated.
    """
    path = Path(config_source).parent / file
    shipped = exam_seed == SHIPPED_SEED and instances <= INSTANCES
    rows = read_jsonl(path) if shipped else exam(path.stem, language, exam_seed, instances)
    return {"test": dataset(sized(rows, own.place, INSTANCES, instances), COLUMNS)}
