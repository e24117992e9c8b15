"""Texts and numbers as records hold them: all that UTF-8 and a table can store, unknown instead of wrong."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Callable, Sequence
from typing import Any

MOST_COUNT = 10**9
"""No count of tokens, items or calls is larger: whatever says so is unknown."""
LEAST_AMOUNT, MOST_AMOUNT = 1e-12, 1e15
"""Money or seconds lie within these, or are 0: what lies beyond was never charged or measured, nor can be squared."""
MOST_LINE = 2_000
"""Characters of a name or a message that are kept."""
DEEPEST = 60
"""Levels of nested JSON that are kept."""
HIDDEN = "\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
"""Characters that show nothing or turn what stands beside them around, as a part of a regular expression."""
CONTROLS = "\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f"
"""What terminals take as commands, as a part of a regular expression; breaks of lines are not among them."""
_HALVES = re.compile("[\ud800-\udfff]")
_BREAKS = re.compile("[\t\n\x0b\x0c\r\x1c-\x1e\x85\u2028\u2029]+")
_UNSEEN = re.compile(f"[{CONTROLS}{HIDDEN}]")


def text(value: str) -> str:
    """A long text, such as an answer: halves of a character are joined, or replaced where the other one is missing.

    Everything else stays: whether a control character is right, the task's grader says.
    """
    if not _HALVES.search(value):
        return value
    return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def line(value: str) -> str:
    """A name or a message: one line, no control or hidden characters; these are shown as \\u and four digits."""
    kept = value if len(value) <= MOST_LINE else f"{value[: MOST_LINE - 1]}…"
    if kept.isascii() and kept.isprintable():
        return kept
    return _UNSEEN.sub(visible, _BREAKS.sub(" ", text(kept)))


def are_lines(values: Sequence[str]) -> bool:
    """Whether `line` leaves all of these as they are, as far as plain ASCII goes; False where it might not."""
    together = "".join(values)
    return together.isascii() and together.isprintable() and max(map(len, values), default=0) <= MOST_LINE


def line_or_none(value: object) -> str | None:
    """A name or a message; None for anything but a text."""
    return line(value) if isinstance(value, str) else None


def visible(match: re.Match[str]) -> str:
    """The characters of a match as JSON escapes them, e.g. \\u001b."""
    raw = match[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{raw[at]:02x}{raw[at + 1]:02x}" for at in range(0, len(raw), 2))


def count(value: object) -> int | None:
    """A whole number from 0 to MOST_COUNT; None for anything else: true, 1.0 and 10**400 are not counts."""
    return value if type(value) is int and 0 <= value <= MOST_COUNT else None


def amount(value: object) -> float | None:
    """Money or seconds: 0, or a number from LEAST_AMOUNT to MOST_AMOUNT; None for anything else."""
    if type(value) not in (int, float):
        return None
    assert isinstance(value, int | float)
    return value if value == 0 or LEAST_AMOUNT <= value <= MOST_AMOUNT else None


_DOTTED = re.compile(r"^[ \t\[]*(?:[\w\"'-]+[ \t]*\.[ \t]*){64}", re.MULTILINE)
"""A key of more parts than anybody writes: reading it takes time and memory by the square of their number."""


def toml(text: str, parse_float: Callable[[str], Any] = float) -> dict[str, Any]:
    """What a TOML text says. TOMLDecodeError also for nesting and numbers beyond what Python reads."""
    if _DOTTED.search(text):
        raise tomllib.TOMLDecodeError("it is nested too deeply")
    try:
        return tomllib.loads(text, parse_float=parse_float)
    except RecursionError as error:
        raise tomllib.TOMLDecodeError("it is nested too deeply") from error
    except tomllib.TOMLDecodeError:
        raise
    except ValueError as error:
        raise tomllib.TOMLDecodeError("a number has thousands of digits") from error


def json_value(value: Any, depth: int = 0) -> Any:
    """A JSON value that can be written again: numbers beyond floats and what is nested too deeply are null."""
    if isinstance(value, str):
        return text(value)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return value if value.bit_length() < 1000 else None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if depth >= DEEPEST:
        return None
    if isinstance(value, dict):
        return {text(str(key)): json_value(each, depth + 1) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [json_value(each, depth + 1) for each in value]
    return value


def each_text(value: Any, change: Callable[[str], str]) -> Any:
    """A JSON value with every text in it changed, names of fields too."""
    if isinstance(value, dict):
        return {change(key): each_text(each, change) for key, each in value.items()}
    if isinstance(value, list):
        return [each_text(each, change) for each in value]
    return change(value) if isinstance(value, str) else value
