"""The most that a request can cost, whatever its client wrote into it: no field gets past a budget."""

from __future__ import annotations

import json
import sqlite3
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bench.errors import UsageError
from bench.prices import PriceBook, load
from bench.providers import resolve
from bench.proxy import Backend, backends
from bench.proxy.ledger import Begun, CallLedger, Settled
from bench.proxy.request import NotPassed, Passed, passed
from bench.proxy.route import Route, RouteKind
from bench.records import RemoteModel, TokenUsage

PRICES = "".join(
    f'[[price]]\nprovider = "{kind}/acme"\nmodel = "m"\ninput = 1.0\noutput = 10.0\n'
    for kind in ("openai-api", "anthropic-api")
)
CALL, COUNT = Route(RouteKind.CALL, "openai", "t"), Route(RouteKind.COUNT, "anthropic", "t")
IMAGE = [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}]}]
FILE = [{"role": "user", "content": [{"type": "tool_result", "content": [{"type": "document", "source": {}}]}]}]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> PriceBook:
    path = tmp_path_factory.mktemp("prices") / "prices.toml"
    path.write_text(PRICES)
    return load(path)


def served(**more: Any) -> dict[str, Backend]:
    more = {"base_url": "https://example.org/v1", **more}
    entries = [RemoteModel(label=kind, model=f"{kind}-api/acme/m", **more) for kind in ("openai", "anthropic")]
    return backends([resolve(entry, {}) for entry in entries], {})


def call(book: PriceBook, asked: Any, way: Route = CALL, **more: Any) -> Passed:
    body = {"model": way.protocol, "messages": [{"role": "user", "content": "2 + 2?"}], "max_tokens": 50}
    text = asked if isinstance(asked, str) else json.dumps({**body, **asked})
    return passed(served(**more), way, text.encode(), book)


REFERRING: list[dict[str, Any]] = [
    {"role": "user", "content": "x", "images": ["http://x"]},
    {"role": "user", "content": "x", "file_ids": ["f"]},
    {"role": "assistant", "content": None, "audio": {"id": "a"}},
    {"role": "user", "content": {"type": "image_url", "image_url": {"url": "http://x"}}},
    {"role": "user", "content": [{"type": "text", "text": "x", "file_id": "f"}]},
    {"role": "system", "content": "fileid://file-fe-123"},
    {"role": "system", "content": "FileID:\u200b//file-fe-123"},
    {"role": "cache", "content": "cache_id=x"},
    {"role": "user", "content": ["x"]},
]
"""Messages that refer to what is read and billed beyond their bytes."""
NESTED = [{"type": "tool_result", "content": [{"type": "tool_result", "content": [{"type": "document"}]}]}]
REFERRING.append({"role": "user", "content": NESTED})
TEXTS: list[dict[str, Any]] = [
    {"role": "assistant", "content": "", "tool_calls": [{"id": "c", "function": {"name": "f", "arguments": "{}"}}]},
    {"role": "tool", "tool_call_id": "c", "content": "x"},
    {"role": "assistant", "content": [{"type": "thinking", "thinking": "x", "signature": "s"}]},
    {
        "role": "user",
        "content": [{"type": "tool_result", "tool_use_id": "c", "content": [{"type": "text", "text": "x"}]}],
    },
]
"""What agents send all day."""


def test_what_agents_send_has_a_bound(book: PriceBook) -> None:
    tools = [{"name": "f", "description": "d", "input_schema": {}}, {"type": "function", "function": {"name": "f"}}]
    system = [{"type": "text", "text": "x", "cache_control": {"type": "ephemeral"}}]
    assert call(book, {"messages": TEXTS, "tools": tools, "system": system}).worst_usd is not None


def test_answers_multiply_and_tools_are_spoken_of(book: PriceBook) -> None:
    [plain, four, tools] = [call(book, more) for more in ({}, {"n": 4}, {"tools": [{"type": "function"}]})]
    assert plain.worst_usd == (Decimal(len(plain.content)) + 10 * 60) / 10**6
    assert four.worst_usd == 4 * (Decimal(len(four.content)) + 10 * 60) / 10**6
    assert tools.worst_usd == (Decimal(len(tools.content) + 2000) + 10 * 60) / 10**6
    assert call(book, {"thinking": {"type": "enabled", "budget_tokens": 90_000}}).worst_usd > Decimal("0.9")  # type: ignore[operator]


@pytest.mark.parametrize(
    "more",
    [
        {"web_search_options": {}},
        {"models": ["dearest"], "route": "fallback"},
        {"previous_response_id": "r"},
        {"best_of": 100},
        {"reasoning": {"max_tokens": 10**6}},
        {"service_tier": "priority"},
        {"service_tier": ["priority"]},
        {"speed": "fast"},
        {"tools": [{"type": "web_search_20250305", "name": "web_search"}]},
        {"tools": [{"type": ["x"]}]},
        {"messages": IMAGE},
        {"messages": FILE},
        {"tools": ["web_search"]},
        {"tools": {"type": "web_search_20250305"}},
        {"tools": [{"google_search": {}}]},
        {"tools": [{"type": None, "web_search": {}}]},
        *({"messages": [message]} for message in REFERRING),
        {"system": {"type": "text", "text": "x"}},
        {"system": [{"type": "document", "source": {"type": "url", "url": "http://x"}}]},
    ],
)
def test_what_may_cost_more_than_its_tokens_has_no_bound(book: PriceBook, more: dict[str, Any]) -> None:
    assert call(book, more).worst_usd is None
    assert call(book, {"tools": [{"type": "bash_20250124", "name": "bash"}], "n": None}).worst_usd is not None
    assert call(book, more, extra_body=more).worst_usd is None or "messages" not in more


def test_what_a_model_can_hold_bounds_what_it_reads(book: PriceBook) -> None:
    for more in ({"messages": IMAGE}, {"messages": FILE}):
        assert call(book, more, context_window=10_000).worst_usd == Decimal(10_000) / 10**6


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens", "n"])
@pytest.mark.parametrize("value", [True, 1.5, "100000", 0, -1, 10**10, [], {}])
def test_a_cap_is_a_whole_number(book: PriceBook, name: str, value: object) -> None:
    with pytest.raises(NotPassed, match=f"{name} is no whole number above 0"):
        call(book, {name: value})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"model": "openai", "max_tokens": 90000, "max_tokens": 1}', "max_tokens stands there twice"),
        ('{"model": "openai", "x": 1, "X": 1}', "X stands there twice"),
        ('{"model": "openai", "Max_Tokens": 90000}', "the field max_tokens is spelled Max_Tokens"),
        ('{"model": "openai", "stream": true, "stream_options": {"a": "\\ud800"}}', "cannot be passed on"),
        ('{"model": "openai", "tools": ' + "[" * 10**5 + "]" * 10**5 + "}", "nested too deeply"),
        ('{"model": "openai", "seed": ' + "9" * 5000 + "}", "cannot be read"),
    ],
)
def test_what_vendors_may_read_otherwise_is_not_passed_on(book: PriceBook, text: str, words: str) -> None:
    with pytest.raises(NotPassed, match=words) as refused:
        call(book, text)
    assert refused.value.status == 400


def test_a_cap_of_the_configuration_is_put_in(book: PriceBook) -> None:
    bare = '{"model": "openai", "messages": []}'
    capped = call(book, bare, max_tokens=70)
    assert json.loads(capped.content) == {"model": "m", "messages": [], "max_tokens": 70}
    assert capped.changed == ("max_tokens", "model")
    assert capped.worst_usd == (Decimal(len(capped.content)) + 10 * 80) / 10**6
    assert call(book, bare).worst_usd is None
    assert "max_tokens" not in json.loads(call(book, '{"model": "anthropic"}', COUNT, max_tokens=70).content)


def test_what_is_pinned_is_what_counts(book: PriceBook) -> None:
    pinned = call(book, {}, extra_body={"max_tokens": 90_000, "odd": 1})
    assert pinned.worst_usd is not None, "bench.toml's own fields are its user's"
    assert pinned.worst_usd > Decimal("0.9")


BEGUN = Begun(
    key="k",
    agent="a",
    model="m",
    wire_model="m",
    protocol="openai",
    turn=1,
    body_sha256="0",
    head_sha256="0",
    request_bytes=5,
    rewrites="",
    cap_usd=Decimal("0.5"),
)
SETTLED = Settled(
    state="settled",
    status=200,
    usage=TokenUsage(in_uncached=1, out_total=1),
    cost_usd=Decimal("0.25"),
    ttft_s=0.1,
    latency_s=0.2,
    reply_bytes=10,
    served_model="m",
    request_id=None,
    error=None,
)


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    path = tmp_path / "proxy.db"
    with CallLedger(path) as writing:
        writing.settle(writing.begin(BEGUN), SETTLED, BEGUN.cap_usd)
    return path


@pytest.mark.parametrize(
    ("column", "value"),
    [
        *(("cost_usd", value) for value in ("-1000", "NaN", "sNaN", "-Infinity", "Infinity", "1e999999999", "")),
        ("cap_usd", "-1"),
        ("cost_usd", "0" * 101),
        *(("begun_at", value) for value in ("", "9999-99-99", b"x")),
        *(("key", value) for value in (b"x", "x" * 10**6)),
        *(("turn", value) for value in (-1, "x", 2**40)),
        ("state", "well"),
        ("out_total", "x"),
        ("in_uncached", -5),
        ("error", b"x"),
    ],
)
def test_a_row_that_no_proxy_writes_is_refused(ledger: Path, column: str, value: object) -> None:
    with sqlite3.connect(ledger) as db:
        db.execute(f"UPDATE calls SET {column} = ?", (value,))
    for read_only in (True, False):
        with CallLedger(ledger, read_only=read_only) as reading, pytest.raises(UsageError, match="cannot be read"):
            list(reading.entries())


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TRIGGER t AFTER INSERT ON calls BEGIN DELETE FROM calls; END",
        "CREATE TRIGGER sqlite_stat9 BEFORE INSERT ON calls BEGIN SELECT raise(ignore); END",
        "CREATE TABLE more (a)",
        "DROP TABLE calls; CREATE VIEW calls AS SELECT 1",
        "CREATE INDEX i ON calls (lower(key))",
    ],
)
def test_a_ledger_that_defines_more_is_refused(ledger: Path, sql: str) -> None:
    with sqlite3.connect(ledger) as db:
        if "sqlite_stat9" in sql:
            db.execute(sql.replace("sqlite_stat9", "t"))
            db.execute("PRAGMA writable_schema = ON")
            db.execute("UPDATE sqlite_master SET name = 'sqlite_stat9', sql = ? WHERE name = 't'", (sql,))
        else:
            db.executescript(sql)
    for read_only in (True, False):
        with pytest.raises(UsageError, match="cannot be opened as a ledger"):
            CallLedger(ledger, read_only=read_only)


def test_a_proxy_with_a_budget_is_alone_with_its_ledger(ledger: Path) -> None:
    with CallLedger(ledger), CallLedger(ledger), pytest.raises(UsageError, match="another proxy writes into it"):
        CallLedger(ledger, alone=True)
    with CallLedger(ledger, alone=True), CallLedger(ledger, read_only=True) as reading:
        assert len([*reading.entries()]) == 1
        with pytest.raises(UsageError, match="another proxy writes into it"):
            CallLedger(ledger)
    with CallLedger(ledger, alone=True):
        pass
