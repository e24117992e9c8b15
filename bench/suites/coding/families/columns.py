"""A table as lines of text, and how it is to look otherwise."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose


def _params(rng: Random, level: int) -> Drawn:
    drawn = choose(
        rng, gap=[" | ", ", ", " : "], end=YES_NO, fill=".~_", head="-=", most=range(3, 6), cut=["~", ".", "+"]
    )
    return {**drawn, "short": rng.choice(["", "?", "-"]), "right": level >= 2}


def _before(_p: Params) -> Drawn:
    return {"level": 0, "gap": " ", "fill": " ", "right": False}


def _prose(p: Params) -> Prose:
    return [
        f'- Between two columns there is "{p.gap}", and shorter texts are filled up with "{p.fill}".',
        p.level >= 2 and "- Texts that consist of digits only, and of at least one, are filled up on the left instead.",
        p.level >= 3
        and f"- A text of more than {p.most} characters is replaced by "
        + (
            f'"{p.cut}" and its last {p.most - 1} characters'
            if p.end
            else f'its first {p.most - 1} characters and "{p.cut}"'
        )
        + "; what is shown then decides the widths, and whether it consists of digits only.",
        p.level >= 4
        and f'- Rows may have different lengths; a row that is shorter than the longest gets a "{p.short}" for '
        "each text that it lacks.",
        p.level >= 4 and f'- After the first line comes a line of the same length of "{p.head}" only.',
    ]


def _table(p: Params, rows: list[list[str]]) -> list[str]:
    if p.level >= 4:
        if not rows:
            return []
        size = max([len(row) for row in rows])
        rows = [row + [p.short] * (size - len(row)) for row in rows]
    if p.level >= 3 and p.end:
        rows = [[p.cut + text[1 - p.most :] if len(text) > p.most else text for text in row] for row in rows]
    if p.level >= 3 and not p.end:
        rows = [[text[: p.most - 1] + p.cut if len(text) > p.most else text for text in row] for row in rows]
    widths = [max([len(text) for text in column]) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = []
        for text, width in zip(row, widths, strict=True):
            if p.right and text.isdigit():
                cells.append(text.rjust(width, p.fill))
            else:
                cells.append(text.ljust(width, p.fill))
        line = p.gap.join(cells)
        lines.append(line)
    if p.level >= 4:
        lines.insert(1, p.head * len(line))
    return lines


def _second(p: Params, rows: list[list[str]]) -> list[str]:
    wide = max(map(len, rows), default=0)
    grid = []
    for row in rows:
        cells = list(row)
        while len(cells) < wide:
            cells.append(p.short)
        for place, text in enumerate(cells):
            if p.level >= 3 and text[p.most :]:
                kept = p.most - 1
                cells[place] = p.cut + text[len(text) - kept :] if p.end else text[:kept] + p.cut
        grid.append(cells)
    for place in range(wide):
        width = max(len(cells[place]) for cells in grid)
        for cells in grid:
            text = cells[place]
            pad = p.fill * (width - len(text))
            number = p.level >= 2 and text != "" and all(letter in "0123456789" for letter in text)
            cells[place] = pad + text if number else text + pad
    lines = [p.gap.join(cells) for cells in grid]
    return [lines[0], "".join(p.head for _ in lines[0]), *lines[1:]] if lines and p.level == 4 else lines


def _edges(p: Params) -> Edges:
    m = p.most
    long, number = "abcdefgh", "123456789"
    ties = [
        [[long[:m], "b"], [long[: m + 1], "c"]],
        [["7", "x7", ""], ["123", "y", "zz"]],
        [[number[:m]], [number[: m + 1]], ["1"]],
    ]
    ties += [[["a", ""], ["", "b"]], [["", "1"], ["", "22"]]]
    uneven = [
        [["a"], ["b", "cc", "ddd"], []],
        [["a", "b", "c"], ["d"]],
        [[], ["x"]],
        [["1", "2"], ["333"], ["4", long, "5"]],
    ]
    maxima = [[[long, number, "a"], ["b", "1", long]], [["name", "pieces"], ["tea", "12"], ["rice", "7"]]]
    return Edges(
        [([],)],
        [([["a"]],), ([["12"]],)],
        [(rows,) for rows in ties + (uneven if p.level >= 4 else [])],
        [(rows,) for rows in maxima],
    )


def _draw(rng: Random, p: Params) -> Args:
    texts = ["a", "bo", "tea", "rice", "sugar", "orange", "7", "42", "365", "12345", "1234567", "x1", ""]
    columns = rng.randint(1, 4)
    sizes = [rng.randint(0, 4) if p.level >= 4 else columns for _ in range(rng.randint(1, 4))]
    return ([[rng.choice(texts) for _ in range(size)] for size in sizes],)


FAMILY = CodingFamily("columns", Kind.EDIT, _params, _prose, _table, _second, _edges, _draw, before=_before)
