"""What a reply used, read from its bytes once they were passed on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from bench import clean
from bench.engine import SseParser
from bench.providers import StreamEvent, Tariff
from bench.records import TokenUsage

WHOLE_BYTES = 8 * 1024 * 1024
"""A longer reply that is no stream is passed on and not read: its counts are unknown then."""

MOST_EVENTS = 300_000
"""Of a reply with more events the rest is passed on and not read."""


class ReplyFormat(Protocol):
    """What a meter must know of a wire format."""

    def read_event(self, data: str) -> StreamEvent:
        """One `data:` payload, or a whole reply. Raises ValueError for others."""


class Metered(NamedTuple):
    """What a reply said of itself."""

    usage: TokenUsage
    """Tokens, as far as they were reported."""
    complete: bool
    """Whether it ended as its protocol ends a reply."""
    served_model: str | None
    """The model id in it."""
    fault: str | None
    """An error that came inside a reply of HTTP 200; None where none did."""
    unpriced: str | None = None
    """What in it may move its bill beyond the tokens at the list's price; None where nothing does."""


class ReplyMeter:
    """Reads a reply part by part, streamed or not. Never raises: what cannot be read is unknown."""

    def __init__(self, wire: ReplyFormat, lanes: Mapping[str, str] | None = None) -> None:
        """`wire`: the format that the reply should have; `lanes`: see `Tariff`."""
        self._wire, self._tariff = wire, Tariff(lanes=lanes or {})
        self._parser = SseParser()
        self._streams = self._lost = False
        self._events = 0
        self._whole = bytearray()
        self._seen = Metered(TokenUsage(), False, None, None)

    def feed(self, part: bytes) -> None:
        """The next part."""
        if not self._streams and len(self._whole) <= WHOLE_BYTES:
            self._whole += part
        if self._lost:
            return
        try:
            events = self._parser.feed(part)
        except ValueError:  # an event too long; or no stream, but a whole reply in one line
            self._lost = True
            return
        self._events += len(events)
        self._lost = self._events > MOST_EVENTS
        for data in () if self._lost else events:
            self._read(data)

    def end(self) -> Metered:
        """What the reply said; to be called once."""
        last = None if self._lost else self._parser.close()
        if last is not None:
            self._read(last)
        if not self._streams and len(self._whole) <= WHOLE_BYTES:
            self._read(self._whole.decode("utf-8-sig", "replace").strip())
        elif self._lost:
            return self._seen._replace(usage=TokenUsage(), complete=False)
        return self._seen

    @property
    def unpriced(self) -> str | None:
        """See `Metered`, as far as it was read."""
        return self._seen.unpriced

    def _read(self, data: str) -> None:
        self._streams, self._whole = True, bytearray()
        try:
            event = self._wire.read_event(data)
        except ValueError:
            return
        seen = self._seen
        self._seen = Metered(
            seen.usage.updated(event.usage) if event.usage else seen.usage,
            seen.complete or event.done or event.finish_reason is not None,
            clean.line_or_none(event.served_model) or seen.served_model,
            clean.line(event.fault.message) if event.fault else seen.fault,
            seen.unpriced or self._tariff.beyond(data),
        )
