"""Sales, and the prices of the days on which they were made."""

from __future__ import annotations

from random import Random
from typing import Any

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose

_TABLES = """CREATE TABLE sales (id INTEGER PRIMARY KEY, item TEXT NOT NULL, day INTEGER NOT NULL,
    pieces INTEGER NOT NULL);
CREATE TABLE prices (item TEXT NOT NULL, since INTEGER NOT NULL, price INTEGER NOT NULL, UNIQUE (item, since));"""


def _params(rng: Random, _level: int) -> Drawn:
    numbers = choose(rng, bulk=range(3, 7), off=range(1, 4), least=range(20, 41, 5), same=YES_NO, all=YES_NO)
    return {**numbers, "until": rng.randint(7, 12)}


def _prose(p: Params) -> Prose:
    if p.level == 1:
        return [f"Give the `id` of each sale of {p.bulk} pieces or more, in any order."]
    since = "not later than" if p.same else "earlier than"
    without = "Sales of an item that has no price then"
    return [
        "The price at which a piece of a sale is sold is the one of its item with the latest `since` among those whose "
        f"`since` is {since} the day of the sale.",
        f"Sales later than day {p.until} do not count; they are treated as if they were not there.",
        p.level >= 4 and f"Each piece of a sale of {p.bulk} pieces or more costs {p.off} less than its price.",
        p.level < 3
        and f"For each sale: the `id`, and the price. {without} {'have NULL as price' if p.all else 'are left out'}.",
        p.level >= 3
        and f"For each item: the `item`, and what all pieces of its sales cost together. {without} cost nothing"
        + (
            ", and items all of whose sales are such ones have 0; but items without any sale are left out."
            if p.all
            else ", and items without any other sale are left out."
        ),
        p.level >= 4
        and f"Leave out items for which this is less than {p.least}{', but not those that have 0' if p.all else ''}.",
        p.level >= 3 and "One row for each item, in any order.",
    ]


def _query(p: Params) -> str:
    if p.level == 1:
        return f"SELECT id FROM sales WHERE pieces >= {p.bulk}"
    join = f"""sales {"LEFT JOIN" if p.all else "JOIN"} prices ON prices.item = sales.item AND since =
        (SELECT MAX(since) FROM prices WHERE prices.item = sales.item AND since {"<=" if p.same else "<"} day)"""
    if p.level == 2:
        return f"SELECT id, price FROM {join} WHERE day <= {p.until}"
    price = f"pieces * (price - (pieces >= {p.bulk}) * {p.off})" if p.level >= 4 else "pieces * price"
    cost = f"COALESCE(SUM({price}), 0)" if p.all else f"SUM({price})"
    least = f"HAVING cost >= {p.least} {'OR cost = 0' if p.all else ''}" if p.level >= 4 else ""
    return f"SELECT sales.item, {cost} AS cost FROM {join} WHERE day <= {p.until} GROUP BY sales.item {least}"


def _second(p: Params, tables: dict[str, list[list[Any]]]) -> list[list[Any]]:
    if p.level == 1:
        return [[sale] for sale, _, _, pieces in tables["sales"] if not pieces < p.bulk]
    costs: dict[str, list[int]] = {}
    rows: list[list[Any]] = []
    for sale, item, day, pieces in tables["sales"]:
        old = sorted((since, price) for name, since, price in tables["prices"] if name == item and since < day + p.same)
        price = old[-1][1] if old else None
        rows += [[sale, price]] if day <= p.until and (old or p.all) else []
        if day <= p.until and (old or p.all):
            off = p.off if p.level == 4 and pieces >= p.bulk else 0
            costs.setdefault(item, []).append(pieces * (price - off) if price is not None else 0)
    if p.level == 2:
        return rows
    totals = [[item, sum(each)] for item, each in costs.items()]
    return [row for row in totals if p.level < 4 or row[1] >= p.least or (p.all and row[1] == 0)]


def _edges(p: Params) -> Edges:
    b, u = p.bulk, p.until
    prices = [["tea", 3, 20], ["tea", 6, 10], ["rice", 5, 15], ["salt", u, 9], ["tea", u + 1, 30]]
    days = [
        [at, item, at, b - at % 2]
        for at, item in enumerate(["tea", "tea", "rice", "tea", "rice", "tea", "tea", "rice"], 1)
    ]
    late = [[1, "salt", u, 5], [2, "salt", u + 1, 9], [3, "tea", u, 1], [4, "tea", u + 1, 8], [5, "oil", 4, 3]]
    bulk = [[1, "tea", 7, b], [2, "tea", 8, b - 1], [3, "rice", 6, b + 1], [4, "rice", 9, 1], [5, "salt", u, b]]
    exact = [["tea", 1, p.least + p.off], ["rice", 1, p.least - 1], ["salt", 1, p.least]]
    sold = [[1, "tea", 5, 1], [2, "rice", 5, 1], [3, "salt", 5, 1], [4, "tea", 2, 9]]
    return Edges(
        empty=[({"sales": [], "prices": []},), ({"sales": [], "prices": prices},), ({"sales": days, "prices": []},)],
        single=[({"sales": [[1, "tea", day, b]], "prices": prices[:1]},) for day in (2, 3, 4)],
        ties=[({"sales": rows, "prices": prices},) for rows in (late, bulk)]
        + [({"sales": sold[:3], "prices": exact},)],
        maxima=[({"sales": days, "prices": prices},), ({"sales": sold, "prices": exact + prices[2:]},)],
    )


def _draw(rng: Random, p: Params) -> Args:
    items = rng.sample(["tea", "rice", "salt"], rng.randint(2, 3))
    days = {item: rng.sample(range(1, 13), rng.randint(0, 3)) for item in items}
    prices = [[item, since, rng.randint(5, 25)] for item in items for since in days[item]]
    sales = [
        [n, rng.choice(items), rng.randint(1, 13), p.bulk + rng.randint(-2, 2)] for n in range(1, rng.randint(2, 9))
    ]
    rng.shuffle(prices)
    return ({"sales": sales, "prices": prices},)


FAMILY = CodingFamily("quotes", Kind.SQL, _params, _prose, _query, _second, _edges, _draw, tables=_TABLES)
