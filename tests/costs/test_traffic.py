"""Prices over time: what a run's answers would cost at peak, at another time of day, and at the user's traffic."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest

from bench import claims, prices
from bench.costs import PriceChange, reprice, retold
from bench.costs.billing import billing
from bench.errors import UsageError
from bench.records import RecordedTraffic, read_record, read_rows
from bench.records.claim import Claim
from bench.records.pricing import RecordedPrices
from tests.claims.test_claims import page, rows, write
from tests.costs.test_reprice import REMOTE

PRICES = """
[[price]]
provider = "deepseek"
model = "m"
input = "1"
output = "1"
cache_read = "0.5"
schedule = "deepseek-peak"

[[price]]
provider = "acme"
model = "m"
input = "5"
output = "5"
cache_read = "5"

[[price]]
provider = "acme"
model = "m"
mode = "batch"
input = "2.5"
output = "2.5"
cache_read = "2.5"
"""
CHEAP = {**REMOTE, "model": "deepseek/m", "price_provider": "deepseek", "max_tokens": 100}
DEAR = {**REMOTE, "max_tokens": 100}
NIGHT, PEAK = "2026-11-20T20:15:01.000+00:00", "2026-11-20T02:15:01.000+00:00"
CLAIM = Claim(name="cheap", candidate="small", baseline="big", margins={"cheaper_by": 0.7})


@pytest.fixture
def book(tmp_path: Path) -> prices.PriceBook:
    (tmp_path / "prices.toml").write_text(PRICES)
    return prices.load(tmp_path / "prices.toml")


def ran(tmp_path: Path, book: prices.PriceBook, at: str = NIGHT, **manifest: Any) -> Path:
    """A run of which "small" is DeepSeek's, billed at the hour at which it was asked."""
    models = {"small": CHEAP, "big": DEAR}
    made = [
        replace(row, started_at=at, latency_s=1.0, in_uncached=60, in_cache_read=40, out_total=10 + int(row.item) % 5)
        for row in rows()
    ]
    folder = write(tmp_path / "results" / "run", made, CLAIM, **{"models": models, "prices": None, **manifest})
    repriced = reprice.reprice(folder, PriceChange(as_of=date(2026, 11, 20)), book).folder
    record = replace(read_record(repriced), derived=None, parent=None)
    (repriced / "run.json").write_text(record.text())
    return repriced


def saving(folder: Path) -> float:
    [opinion] = claims.judge_run(folder).judgements
    return 1 - opinion.test.parts["coding", "cost"].estimate


def test_a_verdict_says_at_which_hours_it_holds(tmp_path: Path, book: prices.PriceBook) -> None:
    """DeepSeek doubles its list at peak: an off-peak run hides it unless every output says so."""
    folder = ran(tmp_path, book)
    off = saving(folder)
    [opinion] = claims.judge_run(folder).judgements
    assert claims.labels(opinion, read_record(folder))[-1] == "0 % of small's calls at peak prices"
    told = next(warning for warning in opinion.warnings if warning.startswith("small costs 2 times the price"))
    assert f"{100 * (1 - 2 * (1 - off)):.1f} % less all at the dear hours" in told
    assert f"{100 * off:.1f} % less none of them there" in told
    assert "(0 % of small's calls at peak prices)" in page(folder)
    peak = ran(tmp_path / "peak", book, PEAK)
    assert 1 - saving(peak) == pytest.approx(2 * (1 - off))
    [opinion] = claims.judge_run(peak).judgements
    assert opinion.pairs.candidate.window is not None
    assert opinion.pairs.candidate.window.peak_share == 1
    assert opinion.pairs.baseline.window is None


@pytest.mark.parametrize(
    ("traffic", "ratio"),
    [
        (RecordedTraffic(peak_share=0.4), 1.4),
        (RecordedTraffic(peak_share=1.0), 2.0),
        (RecordedTraffic(mode={"big": "batch"}), 2.0),
        (RecordedTraffic(peak_share=0.5, mode={"big": "batch"}), 3.0),
    ],
)
def test_costs_are_judged_at_the_users_traffic(
    tmp_path: Path, book: prices.PriceBook, traffic: RecordedTraffic, ratio: float
) -> None:
    folder = ran(tmp_path, book)
    plain = 1 - saving(folder)
    billed = [row.cost_usd for row in read_rows(folder)[0]]
    bills = {label: billing(model) for label, model in read_record(folder).models.items()}
    retold(folder, bills, traffic, book)
    assert [row.cost_usd for row in read_rows(folder)[0]] == billed, "what was paid stays"
    assert read_record(folder).traffic == traffic
    assert 1 - saving(folder) == pytest.approx(ratio * plain)
    [opinion] = claims.judge_run(folder).judgements
    assert f"at your traffic: {traffic.words}" in claims.labels(opinion, read_record(folder))
    retold(folder, bills, None, book)
    assert 1 - saving(folder) == pytest.approx(plain)
    assert {row.cost_traffic_usd for row in read_rows(folder)[0]} == {None}


def test_a_cache_share_of_the_traffic_is_mixed_in(tmp_path: Path, book: prices.PriceBook) -> None:
    folder = ran(tmp_path, book)
    bills = {label: billing(model) for label, model in read_record(folder).models.items()}
    retold(folder, {**bills, "big": None}, RecordedTraffic(cache_hit=1.0), book)
    first = next(row for row in read_rows(folder)[0] if row.model == "small")
    assert first.cost_traffic_usd == pytest.approx((100 * 0.5 + (first.out_total or 0)) / 1e6)


@pytest.mark.parametrize(
    ("change", "factor"),
    [
        (PriceChange(peak=True), 2),
        (PriceChange(off_peak=True), 1),
        (PriceChange(peak_share=0.4), 1.4),
        (PriceChange(time_of_day=time(9, 30)), 2),
        (PriceChange(time_of_day=time(12)), 1),
        (PriceChange(modes={"big": "batch"}), 1),
    ],
)
def test_a_run_is_repriced_at_other_hours(
    tmp_path: Path, book: prices.PriceBook, change: PriceChange, factor: float
) -> None:
    folder = ran(tmp_path, book)
    found = reprice.reprice(folder, change, book).folder
    pairs = list(zip(read_rows(folder)[0], read_rows(found)[0], strict=True))
    for before, after in pairs:
        assert before.cost_usd is not None
        halved = after.model == "big" and bool(change.modes)
        expected = before.cost_usd * (factor if after.model == "small" else 0.5 if halved else 1)
        assert after.cost_usd == pytest.approx(expected)
        assert after.cost_cap_usd is not None
        assert (after.cost_usd or 0) <= after.cost_cap_usd
    assert saving(found) == pytest.approx(1 - (1 - saving(folder)) * factor * (2 if change.modes else 1))


def test_one_hour_at_a_time() -> None:
    with pytest.raises(UsageError, match="give one of --peak, --off-peak, --peak-share and --at"):
        PriceChange(peak=True, off_peak=True)


def test_a_repriced_run_says_its_new_date_everywhere(tmp_path: Path, book: prices.PriceBook) -> None:
    """The snapshot's own day says nothing of prices as they stood on another day."""
    parent = ran(tmp_path, book)
    found = reprice.reprice(parent, PriceChange(as_of=date(2026, 5, 1)), book).folder
    record = read_record(found)
    assert record.prices_as_of == "2026-05-01"
    assert book.as_of.isoformat() not in " ".join(record.price_dates)
    assert book.as_of.isoformat() not in page(found)


def test_a_users_undated_prices_take_no_date() -> None:
    rows: dict[str, dict[str, Any]] = {"prices.toml:acme/m": {}, "prices.toml:acme/n": {"retrieved": "2026-09-01"}}
    assert [*RecordedPrices(rows=rows).dates("2026-10-26")] == ["your own prices without a date and of 2026-09-01"]
    both = RecordedPrices(rows={"openai/x": {}, **rows})
    assert next(iter(both.dates("2026-10-26"))) == "list prices of 2026-10-26"
    assert [*RecordedPrices().dates("2026-10-26")] == ["list prices of 2026-10-26"]
    assert [*RecordedPrices().dates(None)] == []
