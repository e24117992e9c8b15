"""Trains, and trips with one change."""

from __future__ import annotations

from random import Random
from typing import Any

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose

_TABLES = """CREATE TABLE trains (id INTEGER PRIMARY KEY, origin TEXT NOT NULL, target TEXT NOT NULL,
    leaves INTEGER NOT NULL, arrives INTEGER NOT NULL);"""
_TOWNS = ("Alm", "Brack", "Ostel", "Vinn")


def _params(rng: Random, _level: int) -> Drawn:
    origin, target = rng.sample(_TOWNS, 2)
    numbers = choose(rng, wait=range(2, 5), most=range(8, 12), early=range(20, 31), fast=YES_NO, better=YES_NO)
    return {"origin": origin, "target": target, **numbers}


def _prose(p: Params) -> Prose:
    if p.level == 1:
        return [f"For each train from {p.origin} that `leaves` at {p.early} or later: the `id`. In any order."]
    best = (
        f"the trip that arrives first; of several that arrive then, the one that leaves {'last' if p.fast else 'first'}"
    )
    return [
        f"A trip is two trains, the first from {p.origin} to a town other than {p.target}, and the second from that "
        f"town to "
        f"{p.target}, which leaves at least {p.wait} minutes after the first has arrived"
        + (f", and at most {p.most} minutes after it" if p.level >= 3 else "")
        + ". `origin` and `target` of a train are never the same; `leaves` and `arrives` are minutes.",
        p.level >= 3
        and f"Leave out trips that are not better than a single train: those for which a train from {p.origin} to "
        f"{p.target} leaves "
        f"at the same minute or later and arrives {'at the same minute or earlier' if p.better else 'earlier'}.",
        p.level < 4 and "For each trip: the `id` of the first train, and that of the second. In any order.",
        p.level >= 4
        and f"For each town in which one changes on a trip that is not left out, give {best}; of several such trips "
        f"all: the town, "
        "the `id` of the first train, and that of the second. In any order.",
    ]


def _query(p: Params) -> str:
    if p.level == 1:
        return f"SELECT id FROM trains WHERE origin = '{p.origin}' AND leaves >= {p.early}"
    wait = f"AND b.leaves <= a.arrives + {p.most}" if p.level >= 3 else ""
    direct = (
        f"""AND NOT EXISTS (SELECT * FROM trains WHERE origin = '{p.origin}' AND target = '{p.target}'
        AND leaves >= a.leaves AND arrives {"<=" if p.better else "<"} b.arrives)"""
        if p.level >= 3
        else ""
    )
    trips = f"""FROM trains AS a JOIN trains AS b ON a.target = b.origin AND b.leaves >= a.arrives + {p.wait} {wait}
        WHERE a.origin = '{p.origin}' AND b.target = '{p.target}' {direct}"""
    if p.level < 4:
        return f"SELECT a.id, b.id {trips}"
    return f"""SELECT town, first, second FROM (SELECT a.target AS town, a.id AS first, b.id AS second, RANK() OVER
        (PARTITION BY a.target ORDER BY b.arrives, a.leaves{" DESC" if p.fast else ""}) AS place {trips})
        WHERE place = 1"""


def _second(p: Params, tables: dict[str, list[list[Any]]]) -> list[list[Any]]:
    trains = tables["trains"]
    if p.level == 1:
        return [[train[0]] for train in trains if train[1] == p.origin and train[3] >= p.early]
    trips = []
    for one, start, town, leaves, there in trains:
        for other, begin, end, again, arrives in trains:
            if start != p.origin or end != p.target or begin != town or again - there < p.wait:
                continue
            single = [t for t in trains if t[1:3] == [p.origin, p.target] and t[3] >= leaves]
            beaten = any(t[4] < arrives + (1 if p.better else 0) for t in single)
            if p.level == 2 or (again - there <= p.most and not beaten):
                trips.append((town, arrives, -leaves if p.fast else leaves, one, other))
    if p.level < 4:
        return [[trip[3], trip[4]] for trip in trips]
    best = {town: min(trip[1:3] for trip in trips if trip[0] == town) for town, *_ in trips}
    return [[trip[0], trip[3], trip[4]] for trip in trips if trip[1:3] == best[trip[0]]]


def _edges(p: Params) -> Edges:
    o, t = p.origin, p.target
    x, y = (town for town in _TOWNS if town not in (o, t))
    w, m, e = p.wait, p.most, p.early
    plain = [
        [1, o, x, e, e + 5],
        [2, x, t, e + 5 + w, e + 20],
        [3, x, t, e + 4 + w, e + 19],
        [4, x, t, e + 5 + m, e + 30],
    ]
    late = [
        [5, x, t, e + 6 + m, e + 25],
        [6, o, y, e - 1, e + 3],
        [7, y, t, e + 3 + w, e + 20],
        [8, o, x, e + 1, e + 5],
    ]
    direct = [[9, o, t, e, e + 19], [10, o, t, e - 1, e + 8], [11, o, t, e + 1, e + 20], [12, o, t, e + 2, e + 40]]
    other = [
        [13, t, x, e, e + 5],
        [14, x, o, e + 6 + w, e + 9],
        [15, o, x, e - 2, e + 5],
        [16, x, t, e + 6 + w, e + 20],
    ]
    lists: list[list[list[Any]]] = [plain, plain + late, plain + late + direct[:1], plain + late + direct[1:2] + other]
    lists += [plain + direct[2:3], [*plain, *late, *other], plain + late + direct[3:], [*other, *plain[:1], *late[3:]]]
    full = [({"trains": rows},) for rows in lists]
    single = [({"trains": [[1, o, x, leaves, leaves + 4]]},) for leaves in (e - 1, e, e + 1)]
    gaps = ({"trains": [plain[0], [2, x, t, e + 5 + gap, e + 30]]} for gap in (w - 1, w, m, m + 1))
    single += [(trains,) for trains in gaps]
    return Edges([({"trains": []},)], [*single, ({"trains": plain[:2]},)], full[:5], full[5:])


def _draw(rng: Random, p: Params) -> Args:
    trains: list[list[Any]] = []
    middle = [town for town in _TOWNS if town not in (p.origin, p.target)]
    for at in range(1, rng.randint(6, 14)):
        town = rng.choice(middle)
        pair = rng.choice(
            [[p.origin, town]] * 4 + [[town, p.target]] * 5 + [[p.origin, p.target], rng.sample(_TOWNS, 2)]
        )
        leaves = p.early + rng.randint(-6, 6) + (p.wait + 6 if pair[1] == p.target and pair[0] != p.origin else 0)
        trains.append(
            [at, *pair, leaves, leaves + rng.randint(4, 9) + (pair == [p.origin, p.target]) * rng.randint(6, 20)]
        )
    return ({"trains": trains},)


FAMILY = CodingFamily("trips", Kind.SQL, _params, _prose, _query, _second, _edges, _draw, tables=_TABLES)
