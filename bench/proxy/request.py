"""A call as it came, and as it is passed on: which model it names, what is changed in it, what it may cost."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from typing import Any

from bench import clean
from bench.costs import Billing, billing_by
from bench.prices import PriceBook
from bench.providers import CAP_OF_RESPONSES, Endpoint, chosen_lanes, merged
from bench.proxy.bound import (
    HARMLESS,
    caps_of,
    is_responses,
    unpriced,
    worst_usd,
    wrong_count,
)
from bench.proxy.rewrite import BodyField, fields, rewritten, written
from bench.proxy.route import Route, RouteKind
from bench.records import RemoteModel

HOP_BY_HOP = frozenset(
    ("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding")
) | {"upgrade", "host", "content-length", "accept-encoding", "expect", "cookie"}
"""Headers that belong to one connection or to the proxy, and are not passed on."""
KEYS = frozenset(("authorization", "x-api-key", "api-key", "x-goog-api-key"))
"""Headers that hold the client's key, in whose place the vendor's is put."""
MOST_SIGNS = 1_000_000
"""Commas, colons and brackets of a body: each may be a value, and takes memory and time by itself."""
MOST_FIELDS = 1000
"""Of a body's top level: each is looked at by itself."""


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
    bill: Callable[[Mapping[str, Any]], Billing | None] = field(init=False, repr=False, compare=False)
    """How a body that is sent to it is billed; None for weights of this machine."""

    def __post_init__(self) -> None:
        """A call waits for none of what is the same for all of them."""
        entry = self.endpoint.entry
        object.__setattr__(self, "bill", billing_by(entry) if isinstance(entry, RemoteModel) else lambda _sent: None)

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
    billing: Billing | None
    """How it is billed, in the lane that the request chose; None for local weights."""
    worst_usd: Decimal | None
    """The most it can cost; None where that is not known, 0 for local weights."""
    unpriced: str | None
    """What in it may be billed beyond tokens, e.g. a vendor's own search: then nobody here knows its bill."""
    lanes: Mapping[str, str]
    """The tier, speed and place that it chose beside the usual ones, by field."""
    body_sha256: str
    """Of the body as it came."""
    head_sha256: str
    """Of its system prompt and tools."""
    responses: bool
    """Whether it goes to OpenAI's Responses."""


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


def passed(backends: Mapping[str, Backend], way: Route, body: bytes | bytearray, book: PriceBook) -> Passed:
    """A call as it is passed on. NotPassed where it cannot be."""
    if len(body) > MOST_SIGNS and sum(map(body.count, (b"[", b"{", b",", b":"))) > MOST_SIGNS:
        raise NotPassed(413, f"the body has more than {MOST_SIGNS:,} commas, colons and brackets")
    try:
        text = body.decode()
        found = [*islice(fields(text), MOST_FIELDS + 1)]
        if len(found) > MOST_FIELDS:
            raise ValueError(f"it has more than {MOST_FIELDS:,} fields")
        _require_clear(found)
    except ValueError as error:
        raise NotPassed(400, f"the body cannot be read: {clean.line(str(error))}") from error
    asked = {field.name: field.value for field in found}
    if way.responses is not is_responses(asked):
        raise NotPassed(400, "/v1/responses takes `input`, and every other path `messages`")
    backend = chosen(backends, way.protocol, asked.get("model"))
    try:
        changes = _changes(backend, asked, free=way.asked is RouteKind.COUNT)
        content = (rewritten(text, changes, found) if changes else text).encode()
        head = _head(asked)
    except (ValueError, RecursionError) as error:
        raise NotPassed(400, f"the body cannot be passed on: {clean.line(str(error))}") from error
    sent = {name: value for name, value in {**asked, **changes}.items() if changes.get(name, name) is not None}
    if wrong := wrong_count(sent):
        raise NotPassed(400, f"{wrong} is no whole number above 0")
    billing = backend.bill(sent)
    return Passed(
        backend=backend,
        content=content,
        changed=tuple(sorted(changes)),
        billing=billing,
        unpriced=(way.extra or unpriced(sent, backend.pin)) if billing else None,
        lanes=chosen_lanes(sent),
        worst_usd=None if billing and way.extra else _worst(backend, billing, sent, len(content), book),
        body_sha256=hashlib.sha256(body).hexdigest(),
        head_sha256=head,
        responses=way.responses,
    )


def _require_clear(found: Iterable[BodyField]) -> None:
    """ValueError for a name that stands there twice, or almost: which of them counts, each vendor decides itself."""
    known = {name.casefold(): name for name in HARMLESS}
    seen: set[str] = set()
    for each in found:
        folded = each.name.casefold()
        if folded in seen:
            raise ValueError(f"the field {each.name[:60]} stands there twice")
        if known.get(folded, each.name) != each.name:
            raise ValueError(f"the field {known[folded]} is spelled {each.name[:60]}")
        seen.add(folded)


def _changes(backend: Backend, asked: Mapping[str, Any], *, free: bool) -> dict[str, Any]:
    """The declared changes that this request needs: model name, counts of a stream, what the vendor refuses, pins.

    A call that states no cap gets bench.toml's; `free` for a count of tokens, which has none.
    """
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
    responses = is_responses(asked)
    streams = backend.protocol == "openai" and asked.get("stream") is True and not responses
    if streams and not counted and "stream_options" in endpoint.streaming:
        changes["stream_options"] = {**(options if isinstance(options, dict) else {}), "include_usage": True}
    cap = endpoint.entry.max_tokens
    field = CAP_OF_RESPONSES if responses else endpoint.rules.max_tokens_field
    capped = any({**asked, **changes}.get(name) is not None for name in caps_of(asked))
    if cap and not capped and not free and field not in backend.drop:
        changes[field] = cap
    return changes


def _worst(
    backend: Backend, billing: Billing | None, sent: Mapping[str, Any], size: int, book: PriceBook
) -> Decimal | None:
    if not isinstance(backend.endpoint.entry, RemoteModel):
        return Decimal(0)
    return worst_usd(billing, sent, size, backend.pin, book) if billing else None


def _head(asked: Mapping[str, Any]) -> str:
    """The hash of what an agent sends with every call: system prompt and tools."""
    messages = asked.get("input" if is_responses(asked) else "messages")
    first = messages[0] if isinstance(messages, list) and messages else None
    system = first if isinstance(first, dict) and first.get("role") in ("system", "developer") else None
    hashed = hashlib.sha256()
    if system is not None and is_responses(asked):  # its id is another one each time
        system = {"content": system.get("content"), "instructions": asked.get("instructions")}
    for piece in written([asked.get("system"), system, asked.get("tools")]):
        hashed.update(piece.encode("utf-8", "surrogatepass"))
    return hashed.hexdigest()
