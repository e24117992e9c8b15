"""Bring a page of documentation up to date with the code, which is right."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from bench.suites.agentic.app import App, drawn
from bench.suites.agentic.families.family import AgenticFamily, Changes, Work, item
from bench.suites.agentic.item import AgenticItem, Checks
from bench.suites.agentic.reading import table_rows
from bench.suites.agentic.rules import OTHERS
from bench.suites.agentic.running import answers

DRIFTS = {1: 2, 2: 3, 3: 5, 4: 7}
"""Places in which the page is behind, by level."""
PATH = "docs/settings.md"
"""The page."""
HEAD = """# Settings of $pkg

Every usual value of `$pkg/settings.py`, and nothing else, in any order. Amounts in cents, the rate among them, are
written as `1.20`, sizes in hundredths as `8.50`, percentages as `5 %`, all else as it is; the last column is the module
that looks the setting up, or, of a value for one $group alone, looks up the setting that it stands for.

| setting | usual value | module |
|---|---|---|
"""
ORDER = """
## Notes

The notes that a row of a bill may get, numbered in the order of the rules that give them.

| number | note | module |
|---|---|---|
"""
EXAMPLES = """
## Examples

What some lists of one $one come to, with the options `$options`: the line, and the cents.

| line | cents |
|---|---|
"""
CENTS = ("minimum", "weekend_extra", "step", "cap", "handling", "loyal_cut", "deposit", "rate")
SIZES = ("bulk_from",)


Row = tuple[str, ...]
Tables = Mapping[str, list[Row]]
"""Rows of the page's tables, by name."""


def _drift(rng: Random, level: int) -> AgenticItem:
    work = Work(drawn(rng, level), rng)
    app = work.app
    tables = _tables(work, rng)
    before, left = _behind(rng, tables, level, app)
    more = "" if level < 3 else " The examples are older than the rules: keep their lines, and mend what they cost."
    return item(
        "drift",
        work,
        prompt=(
            f"The page `{PATH}` in this repository is behind the package `{app.pkg}`, whose rules are "
            f"{', '.join(rule.name for rule in app.rules)}. The package is right. Bring the page's tables up to "
            f"date, by the "
            f"page's own words on what they hold and how values are written.{more}"
        ),
        files={**work.files, PATH: _page(app, before, level)},
        solution={PATH: _page(app, tables, level)},
        checks=Checks(document=PATH, facts=[[*row] for row in table_rows(_page(app, tables, level))]),
        planted=_planted(app, tables, left, level),
        allowed=(PATH,),
        protected=(f"{app.pkg}/*", "docs/rules.md"),
    )


def _tables(work: Work, rng: Random) -> dict[str, list[Row]]:
    app = work.app
    homes = {name: rule.name for rule in app.rules for name in rule.draw(Random(0))}
    settings: list[Row] = [
        (f"`{key}`", written(key, value), homes[key.partition(":")[0]]) for key, value in app.values.items()
    ]
    given = [(note, rule.name) for rule in app.rules for note in _notes(rule.code)]
    notes: list[Row] = [(str(at), *each) for at, each in enumerate(given, start=1)]
    lines = sorted({line for text, _ in work.inputs for line in text.split("\n") if line.count(";") >= 3})
    chosen = rng.sample(lines, 5)
    bills = answers(work.files, [(app.pkg, "run", (line, _options(app))) for line in chosen])
    examples: list[Row] = [
        (f"`{line}`", str(sum(bill[1]["totals"].values()))) for line, bill in zip(chosen, bills, strict=True)
    ]
    return {"settings": sorted(settings), "notes": notes, "examples": examples}


def _options(app: App) -> dict[str, Any]:
    """Options with which a list of one line shows what it costs."""
    return {"deposit": 0} if "deposit" in app.values else {}


def _notes(code: str) -> list[str]:
    return [part.partition('"')[0] for part in code.split('notes.append("')[1:]]


def written(key: str, value: Any) -> str:
    """A usual value as the page writes it."""
    name = key.partition(":")[0]
    if name in CENTS or name in SIZES:
        return f"{value // 100}.{value % 100:02d}"
    return f"{value} %" if name.endswith("_percent") else str(value)


def _page(app: App, tables: Tables, level: int) -> str:
    parts = [(HEAD, "settings"), (ORDER, "notes"), *([(EXAMPLES, "examples")] if level >= 3 else [])]
    return "".join(
        app.filled(head, options=json.dumps(_options(app)))
        + "".join(f"| {' | '.join(row)} |\n" for row in tables[name])
        for head, name in parts
    )


def _behind(
    rng: Random, tables: Tables, level: int, app: App
) -> tuple[dict[str, list[Row]], list[dict[str, list[Row]]]]:
    """The tables as they were some time ago, and, for each change since, the tables with that one not made."""
    kinds: list[Callable[[Random, dict[str, list[Row]], App], None]] = [_value, _module]
    kinds += [_gone, _unused] if level >= 2 else []
    kinds += [_cents, _note, _cents] if level >= 3 else []
    chosen = [kinds[at % len(kinds)] for at in range(DRIFTS[level])]
    before = {name: list(rows) for name, rows in tables.items()}
    left = []
    for kind in chosen:
        alone = {name: list(rows) for name, rows in tables.items()}
        state = rng.getstate()
        kind(rng, alone, app)
        rng.setstate(state)
        kind(rng, before, app)
        if alone == tables:
            raise ValueError("a change that changes nothing")
        left.append(alone)
    if before == tables:
        raise ValueError("the page is up to date")
    return before, left


def _value(rng: Random, tables: dict[str, list[Row]], app: App) -> None:
    """A usual value was another."""
    rows = tables["settings"]
    at = rng.randrange(len(rows))
    key = rows[at][0].strip("`")
    rule = next(each for each in app.rules if key.partition(":")[0] in each.draw(Random(0)))
    rows[at] = (rows[at][0], written(key, rule.draw(rng)[key.partition(":")[0]]), rows[at][2])


def _module(rng: Random, tables: dict[str, list[Row]], app: App) -> None:
    """A setting was looked up elsewhere."""
    rows = tables["settings"]
    at = rng.randrange(len(rows))
    rows[at] = (*rows[at][:2], rng.choice([rule.name for rule in app.rules if rule.name != rows[at][2]]))


def _gone(rng: Random, tables: dict[str, list[Row]], _app: App) -> None:
    """A setting is new."""
    rows = tables["settings"]
    rows.pop(rng.randrange(len(rows)))


def _unused(rng: Random, tables: dict[str, list[Row]], app: App) -> None:
    """A setting is no more."""
    rule = rng.choice([rule for rule in OTHERS if rule.name not in [each.name for each in app.rules]])
    key, value = rng.choice(sorted(rule.draw(rng).items(), key=str))
    tables["settings"] = sorted([*tables["settings"], (f"`{key}`", written(key, value), rule.name)])


def _note(rng: Random, tables: dict[str, list[Row]], _app: App) -> None:
    """Notes came in another order."""
    rows = tables["notes"]
    if len(rows) > 1:
        at = rng.randrange(len(rows) - 1)
        (first, *one), (second, *other) = rows[at], rows[at + 1]
        rows[at : at + 2] = [(first, *other), (second, *one)]


def _cents(rng: Random, tables: dict[str, list[Row]], _app: App) -> None:
    """A line cost something else."""
    rows = tables["examples"]
    at = rng.randrange(len(rows))
    rows[at] = (rows[at][0], str(max(0, int(rows[at][1]) + rng.choice((-40, -5, 1, 10, 75)))))


def _planted(app: App, tables: Tables, left: list[dict[str, list[Row]]], level: int) -> dict[str, Changes]:
    raw: Tables = {
        **tables,
        "settings": [(key, value.replace(".", ""), home) for key, value, home in tables["settings"]],
    }
    short = {**tables, "settings": tables["settings"][:-1]}
    page = _page(app, tables, level)
    return {
        **{f"leaves change {at}": {PATH: _page(app, each, level)} for at, each in enumerate(left, start=1)},
        "as in the code": {PATH: _page(app, raw, level)},
        "a row forgotten": {PATH: _page(app, short, level)},
        "a row twice": {
            PATH: page.replace("|\n\n## Notes", f"|\n| {' | '.join(tables['settings'][-1])} |\n\n## Notes")
        },
        "no page": {PATH: None},
    }


FAMILIES = (AgenticFamily(name="drift", draw=_drift),)
