"""The attacks: one file each in programs/, named CLASS_what.py."""

from __future__ import annotations

import ast
import secrets
from dataclasses import replace
from pathlib import Path

from bench.sandbox import Limits, Value
from tests.sandbox.attacks.stage import MEMORY_BYTES, Stage

PROGRAMS = {path.stem: path.read_text() for path in sorted((Path(__file__).parent / "programs").glob("[a-z]*.py"))}
"""The source of each attack, by name."""
QUICK = Limits(cpu_s=1, wall_s=6, memory_bytes=MEMORY_BYTES, output_bytes=2**20)
"""What an attack may use."""
PLANTED = f"planted-{secrets.token_hex(8)}"
"""This session's secret."""


_WALL_S = {
    "forge_clock_ticks": 3.0,
    "time_asleep": 1.0,
    "time_at_exit": 1.0,
    "time_descriptors_closed": 1.0,
    "time_without_main_thread": 1.0,
}


def limits(name: str) -> Limits:
    """What this attack may use: less time where it does nothing but use it."""
    cpu_s = 0.3 if name.startswith("time_") else QUICK.cpu_s
    return replace(QUICK, cpu_s=cpu_s, wall_s=_WALL_S.get(name, QUICK.wall_s))


def arguments(source: str, stage: Stage) -> tuple[Value, ...]:
    """What the attack's `f` is called with: the facts, and the prize if it takes one."""
    function = next(node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef) and node.name == "f")
    return (stage.facts, stage.planted)[: len(function.args.args)]
