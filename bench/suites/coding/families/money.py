"""An amount of money is shared out by weights, to the cent."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor
from random import Random

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose


def _params(rng: Random, level: int) -> Drawn:
    drawn = choose(rng, up=YES_NO, order=["first", "last", "heavy"], least=range(4, 8), early=YES_NO)
    return {**drawn, "up": drawn["up"] and level == 1, **choose(rng, percent=[3, 7, 9, 11], fee=["down", "up", "half"])}


def _prose(p: Params) -> Prose:
    order = {"first": "from the first to the last", "last": "from the last to the first"}
    order["heavy"] = "largest weight first, equal weights in the order of `weights`"
    fee = {"down": "rounded down", "up": "rounded up", "half": "rounded to the nearest cent, half a cent up"}[p.fee]
    return [
        "`amount` cents are shared out among people, each of whom has a weight. `amount` and `weights` are whole "
        "numbers, 0 or more.",
        p.level >= 4 and f"First a fee of {p.percent} percent of `amount`, {fee}, is taken off; the rest is shared.",
        "The share of each is this amount times the weight, divided by the sum of all weights, rounded "
        f"{'up' if p.up else 'down'} to a whole cent. If the sum of all weights is 0, all shares are 0.",
        p.level >= 2
        and "The cents that are then left over go one each to people whose weight is not 0, "
        f"{order[p.order]}, until none is left.",
        p.level >= 3
        and f"After that, every share of less than {p.least} cents becomes 0, and all that these people lose goes to "
        f"the person whose share is then the largest; of several such people, to the {'first' if p.early else 'last'}.",
        "Return the list of the shares, in the order of `weights`.",
    ]


def _shares(p: Params, amount: int, weights: list[int]) -> list[int]:
    total = sum(weights)
    if not total:
        return [0 for _ in weights]
    if p.level >= 4:
        fee = amount * p.percent
        amount -= fee // 100 if p.fee == "down" else -(-fee // 100) if p.fee == "up" else (fee + 50) // 100
    shares = [-(-amount * weight // total) if p.up else amount * weight // total for weight in weights]
    if p.level >= 2:
        people = [i for i in range(len(weights)) if weights[i]]
        if p.order == "last":
            people.reverse()
        if p.order == "heavy":
            people.sort(key=lambda i: weights[i], reverse=True)
        for i in people[: amount - sum(shares)]:
            shares[i] += 1
    if p.level >= 3:
        lost = sum(share for share in shares if share < p.least)
        shares = [share if share >= p.least else 0 for share in shares]
        richest = shares.index(max(shares)) if p.early else -1 - shares[::-1].index(max(shares))
        shares[richest] += lost
    return shares


def _second(p: Params, amount: int, weights: list[int]) -> list[int]:
    cost = Fraction(amount * p.percent, 100) if p.level == 4 else Fraction(0)
    amount -= {"down": floor(cost), "up": ceil(cost), "half": floor(cost + Fraction(1, 2))}[p.fee]
    exact = [Fraction(amount * weight, sum(weights)) if any(weights) else Fraction(0) for weight in weights]
    shares = [ceil(share) if p.up else floor(share) for share in exact]
    ranks = {"first": lambda i: i, "last": lambda i: -i, "heavy": lambda i: (-weights[i], i)}[p.order]
    line = sorted((i for i, weight in enumerate(weights) if weight), key=ranks)
    while p.level >= 2 and line and sum(shares) < amount:
        shares[line.pop(0)] += 1
    if p.level >= 3 and any(shares):
        large = [share if share >= p.least else 0 for share in shares]
        best = sorted(range(len(large)), key=lambda i: (-large[i], i if p.early else -i))[0]
        shares = [share + (sum(shares) - sum(large)) * (i == best) for i, share in enumerate(large)]
    return shares


def _edges(p: Params) -> Edges:
    least = [(total, weights) for total in range(2 * p.least - 1, 2 * p.least + 3) for weights in ([1, 1], [3, 2, 2])]
    return Edges(
        empty=[(9, []), (0, [3, 1]), (7, [0, 0])],
        single=[(n, [4]) for n in range(99) if n in (1, p.least) or n * p.percent % 100 in (49, 50)],
        ties=[*least, (20, [0, 1, 1, 1]), (20, [1, 1, 1, 0]), (23, [2, 5, 5, 2]), (3, [1, 1, 1, 1]), (150, [3, 3, 1])],
        maxima=[(10**6 + 1, [1, 2, 4]), (10**6 + 49, [0, 99, 7, 99]), (9999, [1, 1, 1, 1, 1, 1, 1])],
    )


def _draw(rng: Random, _p: Params) -> Args:
    return rng.randint(1, rng.choice([30, 90, 900])), [rng.randint(0, 5) for _ in range(rng.randint(1, 6))]


FAMILY = CodingFamily("money", Kind.COMPLETE, _params, _prose, _shares, _second, _edges, _draw)
