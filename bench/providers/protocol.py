"""What every wire format offers the engine, and what a refused request means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

from bench.records import Message, Outcome, TokenUsage


class FaultKind(StrEnum):
    """Whose fault a failed request is, and so what may be done next."""

    TRANSIENT = "transient"
    """Nobody's: worth asking again."""
    REQUEST = "request"
    """This request's: other items may work."""
    REFUSED = "refused"
    """The vendor's filter refused the prompt: an answer of its kind."""
    MODEL = "model"
    """Key, balance, permission or model name: no item of this model can work."""


class Fault(NamedTuple):
    """Why an endpoint did not answer."""

    kind: FaultKind
    """What may be done next."""
    message: str
    """The vendor's own words, at most 300 characters."""
    cure: str = ""
    """What the user can do, as one sentence; empty if nothing."""
    status: int = 0
    """The HTTP status that an error inside a 200 stands for, e.g. 429; 0 where it names none."""


class StreamEvent(NamedTuple):
    """One decoded event of a stream; most fields are empty in most events.

    A text may begin or end with half of a surrogate pair: join all pieces, then `whole` them.
    """

    answer: str = ""
    """New text of the visible answer."""
    reasoning: str = ""
    """New text of the shown reasoning."""
    finish_reason: str | None = None
    """The provider's word for why it ended; a refusal's category follows after a colon."""
    outcome: Outcome | None = None
    """What that word means here, None for an unknown word; a refusal stays one, whatever follows."""
    usage: TokenUsage | None = None
    """Token counts; reports of one stream add up by `TokenUsage.updated`."""
    cost_usd: float | None = None
    """What the provider says it charged, in USD."""
    served_model: str | None = None
    """The model id in the reply."""
    fault: Fault | None = None
    """An error inside the stream."""
    done: bool = False
    """The terminal event."""
    tops: Mapping[str, float] | None = None
    """The likeliest first tokens with their log-probabilities (natural); None where none are stated."""
    called: bool = False
    """Whether it carries a part of a call of a tool."""
    restated: bool = False
    """Whether its texts stand where a whole message stands: behind pieces of it, they say the same once more."""


class Wire(Protocol):
    """One wire format: satisfied by the modules `openai_chat` and `anthropic_messages`."""

    PATH: str
    """Where requests go, relative to the base URL."""
    STREAMING: Mapping[str, Any]
    """Added to every body when it is sent; no part of a call's key."""
    STOP: str
    """The body's field for stop sequences."""

    def prompt(self, messages: Sequence[Message]) -> dict[str, Any]:
        """The body's fields that hold the prompt."""

    def headers(self, key: str | None) -> dict[str, str]:
        """The headers that the protocol itself needs, with the key if there is one."""

    def read_event(self, data: str) -> StreamEvent:
        """One `data:` payload, or the whole reply of a server that does not stream. Raises ValueError for others."""

    def read_fault(self, status: int, body: str) -> Fault:
        """What a reply other than 200 means. Never raises."""
