"""Journeys between places whose clocks differ: the local day and time of arrival."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from random import Random

from bench.suites.coding.family import Drawn, Params
from bench.suites.reasoning.family import Dial, ReasoningFamily
from bench.suites.reasoning.words import LETTERS, clock

_DAY = 24 * 60
_AT = 120
"""When a clock is put forward or back, in minutes after midnight."""
_LEGS = {1: 1, 2: 2, 3: 3, 5: 4, 6: 6, 7: 8}
"""Journeys one after another, by level: the family's dial."""


def _params(rng: Random, level: int) -> Drawn:
    while True:
        legs = _LEGS[level]
        ahead = [0, *(_ahead(rng, level) for _ in range(legs))]
        drawn: Drawn = {
            "ahead": ahead,
            "day": rng.randint(3, 20),
            "leaves": rng.randrange(0, _DAY, 5),
            "takes": [rng.randrange(150, 840, 5) for _ in range(legs)],
            "next": [rng.randrange(0, _DAY, 5) for _ in range(legs - 1)],
            "change": rng.randrange(30, 95, 5) if level > 1 else 0,
            "shift": (),
        }
        if level > 2:  # a clock that is put forward or back while the journey lasts
            day = drawn["day"] + rng.choice([1, 1, 2])
            drawn["shift"] = (rng.randint(1, legs), day, rng.choice([60, -60]))
        p = Params(level=level, **drawn)
        day, minute = _arrival(p)
        at_home = sum(p.takes) + p.leaves
        if level == 1 and day == p.day and rng.random() < 0.8:
            continue
        if level > 2 and not _shift_matters(p):
            continue
        if day > 0 and minute != at_home % _DAY:
            return drawn


def _ahead(rng: Random, level: int) -> int:
    """Minutes by which a place's clock is ahead of that of the first."""
    hours = rng.choice([each for each in range(-11, 12) if each])
    return hours * 60 + (rng.choice([0, 30, 45]) if level > 1 else 0)


def _shift_matters(p: Params) -> bool:
    """Whether the clock's change moves the answer; it comes hours from any event, and while nobody waits there."""
    where, day, _ = p.shift
    change = day * _DAY + _AT - p.ahead[where]
    events = _events(p)
    waits = [(events[2 * leg - 1], events[2 * leg]) for leg in range(1, len(p.takes)) if leg == where]
    return (
        events[0] < change
        and _arrival(p) != _arrival(p, shifted=False)
        and all(abs(event - change) > 240 for event in events)
        and not any(since < change < until for since, until in waits)
    )


def _local(p: Params, at: int, place: int, shifted: bool) -> int:
    """Minutes on a place's clock since the start of day 0, of minutes since the start of day 0 in the first place."""
    shown = at + p.ahead[place]
    if shifted and p.shift and p.shift[0] == place and shown >= p.shift[1] * _DAY + _AT:
        shown += p.shift[2]
    return int(shown)


def _events(p: Params, shifted: bool = True) -> list[int]:
    """Departures and arrivals in turn, in minutes on the first place's clock, which is never changed."""
    at = p.day * _DAY + p.leaves
    events = [at]
    for leg, takes in enumerate(p.takes, 1):
        at += takes
        events.append(at)
        if leg < len(p.takes):
            ready = _local(p, at, leg, shifted) + p.change
            wait = (p.next[leg - 1] - ready) % _DAY
            at += p.change + wait
            events.append(at)
    return events


def _arrival(p: Params, shifted: bool = True) -> tuple[int, int]:
    return divmod(_local(p, _events(p, shifted)[-1], len(p.takes), shifted), _DAY)


def _said(day: int, minute: int) -> str:
    return f"{day}, {minute // 60}, {minute % 60}"


def _reference(p: Params) -> str:
    """All in minutes on the first place's clock."""
    return _said(*_arrival(p))


def _second(p: Params) -> str:
    """Every place has a clock, and all tick five minutes at a time; the traveller looks at the one at hand."""
    clocks = [p.day * _DAY + p.leaves + ahead for ahead in p.ahead]
    if p.shift and clocks[p.shift[0]] >= p.shift[1] * _DAY + _AT:
        clocks[p.shift[0]] += p.shift[2]
    changed = bool(p.shift) and clocks[p.shift[0]] != p.day * _DAY + p.leaves + p.ahead[p.shift[0]]

    def tick() -> None:
        nonlocal changed
        for place in range(len(clocks)):
            clocks[place] += 5
        if p.shift and not changed and clocks[p.shift[0]] == p.shift[1] * _DAY + _AT:
            clocks[p.shift[0]] += p.shift[2]
            changed = True

    for leg, takes in enumerate(p.takes, 1):
        for _ in range(takes // 5):
            tick()
        if leg < len(p.takes):
            for _ in range(p.change // 5):
                tick()
            while clocks[leg] % _DAY != p.next[leg - 1]:
                tick()
    return _said(*divmod(clocks[-1], _DAY))


_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "ahead": "When it is 12:00 noon in city A, the clocks of city {a} show {time} of {day}.",
        "same": "the same day",
        "before": "the day before",
        "after": "the next day",
        "first": "Until one of them is changed, the clocks differ like this.",
        "shift": "On day {day}, when the clocks of city {a} show 2:00 in the night, they are put {way} by one hour.",
        "forward": "forward",
        "back": "back",
        "all": "No other clock is put forward or back.",
        "leave": "Somebody leaves city A on day {day} of the month at {time}, local time.",
        "takes": "The journey from city {a} to city {b} takes {h} hours and {m} minutes.",
        "change": "Changing in city {a} takes at least {m} minutes; from there the only departure leaves every day at "
        "{time}, local time, and the first one that can be caught is taken.",
        "ask": "On which day of the month and when, local time, do they arrive in city {a}? Write X as day, hour (0 to "
        "23) and minute, three whole numbers with commas between them.",
    },
    "zh": {
        "ahead": "当城市A是中午12:00时，城市{a}的时钟显示{day}{time}。",
        "same": "同一天的",
        "before": "前一天的",
        "after": "后一天的",
        "first": "在下述时钟调整之前，各地时钟的差别如下。",
        "shift": "在{day}日，当城市{a}的时钟走到凌晨2:00时，被{way}一小时。",
        "forward": "拨快",
        "back": "拨慢",
        "all": "其他时钟都不调整。",
        "leave": "某人在当月{day}日当地时间{time}从城市A出发。",
        "takes": "从城市{a}到城市{b}的路程需要{h}小时{m}分钟。",
        "change": "在城市{a}换乘至少需要{m}分钟；从那里每天只有一班车，当地时间{time}出发，此人乘坐赶得上的第一班。",
        "ask": "此人到达城市{a}时，当地是当月几日几点几分？X写成日、时（0到23）、分三个整数，中间用逗号隔开。",
    },
}


def _text(p: Params, words: Mapping[str, str]) -> str:
    lines = [words["first"]] if p.shift else []
    for place, ahead in enumerate(p.ahead[1:], 1):
        days, minute = divmod(12 * 60 + ahead, _DAY)
        said = words[("same", "after", "before")[days]]
        lines.append(words["ahead"].format(a=LETTERS[place], time=clock(minute), day=said))
    if p.shift:
        place, day, by = p.shift
        way = words["forward" if by > 0 else "back"]
        lines += [words["shift"].format(a=LETTERS[place], day=day, way=way), words["all"]]
    lines.append(words["leave"].format(day=p.day, time=clock(p.leaves)))
    for leg, takes in enumerate(p.takes, 1):
        hours, minutes = divmod(takes, 60)
        lines.append(words["takes"].format(a=LETTERS[leg - 1], b=LETTERS[leg], h=hours, m=minutes))
        if leg < len(p.takes):
            lines.append(words["change"].format(a=LETTERS[leg], m=p.change, time=clock(p.next[leg - 1])))
    return "\n".join([*lines, words["ask"].format(a=LETTERS[len(p.takes)])])


FAMILY = ReasoningFamily(
    name="zones",
    params=_params,
    dial=Dial("journeys", _LEGS),
    english=partial(_text, words=_WORDS["en"]),
    chinese=partial(_text, words=_WORDS["zh"]),
    reference=_reference,
    second=_second,
    type="tuple",
)
