"""Plain values as tagged JSON: what leaves the sandbox, and how expected values are written to be compared with it."""

from __future__ import annotations

from _json import encode_basestring_ascii

MAX_DEPTH = 200
"""Containers in containers, at most."""
_NATIVE_BITS = 1023
"""Integers up to this size are JSON numbers (and fit a float); larger ones are tagged hexadecimal."""


def encode(value: object, depth: int = 0) -> str:
    """The value as tagged JSON: scalars as they are, `["list", a, ...]`, `["dict", k, v, ...]`.

    Subclasses are written as their builtin. Members of sets and dicts are ordered by their encoding, so that equal
    values have equal encodings.
    Raises ValueError for what is nested deeper than `MAX_DEPTH` and TypeError for what is not a plain value.
    """
    if value is None or value is True or value is False:
        return "null" if value is None else "true" if value else "false"
    if isinstance(value, str):
        return encode_basestring_ascii(value)
    if isinstance(value, int):
        small = int.bit_length(value) <= _NATIVE_BITS
        return int.__repr__(value) if small else f'["int","{int.__format__(value, "x")}"]'
    if isinstance(value, float):
        return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}.get(text := float.__repr__(value), text)
    if isinstance(value, bytes):
        return f'["bytes","{bytes.hex(value)}"]'
    return _encode_container(value, depth + 1)


def _encode_container(value: object, depth: int) -> str:
    if depth > MAX_DEPTH:
        raise ValueError("nested too deeply")
    if isinstance(value, dict):
        pairs = sorted((encode(k, depth), encode(v, depth)) for k, v in value.items())
        return f'["dict"{"".join(f",{k},{v}" for k, v in pairs)}]'
    for kind in (list, tuple, set, frozenset):
        if isinstance(value, kind):
            members = [encode(member, depth) for member in value]
            if kind is set or kind is frozenset:
                members.sort()
            return f'["{kind.__name__}"{"".join("," + m for m in members)}]'
    raise TypeError("not a plain value")
