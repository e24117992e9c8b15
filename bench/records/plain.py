"""Records as JSON, quickly: there is one for every call of a run."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Mapping
from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import Any, cast


def plain(record: Any) -> dict[str, Any]:
    """A record, or a mapping of any type, as JSON's own; `asdict` copies deeply and takes ten times as long."""
    if isinstance(record, Mapping):
        return dict(record)
    names, values = _layout(cast("Hashable", type(record)))
    return dict(zip(names, values(record), strict=True))


@cache
def _layout(kind: Hashable) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
    names = tuple(field.name for field in fields(cast("Any", kind)))
    return names, attrgetter(*names)


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False, default=plain)


def as_json(value: object) -> str:
    """The value as one line of JSON, records in it as their fields."""
    return _ENCODER.encode(value)
