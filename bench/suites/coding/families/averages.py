"""A table of numbers as text: a program that prints averages of its rows and columns."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose


def _params(rng: Random, level: int) -> Drawn:
    drawn = choose(rng, down=YES_NO, places=[1, 2], none=["none", "-", "?"], all=["all", "total", "mean"], up=YES_NO)
    places = 0 if level == 1 else drawn["places"]
    return {**drawn, **choose(rng, named=YES_NO, last=YES_NO), "places": places, "scale": 10**places}


def _prose(p: Params) -> Prose:
    to = (
        "to a whole number"
        if p.level == 1
        else f"to {p.places} decimal{'s' if p.places > 1 else ''}, which {'are' if p.places > 1 else 'is'} "
        f"always printed"
    )
    half = "down" if p.down else "up"
    return [
        "Each line is a name and one or more whole numbers, separated by one blank each"
        + (", such as `ann 7 8`. " if p.level == 1 else '. In place of a number there may be "-": it is missing. ')
        + f"Print for each line, in {'another order, see below' if p.level >= 4 else 'the same order'}, the name, a "
        f"blank, and the average of its numbers, rounded {to}. Exactly half is rounded {half}.",
        p.level >= 2 and f'What is missing does not count; without any number, "{p.none}" is printed as the average.',
        p.level >= 3
        and "All lines have the same number of places. After the others, print one more line: "
        f'"{p.all}" and the averages of the first numbers of all lines, of the second, and so on, separated by one '
        "blank each. If the input is empty, print nothing.",
        p.level >= 4
        and f"The lines with a name are printed by their averages before these are rounded, the "
        f"{'lowest' if p.up else 'highest'} "
        f"first; those without any number {'after' if p.last else 'before'} all others. Equal ones "
        f"{'are in the order of their names' if p.named else 'stay in the order of the input'}.",
    ]


def _averages(p: Params, lines: list[str]) -> list[str]:
    table: list[tuple[str, list[list[str]]]] = []
    for line in lines:
        name, *cells = line.split(" ")
        table.append((name, [cells]))
    if p.level >= 4:
        if p.named:
            table = sorted(table)
        keyed: list[tuple[bool, float, int, str, list[str]]] = []
        for name, [cells] in table:
            values = [int(cell) for cell in cells if "-" not in cell]
            mean = sum(values) / max(1, len(values))
            keyed.append((bool(values) != p.last, mean if p.up else -mean, len(keyed), name, cells))
        table = [(name, [cells]) for _, _, _, name, cells in sorted(keyed)]
    if p.level >= 3 and lines:
        table.append((p.all, [[*column] for column in zip(*[line.split(" ")[1:] for line in lines], strict=True)]))
    printed = []
    for name, groups in table:
        texts = [name]
        for group in groups:
            values = [int(cell) for cell in group if p.level == 1 or "-" not in cell]
            if p.level >= 2 and not values:
                texts.append(p.none)
            else:
                half = len(values) - 1 if p.down else len(values)
                rounded = str((2 * p.scale * sum(values) + half) // (2 * len(values)))
                if p.level >= 2:
                    rounded = rounded.rjust(p.places + 1, "0")
                    rounded = rounded[: -p.places] + "." + rounded[-p.places :]
                texts.append(rounded)
        printed.append(" ".join(texts))
    return printed


def _second(p: Params, lines: list[str]) -> list[str]:
    rows = [(line.split()[0], [None if cell == "-" else int(cell) for cell in line.split()[1:]]) for line in lines]

    def mean(cells: list[int | None]) -> Fraction | None:
        there = [cell for cell in cells if cell is not None]
        return Fraction(sum(there), len(there)) if there else None

    def text(average: Fraction | None) -> str:
        if average is None:
            return str(p.none)
        parts, rest = divmod(average * 10**p.places, 1)
        parts += rest > Fraction(1, 2) or (rest == Fraction(1, 2) and not p.down)
        digits = str(parts).zfill(p.places + 1)
        return digits[: len(digits) - p.places] + ("." + digits[len(digits) - p.places :] if p.places else "")

    ordered = list(rows)
    if p.level == 4:
        if p.named:
            ordered.sort(key=lambda row: row[0])
        ordered.sort(key=lambda row: mean(row[1]) or Fraction(0), reverse=not p.up)
        without = [row for row in ordered if mean(row[1]) is None]
        others = [row for row in ordered if mean(row[1]) is not None]
        ordered = others + without if p.last else without + others
    shown = [f"{name} {text(mean(cells))}" for name, cells in ordered]
    if p.level >= 3 and rows:
        columns = [[cells[at] for _, cells in rows] for at in range(len(rows[0][1]))]
        shown.append(" ".join([p.all, *(text(mean(column)) for column in columns)]))
    return shown


def _edges(p: Params) -> Edges:
    ties = [
        ["a 1 2", "b 2 3"],
        ["a 1 2 2 2", "b 0 0 0 1", "c 3 4 4 4"],
        ["z 0 0 0", "y 10 10 11"],
        ["a 1 0 0 0 0 0 0 0"],
    ]
    if p.level >= 2:
        ties += [["a -"], ["a - 3", "b 4 -"], ["a 1 1 1 1 1 1 1 2", "b 1 0 0 1 0 0 1 0"], ["a 99 100 -", "b - - -"]]
        ties += [["a 1 0 0 0"], ["b 5 5 5 6", "c 0 - 0 0"], ["a 1 1 2 2 2 2 2 2"], ["a 0 0 0 0 0 1 0 -"]]
    if p.level >= 3:
        ties = [[line for line in rows if len(line.split()) == len(rows[0].split())] for rows in ties]
    if p.level >= 4:
        ties += [["d 1 -", "c 0 2", "b - -", "a 1 1", "e - -", "g 0 0"], ["b 2 2", "a 2 2", "c 3 3", "a 1 1"]]
        ties += [["m - 7", "k - -", "l 7 -", "j 6 7", "n 7 7", "i - -", "h 0 -"]]
    maxima = [["ann 100 100 100", "bob 0 100 99", "cy 100 0 1"], ["x 999 999 998", "y 998 999 999"]]
    return Edges([([],)], [(["a 5"],), (["b 0"],)], [(rows,) for rows in ties], [(rows,) for rows in maxima])


def _draw(rng: Random, p: Params) -> Args:
    width, top, lines = rng.randint(1, 6), rng.choice([3, 9, 100]), []
    for _ in range(rng.randint(1, 7)):
        size = width if p.level >= 3 else rng.randint(1, 6)
        cells = ["-" if p.level >= 2 and rng.random() < 0.35 else str(rng.randint(0, top)) for _ in range(size)]
        lines.append(" ".join([rng.choice(["ann", "bob", "cy", "dora", "eve", "fritz"]), *cells]))
    return (lines,)


FAMILY = CodingFamily("averages", Kind.PROGRAM, _params, _prose, _averages, _second, _edges, _draw)
