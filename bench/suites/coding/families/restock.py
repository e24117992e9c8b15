"""What a shop has to order."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose


def _params(rng: Random, _level: int) -> Drawn:
    return choose(rng, up=YES_NO, largest=YES_NO, first=YES_NO, extra=range(1, 5), pack=range(2, 5), limit=range(4, 8))


def _prose(p: Params) -> Prose:
    packs = "few packs as cover" if p.up else "many packs as fit into"
    order = "by the units they lack, most first, equal ones alphabetically" if p.largest else "in alphabetical order"
    return [
        "`stock` and `targets` are numbers of units by item; an item that is not in `stock` has the stock 0. An item "
        f"of `targets` lacks as many units as its stock is below its wanted stock, target plus {p.extra}; else none.",
        p.level >= 2 and f"Items come in packs of {p.pack} units: order as {packs} the units it lacks.",
        p.level >= 3 and f"At most {p.limit} packs can be ordered in all. Go through the items {order}.",
        p.level >= 3 and "If an item needs more packs than are left, order those that are left.",
        p.level >= 4 and f"But all items whose stock is 0 come {'before' if p.first else 'after'} the others.",
        p.level == 1 and "Return the units that are lacking, by item, without items that lack none.",
        p.level >= 2 and "Return the numbers of packs to order, by item, without items that get none.",
    ]


def _restock(p: Params, stock: dict[str, int], targets: dict[str, int]) -> dict[str, int]:
    have = {item: stock.get(item, 0) for item in sorted(targets)}
    items = list(have)
    if p.level >= 3:
        left = p.limit
        if p.largest:
            items.sort(key=lambda item: have[item] - targets[item])
    if p.level >= 4:
        items.sort(key=lambda item: have[item] > 0 if p.first else not have[item])
    orders: dict[str, int] = {}
    for item in items:
        number = targets[item] + p.extra - have[item]
        if p.level >= 2:
            number = -(-number // p.pack) if p.up else number // p.pack
        if p.level >= 3:
            number = min(left, number)
        if number > 0:
            orders[item] = number
            if p.level >= 3:
                left -= number
    return orders


def _second(p: Params, stock: dict[str, int], targets: dict[str, int]) -> dict[str, int]:
    queue, left, result = [], p.limit if p.level >= 3 else 10**6, {}
    for item in targets:
        missing = max(0, targets[item] + p.extra - stock.get(item, 0))
        queue.append((p.level == 4 and bool(stock.get(item)) is p.first, -missing if p.largest else 0, item, missing))
    for _, _, item, wanted in sorted(queue):
        packs = (wanted + (p.pack - 1 if p.up else 0)) // p.pack if p.level >= 2 else wanted
        result[item] = packs if packs < left else left
        left -= result[item]
    return {item: number for item, number in result.items() if number}


def _edges(p: Params) -> Edges:
    e, full = p.extra, p.pack * p.limit - p.extra
    pairs = [(1, 1 + full, 1, 1 + p.pack), (0, full, 1, 1 + full), (1, 1 + full, 0, full), (1, 1 + full, 0, 9)]
    return Edges(
        empty=[({}, {}), ({"tea": 3}, {})],
        single=[({}, {"tea": n}) for n in range(p.pack)] + [({"tea": n + e}, {"tea": 5}) for n in (3, 4, 5)],
        ties=[({"tea": a, "eggs": c}, {"tea": b, "eggs": d}) for a, b, c, d in pairs],
        maxima=[({"tea": 1}, {"tea": 1 + p.pack + full}), ({}, {"tea": 20, "eggs": 20}), ({"tea": 30}, {"tea": 5})],
    )


def _draw(rng: Random, _p: Params) -> Args:
    names = rng.sample(["tea", "rice", "salt", "milk", "eggs"], rng.randint(1, 5))
    return {n: rng.randint(0, 4) for n in names if rng.random() < 0.8}, {n: rng.randint(0, 12) for n in names}


FAMILY = CodingFamily("restock", Kind.COMPLETE, _params, _prose, _restock, _second, _edges, _draw)
