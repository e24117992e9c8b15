"""A row for each call, written before it is passed on and settled after its last byte; it survives kill -9."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, fields
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.errors import UsageError
from bench.journal import require_files
from bench.records import TokenUsage, utc_now

VERSION = 1
"""`PRAGMA user_version` of the schema below."""
_COUNTS = ("in_uncached", "in_cache_read", "in_cache_write_5m", "in_cache_write_1h", "out_total", "out_reasoning")
_COLUMNS = ", ".join(f"{name} INTEGER" for name in _COUNTS)
_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS calls (
    id INTEGER PRIMARY KEY, begun_at TEXT NOT NULL, key TEXT NOT NULL, agent TEXT NOT NULL, model TEXT NOT NULL,
    wire_model TEXT NOT NULL, protocol TEXT NOT NULL, turn INTEGER NOT NULL, body_sha256 TEXT NOT NULL,
    head_sha256 TEXT NOT NULL, request_bytes INTEGER NOT NULL, rewrites TEXT NOT NULL, cap_usd TEXT,
    state TEXT NOT NULL, status INTEGER, {_COLUMNS}, cost_usd TEXT, ttft_s REAL, latency_s REAL,
    reply_bytes INTEGER, served_model TEXT, request_id TEXT, error TEXT
);
PRAGMA user_version = {VERSION};
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A call before it is passed on."""

    key: str
    """The name of the key that it came with."""
    agent: str
    """The client, as its User-Agent names it; empty where it does not."""
    model: str
    """The model's label in bench.toml."""
    wire_model: str
    """The model id that is sent."""
    protocol: str
    """The wire format: openai or anthropic."""
    turn: int
    """The how-manieth call of this key it is, from 1."""
    body_sha256: str
    """Of the body as it came: a retry has the same."""
    head_sha256: str
    """Of what it declares besides its messages, so that one agent's calls are seen to be alike: system and tools."""
    request_bytes: int
    """Bytes of the body as it came."""
    rewrites: str
    """The fields that were changed, e.g. "model, stream_options"; empty for none."""
    cap_usd: Decimal | None
    """The most it can cost, which is set aside; None where that is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """How a call ended."""

    state: str
    """settled; unknown (no counts came); cut (the client or the vendor broke off); refused by the vendor (refusal)."""
    status: int | None
    """HTTP status; None where no reply came."""
    usage: TokenUsage
    """Tokens, as far as they were reported."""
    cost_usd: Decimal | None
    """What it cost, by the price of that moment; None where that is not known."""
    ttft_s: float | None
    """Seconds from passing the request on to the first byte of the reply's body."""
    latency_s: float
    """Seconds to its last byte."""
    reply_bytes: int
    """Bytes of the reply's body."""
    served_model: str | None
    """The model id in the reply."""
    request_id: str | None
    """The vendor's id of the request."""
    error: str | None
    """What went wrong, without secrets; None if nothing did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row of the ledger."""

    id: int
    """Its number."""
    begun_at: str
    """UTC, ISO 8601."""
    begun: Begun
    """What was asked."""
    state: str
    """open while it runs, or where the proxy was killed meanwhile; else as in `Settled`."""
    settled: Settled | None
    """How it ended; None for an open one."""

    @property
    def most_usd(self) -> Decimal | None:
        """What it cost, or what it may have cost where that is not known; None where nothing bounds it."""
        cost = self.settled.cost_usd if self.settled else None
        return self.begun.cap_usd if cost is None else cost


class CallLedger:
    """The file; one process writes, any number may read."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        """Opens it, or makes it. UsageError where it is no ledger, or cannot be opened."""
        try:
            require_files(path)
            if read_only:
                self._db = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                self._db = sqlite3.connect(path, isolation_level=None)
                self._db.execute("PRAGMA journal_mode = WAL")
                self._db.execute("PRAGMA synchronous = NORMAL")
            version = self._db.execute("PRAGMA user_version").fetchone()[0]
            if version not in (0, VERSION) or (read_only and version == 0):
                raise UsageError(f"{path}: is no ledger of this version. Name another file with --ledger.")
            if not read_only:
                self._db.executescript(_SCHEMA)
        except (sqlite3.Error, OSError) as error:
            raise UsageError(f"{path}: cannot be opened as a ledger ({error}). Name another with --ledger.") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._db.close()

    def begin(self, call: Begun) -> int:
        """Writes a call down before it is passed on; its number."""
        names = [field.name for field in fields(Begun)]
        values = [_plain(getattr(call, name)) for name in names]
        marks = ", ".join("?" * len(names))
        cursor = self._db.execute(
            f"INSERT INTO calls (begun_at, state, {', '.join(names)}) VALUES (?, 'open', {marks})", [utc_now(), *values]
        )
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def settle(self, number: int, ended: Settled) -> None:
        """Writes down how a call ended."""
        named = {field.name: _plain(getattr(ended, field.name)) for field in fields(Settled) if field.name != "usage"}
        named |= {name: getattr(ended.usage, name) for name in _COUNTS}
        self._db.execute(
            f"UPDATE calls SET {', '.join(f'{name} = ?' for name in named)} WHERE id = ?", [*named.values(), number]
        )

    def entries(self, since: str = "") -> Iterator[Entry]:
        """All calls since a moment (UTC, ISO 8601), in order. UsageError where a row cannot be read."""
        try:
            cursor = self._db.execute("SELECT * FROM calls WHERE begun_at >= ? ORDER BY id", (since,))
            names = [column[0] for column in cursor.description]
            for row in cursor:
                yield _entry(dict(zip(names, row, strict=True)))
        except (sqlite3.Error, ValueError, ArithmeticError, TypeError) as error:
            raise UsageError(
                f"the ledger cannot be read ({error}). Restore it from a backup, or begin a new one."
            ) from error


def _entry(row: dict[str, object]) -> Entry:
    begun = {field.name: row[field.name] for field in fields(Begun)}
    settled = None
    if row["state"] != "open":
        ended = {field.name: row[field.name] for field in fields(Settled) if field.name != "usage"}
        usage = TokenUsage(**{name: row[name] for name in _COUNTS})  # type: ignore[arg-type]
        settled = Settled(**{**ended, "cost_usd": _decimal(ended["cost_usd"]), "usage": usage})  # type: ignore[arg-type]
    return Entry(
        id=int(str(row["id"])),
        begun_at=str(row["begun_at"]),
        begun=Begun(**{**begun, "cap_usd": _decimal(begun["cap_usd"])}),  # type: ignore[arg-type]
        state=str(row["state"]),
        settled=settled,
    )


def _plain(value: object) -> object:
    return f"{value:f}" if isinstance(value, Decimal) else value


def _decimal(value: object) -> Decimal | None:
    return None if value is None else Decimal(str(value))
