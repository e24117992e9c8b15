"""The water in a tank, hour by hour."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose


def _params(rng: Random, _level: int) -> Drawn:
    numbers = choose(
        rng, start=range(3, 9), full=range(30, 36), high=range(20, 25), low=range(8, 12), drain=range(3, 7)
    )
    return {**numbers, **choose(rng, equal=YES_NO, up=YES_NO, part=range(2, 4))}


def _prose(p: Params) -> Prose:
    high = f"{p.high} or more" if p.equal else f"more than {p.high}"
    low = f"less than {p.low}" if p.equal else f"{p.low} or less"
    return [
        f"A tank holds {p.start} units of water at first. `flows` are the flows of successive hours: that many units "
        f"run in, "
        "or, if the number is negative, are taken out; if fewer units are there, all are taken out.",
        p.level >= 2 and f"The tank holds at most {p.full} units; what runs in beyond that is lost.",
        p.level >= 3
        and f"A valve is closed at first. At the end of each hour it opens if the tank holds {high} units, and "
        f"closes if it holds "
        f"{low}; "
        f"otherwise it stays as it was. If it is then open, {p.drain} units run out at once.",
        p.level >= 4
        and f"If water was lost in an hour, the flow of the next hour, if it runs in, is only a "
        f"{'half' if p.part == 2 else 'third'} "
        f"of what `flows` says, rounded {'up' if p.up else 'down'}.",
        "Return the list of the units that the tank holds at the end of each hour"
        f"{', after all that' if p.level >= 3 else ''}.",
    ]


def _levels(p: Params, flows: list[int]) -> list[int]:
    water, levels = p.start, []
    if p.level >= 3:
        running = False
    if p.level >= 4:
        lost = False
    for flow in flows:
        if p.level >= 4 and lost:
            flow = min(flow, -(-flow // p.part) if p.up else flow // p.part)
        water = max(0, water + flow)
        if p.level >= 4:
            lost = water > p.full
        if p.level >= 2:
            water = min(water, p.full)
        if p.level >= 3:
            if water >= p.high if p.equal else water > p.high:
                running = True
            elif water < p.low if p.equal else water <= p.low:
                running = False
            if running:
                water -= p.drain
        levels.append(water)
    return levels


def _second(p: Params, flows: list[int]) -> list[int]:
    levels = [p.start]
    valve, over = 0, 0
    for flow in flows:
        amount = levels[-1]
        whole, rest = divmod(flow, p.part)
        if over and flow >= 1 and p.level == 4:
            flow = whole + (1 if rest and p.up else 0)
        for step in ("flow", "valve"):
            if step == "flow":
                amount = amount + flow if amount + flow > 0 else 0
                over = amount - p.full if amount > p.full else 0
                amount -= over if p.level >= 2 else 0
            elif p.level >= 3:
                valve = 1 if amount > p.high - p.equal else 0 if amount < p.low + 1 - p.equal else valve
                amount -= p.drain * valve
        levels.append(amount)
    return levels[1:]


def _edges(p: Params) -> Edges:
    s, h, low, full = p.start, p.high, p.low, p.full
    ties = [[h - s + more, 0, 0, 0, 0, 0, 0, -1, -1] for more in (-1, 0, 1)] + [
        [full - s + more, 7, 7, 3] for more in (-1, 0, 1)
    ]
    ties += [[h - s + 2, p.drain + low - h - 2 + more, 0, 5, 0] for more in (-1, 0, 1)] + [
        [-s],
        [-s - 1, 2],
        [1 - s, -3, 9],
    ]
    ties += [[h - s + 2, low - h - 2 + more, 0, 5, 0] for more in (-1, 0, 1)] + [
        [full, 1, 1],
        [full, 2, 8],
        [full, -2, 7, 5],
    ]
    maxima = [[60, 60, 7, 8], [99, -99, 9, 9], [9] * 9, [60, 5, 60, 5, 60, 4], [60, 0, 9, -1]]
    return Edges([([],)], [([0],), ([4],)], [(flows,) for flows in ties], [(flows,) for flows in maxima])


def _draw(rng: Random, _p: Params) -> Args:
    return ([rng.randint(-9, 14) for _ in range(rng.randint(3, 12))],)


FAMILY = CodingFamily("tank", Kind.FIX, _params, _prose, _levels, _second, _edges, _draw)
