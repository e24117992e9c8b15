"""Wire formats and vendors: pure modules that build requests and read events. No I/O here."""

from __future__ import annotations

from bench.providers.address import address_problem
from bench.providers.authentication import credential
from bench.providers.batches import BatchLine, BatchState, BatchWire, batch_wire, in_batches
from bench.providers.endpoint import Endpoint, missing_keys, resolve, server_settings
from bench.providers.extras import BEYOND, Tariff, chosen_lanes
from bench.providers.faults import page_title
from bench.providers.fields import CAP_OF_RESPONSES, CAPS
from bench.providers.fields import problem_of as problem_of_fields
from bench.providers.keys import key_variable
from bench.providers.openai_responses import ResponsesFormat
from bench.providers.presets import Preset, find, preset_of, shipped, shipped_addresses, wire_model
from bench.providers.protocol import Fault, FaultKind, StreamEvent, Wire
from bench.providers.reading import parse, whole
from bench.providers.rules import SAMPLING, Rules, merged
from bench.providers.talk import Talk
from bench.providers.thinking import ThinkSplitter, unopened
from bench.providers.tooltypes import AssistantTurn, Choice, Tool, ToolCall, ToolResult, ToolWire, Turn
from bench.providers.toolwire import tool_wire
from bench.providers.usage import of_chat as usage_of_chat
from bench.providers.usage import of_messages as usage_of_messages

__all__ = [
    "AssistantTurn",
    "BEYOND",
    "BatchLine",
    "BatchState",
    "BatchWire",
    "CAPS",
    "CAP_OF_RESPONSES",
    "Choice",
    "Endpoint",
    "Fault",
    "FaultKind",
    "Preset",
    "ResponsesFormat",
    "Rules",
    "SAMPLING",
    "Talk",
    "Tariff",
    "StreamEvent",
    "ThinkSplitter",
    "Tool",
    "ToolCall",
    "ToolResult",
    "ToolWire",
    "Turn",
    "Wire",
    "address_problem",
    "batch_wire",
    "chosen_lanes",
    "credential",
    "find",
    "in_batches",
    "key_variable",
    "merged",
    "missing_keys",
    "page_title",
    "parse",
    "preset_of",
    "problem_of_fields",
    "resolve",
    "server_settings",
    "shipped",
    "shipped_addresses",
    "tool_wire",
    "unopened",
    "usage_of_chat",
    "usage_of_messages",
    "whole",
    "wire_model",
]
