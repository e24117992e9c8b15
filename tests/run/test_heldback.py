"""Short answers behind a proxy that buffers: one alone cannot show it, the model's answers together do."""

from __future__ import annotations

import pytest

from bench.run.heldback import LEAST, held_back
from tests.engine.lanes import run
from tests.fake_endpoint import FakeEndpoint, Reply


@pytest.mark.parametrize(
    ("reply", "count", "held"),
    [
        (Reply(text="B pear", together=9), LEAST, {"m0"}),
        (Reply(text="B pear", together=9), LEAST - 1, set()),
        (Reply(text="B pear", gap_s=0.01), LEAST, set()),
        (Reply(text="B", together=9), LEAST, set()),
    ],
)
def test_models_whose_answers_all_come_at_once(reply: Reply, count: int, held: set[str]) -> None:
    with FakeEndpoint(lambda _: reply) as endpoint:
        ran = run([endpoint], count=count, slots=1)
    assert not any(call.scored_attempt.buffered for call in ran.calls), "each is too short to be told alone"
    assert held_back(ran.plan.calls, {call.key: call for call in ran.calls}) == held


def test_a_single_event_and_its_end_in_one_read_are_told_by_equal_times() -> None:
    """Such answers cannot show what holds them back; the report counts them (`oddities`)."""
    with FakeEndpoint(lambda _: Reply(text="B", together=9)) as endpoint:
        calls = run([endpoint], count=LEAST, slots=1).calls
    assert all(call.scored_attempt.ttfat_s == call.scored_attempt.latency_s for call in calls)


def test_one_stream_among_them_is_enough_to_doubt_it() -> None:
    at_once, streamed = Reply(text="B pear", together=9), Reply(text="B pear", gap_s=0.01)
    with FakeEndpoint(lambda request: streamed if request.prompt == "q1" else at_once) as endpoint:
        ran = run([endpoint], count=LEAST, slots=1)
    assert held_back(ran.plan.calls, {call.key: call for call in ran.calls}) == set()
