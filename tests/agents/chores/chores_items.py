"""Small work for agents, graded by what a file says: it costs no sandbox."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.records import Graded, WorkResult
from bench.registry.items import dataset
from bench.scoring.episodes import WholeGrader

ITEMS = [
    {
        "id": f"sum-{n}",
        "family": f"sum-{n % 2}",
        "level": 1,
        "prompt": f"Write the sum of {n} and {n} to out.txt. It is chore number {n}.",
        "files": {"in.txt": f"{n}\n{n}\n", "keep/notes.txt": "as it is\n"},
        "allowed": ["out.txt"],
        "protected": ["keep/*"],
        "right": str(2 * n),
    }
    for n in range(8)
]


def load(**_metadata: Any) -> dict[str, Any]:
    """lm-eval's hook."""
    return {"test": dataset(ITEMS, ("id", "family", "level"))}


def _left(item: Mapping[str, Any], text: str) -> Graded:
    try:
        said = WorkResult.from_json(text).workspace(item["files"]).get("out.txt", b"")
    except ValueError:
        said = b""
    return Graded(score=float(said.strip() == str(item["right"]).encode()), extracted=said.decode("utf-8", "replace"))


left = WholeGrader(
    _left,
    oracle=lambda item: WorkResult(files={"out.txt": item["right"].encode()}).to_json(),
    expected=lambda item: item["right"],
)
"""Grades the file."""
