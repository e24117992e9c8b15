"""Looks after a journal: is it whole, what is in it, a copy of it, and what may go."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import clean
from bench.errors import UsageError
from bench.journal.begun import BEGUN
from bench.journal.entries import RunEntry
from bench.journal.store import Journal
from bench.records import Call, RunRecord, lock_folder, require_time

MOST_FAULTS = 20
"""Faults that are named; the rest are counted."""
BESIDE = (".latency-probe", ".load")
"""What follows a run's id in the names of the calls that measure beside it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunContent:
    """What a journal holds of a run."""

    run: str
    """The run's id."""
    folder: str
    """Its folder, as the journal says it."""
    there: bool
    """Whether that folder is there."""
    finished: bool
    """Whether its plan is done."""
    calls: int
    """Calls recorded, turns of episodes and what was measured beside it included; without those that only began."""
    begun: int
    """Calls that began and have no end on record: they are under way, or their process was killed."""
    bytes: int
    """Bytes of the records of both."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalCheck:
    """What `check` found."""

    path: Path
    """The journal."""
    version: int
    """The version of its tables."""
    size: int
    """Bytes of the file."""
    runs: tuple[RunContent, ...]
    """Its runs, oldest first."""
    stray: int
    """Calls of runs that it does not know."""
    stray_begun: int
    """Calls of such runs that began and have no end on record."""
    faults: tuple[str, ...]
    """What is wrong, MOST_FAULTS at most; empty where nothing is."""


def check(journal: Journal) -> JournalCheck:
    """Reads all of a journal: SQLite's own check, and every record, one at a time. Changes nothing."""
    with journal.reading() as db:
        faults = [str(row[0]) for row in db.execute(f"PRAGMA integrity_check({MOST_FAULTS})") if row[0] != "ok"]
        counted: dict[str, list[int]] = {}
        for row in db.execute("SELECT run, key, ask, scored, asked_at, record FROM calls"):
            run, key, record = row[0], row[1], row[-1]
            of = counted.setdefault(str(run), [0, 0, 0])
            of[_is_begun(key)] += 1
            of[2] += len(str(record).encode())
            if len(faults) < MOST_FAULTS and (why := _fault(row)):
                faults.append(f"call {str(key)[:12]} of {run}: {why}")
        version = int(db.execute("PRAGMA user_version").fetchone()[0])
    runs = []
    for entry in journal.runs():
        if len(faults) < MOST_FAULTS and (why := _manifest_fault(entry)):
            faults.append(f"run {entry.run}: {why}")
        names = [entry.run, *(f"{entry.run}{end}" for end in BESIDE)]
        mine = [counted.pop(name, [0, 0, 0]) for name in names]
        runs.append(
            RunContent(
                run=entry.run,
                folder=str(entry.folder),
                there=entry.folder.is_dir(),
                finished=entry.finished_at is not None,
                calls=sum(each[0] for each in mine),
                begun=sum(each[1] for each in mine),
                bytes=sum(each[2] for each in mine),
            )
        )
    return JournalCheck(
        path=journal.path,
        version=version,
        size=journal.path.stat().st_size,
        runs=tuple(runs),
        stray=sum(each[0] for each in counted.values()),
        stray_begun=sum(each[1] for each in counted.values()),
        faults=tuple(faults),
    )


def _is_begun(key: object) -> bool:
    return str(key).startswith(BEGUN)


def _manifest_fault(entry: RunEntry) -> str | None:
    try:
        known = RunRecord.read(entry.manifest)
    except ValueError as error:
        return f"its record cannot be read ({clean.line(str(error))})"
    return None if known.run == entry.run else f"its record is of another run ({known.run or 'it names none'})"


def _fault(row: tuple[str, str, int, int, str, str]) -> str | None:
    run, key, ask, scored, asked_at, record = row
    try:
        call = Call.from_json(record)
    except ValueError as error:
        return f"its record cannot be read ({clean.line(str(error))})"
    again = call.to_json()
    if again != record and (where := _lost(json.loads(record), json.loads(again))):
        return f"{where} of its record cannot be what was written"
    try:
        require_time(call.started_at, "started_at")
    except (ValueError, TypeError):
        return "started_at of its record is no time"
    if call.started_at != asked_at:
        return "its record says another time than its row"
    if (call.run, call.key, call.ask, call.outcome.scored) != (run, key, ask, bool(scored)):
        return "its record says another run, key, asking or outcome than its row"
    return None


def _lost(raw: Any, again: Any, where: str = "") -> str | None:
    """The first place of a record that reads as another value; keys that this version adds are no loss."""
    if isinstance(raw, dict) and isinstance(again, dict):
        pairs: Iterable[tuple[object, Any]] = raw.items()
    elif isinstance(raw, list) and isinstance(again, list) and len(raw) == len(again):
        pairs, again = enumerate(raw), dict(enumerate(again))
    else:
        return None if raw == again else where
    below = ((f"{where}.{key}" if where else str(key), each, again.get(key)) for key, each in pairs)
    return next((found for place, each, ours in below if (found := _lost(each, ours, place))), None)


def records(journal: Journal, runs: Collection[str] = ()) -> Iterator[str]:
    """Every recorded call as one line of JSON, or those of some runs, by run and in the order of their keys."""
    with journal.reading() as db:
        names = _names(journal, runs) if runs else [str(row[0]) for row in db.execute("SELECT DISTINCT run FROM calls")]
        for name in names:
            rows = db.execute("SELECT key, record FROM calls WHERE run = ? ORDER BY key, ask", (name,))
            yield from (str(record) for key, record in rows if not _is_begun(key))


def begun_calls(journal: Journal, runs: Collection[str] = ()) -> int:
    """How many calls, or of some runs, began and have no end on record."""
    with journal.reading() as db:
        return _begun(db, _names(journal, runs) if runs else None)


def _begun(db: sqlite3.Connection, names: Collection[str] | None = None) -> int:
    where = "" if names is None else f" AND run IN ({','.join('?' * len(names))})"
    count = f"SELECT count(*) FROM calls WHERE key >= '{BEGUN}' AND key < '{BEGUN}~'{where}"
    return int(db.execute(count, [*(names or ())]).fetchone()[0])


def backup(journal: Journal, to: Path) -> int:
    """Writes a copy without gaps, of one moment though runs go on; returns its bytes. UsageError if it cannot."""
    if to.exists() or to.is_symlink():
        raise UsageError(f"{to}: is there already. Name a new file.")
    _require_room(journal.path, to.parent)
    try:
        with journal.reading() as db:
            db.execute("VACUUM INTO ?", (str(to),))
    except sqlite3.OperationalError as error:
        with contextlib.suppress(OSError):
            to.unlink()
        raise UsageError(f"{to}: cannot be written ({error}).") from error
    return to.stat().st_size


def prune(journal: Journal, runs: Collection[str]) -> int:
    """Deletes runs' calls and the runs, and gives their room back; returns how many calls. Claims keep the time of
    their first recording. UsageError where a run is not known or goes on, or there is no room to work."""
    names = _names(journal, runs)
    _require_room(journal.path, journal.path.parent)
    with contextlib.ExitStack() as held, journal.reading() as db:
        for entry in journal.runs():
            inside = os.path.abspath(entry.folder.parent) == os.path.abspath(journal.folder) and entry.folder.is_dir()
            if entry.run in runs and inside and not entry.folder.is_symlink():
                held.enter_context(lock_folder(entry.folder))
        marks = ",".join("?" * len(names))
        db.execute("BEGIN IMMEDIATE")
        begun = _begun(db, names)
        gone = db.execute(f"DELETE FROM calls WHERE run IN ({marks})", names).rowcount - begun
        db.execute(f"DELETE FROM runs WHERE run IN ({marks})", names)
        db.execute("COMMIT")
        db.execute("VACUUM")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return gone


def _names(journal: Journal, runs: Collection[str]) -> list[str]:
    known = {entry.run for entry in journal.runs()}
    for run in runs:
        if run not in known:
            raise UsageError(f"{journal.path}: knows no run '{run}'. See `bench journal check`.")
    return [name for run in runs for name in (run, *(f"{run}{end}" for end in BESIDE))]


def _require_room(path: Path, folder: Path) -> None:
    """UsageError unless a copy of the journal fits there."""
    wanted = path.stat().st_size
    if not folder.is_dir():
        raise UsageError(f"{folder}: is no folder.")
    if (free := shutil.disk_usage(os.fspath(folder)).free) < wanted:
        raise UsageError(f"{folder}: has {free:,} bytes free, and a copy of {path} takes {wanted:,}.")
