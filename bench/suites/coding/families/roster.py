"""Who is on duty, day by day, and what is to be planned otherwise."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose, picks


def _params(rng: Random, level: int) -> Drawn:
    numbers = choose(rng, free=range(3, 6), most=range(2, 4), run=range(2, 4), first=range(3))
    return {**numbers, **choose(rng, lost=YES_NO if level >= 2 else [True], mark=["-", "off"])}


def _before(_p: Params) -> Drawn:
    return {"level": 0}


def _prose(p: Params) -> Prose:
    used = "one day of a turn is used up all the same" if p.lost else "nobody's turn is used up"
    turn = used if p.level >= 2 else "the other days keep their names"
    return [
        f"- The days {p.free}, {2 * p.free}, {3 * p.free} and so on, counted from 1, are free: the plan has "
        f'"{p.mark}" for such a day, and {turn}.',
        p.level >= 2 and "- A name that is listed several times counts once, at its first place.",
        p.level >= 3
        and f"- If it is the turn of a name that stands in the plan {p.most} times already, the plan has "
        f'"{p.mark}" instead, and this day of the turn is used up as well.',
        p.level >= 4
        and f"- A turn lasts {p.run} days, not 1. The first is `names[{p.first} % len(names)]`'s, repetitions gone.",
    ]


def _roster(p: Params, names: list[str], days: int) -> list[str]:
    if not names:
        return []
    if p.level >= 2:
        names = list(dict.fromkeys(names))
    plan: list[str] = []
    turn = p.first * p.run if p.level >= 4 else p.first
    for day in range(1, days + 1):
        if p.level >= 1 and day % p.free == 0:
            plan.append(p.mark)
            if p.lost:
                turn += 1
            continue
        name = names[turn // p.run % len(names)] if p.level >= 4 else names[turn % len(names)]
        plan.append(p.mark if p.level >= 3 and plan.count(name) >= p.most else name)
        turn += 1
    return plan


def _second(p: Params, names: list[str], days: int) -> list[str]:
    people = [name for i, name in enumerate(names) if p.level < 2 or name not in names[:i]]
    people = people and people[p.first % len(people) :] + people[: p.first % len(people)]
    turns = [name for name in people for _ in range(p.run if p.level == 4 else 1)]
    used = dict.fromkeys(people, 0)
    plan: list[str] = []
    while turns and len(plan) < days:
        free = (len(plan) + 1) % p.free == 0
        name = turns[0]
        plan.append(p.mark if free or (p.level >= 3 and used[name] == p.most) else name)
        used[name] += plan[-1] == name
        turns = turns if free and not p.lost else turns[1:] + turns[:1]
    return plan


def _edges(p: Params) -> Edges:
    single = [(["Ana"], 1), (["Ana"], 9), (["Ana", "Bo"], p.free), (["Bo", "Ana"], p.free - 1)]
    ties = [(["Ana", "Ana"], 4), (["Ana", "Bo", "Ana"], 8), (["Bo", "Ana", "Ana", "Cy"], 12)]
    maxima = [(["Ana", "Bo", "Cy", "Di", "Ed"], 30), (["Ana", "Bo"], 20), (["Ana", "Bo", "Cy"], p.free * 4)]
    return Edges([([], 5), (["Ana"], 0), ([], 0)], single, ties, maxima)


def _draw(rng: Random, _p: Params) -> Args:
    return picks(rng, ["Ana", "Bo", "Cy", "Di"], longest=5), rng.randint(1, 16)


FAMILY = CodingFamily("roster", Kind.EDIT, _params, _prose, _roster, _second, _edges, _draw, before=_before)
