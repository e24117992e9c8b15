"""Frozen records as JSON objects and back, so that no key is lost that this version does not know."""

from __future__ import annotations

from collections.abc import Mapping, Sized
from dataclasses import MISSING, Field, dataclass, field, fields, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from types import NoneType
from typing import Any, ClassVar, Self, get_args, get_origin, get_type_hints

from bench import clean

SELDOM = "seldom"
"""Mark, in its metadata, of a field that is written as JSON only where it is not 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonRecord:
    """What every part of run.json has in common.

    Its fields are scalars, records, and mappings and tuples of these; `Any` is kept as it is. A field that is null or
    absent takes its default.
    """

    KEYS: ClassVar[tuple[str, ...]] = ()
    """Fields that a new record always writes, unknown ones as null; empty for all of them."""
    MOST: ClassVar[Mapping[str, int]] = {}
    """Field -> entries that it may have, where that is not MOST_LISTED."""

    extra: Mapping[str, Any] = field(default_factory=dict)
    """Keys that this version does not know, with their values."""
    keys: tuple[str, ...] = field(default=(), compare=False)
    """The keys that it is written with, in order; fields set since follow. Empty for KEYS."""

    @classmethod
    def from_json(cls, raw: object, where: str = "") -> Self:
        """The record that an object of JSON values describes. ValueError naming the place of what is damaged."""
        if not isinstance(raw, Mapping):
            raise ValueError(f"{where or 'all of it'}: an object is needed")
        hints, values = _hints(cls), {}
        for each in _own(cls):
            value = raw.get(each.name)
            if value is not None:
                place = f"{where}.{each.name}" if where else each.name
                if isinstance(value, Mapping | list | tuple):
                    _require_few(value, place, cls.MOST.get(each.name, MOST_LISTED))
                values[each.name] = _read(hints[each.name], value, place)
            elif _default(each) is MISSING:
                raise ValueError(f"{where}.{each.name}: is missing" if where else f"{each.name}: is missing")
        extra = {clean.text(str(k)): _any(value) for k, value in raw.items() if k not in hints or k in _COMMON}
        return cls(**values, extra=extra, keys=tuple(clean.text(str(key)) for key in raw))

    def to_json(self) -> dict[str, Any]:
        """The object of JSON values that `from_json` reads."""
        own = {each.name: getattr(self, each.name) for each in _own(type(self))}
        since = [each.name for each in _own(type(self)) if own[each.name] != _default(each)]
        known = {**own, **self.extra}
        names = dict.fromkeys((*self.order, *since, *self.extra))
        return {name: plain(known[name]) for name in names if name in known}

    @property
    def order(self) -> tuple[str, ...]:
        """The keys that are written whatever their values are, in order."""
        return self.keys or self.KEYS or tuple(each.name for each in _own(type(self)))

    def with_keys(self, *names: str) -> Self:
        """The same record, which writes these fields too, unknown ones as null."""
        return replace(self, keys=tuple(dict.fromkeys((*self.order, *names))))

    def only_known(self) -> Self:
        """The same record, and those within it, without the keys that this version does not know."""
        own = {each.name: _only_known(getattr(self, each.name)) for each in _own(type(self))}
        return replace(self, **own, extra={}, keys=tuple(name for name in self.keys if name in own))

    def without(self, *names: str) -> Self:
        """The same record without these fields, which must have defaults."""
        defaults: dict[str, Any] = {each.name: _default(each) for each in _own(type(self)) if each.name in names}
        return replace(self, keys=tuple(name for name in self.order if name not in names), **defaults)


_COMMON = ("extra", "keys")
MOST_LISTED = 100_000
"""Entries of a list or table in run.json, where its record does not say otherwise."""


def _require_few(value: Sized, where: str, most: int) -> None:
    if len(value) > most:
        raise ValueError(f"{where}: has {len(value):,} entries, and {most:,} at most are read")


def require_time(text: str | None, where: str) -> None:
    """ValueError naming the place if a text is no time with its zone, ISO 8601; nothing is as good as one."""
    try:
        known = not text or datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        known = False
    if not known:
        raise ValueError(f"{where}: a time with its zone is needed, ISO 8601")


_HINTS: dict[type[JsonRecord], dict[str, Any]] = {}


def _only_known(value: Any) -> Any:
    if isinstance(value, JsonRecord):
        return value.only_known()
    if isinstance(value, Mapping):
        return {name: _only_known(each) for name, each in value.items()}
    return tuple(map(_only_known, value)) if isinstance(value, tuple) else value


def _hints(kind: type[JsonRecord]) -> dict[str, Any]:
    if kind not in _HINTS:
        _HINTS[kind] = get_type_hints(kind)
    return _HINTS[kind]


def _own(kind: type[JsonRecord]) -> tuple[Field[Any], ...]:
    return tuple(each for each in fields(kind) if each.name not in _COMMON)


def _default(each: Field[Any]) -> Any:
    return each.default if each.default_factory is MISSING else each.default_factory()


def _read(hint: Any, value: Any, where: str) -> Any:
    options = [each for each in get_args(hint) if each is not NoneType]
    origin = get_origin(hint)
    if isinstance(hint, type) and issubclass(hint, JsonRecord):
        return hint.from_json(value, where)
    if hint is Decimal:
        return _decimal(value, where)
    if origin is Mapping:
        if not isinstance(value, Mapping):
            raise ValueError(f"{where}: an object is needed")
        read = {clean.line(str(k)): _read(options[1], each, f"{where}.{k}") for k, each in value.items()}
        if len(read) != len(value):
            raise ValueError(f"{where}: two names differ in nothing that can be shown")
        return read
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise ValueError(f"{where}: a list is needed")
        return tuple(_read(options[0], each, f"{where}.{number}") for number, each in enumerate(value))
    if origin is not None and len(options) == 1:  # X | None
        return None if value is None else _read(options[0], value, where)
    return _any(value) if hint is Any else _scalar(hint, value, where)


def _any(value: Any) -> Any:
    return plain(clean.json_value(value))


def _scalar(hint: Any, value: Any, where: str) -> Any:
    """A text in one line, a count, a number or a flag. ValueError where it is of another kind, or no such number."""
    if hint is str and not isinstance(value, Mapping | list | tuple | bool | int | float):
        return clean.line(str(value))  # a path or a day, too, where we write the record ourselves
    if hint is bool and isinstance(value, bool):
        return value
    if hint is int and type(value) is int and abs(value) < _LARGEST_INT:
        return value
    if hint is float and type(value) in (int, float) and abs(value) < LARGEST_FLOAT:
        return value
    raise ValueError(f"{where}: {_KINDS.get(hint, 'another value')} is needed")


_KINDS = {str: "a text", bool: "true or false", int: "a whole number", float: "a number"}
_LARGEST_INT = 1 << 53
LARGEST_FLOAT = 1e300
"""What a number of run.json must be smaller than."""


def _decimal(value: Any, where: str) -> Decimal:
    try:
        number = Decimal(str(value)) if isinstance(value, str | int | float) and len(str(value)) < 100 else None
    except (InvalidOperation, ValueError):
        number = None
    if number is None or not number.is_finite() or abs(number.adjusted()) > 30:
        raise ValueError(f"{where}: a number is needed")
    return number


def plain(value: Any) -> Any:
    """A value as JSON holds it: records and mappings as objects, tuples as lists, all but numbers as texts."""
    if isinstance(value, JsonRecord):
        return value.to_json()
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value if value is None or isinstance(value, str | int | float) else str(value)
