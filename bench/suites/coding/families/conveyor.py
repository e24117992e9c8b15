"""Numbers pass over a belt and are kept, dropped or joined."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import Args, CodingFamily, Drawn, Edges, Kind, Params, Prose


def _params(rng: Random, _level: int) -> Drawn:
    by = rng.randint(3, 4)
    return {"by": by, "rest": rng.randint(1, by - 2), "up": rng.randint(2, 5), "size": rng.randint(3, 4)}


def _prose(p: Params) -> Prose:
    return [
        "The belt is a list, empty at first. Each number of `numbers`, in order, is put at its end.",
        f"A number with remainder {p.rest} modulo {p.by} is first raised by {p.up}.",
        p.level >= 2
        and "If the number, now, is smaller than the belt's last one, both leave: the last one is taken "
        "off and the number is not put on.",
        p.level >= 3 and f"If the belt then holds {p.size} numbers, its first one is moved to its end.",
        p.level >= 4
        and "If its first and last number are then equal, and it holds more than one, it is reversed and "
        "the number at its end is dropped.",
        "Return the belt.",
    ]


def _belt(p: Params, numbers: list[int]) -> list[int]:
    belt: list[int] = []
    for number in numbers:
        if number % p.by == p.rest:
            number += p.up
        if p.level >= 2 and belt and number < belt[-1]:
            belt.pop()
        else:
            belt.append(number)
        if p.level >= 3 and len(belt) == p.size:
            belt.append(belt.pop(0))
        if p.level >= 4 and len(belt) > 1 and belt[0] == belt[-1]:
            belt.reverse()
            belt.pop()
    return belt


def _second(p: Params, numbers: list[int]) -> list[int]:
    belt: tuple[int, ...] = ()
    for number in numbers:
        number += p.up * (number % p.by == p.rest)
        leaves = p.level >= 2 and belt[-1:] > (number,)
        belt = belt[:-1] if leaves else (*belt, number)
        if p.level >= 3 and len(belt) == p.size:
            belt = belt[1:] + belt[:1]
        if p.level >= 4 and len(belt) >= 2 and belt[0] == belt[-1]:
            belt = belt[:0:-1]
    return list(belt)


def _edges(_p: Params) -> Edges:
    return Edges(
        empty=[([],)],
        single=[([4],), ([3],)],
        ties=[([5, 5, 5, 5],), ([3, 1, 3],), ([6, 6],), ([8, 11, 12, 11],), ([8, 11, 12, 15, 11],), ([1, 1, 2],)],
        maxima=[([9] * 8,), ([1, 2, 3, 4, 5, 6, 7, 8, 9],), ([9, 8, 7, 6],), ([1, 9, 1, 9, 1, 9],)],
    )


def _draw(rng: Random, p: Params) -> Args:
    numbers = [rng.randint(1, 9)]
    for _ in range(p.level + rng.randint(1, 3)):
        numbers.append(max(1, numbers[-1] + rng.randint(-3, 6)))
    return (numbers,)


FAMILY = CodingFamily("conveyor", Kind.PREDICT, _params, _prose, _belt, _second, _edges, _draw)
