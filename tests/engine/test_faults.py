"""Every fault an endpoint can have, in both protocols: outcome, attempts, what is recorded, and what may be billed."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any, NamedTuple

import pytest

from bench.engine import retry, throttle
from bench.records.items import Call, Outcome
from tests.engine.lanes import Ran, run
from tests.fake_endpoint import DROP, FakeEndpoint, Reply, Request

OK = Reply(text="four is the answer")
SLOW = Reply(status=429, text="slow down")
CANARY = "sk-canary-0123456789"


def asked(protocol: str, *replies: Reply, count: int = 1, **entry: Any) -> tuple[Ran, FakeEndpoint]:
    """What one slot makes of these replies, the last of them repeated."""
    number = itertools.count()
    with FakeEndpoint(lambda _: replies[min(next(number), len(replies) - 1)]) as endpoint:
        return run([endpoint], count=count, slots=1, protocol=protocol, **entry), endpoint


def one(protocol: str, *replies: Reply, **entry: Any) -> Call:
    """The call, where there is only one."""
    ran, _ = asked(protocol, *replies, **entry)
    (call,) = ran.calls
    return call


@pytest.fixture(params=["openai", "anthropic"])
def protocol(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


class Row(NamedTuple):
    """One fault."""

    replies: tuple[Reply, ...]
    """What the endpoint does, attempt by attempt; the last one is repeated."""
    outcome: Outcome
    """How the call ends."""
    faults: tuple[str | None, ...]
    """The recorded kind of failure of each attempt."""
    error: str = ""
    """A part of the recorded error; empty: none."""
    billed: tuple[int | None, ...] = (None,)
    """Output tokens that each attempt is known to have cost."""


BROKEN = Outcome.INFRASTRUCTURE

FAULTS = {
    "429 then well": Row((SLOW, OK), Outcome.ANSWERED, ("status", None), billed=(None, 7)),
    "429 for good": Row((SLOW,), BROKEN, ("status",) * 6, "HTTP 429: slow down"),
    "429 with an hour's pause": Row(
        (Reply(status=429, text="slow down", headers={"Retry-After": "3600"}),),
        BROKEN, ("status",), "HTTP 429: slow down (asks for a pause of 3600 s)",
    ),
    "429 that no pause will cure": Row(
        (Reply(status=429, text="You exceeded your current quota", error={"code": "insufficient_quota"}),),
        BROKEN, ("model",), "HTTP 429: You exceeded",
    ),
    "429 not to be repeated": Row(
        (Reply(status=429, text="slow down", headers={"x-should-retry": "false"}),), BROKEN, ("status",), "HTTP 429",
    ),
    "408, 409, 500, 503, 529": Row(
        (*(Reply(status=status, text="busy") for status in (408, 409, 500, 503, 529)), OK),
        Outcome.ANSWERED, ("status",) * 5 + (None,), billed=(None,) * 5 + (7,),
    ),
    "402": Row((Reply(status=402, text="Insufficient Balance"),), BROKEN, ("model",), "HTTP 402: Insufficient Balance"),
    "401": Row((Reply(status=401, text="no such key"),), BROKEN, ("model",), "HTTP 401: no such key"),
    "404": Row((Reply(status=404, text="no such model"),), BROKEN, ("model",), "HTTP 404: no such model"),
    "400": Row((Reply(status=400, text="too long"),), BROKEN, ("request",), "HTTP 400: too long"),
    "a prompt that a filter refuses": Row(
        (Reply(status=400, text="DataInspectionFailed"),), Outcome.REFUSED, ("refused",), "HTTP 400: DataInsp",
    ),
    "a drop before the first byte": Row((DROP, OK), Outcome.ANSWERED, ("connection", None), billed=(None, 7)),
    "a reset in the stream": Row(
        (Reply(text="four is", events=3, end="reset"), OK), Outcome.ANSWERED, ("stream", None), billed=(None, 7),
    ),
    "a truncated stream for good": Row((Reply(events=1, end="drop"),), BROKEN, ("stream",) * 3, "Error"),
    "a clean end without the terminal event": Row(
        (Reply(text="four", end="silent", usage=None),), BROKEN, ("stream",) * 3, "without its terminal event",
    ),
    "a clean end without the terminal event, though with the reason and the counts": Row(
        (Reply(text="four", end="silent"),), Outcome.ANSWERED, (None,), billed=(7,),
    ),
    "a clean end once": Row((Reply(end="silent", usage=None), OK), Outcome.ANSWERED, ("stream", None)),
    "an error inside a 200": Row(
        (Reply(text="overloaded", events=3, end="error"),), BROKEN, ("stream",) * 3, "overloaded",
    ),
    "an empty balance inside a 200": Row(
        (Reply(text="insufficient balance", events=3, end="error"),), BROKEN, ("model",), "insufficient balance",
    ),
    "an infrastructure finish reason": Row(
        (Reply(finish_reason="network_error"), OK), Outcome.ANSWERED, ("stream", None), billed=(7, 7),
    ),
    "a malformed event": Row((Reply(raw_events=('{"choices": [',)),), BROKEN, ("shape",), 'malformed reply'),
    "a page": Row((Reply(raw_events=("<html>busy</html>",)),), BROKEN, ("shape",), ": <html>busy</html>"),
    "a refusal": Row((Reply(text="", finish_reason="content_filter"),), Outcome.REFUSED, (None,), billed=(7,)),
    "length": Row((Reply(finish_reason="length"),), Outcome.TRUNCATED, (None,), billed=(7,)),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault(name: str, protocol: str) -> None:
    row = FAULTS[name]
    call = one(protocol, *row.replies)
    assert (call.outcome, tuple(attempt.fault for attempt in call.attempts)) == (row.outcome, row.faults)
    if row.error:
        assert row.error in (call.scored_attempt.error or "")
    else:
        assert call.scored_attempt.error is None
    if row.billed != (None,):
        assert tuple(attempt.usage.out_total for attempt in call.attempts) == row.billed
    assert call.usage == call.scored_attempt.usage
    assert all(attempt.error for attempt in call.attempts[:-1])
    assert call.wall_s >= sum(attempt.waited_s for attempt in call.attempts)


@pytest.mark.parametrize(
    ("header", "form", "least", "most"),
    [
        ("retry-after-ms", lambda: "80", 0.08, 0.5),
        ("Retry-After", lambda: "0.1", 0.1, 0.5),
        ("Retry-After", lambda: format_datetime(datetime.now(UTC) + timedelta(seconds=1.5), usegmt=True), 0.2, 1.9),
    ],
)
def test_every_form_of_retry_after_is_waited_for_and_pauses_the_whole_model(
    protocol: str, header: str, form: Callable[[], str], least: float, most: float
) -> None:
    number = itertools.count()

    def script(_: Request) -> Reply:
        return Reply(status=429, headers={header: form()}) if next(number) == 3 else Reply(delay_s=0.01)

    with FakeEndpoint(script) as endpoint:
        ran = run([endpoint], count=12, slots=3, protocol=protocol)
    (call,) = [call for call in ran.calls if len(call.attempts) > 1]
    assert least <= call.scored_attempt.waited_s <= most + 1
    times = [request.at for request in endpoint.requests]
    assert max(b - a for a, b in itertools.pairwise(times[3:])) >= least - 0.05, "the others wait as well"
    lane = ran.lanes["m0"]
    assert (lane.retries, lane.stopped) == (1, None)
    assert least - 0.01 <= lane.paused_s <= most


def test_too_much_at_once_is_cut_and_the_rest_still_answered(protocol: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "COOLDOWN_S", 0.03)
    monkeypatch.setattr(retry, "MAX_ATTEMPTS", 99)
    in_flight, most = threading.Semaphore(4), Reply(status=529, text="overloaded", headers={"retry-after-ms": "20"})

    def script(_: Request) -> Reply:
        if not in_flight.acquire(blocking=False):
            return most
        time.sleep(0.04)
        in_flight.release()
        return Reply()

    with FakeEndpoint(script) as endpoint:
        ran = run([endpoint], count=60, slots=10, protocol=protocol)
    assert [call.outcome for call in ran.calls] == [Outcome.ANSWERED] * 60
    lane = ran.lanes["m0"]
    assert lane.cuts >= 1
    assert lane.concurrency_lowest < 10
    told = [pace for label, pace in ran.slowed if label == "m0"]
    assert {pace.status for pace in told} == {529}
    assert min(pace.limit for pace in told) == lane.concurrency_lowest, "said while the model was asked"
    assert told[-1].paused_s == lane.paused_s
    assert told[0].retries < told[-1].retries <= lane.retries
    assert lane.retries == len(endpoint.requests) - 60


def test_a_hang_ends_with_our_deadline_and_is_not_asked_again(protocol: str) -> None:
    call = one(protocol, Reply(text="four is", finish_reason=None, events=4, end="hang"), timeout_s=0.4)
    assert (call.outcome, len(call.attempts), call.scored_attempt.fault) == (Outcome.TRUNCATED, 1, "deadline")
    assert "no end after 0.4 s (our deadline)" in (call.scored_attempt.error or "")
    assert call.text.startswith("four")


def test_a_hang_before_any_token_is_missing(protocol: str) -> None:
    call = one(protocol, Reply(events=0, end="hang"), timeout_s=0.3)
    assert (call.outcome, len(call.attempts), call.scored_attempt.ttft_s) == (BROKEN, 1, None)


def test_keep_alive_comments_hold_no_call_open_beyond_the_deadline(protocol: str) -> None:
    call = one(protocol, Reply(stall_s=30.0, keep_alive_s=0.02), timeout_s=0.4)
    assert (call.outcome, call.scored_attempt.fault) == (BROKEN, "deadline")
    assert 0.35 < call.wall_s < 3


def test_headers_may_come_early_and_tokens_late(protocol: str) -> None:
    call = one(protocol, Reply(text="four is", stall_s=0.2, keep_alive_s=0.05))
    assert call.outcome is Outcome.ANSWERED
    assert call.scored_attempt.ttft_s is not None
    assert call.scored_attempt.ttft_s >= 0.19


TEXT = "vier 四 🙂 é"


@pytest.mark.parametrize("split", [1, 2, 7])
def test_a_stream_in_pieces_of_any_size_is_the_same_answer(protocol: str, split: int) -> None:
    call = one(protocol, Reply(text=TEXT, reasoning="hm 嗯", split=split))
    assert (call.outcome, call.text, call.reasoning) == (Outcome.ANSWERED, TEXT, "hm 嗯")
    assert call.usage.out_total == 7


def test_a_stream_cut_at_every_byte_is_the_same_answer(protocol: str) -> None:
    """Every place: inside events, between them, and inside characters of up to four bytes."""
    cuts = itertools.count()
    with FakeEndpoint(lambda _: Reply(text="é四🙂", usage=None, served_model="m", cut=next(cuts))) as endpoint:
        ran = run([endpoint], count=450, slots=8, protocol=protocol)
    assert {(call.text, call.outcome) for call in ran.calls} == {("é四🙂", Outcome.ANSWERED)}


def test_several_events_in_a_read_are_counted(protocol: str) -> None:
    call = one(protocol, Reply(text="a b c d e f g h", together=100))
    scored = call.scored_attempt
    assert (scored.reads, scored.coalesced, call.text) == (1, 1, "a b c d e f g h")
    assert scored.tpot_s is None
    held_back = one(protocol, Reply(text="word " * 40, together=100)).scored_attempt
    assert held_back.buffered
    assert not one(protocol, Reply(text="word " * 20, gap_s=0.01)).scored_attempt.buffered


@pytest.mark.parametrize(
    "reply",
    [
        Reply(status=400, text=f"bad {CANARY}"),
        Reply(status=401, text=f"bad {CANARY}"),
        Reply(status=429, text=f"bad {CANARY}", headers={"Retry-After": "999", "request-id": CANARY}),
        Reply(status=500, text="x" * 290 + CANARY),
        Reply(status=400, text=f"DataInspectionFailed {CANARY}"),
        Reply(text=f"bad {CANARY}", events=1, end="error"),
        Reply(raw_events=(f"<html>{CANARY}",)),
        Reply(raw_events=("x" * 290 + CANARY,)),
        Reply(finish_reason=f"odd {CANARY}"),
        Reply(text=f"your key is {CANARY} ok", reasoning=f"{CANARY}"),
        Reply(text=CANARY, split=1),
        Reply(served_model=CANARY),
        Reply(text=f"your {CANARY}", events=3, end="drop"),
    ],
)
def test_no_way_of_failing_lets_the_key_into_a_record(
    protocol: str, reply: Reply, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    ran, endpoint = asked(protocol, reply, count=2, environ={"FAKE_API_KEY": CANARY})
    assert CANARY in str(endpoint.requests[0].headers), "the endpoint itself did get it"
    kept = "".join(call.to_json() for call in ran.calls) + str(ran.lanes)
    assert "sk-c" not in kept + "".join(capfd.readouterr()) + caplog.text
    assert ran.calls


def test_the_cure_stands_behind_the_vendors_words(protocol: str) -> None:
    ran, _ = asked(protocol, Reply(status=402, text="Insufficient Balance"), count=5)
    assert ran.stopped == {
        "m0": "HTTP 402: Insufficient Balance. Top up the account's balance or raise its spending limit."
    }
    assert len(ran.calls) == 1
