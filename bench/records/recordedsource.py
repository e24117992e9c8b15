"""Parts of run.json: what its rows come from where it asked nothing, another run or imported results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from bench.records.recordedtask import RecordedTask
from bench.records.runjson import JsonRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedDerivation(JsonRecord):
    """What made a run from another one without asking anything."""

    KEYS: ClassVar[tuple[str, ...]] = ("by",)

    by: str
    """"reprice" or "score"."""
    as_of: str | None = None
    """Repriced: prices of this day, ISO 8601."""
    mode: str | None = None
    """Repriced: e.g. "batch"."""
    region: str | None = None
    """Repriced: the providers' place."""
    modes: Mapping[str, str] = field(default_factory=dict)
    """Repriced: e.g. "batch", by model's label, where `mode` is not every model's."""
    off_peak: bool | None = None
    """Repriced: True for the cheapest hours."""
    peak: bool | None = None
    """Repriced: True for the dearest hours."""
    peak_share: float | None = None
    """Repriced: the share of calls in the dearest hours, in [0, 1]."""
    time_of_day: str | None = None
    """Repriced: every call at this time, e.g. "09:30"; UTC."""
    cache_hit: float | None = None
    """Repriced: the share of prompt tokens read from the provider's cache, in [0, 1]."""
    tasks_before: Mapping[str, RecordedTask] | None = None
    """Scored again: the tasks by which the parent was scored."""
    at: str = ""
    """When; UTC, ISO 8601."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedImport(JsonRecord):
    """Where imported results come from, and what was left out of them. None is unknown."""

    format: str
    """A key of `importers.FORMATS`."""
    source: str | None = None
    """Who published it."""
    commit: str | None = None
    """Its commit or version there."""
    retrieved: str | None = None
    """ISO date on which it was fetched."""
    licence: str | None = None
    """Its licence, as found."""
    files: tuple[Mapping[str, Any], ...] = ()
    """The files that were read: "name", "sha256" and "bytes"; the last two are None for a folder."""
    map: Mapping[str, str] = field(default_factory=dict)
    """The user's choices: field -> column."""
    dropped: tuple[Mapping[str, str], ...] = ()
    """Rows that were left out, as {"row", "why"}; the first of them."""
    dropped_count: int = 0
    """All rows that were left out."""
    notes: tuple[str, ...] = ()
    """What to know, and what is unknown."""

    def __post_init__(self) -> None:
        """ValueError for a file without a name, or a row left out of which is not said which it is, or why."""
        for what, entries, needed in (("files", self.files, ("name",)), ("dropped", self.dropped, ("row", "why"))):
            for number, entry in enumerate(entries):
                for key in needed:
                    if not isinstance(entry.get(key), str):
                        raise ValueError(f"imported.{what}.{number}.{key}: a text is needed")
