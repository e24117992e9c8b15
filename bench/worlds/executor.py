"""Runs a model's calls on a world's state: only methods on the world's list, with arguments that keep to their schema.

A name is looked up among the declared tools, never evaluated; arguments are JSON, passed by keyword.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jsonschema

from bench import clean
from bench.worlds.arguments import Schema, shape
from bench.worlds.changes import changes, copied, kept

State = dict[str, Any]
"""A world's state as JSON. Keys that begin with "_" belong to the executor, and are not compared."""
SHOWN = 160
"""Characters of a model's own words in an error."""
ARGUMENT_CHARS = 20_000
"""Longer arguments are refused."""
UNREADABLE = "a number is not finite, a text holds half a character, or the arguments are nested too deeply"
"""What is said of arguments that are JSON and cannot be written as such."""


class ToolError(Exception):
    """What a method says in place of a result; the state is as it was."""

    def __init__(self, kind: str, message: str, **facts: Any) -> None:
        super().__init__(message)
        self.told = {"error": {"code": kind, "message": message, **facts}}
        """The error as the model sees it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A function that tools of a world may name."""

    description: str
    """What it does, for the model."""
    parameters: Schema
    """JSON schema of its arguments."""
    run: Callable[..., Any]
    """Takes the state and the arguments by keyword; returns JSON or raises ToolError before it changes anything."""


class ToolWorld:
    """Methods by name; a file of its own makes one, and adds them with `@WORLD.method`."""

    def __init__(self, name: str) -> None:
        self.name = name
        """E.g. "shop"."""
        self.methods: dict[str, Method] = {}
        """What its tools may name."""

    def method(self, description: str, **properties: Schema) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Adds the decorated function under its own name."""

        def add(run: Callable[..., Any]) -> Callable[..., Any]:
            made = Method(description=description, parameters=shape(properties), run=run)
            self.methods[run.__name__] = made
            return run

        return add

    def tool(
        self, method: str, name: str = "", description: str = "", bound: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """A tool as an item declares it: a method, under another name or with some arguments bound if that is said."""
        of = self.methods[method]
        left = {key: value for key, value in of.parameters["properties"].items() if key not in (bound or {})}
        required = [key for key in of.parameters["required"] if key in left]
        return {
            "name": name or method,
            "description": description or of.description,
            "parameters": {**of.parameters, "properties": left, "required": required},
            **({"method": method} if name and name != method else {}),
            **({"bound": dict(bound)} if bound else {}),
        }

    def tools(self) -> list[dict[str, Any]]:
        """All methods as tools."""
        return [self.tool(name) for name in self.methods]


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A call that was made."""

    name: str
    """The method; the tool's name as the model wrote it where no such tool is declared."""
    arguments: Mapping[str, Any]
    """Its arguments, bound ones included."""
    failed: bool
    """Whether it was refused or ended in an error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """What a call brought."""

    result: Any
    """The result, or the error, as JSON."""
    failed: bool
    """Whether it is an error."""
    changed: tuple[str, ...] = ()
    """What it changed in the world, as lines; see `changes`."""

    @property
    def content(self) -> str:
        """The result as the model gets it."""
        return json.dumps(self.result, ensure_ascii=False, separators=(",", ":"))


class WorldSession:
    """One episode's world: a copy of the state, and all that happened to it."""

    def __init__(self, world: ToolWorld, state: Mapping[str, Any], tools: Sequence[Mapping[str, Any]]) -> None:
        self.state: State = copied(dict(state))
        """The state now."""
        self.events: list[Event] = []
        """Every call, in order."""
        self._world, self._tools = world, {tool["name"]: tool for tool in tools}
        self._before = kept(self.state)
        self._checks: dict[str, Any] = {}

    def act(self, name: str, arguments: Mapping[str, Any] | None) -> Took:
        """Makes one call; `arguments` is None where the model's were no JSON object. Never raises for a bad call."""
        name = clean.text(name)
        tool = self._tools.get(name)
        made = {**(arguments or {}), **(tool or {}).get("bound", {})}
        method = tool.get("method", name) if tool else name[:SHOWN]
        try:
            result = self._run(tool, str(method), name, arguments, made)
        except ToolError as error:
            self.events.append(Event(name=str(method), arguments=made, failed=True))
            return Took(result=error.told, failed=True, changed=self._changes())
        self.events.append(Event(name=str(method), arguments=made, failed=False))
        return Took(result=result, failed=False, changed=self._changes())

    def _changes(self) -> tuple[str, ...]:
        """What the last call changed."""
        found = changes(self._before, self.state)
        if found:
            self._before = kept(self.state)
        return found

    def _run(
        self,
        tool: Mapping[str, Any] | None,
        method: str,
        name: str,
        arguments: Mapping[str, Any] | None,
        made: Mapping[str, Any],
    ) -> Any:
        if tool is None:
            raise ToolError("unknown_tool", f"there is no tool '{name[:SHOWN]}'", known=[*self._tools][:80])
        if arguments is None:
            raise ToolError("invalid_arguments", "the arguments were not a JSON object; nothing was done")
        if name not in self._checks:
            self._checks[name] = _check_of(tool["parameters"])
        _require_fit(self._checks[name], arguments)
        trouble = self.state.get("_trouble", {}).get(method)
        if trouble and trouble["times"] > 0:
            trouble["times"] -= 1
            raise ToolError(trouble["code"], trouble["message"])
        result = self._world.methods[method].run(self.state, **_own(made))
        return copied(result)


def _own(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of checked arguments, in which 20.0 is 20: JSON has one kind of number, and a model may write either."""
    made: dict[str, Any] = json.loads(json.dumps(arguments), parse_float=_number)
    return made


def _number(written: str) -> float:
    value = float(written)
    return int(value) if value.is_integer() else value


_CHECKS: dict[str, Any] = {}


def _check_of(schema: Mapping[str, Any]) -> Any:
    """A schema's check; made once for all episodes that declare it."""
    key = json.dumps(schema, sort_keys=True)
    return _CHECKS.get(key) or _CHECKS.setdefault(key, jsonschema.Draft202012Validator(dict(schema)))


def _require_fit(check: Any, arguments: Mapping[str, Any]) -> None:
    try:
        written = json.dumps(arguments, allow_nan=False, ensure_ascii=False)
        written.encode()
    except (ValueError, RecursionError):
        raise ToolError("invalid_arguments", UNREADABLE) from None
    if len(written) > ARGUMENT_CHARS:
        raise ToolError("invalid_arguments", f"the arguments are longer than {ARGUMENT_CHARS} characters")
    try:
        error = next(iter(sorted(check.iter_errors(arguments), key=lambda each: [*map(str, each.path)])), None)
    except RecursionError:
        raise ToolError("invalid_arguments", UNREADABLE) from None
    if error is not None:
        place = ".".join(map(str, error.path)) or "arguments"
        raise ToolError("invalid_arguments", f"{place}: {error.message[:SHOWN]}")


def code(state: State, prefix: str, *parts: Any) -> str:
    """A code that nobody can guess: of the episode's secret and what it stands for, whatever the order of calls.

    The same parts again give another code.
    """
    stated = json.dumps([prefix, *parts], sort_keys=True, ensure_ascii=False)
    given = state.setdefault("_codes", {})
    given[stated] = given.get(stated, 0) + 1
    digest = hashlib.sha256(f"{state['_secret']}\0{stated}\0{given[stated]}".encode()).hexdigest()
    return f"{prefix}-{digest[:8].upper()}"


def pay(state: State, usd: int) -> None:
    """Counts what a call costs its user, in the state's `_spent`."""
    state["_spent"] = state.get("_spent", 0) + usd
