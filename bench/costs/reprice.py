"""A run's costs computed again, at another date, mode, place or cache share: a new folder, no call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, cast

from bench import clean, prices
from bench.costs.billing import Billing, billing, total
from bench.costs.turns import BEYOND, UNKNOWN, Episodes, Key, beyond_tokens, by_episode, mixed_factor, requests_of
from bench.errors import UsageError, suggest
from bench.prices import Cost, Mode, Price, PriceBook
from bench.records import (
    ItemRow,
    RecordedDerivation,
    RecordedModel,
    RecordedPrices,
    RunRecord,
    TokenUsage,
    TurnRow,
    derive_run,
    find_run,
    read_record,
    read_rows,
    read_run,
    read_turns,
    run_folders,
    write_record,
    write_tables,
    write_text,
    write_turns,
)


@dataclass(frozen=True, slots=True, kw_only=True)
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
    peak: bool = False
    """Every call in the dearest hours."""
    peak_share: float | None = None
    """The share of calls in the dearest hours, in [0, 1]."""
    time_of_day: time | None = None
    """Every call at this time, UTC."""
    modes: Mapping[str, Mode | str] = field(default_factory=dict)
    """By model's label, where it is not `mode`."""

    def __post_init__(self) -> None:
        """UsageError where it names several hours at once."""
        if sum((self.off_peak, self.peak, self.peak_share is not None, self.time_of_day is not None)) > 1:
            raise UsageError("give one of --peak, --off-peak, --peak-share and --at: each says at which hours it is.")

    @property
    def share(self) -> Decimal | None:
        """The share of calls in the dearest hours; None where each call's own hour counts."""
        if self.off_peak or self.peak:
            return Decimal(int(self.peak))
        return None if self.peak_share is None else Decimal(str(self.peak_share))

    def as_record(self) -> dict[str, Any]:
        """What run.json keeps of it."""
        said = {name: value for name, value in asdict(self).items() if value is not None and value is not False}
        if not said["modes"]:
            del said["modes"]
        if self.as_of:
            said["as_of"] = self.as_of.isoformat()
        if self.time_of_day:
            said["time_of_day"] = f"{self.time_of_day:%H:%M}"
        return said


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
    the parent is not a run or repriced itself.
    """
    if not change.as_record():
        raise UsageError(
            "say what is to change: --as-of, --at, --mode, --region, --peak, --off-peak, --peak-share or --cache-hit."
        )
    record, _ = read_run(parent)
    if record.imported and change.as_of is None:
        raise UsageError(
            f"{parent}: was imported, and when its calls were made is unknown: give --as-of, the day of the prices."
        )
    if _repriced_before(record):
        raise UsageError(f"{parent}: is repriced itself. Reprice its parent, {record.parent}.")
    unlisted = [label for label in change.modes if label not in record.models]
    if unlisted:
        raise UsageError(f"--mode {unlisted[0]}: the run has no such model.{suggest(unlisted[0], record.models)}")
    items, answers = read_rows(parent)
    turns = read_turns(parent)
    episodes, unknown = by_episode(turns), Counter[str]()
    if record.imported:
        bills: dict[str, Billing | None] = {label: _of_import(model) for label, model in record.models.items()}
        rows = [_computed(row, bills[row.model], change, book=book, unknown=unknown) for row in items]
        record = _marked(record, change, {row.model for row, old in zip(rows, items, strict=True) if row != old})
    else:
        bills = {label: _billing(parent, label, model) for label, model in record.models.items()}
        rows = [
            _repriced(row, bills[row.model], change, book=book, record=record, unknown=unknown, episodes=episodes)
            for row in items
        ]
        lost = {(row.task, row.item, row.model, row.repeat) for row in rows if row.cost_usd is None}
        turns = [_turn(row, bills.get(row.model), change, book, lost) for row in turns]
    folder, derived = derive_run(parent, RecordedDerivation.from_json({"by": "reprice", **change.as_record()}))
    run = derived.run
    write_tables(folder, [replace(r, run=run) for r in rows], [replace(a, run=run) for a in answers])
    if turns:
        write_turns(folder, [replace(turn, run=run) for turn in turns])
    if own:
        write_text(folder, prices.OVERRIDE, clean.read_text(own))
    used = book.as_recorded({row.price_id for row in rows if row.price_id and bills[row.model]})
    derived = replace(derived, models=record.models)
    write_record(folder, replace(derived, prices=RecordedPrices.from_json(used), traffic=None))
    return Repriced(folder, dict(unknown))


def _of_import(model: RecordedModel) -> Billing:
    """Who would bill an imported model: the route that its source names, else its maker, by its name there."""
    origin = model.imported
    raw, route = (model.model, None) if origin is None else (origin.raw, origin.provider or origin.vendor)
    return Billing(provider=route or raw.partition("/")[0], model=raw.rpartition("/")[2], mode="standard", region=None)


def _computed(
    row: ItemRow, bill: Billing | None, change: PriceChange, book: PriceBook, unknown: Counter[str]
) -> ItemRow:
    """An imported row with a cost by its tokens, where its source states none; a stated cost stays."""
    if row.cost_usd is not None or not row.answered or bill is None:
        return row
    assert change.as_of is not None
    at = f"{change.as_of.isoformat()}T12:00:00+00:00"
    made = priced(replace(row, started_at=at), bill, change, book)
    unknown.update(made.cost.missing)
    if made.price is None or made.usd is None:
        return row
    return replace(row, price_id=made.price.id, cost_usd=_float(made.usd), cost_retries_usd=0.0)


def _marked(record: RunRecord, change: PriceChange, labels: Collection[str]) -> RunRecord:
    """The record, in which the costs of these models are called computed."""
    basis = f"computed from tokens at list prices of {change.as_of}, where the source states none"
    models = {
        label: replace(model, imported=replace(model.imported, cost_basis=basis))
        if label in labels and model.imported is not None
        else model
        for label, model in record.models.items()
    }
    return replace(record, models=models)


def _repriced_before(record: RunRecord) -> bool:
    return record.derived is not None and record.derived.by == "reprice"


def _billing(parent: Path, label: str, model: RecordedModel) -> Billing | None:
    try:
        return billing(model)
    except (KeyError, TypeError) as error:  # written by another version, or another tool
        raise UsageError(
            f"{parent}: run.json does not say how '{label}' is billed ({error}). Ask it again with `bench run`."
        ) from error


class Priced(NamedTuple):
    """A row's answer at other prices."""

    price: Price | None
    """Its price; None if there is none."""
    cost: Cost
    """What it costs by it."""
    usage: TokenUsage
    """Its tokens, the prompt's split anew where the cache share changes."""
    factor: Decimal | None
    """The factor of the hour; None for a price that depends on none."""

    @property
    def usd(self) -> Decimal | None:
        """What the scored attempt would cost, in USD; None if unknown."""
        return self.cost.usd


def priced(
    row: ItemRow, bill: Billing, change: PriceChange, book: PriceBook, episodes: Episodes = MappingProxyType({})
) -> Priced:
    """What a row's answer, which was asked, would cost with a change; an episode what its turns would cost."""
    made = [_priced(each, bill, change, book) for each in requests_of(row, episodes)]
    if row.turns is None:
        return made[0]
    if not made:
        return Priced(None, Cost(None, {}, (UNKNOWN,)), _usage(row, None), None)
    without = next((each for each in made if each.price is None), None)
    if without is not None:
        return without._replace(usage=_usage(row, None))
    missing = dict.fromkeys(words for each in made for words in each.cost.missing)
    usages = [asdict(each.usage) for each in made]
    usage = TokenUsage(**{name: _sum([each[name] for each in usages]) for name in TokenUsage.__slots__})
    cost = Cost(total(each.usd for each in made), {}, tuple(missing))
    return Priced(made[0].price, cost, usage, mixed_factor((each.usd, each.factor) for each in made))


def _sum(counts: Sequence[int | None]) -> int | None:
    return None if None in counts else sum(count for count in counts if count is not None)


def _priced(row: TurnRow | ItemRow, bill: Billing, change: PriceChange, book: PriceBook) -> Priced:
    """What a single request would cost with a change."""
    assert row.started_at is not None
    mode = cast("Mode", change.modes.get(row.model) or change.mode or bill.mode)
    bill = replace(bill, mode=mode, region=change.region or bill.region)
    at = prices.billed_at(row.started_at, row.latency_s)
    if change.as_of or change.time_of_day:
        hour = at.timetz() if change.time_of_day is None else change.time_of_day.replace(tzinfo=at.tzinfo)
        at = datetime.combine(change.as_of or at.date(), hour)
    usage = _usage(row, change.cache_hit)
    price = bill.price(book, at, usage)
    if price is None:
        return Priced(None, Cost(None, {}, (bill.why_not(book),)), usage, None)
    factor = None
    if price.schedule:
        factor = price.schedule.factor(at) if change.share is None else price.schedule.mixed(change.share)
    return Priced(price, prices.cost(price, usage, at, peak_share=change.share), usage, factor)


def _turn(turn: TurnRow, bill: Billing | None, change: PriceChange, book: PriceBook, lost: Collection[Key]) -> TurnRow:
    """A turn as it would be billed; local weights' have no bill, and in `lost` episodes an unknown one stays so."""
    unknown = turn.cost_usd is None and (turn.task, turn.item, turn.model, turn.repeat) in lost
    if bill is None or unknown:
        return turn
    made = _priced(turn, bill, change, book)
    return replace(turn, **asdict(made.usage), cost_usd=_float(made.usd))


def _repriced(
    row: ItemRow,
    bill: Billing | None,
    change: PriceChange,
    *,
    book: PriceBook,
    record: RunRecord,
    unknown: Counter[str],
    episodes: Episodes,
) -> ItemRow:
    if bill is None or row.started_at is None:
        return replace(row, cost_traffic_usd=None)
    made = priced(row, bill, change, book, episodes)
    if beyond_tokens(row, record, episodes):
        made = made._replace(cost=Cost(None, {}, (BEYOND,)))
    unknown.update(made.cost.missing)
    cap = _cap(row, bill, made, record)
    return replace(
        row,
        **asdict(made.usage),
        price_id=made.price.id if made.price else None,
        cost_usd=_float(made.usd),
        cost_retries_usd=None if made.price is None else _retries(row, made.usd),
        cost_cap_usd=_float(cap),
        cost_cap_basis=None if cap is None else "worst case",
        price_factor=_float(made.factor),
        cost_traffic_usd=None,
    )


def _cap(row: ItemRow, bill: Billing, made: Priced, record: RunRecord) -> Decimal | None:
    """The most that the call could cost by the new price; None where the parent had no cap, or its token limit is
    unknown."""
    task = record.tasks.get(row.task)
    limit = record.models[row.model].max_tokens or (task.max_tokens if task else None)
    tokens = made.usage.in_total
    if row.cost_cap_usd is None or made.price is None or limit is None or tokens is None:
        return None
    if row.turns is None:
        return bill.worst(made.price, tokens, {bill.cap_field: limit})
    answer = bill.most_answered(0, {bill.cap_field: limit})
    return None if answer is None else prices.worst_case(made.price, tokens, row.turns * answer)


def _float(usd: Decimal | None) -> float | None:
    return None if usd is None else float(usd)


def _usage(row: TurnRow | ItemRow, cache_hit: float | None) -> TokenUsage:
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
