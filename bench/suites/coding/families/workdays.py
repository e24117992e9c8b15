"""Days on which something is due, past weekends and holidays."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _params(rng: Random, _level: int) -> Drawn:
    drawn = choose(rng, monday=range(1, 7), rest=[[2, 6], [3, 6], [1, 4], [0, 3]], counted=YES_NO, back=YES_NO)
    return {**drawn, **choose(rng, ends=range(10), shift=YES_NO, every=[3])}


def _prose(p: Params) -> Prose:
    way = "before" if p.back else "after"
    days = [
        f"Days are numbered by integers, one number a day; day {p.monday} is a Monday. Every "
        f"{' and every '.join(_DAYS[day] for day in p.rest)} is free.",
        p.level >= 3
        and f"Holidays are free, too: day {p.ends}, every tenth day after it, and every tenth day before it.",
        p.level >= 4
        and p.shift
        and "But if a holiday is on a day that is free anyway, then the day after it is free as well.",
        p.level >= 4 and not p.shift and f"But no day whose number is divisible by {p.every} is a holiday.",
    ]
    if p.level == 1:
        return [
            *days,
            "Return the number of the day that is `days` days after day `start`; if it is free, that of the last day "
            "before it that is not free."
            if p.back
            else "Return the number of the day that is `days` days after day `start`; if it is free, that of the first "
            "day after it that is not free.",
        ]
    first = "is the first of them if it is not free" if p.counted else "is not one of them, free or not"
    return [
        *days,
        "`start` and `days` are at least 1. Something takes `days` days that are not free: day `start` "
        f"{first}, and then come the days {way} it, one by one, leaving out those that are free.",
        f"Return the number of the last of these `days` days. It is {'less' if p.back else 'more'} than `start`"
        + (", or equal to it." if p.counted else "."),
    ]


def _due(p: Params, start: int, days: int) -> int:
    step = -1 if p.back else 1
    if p.level == 1:
        day = start + days
        while (day - p.monday) % 7 in p.rest:
            day += step
        return day
    day = start - step if p.counted else start
    while days:
        day += step
        free = (day - p.monday) % 7 in p.rest
        if p.level >= 3 and day % 10 in [p.ends]:
            free = True if p.level < 4 or p.shift else free or day % p.every > 0
        if p.level >= 4 and p.shift and (day - 1) % 10 in [p.ends] and (day - 1 - p.monday) % 7 in p.rest:
            free = True
        if not free:
            days -= 1
    return day


def _second(p: Params, start: int, days: int) -> int:
    span = range(-9 * days - 90, start + 9 * days + 90)
    weekend = {day for day in span if any((day - p.monday - rest) % 7 == 0 for rest in p.rest)}
    holidays = {day for day in span if p.level >= 3 and str(day % 10) == str(p.ends)}
    free = weekend | holidays
    if p.level == 4:
        kept = {day for day in holidays if day % p.every == 0}
        free = free | {day + 1 for day in holidays & weekend} if p.shift else weekend | (holidays - kept)
    work = [day for day in span if day not in free]
    if p.level == 1:
        goal = start + days
        return max(day for day in work if day <= goal) if p.back else min(day for day in work if day >= goal)
    if p.back:
        return [day for day in reversed(work) if day < start + p.counted][days - 1]
    return [day for day in work if day > start - p.counted][days - 1]


def _edges(_p: Params) -> Edges:
    week = [(start, 1) for start in range(20, 27)]
    ties = [(start, days) for start in (29, 30, 31, 36) for days in (2, 5, 6)]
    return Edges([(1, 1)], week, ties, [(99, 60), (5, 40)])


def _draw(rng: Random, _p: Params) -> Args:
    return rng.randint(1, 99), rng.randint(1, 30)


FAMILY = CodingFamily("workdays", Kind.COMPLETE, _params, _prose, _due, _second, _edges, _draw)
