"""Solutions of pages written from its text alone: by printing every page, and by a list of lines that repeats."""

from __future__ import annotations

from bisect import bisect_left

from bench.suites.coding.family import Params


def plainly(p: Params, words: list[str], n: int) -> list[int]:
    """The plain program, by printing every line until the one with the n-th word."""
    pages: list[list[str]] = [[]]
    taken = [0]
    number, position, rest = 0, 0, ""

    def stretched(parts: list[str], spaces: list[int], empty: int, last: bool) -> list[int]:
        """Where the parts of a line begin, stretched unless it is the last one."""
        turn = range(len(spaces)) if p.left else range(len(spaces))[::-1]
        if parts[1:] and not last:
            for given in range(p.width - empty - len("".join(parts)) - sum(spaces)):
                spaces[turn[given % len(spaces)]] += 1
        return [empty + len("".join(parts[:place])) + sum(spaces[:place]) for place in range(len(parts))]

    def bare(word: str) -> str:
        return "".join([sign for sign in word if sign not in "-*"])

    def mark() -> bool:
        return words[position] == "#" or words[position] == "="

    while True:
        begins = number == 0
        page_ends = False
        while mark():
            begins = True
            page_ends = page_ends or words[position] == "="
            position = (position + 1) % len(words)
        if page_ends and pages[-1]:
            pages.append([])
            taken.append(0)
            if p.odd and len(pages) % 2 == 0:
                pages.append([])
                taken.append(0)
        if begins and pages[-1] and p.blank:
            pages[-1].append("")
        parts: list[str] = []
        spaces: list[int] = []
        numbers: list[int] = []
        notes = 0
        empty = p.indent if begins else 0
        used = empty
        while not mark():
            word = rest or words[position]
            space = 0
            if parts:
                space = p.stop if parts[-1][-1] == "." else 1
            if used + space + len(bare(word)) <= p.width:
                piece, remains = word, ""
            else:
                piece, remains = "", word
                for place in range(len(word)):
                    if word[place] == "-":
                        front = bare(word[:place])
                        if len(front) >= p.few and used + space + len(front) + 1 <= p.width:
                            piece, remains = front + "_", word[place + 1 :]
            if not piece:
                break
            if parts:
                spaces.append(space)
            number += not rest
            numbers.append(0 if rest else number)
            parts.append(bare(piece))
            used += space + len(parts[-1])
            rest = remains
            if rest:
                break
            notes += p.tall if "*" in word else 0
            position = (position + 1) % len(words)
        last = mark()
        wanted = 1 + notes
        if begins and not last and p.level >= 7:
            wanted += p.more
        if pages[-1] and len(pages[-1]) + taken[-1] + wanted > p.height:
            pages.append([])
            taken.append(0)
        taken[-1] += notes
        if n in numbers:
            columns = stretched(parts, spaces, empty, last)
            return [len(pages), len(pages[-1]) + 1, columns[numbers.index(n)] + 1]
        pages[-1].append("".join(parts))


def second(p: Params, words: list[str], n: int) -> list[int]:
    """The second reference: the lines up to the first one that is found a second time, and how they repeat."""
    lines: list[tuple[int, int, int, list[int]]] = []
    found: dict[object, tuple[int, int]] = {}
    place: Place = (0, 0, True, 0, 0)
    page, words_before = 1, 0
    while True:
        place, turned = _opened(p, words, place, page)
        page += turned
        key = (place, page % 2 if p.odd else 0)
        if key in found:
            break
        found[key] = words_before, page
        columns, fresh, after, notes, last = _line(p, words, place)
        line, taken = place[3:]
        room = p.height - line - taken
        if line and room < 1 + notes + (p.more if p.level == 7 and place[2] and not last else 0):
            page, line, taken = page + 1, 0, 0
        words_before += fresh
        lines.append((words_before, page, line, columns[len(columns) - fresh :]))
        place = (*after, False, line + 1, taken + notes)
    start, first_page = found[key]
    turns, wanted = 0, n
    if n > words_before:
        turns, more = divmod(n - start - 1, words_before - start)
        wanted = start + more + 1
    total, on, line, columns = lines[bisect_left([each[0] for each in lines], wanted)]
    return [on + turns * (page - first_page), line + 1, columns[wanted - total - 1] + 1]


Place = tuple[int, int, bool, int, int]
"""Where a line begins: element, sign in it, whether a paragraph begins; lines of the page above, and of its notes."""


def _opened(p: Params, words: list[str], place: Place, page: int) -> tuple[Place, int]:
    """Passes the marks before a line: where it begins then, and how many pages are turned for them."""
    index, offset, first, line, taken = place
    marks = set()
    while words[index] in ("#", "="):
        marks.add(words[index])
        index = (index + 1) % len(words)
    first = first or bool(marks)
    if "=" in marks and line:
        return (index, 0, True, 0, 0), 2 if p.odd and page % 2 else 1
    return (index, offset, first, line + (1 if first and line and p.blank else 0), taken), 0


def _bare(word: str) -> str:
    return word.replace("-", "").replace("*", "")


def _line(p: Params, words: list[str], place: Place) -> tuple[list[int], int, tuple[int, int], int, bool]:
    """A line: where its parts begin, how many of them begin a word, what follows, lines of notes, whether it is a
    paragraph's last."""
    index, offset, first = place[:3]
    run: list[str] = []
    while len(run) <= p.width and words[(index + len(run)) % len(words)] not in ("#", "="):
        run.append(words[(index + len(run)) % len(words)])
    run[0] = run[0][offset:]

    def starts(parts: list[str]) -> list[int]:
        """Where the parts begin, and after them the line's length."""
        columns = [p.indent if first else 0]
        for part, following in zip(parts, [*parts[1:], ""], strict=True):
            space = (p.stop if part.endswith(".") else 1) if following else 0
            columns.append(columns[-1] + len(part) + space)
        return columns

    bare = [_bare(word) for word in run]
    fit = max(count for count in range(1, len(run) + 1) if starts(bare[:count])[-1] <= p.width)
    parts, begun = bare[:fit], 0
    if fit < len(run) and p.level > 5:
        for sign in reversed([at for at, letter in enumerate(run[fit]) if letter == "-"]):
            front = _bare(run[fit][:sign])
            if len(front) >= p.few and starts([*parts, front + "_"])[-1] <= p.width:
                parts, begun = [*parts, front + "_"], sign + 1
                break
    *columns, end = starts(parts)
    if fit < len(run) and len(parts) > 1:
        each, over = divmod(p.width - end, len(parts) - 1)
        wide = range(over) if p.left else range(len(parts) - 1 - over, len(parts) - 1)
        columns = [
            column + each * at + len([space for space in wide if space < at]) for at, column in enumerate(columns)
        ]
    notes = p.tall * len([word for word in run[:fit] if "*" in word])
    after = (index + fit) % len(words), begun
    return columns, len(parts) - bool(offset), after, notes, fit == len(run)
