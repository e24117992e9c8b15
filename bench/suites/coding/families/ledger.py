"""Balances of accounts after some entries."""

from __future__ import annotations

from random import Random
from typing import Any

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose


def _params(rng: Random, _level: int) -> Drawn:
    return choose(rng, start=range(2, 6), limit=range(6, 10), by=range(3, 5), fee=range(1, 3), skips=YES_NO)


def _prose(p: Params) -> Prose:
    return [
        f"Each of `entries` adds an amount to a name's balance, which begins with {p.start} at the name's first entry.",
        p.level >= 2 and p.skips and "An entry that would make the balance negative is ignored; it begins no balance.",
        p.level >= 2 and not p.skips and "A balance that would be negative is 0 instead.",
        p.level >= 2 and f"Of an amount greater than {p.limit}, only half is added, rounded down.",
        p.level >= 3 and f"A new balance that is a multiple of {p.by} and not 0 is lowered by {p.fee}.",
        p.level >= 4 and "If there are then three balances, the lowest one is deleted; of equal ones, the oldest.",
        "Return the balances by name.",
    ]


def _balances(p: Params, entries: list[list[Any]]) -> dict[str, int]:
    balances: dict[str, int] = {}
    for name, amount in entries:
        if p.level >= 2 and amount > p.limit:
            amount //= 2
        balance = balances.get(name, p.start) + amount
        if p.level >= 2 and not p.skips:
            balance = max(0, balance)
        elif p.level >= 2 and balance < 0:
            continue
        if p.level >= 3 and balance and balance % p.by == 0:
            balance -= p.fee
        balances[name] = balance
        if p.level >= 4 and len(balances) == 3:
            del balances[min(balances, key=lambda name: balances[name])]
    return balances


def _second(p: Params, entries: list[list[Any]]) -> dict[str, int]:
    names, values = list[str](), list[int]()
    for name, amount in entries:
        halved = amount // 2 if p.level > 1 and amount > p.limit else amount
        new = halved + (values[names.index(name)] if name in names else p.start)
        if new < 0 and p.level >= 2:
            if p.skips:
                continue
            new = 0
        new -= p.fee if p.level > 2 and new in range(p.by, 1000, p.by) else 0
        if name not in names:
            names, values = [*names, name], [*values, 0]
        values[names.index(name)] = new
        if p.level == 4 and len(names) > 2:
            lowest = values.index(min(values))
            names, values = names[:lowest] + names[lowest + 1 :], values[:lowest] + values[lowest + 1 :]
    return dict(zip(names, values, strict=True))


def _edges(p: Params) -> Edges:
    s = p.start
    return Edges(
        empty=[([],)],
        single=[([["Ana", 0]],), ([["Ana", -s]],), ([["Ana", -s - 1]],), ([["Ana", 20]],)],
        ties=[([["Ana", p.limit]],), ([["Ana", p.limit + 1]],), ([["Ana", 1], ["Bo", 1], ["Cy", 1]],),
              ([["Ana", p.by - s]],), ([["Bo", 2], ["Ana", 2], ["Cy", 9], ["Cy", -1]],)],
        maxima=[([["Ana", 9]] * 6,), ([["Ana", 4], ["Bo", -1], ["Cy", 5], ["Di", 6], ["Bo", 3]],)],
    )  # fmt: skip


def _draw(rng: Random, p: Params) -> Args:
    return ([[rng.choice(["Ana", "Bo", "Cy", "Di"]), rng.randint(-9, 15)] for _ in range(3 + p.level)],)


FAMILY = CodingFamily("ledger", Kind.PREDICT, _params, _prose, _balances, _second, _edges, _draw)
