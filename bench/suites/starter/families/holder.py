"""Who has a thing after it was passed on."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import Drawn, Params
from bench.suites.starter.family import ShortFamily

_NAMES = ("Ann", "Ben", "Cem", "Dora", "Emil", "Fay", "Gus", "Hana")


def _params(rng: Random, level: int) -> Drawn:
    names = rng.sample(_NAMES, 4)
    way = names[:3] if level == 1 else list(names)
    back = rng.random() < 0.5
    return {"thing": rng.choice(("book", "key", "ball", "map")), "way": [*way, way[-2]] if back else way, "back": back}


def _question(p: Params) -> str:
    steps = [f"{giver} gives it to {taker}." for giver, taker in zip(p.way, p.way[1:], strict=False)]
    if p.back:
        steps[-1] = steps[-1].replace("gives it to", "gives it back to")
    return f"{p.way[0]} has a {p.thing}. {' '.join(steps)} Who has the {p.thing} now? Reply with only the name."


def _reference(p: Params) -> str:
    return str(p.way[-1])


def _second(p: Params) -> str:
    has = dict.fromkeys(p.way, False)
    has[p.way[0]] = True
    for giver, taker in zip(p.way[:-1], p.way[1:], strict=True):
        assert has[giver]
        has[giver], has[taker] = False, True
    return str(next(name for name, held in has.items() if held))


FAMILY = ShortFamily(
    name="holder", params=_params, question=_question, reference=_reference, second=_second, type="text"
)
