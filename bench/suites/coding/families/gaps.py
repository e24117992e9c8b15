"""When a room is free."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose


def _params(rng: Random, _level: int) -> Drawn:
    hours = choose(rng, opens=range(6, 10), closes=range(17, 21))
    return {**hours, **choose(rng, ends=YES_NO, least=range(2, 4), clean=range(1, 3))}


def _prose(p: Params) -> Prose:
    return [
        f"A room is open from {p.opens} to {p.closes}. Each of `bookings` is [start, end], with start less than end.",
        p.level == 1 and "All bookings are within that time, in order, and none begins before the one before it ends.",
        p.level >= 2
        and "Bookings come in any order, may overlap, and may lie before or after that time, in part or all.",
        p.level >= 4 and f"After each booking the room is cleaned for {p.clean}; that time counts as booked too.",
        "Find the gaps: the times within the opening time that no booking covers, each as long as possible.",
        p.level >= 3 and f"Leave out gaps shorter than {p.least}.",
        p.level < 3 and "A gap is longer than 0.",
        f"Return the list of the gaps as [start, {'end' if p.ends else 'length'}], earliest first; [] if none.",
    ]


def _free_gaps(p: Params, bookings: list[list[int]]) -> list[list[int]]:
    gaps = []
    free = p.opens
    for start, end in [*(sorted(bookings) if p.level >= 2 else bookings), [p.closes, p.closes]]:
        until = min(start, p.closes) if p.level >= 2 else start
        if until - free >= p.least if p.level >= 3 else until > free:
            gaps.append([free, until] if p.ends else [free, until - free])
        if p.level >= 4:
            end += p.clean
        free = max(free, end) if p.level >= 2 else end
    return gaps


def _second(p: Params, bookings: list[list[int]]) -> list[list[int]]:
    clean = p.clean if p.level >= 4 else 0
    covered = {hour for start, end in bookings for hour in range(start, end + clean)}
    gaps: list[list[int]] = []
    for hour in range(p.opens, p.closes):
        if hour in covered:
            continue
        if gaps and sum(gaps[-1]) == hour:
            gaps[-1][1] += 1
        else:
            gaps.append([hour, 1])
    gaps = [gap for gap in gaps if p.level < 3 or gap[1] >= p.least]
    return [[start, start + length] for start, length in gaps] if p.ends else gaps


def _edges(p: Params) -> Edges:
    o, c, n = p.opens, p.closes, p.least
    within: list[Args] = [([[o, o + 1], [o + 1, c]],), ([[o, o + n], [o + n + 1, c - n]],), ([[o + n, c - n + 1]],)]
    free: list[Args] = [([[o + 5, c], [o + 1, o + 3]],), ([[o - 3, o], [c, c + 2]],),
        ([[o - 3, o + 2], [c - 2, c + 2]],), ([[o + 2, c - 2], [o + 3, o + 5]],),
        ([[c + 1, c + 3]],), ([[o + 2, o + 4], [o + 2, o + 7]],)]  # fmt: skip
    return Edges(
        empty=[([],)],
        single=[([[o, c]],), ([[o, o + 1]],), ([[c - 1, c]],), ([[o + 4, o + 5]],)],
        ties=[*within, ([[o + 2, o + 3], [o + 3, o + 4]],), *(free if p.level >= 2 else [])],
        maxima=[([[hour, hour + 1] for hour in range(o, c, 2)],), ([[hour, hour + 1] for hour in range(o, c, 4)],)],
    )


def _draw(rng: Random, p: Params) -> Args:
    if p.level == 1:
        cuts = sorted(rng.sample(range(p.opens, p.closes + 1), 2 * rng.randint(1, 4)))
        return ([cuts[i : i + 2] for i in range(0, len(cuts), 2)],)
    starts = [rng.randint(p.opens - 3, p.closes + 1) for _ in range(rng.randint(1, 4))]
    return ([[start, start + rng.randint(1, 4)] for start in starts],)


FAMILY = CodingFamily("gaps", Kind.COMPLETE, _params, _prose, _free_gaps, _second, _edges, _draw)
