"""What the probes of one endpoint found, as it is printed and kept."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One probe of one endpoint."""

    probe: str
    """Its short name."""
    question: str
    """What it finds out."""
    expected: str
    """What code that works with Anthropic's or OpenAI's own endpoint counts on."""
    verdict: str
    """What was found, in one or two words."""
    status: str
    """How good that is: ok, warn or fail."""
    text: str
    """What was seen, without secrets."""
    cure: str
    """What code that calls this endpoint must do; empty if nothing."""
    request: str | None
    """The request that shows it, as JSON without secrets, cut; None where nothing was asked."""
    reply: str | None
    """Its reply likewise; None where none came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What all probes of one endpoint found."""

    model: str
    """The model's label in bench.toml."""
    sent_as: str
    """The model id that was sent."""
    protocol: str
    """The wire format: openai or anthropic."""
    rows: tuple[Row, ...]
    """A row a probe."""
    requests: int
    """Requests that were sent."""
    cost_usd: Decimal | None
    """What they cost, in USD; None where that is unknown, 0 for local weights."""
    took_s: float
    """How long it took, in seconds."""
