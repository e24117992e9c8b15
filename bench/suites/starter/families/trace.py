"""What a function of one line returns."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose
from bench.suites.starter.family import LEVELS


def _params(rng: Random, level: int) -> Drawn:
    drawn = choose(rng, k=range(2, 5), more=range(1, 10))
    return {**drawn, **choose(rng, op=("last", "largest", "size") if level == 1 else ("times", "first", "above"))}


def _prose(p: Params) -> Prose:
    what = {
        "last": f"The last item plus {p.more}.",
        "largest": f"The largest item plus {p.more}.",
        "size": f"How many items there are, times {p.k}.",
        "times": f"Each item times {p.k}, plus {p.more}.",
        "first": f"The sum of the first {p.k} items, plus {p.more}.",
        "above": f"The items above {p.k}.",
    }
    return [what[p.op]]


def _f(p: Params, items: list[int]) -> list[int] | int:
    if p.op == "last":
        return items[-1] + p.more  # type: ignore[no-any-return]
    if p.op == "largest":
        return max(items) + p.more  # type: ignore[no-any-return]
    if p.op == "size":
        return len(items) * p.k  # type: ignore[no-any-return]
    if p.op == "times":
        return [n * p.k + p.more for n in items]
    if p.op == "first":
        return sum(items[: p.k]) + p.more  # type: ignore[no-any-return]
    return [n for n in items if n > p.k]


def _second(p: Params, items: list[int]) -> list[int] | int:
    made: list[int] = []
    total = 0
    for at, n in enumerate(items):
        total += p.k if p.op == "size" else n if p.op == "first" and at < p.k else 0
        if p.op == "times":
            made.append(sum([n] * p.k) + p.more)
        elif p.op == "above" and not n <= p.k:
            made.append(n)
    if p.op in ("times", "above"):
        return made
    last = {"last": items[::-1][0], "largest": sorted(items)[-1]}.get(p.op, total)
    return last + (0 if p.op == "size" else p.more)


def _edges(p: Params) -> Edges:
    return Edges(
        empty=[([0],)],
        single=[([5],), ([p.k],), ([p.k + 1],)],
        ties=[([3, 3, 3],), ([p.k] * 3,), ([2, 1, 2, 1, 2, 1, 2],)],
        maxima=[([*range(12)],), ([*range(12, 0, -1)],)],
    )


def _draw(rng: Random, _p: Params) -> Args:
    return ([rng.randint(1, 9) for _ in range(rng.randint(3, 5))],)


FAMILY = CodingFamily("trace", Kind.PREDICT, _params, _prose, _f, _second, _edges, _draw, levels=LEVELS)
