"""Problems about places: seats, opening hours, shelf labels, a warehouse floor."""

from __future__ import annotations

from random import Random

from bench.suites.coding.problem import ints, picks, problem


def _row(rng: Random) -> str:
    return "".join(picks(rng, "..x", longest=12))


def _grid(rng: Random, highest: int) -> list[list[int]]:
    rows, columns = rng.randint(1, 4), rng.randint(1, 4)
    return [[rng.randint(0, highest) for _ in range(columns)] for _ in range(rows)]


@problem(
    "seats",
    1,
    examples=[("x..x.",), ("xx",)],
    edges=[("",), (".",), ("x",), ("...",), ("xxx",), (".x" * 20,)],
    draw=lambda rng: (_row(rng),),
)
def count_seats(row: str) -> int:
    """Return the number of characters in the string `row`."""
    return len(row)


@problem(
    "seats",
    2,
    examples=[("x.xx.", 2), (".xx", 1)],
    edges=[("", 0), (".", 0), (".", 1), ("x", 0), ("..", 1), ("x...", 0), (".x.", 1), (".x.", 5), ("...", 2)],
    draw=lambda rng: (_row(rng), rng.randint(0, 5)),
)
def next_free(row: str, start: int) -> int:
    """
    In the string `row`, "." is a free seat and "x" a taken seat. Return the lowest index of a free seat
    that is at least `start`. Return -1 if there is none. `start` is never negative.
    """
    return row.find(".", start)


@problem(
    "seats",
    3,
    examples=[("...x..", [2, 2]), ("..x.", [3, 1])],
    edges=[
        ("", []),
        ("", [1]),
        (".", [1]),
        (".", [2]),
        ("xx", [1]),
        ("....", []),
        ("..x..", [2]),
        ("....x...x..", [3, 2, 1]),
        ("x..x...", [1, 1, 1]),
        ("...", [1, 1, 1]),
        (".....", [4, 2, 1]),
    ],
    draw=lambda rng: (_row(rng), ints(rng, 1, 4, longest=4)),
)
def seat_groups(row: str, groups: list[int]) -> str:
    """
    In the string `row`, "." is a free seat and "x" a taken seat. Seat groups of people, with the sizes
    in `groups` (each at least 1), one after another. Each group takes the left end of the shortest run of
    neighbouring free seats that is long enough for it; if several are equally short, of the leftmost. Its seats
    become "x". A group that fits nowhere is skipped. Return the final row.
    """
    for size in groups:
        runs = [run for run in row.split("x") if len(run) >= size]
        if runs:
            start = f"x{row}x".index(f"x{min(runs, key=len)}x")
            row = row[:start] + "x" * size + row[start + size :]
    return row


@problem(
    "opening",
    1,
    examples=[(9, 8), (7, 8)],
    edges=[(8, 8), (10, 9), (8, 9), (0, 0), (0, 1), (23, 22)],
    draw=lambda rng: (rng.randint(0, 23), rng.randint(0, 23)),
)
def is_open(hour: int, opens: int) -> bool:
    """Return True if `hour` is greater than or equal to `opens`. Otherwise return False."""
    return hour >= opens


@problem(
    "opening",
    2,
    examples=[(9, 8, 17), (12, 8, 17)],
    edges=[
        (8, 8, 17),
        (7, 8, 17),
        (16, 8, 17),
        (17, 8, 17),
        (11, 8, 17),
        (13, 8, 17),
        (12, 12, 13),
        (6, 6, 6),
        (14, 13, 15),
    ],
    draw=lambda rng: (rng.randint(5, 20), rng.randint(4, 12), rng.randint(12, 22)),
)
def is_open_today(hour: int, opens: int, closes: int) -> bool:
    """
    A shop is open from hour `opens` (included) to hour `closes` (not included), but never in hour 12,
    which is its lunch break. Return True if the shop is open at `hour`, otherwise False.
    """
    return opens <= hour < closes and hour != 12


@problem(
    "opening",
    3,
    examples=[([[12, 14], [9, 10]], 8, 18, 2), ([], 9, 12, 1)],
    edges=[
        ([], 9, 11, 3),
        ([], 9, 12, 3),
        ([[9, 12]], 9, 12, 1),
        ([[8, 10], [11, 13]], 9, 12, 1),
        ([[10, 16], [11, 12]], 9, 18, 1),
        ([[10, 12], [12, 13]], 9, 15, 1),
        ([[10, 11], [10, 14]], 9, 15, 1),
        ([[5, 7], [19, 20]], 9, 18, 2),
        ([[18, 19]], 9, 18, 2),
        ([[6, 9]], 9, 18, 9),
        ([[8, 20]], 9, 18, 1),
        ([[20, 23], [22, 24]], 9, 18, 1),
    ],
    draw=lambda rng: (
        [[start, start + rng.randint(1, 4)] for start in ints(rng, 5, 19, longest=5)],
        rng.randint(6, 9),
        rng.randint(15, 20),
        rng.randint(1, 3),
    ),
)
def free_gaps(bookings: list[list[int]], opens: int, closes: int, shortest: int) -> list[list[int]]:
    """
    Each booking of a room is [start, end] with start less than end. Bookings come in any order, may overlap,
    and may reach outside the opening time from `opens` to `closes`. Return the list of all gaps
    [start, end] within the opening time that no booking covers, each as long as possible, earliest first.
    Leave out gaps shorter than `shortest`, which is at least 1.
    """
    gaps = []
    free_from = opens
    for start, end in [*sorted(bookings), [closes, closes]]:
        until = min(start, closes)
        if until - free_from >= shortest:
            gaps.append([free_from, until])
        free_from = max(free_from, end)
    return gaps


@problem(
    "labels",
    1,
    examples=[("B", "04"), ("north", "12")],
    edges=[("", ""), ("X", ""), ("", "7"), ("a", "a"), ("x-y", "1"), ("Z", "-1")],
    draw=lambda rng: (rng.choice("abcXYZ") + rng.choice(["", "q", "R", "st"]), str(rng.randint(0, 150))),
)
def shelf_label(aisle: str, number: str) -> str:
    """Return the string `aisle`, then "-", then the string `number`, joined into one string."""
    return aisle + "-" + number


@problem(
    "labels",
    2,
    examples=[("#12",), ("#12345",)],
    edges=[("",), ("#",), ("1",), ("12#",), ("#1234",), ("#12346",), ("1234",), ("12345",), ("##",), (" #1",)],
    draw=lambda rng: (rng.choice(["#", "#", "a"]) + "".join(picks(rng, "#a7", longest=6)),),
)
def is_label(text: str) -> bool:
    """Return True if `text` starts with "#" and has at most 5 characters. Otherwise return False."""
    return text.startswith("#") and len(text) <= 5


@problem(
    "labels",
    3,
    examples=[("C-08",), ("K-99",)],
    edges=[
        ("A-01",),
        ("A-99",),
        ("B-12",),
        ("B-11",),
        ("B-14",),
        ("Y-99",),
        ("Z-99",),
        ("Z-98",),
        ("Z-12",),
        ("A-09",),
        ("M-10",),
    ],
    draw=lambda rng: (
        f"{rng.choice('ABCDEFGHIJKLMNOPQRSTUVWXYZ')}-{rng.choice([1, 5, 9, 10, 12, 20, 64, 98, 99, 99]):02d}",
    ),
)
def next_label(label: str) -> str:
    """
    `label` is an upper-case letter, "-", and a number from 01 to 99 written with two digits. Return the
    next label: the number is one higher, again with two digits. The number 13 is never used: 14 follows 12.
    After 99 the number starts again at 01 with the next letter of the alphabet; the letter after Z is A.
    """
    letter, number = label[0], int(label[2:]) + 1
    if number == 13:
        number = 14
    if number == 100:
        number = 1
        letter = "A" if letter == "Z" else chr(ord(letter) + 1)
    return f"{letter}-{number:02d}"


@problem(
    "floor",
    1,
    examples=[([[1, 2], [3, 4]],), ([[5]],)],
    edges=[([],), ([[]],), ([[], [7]],), ([[0, 0], [0, 0]],), ([[1], [2], [3]],), ([[-1, 1]],)],
    draw=lambda rng: (_grid(rng, 9),),
)
def row_totals(grid: list[list[int]]) -> list[int]:
    """`grid` is a list of rows. Return a list with the sum of each row."""
    return [sum(row) for row in grid]


@problem(
    "floor",
    2,
    examples=[([[1, 5], [2, 0]],), ([[2, 3, 3]],)],
    edges=[([],), ([[4]],), ([[1, 1]],), ([[1, 2]],), ([[0, 5, 1], [3, 0, 4]],), ([[1], [9]],), ([[-5, -2, -9]],)],
    draw=lambda rng: (_grid(rng, 6),),
)
def best_column(grid: list[list[int]]) -> int:
    """
    `grid` is a list of rows, all of the same length, at least 1. Return the index of the column with the largest
    sum; if several columns share it, the lowest index. Return -1 if `grid` is an empty list.
    """
    if not grid:
        return -1
    totals = [sum(column) for column in zip(*grid, strict=True)]
    return totals.index(max(totals))


@problem(
    "floor",
    3,
    examples=[([[1, 2], [3, 4]], "RD", 10), ([[5, 8, 1]], "RR", 9)],
    edges=[
        ([[3]], "", 3),
        ([[3]], "", 2),
        ([[3]], "ULDR", 9),
        ([[1, 2]], "RLR", 9),
        ([[1], [2]], "DUD", 9),
        ([[1, 2], [4, 8]], "RDLU", 99),
        ([[1, 2], [4, 8]], "DRUL", 14),
        ([[5, 5, 5]], "RR", 10),
        ([[1, 2, 4]], "LRRRL", 99),
        ([[1], [2], [4]], "UDDDU", 99),
        ([[0, 1], [2, 4], [8, 16]], "DDRUU", 22),
    ],
    draw=lambda rng: (_grid(rng, 9), "".join(picks(rng, "DDRRUL", longest=8)), rng.randint(4, 40)),
)
def robot_load(grid: list[list[int]], moves: str, capacity: int) -> int:
    """
    `grid` is a list of rows of equal length, at least one cell; each cell holds an amount of goods.
    A robot starts in the top left cell. Each character of `moves` takes it one cell up "U", down "D", left "L" or
    right "R"; a move that would leave the grid is ignored. The robot takes all goods of the cells it
    visits, the first cell included, but of each cell only once, and it leaves a cell's goods
    there if its load would become greater than `capacity`. Return the final load.
    """
    row = column = load = 0
    emptied = []
    for move in " " + moves:
        down = row + (move == "D") - (move == "U")
        right = column + (move == "R") - (move == "L")
        if 0 <= down < len(grid) and 0 <= right < len(grid[0]):
            row, column = down, right
        if [row, column] not in emptied and load + grid[row][column] <= capacity:
            load += grid[row][column]
            emptied.append([row, column])
    return load


PROBLEMS = (
    count_seats,
    next_free,
    seat_groups,
    is_open,
    is_open_today,
    free_gaps,
    shelf_label,
    is_label,
    next_label,
    row_totals,
    best_column,
    robot_load,
)
"""This theme's problems, by family and level."""
