"""Checks of what a reply is for a program: the calls of tools that it asks for, and a text that a parser reads back."""

from __future__ import annotations

import csv
import io
import json
import tomllib
from collections.abc import Callable, Mapping
from typing import Any

from bench import clean
from bench.records import Graded
from bench.scoring import code, json_answers
from bench.scoring.item import ANSWER_CHARS

MOST_CALLS = 200
"""Calls of tools in a reply or an item, beyond which it is not read."""


def tool_calls(item: Mapping[str, Any], text: str) -> Graded:
    """The reply's JSON must be the item's `tool_calls`, in any order: names as they are, arguments as JSON values.

    One call may stand alone, and OpenAI's and Anthropic's own forms are read. Partial credit is the share of calls that
    both have.
    """
    wanted, found = item["tool_calls"], json_answers.json_value(text, array=True)
    given = None if found is None else _calls(found[0])
    if found is None or given is None:
        return Graded(score=0.0, partial=0.0, extracted=None)
    left, matched = list(given), 0
    for call in wanted:
        at = next((at for at, other in enumerate(left) if alike(call, other)), None)
        if at is not None:
            del left[at]
            matched += 1
    most = max(len(wanted), len(given), 1)
    lacking = f"{len(wanted) - matched} of {len(wanted)} calls are missing, {len(left)} are others"
    return Graded(
        score=float(matched == len(wanted) == len(given)),
        partial=matched / most,
        extracted=json.dumps(given, ensure_ascii=False)[:ANSWER_CHARS],
        detail={"why": "" if matched == most else lacking, "route": found[1]},
    )


def _calls(value: object) -> list[dict[str, Any]] | None:
    """The calls of a reply, each with name and arguments; None if it is no list of calls."""
    if isinstance(value, dict) and isinstance(value.get("tool_calls"), list):
        value = value["tool_calls"]
    listed = value if isinstance(value, list) else [value]
    calls = [_call(each) for each in listed[: MOST_CALLS + 1]]
    known = [call for call in calls if call is not None]
    return known if len(known) == len(calls) <= MOST_CALLS else None


def _call(value: object) -> dict[str, Any] | None:
    if isinstance(value, dict) and isinstance(value.get("function"), dict):
        value = value["function"]
    if not isinstance(value, dict) or not isinstance(value.get("name"), str):
        return None
    arguments: Any = next((value[key] for key in ("arguments", "input", "parameters") if key in value), {})
    if isinstance(arguments, str):
        read = json_answers.json_value(arguments) if arguments.strip() else ({}, "")
        arguments = None if read is None else read[0]
    return {"name": value["name"], "arguments": arguments} if isinstance(arguments, dict) else None


def alike(one: object, other: object) -> bool:
    """Whether two JSON values are the same: 1 is 1.0 and not true, objects in any order, lists in theirs."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(alike(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(alike, one, other))
    return one == other


def _csv(text: str) -> object:
    return [list(row) for row in csv.reader(io.StringIO(text.strip(), newline=""), strict=True) if row]


def _json(text: str) -> object:
    found = json_answers.json_value(text)
    if found is None:
        raise ValueError("it is no JSON")
    return found[0]


PARSERS: Mapping[str, Callable[[str], object]] = {"csv": _csv, "json": _json, "toml": clean.toml}
"""What reads a reply back, by the name that an item states."""


def round_trip(item: Mapping[str, Any], text: str) -> Graded:
    """What the item's parser reads in the reply, or its last code block, must be the item's value."""
    wanted, parser = item["round_trip"]["value"], item["round_trip"]["parser"]
    blocks = code.blocks(text)
    written = blocks[-1].code if blocks and parser != "json" else text
    try:
        value = PARSERS[parser](written)
    except (ValueError, csv.Error, tomllib.TOMLDecodeError) as error:
        return Graded(score=0.0, extracted=None, detail={"why": clean.line(f"{parser} cannot be read: {error}")[:300]})
    right = alike(wanted, value)
    shown = json.dumps(value, ensure_ascii=False, default=str)[:ANSWER_CHARS]
    return Graded(score=float(right), extracted=shown, detail={"why": "" if right else "another value is read back"})


def written(item: Mapping[str, Any]) -> str | None:
    """The item's value as its parser reads it; None where nothing here writes it."""
    value, parser = item["round_trip"]["value"], item["round_trip"]["parser"]
    if parser == "json":
        return json.dumps(value, ensure_ascii=False)
    if parser == "csv":
        text = io.StringIO(newline="")
        csv.writer(text).writerows(value)
        return text.getvalue()
    return item.get("example")
