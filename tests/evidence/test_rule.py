"""The rule: who is compared with whom, at which margin."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.errors import UsageError
from bench.evidence.rule import Board, best, cheapest, claims_of, control, is_candidate, margin, version
from tests.evidence.rows import ROW

SET = Board("set", {})
CLAUDE = replace(ROW, model="claude")
CANDIDATE = replace(ROW, model="deepseek", vendor="deepseek", score=0.7, cost_total_usd=8.0, date="2025-06-01")
GPT = replace(ROW, model="gpt", vendor="openai", score=0.85, cost_total_usd=90.0)
MINI = replace(ROW, model="mini", vendor="openai", score=0.6, cost_total_usd=10.0)


def told(*rows: object) -> set[tuple[str, str, str]]:
    return {(c.reference, c.candidate, c.baseline) for c in claims_of(SET, rows)}  # type: ignore[arg-type]


def test_each_chinese_model_meets_claude_the_best_other_and_its_control() -> None:
    assert told(CLAUDE, GPT, MINI, CANDIDATE) == {
        ("best-claude", "deepseek", "claude"),
        ("cheapest-claude-above", "deepseek", "claude"),
        ("best-us", "deepseek", "gpt"),
        ("cheap-us", "deepseek", "mini"),
        ("control", "mini", "claude"),
    }


def test_only_what_was_listed_by_the_candidates_date_counts() -> None:
    later = replace(CLAUDE, model="newer claude", score=0.95, date="2025-06-02")
    assert ("best-claude", "deepseek", "claude") in told(CLAUDE, later, CANDIDATE)
    same_day = replace(later, date="2025-06-01")
    assert ("best-claude", "deepseek", "newer claude") in told(CLAUDE, same_day, CANDIDATE)


@pytest.mark.parametrize("unlike", [{"comparable": "s, h 2"}, {"settings": "edit format whole"}, {"suite": "t"}])
def test_unlike_boards_are_never_joined(unlike: dict[str, str]) -> None:
    assert told(replace(CLAUDE, **unlike), CANDIDATE) == set()  # type: ignore[arg-type]


@pytest.mark.parametrize("lacking", [{"score": None}, {"date": None}, {"vendor": None}, {"vendor": "mistralai"}])
def test_rows_without_score_date_or_a_known_vendor_take_no_part(lacking: dict[str, None]) -> None:
    assert told(CLAUDE, replace(CANDIDATE, **lacking)) == set()  # type: ignore[arg-type]


def test_of_equal_scores_the_lower_bill_then_the_earlier_date_then_the_label_counts() -> None:
    cheaper = replace(CLAUDE, model="z", cost_total_usd=50.0, date="2025-03-01")
    unknown = replace(CLAUDE, model="a", cost_total_usd=None)
    assert best([CLAUDE, unknown, cheaper]) is cheaper
    older = replace(CLAUDE, model="y", date="2024-12-31")
    assert best([CLAUDE, older]) is older
    assert best([CLAUDE, replace(CLAUDE, model="b")]) is not CLAUDE
    assert best([]) is None


def test_the_control_meets_the_saving_by_its_bill_and_is_of_the_era() -> None:
    assert control([MINI, GPT], CANDIDATE, CLAUDE) is MINI
    assert control([replace(MINI, cost_total_usd=10.01)], CANDIDATE, CLAUDE) is None
    assert control([replace(MINI, cost_total_usd=None)], CANDIDATE, CLAUDE) is None
    assert control([replace(MINI, date="2024-05-31")], CANDIDATE, CLAUDE) is None
    assert control([replace(MINI, date="2024-06-01")], CANDIDATE, CLAUDE) is not None
    assert control([MINI], CANDIDATE, replace(CLAUDE, cost_total_usd=None)) is None
    assert control([MINI], CANDIDATE, None) is None


def test_bills_are_compared_per_item() -> None:
    short = replace(MINI, n=250, cost_total_usd=10.0)
    assert control([short], CANDIDATE, CLAUDE) is None, "twice the mini's bill an item"


def test_margins_follow_the_number_of_items() -> None:
    assert [margin(n) for n in (None, 99, 100, 499, 500, 2000)] == [None, None, 0.05, 0.05, 0.03, 0.03]
    [claim, _] = claims_of(SET, [CLAUDE, replace(CANDIDATE, n=224)])
    assert (claim.items, claim.worse_by, claim.cheaper_by) == (224, 0.05, 0.9)
    [claim, _] = claims_of(SET, [CLAUDE, replace(CANDIDATE, n=None)])
    assert (claim.items, claim.worse_by, claim.claim.margins) == (None, None, {"cheaper_by": 0.9})


def test_one_control_of_two_candidates_is_claimed_once() -> None:
    other = replace(CANDIDATE, model="qwen", vendor="qwen")
    controls = [c for c in claims_of(SET, [CLAUDE, MINI, CANDIDATE, other]) if c.reference == "control"]
    assert len(controls) == 1


def test_a_label_that_stands_twice_is_refused() -> None:
    with pytest.raises(UsageError, match="set: 'claude' stands twice in s, h"):
        claims_of(SET, [CLAUDE, CLAUDE, CANDIDATE])


def test_the_order_of_rows_changes_nothing() -> None:
    rows = [CLAUDE, GPT, MINI, CANDIDATE, replace(CANDIDATE, model="qwen", vendor="qwen")]
    assert claims_of(SET, rows) == claims_of(SET, rows[::-1])


def test_the_claude_to_be_replaced_goes_by_line_version_and_date() -> None:
    def row(model: str, score: float, bill: float, day: str) -> object:
        return replace(CLAUDE, model=model, score=score, cost_total_usd=bill, date=day)

    rows = [
        row("Claude Opus 4.7", 0.80, 60.0, "2025-03-01"),
        row("Claude Opus 4.8 (low)", 0.74, 50.0, "2025-07-01"),
        row("Claude Opus 4.8 (max)", 0.85, 100.0, "2025-07-01"),
        row("Claude Fable 5 (Opus 4.8 fallback)", 0.9, 200.0, "2025-06-20"),
        row("Claude Opus 5", 0.9, 150.0, "2025-09-02"),
        row("Claude Sonnet 4", 0.72, 30.0, "2025-05-01"),
        row("Claude Haiku 3", 0.5, 5.0, "2024-05-01"),
    ]
    found = {reference: theirs for reference, ours, theirs in told(*rows, CANDIDATE) if ours == "deepseek"}
    assert found == {
        "best-claude": "Claude Opus 4.7",
        "claude-a-year-ago": "Claude Haiku 3",
        "cheapest-claude-above": "Claude Sonnet 4",
        "opus": "Claude Opus 4.8 (max)",
        "previous-opus": "Claude Opus 4.7",
        "sonnet": "Claude Sonnet 4",
        "haiku": "Claude Haiku 3",
    }


def test_versions_are_read_past_dates_and_efforts() -> None:
    names = ("claude-opus-4-5-20251101-thinking-64k", "Claude 4 Opus (20250514)", "Opus 4.5 (Thinking, 64K)", "Opus")
    assert [version(name) for name in names] == [(4, 5), (4, 0), (4, 5), (0, 0)]


def test_the_cheapest_has_a_known_bill() -> None:
    assert cheapest([replace(CLAUDE, cost_total_usd=None)]) is None
    assert cheapest([CLAUDE, MINI, GPT]) is MINI


def test_open_weights_of_other_vendors_are_candidates_and_meet_other_makers_models() -> None:
    open_weights = replace(MINI, model="gpt-oss-120b", date="2025-06-01")
    assert is_candidate(open_weights)
    assert is_candidate(replace(MINI, model="devstral", vendor="mistralai"))
    assert not is_candidate(replace(MINI, model="claude-on-llama", vendor="anthropic"))
    grok = replace(GPT, model="grok", vendor="x-ai")
    assert ("best-us", "gpt-oss-120b", "grok") in told(CLAUDE, GPT, grok, open_weights)


def test_categories_are_a_family_of_their_own_and_have_a_kind() -> None:
    board = Board("set", {"s": "all kinds", "s-code": "coding"}, whole="s")
    pair = [CLAUDE, replace(CANDIDATE, n=500)]
    rows = [*pair, *(replace(row, suite="s-code", comparable="s-code") for row in pair)]
    claims = [claim for claim in claims_of(board, rows) if claim.reference == "best-claude"]
    assert [(claim.kind, claim.family) for claim in claims] == [
        ("all kinds", ("set", "best-claude", False)),
        ("coding", ("set", "best-claude", True)),
    ]


def test_there_is_no_claim_where_nothing_could_be_told() -> None:
    nothing = {"n": None, "cost_total_usd": None}
    assert told(replace(CLAUDE, **nothing), replace(CANDIDATE, **nothing)) == set()  # type: ignore[arg-type]
    bills = [replace(row, n=None) for row in (CLAUDE, CANDIDATE)]
    assert ("best-claude", "deepseek", "claude") in told(*bills)
