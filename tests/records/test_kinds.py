"""Every record that is read from JSON refuses what is of another kind, and says where it stands."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from functools import cache
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

import pytest

from bench.records import AgentRun, Call, Episode, EpisodeTurn, Outcome, ToolUse, Transcript, TurnSaid, WorkResult
from bench.records.calls import Attempt, TokenUsage
from bench.records.runjson import JsonRecord

MOMENT = "2026-12-01T00:00:00+00:00"
ODD: tuple[Any, ...] = ("text", 7, 0.25, True, [], {}, ["text"], [7], {"a": 7}, {"a": "text"}, None)
"""One of each kind of JSON."""
DONE = Attempt(sent_at=MOMENT, outcome=Outcome.ANSWERED, usage=TokenUsage(out_total=3), ttft_s=0.5)
TURN = EpisodeTurn(
    key="t", attempt=DONE, attempts=1, calls=1, errors=0, finish_reason="stop", timing_ok=True, text=False
)
AGENT = AgentRun(
    name="a", version="1", part=0, exit_code=0, prompt_sha256=None, most_bytes=1, most_processes=1, said=""
)
EPISODE = Episode(protocol="native", stop_cause="final", turns=(TURN,), agent=AGENT)
CALL = Call(
    key="k", run="r", task="t", item="i", repeat=0, order=0, outcome=Outcome.ANSWERED, text="4", reasoning="",
    finish_reason="stop", served_model="m", usage=TokenUsage(in_uncached=2), attempts=(DONE,), started_at=MOMENT,
    queue_s=0.0, wall_s=1.0, timing_ok=True, sampling_requested={"temperature": 0.5}, machine_s=0.5,
    timing_flags=("cpu",), message={"role": "assistant"}, episode=EPISODE, batch="b",
)  # fmt: skip
USE = ToolUse("find", {"name": "Ana"}, "{}", True, "{na", ("~ /seen: 0 -> 1",))
TALK = Transcript(turns=(TurnSaid(text="I look.", calls=(USE,)),), stop="final")
WORK = WorkResult(files={"a.py": b"x", "b": b"\xff"}, removed=("c",), left_out=("d",))
CLEANED = {"finish_reason", "served_model", "batch", "cost_reported_usd", "error", "request_id", *TokenUsage.__slots__}
"""What a call's record makes fit by itself, whatever stood there."""


def places(raw: Any, *before: Any) -> Iterator[tuple[Any, ...]]:
    """The path of every value."""
    for key, value in raw.items() if isinstance(raw, dict) else enumerate(raw) if isinstance(raw, list) else ():
        yield (*before, key)
        yield from places(value, *before, key)


def at(raw: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        raw = raw[key]
    return raw


def changed(text: str, path: tuple[Any, ...], value: Any) -> Any:
    """JSON with another value in a place."""
    raw = json.loads(text)
    at(raw, path[:-1])[path[-1]] = value
    return raw


hints_of: Callable[[Any], dict[str, Any]] = cache(get_type_hints)


def declared(kind: Any) -> dict[str, Any]:
    """What a record's fields are to be."""
    hints = hints_of(kind)
    return {name: hints[name] for name in getattr(kind, "_fields", None) or [each.name for each in fields(kind)]}


def fits(value: Any, hint: Any) -> bool:
    """Whether a value is of the kind that its field declares."""
    if hint is Any or NoneType in get_args(hint):
        return hint is Any or value is None or fits(value, get_args(hint)[0])
    if get_origin(hint) is tuple:
        return type(value) is tuple and all(fits(each, get_args(hint)[0]) for each in value)
    if get_origin(hint) is Mapping:
        names, held = get_args(hint)
        return isinstance(value, Mapping) and all(fits(k, names) and fits(v, held) for k, v in value.items())
    if is_dataclass(hint) or hasattr(hint, "_fields"):
        return type(value) is hint and all(fits(getattr(value, name), own) for name, own in declared(hint).items())
    return type(value) in (int, float) if hint is float else type(value) is hint


def read_or_why(read: Callable[[Any], Any], raw: Any) -> tuple[Any, str]:
    """What is read, or None and why not."""
    try:
        return read(raw), ""
    except ValueError as error:
        return None, str(error)


@pytest.mark.parametrize("record", [CALL, TALK, WORK], ids=lambda record: type(record).__name__)
def test_what_is_read_is_what_stood_there_or_an_error(record: Call | Transcript | WorkResult) -> None:
    text, refused = record.to_json(), 0
    assert type(record).from_json(text) == record
    for path in places(json.loads(text)):
        for value in ODD:
            read, why = read_or_why(type(record).from_json, json.dumps(changed(text, path, value)))
            assert "\n" not in why
            refused += bool(why)
            assert why or fits(read, type(record)), (path, value)
            if not why and CLEANED.isdisjoint(path) and value not in ([], {}, None, False):
                assert at(json.loads(read.to_json()), path) == value, path
    assert refused > 9


@pytest.mark.parametrize("record", [CALL, TALK, WORK], ids=lambda record: type(record).__name__)
def test_nothing_that_a_record_needs_may_be_missing(record: Call | Transcript | WorkResult) -> None:
    text, missing = record.to_json(), 0
    for path in places(json.loads(text)):
        raw = json.loads(text)
        del at(raw, path[:-1])[path[-1]]
        read, why = read_or_why(type(record).from_json, json.dumps(raw))
        assert str(path[-1]) in why if why else fits(read, type(record))
        missing += bool(why)
    assert missing > 1
    with pytest.raises(ValueError, match=r"nested too deeply|recursion"):
        type(record).from_json("[" * 100_000)


@pytest.mark.parametrize(
    ("path", "value", "why"),
    [
        (("removed",), "abc", "removed: a list is needed"),
        (("files", "a.py"), 7, r"files\.a\.py: a text or its base64 is needed"),
        (("left_out",), [7], "left_out: holds what is not a text"),
        (("stop",), None, "stop: a text is needed"),
    ],
)
def test_a_result_of_another_kind_names_the_place(path: tuple[Any, ...], value: object, why: str) -> None:
    with pytest.raises(ValueError, match=rf"not what an agent left \({why}\)"):
        WorkResult.from_json(json.dumps(changed(WORK.to_json(), path, value)))


def test_a_key_that_no_call_has_is_named_in_one_line() -> None:
    with pytest.raises(ValueError, match=r"attempts\.0\.a b: is not known"):
        Call.from_json(json.dumps(changed(CALL.to_json(), ("attempts", 0, "a\nb"), 1)))
    with pytest.raises(ValueError, match=r"usage\.in_all: is not known"):
        Call.from_json(json.dumps(changed(CALL.to_json(), ("usage", "in_all"), 1)))
    with pytest.raises(ValueError, match=r"attempts\.0: is missing"):
        Call.from_json(json.dumps(changed(CALL.to_json(), ("attempts",), [])))


def parts(kind: type[JsonRecord] = JsonRecord) -> list[type[JsonRecord]]:
    """Every part of run.json and of the files beside it, by name."""
    found = {each for of in kind.__subclasses__() for each in (of, *parts(of)) if of.__module__.startswith("bench.rec")}
    return sorted((each for each in found if getattr(sys.modules[each.__module__], each.__name__) is each), key=str)


def example(hint: Any) -> Any:
    """A JSON value of a kind; texts are moments, as some have to be."""
    if NoneType in get_args(hint):
        return example(get_args(hint)[0])
    if get_origin(hint) is tuple:
        return [example(get_args(hint)[0])]
    if get_origin(hint) is Mapping:
        return dict.fromkeys(("name", "row", "why"), example(get_args(hint)[1]))
    if isinstance(hint, type) and issubclass(hint, JsonRecord):
        return {name: example(own) for name, own in declared(hint).items() if name not in ("extra", "keys")}
    return {str: MOMENT, int: 1, float: 0.5, bool: True, Decimal: "1.5", Any: MOMENT}[hint]


@pytest.mark.parametrize("kind", parts(), ids=lambda kind: kind.__name__)
def test_a_part_of_a_runs_files_is_what_stood_there_or_an_error(kind: type[JsonRecord]) -> None:
    whole = example(kind)
    assert fits(kind.from_json(whole), kind)
    for name in whole:
        for value in ODD:
            read, why = read_or_why(kind.from_json, {**whole, name: value})
            assert "\n" not in why
            assert why or fits(read, kind), (name, value)
            kept = str(value) if Decimal in (declared(kind)[name], *get_args(declared(kind)[name])) else value
            assert why or value in (None, {}) or read.to_json()[name] == kept
