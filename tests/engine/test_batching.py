"""A file of a batch's results is bounded in time and bytes, whatever the vendor sends."""

from __future__ import annotations

import asyncio

import pytest

from bench.engine import BatchClient, BatchTrouble, tls_context
from bench.providers import resolve
from bench.records import RemoteModel
from tests.engine.loopback import CHUNKED, chunk, request, serving


@pytest.mark.parametrize(
    ("piece", "every_s", "why"),
    [(b"x", 0.01, "they come too slowly"), (b"x" * 999 + b"\n", 0.0, "longer than 0 MiB, for 4 requests")],
    ids=["drips", "never ends"],
)
def test_results_that_drip_or_never_end_are_given_up(
    monkeypatch: pytest.MonkeyPatch, piece: bytes, every_s: float, why: str
) -> None:
    monkeypatch.setattr("bench.engine.batching.SLOW_S", 0.2)
    monkeypatch.setattr("bench.engine.batching.LINE_BYTES", 20_000)

    async def vendor(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        writer.write(CHUNKED)
        while True:
            writer.write(chunk(piece))
            await writer.drain()
            await asyncio.sleep(every_s)

    async def fetch() -> None:
        async with serving(vendor) as port:
            entry = RemoteModel(label="a", model="openai-api/acme/m", base_url=f"http://127.0.0.1:{port}/v1")
            async with BatchClient(resolve(entry, {}), {}, tls_context()) as client, client.results("/x", 4):
                pass

    with pytest.raises(BatchTrouble, match=why) as trouble:
        asyncio.run(asyncio.wait_for(fetch(), 20))
    assert trouble.value.lasting


def test_results_that_keep_coming_are_read_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.engine.batching.SLOW_S", 0.3)
    monkeypatch.setattr("bench.engine.batching.SLOW_BYTES", 1000)

    async def vendor(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await request(reader)
        writer.write(CHUNKED)
        for _ in range(10):
            writer.write(chunk(b"x" * 1000))
            await asyncio.sleep(0.05)
        writer.write(b"0\r\n\r\n")

    async def fetch() -> int:
        async with serving(vendor) as port:
            entry = RemoteModel(label="a", model="openai-api/acme/m", base_url=f"http://127.0.0.1:{port}/v1")
            async with BatchClient(resolve(entry, {}), {}, tls_context()) as client, client.results("/x", 4) as file:
                return len(file.read())

    assert asyncio.run(fetch()) == 10_000
