"""Things put together from parts that are put together from parts: how much must be bought."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from random import Random

from bench.suites.coding.family import Drawn, Params
from bench.suites.reasoning.family import Dial, ReasoningFamily
from bench.suites.reasoning.words import LETTERS, matters

_SIZE = {1: (2, 2), 2: (3, 3), 3: (4, 3), 5: (6, 4), 6: (8, 5), 7: (10, 6)}
"""Things that are put together and parts that are bought, by level: the family's dial."""


def _params(rng: Random, level: int) -> Drawn:
    made, bought = _SIZE[level]
    while True:
        needs: list[dict[int, int]] = []
        above = {part: rng.randrange(max(0, part - 3), part) for part in range(1, made)} if level > 3 else {}
        for at in range(made):  # what goes into a thing has a later letter; the last ones are bought
            lower = rng.sample(range(at + 1, made), min(made - at - 1, rng.randint(1, 2)))
            lower = sorted({*lower[:1], *(part for part, user in above.items() if user == at)}) if above else lower
            parts = sorted([*lower, *rng.sample(range(made, made + bought), rng.randint(1, 2))])
            needs.append(
                {part: rng.randint(2, 5) if part >= made else rng.randint(1, 2 if above else 4) for part in parts}
            )
        ask = rng.randrange(made, made + bought)
        users = sum(ask in each for each in needs)
        used = {part for each in needs for part in each}
        if users < min(level + 1, 2) or used != set(range(1, made + bought)):
            continue
        drawn: Drawn = {"needs": needs, "parts": made + bought, "wanted": rng.randint(4, 15), "ask": ask}
        stock: dict[int, int] = {ask: rng.randint(3, 30)}
        for part in rng.sample(range(1, made), made - 1 if level == 2 else level - 1):
            stock[part] = rng.randint(2, 12)
        drawn["stock"] = dict(sorted(stock.items()))
        drawn["batch"] = {}
        if level > 2:
            drawn["batch"] = {part: rng.randint(3, 8) for part in sorted(rng.sample(range(1, made), level - 1))}
            drawn["batch"][ask] = rng.choice([6, 8, 10, 12, 20, 25])
        p = Params(level=level, **drawn)
        others: list[Drawn] = [{"stock": _without(p.stock, part)} for part in p.stock]
        others += [{"batch": _without(p.batch, part)} for part in p.batch]
        if (
            int(_reference(p)) > 2
            and max(_making(p)) < (1_000 if level < 4 else 9_000)
            and matters(p, _reference, others)
        ):
            return drawn


def _without(numbers: Mapping[int, int], part: int) -> dict[int, int]:
    return {other: number for other, number in numbers.items() if other != part}


def _making(p: Params) -> list[int]:
    """How many of each are made or bought, beyond what is there, in batches where there are any."""
    wanted = [p.wanted] + [0] * (p.parts - 1)
    making = []
    for part in range(p.parts):
        batch = p.batch.get(part, 1)
        missing = max(0, wanted[part] - p.stock.get(part, 0))
        making.append(-(-missing // batch) * batch)
        for lower, number in p.needs[part].items() if part < len(p.needs) else ():
            wanted[lower] += number * making[-1]
    return making


def _reference(p: Params) -> str:
    """From above to below: all that is needed of a thing, less what is there."""
    return str(_making(p)[p.ask] // p.batch.get(p.ask, 1))


def _second(p: Params) -> str:
    """One after another is taken from the shelf; where it is empty, the next batch is made or bought."""
    shelf = dict(p.stock)
    fetched: dict[int, int] = {}

    def take(part: int) -> None:
        if not shelf.get(part):
            for _ in range(p.batch.get(part, 1)):
                if part < len(p.needs):
                    for lower, number in p.needs[part].items():
                        for _ in range(number):
                            take(lower)
                shelf[part] = shelf.get(part, 0) + 1
            fetched[part] = fetched.get(part, 0) + 1
        shelf[part] -= 1

    for _ in range(p.wanted):
        take(0)
    return str(fetched.get(p.ask, 0))


_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "A workshop puts things together from parts:",
        "needs": "One {a} is put together from {all}.",
        "buy": "Everything else ({all}) is bought.",
        "stock": "In stock there are {all}, and nothing else. What is in stock is used before anything is made or "
        "bought.",
        "batch": "{a} is only made in batches of {n}: no more batches are made than needed, but each batch is made "
        "whole. Whatever is left over of {a} stays unused.",
        "pack": "{a} is only sold in packs of {n}.",
        "ask": "{n} A are to be put together. How many {a} must be bought, at the least? X is a whole number.",
        "ask pack": "{n} A are to be put together. How many packs of {a} must be bought, at the least? X is a whole "
        "number.",
        "one": "{n} {a}",
        "comma": ", ",
        "and": " and ",
    },
    "zh": {
        "title": "一个车间用零件组装产品：",
        "needs": "组装1个{a}需要{all}。",
        "buy": "其余的（{all}）都是买来的。",
        "stock": "库存有{all}，此外什么也没有。先用库存，不够时才组装或购买。",
        "batch": "{a}只能成批组装，每批{n}个：批数不多于所需，但每批都要做满，最后剩下的{a}闲置不用。",
        "pack": "{a}只按包出售，每包{n}个。",
        "ask": "要组装{n}个A。至少需要购买多少个{a}？X是一个整数。",
        "ask pack": "要组装{n}个A。至少需要购买多少包{a}？X是一个整数。",
        "one": "{n}个{a}",
        "comma": "、",
        "and": "和",
    },
}


def _text(p: Params, words: Mapping[str, str]) -> str:
    def listed(things: list[str]) -> str:
        return words["comma"].join(things[:-1]) + (words["and"] if len(things) > 1 else "") + things[-1]

    def counted(numbers: Mapping[int, int]) -> str:
        return listed([words["one"].format(n=number, a=LETTERS[part]) for part, number in numbers.items()])

    lines = [words["title"]]
    lines += [words["needs"].format(a=LETTERS[at], all=counted(parts)) for at, parts in enumerate(p.needs)]
    lines.append(words["buy"].format(all=listed(list(LETTERS[len(p.needs) : p.parts]))))
    lines.append(words["stock"].format(all=counted(p.stock)))
    for part, number in p.batch.items():
        lines.append(words["pack" if part >= len(p.needs) else "batch"].format(a=LETTERS[part], n=number))
    asked = words["ask pack" if p.batch else "ask"]
    return "\n".join([*lines, asked.format(n=p.wanted, a=LETTERS[p.ask])])


FAMILY = ReasoningFamily(
    name="assembly",
    params=_params,
    dial=Dial("things put together, parts bought", _SIZE),
    english=partial(_text, words=_WORDS["en"]),
    chinese=partial(_text, words=_WORDS["zh"]),
    reference=_reference,
    second=_second,
)
