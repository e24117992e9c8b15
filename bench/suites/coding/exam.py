"""An exam: a suite's items for one exam seed. The shipped exams are data in tasks/; any other is made anew."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.registry.items import dataset, read_jsonl
from bench.suites import FURTHER
from bench.suites.coding.families import FAMILIES, HARD, MORE
from bench.suites.coding.family import CodingFamily, Kind
from bench.suites.coding.instance import INSTANCES, instances
from bench.suites.coding.items import Item, item
from bench.suites.size import numbered, sized

SHIPPED_SEED = 1
"""The exam seed of the items in tasks/; `suite.yaml` and the tasks' versions state it too."""
USUAL = 30
"""Instances of a family of `coding` that a run asks where nothing limits it; `suite.yaml` states it too."""
SUITE, MORE_SUITE, JS_SUITE, HARD_SUITE = "coding", "coding_more", "coding_js", "coding_hard"
"""The suite, that of the families which wait for its next version, their programs in JavaScript, and levels 5 to 7:
`INSTANCES` of each family."""
SUITES: Mapping[str, tuple[CodingFamily, ...]] = {
    SUITE: FAMILIES,
    MORE_SUITE: MORE,
    JS_SUITE: tuple(family for family in MORE if family.kind is Kind.PROGRAM),
    HARD_SUITE: HARD,
}
"""The families of each."""
LANGUAGE: Mapping[str, str] = {JS_SUITE: "javascript"}
"""The language of a suite's programs, where it is not Python."""
COLUMNS = ("id", "family", "level", "language", "cluster", "prompt", "reference")
"""What lm-eval's templates may use of an item."""


@functools.cache
def exam(exam_seed: int, count: int = INSTANCES, suite: str = SUITE) -> dict[Kind, list[Item]]:
    """All items of a suite's exam, by kind, `count` of each family, those of a smaller exam first.

    ValueError, naming family and instance, if a family cannot make one.
    """
    made: dict[Kind, list[Item]] = {kind: [] for kind in Kind}
    for family in SUITES[suite]:
        drawn = instances(family, exam_seed, count)
        made[family.kind] += [item(instance, LANGUAGE.get(suite, "python")) for instance in drawn]
    return {kind: sized(items, numbered, INSTANCES, count) for kind, items in made.items()}


def items_jsonl(kind: Kind, exam_seed: int, suite: str = SUITE) -> str:
    """One kind's items as text, one JSON object a line, the same on every machine and Python version."""
    return _lines(exam(exam_seed, suite=suite)[kind])


def further_jsonl(kind: Kind) -> str:
    """The items by which the shipped exam's usual size is larger than the first exam, as `items_jsonl` writes them."""
    return _lines([item for item in exam(SHIPPED_SEED, USUAL)[kind] if numbered(item) >= INSTANCES])


def _lines(items: list[Item]) -> str:
    return "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items)


def load(
    file: str,
    exam_seed: int,
    config_source: str = "",
    instances: int = INSTANCES,
    suite: str = SUITE,
    **_metadata: Any,
) -> dict[str, Any]:
    """lm-eval's `custom_dataset` hook: `{"test": Dataset}` of the items of `file`, e.g. "complete.jsonl".

    `instances` of each family. The shipped exam is read from the file beside the task's YAML (`config_source`) and from
    the one in `further/`, any other is generated.
    """
    path = Path(config_source).parent / file
    if exam_seed != SHIPPED_SEED or instances > (USUAL if suite == SUITE else INSTANCES):
        rows = exam(exam_seed, instances, suite)[Kind(path.stem)]
    else:
        further = read_jsonl(path.parent / FURTHER / file) if instances > INSTANCES else []
        rows = sized([*read_jsonl(path), *further], numbered, INSTANCES, instances)
    return {"test": dataset(rows, COLUMNS)}
