"""Words that are broken into lines of one width: a program that sets paragraphs."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose


def _params(rng: Random, level: int) -> Drawn:
    drawn = choose(rng, width=[12, 15, 20], right=YES_NO, indent=range(3), gap=YES_NO, cut="-~", left=YES_NO)
    later = {"indent": 0, "gap": False} if level == 1 else {"right": False}
    return {**drawn, **choose(rng, whole=YES_NO, most=range(4, 8)), **later}


def _prose(p: Params) -> Prose:
    w = p.width
    return [
        "The input is a text; its lines hold words of small letters, separated by one blank each. Break it "
        "anew into lines: put as many words "
        f"on each line as fit, in order, with one blank between them. A line has at most {w} characters"
        + ("." if p.level >= 3 else ", unless it is one word that is longer, which stands alone on its line."),
        p.level == 1 and "All words of the input are one text, wherever its lines end.",
        (p.level == 1 and p.right)
        and f"Each line is filled up with dots at its beginning, to {w} characters, if it has fewer.",
        p.level >= 2
        and "One or more empty lines end a paragraph; all words in between belong to one, wherever the lines end. "
        + ("Print one empty line between two paragraphs." if p.gap else "Print no empty lines.")
        + (
            f" Directly before the first word of each paragraph there {'are' if p.indent > 1 else 'is'} {p.indent} "
            f"dot{'s' if p.indent > 1 else ''}, "
            f"which count{'s' if p.indent == 1 else ''} as characters of the line and never "
            f"stand{'s' if p.indent == 1 else ''} alone on it."
            if p.indent
            else ""
        ),
        p.level >= 3
        and f"If a word has more than {w - p.indent} characters, it is divided before everything else: its "
        f'first {w - p.indent - 1} characters and "{p.cut}" '
        "are one word, and what is left is the next, which is divided in turn if it is too long.",
        p.level >= 4
        and f"Each line {'' if p.whole else 'but the last of a paragraph '}that has two words or more is "
        f"stretched to {w} characters: blanks are added where there are "
        "some already, so that the numbers of blanks between words differ by at most 1; the larger numbers "
        "stand on the "
        f"{'left' if p.left else 'right'}."
        + (f" But a line that would need more than {p.most} more characters for this stays as it is."),
    ]


def _paragraph(p: Params, lines: list[str]) -> list[str]:
    printed: list[str] = []
    words: list[str] = []
    for line in [" ".join(lines)] if p.level == 1 else [*lines, ""]:
        found = line.split()
        for word in found:
            if p.level >= 3:
                while len(word) > p.width - p.indent:
                    words.append(word[: p.width - p.indent - 1] + p.cut)
                    word = word[p.width - p.indent - 1 :]
            words.append(word)
        if words and (p.level == 1 or not found):
            if p.indent:
                words[0] = "." * p.indent + words[0]
            rows: list[list[str]] = []
            for word in words:
                if rows and len(" ".join([*rows[-1], word])) <= p.width:
                    rows[-1] = [*rows[-1], word]
                else:
                    rows = [*rows, [word]]
            if p.gap and printed:
                printed.append("")
            if p.level >= 4 and not p.whole:
                place = 0
            for row in rows:
                text = " ".join(row)
                if p.level >= 4 and not p.whole:
                    place += 1
                if p.level >= 4:
                    room, gaps = p.width - len(text), [" "] * (len(row) - 1)
                    if gaps and room <= p.most and (p.whole or place < len(rows)):
                        for at in range(room):
                            gaps[at % len(gaps)] += " "
                        if not p.left:
                            gaps = gaps[::-1]
                        text = row[0] + "".join([gap + word for gap, word in zip(gaps, row[1:], strict=True)])
                printed.append(text.rjust(p.width, ".") if p.right else text)
            if p.level >= 2:
                words = []
    return printed


def _second(p: Params, lines: list[str]) -> list[str]:
    if p.level == 1:
        texts = [" ".join(line for line in lines if line)]
    else:
        texts = [" ".join(part.split("\n")).strip() for part in "\n".join(lines).split("\n\n")]
    shown: list[str] = []
    for text in filter(None, texts):
        if shown and p.gap:
            shown.append("")
        words = text.split()
        if p.level >= 3:
            most, divided = p.width - p.indent, list[str]()
            for word in words:
                while word[most:]:
                    divided.append(word[: most - 1] + p.cut)
                    word = word[most - 1 :]
                divided.append(word)
            words = divided
        first = "." * p.indent
        while words:
            count = 1
            while count < len(words) and len(first) + len(" ".join(words[: count + 1])) <= p.width:
                count += 1
            taken, words = words[:count], words[count:]
            short = p.width - len(first) - len(" ".join(taken))
            if p.level == 4 and count > 1 and short <= p.most and (words or p.whole):
                gaps = [1] * (count - 1)
                order = range(count - 1) if p.left else range(count - 2, -1, -1)
                while short:
                    for at in order:
                        if short:
                            gaps[at] += 1
                            short -= 1
                taken = [word + " " * gap for word, gap in zip(taken, [*gaps, 0], strict=True)]
                shown.append(first + "".join(taken))
            else:
                shown.append((first + " ".join(taken)).rjust(p.width * p.right, "."))
            first = ""
    return shown


def _edges(p: Params) -> Edges:
    w = p.width
    ties = [
        ["a" * w],
        ["a" * (w - 1) + " b"],
        ["a" * (w - 2) + " b"],
        ["aa bb", "cc dd ee ff gg hh ii jj"],
        ["a" * (w - 3) + " b c d"],
    ]
    ties += [["abc " * 12], ["a bb ccc dddd eeeee ffffff ggggggg", "h ii jjj"], ["", "a"], ["a", ""], ["a b", "", "c"]]
    if p.level < 3:
        ties += [["a", "b" * (w + 3), "c d"], ["b" * (w + 1)], ["a" * (w + 1), "b" * (2 * w), "c"]]
    if p.level >= 2:
        ties += [
            ["", "", "a"],
            ["a", "", "", "b", "", ""],
            ["a b c d e f g h i j k l m", "", "n o p q r s t u v w x y z"],
            ["a", "b", "", "c", "d"],
        ]
        ties += [["a" * (w - p.indent)], ["a" * (w - p.indent), "", "b" * (w - p.indent - 2) + " c d"]]
    if p.level >= 3:
        ties += [
            ["a" * (w - p.indent + 1)],
            ["b" * 50],
            ["a", "b" * (w - p.indent), "c"],
            ["a " + "bcdefghijk" * 4 + " c d e f"],
            ["a" * (w - p.indent - 1) + " b"],
        ]
        ties += [["abcdefghij" * 2, "abcdefghij" * 3, "", "x y"], ["a", "b" * w]]
    if p.level >= 4:
        for room in range(4, 10):
            ties.append(
                ["a b c " + "d" * max(1, w - 5 - room - p.indent), "e" * (w - p.indent), "a b " + "f" * (w - 3 - room)]
            )
        ties += [
            ["aa bb cc dd ee ff gg hh ii", "j"],
            ["a b " + "c" * (w - p.indent), "d e f"],
            ["ab " * 9 + "c", "", "ab cd " * 5],
        ]
    maxima = [
        ["the quick brown fox jumps over the lazy dog", "and it runs far", "", "to the east", "of the old town"],
        ["abcd " * 30],
    ]
    tied = [([line.strip() for line in lines],) for lines in ties]
    return Edges([([],)], [(["a"],)], tied, [([line.strip() for line in lines],) for lines in maxima])


def _draw(rng: Random, p: Params) -> Args:
    lines = []
    for _ in range(rng.randint(2, 6)):
        sizes = [rng.choice([1, 2, 3, 4, 5, 6, 8, rng.randint(9, 24)]) for _ in range(rng.randint(2, 6))]
        words = [rng.choice("abcdefgh") * size if size < 3 else ("lorem" + "ipsumdolor" * 3)[:size] for size in sizes]
        lines.append(" ".join(words))
        if p.level >= 2 and rng.random() < 0.4:
            lines.append("")
    return (lines,)


FAMILY = CodingFamily("paragraph", Kind.PROGRAM, _params, _prose, _paragraph, _second, _edges, _draw)
