"""What a reply used, read from its bytes after the last of them was passed on."""

from __future__ import annotations

from typing import NamedTuple

from bench.engine import SseParser
from bench.providers import Wire
from bench.records import TokenUsage

MOST_BYTES = 32 * 1024 * 1024
"""Of a longer reply the rest is passed on and not read: its counts are unknown then."""


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


def metered(wire: Wire, body: bytes) -> Metered:
    """Reads a whole reply, streamed or not. Never raises: what cannot be read is unknown."""
    usage, complete, served, fault = TokenUsage(), False, None, None
    for data in _events(body):
        try:
            event = wire.read_event(data)
        except ValueError:
            continue
        usage = usage.updated(event.usage) if event.usage else usage
        complete |= event.done or event.finish_reason is not None
        served = event.served_model or served
        fault = event.fault.message if event.fault else fault
    return Metered(usage, complete, served, fault)


def _events(body: bytes) -> list[str]:
    """The data of its events; of a reply that is no stream, its text."""
    parser = SseParser()
    try:
        events = parser.feed(body)
        last = parser.close()
    except ValueError:
        return []
    events += [] if last is None else [last]
    return events or [body.decode("utf-8-sig", "replace").strip()]
