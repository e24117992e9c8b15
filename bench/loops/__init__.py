"""Loops that people use in place of ours: Qwen-Agent, OpenAI's Agents SDK, Anthropic SDK's tool runner.

Each runs as its user would run it, in a process of its own Python, against the same worlds: it reaches the tools by MCP
over stdio (the official SDK's server), and the model through us.
"""

from __future__ import annotations

from bench.loops.host import HostedLoop
from bench.loops.known import KNOWN, LoopPreset, find

__all__ = ["KNOWN", "HostedLoop", "LoopPreset", "find"]
