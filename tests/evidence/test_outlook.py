"""What would decide a claim: the planner's drawn runs, at the published bills."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bench.evidence import outlook
from bench.evidence.judge import EvidenceJudgement, judge_all
from bench.evidence.rule import Board, claims_of
from bench.evidence.verdicts import LIVEBENCH
from tests.evidence.rows import ROW


class Totals:
    """A set of totals alone, under the name of the newest table."""

    def __init__(self, *rows: Any) -> None:
        self.rows = rows
        self.published = type("Published", (), {"basis": "published bill"})

    def row(self, ruled: Any, model: str) -> Any:
        del ruled
        return next(row for row in self.rows if row.model == model)

    def pairs(self, ruled: Any) -> None:
        del ruled


def judged(score: float, usd: float) -> list[EvidenceJudgement]:
    """A candidate's claims against a Claude that scores 0.8 at 100 USD, over 1,000 questions."""
    common: dict[str, Any] = {
        "suite": "livebench",
        "comparable": "livebench",
        "n": 1000,
        "successes": None,
        "date": "2026-08-22",
    }
    claude = replace(ROW, **common, model="claude-opus-9", score=0.8, cost_total_usd=100.0)
    ours = replace(
        ROW, **common, model="deepseek-v9", vendor="deepseek", score=score, cost_total_usd=usd, model_raw="deepseek-v9"
    )
    board = Board(LIVEBENCH, {}, "livebench")
    return judge_all(claims_of(board, [claude, ours]), {LIVEBENCH: Totals(claude, ours)})  # type: ignore[dict-item]


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer drawn runs, of two sizes."""
    monkeypatch.setattr(outlook, "WORLDS", 10)
    monkeypatch.setattr(outlook, "ITEMS", (500, 1500))


@pytest.mark.parametrize(
    ("score", "usd", "verdict"), [(0.84, 3.0, "supported"), (0.65, 3.0, "refuted"), (0.77, 9.9, None)]
)
def test_the_verdict_to_expect_its_items_and_its_dollars(score: float, usd: float, verdict: str | None) -> None:
    planned = outlook.plan(judged(score, usd))
    assert {name.split("/")[2] for name in planned} == {"best-claude", "opus"}
    for found in planned.values():
        assert found.verdict == verdict
        assert found.discordance == 0.1, "nothing was measured: what is usual"
        if verdict is None:
            assert (found.items, found.usd) == (None, None)
        else:
            assert found.items in (500, 1500)
            assert found.usd == pytest.approx(found.items * (100 + usd) / 1000, rel=0.15)


def test_without_the_newest_table_nothing_is_planned() -> None:
    others = [replace(each, ruled=replace(each.ruled, set="other")) for each in judged(0.84, 3.0)]
    assert outlook.plan(others) == {}
    assert outlook.plan([]) == {}
