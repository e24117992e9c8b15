"""Where the n-th word of an endless text stands when it is set in justified lines and pages."""

from __future__ import annotations

from random import Random
from typing import Any

from bench.suites.coding.family import (
    HARD_LEVELS,
    YES_NO,
    Args,
    CodingFamily,
    Drawn,
    Edges,
    Kind,
    Params,
    Prose,
    choose,
)
from bench.suites.coding.solvers.pages import plainly, second


def _params(rng: Random, _level: int) -> Drawn:
    drawn = choose(rng, width=range(16, 23), height=[4, 5, 6], indent=[1, 2, 3], stop=[2, 3], few=[2, 3])
    return {**drawn, **choose(rng, blank=YES_NO, odd=YES_NO, left=YES_NO, tall=[1, 2], more=[1, 2])}


def _prose(p: Params) -> Prose:
    signs = "letters" if p.level == 5 else 'letters, between which there may be single signs "-",'
    star = "" if p.level < 7 else ', and behind all of these there may be one sign "*"'
    return [
        "`words` is a list of texts that is read over and over, without end: its last element is followed by its first "
        f"one again. Its elements are words and marks. A word consists of one or more {signs} and behind them there "
        f"may be a full stop{star}. A word has at most {p.width - p.indent} letters, a full stop being counted as one "
        'of them. There are two marks: "#" ends a paragraph, and "=" ends a paragraph and a page. At least one element '
        "is a word.",
        f"The words are set in lines of {p.width} columns, and pages of {p.height} lines. Pages, the lines of a page "
        "and the columns of a line are numbered from 1. A letter or a full stop takes one column, and so does a space.",
        "- A line takes one word after another as long as they fit. Between two words in a line is one space, but "
        f"{p.stop} spaces if the first of the two has a full stop. A word that does not fit any more begins the next "
        "line.",
        f"- The first line of a paragraph begins with {p.indent} empty column{'s' * (p.indent > 1)}. The next lines of "
        "it do not, nor is that so at the top of a page, unless a paragraph begins there. A paragraph goes on to the "
        "next mark, also from the last element of the list to the first one. Marks that follow each other directly, or "
        "stand at the text's beginning, have no empty paragraphs between them: they work as one mark, which ends a "
        "page if at least one of them does.",
        "- Every line except the last one of a paragraph is stretched to the right edge. For this, the columns that it "
        "leaves free at its right end are added to the spaces between its words, to all of them alike; what cannot be "
        f"shared out alike is given, one column each, to the {'first' if p.left else 'last'} of these spaces. This is "
        "on top of the usual number of spaces. A line with one word stays as it is, and so do the empty columns at its "
        "beginning.",
        "- When a page has no line left, the next line is the first one of the next page. "
        + (
            "Between two paragraphs one line is left empty; none is at the top of a page: if the earlier paragraph "
            "ends with the page, the later one begins in the first line of the next page."
            if p.blank
            else "Between two paragraphs no line is left empty."
        ),
        '- After the mark "=", the next paragraph begins in the first line of a new page, '
        + (
            "and the number of this page is odd: if need be, a page stays empty before it."
            if p.odd
            else "and lines that are left on the page before stay empty."
        )
        + " At the beginning of the text the mark does nothing, as page 1 is empty.",
        p.level >= 6
        and '- The signs "-" in a word take no column and are not set; they tell where the word may be divided. A '
        "word that does not fit in the rest of a line is divided, if possible: letters before one of its signs stay in "
        "this line, followed by a hyphen, which takes one column, and the others begin the next line. There must be at "
        f"least {p.few} letters before the hyphen, and together with the space before the word and the hyphen they "
        "must fit in the line. Of several such places the last one is taken; if there is none, the word "
        "begins the next line. To stretching, each of the two parts counts as a word. Where a divided word begins is "
        "where its first part does.",
        p.level >= 7
        and f'- The sign "*" takes no column, either. It says that the word has a note of {p.tall} '
        f"line{'s' * (p.tall > 1)}. Notes are at the bottom of the page with the line in which the word ends, and take "
        "away lines from it. A line is set on a page only if that has enough free lines for it and for all notes of "
        "its words; if not, the line, with its notes, goes to the next page. But at the top of a page a line is set in "
        "any case; if its notes are too long, the page is full with it, and they are cut off.",
        p.level >= 7
        and "- The first line of a paragraph that has further lines is, except at the top of a page, set on a page "
        "only if "
        + ("one more line is" if p.more == 1 else f"{p.more} more lines are")
        + " free there below it, besides those for its own notes. If not, it goes to the next page as well. For this "
        "it does not matter how many lines the paragraph has in all, nor where they will be.",
        "Return the list [page, line, column] with the place of the first letter of the n-th word. Words are counted "
        "from 1 through all repetitions of the list; marks are not counted. `n` is at least 1 and at most 10 ** 18, so "
        "that no computer can set all the pages before it; all hidden calls together may take 5 seconds.",
    ]


def _find_word(p: Params, words: list[str], n: int) -> list[int]:
    at = cut = line = count = 0
    page, free, first = 1, p.height, True
    seen: dict[object, list[int]] = {}
    while True:
        fresh = False
        while words[at] in ["#", "="]:
            fresh = fresh or words[at] in ["="]
            first = True
            at = (at + 1) % len(words)
        if fresh and line:
            page += 1 + page % 2 if p.odd else 1
            line, free = 0, p.height
        if p.blank and first and line:
            line += 1
            free -= 1
        state = (at, cut, first, line, free, *([page % 2] if p.odd else []))
        if state in seen:
            before, leaf = seen[state]
            turns = (n - 1 - count) // (count - before)
            count += turns * (count - before)
            page += turns * (page - leaf)
        seen[state] = [count, page]
        places: list[int] = []
        need = 1
        end, gap = p.indent if first else 0, 0
        begun = -1 if p.level >= 6 and cut else 0
        while words[at] not in ["#", "="]:
            word = words[at][cut:]
            size = len(word.replace("-", "").replace("*", ""))
            room = p.width - end - gap
            if size > room:
                if p.level >= 6:
                    cuts = [place for place, sign in enumerate(word) if sign in ["-"]]
                    cuts = [place for place in cuts if p.few <= len(word[:place].replace("-", "")) < room]
                    if cuts:
                        places.append(end + gap)
                        cut = cuts[-1]
                        end += gap + len(word[:cut].replace("-", "")) + 1
                break
            places.append(end + gap)
            end += gap + size
            gap = p.stop if "." in word else 1
            if p.level >= 7 and "*" in word:
                need += p.tall
            if p.level >= 6:
                cut = 0
            at = (at + 1) % len(words)
        begun += len(places)
        last = words[at] in ["#", "="]
        if line and free < (need if p.level < 7 or not first or last else need + p.more):
            page, line, free = page + 1, 0, p.height
        if count + begun >= n:
            place = n - count - 1 + len(places) - begun
            if place and not last:
                each, over = divmod(p.width - end, len(places) - 1)
                places[place] += each * place
                places[place] += min(place, over) if p.left else max(0, place + over - len(places) + 1)
            return [page, line + 1, places[place] + 1]
        count += begun
        line += 1
        free -= need
        first = False


def _large(p: Params) -> list[Args]:
    rng = Random(repr(p))
    return [(_words(rng, p), 10**18 - rng.randrange(10**16)) for _ in range(13)]


def _edges(p: Params) -> Edges:
    long = "a" * (p.width - p.indent)
    half = "b" * ((p.width - 1) // 2)
    ties = [["ab", "cd.", "efg", "#"], ["abc.", "d", "="], ["ab", "="], ["=", "#", "abc", "de", "#", "#"], [half]]
    ties += [[half, "a", "#", long], ["abc", "ab", "#", "ab", "=", "=", "#"], [half, "#"], [half, half, "a.", "="]]
    if p.level >= 6:
        ties += [["abc", "ab-cd-efg-h"], ["ab", "a-bc-def.", "cd"], ["abcd", "#", "ab-c-def-gh", "e-fg-hi"]]
    if p.level >= 7:
        ties += [["ab*", "cde", "f.*"], [half, "ab-cd*", "#"], ["ab", long, "#", long, half + "*", "="]]
        ties += [["a*", "b*", "c*", "d*", "ef*", "#", long]]
    page = ["ab", "#", "cd", "=", *[long] * p.height, "#"]
    asked: list[Args] = [(page, 10 * p.height + more) for more in range(3)]
    asked += [(page, turn * (p.height + 2) + more) for turn, more in ((3, 1), (3, 2), (3, 3), (12, 2))]
    asked += [(["a", "bc", "d", "efg", "h", "ij", "klm"], n) for n in (2, 9, 10, 12, 20)]
    asked.append((["=", *[long] * (p.height + 1)], 2 * (p.height + 1)))
    asked += [(words, n) for words in ties for n in ((4, 15) if p.level < 7 else (13,))]
    asked += [(_words(Random(more), p), 5 + 7 * more) for more in range(24)]
    one: list[Args] = [(["a"], 1), (["a", "#"], p.height + 1), (["#", "=", "ab"], 40)]
    longest: list[str] = [long, "#"] * 5 + ["a"] * 9
    return Edges(one[:1], one[1:], asked, [(longest, 99)])


def _words(rng: Random, p: Params) -> list[str]:
    words = []
    for _ in range(rng.randint(4, 11)):
        parts = ["".join(rng.choices("abcde", k=rng.randint(1, 3))) for _ in range(rng.randint(1, 4))]
        word = ("-" if p.level >= 6 else "").join(parts)[: p.width - p.indent - 1].rstrip("-")
        word += "." * (rng.random() < 0.3) + "*" * (p.level >= 7 and rng.random() < 0.2)
        words.append(word if rng.random() < 0.8 else rng.choice(["#", "#", "="]))
    return [*words, "abc"]


def _draw(rng: Random, p: Params) -> Args:
    return _words(rng, p), rng.randint(1, 150)


def _wrong(p: Params) -> dict[str, tuple[str, str]]:
    stretch = "min(place, over)" if p.left else "max(0, place + over - len(places) + 1)"
    other = "max(0, place + over - len(places) + 1)" if p.left else "min(place, over)"
    misread: dict[str, Any] = {
        "a paragraph's last line is stretched as well": ("if place and (not last):", "if place:"),
        "what is left over is given to the spaces at the other end": (stretch, other),
        "the first line at the top of a page is not indented": (
            f"end, gap = ({p.indent} if first else 0, 0)",
            f"end, gap = ({p.indent} if first and free > 0 and line else 0, 0)",
        ),
        "a full stop makes no wider space": (f"{p.stop} if '.' in word else 1", "1"),
        "the new page may have any number, or must have an odd one": (
            ("page += 1 + page % 2", "page += 1") if p.odd else ("page += 1\n", "page += 1 + page % 2\n")
        ),
        "marks are words": (
            "at = (at + 1) % len(words)\n        if fresh",
            "at = (at + 1) % len(words)\n            count += 1\n        if fresh",
        ),
    }
    if p.level >= 6:
        misread["a word is divided at the first place"] = ("cut = cuts[-1]", "cut = cuts[0]")
        misread["a hyphen takes no column"] = (") < room]", ") <= room]")
    if p.level >= 7:
        needs = "(need if not first or last else need + " + str(p.more) + ")"
        misread["the first line of a paragraph may be the last one of a page"] = (needs, "need")
    return misread


FAMILY = CodingFamily(
    "pages",
    Kind.COMPLETE,
    _params,
    _prose,
    _find_word,
    second,
    _edges,
    _draw,
    levels=HARD_LEVELS,
    plain=plainly,
    large=_large,
    wrong=_wrong,
    loops=6_000,
)
