"""The attacks: one file each in programs/, named CLASS_what.py."""

from __future__ import annotations

import ast
import secrets
from pathlib import Path

from bench.sandbox import Limits, Value
from tests.sandbox.attacks.stage import MEMORY_BYTES, Stage

PROGRAMS = {path.stem: path.read_text() for path in sorted((Path(__file__).parent / "programs").glob("[a-z]*.py"))}
"""The source of each attack, by name."""
QUICK = Limits(cpu_s=1, wall_s=6, memory_bytes=MEMORY_BYTES, output_bytes=2**20)
"""What an attack may use."""
PLANTED = f"planted-{secrets.token_hex(8)}"
"""This session's secret."""


def arguments(source: str, stage: Stage) -> tuple[Value, ...]:
    """What the attack's `f` is called with: the facts, and the prize if it takes one."""
    function = next(node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef) and node.name == "f")
    return (stage.facts, stage.planted)[: len(function.args.args)]
