"""JSON Schema under a time limit: no answer, and no schema, can hold the grader up or make it open a connection."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import jsonschema
import referencing
import referencing.exceptions
import referencing.jsonschema
import regex
from jsonschema import validators

CHECK_S = 2.0
"""CPU seconds that checking one answer may take."""
MOST_NESTED = 120
"""Keywords inside one another, while checking, beyond which an answer is taken to break the schema."""
TOO_DEEP = "nested too deeply to be checked"
_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")

Keyword = Callable[[Any, Any, Any, Any], Any]


def schema_problem(schema: object) -> str | None:
    """Why this cannot be used as a JSON Schema, as the end of a sentence; None if it can."""
    if not isinstance(schema, dict):
        return "is not a JSON Schema: it must be an object"
    keys = {key: value for part in _objects(schema) for key, value in part.items()}
    remote = next((v for part in _objects(schema) for k, v in part.items() if k in _REFERENCES and _remote(v)), None)
    if remote:
        return f"refers to '{remote}'; only references inside the schema, which begin with '#', are followed"
    if "unevaluatedProperties" in keys and "patternProperties" in keys:
        return "has both unevaluatedProperties and patternProperties, which cannot be checked in bounded time"
    try:
        for expression in _expressions(schema):
            regex.compile(expression)
        _base(schema).check_schema(schema)
        _resolve(schema)
        tried: tuple[object, ...] = ({}, [], "", 0)
        if any(violation(schema, value) == TOO_DEEP for value in tried):
            return "refers to itself without end"
    except jsonschema.SchemaError as error:
        return f"is not a valid JSON Schema: {error.message[:200]}"
    except (referencing.exceptions.Unresolvable, TimeoutError, regex.error) as error:
        return f"cannot be used: {str(error)[:160] or type(error).__name__}"
    return None


class _TooDeepError(Exception):
    """A schema that refers to itself, or an answer, goes on and on."""


class _Guard:
    """Bounds the time and the depth of one check, keyword by keyword."""

    def __init__(self) -> None:
        self._deadline = time.thread_time() + CHECK_S
        self._depth = 0

    def left(self) -> float:
        """CPU seconds that are left. TimeoutError if none is."""
        rest = self._deadline - time.thread_time()
        if rest <= 0:
            raise TimeoutError(f"the schema's check took more than {CHECK_S:g} s of CPU")
        return rest

    def around(self, keyword: Keyword) -> Keyword:
        """The keyword's check, bounded."""

        def run(validator: Any, wanted: Any, instance: Any, schema: Any) -> Iterator[Any]:
            self.left()
            if self._depth == MOST_NESTED:
                raise _TooDeepError
            self._depth += 1
            try:
                yield from keyword(validator, wanted, instance, schema) or ()
            finally:
                self._depth -= 1

        return run


def violation(schema: Mapping[str, Any], value: object) -> str | None:
    """How a value breaks the schema, the first found; None if it does not. TimeoutError after `CHECK_S` of CPU."""
    guard = _Guard()
    base, search = _base(schema), _Search(guard.left)
    keywords = {
        **base.VALIDATORS,
        "pattern": search.pattern,
        "patternProperties": search.pattern_properties,
        "additionalProperties": search.additional_properties,
        "uniqueItems": _unique_items,
    }
    extend: Any = validators.extend
    bounded = extend(base, {name: guard.around(keyword) for name, keyword in keywords.items()})
    try:
        error = next(bounded(schema, registry=referencing.Registry()).iter_errors(value), None)
    except _TooDeepError:
        return TOO_DEEP
    return None if error is None else f"{error.json_path}: {error.message[:200]}"


def _base(schema: Mapping[str, Any]) -> Any:
    return validators.validator_for(schema, default=jsonschema.Draft202012Validator)


class _Search:
    """The keywords that search with regular expressions, each search bounded by the time that is left."""

    def __init__(self, left: Callable[[], float]) -> None:
        self._left = left

    def _matches(self, pattern: str, text: str) -> bool:
        return regex.search(pattern, text, timeout=self._left()) is not None

    def pattern(self, validator: Any, wanted: Any, instance: Any, _schema: Any) -> Iterator[Any]:
        if validator.is_type(instance, "string") and not self._matches(wanted, instance):
            yield jsonschema.ValidationError(f"{instance!r} does not match {wanted!r}")

    def pattern_properties(self, validator: Any, wanted: Any, instance: Any, _schema: Any) -> Iterator[Any]:
        if validator.is_type(instance, "object"):
            for expression, part in wanted.items():
                for key in (k for k in instance if self._matches(expression, k)):
                    yield from validator.descend(instance[key], part, path=key, schema_path=expression)

    def additional_properties(self, validator: Any, wanted: Any, instance: Any, schema: Any) -> Iterator[Any]:
        if not validator.is_type(instance, "object"):
            return
        named, expressions = schema.get("properties", {}), schema.get("patternProperties", {})
        for key in instance:
            if key in named or any(self._matches(e, key) for e in expressions):
                continue
            if wanted is False:
                yield jsonschema.ValidationError(f"property {key!r} is not allowed")
            else:
                yield from validator.descend(instance[key], wanted, path=key)


def _unique_items(validator: Any, wanted: Any, instance: Any, _schema: Any) -> Iterator[Any]:
    """In linear time; jsonschema's own compares every pair of objects."""
    if wanted and validator.is_type(instance, "array"):
        seen = {json.dumps(_whole(member), sort_keys=True) for member in instance}
        if len(seen) < len(instance):
            yield jsonschema.ValidationError("the items are not all different")


def _whole(value: Any) -> Any:
    """1.0 as 1, at any depth: JSON Schema takes them for equal."""
    if isinstance(value, list):
        return [_whole(member) for member in value]
    if isinstance(value, dict):
        return {key: _whole(member) for key, member in value.items()}
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _objects(value: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, dict):
        yield value
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for part in parts:
        yield from _objects(part)


def _expressions(schema: object) -> Iterator[str]:
    """Every regular expression of a schema."""
    for part in _objects(schema):
        if isinstance(part.get("pattern"), str):
            yield part["pattern"]
        if isinstance(part.get("patternProperties"), dict):
            yield from part["patternProperties"]


def _resolve(schema: Mapping[str, Any]) -> None:
    """Follows every reference once. Raises `referencing.exceptions.Unresolvable` for one that leads nowhere."""
    known = referencing.jsonschema.specification_with(
        str(schema.get("$schema")), default=referencing.jsonschema.DRAFT202012
    )
    resolver = referencing.Registry().with_resource("", known.create_resource(schema)).resolver()
    for part in _objects(schema):
        for reference in (part[key] for key in _REFERENCES if isinstance(part.get(key), str)):
            resolver.lookup(reference)


def _remote(reference: object) -> bool:
    return isinstance(reference, str) and not reference.startswith("#")
