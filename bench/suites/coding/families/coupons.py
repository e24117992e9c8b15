"""What is left to pay after coupons."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose, ints

_ORDERS = {"given": "in the given order", "largest": "from largest to smallest", "smallest": "from smallest to largest"}


def _params(rng: Random, level: int) -> Drawn:
    numbers = choose(rng, times=range(2, 5), most=range(2, 4), small=range(4, 9), free=range(25, 41), fee=range(3, 7))
    return {**numbers, **choose(rng, order=list(_ORDERS) if level >= 2 else ["given"], early=YES_NO)}


def _prose(p: Params) -> Prose:
    decides = "the sum of all prices" if p.early else "the amount"
    return [
        "The amount begins as the sum of `prices`. All prices, and all values of coupons, are at least 1.",
        f"Go through the values in `coupons` {_ORDERS[p.order]}: if the amount is at least {p.times} times the value, "
        "the coupon is used, and its value is subtracted from the amount; if not, go on with the next one.",
        p.level >= 2 and f"No more than {p.most} coupons can be used.",
        p.level >= 3
        and f"Prices less than {p.small} cannot be reduced: leave them out of the amount as long as you go through the "
        "coupons, and add them to it afterwards.",
        p.level >= 4 and f"At the end, if {decides} is less than {p.free} and `prices` is not empty, add {p.fee}.",
        "Return the amount.",
    ]


def _checkout(p: Params, prices: list[int], coupons: list[int]) -> int:
    amount = sum(prices)
    if p.level >= 3:
        rest = sum(price for price in prices if price < p.small)
        amount -= rest
    if p.level >= 2:
        used = 0
    if p.order != "given":
        coupons = sorted(coupons, reverse=True) if p.order == "largest" else sorted(coupons)
    for value in coupons:
        if (p.level < 2 or used < p.most) and amount >= p.times * value:
            amount -= value
            if p.level >= 2:
                used += 1
    if p.level >= 3:
        amount += rest
    if p.level >= 4 and prices and (sum(prices) if p.early else amount) < p.free:
        amount += p.fee
    return amount


def _second(p: Params, prices: list[int], coupons: list[int]) -> int:
    dear = [price for price in prices if p.level < 3 or price >= p.small]
    spent: list[int] = []
    for value in coupons if p.order == "given" else sorted(coupons)[:: -1 if p.order == "largest" else 1]:
        if p.times * value <= sum(dear) - sum(spent):
            spent = [*spent, value]
        if p.level >= 2 and len(spent) == p.most:
            break
    left = sum(prices) - sum(spent)
    pays = p.level == 4 and prices != [] and p.free > (sum(prices) if p.early else left)
    return left + int(p.fee if pays else 0)


def _edges(p: Params) -> Edges:
    t, s = p.times, p.small
    return Edges(
        empty=[([], []), ([], [2]), ([9], [])],
        single=[([5 * t], [5]), ([5 * t - 1], [5]), ([5 * t], [5, 1]), ([5 * t], [1, 5]), ([s], [1]), ([s - 1], [1])],
        ties=[([p.free], []), ([p.free - 1], []), ([p.free, 1], [1]), ([9, 9, 9], [2, 2, 2, 2]), ([s, s - 1], [1] * 5)],
        maxima=[([20] * 6, [8, 7, 6, 5, 4]), ([30, 20], [2, 9, 4, 7]), ([s - 1] * 5, [3, 1])],
    )


def _draw(rng: Random, _p: Params) -> Args:
    return ints(rng, 1, 16, longest=5), ints(rng, 1, 9, longest=5)


FAMILY = CodingFamily("coupons", Kind.COMPLETE, _params, _prose, _checkout, _second, _edges, _draw)
