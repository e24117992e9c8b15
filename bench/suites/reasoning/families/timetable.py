"""Dates: some days later, some working days later, the last lesson of a course that holidays interrupt."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from bench.suites.coding.family import Drawn, Params
from bench.suites.reasoning.family import Dial, ReasoningFamily

_DAY = timedelta(days=1)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_CHINESE_DAYS = "一二三四五六日"
_SIZE = {1: (2, 9, 0), 2: (8, 40, 0), 3: (7, 14, 2), 5: (18, 24, 4), 6: (30, 40, 6), 7: (50, 64, 8)}
"""The fewest and most days or lessons, and single days on which the school is closed, by level: the family's dial."""
_COURSES = (("language", "语言"), ("cooking", "烹饪"), ("swimming", "游泳"), ("drawing", "绘画"))


def _params(rng: Random, level: int) -> Drawn:
    *lasts, single = _SIZE[level]
    start = date(rng.randint(2027, 2035), rng.randint(1, 12), rng.randint(1, 18 if level == 1 else 28))
    if level == 1:
        return {"start": start, "days": rng.randint(*lasts)}
    if level == 2:
        while start.weekday() > 4:
            start += _DAY
        return {"start": start, "days": rng.randint(*lasts)}
    days = sorted(rng.sample(range(7), rng.randint(2, 3)))
    while start.weekday() not in days:
        start += _DAY
    drawn: Drawn = {"start": start, "days": rng.randint(*lasts), "weekdays": days, "every": rng.choice([1, 2, 2])}
    free = Params(level=3, shut=(date.min, date.min), holidays=[], **drawn)
    dates = _dates(free)
    lessons = [next(dates) for _ in range(drawn["days"])]
    shut = rng.choice(lessons[1:4])
    shut_to = shut + timedelta(days=rng.randint(6, 12))
    later = [lesson for lesson in lessons if lesson > shut_to]
    return {
        **drawn,
        "shut": (max(shut - rng.randint(0, 2) * _DAY, start + _DAY), shut_to),
        "holidays": sorted(rng.sample(later, min(single, len(later)))),
        "course": rng.choice(_COURSES),
    }


def _dates(p: Params) -> Iterator[date]:
    """The dates of a course's lessons, without end: every day is looked at."""
    day, monday = p.start, p.start - p.start.weekday() * _DAY
    while True:
        in_turn = (day - monday).days // 7 % p.every == 0
        if in_turn and day.weekday() in p.weekdays and not p.shut[0] <= day <= p.shut[1] and day not in p.holidays:
            yield day
        day += _DAY


def _reference(p: Params) -> str:
    day: date = p.start
    if p.level == 1:
        return str(day + timedelta(days=p.days))
    if p.level == 2:
        for _ in range(p.days):
            day += _DAY
            while day.weekday() > 4:
                day += _DAY
        return str(day)
    dates = _dates(p)
    for _ in range(p.days):
        day = next(dates)
    return str(day)


def _second(p: Params) -> str:
    """Whole weeks at once, on the numbers of the days."""
    first = p.start.toordinal()
    if p.level == 1:
        return str(date.fromordinal(first + p.days))
    monday = first - (first - 1) % 7
    if p.level == 2:
        weeks, rest = divmod(first - monday + p.days, 5)
        return str(date.fromordinal(monday + 7 * weeks + rest))
    planned = [
        monday + 7 * week + d for week in range(0, 200, p.every) for d in p.weekdays if monday + 7 * week + d >= first
    ]
    gone = {*range(p.shut[0].toordinal(), p.shut[1].toordinal() + 1), *(day.toordinal() for day in p.holidays)}
    return str(date.fromordinal(sorted(set(planned) - gone)[p.days - 1]))


def _english(p: Params) -> str:
    form = "Write X as YYYY-MM-DD."
    if p.level == 1:
        return f"A book is borrowed on {_on(p.start)}. It must be returned {p.days} days later. On which date? {form}"
    if p.level == 2:
        return (
            f"An order is placed on {_on(p.start)}. It is delivered on the {_th(p.days)} working day after that day. "
            "Working days are Monday to Friday; there are no public holidays. On which date is it delivered? " + form
        )
    days = " and ".join(f"{_WEEKDAYS[d]}s" for d in p.weekdays).replace(" and ", ", ", len(p.weekdays) - 2)
    turn = "every week" if p.every == 1 else "every second week, counted from the week of the first lesson"
    return (
        f"A {p.course[0]} course has {p.days} lessons. They are on {days}, {turn} (weeks run from Monday to Sunday). "
        f"The first lesson is on {_on(p.start)}. The school is closed from {_on(p.shut[0])} to {_on(p.shut[1])}, both "
        f"included, and on {' and '.join(map(_on, p.holidays)) or 'no other day'}. A lesson on a day when "
        "the school is closed is not held: the course goes on with the next planned day, until all lessons have been "
        f"held. On which date is the last lesson? {form}"
    )


def _chinese(p: Params) -> str:
    form = "X写成YYYY-MM-DD的形式。"
    if p.level == 1:
        return f"一本书于{_at(p.start)}借出，必须在{p.days}天后归还。应在哪一天归还？{form}"
    if p.level == 2:
        return (
            f"一份订单于{_at(p.start)}提交，在这一天之后的第{p.days}个工作日送达。"
            f"工作日是星期一至星期五，期间没有公共假日。订单在哪一天送达？{form}"
        )
    days = "、".join(f"星期{_CHINESE_DAYS[d]}" for d in p.weekdays)
    turn = "每周都上课" if p.every == 1 else "隔周上课，从第一节课所在的那一周算起"
    return (
        f"一门{p.course[1]}课程共有{p.days}节课。上课日是{days}，{turn}（一周从星期一到星期日）。第一节课在{_at(p.start)}。"
        f"学校从{_at(p.shut[0])}到{_at(p.shut[1])}停课（首尾两天都包括在内），"
        f"另外{'和'.join(map(_at, p.holidays)) or '没有其他停课日'}{'也停课' if p.holidays else ''}。"
        "如果上课日正好停课，这节课就不上，顺延到下一个计划的上课日，直到所有的课上完为止。"
        f"最后一节课在哪一天？{form}"
    )


def _on(day: date) -> str:
    return f"{_WEEKDAYS[day.weekday()]}, {day.day} {_MONTHS[day.month - 1]} {day.year}"


def _at(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日（星期{_CHINESE_DAYS[day.weekday()]}）"


def _th(number: int) -> str:
    ending = "th" if number // 10 == 1 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


FAMILY = ReasoningFamily(
    name="timetable",
    params=_params,
    dial=Dial("fewest and most days or lessons, days closed", _SIZE),
    english=_english,
    chinese=_chinese,
    reference=_reference,
    second=_second,
    type="text",
)
