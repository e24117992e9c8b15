"""A tool that has the very name under which a prompted model gives its last message."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from bench.engine import Lane, Stages, run_lanes
from bench.journal import Journal, Recorder
from bench.plan import make_plan
from bench.providers import resolve
from bench.records import Call, Dialogue, Item, RemoteModel, RunSettings, Transcript
from tests.engine.played import Silent
from tests.fake_endpoint import FakeEndpoint, Reply, Request

ANSWER = {"name": "answer", "description": "Writes to a customer.", "parameters": {"type": "object"}}
OTHER = {**ANSWER, "name": "look"}


class Sent(NamedTuple):
    """What the tool says."""

    content: str = '{"sent": 1}'
    failed: bool = False
    changed: tuple[Any, ...] = ()


class Desk:
    """What the calls act on."""

    def act(self, name: str, arguments: Mapping[str, Any] | None) -> Sent:
        """Takes every call."""
        del name, arguments
        return Sent()


def script(request: Request) -> Reply:
    """Calls `answer` as a tool, then says so under the word that the prompt names."""
    told, begun = str(request.body["messages"][0]["content"]), len(request.body["messages"]) > 3
    word = json.loads(told.rpartition("is left to make: ")[2].rstrip("."))["name"]
    said = ("answer", "hello") if not begun else (word, "Done.")
    return Reply(text=json.dumps({"name": said[0], "arguments": {"text": said[1]}}))


@pytest.mark.parametrize(
    "dialogue",
    [
        Dialogue(tools=(ANSWER,)),
        Dialogue(tools=(OTHER,), later=({"messages": [{"role": "user", "content": "?"}], "tools": [ANSWER]},)),
    ],
    ids=["from the beginning", "from a later turn on"],
)
def test_is_called_like_any_other(dialogue: Dialogue, tmp_path: Path) -> None:
    finished: list[Call] = []
    item = Item(
        suite="tools",
        task="t",
        task_version="1",
        item="1",
        family="f",
        level=1,
        language="en",
        cluster="c",
        messages=({"role": "user", "content": "Write to the customer."},),
        max_tokens=64,
        dialogue=dialogue,
    )
    with FakeEndpoint(script) as server, Journal(tmp_path / "journal.db") as journal:
        model = RemoteModel(label="m", model="openai-api/acme/m", base_url=server.url, tool_protocol="prompted_json")
        endpoint, recorder = resolve(model, {}), Recorder(journal)
        plan = make_plan([item], [endpoint], RunSettings(("tools",)), {})

        async def record(call: Call) -> None:
            finished.append(call)
            await recorder(call)

        stages = Stages(opened=lambda _item: Desk(), record=record)
        asyncio.run(run_lanes("r", [Lane(endpoint, plan.calls, 1)], record, Silent(), {}, stages=stages))
    [shown] = [Transcript.from_json(call.text) for call in finished if call.episode]
    assert [[use.name for use in turn.calls] for turn in shown.turns] == [["answer"], *[[]] * (1 + len(dialogue.later))]
    assert shown.turns[-1].text == "Done."
