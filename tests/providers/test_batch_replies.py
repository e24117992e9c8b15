"""What is read of a batch's state, of the list of batches and of each result, in both kinds of batch interface."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bench.providers import FaultKind, batch_wire
from bench.providers.batches import BatchLine, BatchState

CHAT, MESSAGES = batch_wire("openai"), batch_wire("anthropic")
COUNTS = {"processing": 1, "succeeded": 2, "errored": 3, "canceled": 4, "expired": 5}
NOON = "2026-11-20T12:00:00.000+00:00"


def message_batch(**changes: Any) -> dict[str, Any]:
    made = {"id": "b1", "type": "message_batch", "processing_status": "in_progress", "request_counts": COUNTS}
    return {**made, "created_at": "2026-11-20T13:00:00+01:00", **changes}


def chat_batch(**changes: Any) -> dict[str, Any]:
    made = {"id": "b1", "status": "in_progress", "request_counts": {"completed": 2, "failed": 1, "total": 9}}
    return {**made, "created_at": 1795176000, "input_file_id": "f-1", "metadata": {"claimbench": "ours"}, **changes}


def state(raw: dict[str, Any]) -> BatchState:
    return (MESSAGES if "type" in raw else CHAT).state(json.dumps(raw))


def line(raw: dict[str, Any]) -> BatchLine:
    return (MESSAGES if "result" in raw else CHAT).result(json.dumps({"custom_id": "k", **raw}))


def test_a_batch_is_made_of_its_lines_or_of_an_uploaded_file() -> None:
    lines = [MESSAGES.line(key, {"model": "m"}) for key in "ab"]
    asked = json.loads(MESSAGES.creation(lines, None, "ours"))
    assert asked == {"requests": [{"custom_id": key, "params": {"model": "m"}} for key in "ab"]}
    made = json.loads(CHAT.creation(lines, "f-1", "ours"))
    assert (made["input_file_id"], made["metadata"], made["completion_window"]) == (
        "f-1",
        {"claimbench": "ours"},
        "24h",
    )
    assert made["endpoint"] == json.loads(CHAT.line("a", {}))["url"]
    assert CHAT.uploaded('{"id": "f-1"}') == "f-1"
    assert (CHAT.of("b1"), MESSAGES.cancellation("b1")) == ("/batches/b1", "/messages/batches/b1/cancel")
    with pytest.raises(ValueError, match="the file has no id that can be one"):
        CHAT.uploaded('{"id": "../x"}')


def test_how_far_a_batch_is() -> None:
    theirs, ours = state(message_batch()), state(chat_batch())
    assert (theirs.done, theirs.total, theirs.ended, theirs.created_at, theirs.results) == (14, 15, False, NOON, ())
    assert (ours.done, ours.total, ours.ended, ours.created_at, ours.results) == (3, 9, False, NOON, ())
    assert (ours.input_file, ours.intent, theirs.input_file, theirs.intent) == ("f-1", "ours", None, None)


@pytest.mark.parametrize(
    "raw",
    [
        message_batch(request_counts={**COUNTS, "expired": None}),
        message_batch(request_counts=None),
        chat_batch(request_counts={"completed": 2, "total": 0}),
        chat_batch(request_counts={}),
    ],
)
def test_counts_that_are_not_said_are_unknown(raw: dict[str, Any]) -> None:
    assert (state(raw).done, state(raw).total) == (None, None)


@pytest.mark.parametrize("at", ["yesterday", "2026-11-20T12:00:00", 10**30, 1.5, None, True])
def test_a_moment_that_is_none_is_unknown(at: object) -> None:
    assert state(chat_batch(created_at=at)).created_at is None


@pytest.mark.parametrize(
    ("errors", "message", "kind"),
    [
        ({"data": [{"code": "invalid_json_line", "message": "Line 3"}]}, "Line 3", FaultKind.REQUEST),
        ({"data": []}, "the batch failed, without a word on why", FaultKind.REQUEST),
        (None, "the batch failed, without a word on why", FaultKind.REQUEST),
    ],
)
def test_a_batch_that_failed_as_a_whole_says_why(errors: object, message: str, kind: FaultKind) -> None:
    found = state(chat_batch(status="failed", errors=errors))
    assert found.ended
    assert found.fault
    assert (found.fault.message, found.fault.kind) == (message, kind)
    assert state(chat_batch(status="expired", errors=errors)).fault is None


def test_an_ended_batch_says_where_its_results_are() -> None:
    both = chat_batch(status="completed", output_file_id="f-2", error_file_id="f-3")
    assert state(both).results == ("/files/f-2/content", "/files/f-3/content")
    assert state({**both, "status": "finalizing"}).results == ()


@pytest.mark.parametrize(("wire", "raw"), [(MESSAGES, message_batch()), (CHAT, chat_batch())])
def test_batches_are_listed_page_by_page(wire: Any, raw: dict[str, Any]) -> None:
    page = {"data": [raw, {**raw, "id": "b2"}], "has_more": True}
    states, after = wire.listed(json.dumps(page))
    assert [each.batch for each in states] == ["b1", "b2"]
    assert after.startswith(f"{wire.PATH}?limit=100&after")
    assert after.endswith("=b2")
    assert wire.listed(json.dumps({**page, "has_more": False}))[1] is None
    assert wire.listed('{"data": [], "has_more": true}') == ([], None)
    for other in ("{}", '{"data": [7]}', '{"data": [{"id": "x"}]}', "<html><title>Sign in</title>"):
        with pytest.raises(ValueError, match=r"none|not a JSON|no (message )?batch|Sign in"):
            wire.listed(other)


def test_a_request_that_was_answered_brings_its_whole_reply() -> None:
    theirs = line({"result": {"type": "succeeded", "message": {"content": []}}})
    assert theirs == BatchLine(custom_id="k", ending="replied", reply='{"content": []}', status=200)
    ours = line({"response": {"status_code": 200, "request_id": "r1", "body": {"choices": []}}, "error": None})
    assert ours == BatchLine(custom_id="k", ending="replied", reply='{"choices": []}', status=200, request_id="r1")


@pytest.mark.parametrize(
    ("raw", "ending"),
    [
        ({"result": {"type": "expired"}}, "expired"),
        ({"result": {"type": "canceled"}}, "cancelled"),
        ({"response": None, "error": {"code": "batch_expired"}}, "expired"),
        ({"response": None, "error": {"code": "batch_cancelled"}}, "cancelled"),
        ({"error": {"code": "batch_canceled"}}, "cancelled"),
    ],
)
def test_a_request_that_was_never_answered_says_how_it_ended(raw: dict[str, Any], ending: str) -> None:
    assert line(raw) == BatchLine(custom_id="k", ending=ending)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("raw", "status", "request_id", "kind"),
    [
        (
            {"result": {"type": "errored", "error": {"error": {"type": "overloaded_error"}, "request_id": "r1"}}},
            529,
            "r1",
            FaultKind.TRANSIENT,
        ),
        (
            {"result": {"type": "errored", "error": {"error": {"type": "odd"}, "request_id": 7}}},
            None,
            None,
            FaultKind.TRANSIENT,
        ),
        (
            {"response": {"status_code": 400, "request_id": "r1", "body": {"error": {"message": "too long"}}}},
            400,
            "r1",
            FaultKind.REQUEST,
        ),
        ({"error": "some words"}, None, None, FaultKind.TRANSIENT),
    ],
)
def test_a_request_that_failed_says_what_went_wrong(
    raw: dict[str, Any], status: int | None, request_id: str | None, kind: FaultKind
) -> None:
    found = line(raw)
    assert (found.ending, found.status, found.request_id, found.reply) == ("errored", status, request_id, "")
    assert found.fault
    assert found.fault.kind is kind


def test_a_line_that_says_nothing_of_its_end_is_none() -> None:
    with pytest.raises(ValueError, match="says nothing of how its request ended"):
        line({"result": {"type": "paused"}})
