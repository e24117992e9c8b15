"""Wire formats and vendors: pure modules that build requests and read events. No I/O here."""

from bench.providers.endpoint import Endpoint, missing_keys, resolve
from bench.providers.presets import Preset, preset_of, wire_model
from bench.providers.protocol import Fault, FaultKind, StreamEvent, Wire
from bench.providers.reading import whole
from bench.providers.thinking import ThinkSplitter, unopened

__all__ = [
    "Endpoint",
    "Fault",
    "FaultKind",
    "Preset",
    "StreamEvent",
    "ThinkSplitter",
    "Wire",
    "missing_keys",
    "preset_of",
    "resolve",
    "unopened",
    "whole",
    "wire_model",
]
