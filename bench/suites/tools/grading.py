"""Grades an episode by replaying its calls on the item's world: nothing that the model says of itself counts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bench.records import Graded, Transcript
from bench.scoring.episodes import EpisodeGrader
from bench.suites.tools.families import families
from bench.worlds import Closed, ToolFamily, WorldSession, caller, closed, open_world


def family_of(item: Mapping[str, Any]) -> ToolFamily:
    """The family of an item. KeyError if there is none of that name."""
    return families()[item["family"]]


def session(item: Mapping[str, Any]) -> WorldSession:
    """An episode of an item begins."""
    return open_world(family_of(item), item)


def outcome(item: Mapping[str, Any], transcript: Transcript) -> tuple[Closed, WorldSession]:
    """What an episode came to, its calls made once more on a fresh world."""
    opened = session(item)
    for turn in transcript.turns:
        for call in turn.calls:
            opened.act(call.name, call.arguments)
    return closed(family_of(item), item, opened, transcript.last), opened


def _episode(item: Mapping[str, Any], text: str) -> Graded:
    try:
        transcript = Transcript.from_json(text)
    except ValueError:
        return Graded(score=0.0, partial=0.0, extracted=None, detail={"why": "no episode"})
    came, opened = outcome(item, transcript)
    errors = sum(event.failed for event in opened.events)
    detail = {"why": came.why, "calls": len(opened.events), "errors": errors, "stop": transcript.stop}
    if came.differs:
        detail["differs"] = [*came.differs]
    return Graded(score=came.score, partial=came.partial, extracted=transcript.last[-4096:], detail=detail)


def _written(item: Mapping[str, Any]) -> str:
    """The transcript of the family's own solver."""
    opened, family = session(item), family_of(item)
    calls: list[dict[str, Any]] = []
    reach = caller(opened)

    def call(tool: str, /, **arguments: Any) -> Any:
        result = reach(tool, **arguments)
        calls.append({"name": tool, "arguments": arguments, "result": json.dumps(result, ensure_ascii=False)})
        return result

    last = family.solve(call, item["params"])
    turns = [{"text": "", "calls": [each]} for each in calls]
    return json.dumps({"turns": [*turns, {"text": last, "calls": []}], "stop": "final"}, ensure_ascii=False)


episode = EpisodeGrader(
    _episode,
    opened=session,
    oracle=_written,
    expected=lambda item: closed(family_of(item), item, session(item), "").code,
)
"""Grades an episode of the suite `tools`."""
