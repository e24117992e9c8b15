"""A chain of old measures, each worth some of another: steps up and down it, sums, and what a unit costs."""

from __future__ import annotations

from collections import deque
from fractions import Fraction
from random import Random

from bench.suites.coding.family import Drawn, Params
from bench.suites.reasoning.family import Dial, ReasoningFamily

_UNITS = (
    ("tolm", "托尔"), ("brack", "布拉"), ("wirrel", "维勒"), ("sedge", "塞奇"), ("quoin", "科因"),
    ("harp", "哈普"), ("dram", "德兰"), ("flint", "弗林"),
)  # fmt: skip
"""Names of units in both languages; none is in use."""
_SIZE = {1: 4, 2: 5, 3: 6}
"""Units in the chain, by level: the family's dial."""


def _params(rng: Random, level: int) -> Drawn:
    while True:
        units = rng.sample(_UNITS, _SIZE[level])
        ratios = [_ratio(rng, level) for _ in range(len(units) - 1)]
        shown = list(range(len(ratios)))
        rng.shuffle(shown)
        start, end = 0, len(units) - 1 if level < 3 else len(units) - 2
        drawn: Drawn = {"units": units, "ratios": ratios, "shown": shown, "start": start, "end": end}
        drawn |= {"count": rng.randint(2, 9) * (1 if level == 1 else rng.choice([6, 12, 30])), "more": (), "price": ()}
        if level == 3:
            drawn["more"] = (rng.randint(2, 9), rng.randrange(1, len(units)))
            drawn["price"] = (rng.randint(2, 9), len(units) - 1)
        answer = _worth(Params(level=level, **drawn))
        if answer.denominator == 1 and 10 < answer < 100_000:
            return drawn


def _ratio(rng: Random, level: int) -> tuple[int, int]:
    """So many of one unit are so many of the next."""
    if level == 1:
        return 1, rng.randint(2, 9)
    few, many = rng.sample(range(1, 8), 2)
    return (few, many) if level == 3 or few == 1 or many == 1 else (1, many)


def _worth(p: Params) -> Fraction:
    """What is asked for, by multiplying along the chain."""
    total = int(p.count) * _in(p, p.start, p.end)
    if p.more:
        number, unit = p.more
        total += number * _in(p, unit, p.end)
    if p.price:
        coins, unit = p.price
        total *= _in(p, p.end, unit) * coins
    return total


def _in(p: Params, unit: int, other: int) -> Fraction:
    """How many of another unit one unit is."""
    worth = Fraction(1)
    for few, many in p.ratios[min(unit, other) : max(unit, other)]:
        worth *= Fraction(many, few)
    return worth if unit <= other else 1 / worth


def _reference(p: Params) -> str:
    return str(_worth(p))


def _second(p: Params) -> str:
    """By the statements as they stand in the text: whatever is known of a unit says more of its neighbours."""
    equal: dict[int, list[tuple[int, int, int]]] = {}
    for step in p.shown:
        few, many = p.ratios[step]
        equal.setdefault(step, []).append((step + 1, many, few))
        equal.setdefault(step + 1, []).append((step, few, many))
    last = p.price[1] if p.price else p.end
    known, queue = {last: Fraction(p.price[0] if p.price else 1)}, deque([last])
    while queue:
        unit = queue.popleft()
        for neighbour, mine, theirs in equal[unit]:
            if neighbour not in known:  # `theirs` of this unit are `mine` of the neighbour
                known[neighbour] = known[unit] * theirs / mine
                queue.append(neighbour)
    total = p.count * known[p.start] + (p.more[0] * known[p.more[1]] if p.more else 0)
    return str(total)


def _english(p: Params) -> str:
    name = [unit[0] for unit in p.units]
    lines = []
    for step in p.shown:
        few, many = p.ratios[step]
        lines.append(f"{_number(few, name[step])} {'is' if few == 1 else 'are'} {_number(many, name[step + 1])}.")
    goods = _number(p.count, name[p.start])
    if p.more:
        goods += f" and {_number(p.more[0], name[p.more[1]])}"
    if p.price:
        coins, unit = p.price
        lines.append(f"One {name[unit]} of salt costs {coins} coins.")
        return _page(
            "Old measures of weight:", lines, f"How many coins do {goods} of salt cost together? X is a whole number."
        )
    return _page("Old measures of weight:", lines, f"How many {name[p.end]}s are {goods}? X is a whole number.")


def _chinese(p: Params) -> str:
    name = [unit[1] for unit in p.units]
    lines = []
    for step in p.shown:
        few, many = p.ratios[step]
        lines.append(f"{few}{name[step]}等于{many}{name[step + 1]}。")
    goods = f"{p.count}{name[p.start]}"
    if p.more:
        goods += f"加{p.more[0]}{name[p.more[1]]}"
    if p.price:
        coins, unit = p.price
        lines.append(f"1{name[unit]}的盐要{coins}枚铜钱。")
        return _page("古代的重量单位：", lines, f"{goods}的盐一共要多少枚铜钱？X是一个整数。")
    return _page("古代的重量单位：", lines, f"{goods}等于多少{name[p.end]}？X是一个整数。")


def _page(title: str, lines: list[str], question: str) -> str:
    return "\n".join([title, *lines, question])


def _number(count: int, unit: str) -> str:
    return f"{count} {unit}{'' if count == 1 else 's'}"


FAMILY = ReasoningFamily(
    name="measures",
    params=_params,
    dial=Dial("units", _SIZE),
    english=_english,
    chinese=_chinese,
    reference=_reference,
    second=_second,
)
