"""What records say by themselves: token counts, looks, notes, prices, and what a stranger's cells may hold."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType, SimpleNamespace

import pandas as pd
import pytest

from bench import clean
from bench.records.calls import Attempt, Call, Outcome, TokenUsage
from bench.records.details import details_with, grade_detail, require_settings
from bench.records.episodes import Dialogue, Transcript, TurnSaid
from bench.records.looks import RecordedLook, RecordedLooks
from bench.records.note import info, recorded, warning
from bench.records.pricing import RecordedHours, RecordedPrices, RecordedTraffic
from bench.records.settings import LocalModel, RemoteModel, all_settings, default, slice_words
from bench.records.unanswered import cut_off, unanswered_call

PLANNED = SimpleNamespace(key="k", item=SimpleNamespace(task="t", item="i"), repeat=1, order=2)
LOOK = RecordedLook(at="2026-11-01T00:00:00+00:00", items=4, decided={"a": "supported"}, left=("m",))
LOOKS = RecordedLooks(claims={"a": "x", "b": "y"}, shape="obf", waves="0011", items={"s": (2, 4)}, taken=(LOOK,))


@pytest.mark.parametrize("odd", ["a\nb", "\x1b[2J", "\x7f", "\u202e", "\ud800", "ü", "x" * 2_001])
def test_names_are_lines_only_where_cleaning_leaves_them(odd: str) -> None:
    assert clean.are_lines([])
    assert clean.are_lines(["a", "item-1", "x" * 2_000])
    assert not clean.are_lines(["a", odd, "b"])


def test_a_later_report_of_tokens_counts_but_for_an_output_that_falls() -> None:
    first = TokenUsage(in_uncached=10, out_total=5, out_reasoning=2)
    assert first.updated(TokenUsage(in_uncached=12, out_total=8)) == replace(first, in_uncached=12, out_total=8)
    assert first.updated(TokenUsage(out_total=0)) == first
    assert first.updated(TokenUsage(out_total=3)) == replace(first, out_total=None, out_reasoning=None)
    assert TokenUsage(in_uncached=-1, out_total=10**10) == TokenUsage()
    assert (TokenUsage().in_total, TokenUsage(in_uncached=3, in_cache_read=4).in_total) == (None, 7)


def test_a_count_of_0_beside_a_text_is_unknown() -> None:
    zeros = TokenUsage(in_uncached=0, out_total=0, out_reasoning=0)
    assert zeros.beside(answer=True, reasoning=True) == TokenUsage()
    assert zeros.beside(answer=False, reasoning=False) == replace(zeros, in_uncached=None)
    counted = TokenUsage(in_uncached=3, out_total=4)
    assert counted.beside(answer=True, reasoning=False) == counted


def test_seconds_a_token_need_a_window_whose_tokens_are_known() -> None:
    whole = Attempt(sent_at="2026-11-01T00:00:00+00:00", outcome=Outcome.ANSWERED, window_s=2.0, window_tokens=4)
    assert whole.tpot_s == 0.5
    assert replace(whole, buffered=True).tpot_s is replace(whole, window_tokens=None).tpot_s is None
    assert not whole.billable
    assert replace(whole, status=200).billable


def test_looks_say_where_each_claim_stands() -> None:
    assert (LOOKS.count, LOOKS.total, LOOKS.done, LOOKS.wave_of(2)) == (2, 4, False, 1)
    assert (LOOKS.left_before(0), LOOKS.left_before(1)) == (frozenset(), frozenset({"m"}))
    assert LOOKS.standings() == {"a": "supported, decided at look 1 of 2", "b": "open after look 1 of 2"}
    settled = replace(LOOK, decided={"a": "inconclusive"}, settled={"a": "inconclusive"})
    assert replace(LOOKS, taken=(settled,)).standings()["a"] == "inconclusive, settled at look 1 of 2"
    assert replace(LOOKS, taken=()).decided == {}
    assert replace(LOOKS, claims={"a": "x"}).done
    assert LOOKS.hashed("p") != replace(LOOKS, waves="0111").hashed("p")
    with pytest.raises(ValueError, match="has no place 4"):
        LOOKS.wave_of(4)
    with pytest.raises(ValueError, match="rising numbers of items"):
        replace(LOOKS, items={"s": (4, 2)})


@pytest.mark.parametrize("text", ["", "[]", "{", "[" * 100_000])
def test_a_cell_that_holds_no_object_says_nothing(text: str) -> None:
    assert grade_detail(text) == {}


def test_fields_of_another_kind_are_left_out() -> None:
    read = grade_detail('{"route": "a\\nb", "wrapped": 3, "notes": ["x", 1], "own": [1]}')
    assert "\n" not in read.pop("route")
    assert read == {"notes": ["x"], "own": [1]}


@pytest.mark.parametrize(("text", "why"), [("[]", "no JSON"), ('{"a": "b"}', "no number"), ('{"a": true}', "no")])
def test_settings_that_are_none(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        require_settings(text, sent=True)


def test_a_claim_is_given_up_at_a_look() -> None:
    assert replace(LOOKS, taken=(replace(LOOK, futile=("a",)),)).standings()["a"] == "given up at look 1 of 2"


def test_a_later_part_of_a_talk_has_tools_of_its_own() -> None:
    talk = Dialogue(tools=({"name": "find"},), later=({"messages": []}, {"messages": [], "tools": [{"name": "book"}]}))
    assert talk.names == {"find", "book"}


def test_the_last_message_is_that_of_a_talk_that_came_to_its_end() -> None:
    said = (TurnSaid(text="one"), TurnSaid(text="two"))
    assert Transcript(turns=said, stop="final").last == "two"
    assert Transcript(turns=said, stop="turns").last == Transcript(turns=(), stop="final").last == ""


def test_settings_that_are_not_sent_need_no_numbers() -> None:
    require_settings('{"a": "b"}', sent=False)
    assert grade_detail('{"route": "tags"}') == {"route": "tags"}


def test_of_many_details_only_those_with_a_field_are_read() -> None:
    texts = pd.Series(['{"differs": ["a"]}', '{"why": "x"}', None, '{"d\\u0069ffers": ["b"]}', '{"differs": ["a"]}'])
    read = details_with(texts, "differs")
    assert read.to_dict() == {0: {"differs": ["a"]}, 3: {"differs": ["b"]}, 4: {"differs": ["a"]}}
    assert read[0] is read[4]


def test_prices_say_of_when_they_are() -> None:
    listed: dict[str, dict[str, str]] = {"openai/a": {}}
    own = {"prices.toml:a": {"retrieved": "2026-11-02T10:00"}, "prices.toml:b": {}}
    prices = RecordedPrices(as_of="2026-11-01", rows=listed)
    assert [*prices.dates("2026-11-01")] == ["list prices of 2026-11-01"]
    assert [*prices.dates(None)] == []
    mixed = replace(prices, rows={**listed, **own})
    assert [*mixed.dates("2026-11-01")] == [
        "list prices of 2026-11-01",
        "your own prices without a date and of 2026-11-02",
    ]
    assert [*replace(prices, rows=own).dates("2026-11-01")] == ["your own prices without a date and of 2026-11-02"]


def test_hours_with_other_prices_belong_to_a_row() -> None:
    night = RecordedHours(multiplier=0.5, words="half the price at night")
    prices = RecordedPrices(rows={"a": {"schedule": "night"}, "b": {}}, schedules={"night": night})
    assert (prices.hours("a"), prices.hours("b"), prices.hours(None)) == (night, None, None)
    assert RecordedTraffic(cache_hit=0.0).prices_differ
    assert not RecordedTraffic(requests=9).prices_differ


def test_a_call_that_nobody_answered_keeps_its_attempts() -> None:
    lost = cut_off("2026-11-01T00:00:00+00:00")
    call = unanswered_call(PLANNED, "r", lost, lost, wall_s=3.0)
    assert lost.billable
    assert (call.outcome, call.attempts, call.started_at, call.wall_s) == (
        "infrastructure",
        (lost, lost),
        lost.sent_at,
        3.0,
    )
    assert (call.usage, call.timing_ok, call.scored_attempt.error) == (TokenUsage(), False, lost.error)


def test_sampling_of_any_mapping_is_kept_as_json() -> None:
    call = unanswered_call(PLANNED, "r", cut_off("2026-11-01T00:00:00+00:00"))
    sent = replace(call, sampling_applied=MappingProxyType({"seed": 3}))
    assert Call.from_json(sent.to_json()).sampling_applied == {"seed": 3}


@pytest.mark.parametrize(
    ("model", "at_once"), [(RemoteModel("m", "openai/a"), 8), (LocalModel("m", "weights/a", slots=2), 2)]
)
def test_how_many_calls_a_model_has_in_flight(model: RemoteModel | LocalModel, at_once: int) -> None:
    assert model.concurrency == at_once
    assert replace(model, model="acme/b/c").name == "b/c"
    assert default("slots") == 1
    assert all_settings(model)["slots"] == getattr(model, "slots", 1)
    assert RemoteModel("m", "openai/a", max_connections=3).concurrency == 3


def test_words() -> None:
    assert recorded(str(warning("a"))) == warning("a")
    assert recorded(str(info("a"))) == info("a")
    traffic = RecordedTraffic(peak_share=0.4, cache_hit=0.8, mode={"m": "batch"})
    words = "40 % of calls at peak hours, 80 % of prompt tokens from the cache, m in batch mode"
    assert (traffic.words, RecordedTraffic().words) == (words, "")
    assert slice_words((1, 2), (), ("fix",)) == "levels 1 and 2, kind fix"
