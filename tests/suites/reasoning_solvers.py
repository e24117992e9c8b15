"""Every reasoning-gym question solved anew from its prompt's own words, without the generator."""

from __future__ import annotations

import ast
import calendar
import itertools
import math
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Context, Decimal
from fractions import Fraction

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def value(expression: str) -> int:
    """The value of an arithmetic expression over integers, hexadecimal or not."""
    tree = ast.parse(expression.strip(), mode="eval")
    allowed = (ast.Expression, ast.BinOp, ast.UnaryOp, ast.Constant, ast.operator, ast.unaryop)
    assert all(isinstance(node, allowed) for node in ast.walk(tree)), expression
    return int(eval(compile(tree, "item", "eval")))


def found(pattern: str, text: str) -> tuple[str, ...]:
    """The groups of a pattern that must be there."""
    match = re.search(pattern, text, re.DOTALL)
    assert match, (pattern, text)
    return match.groups()


def chain_sum(question: str) -> str:
    return str(value(question.split(":")[1].removesuffix("=")))


def simple_equations(question: str) -> str:
    equation = question.split(": ")[1]
    unknown = "".join(re.findall(r"[a-z]", equation))
    left, right = equation.split("=")
    at_0, at_1 = (value(left.replace(unknown, f"({n})")) - value(right) for n in (0, 1))
    solution, rest = divmod(at_0, at_0 - at_1)
    assert rest == 0
    return str(solution)


def lcm(question: str) -> str:
    return str(math.lcm(*map(int, re.findall(r"\d+", question))))


def word_sorting(question: str) -> str:
    words = question.rpartition(": ")[2].split(", ")
    return ", ".join(sorted(words, reverse="in descending order (using" in question))


def calendar_arithmetic(question: str) -> str:
    stated = re.findall(r"(\w+day), (\w+) (\d+), (\d{4})", question)
    dates = [date(int(year), list(calendar.month_name).index(month), int(day)) for _, month, day, year in stated]
    assert [calendar.day_name[day.weekday()] for day in dates] == [weekday for weekday, *_ in stated]
    if len(dates) == 2:
        (weekday,) = found(r"(?:times does|How many|occurrences of) (\w+day)", question)
        days = (dates[0] + timedelta(n) for n in range((dates[1] - dates[0]).days + 1))
        return str(sum(calendar.day_name[day.weekday()] == weekday for day in days))
    (jump,) = found(r"(\d+)[ -]day", question)
    back = re.search(r"\bago\b|\bbefore\b|backward", question)
    return calendar.day_name[(dates[0] + timedelta(int(jump) * (-1 if back else 1))).weekday()]


def largest_island(question: str) -> str:
    (grid,) = found(r"grid:\n([01 \n]+)\n\n", question)
    rows = [row.split() for row in grid.split("\n")]
    land = {(r, c) for r, row in enumerate(rows) for c, cell in enumerate(row) if cell == "1"}
    largest = 0
    while land:
        reached, size = [land.pop()], 0
        while reached:
            r, c = reached.pop()
            size += 1
            beside = land & {(r + 1, c), (r - 1, c), (r, c + 1), (r, c - 1)}
            land -= beside
            reached += beside
        largest = max(largest, size)
    return str(largest)


def ab(question: str) -> str:
    (program,) = found(r"following program:\n\n(.+?)\n\n", question)
    tokens = program.split()
    while True:
        for at, (left, right) in enumerate(itertools.pairwise(tokens)):
            if left[1] == "#" == right[0]:
                tokens[at : at + 2] = [] if left[0] == right[1] else [right, left]
                break
        else:
            return " ".join(tokens)


def string_manipulation(question: str) -> str:
    states = [question.rpartition("list of rules:\n")[2].strip()]
    rules = re.findall(r"^\d+\. If the string (.*?), (.*)\.$", question, re.MULTILINE)
    while True:
        now = states[-1]
        after = next((new for when, what in rules if (new := rewritten(now, when, what)) is not None), now)
        if after in states:
            return now
        states.append(after)


def rewritten(text: str, when: str, what: str) -> str | None:
    """A text after a rule; None if the rule does not apply."""
    given: list[str] = re.findall(r"'(\w+)'", what)
    if when.startswith("contains an even"):
        return text + given[0] if text.count("b") in range(2, 999, 2) else None
    (key,) = found(r"'(\w+)'", when)
    if when.endswith("(not at the start)"):
        at = text.find(key, 1)
        return None if at < 0 else text[:at] + text[at + len(key) :]
    if when.startswith("contains"):
        return text.replace(key, given[0] if given else "", 1) if key in text else None
    if when.startswith(("suffix", "ends")):
        rest = text.removesuffix(key)
        if rest == text:
            return None
        if what == "remove the last character":
            return text[:-1]
        return (given[1] if "prepend" in what else "") + rest + (given[0] if given else "")
    rest = text.removeprefix(key)
    if rest == text:
        return None
    if what in ("remove the first character", "remove the second character"):
        return text[1:]  # the two are equal
    if "append" in what and "replace" in what:
        return given[0] + rest + given[1]
    if "append" in what:
        return rest + given[0]
    return (given[0] if given else "") + rest[: -1 if "last" in what else None]


def rotate_matrix(question: str) -> str:
    degrees, text = found(r"by (\d+) degrees clockwise:\n([\d \n]+)(?:\n\n|\Z)", question)
    rows = [row.split() for row in text.split("\n")]
    for _ in range(int(degrees) // 90 % 4):
        rows = [list(row) for row in zip(*rows[::-1], strict=True)]
    return "\n".join(" ".join(row) for row in rows)


def base_conversion(question: str) -> str:
    named = {"binary": 2, "hexadecimal": 16}
    bases = found(r"convert the (\S+) number (\w+) to (\S+)", question)
    start, target = (named.get(base) or int(base.removeprefix("base-")) for base in (bases[0], bases[2]))
    number, digits = int(bases[1], start), ""
    while number:
        number, digit = divmod(number, target)
        digits = DIGITS[digit] + digits
    return digits


def bitwise_arithmetic(question: str) -> str:
    return hex(value(question.split("\n")[1]))


def decimal_arithmetic(question: str) -> str:
    (places,) = found(r"maximum of (\d+) significant", question)
    text = question.split("\n")[1].removesuffix(" = ?")
    assert re.fullmatch(r"[\d.+*/() -]+", text)
    exact: Fraction = eval(re.sub(r"[\d.]+", lambda number: f"Fraction('{number[0]}')", text))
    digits = Context(prec=60, rounding="ROUND_HALF_UP").divide(Decimal(exact.numerator), Decimal(exact.denominator))
    return f"{digits.normalize(Context(prec=int(places), rounding='ROUND_HALF_UP')):f}"


def knights_knaves(question: str) -> str:
    (people,) = found(r"inhabitants: (.*?)\. ", question)
    names = people.replace(", and ", ", ").split(", ")
    honest, liar = found(r" So who is an? (\w+) and who is an? (\w+)\?", question)
    (body,) = found(r"inhabitants: .*?\. (.*) So who is", question)
    said = dict(claims(body, names))
    assert set(said) == set(names)
    worlds = (dict(zip(names, kinds, strict=True)) for kinds in itertools.product((True, False), repeat=len(names)))
    (world,) = (w for w in worlds if all(Claim(said[name], honest, w).whole() == w[name] for name in names))
    return ", ".join(honest if world[name] else liar for name in names)


def claims(text: str, names: list[str]) -> Iterator[tuple[str, str]]:
    """Who says what: quoted, or after "that"."""
    quoted = r'([^".]*)"([^"]*[^".])(?:\."|"([^".]*)(?:\.|$))\s*'
    for match in re.finditer(quoted + r"|([^\".]*? that )([^\".]*)\.\s*", text):
        before, claim, after, reporting, reported = match.groups("")
        (name,) = (name for name in names if re.search(rf"\b{name}\b", before + after + reporting))
        yield name, claim.rstrip(",") or reported


class Claim:
    """A sentence about who is what, read in one world."""

    def __init__(self, text: str, honest: str, world: Mapping[str, bool]) -> None:
        words = r"\(|\)|it is not the case that|if and only if|if|then|and|or|\w+ is an? \w+"
        self.tokens = re.findall(words, text)
        assert "".join(self.tokens).replace(" ", "") == text.replace(" ", ""), text
        self.honest, self.world = honest, world

    def whole(self) -> bool:
        truth = self.sentence()
        assert not self.tokens
        return truth

    def sentence(self) -> bool:
        if self.next_is("it is not the case that"):
            return not self.part()
        if self.next_is("if"):
            condition = self.part()
            assert self.next_is("then")
            return self.part() or not condition
        truths, joint = [self.part()], ""
        while self.tokens and self.tokens[0] in ("and", "or", "if and only if"):
            assert joint in ("", self.tokens[0])
            joint = self.tokens.pop(0)
            truths.append(self.part())
        return any(truths) if joint == "or" else len(set(truths)) == 1 if joint.startswith("if") else all(truths)

    def part(self) -> bool:
        if self.next_is("("):
            truth = self.sentence()
            assert self.next_is(")")
            return truth
        name, kind = found(r"(\w+) is an? (\w+)", self.tokens.pop(0))
        return self.world[name] == (kind == self.honest)

    def next_is(self, token: str) -> bool:
        if not self.tokens or self.tokens[0] != token:
            return False
        self.tokens.pop(0)
        return True


def cryptarithm(question: str) -> str:
    lines = question.split("cryptarithm:\n\n")[1].split("\n\n")[0].split("\n")
    words = [line.strip("+ ") for line in lines if "-" not in line]
    ((*_, solution),) = columns(words, 0, 0, {})
    return ",".join(f"{letter}={solution[letter]}" for letter in sorted(solution))


def columns(words: list[str], column: int, carry: int, known: dict[str, int]) -> Iterator[tuple[dict[str, int]]]:
    """All solutions, column by column from the right: the words' digits and the carry give the sum's digit."""
    *addends, total = ([*reversed(word)] for word in words)
    if column == len(total):
        yield from [(known,)] * (carry == 0)
        return
    letters = [word[column] for word in addends if column < len(word)]
    firsts = {word[0] for word in words}
    new = sorted({*letters} - known.keys())
    for digits in itertools.permutations({*range(10)} - {*known.values()}, len(new)):
        given = {**known, **dict(zip(new, digits, strict=True))}
        rest, digit = divmod(sum(map(given.__getitem__, letters)) + carry, 10)
        if digit not in given.values():
            given.setdefault(total[column], digit)
        if given.get(total[column]) == digit and not any(given.get(letter) == 0 for letter in firsts):
            yield from columns(words, column + 1, rest, given)


SOLVERS: dict[str, Callable[[str], str]] = {
    solver.__name__: solver
    for solver in (
        *(chain_sum, simple_equations, lcm, word_sorting, calendar_arithmetic, largest_island, ab, string_manipulation),
        *(rotate_matrix, base_conversion, bitwise_arithmetic, decimal_arithmetic, knights_knaves, cryptarithm),
    )
}
"""By the task's name; each takes a prompt without its closing."""
