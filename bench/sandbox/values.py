"""Plain values: what a test call may hold, and when an answer equals it.

Equality is exact and looks at types: a tuple is not a list, True is not 1, a frozenset is not a set. Two things are
looser. Floats are equal within 1e-9 of the larger one (1e-12 near zero), and nan equals nan. Where a float is expected
an equal int will do, as in type annotations; not the other way round. Set members and dict keys are paired in the order
of their exact text, so keep floats out of them.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from typing import Any, TypeAlias, Union

from bench.errors import UsageError
from bench.sandbox.inside.encode import MAX_DEPTH, encode

# A recursive alias of strings cannot be written with `|`.
Value: TypeAlias = Union[bool, int, float, str, bytes, Sequence["Value"], Mapping[Any, "Value"], Set["Value"], None]  # noqa: UP007
"""None, bool, int, float, str, bytes, and lists, tuples, dicts, sets and frozensets of them."""

_SCALARS = frozenset({type(None), bool, int, float, str, bytes})
_CONTAINERS = frozenset({list, tuple, dict, set, frozenset})
_KINDS: Mapping[str, Callable[[Iterable[Any]], Value]] = {kind.__name__: kind for kind in _CONTAINERS}
_TEXTUAL: Mapping[str, Callable[[str], Value]] = {"int": lambda text: int(text, 16), "bytes": bytes.fromhex}
MAX_COMPARISONS = 100_000
"""What rebuilding the sets and dicts of one answer may cost: members of equal hash are compared with each other."""


def require_plain(value: object, where: str, depth: int = 0) -> None:
    """Raises UsageError, which begins with `where`, unless the value is plain (exact types, bounded depth)."""
    if type(value) in _SCALARS:
        return
    if type(value) not in _CONTAINERS:
        raise UsageError(f"{where}: a {type(value).__name__} is not a plain value; use Python's builtin types.")
    if depth == MAX_DEPTH:
        raise UsageError(f"{where}: nested deeper than {MAX_DEPTH}; use a flatter value.")
    if isinstance(value, dict):
        value = (*value.keys(), *value.values())
    for member in value:  # type: ignore[attr-defined]
        require_plain(member, where, depth + 1)


def tree(value: object) -> object:
    """The value as an answer that equals it arrives: tagged JSON, parsed."""
    return json.loads(encode(value))


def plain(tree: object) -> Value:
    """The value that a tree stands for, in builtin types only. Raises ValueError if it stands for none.

    Its sets and dicts cost at most `MAX_COMPARISONS`, all together: keys can be made to collide.
    """
    value: Value = _plain(tree, 0, [MAX_COMPARISONS])
    return value


def _plain(tree: object, depth: int, left: list[int]) -> Any:
    if depth > MAX_DEPTH:
        raise ValueError("nested too deeply")
    if not isinstance(tree, list):
        if isinstance(tree, dict):
            raise ValueError("not a plain value")
        return tree
    kind, *members = tree if tree and isinstance(tree[0], str) else ("",)
    if kind in _TEXTUAL:
        if len(members) != 1 or not isinstance(members[0], str):
            raise ValueError("not a plain value")
        return _TEXTUAL[kind](members[0])
    if kind not in _KINDS or (kind == "dict" and len(members) % 2):
        raise ValueError("not a plain value")
    values = [_plain(member, depth + 1, left) for member in members]
    if kind in ("list", "tuple"):
        return _KINDS[kind](values)
    try:
        left[0] -= sum(alike**2 for alike in Counter(map(hash, values[::2] if kind == "dict" else values)).values())
        if left[0] < 0:
            raise ValueError("too many members of sets and dicts, or too many alike")
        return dict(zip(values[::2], values[1::2], strict=True)) if kind == "dict" else _KINDS[kind](values)
    except TypeError as error:
        raise ValueError("not a plain value") from error


def same(expected: object, answer: object) -> bool:
    """Whether an answer's tree equals the expected one. Work is bounded by the smaller tree, whatever the answer is."""
    if isinstance(expected, float):
        return type(answer) in (int, float) and _near(expected, answer)  # type: ignore[arg-type]
    if type(expected) is not type(answer):
        return False
    if isinstance(expected, list) and isinstance(answer, list):
        return len(expected) == len(answer) and all(map(same, expected, answer))
    return expected == answer


def _near(expected: float, answer: float) -> bool:
    try:
        return math.isclose(expected, answer, rel_tol=1e-9, abs_tol=1e-12) or (
            expected != expected and answer != answer
        )
    except OverflowError:
        return False
