"""Whether what the items table says of episodes is what the rows of their turns add up to."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from bench.report.numbers.billed import COUNTS

if TYPE_CHECKING:
    import pandas as pd

_KEY = ["suite", "task", "item", "model", "repeat"]
_COLUMNS = {**{name: name for name in COUNTS}, "tool_calls": "calls", "tool_errors": "errors", "cost_usd": "cost_usd"}
"""Of the items table, and of the turns that it adds up."""
_UNSAID = ("tool_calls", "tool_errors", "cost_usd")
"""May be unknown of an episode: agents are not asked for calls, and retries may have no price."""
_CLOSE = 1e-6
"""Relative difference that rounding may make."""


class Misadded(NamedTuple):
    """Something in one of the tables that the other does not give."""

    table: str
    """"items" or "turns"."""
    row: int
    """The row of that table, from 0."""
    column: str
    """The items table's column, or "turns"."""
    said: float | None
    """What the items table says; None for unknown, or for no such episode."""
    by_turns: float | None
    """What the turns come to; None where one of them does not say."""


def misadded(items: pd.DataFrame, turns: pd.DataFrame | None) -> Iterator[Misadded]:
    """Sums and numbers of turns that the rows of the turns do not give, and turns of no episode.

    `turns`: None where the run has no such table.
    """
    mine = defaultdict[tuple[Any, ...], list[tuple[Any, ...]]](list)
    if turns is not None:
        columns = [*_KEY, "turn", *_COLUMNS.values()]
        for place, row in enumerate(turns[columns].itertuples(index=False, name=None)):
            mine[row[: len(_KEY)]].append((place, *row[len(_KEY) :]))
    if "turns" in items:
        known = [name for name in _COLUMNS if name in items]
        for at, row in enumerate(items[[*_KEY, "turns", *known]].itertuples(index=False, name=None)):
            said = _number(row[len(_KEY)])
            if said is not None:
                rows = sorted(mine.pop(row[: len(_KEY)], ()), key=lambda each: each[1])
                yield from _episode(at, said, dict(zip(known, row[len(_KEY) + 1 :], strict=True)), rows)
    for rows in mine.values():
        yield from (Misadded("turns", place, "turns", None, 1) for place, *_ in rows)


def _episode(at: int, said: float, row: dict[str, Any], turns: Sequence[tuple[Any, ...]]) -> Iterator[Misadded]:
    if [turn for _, turn, *_ in turns] != list(range(1, int(said) + 1)):
        yield Misadded("items", at, "turns", said, len(turns))
        return
    for number, name in enumerate(_COLUMNS):
        if name not in row:
            continue
        parts, sum_ = [_number(turn[number + 2]) for turn in turns], _number(row[name])
        known = [part for part in parts if part is not None]
        by_turns = sum(known) if parts and len(known) == len(parts) else None
        if sum_ is None and (by_turns is None or name in _UNSAID):
            continue
        if sum_ is None or by_turns is None or not math.isclose(sum_, by_turns, rel_tol=_CLOSE, abs_tol=1e-15):
            yield Misadded("items", at, name, sum_, by_turns)


def _number(value: Any) -> float | None:
    """A cell's number; None for one that is missing, however the table says so."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None
