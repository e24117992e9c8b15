"""How answers were read: from the tag, a statement, a code block and so on, and whether that moves a difference."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import pandas as pd

from bench.language import tr
from bench.records import RunRecord, details_with
from bench.records.note import Note, info, warning

UNLIKE = 0.05
"""The share of items read by unlike routes from which on two models are looked at."""
MOVED = 0.02
"""How far leaving those items out must move the difference of two scores to be warned of: 2 points."""
PLAIN = "nothing"
"""What stands for answers that nothing wrapped."""
_ITEM = ["task", "item", "repeat"]


def route_notes(answered: pd.DataFrame, record: RunRecord) -> tuple[Note, ...]:
    """By suite, the share of each route and wrapping per model; and a warning where unlike routes move a difference.

    Nothing for runs whose graders recorded no routes. `answered`: see `with_answers`.
    """
    parsed = details_with(answered["grade_detail"], "route", "wrapped")
    routes: list[Any] = [each.get("route") for each in parsed]
    if not any(routes):
        return ()
    table = answered.loc[parsed.index, ["model", *_ITEM, "suite", "score"]].assign(
        route=routes, wrapped=[each.get("wrapped") or PLAIN for each in parsed]
    )
    table = table[table["route"].notna() & table["score"].notna()]
    notes = list[Note]()
    for suite in record.suites:
        part = table[table["suite"] == suite]
        if len(part):
            notes += [
                info(
                    tr("How answers were read on {suite}: {part}.", suite=suite, part="; ".join(_shares(part, record)))
                )
            ]
            notes += _unlike(part, suite, record)
    return tuple(notes)


def _shares(table: pd.DataFrame, record: RunRecord) -> Iterator[str]:
    for model in record.models:
        part = table[table["model"] == model]
        if part.empty:
            continue
        routes = ", ".join(_share(name, count, len(part)) for name, count in part["route"].value_counts().items())
        wrapped = part["wrapped"].value_counts().drop(PLAIN, errors="ignore")
        around = ", ".join(_share(name, count, len(part)) for name, count in wrapped.head(3).items())
        yield f"{model} (n = {len(part)}) {routes}{(tr(', wrapped in {around}', around=around) if around else '')}"


def _share(name: object, count: int, total: int) -> str:
    return f"{name} {100 * count / total:.0f} %"


def _unlike(table: pd.DataFrame, suite: str, record: RunRecord) -> Iterator[Note]:
    """A warning for each two models that unlike routes may set apart."""
    for first, other in combinations(record.models, 2):
        sides = [
            table[table["model"] == model].set_index(_ITEM)[["route", "score"]].add_suffix(f"_{at}")
            for at, model in ((1, first), (2, other))
        ]
        pairs = sides[0].join(sides[1], how="inner")
        unlike = pairs["route_1"] != pairs["route_2"]
        if pairs.empty or unlike.mean() < UNLIKE or unlike.all():
            continue
        difference = pairs["score_1"] - pairs["score_2"]
        whole, alike = difference.mean(), difference[~unlike].mean()
        if abs(whole - alike) >= MOVED:
            yield warning(
                tr(
                    "on {suite} the answers of {first} and {other} were read by unlike routes in {unlike} of "
                    "{pairs} items. Without them {first} − {other} is {alike:+.1f} points, with them "
                    "{whole:+.1f}: look at how those answers are written before believing the difference.",
                    suite=suite,
                    first=first,
                    other=other,
                    unlike=unlike.sum(),
                    pairs=len(pairs),
                    alike=100 * alike,
                    whole=100 * whole,
                )
            )
