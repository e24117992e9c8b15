"""TLS with a certificate authority of our own, and proxies, on loopback."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
from pathlib import Path

import httpx
import pytest

from bench.engine.transport import Channel, Dropped, tls_context
from tests.engine.loopback import CHUNKED, WHOLE, Handler, ask, channel, chunk, connections, replying, request, serving

HOST = "model.test"
"""A name that no resolver knows: only a proxy can reach it."""


def openssl(*arguments: str, folder: Path) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ca.pem, and server.pem and server.key signed by it for localhost and HOST."""
    if not shutil.which("openssl"):
        pytest.skip("no openssl")
    folder = tmp_path_factory.mktemp("ca")
    new = ("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    openssl(*new, "-x509", "-subj", "/CN=ours", "-days", "2", "-keyout", "ca.key", "-out", "ca.pem", folder=folder)
    openssl(*new, "-subj", f"/CN={HOST}", "-keyout", "server.key", "-out", "server.csr", folder=folder)
    (folder / "names").write_text(f"subjectAltName=DNS:localhost,DNS:{HOST}\nextendedKeyUsage=serverAuth\n")
    sign = ("x509", "-req", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "names")
    openssl(*sign, "-in", "server.csr", "-out", "server.pem", folder=folder)
    return folder


@pytest.fixture
def server_tls(authority: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority / "server.pem", authority / "server.key")
    return context


@pytest.fixture
def trusting(authority: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """The engine's own context where the environment names our authority."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority / "ca.pem"))
    return tls_context()


@pytest.fixture
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment that names no proxy, to be changed."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    return monkeypatch


def test_a_trusted_certificate_is_spoken_to_and_kept(server_tls: ssl.SSLContext, trusting: ssl.SSLContext) -> None:
    replies = replying([WHOLE], [CHUNKED, chunk(b"o"), chunk(b"k"), chunk(b"")])
    assert asyncio.run(connections(replies, 2, certified=server_tls, tls=trusting)) == 1


@pytest.mark.parametrize(("host", "trusted"), [("localhost", False), ("127.0.0.1", True)])
def test_a_certificate_that_does_not_fit_ends_it(
    server_tls: ssl.SSLContext, trusting: ssl.SSLContext, host: str, trusted: bool
) -> None:
    tls = trusting if trusted else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

    async def main() -> None:
        async with serving(replying([WHOLE]), server_tls) as port, channel(port, host=host, tls=tls) as opened:
            await ask(opened)

    with pytest.raises(httpx.ConnectError, match="certificate verify failed"):
        asyncio.run(main())


def test_a_server_without_tls_is_a_connection_error(trusting: ssl.SSLContext) -> None:
    async def main() -> None:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            await reader.read()

        async with serving(handle) as port, channel(port, host="localhost", tls=trusting) as opened:
            await ask(opened)

    with pytest.raises(httpx.ConnectError):
        asyncio.run(main())


def test_a_tls_connection_that_was_dropped_is_told_apart(server_tls: ssl.SSLContext, trusting: ssl.SSLContext) -> None:
    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        writer.write(WHOLE)
        await request(reader)

    async def main() -> None:
        async with serving(handle, server_tls) as port, channel(port, host="localhost", tls=trusting) as opened:
            assert await ask(opened) == (200, b"ok")
            await ask(opened)

    with pytest.raises(Dropped):
        asyncio.run(main())


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Passes bytes on until one side has no more."""
    try:
        while data := await reader.read(65536):
            writer.write(data)
    finally:
        writer.close()


def tunnel(port: int, heads: list[bytes]) -> Handler:
    """A proxy that takes CONNECT and always leads to one port of this machine."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append((await request(reader)).partition(b"\r\n")[0])
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer))

    return handle


def test_https_goes_through_the_proxy_of_the_environment(
    server_tls: ssl.SSLContext, trusting: ssl.SSLContext, no_proxy: pytest.MonkeyPatch
) -> None:
    heads: list[bytes] = []

    async def main() -> None:
        async with serving(replying([WHOLE], [WHOLE]), server_tls) as port, serving(tunnel(port, heads)) as proxy:
            no_proxy.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy}")
            async with channel(443, host=HOST, tls=trusting) as opened:
                assert await ask(opened) == (200, b"ok")
                assert await ask(opened) == (200, b"ok")

    asyncio.run(main())
    assert heads == [f"CONNECT {HOST}:443 HTTP/1.1".encode()]


def test_http_goes_through_the_proxy_of_the_environment(no_proxy: pytest.MonkeyPatch) -> None:
    heads: list[bytes] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append((await request(reader)).partition(b"\r\n")[0])
        writer.write(WHOLE)

    async def main() -> None:
        async with serving(handle) as proxy:
            no_proxy.setenv("ALL_PROXY", f"http://127.0.0.1:{proxy}")
            async with channel(80, host=HOST) as opened:
                assert await ask(opened) == (200, b"ok")
            async with serving(replying([WHOLE])) as port, channel(port) as opened:
                assert await ask(opened) == (200, b"ok"), "this machine's own servers need no proxy"

    asyncio.run(main())
    assert heads == [f"POST http://{HOST}/v1/ask HTTP/1.1".encode()]


def test_a_host_that_no_proxy_names_is_asked_directly(no_proxy: pytest.MonkeyPatch) -> None:
    heads: list[bytes] = []

    async def main() -> None:
        async with serving(tunnel(9, heads)) as proxy:
            no_proxy.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy}")
            no_proxy.setenv("NO_PROXY", HOST)
            async with channel(443, host=HOST, tls=tls_context()) as opened:
                await ask(opened)

    with pytest.raises(httpx.ConnectError):
        asyncio.run(main())
    assert heads == []


def test_a_proxy_that_is_not_there_is_a_connection_error(no_proxy: pytest.MonkeyPatch) -> None:
    no_proxy.setenv("HTTPS_PROXY", "http://127.0.0.1:9")

    async def main() -> None:
        opened = Channel(f"https://{HOST}/v1", {}, 2.0, tls_context())
        try:
            await ask(opened)
        finally:
            await opened.close()

    with pytest.raises(httpx.ConnectError):
        asyncio.run(main())
