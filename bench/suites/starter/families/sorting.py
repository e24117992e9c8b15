"""Numbers are put in order."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import YES_NO, Drawn, Params, choose
from bench.suites.starter.family import ShortFamily


def _params(rng: Random, level: int) -> Drawn:
    return {"numbers": rng.sample(range(10, 100), 4 if level == 1 else 5), **choose(rng, down=YES_NO)}


def _question(p: Params) -> str:
    return (
        f"Sort these numbers, the {'largest' if p.down else 'smallest'} first: {', '.join(map(str, p.numbers))}. "
        "Reply with only the numbers, separated by commas."
    )


def _reference(p: Params) -> str:
    return ", ".join(map(str, sorted(p.numbers, reverse=p.down)))


def _second(p: Params) -> str:
    counted = range(99, 9, -1) if p.down else range(10, 100)
    return ", ".join(str(number) for number in counted if number in p.numbers)


FAMILY = ShortFamily(
    name="sorting", params=_params, question=_question, reference=_reference, second=_second, type="tuple"
)
