"""Meters that are read from time to time."""

from __future__ import annotations

from random import Random
from typing import Any

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose

_TABLES = """CREATE TABLE readings (meter TEXT NOT NULL, day INTEGER NOT NULL, value INTEGER NOT NULL,
    ok INTEGER NOT NULL, UNIQUE (meter, day));"""


def _params(rng: Random, _level: int) -> Drawn:
    return choose(rng, next=YES_NO, ok=range(2), gap=range(3, 9), most=YES_NO, least=range(2, 4), value=range(20, 60))


def _prose(p: Params) -> Prose:
    if p.level == 1:
        return [f"For each reading whose value is more than {p.value}: the `meter` and the `day`. In any order."]
    other = "next" if p.next else "previous"
    change = (
        "the value of the next reading minus its own value"
        if p.next
        else "its value minus that of the previous reading"
    )
    best = "largest" if p.most else "smallest"
    return [
        p.level >= 3 and f"Only readings whose `ok` is {p.ok} count; the others are treated as if they were not there.",
        f"The {other} reading of a reading is the {'first later' if p.next else 'last earlier'} one of the same "
        f"meter, by "
        f"`day`. The change at a reading is {change}.",
        f"A reading has no change if there is no {other} reading, or if that is more than {p.gap} days away.",
        p.level < 4 and "For each reading that has a change: the `meter`, the `day`, and the change.",
        p.level >= 4
        and f"For each meter with at least {p.least} readings that have a change: the `meter`, the {best} of these "
        f"changes, "
        "and their number.",
        "In any order.",
    ]


def _query(p: Params) -> str:
    if p.level == 1:
        return f"SELECT meter, day FROM readings WHERE value > {p.value}"
    change = "LEAD(value) OVER w - value" if p.next else "value - LAG(value) OVER w"
    days = ", LEAD(day) OVER w - day AS days" if p.next else ", day - LAG(day) OVER w AS days"
    near = f"days <= {p.gap}"
    there = f"WHERE ok = {p.ok}" if p.level >= 3 else ""
    shown = f"meter, {'MAX' if p.most else 'MIN'}(change), COUNT(*)" if p.level >= 4 else "meter, day, change"
    end = f"GROUP BY meter HAVING COUNT(*) >= {p.least}" if p.level >= 4 else ""
    return f"""SELECT {shown} FROM (SELECT meter, day, {change} AS change{days} FROM readings {there}
        WINDOW w AS (PARTITION BY meter ORDER BY day)) WHERE {near} {end}"""


def _second(p: Params, tables: dict[str, list[list[Any]]]) -> list[list[Any]]:
    kept = [row for row in tables["readings"] if p.level < 3 or row[3] == p.ok]
    if p.level == 1:
        return [[meter, day] for meter, day, value, _ in kept if p.value < value]
    rows: list[list[Any]] = []
    for meter in {row[0] for row in kept}:
        own = {day: value for name, day, value, _ in kept if name == meter}
        changes = []
        for day, value in own.items():
            others = [at for at in own if (at > day if p.next else at < day)]
            near = (min(others) if p.next else max(others)) if others else None
            if near is not None and abs(near - day) <= p.gap:
                changes.append([meter, day, own[near] - value if p.next else value - own[near]])
        values = [change[2] for change in changes]
        if p.level < 4:
            rows += changes
        elif len(values) >= p.least:
            rows.append([meter, max(values) if p.most else min(values), len(values)])
    return rows


def _edges(p: Params) -> Edges:
    g, k = p.gap, p.ok
    steps = [["a", 1, 30, k], ["a", 1 + g, 36, k], ["a", 2 + 2 * g, 31, k], ["a", 2 + 3 * g, 44, k]]
    skipped = [["a", 1, 30, k], ["a", 2, 50, 1 - k], ["a", 3, 33, k], ["b", 2, 10, k], ["b", 4, 15, k], ["b", 5, 15, k]]
    level = [["b", day, 20 + day % 3, k] for day in range(9, 1, -1)]
    values = [["c", 1, p.value, k], ["c", 2, p.value + 1, k], ["c", 3, p.value - 1, k], ["d", 3, p.value + 1, 1 - k]]
    rows: list[list[list[Any]]] = [[], [["a", 3, 5, k]], steps, skipped, level, values, steps + level, skipped + values]
    empty, single, *others = [({"readings": each},) for each in rows]
    return Edges([empty], [single], others[:4], others[4:])


def _draw(rng: Random, p: Params) -> Args:
    rows = []
    for meter in rng.sample("abcd", rng.randint(2, 3)):
        day = rng.randint(1, 4)
        for _ in range(rng.randint(2, 9)):
            rows.append([meter, day, p.value + rng.randint(-9, 9), p.ok if rng.random() < 0.85 else 1 - p.ok])
            day += rng.randint(1, p.gap + 1)
    rng.shuffle(rows)
    return ({"readings": rows},)


FAMILY = CodingFamily("readings", Kind.SQL, _params, _prose, _query, _second, _edges, _draw, tables=_TABLES)
