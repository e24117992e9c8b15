"""Depots, and what was sent to them."""

from __future__ import annotations

from random import Random
from typing import Any

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose

_DDL = """CREATE TABLE depots (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE shipments (depot_id INTEGER, weight INTEGER NOT NULL, sent INTEGER NOT NULL, arrived INTEGER);"""


def _params(rng: Random, _level: int) -> Drawn:
    return choose(rng, most=YES_NO, heavy=YES_NO, fast=YES_NO, open=YES_NO, days=range(3, 7), late=range(20, 31))


def _prose(p: Params) -> Prose:
    speed = f"{'at most' if p.fast else 'more than'} {p.days}"
    if p.level == 1:
        return [f"Give `sent` of each shipment whose `weight` is {speed}, {'largest' if p.most else 'smallest'} first."]
    value = "sum of the weights" if p.heavy else "number"
    unwanted = "has not arrived" if p.open else f"was sent on day {p.late} or later"
    return [
        "`depot_id` is the `id` of a depot, or NULL if the depot is unknown. `sent` and `arrived` are numbers of days; "
        "a shipment that has not arrived has NULL as `arrived`.",
        f"For each depot: its name, and the {value} of its shipments that arrived {speed} days after they were sent.",
        f"Depots without such a shipment {'have 0' if p.level >= 3 else 'are left out'}.",
        p.level >= 4 and f"Leave out each depot to which any shipment belongs that {unwanted}.",
        f"Sort the rows by the {value.split()[0]}, {'largest' if p.most else 'smallest'} first, equal ones by name.",
    ]


def _query(p: Params) -> str:
    limit, down = f"{'<=' if p.fast else '>'} {p.days}", " DESC" if p.most else ""
    if p.level == 1:
        return f"SELECT sent FROM shipments WHERE weight {limit} ORDER BY sent{down}"
    value = ("COALESCE(SUM(weight), 0)" if p.level >= 3 else "SUM(weight)") if p.heavy else "COUNT(depot_id)"
    join = "LEFT JOIN" if p.level >= 3 else "JOIN"
    hidden = "arrived IS NULL" if p.open else f"sent >= {p.late}"
    where = f"WHERE id NOT IN (SELECT depot_id FROM shipments WHERE {hidden} AND depot_id IS NOT NULL)"
    return f"""SELECT name, {value} AS value FROM depots {join} shipments ON depot_id = id
        AND arrived - sent {limit} {where if p.level >= 4 else ""} GROUP BY id ORDER BY value{down}, name"""


def _second(p: Params, tables: dict[str, list[list[Any]]]) -> list[list[Any]]:
    if p.level == 1:
        return sorted([[row[2]] for row in tables["shipments"] if (row[1] <= p.days) is p.fast], reverse=p.most)
    rows = []
    for depot, name in sorted(tables["depots"], key=lambda row: str(row[1])):
        own = [shipment[1:] for shipment in tables["shipments"] if shipment[0] == depot]
        counted = [w for w, sent, arrived in own if arrived is not None and (arrived - sent <= p.days) is p.fast]
        hidden = p.level == 4 and any(arrived is None if p.open else sent >= p.late for _, sent, arrived in own)
        if not hidden and (counted or p.level >= 3):
            rows.append([name, sum(counted) if p.heavy else len(counted)])
    return sorted(rows, key=lambda row: -row[1] if p.most else row[1])


def _edges(p: Params) -> Edges:
    depots = [[1, "Vinn"], [2, "Ostel"], [3, "Brack"], [4, "Alm"]]
    d, late, more = p.days, p.late, [[1, 9, 1, 2], [2, 1, 1, 2], [2, 1, 1, 30], [None, 9, 1, 2]]
    bound = [[depot, 5, late - 9, late - 9 + d + more] for depot in (1, 2, 3) for more in (0, 1)]
    days = [[2, 4, late - 1, late], [3, 4, late, late + 1], [3, 4, late - 9, None], [None, 9, late, None]]
    single = [({"depots": depots[:1], "shipments": [[1, 4, 1, arrived]]},) for arrived in (1 + d, None)]
    sent: list[Any] = [[], bound, bound + days, days, days[:2], (bound + more) * 2]
    none, *ties, most = [({"depots": depots, "shipments": rows},) for rows in sent]
    return Edges([({"depots": [], "shipments": []},), none], single, ties, [most])


def _draw(rng: Random, p: Params) -> Args:
    depots = list(enumerate(rng.sample(["Alm", "Brack", "Ostel", "Vinn"], rng.randint(1, 4)), 1))
    shipments = []
    for _ in range(rng.randint(0, 9)):
        sent = rng.randint(p.late - 20, p.late + 1)
        arrived = rng.choice([sent + p.days + rng.randint(-2, 3)] * 5 + [None])
        shipments.append([rng.choice([*range(1, len(depots) + 1), None]), rng.randint(1, 9), sent, arrived])
    return ({"depots": [list(depot) for depot in depots], "shipments": shipments},)


FAMILY = CodingFamily("shipments", Kind.SQL, _params, _prose, _query, _second, _edges, _draw, tables=_DDL, ordered=True)
