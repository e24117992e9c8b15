"""What some tickets cost together."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose
from bench.suites.starter.family import LEVELS


def _params(rng: Random, level: int) -> Drawn:
    drawn = choose(
        rng, each=range(5, 13), fee=range(2, 10), least=range(4, 9), less=range(2, 4), most=range(40, 90, 10)
    )
    return {**drawn, **choose(rng, op=("most", "cheaper") if level == 1 else ("further", "off"))}


def _prose(p: Params) -> Prose:
    rule = {
        "most": f"but more than {p.most} euros are never taken",
        "cheaper": f"but {p.each - p.less} euros if at least {p.least} are bought: then all of them cost that",
        "further": f"and every one after the first {p.least} costs {p.each - p.less} euros",
        "off": f"and if more than {p.least} are bought, {p.fee} euros are taken off the whole price",
    }
    return [
        f"Return the price in euros of `count` tickets. A ticket costs {p.each} euros, {rule[p.op]}. `count` is an "
        "integer of at least 1.",
    ]


def _price(p: Params, count: int) -> int:
    if p.op == "most":
        return min(count * p.each, p.most)  # type: ignore[no-any-return]
    if p.op == "cheaper":
        return count * (p.each - p.less) if count >= p.least else count * p.each  # type: ignore[no-any-return]
    if p.op == "further":
        return count * p.each - max(count - p.least, 0) * p.less  # type: ignore[no-any-return]
    return count * p.each - p.fee if count > p.least else count * p.each  # type: ignore[no-any-return]


def _second(p: Params, count: int) -> int:
    many = p.op == "cheaper" and not count < p.least
    each = [p.each - (p.less if many or (p.op == "further" and at >= p.least) else 0) for at in range(count)]
    total = sum(each) - (p.fee if p.op == "off" and count - 1 >= p.least else 0)
    return p.most if p.op == "most" and total > p.most else total  # type: ignore[no-any-return]


def _edges(p: Params) -> Edges:
    return Edges(
        empty=[(1,)],
        single=[(2,)],
        ties=[(p.least - 1,), (p.least,), (p.least + 1,), *((count,) for count in range(9, 25))],
        maxima=[(100,), (999,)],
    )


def _draw(rng: Random, _p: Params) -> Args:
    return (rng.randint(1, 60),)


FAMILY = CodingFamily("tickets", Kind.COMPLETE, _params, _prose, _price, _second, _edges, _draw, levels=LEVELS)
