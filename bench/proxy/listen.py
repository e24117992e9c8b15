"""Where the proxy listens: loopback or a unix socket that only its owner may open, nothing else."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from ipaddress import ip_address
from pathlib import Path

from bench.errors import UsageError

NAME_BYTES = 107
"""The longest name of a socket; unix(7), sun_path."""

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listening(where: str, handler: Handler) -> AsyncIterator[str]:
    """Listens while its context is open; gives the base URL, or `unix:PATH`.

    `where` is HOST:PORT on loopback, port 0 for any free one, or unix:PATH. UsageError where it cannot listen.
    """
    if where.startswith("unix:"):
        path = Path(where.removeprefix("unix:"))
        try:
            with bindable(path) as short:
                await _make_room(path, short)
                server = await _owned(handler, short)
        except OSError as error:
            raise UsageError(f"{path}: cannot listen there ({error}). Name another path.") from error
        url = where
    else:
        host, port = _loopback(where)
        try:
            server = await asyncio.start_server(handler, host, port)
        except OSError as error:
            raise UsageError(f"{where}: cannot listen there ({error.strerror}). Use port 0 for a free one.") from error
        port = server.sockets[0].getsockname()[1]
        url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    try:
        yield url
    finally:
        server.close()


def _loopback(where: str) -> tuple[str, int]:
    host, _, port = where.rpartition(":")
    host = host.strip("[]")
    if not port.isdecimal() or int(port) > 65535 or not host:
        raise UsageError(f"--listen {where}: give HOST:PORT, e.g. 127.0.0.1:0, or unix:PATH.")
    try:
        loopback = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise UsageError(
            f"--listen {where}: only this machine may call the proxy, which holds vendors' keys. "
            "Listen on 127.0.0.1 or on unix:PATH."
        )
    return ("127.0.0.1" if host == "localhost" else host), int(port)


@contextmanager
def bindable(path: Path) -> Iterator[Path]:
    """A name of the socket within the 107 bytes that Linux takes: longer ones go by way of their open folder."""
    if len(os.fsencode(path)) <= NAME_BYTES or not hasattr(os, "O_PATH"):
        yield path
        return
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield Path(f"/proc/self/fd/{folder}", path.name)
    finally:
        os.close(folder)


async def _owned(handler: Handler, path: Path) -> asyncio.Server:
    """A socket that only its owner may open."""
    own = socket.socket(socket.AF_UNIX)
    try:
        os.fchmod(own.fileno(), 0o600)  # bind gives the file these rights; a umask would be the whole process's
        own.bind(str(path))
        return await asyncio.start_unix_server(handler, sock=own)
    except OSError:
        own.close()
        raise


async def _make_room(path: Path, short: Path) -> None:
    """Takes an old socket away, which nobody listens at; anything else stays. UsageError for it."""
    try:
        kind = path.lstat().st_mode
    except OSError:
        return
    if not stat.S_ISSOCK(kind):
        raise UsageError(f"{path}: is there and is no socket. Name another path.")
    try:
        _, writer = await asyncio.open_unix_connection(short)
    except OSError:
        path.unlink(missing_ok=True)
        return
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    raise UsageError(f"{path}: another process listens there. Name another path.")
