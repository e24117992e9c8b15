"""JSON schemas of a method's arguments, in a word each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Schema = dict[str, Any]
"""JSON schema of one argument."""


class _Optional(dict[str, Any]):
    """The schema of an argument that may be left out."""


def text(description: str, pattern: str = "") -> Schema:
    """A text of at least one character, of a pattern if one is given."""
    form = {"pattern": pattern} if pattern else {}
    return {"type": "string", "description": description, "minLength": 1, "maxLength": 2000, **form}


def day(description: str) -> Schema:
    """A date as YYYY-MM-DD."""
    return text(f"{description}, as YYYY-MM-DD", r"^\d{4}-\d{2}-\d{2}$")


def whole(description: str, least: int = 0, most: int = 1_000_000) -> Schema:
    """A whole number between two bounds, both included."""
    return {"type": "integer", "description": description, "minimum": least, "maximum": most}


def number(description: str, least: float = 0) -> Schema:
    """A number of at least so much."""
    return {"type": "number", "description": description, "minimum": least, "maximum": 1e9}


def one_of(description: str, *values: str) -> Schema:
    """One of some words."""
    return {"type": "string", "description": description, "enum": list(values)}


def listed(description: str, items: Schema) -> Schema:
    """A list of 1 to 50 values."""
    return {"type": "array", "description": description, "items": items, "minItems": 1, "maxItems": 50}


def record(description: str, **properties: Schema) -> Schema:
    """An object of named values, and no others."""
    return {"description": description, **shape(properties)}


def optional(schema: Schema) -> Schema:
    """The same value, which may be left out."""
    return _Optional(schema)


def shape(properties: Mapping[str, Schema]) -> Schema:
    """The schema of an object of these properties, and no others."""
    return {
        "type": "object",
        "properties": {name: dict(schema) for name, schema in properties.items()},
        "required": [name for name, schema in properties.items() if not isinstance(schema, _Optional)],
        "additionalProperties": False,
    }
