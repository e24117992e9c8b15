"""Exams put on days so that all wishes are met and everybody has a seat: the only plan that does it."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from functools import partial
from itertools import combinations, product
from random import Random

from bench.suites.coding.family import Drawn, Params
from bench.suites.reasoning.family import Dial, ReasoningFamily
from bench.suites.reasoning.words import LETTERS

_SIZE = {1: (4, 3), 2: (5, 3), 3: (6, 3), 5: (7, 3), 6: (6, 4), 7: (8, 3)}
"""Exams and days, by level: the family's dial."""
_KINDS = {
    1: ("before", "same", "differ", "not"),
    2: ("before", "differ", "not", "next"),
    3: ("differ", "not", "next", "if", "alone"),
}
"""What may be said, by level; from level 2 on seats are counted, too."""
Wish = tuple[str, int, int, int, int]
"""A kind, an exam, another one (or -1), and one or two days (or 0)."""
Plan = tuple[int, ...]
"""The day of each exam, from 1."""


def _params(rng: Random, level: int) -> Drawn:
    exams, days = _SIZE[level]
    every = _plans(exams, days)

    def left(wishes: list[Wish], plans: int) -> int:
        """Those of some plans that meet all wishes, a bit each."""
        return functools.reduce(lambda these, wish: these & _meeting(wish, exams, days), wishes, plans)

    while True:
        plan = rng.choice(every)
        pupils = [rng.randint(4, 14) * 5 for _ in range(exams)]
        seats = max(_loads(plan, pupils)) + 5 if level > 1 else 0
        if len(set(plan)) < days:
            continue
        fits = _seated(pupils, seats, days) if seats else (1 << len(every)) - 1
        wishes: list[Wish] = []
        for _ in range(40 if level < 4 else 160):
            wish = _wish(rng, rng.choice(_KINDS[min(level, 3)]), plan)
            if wish and left([*wishes, wish], fits) != left(wishes, fits):
                wishes.append(wish)
        if left(wishes, fits).bit_count() > 1:
            continue
        for wish in list(wishes):  # what the others say anyway is left out
            rest = [other for other in wishes if other != wish]
            wishes = rest if left(rest, fits).bit_count() == 1 else wishes
        enough = left(wishes, -1).bit_count() == 1  # without a look at the seats
        if exams - 1 <= len(wishes) <= (exams + 2 if level < 4 else 2 * exams) and enough == (level == 1):
            rng.shuffle(wishes)
            return {"days": days, "pupils": pupils, "seats": seats, "wishes": wishes}


@functools.cache
def _plans(exams: int, days: int) -> list[Plan]:
    return list(product(range(1, days + 1), repeat=exams))


@functools.cache
def _meeting(wish: Wish, exams: int, days: int) -> int:
    """The plans that meet a wish, a bit each."""
    kind, one, other, *_ = wish
    if kind == "alone":
        return sum(1 << at for at, each in enumerate(_plans(exams, days)) if _holds(wish, each))
    meeting = 0
    for pair in product(range(1, days + 1), repeat=2):
        if _holds(wish, {one: pair[0], other: pair[1]}):
            meeting |= _on(one, pair[0], exams, days) & (_on(other, pair[1], exams, days) if other >= 0 else -1)
    return meeting


@functools.cache
def _on(exam: int, day: int, exams: int, days: int) -> int:
    """The plans with an exam on a day, a bit each."""
    return sum(1 << at for at, each in enumerate(_plans(exams, days)) if each[exam] == day)


def _seated(pupils: list[int], seats: int, days: int) -> int:
    """The plans that overfill the hall on no day, a bit each."""
    over, exams = 0, len(pupils)
    for group in (group for size in range(1, exams + 1) for group in combinations(range(exams), size)):
        if sum(pupils[exam] for exam in group) > seats:
            for day in range(1, days + 1):
                over |= functools.reduce(int.__and__, (_on(exam, day, exams, days) for exam in group))
    return (1 << len(_plans(exams, days))) - 1 & ~over


def _loads(plan: Plan, pupils: list[int]) -> list[int]:
    """The pupils of each day."""
    loads = [0] * (len(plan) + 1)
    for number, day in zip(pupils, plan, strict=True):
        loads[day] += number
    return loads


def _wish(rng: Random, kind: str, plan: Plan) -> Wish | None:
    """Something of its kind that is true of a plan, if there is."""
    one, other = rng.sample(range(len(plan)), 2)
    day, to = (rng.randint(1, max(plan)) for _ in range(2))
    if kind == "if" and plan[one] == day:
        to = plan[other]
    alone = kind == "alone"
    days = {"not": (day, 0), "if": (day, to)}.get(kind, (0, 0))
    wish = (kind, one, -1 if alone or kind == "not" else other, *days)
    return wish if _holds(wish, plan) else None


def _holds(wish: Wish, plan: Plan | Mapping[int, int]) -> bool:
    kind, one, other, day, to = wish
    at = plan[one]
    if kind == "not":
        return at != day
    if kind == "alone":
        return isinstance(plan, tuple) and plan.count(at) == 1
    if kind == "if":
        return at != day or plan[other] == to
    gap = plan[other] - at
    return {"before": gap > 0, "same": gap == 0, "differ": gap != 0, "next": gap == 1}[kind]


def _reference(p: Params) -> str:
    """Every plan tried."""
    every = [each for each in _plans(len(p.pupils), p.days) if all(_holds(wish, each) for wish in p.wishes)]
    [plan] = [each for each in every if not p.seats or max(_loads(each, p.pupils)) <= p.seats]
    return ", ".join(map(str, plan))


def _broken(p: Params, day: Mapping[int, int]) -> bool:
    """Whether the days given so far go against a wish, or overfill the hall."""
    for kind, one, other, wrong, to in p.wishes:
        if one not in day or (other >= 0 and other not in day):
            continue
        at, with_it = day[one], day.get(other, 0)
        wish_broken = {
            "not": at == wrong,
            "alone": list(day.values()).count(at) > 1,
            "if": at == wrong and with_it != to,
            "next": at != with_it - 1,
            "before": at >= with_it,
            "same": at != with_it,
            "differ": at == with_it,
        }
        if wish_broken[kind]:
            return True
    pupils = [sum(p.pupils[exam] for exam in day if day[exam] == each) for each in range(p.days + 1)]
    return bool(p.seats) and max(pupils) > p.seats


def _second(p: Params) -> str:
    """Days given to one exam after another; given up as soon as something is broken."""
    found: list[dict[int, int]] = [{}]
    for exam in range(len(p.pupils)):
        more = [{**day, exam: each} for day in found for each in range(p.days, 0, -1)]
        found = [day for day in more if not _broken(p, day)]
    [day] = found
    return ", ".join(str(day[exam]) for exam in sorted(day))


_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "The exams {all} are to be put on days 1 to {days}, each on one day. Several exams may be on the "
        "same day.",
        "seats": "All exams of a day are held at the same time in one hall with {n} seats, and every pupil needs a "
        "seat of their own. Pupils: {all}.",
        "before": "{a} must be on an earlier day than {b}.",
        "same": "{a} and {b} must be on the same day.",
        "differ": "{a} and {b} must not be on the same day.",
        "not": "{a} must not be on day {n}.",
        "next": "{b} must be on the day right after that of {a}.",
        "if": "If {a} is on day {n}, {b} must be on day {m}.",
        "alone": "No other exam may be on the same day as {a}.",
        "ask": "Only one plan meets all this. Write X as the days of {all} in this order, {n} whole numbers with "
        "commas between them.",
        "pupil": "{a} {n}",
        "comma": ", ",
        "and": " and ",
    },
    "zh": {
        "title": "考试{all}要安排在第1天到第{days}天，每场考试安排在其中一天，同一天可以有几场考试。",
        "seats": "同一天的所有考试同时在一个有{n}个座位的大厅里举行，每名考生需要一个座位。考生人数：{all}。",
        "before": "{a}必须安排在比{b}更早的一天。",
        "same": "{a}和{b}必须在同一天。",
        "differ": "{a}和{b}不能在同一天。",
        "not": "{a}不能在第{n}天。",
        "next": "{b}必须在{a}的后一天（紧接着的那一天）。",
        "if": "如果{a}在第{n}天，那么{b}必须在第{m}天。",
        "alone": "与{a}同一天不能有其他考试。",
        "ask": "只有一种安排满足以上所有条件。X写成{all}各自在第几天，按这个顺序写{n}个整数，中间用逗号隔开。",
        "pupil": "{a} {n}人",
        "comma": "、",
        "and": "和",
    },
}


def _text(p: Params, words: Mapping[str, str]) -> str:
    names = LETTERS[: len(p.pupils)]
    every = words["comma"].join(names[:-1]) + words["and"] + names[-1]
    lines = [words["title"].format(all=every, days=p.days)]
    if p.seats:
        pupils = [words["pupil"].format(a=name, n=number) for name, number in zip(names, p.pupils, strict=True)]
        lines.append(words["seats"].format(n=p.seats, all=words["comma"].join(pupils)))
    for kind, one, other, day, to in p.wishes:
        lines.append(words[kind].format(a=LETTERS[one], b=LETTERS[other], n=day, m=to))
    return "\n".join([*lines, words["ask"].format(all=every, n=len(names))])


FAMILY = ReasoningFamily(
    name="exams",
    params=_params,
    dial=Dial("exams, days", _SIZE),
    english=partial(_text, words=_WORDS["en"]),
    chinese=partial(_text, words=_WORDS["zh"]),
    reference=_reference,
    second=_second,
    type="tuple",
)
