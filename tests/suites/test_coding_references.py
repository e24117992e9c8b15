"""A second solution of every level-3 problem, written another way, must agree with the reference on 2,000 inputs."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from bench.suites.coding.build import PROBLEMS
from bench.suites.coding.problem import Problem


def load_vans(weights: list[int], capacity: int) -> list[int]:
    fitting = [w for w in weights if w <= capacity]
    if not fitting:
        return []
    count = 1
    while count < len(fitting) and sum(fitting[: count + 1]) <= capacity:
        count += 1
    return [sum(fitting[:count]), *load_vans(fitting[count:], capacity)]


def restock(stock: dict[str, int], targets: dict[str, int], limit: int) -> dict[str, int]:
    wanted = [name for name in sorted(targets) for _ in range(targets[name] - stock.get(name, 0))]
    bought = wanted[:limit]
    return {name: bought.count(name) for name in set(bought)}


def checkout(prices: list[int], coupons: list[int]) -> int:
    amount = sum(prices)
    remaining = list(coupons)
    for _ in range(2):
        usable = [c for c in remaining if 3 * c <= amount]
        if usable:
            amount -= max(usable)
            remaining.remove(max(usable))
            remaining = [c for c in remaining if c <= max(usable)]
    delivery = 5 if prices and amount <= 49 else 0
    return amount + delivery


def meter_usage(readings: list[int], top: int, limit: int) -> int:
    total = 0
    last: int | None = None
    for reading in readings:
        if reading == -1:
            continue
        if last is not None:
            steps = 0
            while last != reading:
                last = 0 if last == top else last + 1
                steps += 1
            total += 0 if steps > limit else steps
        last = reading
    return total


def shift_hours(shifts: list[list[int]]) -> int:
    total = 0
    for start, end in shifts:
        present = 1
        while (start + present) % 24 != end:
            present += 1
        worked = present if present < 7 else present - 1
        total += sum(1 if hour <= 8 else 2 for hour in range(1, worked + 1))
    return total


def unique_handles(names: list[str]) -> list[str]:
    handles = ["".join(filter(str.isalpha, name)).lower() for name in names]
    handles = [handle if handle else "user" for handle in handles]
    numbers = [handles[: i + 1].count(handle) for i, handle in enumerate(handles)]
    return [handle + (str(n) if n > 1 else "") for handle, n in zip(handles, numbers, strict=True)]


def rank_players(results: dict[str, list[int]]) -> list[str]:
    def total(scores: list[int]) -> int:
        return max(a + b for i, a in enumerate(scores) for b in scores[:i])

    ranked = [name for name in sorted(results) if len(results[name]) > 1]
    ranked.sort(key=lambda name: total(results[name]), reverse=True)
    return ranked


def priority_line(events: list[str]) -> list[str]:
    line: list[tuple[bool, int, str]] = []
    for arrival, event in enumerate(events):
        name = event.replace("!", "")
        if event == "next":
            line = line[1:]
        elif all(name != waiting for _, _, waiting in line):
            line = sorted([*line, ("!" not in event, arrival, name)])
    return [name for _, _, name in line]


def seat_groups(row: str, groups: list[int]) -> str:
    seats = list(row)
    for size in groups:
        best: tuple[int, int] | None = None
        start = 0
        for end in range(len(seats) + 1):
            if end == len(seats) or seats[end] == "x":
                length = end - start
                if length >= size and (best is None or length < best[0]):
                    best = (length, start)
                start = end + 1
        if best:
            seats[best[1] : best[1] + size] = ["x"] * size
    return "".join(seats)


def free_gaps(bookings: list[list[int]], opens: int, closes: int, shortest: int) -> list[list[int]]:
    free = [hour for hour in range(opens, closes) if not any(start <= hour < end for start, end in bookings)]
    gaps: list[list[int]] = []
    for hour in free:
        if gaps and gaps[-1][1] == hour:
            gaps[-1][1] = hour + 1
        else:
            gaps.append([hour, hour + 1])
    return [gap for gap in gaps if gap[1] - gap[0] >= shortest]


def next_label(label: str) -> str:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    labels = [f"{letter}-{n // 10}{n % 10}" for letter in letters for n in range(1, 100) if n != 13]
    return (labels + labels[:1])[labels.index(label) + 1]


def robot_load(grid: list[list[int]], moves: str, capacity: int) -> int:
    goods = {complex(x, y): amount for y, row in enumerate(grid) for x, amount in enumerate(row)}
    place = complex(0, 0)
    load = 0
    path = [place]
    for move in moves:
        step = {"U": -1j, "D": 1j, "L": -1, "R": 1}[move]
        place = place + step if place + step in goods else place
        path.append(place)
    for place in path:
        if goods[place] <= capacity - load:
            load += goods[place]
            goods[place] = 0
    return load


SECOND: tuple[Callable[..., Any], ...] = (
    load_vans,
    restock,
    checkout,
    meter_usage,
    shift_hours,
    unique_handles,
    rank_players,
    priority_line,
    seat_groups,
    free_gaps,
    next_label,
    robot_load,
)


@pytest.mark.parametrize("problem", [p for p in PROBLEMS if p.level == 3], ids=lambda p: str(p.id))
def test_two_independent_solutions_agree(problem: Problem) -> None:
    second = {function.__name__: function for function in SECOND}[problem.entry_point]
    rng = Random("second solution")
    drawn = [problem.draw(rng) for _ in range(2000)]
    for args in [*problem.examples, *problem.edges, *drawn]:
        assert second(*args) == problem.solve(args), args
