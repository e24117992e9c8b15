"""What is admitted before it is asked, and noted before it is sent."""

from __future__ import annotations

import asyncio

import pytest

from bench.errors import IncompleteError
from bench.records.items import Call
from tests.engine.lanes import Broken, run
from tests.fake_endpoint import FakeEndpoint, Reply


class Admits:
    """An admission that says no from some rank on, and notes what it is asked and told."""

    def __init__(self, below: int, again: bool = True) -> None:
        self.below, self.may_repeat = below, again
        self.begun: list[tuple[str, int]] = []
        self.ended: list[tuple[str, int, bool]] = []
        self.left: list[str] = []

    async def begin(self, model: str, rank: int) -> bool:
        await asyncio.sleep(0)
        if rank < self.below:
            self.begun.append((model, rank))
        return rank < self.below

    def again(self, _model: str, _rank: int) -> bool:
        return self.may_repeat

    def finished(self, model: str, rank: int, call: Call | None) -> None:
        self.ended.append((model, rank, call is not None))

    def leave(self, model: str) -> None:
        self.left.append(model)


def test_what_is_not_admitted_is_not_asked_and_that_is_no_error() -> None:
    admission = Admits(below=3)
    with FakeEndpoint() as one, FakeEndpoint() as two:
        ran = run([one, two], count=10, slots=2, admission=admission)
    assert (ran.stopped, len(one.requests), len(two.requests)) == ({}, 3, 3)
    assert sorted(admission.begun) == sorted((m, r) for m, r, _ in admission.ended)
    assert all(recorded for _, _, recorded in admission.ended)
    assert sorted(admission.left) == ["m0", "m1"]


def test_an_admission_that_fails_ends_the_run_with_its_own_error() -> None:
    class Failing(Admits):
        async def begin(self, _model: str, rank: int) -> bool:
            raise ValueError(f"no price for {rank}")

    with FakeEndpoint() as endpoint, pytest.raises(ValueError, match="no price for 0"):
        run([endpoint], admission=Failing(below=1))


def test_a_retry_that_is_not_admitted_is_not_sent() -> None:
    admission = Admits(below=99, again=False)
    with FakeEndpoint(lambda _: Reply(end="silent")) as endpoint:
        ran = run([endpoint], count=1, admission=admission)
    assert (len(endpoint.requests), len(ran.calls[0].attempts)) == (1, 1)


def test_a_call_is_noted_before_it_is_sent_and_again_before_a_retry_that_may_be_billed() -> None:
    replies, noted = iter([Reply(status=503), Reply(end="drop", events=1), Reply(), Reply()]), list[tuple[int, Call]]()
    with FakeEndpoint(lambda _: next(replies)) as endpoint:

        async def begins(call: Call) -> None:
            noted.append((len(endpoint.requests), call))

        ran = run([endpoint], count=2, slots=1, begins=begins)
    assert [len(call.attempts) for call in ran.calls] == [3, 1]
    assert [(sent, len(call.attempts)) for sent, call in noted] == [(0, 1), (2, 3), (3, 1)]
    assert [call.key for _, call in noted] == [ran.calls[0].key, ran.calls[0].key, ran.calls[1].key]
    assert noted[1][1].attempts[:2] == ran.calls[0].attempts[:2], "what may be billed stays noted beside the retry"
    assert [[attempt.billable for attempt in call.attempts] for _, call in noted] == [
        [True],
        [False, True, True],
        [True],
    ]


def test_a_call_that_cannot_be_noted_is_not_sent() -> None:
    async def begins(_call: Call) -> None:
        raise IncompleteError("the disk is full")

    with FakeEndpoint() as endpoint, pytest.raises(IncompleteError, match="disk is full"):
        run([endpoint], count=3, begins=begins)
    assert endpoint.requests == []


def test_what_was_admitted_and_then_given_up_is_told_so() -> None:
    class Late(Admits):
        async def begin(self, model: str, rank: int) -> bool:
            if rank:
                await asyncio.sleep(1.0)
            return await super().begin(model, rank)

    admission, seen = Late(below=99), Broken()
    with FakeEndpoint(lambda _: Reply(text="a b", gap_s=0.1)) as endpoint, pytest.raises(OSError, match="stderr"):
        run([endpoint], count=6, slots=3, admission=admission, seen=seen)
    assert (len(endpoint.requests), len(seen.calls)) == (1, 1)
    assert sorted(admission.begun) == sorted((m, r) for m, r, _ in admission.ended)
    recorded = [recorded for _, _, recorded in admission.ended]
    assert (recorded.count(True), False in recorded) == (1, True)
    assert sorted(admission.begun) == sorted((m, r) for m, r, _ in admission.ended)
