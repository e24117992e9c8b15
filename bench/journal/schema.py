"""What a journal's file holds, and how a stranger's is told apart."""

from __future__ import annotations

import contextlib
import errno
import functools
import sqlite3
import stat
from pathlib import Path

VERSION = 2
"""`PRAGMA user_version` of a new journal."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS runs (
    run TEXT PRIMARY KEY, plan_sha256 TEXT NOT NULL, folder TEXT NOT NULL,
    started_at TEXT NOT NULL, finished_at TEXT, manifest TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS calls (
    run TEXT NOT NULL, key TEXT NOT NULL, ask INTEGER NOT NULL, asked_at TEXT NOT NULL,
    scored INTEGER NOT NULL, record TEXT NOT NULL, PRIMARY KEY (run, key, ask)
){rowid};
CREATE INDEX IF NOT EXISTS calls_by_time ON calls (asked_at, key) WHERE scored;
CREATE TABLE IF NOT EXISTS claims (sha256 TEXT PRIMARY KEY, name TEXT NOT NULL, recorded_at TEXT NOT NULL);
PRAGMA user_version = {version};
"""
SCHEMAS = {1: _SCHEMA.format(rowid=" WITHOUT ROWID", version=1), 2: _SCHEMA.format(rowid="", version=2)}
"""The tables of runs, calls and claims, by version; every statement works on each. Of version 1, whose records lie in
the order of their keys, each record that is added rewrites a page of others: 2.5 times the time, and twice the room."""


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
