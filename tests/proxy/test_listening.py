"""Where the proxy listens, who may call it, and what is hung up on."""

from __future__ import annotations

import asyncio
import os
import socket
from pathlib import Path

import httpx
import pytest

from bench.errors import UsageError
from bench.prices import load
from bench.proxy import CallLedger, KeyRing, proxying
from bench.proxy.listen import listening
from tests.fake_endpoint import FakeEndpoint, Reply
from tests.proxy.running import CHAT, Running, body, running


def test_a_unix_socket_is_its_owners_alone(tmp_path: Path, endpoint: FakeEndpoint) -> None:
    path = tmp_path / "p.sock"
    with running(tmp_path, endpoint, listen=f"unix:{path}") as proxy:
        assert path.stat().st_mode & 0o777 == 0o600
        with httpx.Client(transport=httpx.HTTPTransport(uds=str(path))) as client:
            reply = client.post(f"http://proxy/k/{proxy.key.token}/v1/chat/completions", json=body())
        assert reply.status_code == 200
        assert [entry.state for entry in proxy.entries()] == ["settled"]


def test_proxies_that_start_at_once_leave_the_rights_of_other_files_alone(tmp_path: Path) -> None:
    """The umask is the whole process's: episodes that begin together, and what they copy, must not meet another's."""

    async def no_one(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async def start(number: int) -> int:
        async with listening(f"unix:{tmp_path}/{number}.sock", no_one):
            made = tmp_path / f"made-{number}"
            made.mkdir()
            return made.stat().st_mode & 0o777

    async def together() -> list[int]:
        return await asyncio.gather(*map(start, range(4)))

    before = os.umask(0o022)
    try:
        assert asyncio.run(together()) == [0o755] * 4
        assert os.umask(0o022) == 0o022
    finally:
        os.umask(before)


@pytest.mark.parametrize(
    "listen", ["0.0.0.0:0", "10.0.0.1:80", "example.org:80", "127.0.0.1", ":80", "127.0.0.1:99999"]
)
def test_nobody_else_may_call(tmp_path: Path, listen: str) -> None:
    async def start() -> None:
        with CallLedger(tmp_path / "proxy.db") as ledger:
            async with proxying({}, KeyRing(), ledger, load(None), {}, listen=listen):
                pass

    with pytest.raises(UsageError, match="--listen"):
        asyncio.run(start())


@pytest.mark.parametrize(
    "junk", [b"\x16\x03\x01\x02", b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 20_000, b"POST / HTTP/1.1\r\n\r\n", b"\r\n" * 9]
)
def test_what_is_no_http_is_hung_up_on(proxy: Running, junk: bytes) -> None:
    host, _, port = proxy.url.removeprefix("http://").rpartition(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(junk)
        connection.shutdown(socket.SHUT_WR)
        connection.recv(65536)
    assert httpx.get(f"{proxy.url}/api/hello", timeout=10).status_code == 200


def test_what_is_under_way_at_the_end_is_written_down(tmp_path: Path, endpoint: FakeEndpoint) -> None:
    endpoint.script = lambda _: Reply(text="a b c", events=2, end="hang")
    with running(tmp_path, endpoint) as proxy:
        address = f"{proxy.url}/k/{proxy.key.token}{CHAT}"
        with httpx.stream("POST", address, json=body(), timeout=10) as reply:
            parts = reply.iter_raw()
            next(parts)
            assert proxy.stop()
            with pytest.raises(httpx.RemoteProtocolError):
                list(parts)
        [entry] = proxy.entries()
    assert (entry.state, entry.most_usd) == ("cut", entry.begun.cap_usd)
