"""Parcels go into vans, in order."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose, ints


def _params(rng: Random, level: int) -> Drawn:
    drawn = choose(rng, full=YES_NO, backward=YES_NO, heavy=["skip", "own"], most=range(2, 5))
    return {**drawn, "extra": rng.randint(1, 4) if level >= 2 else 0}


def _prose(p: Params) -> Prose:
    return [
        f"Load the parcels into vans, from the {'last to the first' if p.backward else 'first to the last'}. `weights` "
        "are the parcels' weights, each at least 1.",
        f"A parcel goes into the current van if the van's load is then {'at most' if p.full else 'less than'} "
        "`capacity`; otherwise a new van starts with this parcel, and earlier vans are not used again.",
        p.level == 1 and "A new van takes its first parcel whatever its weight.",
        p.level >= 2 and f"Before anything else, packing makes every parcel {p.extra} heavier.",
        p.level >= 2 and p.heavy == "skip" and "A parcel that is then heavier than `capacity` is left behind.",
        p.level >= 2 and p.heavy == "own" and "A new van takes its first parcel even if it is heavier than `capacity`.",
        p.level >= 3 and f"No van takes more than {p.most} parcels.",
        p.level >= 4 and "At the end, if the last van holds exactly one parcel and is not the only van, drop it.",
        "Return the list of the vans' loads, in the order in which the vans were started; [] if there is no van.",
    ]


def _load_vans(p: Params, weights: list[int], capacity: int) -> list[int]:
    vans: list[list[int]] = []
    for weight in reversed(weights) if p.backward else weights:
        if p.level >= 2:
            weight += p.extra
            if p.heavy == "skip" and weight > capacity:
                continue
        fits = vans and (sum(vans[-1]) + weight <= capacity if p.full else sum(vans[-1]) + weight < capacity)
        if fits and (p.level < 3 or len(vans[-1]) < p.most):
            vans[-1].append(weight)
        else:
            vans.append([weight])
    if p.level >= 4 and len(vans) > 1 and len(vans[-1]) == 1:
        vans.pop()
    return [sum(van) for van in vans]


def _second(p: Params, weights: list[int], capacity: int) -> list[int]:
    room, loads, counts = capacity if p.full else capacity - 1, list[int](), list[int]()
    for weight in [w + p.extra for w in (weights[::-1] if p.backward else weights)]:
        if p.level > 1 and p.heavy == "skip" and weight > capacity:
            continue
        if not loads or weight > room - loads[-1] or (p.level >= 3 and counts[-1] == p.most):
            loads, counts = [*loads, 0], [*counts, 0]
        loads[-1] += weight
        counts[-1] += 1
    return loads[:-1] if p.level == 4 and counts[-1:] == [1] != counts else loads


def _edges(p: Params) -> Edges:
    e = p.extra
    return Edges(
        empty=[([], 9)],
        single=[([5], 5 + e), ([5], 4 + e)],
        ties=[*(([w] * 9, 12) for w in range(1, 7)), ([2, 3, 4, 3], 12), ([5, 5], 10 + 2 * e), ([5, 1], 6 + 2 * e)],
        maxima=[([1] * 12, 60), ([9, 9], 9 + e), ([15, 15, 15], 15 + e), ([1, 14, 2, 15], 15 + e), ([20, 1], 9)],
    )


def _draw(rng: Random, _p: Params) -> Args:
    return ints(rng, 1, 9), rng.randint(6, 20)


FAMILY = CodingFamily("vans", Kind.COMPLETE, _params, _prose, _load_vans, _second, _edges, _draw)
