"""A robot collects goods on a warehouse floor."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose


def _params(rng: Random, _level: int) -> Drawn:
    return choose(rng, wraps=YES_NO, home="UD", most=range(12, 19))


def _prose(p: Params) -> Prose:
    leaving = "enters on the opposite side, in the same row or column" if p.wraps else "stays where it is instead"
    return [
        "`grid` is a list of at least one row, all of the same length, at least 1: how much lies on each square. A "
        f"robot starts on the first square of the {'first' if p.home == 'U' else 'last'} row. Each letter of `moves` "
        "moves it by one square: U to the row before, D to the row after, L to the square before, R to the square "
        f"after. If a move would leave the grid, the robot {leaving}.",
        f"After each letter it picks up what lies there; the number there {'stays' if p.level == 1 else 'becomes 0'}.",
        p.level >= 3 and f"If its load would then be more than {p.most}, it leaves all that lies there where it is.",
        p.level >= 4 and "If it is on the square where it started, it unloads everything first; then it picks up.",
        f"Return {'how much it has unloaded in all' if p.level >= 4 else 'its load at the end'}.",
    ]


def _robot_load(p: Params, grid: list[list[int]], moves: str) -> int:
    row, column = 0 if p.home == "U" else len(grid) - 1, 0
    if p.level >= 4:
        first, unloaded = row, 0
    load = 0
    for move in moves:
        row += (move == "D") - (move == "U")
        column += (move == "R") - (move == "L")
        row = row % len(grid) if p.wraps else max(0, min(len(grid) - 1, row))
        column = column % len(grid[0]) if p.wraps else max(0, min(len(grid[0]) - 1, column))
        if p.level >= 4 and row == first and column == 0:
            unloaded, load = unloaded + load, 0
        if p.level < 3 or load + grid[row][column] <= p.most:
            load += grid[row][column]
            if p.level >= 2:
                grid[row][column] = 0
    return unloaded if p.level >= 4 else load


def _second(p: Params, grid: list[list[int]], moves: str) -> int:
    goods = {complex(x, y): amount for y, row in enumerate(grid) for x, amount in enumerate(row)}
    place = home = 0j if p.home == "U" else (len(grid) - 1) * 1j
    load = unloaded = 0
    for step in [{"U": -1j, "D": 1j, "L": -1, "R": 1}[move] for move in moves]:
        if place + step in goods:
            place += step
        elif p.wraps:
            place -= step * ((len(grid) if step.imag else len(grid[0])) - 1)
        if p.level == 4 and place == home:
            unloaded, load = unloaded + load, 0
        if p.level <= 2 or load + goods[place] <= p.most:
            load += goods[place]
            goods[place] *= p.level == 1
    return unloaded if p.level == 4 else load


def _edges(p: Params) -> Edges:
    full, half, square = [[p.most, 1], [p.most + 1, 2]], [[1, p.most - 5, 5], [6, 2, 1]], [[1, 2], [4, 8]]
    return Edges(
        empty=[([[3]], ""), ([[1, 2], [3, 4]], ""), ([[0]], "U")],
        single=[([[3]], "ULDR"), *((square, moves) for moves in ("U", "D", "L", "R", "UU", "DD", "UDU", "DUD"))],
        ties=[(half, moves) for moves in ("RRDLLURRL", "LLURRDLLR", "URDLURDL", "DLUDRRUDL")],
        maxima=[(full, moves) for moves in ("RDLURDLU", "LURDLURD", "DURLDURL", "UDLRUDLR")],
    )


def _draw(rng: Random, _p: Params) -> Args:
    rows, columns = rng.randint(1, 3), rng.randint(1, 3)
    grid = [[rng.randint(0, 9) for _ in range(columns)] for _ in range(rows)]
    return grid, "".join(rng.choice("UDLR") for _ in range(rng.randint(1, 12)))


FAMILY = CodingFamily("floor", Kind.COMPLETE, _params, _prose, _robot_load, _second, _edges, _draw)
