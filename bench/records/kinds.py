"""Whether JSON values are of the kinds that a record's fields are declared with: what is of another is refused."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from types import NoneType
from typing import Any, NamedTuple, get_args, get_origin, get_type_hints

from bench import clean

_WORDS: dict[type, str] = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: "a list",
    dict: "an object",
}


class _Shape(NamedTuple):
    """What JSON must have for a record, by the names of its fields."""

    types: dict[str, frozenset[type]]
    inside: dict[str, frozenset[type]]
    """What the lists and objects may hold, of those that may not hold anything."""
    needed: frozenset[str]
    made: dict[str, Callable[[Any], Any]]
    """What makes a field's value of JSON's, where it is not that itself."""
    words: dict[str, str]


_NONE = frozenset[type]()


def require_kinds(kind: type[Any], raw: Any, where: str = "", *, but: Collection[str] = (), more: bool = True) -> None:
    """ValueError, naming the place, unless `raw` is an object of JSON that has what a record's fields declare.

    `kind` is a dataclass or NamedTuple; records within it are only required to be objects, or lists of such. Fields
    named in `but` may hold anything, as the record itself cleans them. `more`: whether keys that are no fields are
    left.
    """
    if type(raw) is not dict:
        raise ValueError(f"{where or 'all of it'}: an object is needed")
    types, inside, needed, _, words = _shape(kind)
    at = f"{where}." if where else ""
    for name in [name for name, value in raw.items() if type(value) not in types.get(name, _NONE)]:
        if name in types and name not in but:
            raise ValueError(f"{at}{name}: {words[name]} is needed")
        if name not in types and not more:
            raise ValueError(f"{at}{clean.line(name)}: is not known")
    if not needed <= raw.keys():
        raise ValueError(f"{at}{min(needed - raw.keys())}: is missing")
    for name, held in inside.items():
        value = raw.get(name)
        if value and not held.issuperset(map(type, value.values() if type(value) is dict else value)):
            raise ValueError(f"{at}{name}: holds what is not {' or '.join(sorted(_WORDS[each] for each in held))}")


def known_fields(kind: type[Any], raw: Any, where: str = "", *, but: Collection[str] = ()) -> dict[str, Any]:
    """What a record's fields are given: lists as tuples, an enumeration's words as its own.

    ValueError as `require_kinds`, and for a key that is none or a word that an enumeration has not.
    """
    require_kinds(kind, raw, where, but=but, more=False)
    return {**raw, **{name: made(raw[name]) for name, made in _shape(kind).made.items() if raw.get(name) is not None}}


_SHAPES: dict[type[Any], _Shape] = {}


def _shape(kind: type[Any]) -> _Shape:
    if kind not in _SHAPES:
        _SHAPES[kind] = _made(kind)
    return _SHAPES[kind]


def _made(kind: type[Any]) -> _Shape:
    hints = get_type_hints(kind)
    if is_dataclass(kind):
        optional = {
            each.name: each.default is not MISSING or each.default_factory is not MISSING for each in fields(kind)
        }
    else:
        optional = {name: name in kind._field_defaults for name in kind._fields}
    types, inside, words, made = {}, {}, {}, {}
    for name in optional:
        nullable = NoneType in get_args(hints[name])
        own = get_args(hints[name])[0] if nullable else hints[name]
        json, held = _json(own), get_args(own)
        types[name] = frozenset((*json, NoneType) if nullable else json)
        words[name] = _WORDS[json[-1]]
        if held and (within := held[0] if json == (list,) else held[1]) is not Any:
            inside[name] = frozenset(_json(within))
        if json == (list,) or (own is not str and json == (str,)):
            made[name] = tuple if json == (list,) else own
    needed = frozenset(name for name, may in optional.items() if not may)
    return _Shape(types, inside, needed, made, words)


def _json(hint: Any) -> tuple[type, ...]:
    """The types that JSON has for a value of a kind: records and mappings are objects in it."""
    if get_origin(hint) is tuple:
        return (list,)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return (str,)
    return (int, float) if hint is float else (hint,) if hint in _WORDS else (dict,)
