"""The price of a basket, and what is to be charged otherwise from now on."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose


def _params(rng: Random, level: int) -> Drawn:
    drawn = choose(rng, bulk=range(3, 5), off=range(2, 5), fee=range(3, 8), free_at=range(40, 51))
    cap = rng.randint(20, 25) if level >= 2 else 10**9
    return {**drawn, "cap": cap, "listed": level >= 3, "strict": level >= 4}


def _before(p: Params) -> Drawn:
    return {"level": 0, "bulk": p.bulk + 2, "off": p.off - (p.level >= 2), "listed": False, "strict": False}


def _prose(p: Params) -> Prose:
    now = f"and by {p.off}, never below 0" if p.level >= 2 else f"not only if it has {p.bulk + 2} or more"
    return [
        f"- The price of a piece is reduced if a line has {p.bulk} pieces or more, {now}.",
        p.level >= 2 and f"- After that, no line costs more than {p.cap}.",
        p.level >= 3
        and f"- Whether {p.fee} is added at the end depends on what all lines together would cost "
        "without reductions and without the limit for a line.",
        p.level >= 4 and "- Before all that, lines with a count of 0 or less are dropped; if none is left, return 0.",
    ]


def _receipt(p: Params, lines: list[list[int]]) -> int:
    if p.strict:
        lines = [line for line in lines if line[1] > 0]
        if not lines:
            return 0
    total = 0
    if p.listed:
        listed = 0
    for price, count in lines:
        if p.listed:
            listed += price * count
        if count >= p.bulk:
            price = max(0, price - p.off)
        total += min(p.cap, price * count) if p.level >= 2 else price * count
    if (listed if p.listed else total) < p.free_at:
        total += p.fee
    return total


def _second(p: Params, lines: list[list[int]]) -> int:
    kept = [(price, count) for price, count in lines if p.level < 4 or count >= 1]
    costs = [count * (price if count < p.bulk else price - min(price, p.off)) for price, count in kept]
    costs = [p.cap if cost > p.cap else cost for cost in costs]
    decides = sum(price * count for price, count in kept) if p.level >= 3 else sum(costs)
    return sum(costs) + (0 if decides >= p.free_at or (p.level == 4 and not kept) else p.fee)


def _edges(p: Params) -> Edges:
    n, least, free = p.bulk, 0 if p.level >= 4 else 1, p.free_at
    ties = [[[6, n]], [[6, n - 1]], [[p.off, n]], [[1, n]], [[15, 1], [15, 1], [free - 30, 1]], [[9, n]] * 2]
    return Edges(
        empty=[([],), ([[5, least]],), ([[5, least], [7, -least]],), ([[0, 2]],)],
        single=[([[8, 1]],), ([[free, 1]],), ([[free - 1, 1]],), ([[-9, 1]],)],
        ties=[(lines,) for lines in ties],
        maxima=[([[20, 9]] * 4,), ([[15, 1], [15, 1], [free - 31, 1]],), ([[60, 2], [2, 8]],)],
    )


def _draw(rng: Random, p: Params) -> Args:
    least = -1 if p.level >= 4 else 1
    return ([[rng.randint(0, 12), rng.randint(least, 7)] for _ in range(rng.randint(1, 5))],)


FAMILY = CodingFamily("receipts", Kind.EDIT, _params, _prose, _receipt, _second, _edges, _draw, before=_before)
