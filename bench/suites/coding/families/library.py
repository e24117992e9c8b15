"""Readers, and the books that they borrowed."""

from __future__ import annotations

from random import Random
from typing import Any

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose

_TABLES = """CREATE TABLE readers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, town TEXT);
CREATE TABLE loans (reader_id INTEGER NOT NULL, days INTEGER NOT NULL, returned INTEGER NOT NULL);"""
_TOWNS = ("Brack", "Ostel", "Vinn", "Tarm", "Ulde")


def _params(rng: Random, _level: int) -> Drawn:
    drawn = choose(rng, town=_TOWNS, days=range(10, 31), open=range(2), sums=YES_NO)
    return {**drawn, "least": rng.randint(2, 3) * (drawn["days"] + 1 if drawn["sums"] else 1)}


def _prose(p: Params) -> Prose:
    if p.level == 1:
        return [f"For each loan of more than {p.days} days: the `reader_id`. One row for each such loan, in any order."]
    loans = f"loans of more than {p.days} days"
    return [
        f"For each reader who does not live in {p.town}: the name, and "
        + (f"the sum of `days` over the reader's {loans}." if p.sums else f"the number of the reader's {loans}."),
        "Different readers may have the same name. `loans.reader_id` is the `id` of a reader.",
        "For readers without such a loan it is 0. A reader whose town is NULL does not live there.",
        p.level >= 3 and f"Only loans whose `returned` is {p.open} count.",
        p.level >= 4 and f"Leave out readers for whom it is below {p.least}, unless their town is NULL.",
        "One row for each such reader, in any order.",
    ]


def _query(p: Params) -> str:
    if p.level == 1:
        return f"SELECT reader_id FROM loans WHERE days > {p.days}"
    found = "SUM(days)" if p.sums else "COUNT(reader_id)"
    value = "COALESCE(SUM(days), 0)" if p.sums else found
    returned = f"AND returned = {p.open}" if p.level >= 3 else ""
    having = f"HAVING {found} >= {p.least} OR town IS NULL" if p.level >= 4 else ""
    return f"""SELECT name, {value} FROM readers LEFT JOIN loans ON reader_id = id AND days > {p.days} {returned}
        WHERE town IS NULL OR town <> '{p.town}' GROUP BY id {having}"""


def _second(p: Params, tables: dict[str, list[list[Any]]]) -> list[list[Any]]:
    long = [loan for loan in tables["loans"] if loan[1] > p.days]
    if p.level == 1:
        return [loan[:1] for loan in long]
    rows = []
    for reader, name, town in tables["readers"]:
        loans = [loan for loan in long if loan[0] == reader]
        found = [loan[1] if p.sums else 1 for loan in loans if p.level < 3 or loan[2] == p.open]
        if town == p.town:
            continue
        if p.level < 4 or sum(found) >= p.least or town is None:
            rows.append([name, sum(found)])
    return rows


def _edges(p: Params) -> Edges:
    other = next(town for town in _TOWNS if town != p.town)
    readers = [[1, "Ana", other], [2, "Ana", other], [3, "Bo", None], [4, "Cy", p.town]]
    bound = [[r, p.days + more, open_] for r in (1, 3, 4) for more in (0, 1) for open_ in (0, 1)]
    return Edges(
        empty=[({"readers": [], "loans": []},), ({"readers": readers, "loans": []},)],
        single=[({"readers": readers[:1], "loans": [[1, days, p.open]]},) for days in (p.days + 5, p.least - 1)],
        ties=[({"readers": readers, "loans": bound * times},) for times in (1, 2, 3)],
        maxima=[({"readers": readers, "loans": [[r, 99, b] for r in (1, 2, 3, 4) for b in (0, 1)] * 3},)],
    )


def _draw(rng: Random, p: Params) -> Args:
    names = ["Ana", "Bo", "Cy", "Di"]
    readers = [[n, rng.choice(names), rng.choice([*_TOWNS, None])] for n in range(1, rng.randint(2, 5))]
    loans = [[rng.randint(1, 4), p.days + rng.randint(-3, 3), rng.randint(0, 1)] for _ in range(rng.randint(0, 9))]
    return ({"readers": readers, "loans": loans},)


FAMILY = CodingFamily("library", Kind.SQL, _params, _prose, _query, _second, _edges, _draw, tables=_TABLES)
