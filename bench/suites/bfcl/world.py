"""BFCL's worlds of several user turns: its classes, in our executor.

BFCL's own executor evaluates what a model wrote as Python. Here a name is looked up among the documented functions of
the item's classes, arguments are JSON and passed by keyword, sizes are bounded, and each episode has instances of its
own. Only the classes' files are imported, and only when such an item is asked or graded.
"""

from __future__ import annotations

import ast
import functools
import importlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.errors import UsageError
from bench.suites.bfcl.source import PACKAGE, documented, tool_name
from bench.worlds import copied

MODULES = {
    "GorillaFileSystem": "gorilla_file_system", "MathAPI": "math_api", "MessageAPI": "message_api",
    "TwitterAPI": "posting_api", "TicketAPI": "ticket_api", "TradingBot": "trading_bot",
    "TravelAPI": "travel_booking", "VehicleControlAPI": "vehicle_control",
}  # fmt: skip
"""The file of each class."""
STATELESS = ("MathAPI",)
MOST_NUMBER, MOST_CHARS, MOST_PARTS = 10**9, 20_000, 1_000
"""Bounds of an argument: the greatest number, characters of a text, values of a list."""
MOST_OF = {"precision": 100, "exponent": 100}
"""Of arguments that decide how long a sum takes; no item needs more."""


@functools.cache
def _class(name: str) -> type[Any]:
    """A class by its name. UsageError if its file cannot be loaded."""
    place = f"{PACKAGE}.eval_checker.multi_turn_eval.func_source_code.{MODULES[name]}"
    try:
        found: type[Any] = getattr(importlib.import_module(place), name)
    except (ImportError, AttributeError) as error:
        cure = "`pip install mpmath` brings what it needs."
        raise UsageError(f"BFCL's world {name} cannot be loaded ({error}). {cure}") from error
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class BfclResult:
    """What a call brought."""

    content: str
    """The result, or the error, as BFCL writes it."""
    failed: bool
    """Whether it is an error of our own or of the class's code."""
    changed: tuple[str, ...] = ()
    """Not known of BFCL's worlds."""


class BfclSession:
    """An episode's instances, and what may be called on them."""

    def __init__(self, item: Mapping[str, Any]) -> None:
        """`item` is one of BFCL's. UsageError if its classes cannot be loaded."""
        self.instances: dict[str, Any] = {}
        """By class."""
        self._methods: dict[str, Any] = {}
        for name in item["involved_classes"]:
            made = _class(name)()
            if name not in STATELESS:
                state = copied(item["initial_config"].get(name, {}))
                made._load_scenario(state, long_context="long_context" in item["id"])
            self.instances[name] = made
            self._methods |= {tool_name(each["name"]): getattr(made, each["name"]) for each in documented()[name]}

    def act(self, name: str, arguments: Mapping[str, Any] | None) -> BfclResult:
        """Makes one call. Never raises for a bad one."""
        method = self._methods.get(name)
        if method is None:
            return _error(f"there is no tool '{name[:160]}'")
        if arguments is None:
            return _error("the arguments were not a JSON object; nothing was done")
        if why := next(_unbounded(arguments), ""):
            return _error(why)
        return self._called(method, (), copied(dict(arguments)))

    def repeat(self, written: str) -> BfclResult:
        """Makes a call of the reference, as BFCL writes it: a name, and literals. ValueError if it is another text."""
        call = ast.parse(written, mode="eval").body
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
            raise ValueError(f"not a call: {written[:200]}")
        named = {str(each.arg): ast.literal_eval(each.value) for each in call.keywords}
        return self._called(self._methods[call.func.id], [*map(ast.literal_eval, call.args)], named)

    def _called(self, method: Any, first: Sequence[Any], named: Mapping[str, Any]) -> BfclResult:
        try:
            return BfclResult(content=_written(method(*first, **named)), failed=False)
        except Exception as error:  # whatever the class's code makes of a model's arguments
            return _error(str(error)[:400])


def _error(why: str) -> BfclResult:
    return BfclResult(content=f"Error during execution: {why}", failed=True)


def _written(result: Any) -> str:
    if isinstance(result, str):
        return result
    try:
        return json.dumps(result) if isinstance(result, dict) else str(result)
    except (TypeError, ValueError):
        return str(result)


def _unbounded(value: Any, name: str = "") -> Iterator[str]:
    """What is too large in a call's arguments."""
    if isinstance(value, Mapping | list):
        if len(value) > MOST_PARTS:
            yield f"{name} has more than {MOST_PARTS} values"
        pairs = value.items() if isinstance(value, Mapping) else ((name, part) for part in value)
        for key, part in pairs:
            yield from _unbounded(part, str(key))
    elif isinstance(value, str) and len(value) > MOST_CHARS:
        yield f"{name} is longer than {MOST_CHARS} characters"
    elif isinstance(value, int | float) and not abs(value) <= MOST_OF.get(name, MOST_NUMBER):
        yield f"{name} is greater than {MOST_OF.get(name, MOST_NUMBER)}"


def differs(mine: BfclSession, right: BfclSession) -> str:
    """The class and attribute in which two episodes' states differ first; empty if in none."""
    for name, wanted in right.instances.items():
        made = mine.instances[name]
        for attribute, value in vars(wanted).items():
            if not attribute.startswith("_") and getattr(made, attribute) != value:
                return f"{name}.{attribute}"
    return ""


def played(item: Mapping[str, Any], turns: Sequence[Sequence[tuple[str, Mapping[str, Any] | None]]]) -> str:
    """What is wrong with the calls of an item's user turns; empty if nothing is.

    After each user turn in which the reference calls something the states must be equal, and each of the reference's
    results must be among those that calls so far brought, as BFCL has it.
    """
    mine, right, brought = BfclSession(item), BfclSession(item), list[str]()
    for number, wanted in enumerate(item["ground_truth"]):
        made = turns[number] if number < len(turns) else ()
        brought += [mine.act(name, arguments).content for name, arguments in made]
        results = [right.repeat(written).content for written in wanted]
        if not wanted:
            continue
        if not made:
            return f"turn {number + 1}: nothing was called"
        if where := differs(mine, right):
            return f"turn {number + 1}: state differs at {where}"
        left = [*brought]
        for result in results:
            if result not in left:
                return f"turn {number + 1}: a result of the reference was never brought"
            left.remove(result)
    return ""
