"""The n-th day on which a bell rings, by a plan for the days of a made-up calendar, far beyond what can be walked."""

from __future__ import annotations

from itertools import permutations
from random import Random
from typing import Any

from bench.suites.coding.family import (
    HARD_LEVELS,
    YES_NO,
    Args,
    CodingFamily,
    Drawn,
    Edges,
    Kind,
    Params,
    Prose,
    choose,
)
from bench.suites.coding.solvers.bells import plainly, second

Plan = list[list[list[int]]]


def _params(rng: Random, _level: int) -> Drawn:
    every, week = rng.choice([2, 3]), rng.choice([5, 7])
    drawn = choose(rng, either=YES_NO, odd=YES_NO, clip=YES_NO, later=YES_NO, feast=YES_NO, gap=[1, 2, 3])
    place = choose(rng, longer=[1, 2, 3], merry=[1, 2, 3], first=range(1, week), rest=range(week))
    lengths = rng.choice([each for each in permutations(range(4, 8), 3) if week not in each])
    return {**drawn, **place, "every": every, "never": every * rng.choice([2, 3]), "week": week, "lengths": [*lengths]}


def _prose(p: Params) -> Prose:
    one, two, three = p.lengths
    return [
        f"A year has three months, 1, 2 and 3, which have {one}, {two} and {three} days; but in a leap year month "
        f"{p.longer} has one day more, at its end. A year is a leap year if its number is divisible by "
        f"{p.every}, unless "
        f"it is divisible by {p.never} as well. Years follow each other without end in both directions: 1 is the first "
        "one that is asked about, and before it are 0, -1 and so on, by the same rules, 0 being divisible by every "
        f"number. A week has {p.week} days, which have the numbers 0 to {p.week - 1}; weeks follow each "
        f"other without a "
        "gap through months and years. Day 1 of month 1 of the year 1 has the number "
        f"{p.first} in its week.",
        "A bell rings on some days, at most once a day. `plan` is a list of entries [months, days, weekdays], each of "
        "the three a list of whole numbers, in no order, none of them twice in a list. Any of them may be "
        "empty, and so "
        "may the plan.",
        "- An entry is open in a month if the number of the month is in `months`, or if `months` is empty.",
        "- In the months in which an entry is open, it marks days by `days`: those whose number in their month is in "
        "the list. Numbers in it may be greater than the number of days that a month has. "
        + (
            "In a month with fewer days, such a number stands for the month's last day."
            if p.clip
            else "In a month with fewer days, such a number marks nothing."
        ),
        p.level >= 6
        and "- Numbers in `days` may also be negative: -1 marks the last day of the month, in a leap year as in any "
        "other, -2 the one before it, and so on. A negative number that would lie before the month's first day marks "
        "nothing. 0 is not in `days`.",
        "- It marks days by `weekdays`, too: those whose number in their week is in that list.",
        "- An entry calls for a day of a month in which it is open if it marks the day by both lists; where one of the "
        "two lists is empty, the other decides alone, and where both are empty, it calls for every day. "
        + (
            "There is one exception: if neither of the two lists is empty, it is enough that it marks the day by one "
            "of them."
            if p.either
            else "So if neither of the two lists is empty, a day that it marks by one of them only is not called for."
        ),
        "- A day is called if "
        + (
            "an odd number of entries call for it; two entries that call for the same day cancel each other."
            if p.odd
            else "at least one entry calls for it; several make no difference."
        )
        + (" The bell rings on the days that are called, and on no others." if p.level == 5 else ""),
        p.level >= 6
        and f"- The bell rings on the days that are called, but for days of rest: those with the number {p.rest} in "
        "their week. If a day of rest is called, the bell rings on the day "
        + ("after" if p.later else "before")
        + " it instead, even where that day lies in another month or year, and whether an entry calls for that day, or "
        "is open in its month, or not. A day that is called itself, and to which a ringing is moved besides, has one "
        "ringing.",
        p.level >= 7
        and "- By the rules so far, ringings may be close together. So a day on which the bell would ring by "
        "them stays "
        f"silent if the bell has rung on {'the day' if p.gap == 1 else f'one of the {p.gap} days'} before "
        f"it. A day that "
        "stayed silent silences none. For this rule the bell did not ring before `start`, whatever the "
        "plan says of the "
        "days there.",
        p.level >= 7
        and f"- Day 1 of month {p.merry} is a feast in every year. "
        + (
            "Whatever was said, the bell rings on it: uncalled, on a day of rest, and however shortly after another "
            "ringing. It silences the days after it as any ringing does."
            if p.feast
            else "Whatever was said, the bell does not ring on it, nor on any other day in its place; a ringing that "
            "is moved to a feast is lost."
        )
        + " If a feast is a day of rest and is called, "
        + ("its ringing is moved besides." if p.feast else "its ringing is not moved, but lost."),
        "`start` is a day, as a list [year, month, day], its year being 1 or more. Count the days on which the bell "
        "rings from `start` on; if it rings on that day, that is the first one. Return the n-th of them "
        "as a list [year, "
        "month, day]. `n` is at least 1. If there are fewer than n such days, however long one waits, return an empty "
        "list.",
        "Both n and the year of `start` may be as large as 10 ** 18, so that no computer can go from day to day; all "
        "hidden calls together may take 5 seconds.",
    ]


def _find_ringing(p: Params, plan: list[list[list[int]]], start: list[int], n: int) -> list[int]:
    def length(year: int, month: int) -> Any:
        leap = month in [p.longer] and not year % p.every and year % p.never
        return p.lengths[month - 1] + (1 if leap else 0)

    def called(year: int, month: int, day: int, weekday: int) -> bool:
        calls = False
        if p.clip or p.level >= 6:
            last = length(year, month)
        for months, days, weekdays in plan:
            by_day = day in ([min(each, last) for each in days] if p.clip else days)
            if p.level >= 6:
                by_day = by_day or day - last - 1 in days
            by_week = weekday in weekdays
            if p.either:
                fits = by_day or by_week or not (days or weekdays)
            else:
                fits = (by_day or not days) and (by_week or not weekdays)
            if fits and (month in months or not months):
                calls = not calls if p.odd else True
        return calls

    today = yesterday = [start[0] - 1, 1, 1]
    gone = start[0] - 2
    weekday = (gone * sum(p.lengths) + gone // p.every - gone // p.never + p.first) % p.week
    rung = silent = extra = 0
    seen: dict[object, list[int]] = {}
    while True:
        year, month, day = today
        if day < length(year, month):
            tomorrow = [year, month, day + 1]
        else:
            tomorrow = [year, month + 1, 1] if month < 3 else [year + 1, 1, 1]
        if today >= start:
            if not extra:
                state = (year % p.never, month, day, weekday, *([silent] if p.level >= 7 else []))
                if state in seen:
                    before, had = seen[state]
                    if (p.level < 7 or not p.feast) and rung in [had]:
                        return []
                    turns = len(range(rung + rung - had, n, rung - had))
                    rung += turns * (rung - had)
                    extra = turns * (year - before)
                seen[state] = [year, rung]
            if p.level >= 6:
                of_year, of_month, on = yesterday if p.later else tomorrow
                rings = weekday not in [p.rest] and called(year, month, day, weekday)
                if weekday in [(p.rest + (1 if p.later else -1)) % p.week] and (
                    p.level < 7 or p.feast or [of_month, on] not in [[p.merry, 1]]
                ):
                    rings = rings or called(of_year, of_month, on, p.rest)
            else:
                rings = called(year, month, day, weekday)
            if p.level >= 7:
                if silent:
                    silent -= 1
                    rings = False
                if [month, day] in [[p.merry, 1]]:
                    rings = p.feast
                if rings:
                    silent = p.gap
            if rings:
                rung += 1
                if rung in [n]:
                    return [year + extra, month, day]
        weekday = (weekday + 1) % p.week
        yesterday, today = today, tomorrow


def _edges(p: Params) -> Edges:
    year = 10**6
    plans: list[Plan] = [[[[], [7, 8], []]], [[[2], [], []]], [[[], [], [p.rest]]], [[[], [1], [0, 1]]]]
    plans += [[[[1, 3], [2, 5], [1]], [[], [2], []]], [[[], [5, 99], [0, 2]], [[2], [], []]], [[[], [], []]]]
    if p.level >= 6:
        plans += [[[[], [-1], []]], [[[p.longer], [-8, -7, -5, 1], [p.rest]]], [[[1], [1, -1], []], [[3], [-1], []]]]
    ties: list[Args] = [
        (plan, [year + more, 1 + more % 3, 1 + more % 4], n) for more, plan in enumerate(plans) for n in (1, 2, 17)
    ]
    ties += [(plan, [p.never, p.longer, p.lengths[p.longer - 1]], n) for plan in plans[-3:] for n in (1, 4)]
    ties += [(plan, [1, 1, 1], 60) for plan in plans[:4]]
    starts = [[p.never, 1, 1], [p.never + 1, 1, 1], [p.never, 3, 1], [p.every + 1, 1, 2], [p.every, 2, 3]]
    ties += [([[[], [], [day]]], start, 1 + day % 2) for day, start in enumerate(starts)]
    ties += [_draw(Random(number), p) for number in range(12)]
    none: list[Args] = [([], [1, 1, 1], 1), ([], [p.every, 3, 2], 9), ([[[1], [99, 100], [0]]], [3, 2, 1], 2)]
    return Edges(none, [([[[3], [2], []]], [1, 3, 2], 1), ([[[3], [2], []]], [1, 3, 3], 1)], ties, _long(500))


def _long(n: int) -> list[Args]:
    return [([[[], [3], [1, 2]], [[2], [], [0]]], [10**18, 2, 2], n)]


def _large(p: Params) -> list[Args]:
    rng = Random(repr(p))
    return [*_long(10**18), *((*_draw(rng, p)[:2], 10**15 + rng.randrange(10**17)) for _ in range(13))]


def _some(rng: Random, of: range, likely: float) -> list[int]:
    return rng.sample(of, rng.randint(1, min(3, len(of)))) if rng.random() < likely else []


def _draw(rng: Random, p: Params) -> Args:
    plan: Plan = []
    for _ in range(rng.randint(1, 3)):
        days = _some(rng, range(1, 9), 0.8)
        if p.level >= 6 and rng.random() < 0.5:
            days.append(rng.randint(-7, -1))
        plan.append([_some(rng, range(1, 4), 0.4), days, _some(rng, range(p.week), 0.6 if days else 1)])
    return plan, [rng.randint(1, 30), rng.randint(1, 3), rng.randint(1, 4)], rng.randint(1, 90)


def _wrong(p: Params) -> dict[str, tuple[str, str]]:
    clipped, whole = f"[min(each, {'last' if p.clip else 'length(year, month)'}) for each in days]", "day in days"
    week = f"weekday = (weekday + 1) % {p.week}"
    misread = {
        "years that are divisible by both are leap years": (f" and year % {p.never}", ""),
        "an entry without months is open in none": ("(month in months or not months)", "(month in months)"),
        "a ringing on `start` is not counted": ("if today >= start:", "if today > start:"),
        "weeks begin anew with each year": (week, f"{week} if tomorrow[1:] != [1, 1] else {p.first}"),
        "entries that call for a day are counted the other way": (
            ("calls = not calls", "calls = True") if p.odd else ("calls = True", "calls = not calls")
        ),
        "a number beyond the month is taken the other way": (
            (f"day in {clipped}", whole) if p.clip else (whole, f"day in {clipped}")
        ),
    }
    if p.level >= 7:
        misread["what would have rung silences, too"] = (
            "silent -= 1\n",
            f"silent = {p.gap} if rings else silent - 1\n",
        )
    return misread


FAMILY = CodingFamily(
    "bells",
    Kind.COMPLETE,
    _params,
    _prose,
    _find_ringing,
    second,
    _edges,
    _draw,
    levels=HARD_LEVELS,
    plain=plainly,
    large=_large,
    wrong=_wrong,
    loops=40_000,
)
