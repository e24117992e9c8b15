"""Wire formats and vendors: pure modules that build requests and read events. No I/O here."""

from bench.providers.endpoint import Endpoint, missing_keys, resolve
from bench.providers.protocol import Fault, FaultKind, StreamEvent, Wire
from bench.providers.reading import whole
from bench.providers.thinking import ThinkSplitter, unopened

__all__ = [
    "Endpoint", "Fault", "FaultKind", "StreamEvent", "ThinkSplitter", "Wire", "missing_keys", "resolve", "unopened",
    "whole",
]  # fmt: skip
