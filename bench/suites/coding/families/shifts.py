"""Hours worked in shifts."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose


def _params(rng: Random, _level: int) -> Drawn:
    numbers = choose(rng, long=range(5, 7), over=range(7, 10), week=[16, 20, 24], more=range(2, 7))
    return {**numbers, **choose(rng, whole=YES_NO, twice=YES_NO)}


def _prose(p: Params) -> Prose:
    return [
        "Each shift is [start, end], in whole hours from 0 to 23. A shift whose end is less than its start ends on the "
        f"next day. If the two are equal, it lasts {'24 hours' if p.whole else '0 hours'}.",
        p.level >= 2 and f"A shift of more than {p.long} hours contains a break: it counts 1 hour less.",
        p.level >= 3
        and p.twice
        and f"Of what then remains of a shift, every hour after the first {p.over} counts twice.",
        p.level >= 3 and not p.twice and f"Of what then remains of a shift, only the first {p.over} hours count.",
        p.level >= 4 and f"If the total of all shifts is more than {p.week}, it is raised by {p.more}.",
        "Return the total; 0 without shifts.",
    ]


def _shift_hours(p: Params, shifts: list[list[int]]) -> int:
    total = 0
    for start, end in shifts:
        hours = end - start
        if hours <= 0 if p.whole else hours < 0:
            hours += 24
        if p.level >= 2 and hours > p.long:
            hours -= 1
        if p.level >= 3:
            hours = hours + max(0, hours - p.over) if p.twice else min(p.over, hours)
        total += hours
    if p.level >= 4 and total > p.week:
        total += p.more
    return total


def _second(p: Params, shifts: list[list[int]]) -> int:
    counted = 0
    for start, end in shifts:
        length = len(range(start, end if start < end else end + 24))
        if start == end and not p.whole:
            length = 0
        if p.level >= 2:
            length -= length >= p.long + 1
        weight = 1 if p.level < 3 else 2 if p.twice else 0
        counted += sum(1 if hour < p.over else weight for hour in range(length))
    return counted + (p.more if p.level == 4 and counted > p.week else 0)


def _edges(p: Params) -> Edges:
    quarter = [[8, 12]] * (p.week // 4)
    return Edges(
        empty=[([],)],
        single=[([[8, 9]],), ([[23, 0]],), ([[0, 23]],)],
        ties=[([[7, 7]],), ([[0, 0], [1, 3]],), (quarter,), ([*quarter, [8, 9]],), ([[8, 8 + p.long]],),
              ([[8, 9 + p.long]],), ([[8, 8 + p.over]],), ([[8, 9 + p.over]],), ([[8, 10 + p.over]],)],
        maxima=[([[5, 4]],), ([[0, 23]] * 3,), ([[20, 6], [9, 14]],)],
    )  # fmt: skip


def _draw(rng: Random, _p: Params) -> Args:
    return ([[rng.randint(0, 23), rng.randint(0, 23)] for _ in range(rng.randint(1, 4))],)


FAMILY = CodingFamily("shifts", Kind.FIX, _params, _prose, _shift_hours, _second, _edges, _draw)
