"""What makes a call and a start quick changes nothing else: the same bill, the same refusals, the same bytes."""

from __future__ import annotations

import asyncio
import gc
import re
import ssl
import sys
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bench.cli import proxy as command
from bench.costs import billing_by, billing_of
from bench.errors import UsageError
from bench.providers import resolve
from bench.proxy import Backend, _tls, backends
from bench.proxy.bound import _REFERENCE, _refers
from bench.proxy.client import Client
from bench.records import RemoteModel
from tests.engine.loopback import CHUNKED, OK, chunk, replying
from tests.proxy.between import BODY, between, sized

CASES = {
    letter: re.findall(letter, "".join(map(chr, range(sys.maxunicode + 1))), re.IGNORECASE) for letter in set("fileid")
}
"""Every character that the pattern takes for one of the name's letters, in whatever case."""
PIECE = b'data: {"choices":[{"delta":{"content":"4"}}]}\n\n'
DONE = b"data: [DONE]\n\n"


def test_a_files_name_is_found_in_every_case() -> None:
    assert {*CASES["i"]} == {"i", "I", "\u0130", "\u0131"}
    words = ["".join(letters) for letters in product(*(CASES[letter] for letter in "fileid"))]
    assert len(words) == 2**4 * 4**2
    for word in words:
        for text in (f"{word}://f-1", f"x{word}:\u200b//f-1"):
            assert _REFERENCE.search(text), "the pattern is what counts"
            assert _refers(text), text


@pytest.mark.parametrize(
    "text", ["", "fileid", "fileid f-1", "file id://f", "f\u0131leidx/", "fileid" + ":" * 13 + "/"]
)
def test_what_is_no_files_name_passes(text: str) -> None:
    assert not _REFERENCE.search(text)
    assert not _refers(text)


class _Wire:
    """A client's side of a connection: what it sends at once, and each write that it gets."""

    def __init__(self, request: bytes) -> None:
        self.written: list[bytes] = []
        self.unread = 0
        self.transport = self
        self.reader = asyncio.StreamReader()
        self.reader.feed_data(request)

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def get_write_buffer_size(self) -> int:
        return self.unread

    async def drain(self) -> None:
        pass


@pytest.mark.parametrize(
    ("version", "first", "last"),
    [(b"1.1", b"1\r\na\r\n", b"3\r\nbcd\r\n0\r\n\r\n"), (b"1.0", b"a", b"bcd")],
)
def test_the_last_bytes_and_the_end_are_one_write(version: bytes, first: bytes, last: bytes) -> None:
    async def run() -> None:
        wire = _Wire(b"GET / HTTP/%b\r\nHost: x\r\n\r\n" % version)
        client = Client(wire.reader, wire)  # type: ignore[arg-type]
        assert await client.head()
        await client.begin(200, [])
        assert wire.written.pop().startswith(b"HTTP/1.1 200")
        assert client.pass_on(b"a")
        assert client.pass_on(b"")
        assert client.pass_on(b"bcd", last=True)
        assert wire.written == [first, last]
        await client.end(b"")
        assert wire.written == [first, last], "the end goes out once"
        wire.unread = 2**30
        assert not client.pass_on(b"more")
        assert wire.written == [first, last], "nothing is added for a client that does not read"

    asyncio.run(run())


@pytest.mark.parametrize(
    ("reply", "lasts"),
    [
        ([sized(PIECE + DONE)], [True]),
        ([CHUNKED + chunk(PIECE) + chunk(DONE) + b"0\r\n\r\n"], [True]),
        ([CHUNKED + chunk(PIECE), chunk(DONE) + b"0\r\n\r\n"], [False, True]),
        ([CHUNKED + chunk(PIECE), chunk(DONE), b"0\r\n\r\n"], [False, False]),
        ([OK + b"Connection: close\r\n\r\n" + PIECE, DONE], [False, False]),
    ],
    ids=["sized", "chunks", "two reads", "end alone", "until it closes"],
)
def test_a_reply_ends_with_its_last_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reply: list[bytes], lasts: list[bool]
) -> None:
    seen: list[bool] = []
    plain = Client.pass_on

    def pass_on(client: Client, part: bytes, *, last: bool = False) -> bool:
        seen.append(last)
        return plain(client, part, last=last)

    monkeypatch.setattr(Client, "pass_on", pass_on)

    async def run() -> None:
        async with between(tmp_path, replying(reply)) as proxy:
            got = await proxy.ask({**BODY, "stream": True})
            assert (got.status_code, got.content) == (200, PIECE + DONE)
            assert (await proxy.settled()).settled
            assert not proxy.troubles

    asyncio.run(run())
    assert seen == lasts


@pytest.mark.parametrize("broken", [b"zz\r\n", b"0\r\n: no name\r\n\r\n"])
def test_a_reply_that_breaks_off_in_its_last_read_gets_no_end(tmp_path: Path, broken: bytes) -> None:
    async def run() -> None:
        async with between(tmp_path, replying([CHUNKED + chunk(PIECE + DONE) + broken])) as proxy:
            body = b'{"model": "chat", "max_tokens": 5, "messages": [], "stream": true}'
            head = b"POST /k/%b/v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n"
            got = await proxy.raw(head % (proxy.token.encode(), len(body)) + body)
            assert PIECE + DONE in got
            assert not got.endswith(b"0\r\n\r\n")
            assert (await proxy.settled()).state == "cut"

    asyncio.run(run())


def serving(base_url: str) -> dict[str, Backend]:
    entry = RemoteModel(label="m", model="openai-api/acme/m", base_url=base_url)
    return backends([resolve(entry, {})], {})


@pytest.mark.parametrize(
    ("address", "by_proxy", "needed"),
    [
        ("http://127.0.0.1:1/v1", False, False),
        ("http://127.0.0.1:1/v1", True, False),
        ("http://gateway.example/v1", False, False),
        ("http://gateway.example/v1", True, True),
        ("https://127.0.0.1:1/v1", False, True),
        ("https://api.example/v1", False, True),
    ],
)
def test_certificates_are_read_where_an_address_needs_them(
    monkeypatch: pytest.MonkeyPatch, address: str, by_proxy: bool, needed: bool
) -> None:
    read: list[ssl.SSLContext] = []

    def certificates() -> ssl.SSLContext:
        read.append(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
        return read[-1]

    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    if by_proxy:
        monkeypatch.setenv("http_proxy", "https://proxy.example")
    monkeypatch.setattr("bench.proxy.tls_context", certificates)
    made = _tls(serving(address))
    assert (read == [made]) is needed
    assert (made.verify_mode, made.check_hostname) == (ssl.CERT_REQUIRED, True), "whoever it meets, it trusts nobody"
    assert made.cert_store_stats()["x509_ca"] == 0
    mixed = _tls({**serving("http://127.0.0.1:1/v1"), "b": serving("https://api.example/v1")["m"]})
    assert mixed is read[-1], "one address is enough"


@pytest.mark.parametrize("name", ["deepseek/deepseek-v4-pro", "dashscope/qwen3.8-max", "anthropic/claude-opus-5-5"])
@pytest.mark.parametrize(
    "sent",
    [{}, {"thinking": {"type": "enabled"}}, {"enable_thinking": True}, {"service_tier": "flex"}, {"speed": "fast"}],
)
def test_a_bill_is_what_it_was(name: str, sent: dict[str, Any]) -> None:
    entry = RemoteModel(label="m", model=name)
    by = billing_by(entry)
    by({"service_tier": "priority", "thinking": {"type": "disabled"}})
    assert by(sent) == billing_of(entry, sent), "no call leaves anything to the next"


def test_the_garbage_collector_is_as_before_afterwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Off while the modules load; on, with what is loaded set aside, while calls come; then as it was."""
    (tmp_path / "bench.toml").write_text(
        '[models.m]\nmodel = "openai-api/acme/m"\nbase_url = "http://127.0.0.1:1/v1"\n'
    )
    monkeypatch.chdir(tmp_path)
    seen: list[tuple[str, bool]] = []

    class Once(asyncio.Event):
        async def wait(self) -> Any:
            seen.append(("calls come", gc.isenabled()))

    monkeypatch.setattr(asyncio, "Event", Once)
    for name in ("freeze", "unfreeze"):  # the tests' own process has set its objects aside, too
        monkeypatch.setattr(gc, name, lambda name=name: seen.append((name, gc.isenabled())))
    for collects in (True, False):
        (gc.enable if collects else gc.disable)()
        try:
            done = CliRunner().invoke(command.proxy)
            assert (done.exit_code, gc.isenabled()) == (0, collects), done.output
            failed = CliRunner().invoke(command.proxy, ["--config", "none.toml"])
            assert (type(failed.exception), gc.isenabled()) == (UsageError, collects)
        finally:
            gc.enable()
    once = [("freeze", False), ("calls come", True), ("unfreeze", True)]
    assert seen == 2 * once
