"""When something ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

from bench.suites.coding.family import Drawn, Params, choose
from bench.suites.starter.family import ShortFamily

_WHAT = (("A film", "end"), ("A train", "arrive"), ("A meeting", "end"), ("A flight", "land"), ("A class", "end"))


def _params(rng: Random, level: int) -> Drawn:
    """Level 1: the minutes of both stay below 60 together."""
    hour, hours, minute = rng.randint(7, 19), rng.randint(1, 3), rng.randrange(0, 60 if level == 2 else 45, 5)
    minutes = rng.randrange(5, 60 if level == 2 else 60 - minute, 5)
    return {"hour": hour, "minute": minute, "lasts": 60 * hours + minutes, **choose(rng, what=_WHAT)}


def _question(p: Params) -> str:
    hours, minutes = divmod(p.lasts, 60)
    long = f"{hours} hour{'s' if hours > 1 else ''} and {minutes} minutes"
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
    name="ending", params=_params, question=_question, reference=_reference, second=_second, type="text"
)
