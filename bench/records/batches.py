"""The batches that a run gave to vendors: noted before and after each step, so that none is paid twice or forgotten."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from bench import clean
from bench.errors import UsageError
from bench.records.files import write_file
from bench.records.runjson import JsonRecord

BATCHES = "batches.json"
"""The file of a run folder that holds them; a run without batches has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchNote(JsonRecord):
    """One batch, from before it was made."""

    intent: str
    """Our own name for it."""
    model: str
    """The label of the model that it asks."""
    at: str
    """UTC, ISO 8601, before anything of it was sent."""
    requests: tuple[str, ...] = ()
    """The keys of the calls that it holds."""
    file: str | None = None
    """The vendor's id of the uploaded file; None until there is one."""
    batch: str | None = None
    """The vendor's id of the batch; None until it is known."""
    done: str | None = None
    """What became of it: "recorded", "failed" or "forgotten"; None while its answers are awaited."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Notes(JsonRecord):
    batches: tuple[BatchNote, ...] = ()


def read_batches(folder: Path) -> tuple[BatchNote, ...]:
    """The batches of a run, oldest first; none where it made none. UsageError if the file cannot be read."""
    path = folder / BATCHES
    if not os.path.lexists(path):
        return ()
    try:
        return _Notes.from_json(json.loads(clean.read_text(path, below=folder))).batches
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}).") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(
            f"{path}: is damaged ({clean.line(str(error))}). Look on the vendor's page which batches were made, then "
            "move it aside: what it noted is asked and paid again."
        ) from error


def write_batches(folder: Path, notes: Sequence[BatchNote]) -> None:
    """Keeps them; on return they survive a crash. UsageError or IncompleteError where that is not possible."""
    text = json.dumps(_Notes(batches=tuple(notes)).to_json(), indent=1)

    def write(file: IO[bytes]) -> None:
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())

    write_file(folder, BATCHES, write)
