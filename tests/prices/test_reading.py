"""A mistake in a price list is one line that names file and row."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bench.errors import UsageError
from bench.prices import load
from bench.prices.reading import recorded_price
from tests.prices.lists import book, row

AT = datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"input": "-1"}, "row 2 (acme/small): input must be a number of at least 0; found '-1'."),
        ({"output": "cheap"}, "row 2 (acme/small): output must be a number of at least 0; found 'cheap'."),
        ({"cache_read": True}, "row 2 (acme/small): cache_read must be a number of at least 0; found True."),
        ({"cache_read": 0.1}, "row 2 (acme/small): cache_read must be a number of at least 0; found 0.1."),
        ({"cache_read": "NaN"}, "row 2 (acme/small): cache_read must be a number of at least 0; found 'NaN'."),
        ({"cache_read": []}, "row 2 (acme/small): cache_read must be a number of at least 0; found []."),
        (
            {"input": None},
            "row 2 (acme/small): input is missing: every row, and every tier of one, needs input and output.",
        ),
        (
            {"output": None},
            "row 2 (acme/small): output is missing: every row, and every tier of one, needs input and output.",
        ),
        ({"model": None}, "row 2 (acme): model is missing."),
        ({"model": 7}, "row 2 (acme/7): model must be a text in quotes; found 7."),
        ({"currency": "EUR"}, "row 2 (acme/small/EUR): unknown currency 'EUR'. Known: CNY, USD."),
        ({"mode": "fats"}, "row 2 (acme/small): unknown mode 'fats'. Did you mean 'fast'?"),
        ({"inptu": "1"}, "row 2 (acme/small): unknown key 'inptu'. Did you mean 'input'?"),
        ({"aliases": "tiny"}, "row 2 (acme/small): aliases must be a list of names; found 'tiny'."),
        ({"schedule": "nights"}, "row 2 (acme/small): schedule 'nights' is none of the snapshot's: peak."),
        ({"valid_from": "autumn"}, "row 2 (acme/small): valid_from must be a date such as 2026-10-07; found 'autumn'."),
        ({"valid_from": 2026}, "row 2 (acme/small): valid_from must be a date such as 2026-10-07; found 2026."),
        (
            {"valid_from": "2026-10-07", "valid_to": "2026-10-07"},
            "row 2 (acme/small): valid_to must be later than valid_from.",
        ),
        ({"tiers": {"above": 1}}, "row 2 (acme/small): tiers must be a list of tables."),
        (
            {"tiers": [{"above": 0, "input": "1"}]},
            "row 2 (acme/small): tiers: above must be a whole number of at least 1; found 0.",
        ),
        ({"tiers": [{"above": 9, "input": "x"}]}, "row 2 (acme/small): tiers: input must be a number of at least 0"),
        (
            {"tiers": [{"above": 9, "input": "2"}]},
            "row 2 (acme/small): tiers: output is missing: every row, and every tier",
        ),
        ({"valid_from": "0001-01-01T00:00:00+14:00"}, "row 2 (acme/small): valid_from must be a date such as"),
        ({"tiers": [{"over": 9}]}, "row 2 (acme/small): tiers: unknown key 'over'."),
        (
            {"tiers": [{"above": above, "input": "1", "output": "1"} for above in (200, 100)]},
            "row 2 (acme/small): tiers are out of order: above = 200, 100.",
        ),
        ({"tier_scope": "half"}, "row 2 (acme/small): unknown tier_scope 'half'. Known: marginal, request."),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, changes: dict[str, Any], problem: str) -> None:
    bad = {key: value for key, value in row(**changes).items() if value is not None}
    with pytest.raises(UsageError) as caught:
        book(tmp_path, row(model="other"), bad)
    assert str(caught.value).startswith(f"snapshot.json: {problem}")


def test_a_row_must_be_a_table(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"prices.toml: row 1: must be a table."):
        book(tmp_path, own="price = [1]")


@pytest.mark.parametrize(
    ("first", "second", "names"),
    [
        ({}, {"valid_from": "2026-10-01"}, "acme/small and acme/small@2026-10-01"),
        (
            {"valid_from": "2026-09-01", "valid_to": "2026-10-02"},
            {"valid_from": "2026-10-01T12:00:00Z"},
            "acme/small@2026-09-01 and acme/small@2026-10-01T12:00:00Z",
        ),
        ({"valid_to": "2026-10-02"}, {"model": "big", "aliases": ["Small"]}, "acme/big and acme/small"),
        (
            {"region": "here", "mode": "batch"},
            {"region": "here", "mode": "batch", "valid_from": "2026-10-01"},
            "acme/small[here]:batch and acme/small[here]:batch@2026-10-01",
        ),
    ],
)
def test_overlapping_dates_are_named(tmp_path: Path, first: dict[str, Any], second: dict[str, Any], names: str) -> None:
    with pytest.raises(UsageError) as caught:
        book(tmp_path, row(**second), row(**first))
    left, _, right = names.partition(" and ")
    assert str(caught.value) in (
        f"snapshot.json: {left} and {right} overlap: give the first a valid_to.",
        f"snapshot.json: {right} and {left} overlap: give the first a valid_to.",
    )


def test_the_same_row_twice_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"snapshot.json: two rows are called acme/small: their dates overlap."):
        book(tmp_path, row(), row())


def test_regions_modes_and_dates_do_not_overlap(tmp_path: Path) -> None:
    rows = [
        row(valid_to="2026-10-01"),
        row(valid_from="2026-10-01"),
        row(region="here"),
        row(mode="batch"),
        row(provider="other"),
    ]
    assert len(book(tmp_path, *rows).listed) == 5


@pytest.mark.parametrize(
    ("own", "problem"),
    [
        ("[[price]\n", "is not valid TOML: Expected ']]'"),
        ("prices = []\n", "unknown table or key 'prices': write [[price]] or [[rate]]."),
        ("price = 1\n", "unknown table or key 'price': write [[price]] or [[rate]]."),
        ('[[rate]]\ncurrency = "CNY"\nvalid_from = 2026-11-01\n', "rate 1 (CNY): usd must be a number above 0"),
        (
            '[[rate]]\ncurrency = "CNY"\nusd = 0\nvalid_from = 2026-11-01\n',
            "rate 1 (CNY): usd must be a number above 0",
        ),
        ('[[rate]]\ncurrency = "CNY"\nusd = 0.14\n', "rate 1 (CNY): valid_from is missing"),
        ("[[rate]]\nusd = 1\nvalid_from = 2026-11-01\n", "rate 1: unknown currency ''."),
        (
            '[[rate]]\ncurrency = "USD"\nusd = 2\nvalid_from = 2026-11-01\n',
            "rate 1 (USD): unknown currency 'USD'. Known: CNY.",
        ),
        (
            2 * '[[rate]]\ncurrency = "CNY"\nusd = 0.14\nvalid_from = 2026-11-01\n',
            "rate 2 (CNY): there is another rate from 2026-11-01 on.",
        ),
        ('[[price]]\nprovider = "a"\nmodel = "b"\ninput = -0.5\noutput = 1\n', "row 1 (a/b): input must be a number"),
        (
            '[[price]]\nprovider = "a"\nmodel = "b"\ninput = "1e-40"\noutput = 1\n',
            "row 1 (a/b): input is no price that",
        ),
        ('[[price]]\nprovider = "a"\nmodel = "b"\ninput = "1e40"\noutput = 1\n', "row 1 (a/b): input is no price that"),
    ],
)
def test_a_bad_list_of_the_users_own_is_named(tmp_path: Path, own: str, problem: str) -> None:
    with pytest.raises(UsageError) as caught:
        book(tmp_path, own=own)
    assert f"prices.toml: {problem}" in str(caught.value)


def test_bytes_that_are_no_text_are_no_list(tmp_path: Path) -> None:
    (tmp_path / "prices.toml").write_bytes(b"\xff")
    with pytest.raises(UsageError, match="is not valid TOML"):
        load(tmp_path / "prices.toml")
    with pytest.raises(UsageError, match=r"none\.toml: cannot be read \(No such file or directory\)\.$"):
        load(tmp_path / "none.toml")


def test_a_damaged_snapshot_is_named(tmp_path: Path) -> None:
    (tmp_path / "snapshot.json").write_text("{")
    with pytest.raises(UsageError, match=r"snapshot.json: is not a price snapshot .* Install claimbench again."):
        load(None, tmp_path / "snapshot.json")


def test_the_users_numbers_are_exact(tmp_path: Path) -> None:
    """0.1 in TOML is a tenth, and a time without a zone is UTC."""
    own = (
        '[[price]]\nprovider = "acme"\nmodel = "small"\ninput = 0.1\noutput = 3\ncache_read = "0.01"\n'
        "valid_from = 2026-11-01T12:00:00\nvalid_to = 2026-12-01T12:00:00+08:00\n"
    )
    (price,) = book(tmp_path, own=own).own
    assert (price.rates.input, price.rates.output, price.rates.cache_read) == (
        Decimal("0.1"),
        Decimal(3),
        Decimal("0.01"),
    )
    assert price.valid_from == datetime(2026, 11, 1, 12, tzinfo=UTC)
    assert price.valid_to == datetime(2026, 12, 1, 4, tzinfo=UTC)
    assert price.id == "prices.toml:acme/small@2026-11-01T12:00:00Z"


def test_a_recorded_price_needs_no_schedule() -> None:
    """Of the hours and the currency of a row, an item's recorded cost says what they came to."""
    recorded = recorded_price(row(schedule="night", currency="CNY"))
    assert recorded == recorded_price(row())
