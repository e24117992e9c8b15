"""What a journal holds: its runs, and calls on their way into it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from bench.records import Call

ADD = "INSERT INTO calls VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
"""Adds a finished call, unless it is there already."""


@dataclass(frozen=True, slots=True)
class RunEntry:
    """One run as the journal knows it."""

    run: str
    """The run's id."""
    folder: Path
    """Its folder."""
    started_at: str
    """UTC, ISO 8601."""
    finished_at: str | None
    """UTC, ISO 8601; None while calls are missing."""
    manifest: str
    """The content of its run.json."""


class Noted(NamedTuple):
    """A call on its way into the journal."""

    call: Call
    """The call."""
    record: str
    """It as JSON; empty of one that begins."""
    begins: bool = False
    """Whether it is about to be sent, its last attempt the one whose end nobody may learn of; else it is finished."""


def row_of(entry: Noted) -> tuple[object, ...]:
    """A call as a row."""
    call = entry.call
    return (call.run, call.key, call.ask, call.started_at, call.outcome.scored, entry.record)
