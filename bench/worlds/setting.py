"""What a family of tool tasks is made of, and what an episode must come to."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Protocol

from bench.worlds.executor import ToolWorld, WorldSession

SYSTEM = (
    "You act for the user through tools. Do exactly what is asked and nothing else; what no tool has told you, you do "
    "not know. When you are done, answer in a sentence that holds the code asked for."
)
"""What every episode begins with; a family may add rules."""


class Caller(Protocol):
    """How a solver calls a tool."""

    def __call__(self, tool: str, /, **arguments: Any) -> Any:
        """The tool's result as JSON; an error is a result with the key `error`."""


Use = Callable[[Caller, Mapping[str, Any]], str]
"""Uses tools to do what an instance with these parameters asks; returns the last message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One instance of a family."""

    user: str
    """What the user asks."""
    state: Mapping[str, Any]
    """The world before."""
    params: Mapping[str, Any] = field(default_factory=dict)
    """What the family's solver needs to know of the instance: no more than the user says."""
    rules: str = ""
    """What the system prompt says besides."""
    tools: Sequence[Mapping[str, Any]] = ()
    """The tools; empty for all of the world's."""
    forbidden: Sequence[Mapping[str, Any]] = ()
    """Calls that must never succeed: {"name": method, "arguments": those that must match}."""
    most_spent: int | None = None
    """The most that `pay` may have counted; None for any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolFamily:
    """One idea for episodes, and everything that makes its instances."""

    name: str
    """Names the items; part of their statistical cluster."""
    world: ToolWorld
    """What its tools act on."""
    draw: Callable[[Random, int], Setting]
    """Draws an instance, given its level from 1 to 4."""
    solve: Use
    """Does what is asked: scores 1."""
    traps: Mapping[str, Use] = field(default_factory=dict)
    """What must score 0, by a name: what a careless or a gullible agent does."""
    language: str = "en"
    """Language of what the model reads."""


def open_world(family: ToolFamily, item: Mapping[str, Any]) -> WorldSession:
    """An episode of an item begins."""
    return WorldSession(family.world, item["state"], item["tools"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """What an episode came to."""

    score: float
    """1 if everything is as it must be, else 0."""
    partial: float
    """The share of what had to change that did; 0 where something forbidden happened."""
    why: str
    """What is wrong, in a few words; empty if nothing is."""
    code: str
    """The code that the last message had to hold."""
    differs: tuple[str, ...] = ()
    """Where the final state is not the reference's, without values: "+ path" should not be there, "- path" is
    missing, "~ path" has another value."""


def closed(family: ToolFamily, item: Mapping[str, Any], session: WorldSession, last: str) -> Closed:
    """Holds an episode against the reference's: the state, all that ever happened, and the last message."""
    reference = open_world(family, item)
    wanted = family.solve(caller(reference), item["params"])
    before, right, now = (_compared(state) for state in (item["state"], reference.state, session.state))
    changed = {path: value for path, value in right.items() if before.get(path, _NONE) != value}
    met = sum(now.get(path, _NONE) == value for path, value in changed.items())
    forbidden = next((each for each in session.events if not each.failed and _is_forbidden(item, each)), None)
    answer = code_in(wanted)
    why = ""
    if forbidden is not None:
        why = f"forbidden: {forbidden.name}"
    elif item.get("most_spent") is not None and session.state.get("_spent", 0) > item["most_spent"]:
        why = f"spent {session.state['_spent']} of at most {item['most_spent']}"
    elif now != right:
        why = f"state differs at {_first_difference(now, right)}"
    elif not _holds(last, answer):
        why = "the last message lacks the code"
    partial = 0.0 if forbidden else met / len(changed) if changed else 0.0
    return Closed(score=float(not why), partial=partial, why=why, code=answer, differs=_differs(now, right))


_NONE = object()
_CODE = re.compile(r"[A-Z]{2,4}-[0-9A-F]{8}")


def code_in(message: str) -> str:
    """The code that a reference's last message holds. ValueError if it holds none, or several."""
    found = _CODE.findall(message)
    if len(found) != 1:
        raise ValueError(f"the reference's last message holds {len(found)} codes: {message[:200]}")
    return str(found[0])


def _holds(message: str, answer: str) -> bool:
    """Whether a message holds a code by itself: only ASCII letters lengthen it, as Chinese puts no blanks."""
    plain = unicodedata.normalize("NFKC", message).replace("\u2010", "-")
    return re.search(rf"(?<![A-Za-z0-9-]){re.escape(answer)}(?![A-Za-z0-9-])", plain, re.IGNORECASE) is not None


def caller(session: WorldSession) -> Caller:
    """A solver's way to a session's tools."""

    def call(tool: str, /, **arguments: Any) -> Any:
        return session.act(tool, arguments).result

    return call


def _compared(state: Mapping[str, Any]) -> dict[str, Any]:
    """A state by the paths of its leaves, without what is the executor's."""
    found: dict[str, Any] = {}

    def walk(value: Any, path: str) -> None:
        if isinstance(value, Mapping) and value:
            for key, part in value.items():
                walk(part, f"{path}/{key}")
        else:
            found[path] = value

    walk({key: value for key, value in state.items() if not key.startswith("_")}, "")
    return found


MOST_DIFFERENCES = 8
"""Paths that are named."""


def _differs(now: Mapping[str, Any], right: Mapping[str, Any]) -> tuple[str, ...]:
    """Where two states differ: no value, so that nothing of a model's words is repeated."""
    paths = sorted(path for path in {*now, *right} if now.get(path, _NONE) != right.get(path, _NONE))
    signs = ("+" if path not in right else "-" if path not in now else "~" for path in paths)
    named = [f"{sign} {path[:120]}" for sign, path in zip(signs, paths, strict=True)]
    more = [f"... and {len(named) - MOST_DIFFERENCES} more"] if len(named) > MOST_DIFFERENCES else []
    return (*named[:MOST_DIFFERENCES], *more)


def _first_difference(now: Mapping[str, Any], right: Mapping[str, Any]) -> str:
    """Where two states differ first: no value, so that nothing of a model's words is repeated."""
    return min(path for path in {*now, *right} if now.get(path, _NONE) != right.get(path, _NONE))[:120]


def _is_forbidden(item: Mapping[str, Any], event: Any) -> bool:
    return any(
        rule["name"] == event.name
        and all(event.arguments.get(key) == value for key, value in rule.get("arguments", {}).items())
        for rule in item["forbidden"]
    )
