"""Episodes of the suite `tools` against a scripted server in a process of its own: what the engine adds to them."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.engine import Lane, Stages, run_lanes
from bench.journal import Journal, Recorder
from bench.plan import PlannedCall, make_plan
from bench.providers import resolve
from bench.records import Call, Dialogue, Item, RemoteModel, RunSettings
from bench.suites.tools.exam import exam
from bench.suites.tools.grading import session
from tests.fake_endpoint import FakeEndpoint, Reply, Request

TURNS = 4
"""Of each episode: three calls, and a last message."""
AT_ONCE = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayedEpisodes:
    """What a run of episodes came to."""

    turns: int
    """Of all episodes."""
    cpu_s: float
    """CPU seconds of the engine's thread."""
    wall_s: float
    """From the first request to the last record."""


def played(count: int, delay_s: float, folder: Path) -> PlayedEpisodes:
    """Plays so many episodes at 64 at once, whose server takes `delay_s` a turn."""
    raw = {item["id"]: item for item in exam(1)[:count]}
    finished: list[Call] = []
    with _serving(delay_s) as url, Journal(folder / "journal.db") as journal:
        endpoint = resolve(RemoteModel(label="m", model="openai-api/acme/m", base_url=url), {})
        plan = make_plan([_item(each) for each in raw.values()], [endpoint], RunSettings(("tools",)), {})
        recorder = Recorder(journal)

        async def record(call: Call) -> None:
            finished.append(call)
            await recorder(call)

        stages = Stages(opened=lambda item: session(raw[item.item]), record=record)
        lane = Lane(endpoint, plan.calls, AT_ONCE)
        cpu, wall = time.thread_time(), time.monotonic()
        asyncio.run(run_lanes("r", [lane], record, Silent(), {}, stages=stages))
        cpu, wall = time.thread_time() - cpu, time.monotonic() - wall
    episodes = [call.episode for call in finished if call.episode]
    assert [len(each.turns) for each in episodes] == [TURNS] * count
    return PlayedEpisodes(turns=TURNS * count, cpu_s=cpu, wall_s=wall)


class Silent:
    """Who is told of finished calls, and does nothing."""

    async def finished(self, planned: PlannedCall, call: Call) -> None:
        """Nothing."""


def _item(raw: dict[str, Any]) -> Item:
    tools = tuple({name: tool[name] for name in ("name", "description", "parameters")} for tool in raw["tools"])
    return Item(
        suite="tools",
        task="t",
        task_version="1",
        item=raw["id"],
        family=raw["family"],
        level=raw["level"],
        language=raw["language"],
        cluster=raw["cluster"],
        messages=tuple(raw["messages"]),
        max_tokens=512,
        dialogue=Dialogue(tools=tools),
    )


def _reply(request: Request, delay_s: float) -> Reply:
    number = sum(message["role"] == "assistant" for message in request.body["messages"])
    if number < TURNS - 1:
        name = request.body["tools"][0]["function"]["name"]
        function = {"name": name, "arguments": "{}"}
        delta: dict[str, Any] = {"tool_calls": [{"index": 0, "id": f"c{number}", "function": function}]}
    else:
        delta = {"content": "Done."}
    stop = "tool_calls" if "tool_calls" in delta else "stop"
    chunks: list[dict[str, Any]] = [
        {"choices": [{"index": 0, "delta": delta, "finish_reason": None}]},
        {"choices": [{"index": 0, "delta": {}, "finish_reason": stop}]},
        {"choices": [], "usage": {"prompt_tokens": 9000, "completion_tokens": 9}},
    ]
    events = tuple(json.dumps({"model": "m", **chunk}) for chunk in chunks)
    return Reply(raw_events=events, together=len(events), delay_s=delay_s)


def _serve(delay_s: float, tell: Any) -> None:
    with FakeEndpoint(lambda request: _reply(request, delay_s)) as endpoint:
        tell.send(endpoint.url)
        tell.recv()


@contextmanager
def _serving(delay_s: float) -> Iterator[str]:
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(delay_s, there), daemon=True)
    process.start()
    try:
        yield here.recv()
    finally:
        here.send(None)
        process.join()
