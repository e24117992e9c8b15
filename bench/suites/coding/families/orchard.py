"""How many trees of a leaning grid stand within fences whose corners are farther apart than can be walked."""

from __future__ import annotations

from random import Random
from typing import Any

from bench.suites.coding.family import (
    HARD_LEVELS,
    YES_NO,
    Args,
    CodingFamily,
    Drawn,
    Edges,
    Kind,
    Params,
    Prose,
    choose,
)
from bench.suites.coding.solvers.orchard import plainly, second

Point = tuple[int, int]


def _params(rng: Random, _level: int) -> Drawn:
    wide, high = rng.choice([3, 5]), rng.choice([3, 5])
    drawn = choose(rng, edge=YES_NO, again=YES_NO, both=YES_NO, lean=[1, 2], right=range(1, wide), up=range(1, high))
    return {
        **drawn,
        "wide": wide,
        "high": high,
        **dict(zip(("one", "two", "more"), rng.sample(range(1, 8), 3), strict=True)),
    }


def _prose(p: Params) -> Prose:
    sign = "" if p.level == 5 else ", sign"
    return [
        "Trees stand in columns that lie beside each other without end. For every whole number i, also for those below "
        f"0, there is a column at x = {p.wide} * i + {p.right}. In it stands a tree at y = {p.high} * j + {p.lean} * i "
        f"+ {p.up} for every whole number j, also for those below 0. Such points are tree places; there are no others. "
        f"As you see, each column is shifted by {p.lean} against the one on its left.",
        f"`fences` is a list of fences. A fence is a list of three or more corners [x, y{sign}], in the order in which "
        "one meets them on a walk around, which may go to the left or to the right. From each corner a straight "
        "side goes to the next one, and from the last corner one goes to the first. All x and y are whole "
        "numbers, from -10 ** 15 to 10 ** 15; a corner may be a tree place or not. Sides of a fence have no common "
        "points, except that each one ends where the next begins, and a corner may lie in a straight line with those "
        "beside it. Fences need not bulge outwards everywhere, and may have sides with the same x or y at both ends. "
        "Different fences have no common points"
        + (
            "; but one may lie as a whole in the inside of another, to any depth."
            if p.level == 7
            else ", and none lies in the inside of another."
        ),
        (
            "- A tree is within a fence if it stands in the inside of it, away from all its sides. If it stands "
            f"exactly on a side or a corner, it is {'within the fence, too' if p.edge else 'not within the fence'}."
        )
        if p.level == 5
        else "- A tree is within a fence if it stands in the inside of it, away from all its sides. If it stands "
        "exactly "
        "on a side, but on no corner, the sign of the corner from which this side goes to the next one decides: "
        'with "in" '
        'the tree is within the fence, with "out" it is not. A tree on a corner stands on two sides; it is within the '
        "fence if "
        + (
            'both of their signs are "in", and not if only one of them is.'
            if p.both
            else 'at least one of their signs is "in".'
        ),
        "- `felled` is a list of points [x, y]. A point in it that is no tree place means nothing, whether it "
        "is within "
        "a fence or not. At a tree place in it no tree stands any more. The same point may be in the list more than "
        "once: "
        + (
            "the second time a tree was planted there again, the third time it was felled once more, and so on, "
            "so that "
            "only places which are in the list an odd number of times have no tree."
            if p.again
            else "that is the same as once."
        ),
        p.level == 5 and "Return how many trees are within fences, as a whole number.",
        p.level == 6
        and "Return the number of trees that are within fences, as a whole number. So the signs matter only to trees "
        "which stand exactly on a side.",
        p.level == 7
        and f"- A tree that is within no fence bears nothing. One that is within one fence bears {p.one} "
        f"apples, within "
        f"two fences {p.two}, and within three or more {p.more}. Being within a fence that lies inside another "
        f"one means "
        "being within both. A tree on a side of an inner fence is within the outer one in any case, and the signs of "
        "the inner one decide only whether it is within that as well.",
        p.level == 7 and "Return how many apples all trees bear together, as a whole number.",
        "There may be so many trees within a fence, and so many columns, that no computer can go from one to the "
        "next; the result must be exact all the same, and all hidden calls together may take 5 seconds. There are at "
        "most 10 fences with at most 12 corners each, and at most 40 felled points. Both lists may be empty.",
    ]


def _count_trees(p: Params, fences: list[list[Any]], felled: list[list[int]]) -> int:
    def floors(n: int, m: int, a: int, b: int) -> int:
        total = n * (n - 1) // 2 * (a // m) + n * (b // m)
        a, b = a % m, b % m
        top, left = divmod(a * n + b, m)
        return total + (floors(top, a, m, left) if top else 0)

    def is_place(x: int, y: int) -> bool:
        i, off = divmod(x - p.right, p.wide)
        return not (off or (y - p.up - p.lean * i) % p.high)

    def counted(sides: list[Any], x: int, y: int) -> int:
        inside = 0
        for x1, y1, x2, y2, within in sides:
            over = (y - y1) * (x2 - x1) - (y2 - y1) * (x - x1)
            if x1 <= x < x2:
                inside -= over <= -within
            if x2 <= x < x1:
                inside += over > -within
        return inside

    def belongs(sides: list[Any], x: int, y: int) -> Any:
        touched = []
        for x1, y1, x2, y2, within in sides:
            off = (y - y1) * (x2 - x1) - (y2 - y1) * (x - x1)
            if not (off or max((x - x1) * (x - x2) + (y - y1) * (y - y2), 0)):
                touched.append(within)
        if touched:
            return p.edge if p.level < 6 else min(touched) if p.both else max(touched)
        return counted(sides, x, y)

    if p.level >= 7:

        def bears(land: list[Any]) -> Any:
            x, y, *_ = next(iter(land))
            depth = min(3, sum([belongs(other, x, y) for other in lands if other is not land]))
            apples = [0, p.one, p.two, p.more, p.more]
            return apples[depth + 1] - apples[depth]

    lands: list[Any] = []
    for fence in fences:
        sides: list[Any] = []
        for (x1, y1, *sign), (x2, y2, *_) in zip(fence, [*fence[1:], fence[0]], strict=True):
            sides.append([x1, y1, x2, y2, p.edge if p.level < 6 else "in" in sign])
        area = sum([x1 * y2 - x2 * y1 for x1, y1, x2, y2, _ in sides])
        lands.append(sides if max(area, 0) else [[x2, y2, x1, y1, within] for x1, y1, x2, y2, within in sides])
    trees = 0
    for land in lands:
        own = 0
        for x1, y1, x2, y2, within in land:
            low, high = min(x1, x2), max(x1, x2)
            start, end = -((p.right - low) // p.wide), -((p.right - high) // p.wide)
            if high - low:
                ahead = x1 in [low]
                slope = p.wide * (y2 - y1 if ahead else y1 - y2) - p.lean * (high - low)
                height = (y1 if ahead else y2) * (high - low) + (p.wide * start + p.right - low) * (
                    y2 - y1 if ahead else y1 - y2
                )
                height -= (p.up + p.lean * start) * (high - low) + (within if ahead else not within)
                below = floors(end - start, p.high * (high - low), slope, height)
                own += -below if ahead else below
            elif not (x1 - p.right) % p.wide:
                base = p.up + p.lean * start
                between = -((base - max(y1, y2)) // p.high) - 1 - (min(y1, y2) - base) // p.high
                own += between * (within - (y1 in [max(y1, y2)]))
            if is_place(x1, y1):
                own += belongs(land, x1, y1) - counted(land, x1, y1)
        trees += own if p.level < 7 else own * bears(land)
    gone = [(x, y) for x, y in felled if is_place(x, y)]
    for x, y in {*gone}:
        if not p.again or gone.count((x, y)) % 2:
            for land in lands:
                trees -= belongs(land, x, y) if p.level < 7 else belongs(land, x, y) * bears(land)
    return trees


_WAYS = [(1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1)]
_INNER = ["-7-7 +7-7 +7+7 -7+7", "-5-5 +2-5 +2+1 -5+1", "-4-4 +1-4 +1+0 -4+0", "-3-3 +0-3 -1-1 -3-1"]
_OUTLINES = ["00 40 04", "00 30 33 03", "00 60 64 44 42 22 24 04", "00 31 60 42 64 32 04 22", "00 20 40 44 24 04 03"]
_OUTLINES += ["01 10 21 12", "00 50 55 05 04 34 31 01", "04 22 00 61"]


def _shape(rng: Random, p: Params, size: int) -> list[Point]:
    """Corners around the origin, so far away that what is drawn inside has no common point with the sides."""
    ways = [*_WAYS]
    for _ in range(rng.randint(0, 2)):
        ways.pop(rng.choice([1, 3]) if len(ways) == len(_WAYS) else -1)
    least = size * 7 // 10 if p.level == 7 else size // 2
    lengths = [rng.randint(least, size) for _ in ways]
    if rng.random() < 0.3:
        ways, lengths = _WAYS[1::2], lengths[:1] * 4
    return [(x * length, y * length) for (x, y), length in zip(ways, lengths, strict=False)]


def _place(p: Params, x: int, y: int) -> Point:
    """A tree place near a point, to the left of it and below."""
    i = (x - p.right) // p.wide
    return p.wide * i + p.right, y - (y - p.up - p.lean * i) % p.high


def _signed(rng: Random, p: Params, corners: list[Point]) -> list[list[Any]]:
    turned = corners if rng.random() < 0.5 else corners[::-1]
    return [[x, y, *([rng.choice(["in", "out"])] if p.level >= 6 else [])] for x, y in turned]


def _land(rng: Random, p: Params, scale: int) -> Args:
    fences, near = [], list[Point]()
    for number in range(rng.randint(1, 3)):
        centre = _place(p, 200 * scale * number, rng.randint(-scale, scale))
        shapes = [_shape(rng, p, (48 if p.level == 7 else 25) * scale)]
        for inner in _INNER[: rng.randint(0, 4) if p.level == 7 and not number else 0]:
            shapes.append([(int(each[:2]) * scale, int(each[2:]) * scale) for each in inner.split()])
        for depth, shape in enumerate(shapes):
            corners = [(centre[0] + x + rng.randint(0, scale // 4), centre[1] + y) for x, y in shape]
            if depth < 2:
                corners = [_place(p, x, y) if rng.random() < 0.8 else (x, y) for x, y in corners]
            fences.append(_signed(rng, p, corners))
            near += corners
    felled = [_place(p, *rng.choice(near)) for _ in range(4)]
    felled += [_place(p, *((a + b) // 2 for a, b in zip(*rng.sample(near, 2), strict=True))) for _ in range(5)]
    felled += [(x + rng.randint(0, 1), y) for x, y in rng.choices(felled, k=5)]
    rng.shuffle(fences)
    return fences, [[*point] for point in felled]


def _large(p: Params) -> list[Args]:
    rng = Random(repr(p))
    return [_land(rng, p, 10**12 + rng.randrange(10**11)) for _ in range(12)]


def _edges(p: Params) -> Edges:
    rng = Random(repr(p))

    def at(i: int, j: int) -> Point:
        return p.wide * i + p.right, p.high * j + p.lean * i + p.up

    asked: list[Args] = []
    for outline in _OUTLINES * 2:
        corners = [at(int(each[0]), int(each[1])) for each in outline.split()]
        felled = [[*at(rng.randint(-2, 7), rng.randint(-2, 6))] for _ in range(24)]
        asked.append(([_signed(rng, p, corners)], felled))
    x, y = next(at(3, j) for j in (3, 4) if at(3, j)[1] % 2 == 0)
    inside, outside = [(x - 6, y - 6), (x + 3, y - 6)], [(x + 9, y + 1)]
    beside = [[(x - 2, y - 1), (x + 1, y + 1)], [(x - 1, y - 1), (x + 2, y + 1)]]
    shapes = [[*side, third] for side in beside for third in ((x - 3, y + 9), (x + 3, y - 9))]
    shapes += [[(x - 2, y + 1), (x + 2, y + 3), third] for third in ((x, y - 9), (x, y + 19))]
    shapes += [[(x - 2, y - 1), (x + 2, y - 3), (x, y + 19)]]
    shapes += [[*inside, (x + 3, y + 3), (x + 1, y + 1), (x + 1, y + 8), (x - 6, y + 8)]]
    shapes += [[(x + 1, y + 1), (x + 3, y + 3), *outside]]
    shapes += [[(x - y, y // 2), (x + y, y // 2), (x + y, end), (x - y, end)] for end in (3 * y, -9)]
    asked += [([_signed(rng, p, corners)], [[x, y]]) for corners in shapes]
    shapes = [[(x, y), (x + 1, y), (x, y + 1)], [(x, y), (x, y + 1), (x + 1, y)]]
    asked += [([_signed(rng, p, corners)], []) for corners in shapes]
    none: list[Args] = [([], []), ([], [[x, y]])]
    single: list[Args] = [([_signed(rng, p, [(0, 0), (1, 0), (0, 1)])], []), (asked[0][0], [asked[0][0][0][0][:2]] * 2)]
    return Edges(none, single, asked, [_land(rng, p, 1)])


def _draw(rng: Random, p: Params) -> Args:
    return _land(rng, p, 1)


def _wrong(p: Params) -> dict[str, tuple[str, str]]:
    misread = {
        "columns do not lean": (f" - {p.lean} * i) % {p.high}", f") % {p.high}"),
        "all fences are walked around to the left": ("sides if max(area, 0) else", "sides if True else"),
        "trees on the right and left walls are forgotten": ("own += between * (", "own += 0 * ("),
        "felled points are not looked up in the grid": ("for x, y in felled if is_place(x, y)]", "for x, y in felled]"),
        "places that are named twice": ("% 2:\n", "% 2 or True:\n") if p.again else ("{*gone}", "gone"),
    }
    if p.level >= 6:
        misread["a corner needs both signs, or only one"] = (
            ("min(touched)", "max(touched)") if p.both else ("max(touched)", "min(touched)")
        )
        misread["the sign of the next corner decides"] = ("y2, *_) in", "y2, *sign) in")
    if p.level >= 7:
        misread["an inner fence is as good as an outer one"] = ("depth = min(3, sum(", "depth = min(0, sum(")
    return misread


FAMILY = CodingFamily(
    "orchard",
    Kind.COMPLETE,
    _params,
    _prose,
    _count_trees,
    second,
    _edges,
    _draw,
    levels=HARD_LEVELS,
    plain=plainly,
    large=_large,
    wrong=_wrong,
    loops=60_000,
)
