"""Every paid call, once, forever: an SQLite file that survives kill -9, and the runs and claims that used it."""

from __future__ import annotations

import contextlib
import errno
import functools
import os
import sqlite3
import stat
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

from bench.errors import IncompleteError, UsageError
from bench.records import Call, Claim, require_time, utc_now

TURN = "turn:"
"""How the keys of an episode's turns begin; the episode's own key is its planned call's."""
VERSION = 1
"""`PRAGMA user_version` of the schema below."""

_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS runs (
    run TEXT PRIMARY KEY, plan_sha256 TEXT NOT NULL, folder TEXT NOT NULL,
    started_at TEXT NOT NULL, finished_at TEXT, manifest TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS calls (
    run TEXT NOT NULL, key TEXT NOT NULL, ask INTEGER NOT NULL, asked_at TEXT NOT NULL,
    scored INTEGER NOT NULL, record TEXT NOT NULL, PRIMARY KEY (run, key, ask)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS calls_by_time ON calls (asked_at, key) WHERE scored;
CREATE TABLE IF NOT EXISTS claims (sha256 TEXT PRIMARY KEY, name TEXT NOT NULL, recorded_at TEXT NOT NULL);
PRAGMA user_version = {VERSION};
"""


MOST_BYTES = 64 << 20
"""Of one value; an answer has at most a few MiB."""


_STATISTICS = ("table", "sqlite_stat1"), ("table", "sqlite_stat4")
"""What SQLite's own ANALYZE leaves in a database."""


def _objects(db: sqlite3.Connection) -> set[tuple[str, ...]]:
    """Everything that a database defines, whatever it is called: triggers, views, and indexes of SQLite's own."""
    rows = db.execute("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall()
    return {tuple(" ".join(str(part).split()) for part in row) for row in rows if row[:2] not in _STATISTICS}


@functools.cache
def _expected(schema: str) -> set[tuple[str, ...]]:
    with contextlib.closing(sqlite3.connect(":memory:")) as empty:
        empty.executescript(schema)
        return _objects(empty)


def has_tables(db: sqlite3.Connection, schema: str) -> bool:
    """Whether a database has the tables of a schema yet; what it holds is bounded from now on.

    sqlite3.DatabaseError if it defines anything else: a stranger's trigger or view would run with our statements.
    """
    db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MOST_BYTES)
    db.execute("PRAGMA trusted_schema = OFF")
    objects = _objects(db)
    if objects and objects != _expected(schema):
        raise sqlite3.DatabaseError("it has other tables than ours, or tables of another shape")
    return bool(objects)


def require_files(path: Path) -> None:
    """OSError unless the database and what SQLite keeps beside it are files or missing: it would follow links."""
    for beside in ("", "-wal", "-shm", "-journal"):
        file = Path(f"{path}{beside}")
        with contextlib.suppress(FileNotFoundError):
            kind = file.lstat().st_mode
            if not stat.S_ISREG(kind):
                what = "a link" if stat.S_ISLNK(kind) else "no file"
                raise OSError(errno.EINVAL, f"{file.name} is {what}, and a journal is a file")


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


class Journal:
    """The journal of a results folder; use as a context manager."""

    def __init__(self, path: Path, ask: int = 0) -> None:
        """Opens or creates the file; `ask` is the asking whose calls are read and written.

        UsageError if the file cannot be used, is not a journal, or of another version.
        """
        self._path, self._ask = path, ask
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            require_files(path)
            self._db = sqlite3.connect(path, isolation_level=None, timeout=30.0)
        except (OSError, sqlite3.OperationalError) as error:
            raise self._unwritable(error) from error
        try:
            version = self._db.execute("PRAGMA user_version").fetchone()[0]
            if version not in (0, VERSION):
                raise UsageError(f"{path}: is a journal of version {version}; this claimbench reads version {VERSION}.")
            made = has_tables(self._db, _SCHEMA)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            if not made:
                self._db.executescript(f"BEGIN IMMEDIATE;{_SCHEMA}COMMIT;")
        except UsageError:
            self._db.close()
            raise
        except sqlite3.OperationalError as error:  # no room or no access: nothing is wrong with the file
            self._db.close()
            raise self._unwritable(error) from error
        except sqlite3.DatabaseError as error:
            self._db.close()
            raise self._damaged(error) from error

    @property
    def folder(self) -> Path:
        """The results folder."""
        return self._path.parent

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._db.close()
        if isinstance(error, sqlite3.OperationalError):
            raise self._unwritable(error) from error
        if isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.IntegrityError):
            raise self._damaged(error) from error

    def _unwritable(self, error: Exception) -> UsageError:
        return UsageError(
            f"{self._path}: cannot be used ({getattr(error, 'strerror', None) or error}). "
            "Make room or access there, or choose another folder with --results."
        )

    def _damaged(self, error: Exception) -> UsageError:
        return UsageError(
            f"{self._path}: is damaged or no journal ({error}). Move it aside to begin anew; "
            "`sqlite3 FILE .recover` saves what is left of it."
        )

    def _call(self, record: str) -> Call:
        try:
            return Call.from_json(record)
        except (ValueError, KeyError, TypeError) as error:
            raise self._damaged(error) from error

    def begin(self, run: str, plan_sha256: str, folder: Path, manifest: str) -> None:
        """Records a new run, or a continued run's manifest of today."""
        self._write(
            "INSERT INTO runs VALUES (?, ?, ?, ?, NULL, ?) "
            "ON CONFLICT (run) DO UPDATE SET manifest = excluded.manifest",
            (run, plan_sha256, os.path.relpath(folder, self._path.parent), utc_now(), manifest),
        )

    def finish(self, run: str, at: str) -> None:
        """Marks a run's plan as done at a time (UTC, ISO 8601); the first mark stays."""
        self._write("UPDATE runs SET finished_at = ? WHERE run = ? AND finished_at IS NULL", (at, run))

    def newest(self, plan_sha256: str, folder: Path | None = None) -> RunEntry | None:
        """The latest run of a plan, or the latest in this folder."""
        where, values = "plan_sha256 = ?", [plan_sha256]
        if folder is not None:
            where, values = f"{where} AND folder = ?", [*values, os.path.relpath(folder, self._path.parent)]
        row = self._db.execute(
            f"SELECT run, folder, started_at, finished_at, manifest FROM runs WHERE {where} "
            "ORDER BY started_at DESC, rowid DESC LIMIT 1",
            values,
        ).fetchone()
        return self._entry(row) if row else None

    def manifest(self, run: str) -> str | None:
        """The run.json with which a run began; None for a run that it does not know."""
        row = self._db.execute("SELECT manifest FROM runs WHERE run = ?", (run,)).fetchone()
        return str(row[0]) if row else None

    def sharing(self, run: str) -> list[RunEntry]:
        """The other runs that have an answer in common with a run, because one reuses the other's; oldest first."""
        rows = self._db.execute(
            "SELECT run, folder, started_at, finished_at, manifest FROM runs WHERE run != ? AND run IN ("
            "SELECT other.run FROM calls AS mine JOIN calls AS other USING (asked_at, key) "
            "WHERE mine.run = ? AND mine.scored AND other.scored) ORDER BY started_at, rowid",
            (run, run),
        )
        return [self._entry(row) for row in rows]

    def folders(self) -> list[Path]:
        """The folders of all runs."""
        rows = self._db.execute("SELECT run, folder, started_at, finished_at, manifest FROM runs").fetchall()
        return [self._entry(row).folder for row in rows]

    def _entry(self, row: tuple[Any, ...]) -> RunEntry:
        """UsageError for values of another kind, or a record that is none."""
        *texts, finished_at = row[0], row[1], row[2], row[4], row[3]
        try:
            if not all(isinstance(text, str) for text in texts) or "\0" in row[1]:
                raise ValueError("a run has values of another kind")
            require_time(finished_at, f"finished_at of {row[0]}")
        except (ValueError, TypeError) as error:
            raise self._damaged(error) from error
        return RunEntry(row[0], Path(os.path.normpath(self._path.parent / row[1])), *row[2:])

    def put(self, call: Call) -> None:
        """Records a finished call in one transaction; on return it survives a crash.

        A call whose earlier record was `infrastructure` replaces it and keeps its attempts. Raises
        IncompleteError if the disk is full, and sqlite3.IntegrityError if the key is already answered.
        """
        call = replace(call, ask=self._ask)
        where = (call.run, call.key, call.ask)
        row = self._db.execute("SELECT record FROM calls WHERE run = ? AND key = ? AND ask = ? AND NOT scored", where)
        earlier = row.fetchone()
        if earlier:
            call = _after(self._call(earlier[0]), call)
        values = (*where, call.started_at, call.outcome.scored, call.to_json())
        verb = "REPLACE" if earlier else "INSERT"
        self._write(f"{verb} INTO calls VALUES (?, ?, ?, ?, ?, ?)", values)

    def calls(self, run: str) -> dict[str, Call]:
        """A run's recorded calls of this asking, by key; of an episode the whole of it, once it is over."""
        rows = self._db.execute(
            f"SELECT key, record FROM calls WHERE run = ? AND ask = ? AND key NOT LIKE '{TURN}%'", (run, self._ask)
        )
        return {key: self._call(record) for key, record in rows}

    def turns(self, run: str) -> dict[str, Call]:
        """The finished turns of a run's episodes of this asking, by key."""
        rows = self._db.execute(
            f"SELECT key, record FROM calls WHERE run = ? AND ask = ? AND key LIKE '{TURN}%'", (run, self._ask)
        )
        return {key: self._call(record) for key, record in rows}

    def reusable(self, keys: Collection[str], run: str, hours: float) -> Iterator[Call]:
        """Scored answers of other runs under these keys that were asked within the last hours, newest each."""
        since = (datetime.now(UTC) - timedelta(hours=hours)).isoformat(timespec="milliseconds")
        wanted = set(keys)
        rows = self._db.execute(
            "SELECT key, run FROM calls WHERE scored AND ask = 0 AND asked_at >= ? AND run != ? ORDER BY asked_at",
            (since, run),
        )
        newest = {key: source for key, source in rows if key in wanted}
        for key, source in newest.items():
            record = self._db.execute("SELECT record FROM calls WHERE run = ? AND key = ? AND ask = 0", (source, key))
            yield self._call(record.fetchone()[0])

    def declare(self, claims: Collection[Claim]) -> dict[str, str]:
        """Records claims that are new; returns when each was first recorded (UTC), by the claim's sha256."""
        for claim in claims:
            self._write("INSERT OR IGNORE INTO claims VALUES (?, ?, ?)", (claim.sha256, claim.name, utc_now()))
        rows = self._db.execute("SELECT sha256, recorded_at FROM claims").fetchall()
        wanted = {claim.sha256 for claim in claims}
        return {sha: self._time(at) for sha, at in rows if sha in wanted}

    def declare_looks(self, sha256: str, name: str) -> str:
        """Records when a run may be judged, by the hash of all that says so; returns its first recording (UTC)."""
        self._write("INSERT OR IGNORE INTO claims VALUES (?, ?, ?)", (sha256, name, utc_now()))
        row = self._db.execute("SELECT recorded_at FROM claims WHERE sha256 = ?", (sha256,)).fetchone()
        return self._time(row[0])

    def _time(self, at: object) -> str:
        """When a claim was recorded. UsageError if the journal holds no time there."""
        try:
            if not isinstance(at, str) or not at:
                raise ValueError("claims.recorded_at: a time is needed")
            require_time(at, "claims.recorded_at")
        except ValueError as error:
            raise self._damaged(error) from error
        return at

    def _write(self, sql: str, values: tuple[object, ...]) -> None:
        try:
            self._db.execute(sql, values)
        except sqlite3.OperationalError as error:
            raise IncompleteError(
                f"{self._path}: cannot be written ({error}). What was recorded is kept; "
                "make room or access, then run the same command again."
            ) from error


def _after(failed: Call, call: Call) -> Call:
    """A call that was asked again: its record keeps the failed asking's attempts and machine time.

    An episode that went on has the attempts of the turns before already.
    """
    if call.episode is not None:
        before = tuple(attempt for attempt in failed.attempts if attempt not in call.attempts)
        return replace(call, attempts=before + call.attempts)
    parts = (failed.machine_s, failed.machine_retries_s, call.machine_retries_s)
    spent = None if None in parts else sum(part for part in parts if part is not None)
    return replace(call, attempts=failed.attempts + call.attempts, machine_retries_s=spent)
