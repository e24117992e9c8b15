"""Solutions of orchard written from its text alone: tree by tree, and by what lies under each side, column sums."""

from __future__ import annotations

from typing import Any

from bench.suites.coding.family import Params


def plainly(p: Params, fences: list[list[Any]], felled: list[list[int]]) -> int:
    """The plain program, by going from tree to tree."""

    def within(fence: list[Any], x: int, y: int) -> bool:
        signs = []
        left = 0
        for place in range(len(fence)):
            x1, y1 = fence[place - 1][0], fence[place - 1][1]
            x2, y2 = fence[place][0], fence[place][1]
            cross = (x2 - x1) * (y - y1) - (y2 - y1) * (x - x1)
            if cross == 0 and min(x1, x2) <= x <= max(x1, x2) and min(y1, y2) <= y <= max(y1, y2):
                signs.append(p.edge if p.level == 5 else fence[place - 1][2] == "in")
            if (y1 > y) != (y2 > y):
                across = x1 * (y2 - y1) + (x2 - x1) * (y - y1)
                if (across < x * (y2 - y1)) == (y2 > y1) and across != x * (y2 - y1):
                    left += 1
        if signs:
            return all(signs) if p.both else any(signs)
        return left % 2 == 1

    depth: dict[tuple[int, int], int] = {}
    for fence in fences:
        for x in range(min([each[0] for each in fence]), max([each[0] for each in fence]) + 1):
            if (x - p.right) % p.wide == 0:
                i = (x - p.right) // p.wide
                y = min([each[1] for each in fence])
                y += (p.high * 0 + p.lean * i + p.up - y) % p.high
                while y <= max([each[1] for each in fence]):
                    if within(fence, x, y):
                        depth[x, y] = depth.get((x, y), 0) + 1
                    y += p.high
    for place in {(point[0], point[1]) for point in felled}:
        times = len([point for point in felled if (point[0], point[1]) == place])
        if place in depth and (times % 2 == 1 or not p.again):
            depth.pop(place)
    if p.level < 7:
        return len(depth)
    return sum([[p.one, p.two, p.more][min(each, 3) - 1] for each in depth.values()])


def second(p: Params, fences: list[list[Any]], felled: list[list[int]]) -> int:
    """The second reference: what is inside as seen from the left of each column, put right for sides and corners."""
    apples = [0, p.one, p.two, p.more] if p.level == 7 else [0, 1, 1, 1]
    result = 0
    for fence in fences:
        around = sum(_within(p, other, *fence[0][:2]) for other in fences if other is not fence)
        result += _count(p, fence) * (apples[min(3, around + 1)] - apples[min(3, around)])
    for place in {(x, y) for x, y in felled}:
        if _is_place(p, *place) and (felled.count([*place]) % 2 or not p.again):
            result -= apples[min(3, sum(_within(p, fence, *place) for fence in fences))]
    return result


def _is_place(p: Params, x: int, y: int) -> bool:
    return not (x - p.right) % p.wide and not (y - p.up - (x - p.right) // p.wide * p.lean) % p.high


def _sides(p: Params, fence: list[Any]) -> list[tuple[int, int, int, int, bool]]:
    following = [*fence[1:], fence[0]]
    return [
        (*one[:2], *two[:2], p.edge if p.level == 5 else one[2] == "in")
        for one, two in zip(fence, following, strict=True)
    ]


def _within(p: Params, fence: list[Any], x: int, y: int) -> bool:
    """Whether a point is within a fence: by turning around it."""
    turns, signs = 0, []
    for x1, y1, x2, y2, sign in _sides(p, fence):
        side = (x2 - x1) * (y - y1) - (x - x1) * (y2 - y1)
        if side == 0 and (x1 - x) * (x2 - x) <= 0 and (y1 - y) * (y2 - y) <= 0:
            signs.append(sign)
        turns += (y1 <= y < y2 and side > 0) - (y2 <= y < y1 and side < 0)
    if signs:
        return all(signs) if p.level == 5 or p.both else any(signs)
    return turns != 0


def _sum(n: int, m: int, a: int, b: int) -> int:
    """The sum of (a * k + b) // m for k below n."""
    total = 0
    while n > 0:
        total += (a // m) * (n * (n - 1) // 2) + (b // m) * n
        a, b = a % m, b % m
        highest = a * n + b
        n, b, a, m = highest // m, highest % m, m, a
        if m == 0:
            break
    return total


def _up_to(p: Params, side: tuple[int, int, int, int], least: int, strictly: int) -> int:
    """How many more trees than at j < 0 the columns after the side's left end up to its right end have below the side,
    or on it."""
    x1, y1, x2, y2 = side
    first, last = (x1 - p.right) // p.wide + 1, (x2 - p.right) // p.wide
    width = x2 - x1
    at_first = y1 * width + (y2 - y1) * (p.wide * first + p.right - x1) - width * (p.up + p.lean * first)
    step = (y2 - y1) * p.wide - width * p.lean
    return _sum(last - first + least, width * p.high, step, at_first - strictly)


def _count(p: Params, fence: list[Any]) -> int:
    """The trees within one fence."""
    sides = _sides(p, fence)
    left_turn = sum(x1 * y2 - y1 * x2 for x1, y1, x2, y2, _ in sides) > 0
    total = 0
    for x1, y1, x2, y2, sign in sides:
        above = (x1 > x2) == left_turn
        if x1 == x2:
            low, high = sorted((y1, y2))
            interior_left = (y2 > y1) == left_turn
            column = p.up + (x1 - p.right) // p.wide * p.lean
            first, last = (low - column) // p.high + 1, (high - 1 - column) // p.high
            if (x1 - p.right) % p.wide == 0:
                total += (last - first + 1) * (int(sign) - int(interior_left))
            continue
        ends = (x1, y1, x2, y2) if x1 < x2 else (x2, y2, x1, y1)
        to, below = _up_to(p, ends, 1, 0), _up_to(p, ends, 1, 1)
        on = to - below - _is_place(p, *ends[2:])
        total += (to if above else -to) + on * (int(sign) - int(above))
    for x, y in {(corner[0], corner[1]) for corner in fence}:
        if _is_place(p, x, y):
            total += _within(p, fence, x, y) - _seen(sides, left_turn, x, y)
    return total


def _seen(sides: list[tuple[int, int, int, int, bool]], left_turn: bool, x: int, y: int) -> int:
    """Whether the sums have counted a corner."""
    seen = 0
    for x1, y1, x2, y2, _ in sides:
        if min(x1, x2) < x <= max(x1, x2):
            way = 1 if x1 < x2 else -1
            if way * ((y - y1) * (x2 - x1) - (y2 - y1) * (x - x1)) <= 0:
                seen += 1 if (way < 0) == left_turn else -1
    return seen
