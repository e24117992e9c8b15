"""Numbers are counted."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose, ints
from bench.suites.starter.family import LEVELS


def _params(rng: Random, level: int) -> Drawn:
    drawn = choose(rng, k=range(3, 12 if level == 1 else 8), most=range(10, 15))
    return {**drawn, **choose(rng, op=("more", "less", "times") if level == 1 else ("between", "different"))}


def _prose(p: Params) -> Prose:
    which = {
        "more": f"how many of `numbers` are more than {p.k}",
        "less": f"how many of `numbers` are less than {p.k}",
        "times": f"how many of `numbers` are divisible by {p.k}",
        "between": f"how many of `numbers` are more than {p.k} and less than {p.most}",
        "different": f"how many different values above {p.k} are in `numbers`; a value that is there twice counts once",
    }
    return [f"Return {which[p.op]}. `numbers` is a list of integers."]


def _count(p: Params, numbers: list[int]) -> int:
    if p.op == "more":
        return len([n for n in numbers if n > p.k])
    if p.op == "less":
        return len([n for n in numbers if n < p.k])
    if p.op == "times":
        return len([n for n in numbers if n % p.k == 0])
    if p.op == "between":
        return len([n for n in numbers if p.k < n < p.most])
    return len({n for n in numbers if n > p.k})


def _second(p: Params, numbers: list[int]) -> int:
    if p.op == "different":
        return sum(n in numbers for n in range(p.k + 1, max([p.k, *numbers]) + 1))
    low = {"more": p.k + 1, "between": p.k + 1}.get(p.op, -10_000)
    high = p.k if p.op == "less" else p.most if p.op == "between" else 10_000
    wanted = range(low, high)
    return sum(n in wanted and (p.op != "times" or abs(n) % p.k < 1) for n in numbers)


def _edges(p: Params) -> Edges:
    near = [p.k - 1, p.k, p.k + 1]
    return Edges(
        empty=[([],)],
        single=[([n],) for n in near],
        ties=[(near,), ([p.k] * 4,), ([p.k + 1] * 3,), ([9, 10, 11, 12, 13, 14, 15],), ([0, 0],)],
        maxima=[([*range(-5, 25)],), ([30, 30, -30],)],
    )


def _draw(rng: Random, _p: Params) -> Args:
    return (ints(rng, -4, 24),)


FAMILY = CodingFamily("tally", Kind.COMPLETE, _params, _prose, _count, _second, _edges, _draw, levels=LEVELS)
