"""Which wire format an endpoint's tool calls have."""

from __future__ import annotations

from bench.providers import anthropic_tools, openai_tools
from bench.providers.endpoint import Endpoint
from bench.providers.tooltypes import ToolWire


def tool_wire(endpoint: Endpoint) -> ToolWire:
    """The wire format of an endpoint's tool calls."""
    return anthropic_tools if endpoint.preset.protocol == "anthropic" else openai_tools
