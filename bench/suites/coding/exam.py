"""An exam: every family's items for one exam seed. The shipped exam is data in tasks/coding; any other is made anew."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

from bench.registry.items import dataset, read_jsonl
from bench.suites.coding.families import FAMILIES
from bench.suites.coding.family import Kind
from bench.suites.coding.instance import instances
from bench.suites.coding.items import Item, item

SHIPPED_SEED = 1
"""The exam seed of the items in tasks/coding; `suite.yaml` and the tasks' versions state it too."""
COLUMNS = ("id", "family", "level", "language", "cluster", "prompt", "reference")
"""What lm-eval's templates may use of an item."""


@functools.cache
def exam(exam_seed: int) -> dict[Kind, list[Item]]:
    """All items of an exam, by kind. ValueError, naming family and instance, if a family cannot make one."""
    made: dict[Kind, list[Item]] = {kind: [] for kind in Kind}
    for family in FAMILIES:
        made[family.kind] += [item(instance) for instance in instances(family, exam_seed)]
    return made


def items_jsonl(kind: Kind, exam_seed: int) -> str:
    """One kind's items as text, one JSON object a line, the same on every machine and Python version."""
    return "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in exam(exam_seed)[kind])


def load(file: str, exam_seed: int, config_source: str = "", **_metadata: Any) -> dict[str, Any]:
    """lm-eval's `custom_dataset` hook: `{"test": Dataset}` of the items of `file`, e.g. "complete.jsonl".

    The shipped exam is read from the file beside the task's YAML (`config_source`), any other is generated.
    """
    path = Path(config_source).parent / file
    rows = read_jsonl(path) if exam_seed == SHIPPED_SEED else exam(exam_seed)[Kind(path.stem)]
    return {"test": dataset(rows, COLUMNS)}
