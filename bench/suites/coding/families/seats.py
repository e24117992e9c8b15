"""Groups take seats in a row."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose, ints


def _params(rng: Random, _level: int) -> Drawn:
    return choose(rng, left=YES_NO, taken="x#o", near=range(1, 3))


def _prose(p: Params) -> Prose:
    side, other = ("left", "right") if p.left else ("right", "left")
    return [
        f'In the string `row`, "." is a free seat and "{p.taken}" a taken one. `groups` are the sizes of groups, each '
        "at least 1. In that order, each takes as many free seats as it needs, next to one another, as far to the "
        f"{side} as possible.",
        p.level >= 2 and f"On either side of these, the next {p.near}, as far as they exist, must be free as well.",
        p.level < 3 and "A group that finds no such place takes no seats.",
        p.level >= 3
        and "A group that finds no such place takes the leftmost free seats, if there are enough, else none.",
        p.level >= 4 and f"After each group that found such a place, the side changes: to the {other}, and back again.",
        "Return the row at the end, as a string.",
    ]


def _seat_groups(p: Params, row: str, groups: list[int]) -> str:
    if p.level >= 4:
        side = 0 if p.left else -1
    for size in groups:
        places = [i for i in range(len(row) - size + 1) if p.taken not in (
            row[i : i + size] if p.level < 2 else row[max(0, i - p.near) : i + size + p.near])]  # fmt: skip
        if places:
            at = places[side] if p.level >= 4 else places[0 if p.left else -1]
            row = row[:at] + p.taken * size + row[at + size :]
            if p.level >= 4:
                side = -1 - side
        elif p.level >= 3 and row.count(".") >= size:
            row = row.replace(".", p.taken, size)
    return row


def _second(p: Params, row: str, groups: list[int]) -> str:
    seats, left, near = list(row), p.left, p.near if p.level >= 2 else 0
    for size in groups:
        starts = range(len(seats) - size + 1)
        for start in starts if left else reversed(starts):
            around = range(start - near, start + size + near)
            if all(seats[i] == "." for i in around if 0 <= i < len(seats)):
                seats[start : start + size] = [p.taken] * size
                left ^= p.level == 4
                break
        else:
            if p.level >= 3 and seats.count(".") >= size:
                seats = list("".join(seats).replace(".", p.taken, size))
    return "".join(seats)


def _edges(p: Params) -> Edges:
    t, near, gap = p.taken, "." * p.near, "." * (2 + 2 * p.near)
    alone = [".", f"{t}.", f"{t}{near}", f"{near}{t}", f"{t}{near}..", f"{near}.{t}", f".{t}{near}"]
    return Edges(
        empty=[("", []), ("", [1]), (f"..{t}", []), (t, [1])],
        single=[(row, [size]) for row in alone for size in (1, 2)],
        ties=[
            *((f"{t}{free}{t}{free}{t}", [2, 2]) for free in ("..", gap)),
            (f"{t}{gap}.{t}", [3, 3]),
            (f"{t}{near}.", [2]),
        ],
        maxima=[("." * 20, [3, 3, 3, 3, 3]), ("." * 12, [1] * 13), (f"{t}." * 6, [2, 4, 1]), ("." * 9, [9, 1])],
    )


def _draw(rng: Random, p: Params) -> Args:
    return "".join(rng.choice(f"....{p.taken}") for _ in range(rng.randint(1, 16))), ints(rng, 1, 4, longest=5)


FAMILY = CodingFamily("seats", Kind.COMPLETE, _params, _prose, _seat_groups, _second, _edges, _draw)
