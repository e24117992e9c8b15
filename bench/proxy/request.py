"""A call as it came, and as it is passed on: which model it names, what is changed in it, what it may cost."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from bench.costs import billing_of
from bench.prices import PriceBook
from bench.providers import Endpoint, merged, parse
from bench.proxy.rewrite import rewritten
from bench.records import RemoteModel

HOP_BY_HOP = frozenset(
    ("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding")
) | {"upgrade", "host", "content-length", "accept-encoding", "expect", "cookie"}
"""Headers that belong to one connection or to the proxy, and are not passed on."""
KEYS = frozenset(("authorization", "x-api-key", "api-key", "x-goog-api-key"))
"""Headers that hold the client's key, in whose place the vendor's is put."""
_CAPS = ("max_tokens", "max_completion_tokens")


class NotPassed(Exception):
    """A request that is not passed on; the message says why and what to do."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        """The HTTP status of the refusal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """A model that is served."""

    endpoint: Endpoint
    """Where its calls go."""
    headers: Mapping[str, str]
    """The headers that carry its key."""
    drop: tuple[str, ...] = ()
    """Fields that its endpoint refuses, which are taken out."""
    pin: Mapping[str, Any] = field(default_factory=dict)
    """Fields that are set, e.g. an effort."""

    @property
    def label(self) -> str:
        """Its label in bench.toml."""
        return self.endpoint.entry.label

    @property
    def protocol(self) -> str:
        """Its wire format."""
        return "anthropic" if self.endpoint.preset.protocol == "anthropic" else "openai"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """A call as it is passed on."""

    backend: Backend
    """To which model."""
    content: bytes
    """The body."""
    changed: tuple[str, ...]
    """The fields of it that are not as they came."""
    worst_usd: Decimal | None
    """The most it can cost; None where that is not known, 0 for local weights."""
    body_sha256: str
    """Of the body as it came."""
    head_sha256: str
    """Of its system prompt and tools."""


def chosen(backends: Mapping[str, Backend], protocol: str, name: object) -> Backend:
    """The model that a request names: by label, or by its own id where only one has it. NotPassed otherwise."""
    known = ", ".join(backends)
    if not isinstance(name, str):
        raise NotPassed(400, f"the body names no model. Known: {known}.")
    backend = backends.get(name)
    if backend is None:
        same = [each for each in backends.values() if each.endpoint.wire_model == name]
        if len(same) != 1:
            raise NotPassed(404, f"no model '{name[:100]}' in the configuration. Known: {known}.")
        [backend] = same
    if backend.protocol != protocol:
        raise NotPassed(
            400,
            f"{backend.label} speaks {backend.protocol}'s wire format and is asked in {protocol}'s; the proxy does not "
            "translate. Name the vendor's address for the other format in bench.toml, or use another client.",
        )
    return backend


def passed(backends: Mapping[str, Backend], protocol: str, body: bytes, book: PriceBook) -> Passed:
    """A call as it is passed on. NotPassed where it cannot be."""
    try:
        text = body.decode()
        asked = parse(text)
    except ValueError as error:
        raise NotPassed(400, "the body is not JSON") from error
    if not isinstance(asked, dict):
        raise NotPassed(400, "the body is not a JSON object")
    backend = chosen(backends, protocol, asked.get("model"))
    changes = _changes(backend, asked)
    try:
        text = rewritten(text, changes) if changes else text
    except (ValueError, RecursionError) as error:
        raise NotPassed(400, str(error)) from error
    return Passed(
        backend=backend,
        content=text.encode(),
        changed=tuple(sorted(changes)),
        worst_usd=_worst(backend.endpoint, body, asked, book),
        body_sha256=hashlib.sha256(body).hexdigest(),
        head_sha256=_head(asked),
    )


def _changes(backend: Backend, asked: Mapping[str, Any]) -> dict[str, Any]:
    """The declared changes that this request needs: model name, counts of a stream, what the vendor refuses, pins."""
    endpoint = backend.endpoint
    changes: dict[str, Any] = {name: None for name in backend.drop if name in asked}
    for name, value in backend.pin.items():
        both = isinstance(value, Mapping) and isinstance(asked.get(name), Mapping)
        pinned = merged(asked[name], value) if both else value
        if asked.get(name) != pinned:
            changes[name] = pinned
    if asked.get("model") != endpoint.wire_model:
        changes["model"] = endpoint.wire_model
    options = asked.get("stream_options")
    counted = isinstance(options, dict) and options.get("include_usage") is True
    streams = backend.protocol == "openai" and asked.get("stream") is True
    if streams and not counted and "stream_options" in endpoint.streaming:
        changes["stream_options"] = {**(options if isinstance(options, dict) else {}), "include_usage": True}
    return changes


def _worst(endpoint: Endpoint, body: bytes, asked: Mapping[str, Any], book: PriceBook) -> Decimal | None:
    """No tokenizer makes more tokens of a body than it has bytes."""
    entry = endpoint.entry
    if not isinstance(entry, RemoteModel):
        return Decimal(0)
    billing = billing_of(entry)
    price = billing.price(book, datetime.now(UTC)) if billing else None
    if billing is None or price is None:
        return None
    caps = [asked[name] for name in _CAPS if isinstance(asked.get(name), int) and asked[name] > 0]
    cap = max(caps, default=entry.max_tokens or 0) or billing.context_window
    return billing.worst(price, len(body), {billing.cap_field: cap}) if cap else None


def _head(asked: Mapping[str, Any]) -> str:
    """The hash of what an agent sends with every call: system prompt and tools."""
    messages = asked.get("messages")
    first = messages[0] if isinstance(messages, list) and messages else None
    system = first if isinstance(first, dict) and first.get("role") in ("system", "developer") else None
    head = json.dumps([asked.get("system"), system, asked.get("tools")], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(head.encode("utf-8", "surrogatepass")).hexdigest()
