"""Where BFCL's data is: in the `bfcl-eval` that is installed, whose code is never imported for it."""

from __future__ import annotations

import functools
import importlib.util
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bench import clean
from bench.errors import UsageError

PACKAGE = "bfcl_eval"
SYNTAX = {
    "simple_python": 400, "multiple": 200, "parallel": 200, "parallel_multiple": 200, "live_simple": 258,
    "live_multiple": 1053, "live_parallel": 16, "live_parallel_multiple": 24,
}  # fmt: skip
"""Categories whose calls are held against what is right, and their items in bfcl-eval 2026.3.23: 2,351."""
RELEVANCE = {"irrelevance": 240, "live_irrelevance": 884, "live_relevance": 16}
"""Categories in which it matters whether anything is called: 1,140."""
TALKS = dict.fromkeys(
    ("multi_turn_base", "multi_turn_miss_func", "multi_turn_miss_param", "multi_turn_long_context"), 200
)
"""Categories of several user turns on a world of BFCL's own: 800."""
NONE_IS_CALLED = ("irrelevance", "live_irrelevance")
"""Categories in which nothing must be called."""

Item = dict[str, Any]


def folder() -> Path | None:
    """The package's folder; None where it is not installed."""
    try:
        spec = importlib.util.find_spec(PACKAGE)
    except (ImportError, ValueError):
        return None
    places = [*(spec.submodule_search_locations or ())] if spec else []
    found = Path(places[0]) if places else None
    return found if found and (found / "data").is_dir() else None


def required() -> Path:
    """The package's folder. UsageError where it is not installed."""
    found = folder()
    if found is None:
        raise UsageError(
            "BFCL's data is not there: it comes with bfcl-eval, of which nothing else is needed. "
            "`pip install --no-deps bfcl-eval` brings it."
        )
    return found


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """The JSON objects of a file, one a line. UsageError naming the line that is none."""
    try:
        text = clean.read_text(path)
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: cannot be read ({error}). Install bfcl-eval anew.") from error
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                value = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise UsageError(f"{path}:{number}: is not valid JSON. Install bfcl-eval anew.") from error
            if not isinstance(value, dict):
                raise UsageError(f"{path}:{number}: is no JSON object. Install bfcl-eval anew.")
            yield value


def table(category: str, *, right: bool = False) -> list[dict[str, Any]]:
    """A category's items, or what is right of them."""
    data = required() / "data"
    return [*lines((data / "possible_answer" if right else data) / f"BFCL_v4_{category}.json")]


@functools.cache
def tool_name(name: str) -> str:
    """A function's name as vendors allow it, as BFCL itself sends it: no dots."""
    return re.sub(r"[^a-zA-Z0-9_-]", "_", name)[:64]


_TYPES = {
    "dict": "object", "float": "number", "tuple": "array", "list": "array", "any": "string", "bool": "boolean",
    "String": "string",
}  # fmt: skip
"""BFCL's words for JSON schema's."""


def schema(value: Any) -> Any:
    """A JSON schema of BFCL's parameters."""
    if isinstance(value, Mapping):
        made = {key: schema(part) for key, part in value.items()}
        if isinstance(value.get("type"), str):
            made["type"] = _TYPES.get(value["type"], value["type"])
        if isinstance(value.get("properties"), Mapping):  # a property may be called "type"
            made["properties"] = {name: schema(part) for name, part in value["properties"].items()}
        return made
    return [schema(part) for part in value] if isinstance(value, list) else value


def tool(function: Mapping[str, Any]) -> dict[str, Any]:
    """A function as an item declares it."""
    return {
        "name": tool_name(function["name"]),
        "description": str(function.get("description", "")),
        "parameters": schema(function["parameters"]),
    }


@functools.cache
def documented() -> Mapping[str, list[dict[str, Any]]]:
    """The functions of each class of the worlds, as BFCL documents them."""
    files = {
        "GorillaFileSystem": "gorilla_file_system", "MathAPI": "math_api", "MessageAPI": "message_api",
        "TwitterAPI": "posting_api", "TicketAPI": "ticket_api", "TradingBot": "trading_bot",
        "TravelAPI": "travel_booking", "VehicleControlAPI": "vehicle_control",
    }  # fmt: skip
    under = required() / "data" / "multi_turn_func_doc"
    return {name: [*lines(under / f"{file}.json")] for name, file in files.items()}
