"""Replies of an episode's calls, kept until it is over: a client that begins anew is not billed twice for a request."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.errors import IncompleteError, UsageError
from bench.journal import has_tables, require_files
from bench.proxy.keys import ProxyKey
from bench.proxy.ledger import CallLedger
from bench.proxy.purse import Purse

MOST_BYTES = 16 * 2**20
"""A longer reply is not kept."""
_SCHEMA = """
CREATE TABLE IF NOT EXISTS replies (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL, body_sha256 TEXT NOT NULL, headers TEXT NOT NULL, body BLOB NOT NULL
);
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptReply:
    """A reply as it was passed back."""

    id: int
    """The number of its call in the ledger."""
    headers: tuple[tuple[bytes, bytes], ...]
    """Its headers."""
    body: bytes
    """Its body."""


class ReplyStore:
    """The file; one process uses it."""

    def __init__(self, path: Path) -> None:
        """Opens it, or makes it. UsageError where it is none or cannot be opened."""
        self._db = sqlite3.connect(":memory:")
        try:
            require_files(path)
            self._db = sqlite3.connect(path, isolation_level=None)
            made = has_tables(self._db, _SCHEMA)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._db.executescript("" if made else _SCHEMA)
        except (sqlite3.Error, OSError) as error:
            self._db.close()
            raise UsageError(f"{path}: cannot be opened ({error}). Move it aside.") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._db.close()

    def keep(
        self, number: int, key: str, body_sha256: str, *, headers: Sequence[tuple[bytes, bytes]], body: bytes
    ) -> None:
        """Keeps the reply of a call that a key made. IncompleteError where it cannot be written."""
        told = json.dumps([[name.decode("latin-1"), value.decode("latin-1")] for name, value in headers])
        self._write("INSERT OR REPLACE INTO replies VALUES (?, ?, ?, ?, ?)", (number, key, body_sha256, told, body))

    def take(self, before: str, key: str, body_sha256: str) -> KeptReply | None:
        """The first reply to the same request that an earlier key got, which is this key's from now on; None where
        there is none. IncompleteError where that cannot be written."""
        row = self._db.execute(
            "SELECT id, headers, body FROM replies WHERE key = ? AND body_sha256 = ? ORDER BY id LIMIT 1",
            (before, body_sha256),
        ).fetchone()
        if row is None:
            return None
        self._write("UPDATE replies SET key = ? WHERE id = ?", (key, row[0]))
        headers = tuple((name.encode("latin-1"), value.encode("latin-1")) for name, value in json.loads(row[1]))
        return KeptReply(id=row[0], headers=headers, body=row[2])

    def forget(self, begin: str) -> None:
        """Takes away the replies of all keys whose names begin so: their episode is over."""
        self._write("DELETE FROM replies WHERE substr(key, 1, ?) = ?", (len(begin), begin))

    def _write(self, sql: str, values: tuple[object, ...]) -> None:
        try:
            self._db.execute(sql, values)
        except sqlite3.Error as error:
            raise IncompleteError(f"replies cannot be kept ({error}). Make room or access there.") from error


def given_again(
    replies: ReplyStore | None, ledger: CallLedger, purse: Purse, key: ProxyKey, body_sha256: str
) -> KeptReply | None:
    """The reply that an earlier key got to the same request, which counts against this key's limits and costs nothing;
    None where there is none."""
    kept = None if replies is None or key.before is None else replies.take(key.before, key.name, body_sha256)
    if kept is not None:
        entry = ledger.entry(kept.id)
        purse.recall(key.name, 1, entry.held_usd if entry else Decimal(0))
    return kept
