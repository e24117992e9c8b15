"""A car park's rules, their exceptions, and the exceptions to these."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

from bench.suites.coding.family import Drawn, Params, choose
from bench.suites.reasoning.family import Dial, ReasoningFamily

_KINDS = (("van", "面包车"), ("taxi", "出租车"), ("camper", "房车"), ("truck", "卡车"), ("sports car", "跑车"))
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_CHINESE_DAYS = "一二三四五六日"
_STAYS = {1: 1, 2: 1, 3: 3, 5: 7, 6: 11, 7: 15}
"""Vehicles, by level: the family's dial."""

Texts = tuple[str, str]
"""English and Chinese."""


class Stay(NamedTuple):
    """One vehicle in the car park."""

    kind: Texts
    """What it is."""
    day: int
    """The weekday, Monday is 0."""
    arrives: int
    """Minutes after midnight."""
    minutes: int
    """How long it stays."""
    resident: bool
    """Whether its owner is one."""


def _params(rng: Random, level: int) -> Drawn:
    first, second, third = rng.sample(_KINDS, 3)
    if level == 1:
        stay = Stay(rng.choice((first, second)), 0, 0, 60 * rng.randint(2, 9), False)
        return {"rate": rng.randint(2, 6), "first": first, "second": second, "stays": [stay]}
    drawn = choose(rng, rate=range(3, 8), free=(15, 20, 30, 40), cap=range(16, 31), spare=(True, False))
    drawn |= choose(rng, resident=range(1, 3), special=range(7), more=range(2, 5))
    kinds = [rng.choice([first, first, third])] if level == 2 else [first, second, rng.choice([first, second, third])]
    kinds += [rng.choice([first, second, third]) for _ in range(_STAYS.get(level, 0) - len(kinds))]
    rng.shuffle(kinds)
    return {**drawn, "first": first, "second": second, "stays": [_stay(rng, kind, drawn) for kind in kinds]}


def _stay(rng: Random, kind: Texts, drawn: Drawn) -> Stay:
    minutes = rng.choice(
        [rng.randint(10, drawn["free"]), rng.randint(61, 300), rng.randint(61, 300), rng.randint(61, 500)]
    )
    day = drawn["special"] if rng.random() < 0.4 else rng.randrange(7)
    return Stay(kind, day, rng.randint(6 * 12, 15 * 12) * 5, minutes, rng.random() < 0.4)


def _reference(p: Params) -> str:
    return str(sum(_fee(p, stay) for stay in p.stays))


def _fee(p: Params, stay: Stay) -> int:
    hours = -(-stay.minutes // 60)
    if p.level == 1:
        return hours * int(p.rate) * (2 if stay.kind == p.first else 1)
    if stay.minutes <= p.free and (p.level == 2 or stay.kind != p.first):
        return 0
    if p.level > 2 and stay.resident and stay.day != p.special:
        hours = max(0, hours - p.resident)
    fee = hours * int(p.rate + (p.more if stay.kind == p.first else 0))
    if p.level > 2 and stay.day == p.special and stay.kind != p.second:
        fee *= 2
    if p.level > 2 and stay.kind == (p.first if p.spare else p.second):
        return fee
    return min(fee, int(p.cap))


def _second(p: Params) -> str:
    """One started hour after the other."""
    total = 0
    for kind, day, _, minutes, resident in p.stays:
        special, prices = p.level > 2 and day == p.special, []
        for begun in range(0, minutes, 60):
            price = p.rate + (0 if kind != p.first else p.rate if p.level == 1 else p.more)
            gift = p.level > 2 and resident and not special and begun < 60 * p.resident
            prices.append(0 if gift else price * (2 if special and kind != p.second else 1))
        if p.level > 1 and minutes <= p.free and not (p.level > 2 and kind == p.first):
            prices = []
        bounded = p.level == 2 or (p.level > 2 and kind != (p.second, p.first)[p.spare])
        total += min(sum(prices), p.cap) if bounded else sum(prices)
    return str(total)


def _english(p: Params) -> str:
    form = "X is a whole number."
    first, second = (f"{kind[0]}s" for kind in (p.first, p.second))
    if p.level == 1:
        rules = [f"Each hour costs {p.rate} euros.", f"{first.capitalize()} pay twice as much."]
        question = f"A {p.stays[0].kind[0]} stays for {p.stays[0].minutes // 60} hours. How many euros does it pay?"
        return _page("Rules of a car park:", rules, [f"{question} {form}"])
    strict = p.level > 2
    rules = [
        f"Each started hour costs {p.rate} euros.",
        f"{first.capitalize()} pay {p.more} euros more for each started hour.",
        f"A stay of at most {p.free} minutes is free{f', but not for {first}' if strict else ''}.",
    ]
    if strict:
        day = _WEEKDAYS[p.special]
        hours = "first started hour is" if p.resident == 1 else f"first {p.resident} started hours are"
        rules += [
            f"For residents the {hours} free, but not on {day}s: then residents pay like everyone else.",
            f"On {day}s the prices of rules 1 and 2 are doubled, except for {second}.",
        ]
    spared = f", except {first if p.spare else second}, for whom there is no limit" if strict else ""
    rules.append(f"No vehicle pays more than {p.cap} euros for a stay{spared}.")
    stays = []
    many = "three" if len(p.stays) == 3 else str(len(p.stays))
    for number, (kind, day, arrives, minutes, resident) in enumerate(p.stays, 1):
        when = f" on {_WEEKDAYS[day]}" if strict else ""
        who = f"Vehicle {number}, a {'' if resident else 'non-'}resident's {kind[0]}," if strict else f"A {kind[0]}"
        stays.append(f"{who} stays{when} from {_clock(arrives)} to {_clock(arrives + minutes)}.")
    question = f"How many euros do the {many} vehicles pay together?" if strict else "How many euros does it pay?"
    return _page("Rules of a car park:", rules, [*stays, f"{question} {form}"])


def _chinese(p: Params) -> str:
    form = "X是一个整数。"
    first, second = p.first[1], p.second[1]
    if p.level == 1:
        rules = [f"每小时收费{p.rate}欧元。", f"{first}按两倍收费。"]
        question = f"一辆{p.stays[0].kind[1]}停了{p.stays[0].minutes // 60}小时，要付多少欧元？"
        return _page("某停车场的收费规则：", rules, [question + form])
    strict = p.level > 2
    rules = [
        f"每小时收费{p.rate}欧元，不满一小时按一小时计算。",
        f"{first}每小时多收{p.more}欧元。",
        f"停车不超过{p.free}分钟的免费{f'，但{first}除外' if strict else ''}。",
    ]
    if strict:
        day = _CHINESE_DAYS[p.special]
        hours = "第一个小时" if p.resident == 1 else f"前{p.resident}个小时"
        rules += [
            f"本地居民{hours}免费；但星期{day}没有这一优惠，当天居民与其他人一样付费。",
            f"星期{day}规则1和规则2的收费都加倍，但{second}除外。",
        ]
    spared = f"，但{first if p.spare else second}除外，没有上限" if strict else ""
    rules.append(f"每辆车每次停车最多付{p.cap}欧元{spared}。")
    stays = []
    for number, (kind, day, arrives, minutes, resident) in enumerate(p.stays, 1):
        when = f"星期{_CHINESE_DAYS[day]}" if strict else ""
        who = f"第{number}辆车是{'' if resident else '非'}本地居民的{kind[1]}，" if strict else f"一辆{kind[1]}"
        stays.append(f"{who}{when}从{_clock(arrives)}停到{_clock(arrives + minutes)}。")
    question = f"{'三' if len(p.stays) == 3 else len(p.stays)}辆车一共要付多少欧元？" if strict else "它要付多少欧元？"
    return _page("某停车场的收费规则：", rules, [*stays, question + form])


def _page(title: str, rules: list[str], rest: list[str]) -> str:
    return "\n".join([title, *(f"{number}. {rule}" for number, rule in enumerate(rules, 1)), *rest])


def _clock(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02d}"


FAMILY = ReasoningFamily(
    name="parking",
    params=_params,
    dial=Dial("vehicles", _STAYS),
    english=_english,
    chinese=_chinese,
    reference=_reference,
    second=_second,
)
