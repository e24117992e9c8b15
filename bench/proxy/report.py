"""What a ledger comes to: dollars by key, agent and model, by day and by turn, and at another model's prices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from bench import clean, prices
from bench.costs import Billing, total
from bench.prices import PriceBook
from bench.proxy.ledger import Entry
from bench.records import TokenUsage, TurnRow
from bench.report.text import column, grid
from bench.report.text.column import Column, Table

LEGEND = (
    "USD: what calls with counts cost, by the price of their moment. At most: with what calls may have cost whose "
    "counts never came (open, cut off, or not reported). Weights of this machine have no price by tokens: a run's own "
    "tables bill their time. Retries: calls whose request is the same as an earlier one's. ?: not known."
)
TURNS = 30
"""Turns that are shown one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyBill:
    """What some calls come to."""

    key: str
    """The key they came with; or the day, or the turn."""
    agent: str = ""
    """The client; empty where calls of several are summed."""
    model: str = ""
    """The model's label; empty where calls of several are summed."""
    calls: int
    """Calls."""
    retries: int
    """Of these, calls whose request is the same as an earlier one's."""
    tokens_in: int | None
    """Prompt tokens of calls with counts; None where no call has any."""
    cached: float | None
    """The share of them that was read from the cache; None where none were counted."""
    tokens_out: int | None
    """Generated tokens of calls with counts; None where no call has any."""
    usd: Decimal | None
    """What calls with known costs cost, in USD; None where no call's is known."""
    most_usd: Decimal | None
    """The same with what the others may have cost; None where nothing bounds one of them."""
    unknown: int
    """Calls whose cost is not known."""


def _count(tokens: int | None) -> str:
    return "?" if tokens is None else f"{tokens:,}"


def _amount(usd: Decimal | None) -> str:
    return "?" if usd is None else f"{usd:.4f}"


COLUMNS: tuple[Column[ProxyBill], ...] = (
    column.label("key", "key", lambda bill: bill.key),
    column.label("client", "agent", lambda bill: bill.agent),
    column.label("model", "model", lambda bill: bill.model),
    Column(name="calls", key="calls", cell=lambda bill: f"{bill.calls:,}"),
    Column(name="retries", key="retries", cell=lambda bill: f"{bill.retries:,}"),
    Column(name="tokens in", key="tokens_in", cell=lambda bill: _count(bill.tokens_in)),
    Column(name="cached", key="cached", unit="%", cell=lambda b: "?" if b.cached is None else f"{100 * b.cached:.0f}"),
    Column(name="tokens out", key="tokens_out", cell=lambda bill: _count(bill.tokens_out)),
    Column(name="USD", key="usd", cell=lambda bill: _amount(bill.usd)),
    Column(name="at most", key="most_usd", cell=lambda bill: _amount(bill.most_usd)),
    Column(name="cost unknown", key="unknown", cell=lambda bill: f"{bill.unknown:,}"),
)


def bills(entries: Sequence[Entry], by: Callable[[Entry], tuple[str, str, str]]) -> list[ProxyBill]:
    """A bill a group, in the order in which groups appear; `by` is a call's (key, agent, model)."""
    groups: dict[tuple[str, str, str], list[Entry]] = {}
    for entry in entries:
        groups.setdefault(by(entry), []).append(entry)
    return [_bill(*name, group) for name, group in groups.items()]


def _bill(key: str, agent: str, model: str, entries: Sequence[Entry]) -> ProxyBill:
    usages = [entry.settled.usage for entry in entries if entry.settled]
    tokens_in = _sum([usage.in_total for usage in usages])
    cached = sum(usage.in_cache_read or 0 for usage in usages)
    costs = [entry.settled.cost_usd if entry.settled else None for entry in entries]
    return ProxyBill(
        key=key,
        agent=agent,
        model=model,
        calls=len(entries),
        retries=len(entries) - len({(entry.begun.key, entry.begun.body_sha256) for entry in entries}),
        tokens_in=tokens_in,
        cached=cached / tokens_in if tokens_in else None,
        tokens_out=_sum([usage.out_total for usage in usages]),
        usd=sum((cost for cost in costs if cost is not None), Decimal(0)) if len(costs) > costs.count(None) else None,
        most_usd=total(entry.most_usd for entry in entries),
        unknown=costs.count(None),
    )


def _sum(counts: Sequence[int | None]) -> int | None:
    """The sum of what is known; None where nothing is."""
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def tables(entries: Sequence[Entry]) -> Iterator[Table]:
    """By key, client and model; by day; by turn."""
    mine = bills(entries, lambda entry: (entry.begun.key, entry.begun.agent, entry.begun.model))
    yield column.table("What was spent", COLUMNS, mine, legend=LEGEND)
    few = [each for each in COLUMNS if each.key not in ("agent", "model")]
    for title, name, by in (
        ("By day (UTC)", "day", lambda entry: entry.begun_at[:10]),
        (
            "By turn of a key",
            "turn",
            lambda entry: str(min(entry.begun.turn, TURNS)) + "+" * (entry.begun.turn > TURNS),
        ),
    ):
        named = [column.label(name, "key", lambda bill: bill.key), *few[1:]]
        yield column.table(title, named, bills(entries, lambda entry, by=by: (by(entry), "", "")))  # type: ignore[misc]


def with_items(entries: Iterable[Entry], turns: Iterable[TurnRow]) -> list[Entry]:
    """The calls of a run's agents with the names of their items, which its turns know, in place of their keys."""
    names = {row.key.rpartition("/")[0]: f"{row.item}{f', repeat {row.repeat}' * bool(row.repeat)}" for row in turns}
    return [
        replace(entry, begun=replace(entry.begun, key=names.get(entry.begun.key, entry.begun.key))) for entry in entries
    ]


def lines(
    entries: Sequence[Entry], at: str = "", other: Billing | None = None, book: PriceBook | None = None
) -> Iterator[str]:
    """The tables as Markdown; with `other`, what the same tokens would have cost at that model's prices."""
    for table in tables(entries):
        yield from grid.section(table)
    if other and book:
        yield from ("", clean.markdown(_instead(entries, at, other, book)))


def at_prices_of(
    entries: Iterable[Entry], other: Billing, book: PriceBook, *, cached: bool = True
) -> tuple[Decimal | None, Decimal, int]:
    """What settled calls cost, what the same tokens would have cost elsewhere, and how many calls that is.

    The first is None where one of them has no known cost, as those of weights of this machine. `cached`: whether the
    cache there serves the same share of each prompt; otherwise it serves nothing.
    """
    paid, instead, calls = list[Decimal | None](), Decimal(0), 0
    for entry in entries:
        settled = entry.settled
        if settled is None or settled.state != "settled":
            continue
        at = datetime.fromisoformat(entry.begun_at)
        usage = settled.usage if cached else _uncached(settled.usage)
        price = other.price(book, at, usage)
        cost = prices.cost(price, usage, at).usd if price else None
        if cost is not None:
            paid.append(settled.cost_usd)
            instead, calls = instead + cost, calls + 1
    return total(paid), instead, calls


def _uncached(usage: TokenUsage) -> TokenUsage:
    """The same tokens, all of the prompt's billed at the full price."""
    return replace(usage, in_uncached=usage.in_total, in_cache_read=0, in_cache_write_5m=0, in_cache_write_1h=0)


def _instead(entries: Sequence[Entry], at: str, other: Billing, book: PriceBook) -> str:
    paid, instead, calls = at_prices_of(entries, other, book)
    if not calls:
        settled = any(entry.settled and entry.settled.state == "settled" for entry in entries)
        return f"At the prices of {at}: " + (
            other.why_not(book) if settled else "no call is settled here, so that no tokens are known to be priced."
        )
    before = "what they cost here, which is not known" if paid is None else f"{paid:.4f}"
    _, bare, _ = at_prices_of(entries, other, book, cached=False)
    served = f" ({bare:.4f} if its cache served none of them)" if bare != instead else ""
    return (
        f"At the prices of {at}, the same tokens of {calls:,} calls would have cost {instead:.4f} USD{served} "
        f"instead of {before}. That assumes the same tokens: another model writes, thinks and caches otherwise, and "
        "may need more turns; `bench run` measures that."
    )
