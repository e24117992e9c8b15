"""Mend a package from a user's report, or from one failing test; the mistakes may be far from what shows them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from random import Random
from typing import Any

from bench.suites.agentic.app import drawn
from bench.suites.agentic.families.family import AgenticFamily, Changes, Work, changes, hard_coded, item
from bench.suites.agentic.item import AgenticItem, Checks

MISTAKES = {1: 1, 2: 1, 3: 2, 4: 3}
"""Mistakes in a package, by level."""


def broken(work: Work, count: int) -> tuple[dict[str, str], dict[str, dict[str, str | None]]]:
    """The package with so many mistakes in as many files, and, where there are several, all that leave one unmended.

    From level 2 a mistake stands in a module that several rules share, where one shows.
    """
    chosen: list[Any] = []
    order = sorted(work.every, key=lambda each: not each[1].path) if work.app.level > 1 else work.every
    paths = set[str]()
    for rule, defect in order:
        path = defect.path or (rule.name if rule else "")
        shared = defect.path and any(d.path for _, d in chosen)
        if path not in paths and len(chosen) < count and not shared and work.shows((rule, defect)):
            paths.add(path)
            chosen.append((rule, defect))
    if len(chosen) < count:
        raise ValueError("too few mistakes show")
    files = _with(work, chosen)
    left = {}
    for at, each in enumerate(chosen) if count > 1 else ():
        kept = _with(work, [each])
        if not work.shown(kept):
            raise ValueError("a mistake does not show")
        left[f"leaves mistake {at + 1}"] = changes(files, kept)
    return files, left


def _with(work: Work, mistakes: list[Any]) -> dict[str, str]:
    files = work.files
    for rule, defect in mistakes:
        files = work.app.changed(files, rule, defect)
    return files


def _report(rng: Random, level: int) -> AgenticItem:
    work = Work(drawn(rng, level), rng)
    bad, left = broken(work, MISTAKES[level])
    shown = work.shown(bad)
    fine = [at for at in range(len(work.inputs)) if at not in shown and work.inputs[at][0]][:3]
    at = min(shown, key=lambda each: (len(work.inputs[each][0]), each))
    text, options = work.inputs[at]
    got, right = work.answers(bad)[at], work.right[at]
    path, tests = f"tests/test_{work.app.pkg}.py", work.test_cases(fine)
    files = {**bad, "tests/__init__.py": "", path: tests}
    more = (
        "" if level < 3 else " Other bills were wrong, too; mend every place where the package departs from that page."
    )
    prompt = (
        f"A user of this repository's package `{work.app.pkg}` reports a wrong bill. This list"
        f"\n\n```\n{text}\n```\n\nwith the options `{json.dumps(options)}` is charged wrongly.\n\n"
        f"{_difference(got, right, level)}\n\nFind out why, and mend the package so that it does what docs/rules.md "
        f"says.{more}"
    )
    solution = changes(bad, work.files)
    planted: dict[str, Changes] = {
        **left,
        "hard-coded": hard_coded(work, [at, *fine], {}),
        **{name: {**solution, **wrong} for name, wrong in work.astray(3)},
    }
    return item(
        "report", work, prompt=prompt, files=files, solution=solution, checks=Checks(calls=work.calls), planted=planted
    )


def _difference(got: Any, right: Any, level: int) -> str:
    """What is wrong, as the user has noticed it: rows at the lower levels, else what the groups pay."""
    if got[0] != "value":
        return f"It ends with a {got[1]}."
    for part in ("rows", "rejected", "totals", "text"):
        if (level < 3 or part != "rows") and got[1][part] != right[1][part]:
            return f"Its `{part}` are\n\n    {got[1][part]!r}\n\nand should be\n\n    {right[1][part]!r}"
    return _difference(got, right, 1)


def _failing(rng: Random, level: int) -> AgenticItem:
    work = Work(drawn(rng, level), rng)
    bad, left = broken(work, MISTAKES[level])
    got, every = work.answers(bad), work.shown(bad)
    shown = [at for at in every if _seen(got[at], work.right[at])]
    if not shown:
        raise ValueError("no visible test shows a mistake")
    fine = [at for at in range(len(work.inputs)) if at not in every and work.inputs[at][0]][:2]
    tests = {"tests/__init__.py": "", f"tests/test_{work.app.pkg}.py": work.test_cases([shown[0], *fine])}
    files = {**bad, **tests}
    prompt = (
        f"A test of this repository's package `{work.app.pkg}` fails: `python3 -m unittest discover -s tests -t .`\n\n"
        f"{_difference(got[shown[0]], work.right[shown[0]], 4)}\n\nThe "
        "tests show a part of what is wrong, at most. Mend the package so that it does all that docs/rules.md "
        "says; the "
        "tests are right and stay as they are."
    )
    solution = changes(bad, work.files)
    edited = dict.fromkeys(tests, "")
    planted: dict[str, Changes] = {
        **left,
        "hard-coded": hard_coded(work, [shown[0], *fine], {}),
        "tests emptied": edited,
        **{name: {**solution, **wrong} for name, wrong in work.astray(3)},
    }
    return item(
        "failing", work, prompt=prompt, files=files, solution=solution, checks=Checks(calls=work.calls), planted=planted
    )


def _seen(got: Any, right: Mapping[int, Any]) -> bool:
    return got[0] != right[0] or any(got[1][part] != right[1][part] for part in ("totals", "rejected"))


FAMILIES = (AgenticFamily(name="report", draw=_report), AgenticFamily(name="failing", draw=_failing))
