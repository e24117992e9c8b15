"""Values of others' logs: read where they are what they should be, None where they are not."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bench import clean

_EARLIEST, _LATEST = datetime(2018, 1, 1, tzinfo=UTC).timestamp(), datetime(2100, 1, 1, tzinfo=UTC).timestamp()
_UNITS = (1.0, 1e3, 1e6, 1e9)


def at(raw: Any, *path: str) -> Any:
    """What stands at a path of keys; None where nothing does."""
    for key in path:
        raw = raw.get(key) if isinstance(raw, Mapping) else None
    return raw


def first(raw: Any, *paths: str) -> Any:
    """What stands at the first of the dotted paths that holds anything but None and ""."""
    return next((found for path in paths if (found := at(raw, *path.split("."))) not in (None, "")), None)


def word(value: object) -> str | None:
    """A name or an id: a text or a whole number; None for anything else and for nothing."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value.strip() or None if isinstance(value, str) else None


def count(value: object) -> int | None:
    """A token count, also one that a table wrote as a text or a decimal."""
    if isinstance(value, str) and (text := value.strip().removesuffix(".0")).isdecimal() and len(text) < 12:
        value = int(text)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return clean.count(value)


def amount(value: object) -> float | None:
    """Money or seconds, also where a table wrote it as a text; None for anything that is not 0 or more."""
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    found = clean.amount(value)
    return None if found is None else float(found)


def moment(value: object) -> datetime | None:
    """A time: ISO 8601, or seconds, milliseconds, microseconds or nanoseconds since 1970. Without a zone it is UTC."""
    if isinstance(value, str):
        text = value.strip()
        if text.replace(".", "", 1).isdecimal():
            return moment(float(text))
        try:
            found = datetime.fromisoformat(text)
            return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        except (ValueError, OverflowError):  # the first and the last day have no hours beyond them
            return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < _LATEST * _UNITS[-1]:
        return None
    seconds = next((value / unit for unit in _UNITS if _EARLIEST <= value / unit < _LATEST), None)
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def is_day(value: object) -> bool:
    """Whether a time is a day without a time of day."""
    try:
        return isinstance(value, str) and bool(date.fromisoformat(value.strip()))
    except ValueError:
        return False


def stamp(value: object) -> str | None:
    """A time as the table holds it: UTC, ISO 8601 to the millisecond; of a day alone the day."""
    found = moment(value)
    if found is None or is_day(value):
        return None if found is None else f"{found:%Y-%m-%d}"
    return f"{found:%Y-%m-%dT%H:%M:%S}.{found.microsecond // 1000:03d}Z"


def between(begin: object, end: object) -> float | None:
    """Seconds from one time to another; None unless both are known, in order, and within a day."""
    if is_day(begin) or is_day(end):
        return None
    from_, until = moment(begin), moment(end)
    if from_ is None or until is None or not timedelta() <= until - from_ < timedelta(days=1):
        return None
    return (until - from_).total_seconds()


def unpacked(value: Any) -> Any:
    """JSON that a log holds as a text; anything else as it is."""
    if isinstance(value, str) and value[:1] in ("{", "[") and value[-1:] in ("}", "]"):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


def objects(value: Any) -> Iterator[Mapping[str, Any]]:
    """The JSON objects of a list, or the object itself."""
    if isinstance(value, Mapping):
        yield value
    elif isinstance(value, list | tuple):
        yield from (each for each in value if isinstance(each, Mapping))
