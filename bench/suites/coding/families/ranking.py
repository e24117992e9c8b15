"""Players in the order of their results."""

from __future__ import annotations

from random import Random
from typing import Any

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose, picks


def _params(rng: Random, _level: int) -> Drawn:
    numbers = choose(rng, most=range(3, 5), least=range(2, 4), counted=["highest", "first", "last"])
    return {**numbers, **choose(rng, low=YES_NO, first=YES_NO, fewer=YES_NO)}


def _prose(p: Params) -> Prose:
    lead = "`names` and `points` are equally long: `points[i]` is a result of `names[i]`. A name may have several."
    end = "lowest" if p.low else "highest"
    if p.level == 1:
        return [lead, f"Return the name of each result, by points, {end} first; of equal points, the earlier first."]
    decides = "the number of results, fewer first" if p.fewer else "the highest single result, higher first"
    equal = "in the order in which they first come in `names`" if p.first else "in alphabetical order"
    return [
        lead,
        f"Return all names, each once, by their totals, {end} first. The total of a name is the sum of its results, of "
        f"which only the {p.most} {p.counted} count.",
        p.level >= 3 and f"Names with fewer than {p.least} results are left out.",
        p.level >= 4 and f"Names with equal totals are sorted by {decides}; all results of a name matter for this.",
        f"Names that are {'still ' if p.level >= 4 else ''}equal are {equal}.",
    ]


def _ranking(p: Params, names: list[str], points: list[int]) -> list[str]:
    if p.level == 1:
        return [names[i] for i in sorted(range(len(names)), key=lambda i: points[i] if p.low else -points[i])]
    results: dict[str, list[int]] = {}
    for name, result in zip(names, points, strict=True):
        results.setdefault(name, []).append(result)
    rows: list[list[Any]] = []
    for name, own in results.items():
        if p.level >= 3 and len(own) < p.least:
            continue
        chosen = sorted(own) if p.counted == "highest" else own
        total = sum(chosen[: p.most] if p.counted == "first" else chosen[-p.most :])
        row = [total if p.low else -total]
        if p.level >= 4:
            row.append(len(own) if p.fewer else -max(own))
        rows.append([*row, len(rows), name] if p.first else [*row, name])
    return [row[-1] for row in sorted(rows)]


def _second(p: Params, names: list[str], points: list[int]) -> list[str]:
    if p.level == 1:
        return [name for _, _, name in sorted((n if p.low else -n, i, names[i]) for i, n in enumerate(points))]
    own = {name: [result for one, result in zip(names, points, strict=True) if one == name] for name in names}
    ranked = list(own) if p.first else sorted(own)
    if p.level == 4:
        ranked = sorted(ranked, key=lambda name: len(own[name]) if p.fewer else -max(own[name]))
    part = slice(None, p.most) if p.counted == "first" else slice(-p.most, None)
    totals = {name: sum((sorted(own[name]) if p.counted == "highest" else own[name])[part]) for name in own}
    ranked = sorted(ranked, key=lambda name: totals[name], reverse=not p.low)
    return [name for name in ranked if p.level < 3 or len(own[name]) >= p.least]


def _edges(p: Params) -> Edges:
    n, least = p.most, p.least
    pairs = [([1] * least, [9] * (least - 1)), ([0] * 3, [0] * 4), ([0] * 5 + [2], [0] * 4 + [1, 1])]
    pairs += [([9] + [1] * more, [2] * n) for more in (n, n - 1)]
    pairs += [([5] * (n + 1), [6] * n), ([9] * (n - 1) + [0], [8] * n)]
    games = [(["Bo"] * len(bo) + ["Ana"] * len(ana), [*bo, *ana]) for bo, ana in pairs]
    single, ties = [(["Bo"], [3]), (["Bo", "Bo"], [0, 0])], [*games, (["Bo", "Ana"] * least, [2, 2] * least)]
    return Edges([([], [])], single, ties, [(names[::-1], points[::-1]) for names, points in games])


def _draw(rng: Random, p: Params) -> Args:
    names = picks(rng, ["Di", "Bo", "Ana", "Cy"], longest=6 if p.level == 1 else 16)
    return names, [rng.randint(0, 4) for _ in names]


FAMILY = CodingFamily("ranking", Kind.COMPLETE, _params, _prose, _ranking, _second, _edges, _draw)
