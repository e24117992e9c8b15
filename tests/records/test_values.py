"""What records say by themselves: token counts, looks, notes, prices, and what a stranger's cells may hold."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench import clean
from bench.records.calls import Attempt, Outcome, TokenUsage
from bench.records.details import grade_detail, require_settings
from bench.records.looks import RecordedLook, RecordedLooks
from bench.records.note import info, recorded, warning
from bench.records.pricing import RecordedTraffic
from bench.records.settings import slice_words

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


def test_words() -> None:
    assert recorded(str(warning("a"))) == warning("a")
    assert recorded(str(info("a"))) == info("a")
    traffic = RecordedTraffic(peak_share=0.4, cache_hit=0.8, mode={"m": "batch"})
    words = "40 % of calls at peak hours, 80 % of prompt tokens from the cache, m in batch mode"
    assert (traffic.words, RecordedTraffic().words) == (words, "")
    assert slice_words((1, 2), (), ("fix",)) == "levels 1 and 2, kind fix"
