"""Each cap of an episode: what it lets through, and that the first turn beyond it is never asked."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from bench.engine import Lane, Stages, run_lanes
from bench.plan import PlannedCall, make_plan
from bench.providers import resolve
from bench.records import Call, Dialogue, Item, Outcome, RemoteModel, RunSettings
from tests.engine.played import Silent
from tests.fake_endpoint import FakeEndpoint, Reply, Request

ENDS_AFTER, AT_A_TURN = 5, 2
"""Turns of the scripted model: four that call so much, and a last message."""
PROMPT, ANSWER, MOST_ANSWER = 900, 100, 64
"""Tokens of each turn, and the most that an answer may have."""
DELAY_S, SECONDS = 0.003, 0.008
"""What each turn takes at least, and a cap that the turns that call do not keep."""
LONG = "e" * (64 * PROMPT)
"""An argument of as many tokens of 64 bytes as the endpoint states of a whole prompt."""
USD = Decimal("0.01")
"""What a turn costs where dollars are capped."""
AMPLE = Dialogue(
    tools=({"name": "look", "description": "Looks.", "parameters": {"type": "object"}},),
    turns=ENDS_AFTER,
    calls=AT_A_TURN,
    tokens=ENDS_AFTER * (PROMPT + ANSWER) + 1_000,
    seconds=60.0,
)
"""Caps that the episode keeps."""
TWO_TURNS = 2 * (PROMPT + ANSWER)
CAPS: Mapping[str, Mapping[str, Any]] = {
    "final": {},
    "turns": {"turns": 2},
    "calls": {"calls": AT_A_TURN - 1},
    "tokens": {"tokens": TWO_TURNS + PROMPT + ANSWER + MOST_ANSWER},
    "understated": {},
    "time": {"seconds": SECONDS},
    "money": {},
}
"""By what ends it: the cap that is lower than the episode needs; dollars are the run's."""


def turn_of(request: Request) -> Reply:
    """Two calls, or the last message."""
    number = sum(message["role"] == "assistant" for message in request.body["messages"])
    function = {"name": "look", "arguments": "{}"}
    calls = [{"index": at, "id": f"c{number}_{at}", "function": function} for at in range(AT_A_TURN)]
    if request.body["messages"][0]["content"] == "understated":
        calls = [{"index": 0, "id": f"c{number}", "function": {**function, "arguments": json.dumps({"x": LONG})}}]
    delta = {"content": "Done."} if number == ENDS_AFTER - 1 else {"tool_calls": calls}
    chunks: list[dict[str, Any]] = [
        {"choices": [{"index": 0, "delta": delta, "finish_reason": "stop"}]},
        {"choices": [], "usage": {"prompt_tokens": PROMPT, "completion_tokens": ANSWER}},
    ]
    return Reply(raw_events=tuple(json.dumps({"model": "m", **chunk}) for chunk in chunks), delay_s=DELAY_S)


@dataclass(frozen=True, slots=True)
class _Took:
    content: str = "{}"
    failed: bool = False
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tools:
    """The tools of one episode, which count what is called."""

    cause: str
    made: Counter[str]

    def act(self, name: str, arguments: Mapping[str, Any] | None) -> _Took:
        """One call."""
        assert (name, arguments) in (("look", {}), ("look", {"x": LONG}))
        self.made[self.cause] += 1
        return _Took()


def item(cause: str) -> Item:
    """An episode that its cap ends, or nothing does."""
    return Item(
        suite="tools", task="t", task_version="1", item=cause, family="f", level=1, language="en", cluster=cause,
        messages=({"role": "user", "content": cause},), max_tokens=MOST_ANSWER,
        dialogue=replace(AMPLE, **CAPS[cause]),
    )  # fmt: skip


def test_the_first_turn_beyond_each_cap_is_never_asked() -> None:
    """Caps on turns, calls, tokens, seconds and dollars, and an episode that keeps them all, in one run."""
    made, calls = Counter[str](), dict[str, Call]()

    def bill(planned: PlannedCall, _call: Call) -> Decimal:
        return USD if planned.item.item == "money" else Decimal(0)

    with FakeEndpoint(turn_of) as endpoint:
        model = resolve(RemoteModel(label="m", model="openai-api/acme/m", base_url=endpoint.url), {})
        plan = make_plan([item(cause) for cause in CAPS], [model], RunSettings(("tools",)), {})
        stages = Stages(opened=lambda each: Tools(each.item, made), bill=bill, most_usd=2 * USD)

        def record(call: Call) -> None:
            calls[call.key] = call

        asyncio.run(run_lanes("r", [Lane(model, plan.calls, 1)], record, Silent(), {}, stages=stages))
        asked = Counter(request.body["messages"][0]["content"] for request in endpoint.requests)
    came = {planned.item.item: calls[planned.key] for planned in plan.calls}
    ended = {cause: call.episode.stop_cause for cause, call in came.items() if call.episode}
    assert ended == {cause: cause for cause in CAPS} | {"understated": "tokens"}
    in_time = asked.pop("time")
    assert asked == {"final": ENDS_AFTER, "understated": 3, "turns": 2, "calls": 1, "tokens": 2, "money": 2}
    took = [each.latency_s or 0.0 for each in came["time"].attempts]
    assert len(took) == in_time
    assert sum(took[:-1]) <= SECONDS < sum(took), "the cap is on all answers together"
    assert made.pop("time") == AT_A_TURN * in_time
    assert made == {"final": 8, "understated": 3, "turns": 2, "tokens": 4, "money": 4}, (
        "too many calls of a turn are not made at all"
    )
    assert {cause for cause, call in came.items() if call.outcome is Outcome.TRUNCATED} == {*CAPS} - {"final"}
    assert {cause: (call.usage.out_total or 0) / ANSWER for cause, call in came.items()} == {**asked, "time": in_time}
