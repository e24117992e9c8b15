"""A proxy that runs in a thread before a scripted endpoint, for the tests of it."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx

from bench.prices import beside, load
from bench.providers import resolve
from bench.proxy import CallLedger, Entry, KeyRing, ProxyKey, backends, proxying
from bench.records import RemoteModel
from tests.fake_endpoint import FakeEndpoint

CHAT = "/v1/chat/completions"
VENDOR = "sk-vendor-0123456789abcdef"
TALK: Any = [{"role": "user", "content": "2 + 2?"}]
PRICES = "".join(
    f'[[price]]\nprovider = "{kind}/acme"\nmodel = "m"\ninput = 1.0\ncache_read = 0.1\noutput = 10.0\n'
    for kind in ("openai-api", "anthropic-api")
)
"""USD for a million tokens."""


@dataclass(frozen=True)
class Running:
    """A proxy that runs in a thread."""

    url: str
    """Its address."""
    key: ProxyKey
    """A key of it."""
    ledger: Path
    """Its ledger."""
    stop: Callable[[], bool]
    """Ends it; whether that worked."""

    def entries(self) -> list[Entry]:
        """The ledger, once nothing is open: a call is settled after its last byte was passed on."""
        for _ in range(200):
            with CallLedger(self.ledger, read_only=True) as ledger:
                found = [*ledger.entries()]
            if all(entry.settled for entry in found):
                break
            time.sleep(0.02)
        return found

    def ask(
        self, body: Mapping[str, Any] | bytes, path: str = "/v1/chat/completions", **headers: str
    ) -> httpx.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return httpx.post(f"{self.url}/k/{self.key.token}{path}", content=content, headers=headers, timeout=10)


@contextmanager
def running(
    tmp_path: Path,
    endpoint: FakeEndpoint,
    *,
    budget: str | None = None,
    listen: str = "127.0.0.1:0",
    models: Mapping[str, str] | None = None,
    **key: Any,
) -> Iterator[Running]:
    """The proxy before an endpoint that is asked in both protocols, as `chat` and `messages`; or as `models` by label,
    each with VENDOR for its key."""
    (tmp_path / "prices.toml").write_text(PRICES)
    names = ("ACME", "ANTHROPIC", "DASHSCOPE", "MOONSHOT", "ZAI")
    environ = {f"{name}_API_KEY": VENDOR for name in names}
    chosen = models or {"chat": "openai-api/acme/m", "messages": "anthropic-api/acme/m"}
    entries = [RemoteModel(label=label, model=name, base_url=endpoint.url) for label, name in chosen.items()]
    served = backends([resolve(entry, environ) for entry in entries], environ)
    ring, mine, ready = KeyRing(), ProxyKey(name="agent", **key), threading.Event()
    ring.add(mine)
    state: dict[str, Any] = {}

    async def serve() -> None:
        state["loop"], state["stop"] = asyncio.get_running_loop(), asyncio.Event()
        limit = None if budget is None else Decimal(budget)
        with CallLedger(tmp_path / "proxy.db") as ledger:
            book = load(beside(tmp_path / "bench.toml"))
            async with proxying(served, ring, ledger, book, environ, listen=listen, budget_usd=limit) as url:
                state["url"] = url
                ready.set()
                await state["stop"].wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert ready.wait(10)

    def stop() -> bool:
        if thread.is_alive():
            state["loop"].call_soon_threadsafe(state["stop"].set)
            thread.join(10)
        return not thread.is_alive()

    try:
        yield Running(state["url"], mine, tmp_path / "proxy.db", stop)
    finally:
        assert stop()


def body(model: str = "chat", **more: Any) -> dict[str, Any]:
    """A request of that model."""
    return {
        "model": model,
        "max_tokens": 50,
        "messages": [{"role": "user", "content": "2 + 2?"}],
        "stream": True,
        **more,
    }
