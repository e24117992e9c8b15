"""What is left in a store."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import Drawn, Params
from bench.suites.starter.family import ShortFamily

_GOODS = ("apples", "pears", "plums", "lemons", "melons", "figs")


def _params(rng: Random, level: int) -> Drawn:
    goods = rng.sample(_GOODS, 3)
    stock = [rng.randint(15, 60) for _ in goods]
    asked = rng.randrange(3)
    return {
        "goods": goods,
        "stock": stock,
        "sold": rng.randint(3, stock[asked] - 5),
        "asked": asked,
        "more": level == 2,
    }


def _question(p: Params) -> str:
    first, second, third = (f"{count} {good}" for count, good in zip(p.stock, p.goods, strict=True))
    told = f"A store has {first}, {second} and {third}. It sells {p.sold} {p.goods[p.asked]}."
    if p.more:
        return f"{told} How many fruits does the store have left in all? Reply with only the number."
    return f"{told} How many {p.goods[p.asked]} does the store have left? Reply with only the number."


def _reference(p: Params) -> str:
    return str((sum(p.stock) if p.more else p.stock[p.asked]) - p.sold)


def _second(p: Params) -> str:
    left = dict(zip(p.goods, p.stock, strict=True))
    left[p.goods[p.asked]] -= p.sold
    total = 0
    for good, count in left.items():
        total += count if p.more or good == p.goods[p.asked] else 0
    return str(total)


FAMILY = ShortFamily(name="goods", params=_params, question=_question, reference=_reference, second=_second)
