"""Which row is found, why none is, and what a run keeps of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import bench.prices
from bench.errors import UsageError
from bench.prices import PriceBook, beside, cost, load
from bench.records.items import TokenUsage
from tests.prices.lists import book, row

AT = datetime(2026, 11, 22, tzinfo=UTC)


def found(prices: PriceBook, model: str = "small", at: datetime = AT, **how: Any) -> str | None:
    price = prices.find("acme", model, at=at, **how)
    return price.id if price else None


def test_a_row_holds_from_its_first_moment_to_its_last(tmp_path: Path) -> None:
    prices = book(tmp_path, row(valid_from="2026-10-01", valid_to="2026-11-01"), row(valid_from="2026-11-01"))
    begin, change = datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)
    moment = timedelta(microseconds=1)
    assert found(prices, at=begin - moment) is None
    assert found(prices, at=begin) == "acme/small@2026-10-01"
    assert found(prices, at=change - moment) == "acme/small@2026-10-01"
    assert found(prices, at=change) == "acme/small@2026-11-01"


def test_thinking_may_have_its_own_price_but_batch_must(tmp_path: Path) -> None:
    prices = book(tmp_path, row(), row(mode="thinking", output="9"), row(model="plain"))
    assert found(prices, mode="thinking") == "acme/small:thinking"
    assert found(prices, "plain", mode="thinking") == "acme/plain"
    assert found(prices, mode="batch") is None


FREE = '[[price]]\nprovider = "acme"\nmodel = "small"\ninput = 0\noutput = 0\n'


@pytest.mark.parametrize(
    "zero",
    [
        {"input": "0"},
        {"output": "0"},
        {"input": "0", "output": "0"},
        {"tiers": [{"above": 9, "input": 0, "output": 0}]},
    ],
)
def test_nothing_is_free_but_what_the_user_says_is(tmp_path: Path, zero: dict[str, Any]) -> None:
    prices = book(tmp_path, row(**zero), row(model="dear"))
    assert (found(prices), found(prices, "dear")) == (None, "acme/dear")
    assert "the shipped list says 0" in prices.why_not("acme", "small")
    assert 'model = "small", input = 0 and output = 0 to prices.toml' in prices.why_not("acme", "small")
    assert "says 0" not in prices.why_not("acme", "smaller") + prices.why_not("acme", "dear", mode="batch")
    assert found(book(tmp_path, row(**zero), own=FREE)) == "prices.toml:acme/small"


def test_a_shipped_0_for_a_cache_is_no_price_of_it(tmp_path: Path) -> None:
    """Lists hold 0 for a discount that nobody stated: gpt-3.5-turbo has no cache."""
    used, own = (
        TokenUsage(in_uncached=6, in_cache_read=4, out_total=1),
        FREE.replace("output = 0", "output = 1\ncache_read = 0"),
    )
    for mine, missing in ((None, ("acme/small has no cache_read price",)), (own, ())):
        price = book(tmp_path, row(cache_read="0"), own=mine).find("acme", "small", at=AT)
        assert price is not None
        assert cost(price, used, AT).missing == missing


def test_a_list_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    prices = book(tmp_path, own="\ufeff" + FREE)
    assert found(prices) == "prices.toml:acme/small"
    assert prices.override == FREE


def test_a_region_has_its_own_list(tmp_path: Path) -> None:
    rows = (row(region="here"), row(model="both"), row(model="both", region="there", input="7"))
    prices = book(tmp_path, *rows, regions={"acme": {"": "here", "next-door": "here"}})
    for region in (None, "here", "next-door"):
        assert found(prices, region=region) == "acme/small[here]"
    assert found(prices, region="there") is None
    assert found(prices, "both", region="there") == "acme/both[there]"
    assert found(prices, "both", region="elsewhere") == "acme/both"


def test_an_exact_name_is_better_than_a_date_left_open(tmp_path: Path) -> None:
    rows = (row(aliases=["small-YYYYMMDD", "small-YYYY-MM-DD"]), row(model="small-20260101", input="7"))
    prices = book(tmp_path, *rows)
    assert found(prices, "small-20260101") == "acme/small-20260101"
    for name in ("SMALL-20260102", "small-2026-01-01"):
        assert found(prices, name) == "acme/small"
    for name in ("small-2026", "small-120260102", "small-x-20260102", "smal"):
        assert found(prices, name) is None


OWN = """
[[price]]
provider = "acme"
model = "small"
input = 0.5
output = 1
valid_from = 2026-11-01

[[price]]
provider = "home"
model = "mine"
input = 7
output = 7
currency = "CNY"

[[rate]]
currency = "CNY"
usd = 0.15
valid_from = 2026-10-01
"""


def test_the_users_rows_win(tmp_path: Path) -> None:
    prices = book(tmp_path, row(), row(mode="thinking"), own=OWN)
    assert found(prices) == "prices.toml:acme/small@2026-11-01"
    assert found(prices, mode="thinking") == "prices.toml:acme/small@2026-11-01"
    assert found(prices, at=datetime(2026, 10, 1, tzinfo=UTC)) == "acme/small"


def test_the_users_exchange_rate_wins(tmp_path: Path) -> None:
    newer = {"currency": "CNY", "usd": "0.13", "valid_from": "2026-11-01", "source_url": "https://acme.test"}
    prices = book(tmp_path, own=OWN, rates=[newer])
    price = prices.find("home", "mine", at=AT)
    assert price is not None
    assert price.usd == Decimal("0.15")
    assert cost(price, TokenUsage(in_uncached=1_000_000, out_total=0), AT).usd == Decimal("1.05")


def test_an_exchange_rate_holds_from_its_date(tmp_path: Path) -> None:
    rates = [
        {"currency": "CNY", "usd": "0.14", "valid_from": "2026-11-01"},
        {"currency": "CNY", "usd": "0.13", "valid_from": "2026-10-01"},
    ]
    prices = book(tmp_path, row(currency="CNY"), rates=rates)
    for month, usd in ((9, None), (10, Decimal("0.13")), (11, Decimal("0.14"))):
        price = prices.find("acme", "small", at=datetime(2026, month, 15, tzinfo=UTC))
        assert price is not None
        assert price.usd == usd


def test_a_missing_price_is_explained(tmp_path: Path) -> None:
    gaps = [
        {"provider": "acme", "regions": ["moon", ""], "reason": "nobody lives there."},
        {"provider": "dark", "regions": [], "reason": "it tells nobody."},
    ]
    prices = book(tmp_path, row(), gaps=gaps)
    for asked, why in (
        (("acme", "small", "moon"), "acme/small in region moon: nobody lives there."),
        (("acme", "big"), "acme/big: nobody lives there."),
        (("dark", "x", "any"), "dark/x in region any: it tells nobody."),
        (("acme", "smal", "here"), "acme/smal in region here: it is in no list. Did you mean 'small'?"),
        (("none", "x"), "none/x: it is in no list."),
    ):
        cure = f'Add a [[price]] with provider = "{asked[0]}" and model = "{asked[1]}" to prices.toml.'
        assert prices.why_not(*asked) == f"no price for {why} {cure}"


def test_staleness_is_told(tmp_path: Path) -> None:
    prices = book(tmp_path, row(schedule="peak"), row(model="big", retrieved="2026-12-30"), own=OWN)
    assert prices.stale(date(2026, 12, 31)) == []
    old, unknown = prices.stale(date(2027, 1, 1))
    assert old == "prices were last read 2026-11-01, 61 days before 2027-01-01."
    assert unknown == ("the holidays of peak are known through 2026-12-31 only; later ones are billed as working days.")
    small, big = prices.listed
    assert prices.stale(date(2027, 1, 1), [small]) == [old, unknown]
    assert prices.stale(date(2027, 1, 1), [big, *prices.own]) == [], "other rows, and the user's own, say nothing"


def test_a_region_that_shares_a_list_may_have_a_row_of_its_own(tmp_path: Path) -> None:
    own = '[[price]]\nprovider = "acme"\nmodel = "small"\nregion = "there"\ninput = 7\noutput = 7\n'
    prices = book(tmp_path, row(region="here"), own=own, regions={"acme": {"": "here", "there": "here"}})
    for region, rate in ((None, 1), ("here", 1), ("there", 7)):
        price = prices.find("acme", "small", at=datetime(2026, 11, 22, tzinfo=UTC), region=region)
        assert price is not None
        assert price.rates.input == rate


def test_a_missing_mode_is_named(tmp_path: Path) -> None:
    assert book(tmp_path, row()).why_not("acme", "small", None, "batch") == (
        "no price for acme/small in mode batch: it is listed, but not so, or not then. "
        'Add a [[price]] with provider = "acme" and model = "small" and mode = "batch" to prices.toml.'
    )


def test_a_run_keeps_the_rows_it_used(tmp_path: Path) -> None:
    tier = {"above": 9, "input": "3", "output": "4"}
    used = row(
        region="here", tiers=[tier], tier_scope="marginal", schedule="peak", source_url="https://acme.test",
        valid_from="2026-10-01", retrieved="2026-11-01", cache_read="0.10",
    )  # fmt: skip
    prices = book(tmp_path, used, row(), own=OWN)
    record = prices.as_recorded({"acme/small[here]@2026-10-01"})
    assert record["rows"] == {
        "acme/small[here]@2026-10-01": {
            **used,
            "mode": "standard",
            "currency": "USD",
            "valid_from": "2026-10-01T00:00:00Z",
        }
    }
    assert record["as_of"] == "2026-11-01"
    assert len(record["snapshot_sha256"]) == len(record["override_sha256"]) == 64
    assert book(tmp_path, row()).as_recorded([])["override_sha256"] is None
    assert prices.override == OWN


def test_another_snapshot_is_refused_by_row(tmp_path: Path) -> None:
    used = ("acme/small", "prices.toml:acme/small@2026-11-01")
    record = book(tmp_path, row(), own=OWN).as_recorded(used)
    book(tmp_path, row(), row(model="new")).verify(record, "results/r")
    with pytest.raises(UsageError, match=r"results/r: the price acme/small of snapshot .* differs from this one's"):
        book(tmp_path, row(input="1.5")).verify(record, "results/r")
    with pytest.raises(UsageError, match=r"the price acme/small of snapshot \w{8} \(2026-11-01\) is not in this one's"):
        book(tmp_path, row(model="new")).verify(record, "results/r")


def test_a_list_beside_the_configuration_is_found(tmp_path: Path) -> None:
    assert beside(tmp_path / "bench.toml") is None
    (tmp_path / "prices.toml").write_text(OWN)
    assert beside(tmp_path / "bench.toml") == tmp_path / "prices.toml"
    assert load(tmp_path / "prices.toml").find("home", "mine", at=AT)


def test_every_public_name_exists() -> None:
    for name in bench.prices.__all__:
        assert getattr(bench.prices, name) is not None
    with pytest.raises(AttributeError, match="nonsense"):
        _ = bench.prices.nonsense
