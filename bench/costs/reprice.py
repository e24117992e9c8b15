"""A run's costs computed again, at another date, mode, place or cache share: a new folder, no call."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from bench import prices
from bench.costs.billing import Billing, billing
from bench.errors import UsageError
from bench.prices import Mode, PriceBook
from bench.records import (
    ItemRow,
    RecordedDerivation,
    RecordedModel,
    RecordedPrices,
    RunRecord,
    TokenUsage,
    derive_run,
    find_run,
    read_record,
    read_rows,
    run_folders,
    write_record,
    write_tables,
    write_text,
)


@dataclass(frozen=True, slots=True)
class PriceChange:
    """What is to be different; None and False leave things as they were."""

    as_of: date | None = None
    """Prices of this day (UTC), at each call's time of day."""
    mode: Mode | None = None
    """E.g. "batch"."""
    region: str | None = None
    """The providers' place, e.g. "singapore"; providers with one list for all places are billed by it."""
    off_peak: bool = False
    """Every call in the cheapest hours."""
    cache_hit: float | None = None
    """The share of prompt tokens read from the provider's cache, in [0, 1]; none is then written to it."""

    def as_record(self) -> dict[str, Any]:
        """What run.json keeps of it."""
        said = {name: value for name, value in asdict(self).items() if value is not None and value is not False}
        return {**said, "as_of": said["as_of"].isoformat()} if "as_of" in said else said


@dataclass(frozen=True, slots=True)
class Repriced:
    """A derived run."""

    folder: Path
    """Its folder, complete with tables."""
    unknown: dict[str, int]
    """Why costs are unknown -> how many rows."""


def newest(root: Path) -> Path:
    """The newest run under `root` that is not repriced itself. UsageError if there is none."""
    for folder in reversed(run_folders(root)):
        if not _repriced_before(read_record(folder)):
            return folder
    return find_run(root, None)


def reprice(parent: Path, change: PriceChange, book: PriceBook, own: Path | None = None) -> Repriced:
    """Computes every remote model's costs anew from its tokens; local weights keep theirs, and nothing is asked.

    Billed attempts before the scored one change as the scored one does: the tables hold no tokens of theirs. `own` is
    the user's price list inside `book`, of which the new folder keeps a copy. UsageError if nothing is to change, or
    the parent is no run or repriced itself.
    """
    if not change.as_record():
        raise UsageError("say what is to change: --as-of, --mode, --region, --off-peak or --cache-hit.")
    record = read_record(parent)
    if record.imported:
        raise UsageError(f"{parent}: was imported; its costs are its source's own.")
    if _repriced_before(record):
        raise UsageError(f"{parent}: is repriced itself. Reprice its parent, {record.parent}.")
    bills = {label: _billing(parent, label, model) for label, model in record.models.items()}
    items, answers = read_rows(parent)
    unknown: Counter[str] = Counter()
    rows = [_repriced(row, bills[row.model], change, book, unknown) for row in items]
    folder, derived = derive_run(parent, RecordedDerivation.from_json({"by": "reprice", **change.as_record()}))
    run = derived.run
    write_tables(folder, [replace(r, run=run) for r in rows], [replace(a, run=run) for a in answers])
    if own:
        write_text(folder / prices.OVERRIDE, own.read_text(encoding="utf-8"))
    used = book.as_recorded({row.price_id for row in rows if row.price_id and bills[row.model]})
    write_record(folder, replace(derived, prices=RecordedPrices.from_json(used)))
    return Repriced(folder, dict(unknown))


def _repriced_before(record: RunRecord) -> bool:
    return record.derived is not None and record.derived.by == "reprice"


def _billing(parent: Path, label: str, model: RecordedModel) -> Billing | None:
    try:
        return billing(model)
    except (KeyError, TypeError) as error:  # written by another version, or another tool
        raise UsageError(
            f"{parent}: run.json does not say how '{label}' is billed ({error}). Ask it again with `bench run`."
        ) from error


def _repriced(
    row: ItemRow, bill: Billing | None, change: PriceChange, book: PriceBook, unknown: Counter[str]
) -> ItemRow:
    if bill is None or row.started_at is None:
        return row
    bill = replace(bill, mode=change.mode or bill.mode, region=change.region or bill.region)
    at = prices.billed_at(row.started_at, row.latency_s)
    if change.as_of:
        at = datetime.combine(change.as_of, at.timetz())
    usage = _usage(row, change.cache_hit)
    row = replace(row, **asdict(usage), cost_cap_usd=None, cost_cap_basis=None)
    price = bill.price(book, at, usage)
    if price is None:
        unknown[bill.why_not(book)] += 1
        return replace(row, price_id=None, cost_usd=None, cost_retries_usd=None)
    found = prices.cost(price, usage, at, off_peak=change.off_peak)
    unknown.update(found.missing)
    return replace(
        row,
        price_id=price.id,
        cost_usd=None if found.usd is None else float(found.usd),
        cost_retries_usd=_retries(row, found.usd),
    )


def _usage(row: ItemRow, cache_hit: float | None) -> TokenUsage:
    usage = TokenUsage(
        in_uncached=row.in_uncached,
        in_cache_read=row.in_cache_read,
        in_cache_write_5m=row.in_cache_write_5m,
        in_cache_write_1h=row.in_cache_write_1h,
        out_total=row.out_total,
        out_reasoning=row.out_reasoning,
    ).beside(answer=row.ttft_s is not None, reasoning=False)  # older runs kept counts that cannot be true
    total = usage.in_total
    if cache_hit is None or total is None:
        return usage
    read = round(total * cache_hit)
    return replace(usage, in_uncached=total - read, in_cache_read=read, in_cache_write_5m=None, in_cache_write_1h=None)


def _retries(row: ItemRow, usd: Decimal | None) -> float | None:
    if row.cost_retries_usd == 0 or usd is None or row.cost_retries_usd is None:
        return None if usd is None else row.cost_retries_usd
    return row.cost_retries_usd * float(usd) / row.cost_usd if row.cost_usd else None
