"""A journal, read and written: calls, runs and claims."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

from bench.errors import IncompleteError, UsageError
from bench.journal.begun import BEGUN, UnderWay, after
from bench.journal.entries import ADD, Noted, RunEntry, row_of
from bench.journal.schema import SCHEMAS, VERSION, has_tables, require_files
from bench.records import Call, Claim, require_time, utc_now

KEPT_KIB, WAITING_PAGES = 32 << 10, 8_000
"""How much of a journal is kept in memory, and how many pages wait before they go from its log into the file: keys come
in no order, so that each page of their index changes again and again."""
TURN = "turn:"
"""How the keys of an episode's turns begin; the episode's own key is its planned call's."""


class Journal:
    """The journal of a results folder; use as a context manager."""

    def __init__(self, path: Path, ask: int = 0) -> None:
        """Opens or creates the file; `ask` is the asking whose calls are read and written.

        UsageError if the file cannot be used, is not a journal, or of another version.
        """
        self._path, self._ask = path, ask
        self._turn = threading.RLock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            require_files(path)
            self._db = sqlite3.connect(path, isolation_level=None, timeout=30.0, check_same_thread=False)
        except (OSError, sqlite3.OperationalError) as error:
            raise self._unwritable(error) from error
        try:
            version = self._db.execute("PRAGMA user_version").fetchone()[0]
            if version not in (0, *SCHEMAS):
                raise UsageError(
                    f"{path}: is a journal of version {version}; this claimbench reads versions up to {VERSION}."
                )
            schema = SCHEMAS[version or VERSION]
            made = has_tables(self._db, schema)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.execute(f"PRAGMA cache_size = -{KEPT_KIB}")
            self._db.execute(f"PRAGMA wal_autocheckpoint = {WAITING_PAGES}")
            if not made:
                self._db.executescript(f"BEGIN IMMEDIATE;{schema}COMMIT;")
        except UsageError:
            self._db.close()
            raise
        except sqlite3.OperationalError as error:  # no room or no access: nothing is wrong with the file
            self._db.close()
            raise self._unwritable(error) from error
        except sqlite3.DatabaseError as error:
            self._db.close()
            raise self._damaged(error) from error
        self._under_way = UnderWay(self._db, self._call)

    @property
    def path(self) -> Path:
        """The file."""
        return self._path

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
        except ValueError as error:
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

    def runs(self) -> list[RunEntry]:
        """All runs, oldest first."""
        rows = self._db.execute("SELECT run, folder, started_at, finished_at, manifest FROM runs ORDER BY started_at")
        return [self._entry(row) for row in rows.fetchall()]

    def folders(self) -> list[Path]:
        """The folders of all runs."""
        return [entry.folder for entry in self.runs()]

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Its database, for what looks after it; nobody else uses it meanwhile."""
        with self._turn:
            yield self._db

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
        (error,) = self.put_all([self.entry_of(call)])
        if error:
            raise error

    def entry_of(self, call: Call, *, begins: bool = False) -> Noted:
        """A call as it is recorded: finished, or about to be sent."""
        if call.ask != self._ask:
            call = replace(call, ask=self._ask)
        return Noted(call, "" if begins else call.to_json(), begins)

    def put_all(self, entries: Sequence[Noted]) -> list[Exception | None]:
        """Records calls in one transaction, from any thread; on return they survive a crash.

        Returns of each why it is not recorded, see `put`; one that cannot be changes nothing of the others.
        """
        with self._turn:
            if (len(entries) > 1 or self._under_way) and self._together(entries):
                return [None] * len(entries)
            return [self._alone(entry) for entry in entries]

    def _together(self, entries: Sequence[Noted]) -> bool:
        """Records all of them or none, and says which."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            if self._under_way or any(entry.begins for entry in entries) or not self._all_new(entries):
                for entry in entries:
                    self._write_entry(entry)
            self._db.execute("COMMIT")
            self._forget(entries)
        except (sqlite3.Error, UsageError):
            with contextlib.suppress(sqlite3.Error):
                self._db.execute("ROLLBACK")
            return False
        return True

    def _all_new(self, entries: Sequence[Noted]) -> bool:
        """Adds finished calls at once, unless some are there already: then nothing is added."""
        before = self._db.total_changes
        self._db.executemany(ADD, map(row_of, entries))
        if self._db.total_changes - before == len(entries):
            return True
        self._db.execute("ROLLBACK")
        self._db.execute("BEGIN IMMEDIATE")
        return False

    def _alone(self, entry: Noted) -> Exception | None:
        try:
            self._write_entry(entry)
            self._forget([entry])
        except sqlite3.OperationalError as error:
            failed = self._full(error)
            failed.__cause__ = error
            return failed
        except (sqlite3.Error, UsageError) as error:
            return error
        return None

    def _write_entry(self, entry: Noted) -> None:
        call, record = entry.call, entry.record
        if entry.begins:
            self._under_way.begin(call)
            return
        if left := self._under_way.left(call):
            call = replace(call, attempts=left + call.attempts)
            record = call.to_json()
        self._insert(call, record)
        self._under_way.end(call)

    def _forget(self, entries: Sequence[Noted]) -> None:
        for entry in entries:
            if not entry.begins:
                self._under_way.forget(entry.call)

    def _insert(self, call: Call, record: str) -> None:
        key = (call.run, call.key, call.ask)
        values = (*key, call.started_at, call.outcome.scored, record)
        if self._db.execute(ADD, values).rowcount:
            return
        row = self._db.execute("SELECT record FROM calls WHERE run = ? AND key = ? AND ask = ? AND NOT scored", key)
        earlier = row.fetchone()
        if earlier is None:
            raise sqlite3.IntegrityError(f"{call.key} is answered already")
        record = after(self._call(earlier[0]), call).to_json()
        self._db.execute("REPLACE INTO calls VALUES (?, ?, ?, ?, ?, ?)", (*values[:-1], record))

    def answered(self, run: str) -> set[str]:
        """The keys of a run's calls of this asking that have an answer; reads no record."""
        rows = self._db.execute(
            f"SELECT key FROM calls WHERE run = ? AND ask = ? AND scored AND key NOT LIKE '{TURN}%'", (run, self._ask)
        )
        return {key for (key,) in rows}

    def calls(self, run: str) -> dict[str, Call]:
        """A run's recorded calls of this asking, by key; of an episode the whole of it, once it is over."""
        return dict(self.each(run))

    def each(self, run: str) -> Iterator[tuple[str, Call]]:
        """The same, one after the other: a long run's texts are never in memory together."""
        rows = self._db.execute(
            "SELECT key, record FROM calls WHERE run = ? AND ask = ? "
            f"AND key NOT LIKE '{TURN}%' AND key NOT LIKE '{BEGUN}%'",
            (run, self._ask),
        )
        yield from ((key, self._call(record)) for key, record in rows)

    def begun(self, run: str) -> dict[str, Call]:
        """Calls of this asking that are under way, or were when the process that sent them was killed, by key: their
        last attempts may be billed, and nobody knows their end."""
        return self._under_way.of(run, self._ask)

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
            with self._turn:
                self._db.execute(sql, values)
        except sqlite3.OperationalError as error:
            raise self._full(error) from error

    def _full(self, error: Exception) -> IncompleteError:
        return IncompleteError(
            f"{self._path}: cannot be written ({error}). What was recorded is kept; "
            "make room or access, then run the same command again."
        )
