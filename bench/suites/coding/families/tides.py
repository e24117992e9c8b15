"""High and low waters."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose


def _params(rng: Random, _level: int) -> Drawn:
    return choose(rng, high=YES_NO, better=YES_NO, start=range(1, 10), gap=range(3, 5), bound=range(4, 6))


def _prose(p: Params) -> Prose:
    water, lower, higher = ("high", "lower", "higher") if p.high else ("low", "higher", "lower")
    near = f"counts only if it is {higher} than that one, which then counts no more" if p.better else "does not count"
    return [
        f"`levels` are the water levels of successive hours; the first is that of hour {p.start}.",
        p.level == 1
        and f"A {water} water is an hour whose level is {higher} than that of the hour before and also than that of "
        "the hour after it. The first and the last hour are none.",
        p.level >= 2
        and "Successive hours with equal levels, as many as there are, form a spell; an hour that differs from its "
        f"neighbours is one too. A {water} water is a spell whose level is {higher} than that of the spell before and "
        "also than that of the spell after it. The first and the last spell are none. Its hour is the spell's first.",
        p.level >= 4 and f"A {water} water with a level {lower} than {p.bound} is ignored as if it were none.",
        p.level >= 3 and f"A {water} water less than {p.gap} hours after the last one that counts {near}.",
        f"Return the hours of the {water} waters{' that count' if p.level >= 3 else ''}, earliest first.",
    ]


def _waters(p: Params, levels: list[int]) -> list[int]:
    hours: list[int] = []
    for hour in range(len(levels)):
        if p.level < 2 or not hours or levels[hour] != levels[hours[-1]]:
            hours.append(hour)
    found: list[int] = []
    for before, hour, after in zip(hours, hours[1:], hours[2:], strict=False):
        level, around = levels[hour], [levels[before], levels[hour], levels[after]]
        if level != (max(around) if p.high else min(around)) or (p.level < 2 and around.count(level) > 1):
            continue
        if p.level >= 4 and (level < p.bound if p.high else level > p.bound):
            continue
        if p.level >= 3 and found and hour - found[-1] < p.gap:
            if not p.better or (levels[found[-1]] >= level if p.high else levels[found[-1]] <= level):
                continue
            found.pop()
        found.append(hour)
    return [hour + p.start for hour in found]


def _second(p: Params, levels: list[int]) -> list[int]:
    sign, counted = 1 if p.high else -1, list[tuple[int, int]]()
    spells = [(level * sign, hour) for hour, level in enumerate(levels, start=p.start)]
    spells = [spell for i, spell in enumerate(spells) if p.level < 2 or i == 0 or spell[0] != spells[i - 1][0]]
    for i, (level, hour) in list(enumerate(spells))[1:-1]:
        if level <= max(spells[i - 1][0], spells[i + 1][0]) or (p.level == 4 and level < sign * p.bound):
            continue
        near = p.level >= 3 and bool(counted) and hour < counted[-1][1] + p.gap
        if near and p.better and level > counted[-1][0]:
            counted[-1] = (level, hour)
        elif not near:
            counted.append((level, hour))
    return [hour for _, hour in counted]


def _edges(p: Params) -> Edges:
    ties = ["182191", "1832171", "18888881", "155181", "444", "18881", "8118", "2616263362", "040", "050", "030", "060"]
    maxima = ["1932105070", "090909090909", "01292100", "172839495", "928170657"]
    texts = (["", "4"], ["18", "181", "818"], ties, maxima)
    return Edges(*([([int(n) if p.high else 9 - int(n) for n in text],) for text in of] for of in texts))


def _draw(rng: Random, _p: Params) -> Args:
    return ([rng.randint(1, 8) for _ in range(rng.randint(3, 12))],)


FAMILY = CodingFamily("tides", Kind.COMPLETE, _params, _prose, _waters, _second, _edges, _draw)
