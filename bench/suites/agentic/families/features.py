"""Add rules, and a function, as a specification says: where they go in the order matters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from random import Random
from typing import Any

from bench.suites.agentic.app import App, drawn
from bench.suites.agentic.families.family import AgenticFamily, Changes, Files, Work, changes, hard_coded, item
from bench.suites.agentic.item import AgenticItem, Checks, HiddenCall
from bench.suites.agentic.rules import Rule
from bench.suites.agentic.running import answers

NEW = {1: 1, 2: 1, 3: 2, 4: 3}
"""New rules, by level."""
RANKING = '''"""Who pays most."""

from $pkg.engine import run
from $pkg.money import half_up


def ranking(text, options=None, most=3):
    """The groups that pay most: name, cents, and percent of all."""
    if most < 1:
        raise ValueError("most must be at least 1")
    totals = run(text, options)["totals"]
    whole = sum(totals.values())
    order = sorted(totals.items(), key=lambda pair: (-pair[1], pair[0]))
    return [[name, cents, half_up(100 * cents, whole) if whole else 0] for name, cents in order[:most]]
'''
CHANGE = '''"""What other settings come to."""

from $pkg.engine import run


def change(text, before=None, after=None):
    """Cents by group that other options add, those that change nothing left out."""
    old, new = run(text, before)["totals"], run(text, after)["totals"]
    return {name: new[name] - old[name] for name in sorted(old) if new[name] != old[name]}
'''
NOTED = '''"""Which notes come with what amounts."""

from $pkg.engine import run


def noted(text, options=None, note=""):
    """How many rows have each note, and what these rows cost; or only those of one note."""
    found = {}
    for _code, _group, amount, notes in run(text, options)["rows"]:
        for each in dict.fromkeys(notes):
            if note in ("", each):
                count, cents = found.get(each, [0, 0])
                found[each] = [count + 1, cents + amount]
    if note and not found:
        raise KeyError(note)
    return found
'''
FUNCTIONS = {
    "ranking": (
        RANKING,
        "`ranking(text, options=None, most=3)`: a list of at most `most` lists `[name, cents, percent]` of the "
        "$groups, the "
        "highest amount first and by name where amounts are the same; `percent` of what all $groups pay, rounded "
        "half up, "
        "and 0 where that is 0. A `most` below 1 raises ValueError.",
    ),
    "change": (
        CHANGE,
        "`change(text, before=None, after=None)`: what each $group pays more (or less) under the options `after` "
        "than under "
        "`before`, a dictionary of cents by name in the order of names, without those for whom nothing changes.",
    ),
    "noted": (
        NOTED,
        '`noted(text, options=None, note="")`: for each note how many rows of the bill have it, and what these '
        "rows cost "
        "together: `{note: [rows, cents]}`. A row that has a note twice counts once. With a `note`, that one "
        "alone, and a "
        "KeyError where no row has it.",
    ),
}
"""Functions by name: module, and specification."""


def _feature(rng: Random, level: int) -> AgenticItem:
    app = drawn(rng, level)
    new = rng.sample(app.rules[1:], NEW[level])
    function = rng.choice(sorted(FUNCTIONS)) if level > 1 else ""
    before = _without(app, new)
    work = Work(app, rng, {**app.files(), **_function(app, function)})
    mistaken = work.sharpen(_mistaken(work, new))
    if len(mistaken) < len(new):
        raise ValueError("too few mistakes show")
    shown = work.shown(before.files())
    fine = [at for at in range(len(work.inputs)) if at not in shown and work.inputs[at][0]][:2]
    tests = {"tests/__init__.py": "", f"tests/test_{app.pkg}.py": work.test_cases(fine)}
    files = {**before.files(), **tests}
    solution = changes(before.files(), work.files)
    calls = (*work.calls, *(_function_calls(work, function) if function else ()))
    planted: dict[str, Changes] = {
        **{f"mistaken {at}": changes(before.files(), wrong) for at, wrong in enumerate(mistaken, start=1)},
        **{name: {**solution, **wrong} for name, wrong in work.astray(2)},
        **_partly(work, new, function, solution),
        "hard-coded": hard_coded(work, shown[:3], {}),
    }
    return item(
        "feature",
        work,
        prompt=_prompt(app, new, function),
        files=files,
        solution=solution,
        checks=Checks(calls=calls),
        planted=planted,
        protected=("tests/*",),
    )


def _without(app: App, rules: list[Rule]) -> App:
    names = {name for rule in rules for name in rule.draw(Random(0))}
    values = {key: value for key, value in app.values.items() if key.partition(":")[0] not in names}
    return replace(app, rules=tuple(rule for rule in app.rules if rule not in rules), values=values)


def _function(app: App, name: str) -> dict[str, str]:
    if not name:
        return {}
    init = app.filled('"""What $many cost the $groups that send them."""\n\n') + (
        f"from {app.pkg}.engine import run\nfrom {app.pkg}.{name} import {name}\n\n__all__ = [{name!r}, 'run']\n"
    )
    return {f"{app.pkg}/{name}.py": app.filled(FUNCTIONS[name][0]), f"{app.pkg}/__init__.py": init}


def _function_calls(work: Work, function: str) -> Iterator[HiddenCall]:
    pkg = work.app.pkg
    args: list[tuple[Any, ...]] = []
    for at, (text, options) in enumerate(work.inputs[:16]):
        other = work.inputs[at + 1][1]
        third: Any = {"ranking": at % 4, "change": other, "noted": ["", *_notes(work.right[at])][at % 3 % 2]}[function]
        args.append((text, options, third))
    if function == "noted":
        args += [(work.inputs[0][0], {}, "nothing")]
    for given, value in zip(args, answers(work.files, [(pkg, function, each) for each in args]), strict=True):
        yield HiddenCall(module=pkg, function=function, args=given, value=value)


def _notes(right: Any) -> list[str]:
    return sorted({note for row in right[1]["rows"] for note in row[3]}) or ["nothing"]


def _mistaken(work: Work, new: list[Rule]) -> Iterator[Files]:
    """The repository with each mistake that a new rule may have."""
    for rule in new:
        for defect in rule.defects:
            if not defect.path:
                with suppress(ValueError):  # no place for it
                    yield work.app.changed(work.files, rule, defect)


def _partly(work: Work, new: list[Rule], function: str, solution: Changes) -> dict[str, Changes]:
    """Solutions that leave something out, or have the new rules in another order."""
    pkg, names = work.app.pkg, [rule.name for rule in work.app.rules]
    steps = f"{pkg}/rules/__init__.py"
    partly: dict[str, Changes] = {}
    for rule in new:
        partly[f"without {rule.name}"] = {
            **solution,
            steps: work.app.steps([name for name in names if name != rule.name]),
        }
    added = [rule.name for rule in new]
    last = [*(name for name in names if name not in added), *added]
    moved = {**work.files, steps: work.app.steps(last)}
    if work.shown(moved):
        partly["new rules last"] = {**solution, steps: moved[steps]}
    if function:
        partly["without the function"] = {path: text for path, text in solution.items() if function not in path}
    return partly


def _prompt(app: App, new: list[Rule], function: str) -> str:
    names = [rule.name for rule in app.rules]
    lines = []
    for rule in sorted(new, key=lambda each: names.index(each.name)):
        own = {key: value for key, value in app.values.items() if key.partition(":")[0] in rule.draw(Random(0))}
        lines.append(
            f"- **{rule.name}**, in `{app.pkg}/rules/{rule.name}.py`; it works right after "
            f"`{names[names.index(rule.name) - 1]}`. "
            f"{app.filled(rule.prose)} Its settings and their usual values: `{own!r}`."
        )
    more = ""
    if function:
        more = (
            f"\n\nThe package also gets a function, to be imported from `{app.pkg}`:\n\n"
            f"- {app.filled(FUNCTIONS[function][1])}"
        )
    return (
        f"The package `{app.pkg}` in this repository gets new rules, and everything else stays as docs/rules.md "
        f"says. The new "
        "rules are used by `run`, in the order that results when all of them are there:\n\n" + "\n".join(lines) + more
    )


FAMILIES = (AgenticFamily(name="feature", draw=_feature),)
