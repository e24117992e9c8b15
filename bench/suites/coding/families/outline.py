"""Lines with marks of their depth: a program that numbers them like the headings of a book."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose


def _params(rng: Random, level: int) -> Drawn:
    drawn = choose(rng, mark="-*>", dot=[".", "-", "/"], end=YES_NO, first=[0, 1], fill=YES_NO, plain=YES_NO)
    return {**drawn, **choose(rng, letters=[2, 3] if level >= 4 else [0], skip="!#", again="=@", on=YES_NO)}


def _prose(p: Params) -> Prose:
    m = p.mark
    begin = p.first if p.level >= 2 else 1
    return [
        f"Each line begins with one or more `{m}`; how many is its depth. A blank and a text without "
        f"blanks follow. "
        + ("The first line has depth 1, and no line is more than 1 deeper than the one before. " if p.level < 2 else "")
        + f"Print for each line its number, a blank, and its text. The number has as many parts as the line "
        f"is deep, with "
        f'"{p.dot}" between them{" and after the last" if p.end else ""}.',
        f"Its last part counts the lines of its depth, from {begin}, since the last line that was less deep, "
        f"or from the "
        "beginning if there is none. Its other parts are the number of the last line that was less deep by 1.",
        p.level >= 2
        and "But the first line may have any depth, and a line may be deeper than the one before by more than 1. "
        + (
            f"The depths between are numbered as if there was one line of each of them just before, with "
            f"{begin} as its part; they are not printed."
            if p.fill
            else "Then it is taken to be deeper by just 1 (the first line: of depth 1); what follows is "
            "compared with the depth that it was taken to have."
        ),
        p.level >= 3
        and f'If the text of a line begins with "{p.skip}", print only the rest of its text, without number or blank. '
        + (
            "Such a line has no influence on any number."
            if p.plain
            else "Such a line is counted in all respects as if it was printed with its number."
        ),
        p.level >= 4
        and f"The part for depth {p.letters} is written as a letter instead: a for {begin}, b for {begin + 1} "
        f"and so on; there are never more than 26.",
        p.level >= 4
        and f'If the text of a line begins with "{p.again}", that is not printed either, and '
        + (
            "the last part of its number is greater by 2 than it would be; later lines count on from there."
            if p.on
            else f"the last part of its number is {begin} again; later lines count on from there."
        )
        + f' No text begins with both "{p.skip}" and "{p.again}".',
    ]


def _outline(p: Params, lines: list[str]) -> list[str]:
    counts: list[int] = []
    printed = []
    for line in lines:
        marks, text = line.split(" ")
        if p.level >= 3 and p.plain and p.skip in text:
            printed.append(text[1:])
            continue
        depth = len(marks)
        if p.level >= 2:
            before = counts[:depth]
            if p.fill:
                before += [p.first] * (depth - 1 - len(counts))
            counts = [*before[:-1], before[-1] + 1] if len(counts) >= depth else [*before, p.first]
        else:
            counts = [*counts, 0][:depth]
            counts = [*counts[:-1], counts[-1] + 1]
        if p.level >= 4 and p.again in text:
            counts = [*counts[:-1], counts[-1] + 2 if p.on else p.first]
            text = text[1:]
        if p.level >= 3 and not p.plain and p.skip in text:
            printed.append(text[1:])
            continue
        parts = [str(count) for count in counts]
        if p.level >= 4 and len(parts) >= p.letters:
            parts[p.letters - 1] = "abcdefghijklmnopqrstuvwxyz"[counts[p.letters - 1] - p.first]
        printed.append(p.dot.join(parts) + (p.dot if p.end else "") + " " + text)
    return printed


def _second(p: Params, lines: list[str]) -> list[str]:
    begin = p.first if p.level >= 2 else 1
    number: dict[int, int] = {}
    deep = 0
    shown = []
    for line in lines:
        depth, text = line.index(" "), line[line.index(" ") + 1 :]
        hidden = p.level >= 3 and text.startswith(p.skip)
        anew = p.level == 4 and text.startswith(p.again)
        text = text[1:] if hidden or anew else text
        if not (hidden and p.plain):
            if depth > deep + 1 and not p.fill and p.level >= 2:
                depth = deep + 1
            for between in range(deep + 1, depth):
                number[between] = begin
            number[depth] = number[depth] + 1 if depth <= deep else begin
            deep = depth
            if anew:
                number[depth] = number[depth] + 2 if p.on else begin
        if hidden:
            shown.append(text)
            continue
        parts = []
        for at in range(1, deep + 1):
            letter = p.level == 4 and at == p.letters
            parts.append(chr(ord("a") + number[at] - begin) if letter else str(number[at]))
        shown.append(p.dot.join([*parts, ""] if p.end else parts) + " " + text)
    return shown


def _edges(p: Params) -> Edges:
    ties = ["1 1 2 2 1 2", "1 2 3 1 2 3 3 2 3", "1 2 3 4 3 3 2 2 1", "1 1 1", "1 2 2 3 3 2 3 1 2"]
    if p.level >= 2:
        ties += ["2 1", "3 3 2 1 3", "1 3 3 2 4 1", "1 4 2 4 3", "4 1 2 4", "2 2 3 5 4 5 1", "1 3 2 3", "3 2 3 2 1 1"]
    if p.level >= 3:
        ties += ["1s 1 1", "1 2s 2 1s 2", "1 1s 2 2s 3 2", "3s 1 2", "1 3s 2 3", "2 1s 2", "1s", "1 2 1s 2 2"]
    if p.level >= 4:
        ties += [
            "1 1a 1 2 2a 2",
            "1a 1",
            "1 2a 2 3 3 3a 3 2",
            "3a 3 3a 2 2a",
            "1 2 2 2 2a 3 2",
            "1 2 3 3 3 3 3a 3",
            "1 2 2s 2a 2 3s 3a 3 3",
        ]
    maxima = ["1 2 3 4 5 6 6 5 4 3 2 1", " ".join(["1"] * 12 + ["2"] * 11 + ["3"] * 12)]
    return Edges(
        [([],)], [(_lines(p, "1"),)], [(_lines(p, text),) for text in ties], [(_lines(p, text),) for text in maxima]
    )


def _lines(p: Params, text: str) -> list[str]:
    marks = {"s": p.skip, "a": p.again}
    return [
        f"{p.mark * int(word[0])} {marks.get(word[1:], '')}{'bcdefg'[at % 6]}{at}"
        for at, word in enumerate(text.split())
    ]


def _draw(rng: Random, p: Params) -> Args:
    words, depth = list[str](), 0
    for _ in range(rng.randint(4, 12)):
        depth = rng.randint(1, min(4, depth + 1 + 2 * (p.level >= 2)))
        more = ["", "", "s" * (p.level >= 3), "a" * (p.level >= 4)]
        words.append(f"{depth}{rng.choice(more)}")
    return (_lines(p, " ".join(words)),)


FAMILY = CodingFamily("outline", Kind.PROGRAM, _params, _prose, _outline, _second, _edges, _draw)
