"""Who fits a description, among people of whom two facts each are known."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import Drawn, Params
from bench.suites.starter.family import ShortFamily

_NAMES = ("Ann", "Ben", "Cem", "Dora", "Emil", "Fay", "Gus", "Hana")
_CITIES = ("Rome", "Oslo", "Paris", "Cairo", "Lima", "Delhi")
_WORK = ("cook", "pilot", "nurse", "clerk", "baker")


def _params(rng: Random, level: int) -> Drawn:
    """Level 1: the city alone decides; level 2: each city and each kind of work is there twice."""
    if level == 1:
        facts = [*zip(rng.sample(_CITIES, 3), rng.sample(_WORK, 3), strict=True)]
    else:
        cities, work = rng.sample(_CITIES, 2), rng.sample(_WORK, 2)
        facts = [(city, job) for city in cities for job in work]
        rng.shuffle(facts)
    return {"names": rng.sample(_NAMES, len(facts)), "facts": facts, "asked": rng.randrange(len(facts))}


def _question(p: Params) -> str:
    city, job = p.facts[p.asked]
    known = [f"{name} lives in {c} and is a {j}." for name, (c, j) in zip(p.names, p.facts, strict=True)]
    asked = f"Who lives in {city}" + (f" and is a {job}" if p.level == 2 else "")
    return f"{' '.join(known)} {asked}? Reply with only the name."


def _reference(p: Params) -> str:
    return str(p.names[p.asked])


def _second(p: Params) -> str:
    left = dict(zip(p.names, p.facts, strict=True))
    for place in range(p.level):
        left = {name: fact for name, fact in left.items() if fact[place] == p.facts[p.asked][place]}
    (name,) = left
    return str(name)


FAMILY = ShortFamily(
    name="people", params=_params, question=_question, reference=_reference, second=_second, type="text"
)
