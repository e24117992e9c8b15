"""Whole programs, from what they read on stdin to what they print: the same families in several languages."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.sandbox import TestCall, grade_node
from bench.suites.coding.family import Args
from bench.suites.coding.instance import Instance
from bench.suites.coding.specialise import entry_point

WRITTEN = Path(__file__).with_name("javascript")
"""The folder of the references in JavaScript, each written from its family's prose: `NAME.js` defines a function of
that name, from lines to lines, which finds what the instance was drawn with in `p`."""


@dataclass(frozen=True, slots=True)
class Language:
    """A language in which a program is asked."""

    title: str
    """What the prompt calls it."""
    allowed: str
    """What the program may use."""
    fence: str
    """The language of the code block."""
    reference: Callable[[Instance], str]
    """The right program of an instance."""
    few: bool = False
    """Whether only those hidden inputs are asked that are needed to notice all mutants: where each costs the start of
    a process."""


def python(instance: Instance) -> str:
    """The reference as a program."""
    name = entry_point(instance.family.reference)
    return f'import sys\n\n\n{instance.program}\n\nprint("\\n".join({name}(sys.stdin.read().splitlines())))\n'


def javascript(instance: Instance) -> str:
    """The program of `WRITTEN` for an instance."""
    read = 'require("fs").readFileSync(0, "utf8").split("\\n").slice(0, -1)'
    return f'{_function(instance)}\nconsole.log({instance.family.name}({read}).join("\\n"));\n'


def differing(instance: Instance, inputs: Sequence[Args]) -> str:
    """Which input the reference in JavaScript answers otherwise than the reference; empty if none."""
    name = instance.family.name
    calls = [TestCall(("program.js", "printed", args), ["value", json.loads(instance.right(args))]) for args in inputs]
    printed = f'{name}(lines).join("\\n").trimEnd().split("\\n").map((line) => line.trimEnd())'
    text = f"{_function(instance)}\nexport const printed = (lines) => {printed};\n"
    grade = grade_node({"program.js": text, "package.json": '{"type": "module"}'}, calls)
    return grade.detail


def _function(instance: Instance) -> str:
    drawn = json.dumps(vars(instance.p), sort_keys=True)
    return f"const p = {drawn};\n\n" + (WRITTEN / f"{instance.family.name}.js").read_text(encoding="utf-8")


LANGUAGES: Mapping[str, Language] = {
    "python": Language("Python 3", "the standard library", "python", python),
    "javascript": Language("JavaScript (Node.js 18)", "Node's own modules", "javascript", javascript, few=True),
}
"""Languages by the name that a task's YAML gives."""
