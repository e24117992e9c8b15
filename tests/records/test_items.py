"""The records' hashes and their way through JSON."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.records.items import Attempt, Call, Item, Outcome, TokenUsage, prompt_text, sha256_of

MESSAGES = ({"role": "user", "content": 'Grüße, "世界" 🙂'},)


def item(**changes: object) -> Item:
    fields = {
        "suite": "s", "task": "t", "task_version": "1", "item": "i", "family": "f", "level": 1,
        "language": "en", "cluster": "f", "messages": MESSAGES, "max_tokens": 10,
    }  # fmt: skip
    return Item(**{**fields, **changes})  # type: ignore[arg-type]


def test_the_first_five_outcomes_and_an_unstated_one_score() -> None:
    assert [o for o in Outcome if o.scored] == list(Outcome)[:6]
    assert [o for o in Outcome if not o.scored] == [Outcome.INFRASTRUCTURE, Outcome.NOT_ASKED]


def test_a_hash_does_not_depend_on_the_order_of_keys() -> None:
    assert sha256_of({"a": 1, "b": [2]}) == sha256_of({"b": [2], "a": 1})
    assert sha256_of({"a": 1}) != sha256_of({"a": "1"})
    assert sha256_of("é") == hashlib.sha256('"é"'.encode()).hexdigest()


def test_the_prompts_hash_is_of_its_json_text() -> None:
    assert json.loads(prompt_text(MESSAGES)) == list(MESSAGES)
    assert "世界" in prompt_text(MESSAGES)
    assert item().prompt_sha256 == hashlib.sha256(prompt_text(MESSAGES).encode()).hexdigest()
    assert item(item="other", max_tokens=20).prompt_sha256 == item().prompt_sha256


@pytest.mark.parametrize(
    ("usage", "total"),
    [
        (TokenUsage(), None),
        (TokenUsage(in_uncached=0), 0),
        (TokenUsage(in_uncached=3, in_cache_read=4, in_cache_write_5m=5, in_cache_write_1h=6), 18),
        (TokenUsage(in_uncached=3, out_total=9), 3),
    ],
)
def test_unknown_prompt_tokens_are_not_zero(usage: TokenUsage, total: int | None) -> None:
    assert usage.in_total == total


counts = st.none() | st.integers(0, 10**9)
seconds = st.none() | st.floats(0, 1e6)
texts = st.text()
usages = st.builds(TokenUsage, **dict.fromkeys(TokenUsage.__slots__, counts))
attempts = st.builds(
    Attempt,
    sent_at=texts, outcome=st.sampled_from(Outcome), connect_s=seconds, ttft_s=seconds, ttfat_s=seconds,
    last_token_s=seconds, latency_s=seconds, error=st.none() | texts, usage=usages, cost_reported_usd=seconds,
    status=st.none() | st.integers(100, 599), fault=st.none() | texts, request_id=st.none() | texts,
    reads=counts, coalesced=counts, window_s=seconds, window_tokens=counts, buffered=st.booleans(),
)  # fmt: skip
samplings = st.dictionaries(st.sampled_from(["temperature", "top_p"]), st.floats(0, 2))
calls = st.builds(
    Call,
    key=texts, run=texts, task=texts, item=texts, repeat=st.integers(0, 9), order=st.integers(0, 9),
    outcome=st.sampled_from(Outcome), text=texts, reasoning=texts, finish_reason=st.none() | texts,
    served_model=st.none() | texts, usage=usages, attempts=st.lists(attempts, min_size=1, max_size=3).map(tuple),
    started_at=texts, queue_s=st.floats(0, 1e6), wall_s=st.floats(0, 1e6), timing_ok=st.booleans(),
    sampling_requested=samplings, sampling_applied=samplings, machine_s=seconds, machine_retries_s=seconds,
    ask=st.integers(0, 1), source_run=st.none() | texts, cost_reported_usd=seconds,
    timing_flags=st.lists(st.sampled_from(["loop_lag", "cpu"])).map(tuple),
)  # fmt: skip


@settings(deadline=None)
@given(calls)
def test_a_call_survives_json(call: Call) -> None:
    text = call.to_json()
    assert "\n" not in text
    again = Call.from_json(text)
    assert again == call
    assert isinstance(again.outcome, Outcome)
    assert again.scored_attempt == call.attempts[-1]
    assert again.reused == (call.source_run is not None)


@settings(deadline=None)
@given(calls)
def test_a_record_of_before_a_field_was_added_is_still_read(call: Call) -> None:
    raw = json.loads(call.to_json())
    added = {"status", "fault", "request_id", "waited_s", "cost_reported_usd", "reads", "coalesced"}
    added |= {"window_s", "window_tokens", "buffered", "timing_flags"}
    old = {name: value for name, value in raw.items() if name not in added}
    old["attempts"] = [{n: v for n, v in attempt.items() if n not in added} for attempt in raw["attempts"]]
    again = Call.from_json(json.dumps(old))
    assert (again.text, again.timing_flags, again.cost_reported_usd) == (call.text, (), None)
    assert {attempt.status for attempt in again.attempts} == {None}


def test_what_a_vendor_may_charge_for() -> None:
    attempt = Attempt(sent_at="2026-11-22T00:00:00.000+00:00", outcome=Outcome.INFRASTRUCTURE)
    assert not attempt.billable
    assert not replace(attempt, status=429).billable
    assert replace(attempt, status=200).billable, "the stream broke before it told of tokens"
    assert replace(attempt, fault="deadline").billable
    assert replace(attempt, usage=TokenUsage(out_total=1)).billable, "a record of before statuses were kept"
