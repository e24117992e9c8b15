"""One bill for any client: a proxy that passes calls on byte by byte, meters them, and keeps budgets.

Clients call with a key of the proxy's; the vendor's key is put in on the way out only. Nothing is translated between
protocols, and only declared fields of a request are changed.
"""

from __future__ import annotations

import ssl
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal

from bench.engine import proxy_for, tls_context
from bench.prices import PriceBook
from bench.providers import Endpoint, merged
from bench.proxy.keys import KeyRing, ProxyKey
from bench.proxy.ledger import Begun, CallLedger, Entry, Settled
from bench.proxy.listen import bindable, listening
from bench.proxy.purse import Purse
from bench.proxy.replies import ReplyStore
from bench.proxy.request import Backend
from bench.proxy.server import ProxyServer
from bench.records import Secrets

__all__ = [
    "Backend",
    "Begun",
    "Entry",
    "KeyRing",
    "CallLedger",
    "ProxyKey",
    "ProxyServer",
    "ReplyStore",
    "Settled",
    "backends",
    "bindable",
    "proxying",
]


def backends(endpoints: Iterable[Endpoint], environ: Mapping[str, str], drop: Sequence[str] = ()) -> dict[str, Backend]:
    """The models that are served, by label, with their keys.

    `drop` are fields that are taken out of every request. What bench.toml states of a model's thinking and effort, and
    its extra_body, is put in.
    """
    return {
        each.entry.label: Backend(
            endpoint=each,
            headers=each.headers(environ),
            drop=tuple(drop),
            pin=merged(each.rules.thinking_fields(*each.thinking), each.entry.extra_body, each.extra_body),
        )
        for each in endpoints
    }


@asynccontextmanager
async def proxying(
    served: Mapping[str, Backend],
    keys: KeyRing,
    ledger: CallLedger,
    book: PriceBook,
    environ: Mapping[str, str],
    *,
    listen: str = "127.0.0.1:0",
    budget_usd: Decimal | None = None,
    replies: ReplyStore | None = None,
    on_settled: Callable[[Begun, Settled], None] = lambda _begun, _settled: None,
    on_trouble: Callable[[str], None] = lambda _trouble: None,
) -> AsyncIterator[str]:
    """A running proxy; gives its base URL. What its keys spent before counts against their budgets;
    `replies` keeps replies for keys that begin anew.

    UsageError where it cannot listen, or the ledger cannot be read.
    """
    purse, secrets, turns = Purse(budget_usd), Secrets(), Counter[str]()
    alone = keys.only if budget_usd is None else None  # then nothing but this key's past can refuse a call
    for entry in ledger.entries(key=alone):
        purse.recall(entry.begun.key, 1, entry.held_usd)
        turns[entry.begun.key] = entry.begun.turn
    for backend in served.values():
        secrets |= backend.endpoint.secrets(environ)
    server = ProxyServer(
        backends=served,
        keys=keys,
        purse=purse,
        ledger=ledger,
        book=book,
        tls=_tls(served),
        secrets=secrets,
        turns=turns,
        local=listen.startswith("unix:"),
        replies=replies,
        on_settled=on_settled,
        on_trouble=on_trouble,
    )
    async with listening(listen, server.serve) as url:
        try:
            yield url
        finally:
            await server.close()


def _tls(served: Mapping[str, Backend]) -> ssl.SSLContext:
    """With the system's certificates where an address needs them: reading these is a fifteenth of a start."""
    addresses = [each.endpoint.base_url or "" for each in served.values()]
    if all(at.startswith("http://") and proxy_for(at) is None for at in addresses):
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # trusts nobody
    return tls_context()
