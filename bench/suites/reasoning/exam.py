"""An exam: every task's items for one exam seed. The shipped exam is data in tasks/; any other is made anew."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.registry.items import dataset, read_jsonl
from bench.suites.reasoning import gym, own
from bench.suites.reasoning.families import EVERY, FAMILIES, HARD, MORE
from bench.suites.reasoning.own import HARD_LEVELS, LEVELS, Item, first
from bench.suites.reasoning.translations import WORDS
from bench.suites.size import sized

SHIPPED_SEED = 1
"""The exam seed of the items in tasks/reasoning and tasks/reasoning_zh; the tasks' versions state it too."""
COLUMNS = ("id", "family", "level", "language", "cluster", "prompt", "answer")
"""What lm-eval's templates may use of an item."""
SUITES = {"en": "reasoning", "zh": "reasoning_zh"}
"""The suite of each language."""
MORE_SUITES = {"en": "reasoning_more", "zh": "reasoning_more_zh"}
"""The same of the families that wait for the next version of these."""
HARD_SUITE = "reasoning_hard"
"""The suite of levels 5 to 7, in English."""
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
    yield from ((HARD_SUITE, family.name, "en") for family in HARD)


@functools.cache
def exam(task: str, language: str, exam_seed: int, count: int = 0, suite: str = "") -> list[Item]:
    """One task's items in an exam, `count` of its family, those of the shipped exam's size first; 0 are as many.

    Raises UsageError if it needs reasoning-gym and that is missing, ValueError or BenchError if the seed makes no exam.
    """
    shipped = size(suite)
    per_cell = -(-max(shipped, count) // len(LEVELS))
    if task in _OWN:
        made = own.items(_OWN[task], exam_seed, language, per_cell, suite == HARD_SUITE)
    else:
        made = gym.items(task, exam_seed, per_cell)
    return sized(made, own.place, shipped, count or shipped)


def size(suite: str) -> int:
    """Items of a family in a suite's shipped exam."""
    levels = HARD_LEVELS if suite == HARD_SUITE else LEVELS
    return len(levels) * first(suite == HARD_SUITE)


def items_jsonl(task: str, language: str, exam_seed: int, suite: str = "") -> str:
    """One task's items as text, one JSON object a line, the same on every machine and Python version."""
    made = exam(task, language, exam_seed, suite=suite)
    return "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in made)


def load(
    file: str,
    exam_seed: int,
    language: str = "en",
    config_source: str = "",
    instances: int = 0,
    suite: str = "",
    **_metadata: Any,
) -> dict[str, Any]:
    """lm-eval's `custom_dataset` hook: `{"test": Dataset}` of the items of `file`, e.g. "lcm.jsonl".

    `instances` of each family, levels in turns; as many as the shipped exam has if 0. That is read from the file beside
    the task's YAML (`config_source`), any other is generated.
    """
    path = Path(config_source).parent / file
    usual = size(suite)
    shipped = exam_seed == SHIPPED_SEED and instances <= usual
    rows = read_jsonl(path) if shipped else exam(path.stem, language, exam_seed, instances, suite)
    return {"test": dataset(sized(rows, own.place, usual, instances or usual), COLUMNS)}
