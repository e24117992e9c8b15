"""Any JSON as reply and any text as answer, through run, score, report and gate: the others' results always come."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.records import read_table
from tests.attack.test_fuzz import ANY_JSON, FREE, TEXTS
from tests.attack.test_texts import COMMAND
from tests.cli.conftest import Bench, bench, endpoint
from tests.fake_endpoint import FakeEndpoint, Reply, Request

__all__ = ["bench", "endpoint"]
ITEMS = 12
CHUNK = st.fixed_dictionaries(
    {"choices": ANY_JSON | st.just([{"index": 0, "delta": {"content": "x"}, "finish_reason": "stop"}])},
    optional={"usage": ANY_JSON, "model": ANY_JSON, "error": ANY_JSON, "id": ANY_JSON},
)
EVENTS = st.lists(CHUNK | ANY_JSON, max_size=3)
REPLIES = st.one_of(
    EVENTS.map(lambda chunks: Reply(raw_events=(*map(json.dumps, chunks), "[DONE]"))),
    TEXTS.map(lambda text: Reply(raw_events=(said(text), "[DONE]"))),
)


def said(text: str) -> str:
    return json.dumps({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": "stop"}]})


@pytest.mark.slow
@settings(
    deadline=None,
    max_examples=max(2, int(FREE or 100) // 50),
    derandomize=FREE is None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.lists(REPLIES, min_size=ITEMS, max_size=ITEMS))
def test_any_reply_and_answer_leave_the_others_their_results(
    bench: Bench, endpoint: FakeEndpoint, replies: list[Reply]
) -> None:
    turn = iter(range(10**9))
    good = endpoint.script

    def script(request: Request) -> Any:
        return good(request) if request.body["model"] == "good" else replies[next(turn) % ITEMS]

    endpoint.script = script
    bench.configure(endpoint, "good", "odd", limit=ITEMS)
    try:
        done = bench("run", "--fresh")
    finally:
        endpoint.script = good
    assert done.code in (0, 5), done.err
    shown = [done, bench("score"), bench("report"), bench("gate", "--save", "gate.json"), bench("list", "runs")]
    for each in shown:
        assert each.code in (0, 2, 5), each.err
        assert "Traceback" not in each.out + each.err
        assert not COMMAND.search(each.out + each.err)
    newest = sorted((bench.folder / "results").glob("*/run.json"))[-1].parent
    table = read_table(newest, "items")
    assert (table[table["model"] == "good"]["score"] == 1.0).all()
