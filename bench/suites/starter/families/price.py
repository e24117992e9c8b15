"""What some tickets cost together."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose
from bench.suites.starter.family import LEVELS


def _params(rng: Random, level: int) -> Drawn:
    drawn = choose(rng, each=range(4, 13), fee=range(2, 10), least=range(4, 9), less=range(1, 4))
    return {**drawn, **choose(rng, op=("fee", "free") if level == 1 else ("cheaper", "off"))}


def _prose(p: Params) -> Prose:
    rule = {
        "fee": f"and {p.fee} euros are added once, whatever the number of tickets",
        "free": "but the first one is free",
        "cheaper": f"but {p.each - p.less} euros if at least {p.least} are bought: then all of them cost that",
        "off": f"and if more than {p.least} are bought, {p.fee} euros are taken off the whole price",
    }
    return [
        f"Return the price in euros of `count` tickets. A ticket costs {p.each} euros, {rule[p.op]}. `count` is an "
        "integer of at least 1.",
    ]


def _price(p: Params, count: int) -> int:
    if p.op == "fee":
        return count * p.each + p.fee  # type: ignore[no-any-return]
    if p.op == "free":
        return (count - 1) * p.each  # type: ignore[no-any-return]
    if p.op == "cheaper":
        return count * (p.each - p.less) if count >= p.least else count * p.each  # type: ignore[no-any-return]
    return count * p.each - p.fee if count > p.least else count * p.each  # type: ignore[no-any-return]


def _second(p: Params, count: int) -> int:
    each = [p.each - (p.less if p.op == "cheaper" and not count < p.least else 0)] * count
    if p.op == "free":
        each[0] = 0
    return sum(each) + (p.fee if p.op == "fee" else -p.fee if p.op == "off" and count - 1 >= p.least else 0)  # type: ignore[no-any-return]


def _edges(p: Params) -> Edges:
    return Edges(
        empty=[(1,)],
        single=[(2,)],
        ties=[(p.least - 1,), (p.least,), (p.least + 1,)],
        maxima=[(100,), (999,)],
    )


def _draw(rng: Random, _p: Params) -> Args:
    return (rng.randint(1, 60),)


FAMILY = CodingFamily("price", Kind.COMPLETE, _params, _prose, _price, _second, _edges, _draw, levels=LEVELS)
