"""Marbles that are sown from cup to cup."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose


def _params(rng: Random, _level: int) -> Drawn:
    return choose(rng, back=YES_NO, least=range(4, 6), keep=range(2), turns=range(2, 4))


def _prose(p: Params) -> Prose:
    return [
        "`cups` are numbers of marbles in cups that stand in a ring. For each of `moves`, the cup with that number, "
        "counted "
        "from 0 and round the ring as often as needed, is emptied"
        f"{' but for one marble if it has any' if p.keep else ''}, and its marbles are put one each into the cups "
        f"{'before' if p.back else 'after'} it, one after the other.",
        p.level >= 3 and "The cup that was emptied gets none of them: it is passed over.",
        p.level >= 2
        and f"If the last marble makes a cup that has {p.least} marbles, all marbles of that cup are removed.",
        p.level >= 4
        and f"Otherwise, if that cup then has {2 + p.keep} marbles or more, it is emptied in the same way and sown "
        f"from, up to "
        f"{p.turns} times a move.",
        "Return the numbers of marbles at the end.",
    ]


def _sow(p: Params, cups: list[int], moves: list[int]) -> list[int]:
    for move in moves:
        at = move % len(cups)
        for _ in range(p.turns + 1) if p.level >= 4 else [move]:
            if p.level >= 3:
                start = at
            hand = max(0, cups[at] - 1) if p.keep else cups[at]
            cups[at] -= hand
            while hand:
                at = (at - 1 if p.back else at + 1) % len(cups)
                if p.level >= 3 and at == start:
                    continue
                cups[at] += 1
                hand -= 1
            if p.level >= 2 and cups[at] == p.least:
                cups[at] = 0
            if p.level >= 4 and cups[at] < 2 + p.keep:
                break
    return cups


def _second(p: Params, cups: list[int], moves: list[int]) -> list[int]:
    ring = list(cups)
    for move in moves:
        place = move % len(ring)
        for _ in range(p.turns + 1 if p.level == 4 else 1):
            hand = max(0, ring[place] - p.keep)
            if not hand:
                break
            ring[place] -= hand
            order = [(place + (-step if p.back else step)) % len(ring) for step in range(1, len(ring) + 1)]
            order = order[:-1] if p.level >= 3 else order
            for number in range(hand):
                ring[order[number % len(order)]] += 1
            place = order[(hand - 1) % len(order)]
            if p.level >= 2 and ring[place] == p.least:
                ring[place] = 0
            if ring[place] <= 1 + p.keep:
                break
    return ring


def _edges(p: Params) -> Edges:
    n = p.least
    return Edges(
        empty=[([3, 1, 2], []), ([0, 0, 0], [1])],
        single=[([2, 1, 0], [0]), ([1, 1, 1], [2]), ([0, 4, 0], [1]), ([0, 0, 5], [2])],
        ties=[
            ([4, 4, 4, 4], [0, 1, 2]),
            ([n, n - 1, n - 2], [0, 1]),
            ([1, n - 1, n - 1], [0]),
            ([2, n - 1, n - 1, 1], [0, 3]),
        ],
        maxima=[([9, 0, 0], [0, 3, 6]), ([7, 7, 7, 7, 7], [4, 9, 2]), ([1, 2, 3, 4, 5, 6], [5, 10, 15, 3])],
    )


def _draw(rng: Random, p: Params) -> Args:
    cups = [rng.randint(0, 5) for _ in range(rng.randint(4, 6))]
    return cups, [rng.randint(0, 9) for _ in range(rng.randint(2, 3 + p.level))]


FAMILY = CodingFamily("marbles", Kind.PREDICT, _params, _prose, _sow, _second, _edges, _draw)
