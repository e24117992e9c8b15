"""Replies as servers of all kinds send them: one answer, however it is wrapped, and one error, wherever it stands."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from bench.engine.exchange import Ended
from bench.providers import FaultKind
from bench.providers.endings import BY_VENDOR, outcome_of
from bench.records.items import Outcome
from tests.engine.lanes import run
from tests.engine.test_exchange import DONE, USAGE, Stream, ask, delta, event
from tests.fake_endpoint import FakeEndpoint, Reply


def choice(**fields: Any) -> bytes:
    return event(object="chat.completion.chunk", choices=[{"index": 0, "finish_reason": None, **fields}])


STOP = delta("", "stop")
PARTS = [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}, {"type": "text", "text": "42"}]


@pytest.mark.parametrize(
    "parts",
    [
        [choice(message={"role": "assistant", "content": "42"}), STOP, USAGE, DONE],
        [choice(message={"content": "4"}), choice(message={"content": "2"}), STOP, USAGE, DONE],
        [choice(text="4"), choice(text="2"), STOP, USAGE, DONE],
        [choice(delta={}, message={"content": "42"}), STOP, USAGE, DONE],
        [delta("4"), delta("2"), choice(message={"content": "42"}, finish_reason="stop"), USAGE, DONE],
        [choice(delta={"content": [{"type": "text", "text": "4"}, {"type": "text", "text": "2"}]}), STOP, USAGE, DONE],
        [choice(delta={"content": ["42"]}), STOP, USAGE, DONE],
        [choice(delta={"content": {"type": "text", "text": "42"}}), STOP, USAGE, DONE],
        [choice(delta={"content": PARTS}), STOP, USAGE, DONE],
        [b"\xef\xbb\xbf", delta("42"), STOP, USAGE, DONE],
        [b"data:\n\n", delta("4"), b"data: \n\n", delta("2"), STOP, b"data:\n\n", USAGE, DONE],
        [delta("42"), STOP, USAGE, DONE, b"data: trailing\n\n", b"data: [DONE]\n\n"],
        [delta("42"), STOP, USAGE + DONE + b"data: {broken\n\n"],
        [delta("42"), STOP, USAGE],
        [delta("42"), STOP, USAGE, httpx.ReadError("reset")],
        [delta("42"), STOP, USAGE, b"data: [DONE]"],
        [delta("42"), STOP, USAGE, b"data: [DO"],
        [delta("42"), STOP, USAGE, b"data: [done]\n\n"],
        [delta("42"), STOP, USAGE, b'data: "[DONE]"\n\n'],
        [delta("42"), STOP, USAGE, b"data: bye\n\n"],
        [b"data: ping\n\n", delta("4"), b"data: : keep-alive\n\n", delta("2"), b"data: null\n\n", STOP, USAGE, DONE],
        [delta("42"), choice(delta={}, finish_reason=1), USAGE, DONE],
    ],
)
def test_one_answer_however_it_is_wrapped(parts: list[bytes]) -> None:
    ended = ask(parts)
    assert (ended.attempt.outcome, ended.answer.text, ended.failure) == (Outcome.ANSWERED, "42", None)
    assert ended.attempt.usage.out_total == 2


WHOLE = {
    "object": "chat.completion",
    "choices": [{"message": {"role": "assistant", "content": "42"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 7, "completion_tokens": 2},
}


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("before", [b"", b"\n\n\n", b"\xef\xbb\xbf", b": keep-alive\n\n"])
def test_a_server_that_does_not_stream_still_answers(indent: int | None, before: bytes) -> None:
    ended = ask([before, json.dumps(WHOLE, indent=indent).encode()])
    if before.startswith(b":"):
        assert ended.attempt.fault == "shape", "a stream that turns into something else"
        return
    assert (ended.attempt.outcome, ended.answer.text, ended.attempt.usage.out_total) == (Outcome.ANSWERED, "42", 2)
    assert ended.answer.whole
    assert ended.attempt.buffered, "its first token came with its last"


OVERLOADED = {"message": "The engine is currently overloaded", "type": "engine_overloaded_error", "code": 429}


@pytest.mark.parametrize(
    "error",
    [
        {"error": OVERLOADED},
        {"error": "Too many requests", "code": 429},
        {"error": {"message": "slow down", "code": "429"}},
        [{"error": {"message": "slow down", "code": 429, "status": "RESOURCE_EXHAUSTED"}}],
        {"type": "error", "error": {"type": "rate_limit_error", "message": "slow down"}},
        {"object": "error", "message": "slow down", "code": 429},
        {"base_resp": {"status_code": 1002, "status_msg": "rate limit"}},
        {"code": 429, "msg": "slow down", "success": False},
        {"detail": "rate limit exceeded"},
        {"message": "API rate limit exceeded"},
        {"errors": [{"message": "rate limit exceeded"}]},
        {"title": "Too Many Requests", "status": 429},
    ],
)
@pytest.mark.parametrize("streamed", [True, False])
def test_an_overload_inside_a_200_is_one_as_by_its_status(error: object, streamed: bool) -> None:
    text = json.dumps(error)
    ended = ask([f"data: {text}\n\n".encode() if streamed else text.encode()])
    failure = ended.failure
    assert failure is not None
    assert (failure.overload, failure.status, ended.attempt.fault) == (True, 429, "status")


@pytest.mark.parametrize(
    ("error", "kind", "cure"),
    [
        ({"error": {"message": "Invalid API key provided", "code": "invalid_api_key"}}, FaultKind.MODEL, "key"),
        ({"base_resp": {"status_code": 1004, "status_msg": "login fail"}}, FaultKind.MODEL, "key"),
        ({"base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}}, FaultKind.MODEL, "Top up"),
        ({"error": {"message": "max_tokens is too large", "code": 400}}, FaultKind.REQUEST, ""),
    ],
)
def test_a_fault_inside_a_200_has_the_cure_of_its_status(error: object, kind: FaultKind, cure: str) -> None:
    failure = ask([json.dumps(error).encode()]).failure
    assert failure is not None
    assert failure.kind is kind
    assert cure in failure.cure


@pytest.mark.parametrize(
    "data",
    [
        {"choices": [], "base_resp": {"status_code": 0, "status_msg": "success"}},
        {"choices": [], "code": 0, "message": ""},
        {"choices": [], "error": None, "detail": None},
        {"id": "1", "object": "chat.completion.chunk", "choices": [], "message": "note"},
        {"id": "1", "choices": [], "error": {"code": 0, "message": ""}},
    ],
)
def test_what_says_that_nothing_is_wrong_is_no_error(data: dict[str, object]) -> None:
    ended = ask([event(**data), delta("42"), STOP, USAGE, DONE])
    assert (ended.failure, ended.answer.text) == (None, "42")


@pytest.mark.parametrize("rows", BY_VENDOR.values(), ids=BY_VENDOR)
def test_every_vendors_finish_words_in_any_case(rows: dict[Outcome, str]) -> None:
    for outcome, words in rows.items():
        for word in words.split():
            camel = word.split("_")[0] + "".join(map(str.title, word.split("_")[1:]))
            for said in (word, word.upper(), word.replace("_", "-"), camel, f"FinishReason.{word.upper()}"):
                assert outcome_of(said) is outcome, said


def test_no_vendors_word_means_another_things_elsewhere() -> None:
    pairs = {
        (word, outcome) for rows in BY_VENDOR.values() for outcome, words in rows.items() for word in words.split()
    }
    assert len(dict(pairs)) == len(pairs)


@pytest.mark.parametrize(
    ("parts", "outcome"),
    [
        ([delta("42", "gone_home"), USAGE, DONE], Outcome.ANSWERED),
        ([delta("42", "gone_home"), DONE], Outcome.INFRASTRUCTURE),
        ([delta("", "gone_home"), USAGE, DONE], Outcome.INFRASTRUCTURE),
        ([delta("42", "MAX_TOKENS"), USAGE, DONE], Outcome.TRUNCATED),
        ([delta("", "stop"), USAGE, DONE], Outcome.EMPTY),
        ([delta("", "stop", reasoning_content="hm"), USAGE, DONE], Outcome.EMPTY),
        ([delta("hm</think>\n", "stop"), USAGE, DONE], Outcome.EMPTY),
        ([delta("", "length"), USAGE, DONE], Outcome.TRUNCATED),
    ],
)
def test_what_an_ending_comes_to(parts: list[bytes], outcome: Outcome) -> None:
    assert ask(parts).attempt.outcome is outcome


@pytest.mark.parametrize("encoding", ["", "identity", "utf-8", "UTF-8"])
def test_an_encoding_that_changes_nothing(encoding: str) -> None:
    def reply(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"content-encoding": encoding}, stream=Stream([delta("42"), STOP, DONE]))

    ended: Ended = ask(reply)
    assert ended.attempt.outcome is Outcome.ANSWERED


@pytest.mark.parametrize(
    ("reply", "notes"),
    [
        (Reply(), ()),
        (Reply(usage={"prompt_tokens": 3, "completion_tokens": 16}), ("at_cap",)),
        (Reply(usage={"prompt_tokens": 3, "completion_tokens": 16}, finish_reason="length"), ()),
        (Reply(finish_reason="gone_home"), ("finish_reason",)),
        (Reply(end="silent"), ("no_terminal_event",)),
    ],
)
@pytest.mark.parametrize("protocol", ["openai", "anthropic"])
def test_what_is_odd_about_an_answer_is_noted(reply: Reply, notes: tuple[str, ...], protocol: str) -> None:
    with FakeEndpoint(lambda _: reply) as endpoint:
        (call,) = run([endpoint], count=1, protocol=protocol).calls
    assert (call.notes, len(call.attempts)) == (notes, 1)
    assert type(call).from_json(call.to_json()) == call


@pytest.mark.parametrize("protocol", ["openai", "anthropic"])
def test_attempts_that_were_turned_away_are_noted(protocol: str) -> None:
    replies = iter([Reply(status=429, headers={"Retry-After": "0"}), Reply()])
    with FakeEndpoint(lambda _: next(replies)) as endpoint:
        (call,) = run([endpoint], count=1, protocol=protocol).calls
    assert (call.notes, len(call.attempts)) == (("turned_away",), 2)
