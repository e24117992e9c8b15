"""Dates of payments, some months apart."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose


def _params(rng: Random, _level: int) -> Drawn:
    return choose(rng, step=[2, 3, 5, 9], over=YES_NO, chain=YES_NO, first=YES_NO, skip=range(1, 13), day=[1, 15])


def _prose(p: Params) -> Prose:
    step = f"{p.step} months"
    if p.level == 1:
        return [
            f"`start` is [year, month], the month a number from 1 to 12. Return the list of the `count` [year, "
            f"month] pairs "
            f"that are {step} apart, "
            f"{'`start` itself first' if p.first else f'the first of them {step} after `start`'}."
        ]
    last = "the first day of the month after it" if p.over else "the last day of that month"
    return [
        "Dates are [year, month, day]. All months have the usual numbers of days; February has 29 in years that are "
        "divisible by 4, and 28 in all others.",
        f"A date {step} after another has the same day in the month that is {step} later; if that month has no such "
        f"day, it "
        f"is {last}.",
        "Return the list of `count` dates, in order. "
        + ("The first is `start`" if p.first else f"The first is {step} after `start`")
        + (
            f", and each other is {step} after the one before it in the list."
            if p.level < 3 or p.chain
            else f"; the others are {2 * p.step}, {3 * p.step} and so on months after `start`, reckoned in the same "
            f"way from `start` itself."
            if not p.first
            else f"; the others are {p.step}, {2 * p.step} and so on months after `start`, reckoned in the same way "
            f"from `start` itself."
        ),
        p.level >= 4
        and f"In the list, each date in month {p.skip} is replaced by day {p.day} of the month after; "
        "the other dates are reckoned as if it were not.",
    ]


def _dates(p: Params, start: list[int], count: int) -> list[list[int]]:
    dates = []
    if p.level == 1:
        year, month = start
    else:
        year, month, day = start
    if not p.first:
        month += p.step
    for _ in range(count):
        year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
        if p.level == 1:
            dates.append([year, month])
        else:
            last = day
            if month in [4, 6, 9, 11]:
                last = min(day, 30)
            if month in [2]:
                last = min(day, 28 if year % 4 else 29)
            date = [year, month, last]
            if p.over and last != day:
                date = [year, month + 1, 1]
            if p.level < 3 or p.chain:
                year, month, day = date
            if p.level >= 4 and date[1] in [p.skip]:
                date = [date[0] + 1, 1, p.day] if p.skip == 12 else [date[0], p.skip + 1, p.day]
            dates.append(date)
        month += p.step
    return dates


def _second(p: Params, start: list[int], count: int) -> list[list[int]]:
    if p.level == 1:
        months = [start[0] * 12 + start[1] - 1 + p.step * (at + (not p.first)) for at in range(count)]
        return [[month // 12, month % 12 + 1] for month in months]
    found = [start]
    while len(found) <= count:
        old = found[-1] if p.level == 2 or p.chain else start
        later = p.step if p.level == 2 or p.chain else p.step * len(found)
        place = old[0] * 12 + old[1] + later - 1
        year, month, day = place // 12, place % 12 + 1, old[2]
        most = 30 if month in (4, 6, 9, 11) else 31 if month != 2 else 29 if year % 4 == 0 else 28
        if day > most and p.over:
            place += 1
            year, month, day = place // 12, place % 12 + 1, 1
        found.append([year, month, min(day, most) if not p.over else day])
    shown = found[:count] if p.first else found[1:]
    if p.level == 4:
        after = p.skip + 1
        shown = [
            [year + (after > 12), 1 if after > 12 else after, p.day] if month == p.skip else [year, month, day]
            for year, month, day in shown
        ]
    return shown


def _edges(p: Params) -> Edges:
    days = [
        [y, m, d]
        for y in (2022, 2023)
        for m in range(1, 13)
        for d in (28, 29, 30, 31)
        if d < 31 or m in (1, 3, 5, 7, 8, 10)
    ]
    starts = [[2023, 12, 31], [2021, 12, 29], [2023, p.skip, 10], *(day for day in days if day[1] != 2)]
    size = 2 if p.level == 1 else 3
    return Edges(
        empty=[(starts[0][:size], 0)],
        single=[(start[:size], 1) for start in starts[:3]],
        ties=[(start[:size], 2) for start in starts],
        maxima=[(start[:size], 14) for start in starts[:9]],
    )


def _draw(rng: Random, p: Params) -> Args:
    start = [rng.randint(2019, 2026), rng.randint(1, 12), rng.choice([1, 15, 27, 28])]
    return start[: 2 if p.level == 1 else 3], rng.randint(1, 9)


FAMILY = CodingFamily("terms", Kind.COMPLETE, _params, _prose, _dates, _second, _edges, _draw)
