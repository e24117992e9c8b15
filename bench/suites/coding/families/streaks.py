"""Days in a row on which people came."""

from __future__ import annotations

from random import Random
from typing import Any

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose

_TABLES = "CREATE TABLE visits (person TEXT NOT NULL, day INTEGER NOT NULL);"


def _params(rng: Random, level: int) -> Drawn:
    drawn = choose(rng, least=range(2, 4), late=YES_NO, day=range(3, 12), end=YES_NO)
    return {**drawn, "gap": rng.randint(2, 3) if level >= 3 else 1}


def _prose(p: Params) -> Prose:
    twice = "A person may have come several times on a day; such a day counts once."
    if p.level == 1:
        return [f"Give each `person` who came on day {p.day}, in any order. {twice}"]
    apart = "one directly after the other" if p.level < 3 else f"each at most {p.gap} days after the one before it"
    return [
        f"A row says that the person came on that day. {twice}",
        f"A streak is a longest possible series of days on which a person came, {apart}. A single day can be a streak. "
        "The length of a streak is the number of days on which the person came in it.",
        p.level >= 3 and f"Leave out streaks whose length is less than {p.least}.",
        p.level < 4
        and f"For each streak: the `person`, its {'last' if p.end else 'first'} day, and its length. In any order.",
        p.level >= 4
        and f"For each person who has a streak that is not left out: the `person`, the "
        f"{'last' if p.end else 'first'} day "
        "and the length of the longest of them; of several "
        f"longest ones, of the {'latest' if p.late else 'earliest'}. In any order.",
    ]


def _query(p: Params) -> str:
    if p.level == 1:
        return f"SELECT DISTINCT person FROM visits WHERE day = {p.day}"
    shown = f"person, {'MAX' if p.end else 'MIN'}(day) AS shown, COUNT(*) AS length"
    least = f"HAVING COUNT(*) >= {p.least}" if p.level >= 3 else ""
    streaks = f"SELECT {shown} FROM marked GROUP BY person, start {least}"
    if p.level >= 4:
        streaks = f"""SELECT person, shown, length FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY person
            ORDER BY length DESC, shown{" DESC" if p.late else ""}) AS place FROM ({streaks})) WHERE place = 1"""
    return f"""WITH days AS (SELECT DISTINCT person, day FROM visits), starts AS (SELECT person, day FROM days AS d
        WHERE NOT EXISTS (SELECT * FROM days WHERE person = d.person AND day < d.day AND day >= d.day - {p.gap})),
        marked AS (SELECT person, day, (SELECT MAX(day) FROM starts WHERE person = d.person AND day <= d.day) AS start
        FROM days AS d) {streaks}"""


def _second(p: Params, tables: dict[str, list[list[Any]]]) -> list[list[Any]]:
    people = {
        person: sorted({day for name, day in tables["visits"] if name == person}) for person, _ in tables["visits"]
    }
    if p.level == 1:
        return [[person] for person, days in people.items() if p.day in days]
    rows: list[list[Any]] = []
    for person, days in people.items():
        series: list[list[int]] = []
        for day in days:
            if series and day - series[-1][-1] <= p.gap:
                series[-1].append(day)
            else:
                series.append([day])
        series = [one for one in series if p.level < 3 or len(one) >= p.least]
        if p.level == 4 and series:
            longest = [one for one in series if len(one) == max(map(len, series))]
            series = [longest[-1 if p.late else 0]]
        rows += [[person, one[-1 if p.end else 0], len(one)] for one in series]
    return rows


def _edges(p: Params) -> Edges:
    d = p.day
    apart = [0, p.gap, 2 * p.gap, 3 * p.gap + 1, 4 * p.gap + 1, 6 * p.gap + 3, 7 * p.gap + 3, 8 * p.gap + 3]
    row, twice = [["Ana", d + at] for at in (3, 1, 2, 0, 7, 8, 9, 20)], [["Bo", d]] * 3 + [["Ana", d], ["Bo", d + 1]]
    spread = [[name, d + at] for at in apart for name in ("Cy", "Di")]
    later = [["Ana", d + at] for at in (0, 1, 2, 10, 11, 12, 13, 20, 21, 22, 23)]
    rows = [
        later,
        [],
        [["Ana", d]],
        [["Ana", d - 1]],
        [["Ana", d + 1]],
        row,
        twice,
        spread,
        row + twice,
        spread[::-1] + row,
    ]
    later_streak, empty, *others = [({"visits": each},) for each in rows]
    return Edges([empty], others[:3], others[3:5], [*others[5:], later_streak])


def _draw(rng: Random, p: Params) -> Args:
    rows = []
    for person in rng.sample(["Ana", "Bo", "Cy"], rng.randint(1, 3)):
        day = p.day - rng.randint(0, 3)
        for _ in range(rng.randint(1, 8)):
            rows += [[person, day]] * rng.choice([1, 1, 1, 2])
            day += rng.randint(1, p.gap + 1)
    rng.shuffle(rows)
    return ({"visits": rows},)


FAMILY = CodingFamily("streaks", Kind.SQL, _params, _prose, _query, _second, _edges, _draw, tables=_TABLES)
