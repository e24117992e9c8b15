from __future__ import annotations

import json
import math
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable
from enum import IntEnum
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.errors import UsageError
from bench.sandbox import TestCall
from bench.sandbox.inside.encode import MAX_DEPTH, encode
from bench.sandbox.values import Value, require_plain, same, tree

_scalars = st.none() | st.booleans() | st.integers() | st.text() | st.binary()
_keys = st.recursive(_scalars, lambda inner: st.tuples(inner, inner) | st.frozensets(inner, max_size=3), max_leaves=4)
patient = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
plain = st.recursive(
    _scalars | st.floats(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(_keys, inner, max_size=4)
        | st.sets(_keys, max_size=4)
    ),
    max_leaves=12,
)


def equal(expected: object, answer: object) -> bool:
    return same(tree(expected), json.loads(encode(answer)))


class Colour(IntEnum):
    RED = 1


class Point(NamedTuple):
    x: int
    y: int


@patient
@given(plain)
def test_every_plain_value_equals_itself_and_no_wrapped_self(value: object) -> None:
    require_plain(value, "value")
    assert equal(value, value)
    assert not equal(value, [value])


@patient
@given(plain, plain)
def test_what_python_tells_apart_is_told_apart(one: object, other: object) -> None:
    if equal(one, other) and not _has_floats(one):
        assert one == other


def _has_floats(value: object) -> bool:
    if isinstance(value, dict):
        return any(map(_has_floats, value.values()))
    return any(map(_has_floats, value)) if isinstance(value, list | tuple) else isinstance(value, float)


@pytest.mark.parametrize(
    ("expected", "answer"),
    [
        (1.0, 1.0 + 5e-10),
        (0.0, 1e-17),
        (math.nan, math.nan),
        (-math.inf, -math.inf),
        (3.0, 3),
        (10**4000, 10**4000),
        ({1: [2]}, defaultdict(list, {1: [2]})),
        ({"b": 2, "a": 1}, OrderedDict(a=1, b=2)),
        ({"a": 2}, Counter("aa")),
        ((1, 2), Point(1, 2)),
        (1, Colour.RED),
        ({3, 1, 2}, {1, 2, 3}),
        ("\ud800", "\ud800"),
    ],
)
def test_equal(expected: object, answer: object) -> None:
    assert equal(expected, answer)


@pytest.mark.parametrize(
    ("expected", "answer"),
    [
        ([1, 2], (1, 2)),
        ((1, 2), [1, 2]),
        (1, True),
        (True, 1),
        (False, None),
        (3, 3.0),
        (1.0, True),
        (1.0, 1.0 + 1e-8),
        (1.0, math.nan),
        (1.0, 10**400),
        ({1}, frozenset({1})),
        ({1, 2}, {1}),
        ({"a": 1}, {"a": 1, "b": 2}),
        ({"a": 1}, ["dict", "a", 1]),
        (b"a", "a"),
        ("1", 1),
        (["list"], []),
    ],
)
def test_not_equal(expected: object, answer: object) -> None:
    assert not equal(expected, answer)


def test_forged_trees_are_unequal_and_raise_nothing() -> None:
    for forged in (None, [], ["list"], ["dict", 1], ["set", {}], {"a": 1}, 10**4000, ["int", "zz"]):
        assert not same(tree({"a": 1.0}), forged)
        assert not same(tree(1.5), forged)


def nested(depth: int) -> list[object]:
    value: list[object] = []
    for _ in range(depth - 1):
        value = [value]
    return value


def test_depth_is_bounded() -> None:
    assert equal(nested(MAX_DEPTH), nested(MAX_DEPTH))
    require_plain(nested(MAX_DEPTH), "value")
    with pytest.raises(ValueError, match="nested too deeply"):
        encode(nested(MAX_DEPTH + 1))
    with pytest.raises(UsageError, match="value: nested deeper"):
        require_plain(nested(MAX_DEPTH + 1), "value")


@pytest.mark.parametrize("value", [range(3), iter([1]), object(), 1j, bytearray(b"x"), {1: {2}.union}])
def test_what_is_not_plain_cannot_be_encoded(value: object) -> None:
    with pytest.raises(TypeError, match="not a plain value"):
        encode(value)


@pytest.mark.parametrize(
    "make",
    [
        lambda odd: TestCall((odd,), 1),
        lambda odd: TestCall((), odd),
        lambda odd: TestCall(([{"a": odd}],), 1),
    ],
)
def test_a_test_call_holds_exact_builtins_only(make: Callable[[Value], TestCall]) -> None:
    with pytest.raises(UsageError, match="a Point is not a plain value"):
        make(Point(1, 2))
