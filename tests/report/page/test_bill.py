"""The bill at a volume: dollars of a claim's own ratio, and what an additional wrong answer may cost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bench import claims
from bench.report.page.bill import Dollars, bills, usd
from tests.claims.test_claims import CLAIM, rows, write


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (0.0, "0"),
        (1234.5, "1,234"),
        (99.96, "100.0"),
        (12.3, "12.3"),
        (1.5, "1.50"),
        (0.012345, "0.0123"),
        (-3.2, "-3.20"),
    ],
)
def test_a_sum_has_three_digits(amount: float, said: str) -> None:
    assert usd(amount) == said


def test_an_amount_names_its_bounds_where_it_has_them() -> None:
    assert Dollars(0.002).words() == "2,000 USD"
    assert Dollars(0.002, 0.001, 0.003).words(500_000) == "1,000 USD (500 to 1,500)"
    assert Dollars(0.002, 0.001, 0.003).exact == "0.002 0.001 0.003"


def judged(folder: Path, lost: int = 0, unknown: bool = False) -> claims.Judgement:
    """120 items; the baseline costs 10 times as much and solves all, the candidate all but some."""

    def change(row, at):  # type: ignore[no-untyped-def]
        small = row.model == "small"
        cost = None if unknown and at == 3 and small else (0.001 if small else 0.01) * (1 + at % 3)
        return replace(row, score=float(not small or at >= lost), cost_usd=cost, cost_retries_usd=0.0)

    [judgement] = claims.judge_run(write(folder, rows(change=change), CLAIM)).judgements
    return judgement


def test_the_saving_is_todays_bill_less_the_measured_share_of_it(tmp_path: Path) -> None:
    [bill] = bills(judged(tmp_path / "run"))
    assert bill.where == "coding"
    assert bill.today.estimate == pytest.approx(0.02)
    assert bill.candidate.estimate == pytest.approx(0.002)
    assert bill.saving.estimate == pytest.approx(0.018)
    assert (bill.saving.low or 0) <= bill.saving.estimate <= (bill.saving.high or 0)
    assert bill.saving.low == pytest.approx(bill.today.estimate - (bill.candidate.high or 0))


def test_a_wrong_answer_has_a_price_where_the_candidate_loses(tmp_path: Path) -> None:
    judgement = judged(tmp_path / "run", lost=12)
    [bill] = bills(judgement)
    score = judgement.test.parts["coding", "quality"].interval
    assert score.low is not None
    assert score.high is not None
    least, measured = (bill.saving.low or 0) / -score.low, bill.saving.estimate / 0.1
    assert least < measured == pytest.approx(0.18)
    assert f"costs you more than {usd(least)} USD at the worst of both intervals (0.180 USD as measured" in bill.error


def test_equal_scores_leave_the_estimate_out(tmp_path: Path) -> None:
    [bill] = bills(judged(tmp_path / "run"))
    assert "as measured" not in bill.error


def test_unknown_costs_have_no_bill(tmp_path: Path) -> None:
    judgement = judged(tmp_path / "run", unknown=True)
    assert all(bill.n < 120 for bill in bills(judgement))
