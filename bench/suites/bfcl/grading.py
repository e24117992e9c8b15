"""Grades BFCL's items by our own reading of its rules; nothing that a model wrote is run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bench.records import Graded, Transcript
from bench.scoring.episodes import EpisodeGrader
from bench.suites.bfcl.exam import reference_calls
from bench.suites.bfcl.source import tool_name
from bench.suites.bfcl.syntax import right
from bench.suites.bfcl.world import BfclResult, BfclSession, played


class _Noted:
    """The tools of an item of one message: a call is noted, and nothing comes of it."""

    def act(self, name: str, arguments: Mapping[str, Any] | None) -> BfclResult:
        """Nothing."""
        del name, arguments
        return BfclResult(content="", failed=False)


def opened(item: Mapping[str, Any]) -> BfclSession | _Noted:
    """An item's episode begins. UsageError if its world cannot be loaded."""
    return BfclSession(item) if "ground_truth" in item else _Noted()


def by_user_turn(transcript: Transcript) -> list[list[tuple[str, Mapping[str, Any] | None]]]:
    """An episode's calls by the user's turns: a message that calls nothing ends one."""
    turns: list[list[tuple[str, Mapping[str, Any] | None]]] = [[]]
    for said in transcript.turns:
        turns[-1] += [(use.name, use.arguments) for use in said.calls]
        if not said.calls:
            turns.append([])
    return turns[:-1]


def _wrong(item: Mapping[str, Any], transcript: Transcript) -> str:
    """What is wrong with an episode; empty if nothing is."""
    if "ground_truth" in item:
        return played(item, by_user_turn(transcript)) if transcript.stop == "final" else "it did not come to its end"
    made = [(use.name, use.arguments) for turn in transcript.turns for use in turn.calls]
    if "calls" in item:
        return "" if bool(made) == item["calls"] else "nothing was called" if item["calls"] else "a tool was called"
    calls = [(name, arguments) for name, arguments in made if arguments is not None]
    fits = len(calls) == len(made) and right(item["functions"], calls, item["answers"])
    return "" if fits else "the calls are not among those that are right"


def _judge(item: Mapping[str, Any], text: str) -> Graded:
    try:
        transcript = Transcript.from_json(text)
    except ValueError:
        return Graded(score=0.0, partial=0.0, extracted=None, detail={"why": "no episode"})
    why = _wrong(item, transcript)
    calls = [[use.name, use.arguments] for turn in transcript.turns for use in turn.calls]
    extracted = json.dumps(calls, ensure_ascii=False)[:4096]
    return Graded(score=float(not why), partial=float(not why), extracted=extracted, detail={"why": why})


def _right_calls(item: Mapping[str, Any]) -> list[list[dict[str, Any]]]:
    """Calls that are right, by user turn."""
    if "ground_truth" in item:
        return reference_calls(dict(item))
    if "calls" in item:
        return [[{"name": item["tools"][0]["name"], "arguments": {}}] if item["calls"] else []]
    return [[_first(answer) for answer in item["answers"]]]


def _first(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The call of the first listed values; what may be left out and has no other value is."""
    ((name, wanted),) = answer.items()
    stated = {key: [each for each in values if each != ""] for key, values in wanted.items()}
    return {"name": tool_name(name), "arguments": {key: _plain(each[0]) for key, each in stated.items() if each}}


def _plain(value: Any) -> Any:
    """A listed value; an object lists values under each of its keys."""
    if isinstance(value, list):
        return [_plain(part) if isinstance(part, Mapping) else part for part in value]
    if isinstance(value, Mapping) and value and all(isinstance(part, list) for part in value.values()):
        stated = {key: [each for each in part if each != ""] for key, part in value.items()}
        return {key: _plain(part[0]) for key, part in stated.items() if part}
    return value


def oracle(item: Mapping[str, Any]) -> str:
    """The transcript of somebody who does what the data calls right."""
    turns: list[dict[str, Any]] = []
    for calls in _right_calls(item):
        turns += [{"text": "", "calls": [{**call, "result": ""} for call in calls]}] if calls else []
        turns += [] if "ground_truth" not in item and calls else [{"text": "Done.", "calls": []}]
    return json.dumps({"turns": turns, "stop": "final"}, ensure_ascii=False)


def _expected(item: Mapping[str, Any]) -> str:
    return json.dumps(item.get("answers", _right_calls(item)), ensure_ascii=False)


episode = EpisodeGrader(_judge, opened=opened, oracle=oracle, expected=_expected)
"""Grades an episode of the suite `bfcl`."""
