"""Accounts, and what they hold after each day."""

from __future__ import annotations

from random import Random
from typing import Any

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose

_TABLES = """CREATE TABLE accounts (id INTEGER PRIMARY KEY, owner TEXT NOT NULL, begins INTEGER NOT NULL);
CREATE TABLE moves (account_id INTEGER NOT NULL, day INTEGER NOT NULL, amount INTEGER NOT NULL, booked INTEGER NOT NULL,
    UNIQUE (account_id, day));"""


def _params(rng: Random, _level: int) -> Drawn:
    return choose(
        rng,
        limit=range(-3, 4),
        low=YES_NO,
        ok=range(2),
        before=YES_NO,
        first=YES_NO,
        least=range(2, 4),
        day=range(10, 15),
    )


def _prose(p: Params) -> Prose:
    limit = f"{'less' if p.low else 'more'} than {p.limit}"
    if p.level == 1:
        return [f"For each move of an amount {limit}: the `account_id` and the `day`. In any order."]
    when = "before" if p.before else "after"
    extreme = "first" if p.first else "last"
    return [
        "An account holds `begins` at first, and after each of its moves, in the order of their days, what it held "
        "before plus "
        "the amount. `account_id` is the `id` of an account. Different accounts may have the same owner.",
        p.level >= 3
        and f"Only moves whose `booked` is {p.ok} count; the others are treated as if they were not there.",
        p.level < 4
        and f"For each move {when} which the account holds {limit}: the owner, the day, and what the account holds "
        f"then. "
        "In any order.",
        p.level >= 4
        and f"For each account with at least {p.least} moves {when} which it holds {limit}: the owner, the day of the "
        f"{extreme} such "
        "move, and the number of such moves. Leave out accounts that have any move, whether it counts or not, on a "
        "day later "
        f"than day {p.day}. In any order.",
    ]


def _query(p: Params) -> str:
    sign = "<" if p.low else ">"
    if p.level == 1:
        return f"SELECT account_id, day FROM moves WHERE amount {sign} {p.limit}"
    booked = f"WHERE booked = {p.ok}" if p.level >= 3 else ""
    old = " - amount" if p.before else ""
    held = f"""SELECT id, owner, day, begins + SUM(amount) OVER (PARTITION BY id ORDER BY day){old} AS held
        FROM moves JOIN accounts ON id = account_id {booked}"""
    if p.level < 4:
        return f"SELECT owner, day, held FROM ({held}) WHERE held {sign} {p.limit}"
    return f"""SELECT owner, {"MIN" if p.first else "MAX"}(day), COUNT(*) FROM ({held}) WHERE held {sign} {p.limit}
        AND id NOT IN (SELECT account_id FROM moves WHERE day > {p.day}) GROUP BY id HAVING COUNT(*) >= {p.least}"""


def _second(p: Params, tables: dict[str, list[list[Any]]]) -> list[list[Any]]:
    if p.level == 1:
        return [move[:2] for move in tables["moves"] if (move[2] < p.limit if p.low else p.limit < move[2])]
    rows: list[list[Any]] = []
    for account, owner, held in tables["accounts"]:
        own = sorted(move[1:] for move in tables["moves"] if move[0] == account)
        found = []
        for day, amount, booked in own:
            if p.level == 2 or booked == p.ok:
                found.append([owner, day, held if p.before else held + amount])
                held += amount
        found = [row for row in found if (row[2] < p.limit if p.low else row[2] > p.limit)]
        if p.level < 4:
            rows += found
        elif len(found) >= p.least and own[-1][0] <= p.day:
            rows.append([owner, found[0 if p.first else -1][1], len(found)])
    return rows


def _edges(p: Params) -> Edges:
    n, d, s = p.limit, p.day, -1 if p.low else 1
    accounts = [[1, "Ana", n], [2, "Ana", n + s], [3, "Bo", n - s], [4, "Cy", 0]]
    near = [[a, day, s * (day % 3 - 1), p.ok] for a in (1, 2, 3) for day in range(d - 4, d + 1)]
    mixed = [[a, day, s * (day % 4 - 1), (day + a) % 2] for a in (1, 2, 3, 4) for day in range(d - 6, d)]
    late = [[1, d + 1, 1, 1 - p.ok], [2, d, s, p.ok], [3, d + 1, s, p.ok]]
    amounts = [[4, day, n + day - d, p.ok] for day in range(d - 2, d + 3)]
    up = [[2, day, s, p.ok] for day in (d - 1, d - 3, d - 2, d)]
    rows: list[list[list[Any]]] = [
        near,
        mixed,
        near[::-1],
        up,
        amounts,
        mixed + late[:2],
        [*near[:-1], late[2]],
        up[1:3],
    ]
    full = [({"accounts": accounts, "moves": each},) for each in rows]
    single = [({"accounts": accounts[:2], "moves": [[1, d, amount, p.ok]]},) for amount in (n, s, 2 * n + s)]
    return Edges([({"accounts": [], "moves": []},), ({"accounts": accounts, "moves": []},)], single, full[:4], full[4:])


def _draw(rng: Random, p: Params) -> Args:
    accounts = [[n, rng.choice(["Ana", "Bo", "Cy"]), p.limit + rng.randint(-4, 4)] for n in range(1, rng.randint(3, 5))]
    moves = []
    for account, _, _ in accounts:
        for day in rng.sample(range(p.day - 8, p.day + rng.choice([1, 1, 1, 3])), rng.randint(1, 7)):
            moves.append([account, day, rng.randint(-5, 5), p.ok if rng.random() < 0.8 else 1 - p.ok])
    return ({"accounts": accounts, "moves": moves},)


FAMILY = CodingFamily("balances", Kind.SQL, _params, _prose, _query, _second, _edges, _draw, tables=_TABLES)
