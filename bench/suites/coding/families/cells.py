"""A row of cells that live and die."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose


def _params(rng: Random, _level: int) -> Drawn:
    born, stays = rng.sample(["01", "12", "02", "1", "2"], 2)
    drawn = choose(rng, ring=YES_NO, mark="#ox", off=".-_", rounds=range(2, 4), far=range(2, 4))
    return {**drawn, "born": born, "stays": stays}


def _prose(p: Params) -> Prose:
    return [
        p.level >= 2 and f"{p.rounds} times in a row, all at once:",
        f'- A cell that is "{p.off}" becomes "{p.mark}" if the number of "{p.mark}" next to it is one of {p.born}.',
        f'- A cell that is "{p.mark}" stays so if that number is one of {p.stays}.',
        p.ring and "- The last cell is next to the first.",
        p.level >= 3
        and f"- The cell {p.far} places further on counts as next to it, too, if there is one, round the ring if it "
        f"is one.",
        p.level >= 4
        and f'- If fewer than two cells are "{p.mark}" then, it is reversed and its first cell becomes "{p.mark}".',
        "Return the row.",
    ]


def _grown(p: Params, row: str) -> str:
    for _ in range(p.rounds if p.level >= 2 else 1):
        new = ""
        for i in range(len(row)):
            near = [i - 1, i + 1, i + p.far] if p.level >= 3 else [i - 1, i + 1]
            alive = [row[j % len(row)] for j in near] if p.ring else [row[j] for j in near if 0 <= j < len(row)]
            count = str(alive.count(p.mark))
            rule = p.stays if row[i] in p.mark else p.born
            new += p.mark if count in rule else p.off
        row = new
        if p.level >= 4 and row.count(p.mark) < 2:
            row = p.mark + row[::-1][1:]
    return row


def _second(p: Params, row: str) -> str:
    cells = [letter == p.mark for letter in row]
    steps = (-1, 1, p.far) if p.level >= 3 else (-1, 1)
    for _ in range(p.rounds if p.level >= 2 else 1):
        counts = [0] * len(cells)
        for place in range(len(cells)):
            for step in steps:
                other = place + step
                if p.ring:
                    other %= len(cells)
                if 0 <= other < len(cells):
                    counts[place] += cells[other]
        cells = [str(count) in (p.stays if cell else p.born) for cell, count in zip(cells, counts, strict=True)]
        if p.level == 4 and sum(cells) <= 1:
            cells = [True, *cells[::-1][1:]]
    return "".join(p.mark if cell else p.off for cell in cells)


def _edges(p: Params) -> Edges:
    m, o = p.mark, p.off
    forms = [
        "##",
        "#.",
        ".#",
        "#.#",
        "###",
        "...",
        "..#..",
        ".##.",
        "####.",
        "#...#",
        "#..#..#",
        ".#.#.#.",
        "##..##",
        "#....",
        "....#",
    ]
    forms += ["#.....", ".....#", "..##..", "#.#..#", "##.#.."]
    names = str.maketrans("#.", m + o)
    ties = [(form.translate(names),) for form in forms]
    return Edges(
        [(o * 4,)], [(m * 4,), ("#...".translate(names),)], ties, [(m * 12,), ((o + m) * 6,), ((o + o + m) * 4,)]
    )


def _draw(rng: Random, p: Params) -> Args:
    return ("".join(rng.choice([p.mark, p.off]) for _ in range(rng.randint(8, 14))),)


FAMILY = CodingFamily("cells", Kind.PREDICT, _params, _prose, _grown, _second, _edges, _draw)
