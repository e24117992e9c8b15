"""Which failures stop a model, when, and that no other model is stopped with it."""

from __future__ import annotations

import itertools

import pytest

from bench.records.items import Outcome
from tests.engine.lanes import run
from tests.fake_endpoint import DROP, FakeEndpoint, Reply


def test_an_endpoint_that_always_drops_is_stopped_after_three_calls() -> None:
    with FakeEndpoint(lambda _: DROP) as endpoint:
        ran = run([endpoint], count=9, slots=8)
    assert [len(c.attempts) for c in ran.calls] == [3, 3, 3]
    assert all(c.outcome is Outcome.INFRASTRUCTURE for c in ran.calls)
    assert "3 calls in a row failed" in ran.stopped["m0"]


@pytest.mark.parametrize("status", [401, 402, 404])
def test_a_rejected_first_call_stops_that_model_and_no_other(status: int) -> None:
    with FakeEndpoint(lambda _: Reply(text="no credit", status=status)) as bad, FakeEndpoint() as good:
        ran = run([bad, good], count=5)
    assert ran.stopped["m0"].startswith(f"HTTP {status}: no credit. ")
    assert (len(bad.requests), len(good.requests)) == (1, 5)
    assert [c.outcome for c in ran.calls].count(Outcome.ANSWERED) == 5
    assert [c.scored_attempt.fault for c in ran.calls if c.outcome is Outcome.INFRASTRUCTURE] == ["model"]


def test_a_balance_that_ends_in_the_middle_stops_that_model_there() -> None:
    asked = itertools.count()
    with FakeEndpoint(lambda _: Reply() if next(asked) < 5 else Reply(text="no credit", status=402)) as endpoint:
        ran = run([endpoint], count=20, slots=1)
    assert "no credit" in ran.stopped["m0"]
    assert len(endpoint.requests) == 6


def test_two_bad_requests_without_a_success_stop_the_model_but_one_is_the_items_own() -> None:
    with FakeEndpoint(lambda _: Reply(text="unknown field", status=400)) as endpoint:
        ran = run([endpoint], count=5, slots=4)
    assert ran.stopped == {"m0": "HTTP 400: unknown field"}
    assert [c.outcome for c in ran.calls] == [Outcome.INFRASTRUCTURE] * 2
    asked = itertools.count()
    with FakeEndpoint(lambda _: Reply() if next(asked) else Reply(text="too long", status=400)) as endpoint:
        ran = run([endpoint], count=5, slots=1)
    assert ran.stopped == {}
    assert [c.outcome for c in ran.calls].count(Outcome.ANSWERED) == 4


def test_a_single_bad_request_of_a_single_call_is_told() -> None:
    with FakeEndpoint(lambda _: Reply(text="unknown field", status=400)) as endpoint:
        assert run([endpoint], count=1).stopped == {"m0": "HTTP 400: unknown field"}


def test_streams_that_always_break_are_not_paid_for_in_every_slot() -> None:
    with FakeEndpoint(lambda _: Reply(end="silent", usage=None, delay_s=0.05)) as endpoint:
        ran = run([endpoint], count=60, slots=12)
    assert "calls in a row failed" in ran.stopped["m0"]
    assert len(endpoint.requests) <= 3 * (12 + 1)


@pytest.mark.parametrize("place", ["https://acme.test/v1/chat/completions", "/login"])
def test_a_redirect_says_where_it_leads_and_is_not_followed(place: str) -> None:
    moved = Reply(status=307, text="moved", headers={"Location": f"{place}?token=1"})
    with FakeEndpoint(lambda _: moved) as endpoint:
        ran = run([endpoint], count=5)
    assert ran.stopped["m0"].startswith(f"HTTP 307: redirects to {place}. Set base_url to where it leads")
    assert len(endpoint.requests) == 1
