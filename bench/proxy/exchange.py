"""What is seen of one exchange while it runs, and what it comes to in the ledger."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from bench.costs import billing_of
from bench.engine import now
from bench.prices import PriceBook
from bench.proxy.ledger import Settled
from bench.proxy.meter import MOST_BYTES, Metered, metered
from bench.proxy.request import Passed
from bench.records import Attempt, Outcome, RemoteModel, TokenUsage


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
    body: bytearray = field(default_factory=bytearray)
    """A copy of the reply's body, as far as it is read."""

    def take(self, at: float, part: bytes) -> None:
        """Keeps a copy of what was passed back, for the meter."""
        self.first = self.first or at
        self.size += len(part)
        if len(self.body) < MOST_BYTES:
            self.body += part


def settled(call: Passed, exchange: ProxyExchange, book: PriceBook) -> Settled:
    """How a call ended, read from the copy of its reply."""
    took = now() - exchange.begun
    seen = Metered(TokenUsage(), True, None, None)
    if exchange.status == 200:
        seen = metered(call.backend.endpoint.wire, bytes(exchange.body))
    cost = _cost(call, exchange, seen.usage, took, book)
    if exchange.status != 200:
        state = "refusal" if exchange.status else "cut"
    elif not exchange.ended or not seen.complete:
        state = "cut"
    else:
        state = "unknown" if cost is None else "settled"
    return Settled(
        state=state,
        status=exchange.status,
        usage=seen.usage,
        cost_usd=cost,
        ttft_s=None if exchange.first is None else exchange.first - exchange.begun,
        latency_s=took,
        reply_bytes=exchange.size,
        served_model=seen.served_model,
        request_id=exchange.request_id,
        error=exchange.error or seen.fault,
    )


def _cost(call: Passed, exchange: ProxyExchange, usage: TokenUsage, took_s: float, book: PriceBook) -> Decimal | None:
    """What it cost in USD; None where nobody knows: no counts came, or the exchange was cut off before the last.

    A call that never reached the vendor and one that it refused are free.
    """
    entry = call.backend.endpoint.entry
    if not isinstance(entry, RemoteModel) or exchange.never_sent or exchange.status not in (None, 200):
        return Decimal(0)
    if not exchange.ended or usage.out_total is None or usage.in_total is None or exchange.size > MOST_BYTES:
        return None
    attempt = Attempt(
        sent_at=exchange.sent_at, outcome=Outcome.ANSWERED, latency_s=took_s, usage=usage, status=exchange.status
    )
    billing = billing_of(entry)
    cost = billing.attempt(book, attempt) if billing else None
    return cost.usd if cost else None
