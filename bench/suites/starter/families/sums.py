"""A short sum."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import Drawn, Params
from bench.suites.starter.family import ShortFamily


def _params(rng: Random, level: int) -> Drawn:
    if level == 1:
        return {"terms": [rng.randint(12, 89), rng.randint(12, 89)], "minus": rng.random() < 0.5}
    return {"terms": [rng.randint(3, 12), rng.randint(11, 29), rng.randint(10, 60)], "minus": rng.random() < 0.5}


def _question(p: Params) -> str:
    sign = "-" if p.minus else "+"
    first, second, *rest = p.terms
    sum_ = f"{first} * {second} {sign} {rest[0]}" if rest else f"{first} {sign} {second}"
    return f"What is {sum_}? Reply with only the number."


def _reference(p: Params) -> str:
    first, second, *rest = p.terms
    left, right = (first * second, rest[0]) if rest else (first, second)
    return str(left - right if p.minus else left + right)


def _second(p: Params) -> str:
    total = 0
    for _ in range(p.terms[0] if p.level == 2 else 1):
        total += p.terms[1] if p.level == 2 else p.terms[0]
    return str(total + (-1 if p.minus else 1) * p.terms[-1])


FAMILY = ShortFamily(name="sums", params=_params, question=_question, reference=_reference, second=_second)
