"""Change after shopping."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import Drawn, Params
from bench.suites.starter.family import ShortFamily

_THINGS = (("notebook", "pen"), ("mug", "plate"), ("chair", "lamp"), ("ball", "cap"), ("bowl", "spoon"))
_NAMES = ("Ann", "Ben", "Cem", "Dora", "Emil")


def _params(rng: Random, level: int) -> Drawn:
    counts, prices = [rng.randint(2, 6) for _ in range(level)], [rng.randint(2, 12) for _ in range(level)]
    cost = sum(count * price for count, price in zip(counts, prices, strict=True))
    paid = -(-(cost + 1) // 10) * 10 + rng.choice((0, 10))
    return {"who": rng.choice(_NAMES), "things": rng.choice(_THINGS), "counts": counts, "prices": prices, "paid": paid}


def _question(p: Params) -> str:
    bought = " and ".join(
        f"{count} {thing}s at {price} euros each"
        for count, thing, price in zip(p.counts, p.things, p.prices, strict=False)
    )
    return (
        f"{p.who} buys {bought}, and pays with {p.paid} euros. How many euros of change does {p.who} get? "
        "Reply with the number alone, without any explanation."
    )


def _reference(p: Params) -> str:
    return str(p.paid - sum(count * price for count, price in zip(p.counts, p.prices, strict=True)))


def _second(p: Params) -> str:
    left = p.paid
    for kind in range(p.level):
        for _ in range(p.counts[kind]):
            left -= p.prices[kind]
    return str(left)


FAMILY = ShortFamily(name="shopping", params=_params, question=_question, reference=_reference, second=_second)
