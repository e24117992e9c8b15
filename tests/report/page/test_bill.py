"""The bill at a volume: dollars of a claim's own ratio, and what an additional wrong answer may cost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bench import claims
from bench.records import (
    RecordedHours,
    RecordedPrices,
    RecordedTraffic,
    read_record,
    read_table,
    write_record,
)
from bench.report import compare
from bench.report.numbers.bridge import Bridge
from bench.report.page.bill import BillAt, Dollars, MonthlyBill, bills, usd
from bench.report.page.changes import changes
from bench.report.page.mixes import mixes
from bench.report.page.verdict import cards
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
    judgement = judged(tmp_path / "run")
    [bill] = bills(judgement)
    assert bill.where == "coding"
    assert bill.today.estimate == pytest.approx(0.02)
    assert bill.candidate.estimate == pytest.approx(0.002)
    assert bill.saving.estimate == pytest.approx(0.018)
    assert (bill.saving.low or 0) <= bill.saving.estimate <= (bill.saving.high or 0)
    assert (bill.today.low or 0) < 0.02 < (bill.today.high or 0), "today's bill is an estimate too"
    ratio = judgement.test.parts["coding", "cost"].interval
    assert (bill.saving.low or 0) < 0.02 * (1 - (ratio.high or 0)) - 1e-4, "wider than the ratio alone says"
    costs = judgement.pairs.baseline.cost
    assert (bill.today.high or 0) - 0.02 == pytest.approx(1.65 * costs.std(ddof=1) / len(costs) ** 0.5, rel=0.1)


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


def priced(folder: Path, traffic: RecordedTraffic | None = None, doubled: int = 0) -> MonthlyBill:
    """120 items billed in the usual hours by rows of a list; the first `doubled` of the candidate in the dear ones."""

    def change(row, at):  # type: ignore[no-untyped-def]
        small = row.model == "small"
        factor = 2.0 if small and at < doubled else 1.0
        cost = (0.001 if small else 0.01) * (1 + at % 3) * factor
        return replace(
            row, cost_usd=cost, cost_retries_usd=0.0, cost_traffic_usd=1.5 * cost, price_id="s" if small else "l",
            price_factor=factor if small else None, in_uncached=50, in_cache_read=50, in_cache_write_5m=0,
            in_cache_write_1h=0, out_total=0,
        )  # fmt: skip

    made = write(folder, rows(change=change), CLAIM)
    rates = {"provider": "p", "input": "2", "output": "4"}
    listed = {
        "s": {**rates, "model": "s", "cache_read": "1", "schedule": "day"},
        "l": {**rates, "model": "l", "cache_read": "0.5"},
    }
    hours = {"day": RecordedHours(multiplier=2.0, words="2 times by day")}
    record = replace(read_record(made), prices=RecordedPrices(rows=listed, schedules=hours), traffic=traffic)
    write_record(made, record)
    comparison = compare(made)
    [judgement] = comparison.ruling.judgements
    [bill] = bills(judgement, tuple(mixes(judgement, read_table(made, "items"), record)))
    return bill


def test_the_bill_is_also_told_at_list_and_in_dear_hours(tmp_path: Path) -> None:
    bill = priced(tmp_path / "run")
    at = {each.name: each for each in bill.at}
    assert list(at) == ["at list: usual hours, no cache discount", "all at dear hours"]
    dear, listed = at["all at dear hours"], at["at list: usual hours, no cache discount"]
    assert dear.today == bill.today
    assert dear.candidate.estimate == pytest.approx(2 * bill.candidate.estimate)
    assert dear.candidate.high == pytest.approx(2 * (bill.candidate.high or 0))
    # half of the prompt is read from the cache: at half the price for the candidate, at a quarter for the baseline
    assert listed.candidate.estimate == pytest.approx(bill.candidate.estimate / 0.75)
    assert listed.today.estimate == pytest.approx(bill.today.estimate / 0.625)


def test_an_interval_carries_over_only_where_all_costs_change_alike(tmp_path: Path) -> None:
    bill = priced(tmp_path / "run", doubled=30)
    at = {each.name: each for each in bill.at}
    assert (at["all at dear hours"].candidate.low, at["none at dear hours"].saving.low) == (None, None)
    assert at["all at dear hours"].candidate.estimate == pytest.approx(2 * at["none at dear hours"].candidate.estimate)


def test_at_the_users_traffic_the_billed_costs_stand_below(tmp_path: Path) -> None:
    bill = priced(tmp_path / "run", RecordedTraffic(cache_hit=0.1, requests=5_000))
    billed = next(each for each in bill.at if each.name == "as this run was billed")
    assert billed.candidate.estimate == pytest.approx(bill.candidate.estimate / 1.5)


@pytest.mark.slow
def test_a_volume_alone_changes_no_cost(tmp_path: Path) -> None:
    alone = priced(tmp_path / "run", RecordedTraffic(requests=5_000))
    assert alone == priced(tmp_path / "other")
    [card] = cards(compare(tmp_path / "run"), read_table(tmp_path / "run", "items"))
    assert card.requests == 5_000
    assert not any("traffic" in remark for remark in card.remarks)


def test_what_would_change_a_verdict_speaks_of_its_own_claim(tmp_path: Path) -> None:
    judgement = judged(tmp_path / "run")
    held = ("at the costs measured, 50 % cheaper holds until x5.", "at the costs measured, 98 % cheaper does not hold.")
    claim = judgement.claim
    bridge = Bridge(
        candidate=claim.candidate,
        baseline=claim.baseline,
        suite="coding",
        items=120,
        both_answered=120,
        steps=(),
        holds_until=held,
    )
    mine = 100 * judgement.claim.margins["cheaper_by"]
    said = [line.replace("50 %", f"{mine:g} %") for line in held]
    lines = list(changes(judgement, [replace(bridge, holds_until=tuple(said))], ()))
    assert [line for line in lines if "at the costs measured" in line] == said[:1]


def test_other_prices_that_miss_the_claim_are_said(tmp_path: Path) -> None:
    judgement = judged(tmp_path / "run")
    [bill] = bills(judgement)
    dear = BillAt(name="all at dear hours", today=bill.today, candidate=bill.today, saving=Dollars(0.0))
    lines = list(changes(judgement, (), [replace(bill, at=(dear,))]))
    assert any("coding, all at dear hours" in line and "misses the claimed" in line for line in lines)
