"""Rooms, and the bookings that keep them from being free."""

from __future__ import annotations

from random import Random
from typing import Any

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose

_TABLES = """CREATE TABLE rooms (id INTEGER PRIMARY KEY, name TEXT NOT NULL, beds INTEGER NOT NULL);
CREATE TABLE bookings (room_id INTEGER, first INTEGER NOT NULL, last INTEGER NOT NULL, cancelled INTEGER NOT NULL);"""


def _params(rng: Random, _level: int) -> Drawn:
    return choose(
        rng, start=range(10, 20), nights=range(1, 4), leave=YES_NO, beds=range(2, 4), days=YES_NO, off=range(2)
    )


def _prose(p: Params) -> Prose:
    if p.level == 1:
        return [f"For each room with {p.beds} beds or more: the name. One row for each such room, in any order."]
    last = "up to, but without, day `last`" if p.leave else "up to day `last`, that day included"
    count = "the number of those of its bookings that count, whenever they are"
    if p.days:
        count = "the sum of the days for which those of its bookings that count take it, whenever they are, or 0"
    return [
        f"`room_id` is the `id` of a room, or NULL if a booking has no room yet. A booking takes its room from day "
        f"`first` "
        f"{last}; `last` is more than `first`.",
        p.level >= 3 and f"Only bookings whose `cancelled` is {p.off} count; the others take no room.",
        p.level >= 4 and f"Leave out rooms with less than {p.beds} beds.",
        f"For each room that no booking takes on any of the days {p.start} to {p.start + p.nights}, both included: "
        f"the name"
        f"{'' if p.level < 4 else ', and ' + count}. Different rooms may have the same name.",
        "One row for each such room, in any order.",
    ]


def _query(p: Params) -> str:
    if p.level == 1:
        return f"SELECT name FROM rooms WHERE beds >= {p.beds}"
    counts = f"AND cancelled = {p.off}" if p.level >= 3 else ""
    beds = f"beds >= {p.beds} AND" if p.level >= 4 else ""
    found = f"COALESCE(SUM(last - first{'' if p.leave else ' + 1'}), 0)" if p.days else "COUNT(*)"
    more = f", (SELECT {found} FROM bookings WHERE room_id = id {counts})" if p.level >= 4 else ""
    return f"""SELECT name{more} FROM rooms WHERE {beds} NOT EXISTS (SELECT * FROM bookings WHERE room_id = id
        AND first <= {p.start + p.nights} AND last {">" if p.leave else ">="} {p.start} {counts})"""


def _second(p: Params, tables: dict[str, list[list[Any]]]) -> list[list[Any]]:
    wanted = set(range(p.start, p.start + p.nights + 1))
    rows = []
    for room, name, beds in tables["rooms"]:
        own = [
            set(range(a, b if p.leave else b + 1))
            for r, a, b, off in tables["bookings"]
            if r == room and (p.level < 3 or off == p.off)
        ]
        if p.level == 1:
            rows += [[name]] if beds >= p.beds else []
        elif not any(wanted & days for days in own) and (p.level < 4 or beds >= p.beds):
            rows.append([name, sum(map(len, own)) if p.days else len(own)][: 2 if p.level == 4 else 1])
    return rows


def _edges(p: Params) -> Edges:
    s, e = p.start, p.start + p.nights
    rooms = [[1, "Red", p.beds], [2, "Red", p.beds - 1], [3, "Blue", p.beds + 1], [4, "Oak", p.beds]]
    before = [[1, s - 3, s - 1, 0], [1, s - 3, s - 1, 1], [3, s - 2, s, p.off], [4, s - 4, s - 2, p.off]]
    after = [[1, e + 1, e + 4, 0], [1, e + 1, e + 2, 1], [3, e, e + 1, p.off], [4, e - 1, e + 1, 1 - p.off]]
    within = [[1, s, e, 1 - p.off], [None, s, e, p.off], [3, s - 1, s, p.off], [4, s - 5, e + 5, p.off]]
    return Edges(
        empty=[({"rooms": [], "bookings": []},), ({"rooms": rooms, "bookings": []},)],
        single=[
            ({"rooms": rooms[:1], "bookings": [row]},)
            for row in (before[0], after[0], *([1, s - 1, s + n, p.off] for n in (0, 1)))
        ],
        ties=[({"rooms": rooms, "bookings": rows},) for rows in (before, after, within, before[:2] + after[:2])],
        maxima=[
            ({"rooms": rooms, "bookings": before + after + within},),
            ({"rooms": rooms, "bookings": before * 2 + after[:3]},),
        ],
    )


def _draw(rng: Random, p: Params) -> Args:
    rooms = [[n, rng.choice(["Red", "Blue", "Oak"]), rng.randint(1, 4)] for n in range(1, rng.randint(3, 6))]
    bookings = []
    for _ in range(rng.randint(1, 7)):
        first = p.start + rng.randint(-5, p.nights + 3)
        bookings.append([rng.choice([*range(1, 6), None]), first, first + rng.randint(1, 4), rng.randint(0, 1)])
    return ({"rooms": rooms, "bookings": bookings},)


FAMILY = CodingFamily("stays", Kind.SQL, _params, _prose, _query, _second, _edges, _draw, tables=_TABLES)
