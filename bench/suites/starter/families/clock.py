"""When something ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

from bench.suites.coding.family import Drawn, Params, choose
from bench.suites.starter.family import ShortFamily

_WHAT = (("A film", "end"), ("A train", "arrive"), ("A meeting", "end"), ("A flight", "land"), ("A class", "end"))


def _params(rng: Random, level: int) -> Drawn:
    hour, minute = rng.randint(7, 19), rng.randrange(0, 60, 5)
    lasts = rng.randrange(5, 60, 5) if level == 1 else 60 * rng.randint(1, 3) + rng.randrange(5, 60, 5)
    if level == 1 and minute + lasts >= 60:
        minute = rng.randrange(0, 60 - lasts, 5)
    return {"hour": hour, "minute": minute, "lasts": lasts, **choose(rng, what=_WHAT)}


def _question(p: Params) -> str:
    hours, minutes = divmod(p.lasts, 60)
    long = f"{minutes} minutes"
    if hours:
        long = f"{hours} hour{'s' if hours > 1 else ''} and {long}"
    thing, verb = p.what
    return (
        f"{thing} starts at {p.hour:02}:{p.minute:02} and takes {long}. At what time does it {verb}? "
        "Reply with only the time, written like 09:05."
    )


def _reference(p: Params) -> str:
    hour, minute = divmod(60 * p.hour + p.minute + p.lasts, 60)
    return f"{hour:02}:{minute:02}"


def _second(p: Params) -> str:
    return f"{datetime(2001, 1, 1, p.hour, p.minute, tzinfo=UTC) + timedelta(minutes=p.lasts):%H:%M}"


FAMILY = ShortFamily(
    name="clock", params=_params, question=_question, reference=_reference, second=_second, type="text"
)
