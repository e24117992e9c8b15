"""A proxy between a scripted vendor and clients, in one loop."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx

from bench.prices import load
from bench.providers import resolve
from bench.proxy import CallLedger, Entry, KeyRing, ProxyKey, backends, proxying
from bench.records import RemoteModel
from tests.engine.loopback import Handler, serving

VENDOR = "sk-vendor/0123+456=789abcdef"


PRICES = '[[price]]\nprovider = "openai-api/acme"\nmodel = "m"\ninput = 1.0\noutput = 10.0\n'


BODY = {"model": "chat", "max_tokens": 50, "messages": [{"role": "user", "content": "2 + 2?"}]}


ANSWER = json.dumps(
    {
        "model": "m",
        "choices": [{"message": {"content": "4"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 11, "completion_tokens": 7},
    }
).encode()


@dataclass
class Between:
    """A proxy before a vendor, in this loop."""

    url: str
    """Its address."""
    token: str
    """A key of it."""
    path: Path
    """Its ledger."""
    troubles: list[str] = field(default_factory=list)
    """What it complained of."""

    async def ask(self, body: Any = BODY, headers: Mapping[bytes, bytes] | None = None) -> httpx.Response:
        async with httpx.AsyncClient(timeout=20) as client:
            return await client.post(f"{self.url}/k/{self.token}/v1/chat/completions", json=body, headers=headers)

    async def raw(self, *parts: bytes, then: int = 2**20) -> bytes:
        """Sends these bytes, and reads what comes until the end."""
        host, _, port = self.url.removeprefix("http://").rpartition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        try:
            for part in parts:
                writer.write(part)
                await writer.drain()
            return await asyncio.wait_for(reader.read(then), 10)
        finally:
            writer.close()

    def entries(self) -> list[Entry]:
        with CallLedger(self.path, read_only=True) as ledger:
            return [*ledger.entries()]

    async def settled(self) -> Entry:
        for _ in range(500):
            entries = self.entries()
            if entries and entries[-1].settled:
                return entries[-1]
            await asyncio.sleep(0.01)
        raise AssertionError("the call stays open")


@asynccontextmanager
async def between(tmp_path: Path, vendor: Handler, budget_usd: Decimal | None = None) -> AsyncIterator[Between]:
    (tmp_path / "prices.toml").write_text(PRICES)
    environ, key, ring, troubles = {"ACME_API_KEY": VENDOR}, ProxyKey(name="a"), KeyRing(), list[str]()
    ring.add(key)
    path = tmp_path / "proxy.db"
    async with serving(vendor) as port:
        entry = RemoteModel(label="chat", model="openai-api/acme/m", base_url=f"http://127.0.0.1:{port}/v1")
        served = backends([resolve(entry, environ)], environ)
        with CallLedger(path) as ledger:
            book = load(tmp_path / "prices.toml")
            async with proxying(
                served, ring, ledger, book, environ, budget_usd=budget_usd, on_trouble=troubles.append
            ) as url:
                yield Between(url, key.token, path, troubles)


def sized(body: bytes, status: bytes = b"200 OK", *headers: bytes) -> bytes:
    head = b"\r\n".join((b"HTTP/1.1 " + status, b"Content-Length: %d" % len(body), *headers))
    return head + b"\r\n\r\n" + body


def post(token: str, *headers: bytes) -> bytes:
    lines = (b"POST /v1/chat/completions HTTP/1.1", b"Host: localhost", b"x-api-key: " + token.encode("latin-1"))
    return b"\r\n".join((*lines, *headers)) + b"\r\n\r\n"
