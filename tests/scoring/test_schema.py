"""JSON Schema in bounded time, without a connection."""

from __future__ import annotations

import time
from typing import Any

import pytest

from bench.scoring import schema
from bench.scoring.schema import schema_problem, violation


@pytest.mark.parametrize(
    ("rules", "value", "breaks"),
    [
        ({"type": "object", "required": ["a"]}, {"a": 1}, None),
        ({"type": "object", "required": ["a"]}, {}, "'a' is a required property"),
        ({"properties": {"a": {"type": "integer"}}}, {"a": "x"}, "$.a: 'x' is not of type 'integer'"),
        ({"pattern": "^a+$"}, "aaa", None),
        ({"pattern": "^a+$"}, "ab", "does not match"),
        ({"pattern": "^a+$"}, 3, None),
        ({"patternProperties": {"^n": {"type": "number"}}}, {"n1": "x"}, "$.n1: 'x' is not of type 'number'"),
        ({"patternProperties": {"^n": {"type": "number"}}}, [1], None),
        ({"properties": {"a": {}}, "additionalProperties": False}, {"a": 1}, None),
        ({"properties": {"a": {}}, "additionalProperties": False}, {"b": 1}, "property 'b' is not allowed"),
        ({"patternProperties": {"^x": {}}, "additionalProperties": False}, {"x1": 1}, None),
        ({"additionalProperties": {"type": "number"}}, {"b": "1"}, "$.b: '1' is not of type 'number'"),
        ({"additionalProperties": False}, "text", None),
        ({"uniqueItems": True}, [{"a": 1}, {"a": 2}, "1", 1], None),
        ({"uniqueItems": True}, [{"a": [1]}, {"a": [1.0]}], "not all different"),
        ({"uniqueItems": False}, [1, 1], None),
        ({"$defs": {"n": {"type": "number"}}, "items": {"$ref": "#/$defs/n"}}, ["x"], "$[0]: 'x' is not of type"),
        ({"$schema": "http://json-schema.org/draft-07/schema#", "items": [{"type": "number"}]}, ["x"], "$[0]"),
    ],
)
def test_a_value_is_checked_as_the_standard_says(rules: dict[str, Any], value: object, breaks: str | None) -> None:
    assert schema_problem(rules) is None
    found = violation(rules, value)
    assert (found is None) == (breaks is None)
    assert (breaks or "") in (found or "")


@pytest.mark.parametrize(
    ("rules", "problem"),
    [
        ([], "must be an object"),
        ({"type": "thing"}, "is not a valid JSON Schema"),
        ({"$ref": "https://example.org/s.json"}, "only references inside the schema"),
        ({"properties": {"a": {"$dynamicRef": "other.json#a"}}}, "'other.json#a'"),
        ({"$ref": "#/nowhere"}, "cannot be used: "),
        ({"$ref": "#"}, "refers to itself without end"),
        ({"anyOf": [{"type": "null"}, {"allOf": [{"$ref": "#"}]}]}, "refers to itself without end"),
        ({"unevaluatedProperties": False, "patternProperties": {"a": {}}}, "cannot be checked in bounded time"),
    ],
)
def test_a_schema_that_cannot_be_used_says_why(rules: object, problem: str) -> None:
    assert problem in (schema_problem(rules) or "")


@pytest.mark.parametrize(
    ("rules", "value"),
    [
        ({"pattern": "(a|aa)+$"}, "a" * 60 + "b"),
        ({"patternProperties": {"(a|aa)+$": {}}}, {"a" * 60 + "b": 1}),
        ({"patternProperties": {"(a|aa)+$": {}}, "additionalProperties": False}, {"a" * 60 + "b": 1}),
        ({"allOf": [{"items": {"type": "number"}}] * 200}, [1] * 20_000),
    ],
)
def test_no_answer_takes_longer_than_the_limit(
    rules: dict[str, Any], value: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "CHECK_S", 0.1)
    begun = time.thread_time()
    with pytest.raises(TimeoutError):
        violation(rules, value)
    assert time.thread_time() - begun < 2.0


def test_many_different_objects_are_told_apart_in_linear_time() -> None:
    begun = time.thread_time()
    assert violation({"uniqueItems": True}, [{"a": n} for n in range(20_000)]) is None
    assert time.thread_time() - begun < 2.0


def test_a_deep_answer_to_a_schema_of_trees_is_checked_to_the_leaf() -> None:
    tree = {"type": "object", "properties": {"next": {"$ref": "#"}, "leaf": {"type": "number"}}}
    assert schema_problem(tree) is None
    value: dict[str, Any] = {"leaf": "x"}
    for _ in range(31):
        value = {"next": value}
    assert "'x' is not of type 'number'" in (violation(tree, value) or "")
    for _ in range(100):
        value = {"next": value}
    assert violation(tree, value) == schema.TOO_DEEP
