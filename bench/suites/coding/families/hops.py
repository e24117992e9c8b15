"""Roads between places, and how far these are."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose


def _params(rng: Random, _level: int) -> Drawn:
    drawn = choose(rng, both=YES_NO, own=YES_NO, slow=["BD", "BE", "CD", "CE"], cost=range(3, 6), most=range(2, 4))
    return {**drawn, "most": drawn["most"] + 1}


def _prose(p: Params) -> Prose:
    roads = "`roads` are pairs of places; a pair [a, b] is a road"
    if p.level == 1:
        others = (
            "the roads lead from it to the place `start`" if p.own else "the roads lead to it from the place `start`"
        )
        return [
            f"{roads} that leads from a to b. Return, by place, how many of {others}. Places with no such road are "
            f"left "
            "out. No road leads from a place to itself."
        ]
    both = "that can be used in both directions" if p.both else "that can be used only from a to b"
    slow = (
        f"A road that is used in the direction to {p.slow[0]} or to {p.slow[1]} takes {p.cost} hours, any other 1 hour."
    )
    found = "number of roads" if p.level == 2 else "number of hours"
    return [
        f"{roads} {both}. No road leads from a place to itself.",
        p.level >= 3 and slow,
        p.level >= 4 and f"A way may use at most {p.most} roads; one that is used twice counts twice.",
        f"Return, by place, the smallest {found} of a way from the place `start` to it. Places to which there is no way"
        f"{'' if p.level < 4 else ' of so few roads'} are left out. "
        + ("`start` itself is among the places, with 0." if p.own else "`start` itself is left out."),
    ]


def _distances(p: Params, roads: list[list[str]], start: str) -> dict[str, int]:
    if p.level == 1:
        near = [a for a, b in roads if b == start] if p.own else [b for a, b in roads if a == start]
        return {place: near.count(place) for place in near}
    best = {start: 0}
    if p.both:
        roads = roads + [[b, a] for a, b in roads]
    for _ in range(p.most) if p.level >= 4 else roads:
        known = dict(best)
        for a, b in roads:
            if a in known:
                cost = known[a] + 1
                if p.level >= 3 and b in p.slow:
                    cost = known[a] + p.cost
                best[b] = min(cost, best.get(b, cost))
    if not p.own:
        best.pop(start)
    return best


def _second(p: Params, roads: list[list[str]], start: str) -> dict[str, int]:
    found: dict[str, int] = {}
    if p.level == 1:
        for a, b in roads:
            if start == (b if p.own else a):
                found[a if p.own else b] = found.get(a if p.own else b, 0) + 1
        return found
    ways = [(0, 0, start)]
    seen = set()
    while ways:
        ways.sort()
        hours, used, place = ways.pop(0)
        if (used, place) in seen or (p.level == 4 and used > p.most):
            continue
        seen.add((used, place))
        found.setdefault(place, hours)
        nexts = {b for a, b in roads if a == place} | {a for a, b in roads if b == place and p.both}
        if used <= len(roads):
            ways += [(hours + (p.cost if p.level > 2 and to in p.slow else 1), used + 1, to) for to in nexts]
    return {place: hours for place, hours in found.items() if p.own or place != start}


def _edges(_p: Params) -> Edges:
    line = [["A", "B"], ["B", "C"], ["C", "D"], ["D", "E"], ["E", "F"]]
    detour = [
        ["A", "B"],
        ["B", "F"],
        ["A", "C"],
        ["C", "F"],
        ["A", "G"],
        ["G", "H"],
        ["H", "F"],
        ["A", "E"],
        ["E", "F"],
    ]
    back = [[b, a] for a, b in line]
    return Edges(
        empty=[([], "A"), ([["B", "C"]], "A")],
        single=[([["A", "B"]], "A"), ([["A", "B"]], "B"), ([["A", "C"]], "A"), ([["A", "F"]], "F")],
        ties=[(detour, "A"), (detour, "F"), ([["A", "B"], ["A", "B"], ["B", "A"]], "A"), (back, "F"), (line, "C")],
        maxima=[(line, "A"), (line[::-1], "A"), ([*line, ["F", "A"]], "D"), ([*back, ["A", "F"]], "B"), (back, "E")],
    )


def _draw(rng: Random, p: Params) -> Args:
    places = "ABCDEF"[: rng.randint(3, 6)] if p.level > 1 else "ABC"
    return [rng.sample(places, 2) for _ in range(rng.randint(2, 9))], rng.choice(places[:3])


FAMILY = CodingFamily("hops", Kind.COMPLETE, _params, _prose, _distances, _second, _edges, _draw)
