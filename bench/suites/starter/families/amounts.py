"""Numbers are added up."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose, ints
from bench.suites.starter.family import LEVELS


def _params(rng: Random, level: int) -> Drawn:
    drawn = choose(rng, k=range(2, 6), most=range(20, 40, 5))
    return {**drawn, **choose(rng, op=("first", "last", "above") if level == 1 else ("capped", "every", "without"))}


def _prose(p: Params) -> Prose:
    what = {
        "first": f"the sum of the first {p.k} numbers; of all of them if there are fewer",
        "last": f"the sum of the last {p.k} numbers; of all of them if there are fewer",
        "above": f"the sum of the numbers above {p.k}",
        "capped": f"the sum of all numbers, but {p.most} if the sum is more than that",
        "every": f"the sum of every {_NTH[p.k]} number, beginning with the first one: those at index 0, {p.k}, "
        f"{2 * p.k} and so on",
        "without": f"the sum of all numbers that are not equal to {p.k}",
    }
    return [f"Return {what[p.op]}. `numbers` is a list of integers; of an empty list the sum is 0."]


_NTH = {2: "second", 3: "third", 4: "fourth", 5: "fifth"}


def _total(p: Params, numbers: list[int]) -> int:
    if p.op == "first":
        return sum(numbers[: p.k])
    if p.op == "last":
        return sum(numbers[-p.k :])
    if p.op == "above":
        return sum([n for n in numbers if n > p.k])
    if p.op == "capped":
        return min(sum(numbers), p.most)  # type: ignore[no-any-return]
    if p.op == "every":
        return sum(numbers[:: p.k])
    return sum([n for n in numbers if n != p.k])


def _second(p: Params, numbers: list[int]) -> int:
    total = 0
    for at, n in enumerate(numbers):
        skipped = {
            "first": at >= p.k,
            "last": len(numbers) - at > p.k,
            "every": at % p.k > 0,
            "without": n == p.k,
            "above": not n > p.k,
        }
        if not skipped.get(p.op):
            total += n
    return p.most if p.op == "capped" and total > p.most else total


def _edges(p: Params) -> Edges:
    return Edges(
        empty=[([],)],
        single=[([7],), ([p.k],), ([-3],)],
        ties=[([p.k] * 3,), ([p.k - 1, p.k, p.k + 1],), ([3] * p.k,), ([1, 2, 4, 8, 16, 32][: p.k],)],
        maxima=[([1, 2, 4, 8, 16, 32, 64, 128],), ([20, 20],), ([20],), ([25],), ([10, 9],), ([30, 5, 1],)],
    )


def _draw(rng: Random, _p: Params) -> Args:
    return (ints(rng, -4, 15),)


FAMILY = CodingFamily("amounts", Kind.COMPLETE, _params, _prose, _total, _second, _edges, _draw, levels=LEVELS)
