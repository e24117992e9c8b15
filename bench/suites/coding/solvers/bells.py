"""Solutions of bells written from its text alone: year by year, and by one table of days after which all repeats."""

from __future__ import annotations

from typing import Any

from bench.suites.coding.family import Params


def plainly(p: Params, plan: list[list[list[int]]], start: list[int], n: int) -> list[int]:
    """The plain program, by writing down the days of one year after another."""

    def year_of(number: int) -> list[list[int]]:
        days: list[list[int]] = []
        passed = (number - 1) * sum(p.lengths) + (number - 1) // p.every - (number - 1) // p.never
        for month in [1, 2, 3]:
            size = p.lengths[month - 1]
            if number % p.every == 0 and number % p.never != 0 and month == p.longer:
                size += 1
            for day in range(1, size + 1):
                days.append([number, month, day, (p.first + passed + len(days)) % p.week, size])
        return days

    def calls(entry: list[list[int]], date: list[int]) -> bool:
        _, month, day, weekday, size = date
        if entry[0] and month not in entry[0]:
            return False
        marked = [number for number in entry[1] if number > 0]
        if p.clip:
            marked = [min(number, size) for number in marked]
        marked += [size + 1 + number for number in entry[1] if number < 0]
        if entry[1] and entry[2] and p.either:
            return day in marked or weekday in entry[2]
        return (not entry[1] or day in marked) and (not entry[2] or weekday in entry[2])

    def called(date: list[int]) -> bool:
        count = len([entry for entry in plan if calls(entry, date)])
        return count % 2 == 1 if p.odd else count >= 1

    year, found, last = start[0], 0, -99
    place = 0
    days = year_of(year - 1) + year_of(year)
    idle = 0
    while idle < p.never * p.week + 2:
        days = days[place:] + year_of(year + 1)
        place = 0
        idle += 1
        while days[place][0] < year or days[place][:3] < start:
            place += 1
        while days[place][0] == year:
            date = days[place]
            feast = p.level >= 7 and date[1] == p.merry and date[2] == 1
            rings = called(date)
            if p.level >= 6:
                other = days[place - 1] if p.later else days[place + 1]
                lost = p.level >= 7 and not p.feast and other[1] == p.merry and other[2] == 1
                rings = (rings and date[3] != p.rest) or (other[3] == p.rest and called(other) and not lost)
            if p.level >= 7:
                rings = rings and last < -p.gap
                if feast:
                    rings = p.feast
                last = -1 if rings else last - 1
            if rings:
                idle = 0
                found += 1
                if found == n:
                    return date[:3]
            place += 1
        place -= 1
        year += 1
    return []


def second(p: Params, plan: list[list[list[int]]], start: list[int], n: int) -> list[int]:
    """The second reference: a table of the days of so many years that weeks and leap years repeat, and sums over it."""
    table, years = _days(p), p.never * p.week
    wanted = [_called(p, plan, date) for date in table]
    rings = [_rings(p, table, wanted, at) for at in range(len(table))]
    feast = [p.level >= 7 and date[1:3] == [p.merry, 1] for date in table]
    cycle, year = divmod(start[0] - 1, years)
    begin = next(at for at, date in enumerate(table) if date[:3] == [year + 1, *start[1:]])
    jump = _jumps(p, rings, feast)
    rest, found, at, turn = 0, 0, begin, cycle
    at, rest, found, end = _walk(p, rings, feast, (at, rest, n))
    if end is None:
        left, turn = n - found, turn + 1
        steps = [jump]
        while steps[-1][0][1] < left and len(steps) < 64:
            steps.append([(steps[-1][to][0], gain + steps[-1][to][1]) for to, gain in steps[-1]])
        for power in reversed(range(len(steps))):
            to, gain = steps[power][rest]
            if gain < left:
                left, rest, turn = left - gain, to, turn + 2**power
        _, _, _, end = _walk(p, rings, feast, (0, rest, left))
    if end is None:
        return []
    date = table[end]
    return [date[0] + turn * years, date[1], date[2]]


def _days(p: Params) -> list[list[int]]:
    """[year, month, day, weekday, days of the month] of all days of the years after which everything repeats."""
    days: list[list[int]] = []
    for year in range(1, p.never * p.week + 1):
        for month, usual in enumerate(p.lengths, 1):
            size = usual + int(month == p.longer and not year % p.every and bool(year % p.never))
            days += [[year, month, day, 0, size] for day in range(1, size + 1)]
    for number, date in enumerate(days):
        date[3] = (number + p.first) % p.week
    return days


def _called(p: Params, plan: list[list[list[int]]], date: list[int]) -> bool:
    _, month, day, weekday, size = date
    votes = 0
    for months, days, weekdays in plan:
        numbers = {day, day - size - 1} if day < size or not p.clip else {day, -1, *(d for d in days if d > size)}
        verdicts = [bool(numbers & {*days})] * bool(days) + [weekday in weekdays] * bool(weekdays)
        votes += (any(verdicts) if p.either and verdicts else all(verdicts)) and month in (months or [month])
    return votes % 2 == 1 if p.odd else votes > 0


def _rings(p: Params, table: list[list[int]], wanted: list[bool], at: int) -> bool:
    if p.level == 5:
        return wanted[at]
    moved = (at + (-1 if p.later else 1)) % len(table)
    dropped = p.level == 7 and not p.feast and table[moved][1:3] == [p.merry, 1]
    own = wanted[at] and table[at][3] != p.rest
    return own or (table[moved][3] == p.rest and wanted[moved] and not dropped)


def _walk(p: Params, rings: list[bool], feast: list[bool], begun: tuple[int, int, int]) -> Any:
    """From a day, and so many days of silence, to the table's end or the n-th ringing: where, silence, how many."""
    at, rest, n = begun
    found = 0
    while at < len(rings):
        now = p.feast if feast[at] else rings[at] and (p.level < 7 or not rest)
        rest = p.gap if now else max(0, rest - 1)
        found += now
        if found == n:
            return at, rest, found, at
        at += 1
    return at, rest, found, None


def _jumps(p: Params, rings: list[bool], feast: list[bool]) -> list[tuple[int, int]]:
    """For every number of days of silence at the table's begin: that at its end, and the ringings between."""
    walked = [_walk(p, rings, feast, (0, rest, -1)) for rest in range(p.gap + 1)]
    return [(rest, found) for _, rest, found, _ in walked]
