"""An item of a family in JavaScript: its repository, its solutions and its words, translated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from random import Random
from typing import Any

from bench.suites.agentic.item import NODE, AgenticItem, Checks, HiddenCall
from bench.suites.agentic.javascript.functions import FUNCTIONS
from bench.suites.agentic.javascript.translate import COMMON, RAISED, translated

_WORDS = (
    ("python3 -m unittest discover -s tests -t .", "node --test"),
    ("python3 and its standard library are there", "node and its own modules are there, and no others"),
    (
        "Modules are loaded from memory, so that code cannot open files of this repository by their paths, and",
        "Modules are loaded by `import`, in a process that can open no file but these and start no other, and",
    ),
    ("text, options=None", "text, options = {}"),
    ("before=None, after=None", "before = {}, after = {}"),
    ("most=3", "most = 3"),
    ('note=""', 'note = ""'),
    ("raises ValueError", "throws a RangeError"),
    ("KeyError", "RangeError"),
    ("a dictionary of", "an object of"),
    ("`options` is a dictionary", "`options` is an object"),
)
"""What prompts and pages say of Python, and of JavaScript instead."""


def in_javascript(name: str, draw: Callable[[Random, int], AgenticItem]) -> Callable[[Random, int], AgenticItem]:
    """The family's `draw`, with items of that name in JavaScript."""

    def drawn(rng: Random, level: int) -> AgenticItem:
        return _written(name, draw(rng, level))

    return drawn


def _written(family: str, item: AgenticItem) -> AgenticItem:
    pkg = next(path for path in item.files if path.endswith("/engine.py")).partition("/")[0]
    package = '{\n  "name": "' + pkg + '",\n  "private": true,\n  "type": "module"\n}\n'
    files = {**_files(item.files), "package.json": package, f"{pkg}/common.js": COMMON}
    return replace(
        item,
        family=family,
        cluster=family,
        prompt=_said(item.prompt),
        files={path: text for path, text in files.items() if text is not None},
        allowed=tuple(each.replace(".py", ".js") for each in item.allowed),
        protected=(*(each.replace(".py", ".js") for each in item.protected), "package.json"),
        toolchain=NODE,
        solution=_files(item.solution),
        checks=_checks(item.checks),
        planted={name: _files(changes) for name, changes in item.planted.items()},
    )


def _files(files: Mapping[str, str | None]) -> dict[str, str | None]:
    return {_place(path): _text(path, text) for path, text in files.items() if path != "tests/__init__.py"}


def _place(path: str) -> str:
    if path.startswith("tests/test_"):
        return f"tests/{path.removeprefix('tests/test_').removesuffix('.py')}.test.js"
    return path.replace("__init__.py", "index.js").removesuffix(".py") + (
        ".js" if path.endswith(".py") and "__init__" not in path else ""
    )


def _text(path: str, text: str | None) -> str | None:
    if not text:
        return text
    if not path.endswith(".py"):
        return _said(text)
    name = path.rpartition("/")[2].removesuffix(".py")
    return FUNCTIONS.get(name) or translated(text, path)


def _said(text: str) -> str:
    for old, new in _WORDS:
        text = text.replace(old, new)
    return text.replace("/__init__.py", "/index.js").replace(".py`", ".js`")


def _checks(checks: Checks) -> Checks:
    if checks.swaps or checks.tests or checks.structure:
        raise ValueError("only calls and documents have a form in JavaScript")
    return replace(checks, calls=tuple(map(_call, checks.calls)))


def _call(call: HiddenCall) -> HiddenCall:
    kind, value = call.value
    right: list[Any] = [kind, RAISED[value] if kind == "raised" else value]
    return replace(call, module=f"{call.module}/index.js", value=right)
