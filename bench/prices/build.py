"""`bench prices build`: the snapshot, out of two price packages and the reviewed rulings (developers only)."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fnmatch import fnmatchcase
from importlib import metadata
from pathlib import Path
from typing import Any

from bench import clean
from bench.errors import UsageError
from bench.prices.rows import TOKEN_CLASSES
from bench.prices.sources import Amounts, ListedPrice, PricePackage, genai_prices, model_prices

RULINGS = Path(__file__).with_name("rulings.toml")
"""Who is right where the packages disagree, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """One price that the packages state differently."""

    kind: str
    """"current": on the day of the build; "history": on an earlier day at which either states a change."""
    provider: str
    """Who bills."""
    model: str
    """The model."""
    mode: str
    """How it is asked."""
    field: str
    """The token class, or "tiers"."""
    at: date
    """The day compared."""
    stated: Mapping[str, str]
    """What each package states, by its name; "nothing" where it has no price."""
    ruling: Mapping[str, str]
    """What decided it: take and reason; empty if nothing did."""

    def __str__(self) -> str:
        said = ", ".join(f"{name} {value}" for name, value in self.stated.items())
        decided = f"{self.ruling['take']}: {self.ruling['reason']}" if self.ruling else "NO RULING"
        return f"{self.kind} {self.provider}/{self.model}:{self.mode} {self.field} at {self.at}: {said} -> {decided}"


@dataclass(frozen=True, slots=True)
class Built:
    """A snapshot, ready to write, and how it came about."""

    text: str
    """The snapshot's text."""
    rows: int
    """How many rows it has."""
    disagreements: Sequence[Disagreement]
    """What the packages state differently."""

    def write(self, path: Path) -> None:
        """Writes it. UsageError if a disagreement has no ruling."""
        open_ = [d for d in self.disagreements if not d.ruling]
        if open_:
            raise UsageError(f"{len(open_)} disagreements have no ruling in {RULINGS.name}, first: {open_[0]}")
        path.write_text(self.text, encoding="utf-8")


def build(rulings: Path = RULINGS) -> Built:
    """Reads both packages and the rulings. UsageError if a package is missing."""
    rules = tomllib.loads(rulings.read_text(encoding="utf-8"))
    sources = [read(rules["providers"]) for read in (model_prices, genai_prices)]
    first, second = (_kept(source, sources[0].removed, rules.get("drop", ())) for source in sources)
    retrieved: dict[str, date] = rules["retrieved"]
    today = datetime.combine(max(retrieved.values()), time(), UTC)
    disagreements = list(_compare(first, second, today, rules.get("ruling", ())))
    merged = _merged(first, second, {(d.provider, d.model, d.mode, d.field): d for d in disagreements}, today)
    rows = [_raw(row, rules["regions"], retrieved) for row in _joined(merged)]
    rows += [{name: _plain(value) for name, value in row.items() if name != "reason"} for row in rules.get("row", ())]
    text = _text(
        {
            "as_of": min(retrieved.values()).isoformat(),
            "sources": {
                name: {"version": metadata.version(name), "retrieved": day.isoformat(), "licence": "MIT"}
                for name, day in retrieved.items()
            },
            "regions": {name: same for name, same in rules["providers"].items() if same},
            "schedules": sources[0].schedules,
            "holidays": sources[0].holidays,
            "rates": rules.get("rate", []),
            "gaps": rules.get("gap", []),
        },
        rows,
    )
    return Built(text, len(rows), disagreements)


def _kept(source: PricePackage, removed: set[tuple[str, str]], drops: Sequence[Mapping[str, Any]]) -> list[ListedPrice]:
    def dropped(row: ListedPrice) -> bool:
        fits = (d for d in drops if row.provider == d["provider"] and fnmatchcase(row.model, d["model"]))
        return any(not drop.get("only_zeros") or not any(row.rates.values()) for drop in fits)

    return [row for row in source.rows if (row.provider, row.model) not in removed and not dropped(row)]


def _grouped(rows: Sequence[ListedPrice]) -> dict[tuple[str, str, str], list[ListedPrice]]:
    groups: dict[tuple[str, str, str], list[ListedPrice]] = {}
    for row in rows:
        groups.setdefault((row.provider, row.model, row.mode), []).append(row)
    return groups


def _compare(
    first: Sequence[ListedPrice], second: Sequence[ListedPrice], today: datetime, rulings: Sequence[Mapping[str, str]]
) -> Iterator[Disagreement]:
    """Differences on the day of the build, at every dated change of either package, and before the first."""
    ours, theirs = _grouped(first), _grouped(second)
    for key in sorted(ours.keys() & theirs.keys()):
        both = [*ours[key], *theirs[key]]
        dates = sorted({row.valid_from for row in both if row.valid_from and row.valid_from < today})
        for moment in [*(first - timedelta(days=1) for first in dates[:1]), *dates, today]:
            pair = [next((row for row in rows if row.at(moment)), None) for rows in (ours[key], theirs[key])]
            for name, stated in _differences(*pair):
                kind = "current" if moment == today else "history"
                by_package = dict(zip(("model-prices", "genai-prices"), stated, strict=True))
                ruling = _ruling(rulings, kind=kind, provider=key[0], model=key[1], mode=key[2], field=name)
                yield Disagreement(
                    kind=kind,
                    provider=key[0],
                    model=key[1],
                    mode=key[2],
                    field=name,
                    at=moment.date(),
                    stated=by_package,
                    ruling=ruling,
                )


def _differences(ours: ListedPrice | None, theirs: ListedPrice | None) -> Iterator[tuple[str, tuple[str, str]]]:
    a, b = ((row.rates, row.tiers) if row else ({}, []) for row in (ours, theirs))
    for name in TOKEN_CLASSES:
        if a[0].get(name) != b[0].get(name):
            yield name, (_shown(a[0].get(name)), _shown(b[0].get(name)))
    if a[1] != b[1]:
        yield "tiers", (_tiers_shown(a[1]), _tiers_shown(b[1]))


def _shown(amount: Decimal | None) -> str:
    return "nothing" if amount is None else plain(amount)


def plain(amount: Decimal) -> str:
    """A price without exponent and trailing zeros."""
    return f"{amount.normalize():f}"


def _tiers_shown(tiers: Sequence[tuple[int, Amounts]]) -> str:
    steps = [f">{above} " + " ".join(f"{n}={plain(r)}" for n, r in rates.items()) for above, rates in tiers]
    return "; ".join(steps) or "nothing"


def _ruling(rulings: Sequence[Mapping[str, str]], **what: str) -> Mapping[str, str]:
    fits = (r for r in rulings if all(fnmatchcase(value, r.get(name, "*")) for name, value in what.items()))
    return next(fits, {})


def _merged(
    first: Sequence[ListedPrice],
    second: Sequence[ListedPrice],
    ruled: Mapping[tuple[str, str, str, str], Disagreement],
    today: datetime,
) -> Iterator[ListedPrice]:
    """model-prices' rows, the current ones as ruled, then what only genai-prices lists; each with all aliases."""
    ours, theirs = _grouped(first), _grouped(second)
    names = {(row.provider, row.model): set[str]() for row in (*first, *second)}
    for row in (*first, *second):
        names[row.provider, row.model] |= {*row.aliases}
    taken = {(provider, model) for provider, model in names}
    for key in sorted(ours.keys() | theirs.keys()):
        aliases = tuple(sorted(a for a in names[key[:2]] if (key[0], a) not in taken))
        for row in ours.get(key) or theirs[key]:
            other = next((r for r in theirs.get(key, ()) if r.at(today)), None)
            ruled_row = _ruled(row, other, key, ruled) if other and row.at(today) and row is not other else row
            yield replace(ruled_row, aliases=aliases)


def _ruled(
    row: ListedPrice,
    other: ListedPrice,
    key: tuple[str, str, str],
    ruled: Mapping[tuple[str, str, str, str], Disagreement],
) -> ListedPrice:
    """A current row with the other package's fields where a ruling takes them."""
    rates, tiers = dict(row.rates), row.tiers
    for name in (*TOKEN_CLASSES, "tiers"):
        disagreement = ruled.get((*key, name))
        if disagreement is None or disagreement.kind != "current" or disagreement.ruling.get("take") != "genai-prices":
            continue
        if name == "tiers":
            tiers = other.tiers
        elif name in other.rates:
            rates[name] = other.rates[name]
        else:
            rates.pop(name, None)
    return replace(row, rates=rates, tiers=tiers, origin=f"{row.origin}, {other.origin}")


def _joined(rows: Iterator[ListedPrice]) -> Iterator[ListedPrice]:
    """Rows that follow each other with the same prices, as one."""
    held: ListedPrice | None = None
    for row in rows:
        same = held and replace(held, source_url="", valid_from=None, valid_to=None, origin="") == replace(
            row, source_url="", valid_from=None, valid_to=None, origin=""
        )
        if held and same and held.valid_to == row.valid_from:
            held = replace(held, valid_to=row.valid_to, origin=row.origin)
            continue
        if held:
            yield held
        held = row
    if held:
        yield held


def _raw(row: ListedPrice, regions: Mapping[str, str], retrieved: Mapping[str, date]) -> dict[str, Any]:
    """A row as the snapshot writes it."""
    region = regions.get(row.provider)
    raw = {
        "provider": row.provider,
        "model": row.model,
        "aliases": list(row.aliases),
        "region": region,
        "mode": row.mode,
        "valid_from": _moment(row.valid_from),
        "valid_to": _moment(row.valid_to),
        **{name: plain(row.rates[name]) for name in TOKEN_CLASSES if name in row.rates},
        "tiers": [
            {"above": above} | {n: plain(rates[n]) for n in TOKEN_CLASSES if n in rates} for above, rates in row.tiers
        ],
        "schedule": row.schedule,
        "source_url": row.source_url,
        "retrieved": max(retrieved[name] for name in row.origin.split(", ")).isoformat(),
    }
    return {name: value for name, value in raw.items() if value not in (None, [])}


def _plain(value: Any) -> Any:
    """A TOML value as JSON writes it."""
    return value.isoformat() if isinstance(value, date) else value


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")


def _text(head: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> str:
    """One row a line, so that a change of a price is a change of a line; what would not be seen in it is escaped."""
    lines = ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in rows)
    text = json.dumps(dict(head), indent=1, ensure_ascii=False).removesuffix("\n}")
    return clean.terminal(f'{text},\n "rows": [\n{lines}\n ]\n}}\n')
