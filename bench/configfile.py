"""What a bench.toml may hold: the keys of its tables, what is wrong with a value, and on which line it stands."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NoReturn

from bench.errors import UsageError, suggest

Check = Callable[[object], str | None]
"""What is wrong with a value, as the end of a sentence that begins with its key; None if nothing is."""

_LARGEST = sys.float_info.max


def _number(low: float, high: float = _LARGEST, *, whole: bool = False, open_low: bool = False) -> Check:
    def check(value: object) -> str | None:
        kind = int if whole else int | float
        if isinstance(value, bool) or not isinstance(value, kind) or not abs(value) <= _LARGEST:
            return f"must be a {'whole' if whole else 'finite'} number"
        if not low <= value <= high or (open_low and value == low):
            return f"must be {'above' if open_low else 'at least'} {low:g}" + (
                f" and at most {high:g}" if high != _LARGEST else ""
            )
        return None

    return check


def _between(low: float, example: float) -> Check:
    def check(value: object) -> str | None:
        if not isinstance(value, float) or not low < value < 1:
            return f"must be a number above {low:g} and below 1, e.g. {example:g}"
        return None

    return check


def _text(value: object) -> str | None:
    return None if isinstance(value, str) and value else "must be a text in quotes"


def _flag(value: object) -> str | None:
    return None if isinstance(value, bool) else "must be true or false"


def _names(value: object) -> str | None:
    if isinstance(value, list) and value and all(isinstance(v, str) for v in value):
        return None if len(set(value)) == len(value) else "names something twice"
    return 'must be a list of names, e.g. ["coding"]'


def address_problem(value: object) -> str | None:
    """What is wrong with an endpoint's address, without repeating it: it may hold a secret."""
    if not isinstance(value, str) or not re.fullmatch(r"https?://[^/\s]\S*", value):
        return "must be an address that begins with http:// or https://"
    if re.search(r"[@?#]", value):
        return "must hold no user name, key or query: keys come from the environment"
    return None


def _over(value: object) -> str | None:
    return None if value in ("each", "mean") else 'must be "each" or "mean"'


_COUNT = _number(1, whole=True)

TABLES: Mapping[str, Mapping[str, Check]] = {
    "run": {
        "suites": _names,
        "seed": _number(0, whole=True),
        "limit": _COUNT,
        "repeats": _COUNT,
        "temperature": _number(0, 2),
        "reuse": _number(0),
    },
    "models": {
        "model": _text,
        "base_url": address_problem,
        "max_tokens": _COUNT,
        "temperature": _number(0, 2),
        "top_p": _number(0, 1, open_low=True),
        "seed": _number(0, whole=True),
        "max_connections": _COUNT,
        "timeout_s": _number(0, open_low=True),
        "usd_per_hour": _number(0, open_low=True),
        "slots": _COUNT,
        "threads": _COUNT,
        "context": _number(256, whole=True),
        "kv_unified": _flag,
        "prompt_cache": _flag,
    },
    "claims": {
        "candidate": _text,
        "baseline": _text,
        "suites": _names,
        "over": _over,
        "cheaper_by": _between(0, 0.9),
        "worse_by": _between(0, 0.03),
        "slower_by": _number(0, open_low=True),
        "confidence": _between(0.5, 0.95),
    },
}


_FLOATS = ("temperature", "top_p", "reuse", "timeout_s", "usd_per_hour", "slower_by")
"""Keys for which 1 and 1.0 mean the same, and so must hash the same."""


class ConfigFile:
    """The text of a bench.toml, for errors that name the line."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.lines = text.splitlines()

    def fail(self, message: str, *where: str) -> NoReturn:
        """Raises UsageError at the line of a table (`"models", "a"`) or of a key in it (`"models", "a", "model"`)."""
        raise UsageError(f"{self.path}:{self._line(where)}: {message}")

    def table(self, table: Any, *where: str) -> dict[str, Any]:
        """The values of a table, checked. Raises UsageError at the line of an unknown key or a bad value."""
        if not isinstance(table, dict):
            self.fail(f"'{where[-1]}' must be a table: [{'.'.join(where)}].", *where)
        checks = TABLES[where[0]]
        for key, value in table.items():
            if key not in checks:
                self.fail(
                    f"unknown key '{key}' in [{'.'.join(where)}].{_secret(key)}{suggest(key, checks)}", *where, key
                )
            problem = checks[key](value)
            if problem:
                found = "" if key == "base_url" else f"; found {value!r}"
                self.fail(f"{key} {problem}{found}.", *where, key)
        return {key: float(value) if key in _FLOATS else value for key, value in table.items()}

    def _line(self, where: tuple[str, ...]) -> int:
        """The line that names the most of `where`."""
        table: tuple[str, ...] = ()
        best, named = 1, 0
        for number, line in enumerate(self.lines, 1):
            if head := re.match(r"\s*\[+([^\]]+)\]", line):
                found = table = _parts(head[1])
            elif key := re.match(r"\s*([^\[#=]+)=", line):
                found = (*table, *_parts(key[1]))
            else:
                continue
            depth = min(len(found), len(where))
            if depth > named and found[:depth] == where[:depth]:
                best, named = number, depth
        return best


def _secret(key: str) -> str:
    if re.search(r"key|token|secret|password", key, re.IGNORECASE) and not key.startswith("max"):
        return " Keys are read from the environment only; take it out of the file."
    return ""


def _parts(name: str) -> tuple[str, ...]:
    """The parts of a dotted, perhaps quoted name; one odd part for text that is no name."""
    try:
        value: Any = tomllib.loads(f"{name} = 0")
    except tomllib.TOMLDecodeError:
        return (name,)
    parts: list[str] = []
    while isinstance(value, dict):
        [(part, value)] = value.items()
        parts.append(part)
    return tuple(parts)
