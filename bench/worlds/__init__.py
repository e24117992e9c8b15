"""Worlds that tools act on: pure data, methods on an allow-list, arguments held against their JSON schema."""

from __future__ import annotations

from bench.worlds.arguments import day, listed, number, one_of, optional, record, text, whole
from bench.worlds.changes import copied
from bench.worlds.executor import Event, Took, ToolError, ToolWorld, WorldSession, code, pay
from bench.worlds.setting import SYSTEM, Caller, Closed, Setting, ToolFamily, Use, caller, closed, open_world

__all__ = [
    "SYSTEM",
    "Caller",
    "Closed",
    "Event",
    "Setting",
    "Took",
    "ToolError",
    "ToolFamily",
    "ToolWorld",
    "Use",
    "WorldSession",
    "caller",
    "closed",
    "code",
    "copied",
    "day",
    "listed",
    "number",
    "one_of",
    "open_world",
    "optional",
    "pay",
    "record",
    "text",
    "whole",
]
