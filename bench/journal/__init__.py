"""Every paid call, once, forever: an SQLite file that survives kill -9, and the runs and claims that used it."""

from __future__ import annotations

from bench.journal.entries import RunEntry
from bench.journal.recorder import Recorder
from bench.journal.schema import has_tables, require_files
from bench.journal.store import TURN, Journal
from bench.journal.upkeep import JournalCheck, RunContent, backup, begun_calls, check, prune, records

__all__ = [
    "TURN",
    "Journal",
    "JournalCheck",
    "Recorder",
    "RunContent",
    "RunEntry",
    "backup",
    "begun_calls",
    "check",
    "has_tables",
    "prune",
    "records",
    "require_files",
]
