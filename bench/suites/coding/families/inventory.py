"""Orders to a store, and how they are to be filled from now on."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose, picks


def _params(rng: Random, _level: int) -> Drawn:
    return choose(rng, keep=range(1, 7), most=range(7, 10), low=range(7, 10), more=range(3, 7))


def _before(_p: Params) -> Drawn:
    return {"level": 0}


def _prose(p: Params) -> Prose:
    return [
        f"- An order that would leave fewer than {p.keep} pieces of its item is skipped.",
        p.level >= 2
        and "- A negative count brings pieces back: they are added to the item's stock, whatever the other rules say; "
        "an item that is not in the stock becomes part of it.",
        p.level >= 3
        and f"- But first: all orders for an item together take at most {p.most} pieces of it. Of an order that would "
        "take more, only as many pieces count as are still allowed. A skipped order takes none, and bringing pieces "
        "back does not change this.",
        p.level >= 4
        and f"- Whenever an order has taken at least 1 piece and there are then fewer than {p.low} pieces of the item, "
        f"{p.more} are added to its stock at once.",
    ]


def _fill_orders(p: Params, stock: dict[str, int], items: list[str], counts: list[int]) -> dict[str, int]:
    left = dict(stock)
    if p.level >= 3:
        taken: dict[str, int] = {}
    for item, count in zip(items, counts, strict=True):
        if p.level >= 3:
            count = min(count, p.most - taken.get(item, 0))
        if p.level >= 2 and count < 0:
            left[item] = left.get(item, 0) - count
        elif item in left and left[item] - count >= (p.keep if p.level >= 1 else 0):
            left[item] -= count
            if p.level >= 3:
                taken[item] = taken.get(item, 0) + count
            if p.level >= 4 and count > 0 and left[item] < p.low:
                left[item] += p.more
    return left


def _second(p: Params, stock: dict[str, int], items: list[str], counts: list[int]) -> dict[str, int]:
    pieces, taken = dict(stock), dict.fromkeys(items, 0)
    for item, count in zip(items, counts, strict=True):
        out = count if p.level < 3 or taken[item] + count <= p.most else p.most - taken[item]
        if count < 0 and p.level >= 2:
            pieces[item] = pieces.get(item, 0) + abs(count)
        elif item in pieces and p.keep + out <= pieces[item]:
            rest = pieces[item] - out
            pieces[item] = rest + p.more if p.level == 4 and out and rest < p.low else rest
            taken[item] += out
    return pieces


def _edges(p: Params) -> Edges:
    k, m, low, one = p.keep, p.most, p.low, -1 if p.level >= 2 else 1
    single = [(5 + k, [5]), (5 + k, [6]), (k, [1]), *((k + n, [n]) for n in (0, 1)), (0, [one, 1])]
    ties = [(30, [m]), (30, [m + 1]), (30, [3, m - 3]), (30, [m - 2, 3]), *((low + n, [2]) for n in (0, 1, 2))]
    cases = (single, ties, [(0, [3 * one, 2, 1]), (9, [2, 3 * one] * 5), (6, [1] * 12), (30, [1] * 12)])
    none = [({}, [], []), ({"tea": 3}, [], []), *(({}, ["tea"], [count]) for count in (0, 1, one))]
    return Edges(none, *([({"tea": n}, ["tea"] * len(counts), counts) for n, counts in of] for of in cases))


def _draw(rng: Random, p: Params) -> Args:
    items, least = picks(rng, ["tea", "rice", "salt"], longest=9), -2 if p.level >= 2 else 0
    stock = {name: rng.randint(0, 16) for name in ("tea", "rice", "salt") if rng.random() < 0.8}
    return stock, items, [rng.randint(least, 6) for _ in items]


FAMILY = CodingFamily("inventory", Kind.EDIT, _params, _prose, _fill_orders, _second, _edges, _draw, before=_before)
