"""Names of models: what effort they state, and labels that tell rows apart."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

from bench import clean
from bench.importers.ledger import Ledger
from bench.records import AggregateRow

_BRACKETED = re.compile(r"\(([^()]*)\)")
_EFFORT = re.compile(r"think|reasoning|\blow\b|\bmedium\b|\bhigh\b", re.IGNORECASE)


def effort_in(name: str) -> str | None:
    """The effort that a model's name states in brackets, e.g. "32k thinking" of "opus (32k thinking)"."""
    return next((match[1] for match in _BRACKETED.finditer(name) if _EFFORT.search(match[1])), None)


_APART = ("effort", "settings", "harness", "provider", "date")
"""What is added to a label to tell rows apart, in the order in which it is tried."""


def unique_labels(rows: Sequence[tuple[str, AggregateRow]], ledger: Ledger) -> list[AggregateRow | None]:
    """The rows, each given with where it stands, with labels that are unique in each suite; in the same order.

    Where a name stands twice in a suite, what tells its rows apart is added in brackets; of rows that nothing tells
    apart the first is kept and the others are dropped: None.
    """
    rows = [(where, _texts_alone(row)) for where, row in rows]
    named: dict[str, list[AggregateRow]] = defaultdict(list)
    for _, row in rows:
        named[row.model].append(row)
    telling = {name: _telling(group) for name, group in named.items()}
    relabelled: list[AggregateRow | None] = []
    taken: set[tuple[str, str]] = set()
    for where, row in rows:
        known = [str(value) for field in telling[row.model] if (value := getattr(row, field)) is not None]
        label = " ".join((f"{row.model} [{'; '.join(known)}]" if known else row.model).split())
        if (row.suite, label) in taken:
            ledger.drop(where, f"{label} stands in {row.suite} already; nothing but its numbers tells them apart")
        relabelled.append(None if (row.suite, label) in taken else replace(row, model=label))
        taken.add((row.suite, label))
    return relabelled


def _texts_alone(row: AggregateRow) -> AggregateRow:
    """The row with texts where texts belong: a source's list or number there is unknown, or shown as it is written."""
    wrong: dict[str, Any] = {
        each.name: None if str(each.type).endswith("None") else clean.line(str(getattr(row, each.name)))
        for each in fields(row)
        if str(each.type).startswith("str") and not isinstance(getattr(row, each.name), str | None)
    }
    return replace(row, **wrong) if wrong else row


def _telling(rows: Sequence[AggregateRow]) -> tuple[str, ...]:
    """The fewest fields of _APART, in their order, that tell the rows of every suite apart; else all that differ."""
    chosen: tuple[str, ...] = ()
    for field in _APART:
        keys = [(row.suite, *(getattr(row, name) for name in chosen)) for row in rows]
        if len(set(keys)) == len(keys):
            break
        finer = [(*key, getattr(row, field)) for key, row in zip(keys, rows, strict=True)]
        if len(set(finer)) > len(set(keys)):
            chosen = (*chosen, field)
    return chosen
