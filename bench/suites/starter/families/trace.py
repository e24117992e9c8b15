"""What a function of one line returns."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose
from bench.suites.starter.family import LEVELS


def _params(rng: Random, level: int) -> Drawn:
    if level == 1:
        return choose(rng, op=("slice", "times", "big"), k=range(2, 4), low=range(1, 6))
    return choose(rng, op=("keep", "gap", "sorted"), k=range(2, 4), low=range(1, 6))


def _prose(p: Params) -> Prose:
    what = {
        "slice": f"The {p.k} items from index {p.low}.",
        "times": f"Each item times {p.k}, plus {p.low}.",
        "big": f"The largest item times {p.k}, minus {p.low}.",
        "keep": f"The items above {p.low}, each times {p.k}.",
        "gap": f"Every {p.k}th item from the first, in reverse order, each plus {p.low}.",
        "sorted": f"The {p.k} smallest items, each plus {p.low}.",
    }
    return [what[p.op]]


def _f(p: Params, items: list[int]) -> list[int] | int:
    if p.op == "slice":
        return items[p.low : p.low + p.k]
    if p.op == "times":
        return [n * p.k + p.low for n in items]
    if p.op == "big":
        return max(items) * p.k - p.low  # type: ignore[no-any-return]
    if p.op == "keep":
        return [n * p.k for n in items if n > p.low]
    if p.op == "gap":
        return [n + p.low for n in items[:: p.k]][::-1]
    return [n + p.low for n in sorted(items)[: p.k]]


def _second(p: Params, items: list[int]) -> list[int] | int:
    if p.op == "big":
        return sorted(items)[-1] * p.k - p.low  # type: ignore[no-any-return]
    if p.op == "slice":
        return [n for at, n in enumerate(items) if p.low <= at < p.low + p.k]
    if p.op == "gap":
        return [items[at] + p.low for at in reversed(range(len(items))) if at % p.k == 0]
    if p.op == "sorted":
        left, least = [*items], list[int]()
        while left and len(least) < p.k:
            least.append(min(left) + p.low)
            left.remove(min(left))
        return least
    made: list[int] = []
    for n in items:
        if p.op == "times" or n > p.low:
            made.append(sum([n] * p.k) + (p.low if p.op == "times" else 0))
    return made


def _edges(p: Params) -> Edges:
    return Edges(
        empty=[([0],)],
        single=[([5],), ([p.low],), ([p.low + 1],)],
        ties=[([3, 3, 3],), ([p.low] * 3,), ([2, 1, 2, 1, 2, 1, 2],)],
        maxima=[([*range(12)],), ([*range(12, 0, -1)],)],
    )


def _draw(rng: Random, _p: Params) -> Args:
    return ([rng.randint(1, 9) for _ in range(rng.randint(4, 6))],)


FAMILY = CodingFamily("trace", Kind.PREDICT, _params, _prose, _f, _second, _edges, _draw, levels=LEVELS)
