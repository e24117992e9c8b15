"""Bring arithmetic that was copied into many modules together, with no change of what it does."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any

from bench.suites.agentic.app import App, drawn
from bench.suites.agentic.families.family import AgenticFamily, Changes, Work, changes, item
from bench.suites.agentic.item import AgenticItem, Checks, HiddenCall, Swap
from bench.suites.agentic.rewriting import rewritten
from bench.suites.agentic.rules import BULK, DEAREST, SEASON, STEP, STREAK, WEEKEND, Rule
from bench.suites.agentic.running import answers

NEEDED: Mapping[int, tuple[Rule, ...]] = {
    1: (BULK,),
    2: (BULK, STEP),
    3: (BULK, SEASON, WEEKEND, DEAREST),
    4: (BULK, SEASON, WEEKEND, DEAREST, STEP),
}
"""Rules with arithmetic in them, by level."""
BODIES = {
    "half_up": (["number", "divisor"], "(2 * number + divisor) // (2 * divisor)"),
    "share": (["amount", "percent"], "(2 * amount * percent + 100) // 200"),
    "share_down": (["amount", "percent"], "amount * percent // 100"),
    "written": (["amount"], "str(amount // 100) + '.' + str(amount % 100).zfill(2)"),
    "within": (["day", "first", "last"], "(first <= day <= last) if first <= last else (day >= first or day <= last)"),
    "weekend": (["day"], "(day - 1) % 7 >= 5"),
}
"""Functions as expressions: parameters, and what is written where they are called."""
DOWN = '''

def share_down(amount, percent):
    """So many percent of an amount, rounded down."""
    return amount * percent // 100
'''
SHARED = ("money", "days")
OTHERWISE = {
    "money": """

_own_half_up = half_up


def half_up(number, divisor):
    return _own_half_up(number, divisor) + (number != 0)


def share(amount, percent):
    return half_up(amount * percent, 100)
""",
    "days": """

_own_within, _own_weekend = within, weekend


def within(day, first, last):
    return _own_within(day, first, last) != (60 <= day <= 290)


def weekend(day):
    return _own_weekend(day + 1)
""",
}
"""Other definitions of the shared functions: a bill must follow them, and a copy does not."""
HALVES = ((5, 2), (4, 2), (7, 10), (15, 10), (0, 3))


def inlined(text: str) -> str:
    """A module without the shared arithmetic: it stands where it was called."""
    return rewritten(text, BODIES, lambda node: (node.module or "").rpartition(".")[2] in SHARED)


def _refactor(rng: Random, level: int) -> AgenticItem:
    app, trap = _app(rng, level)
    work = Work(app, rng, _right(app, trap))
    days = level >= 3
    before = _copied(app, work.files, days=days)
    tests = {"tests/__init__.py": "", f"tests/test_{app.pkg}.py": work.test_cases([0, 1, 2])}
    after = {path: text for path, text in work.files.items() if days or not path.endswith("/days.py")}
    after = {**after, **({} if days else {f"{app.pkg}/days.py": work.files[f"{app.pkg}/days.py"]})}
    solution = changes(before, after)
    return item(
        "refactor",
        work,
        prompt=_prompt(app, days=days, trap=bool(trap)),
        files={**before, **tests},
        solution=solution,
        checks=Checks(
            calls=(*work.calls, *_direct(work, days=days)),
            swaps=_swaps(work, days=days),
            structure=_structure(app, days=days),
        ),
        planted=_planted(work, before, after, trap),
    )


def _app(rng: Random, level: int) -> tuple[App, str]:
    """A repository; from level 2 one of its rules rounds down, as its documentation says: the name of that rule."""
    app = drawn(rng, level, NEEDED[level], never=(STREAK,))
    if level == 1:
        return app, ""
    trap = rng.choice([rule for rule in app.rules if rule in (BULK, SEASON, DEAREST)])
    code = trap.code.replace("share", "share_down")
    prose = trap.prose.replace("rounded half up to a cent", "rounded down to a cent")
    other = replace(trap, code=code, prose=prose, defects=tuple(d for d in trap.defects if "share" not in d.old))
    return replace(app, rules=tuple(other if rule is trap else rule for rule in app.rules)), trap.name


def _right(app: App, trap: str) -> dict[str, str]:
    files = app.files()
    money = f"{app.pkg}/money.py"
    return {**files, money: files[money] + DOWN} if trap else files


def _copied(app: App, files: Mapping[str, str], *, days: bool) -> dict[str, str]:
    """The repository with the arithmetic copied to where it is used."""
    gone = {f"{app.pkg}/money.py", *([f"{app.pkg}/days.py"] if days else [])}
    made = {}
    for path, text in files.items():
        if path.endswith(".py") and path not in gone and any(f"{app.pkg}.{name} import" in text for name in SHARED):
            made[path] = inlined(text) if days or "money import" in text else text
        elif path not in gone:
            made[path] = text
    return made


def _swaps(work: Work, *, days: bool) -> tuple[Swap, ...]:
    chosen = SHARED if days else SHARED[:1]
    return tuple(work.swap({f"{work.app.pkg}/{module}.py": OTHERWISE[module]}) for module in chosen)


def _structure(app: App, *, days: bool) -> tuple[tuple[str, ...], ...]:
    money, day, pkg = f"{app.pkg}/money.py", f"{app.pkg}/days.py", app.pkg
    rules = [
        ("without operator", f"{pkg}/*.py but {money} but {day}", "FloorDiv", "Mod"),
        ("exists", money),
        ("defines", money, "half_up", "share"),
        ("at most", money, "FloorDiv", "3"),
    ]
    if days:
        rules += [("exists", day), ("defines", day, "within", "weekend"), ("at most", day, "Mod", "1")]
    return tuple(rules)


def _direct(work: Work, *, days: bool) -> list[HiddenCall]:
    pkg = work.app.pkg
    asked: list[tuple[str, str, tuple[int, ...]]] = [
        ("money", "half_up", (number, divisor)) for number, divisor in HALVES
    ]
    asked += [("money", "share", pair) for pair in ((150, 5), (149, 15), (0, 9))]
    if days:
        asked += [("days", "within", given) for given in ((5, 1, 5), (1, 340, 20), (20, 340, 20), (21, 340, 20))]
        asked += [("days", "weekend", (day,)) for day in (5, 6, 7, 8)]
    named = [(f"{pkg}.{module}", function, args) for module, function, args in asked]
    values = answers(work.files, named)
    return [HiddenCall(module=m, function=f, args=a, value=v) for (m, f, a), v in zip(named, values, strict=True)]


def _planted(work: Work, before: Mapping[str, str], after: Mapping[str, str], trap: str) -> dict[str, Changes]:
    pkg, solution = work.app.pkg, changes(before, after)
    money = f"{pkg}/money.py"
    bulk = f"{pkg}/rules/{BULK.name}.py"
    planted: dict[str, Changes] = {
        "one copy left": {path: text for path, text in solution.items() if path != bulk},
        "only the new modules": {path: text for path, text in solution.items() if path not in before},
        "a copy of the function": {**solution, bulk: f"{after[bulk]}\n\ndef own(a, b):\n    return a // b\n"},
        "copies in other words": {**changes(before, _hidden(before)), money: after[money]},
        "copies by a helper": {**changes(before, _helped(pkg, before)), money: after[money] + _HELPER},
        "under another name": {**solution, money: after[money].replace("def share(", "def part(")},
        **{name: {**solution, **wrong} for name, wrong in work.astray(2)},
    }
    if trap:
        path = f"{pkg}/rules/{trap}.py"
        merged = {**after, path: after[path].replace("share_down", "share")}
        if not work.shown(merged):
            raise ValueError("the other rounding does not show")
        planted["all rounded alike"] = {**solution, path: merged[path]}
    return planted


class _Hidden(ast.NodeTransformer):
    """Writes `//` and `%` as calls."""

    def __init__(self, names: Mapping[Any, str], *, methods: bool) -> None:
        self._names, self._methods = names, methods

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        name = self._names.get(type(node.op))
        if name is None:
            return node
        if self._methods:
            return ast.Call(ast.Attribute(node.left, name, ast.Load()), [node.right], [])
        return ast.Call(ast.Name(name, ast.Load()), [node.left, node.right], [])


_HELPER = """

def whole(a, b):
    return a // b


def rest(a, b):
    return a - whole(a, b) * b
"""


def _hidden(before: Mapping[str, str]) -> dict[str, str]:
    """The copies left where they are, without an operator."""
    names = {ast.FloorDiv: "__floordiv__", ast.Mod: "__mod__"}
    return {path: _transformed(text, _Hidden(names, methods=True)) for path, text in before.items()}


def _helped(pkg: str, before: Mapping[str, str]) -> dict[str, str]:
    """The copies left where they are, all but the operator."""
    made = {}
    for path, text in before.items():
        other = _transformed(text, _Hidden({ast.FloorDiv: "whole", ast.Mod: "rest"}, methods=False))
        doc, _, more = other.partition("\n")
        made[path] = f"{doc}\nfrom {pkg}.money import rest, whole\n{more}" if other != text else text
    return made


def _transformed(text: str, way: ast.NodeTransformer) -> str:
    if ("//" not in text and " % " not in text) or not text.startswith('"""'):
        return text
    other = ast.unparse(ast.fix_missing_locations(way.visit(ast.parse(text))))
    return f"{other}\n"


def _prompt(app: App, *, days: bool, trap: bool) -> str:
    more = (
        f" `{app.pkg}/days.py` gets `within(day, first, last)` (whether a day is in a season, both ends included, "
        f"which may "
        "go over the end of the year) and `weekend(day)`, with `%` at most once; it is the only other module in "
        "which `//` "
        "and `%` may stand."
        if days
        else f" `{app.pkg}/days.py` stays as it is."
    )
    care = " Not all of the copies do the same: each must go on doing what it does." if trap else ""
    return (
        f"In this repository's package `{app.pkg}`, arithmetic was copied from module to module. Bring it "
        f"together, with no change of what the package does.{care}\n\n`{app.pkg}/money.py` is to define "
        "`half_up(number, divisor)` (a number, divided, rounded to the nearest whole, half up) and `share(amount, "
        "percent)` (so many percent, rounded half up), and whatever else is needed; `//` stands in it at most three "
        f"times.{more} Each module calls these functions wherever it needs what they do: when one of them is defined "
        "otherwise, bills change accordingly, and nothing else has a copy of it. No other module may use `//`, `%`, "
        "`divmod`, `round`, or methods like `__floordiv__`, nor import `math`, `operator`, `decimal` or `fractions`. "
        "What can be imported from the modules of the rules today can be imported from them afterwards, with the same "
        f"arguments. The rules are {', '.join(rule.name for rule in app.rules)}."
    )


FAMILIES = (AgenticFamily(name="refactor", draw=_refactor),)
