"""Regions of a grid."""

from __future__ import annotations

from itertools import pairwise
from random import Random

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose


def _params(rng: Random, _level: int) -> Drawn:
    drawn = choose(rng, pair=["#.", ".#", "##"], corners=YES_NO, down=YES_NO, out=YES_NO, box=YES_NO)
    return drawn


def _prose(p: Params) -> Prose:
    rows = "`grid` is a list of rows, all of the same length; each square of it is `#` or `.`."
    if p.level == 1:
        return [
            f"{rows} Return, for each row, at how many places in it `{p.pair[0]}` is directly followed by "
            f"`{p.pair[1]}`."
        ]
    near = "a side or a corner" if p.corners else "a side"
    size = "the number of its squares"
    if p.level >= 4:
        size = (
            "the number of squares of the smallest rectangle of squares that holds it, `.` ones included"
            if p.box
            else "the number of those sides of its squares on whose other side there is no `#`; sides at the border "
            "of the "
            "grid are among them"
        )
    return [
        f"{rows} Two `#` squares that share {near} belong to the same region, and so do all that are connected through "
        "such squares.",
        p.level >= 3
        and f"Leave out the regions that {'have' if p.out else 'do not have'} a square in the first or last row or the "
        "first or last column.",
        f"The size of a region is {size}. Return the sizes of all regions, "
        f"the {'largest' if p.down else 'smallest'} first, equal ones each; [] if there is no region.",
    ]


def _regions(p: Params, grid: list[str]) -> list[int]:
    if p.level == 1:
        return [sum(row[i : i + 2] == p.pair for i in range(len(row))) for row in grid]
    squares = [(y, x) for y in range(len(grid)) for x in range(len(grid[y])) if grid[y][x] in "#"]
    sizes = []
    while squares:
        region = squares[:1]
        for y, x in region:
            for v, u in squares:
                near = max(abs(y - v), abs(x - u)) < 2 if p.corners else abs(y - v) + abs(x - u) < 2
                if near and (v, u) not in region:
                    region.append((v, u))
        squares = [square for square in squares if square not in region]
        if p.level >= 3:
            rows, columns = [y for y, x in region], [x for y, x in region]
            bounds = [0 in rows, len(grid) - 1 in rows, 0 in columns, len(grid[y]) - 1 in columns]
            if any(bounds) if p.out else not any(bounds):
                continue
        if p.level < 4:
            sizes.append(len(region))
        elif p.box:
            sizes.append((max(rows) - min(rows) + 1) * (max(columns) - min(columns) + 1))
        else:
            sizes.append(sum(5 - sum(abs(y - v) + abs(x - u) < 2 for v, u in region) for y, x in region))
    return sorted(sizes, reverse=p.down)


def _second(p: Params, grid: list[str]) -> list[int]:
    if p.level == 1:
        return [sum(a + b == p.pair for a, b in pairwise(row)) for row in grid]
    cells = {complex(x, y) for y, row in enumerate(grid) for x, c in enumerate(row) if c == "#"}
    sides = [1, -1, 1j, -1j]
    steps = [*sides, 1 + 1j, 1 - 1j, -1 + 1j, -1 - 1j] if p.corners else sides
    left, sizes = set(cells), []
    while left:
        region = {left.pop()}
        while edge := {cell + step for cell in region for step in steps} & left:
            region |= edge
            left -= edge
        xs, ys = {int(cell.real) for cell in region}, {int(cell.imag) for cell in region}
        touches = bool({0, len(grid) - 1} & ys or {0, len(grid[0]) - 1} & xs)
        if p.level >= 3 and touches == p.out:
            continue
        outer = sum(cell + step not in cells for cell in region for step in sides)
        area = len(range(min(xs), max(xs) + 1)) * len(range(min(ys), max(ys) + 1))
        sizes.append(len(region) if p.level < 4 else area if p.box else outer)
    return sorted(sizes)[:: -1 if p.down else 1]


def _edges(_p: Params) -> Edges:
    ring = ["......", ".####.", ".#..#.", ".####.", ".....#"]
    inner = [".....", ".#.#.", "..#..", ".#.#.", "....."]
    ties = ["##/##", "#.#/.../#.#", "...../.##../...#./.#.../.....", "..../.#../..#./.##./....", "#../.#./..#"]
    ties += ["..../.##./..../#...", ".../.../.#.", ".../..#/...", ".../#../...", ".#./.../...", "..../.##./.##./...."]
    maxima = [["#" * 6] * 6, ring, inner, ["#.#.#.#"] * 2, ["." * 7, ".#.###.", ".#.#.#.", ".#####.", "." * 7]]
    grids = [text.split("/") for text in ties]
    return Edges(
        [([],), (["..."] * 2,)], [(["#"],), (["."],)], [(grid,) for grid in grids], [(grid,) for grid in maxima]
    )


def _draw(rng: Random, p: Params) -> Args:
    rows, columns, full = rng.randint(3, 6), rng.randint(3, 6), rng.choice(["#.", "#..", "##.", "#..."])
    grid = ["".join(rng.choice(full) for _ in range(columns)) for _ in range(rows)]
    if p.level >= 3 and p.out and rng.random() < 0.8:
        grid = ["." * (columns + 2), *("." + row + rng.choice("..#") for row in grid), "." * (columns + 2)]
    return (grid,)


FAMILY = CodingFamily("blobs", Kind.COMPLETE, _params, _prose, _regions, _second, _edges, _draw)
