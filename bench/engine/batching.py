"""Speaks to a vendor's batch interface: uploads, makes, finds again, watches and reads batches. Decides nothing."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO

import httpx

from bench.engine.transport import BROKEN_OFF, NOT_SENT, Channel
from bench.engine.trouble import trouble
from bench.providers import BatchState, BatchWire, Endpoint, Fault, FaultKind, batch_wire, page_title

REPLY_S, FILE_S = 120.0, 3600.0
"""How long a reply, and the way of a file of requests or results, may take at most, in seconds."""
SLOW_BYTES, SLOW_S = 64 << 10, 60.0
"""So much of a file must come in so many seconds, or the rest of it."""
RESULT_BYTES = 8 << 30
"""Of a file of results; it is read from the disk, line by line."""
SPARE_LINES = 8
"""Lines of full length that a file of results may have beyond as many as it has requests."""
LINE_BYTES = 16 << 20
"""Of one result: both texts at their longest, and every character escaped."""
PAGES = 20
"""Pages that are read of a vendor's list of batches, newest first."""
SHOWN = 300
"""Characters kept of what a vendor says."""


class BatchTrouble(Exception):
    """The interface did not do what it was asked."""

    def __init__(self, message: str, *, cure: str = "", lasting: bool = False, done: bool = False) -> None:
        super().__init__(message)
        self.cure = cure
        """What the user can do; empty if nothing."""
        self.lasting = lasting
        """Whether asking again is in vain."""
        self.done = done
        """Whether it may have been done all the same: nobody knows what became of the request."""


class BatchClient:
    """The batch interface of one endpoint; use as an asynchronous context manager."""

    def __init__(self, endpoint: Endpoint, environ: Mapping[str, str], tls: ssl.SSLContext) -> None:
        """Raises UsageError for a proxy that cannot be used."""
        self.wire: BatchWire = batch_wire(endpoint.preset.protocol)
        """What it speaks."""
        self.redact = endpoint.secrets(environ)
        """Takes the endpoint's secrets out of texts."""
        self._endpoint = endpoint
        self._query = endpoint.address.query if endpoint.address else ""
        base_url, headers = endpoint.base_url or "", endpoint.headers(environ)
        self._channel = Channel(base_url, headers, FILE_S, tls, most_bytes=RESULT_BYTES)

    async def __aenter__(self) -> BatchClient:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None):  # type: ignore[no-untyped-def]
        await self._channel.close()

    async def upload(self, lines: Sequence[str], name: str) -> str:
        """Uploads requests; returns the file's id. Raises BatchTrouble."""
        boundary = "claimbench-batch-boundary"
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n--{boundary}\r\n'
            f'Content-Disposition: form-data; name="file"; filename="{name}.jsonl"\r\n'
            "Content-Type: application/jsonl\r\n\r\n"
        )
        content = head.encode() + "".join(f"{line}\n" for line in lines).encode() + f"\r\n--{boundary}--\r\n".encode()
        text = await self._ask("/files", content, f"multipart/form-data; boundary={boundary}")
        with self._shaped():
            return self.wire.uploaded(text)

    async def create(self, lines: Sequence[str], file: str | None, intent: str) -> BatchState:
        """Makes a batch. Raises BatchTrouble, `done` where it may exist all the same."""
        text = await self._ask(self.wire.PATH, self.wire.creation(lines, file, intent), "application/json")
        with self._shaped(done=True):
            return self.wire.state(text)

    async def state(self, batch: str) -> BatchState:
        """What became of a batch. Raises BatchTrouble."""
        with self._shaped():
            return self.wire.state(await self._ask(self.wire.of(batch)))

    async def cancel(self, batch: str) -> BatchState:
        """Calls a batch off; what it answered before stays billed. Raises BatchTrouble."""
        with self._shaped():
            return self.wire.state(await self._ask(self.wire.cancellation(batch), b"{}", "application/json"))

    async def listed(self, since: str) -> list[BatchState]:
        """The account's batches that were made at or after a moment (UTC, ISO 8601), newest first. BatchTrouble."""
        path: str | None = f"{self.wire.PATH}?limit=100"
        found: list[BatchState] = []
        for _ in range(PAGES):
            if path is None:
                break
            with self._shaped():
                states, path = self.wire.listed(await self._ask(path))
            young = [state for state in states if state.created_at is None or state.created_at >= since]
            found += young
            if len(young) < len(states):
                break
        return found

    @asynccontextmanager
    async def results(self, path: str, requests: int) -> AsyncIterator[IO[bytes]]:
        """A file of the results of so many requests, whole, as an unnamed file of our own. Raises BatchTrouble."""
        most = min(RESULT_BYTES, (requests + SPARE_LINES) * LINE_BYTES)
        with TemporaryFile() as file:
            try:
                await self._fetch(path, file, most)
            except BROKEN_OFF as error:
                raise self._broken(error) from error
            if file.tell() > most:
                raise BatchTrouble(f"they are longer than {most >> 20:,} MiB, for {requests:,} requests", lasting=True)
            file.seek(0)
            yield file

    async def _fetch(self, path: str, file: IO[bytes], most: int) -> None:
        """Writes a file of the vendor's into one of ours, and a little more than `most` at most."""
        clock, size = asyncio.get_running_loop().time, 0
        ends = clock() + FILE_S

        def sink(_at: float, chunk: bytes) -> bool:
            nonlocal size
            file.write(chunk)
            if (size + len(chunk)) // SLOW_BYTES > size // SLOW_BYTES:
                deadline.reschedule(min(ends, clock() + SLOW_S))
            size += len(chunk)
            return size <= most

        try:
            async with asyncio.timeout(SLOW_S) as deadline, self._channel.fetch(self._where(path)) as reply:
                if reply.status != 200:
                    raise self._refused(reply.status, await reply.words())
                if reply.packed:
                    raise BatchTrouble(reply.packed, lasting=True)
                await reply.pour(sink)
        except TimeoutError as error:
            slow = f"they come too slowly: {size:,} bytes, of which less than {SLOW_BYTES:,} within {SLOW_S:g} s"
            raise BatchTrouble(slow, lasting=True, cure="The same command fetches them again.") from error

    async def _ask(self, path: str, content: bytes | None = None, kind: str = "") -> str:
        """The text of a reply of HTTP 200. Raises BatchTrouble."""
        where = self._where(path)
        try:
            async with asyncio.timeout(REPLY_S if content is None else FILE_S):
                sent = self._channel.fetch(where) if content is None else self._channel.send(where, content, kind)
                async with sent as reply:
                    text = await (reply.text() if reply.status in (200, 201) else reply.words())
        except BROKEN_OFF as error:
            raise self._broken(error) from error
        if reply.status not in (200, 201):
            raise self._refused(reply.status, text)
        return text

    def _where(self, path: str) -> str:
        return path if not self._query else f"{path}{'&' if '?' in path else '?'}{self._query}"

    def _refused(self, status: int, text: str) -> BatchTrouble:
        fault: Fault = self._endpoint.wire.read_fault(status, self.redact(text))
        lasting = fault.kind is not FaultKind.TRANSIENT
        page = " (a web page)" if page_title(text) else ""
        return BatchTrouble(
            f"HTTP {status}: {fault.message}{page}"[:SHOWN], cure=fault.cure, lasting=lasting, done=status >= 500
        )

    def _broken(self, error: Exception) -> BatchTrouble:
        if isinstance(error, TimeoutError | httpx.ReadTimeout | httpx.WriteTimeout):
            return BatchTrouble("no reply in time", done=True)
        why = trouble(error, self._channel.proxy)
        message = self.redact(why.message)[:SHOWN]
        return BatchTrouble(message, cure=why.cure, done=not isinstance(error, NOT_SENT))

    @contextmanager
    def _shaped(self, *, done: bool = False) -> Iterator[None]:
        try:
            yield
        except ValueError as error:
            said = self.redact(" ".join(str(error).split()))[:SHOWN]
            raise BatchTrouble(f"the reply is not what the interface promises ({said})", done=done) from error


def lines_of(file: IO[bytes]) -> Iterator[str | None]:
    """The lines of a file of results; None for each that is longer than LINE_BYTES, which is passed over."""
    while line := file.readline(LINE_BYTES):
        whole = line.endswith(b"\n") or len(line) < LINE_BYTES
        while not whole:
            rest = file.readline(LINE_BYTES)
            whole = rest.endswith(b"\n") or len(rest) < LINE_BYTES
            line = b""
        if not line:
            yield None
        elif not line.isspace():
            yield line.decode("utf-8", "replace")
