"""What is seen of one exchange while it runs, and what it comes to in the ledger."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from bench import clean
from bench.engine import now
from bench.errors import IncompleteError
from bench.prices import PriceBook
from bench.providers import BEYOND
from bench.proxy.ledger import Settled
from bench.proxy.meter import Metered, ReplyMeter
from bench.proxy.replies import MOST_BYTES, ReplyStore
from bench.proxy.request import Passed
from bench.records import Attempt, Outcome, RemoteModel, Secrets, TokenUsage

WORDS = 64 * 1024
"""Characters of what a vendor says that are looked at."""
SHOWN = 300
"""Characters of it that are kept."""


@dataclass(slots=True, kw_only=True)
class ProxyExchange:
    """What is seen of one exchange while it runs."""

    sent_at: str
    """UTC, ISO 8601, when it was passed on."""
    begun: float = field(default_factory=now)
    """`now()` of that moment."""
    status: int | None = None
    """HTTP status; None until a reply came."""
    request_id: str | None = None
    """The vendor's id of the request."""
    first: float | None = None
    """When the first byte of the reply's body came."""
    size: int = 0
    """Bytes of the reply's body."""
    ended: bool = False
    """Whether the reply came to its end, and was passed back to it."""
    never_sent: bool = False
    """Whether no connection to the vendor was made."""
    error: str | None = None
    """What went wrong, without secrets."""
    meter: ReplyMeter
    """Reads the reply."""
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    """The headers that were passed back."""
    kept: bytearray | None = None
    """The body as it was passed back, where it is to be kept; None where it is not."""

    @property
    def bounded(self) -> bool:
        """Whether nothing in the reply is billed beyond tokens."""
        return self.meter.unpriced is None

    def take(self, at: float, part: bytes) -> None:
        """Reads what was passed back."""
        self.first = self.first or at
        self.size += len(part)
        if answered(self.status):
            self.meter.feed(part)


def keep(exchange: ProxyExchange, part: bytes) -> None:
    """Adds to the body that is kept; too long a one is not."""
    if exchange.kept is not None:
        exchange.kept += part
        if len(exchange.kept) > MOST_BYTES:
            exchange.kept = None


def keep_reply(
    replies: ReplyStore | None, number: int, key: str, body_sha256: str, *, exchange: ProxyExchange
) -> str | None:
    """Keeps a reply that came to its end, before it is settled: what was paid is never asked for again. Why it cannot
    be kept; None where it is, or need not be."""
    if replies is None or not exchange.kept or not exchange.ended or exchange.status != 200:
        return None
    try:
        replies.keep(number, key, body_sha256, headers=exchange.headers, body=bytes(exchange.kept))
    except IncompleteError as error:
        return str(error)
    return None


def answered(status: int | None) -> bool:
    """Whether a status says that the vendor did what was asked, which it bills."""
    return status is not None and 200 <= status < 300


def settled(call: Passed, exchange: ProxyExchange, book: PriceBook, secrets: Secrets) -> Settled:
    """How a call ended; what the reply says in words is cleaned and without secrets."""

    def said(text: str | None) -> str | None:
        return None if text is None else clean.line(secrets(text[:WORDS]))[:SHOWN]

    took = now() - exchange.begun
    seen = exchange.meter.end() if answered(exchange.status) else Metered(TokenUsage(), True, None, None)
    billed = answered(exchange.status) and call.billing is not None
    unpriced = (call.unpriced or seen.unpriced) if billed else None
    cost = None if unpriced else _cost(call, exchange, seen.usage, took, book)
    if not answered(exchange.status):
        state = "refusal" if exchange.status else "cut"
    elif not exchange.ended or not seen.complete:
        state = "cut"
    else:
        unsure = cost is None and (call.billing is not None or seen.usage.out_total is None)
        state = "unknown" if unsure else "settled"
    return Settled(
        state=state,
        status=exchange.status,
        usage=seen.usage,
        cost_usd=cost,
        ttft_s=None if exchange.first is None else exchange.first - exchange.begun,
        latency_s=took,
        reply_bytes=exchange.size,
        served_model=said(seen.served_model),
        request_id=said(exchange.request_id),
        error=said(exchange.error or seen.fault or (cost is None and unpriced and BEYOND + unpriced) or None),
    )


def _cost(call: Passed, exchange: ProxyExchange, usage: TokenUsage, took_s: float, book: PriceBook) -> Decimal | None:
    """What it cost in USD; None where nobody knows: no counts came, or the exchange was cut off before the last.

    A call that never reached the vendor and one that it refused are free. Weights of this machine have no bill by
    tokens: their machine's time costs, which is not known here.
    """
    refused = exchange.status is not None and not answered(exchange.status)
    if exchange.never_sent or refused:
        return Decimal(0)
    if not isinstance(call.backend.endpoint.entry, RemoteModel):
        return None
    if not exchange.ended or usage.out_total is None or usage.in_total is None:
        return None
    attempt = Attempt(
        sent_at=exchange.sent_at, outcome=Outcome.ANSWERED, latency_s=took_s, usage=usage, status=exchange.status
    )
    cost = call.billing.attempt(book, attempt) if call.billing else None
    return cost.usd if cost else None
