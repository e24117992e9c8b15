"""A meter that starts again at zero."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose, ints


def _params(rng: Random, _level: int) -> Drawn:
    numbers = choose(rng, top=[15, 19, 23], more=range(1, 4), limit=range(8, 13))
    return {**numbers, **choose(rng, wraps=YES_NO, over=["zero", "limit"])}


def _prose(p: Params) -> Prose:
    return [
        f"`readings` are the readings of a meter that counts from 0 to {p.top}, in order of time. The usage between "
        "one reading and the next is the difference of the two.",
        p.wraps and f"After {p.top} it goes on from 0: if a reading is lower than the one before, add {p.top + 1}.",
        not p.wraps and "If a reading is lower than the one before, the meter is broken: that usage is 0.",
        p.level >= 2 and "A reading of -1 is missing: leave it out before anything else.",
        p.level >= 3 and p.over == "zero" and f"A usage greater than {p.limit} is a mistake and counts as 0.",
        p.level >= 3 and p.over == "limit" and f"A usage greater than {p.limit} counts as {p.limit}.",
        p.level >= 4 and f"After that, {p.more} is added to every usage that is not 0.",
        "Return the sum of the usages; 0 if fewer than two readings are left.",
    ]


def _meter_usage(p: Params, readings: list[int]) -> int:
    if p.level >= 2:
        readings = [reading for reading in readings if reading != -1]
    total = 0
    for i in range(1, len(readings)):
        difference = readings[i] - readings[i - 1]
        usage = difference % (p.top + 1) if p.wraps else max(0, difference)
        if p.level >= 3 and p.over == "zero" and usage > p.limit:
            continue
        if p.level >= 3 and p.over == "limit":
            usage = min(p.limit, usage)
        if p.level >= 4 and usage > 0:
            usage += p.more
        total += usage
    return total


def _second(p: Params, readings: list[int]) -> int:
    usages: list[int] = []
    last: int | None = None
    for reading in readings:
        if p.level >= 2 and reading < 0:
            continue
        if last is not None:
            wrapped = p.top + 1 if p.wraps else last - reading
            usages.append(reading - last + (wrapped if reading < last else 0))
        last = reading
    if p.level >= 3:
        usages = [u if u <= p.limit else {"zero": 0, "limit": p.limit}[p.over] for u in usages]
    return sum(usages) + (p.more * sum(u != 0 for u in usages) if p.level == 4 else 0)


def _edges(p: Params) -> Edges:
    gone = -1 if p.level >= 2 else 0
    return Edges(
        empty=[([],), ([gone, gone],)],
        single=[([4],), ([gone, 4, gone],)],
        ties=[([5, 5],), ([2, 2 + p.limit],), ([2, 3 + p.limit],), ([2, 3],), ([3, 2],)],
        maxima=[([p.top, 0],), ([0, p.top],), ([p.top, p.top],), ([gone, 9, gone, 2, 3, gone],), ([9, 8, 7],)],
    )


def _draw(rng: Random, p: Params) -> Args:
    readings = ints(rng, 0, p.top, longest=7)
    return ([-1 if p.level >= 2 and rng.random() < 0.2 else reading for reading in readings],)


FAMILY = CodingFamily("meter", Kind.FIX, _params, _prose, _meter_usage, _second, _edges, _draw)
