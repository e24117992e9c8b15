"""Where a run is kept, and what it came to."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.errors import UsageError
from bench.journal import RunEntry
from bench.plan import Plan
from bench.records import MANIFEST, RecordedLooks, sha256_of
from bench.run.asked import EndedEarly


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a run came to."""

    folder: Path
    """The run folder, complete with tables."""
    started_at: str
    """UTC, ISO 8601."""
    asked: int
    """Calls made now; 0 for a finished run that was only read again."""
    missing: int
    """Planned calls without a scored answer."""
    stopped: Mapping[str, str]
    """Models that were stopped, and why."""
    ended: EndedEarly | None = None
    """Why items were left out on purpose, by budget or by choice; None if none were."""
    looks: RecordedLooks | None = None
    """When the run may be judged before its end, and what its looks came to; None for a run that is judged there."""


def new_run(plan: Plan, results: Path, output: Path | None) -> RunEntry:
    """A run that begins now, its folder in `results` unless the user names one. UsageError if that holds another."""
    started = datetime.now(UTC)
    run = f"{started:%Y%m%dT%H%M%SZ}-{plan.sha256[:8]}"
    folder = output or results / run
    number = 2
    while output is None and os.path.lexists(folder):
        folder = results / f"{run}-{number}"
        number += 1
    if output and (output / MANIFEST).exists():
        raise UsageError(f"{output}: already holds another run. Choose an empty folder for -o.")
    # Two runs of one plan may begin in the same second, each in a folder of its own.
    name = f"{run}-{sha256_of(str(output.absolute()))[:4]}" if output else folder.name
    return RunEntry(name, folder, started.isoformat(timespec="milliseconds"), None, "")
