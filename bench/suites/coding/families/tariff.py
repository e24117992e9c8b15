"""What parking costs, and what it is to cost from now on."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose


def _params(rng: Random, _level: int) -> Drawn:
    prices = choose(
        rng, price=range(20, 61, 10), step=[10, 15, 20], free=[5, 10, 30], all=YES_NO, top=range(250, 401, 50)
    )
    return {**prices, **choose(rng, night=range(18, 22), less=[25, 30], up=YES_NO, first=YES_NO)}


def _before(_p: Params) -> Drawn:
    return {"level": 0, "step": 60}


def _prose(p: Params) -> Prose:
    free = (
        f"the first {p.free} minutes of every stay cost nothing and are not counted"
        if p.all
        else f"a stay of at most {p.free} minutes costs nothing, a longer one as much as ever"
    )
    return [
        f"- Every {p.step} minutes that have begun cost {p.price} cents, not every 60 minutes.",
        p.level >= 2 and f"- But {free}.",
        p.level >= 3 and f"- No stay costs more than {p.top} cents.",
        p.level >= 4
        and f"- A stay whose `begin` is {p.night} * 60 or more costs {p.less} percent less than "
        f"that, rounded "
        f"{'up' if p.up else 'down'} to whole cents.",
    ]


def _charges(p: Params, stays: list[list[int]]) -> list[int]:
    charges = []
    for begin, end in stays:
        minutes = end - begin
        if p.level >= 2 and p.all:
            minutes -= min(minutes, p.free)
        cents = -(-minutes // p.step) * p.price
        if p.level >= 2 and not p.all and minutes <= p.free:
            cents = 0
        if p.level >= 3:
            cents = min(cents, p.top)
        if p.level >= 4 and begin >= p.night * 60:
            cents = -(-cents * (100 - p.less) // 100) if p.up else cents * (100 - p.less) // 100
        charges.append(cents)
    return charges


def _second(p: Params, stays: list[list[int]]) -> list[int]:
    result: list[int] = []
    for begin, end in stays:
        paid = list(range(begin, end))
        if p.level >= 2:
            paid = paid[p.free :] if p.all else paid * (end - begin > p.free)
        cents = p.price * len(paid[:: p.step])
        cents = p.top if p.level >= 3 and cents > p.top else cents
        if p.level == 4 and begin // 60 >= p.night:
            part, rest = divmod(cents * p.less, 100)
            cents -= part + (1 if rest and not p.up else 0)
        result.append(cents)
    return result


def _edges(p: Params) -> Edges:
    n, s, f = p.night * 60, p.step, p.free
    lengths = [0, 1, f - 1, f, f + 1, s - 1, s, s + 1, f + s, f + s + 1, 2 * s, 2 * s + 1, 60, 61, 119]
    top = s * (p.top // p.price)
    stays = [
        [begin, begin + length] for begin in (600, n) for length in (*lengths, top, top + 1, top + f, top + f + s, 800)
    ]
    return Edges(
        empty=[([],), ([[5, 5]],)],
        single=[([stay],) for stay in stays],
        ties=[([[n - 1, n + 40], [n, n + 41], [n + 1, n + 42]],), (stays[2:6],)],
        maxima=[([[0, 1440], [n, 1440]],), (stays[::3],)],
    )


def _draw(rng: Random, p: Params) -> Args:
    begins = [rng.choice([rng.randint(0, 1200), p.night * 60 + rng.randint(-9, 90)]) for _ in range(rng.randint(1, 5))]
    return ([[begin, begin + rng.choice([rng.randint(0, 60), rng.randint(0, 240)])] for begin in begins],)


FAMILY = CodingFamily("tariff", Kind.EDIT, _params, _prose, _charges, _second, _edges, _draw, before=_before)
