"""Seats of a train that are booked and given back: three files with mistakes."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose


def _params(rng: Random, _level: int) -> Drawn:
    drawn = choose(rng, seats=range(5, 9), last=YES_NO, tight=YES_NO, no=["full", "none", "sorry"], most=range(3, 5))
    return {**drawn, **choose(rng, again=YES_NO, apart=YES_NO)}


def _prose(p: Params) -> Prose:
    end = "highest" if p.last else "lowest"
    return [
        f"A coach has the seats 0 to {p.seats - 1}, all free at first. Each request is [name, count]: the "
        f"name asks for "
        f"`count` seats side by side, at least 1. They get the free row of just so many seats whose first "
        f"number is the "
        f"{end} possible.",
        p.level >= 3
        and "But among all places where they fit, those come first where the run of free seats around them is the "
        f"{'shortest' if p.tight else 'longest'}; a run ends at taken seats and at the ends of the coach.",
        p.level >= 2
        and "A count of 0 gives all seats back that the name has"
        + (
            ", and the name may ask again."
            if p.again
            else "; all later requests of this name for seats get nothing, even if it had none to give back."
        ),
        p.level >= 4
        and f"A name never has more than {p.most} seats: a request with which it would have more gets nothing. "
        + (
            "If no row is long enough, a request for 2 or more gets the free seats with the lowest numbers "
            "instead, if there are enough."
            if p.apart
            else "If no row is long enough, any other request for 2 or more is treated as one for 1 less, and so on."
        ),
        "Return a list with the answer to each request: the sorted list of the seats that it gets, or "
        f'"{p.no}" if it gets none'
        + (', or of the seats that are given back ("' + p.no + '" if there are none).' if p.level >= 2 else "."),
    ]


def _free_rows(p: Params, taken: dict[int, str], count: int) -> list[list[int]]:
    found = []
    for first in range(p.seats - count + 1):
        seats = [first + place for place in range(count)]
        if not taken.keys() & {*seats}:
            found.append(seats)
    return found


def _run_size(p: Params, taken: dict[int, str], seat: int) -> int:
    low = high = seat
    while low > 0 and low - 1 not in taken:
        low -= 1
    while high < p.seats - 1 and high + 1 not in taken:
        high += 1
    return high - low


def _chosen(p: Params, taken: dict[int, str], count: int) -> list[int]:
    rows = _free_rows(p, taken, count)
    if p.level >= 4:
        if p.apart:
            free = [seat for seat in range(p.seats) if seat not in taken]
            if not rows and len(free) >= count:
                return free[:count]
        else:
            while not rows and count > 1:
                count -= 1
                rows = _free_rows(p, taken, count)
    if not rows:
        return []
    if p.level >= 3:
        if p.last:
            rows = rows[::-1]
        sizes = [_run_size(p, taken, seat) for seat, *_ in rows]
        return rows[sizes.index(min(sizes) if p.tight else max(sizes))]
    return rows[-1] if p.last else rows[0]


def _book(p: Params, requests: list[list]) -> list:  # type: ignore[type-arg]
    taken: dict[int, str] = {}
    answers: list[list[int] | str] = []
    if p.level >= 2 and not p.again:
        gone = []
    for name, count in requests:
        if p.level >= 2:
            mine = [seat for seat in sorted(taken) if taken[seat] in [name]]
        if p.level >= 2 and not count:
            for seat in mine:
                del taken[seat]
            if not p.again:
                gone.append(name)
            answers.append(mine or p.no)
        else:
            seats = _chosen(p, taken, count)
            if p.level >= 2 and not p.again and name in gone:
                seats = []
            if p.level >= 4 and len(mine) + count > p.most:
                seats = []
            for seat in seats:
                taken[seat] = name
            answers.append(seats or p.no)
    return answers


def _second(p: Params, requests: list[list]) -> list:  # type: ignore[type-arg]
    owner: list[str | None] = [None] * p.seats
    left: set[str] = set()
    results: list[object] = []

    def free(first: int, size: int) -> bool:
        return first >= 0 and first + size <= p.seats and not any(owner[first : first + size])

    def run(seat: int) -> int:
        size = 1
        while free(seat - size, size + 1):
            size += 1
        low = seat - size + 1
        while free(low, size + 1):
            size += 1
        return size

    def place(size: int) -> list[int]:
        spots = [first for first in range(p.seats) if free(first, size)]
        if spots and p.level >= 3:
            best = (min if p.tight else max)(run(first) for first in spots)
            spots = [first for first in spots if run(first) == best]
        if spots:
            first = spots[-1 if p.last else 0]
            return list(range(first, first + size))
        if p.level < 4 or size == 1:
            return []
        if not p.apart:
            return place(size - 1)
        return [seat for seat in range(p.seats) if owner[seat] is None][:size] if owner.count(None) >= size else []

    for name, count in requests:
        has = [seat for seat, who in enumerate(owner) if who == name]
        if count == 0:
            left.add(name)
            got = has
        elif (name in left and not p.again) or (p.level == 4 and len(has) + count > p.most):
            got = []
        else:
            got = place(count)
        for seat in got:
            owner[seat] = None if count == 0 else name
        results.append(got or p.no)
    return results


def _edges(p: Params) -> Edges:
    n = p.seats
    ties = [
        [["a", n]],
        [["a", n + 1]],
        [["a", n], ["b", 1]],
        [["a", 2], ["b", 2], ["c", 2], ["d", 1]],
        [["a", n - 1], ["b", 2], ["c", 1], ["d", 1]],
    ]
    ties += [
        [["a", 1]] * 2 + [["b", 2], ["c", 1], ["d", 3], ["e", 1]],
        [["a", 3], ["b", 3], ["c", 1]],
        [["a", 2], ["b", n - 2]],
        [["a", 1], ["b", n - 1]],
    ]
    if p.level >= 2:
        gaps = [["a", 1], ["b", 1], ["c", 2], ["d", 1]]
        ties += [
            [*gaps, ["b", 0], ["e", 1], ["b", 1]],
            [*gaps, ["c", 0], ["e", 1], ["c", 2]],
            [*gaps, ["a", 0], ["c", 0], ["e", 2], ["f", 1], ["g", 1]],
        ]
        ties += [
            [["a", 0], ["a", 1]],
            [["a", 2], ["a", 0], ["a", 0], ["b", 2], ["a", 2]],
            [["a", 1], ["b", 1], ["a", 1], ["a", 0], ["c", 1], ["d", 2]],
        ]
        ties += [
            [["a", 2], ["b", 1], ["c", 1], ["a", 0], ["b", 0], ["d", 1], ["e", 2]],
            [["a", 1], ["b", 2], ["c", 1], ["b", 0], ["d", 1], ["e", 1]],
        ]
        ties += [[["a", 1], ["b", 1], ["c", 1], ["d", 1], ["e", 1], ["b", 0], ["d", 0], ["f", 1], ["g", 1], ["h", 1]]]
    small = [["abcdefgh"[at], 1] for at in range(n)]
    if p.level >= 3:
        for free in ([0, 1, n - 2, n - 1], [0, 1, 2, n - 2, n - 1], [0, 1, n - 3, n - 2, n - 1], [0, 2, 3], [0, 1, 3]):
            back = [["abcdefgh"[n - 1 - seat if p.last else seat], 0] for seat in free]
            ties += [[*small, *back, ["x", count], ["y", count], ["z", 1]] for count in (1, 2)]
        for seed in range(24):
            rng = Random(seed)
            freed = [[name, 0] for name, _ in rng.sample(small, rng.randint(3, n - 1))]
            ties.append([*small, *freed, *([name, rng.choice([1, 1, 2, 2, 3])] for name in "vwxyz")])
    if p.level >= 4:
        ties += [[*small, ["a", 0], ["c", 0], ["e", 0], ["x", count], ["y", 1]] for count in (2, 3, 4)]
        ties += [
            [["a", p.most], ["a", 1], ["a", 0], ["a", 1]],
            [["a", p.most - 1], ["a", 1], ["a", 1]],
            [["a", p.most + 1], ["b", 1]],
            [["a", 1], ["a", p.most - 1]],
        ]
        ties += [
            [*small, ["a", 0], ["d", 0], ["e", 0], ["x", 3], ["y", 2]],
            [*small, ["b", 0], ["x", 2]],
            [*small, ["a", 0], ["b", 0], ["d", 0], ["x", 3], ["y", 1]],
        ]
        ties += [[*small, ["b", 0], ["d", 0], ["x", 3], ["y", 2], ["z", 1]]]
    many = [["abcdefgh"[at % 8], 1 + at % 2] for at in range(14)]
    return Edges([([],)], [([["a", 1]],)], [(rows,) for rows in ties], [(many,)])


def _draw(rng: Random, p: Params) -> Args:
    requests = []
    for _ in range(rng.randint(3, 12)):
        count = rng.choice([1, 1, 2, 2, 3, 4]) if p.level < 2 or rng.random() < 0.65 else 0
        requests.append([rng.choice("abcde"), count])
    return (requests,)


_FILES = {"seats.py": (_free_rows, _run_size), "choice.py": (_chosen,), "booking.py": (_book,)}
FAMILY = CodingFamily("bookings", Kind.REPAIR, _params, _prose, _book, _second, _edges, _draw, files=_FILES)
