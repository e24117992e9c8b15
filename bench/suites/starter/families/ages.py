"""Who is the oldest or the youngest of some people."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import YES_NO, Drawn, Params, choose
from bench.suites.starter.family import ShortFamily

_NAMES = ("Ann", "Ben", "Cem", "Dora", "Emil", "Fay", "Gus", "Hana")


def _params(rng: Random, level: int) -> Drawn:
    names = rng.sample(_NAMES, 4)
    ages = rng.sample(range(11, 60), 4) if level == 1 else [rng.randint(20, 40)]
    while len(ages) < 4:
        ages.append(ages[-1] + rng.choice((-7, -5, -4, -2, 3, 4, 6, 8)))
        if len(set(ages)) < len(ages):
            ages.pop()
    return {"names": names, "ages": ages, **choose(rng, oldest=YES_NO)}


def _question(p: Params) -> str:
    if p.level == 1:
        told = [f"{name} is {age}." for name, age in zip(p.names, p.ages, strict=True)]
    else:
        told = [f"{p.names[0]} is {p.ages[0]}."]
        for at in range(1, 4):
            gap = p.ages[at] - p.ages[at - 1]
            more = "older" if gap > 0 else "younger"
            told.append(f"{p.names[at]} is {abs(gap)} years {more} than {p.names[at - 1]}.")
    return f"{' '.join(told)} Who is the {'oldest' if p.oldest else 'youngest'}? Reply with only the name."


def _reference(p: Params) -> str:
    wanted = max(p.ages) if p.oldest else min(p.ages)
    return str(p.names[p.ages.index(wanted)])


def _second(p: Params) -> str:
    known = sorted(zip(p.ages, p.names, strict=True), reverse=p.oldest)
    return str(known[0][1])


FAMILY = ShortFamily(name="ages", params=_params, question=_question, reference=_reference, second=_second, type="text")
