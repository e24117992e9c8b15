"""A strict endpoint whose model solves episodes of the suite `tools` as the families' own solvers do."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from bench.suites.tools.exam import exam
from bench.suites.tools.grading import episode
from tests.doctor.tooled import Ask, Fault, Strict
from tests.fake_endpoint import Reply, Request

Calls = list[tuple[str, Any]]
Spoil = Callable[[int, Calls, str], tuple[Calls, str]]
"""Alters what is said in a turn: its number from 0, its calls, the last message (empty while there are calls)."""
ITEMS = {item["messages"][-1]["content"]: item for item in exam(1, 8)}
"""The first items of the exam by what the user asks."""


def plan_of(item: Mapping[str, Any]) -> tuple[Calls, str]:
    """The calls of an item's own solver, and its last message."""
    turns = json.loads(episode.oracle(item) or "")["turns"]
    return [(each["name"], each["arguments"]) for turn in turns for each in turn["calls"]], turns[-1]["text"]


def _as_planned(_turn: int, calls: Calls, last: str) -> tuple[Calls, str]:
    return calls, last


class Solver(Strict):
    """A script for a `FakeEndpoint`: the model makes one call a turn, natively or as JSON in its text."""

    def __init__(self, spoil: Spoil = _as_planned, *, thinks: bool = False) -> None:
        super().__init__(Fault.NONE, thinks=thinks)
        self.spoil = spoil

    def __call__(self, request: Request) -> Reply:
        """The reply, also to a model whose tools are in the prompt."""
        if request.body.get("tools"):
            return super().__call__(request)
        talk = [m["content"] for m in request.body["messages"] if m["role"] == "user"]
        calls, last = self._next(talk[0], len(talk) - 1)
        made = {"name": calls[0][0], "arguments": calls[0][1]} if calls else {"answer": last}
        return Reply(text=json.dumps(made), usage={"prompt_tokens": 900, "completion_tokens": 40})

    def _say(self, ask: Ask) -> tuple[str, Calls]:
        calls, last = self._next(ask.texts[0], len(ask.results))
        return last, calls

    def _next(self, asked: str, turn: int) -> tuple[Calls, str]:
        calls, last = plan_of(ITEMS[asked])
        return self.spoil(turn, calls[turn : turn + 1], "" if turn < len(calls) else last)
