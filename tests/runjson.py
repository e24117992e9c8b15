"""run.json as its bytes say: tests look at the file itself, not at what reads it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bench.records.manifest import RunRecord


def content(folder: Path) -> dict[str, Any]:
    """A run folder's run.json."""
    found: dict[str, Any] = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    return found


def put(folder: Path, about: dict[str, Any]) -> None:
    """Writes a run.json of any content."""
    (folder / "run.json").write_text(json.dumps(about, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def record(**about: Any) -> RunRecord:
    """The record of a run.json that says no more than this."""
    return RunRecord.from_json({"models": {}, "suites": {}, "settings": {}, **about})
