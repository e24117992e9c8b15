"""Rectangles of squares, laid over each other."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose


def _params(rng: Random, _level: int) -> Drawn:
    return choose(rng, end=YES_NO, times=range(1, 3), exact=YES_NO, all=YES_NO, sides=YES_NO)


def _prose(p: Params) -> Prose:
    last = "all four included" if p.end else "without column right and row bottom"
    often = f"{'exactly' if p.exact else 'at least'} {'once' if p.times == 1 else 'twice'}"
    return [
        "`rectangles` are lists [left, top, right, bottom] of whole numbers; top is never larger than bottom"
        + (". " if p.level >= 3 else ", nor left larger than right. ")
        + f"A rectangle covers the squares in the columns from left to right and the rows from top to bottom, {last}.",
        p.level >= 3
        and "If its left is larger than its right, the two are swapped, and the rectangle covers nothing, but "
        + (
            "uncovers all its squares: of what comes before it in the list, nothing covers them any more."
            if p.all
            else "takes one covering from each of its squares that is covered at that point of the list."
        ),
        p.level == 1 and "Return the list of the numbers of squares that they cover, in order.",
        p.level == 2 and f"Return a list of one number: how many squares are covered {often}.",
        p.level == 3 and f"Return a list of one number: how many squares are covered {often} at the end.",
        p.level >= 4
        and f"Take the squares that are covered {often} at the end. Return a list of two numbers: how many they are, "
        f"and how many "
        + (
            "sides they have that are not shared with another of them."
            if p.sides
            else "of them have no other of them to the left, right, above or below, sharing a side."
        ),
    ]


def _covered(p: Params, rectangles: list[list[int]]) -> list[int]:
    if p.level == 1:
        if p.end:
            return [(right - left + 1) * (bottom - top + 1) for left, top, right, bottom in rectangles]
        return [(right - left) * (bottom - top) for left, top, right, bottom in rectangles]
    covered: list[tuple[int, int]] = []
    for left, top, right, bottom in rectangles:
        if p.level >= 3:
            hole = [left, right] != sorted([left, right])
            left, right = sorted([left, right])
        columns = range(left, right + 1) if p.end else range(left, right)
        rows = range(top, bottom + 1) if p.end else range(top, bottom)
        squares = [(x, y) for x in columns for y in rows]
        if p.level < 3 or not hole:
            covered += squares
        elif p.all:
            covered = [square for square in covered if square not in squares]
        else:
            for square in squares:
                if square in covered:
                    covered.remove(square)
    found = set(covered)
    if p.exact or p.times > 1:
        found = {
            square
            for square in found
            if (covered.count(square) in [p.times] if p.exact else covered.count(square) >= p.times)
        }
    if p.level < 4:
        return [len(found)]
    near = [sum([abs(x - u) + abs(y - v) < 2 for u, v in found]) for x, y in found]
    return [len(found), 5 * len(found) - sum(near) if p.sides else near.count(1)]


def _second(p: Params, rectangles: list[list[int]]) -> list[int]:
    shift = 1 if p.end else 0
    boxes = [(min(a, c), b, max(a, c) + shift, d + shift, p.level >= 3 and a > c) for a, b, c, d in rectangles]
    if p.level == 1:
        return [(right - left) * (bottom - top) for left, top, right, bottom, _ in boxes]
    kept = set()
    for x in range(-2, 25):
        for y in range(-2, 25):
            times = 0
            for left, top, right, bottom, hole in boxes:
                if left <= x < right and top <= y < bottom:
                    times = times + 1 if not hole else 0 if p.all else times - 1 if times > 0 else 0
            if times == p.times or (times > p.times and not p.exact):
                kept.add((x, y))
    if p.level < 4:
        return [len(kept)]
    sides = [(x + dx, y + dy) not in kept for x, y in kept for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1))]
    alone = [all(sides[at : at + 4]) for at in range(0, len(sides), 4)]
    return [len(kept), sum(sides) if p.sides else sum(alone)]


def _edges(p: Params) -> Edges:
    a, b, c = [1, 1, 4, 4], [3, 2, 6, 5], [8, 8, 9, 9]
    ties = [
        [a, a],
        [a, b],
        [a, b, c],
        [a, a, a],
        [a, [2, 2, 3, 3]],
        [c, [9, 8, 10, 9], [8, 9, 9, 10]],
        [[2, 2, 2, 5]],
        [[1, 3, 4, 3]],
    ]
    more = 0 if p.end else 1
    one, two, three = ([x, y, x + more, y + more] for x, y in ((2, 2), (3, 3), (2, 4)))
    ties += [[one, two], [one, three], [one, two] * 2, [one, three] * 2]
    if p.level >= 3:
        hole = [4, 2, 2, 3]
        ties += [
            [a, hole],
            [hole, a],
            [a, a, hole],
            [a, hole, hole, a],
            [a, b, hole, b],
            [a, b, hole, hole],
            [a, a, hole, hole],
        ]
        ties += [[a, [6, 0, 0, 6]], [a, hole, hole, a, a], [a, b, [5, 1, 1, 5], a]]
    return Edges(
        [([],)], [([c],), ([a],)], [(each,) for each in ties], [([[0, 0, 9, 9], *ties[1]],), ([a, b, c, a, b, c],)]
    )


def _draw(rng: Random, p: Params) -> Args:
    found: list[list[int]] = []
    for _ in range(rng.randint(2, 5)):
        left, top = rng.randint(0, 6), rng.randint(0, 6)
        box = [left, top, left + rng.randint(1, 4), top + rng.randint(0, 4)]
        found.append([box[2], box[1], box[0], box[3]] if p.level >= 3 and found and rng.random() < 0.3 else box)
    return (found,)


FAMILY = CodingFamily("rectangles", Kind.COMPLETE, _params, _prose, _covered, _second, _edges, _draw)
