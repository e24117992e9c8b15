"""Lamps that are lit in stretches of time: unions, overlaps and what is taken out of them."""

from __future__ import annotations

from itertools import pairwise
from random import Random

from bench.suites.coding.family import Drawn, Params
from bench.suites.reasoning.family import Dial, ReasoningFamily
from bench.suites.reasoning.words import LETTERS

Stretch = tuple[int, int]
"""From when to when, in minutes after midnight; the end is not in it."""

_NAMES = LETTERS
_SIZE = {1: (2, 1, 0), 2: (3, 1, 1), 3: (4, 2, 2), 5: (6, 3, 3), 6: (8, 3, 4), 7: (10, 4, 4)}
"""Lamps, stretches in which each is lit, and in which the door is open, by level: the family's dial."""
_STEP = 5
"""All times are multiples of it, in minutes."""


def _params(rng: Random, level: int) -> Drawn:
    most, lit, opened = _SIZE[level]
    while True:
        lamps = [_stretches(rng, lit) for _ in range(most)]
        exactly, number = rng.random() < 0.5, rng.randint(1, 2) if level < 4 else rng.randint(2, most // 2)
        exactly = exactly or number == most
        drawn: Drawn = {"lamps": lamps, "exactly": exactly, "number": number, "door": [], "pair": ()}
        if level > 1:
            drawn["door"] = _stretches(rng, opened)
        if level > 2:
            drawn["pair"] = tuple(sorted(rng.sample(range(most), 2)))
        if _matters(drawn, level):
            return drawn


def _stretches(rng: Random, count: int) -> list[Stretch]:
    """Apart from each other, each at least 20 minutes long."""
    low = rng.randint(96, 108)
    found = []
    for _ in range(count):
        low += rng.randint(0, 20)
        high = low + rng.randint(4, 30)
        found.append((low * _STEP, high * _STEP))
        low = high + rng.randint(2, 10)
    return found


def _matters(drawn: Drawn, level: int) -> bool:
    """Whether something is left, and whether the door, the pair and every lamp change the answer."""
    p = Params(level=level, **drawn)
    right = _reference(p)
    others: list[Drawn] = [{"door": []}] if level > 1 else []
    others += [{"pair": ()}] if level > 2 else []
    others += [
        {"lamps": [each if at != lamp else [] for at, each in enumerate(p.lamps)]} for lamp in range(len(p.lamps))
    ]
    return right != "0" and all(_reference(Params(**{**vars(p), **other})) != right for other in others)


def _counts(p: Params, minute: int) -> bool:
    """Whether a minute is one that is asked for."""
    lit = [any(start <= minute < end for start, end in lamp) for lamp in p.lamps]
    if any(start <= minute < end for start, end in p.door) or (p.pair and all(lit[lamp] for lamp in p.pair)):
        return False
    return sum(lit) == p.number or (sum(lit) > p.number and not p.exactly)


def _reference(p: Params) -> str:
    ends = sorted({minute for part in [*p.lamps, p.door] for stretch in part for minute in stretch})
    return str(sum(after - before for before, after in pairwise(ends) if _counts(p, before)))


def _second(p: Params) -> str:
    """Sets of minutes, one a lamp."""
    lit = [{minute for start, end in lamp for minute in range(start, end)} for lamp in p.lamps]
    left = set[int]()
    for lamp in lit:
        for minute in lamp:
            number = len([other for other in lit if minute in other])
            if number == p.number or (number > p.number and not p.exactly):
                left.add(minute)
    left -= {minute for start, end in p.door for minute in range(start, end)}
    if p.pair:
        left -= lit[p.pair[0]] & lit[p.pair[1]]
    return str(len(left))


def _english(p: Params) -> str:
    lines = [
        f"Lamp {name} is lit {_times(lamp, 'from', 'to', ' and ')}."
        for name, lamp in zip(_NAMES, p.lamps, strict=False)
    ]
    if p.door:
        lines.append(f"The door is open {_times(p.door, 'from', 'to', ' and ')}.")
    number = f"{'exactly' if p.exactly else 'at least'} {('one', 'two', 'three', 'four', 'five')[p.number - 1]}"
    asked = f"{number} of the lamps {'is' if p.number == 1 else 'are'} lit"
    if p.door:
        asked += " and the door is shut"
    if p.pair:
        first, second = (_NAMES[lamp] for lamp in p.pair)
        asked += f", leaving out the time in which lamps {first} and {second} are both lit"
    return "\n".join([*lines, f"For how many minutes in all is it so that {asked}? X is a whole number."])


def _chinese(p: Params) -> str:
    lines = [f"灯{_NAMES[at]}亮的时间是{_times(lamp, '', '到', '和')}。" for at, lamp in enumerate(p.lamps)]
    if p.door:
        lines.append(f"门开着的时间是{_times(p.door, '', '到', '和')}。")
    asked = f"{'恰好' if p.exactly else '至少'}有{'一两三四五'[p.number - 1]}盏灯亮着"
    if p.door:
        asked += "、同时门关着"
    left_out = ""
    if p.pair:
        first, second = (_NAMES[lamp] for lamp in p.pair)
        left_out = f"（灯{first}和灯{second}同时亮着的时间不算）"
    return "\n".join([*lines, f"{asked}的时间一共有多少分钟{left_out}？X是一个整数。"])


def _times(stretches: list[Stretch], begin: str, to: str, joined: str) -> str:
    """The stretches in words."""
    gap = " " if begin else ""
    return joined.join(f"{begin}{gap}{_clock(start)}{gap}{to}{gap}{_clock(end)}" for start, end in stretches)


def _clock(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02d}"


FAMILY = ReasoningFamily(
    name="lamps",
    params=_params,
    dial=Dial("lamps, times each is lit, times the door is open", _SIZE),
    english=_english,
    chinese=_chinese,
    reference=_reference,
    second=_second,
)
