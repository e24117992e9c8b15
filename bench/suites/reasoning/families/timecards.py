"""What a worker's shifts pay: breaks, rounding, overtime, a holiday and nights."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import partial
from random import Random

from bench.suites.coding.family import Drawn, Params
from bench.suites.reasoning.family import Dial, ReasoningFamily
from bench.suites.reasoning.words import clock, matters

_SHIFTS = {1: 3, 2: 4, 3: 5, 5: 8, 6: 12, 7: 16}
"""Shifts, one a day, by level: the family's dial."""
_DAY = 24 * 60
_NIGHT = (22 * 60, 6 * 60)
"""When the night begins and ends, in minutes after midnight."""


def _params(rng: Random, level: int) -> Drawn:
    while True:
        shifts: list[tuple[int, int]] = []
        while len(shifts) < _SHIFTS[level]:
            begins = rng.randrange(6 * 60, 11 * 60 if level == 1 else 23 * 60, 5)
            ends = begins + rng.randrange(4 * 60, 9 * 60 if level == 1 else 11 * 60, 5)
            if not shifts or begins + _DAY > shifts[-1][1] + 60:
                shifts.append((begins, ends))
        drawn: Drawn = {
            "shifts": shifts,
            "long": rng.choice([5, 6, 7]) * 60,
            "off": rng.choice([20, 30, 40]),
            "wage": rng.choice([16, 24, 32, 40]),
            "over": rng.choice([7, 8]) * 60 if level > 1 else 0,
            "holiday": rng.randint(1, len(shifts)) if level > 2 else 0,
            "night": rng.randint(2, 7) if level > 2 else 0,
        }
        p = Params(level=level, **drawn)
        longer = [ends - begins > p.long for begins, ends in shifts]
        late = any(ends > _DAY for _, ends in shifts)
        others: list[Drawn] = [
            {"off": 0},
            *({name: 0} for name in ("over", "holiday", "night")[: 0 if level == 1 else 1]),
        ]
        if level > 2:
            others += [{"holiday": 0}, {"night": 0}]
        if any(longer) and not all(longer) and (late or level == 1) and matters(p, _reference, others):
            return drawn


def _reference(p: Params) -> str:
    """Shift by shift, in quarter hours; two eighths of an hour's wage each, three in overtime."""
    eighths, night = 0, 0
    for day, (begins, ends) in enumerate(p.shifts, 1):
        lasts = ends - begins
        quarters = (lasts - p.off * (lasts > p.long)) // 15
        over = max(0, quarters - p.over // 15) if p.over else 0
        eighths += (2 * quarters + over) * (2 if day == p.holiday else 1)
        night += max(0, min(ends, _DAY + _NIGHT[1]) - max(begins, _NIGHT[0]))
        night += max(0, min(ends, _NIGHT[1]) - begins)
    return str(eighths * p.wage // 8 + night // 60 * p.night)


def _second(p: Params) -> str:
    """The clock goes on by five minutes: every third step that is paid completes a quarter of an hour."""
    pay, dark = Fraction(0), 0
    for day, (begins, ends) in enumerate(p.shifts, 1):
        steps = range(begins, ends, 5)
        dark += sum(not _NIGHT[1] <= minute % _DAY < _NIGHT[0] for minute in steps)
        paid = len(steps) - (p.off // 5 if 5 * len(steps) > p.long else 0)
        for step in range(1, paid + 1):
            if step % 3 == 0:
                rate = Fraction(3, 2) if p.over and step * 5 > p.over else Fraction(1)
                pay += rate * p.wage / 4 * (1 + (day == p.holiday))
    assert pay.denominator == 1
    return str(int(pay) + dark // 12 * p.night)


_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "A worker's time cards:",
        "card": "Day {day}: in {a}, out {b}",
        "rules": "What they pay:",
        "next": "An out time that is earlier than the in time is on the next day; the whole shift belongs to the day "
        "of its in time.",
        "break": "From a shift of more than {h} hours from in to out, {m} minutes are taken off for a break.",
        "round": "What is left of each shift is rounded down to full quarter hours; this is its paid time.",
        "wage": "The paid time pays {n} coins an hour, a quarter hour a quarter of that.",
        "over": "The part of a shift's paid time beyond {h} hours is overtime: it pays one and a half times as much.",
        "holiday": "Day {day} is a holiday: a shift that belongs to it pays twice what the rules so far give, overtime "
        "included.",
        "night": "Besides, the time from in to out that lies between 22:00 and 6:00 is added up over all shifts, "
        "without taking off breaks; each full hour of this sum pays {n} coins more, on the holiday as on other days.",
        "ask": "How many coins do these shifts pay in all? X is a whole number.",
    },
    "zh": {
        "title": "一名工人的打卡记录：",
        "card": "第{day}天：上班{a}，下班{b}",
        "rules": "工资规则：",
        "next": "下班时间早于上班时间的，指第二天的时间；整个班次算在上班打卡的那一天。",
        "break": "从上班到下班超过{h}小时的班次，扣除{m}分钟休息时间。",
        "round": "每个班次剩下的时间向下取整到完整的一刻钟（15分钟），这就是该班次的计薪时间。",
        "wage": "计薪时间每小时{n}枚金币，每一刻钟为其四分之一。",
        "over": "一个班次的计薪时间中超过{h}小时的部分为加班，按一倍半计算。",
        "holiday": "第{day}天是节假日：算在这一天的班次，按以上规则得出的工资（包括加班）加倍。",
        "night": "此外，把所有班次从上班到下班之间落在22:00到6:00的时间加起来（不扣休息时间），"
        "总和中每满一小时另加{n}枚金币，节假日也一样，不加倍。",
        "ask": "这些班次一共得多少枚金币？X是一个整数。",
    },
}


def _text(p: Params, words: Mapping[str, str]) -> str:
    lines = [words["title"]]
    for day, (begins, ends) in enumerate(p.shifts, 1):
        lines.append(words["card"].format(day=day, a=clock(begins), b=clock(ends % _DAY)))
    rules = [words["next"]] if p.level > 1 else []
    rules += [words["break"].format(h=p.long // 60, m=p.off), words["round"], words["wage"].format(n=p.wage)]
    rules += [words["over"].format(h=p.over // 60)] if p.over else []
    if p.level > 2:
        rules += [words["holiday"].format(day=p.holiday), words["night"].format(n=p.night)]
    numbered = [f"{at}. {rule}" for at, rule in enumerate(rules, 1)]
    return "\n".join([*lines, words["rules"], *numbered, words["ask"]])


FAMILY = ReasoningFamily(
    name="timecards",
    params=_params,
    dial=Dial("shifts", _SHIFTS),
    english=partial(_text, words=_WORDS["en"]),
    chinese=partial(_text, words=_WORDS["zh"]),
    reference=_reference,
    second=_second,
)
