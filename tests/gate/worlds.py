"""Small runs with known answers, as folders and as snapshots."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.gate import Snapshot, take
from bench.records.tables import ItemRow
from tests.report.sample_run import ANSWERED, model, write_run

MACHINE = {"cpu": "Xeon", "cores": 2, "memory_bytes": 8}
PRICED = "acme/small@2026-10-07"


def rows(
    scores: Sequence[float | None], label: str = "small", suite: str = "reasoning", **changes: Any
) -> list[ItemRow]:
    """One row an item, its score stated; None is infrastructure's. Lists among `changes` go item by item."""
    found = []
    for at, score in enumerate(scores):
        own = {key: value[at] if isinstance(value, list) else value for key, value in changes.items()}
        fields = {
            "model": label, "suite": suite, "task": f"{suite}_sum", "item": str(at), "cluster": f"c{at}",
            "prompt_sha256": f"{at:x}".ljust(64, "0"), "score": score, "price_id": PRICED,
            "outcome": "answered" if score is not None else "infrastructure",
        }  # fmt: skip
        row = replace(ANSWERED, **{**fields, **own})
        found.append(row)
    return found


def write(folder: Path, items: Sequence[ItemRow], **manifest: Any) -> Path:
    """A run folder of remote models, with a machine and the tasks' hashes."""
    tasks = {row.task: {"version": row.task_version, "sha256": "aa", "max_tokens": 320} for row in items}
    models = {row.model: model("acme/small") for row in items}
    about = {"machine": MACHINE, "tasks": tasks, "models": models, "prices": {"as_of": "2026-10-26"}}
    return write_run(folder, items, **{**about, **manifest})


def snapshot(folder: Path, items: Sequence[ItemRow], **manifest: Any) -> Snapshot:
    """The same as a snapshot."""
    return take(write(folder, items, **manifest))
