"""The suite `agentic` as the registry reads it: its items as rows, and the hook that grades what an agent left."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.records import Graded, WorkResult, counts
from bench.registry.items import dataset, read_jsonl
from bench.sandbox import node_trouble
from bench.scoring.episodes import WholeGrader
from bench.suites.agentic.exam import INSTANCES, PYTHON, SHIPPED_SEED, exam, instance
from bench.suites.agentic.grading import grade
from bench.suites.agentic.item import AgenticItem
from bench.suites.size import numbered

COLUMNS = ("id", "family", "level", "language", "cluster")
"""What lm-eval's templates may use of an item."""
SHOWN = 4096
"""Characters of the names of changed files that are shown."""


def row(item: AgenticItem, exam_seed: int) -> dict[str, Any]:
    """An item as a run asks it. Its hidden parts stay out: they are made anew where it is graded."""
    return {
        "id": item.id,
        "family": item.family,
        "level": item.level,
        "language": "en",
        "cluster": item.cluster,
        "exam_seed": exam_seed,
        "sha256": item.sha256(),
        "prompt": f"{item.prompt}\n\nReference: {item.id}",  # two repositories may be asked for the same
        "files": dict(item.files),
        "allowed": list(item.allowed),
        "protected": list(item.protected),
    }


def load(
    file: str,
    exam_seed: int,
    config_source: str = "",
    instances: int = INSTANCES,
    toolchain: str = PYTHON,
    **_metadata: Any,
) -> dict[str, Any]:
    """lm-eval's `custom_dataset` hook: `{"test": Dataset}` of `instances` items of each family of a toolchain.

    The shipped exam is read from `file` beside the task's YAML (`config_source`), any other is made.
    """
    if exam_seed == SHIPPED_SEED and instances <= INSTANCES:
        rows = [item for item in read_jsonl(Path(config_source).parent / file) if numbered(item) < instances]
    else:
        rows = [row(item, exam_seed) for item in exam(exam_seed, instances, toolchain)]
    return {"test": dataset(rows, COLUMNS)}


def _whole(item: Mapping[str, Any]) -> AgenticItem:
    """The item of a row with its hidden parts."""
    return instance(item["family"], item["exam_seed"], numbered(dict(item)))


def _work(item: Mapping[str, Any], text: str) -> Graded:
    try:
        result = WorkResult.from_json(text)
    except ValueError:
        return Graded(score=0.0, partial=0.0, extracted=None, detail={"why": "no result of an agent's"})
    whole = _whole(item)
    if whole.sha256() != item["sha256"]:
        return Graded(
            score=None, extracted=None, detail={"why": "this Python makes another item than the agent had"}, final=False
        )
    touched = ", ".join((*result.files, *(f"-{path}" for path in result.removed)))[:SHOWN] or "no file changed"
    if lost := [path for path in result.left_out if counts(path, whole.allowed)]:
        detail: dict[str, Any] = {"why": f"{lost[0]} is too large to be kept", "stop": result.stop}
        return Graded(score=0.0, partial=0.0, extracted=touched, detail=detail)
    graded = grade(whole, result.workspace(whole.files))
    detail = {"why": graded.detail, "stop": result.stop, "changed": len(result.files)}
    if graded.tampering:
        detail["tampering"] = list(graded.tampering)
    if graded.infrastructure:
        return Graded(score=None, extracted=touched, detail=detail, final=False)
    return Graded(score=graded.score, partial=graded.partial, extracted=touched, detail=detail, final=graded.final)


def _solved(item: Mapping[str, Any]) -> str:
    """What the reference solution leaves."""
    solution = _whole(item).solution
    files = {path: text.encode() for path, text in solution.items() if text is not None}
    return WorkResult(files=files, removed=tuple(path for path, text in solution.items() if text is None)).to_json()


work = WholeGrader(_work, oracle=_solved, expected=lambda _item: None, sandboxed=True)
"""Grades what an agent left of an item of the suite `agentic`."""

work_js = WholeGrader(_work, oracle=_solved, expected=lambda _item: None, sandboxed=True, trouble=node_trouble)
"""The same of the suite `agentic_js`, whose items are left out where node is missing."""
