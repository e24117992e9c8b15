"""Wire formats: pure modules that build requests and read events. No I/O here."""

from bench.providers.endpoint import Endpoint, resolve
from bench.providers.events import StreamEvent

__all__ = ["Endpoint", "StreamEvent", "resolve"]
