"""A number of points becomes a word or fewer points."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose
from bench.suites.starter.family import LEVELS

_WORDS = (("gold", "silver", "bronze"), ("long", "medium", "short"), ("hot", "warm", "cold"), ("high", "even", "low"))


def _params(rng: Random, level: int) -> Drawn:
    high, middle, low = rng.choice(_WORDS)
    drawn = choose(rng, top=range(60, 95, 5), bottom=range(20, 50, 5), less=range(3, 9))
    words = {"high": high, "middle": middle, "low": low}
    return {**drawn, **words, **choose(rng, op=("two", "outside") if level == 1 else ("three", "between"))}


def _prose(p: Params) -> Prose:
    what = {
        "two": f"'{p.high}' for {p.top} points or more, and '{p.low}' for fewer",
        "outside": f"'{p.middle}' for more than {p.bottom} but fewer than {p.top} points, and '{p.low}' for all others",
        "three": f"'{p.high}' for {p.top} points or more, '{p.low}' for fewer than {p.bottom}, and '{p.middle}' "
        "for all others",
        "between": f"`points` reduced by {p.less} if there are more than {p.bottom} but fewer than {p.top} points; all "
        "others stay as they are",
    }
    return [f"Return {what[p.op]}. `points` is an integer of at least 0."]


def _grade(p: Params, points: int) -> str | int:
    if p.op == "two":
        return p.high if points >= p.top else p.low  # type: ignore[no-any-return]
    if p.op == "outside":
        return p.middle if p.bottom < points < p.top else p.low  # type: ignore[no-any-return]
    if p.op == "three":
        return p.high if points >= p.top else p.low if points < p.bottom else p.middle  # type: ignore[no-any-return]
    return points - p.less if p.bottom < points < p.top else points


def _second(p: Params, points: int) -> str | int:
    inside = points in range(p.bottom + 1, p.top)
    if p.op == "between":
        return points - p.less * inside  # type: ignore[no-any-return]
    if p.op == "outside":
        return {True: p.middle, False: p.low}[inside]  # type: ignore[no-any-return]
    steps = [(0, p.low), (p.bottom, p.middle if p.op == "three" else p.low), (p.top, p.high)]
    return [word for least, word in steps if not points < least][-1]  # type: ignore[no-any-return]


def _edges(p: Params) -> Edges:
    near = [(each + by,) for each in (p.bottom, p.top) for by in (-1, 0, 1)]
    return Edges(empty=[(0,)], single=[(1,)], ties=near, maxima=[(100,), (1000,)])


def _draw(rng: Random, _p: Params) -> Args:
    return (rng.randint(0, 120),)


FAMILY = CodingFamily("grades", Kind.COMPLETE, _params, _prose, _grade, _second, _edges, _draw, levels=LEVELS)
