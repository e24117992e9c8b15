"""People, and whom they work under."""

from __future__ import annotations

from random import Random
from typing import Any

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose

_TABLES = """CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL, boss_id INTEGER, pay INTEGER NOT NULL,
    left_on INTEGER);"""


def _params(rng: Random, _level: int) -> Drawn:
    return choose(rng, top=range(1, 5), most=range(2, 4), cut=YES_NO, total=YES_NO, least=range(2, 4))


def _prose(p: Params) -> Prose:
    if p.level == 1:
        return [f"Give the `name` of each row whose `boss_id` is {p.top}. One row for each, in any order."]
    value = "sum" if p.total else "largest"
    return [
        "`boss_id` is the `id` of the person's boss, who is in the table, too, or NULL. A person is 1 step under their "
        "boss, 2 steps under their boss's boss, and so on. Nobody is under themselves.",
        p.level >= 3
        and "Whoever has left has a number as `left_on`, all others NULL. People who have left are left out, "
        + ("and so are all people under them" if p.cut else "but they still count as steps for the people under them")
        + f". Whether the person with the id {p.top} has left changes nothing.",
        p.level >= 3 and f"People who are more than {p.most} steps under the person with the id {p.top} are left out.",
        p.level < 4
        and f"For each person who is any number of steps under the person with the id {p.top}: the name, and the "
        "number of steps. Different people may have the same name.",
        p.level >= 4
        and f"For each number of steps at which there are at least {p.least} people under the person with the id "
        f"{p.top}, not counting those left out: the number of steps, the number of these people, and the {value} of "
        "their `pay`.",
        "In any order.",
    ]


def _query(p: Params) -> str:
    if p.level == 1:
        return f"SELECT name FROM people WHERE boss_id = {p.top}"
    near = f"AND steps < {p.most} {'AND under.left_on IS NULL' if p.cut else ''}" if p.level >= 3 else ""
    pay = "SUM(pay)" if p.total else "MAX(pay)"
    shown = "name, steps" if p.level < 4 else f"steps, COUNT(id), {pay}"
    there = "WHERE left_on IS NULL" if p.level >= 3 else ""
    groups = f"GROUP BY steps HAVING COUNT(id) >= {p.least}" if p.level >= 4 else ""
    return f"""WITH RECURSIVE under AS (SELECT *, 1 AS steps FROM people WHERE boss_id = {p.top} UNION ALL
        SELECT people.*, steps + 1 FROM people JOIN under ON people.boss_id = under.id {near})
        SELECT {shown} FROM under {there} {groups}"""


def _second(p: Params, tables: dict[str, list[list[Any]]]) -> list[list[Any]]:
    person = {row[0]: row for row in tables["people"]}
    rows: list[list[Any]] = []
    for one in person.values():
        way = [one]
        while way[-1][2] not in (None, p.top):
            way.append(person[way[-1][2]])
        gone = any(row[4] is not None for row in (way if p.cut else way[:1]))
        if way[-1][2] == p.top and (p.level < 3 or (len(way) <= p.most and not gone)):
            rows.append([one, len(way)])
    if p.level == 1:
        return [[one[1]] for one, steps in rows if steps == 1]
    if p.level < 4:
        return [[one[1], steps] for one, steps in rows]
    pays = {steps: [one[3] for one, at in rows if at == steps] for _, steps in rows}
    found = ([at, len(all_), sum(all_) if p.total else max(all_)] for at, all_ in pays.items() if len(all_) >= p.least)
    return list(found)


def _tree(bosses: list[int | None], left: tuple[int, ...] = ()) -> Args:
    names = ["Ana", "Bo", "Cy", "Ana", "Di"]
    rows = [[i, names[i % 5], boss, 10 + i * i % 7, i if i in left else None] for i, boss in enumerate(bosses, 1)]
    return ({"people": rows},)


def _edges(p: Params) -> Edges:
    t = p.top
    start: list[int | None] = [None, *range(1, t)]
    deep = [*start, *(boss for above in (t, t + 1, t + 4, t + 7) for boss in [above] * 3)]
    line, fan = [*start, *range(t, t + 5)], [*start, t, t, t, t + 1, t + 1, t + 2, t + 3, t + 4, t + 4, t + 4, t + 5]
    return Edges(
        empty=[({"people": []},), _tree([None])],
        single=[_tree([*start, t]), _tree([*start, t, None]), _tree([*start, t], (t,)), _tree([*start, t], (t + 1,))],
        ties=[_tree(line), *(_tree(line, (t + at,)) for at in range(1, 5)), _tree([*start, t, t, t, t + 1])],
        maxima=[_tree(deep), _tree(fan), _tree(fan, (t + 1,)), _tree(fan, (t + 2, t + 5)), _tree(fan, (t, t + 4))],
    )


def _draw(rng: Random, p: Params) -> Args:
    bosses: list[int | None] = [None, *range(1, p.top)]
    for at in range(p.top, p.top + rng.randint(3, 16)):
        bosses.append(rng.choice([*[p.top] * 4, *range(p.top, at + 1), rng.randint(1, at), None]))
    left = tuple(i for i in range(1, len(bosses) + 1) if rng.random() < 0.2)
    return ({"people": [[*row[:3], rng.randint(1, 20), row[4]] for row in _tree(bosses, left)[0]["people"]]},)


FAMILY = CodingFamily("chain", Kind.SQL, _params, _prose, _query, _second, _edges, _draw, tables=_TABLES)
