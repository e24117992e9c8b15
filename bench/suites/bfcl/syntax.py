"""Whether calls are among those that BFCL takes for right: its rules for Python's categories, in our own words.

A call is right if its function is the expected one, it has all required arguments and no other than those that may be
given, and each value has the declared type and is among the listed ones. Texts are alike without spaces, case and
punctuation; a whole number may stand for a float; "" among the values of an argument means that it may be left out.
Values are JSON and are only ever compared. Other than BFCL's own, calls in parallel are matched to answers as well as
they can be, and not greedily; what BFCL's checker fails on is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bench.suites.bfcl.source import tool_name

_KINDS: Mapping[str, type] = {
    "string": str, "integer": int, "float": float, "boolean": bool, "array": list, "tuple": list, "dict": dict,
    "any": str,
}  # fmt: skip
_LOOSE = re.compile(r"[ ,./\-_*^]")

Made = tuple[str, Mapping[str, Any]]
"""A call: the tool's name and its arguments."""


def right(functions: Sequence[Mapping[str, Any]], made: Sequence[Made], answers: Sequence[Mapping[str, Any]]) -> bool:
    """Whether calls come to the answers, each under its function's name; in any order."""
    if len(made) != len(answers):
        return False
    known = {function["name"]: function for function in functions}
    fits = [[_fits(known.get(next(iter(answer))), call, answer) for call in made] for answer in answers]
    return _matched(fits)


def _matched(fits: Sequence[Sequence[bool]]) -> bool:
    """Whether each row can have a column of its own (Kuhn's augmenting paths)."""
    owner: dict[int, int] = {}

    def place(row: int, seen: set[int]) -> bool:
        for column, fit in enumerate(fits[row]):
            if fit and column not in seen:
                seen.add(column)
                if column not in owner or place(owner[column], seen):
                    owner[column] = row
                    return True
        return False

    return all(place(row, set()) for row in range(len(fits)))


def _fits(function: Mapping[str, Any] | None, call: Made, answer: Mapping[str, Any]) -> bool:
    name, given = call
    if function is None or tool_name(function["name"]) != name:
        return False
    declared, wanted = function["parameters"]["properties"], next(iter(answer.values()))
    if any(required not in given for required in function["parameters"].get("required", ())):
        return False
    if any(key not in declared or key not in wanted for key in given):
        return False
    if any(key not in given and "" not in values for key, values in wanted.items()):
        return False
    return all(_is_right(declared[key], value, wanted[key]) for key, value in given.items())


def _is_right(declared: Mapping[str, Any], value: Any, wanted: Sequence[Any]) -> bool:
    kind, word = _KINDS.get(declared["type"]), declared["type"]
    if kind is None:
        return False
    if word == "float" and type(value) is int:
        value = float(value)
    stated = next((type(each) for each in wanted if each != ""), None)
    stands_in = stated is not None and stated is not kind
    inner = _KINDS.get(declared.get("items", {}).get("type", "")) if word in ("array", "tuple") else None
    parts = value if type(value) is list else []
    if type(value) is kind:
        if inner is not None and not _inner(parts, wanted, inner):
            return stands_in and type(value) is stated and value in wanted
    elif type(value) is stated:
        stands_in = True
    else:
        return False
    if stands_in:  # another type than the declared is listed: a variable's name, say
        return value in wanted
    return _equal(kind, inner, value, wanted)


def _inner(value: Sequence[Any], wanted: Sequence[Any], inner: type) -> bool:
    """Whether a list's values have the type that is declared, or that of one of the listed lists."""
    for each in wanted:
        stated = next((type(part) for part in each if part != ""), None) if isinstance(each, list) else None
        if not isinstance(each, list) or all(type(part) in (inner, stated) for part in value):
            return True
    return False


def _equal(kind: type, inner: type | None, value: Any, wanted: Sequence[Any]) -> bool:
    if kind is dict:
        return any(_record(value, each) for each in wanted if isinstance(each, Mapping))
    if kind is list and inner is dict:
        return any(
            isinstance(each, list) and len(each) == len(value) and all(map(_record, value, each)) for each in wanted
        )
    if kind is str:
        return _plain(value) in [_plain(each) for each in wanted if isinstance(each, str)]
    if kind is list:
        return [_plain(part) for part in value] in [[_plain(part) for part in each] for each in wanted]
    return value in wanted


def _record(value: Any, wanted: Any) -> bool:
    """Whether an object has a listed value under each of its keys, and lacks none that must be there."""
    if not isinstance(value, Mapping) or not isinstance(wanted, Mapping) or any(key not in wanted for key in value):
        return False
    if any(key not in value and "" not in values for key, values in wanted.items()):
        return False
    return all(_plain(part) in [_plain(each) for each in wanted[key]] for key, part in value.items())


def _plain(value: Any) -> Any:
    return _LOOSE.sub("", value).lower().replace("'", '"') if type(value) is str else value
