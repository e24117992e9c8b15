"""What a function of one line returns."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose
from bench.suites.starter.family import LEVELS


def _params(rng: Random, level: int) -> Drawn:
    drawn = choose(rng, k=range(2, 4), low=range(3, 7))
    return {**drawn, **choose(rng, op=("above", "order", "rest") if level == 1 else ("best", "moved", "around"))}


def _prose(p: Params) -> Prose:
    what = {
        "above": f"The items above {p.low}.",
        "order": "The items, the smallest first.",
        "rest": f"The items but the first {p.k}.",
        "best": f"The {p.k} largest items, the smallest first.",
        "moved": f"The items, the first {p.k} put behind the others.",
        "around": f"The items in reverse order, without those that are {p.low} or less.",
    }
    return [what[p.op]]


def _f(p: Params, items: list[int]) -> list[int]:
    if p.op == "above":
        return [n for n in items if n > p.low]
    if p.op == "order":
        return sorted(items)
    if p.op == "rest":
        return items[p.k :]
    if p.op == "best":
        return sorted(items)[-p.k :]
    if p.op == "moved":
        return items[p.k :] + items[: p.k]
    return [n for n in items[::-1] if n > p.low]


def _second(p: Params, items: list[int]) -> list[int]:
    made: list[int] = []
    for at, n in enumerate(items):
        place = len(made)
        if p.op in ("order", "best"):
            place = sum(m <= n for m in made)
        elif p.op == "around":
            place = 0
        if (p.op == "rest" and at < p.k) or (p.op in ("above", "around") and not n > p.low):
            continue
        made.insert(place, n)
    while p.op == "best" and len(made) > p.k:
        made.pop(0)
    for _ in range(min(p.k, len(made)) if p.op == "moved" else 0):
        made.append(made.pop(0))
    return made


def _edges(p: Params) -> Edges:
    return Edges(
        empty=[([],)],
        single=[([5],), ([p.low],), ([p.low + 1],)],
        ties=[([3, 3, 3],), ([p.low] * 3,), ([p.low, p.low + 1, p.low - 1],), ([2, 1, 2, 1, 2, 1, 2],)],
        maxima=[([*range(12)],), ([*range(12, 0, -1)],)],
    )


def _draw(rng: Random, _p: Params) -> Args:
    return (rng.sample(range(1, 10), rng.randint(4, 5)),)


FAMILY = CodingFamily("returned", Kind.PREDICT, _params, _prose, _f, _second, _edges, _draw, levels=LEVELS)
