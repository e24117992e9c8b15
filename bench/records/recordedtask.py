"""A task of a run, as run.json holds it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from bench.records.runjson import JsonRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedTask(JsonRecord):
    """A task as it was asked. None is unknown."""

    KEYS: ClassVar[tuple[str, ...]] = ("version", "sha256", "max_tokens")

    version: str | None = None
    """Its version, as its file states it."""
    sha256: str | None = None
    """Hash of its content; None for an import."""
    max_tokens: int | None = None
    """Tokens it grants to an answer."""
    minutes: float | None = None
    """Minutes that an agent gets for an item; None for a task that is no work for agents."""
