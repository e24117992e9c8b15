"""A heater that goes on and off."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose


def _params(rng: Random, _level: int) -> Drawn:
    degrees = choose(rng, low=range(15, 19), high=range(20, 24), equal=YES_NO)
    return {**degrees, **choose(rng, hold=range(2, 5), start=range(1, 10), off=YES_NO)}


def _prose(p: Params) -> Prose:
    cold = f"{'at most' if p.equal else 'less than'} {p.low}"
    failed = f", if on, goes off at once, for at least {p.hold} hours" if p.off else " stays as it was"
    return [
        f"`degrees` are the temperatures of successive hours; the first is that of hour {p.start}.",
        p.level == 1 and f"The heater is on in an hour if its temperature is {cold}; otherwise it is off.",
        p.level >= 2
        and f"The heater is off at first. If it is off, it goes on in an hour whose temperature is {cold}. If it is "
        f"on, it goes off in an hour whose temperature is more than {p.high}. Otherwise it stays as it was.",
        p.level >= 3
        and f"When it has gone on or off in an hour, it stays so for at least {p.hold} hours, that hour included.",
        p.level >= 4 and f"A temperature below 0 is a failed measurement: in that hour the heater{failed}.",
        "Return the list of the hours in which it is on, earliest first.",
    ]


def _hours_on(p: Params, degrees: list[int]) -> list[int]:
    if p.level == 1:
        return [i + p.start for i in range(len(degrees)) if (degrees[i] <= p.low if p.equal else degrees[i] < p.low)]
    states = [False]
    for degree in degrees:
        on = states[-1]
        if p.level >= 4 and degree < 0:
            states.append(False if p.off else on)
            continue
        wanted = degree <= p.low if p.equal else degree < p.low
        if on:
            wanted = degree <= p.high
        if p.level >= 3 and (not on) in states[-p.hold :]:
            wanted = on
        states.append(wanted)
    return [hour for hour, on in enumerate(states, p.start - 1) if on]


def _second(p: Params, degrees: list[int]) -> list[int]:
    hours: list[int] = []
    on, free_from = False, 0
    for hour, degree in enumerate(degrees, start=p.start):
        switch = degree > p.high if on and p.level >= 2 else (degree < p.low + p.equal) is not on
        if p.level == 4 and degree < 0:
            switch = p.off and on
        elif p.level >= 3 and hour < free_from:
            switch = False
        if switch:
            on, free_from = not on, hour + p.hold
        hours += [hour] * on
    return hours


def _edges(p: Params) -> Edges:
    warm = p.high + 5
    maxima = [[0] * 12, [0, *[warm] * 4, 0], [0, -1, 5, 5, -1, warm, 5], [0, 0, -9, *[5] * 5], [warm, -1, 0, 9]]
    maxima += [[1] * 5 + [-1, warm, 0, 0], [2] * 5 + [-1, 0, -1, warm]]
    ties = [[p.low, p.low + 1], [5] * 5 + [p.high, p.high + 1], [0, warm] * 5, [p.low - 1] * 3]
    single = [[0], [warm], [p.low], [-1]]
    return Edges([([],)], *([(degrees,) for degrees in of] for of in (single, ties, maxima)))


def _draw(rng: Random, p: Params) -> Args:
    bases = [p.low, p.high, rng.randint(9, 26), *([-1] if p.level >= 4 else [])]
    return ([rng.choice(bases) + rng.randint(-1, 1) for _ in range(rng.randint(1, 12))],)


FAMILY = CodingFamily("thermostat", Kind.FIX, _params, _prose, _hours_on, _second, _edges, _draw)
