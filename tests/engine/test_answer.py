"""What an attempt's events come to: text, counts, and the window in which its tokens came."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.engine.answer import Answer
from bench.providers.protocol import StreamEvent
from bench.records.items import Attempt, Outcome, TokenUsage


def told(*events: tuple[float, StreamEvent]) -> Answer:
    answer = Answer()
    for at, event in events:
        answer.take(at, event)
    answer.close()
    return answer


def text(at: float, answer: str = "", reasoning: str = "") -> tuple[float, StreamEvent]:
    return at, StreamEvent(answer=answer, reasoning=reasoning)


def used(total: int | None, thought: int | None = None) -> tuple[float, StreamEvent]:
    return 99.0, StreamEvent(usage=TokenUsage(out_total=total, out_reasoning=thought))


def test_thinking_inside_the_answer_is_reasoning_and_the_first_answer_comes_after_it() -> None:
    answer = told(text(1, "<th"), text(2, "ink>hm"), text(3, "</think>\n\n"), text(4, "4"), text(5, "2"))
    assert (answer.text, answer.reasoning) == ("42", "hm")
    assert (answer.first, answer.first_answer, answer.last) == (1, 4, 5)


@pytest.mark.parametrize("close", ["</think>", "  </think> "])
def test_a_block_that_began_in_the_prompt_is_reasoning_too(close: str) -> None:
    answer = told(
        text(1, "so 40"), text(2, "+2\n"), text(3, close), text(4, "\n\n"), text(5, "4"), text(6, "2"), used(6)
    )
    assert (answer.text, answer.reasoning) == ("42", "so 40+2\n")
    assert (answer.first, answer.first_answer, answer.last) == (1, 5, 6)
    assert answer.window() == (5, 5)


@pytest.mark.parametrize(
    ("text_", "answer"),
    [
        ("Should I escalate this? No.</think>\n\nNo action.", "No action."),
        ("I get 5.</think>7", "7"),
        ("so it is 7 </think> 7", "7"),
        ("这是无害的。</think>无需处理", "无需处理"),
        ("The tag `</think>` ends it, so yes.</think>\nYes", "Yes"),
        ("hm</think>", ""),
    ],
)
def test_reasoning_ends_wherever_on_its_line_the_tag_stands(text_: str, answer: str) -> None:
    assert given_text(text_) == answer
    assert given_text(*text_) == answer


def given_text(*pieces: str) -> str:
    return told(*(text(n, piece) for n, piece in enumerate(pieces, 1))).text


def test_the_first_answer_is_that_behind_the_tag() -> None:
    assert told(text(1, "hm."), text(2, "</think>"), text(3, "\n\n"), text(4, "7")).first_answer == 4


def test_a_block_that_began_in_the_prompt_and_took_all_tokens_leaves_no_answer() -> None:
    answer = told(text(1, "hm\n"), text(2, "</think>\n"))
    assert (answer.text, answer.reasoning, answer.first_answer) == ("", "hm\n", None)
    assert told(text(1, "hm\n</think>\n4"), used(9, 7)).window() == (0, 1)


@pytest.mark.parametrize("whole", ["close it with </think>.", "<p>\n<think>\n</think>\n</p>", "`</think>`\nends it"])
def test_a_tag_that_the_answer_speaks_of_is_part_of_it(whole: str) -> None:
    assert (told(text(1, whole)).text, told(text(1, whole)).reasoning) == (whole, "")


@pytest.mark.parametrize(
    ("thinks", "events", "window"),
    [
        (True, [text(1, "a"), text(3, "b"), used(900)], (None, None)),
        (True, [text(1, "a"), text(3, "b"), used(900, 898)], (2, 1)),
        (True, [text(1, reasoning="r"), text(3, "b"), used(9)], (2, 8)),
        (False, [text(1, "a"), text(3, "b"), used(9)], (2, 8)),
        (None, [text(1, "a"), text(3, "b"), used(9)], (2, 8)),
    ],
)
def test_reasoning_neither_shown_nor_counted_leaves_the_answers_tokens_unknown(
    thinks: bool | None, events: list[tuple[float, StreamEvent]], window: tuple[float, int] | tuple[None, None]
) -> None:
    assert told(*events).window(thinks) == window


def test_a_refusal_stays_one() -> None:
    refused, stopped = StreamEvent(outcome=Outcome.REFUSED), StreamEvent(outcome=Outcome.ANSWERED)
    assert told((1, refused), (2, stopped)).outcome is Outcome.REFUSED


def test_what_only_looked_like_a_tag_is_the_answer() -> None:
    answer = told(text(1, "<thi"))
    assert (answer.text, answer.first_answer) == ("<thi", 1)


def test_a_surrogate_pair_split_over_two_events_is_one_character() -> None:
    assert told(text(1, "\ud83d"), text(2, "\ude42")).text == "🙂"
    assert told(text(1, reasoning="\ud83d")).reasoning == "�"


@pytest.mark.parametrize(
    ("events", "out_total"),
    [
        ([text(1, "four"), used(0)], None),
        ([text(1, "", "hm"), used(0)], None),
        ([used(0)], 0),
        ([used(1), text(1, "four")], None),
        ([text(1, "fo"), used(1), text(2, "ur"), used(2)], 2),
        ([(1.0, StreamEvent(answer="fo", usage=TokenUsage(out_total=1)))], 1),
    ],
)
def test_a_count_of_output_stands_for_all_of_it(events: list[tuple[float, StreamEvent]], out_total: int | None) -> None:
    """A 0 beside text is no count, and one that came before the last text is not of the whole."""
    assert told(*events).usage.out_total == out_total


def test_usage_reports_add_up_and_the_cost_is_the_last_one_told() -> None:
    first = StreamEvent(usage=TokenUsage(in_uncached=9, out_total=1), cost_usd=0.1)
    answer = told((1, first), (2, StreamEvent(usage=TokenUsage(out_total=7))), (3, StreamEvent(cost_usd=0.0)))
    assert (answer.usage.in_uncached, answer.usage.out_total, answer.cost_usd) == (9, 7, 0.0)


def test_reads_are_told_apart_by_their_time() -> None:
    answer = told(text(1, "a"), text(1, "b"), text(1, "c"), text(2, "d"), text(3, "e"), text(3, "f"))
    assert (answer.reads, answer.coalesced) == (3, 2)


@pytest.mark.parametrize(
    ("events", "window"),
    [
        ([text(1, "a"), text(2, "b"), text(5, "c"), used(3)], (4, 2)),
        ([text(1, "a"), text(1, "b"), text(5, "c"), used(3)], (4, 1)),
        ([text(1, reasoning="r"), text(2, "a"), text(3, "b"), used(3)], (2, 2)),
        ([text(1, reasoning="r"), text(2, "a"), text(3, "b"), used(9, 7)], (1, 1)),
        ([text(2, "a"), text(3, "b"), used(9, 7)], (1, 1)),
        ([text(1, reasoning="r"), text(2, reasoning="s"), used(9, 9)], (None, None)),
        ([text(1, "a"), text(2, "b")], (None, None)),
        ([text(1, "a"), text(2, "b"), used(1)], (None, None)),
        ([used(3)], (None, None)),
    ],
)
def test_tokens_are_counted_in_the_time_they_came(
    events: list[tuple[float, StreamEvent]], window: tuple[float, int] | tuple[None, None]
) -> None:
    assert told(*events).window() == window


@pytest.mark.parametrize(
    ("answer", "buffered"),
    [
        (told(text(1, "x" * 200)), True),
        (told(text(1, "x" * 100), text(1.004, "x" * 100)), True),
        (told(text(1, "x" * 100), text(1.02, "x" * 100)), False),
        (told(text(1, "x" * 63)), False),
        (told(), False),
    ],
)
def test_a_stream_that_was_held_back_is_noticed(answer: Answer, buffered: bool) -> None:
    assert answer.buffered is buffered


@pytest.mark.parametrize(
    ("window_s", "tokens", "buffered", "tpot"),
    [(2.0, 4, False, 0.5), (None, None, False, None), (0.0, 4, False, None), (2.0, 4, True, None)],
)
def test_time_per_token(window_s: float | None, tokens: int | None, buffered: bool, tpot: float | None) -> None:
    attempt = Attempt(
        sent_at="now", outcome=Outcome.ANSWERED, window_s=window_s, window_tokens=tokens, buffered=buffered
    )
    assert attempt.tpot_s == tpot


@given(st.text(), st.lists(st.integers(0, 60), max_size=8))
def test_any_splits_give_the_same_text(whole: str, cuts: list[int]) -> None:
    edges = [0, *sorted(min(cut, len(whole)) for cut in cuts), len(whole)]
    pieces = [whole[a:b] for a, b in itertools.pairwise(edges)]
    one, many = told(text(1, whole)), told(*(text(n, piece) for n, piece in enumerate(pieces, 1)))
    assert (one.text, one.reasoning) == (many.text, many.reasoning)
