"""Some numbers of a list are changed."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose, ints
from bench.suites.starter.family import LEVELS


def _params(rng: Random, level: int) -> Drawn:
    drawn = choose(rng, k=range(4, 12), d=range(2, 6))
    return {**drawn, **choose(rng, op=("over", "times", "most") if level == 1 else ("third", "place", "ends"))}


def _prose(p: Params) -> Prose:
    what = {
        "over": f"each that is more than {p.k} made smaller by {p.d}; the others stay as they are",
        "times": f"each even one multiplied by {p.d}; odd ones stay as they are",
        "most": f"but {p.k} in place of each that is more than {p.k}",
        "third": f"every third one (those at index 2, 5, 8 and so on) multiplied by {p.d}; the others stay as they are",
        "place": f"each with its index added, without the numbers that are {p.k} or less",
        "ends": f"without the first and the last one, each plus {p.d}; the empty list if there are no more than two",
    }
    return [f"Return a list of the numbers, {what[p.op]}. `numbers` is a list of integers."]


def _change(p: Params, numbers: list[int]) -> list[int]:
    if p.op == "over":
        return [n - p.d if n > p.k else n for n in numbers]
    if p.op == "times":
        return [n * p.d if n % 2 == 0 else n for n in numbers]
    if p.op == "most":
        return [min(n, p.k) for n in numbers]
    if p.op == "third":
        return [n * p.d if at % 3 > 1 else n for at, n in enumerate(numbers)]
    if p.op == "place":
        return [n + at for at, n in enumerate(numbers) if n > p.k]
    return [n + p.d for n in numbers[1:-1]]


def _second(p: Params, numbers: list[int]) -> list[int]:
    changed = []
    left = 3
    for at in range(len(numbers)):
        n = numbers[at]
        left = left - 1 or 3
        if p.op == "times":
            n = n if n & 1 else sum([n] * p.d)
        elif p.op == "third":
            n = sum([n] * p.d) if left == 3 else n
        elif not n <= p.k:
            n = {"over": n - p.d, "most": p.k, "place": n + at}.get(p.op, n)
        elif p.op == "place":
            continue
        if p.op != "ends" or 0 < at < len(numbers) - 1:
            changed.append(n + p.d if p.op == "ends" else n)
    return changed


def _edges(p: Params) -> Edges:
    return Edges(
        empty=[([],)],
        single=[([p.k],), ([p.k + 1],), ([0],), ([1],)],
        ties=[([p.k] * 4,), ([p.k - 1, p.k, p.k + 1],), ([p.k + 1] * 7,), ([2, 3],), ([-1, -2, -3],)],
        maxima=[([*range(16)],), ([*range(40, 20, -1)],)],
    )


def _draw(rng: Random, _p: Params) -> Args:
    return (ints(rng, 0, 15),)


FAMILY = CodingFamily("change", Kind.COMPLETE, _params, _prose, _change, _second, _edges, _draw, levels=LEVELS)
