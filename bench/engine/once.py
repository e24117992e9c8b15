"""How a model's endpoint is asked: what all its calls share, and one call alone, outside any run."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bench.engine.exchange import Asking, Ended, exchange
from bench.engine.retry import Cause
from bench.engine.transport import Channel
from bench.providers import Endpoint, credential


def asking_of(
    endpoint: Endpoint, environ: Mapping[str, str], on_first_event: Callable[[], None], timeout_s: float | None = None
) -> Asking:
    """What every call of an endpoint has in common; `timeout_s` replaces the model entry's own."""
    return Asking(
        wire=endpoint.wire,
        path=endpoint.path,
        streaming=endpoint.streaming,
        thinks=endpoint.thinks,
        timeout_s=endpoint.entry.timeout_s if timeout_s is None else timeout_s,
        redact=endpoint.secrets(environ),
        credential=credential(endpoint, environ),
        on_first_event=on_first_event,
    )


async def ask_in_turn(
    endpoint: Endpoint,
    bodies: Iterable[Mapping[str, Any]],
    environ: Mapping[str, str],
    timeout_s: float,
    tls: ssl.SSLContext,
) -> list[Ended]:
    """One attempt each, one after another on one connection, until one fails: then that is the last.

    Raises UsageError for a proxy that cannot be used.
    """
    channel, ended = Channel(endpoint.base_url or "", endpoint.headers(environ), timeout_s, tls), list[Ended]()
    asking = asking_of(endpoint, environ, lambda: None, timeout_s)
    try:
        for body in bodies:
            each = await exchange(asking, channel, body)
            if each.failure and each.failure.cause is Cause.STALE:  # the connection's end, not the endpoint's
                each = await exchange(asking, channel, body)
            ended.append(each)
            if each.failure:
                break
    finally:
        await channel.close()
    return ended


async def ask_once(
    endpoint: Endpoint, body: Mapping[str, Any], environ: Mapping[str, str], timeout_s: float, tls: ssl.SSLContext
) -> Ended:
    """One attempt, not repeated and not recorded. Raises UsageError for a proxy that cannot be used."""
    (ended,) = await ask_in_turn(endpoint, [body], environ, timeout_s, tls)
    return ended
