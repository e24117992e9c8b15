"""Lines of sums and products, with brackets, names and divisions: a program that prints their values."""

from __future__ import annotations

from random import Random

from bench.suites.coding.family import YES_NO, Args, CodingFamily, Drawn, Edges, Kind, Params, Prose, choose


def _params(rng: Random, level: int) -> Drawn:
    drawn = choose(
        rng, right=YES_NO, high=["*", "+-"], unknown=range(3), echo=YES_NO, down=YES_NO, fault=["error", "?"]
    )
    return {**drawn, "high": "" if level == 1 else drawn["high"].replace("*", "*/" if level >= 4 else "*")}


def _prose(p: Params) -> Prose:
    marks = "+, -, * and /" if p.level >= 4 else "+, - and *"
    first = '"*" and "/" are' if p.high == "*/" else '"*" is' if p.high == "*" else '"+" and "-" are'
    side = "the right: 9 - 5 - 1 is 5" if p.right else "the left: 9 - 5 - 1 is 3"
    return [
        f"Each line is an expression of whole numbers{' and names' if p.level >= 3 else ''}, "
        f"{marks}{', and round brackets' if p.level >= 2 else ''}. "
        "Its parts are separated by one blank each, and it is well formed. Print the value of each line on a line of "
        "its own. No number has more than 15 digits.",
        f"Where brackets leave it open, {first} worked out before the others, and marks of equal rank from {side}."
        if p.level >= 2
        else f"No mark goes before another: a line is worked out from {side}, and "
        f"{'2 * 3 + 4 is 14' if p.right else '2 + 3 * 4 is 20'}.",
        p.level >= 3
        and f'A line may begin with a name and "=": what follows is worked out, and the name has this value from the '
        f"next line on, also if it had another. Such a line prints {'the value too' if p.echo else 'nothing'}. "
        f"A name that has no value yet counts as {p.unknown}. Names are single letters.",
        p.level >= 4
        and f'"/" divides and rounds to a whole number, '
        f"{'down: -7 / 2 is -4' if p.down else 'towards zero: -7 / 2 is -3'}. "
        f'A line in which something is divided by zero, also one with "=", prints only "{p.fault}", '
        "and gives no name a value.",
    ]


def _calculator(p: Params, lines: list[str]) -> list[str]:
    printed = []
    if p.level >= 3:
        names: dict[str, int] = {}
    for line in lines:
        words = line.split(" ")
        if p.level == 1:
            if p.right:
                words = words[::-1]
            value = int(words[0])
            for mark, word in zip(words[1::2], words[2::2], strict=True):
                if mark in "*":
                    value *= int(word)
                elif mark in "+":
                    value += int(word)
                else:
                    value = int(word) - value if p.right else value - int(word)
        else:
            marks, values = ["("], list[int]()
            if p.level >= 4:
                failed = False
            if p.level >= 3 and "=" in words:
                words = words[2:]
            for word in [*words, ")"]:
                if word in ["("]:
                    marks.append(word)
                elif word in "+-*/)":
                    while "(" not in marks[-1] and (")" in word or (marks[-1] in p.high) - (word in p.high) >= p.right):
                        mark, b, a = marks.pop(), values.pop(), values.pop()
                        if mark in "+":
                            values.append(a + b)
                        elif mark in "-":
                            values.append(a - b)
                        elif p.level < 4 or mark in "*":
                            values.append(a * b)
                        elif not b:
                            failed = True
                            values.append(a)
                        else:
                            values.append(a // b if p.down else int(a / b))
                    if ")" in word:
                        marks.pop()
                    else:
                        marks.append(word)
                elif p.level < 3 or word.isdigit():
                    values.append(int(word))
                else:
                    values.append(names.get(word, p.unknown))
            [value] = values
        if p.level >= 4 and failed:
            printed.append(p.fault)
        elif p.level >= 3 and "=" in line:
            names[line[:1]] = value
            if p.echo:
                printed.append(str(value))
        else:
            printed.append(str(value))
    return printed


def _second(p: Params, lines: list[str]) -> list[str]:
    known: dict[str, int] = {}

    def value(parts: list[str]) -> int:
        if len(parts) == 1:
            return int(parts[0]) if parts[0].isdigit() else known.get(parts[0], p.unknown)
        depth, splits = 0, []
        for at, part in enumerate(parts):
            depth += (part == "(") - (part == ")")
            if depth == 0 and part in ("+", "-", "*", "/"):
                splits.append(at)
        if not splits:
            return value(parts[1:-1])
        late = [at for at in splits if parts[at] not in p.high] or splits
        at = late[0] if p.right else late[-1]
        left, right = value(parts[:at]), value(parts[at + 1 :])
        if parts[at] == "/":
            whole = abs(left) // abs(right)
            exact = whole * abs(right) == abs(left)
            return whole if left * right >= 0 else -whole - (p.down and not exact)
        return {"+": left + right, "-": left - right, "*": left * right}[parts[at]]

    shown = []
    for line in lines:
        target, equals, rest = line.rpartition(" = ")
        try:
            found = value(rest.split())
        except ZeroDivisionError:
            shown.append(p.fault)
            continue
        if equals:
            known[target] = found
        if p.echo or not equals:
            shown.append(str(found))
    return shown


def _edges(p: Params) -> Edges:
    ties = [
        "9 - 5 - 1",
        "2 + 3 * 4",
        "2 * 3 + 4 - 1",
        "9 - 2 + 1 - 3",
        "2 * 3 - 4 * 5",
        "7 - 7 * 2 - 1",
        "8 - 3 * 2 + 1",
    ]
    ties += ["2 * 3 + 4 * 5 * 2 - 1", "9 - 2 * 3 - 1 * 2 - 3", "2 * 3 * 2 - 4 - 1 * 5", "1 - 2 - 3 * 4 * 2 + 5 + 6 * 2"]
    more = ["( 2 + 3 ) * 4", "9 - ( 5 - ( 1 - 4 ) )", "( ( 3 ) )", "2 * ( 3 + 4 ) * ( 1 - 5 ) - 6", "( 9 - 5 ) - ( 1 )"]
    named = [["a = 4", "a + a", "b"], ["a = a + 1", "a = a + 5", "a * c"], ["b = 3 - 9", "a = b", "b = 2", "a - b"]]
    parts = [
        "7 / 2",
        "( 0 - 7 ) / 2",
        "7 / ( 2 - 4 )",
        "8 / 4 / 2",
        "6 * 5 / 4",
        "6 / 4 * 5",
        "0 / 3",
        "2 + 9 / 0",
        "1 / 1 - 1",
    ]
    parts += ["( 0 - 8 ) / 2", "5 / ( 3 - 3 ) + 4", "( 3 - 3 ) / 5", "0 / 0", "( 1 - 4 ) / 3"]
    lines = ties + (more if p.level >= 2 else []) + (parts if p.level >= 4 else [])
    groups = [*named, ["a = 5 / 0", "a", "a = 1", "a = 2 / a", "a = 1 / 0 + a", "a"]][: 3 + (p.level >= 4)]
    tied = [([line],) for line in lines] + [(group,) for group in groups if p.level >= 3]
    return Edges([([],)], [(["7"],), (["12 - 30"],)], tied, [(lines,), (["12 * 12 * 12 - 12 * 11 + 10"] * 6,)])


def _expression(rng: Random, p: Params, marks: str, depth: int) -> str:
    parts = []
    for _ in range(rng.randint(2, 4)):
        if depth and rng.random() < 0.3:
            parts.append("( " + _expression(rng, p, marks, depth - 1) + " )")
        else:
            parts.append(rng.choice("abc") if p.level >= 3 and rng.random() < 0.4 else str(rng.randint(0, 12)))
        parts.append(rng.choice(marks))
    return " ".join(parts[:-1])


def _draw(rng: Random, p: Params) -> Args:
    lines: list[str] = []
    for _ in range(rng.randint(2, 6)):
        if p.level >= 3 and rng.random() < 0.5 and len(lines) < 4:
            lines.append(rng.choice("abc") + " = " + _expression(rng, p, "+-/" if p.level >= 4 else "+-", 0))
        else:
            lines.append(_expression(rng, p, "+-*/" if p.level >= 4 else "+-*", min(p.level - 1, 1)))
    return (lines,)


FAMILY = CodingFamily("calculator", Kind.PROGRAM, _params, _prose, _calculator, _second, _edges, _draw)
