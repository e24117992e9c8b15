"""Hours of work, read from lines and reported by three files that are to be changed."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose, ints


def _params(rng: Random, _level: int) -> Drawn:
    drawn = choose(rng, low=YES_NO, alpha=YES_NO, colon=[":", "h", "."], step=[5, 10, 15], up=YES_NO)
    return {**drawn, **choose(rng, most=[60, 90, 120], early=YES_NO)}


def _before(_p: Params) -> Drawn:
    return {"level": 0}


def _prose(p: Params) -> Prose:
    return [
        f"- The report is ordered by the sums, the {'lowest' if p.low else 'highest'} first; equal ones "
        + ("are in the order of their names." if p.alpha else "stay in the order in which their names came up first."),
        p.level >= 2
        and f'- Sums are shown as hours and minutes, the latter always with two digits: 65 is "1{p.colon}05", '
        f'and 5 is "0{p.colon}05".',
        p.level >= 3
        and f"- The minutes of each line are rounded {'up' if p.up else 'down'} to a multiple of {p.step} "
        f"before they are summed up.",
        p.level >= 4
        and f"- Every line has a third part, the day, such as `ann 20 mo`. Of one name and one day at most "
        f"{p.most} minutes "
        "count, reckoned from rounded ones; "
        + (
            "where a line goes beyond this, what fits of it still counts."
            if p.early
            else "a line with which there would be more does not count at all, while a later one that fits does."
        )
        + " A name whose lines all count nothing is shown as well, with a sum of 0.",
    ]


def _rounded(p: Params, text: str) -> int:
    if p.level < 3:
        return int(text)
    return -(-int(text) // p.step) * p.step if p.up else int(text) // p.step * p.step  # type: ignore[no-any-return]


def _entry(p: Params, line: str) -> list:  # type: ignore[type-arg]
    name, text, *rest = line.split(" ")
    return [name, _rounded(p, text), *rest]


def _sums(p: Params, lines: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    if p.level >= 4:
        days: dict[str, int] = {}
    for line in lines:
        if p.level < 4:
            name, value = _entry(p, line)
        else:
            name, value, day = _entry(p, line)
            key = name + " " + day
            room = p.most - days.get(key, 0)
            if p.early:
                value = min(value, room)
            elif value > room:
                value = 0
            days[key] = days.get(key, 0) + value
        found[name] = found.get(name, 0) + value
    return found


def _clock(p: Params, value: int) -> str:
    if p.level < 2:
        return str(value)
    return str(value // 60) + p.colon + str(value % 60).rjust(2, "0")  # type: ignore[no-any-return]


def _report(p: Params, lines: list[str]) -> list[str]:
    found = _sums(p, lines)
    names = list(found)
    if p.level >= 1:
        if p.alpha:
            names = sorted(names)
        names = sorted(names, key=lambda name: found[name] if p.low else -found[name])
    return [name + " " + _clock(p, found[name]) for name in names]


def _second(p: Params, lines: list[str]) -> list[str]:
    totals: dict[str, list[int]] = {}
    spent: dict[tuple[str, str], int] = {}
    for place, line in enumerate(lines):
        who, text, day = [*line.split(), "-"][:3]
        minutes = int(text)
        while p.level >= 3 and minutes % p.step:
            minutes += 1 if p.up else -1
        if p.level == 4:
            before = spent.get((who, day), 0)
            after = before + minutes
            if after > p.most:
                after = p.most if p.early else before
            spent[who, day], minutes = after, after - before
        totals.setdefault(who, [0, place])[0] += minutes
    rows = [(total if p.low else -total, who if p.alpha else "", place, who) for who, (total, place) in totals.items()]
    shown = []
    for total, _, _, who in sorted(rows):
        hours, minutes = divmod(abs(total), 60)
        shown.append(f"{who} {hours}{p.colon}{minutes:02}" if p.level >= 2 else f"{who} {abs(total)}")
    return shown


def _edges(p: Params) -> Edges:
    s, most, spread = p.step, p.most, list[str]()
    ties = [
        "b 20,a 20,c 30,b 10,a 11",
        "c 5,b 5,a 5",
        "b 65,a 60,c 59,d 120",
        "z 1,y 2,x 3,z 2,w 3",
        "a 7,b 7,a 7,b 8",
        "b 0,a 0",
    ]
    ties += [
        f"a {s},b {s - 1},c {s + 1},d {2 * s}",
        f"d 1,c {s - 1},b {s},a 2",
        "a 600,b 601,c 599",
        f"a {3 * s + 1},a {s - 1},b {2 * s + 2}",
    ]
    for total in (295, 590, 885):
        pieces = [30] * (total // 30) + [total % 30]
        ties.append(",".join(f"a {piece}" for piece in pieces))
        spread.append(",".join(f"a {piece} d{at}" for at, piece in enumerate(pieces)))
    days = [
        f"a {most} mo,a 5 mo,a 20 tu",
        f"a {most + 1} mo,b 10 mo",
        f"a {most - 10} mo,a 40 mo,a 10 mo,b 60 mo",
        f"a {most - 3} mo,a 3 mo,a 30 tu",
    ]
    days += [
        f"b 40 mo,a 40 mo,b 40 tu,a {most} mo,b {most - 30} mo",
        f"a {most + 30} mo,a 30 mo,b 30 mo",
        f"a {most - s} mo,a {s} mo,a {s} mo",
    ]
    days += [
        f"a {most} mo,b {most} mo,a {most} tu,b 60 tu,a 1 tu",
        f"a {most - 30} mo,a 31 mo,a 29 mo,a 16 mo",
        "c 60 mo,a 120 tu",
    ]
    texts = ties if p.level < 4 else [_dated(text) for text in ties] + days + spread
    single = ["a 5", "a 0", "bob 61"] if p.level < 4 else ["a 5 mo", "a 0 tu", "bob 61 mo"]
    many = [f"{'dcba'[at % 4]} {at * 13 % 50}" + " mo" * (p.level >= 4) for at in range(20)]
    return Edges([([],)], [([text],) for text in single], [(text.split(","),) for text in texts], [(many,)])


def _dated(text: str) -> str:
    return ",".join(f"{part} {'mo' if at % 3 else 'tu'}" for at, part in enumerate(text.split(",")))


def _draw(rng: Random, p: Params) -> Args:
    lines = [f"{rng.choice(['ann', 'bob', 'cy', 'dora'])} {minutes}" for minutes in ints(rng, 1, 70, longest=10)]
    return ([f"{line} {rng.choice(['mo', 'tu'])}" if p.level >= 4 else line for line in lines],)


_FILES = {"entries.py": (_rounded, _entry), "sums.py": (_sums,), "report.py": (_clock, _report)}
FAMILY = CodingFamily(
    "hours", Kind.REPAIR, _params, _prose, _report, _second, _edges, _draw, before=_before, files=_FILES
)
