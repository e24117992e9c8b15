from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bench import prices
from bench.costs import reprice
from bench.costs.reprice import PriceChange
from bench.errors import UsageError
from bench.providers.rules import Rules
from bench.records import read_rows
from bench.records.tables import ItemRow
from tests import runjson
from tests.report.sample_run import ANSWERED, not_asked, write_run

PRICES = """
[[price]]
provider = "acme"
model = "m"
valid_to = "2026-11-21"
input = "2"
cache_read = "0.2"
output = "20"

[[price]]
provider = "acme"
model = "m"
valid_from = "2026-11-21"
input = "1"
cache_read = "0.1"
output = "10"

[[price]]
provider = "acme"
model = "m"
mode = "batch"
input = "0.5"
output = "5"

[[price]]
provider = "acme"
model = "m"
region = "moon"
input = "9"
output = "9"
"""
REMOTE = {
    "model": "acme/m", "wire_model": "m", "price_provider": None, "region": None, "rules": asdict(Rules()),
    "thinking": None, "thinking_budget": None, "effort": None, "max_tokens": None, "usd_per_hour": None,
    "extra_body": {},
}  # fmt: skip
LOCAL = {"model": "weights/small", "max_tokens": 320, "usd_per_hour": 0.1, "slots": 1, "prompt_cache": False}
ROW = replace(
    ANSWERED, model="m", in_uncached=80, in_cache_read=20, out_total=50, cost_usd=0.00066, cost_retries_usd=0.00033,
    price_id="old",
)  # fmt: skip


@pytest.fixture
def book(tmp_path: Path) -> prices.PriceBook:
    (tmp_path / "prices.toml").write_text(PRICES)
    return prices.load(tmp_path / "prices.toml")


@pytest.fixture
def parent(tmp_path: Path) -> Path:
    rows = [ROW, replace(ROW, item="1", cost_retries_usd=0.0), ANSWERED, not_asked(replace(ROW, item="2"))]
    return write_run(tmp_path / "results" / "20261120T101500Z-0123abcd", rows, models={"m": REMOTE, "small": LOCAL})


def rows(folder: Path) -> list[ItemRow]:
    return read_rows(folder)[0]


@pytest.mark.parametrize(
    ("change", "usd"),
    [
        (PriceChange(as_of=date(2026, 11, 20)), 80 * 2 + 20 * 0.2 + 50 * 20),
        (PriceChange(as_of=date(2026, 11, 21)), 80 * 1 + 20 * 0.1 + 50 * 10),
        (PriceChange(as_of=date(2026, 11, 21), cache_hit=0.8), 20 * 1 + 80 * 0.1 + 50 * 10),
        (PriceChange(cache_hit=0.0), 100 * 2 + 50 * 20),
        (PriceChange(off_peak=True), 80 * 2 + 20 * 0.2 + 50 * 20),
    ],
)
def test_costs_by_hand(parent: Path, book: prices.PriceBook, change: PriceChange, usd: float) -> None:
    found = reprice.reprice(parent, change, book)
    first, second, local, unasked = rows(found.folder)
    assert first.cost_usd == second.cost_usd == pytest.approx(usd / 1e6)
    assert first.cost_retries_usd == pytest.approx(usd / 2e6), "earlier attempts change as the scored one does"
    assert second.cost_retries_usd == 0
    assert local == replace(ANSWERED, run=found.folder.name, prompt_sha256=local.prompt_sha256)
    assert unasked.cost_usd is None
    assert found.unknown == {}


def test_the_new_folder_names_its_parent_and_the_change_and_the_parent_stays(
    parent: Path, book: prices.PriceBook, tmp_path: Path
) -> None:
    before = {path: path.read_bytes() for path in parent.iterdir()}
    change = PriceChange(as_of=date(2026, 11, 21), cache_hit=0.8)
    folder = reprice.reprice(parent, change, book, tmp_path / "prices.toml").folder
    assert {path: path.read_bytes() for path in parent.iterdir()} == before
    manifest = runjson.content(folder)
    assert manifest["parent"] == ANSWERED.run
    assert manifest["derived"].items() >= {"by": "reprice", "as_of": "2026-11-21", "cache_hit": 0.8}.items()
    assert list(manifest["prices"]["rows"]) == [rows(folder)[0].price_id]
    assert (folder / "prices.toml").read_text() == PRICES
    assert {row.run for row in rows(folder)} == {folder.name}
    assert {row.run for row in read_rows(folder)[1]} == {folder.name}
    assert (rows(folder)[0].in_uncached, rows(folder)[0].in_cache_read) == (20, 80)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (PriceChange(mode="batch"), "acme/m:batch has no cache_read price"),
        (PriceChange(mode="fast"), "no price for acme/m"),
        (PriceChange(region="moon"), "acme/m[moon] has no cache_read price"),
    ],
)
def test_what_has_no_price_is_unknown_and_never_0(
    parent: Path, book: prices.PriceBook, change: PriceChange, why: str
) -> None:
    found = reprice.reprice(parent, change, book)
    first = rows(found.folder)[0]
    assert (first.cost_usd, first.cost_retries_usd) == (None, None)
    [(words, count)] = found.unknown.items()
    assert why in words
    assert count == 2
    batch = reprice.reprice(parent, replace(change, cache_hit=0.0), book)
    if change.mode != "fast":
        assert rows(batch.folder)[0].cost_usd is not None


def test_tokens_that_were_not_reported_stay_unknown(tmp_path: Path, book: prices.PriceBook) -> None:
    row = replace(ROW, in_uncached=None, in_cache_read=None, cost_usd=None, cost_retries_usd=None)
    folder = write_run(tmp_path / "r" / "run", [row], models={"m": REMOTE})
    found = reprice.reprice(folder, PriceChange(cache_hit=0.5), book)
    assert rows(found.folder)[0].cost_usd is None
    assert rows(found.folder)[0].in_cache_read is None


def test_a_bill_beyond_tokens_stays_unknown_at_any_price(tmp_path: Path, book: prices.PriceBook) -> None:
    listed = {"provider": "acme", "model": "m", "input": "2", "cache_read": "0.2", "output": "20"}
    record = {"snapshot_sha256": "0", "as_of": "2026-11-20", "override_sha256": None, "rows": {"old": listed}}
    made = [replace(ROW, cost_usd=None), replace(ROW, item="1")]
    folder = write_run(tmp_path / "r" / "run", made, models={"m": REMOTE}, prices=record)
    found = reprice.reprice(folder, PriceChange(as_of=date(2026, 11, 25)), book)
    assert [row.cost_usd for row in rows(found.folder)] == [None, pytest.approx(0.000582)]
    assert [why for why in found.unknown if "beyond its tokens" in why]


def test_retries_of_unknown_or_no_cost(tmp_path: Path, book: prices.PriceBook) -> None:
    made = [replace(ROW, cost_retries_usd=None), replace(ROW, item="1", cost_usd=None)]
    folder = write_run(tmp_path / "r" / "run", made, models={"m": REMOTE})
    found = rows(reprice.reprice(folder, PriceChange(cache_hit=0.0), book).folder)
    assert [row.cost_retries_usd for row in found] == [None, None]
    assert all(row.cost_usd for row in found)


def test_mistakes_are_one_line(parent: Path, book: prices.PriceBook) -> None:
    with pytest.raises(UsageError, match="say what is to change: --as-of"):
        reprice.reprice(parent, PriceChange(), book)
    child = reprice.reprice(parent, PriceChange(cache_hit=0.0), book).folder
    with pytest.raises(UsageError, match=f"is repriced itself. Reprice its parent, {ANSWERED.run}"):
        reprice.reprice(child, PriceChange(cache_hit=0.0), book)


def test_a_run_that_does_not_say_how_it_was_billed_is_named(tmp_path: Path, book: prices.PriceBook) -> None:
    newer = {**REMOTE, "rules": {"of": "tomorrow"}}
    for number, (model, why) in enumerate((({"model": "anthropic/x"}, "'rules'"), (newer, "argument 'of'"))):
        folder = write_run(tmp_path / str(number) / "run", [ROW], models={"m": model})
        with pytest.raises(UsageError, match=rf"run.json does not say how 'm' is billed \(.*{why}\)"):
            reprice.reprice(folder, PriceChange(cache_hit=0.0), book)


def test_the_newest_run_that_is_not_repriced(parent: Path, book: prices.PriceBook) -> None:
    assert reprice.newest(parent.parent) == parent
    reprice.reprice(parent, PriceChange(cache_hit=0.0), book)
    assert reprice.newest(parent.parent) == parent
    with pytest.raises(UsageError, match="no run in"):
        reprice.newest(parent.parent / "elsewhere")


def test_a_thinking_model_is_billed_in_its_own_mode(tmp_path: Path) -> None:
    text = PRICES + '\n[[price]]\nprovider = "acme"\nmodel = "m"\nmode = "thinking"\ninput = "1"\noutput = "100"\n'
    (tmp_path / "prices.toml").write_text(text)
    thinker: dict[str, Any] = {**REMOTE, "rules": asdict(Rules(thinks="always"))}
    made = replace(ROW, in_cache_read=None, in_uncached=100)
    folder = write_run(tmp_path / "r" / "run", [made], models={"m": thinker})
    found = reprice.reprice(folder, PriceChange(off_peak=True), prices.load(tmp_path / "prices.toml"))
    assert rows(found.folder)[0].cost_usd == pytest.approx((100 + 50 * 100) / 1e6)
